"""Facts of three values, asked for together near a place, against every listing looked at one by one."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from math import asin, cos, radians, sin, sqrt
from random import Random
from typing import Any

import given
import pytest

from referral.directory.searching import search
from referral.directory.searching.filters import Point, Search
from referral.foundation.db import Database, execute, many
from referral.foundation.vocabulary import HelpType

OFFICES = 60
HERE = (25.9, -97.5)
ANSWERS = ("yes", "no", "unknown")
FACTS = ("open_now", "remote", "free", "accepts_detained", "accepts_minors")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What the database was told of an office."""

    name: str
    latitude: float
    longitude: float
    facts: dict[str, str]


@pytest.fixture(scope="module")
async def stated(database: Database) -> list[Stated]:
    """Offices that say, keep to themselves and deny, each by chance."""
    chance = Random(23)  # noqa: S311 - the same offices each time
    async with database.transaction() as tx:
        await execute(tx, "DELETE FROM organization")
    points = [(chance.uniform(20, 45), chance.uniform(-120, -70)) for _ in range(OFFICES)]
    await given.offices(database, points)
    known: dict[str, dict[str, str]] = {}
    async with database.transaction() as tx:
        for office in await many(tx, Named, "SELECT id::text, name FROM provider ORDER BY name"):
            says = {fact: chance.choice(ANSWERS) for fact in FACTS}
            says["accepts_detained"] = chance.choice((*ANSWERS, "only"))
            await execute(
                tx,
                """UPDATE service SET free = $2, accepts_detained = $3, accepts_minors = $4, delivery_modes = $5
                    WHERE id = (SELECT service_id FROM provider WHERE id = $1::text::uuid)""",
                office.id,
                says["free"],
                says["accepts_detained"],
                says["accepts_minors"],
                {"yes": ["phone"], "no": ["in_person"], "unknown": []}[says["remote"]],
            )
            if says["open_now"] != "unknown":
                await execute(
                    tx,
                    """INSERT INTO schedule (id, provider_id, weekdays, opens_at, closes_at, is_closure)
                       SELECT gen_random_uuid(), $1::text::uuid, '{MO,TU,WE,TH,FR,SA,SU}', '00:00', '24:00', closed
                         FROM (VALUES (false), (true)) AS lines(closed)
                        WHERE NOT closed OR $2 = 'no'""",
                    office.id,
                    says["open_now"],
                )
            known[office.name] = says
    return [
        Stated(name=one, latitude=point[0], longitude=point[1], facts=says)
        for (one, says), point in zip(sorted(known.items()), points, strict=True)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """An office by its id and its name."""

    id: str
    name: str


def is_kept(says: str, asked: bool) -> bool:
    return says != "no" if asked else says in ("no", "unknown")


def by_hand(offices: list[Stated], asked: Mapping[str, bool]) -> list[str]:
    """Who does not deny what is asked, least in doubt first, then nearest."""
    kept = [one for one in offices if all(is_kept(one.facts[fact], value) for fact, value in asked.items())]
    return [
        one.name
        for one in sorted(kept, key=lambda one: (sum(one.facts[fact] == "unknown" for fact in asked), distance(one)))
    ]


def distance(one: Stated) -> float:
    """In Earth radii, from HERE."""
    north = sin(radians(one.latitude - HERE[0]) / 2) ** 2
    east = cos(radians(HERE[0])) * cos(radians(one.latitude)) * sin(radians(one.longitude - HERE[1]) / 2) ** 2
    return 2 * asin(sqrt(north + east))


@pytest.mark.parametrize("together", range(1, len(FACTS) + 1))
@pytest.mark.parametrize("help_types", [None, (HelpType.LEGAL_ASYLUM,)], ids=["any help", "asylum"])
async def test_facts_asked_together_sort_and_exclude_as_by_hand(
    database: Database, stated: list[Stated], together: int, help_types: tuple[HelpType, ...] | None
) -> None:
    chance = Random(together)  # noqa: S311 - the same questions each time
    for facts in combinations(FACTS, together):
        asked: dict[str, Any] = {fact: chance.random() < 0.7 for fact in facts}
        wanted = Search(near=Point(latitude=HERE[0], longitude=HERE[1]), help_types=help_types, **asked)
        expected = by_hand(stated, asked)
        found: list[str] = []
        mark = None
        while True:
            page = await search.find(database.reader, wanted, first=7, after=mark)
            found += [hit.name for hit in page.hits]
            if not page.page.has_next:
                break
            mark = page.hits[-1].cursor
        assert found == expected, asked
        assert await search.count(database.reader, wanted) == len(expected)
