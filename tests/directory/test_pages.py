"""Whoever takes the whole directory finds exactly what matches: every combination of filters, against plain Python."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from math import asin, cos, radians, sin, sqrt
from random import Random
from uuid import UUID, uuid4

import given
import pytest
from explaining import Explaining

from referral.directory.publishing import pages, whole
from referral.directory.publishing.pages import Kind
from referral.directory.publishing.wanted import Around, Postcode, Wanted
from referral.directory.searching.filters import Point
from referral.foundation.db import Database, Reader, execute_many
from referral.foundation.earth import EARTH_RADIUS_KM
from referral.foundation.vocabulary import HelpType

LISTINGS = 90
NAMES = ("Quilombo", "Quilombos", "Quilambo norte", "Zarpel", "Zarpél sur", "Xutano")
TEXTS = ("quilombo", "QUILOMBO norte", "zarpel", "sur zarp", "nowhere", "...")
HELP = (HelpType.LEGAL_ASYLUM, HelpType.HUM_FOOD)
FIRST_DAY = datetime(2026, 9, 1, tzinfo=UTC)
COURT = "11111111-1111-4111-8111-111111111111"
POSTCODE = Postcode(code="78520", covered_by=("US", str(uuid4()), "US-TX", "US-TX/Cameron"))
# What is stated of an area: its kind, country, state and name, and whether the postcode lies in it (None: no border).
AREAS: tuple[tuple[str, str | None, str | None, str, bool | None], ...] = (
    ("country", "US", None, "United States", True),
    ("country", "MX", None, "Mexico", False),
    ("state", "US", "TX", "Texas", True),
    ("state", "US", "CA", "California", False),
    ("county", "US", "TX", "Cameron", True),
    ("county", "US", "TX", "Hidalgo", False),
    ("court", "US", None, "A court", None),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service of the random directory, which may have no listing."""

    id: UUID
    organization: UUID
    name: str
    help_types: tuple[str, ...]
    changed: datetime
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A listing of the random directory, with all that a reader can ask of it."""

    id: UUID
    service: Service
    name: str
    is_retired: bool
    openness: str
    is_stale: bool  # what it said about openness is too old
    hours: str  # always, never or silent
    location: UUID | None
    visibility: str
    point: tuple[float, float] | None
    postal_code: str | None
    tags: tuple[str, ...]
    areas: tuple[int, ...]

    def matches(self, wanted: Wanted) -> bool:
        tags = {*self.service.tags, *self.tags}
        return not self.is_retired and all((
            wanted.text is None or self.has_words(wanted.text),
            wanted.help_type is None or wanted.help_type.value in self.service.help_types,
            wanted.organization in {None, self.service.organization},
            wanted.modified_after is None or self.service.changed >= wanted.modified_after,
            wanted.languages is None or not tags or tags & set(wanted.languages),
            not wanted.is_open_now or self.hours != "never" or self.location is None,  # whose clock would it be?
            not wanted.is_accepting or (self.openness in {"open", "limited"} and not self.is_stale),
            wanted.around is None or self.is_within(wanted.around),
            wanted.postcode is None or self.is_at_postcode(has_circle=wanted.around is not None),
        ))  # fmt: skip

    def has_words(self, text: str) -> bool:
        words = plain(f"{self.name} {self.service.name}").split()
        asked = plain(text).replace(".", " ").split()
        return all(any(is_word(one, word) for one in words) for word in asked)

    def is_within(self, circle: Around) -> bool:
        if self.point is None or self.visibility != "public":
            return False
        here = (circle.point.latitude, circle.point.longitude)
        return metres(here, self.point) <= circle.radius_m

    def is_at_postcode(self, *, has_circle: bool) -> bool:
        within = [inside for *_, inside in (AREAS[number] for number in self.areas) if inside is not None]
        if self.visibility != "public":
            return False
        if within:
            return any(within)
        return has_circle or (self.postal_code or "").partition("-")[0] == POSTCODE.code


def plain(text: str) -> str:
    return text.lower().replace("é", "e")


def is_word(one: str, word: str) -> bool:
    """It begins so, or is the same but for one letter (the words here are shorter than nine)."""
    return one.startswith(word) or (len(word) >= 5 and is_slip(one, word))


def is_slip(one: str, other: str) -> bool:
    if len(one) == len(other):
        return sum(a != b for a, b in zip(one, other, strict=True)) <= 1
    longer, shorter = sorted((one, other), key=len, reverse=True)
    return any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    (a, b), (c, d) = [(radians(latitude), radians(longitude)) for latitude, longitude in (one, other)]
    half = sin((c - a) / 2) ** 2 + cos(a) * cos(c) * sin((d - b) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * 1000 * asin(sqrt(half))


# ------------------------------------------------------------- a random directory
def random_listings(chance: Random) -> list[Listing]:
    organizations = [uuid(chance) for _ in range(12)]
    services = [random_service(chance, chance.choice(organizations)) for _ in range(40)]
    made = [random_listing(chance, chance.choice(services)) for _ in range(LISTINGS)]
    return list({(one.service.id, one.location): one for one in made}.values())


def random_service(chance: Random, organization: UUID) -> Service:
    return Service(
        id=uuid(chance),
        organization=organization,
        name=chance.choice(NAMES),
        help_types=tuple(chance.sample([kind.value for kind in HELP], chance.randint(0, 2))),
        changed=FIRST_DAY + timedelta(days=chance.randint(0, 5)),
        tags=tuple(chance.sample(("es", "ht", "en"), chance.randint(0, 2))),
    )


def random_listing(chance: Random, service: Service) -> Listing:
    has_place, visibility = chance.random() < 0.9, chance.choice(("public", "public", "public", "town", "confidential"))
    has_point = has_place and visibility == "public" and chance.random() < 0.9
    return Listing(
        id=uuid(chance),
        service=service,
        name=chance.choice(NAMES),
        is_retired=chance.random() < 0.1,
        openness=chance.choice(("open", "limited", "closed", "unknown")),
        is_stale=chance.random() < 0.2,
        hours=chance.choice(("always", "never", "silent")),
        location=uuid(chance) if has_place else None,
        visibility=visibility if has_place else "public",
        point=(chance.uniform(25, 27), chance.uniform(-99, -97)) if has_point else None,
        postal_code=chance.choice((None, "78520", "78520-1234", "78521")) if has_place else None,
        tags=tuple(chance.sample(("es", "ht"), chance.randint(0, 1))) if has_place else (),
        areas=tuple(chance.sample(range(len(AREAS)), chance.choice((0, 0, 1, 2)))),
    )


def uuid(chance: Random) -> UUID:
    return UUID(int=chance.getrandbits(128))


async def publish(database: Database, listings: list[Listing]) -> None:
    services = {one.service.id: one.service for one in listings}.values()
    async with database.transaction() as tx:
        await execute_many(tx, "INSERT INTO organization (id, name, source) VALUES ($1, 'An organization', 'test')",
                           [(id,) for id in {one.organization for one in services}])  # fmt: skip
        await execute_many(
            tx,
            """INSERT INTO service (id, organization_id, name, help_types, last_modified, status, source)
               VALUES ($1, $2, $3, $4, $5, 'active', 'test')""",
            [(one.id, one.organization, one.name, list(one.help_types), one.changed) for one in services],
        )
        await execute_many(
            tx,
            """INSERT INTO location (id, visibility, latitude, longitude, postal_code, time_zone, source)
               VALUES ($1, $2, $3, $4, $5, 'America/Chicago', 'test')""",
            [(one.location, one.visibility, *(one.point or (None, None)), one.postal_code)
             for one in listings if one.location],
        )  # fmt: skip
        await execute_many(
            tx,
            """INSERT INTO provider (id, organization_id, service_id, location_id, name, openness, openness_expires_at,
                                     retired_at, source)
               VALUES ($1, $2, $3, $4, $5, $6, now() + $7, CASE WHEN $8 THEN now() END, 'test')""",
            [
                (one.id, one.service.organization, one.service.id, one.location, one.name, one.openness,
                 timedelta(days=-1 if one.is_stale else 1), one.is_retired)
                for one in listings
            ],
        )  # fmt: skip
        await execute_many(
            tx,
            "INSERT INTO language_offered (id, service_id, location_id, tag) VALUES ($1, $2, $3, $4)",
            [
                *((uuid4(), one.id, None, tag) for one in services for tag in one.tags),
                *((uuid4(), None, one.location, tag) for one in listings for tag in one.tags),
            ],
        )
        await execute_many(
            tx,
            """INSERT INTO schedule (id, provider_id, weekdays, opens_at, closes_at, is_closure)
               VALUES ($1, $2, $3, '00:00', '00:00', $4)""",
            [(uuid4(), one.id, ["MO", "TU", "WE", "TH", "FR", "SA", "SU"], one.hours == "never")
             for one in listings if one.hours != "silent"],
        )  # fmt: skip
        await execute_many(
            tx,
            """INSERT INTO service_area (id, provider_id, kind, country, state, name, place_id)
               VALUES ($1, $2, $3, $4, $5, $6, $7)""",
            [(uuid4(), one.id, *AREAS[number][:4], UUID(COURT) if AREAS[number][0] == "court" else None)
             for one in listings for number in one.areas],
        )  # fmt: skip


# ------------------------------------------------------------- questions
def every_combination(chance: Random, listings: list[Listing]) -> Iterator[Wanted]:
    """Each filter asked and not asked, with every other."""
    for text, kind, organization, changed, language, is_open, accepting, circle, code in product((0, 1), repeat=9):
        point = Point(latitude=chance.uniform(25, 27), longitude=chance.uniform(-99, -97))
        yield Wanted(
            text=chance.choice(TEXTS) if text else None,
            help_type=chance.choice(HELP) if kind else None,
            organization=chance.choice(listings).service.organization if organization else None,
            modified_after=FIRST_DAY + timedelta(days=chance.randint(0, 6)) if changed else None,
            languages=chance.choice((("es",), ("ht", "en"), ("fr",))) if language else None,
            is_open_now=bool(is_open),
            is_accepting=bool(accepting),
            around=Around(point=point, radius_m=chance.choice((1, 60_000, 120_000, 20_000_000))) if circle else None,
            postcode=POSTCODE if code else None,
        )


def expected(kind: Kind, listings: list[Listing], wanted: Wanted) -> list[UUID]:
    found = [one for one in listings if one.matches(wanted)]
    if kind is pages.PLACES:
        return sorted(one.id for one in found if one.location)
    if kind is pages.SERVICES:
        return sorted({one.service.id for one in found})
    return sorted({one.service.organization for one in found})


async def walked(database: Database, kind: Kind, wanted: Wanted, at_once: int) -> list[UUID]:
    return [id async for part in pages.walk(database.reader, kind, wanted, at_once=at_once) for id in part]


@pytest.mark.parametrize("kind", [pages.SERVICES, pages.PLACES, pages.ORGANIZATIONS], ids=lambda kind: kind.id)
async def test_every_combination_of_filters_finds_what_plain_python_finds(fresh_db: Database, kind: Kind) -> None:
    chance = Random(kind.id)  # noqa: S311 - the same directory every time
    listings = random_listings(chance)
    await publish(fresh_db, listings)
    empty = 0
    for wanted in every_combination(chance, listings):
        ids = expected(kind, listings, wanted)
        first, skip = chance.randint(1, 20), chance.randint(0, len(ids))
        page = await pages.page(fresh_db.reader, kind, wanted, first=first, skip=skip)
        assert (page.total, list(page.ids)) == (len(ids), ids[skip : skip + first]), wanted
        assert await walked(fresh_db, kind, wanted, at_once=chance.randint(1, 20)) == ids, wanted
        assert await pages.count(fresh_db.reader, kind, wanted) == len(ids), wanted
        empty += not ids
    assert empty < 400  # of 512 questions


async def test_what_is_on_nothing_is_not_looked_for(fresh_db: Database) -> None:
    await given.office(fresh_db)
    nobody = Wanted(nobody=True)
    assert await pages.page(fresh_db.reader, pages.SERVICES, nobody, first=10, skip=0) == pages.NOTHING
    assert await walked(fresh_db, pages.SERVICES, nobody, at_once=10) == []
    assert await pages.count(fresh_db.reader, pages.SERVICES, nobody) == 0


async def test_a_page_past_the_end_still_knows_how_many_there_are(fresh_db: Database) -> None:
    await given.offices(fresh_db, [given.BROWNSVILLE] * 3)
    for wanted in (Wanted(), Wanted(help_type=HelpType.LEGAL_ASYLUM)):
        page = await pages.page(fresh_db.reader, pages.SERVICES, wanted, first=10, skip=999_990)
        assert (page.total, page.ids) == (3, ())


async def test_nothing_comes_twice_and_nothing_is_lost_while_the_directory_grows(fresh_db: Database) -> None:
    before = await given.offices(fresh_db, [given.BROWNSVILLE] * 250)
    found: list[UUID] = []
    async for part in pages.walk(fresh_db.reader, pages.PLACES, Wanted(), at_once=110):
        assert len(part) <= pages.LARGEST_PAGE
        found += part
        await given.offices(fresh_db, [given.BROWNSVILLE] * 20)
    assert len(set(found)) == len(found)
    assert set(before) <= set(found)


async def test_who_left_while_a_page_was_found_is_not_written_out(fresh_db: Database) -> None:
    gone, stays = await given.offices(fresh_db, [given.BROWNSVILLE] * 2)
    page = await pages.page(fresh_db.reader, pages.PLACES, Wanted(), first=10, skip=0)
    await fresh_db.pool.execute("UPDATE provider SET retired_at = now() WHERE id = $1", gone)
    assert [one.place.id for one in await whole.places(fresh_db.reader, page.ids)] == [stays]
    assert [one.id for one in await whole.of(fresh_db.reader, [gone, stays])] == [stays]


async def test_a_page_of_everything_is_found_in_indexes_alone(fresh_db: Database) -> None:
    await given.offices(fresh_db, [given.BROWNSVILLE] * given.AT_ONCE)
    async with fresh_db.pool.acquire() as connection:
        # Which pages of a table all can see is known once it was cleaned; before, an index alone tells nothing.
        await connection.execute("VACUUM (ANALYZE) listing_card, service")
        await connection.reset_type_codec("json", schema="pg_catalog")
        for kind in (pages.SERVICES, pages.PLACES):
            explaining = Explaining(connection=connection)
            await pages.page(Reader(explaining), kind, Wanted(), first=10, skip=300)
            reading = {step["Node Type"] for step in explaining.steps if "Relation Name" in step}
            assert reading == {"Index Only Scan"}, kind
        await connection.close()
