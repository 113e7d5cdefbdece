"""By which way does a request for help come in, when very many do? Nobody is refused for what others do.

At a calm hour the way is open. While many come, a proof of work is the price, and whoever has no script to compute one
has a bucket kept for their forms. Whatever is left, or looks as if no person had sent it, goes to quarantine: the same
receipt, the same words, and staff look at it first. Only beyond that is anybody sent away, and told what to do. So a
flood can fill one lane, and not the others.

What takes time is done by few at once, and whose network has asked least goes first: a thousand requests of one network
wait for each other, and the first of another waits for none of them. All of it is counted in memory under names that
nobody can read, as `budgets` does it; each process counts by itself.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from math import ceil, exp, log2

from referral.edges.budgets import SECONDS, Budget, Ledger, Purse
from referral.foundation.errors import RateLimited
from referral.foundation.settings import Settings
from referral.intake.words import Suspicion

EVERYBODY = b"everybody"
FORMS_OF_A_NETWORK = 6  # of the bucket for forms in a minute, so that one network does not empty it
QUARANTINED_OF_A_NETWORK = 12
AT_ONCE = 3  # requests that are sealed and written at the same time
QUARANTINED_AT_ONCE = 1
MOST_WAITING = 60  # for their turn
LONGEST_WAIT_SECONDS = 6.0
FULL = (
    "So many requests are coming in that this one could not be taken. Get a challenge from /challenge and send the "
    "proof as Referral-Proof, or send the same again when Retry-After says. Nothing was kept."
)


class Lane(StrEnum):
    """By which way a request comes in."""

    OPEN = "open"
    PAID = "paid"
    FORM = "form"
    QUARANTINE = "quarantine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """By which lane, and in whose turn; in quarantine, why."""

    lane: Lane
    purse: Purse = field(repr=False)
    suspicion: Suspicion | None = None


@dataclass(slots=True)
class Load:
    """How many came within about the last minute: each counts less the longer ago it was."""

    sum: float = 0.0
    at: float = 0.0

    def add(self, at: float) -> None:
        self.sum, self.at = self.now(at) + 1.0, at

    def now(self, at: float) -> float:
        return self.sum * exp(-max(0.0, at - self.at) / SECONDS)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Waiting:
    """One who waits for their turn."""

    purse: Purse
    called: asyncio.Future[None]


@dataclass(slots=True, kw_only=True)
class Turns:
    """Few at once; of those who wait, whose network has asked least is called first, and of equals who came first."""

    at_once: int
    busy: int = 0
    waiting: list[Waiting] = field(default_factory=list[Waiting], repr=False)

    @asynccontextmanager
    async def turn(self, purse: Purse) -> AsyncGenerator[None]:
        """Have one's turn for the block. RateLimited where those who wait all have a better right."""
        if self.busy < self.at_once:
            self.busy += 1
        else:
            await self.wait(purse)
        try:
            yield
        finally:
            self.busy -= 1
            self.call_next()

    async def wait(self, purse: Purse) -> None:
        """Until one is called; by then one of the places is taken for whoever waited."""
        if len(self.waiting) >= MOST_WAITING:
            last = max(reversed(self.waiting), key=asked_by)
            if asked_by(last) <= purse.spent:
                raise full()
            self.waiting.remove(last)
            last.called.set_exception(full())
        mine = Waiting(purse=purse, called=asyncio.get_running_loop().create_future())
        self.waiting.append(mine)
        try:
            async with asyncio.timeout(LONGEST_WAIT_SECONDS):
                await mine.called
        except BaseException as gone:
            if mine in self.waiting:
                self.waiting.remove(mine)
            elif mine.called.done() and not mine.called.cancelled() and mine.called.exception() is None:
                self.busy -= 1  # called at the very moment in which they went
                self.call_next()
            if isinstance(gone, TimeoutError):
                raise full() from None
            raise

    def call_next(self) -> None:
        while self.waiting and self.busy < self.at_once:
            first = min(self.waiting, key=asked_by)
            self.waiting.remove(first)
            if not first.called.done():
                self.busy += 1
                first.called.set_result(None)


def asked_by(waiting: Waiting) -> int:
    return waiting.purse.spent


def full(seconds: int = 10) -> RateLimited:
    return RateLimited(FULL, retry_after_seconds=seconds)


@dataclass(slots=True, kw_only=True)
class Lanes:
    """All lanes of a process. Time is an argument: seconds of a clock that only goes forward."""

    ledger: Ledger = field(default_factory=Ledger, repr=False)
    asked: Load = field(default_factory=Load)  # by whom and how ever
    paid: Load = field(default_factory=Load)
    turns: Turns = field(default_factory=lambda: Turns(at_once=AT_ONCE))
    later: Turns = field(default_factory=lambda: Turns(at_once=QUARANTINED_AT_ONCE))

    def purse(self, settings: Settings, network: bytes, at: float) -> Purse:
        """What a network has left to send in this minute."""
        return self.ledger.purse(Budget(name="submissions", quota=settings.visitor_submissions), network, at)

    def is_calm(self, settings: Settings, at: float) -> bool:
        """Whether so few ask that nobody has to prove anything."""
        return self.asked.now(at) <= settings.calm_submissions

    def price(self, settings: Settings, at: float) -> int:
        """What a proof costs now. Only those who pay raise it: junk makes it dearer for nobody."""
        return max(0, ceil(log2(max(self.paid.now(at), 1.0) / settings.calm_submissions)))

    def let_in(
        self,
        settings: Settings,
        purse: Purse,
        network: bytes,
        at: float,
        *,
        has_paid: bool = False,
        is_form: bool = False,
        suspicion: Suspicion | None = None,
    ) -> Pass:
        """The lane of one who asks. RateLimited where even the quarantine takes no more in this minute."""
        self.asked.add(at)
        is_within = purse.take(1)
        if suspicion is None and is_within:
            if has_paid:
                self.paid.add(at)
                return Pass(lane=Lane.PAID, purse=purse)
            if self.is_calm(settings, at):
                return Pass(lane=Lane.OPEN, purse=purse)
            if is_form and self.has_room("forms", FORMS_OF_A_NETWORK, settings.form_submissions, network, at):
                return Pass(lane=Lane.FORM, purse=purse)
        why = suspicion or (Suspicion.NO_PROOF if is_within else Suspicion.OVER_LIMIT)
        if not self.has_room("quarantined", QUARANTINED_OF_A_NETWORK, settings.quarantine_submissions, network, at):
            raise full(purse.seconds(at))
        return Pass(lane=Lane.QUARANTINE, purse=purse, suspicion=why)

    def has_room(self, name: str, of_network: int, of_all: int, network: bytes, at: float) -> bool:
        """Take one from a network's share of a bucket and from the bucket, if there is one in both."""
        own = self.ledger.purse(Budget(name=f"{name} of a network", quota=of_network), network, at)
        common = self.ledger.purse(Budget(name=f"{name} of all", quota=of_all), EVERYBODY, at)
        return own.left > 0 and common.left > 0 and own.take(1) and common.take(1)

    @asynccontextmanager
    async def turn(self, entered: Pass) -> AsyncGenerator[None]:
        """Have one's turn for the block. RateLimited where too many wait who have a better right."""
        async with (self.later if entered.lane is Lane.QUARANTINE else self.turns).turn(entered.purse):
            yield
