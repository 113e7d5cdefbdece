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

from referral.directory.searching import facets, search
from referral.directory.searching.search import Found, Hit, Point, Search
from referral.directory.words import Openness
from referral.edges.house import House
from referral.edges.lookups import search_languages
from referral.foundation.clock import now
from referral.foundation.db import Database, Tx, execute, value
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
    names = [f"Office {number:03d}" for number in range(len(points))]
    return dict(zip(await given.offices(database, points, names=names), points, strict=True))


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
        mark = found.hits[0 if backwards else -1].cursor


def ids(found: Found[Hit]) -> list[UUID]:
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
        mark = page.hits[-1].cursor
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


@pytest.mark.parametrize("visibility", ["confidential", "town"])
async def test_a_place_that_is_not_shown_takes_no_part_in_distance(fresh_db: Database, visibility: str) -> None:
    shelter, office = await offices_at(fresh_db, [given.BROWNSVILLE, given.MCALLEN])
    async with fresh_db.transaction() as tx:
        await execute(
            tx,
            """
            UPDATE location SET visibility = $2, latitude = NULL, longitude = NULL
             WHERE id = (SELECT location_id FROM provider WHERE id = $1)""",
            shelter,
            visibility,
        )
    found = await search.find(fresh_db.reader, HERE)
    assert [(hit.id, hit.distance_km is None) for hit in found.hits] == [(office, False), (shelter, True)]
    assert ids(await search.find(fresh_db.reader, replace(HERE, radius_km=20_000))) == [office]


@pytest.mark.parametrize("visibility", ["confidential", "town"])
async def test_the_database_itself_keeps_no_point_of_a_place_that_is_not_shown(
    fresh_db: Database, visibility: str
) -> None:
    await offices_at(fresh_db, [given.BROWNSVILLE])
    with pytest.raises(Exception, match="location_point_public"):
        await fresh_db.pool.execute("UPDATE location SET visibility = $1", visibility)


async def test_what_has_no_place_at_all_is_found_after_everything_near(fresh_db: Database) -> None:
    online, office = await offices_at(fresh_db, [given.BROWNSVILLE, given.EL_PASO])
    await fresh_db.pool.execute("UPDATE provider SET location_id = NULL WHERE id = $1", online)
    found = await search.find(fresh_db.reader, HERE)
    assert [(hit.id, hit.distance_km is None) for hit in found.hits] == [(office, False), (online, True)]
    assert await walked(fresh_db, HERE, 1, backwards=True) == [office, online]


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
    keys = [(hit.key, hit.id) for hit in hits]
    assert keys == sorted(keys, key=lambda key: (str(key[0]) if isinstance(key[0], str) else key[0], key[1]))


@pytest.mark.parametrize("wanted", [HERE, Search()], ids=["near", "by name"])
async def test_a_page_goes_on_where_it_ended_while_listings_come_and_go(fresh_db: Database, wanted: Search) -> None:
    offices = list(await offices_at(fresh_db, [(25.0 + number / 10, -97.0) for number in range(10)]))
    first = await search.find(fresh_db.reader, wanted, first=4)
    mark = first.hits[-1].cursor
    rest = [id for id in await walked(fresh_db, wanted, 50) if id not in ids(first)]
    async with fresh_db.transaction() as tx:
        await execute(tx, "DELETE FROM provider WHERE id = ANY($1)", [first.hits[-1].id, first.hits[0].id])
    await given.office(fresh_db, name="A newcomer before all", point=(25.9017, -97.4975))
    second = await search.find(fresh_db.reader, wanted, first=4, after=mark)
    third = await search.find(fresh_db.reader, wanted, first=4, after=second.hits[-1].cursor)
    assert [*ids(second), *ids(third)] == rest
    assert (second.page.has_next, second.page.has_previous) == (True, True)
    assert third.page.has_next is False
    back = await search.find(fresh_db.reader, wanted, last=4, before=third.hits[0].cursor)
    assert ids(back) == ids(second)
    assert len(offices) == 10


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("backwards", [False, True], ids=["onwards", "backwards"])
@pytest.mark.parametrize("wanted", [HERE, Search()], ids=["near", "by name"])
async def test_who_stays_is_seen_once_while_others_come_go_and_move(
    fresh_db: Database, wanted: Search, *, backwards: bool, seed: int
) -> None:
    random = Random(seed)  # noqa: S311 - the same unrest each time
    stay = set(await given.offices(fresh_db, [(25.0 + n / 7, -97.0) for n in range(16)], names=some_names(random, 16)))
    unrest = await given.offices(fresh_db, [(25.0 + n / 5, -97.1) for n in range(12)], names=some_names(random, 12))
    order = [id for id in await walked(fresh_db, wanted, 50) if id in stay]
    pages: list[list[UUID]] = []
    mark: str | None = None
    while True:
        page = {"last": 3, "before": mark} if backwards else {"first": 3, "after": mark}
        found = await search.find(fresh_db.reader, wanted, **page)  # pyright: ignore[reportArgumentType] - a size, a mark
        pages.append(ids(found))
        if not (found.page.has_previous if backwards else found.page.has_next):
            break
        mark = found.hits[0 if backwards else -1].cursor
        await unsettle(fresh_db, random, unrest)
    seen = [id for page in (reversed(pages) if backwards else pages) for id in page if id in stay]
    assert seen == order


