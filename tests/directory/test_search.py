"""What is found near here, in which order, and page by page while listings come and go."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from math import asin, cos, radians, sin, sqrt
from random import Random
from uuid import UUID

import given
import pytest
from hypothesis import HealthCheck, settings, strategies
from hypothesis import given as drawn

from referral.directory import search
from referral.directory.search import Found, Point, Search
from referral.directory.words import Openness
from referral.edges.house import House
from referral.edges.lookups import search_languages
from referral.foundation.clock import now
from referral.foundation.db import Database, execute, value
from referral.foundation.errors import ValidationFailed
from referral.foundation.vocabulary import HelpType

EARTH_KM = 6371.0088
CORNERS = (
    (0.0, 180.0), (0.0, -180.0), (10.0, 179.9), (10.0, -179.9), (-17.5, 178.0), (-17.5, -178.5), (89.9, 10.0),
    (89.9, -170.0), (90.0, 0.0), (-90.0, 0.0), (-89.9, 45.0), (0.0, 0.0), (25.9, -97.5), (32.5, -117.0),
)  # fmt: skip
HERE = Search(near=Point(latitude=25.9017, longitude=-97.4975))
latitudes, longitudes = strategies.floats(-90, 90), strategies.floats(-180, 180)


def haversine(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Written here once more, from the formula, so that a slip in the product does not excuse itself."""
    north = sin(radians(other[0] - one[0]) / 2) ** 2
    east = cos(radians(one[0])) * cos(radians(other[0])) * sin(radians(other[1] - one[1]) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1.0, north + east)))


async def offices_at(database: Database, points: Sequence[tuple[float, float]]) -> dict[UUID, tuple[float, float]]:
    """Offices that say nothing but where they are."""
    return {
        (await given.office(database, name=f"Office {number:03d}", point=point, openness=None)).id: point
        for number, point in enumerate(points)
    }


async def walked(database: Database, wanted: Search, size: int, *, backwards: bool = False) -> list[UUID]:
    """Every listing, page by page, in the order of the list."""
    pages: list[list[UUID]] = []
    mark: str | None = None
    while True:
        if backwards:
            found = await search.find(database.reader, wanted, last=size, before=mark)
        else:
            found = await search.find(database.reader, wanted, first=size, after=mark)
        pages.append(ids(found))
        goes_on = found.page.has_previous if backwards else found.page.has_next
        if not goes_on:
            return [id for page in (reversed(pages) if backwards else pages) for id in page]
        assert len(found.hits) == size
        mark = found.hits[0 if backwards else -1].cursor(wanted)


def ids(found: Found) -> list[UUID]:
    return [hit.id for hit in found.hits]


# ---------------------------------------------------------------- distance
@pytest.fixture(scope="module")
async def globe(database: Database) -> dict[UUID, tuple[float, float]]:
    """Sixty offices all over the Earth, some at its awkward corners."""
    async with database.transaction() as tx:
        await execute(tx, "TRUNCATE organization CASCADE")
    random = Random(7)  # noqa: S311 - the same globe each time
    anywhere = [(random.uniform(-90, 90), random.uniform(-180, 180)) for _ in range(60 - len(CORNERS))]
    return await offices_at(database, [*CORNERS, *anywhere])


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@drawn(latitude=latitudes, longitude=longitudes, radius_km=strategies.floats(1, 20_037))
async def test_whoever_is_within_the_radius_is_found_nearest_first(
    database: Database, globe: dict[UUID, tuple[float, float]], latitude: float, longitude: float, radius_km: float
) -> None:
    wanted = Search(near=Point(latitude=latitude, longitude=longitude), radius_km=radius_km)
    found: dict[UUID, float] = {}
    mark = None
    while True:
        page = await search.find(database.reader, wanted, first=50, after=mark)
        found |= {hit.id: hit.distance_km or 0.0 for hit in page.hits}
        if not page.page.has_next:
            break
        mark = page.hits[-1].cursor(wanted)
    expected = {id: haversine((latitude, longitude), point) for id, point in globe.items()}
    # At the very edge, and at the antipode where a kilometre is a hair of a chord, arithmetic may round either way.
    assert {id for id, km in expected.items() if km < radius_km - 0.5} <= set(found)
    assert set(found) <= {id for id, km in expected.items() if km < radius_km + 0.5}
    assert all(found[id] == pytest.approx(expected[id], rel=0.005, abs=0.5) for id in found)
    assert list(found.values()) == sorted(found.values())
    assert await search.count(database.reader, wanted) == len(found)


@pytest.mark.parametrize("corner", CORNERS)
async def test_an_office_is_no_distance_from_itself_whatever_its_corner(
    database: Database, globe: dict[UUID, tuple[float, float]], corner: tuple[float, float]
) -> None:
    wanted = Search(near=Point(latitude=corner[0], longitude=corner[1]), radius_km=0.1)
    found = await search.find(database.reader, wanted)
    assert corner in {globe[hit.id] for hit in found.hits}
    assert all(hit.distance_km == pytest.approx(0, abs=0.01) for hit in found.hits)


