"""Who could help with this need, best first, in a directory of any size? Reads as few listings as decide the order.

It asks the database in rounds, since what was found says whether more has to be read: until nobody who was not looked
at can be better than those who were. Between two rounds others are served.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from referral.foundation.db import Reader
from referral.matching import candidates, narrowing, ranking, tables
from referral.matching.answers import Room
from referral.matching.languages import LanguagePairs, primary
from referral.matching.narrowing import NOTHING_LEFT, Asked, Found, Pool
from referral.matching.pair import Need
from referral.matching.verdicts import NOTHING_RELAXED, Judge, Verdict

AT_ONCE = 80  # judged in one go, and so the longest that nobody else is served
STREAMS_AT_ONCE = 16
FIRST_READ, MORE = 20, 4  # of each stream, and so many times as many each time it is read on
FIRST_JUDGED = 20  # before more is read: what is enough already spares most of the other streams
MOST_JUDGED = 240  # where nobody fits, or everybody alike, this is where it ends
MOST_OF_EQUALS = 2  # times as many as are wanted, where the rest can be no better than equal

Counts = Callable[[Verdict], bool]


def anyone(_verdict: Verdict) -> bool:
    """Whoever is feasible counts."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a look goes by. `first` of those that `counts` says count are wanted."""

    pairs: LanguagePairs
    now: datetime
    salt: bytes
    relaxed: frozenset[str] = NOTHING_RELAXED
    first: int
    counts: Counts = anyone


@dataclass(slots=True, kw_only=True)
class Look:
    """How far one look has come."""

    need: Need
    terms: Terms
    pool: Pool
    beside: dict[int, str]  # streams that are found by what they state
    judge: Judge
    judged: list[Verdict] = field(default_factory=list[Verdict])
    looked_at: int = 0


async def best(at: Reader, need: Need, terms: Terms) -> tuple[Verdict, ...]:
    """The first of those that count, in the order of `ranking`; fewer where there are no more."""
    look = await begun(at, need, terms)
    while goes_on(look, needed := enough(look)):
        if ids := next_to_judge(look, needed):
            await judge(at, look, ids)
        else:
            await read_on(at, look, needed)
    order = ranking.in_order(need, look.judged, salt=terms.salt)
    return tuple(verdict for verdict in order if terms.counts(verdict))[: terms.first]


async def begun(at: Reader, need: Need, terms: Terms) -> Look:
    tags = narrowing.tags_for(need, await candidates.offered_tags(at, roots(need, terms.pairs)), terms.pairs)
    streams = narrowing.streams_of(need, tags)
    beside = {len(streams): "areas", len(streams) + 1: "without_point"}
    streams += [narrowing.beside(need, 1000), narrowing.beside(need, tables.SAME_STATE_PERMILLE)]
    judge = Judge(need, pairs=terms.pairs, now=terms.now, relaxed=terms.relaxed)
    return Look(need=need, terms=terms, pool=Pool(need=need, streams=streams), beside=beside, judge=judge)


def roots(need: Need, pairs: LanguagePairs) -> set[str]:
    """The languages, without region, in which the person may be served."""
    found: set[str] = set()
    for spoken in need.languages:
        for tag in (spoken, primary(spoken)):
            found |= {tag, *pairs.same.get(tag, ()), *pairs.related.get(tag, ())}
    return {primary(tag) for tag in found}


def enough(look: Look) -> int:
    """The points of the last that is wanted, of those with room; one that is not looked at must have as many."""
    found = sorted(
        (
            ranking.standing(verdict)
            for verdict in look.judged
            if verdict.room in {Room.OPEN, Room.UNKNOWN} and look.terms.counts(verdict)
        ),
        reverse=True,
    )
    return found[look.terms.first - 1] if len(found) >= look.terms.first else NOTHING_LEFT


def goes_on(look: Look, needed: int) -> bool:
    promised = look.pool.promises()
    if promised == NOTHING_LEFT or promised < needed or look.looked_at >= MOST_JUDGED:
        return False
    return promised > needed or look.looked_at < MOST_OF_EQUALS * look.terms.first


def next_to_judge(look: Look, needed: int) -> list[UUID]:
    """Those that nobody unread can be better than; the very first whatever is unread. As many as all before: each of
    them may show that what is enough is more than was known.
    """
    if look.looked_at == 0:
        return look.pool.best(FIRST_JUDGED, above=NOTHING_LEFT, is_first=True)
    return look.pool.best(min(AT_ONCE, max(FIRST_JUDGED, look.looked_at)), above=needed)


async def judge(at: Reader, look: Look, ids: list[UUID]) -> None:
    look.judged += look.judge.feasible(await candidates.known(at, look.need, ids))
    look.looked_at += len(ids)


async def read_on(at: Reader, look: Look, needed: int) -> None:
    """Read more of the most promising streams, as far as they have been read alike."""
    streams = look.pool.streams
    promising = look.pool.to_read(STREAMS_AT_ONCE, above=needed)
    so_far = streams[promising[0]].read
    limit = max(FIRST_READ, MORE * so_far)
    asked: dict[int, Asked] = {}
    for number in promising:
        stream = streams[number]
        if stream.asked is None:
            look.pool.add(number, await stated(at, look, number, limit), limit=limit)
        elif stream.read == so_far:
            asked[number] = stream.asked
    if not asked:
        return
    rows: dict[int, list[Found]] = {number: [] for number in asked}
    for row in await candidates.nearest(at, look.need, asked, limit):
        rows[row.stream].append(row)
    for number, found in rows.items():
        look.pool.add(number, found, limit=limit)


async def stated(at: Reader, look: Look, number: int, limit: int) -> Iterable[Found]:
    need = look.need
    if look.beside[number] == "areas":
        ids = await candidates.at_areas(at, need, narrowing.areas_of(need), limit)
    else:
        ids = await candidates.without_point(at, need, limit)
    return [Found(stream=number, id=id, km=None) for id in ids]