def some_names(random: Random, how_many: int) -> list[str]:
    """Few, so that several bear the same."""
    return [f"Office {random.randrange(9)}" for _ in range(how_many)]


async def unsettle(database: Database, random: Random, unrest: list[UUID]) -> None:
    """One goes, one comes, two move and take other names."""
    gone = unrest.pop(random.randrange(len(unrest)))
    point = (random.uniform(25, 28), -97.0)
    unrest += await given.offices(database, [point], names=some_names(random, 1))
    async with database.transaction() as tx:
        await execute(tx, "DELETE FROM provider WHERE id = $1", gone)
        for id in random.sample(unrest, 2):
            await execute(tx, "UPDATE location SET latitude = $2 WHERE id = $1", id, random.uniform(25, 28))
            await execute(tx, "UPDATE provider SET name = $2 WHERE id = $1", id, some_names(random, 1)[0])


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
    after = await search.find(fresh_db.reader, HERE, after=only.hits[0].cursor)
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


async def test_a_pair_that_serves_partly_finds_nobody_by_itself(house: House) -> None:
    await given.office(house.database, languages=("prs",))
    farsi = await given.office(house.database, languages=("fa",))
    wanted = Search(languages=await search_languages(house, ["fa"], "languages"))
    assert ids(await search.find(house.database.reader, wanted)) == [farsi.id]


async def test_any_of_several_languages_is_enough(house: House) -> None:
    one = await given.office(house.database, name="A", languages=("mam",))
    other = await given.office(house.database, name="B", languages=("ht", "fr"))
    await given.office(house.database, name="C", languages=("es",))
    wanted = Search(languages=await search_languages(house, ["mam", "ht"], "languages"))
    assert ids(await search.find(house.database.reader, wanted)) == [one.id, other.id]


async def test_unknown_languages_are_named_each(house: House) -> None:
    with pytest.raises(ValidationFailed) as refused:
        await search_languages(house, ["es", "tlh", "", "x-no-such"], "filter.languages")
    assert [(".".join(one.path), one.code) for one in refused.value.problems] == [
        ("filter.languages.1", "UNKNOWN_LANGUAGE"),
        ("filter.languages.2", "UNKNOWN_LANGUAGE"),
        ("filter.languages.3", "UNKNOWN_LANGUAGE"),
    ]


async def test_help_openness_and_organization_narrow_and_none_of_them_is_guessed(fresh_db: Database) -> None:
    lawyer = await given.office(fresh_db, name="A", help_types=(HelpType.LEGAL_ASYLUM, HelpType.LEGAL_APPEAL))
    kitchen = await given.office(fresh_db, name="B", help_types=(HelpType.HUM_FOOD,), openness=Openness.WAITLIST)
    silent = await given.office(fresh_db, name="C", help_types=(), openness=None)
    expected = {
        Search(): [lawyer, kitchen, silent],
        Search(help_types=(HelpType.LEGAL_APPEAL,)): [lawyer],
        Search(help_types=(HelpType.LEGAL_APPEAL, HelpType.HUM_FOOD)): [lawyer, kitchen],
        Search(help_types=(HelpType.LEGAL_REMOVAL_DEFENSE,)): [],  # a search shows what is listed; matching substitutes
        Search(openness=(Openness.WAITLIST, Openness.UNKNOWN)): [kitchen, silent],
        Search(organization=kitchen.organization_id): [kitchen],
        Search(organization=kitchen.organization_id, help_types=(HelpType.LEGAL_APPEAL,)): [],
    }
    for wanted, offices in expected.items():
        assert ids(await search.find(fresh_db.reader, wanted)) == [office.id for office in offices]
        assert await search.count(fresh_db.reader, wanted) == len(offices)