async def test_the_date_line_is_no_wall(fresh_db: Database) -> None:
    west, east = await offices_at(fresh_db, [(0.0, 179.95), (0.0, -179.95)])
    found = await search.find(fresh_db.reader, Search(near=Point(latitude=0.0, longitude=179.99), radius_km=20))
    assert ids(found) == [west, east]
    assert [round(hit.distance_km or 0, 1) for hit in found.hits] == [4.4, 6.7]


async def test_a_confidential_place_takes_no_part_in_distance(fresh_db: Database) -> None:
    shelter, office = await offices_at(fresh_db, [given.BROWNSVILLE, given.MCALLEN])
    async with fresh_db.transaction() as tx:
        await execute(
            tx,
            """
            UPDATE location SET visibility = 'confidential', latitude = NULL, longitude = NULL
             WHERE id = (SELECT location_id FROM provider WHERE id = $1)""",
            shelter,
        )
    found = await search.find(fresh_db.reader, HERE)
    assert [(hit.id, hit.distance_km is None) for hit in found.hits] == [(office, False), (shelter, True)]
    assert ids(await search.find(fresh_db.reader, replace(HERE, radius_km=20_000))) == [office]


# ---------------------------------------------------------------- order and pages
@pytest.mark.parametrize("size", [1, 3, 7, 50])
@pytest.mark.parametrize("wanted", [HERE, Search()], ids=["near", "by name"])
async def test_pages_hold_every_listing_once_either_way(fresh_db: Database, wanted: Search, size: int) -> None:
    points = [(25.0 + number % 3, -97.0) for number in range(11)]  # several at one distance
    await offices_at(fresh_db, points)
    await offices_at(fresh_db, points[:4])  # several of one name
    onwards = await walked(fresh_db, wanted, size)
    assert len(set(onwards)) == len(onwards) == 15
    assert await walked(fresh_db, wanted, size, backwards=True) == onwards
    hits = (await search.find(fresh_db.reader, wanted, first=50)).hits
    keys = [(hit.chord if wanted.near else hit.name, hit.id) for hit in hits]
    assert keys == sorted(keys, key=lambda key: (str(key[0]) if isinstance(key[0], str) else key[0], key[1]))


@pytest.mark.parametrize("wanted", [HERE, Search()], ids=["near", "by name"])
async def test_a_page_goes_on_where_it_ended_while_listings_come_and_go(fresh_db: Database, wanted: Search) -> None:
    offices = list(await offices_at(fresh_db, [(25.0 + number / 10, -97.0) for number in range(10)]))
    first = await search.find(fresh_db.reader, wanted, first=4)
    mark = first.hits[-1].cursor(wanted)
    rest = [id for id in await walked(fresh_db, wanted, 50) if id not in ids(first)]
    async with fresh_db.transaction() as tx:
        await execute(tx, "DELETE FROM provider WHERE id = ANY($1)", [first.hits[-1].id, first.hits[0].id])
    await given.office(fresh_db, name="A newcomer before all", point=(25.9017, -97.4975))
    second = await search.find(fresh_db.reader, wanted, first=4, after=mark)
    third = await search.find(fresh_db.reader, wanted, first=4, after=second.hits[-1].cursor(wanted))
    assert [*ids(second), *ids(third)] == rest
    assert (second.page.has_next, second.page.has_previous) == (True, True)
    assert third.page.has_next is False
    back = await search.find(fresh_db.reader, wanted, last=4, before=third.hits[0].cursor(wanted))
    assert ids(back) == ids(second)
    assert len(offices) == 10


async def test_an_order_is_the_same_however_often_it_is_asked(fresh_db: Database) -> None:
    await offices_at(fresh_db, [given.BROWNSVILLE] * 8)
    orders = {tuple(ids(await search.find(fresh_db.reader, HERE))) for _ in range(5)}
    assert len(orders) == 1
    assert list(orders.pop()) == sorted(await walked(fresh_db, HERE, 50))


async def test_beyond_the_ends_there_is_nothing(fresh_db: Database) -> None:
    nobody = await search.find(fresh_db.reader, HERE)
    assert (nobody.hits, nobody.page.has_next, nobody.page.has_previous) == ((), False, False)
    await offices_at(fresh_db, [given.BROWNSVILLE])
    only = await search.find(fresh_db.reader, HERE)
    after = await search.find(fresh_db.reader, HERE, after=only.hits[0].cursor(HERE))
    assert (after.hits, after.page.has_next, after.page.has_previous) == ((), False, True)


# ---------------------------------------------------------------- filters
async def test_a_language_keeps_who_says_nothing_and_drops_who_names_only_others(house: House) -> None:
    at = house.database
    spanish = await given.office(at, name="Spanish", languages=("es",))
    silent = await given.office(at, name="Silent", languages=())
    await given.office(at, name="Creole", languages=("ht",))
    wanted = Search(languages=await search_languages(house, ["es"], "languages"))
    assert set(ids(await search.find(at.reader, wanted))) == {spanish.id, silent.id}


