"""How long does one ranking take, and how many listings does it look at, however large the directory?

Requests as they come, and such as are hard: a language that hardly anybody speaks, a person who is held, one who can be
helped from afar only, one whose place is not known, one who needs two kinds of help. Each asks `finding.ranked` for its
first ten with every reason, as placing does. All figures are medians over the same requests, one after the other: the
processor time of our own process, that of Postgres by the system's count, and the time by the clock. The first two say
what a ranking costs also where others use the machine; the last says that only where nobody does.
"""

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from random import Random
from statistics import median, quantiles
from uuid import UUID

from referral.foundation.clock import now
from referral.foundation.db import Database, Reader, execute, many, value
from referral.foundation.vocabulary import CasePosture, HelpType, ProtectionClaim
from referral.intake.words import AgeBand, CanAfford, ConsentScope, Representation, UrgencyLevel
from referral.matching import candidates as questions
from referral.matching import finding
from referral.matching.pair import Candidate, Need, Spot

SEED = 29
REQUESTS = 100  # of each kind
WARMING = 10  # each connection plans its statements once
FROM_AFAR = 200  # every so many'th service is given by phone
AT_ONCE = 2_000
HELP = (HelpType.LEGAL_ASYLUM, HelpType.LEGAL_REMOVAL_DEFENSE, HelpType.LEGAL_DETENTION_BOND, HelpType.LEGAL_FAMILY)
FAR_AWAY = Spot(latitude=21.3, longitude=-157.9, name="Honolulu", country="US", state="HI")
COMMON, RARE = 4, 50  # of the languages by use: the first, and from here on


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """Where somebody may be."""

    name: str
    country: str
    state: str | None
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """What one ranking took, in ms."""

    ours: float
    postgres: float
    wall: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one kind of request took in one directory."""

    size: int
    kind: str
    looked_at: float
    took: list[Took]


async def prepare(database: Database, size: int) -> None:
    """Some services are given by phone; a directory that has them keeps them."""
    numbers = range(FROM_AFAR // 4, size + 1, FROM_AFAR)
    for start in range(0, len(numbers), AT_ONCE):
        async with database.transaction() as tx:
            await execute(tx, "SET LOCAL statement_timeout = 0")
            await execute(
                tx,
                """
                UPDATE service SET delivery_modes = '{phone}'
                 WHERE id IN (SELECT md5('service ' || n)::uuid FROM unnest($1::int[]) AS n)
                   AND delivery_modes = '{in_person}'""",
                list(numbers[start : start + AT_ONCE]),
            )


async def kinds(at: Reader) -> dict[str, Callable[[Random], Need]]:
    towns = await many(
        at,
        Town,
        """SELECT name, country, state, latitude, longitude FROM place
            WHERE kind = 'town' AND country = 'US' ORDER BY population DESC, id LIMIT 2000""",
    )
    tags: list[str] = await value(at, "SELECT array_agg(tag ORDER BY position) FROM language")

    def ordinary(random: Random) -> Need:
        town = random.choice(towns)
        return asking(random, tags[:COMMON], Spot(**{name: getattr(town, name) for name in Town.__slots__}))

    return {
        "ordinary": ordinary,
        "rare language": lambda random: replace(ordinary(random), languages=(random.choice(tags[RARE : RARE + 10]),)),
        "held": lambda random: replace(ordinary(random), posture=CasePosture.DETAINED_ICE),
        "from afar only": lambda random: replace(ordinary(random), place=FAR_AWAY),
        "place unknown": lambda random: replace(ordinary(random), place=None),
        "two needs": lambda random: replace(ordinary(random), help_types=tuple(random.sample(HELP, 2))),
    }


def asking(random: Random, tags: Sequence[str], place: Spot) -> Need:
    return Need(
        request_id=UUID(int=random.getrandbits(128)),
        help_types=(random.choice(HELP),),
        claims=(ProtectionClaim.ASYLUM,),
        posture=CasePosture.IN_REMOVAL_PROCEEDINGS,
        languages=(random.choice(tags),),
        place=place,
        age=AgeBand.ADULT,
        can_afford=CanAfford.NO,
        representation=Representation.NONE,
        urgency=UrgencyLevel.NORMAL,
        consents=frozenset({ConsentScope.SHARE_SUMMARY}),
    )


async def measured(database: Database, size: int) -> list[Result]:
    await prepare(database, size)
    made = await kinds(database.reader)
    gc.collect()
    gc.freeze()  # as where it is served
    return [await of_kind(database, size, kind, one) for kind, one in made.items()]


async def of_kind(database: Database, size: int, kind: str, made: Callable[[Random], Need]) -> Result:
    random, moment = Random(SEED), now()  # noqa: S311 - the same people every time, not a secret
    for _ in range(WARMING):
        await finding.ranked(database.reader, made(random), now=moment)
    looked_at, known = list[int](), questions.known

    async def counted(at: Reader, need: Need, ids: Sequence[UUID]) -> list[Candidate]:
        looked_at.append(len(ids))
        return await known(at, need, ids)

    questions.known = counted
    try:
        backends = await at_work(database)
        took = [await one(database, made(random), moment, backends) for _ in range(REQUESTS)]
    finally:
        questions.known = known
    return Result(size=size, kind=kind, looked_at=sum(looked_at) / REQUESTS, took=took)


async def one(database: Database, need: Need, moment: datetime, backends: Sequence[int]) -> Took:
    postgres, ours, wall = on_processor(backends), time.process_time(), time.perf_counter()
    await finding.ranked(database.reader, need, now=moment)
    wall, ours = time.perf_counter() - wall, time.process_time() - ours
    return Took(ours=ours * 1e3, postgres=(on_processor(backends) - postgres) * 1e3, wall=wall * 1e3)


async def at_work(database: Database) -> list[int]:
    """The processes of Postgres that answer us."""
    return await value(
        database.reader,
        """SELECT array_agg(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND backend_type = 'client backend'""",
    )


def on_processor(processes: Sequence[int]) -> float:
    """Seconds that they have run, to the nanosecond; a count of ticks would be too coarse for one question."""
    return sum(int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) for pid in processes) / 1e9


def rows(results: Sequence[Result]) -> list[tuple[str, ...]]:
    head = ("listings", "request", "looked at", "our CPU ms", "Postgres CPU ms", "both", "p95", "by the clock ms")
    lines: list[tuple[str, ...]] = [head]
    for result in results:
        both = [one.ours + one.postgres for one in result.took]
        parts = (
            median(one.ours for one in result.took),
            median(one.postgres for one in result.took),
            median(both),
            quantiles(both, n=20)[-1],
            median(one.wall for one in result.took),
        )
        lines.append((f"{result.size:,}", result.kind, f"{result.looked_at:.0f}", *(f"{ms:.1f}" for ms in parts)))
    return lines
