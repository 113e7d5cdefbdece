"""Every filter and order of the directory: who stays, who goes, and who stands after whom."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import given
import pytest

from referral.directory import capacity
from referral.directory.capacity import Count, Statement
from referral.directory.searching import facets, search, spelling
from referral.directory.searching.filters import Area, Point, Search, words
from referral.directory.searching.spelling import MOST_RARE
from referral.directory.words import CapacityUnit, LanguageMode, Openness, ProviderOrder
from referral.foundation.clock import now
from referral.foundation.db import Database, execute
from referral.foundation.errors import ValidationFailed
from referral.foundation.vocabulary import CasePosture, HelpType, ProtectionClaim

HERE = Point(latitude=given.BROWNSVILLE[0], longitude=given.BROWNSVILLE[1])


async def names(database: Database, wanted: Search, order: ProviderOrder | None = None) -> list[str]:
    found = await search.find(database.reader, wanted, order=order, first=50)
    assert await search.count(database.reader, wanted) == len(found.hits)
    return [hit.name for hit in found.hits]


async def says(database: Database, office: given.Office, **columns: object) -> None:
    """What the service of an office states."""
    for column, value in columns.items():
        await database.pool.execute(
            f"UPDATE service SET {column} = $2 WHERE id = (SELECT service_id FROM provider WHERE id = $1)",
            office.id,
            value,
        )


async def covers(database: Database, office: given.Office, kind: str, **columns: object) -> None:
    async with database.transaction() as tx:
        await execute(
            tx,
            """INSERT INTO service_area (id, provider_id, name, kind, country, state, place_id)
               VALUES ($1, $2, $3, $4, $5, $6, $7)""",
            uuid4(),
            office.id,
            columns.get("name", "Synthetic area"),
            kind,
            columns.get("country"),
            columns.get("state"),
            columns.get("place_id"),
        )


async def loses_its_point(database: Database, office: given.Office) -> None:
    await database.pool.execute(
        """UPDATE location SET latitude = NULL, longitude = NULL
            WHERE id = (SELECT location_id FROM provider WHERE id = $1)""",
        office.id,
    )


# ---------------------------------------------------------------- facts of three values
@pytest.mark.parametrize(
    ("fact", "wanted", "unwanted"),
    [
        ("free", Search(free=True), Search(free=False)),
        ("accepts_detained", Search(accepts_detained=True), Search(accepts_detained=False)),
        ("accepts_minors", Search(accepts_minors=True), Search(accepts_minors=False)),
    ],
)
async def test_who_says_nothing_of_a_fact_is_kept_after_who_says_yes(
    fresh_db: Database, fact: str, wanted: Search, unwanted: Search
) -> None:
    for name, answer in (("A silent", "unknown"), ("B no", "no"), ("C yes", "yes")):
        await says(fresh_db, await given.office(fresh_db, name=name), **{fact: answer})
    assert await names(fresh_db, wanted) == ["C yes", "A silent"]
    assert await names(fresh_db, unwanted) == ["B no", "A silent"]
    assert await names(fresh_db, Search()) == ["A silent", "B no", "C yes"]


async def test_a_yes_far_away_stands_before_a_silence_nearby(fresh_db: Database) -> None:
    near = await given.office(fresh_db, name="Near", point=given.BROWNSVILLE, accepts_detained="unknown")
    far = await given.office(fresh_db, name="Far", point=given.MCALLEN, accepts_detained="only")
    wanted = Search(near=HERE, help_types=(HelpType.LEGAL_ASYLUM,), accepts_detained=True)
    assert await names(fresh_db, wanted) == ["Far", "Near"]
    first = await search.find(fresh_db.reader, wanted, first=1)
    second = await search.find(fresh_db.reader, wanted, first=1, after=first.hits[0].cursor)
    assert [hit.id for hit in (*first.hits, *second.hits)] == [far.id, near.id]
    back = await search.find(fresh_db.reader, wanted, last=1, before=second.hits[0].cursor)
    assert [hit.id for hit in back.hits] == [far.id]


async def test_who_is_doubted_in_two_facts_stands_after_who_is_doubted_in_one(fresh_db: Database) -> None:
    for name, free, minors in (("A both", "unknown", "unknown"), ("B one", "yes", "unknown"), ("C none", "yes", "yes")):
        office = await given.office(fresh_db, name=name, accepts_minors=minors)
        await says(fresh_db, office, free=free)
    assert await names(fresh_db, Search(free=True, accepts_minors=True)) == ["C none", "B one", "A both"]


async def test_remote_is_what_ways_of_helping_say(fresh_db: Database) -> None:
    for name, modes in (("By phone", ["in_person", "phone"]), ("At the desk", ["in_person"]), ("Silent", [])):
        await says(fresh_db, await given.office(fresh_db, name=name), delivery_modes=modes)
    assert await names(fresh_db, Search(remote=True)) == ["By phone", "Silent"]
    assert await names(fresh_db, Search(remote=False)) == ["At the desk", "Silent"]


# ---------------------------------------------------------------- claims, postures, places
async def test_who_states_no_claim_takes_any(fresh_db: Database) -> None:
    await says(fresh_db, await given.office(fresh_db, name="Children"), claims=["sijs"])
    await given.office(fresh_db, name="Any")
    assert await names(fresh_db, Search(claims=(ProtectionClaim.ASYLUM,))) == ["Any"]
    assert await names(fresh_db, Search(claims=(ProtectionClaim.ASYLUM, ProtectionClaim.SIJS))) == ["Any", "Children"]


async def test_a_posture_in_detention_leaves_out_who_takes_nobody_held(fresh_db: Database) -> None:
    await given.office(fresh_db, name="Free people", accepts_detained="no")
    await given.office(fresh_db, name="Held people", accepts_detained="only")
    await says(fresh_db, await given.office(fresh_db, name="Stated"), postures=["in_removal_proceedings"])
    assert await names(fresh_db, Search(postures=(CasePosture.DETAINED_ICE,))) == ["Held people"]
    assert await names(fresh_db, Search(postures=(CasePosture.IN_REMOVAL_PROCEEDINGS,))) == ["Free people", "Stated"]


async def test_places_left_count_for_the_help_asked_for(fresh_db: Database) -> None:
    both = (HelpType.LEGAL_ASYLUM, HelpType.LEGAL_APPEAL)
    office = await given.office(fresh_db, name="Office", help_types=both, places=None)
    await given.office(fresh_db, name="Silent", openness=None)
    async with fresh_db.transaction() as tx:
        counts = (Count(unit=CapacityUnit.FULL_CASES, available=3, help_type=HelpType.LEGAL_APPEAL),)
        await capacity.state(tx, office.id, Statement(openness=Openness.OPEN, counts=counts), by="test", now=now())
    assert await names(fresh_db, Search(min_capacity=3, help_types=(HelpType.LEGAL_APPEAL,))) == ["Office"]
    assert await names(fresh_db, Search(min_capacity=3)) == ["Office"]
    assert await names(fresh_db, Search(min_capacity=4)) == []
    assert await names(fresh_db, Search(min_capacity=1, help_types=(HelpType.LEGAL_ASYLUM,))) == []


# ---------------------------------------------------------------- languages
async def test_how_a_language_is_spoken_can_be_asked(fresh_db: Database) -> None:
    staff = await given.office(fresh_db, name="Staff", languages=("es",))
    phone = await given.office(fresh_db, name="Interpreter", languages=("es", "mam"))
    await given.office(fresh_db, name="Silent", languages=())
    await fresh_db.pool.execute(
        """UPDATE language_offered SET mode = 'interpreter_phone'
            WHERE tag = 'es' AND service_id = (SELECT service_id FROM provider WHERE id = $1)""",
        phone.id,
    )
    by_phone = (LanguageMode.INTERPRETER_PHONE,)
    assert await names(fresh_db, Search(languages=("es",), language_modes=by_phone)) == ["Interpreter", "Silent"]
    assert await names(fresh_db, Search(languages=("mam",), language_modes=by_phone)) == ["Silent"]
    assert await names(fresh_db, Search(language_modes=by_phone)) == ["Interpreter", "Silent"]
    near = Search(near=HERE, languages=("es",), language_modes=(LanguageMode.STAFF_FLUENT,))
    assert await names(fresh_db, near) == ["Silent", "Staff"] or await names(fresh_db, near) == ["Staff", "Silent"]
    assert staff.name == "Staff"


# ---------------------------------------------------------------- areas
async def test_within_an_area_is_who_stands_there_or_covers_all_of_it(fresh_db: Database) -> None:
    await given.office(fresh_db, name="In Texas")
    await given.office(fresh_db, name="In Ohio", point=(39.96, -82.99), state="OH")
    await given.office(fresh_db, name="In Mexico", point=(25.87, -97.50), country="MX", state="TAM")
    ohio = await given.office(fresh_db, name="From Ohio for Texas", point=(39.96, -82.99), state="OH")
    await covers(fresh_db, ohio, "state", country="US", state="TX")
    anywhere = await given.office(fresh_db, name="From Mexico for the US", country="MX", state="TAM")
    await covers(fresh_db, anywhere, "country", country="US")
    texas = await names(fresh_db, Search(within=Area(country="US", state="TX")))
    assert texas == ["From Mexico for the US", "From Ohio for Texas", "In Texas"]
    assert await names(fresh_db, Search(within=Area(country="MX"))) == ["From Mexico for the US", "In Mexico"]
    assert "From Ohio for Texas" in await names(fresh_db, Search(within=Area(country="US")))


async def test_who_helps_from_afar_and_covers_the_origin_is_found_whatever_the_radius(fresh_db: Database) -> None:
    await given.office(fresh_db, name="Next door")
    for name, modes in (("Hotline", ["phone"]), ("Desk in Ohio", ["in_person"])):
        office = await given.office(fresh_db, name=name, point=(39.96, -82.99), state="OH")
        await says(fresh_db, office, delivery_modes=modes)
        await covers(fresh_db, office, "state", country="US", state="TX")
    wanted = Search(near=HERE, radius_km=50, covered_by=("US", "US-TX"), help_types=(HelpType.LEGAL_ASYLUM,))
    found = await search.find(fresh_db.reader, wanted)
    assert [(hit.name, hit.distance_km is None) for hit in found.hits] == [("Next door", False), ("Hotline", True)]
    assert await search.count(fresh_db.reader, wanted) == 2
    elsewhere = Search(near=HERE, radius_km=50, covered_by=("US", "US-NM"))
    assert await names(fresh_db, elsewhere) == ["Next door"]


async def test_a_listing_without_a_point_is_found_by_what_it_covers(fresh_db: Database) -> None:
    court = uuid4()
    office = await given.office(fresh_db, name="Not on the map")
    await loses_its_point(fresh_db, office)
    await covers(fresh_db, office, "court", place_id=await some_place(fresh_db))
    by_court = Search(near=HERE, radius_km=10, covered_by=("US", str(await some_place(fresh_db))))
    assert await names(fresh_db, by_court) == ["Not on the map"]
    assert await names(fresh_db, Search(near=HERE, radius_km=10, covered_by=("US", str(court)))) == []


async def some_place(database: Database) -> UUID:
    return await database.pool.fetchval("SELECT id FROM place WHERE kind = 'court' ORDER BY name LIMIT 1")


async def test_pages_go_on_from_who_is_near_to_who_covers_from_afar(fresh_db: Database) -> None:
    for number in range(5):
        await given.office(fresh_db, name=f"Near {number}", point=(25.9 + number / 10, -97.5))
    for number in range(5):
        office = await given.office(fresh_db, name=f"Afar {number}", point=(39.96, -82.99), state="OH")
        await says(fresh_db, office, delivery_modes=["video"])
        await covers(fresh_db, office, "country", country="US")
    wanted = Search(near=HERE, radius_km=200, covered_by=("US", "US-TX"))
    whole = [hit.id for hit in (await search.find(fresh_db.reader, wanted, first=50)).hits]
    assert len(set(whole)) == 10
    pages: list[UUID] = []
    mark = None
    while True:
        page = await search.find(fresh_db.reader, wanted, first=3, after=mark)
        pages += [hit.id for hit in page.hits]
        if not page.page.has_next:
            break
        mark = page.hits[-1].cursor
    assert pages == whole


# ---------------------------------------------------------------- text
@pytest.mark.parametrize(
    "text",
    ["Refugio de la Niñez", "refugio ninez", "REFUJIO", "asilo", "asylum", "asilum", "ninez refugio", "reufgio"],
)
async def test_words_are_found_with_typos_and_without_accents_in_either_language(fresh_db: Database, text: str) -> None:
    await given.office(fresh_db, name="Refugio de la Niñez (synthetic)")
    await given.office(fresh_db, name="Food bank (synthetic)", help_types=(HelpType.HUM_FOOD,))
    assert await names(fresh_db, Search(text=text)) == ["Refugio de la Niñez (synthetic)"]


async def test_many_with_a_word_are_found_in_every_order_as_few_are(fresh_db: Database) -> None:
    """Above `spelling.MOST_RARE` they are met on the way, below it they are looked up."""
    points = [(25.0 + number % 37 / 10, -97.0 - number % 41 / 10) for number in range(MOST_RARE + 30)]
    ids = await given.offices(fresh_db, points, names=[f"Esperanza {number:05d}" for number in range(len(points))])
    wanted = Search(text="esperansa")
    assert (await spelling.understood(fresh_db.reader, wanted)).met is None
    assert await search.count(fresh_db.reader, wanted) == len(ids)
    by_name = (await search.find(fresh_db.reader, wanted, first=50)).hits
    assert [hit.id for hit in by_name] == ids[:50]
    few = Search(text="esperansa 00007", near=HERE)
    assert (await spelling.understood(fresh_db.reader, few)).met == (ids[7],)
    assert [hit.id for hit in (await search.find(fresh_db.reader, few, first=50)).hits] == [ids[7]]
    near, anyone = [
        [hit.id for hit in (await search.find(fresh_db.reader, asked, first=50)).hits]
        for asked in (replace(wanted, near=HERE), Search(near=HERE))
    ]
    assert near == anyone


@pytest.mark.parametrize("text", ["refugio zzz", "100%", "a_b", "'; DROP TABLE provider; --"])
async def test_every_word_must_be_there_and_signs_mean_nothing(fresh_db: Database, text: str) -> None:
    await given.office(fresh_db, name="Refugio de la Niñez (synthetic)")
    assert await names(fresh_db, Search(text=text)) == []


@pytest.mark.parametrize("text", ["", "   ", "...", "\0"])
async def test_a_text_without_a_word_is_named(fresh_db: Database, text: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        await search.find(fresh_db.reader, Search(text=text))
    assert [one.code for one in refused.value.problems] == ["EMPTY"]


def test_short_words_are_left_out_unless_there_are_no_others() -> None:
    assert words("Casa de la Paz") == ["casa", "paz"]
    assert words("de la") == ["de", "la"]


# ---------------------------------------------------------------- orders
async def test_recently_verified_come_first_and_never_verified_last(fresh_db: Database) -> None:
    for name, day in (("Old", 1), ("New", 20), ("Never", None)):
        office = await given.office(fresh_db, name=name)
        moment = None if day is None else datetime(2026, 3, day, tzinfo=UTC)
        await fresh_db.pool.execute("UPDATE provider SET verified_at = $2 WHERE id = $1", office.id, moment)
    assert await names(fresh_db, Search(), ProviderOrder.RECENTLY_VERIFIED) == ["New", "Old", "Never"]
    assert await names(fresh_db, Search(verified_since=date(2026, 3, 1))) == ["New", "Old"]
    assert await names(fresh_db, Search(verified_since=date(2026, 3, 2))) == ["New"]


async def test_most_places_come_first_and_unknown_last(fresh_db: Database) -> None:
    for name, places in (("Two", 2), ("Nine", 9), ("Uncounted", None), ("None left", 0)):
        await given.office(fresh_db, name=name, places=places)
    found = await names(fresh_db, Search(), ProviderOrder.MOST_CAPACITY)
    assert found == ["Nine", "Two", "None left", "Uncounted"]


async def test_by_name_near_somewhere_still_tells_the_distance(fresh_db: Database) -> None:
    await given.office(fresh_db, name="B", point=given.BROWNSVILLE)
    await given.office(fresh_db, name="A", point=given.MCALLEN)
    found = await search.find(fresh_db.reader, Search(near=HERE, radius_km=500), order=ProviderOrder.NAME)
    assert [(hit.name, round(hit.distance_km or 0)) for hit in found.hits] == [("A", 80), ("B", 0)]


async def test_an_order_by_distance_needs_a_place(fresh_db: Database) -> None:
    with pytest.raises(ValidationFailed) as refused:
        await search.find(fresh_db.reader, Search(), order=ProviderOrder.NEAREST)
    assert [one.code for one in refused.value.problems] == ["NEEDS_NEAR"]


async def test_a_cursor_of_one_order_is_no_cursor_of_another(fresh_db: Database) -> None:
    await given.office(fresh_db, name="A")
    hit = (await search.find(fresh_db.reader, Search())).hits[0]
    with pytest.raises(ValidationFailed) as refused:
        await search.find(
            fresh_db.reader,
            Search(),
            order=ProviderOrder.MOST_CAPACITY,
            after=hit.cursor,
        )
    assert [one.code for one in refused.value.problems] == ["BAD_CURSOR"]


# ---------------------------------------------------------------- cards
async def test_the_database_keeps_what_is_searched_up_to_date(fresh_db: Database) -> None:
    office = await given.office(fresh_db, name="Before", languages=("es",))
    wanted = Search(languages=("mam",), help_types=(HelpType.HUM_FOOD,), near=HERE)
    assert await names(fresh_db, wanted) == []
    await fresh_db.pool.execute(
        "INSERT INTO language_offered (id, service_id, tag) SELECT $2, service_id, 'mam' FROM provider WHERE id = $1",
        office.id,
        uuid4(),
    )
    await says(fresh_db, office, help_types=["hum.food"])
    await fresh_db.pool.execute("UPDATE provider SET name = 'After' WHERE id = $1", office.id)
    assert await names(fresh_db, wanted) == ["After"]
    await says(fresh_db, office, status="inactive")
    assert await names(fresh_db, Search()) == []
    await says(fresh_db, office, status="active")
    assert await names(fresh_db, wanted) == ["After"]
    await fresh_db.pool.execute("DELETE FROM organization WHERE id = $1", office.organization_id)
    assert await names(fresh_db, Search()) == []


async def test_who_opens_is_found_among_the_open_at_once_and_no_longer_than_it_is_believed(fresh_db: Database) -> None:
    office = await given.office(fresh_db, name="Office", openness=None)
    wanted = Search(near=HERE, help_types=(HelpType.LEGAL_ASYLUM,), openness=(Openness.OPEN, Openness.LIMITED))
    assert await names(fresh_db, wanted) == []
    async with fresh_db.transaction() as tx:
        await capacity.state(tx, office.id, Statement(openness=Openness.OPEN), by="test", now=now())
    assert await names(fresh_db, wanted) == ["Office"]
    await fresh_db.pool.execute("UPDATE provider SET openness_expires_at = $1", now() - timedelta(seconds=1))
    assert await names(fresh_db, wanted) == []


async def test_facets_count_under_the_other_filters(fresh_db: Database) -> None:
    await given.office(fresh_db, name="A", languages=("es", "mam"), accepts_minors="no")
    await given.office(fresh_db, name="B", languages=("es",), help_types=(HelpType.HUM_FOOD,))
    wanted = Search(languages=("mam",), accepts_minors=True)
    assert [(one.tag, one.count) for one in await facets.languages(fresh_db.reader, wanted)] == [("es", 1)]
    assert [one.help_type for one in await facets.help_types(fresh_db.reader, Search(languages=("mam",)))] == [
        HelpType.LEGAL_ASYLUM
    ]
    assert [one.count for one in await facets.openness(fresh_db.reader, Search())] == [2]
