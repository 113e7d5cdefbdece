"""HSDS as others publish it: their ids, their hours, their codes, and their mistakes."""

from pathlib import Path

import pytest
from hsds_given import SHARED, listed, load, load_json, office, said, small, small_listing

from referral.directory.words import OrganizationKind, ServiceAreaKind
from referral.foundation.clock import now
from referral.foundation.db import Database, value
from referral.foundation.vocabulary import HelpType


async def test_foreign_and_missing_ids_become_stable_ones(fresh_db: Database, tmp_path: Path) -> None:
    service = small(
        id="svc-17",
        organization={"id": "org-4", "name": "Casa Abierta"},
        phones=[{"number": "+52 631 555 0100"}],
        service_at_locations=[{"location": {"location_type": "physical", "latitude": 31.3, "longitude": -110.9}}],
    )
    first = await load_json(fresh_db, tmp_path, service)
    assert (first.errors, first.counts["provider"].inserted) == ((), 1)
    assert (await load_json(fresh_db, tmp_path, service)).changed == 0


async def test_hours_phones_documents_and_codes_of_another_publisher(fresh_db: Database, tmp_path: Path) -> None:
    term = {"id": "55555555-5555-4555-8555-555555555555", "code": "hum.shelter", "name": "Shelter"}
    health = {
        "id": "66666666-6666-4666-8666-666666666666",
        "code": "106-05",
        "name": "x",
        "taxonomy": "Open Eligibility",
    }
    local = {"id": "77777777-7777-4777-8777-777777777777", "code": "106", "name": "x", "taxonomy": "Our own list"}
    phone = {"number": "555 0101", "type": "Voice", "languages": [{"code": "spa"}]}
    contact = {"name": "Someone", "email": "someone@example.org", "phones": [phone]}
    report = await load_json(
        fresh_db,
        tmp_path,
        small(
            eligibility_description="Families first; low_income_only=yes",
            attributes=[{"taxonomy_term": one} for one in (term, health, local)],
            contacts=[contact],
            required_documents=[{"document": "Any paper with a name"}],
            service_areas=[{"name": "Arizona"}, {"name": "Georgia"}, {"name": "Old town"}],
            schedules=[
                {"byday": "MO,WE", "opens_at": "09:00:00", "closes_at": "17:00-07:00", "valid_from": "2026-01-01"},
                {"description": "Ring the bell"},
                {"byday": "MO", "opens_at": "25:00", "closes_at": "26:00"},
            ],
        ),
    )
    assert said(report) == [("services.json", 1, "schedules[2].opens_at")]
    listing = await small_listing(fresh_db)
    assert listing.name == "Casa Abierta – Nogales"
    assert listing.help_types == (HelpType.HUM_SHELTER, HelpType.HUM_HEALTH)
    assert listing.organization.kind is OrganizationKind.HUMANITARIAN
    assert [(phone.number, phone.kind, phone.languages) for phone in listing.phones] == [("555 0101", "voice", ("es",))]
    assert listing.service.required_documents == ("Any paper with a name",)
    assert (listing.service.eligibility, listing.restrictions) == ("Families first", ("People with low income only",))
    hours = {(tuple(one.weekdays), one.opens_at, one.closes_at, one.note) for one in listing.schedules}
    assert hours == {(("MO", "WE"), "09:00", "17:00", None), ((), "00:00", "00:00", "Ring the bell")}
    areas = {area.name: (area.kind, area.state) for area in listing.service_areas}
    assert areas == {
        "Arizona": (ServiceAreaKind.STATE, "AZ"),
        "Georgia": (ServiceAreaKind.CUSTOM, None),  # the state or the country: nobody may be excluded by a guess
        "Old town": (ServiceAreaKind.CUSTOM, None),
    }
    assert listing.location is not None
    assert listing.location.time_zone == "America/Phoenix"
    assert await value(fresh_db.reader, "SELECT count(*) FROM provider WHERE referral_email IS NOT NULL") == 0


