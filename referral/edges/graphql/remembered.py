"""Answers that were given a moment ago, given again where they would be the same.

Only those of which it can be told whether they would be the same now: pages of listings. The database is asked each
time whether anything has changed (`moments`), in one small question instead of a page.

An answer comes back sooner from here, so its time tells that somebody asked the same before. Therefore it is given to
the same network only. An answer for the middle of a large town is for everybody: anybody may have asked for it.

Most questions are asked once. So an answer is kept when it was asked for a second time: to tell when a page was read
costs a tenth of it, and whoever asks once leaves no page here.

What was asked is not kept, only a hash of it under a key of this process. Nothing is given again after LIVES_SECONDS,
and after twice as long it is gone.
"""

import asyncio
import secrets
from dataclasses import KW_ONLY, dataclass, field
from hashlib import blake2b
from time import monotonic

import orjson

from referral.directory.searching import moments
from referral.directory.searching.moments import Moment
from referral.edges.graphql.asked import Asked
from referral.foundation.db import Reader

MOST_BYTES = 6 * 1024 * 1024
OVERHEAD = 1_000  # bytes that an answer takes beside its text
LIVES_SECONDS = 30
MOST_SEEN = 4_000  # marks of questions that were asked once


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it was sent, what it cost, and when its page was read. `lexicon` is what its names are from."""

    body: bytes = field(repr=False)
    _: KW_ONLY
    points: int
    read: Moment
    lexicon: object = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The marks of a question: as this network asks it (None where its address is not known), and as anybody does."""

    of_network: bytes | None
    of_anybody: bytes

    @property
    def marks(self) -> list[bytes]:
        return [mark for mark in (self.of_network, self.of_anybody) if mark is not None]


@dataclass(slots=True)
class Remembered:
    """The oldest goes first where there is no more room, and by itself when its time is over."""

    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    answers: dict[bytes, tuple[float, Answer]] = field(default_factory=dict[bytes, tuple[float, Answer]], repr=False)
    seen: dict[bytes, float] = field(default_factory=dict[bytes, float], repr=False)
    size: int = 0
    sweeping: asyncio.TimerHandle | None = None

    def question(self, asked: Asked, network: bytes) -> Question:
        """Which question it is, and from which network. The same variables in another order are the same question."""
        whole = orjson.dumps([asked.query, asked.variables, asked.operation_name], option=orjson.OPT_SORT_KEYS)
        return Question(
            of_network=self.marked(b"%d:%b:%b" % (len(network), network, whole)) if network else None,
            of_anybody=self.marked(whole),
        )

    def marked(self, whole: bytes) -> bytes:
        return blake2b(whole, key=self.key, digest_size=32).digest()

    def is_asked_again(self, asked: Question) -> bool:
        """Whether its answer is worth keeping: this network asked the same a moment ago, or it was kept before."""
        mark, now = asked.of_network, monotonic()
        if mark is None:
            return False
        if any(one in self.answers for one in asked.marks):
            return True
        before = self.seen.pop(mark, None)
        self.seen[mark] = now  # the latest stands last
        if before is not None and now < before + LIVES_SECONDS:
            return True
        if len(self.seen) > MOST_SEEN:
            del self.seen[next(iter(self.seen))]
        self.sweep_later()
        return False

    async def still(self, at: Reader, asked: Question, lexicon: object) -> Answer | None:
        """What was answered, if it would be answered now."""
        for mark in asked.marks:
            if mark in self.answers:
                told_at, answer = self.answers[mark]
                is_known = answer.lexicon is lexicon and monotonic() < told_at + LIVES_SECONDS
                if is_known and await moments.is_still(at, answer.read):
                    return answer
                self.drop(mark)
        return None

    def put(self, asked: Question, answer: Answer) -> None:
        """Whoever cannot be told from others has nothing kept for them alone."""
        mark = asked.of_anybody if answer.read.of_many else asked.of_network
        if mark is None:
            return
        self.drop(mark)
        if asked.of_network is not None:
            self.seen.pop(asked.of_network, None)
        self.answers[mark] = (monotonic(), answer)
        self.size += len(answer.body) + OVERHEAD
        while self.size > MOST_BYTES:
            self.drop(next(iter(self.answers)))
        self.sweep_later()

    def drop(self, mark: bytes) -> None:
        if (found := self.answers.pop(mark, None)) is not None:
            self.size -= len(found[1].body) + OVERHEAD

    def forget(self, before: float) -> None:
        """Whatever was answered before this time."""
        while self.answers and next(iter(self.answers.values()))[0] < before:
            self.drop(next(iter(self.answers)))
        while self.seen and next(iter(self.seen.values())) < before:
            del self.seen[next(iter(self.seen))]

    def sweep_later(self) -> None:
        """Also where nobody asks any more, nothing stays."""
        if self.sweeping is None:
            self.sweeping = asyncio.get_running_loop().call_later(LIVES_SECONDS, self.sweep)

    def sweep(self) -> None:
        self.sweeping = None
        self.forget(monotonic() - LIVES_SECONDS)
        if self.answers or self.seen:
            self.sweep_later()
