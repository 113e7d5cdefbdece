"""How long does one ranking take, and how many listings does it look at, however large the directory?

Requests as they come, and such as are hard: a language that hardly anybody speaks, a person who is held, one who can be
helped from afar only, one whose place is not known. Each asks `finding.ranked` for its first ten with every reason, as
placing does.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
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
class Result:
    """What one kind of request took in one directory."""

    size: int
    kind: str
    p50: float  # ms
    p95: float
    cpu: float  # ms of this process for each
    looked_at: float


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
    return [await of_kind(database, size, kind, made) for kind, made in (await kinds(database.reader)).items()]


async def of_kind(database: Database, size: int, kind: str, made: Callable[[Random], Need]) -> Result:
    random, moment = Random(SEED), now()  # noqa: S311 - the same people every time, not a secret
    for _ in range(8):  # each connection plans its statements once
        await finding.ranked(database.reader, made(random), now=moment)
    looked_at, known = 0, questions.known

    async def counted(at: Reader, need: Need, ids: Sequence[UUID]) -> list[Candidate]:
        nonlocal looked_at
        looked_at += len(ids)
        return await known(at, need, ids)

    questions.known = counted
    try:
        seconds, began = list[float](), time.process_time()
        for _ in range(REQUESTS):
            need, start = made(random), time.perf_counter()
            await finding.ranked(database.reader, need, now=moment)
            seconds.append(time.perf_counter() - start)
        busy = time.process_time() - began
    finally:
        questions.known = known
    return Result(
        size=size,
        kind=kind,
        p50=median(seconds) * 1e3,
        p95=quantiles(seconds, n=20)[-1] * 1e3,
        cpu=busy / REQUESTS * 1e3,
        looked_at=looked_at / REQUESTS,
    )


def rows(results: Sequence[Result]) -> list[tuple[str, ...]]:
    head = ("listings", "requests", "p50 ms", "p95 ms", "our CPU ms", "looked at")
    return [head] + [
        (f"{one.size:,}", one.kind, f"{one.p50:.1f}", f"{one.p95:.1f}", f"{one.cpu:.1f}", f"{one.looked_at:.0f}")
        for one in results
    ]