async def test_a_place_without_coordinates_takes_the_time_of_its_address(fresh_db: Database, tmp_path: Path) -> None:
    place = {"location_type": "virtual", "latitude": 10.0, "longitude": 10.0}
    address = {"address_1": "P.O. Box 1", "city": "Honolulu", "state_province": "HI", "country": "US"}
    nowhere = office(location={**place, "addresses": [address]})
    await load_json(fresh_db, tmp_path, small(service_at_locations=[nowhere]))
    location = (await small_listing(fresh_db)).location
    assert location is not None
    assert (location.latitude, location.time_zone) == (None, "Pacific/Honolulu")


async def test_a_service_that_gets_a_place_is_listed_once(fresh_db: Database, tmp_path: Path) -> None:
    await load_json(fresh_db, tmp_path, small(service_at_locations=[]))
    assert [listing.location for listing in await listed(fresh_db)] == [None]
    report = await load_json(fresh_db, tmp_path, small())
    assert (report.counts["provider"].inserted, report.counts["provider"].removed) == (1, 1)
    assert [listing.location is not None for listing in await listed(fresh_db)] == [True]
    await load_json(fresh_db, tmp_path, small(service_at_locations=[]))
    assert [listing.location is not None for listing in await listed(fresh_db)] == [True]


async def test_an_office_keeps_its_id_when_the_publisher_numbers_anew(fresh_db: Database, tmp_path: Path) -> None:
    await load_json(fresh_db, tmp_path, small())
    renumbered = office(id="99999999-9999-4999-8999-999999999999", phones=[{"number": "555 0102"}])
    report = await load_json(fresh_db, tmp_path, small(service_at_locations=[renumbered]))
    assert report.counts["provider"].unchanged == 1
    assert [phone.number for phone in (await small_listing(fresh_db)).phones] == ["555 0102"]


async def test_a_service_without_a_date_is_dated_when_it_changes(fresh_db: Database, tmp_path: Path) -> None:
    await load_json(fresh_db, tmp_path, small())
    before = (await small_listing(fresh_db)).service.last_modified
    assert (await load_json(fresh_db, tmp_path, small())).changed == 0
    await load_json(fresh_db, tmp_path, small(description="Tuesdays"))
    assert (await small_listing(fresh_db)).service.last_modified > before


async def test_the_official_examples_land(fresh_db: Database) -> None:
    example = SHARED / "hsds" / "service_full_example.json"
    if not example.exists():
        pytest.skip("the official HSDS examples may not be part of this project; they are absent here")
    report = await load(fresh_db, example, "example")
    # Its area says geojson and holds a word.
    assert [error.reason for error in report.errors] == ["100 is not on Earth", "is no JSON"]
    assert report.counts["provider"].inserted == 1


async def test_four_thousand_dirty_services_take_seconds(fresh_db: Database, tmp_path: Path) -> None:
    services = [
        small(
            id=f"svc-{number}",
            organization={"id": f"org-{number % 900}", "name": f"Organization {number % 900}"},
            service_at_locations=[
                {
                    "id": f"office-{number}",
                    "location": {
                        "id": f"place-{number}",
                        "latitude": 25 + number / 1000,
                        "longitude": -80 - number % 97 / 100,
                    },
                }
            ],
            languages=[{"code": "spa"}, {"code": "nonsense"}],
            email="broken" if number % 10 == 0 else "help@example.org",
        )
        for number in range(4000)
    ]
    began = now()
    report = await load_json(fresh_db, tmp_path, *services)
    assert (now() - began).total_seconds() < 20
    assert (report.counts["service"].inserted, report.counts["organization"].inserted) == (4000, 900)
    assert len(report.errors) == 4000 + 400