async def test_a_language_of_the_place_counts_too(house: House) -> None:
    office = await given.office(house.database, languages=("ht",))
    async with house.database.transaction() as tx:
        await execute(
            tx,
            """
            INSERT INTO language_offered (id, location_id, tag)
            SELECT gen_random_uuid(), location_id, 'mam' FROM provider WHERE id = $1""",
            office.id,
        )
    assert ids(await search.find(house.database.reader, Search(languages=("mam",)))) == [office.id]


@pytest.mark.parametrize(("asked", "spoken"), [("zh", "cmn"), ("es-MX", "es"), ("eng", "en")])
async def test_other_names_of_a_language_find_it(house: House, asked: str, spoken: str) -> None:
    office = await given.office(house.database, languages=(spoken,))
    await given.office(house.database, languages=("ht",))
    wanted = Search(languages=await search_languages(house, [asked], "languages"))
    assert ids(await search.find(house.database.reader, wanted)) == [office.id]


async def test_facets_count_under_the_other_filters(house: House) -> None:
    at = house.database
    await given.office(at, languages=("es", "en"), help_types=(HelpType.LEGAL_ASYLUM, HelpType.LEGAL_APPEAL))
    await given.office(at, languages=("ht",), help_types=(HelpType.LEGAL_ASYLUM,), openness=Openness.WAITLIST)
    await given.office(at, languages=(), help_types=(HelpType.HUM_FOOD,), openness=None)
    far = (40.0, -75.0)
    await given.office(at, languages=("es",), help_types=(HelpType.LEGAL_ASYLUM,), point=far)
    wanted = replace(HERE, radius_km=100, help_types=(HelpType.LEGAL_ASYLUM,), languages=("es",))
    found = await search.find(at.reader, wanted)
    assert len(found.hits) == await search.count(at.reader, wanted) == 1
    spoken = {one.tag: one.count for one in await search.language_counts(at.reader, wanted)}
    assert spoken == {"es": 1, "en": 1, "ht": 1}  # all who give this help near here, whatever they speak
    helps = {one.help_type: one.count for one in await search.help_type_counts(at.reader, wanted)}
    assert helps == {HelpType.LEGAL_ASYLUM: 1, HelpType.LEGAL_APPEAL: 1, HelpType.HUM_FOOD: 1}
    waitlist = replace(wanted, languages=None, openness=(Openness.WAITLIST,))
    stands = {one.openness: one.count for one in await search.openness_counts(at.reader, waitlist)}
    assert stands == {Openness.OPEN: 1, Openness.WAITLIST: 1}


async def test_what_was_said_too_long_ago_is_not_believed(fresh_db: Database) -> None:
    office = await given.office(fresh_db, openness=Openness.OPEN, places=3)
    open_now = Search(openness=(Openness.OPEN,))
    (hit,) = (await search.find(fresh_db.reader, open_now)).hits
    assert (hit.openness, hit.capacities[0].available) == (Openness.OPEN, 3)
    async with fresh_db.transaction() as tx:
        await execute(tx, "UPDATE provider SET openness_expires_at = $1", now() - timedelta(seconds=1))
        await execute(tx, "UPDATE capacity SET expires_at = $1", now() - timedelta(seconds=1))
    assert (await search.find(fresh_db.reader, open_now)).hits == ()
    (hit,) = (await search.find(fresh_db.reader, Search(openness=(Openness.UNKNOWN,)))).hits
    assert (hit.id, hit.openness, hit.capacities, hit.waitlist_estimate_days) == (office.id, Openness.UNKNOWN, (), None)


async def test_a_service_that_is_closed_for_now_is_paused_and_one_that_ended_is_gone(fresh_db: Database) -> None:
    office = await given.office(fresh_db)
    for status, found in (("temporarily closed", [Openness.PAUSED]), ("defunct", []), ("inactive", [])):
        async with fresh_db.transaction() as tx:
            await execute(tx, "UPDATE service SET status = $1", status)
        hits = (await search.find(fresh_db.reader, Search())).hits
        assert [hit.openness for hit in hits] == found
    assert await value(fresh_db.reader, "SELECT count(*) FROM provider WHERE id = $1", office.id) == 1


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (replace(HERE, radius_km=-1.0), "OUT_OF_RANGE"),
        (replace(HERE, radius_km=float("nan")), "OUT_OF_RANGE"),
        (replace(HERE, radius_km=float("inf")), "OUT_OF_RANGE"),
        (Search(radius_km=5.0), "NEEDS_NEAR"),
        (Search(near=Point(latitude=90.1, longitude=0)), "OUT_OF_RANGE"),
        (Search(near=Point(latitude=0, longitude=float("nan"))), "OUT_OF_RANGE"),
        (Search(languages=()), "EMPTY"),
    ],
)
async def test_a_search_without_sense_is_refused(database: Database, wanted: Search, code: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        await search.find(database.reader, wanted)
    assert [problem.code for problem in refused.value.problems] == [code]
