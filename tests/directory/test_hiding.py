"""A confidential place: ten thousand questions of all kinds give the same answers wherever it is."""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

import given
import hsds_given as hsds
import pytest

from referral.directory import providers
from referral.directory.publishing import changes, pages, whole
from referral.directory.publishing.wanted import Around, Wanted
from referral.directory.searching import facets, search
from referral.directory.searching.filters import Area, Point, Search
from referral.directory.searching.search import Paging
from referral.directory.upkeep import hiding, merging
from referral.directory.words import Openness, ProviderOrder
from referral.edges.house import House
from referral.edges.hsds import published
from referral.foundation.actors import StaffRole
from referral.foundation.clock import now
from referral.foundation.db import Database, execute, value
from referral.foundation.errors import Conflict, NotFound
from referral.foundation.vocabulary import HelpType
from referral.triage import staff as team

QUESTIONS = 5_000  # each is asked twice
SHELTER = (HelpType.HUM_SHELTER,)

HEX = r"\\x((?:[0-9a-f]{2})+)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """Where a refuge is."""

    point: tuple[float, float]
    city: str
    street: str
    zip: str
    name: str


SECRETS = (
    Secret(point=given.MCALLEN, city="McAllen", street="77 Calle Escondida", zip="78501", name="Casa Oculta"),
    Secret(point=given.EL_PASO, city="El Paso", street="5 Hidden Lane", zip="79901", name="Safe Harbor"),
)
WORDS = ("McAllen", "Escondida", "Hidden", "Harbor", "Oculta", "El Paso", "78501", "shelter", "Office", "albergue")


async def shelter(house: House, secret: Secret, id: UUID | None = None) -> UUID:
    """A shelter with everything that tells where it is, or the same one standing elsewhere."""
    office = id or (await given.office(house.database, name="Refuge", help_types=SHELTER, languages=("es", "ht"))).id
    async with house.database.transaction() as tx:
        place = await value(tx, "SELECT location_id FROM provider WHERE id = $1", office)
        await execute(
            tx,
            """UPDATE location SET latitude = $2, longitude = $3, city = $4, lines = ARRAY[$5], postal_code = $6,
                                   name = $7, description = $5, transportation = $5
                WHERE id = $1""",
            place, *secret.point, secret.city, secret.street, secret.zip, secret.name,
        )  # fmt: skip
        await execute(tx, "DELETE FROM phone WHERE location_id = $1", place)
        await execute(
            tx, "INSERT INTO phone (id, location_id, number) VALUES ($1, $2, $3)", uuid4(), place, f"+1 {secret.zip}"
        )
        await execute(tx, "UPDATE provider SET name = $2 WHERE id = $1", office, f"Refuge – {secret.name}")
    return office


async def say_it_of_the_listing(house: House, office: UUID) -> None:
    """The same of what is offered there: a number, hours, and a sentence; its clock is not that of most of Texas."""
    async with house.database.transaction() as tx:
        await execute(
            tx, "INSERT INTO phone (id, provider_id, number) VALUES ($1, $2, '+1 915 555 0105')", uuid4(), office
        )
        await execute(
            tx,
            """INSERT INTO schedule (id, provider_id, weekdays, opens_at, closes_at)
               VALUES ($1, $2, '{MO}', '06:11', '20:00')""",
            uuid4(),
            office,
        )
        await execute(tx, "UPDATE provider SET description = 'Ring at 5 Hidden Lane' WHERE id = $1", office)
        await execute(
            tx,
            """UPDATE location SET time_zone = 'America/Denver'
                WHERE id = (SELECT location_id FROM provider WHERE id = $1)""",
            office,
        )


async def description(house: House, office: UUID) -> str | None:
    """What is published of being there."""
    (found,) = await whole.places(house.database.reader, [office])
    return found.place.description


async def hide(house: House, id: UUID) -> None:
    async with house.database.transaction() as tx:
        await hiding.hide(tx, house.vault, id, now=now())


async def show(house: House, id: UUID) -> None:
    async with house.database.transaction() as tx:
        await hiding.show(tx, house.vault, id)


async def test_a_hidden_place_keeps_its_listing_and_comes_back_as_it_was(house: House) -> None:
    office = await shelter(house, SECRETS[1])
    await say_it_of_the_listing(house, office)
    before = await providers.provider(house.database.reader, office)
    await hide(house, office)
    hidden = await providers.provider(house.database.reader, office)
    assert before is not None
    assert before.location is not None
    assert before.location.time_zone == "America/Denver"
    assert hidden is not None
    assert hidden.location is not None
    assert (hidden.name, hidden.phones, hidden.location.state) == ("Refuge (organization)", (), "TX")
    assert (hidden.location.latitude, hidden.location.city, hidden.location.name) == (None, None, None)
    assert (hidden.schedules, hidden.location.time_zone) == ((), "America/Chicago")
    assert await description(house, office) is None
    with pytest.raises(Conflict):
        await hide(house, office)
    await show(house, office)
    assert await providers.provider(house.database.reader, office) == before
    assert await description(house, office) == "Ring at 5 Hidden Lane"
    with pytest.raises(Conflict):
        await show(house, office)
    with pytest.raises(NotFound):
        await hide(house, uuid4())
    acts = await value(house.database.reader, "SELECT array_agg(act ORDER BY act) FROM audit_event")
    assert acts == ["place_hidden", "place_shown"]


async def test_where_it_is_stands_in_no_table_in_clear(house: House) -> None:
    office = await shelter(house, SECRETS[0])
    await say_it_of_the_listing(house, office)
    await hide(house, office)
    tables: list[str] = await value(
        house.database.reader,
        """SELECT array_agg(format('%I.%I', schemaname, tablename)) FROM pg_tables
            WHERE schemaname = 'conf' OR schemaname = 'public' AND tablename <> ALL('{place,place_name}')""",
    )
    assert "conf.place" in tables
    for table in tables:
        rows: str = await house.database.pool.fetchval(f"SELECT string_agg(t::text, chr(10)) FROM {table} t") or ""
        # As bytes too: among the hex digits of what is sealed, any five digits turn up by chance.
        sealed = [bytes.fromhex(one) for one in re.findall(HEX, rows)]
        told = re.sub(HEX, "", rows)
        for secret in ("Escondida", "McAllen", "26.2034", "98.23", "78501", "Oculta", "Hidden Lane", "555 0105"):
            assert secret not in told, table
            assert not any(secret.encode() in one for one in sealed), table


async def test_no_role_but_the_owner_is_let_in(house: House) -> None:
    granted = await value(
        house.database.reader,
        """SELECT count(*) FROM pg_namespace n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) AS a
            WHERE n.nspname = 'conf' AND a.grantee <> n.nspowner""",
    )
    assert granted == 0
    assert not await value(house.database.reader, "SELECT has_table_privilege('pg_monitor', 'conf.place', 'SELECT')")
    used = await value(
        house.database.reader,
        """SELECT count(*) FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid
            WHERE d.refobjid = 'conf.place'::regclass AND d.classid = 'pg_rewrite'::regclass""",
    )
    assert used == 0  # no view reads it


async def test_an_import_does_not_bring_it_back(fresh_db: Database, house: House) -> None:
    await hsds.load(fresh_db, hsds.EOIR)
    office = await value(
        fresh_db.reader,
        "SELECT p.id FROM provider p JOIN phone t ON t.location_id = p.location_id ORDER BY p.id LIMIT 1",
    ) or await value(fresh_db.reader, "SELECT id FROM provider WHERE location_id IS NOT NULL ORDER BY id LIMIT 1")
    await hide(house, office)
    hidden = await providers.provider(fresh_db.reader, office)
    await hsds.load(fresh_db, hsds.EOIR)
    assert await providers.provider(fresh_db.reader, office) == hidden
    assert not await value(
        fresh_db.reader,
        """SELECT count(*) FROM location l LEFT JOIN phone t ON t.location_id = l.id
            WHERE l.visibility = 'confidential' AND num_nonnulls(t.id, l.latitude, l.city) > 0""",
    )


async def test_an_import_brings_nothing_back_of_what_is_offered_there(
    fresh_db: Database, house: House, tmp_path: Path
) -> None:
    number = [{"id": str(uuid4()), "number": "+1 520 555 0105"}]
    hours = [{"id": str(uuid4()), "byday": "MO", "opens_at": "06:11", "closes_at": "20:00"}]
    listed = hsds.small(
        service_at_locations=[hsds.office(phones=number, schedules=hours, description="Ring at 5 Hidden Lane")]
    )
    await hsds.load_json(fresh_db, tmp_path, listed)
    assert len((await hsds.small_listing(fresh_db)).phones) == 1
    await hide(house, UUID(hsds.OFFICE))
    hidden = await hsds.small_listing(fresh_db)
    newer = {"id": str(uuid4()), "name": "At Hidden Lane", "status": "active", "organization": listed["organization"]}
    there = hsds.office(id=str(uuid4()), phones=[number[0] | {"id": str(uuid4())}], description="Hidden Lane too")
    await hsds.load_json(fresh_db, tmp_path, listed, newer | {"service_at_locations": [there]})
    assert await hsds.small_listing(fresh_db) == hidden
    newcomer = await providers.provider(fresh_db.reader, UUID(str(there["id"])))
    assert newcomer is not None
    assert (newcomer.name, newcomer.phones) == ("Casa Abierta", ())
    assert await description(house, newcomer.id) is None
    await show(house, UUID(hsds.OFFICE))
    shown = await hsds.small_listing(fresh_db)
    assert ([phone.number for phone in shown.phones], len(shown.schedules)) == (["+1 520 555 0105"], 1)


async def test_a_hidden_listing_goes_with_its_service_to_another_organization(
    fresh_db: Database, house: House, tmp_path: Path
) -> None:
    await hsds.load_json(fresh_db, tmp_path, hsds.small())
    await hide(house, UUID(hsds.OFFICE))
    moved = hsds.small(organization={"id": str(uuid4()), "name": "New Roof"})
    elsewhere = hsds.office(location={"id": str(uuid4()), "location_type": "physical", "name": "Nogales Street 5"})
    await hsds.load_json(fresh_db, tmp_path, moved | {"service_at_locations": [elsewhere]})
    listing = await hsds.small_listing(fresh_db)
    assert listing.location is not None
    assert (listing.name, listing.organization.name, listing.location.visibility) == (
        "New Roof", "New Roof", "confidential",
    )  # fmt: skip


async def test_a_hidden_listing_takes_no_number_over_from_one_that_is_merged_into_it(house: House) -> None:
    """The other may be the same place, as another list has it."""
    office, other = await shelter(house, SECRETS[0]), await shelter(house, SECRETS[1])
    await hide(house, office)
    async with house.database.transaction() as tx:
        staff = await team.add(tx, email="anna@demo.invalid", name="Anna", role=StaffRole.SUPERVISOR, now=now())
        await merging.merge(tx, staff, other, office)
    kept = await providers.provider(house.database.reader, office)
    assert kept is not None
    assert kept.phones == ()


async def answers(db: Database) -> list[object]:
    """The same questions every time, most of them about where the secrets are."""
    chance, found = Random(3), list[object]()  # noqa: S311 - the same questions every time
    for _ in range(QUESTIONS):
        found.append(await answer(db, chance))
    return found


async def answer(db: Database, chance: Random) -> object:
    asked = question(chance)
    match chance.randint(0, 9):
        case 0:
            return await search.count(db.reader, asked)
        case 1:
            return await facets.languages(db.reader, asked), await facets.help_types(db.reader, asked)
        case 2:
            wanted = chance.choice((Wanted(text=chance.choice(WORDS)), Wanted(languages=("ht",)), around(chance)))
            placed = await pages.page(db.reader, pages.PLACES, wanted, first=10, skip=0)
            found = await pages.page(db.reader, pages.SERVICES, wanted, first=10, skip=0)
            services = await whole.of(db.reader, found.ids)
            return (
                placed,
                found,
                [one.place for one in await whole.places(db.reader, placed.ids)],
                [published.service(replace(one, last_modified=STILL), STILL, is_full=True) for one in services],
            )
        case _:
            order = chance.choice((None, ProviderOrder.NAME, ProviderOrder.MOST_CAPACITY, ProviderOrder.NEAREST))
            if order is ProviderOrder.NEAREST and asked.near is None:
                order = None
            backwards = chance.random() < 0.2
            size = chance.randint(1, 5)
            paging = Paging(order=order, last=size) if backwards else Paging(order=order, first=size)
            return await search.find_page(db.reader, asked, paging)


STILL = now()


def around(chance: Random) -> Wanted:
    latitude, longitude = chance.choice(SECRETS).point
    circle = Around(point=Point(latitude=latitude, longitude=longitude), radius_m=chance.choice((5_000.0, 9_000_000.0)))
    return Wanted(around=circle)


def question(chance: Random) -> Search:
    latitude, longitude = chance.choice([*(secret.point for secret in SECRETS), given.BROWNSVILLE])
    near = Point(latitude=latitude + chance.gauss(0, 0.3), longitude=longitude + chance.gauss(0, 0.3))
    has_near = chance.random() < 0.7
    return Search(
        near=near if has_near else None,
        radius_km=chance.choice((1.0, 20.0, 400.0, 20_000.0, None)) if has_near else None,
        within=chance.choice((None, None, Area(country="US", state="TX"), Area(country="MX"))),
        languages=chance.choice((None, ("es",), ("ht",))),
        help_types=chance.choice((None, SHELTER, (HelpType.LEGAL_ASYLUM,))),
        openness=chance.choice((None, (Openness.OPEN,))),
        text=chance.choice(WORDS) if chance.random() < 0.3 else None,
        open_now=chance.choice((None, True)),
        accepts_minors=chance.choice((None, True)),
    )


@pytest.mark.timeout(300)
async def test_ten_thousand_questions_are_answered_alike_wherever_it_is(house: House) -> None:
    for number, point in enumerate([given.BROWNSVILLE, given.MCALLEN, given.EL_PASO] * 3):
        await given.office(house.database, name=f"Office {number}", point=point, help_types=SHELTER)
    office = await shelter(house, SECRETS[0])
    await hide(house, office)
    here = await answers(house.database)
    assert any(str(office) in repr(one) for one in here)  # it is found, by what it offers
    await show(house, office)
    await shelter(house, SECRETS[1], office)
    await hide(house, office)
    there = await answers(house.database)
    assert here == there
    written = repr(there) + repr(await changes.since(house.database.reader, None))
    for secret in ("Calle Escondida", "Casa Oculta", "Hidden Lane", "Safe Harbor", "79901", "78501"):
        assert secret not in written