MISTAKES = {
    "name": ("", "is missing"),
    "url": ("ftp://example.org", "is no web address"),
    "email": ("a@b", "is no e-mail address"),
    "minimum_age": (17.5, "is no age in whole years"),
    "maximum_age": ("grown up", "is no number"),
    "assured_date": ("10/09/2026", "is no date"),
    "last_modified": ("yesterday", "is no date and time"),
    "description": ("x" * 20_001, "is 20,001 characters long"),
    "fees_description": ("free\0", "holds a NUL character"),
    "application_process": (["call", "write"], "this is no text or number"),
    "languages": ({"code": "en"}, "this is no list of objects"),
    "id": ("11111111-1111-4111-8111-11111111111", "is almost a UUID"),
    "status": ("", "is missing"),
}


@pytest.mark.parametrize("field", MISTAKES)
async def test_a_mistake_is_named_with_its_reason(fresh_db: Database, tmp_path: Path, field: str) -> None:
    written, reason = MISTAKES[field]
    sound = small(id="22222222-1111-4111-8111-111111111111", service_at_locations=[])
    report = await load_json(fresh_db, tmp_path, sound, small(**{field: written}))
    assert said(report) == [("services.json", 2, field)]
    error = report.errors[0]
    assert reason in error.reason
    assert report.counts["service"].inserted == (2 if error.landed else 1)
    assert error.landed == (field not in {"id", "name", "status"})


async def test_ages_that_contradict_each_other_limit_nobody(fresh_db: Database, tmp_path: Path) -> None:
    report = await load_json(fresh_db, tmp_path, small(minimum_age=30, maximum_age=18))
    assert said(report) == [("services.json", 1, "maximum_age")]
    service = (await small_listing(fresh_db)).service
    assert (service.minimum_age, service.maximum_age) == (None, None)


async def test_languages_are_known_by_code_or_by_whole_name(fresh_db: Database, tmp_path: Path) -> None:
    written = [
        {"code": "spa"},
        {"code": "pt-BR"},
        {"name": "Haitian Creole"},
        {"name": "español e inglés"},
        {"code": "qq"},
    ]
    report = await load_json(fresh_db, tmp_path, small(languages=written))
    assert said(report) == [("services.json", 1, "languages[3].code"), ("services.json", 1, "languages[4].code")]
    assert [language.tag for language in (await small_listing(fresh_db)).languages] == ["es", "ht", "pt-BR"]


async def test_a_bare_domain_becomes_a_web_address(fresh_db: Database, tmp_path: Path) -> None:
    organization = {
        "id": "22222222-2222-4222-8222-222222222222",
        "name": "Casa Abierta",
        "website": "casa.example.org/help",
    }
    await load_json(fresh_db, tmp_path, small(organization=organization))
    assert (await small_listing(fresh_db)).organization.website == "https://casa.example.org/help"


async def test_nth_weekdays_and_closures_are_understood(fresh_db: Database, tmp_path: Path) -> None:
    hours = [
        {"freq": "MONTHLY", "byday": "1TU,3TU,1TH,3TH", "opens_at": "09:00", "closes_at": "12:00"},
        {"freq": "MONTHLY", "byday": "-1FR", "opens_at": "13:00", "closes_at": "15:00"},
        {"freq": "MONTHLY", "byday": "1MO,3WE", "opens_at": "10:00", "closes_at": "11:00"},  # no weeks common to both
        {"description": "closed", "valid_from": "2026-12-25", "valid_to": "2026-12-25", "notes": "Christmas"},
    ]
    report = await load_json(fresh_db, tmp_path, small(schedules=hours))
    assert report.errors == ()
    found = {
        (tuple(one.weekdays), one.weeks_of_month, one.is_closure, one.note)
        for one in (await small_listing(fresh_db)).schedules
    }
    assert found == {
        (("TU", "TH"), (1, 3), False, None),
        (("FR",), (-1,), False, None),
        ((), (), False, "Monthly: 1MO,3WE"),
        ((), (), True, "Christmas"),
    }
    assert (await load_json(fresh_db, tmp_path, small(schedules=hours))).changed == 0
