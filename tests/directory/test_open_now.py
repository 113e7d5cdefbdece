"""Who is open now where nearly everybody is closed: the same as looking at every listing, and never a long walk."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import given
import pytest

from referral.directory.searching import search
from referral.directory.searching.filters import Point, Search, arguments
from referral.directory.searching.search_sql import Sorting, sorted_page
from referral.directory.words import ProviderOrder
from referral.foundation.db import Database, execute, records, value
from referral.foundation.vocabulary import HelpType

HERE = Point(latitude=29.4, longitude=-98.5)
ASLEEP, AWAKE, SILENT = 900, 130, 60
# Many weeks of hours, all of them awake or asleep whatever the hour at which this runs.
KEPT = """
    INSERT INTO schedule (id, provider_id, weekdays, opens_at, closes_at)
    SELECT gen_random_uuid(), p.id, '{MO,TU,WE,TH,FR,SA,SU}',
           to_char(clock + $2::interval - n * interval '1 minute', 'HH24:MI'),
           to_char(clock + $2::interval + interval '5 hours', 'HH24:MI')
      FROM unnest($1::uuid[]) WITH ORDINALITY AS p(id, n)
     CROSS JOIN (VALUES (now() AT TIME ZONE 'America/Chicago')) AS here(clock)"""
NEAREST_FIRST = """
    SELECT id FROM listing
     WHERE is_open_now IS NOT FALSE AND ($2::text IS NULL OR help_types && ARRAY[$2::text])
       AND ($3::text IS NULL OR free <> 'no')
     ORDER BY (is_open_now IS NULL)::int + ($3::text IS NOT NULL AND free = 'unknown')::int,
              coalesce(point <-> cube($1::float8[]), 3), id"""


@pytest.fixture(scope="module")
async def night(database: Database) -> list[UUID]:
    """Who sleeps is near, who is awake is far away, and some say nothing: the ids of those awake."""
    chance = Random(5)  # noqa: S311 - the same night each time
    async with database.transaction() as tx:
        await execute(tx, "DELETE FROM organization")
    asleep = [(chance.uniform(28, 31), chance.uniform(-100, -97)) for _ in range(ASLEEP)]
    awake = [(chance.uniform(33, 47), chance.uniform(-120, -75)) for _ in range(AWAKE)]
    silent: list[Any] = [(chance.uniform(25, 47), chance.uniform(-120, -75)) for _ in range(SILENT - 5)]
    ids = await given.offices(database, [*asleep, *awake, *silent, *[None] * 5])
    async with database.transaction() as tx:
        for start in range(0, ASLEEP, 120):  # opening in ten hours or up to two earlier, for five hours
            await execute(tx, KEPT, ids[start : min(ASLEEP, start + 120)], timedelta(hours=10))
        await execute(tx, KEPT, ids[ASLEEP : ASLEEP + AWAKE], timedelta(hours=-1))
        await execute(
            tx,
            "UPDATE service SET free = (ARRAY['yes', 'no', 'unknown'])[1 + abs(hashtext(id::text)) % 3]",
        )
    return ids[ASLEEP : ASLEEP + AWAKE]


async def everybody(database: Database, asked: Search) -> list[UUID]:
    """Page after page."""
    found: list[UUID] = []
    after = None
    while True:
        page = await search.find(database.reader, asked, first=20, after=after)
        found += [hit.id for hit in page.hits]
        if not page.page.has_next:
            return found
        after = page.hits[-1].cursor


ASKED = Search(near=HERE, open_now=True, covered_by=())
ASYLUM = (HelpType.LEGAL_ASYLUM,)


@pytest.mark.parametrize("help_types", [None, ASYLUM], ids=["any help", "asylum"])
@pytest.mark.parametrize("free", [None, True], ids=["", "free"])
async def test_whoever_is_awake_is_found_nearest_first(
    database: Database, night: list[UUID], help_types: tuple[HelpType, ...] | None, free: bool | None
) -> None:
    asked = replace(ASKED, help_types=help_types, free=free)
    rows = await records(
        database.reader,
        NEAREST_FIRST,
        search.as_cube(HERE),
        help_types[0].value if help_types else None,
        "free" if free else None,
    )
    expected = [row["id"] for row in rows]
    assert await everybody(database, asked) == expected
    assert len(expected) > (AWAKE + SILENT) / 2
    assert await search.count(database.reader, asked) == len(expected)


async def test_so_are_those_within_a_radius_and_those_page_by_page_backwards(
    database: Database, night: list[UUID]
) -> None:
    asked = replace(ASKED, radius_km=1_000, help_types=ASYLUM)
    found = await everybody(database, asked)
    assert 20 < len(found) < AWAKE
    last = await search.find(database.reader, asked, last=20)
    assert [hit.id for hit in last.hits] == found[-20:]


async def test_an_office_is_not_passed_over_because_its_nearest_peers_are_closed(
    database: Database, night: list[UUID]
) -> None:
    """Two languages are two walks. One ends among the closed; what the other finds farther on is no page yet."""
    rows = await records(
        database.reader,
        "SELECT id FROM listing WHERE is_open_now ORDER BY point <-> cube($1::float8[])",
        search.as_cube(HERE),
    )
    nearest, *farther = [row["id"] for row in rows]
    async with database.transaction() as tx:
        await execute(
            tx, "INSERT INTO language_offered (id, service_id, tag) SELECT gen_random_uuid(), $1, 'ht'", nearest
        )
        await execute(
            tx,
            """INSERT INTO language_offered (id, service_id, tag)
               SELECT gen_random_uuid(), id, 'mam' FROM unnest($1::uuid[]) AS id""",
            farther,
        )
        await execute(
            tx,
            """INSERT INTO language_offered (id, service_id, tag)
               SELECT gen_random_uuid(), c.id, 'ht' FROM listing_card c WHERE c.tags = '{}' AND c.hours IS NOT NULL""",
        )
    page = await search.find(database.reader, replace(ASKED, languages=("ht", "mam")), first=20)
    assert [hit.id for hit in page.hits] == [nearest, *farther[:19]]


@pytest.mark.parametrize("seed", range(4))
async def test_any_search_for_who_is_open_finds_what_sorting_all_of_them_finds(
    database: Database, night: list[UUID], seed: int
) -> None:
    """Languages, kinds of help, radius and other facts by chance; nearly every second search needs the second look."""
    chance = Random(seed)  # noqa: S311 - the same searches each time
    async with database.transaction() as tx:
        await execute(tx, "DELETE FROM language_offered")
        await execute(
            tx,
            """INSERT INTO language_offered (id, service_id, tag)
               SELECT gen_random_uuid(), id, (ARRAY['es', 'ht', 'mam'])[1 + abs(hashtext(id::text || $1)) % 3]
                 FROM service WHERE abs(hashtext($1 || id::text)) % 4 > 0""",
            str(seed),
        )
    for _ in range(12):
        asked = Search(
            near=Point(latitude=chance.uniform(26, 45), longitude=chance.uniform(-118, -80)),
            covered_by=(),
            open_now=True,
            radius_km=chance.choice((None, None, 400.0, 1_500.0)),
            help_types=chance.choice((None, ASYLUM, (*ASYLUM, HelpType.HUM_SHELTER))),
            languages=chance.choice((None, ("es",), ("ht", "mam"))),
            free=chance.choice((None, None, True)),
        )
        every = sorted_page(
            Sorting(search=asked, order=ProviderOrder.NEAREST, backwards=False, is_marked=False, size=51), {}
        )
        rows = await records(database.reader, every, *arguments(asked), None, None, None)
        found = await search.find(database.reader, asked, first=50)
        assert [hit.id for hit in found.hits] == [row["id"] for row in rows][:50], asked


async def test_who_closes_is_found_no_more_and_who_opens_is(database: Database, night: list[UUID]) -> None:
    """The hours that a listing keeps are kept by the database, whoever changes them."""
    first, *_ = await everybody(database, ASKED)
    await keeps(database, first, is_closed=True)
    assert first not in await everybody(database, ASKED)
    await keeps(database, first, is_closed=False)
    assert first in await everybody(database, ASKED)


async def keeps(database: Database, id: UUID, *, is_closed: bool) -> None:
    """Open, or closed, at every hour."""
    async with database.transaction() as tx:
        await execute(tx, "DELETE FROM schedule WHERE provider_id = $1", id)
        await execute(
            tx,
            """INSERT INTO schedule (id, provider_id, weekdays, opens_at, closes_at, is_closure)
               VALUES (gen_random_uuid(), $1, '{MO,TU,WE,TH,FR,SA,SU}', '00:00', '24:00', $2)""",
            id,
            is_closed,
        )


async def test_hours_that_nobody_keeps_any_more_are_forgotten(database: Database, night: list[UUID]) -> None:
    async with database.transaction() as tx:
        await execute(tx, "DELETE FROM schedule WHERE provider_id = $1", night[0])
        await execute(tx, "SET CONSTRAINTS refresh_at_commit IMMEDIATE")
        await execute(tx, "SELECT forget_hours()")
    left = "SELECT count(*) FROM opening_hours h WHERE NOT EXISTS (SELECT FROM listing_card c WHERE c.hours = h.id)"
    lost = "SELECT count(*) FROM listing_card c WHERE NOT EXISTS (SELECT FROM opening_hours h WHERE h.id = c.hours)"
    assert await value(database.reader, left) == 0
    assert await value(database.reader, f"{lost} AND c.hours IS NOT NULL") == 0


async def test_hours_forgotten_while_someone_takes_them_up_are_brought_again(
    database: Database, night: list[UUID]
) -> None:
    """One forgets what nobody keeps, another keeps just that in the same moment: it is not lost."""
    chance = Random(7)  # noqa: S311 - the same moments each time

    async def take_up(id: UUID) -> None:
        for _ in range(8):
            async with database.transaction() as tx:
                await execute(
                    tx,
                    "UPDATE schedule SET opens_at = $2::text::time, closes_at = '23:59' WHERE provider_id = $1",
                    id,
                    f"0{chance.randrange(3)}:30",
                )
            await asyncio.sleep(chance.random() / 50)

    async def forget() -> None:
        for _ in range(40):
            async with database.transaction() as tx:
                await execute(tx, "SELECT forget_hours()")

    await asyncio.gather(*(take_up(id) for id in night[10:16]), forget(), forget())
    lost = await value(
        database.reader,
        """SELECT count(*) FROM listing_card c
            WHERE c.hours IS NOT NULL AND NOT EXISTS (SELECT FROM opening_hours h WHERE h.id = c.hours)""",
    )
    assert lost == 0