async def test_beyond_ten_thousand_nobody_counts(fresh_db: Database) -> None:
    async with fresh_db.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            tx = Tx(connection)
            await given.many_offices(tx, [given.BROWNSVILLE] * search.COUNTED_AT_MOST)
            assert await search.count(tx, HERE) == search.COUNTED_AT_MOST
            await given.many_offices(tx, [given.BROWNSVILLE])
            assert await search.count(tx, HERE) is None
        finally:
            await transaction.rollback()


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
    spoken = {one.tag: one.count for one in await facets.languages(at.reader, wanted)}
    assert spoken == {"es": 1, "en": 1, "ht": 1}  # all who give this help near here, whatever they speak
    helps = {one.help_type: one.count for one in await facets.help_types(at.reader, wanted)}
    assert helps == {HelpType.LEGAL_ASYLUM: 1, HelpType.LEGAL_APPEAL: 1, HelpType.HUM_FOOD: 1}
    waitlist = replace(wanted, languages=None, openness=(Openness.WAITLIST,))
    stands = {one.openness: one.count for one in await facets.openness(at.reader, waitlist)}
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
    ("wanted", "problem"),
    [
        (replace(HERE, radius_km=0.0), "filter.radius_km OUT_OF_RANGE"),
        (replace(HERE, radius_km=-1.0), "filter.radius_km OUT_OF_RANGE"),
        (replace(HERE, radius_km=20_039.0), "filter.radius_km OUT_OF_RANGE"),
        (replace(HERE, radius_km=float("nan")), "filter.radius_km OUT_OF_RANGE"),
        (replace(HERE, radius_km=float("inf")), "filter.radius_km OUT_OF_RANGE"),
        (Search(radius_km=5.0), "filter.radius_km NEEDS_NEAR"),
        (Search(near=Point(latitude=90.1, longitude=0)), "filter.near.point OUT_OF_RANGE"),
        (Search(near=Point(latitude=0, longitude=-180.1)), "filter.near.point OUT_OF_RANGE"),
        (Search(near=Point(latitude=0, longitude=float("nan"))), "filter.near.point OUT_OF_RANGE"),
        (Search(languages=()), "filter.languages EMPTY"),
        (Search(help_types=()), "filter.help_types EMPTY"),
        (Search(openness=()), "filter.openness EMPTY"),
    ],
)
async def test_a_search_without_sense_is_refused(database: Database, wanted: Search, problem: str) -> None:
    assert await refused(database, wanted) == [problem]


async def refused(database: Database, wanted: Search, **page: object) -> list[str]:
    with pytest.raises(ValidationFailed) as refusal:
        await search.find(database.reader, wanted, **page)  # pyright: ignore[reportArgumentType] - what is wrong
    return [f"{'.'.join(one.path)} {one.code}" for one in refusal.value.problems]


async def test_everything_that_is_wrong_with_a_search_is_named_at_once(database: Database) -> None:
    wrong = Search(radius_km=0.0, languages=(), help_types=(), openness=())
    assert await refused(database, wrong) == [
        "filter.radius_km OUT_OF_RANGE",
        "filter.radius_km NEEDS_NEAR",
        "filter.languages EMPTY",
        "filter.help_types EMPTY",
        "filter.openness EMPTY",
    ]


async def test_a_page_without_sense_is_refused(fresh_db: Database) -> None:
    await offices_at(fresh_db, [given.BROWNSVILLE])
    (near,), (named,) = [(await search.find(fresh_db.reader, wanted)).hits for wanted in (HERE, Search())]
    of_distance, of_name = near.cursor, named.cursor
    assert await refused(fresh_db, HERE, first=0) == ["first PAGE_SIZE"]
    assert await refused(fresh_db, HERE, last=51) == ["last PAGE_SIZE"]
    assert await refused(fresh_db, HERE, first=1, last=1) == ["last TWO_DIRECTIONS"]
    assert await refused(fresh_db, HERE, first=1, before=of_distance) == ["last TWO_DIRECTIONS"]
    assert await refused(fresh_db, HERE, after="nonsense") == ["after BAD_CURSOR"]
    assert await refused(fresh_db, HERE, after=of_name) == ["after BAD_CURSOR"]  # a mark of the other order
    assert await refused(fresh_db, Search(), before=of_distance) == ["before BAD_CURSOR"]
