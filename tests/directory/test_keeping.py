"""What was agreed on outlives lists that go on saying what they said before; what a list says anew is told to staff."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import given
import pytest
from desk import Desk
from hsds_given import OFFICE, Rows, load_json, office, small, small_listing

from referral.directory.lists import keeping
from referral.directory.lists.keeping import Outcome
from referral.directory.lists.listed import Batch, ListedProvider, ListedSchedule
from referral.directory.words import Weekday
from referral.edges.hsds.importing import ImportReport, Terms, import_hsds
from referral.foundation.clock import now

LISTING = UUID(OFFICE)
TODAY = now().date()
SERVICE = "11111111-1111-4111-8111-111111111111"
Package = dict[str, Any]


def listed(**changes: Any) -> Package:
    """A service that a list says this of; the list says all there is of phones, hours and languages."""
    said = {
        "description": "A clinic.",
        "fees_description": "Ten dollars",
        "phones": [{"id": str(UUID(int=50)), "number": "1 520 555 0100"}],
        "languages": [{"id": str(UUID(int=60)), "code": "es"}],
        "schedules": [hours(70, "MO,TU", "09:00")],
    }
    return small(**(said | changes))


def hours(id: int, days: str, opens: str) -> dict[str, str]:
    return {"id": str(UUID(int=id)), "freq": "WEEKLY", "byday": days, "opens_at": opens, "closes_at": "17:00"}


def phones(*numbers: str) -> Rows:
    return [{"id": str(UUID(int=50 + place)), "number": number} for place, number in enumerate(numbers)]


async def agree(desk: Desk, headers: dict[str, str], **changes: Any) -> None:
    token = desk.signed("state-capacity", LISTING)
    kept = await desk.published("public/ProposeListingChange", input={"token": token, "changes": changes})
    done = await desk.published("staff/ApproveProposedChange", headers, id=kept["proposal"]["id"])
    assert done["__typename"] == "ProposalPayload"


def outcomes(report: ImportReport) -> dict[str, str]:
    return {one.fact.value: one.outcome.value for one in report.kept}


async def conflicts(desk: Desk, headers: dict[str, str]) -> list[tuple[str, str, str, str]]:
    found = (await desk.published("staff/ListingConflicts", headers))["nodes"]
    return [(one["fact"], one["agreed"], one["listed"], one["stands"]) for one in found]


async def settle(desk: Desk, headers: dict[str, str], fact: str, keep: str) -> Any:
    return await desk.published("staff/SettleListingConflict", headers, providerId=OFFICE, fact=fact, keep=keep)


async def fees(desk: Desk) -> str | None:
    return (await small_listing(desk.database)).service.fees


# ---------------------------------------------------------------- the list goes on saying what it said
async def test_a_list_that_says_the_same_changes_nothing_of_what_was_agreed_on(desk: Desk, tmp_path: Path) -> None:
    await load_json(desk.database, tmp_path, listed())
    headers = await desk.staff()
    place = {
        "lines": ["2 Side St"], "city": "Nogales", "state": "AZ", "country": "US", "latitude": 31.35,
        "longitude": -110.95, "timeZone": "America/Denver",
    }  # fmt: skip
    await agree(
        desk,
        headers,
        name="Casa",
        website="https://casa.example.org",
        phones=[{"number": "1 520 555 0199"}],
        place=place,
        accessibility=["A ramp"],
        hours=[{"weekdays": ["FRIDAY"], "opensAt": "10:00", "closesAt": "12:00"}],
        languages=[{"tag": "es", "mode": "STAFF_BASIC"}],
        fees="Free",
        helpTypes=["LEGAL_TPS_PAROLE"],
        acceptsDetained="YES",
        depth="ADVICE",
    )
    before, edits = await small_listing(desk.database), await desk.sql("SELECT count(*) FROM listing_history")
    for _ in range(2):
        report = await load_json(desk.database, tmp_path, listed())
        assert report.changed == 0
        assert set(outcomes(report).values()) == {"kept"}
        assert len(report.kept) == 10  # depth is said by no list
    assert await small_listing(desk.database) == before
    assert await desk.sql("SELECT count(*) FROM listing_history") == edits
    assert (before.name, before.service.fees, [one.number for one in before.phones]) == (
        "Casa", "Free", ["1 520 555 0199"],
    )  # fmt: skip
    assert before.location
    assert (before.location.lines, before.location.time_zone) == (("2 Side St",), "America/Denver")
    assert [(one.tag, one.mode.value) for one in before.languages] == [("es", "staff_basic")]
    assert [(one.opens_at, one.weekdays) for one in before.schedules] == [("10:00", ("FR",))]
    assert await conflicts(desk, headers) == []


async def test_what_was_not_agreed_on_goes_on_following_the_list(desk: Desk, tmp_path: Path) -> None:
    await load_json(desk.database, tmp_path, listed())
    await agree(desk, await desk.staff(), fees="Free", phones=[{"number": "1 520 555 0199"}])
    await load_json(desk.database, tmp_path, listed(description="Another clinic."))
    listing = await small_listing(desk.database)
    assert (listing.service.description, listing.service.fees) == ("Another clinic.", "Free")


async def test_a_list_that_falls_silent_says_nothing_against_what_was_agreed_on(desk: Desk, tmp_path: Path) -> None:
    await load_json(desk.database, tmp_path, listed())
    headers = await desk.staff()
    await agree(desk, headers, fees="Free", phones=[{"number": "1 520 555 0199"}])
    silent = listed()
    del silent["fees_description"], silent["phones"]
    report = await load_json(desk.database, tmp_path, silent)
    assert outcomes(report) == {"fees": "kept", "phones": "kept"}
    listing = await small_listing(desk.database)
    assert (listing.service.fees, [one.number for one in listing.phones]) == ("Free", ["1 520 555 0199"])


# ---------------------------------------------------------------- the list has heard of it
async def test_once_the_list_agrees_nothing_stands_against_it(desk: Desk, tmp_path: Path) -> None:
    await load_json(desk.database, tmp_path, listed())
    await agree(desk, await desk.staff(), fees="Free", phones=[{"number": "1 520 555 0199"}])
    agreed = listed(fees_description="Free", phones=phones("1 520 555 0199"))
    report = await load_json(desk.database, tmp_path, agreed)
    assert outcomes(report) == {"fees": "agrees", "phones": "agrees"}
    assert await desk.sql("SELECT count(*) FROM listing_override") == 0
    assert await desk.sql("SELECT count(*) FROM phone") == 1
    assert (await load_json(desk.database, tmp_path, agreed)).changed == 0
    await load_json(desk.database, tmp_path, listed())  # from now on it is the list's again
    assert await fees(desk) == "Ten dollars"


# ---------------------------------------------------------------- the list says something new
async def test_a_list_that_says_something_new_is_believed_and_staff_look(desk: Desk, tmp_path: Path) -> None:
    await load_json(desk.database, tmp_path, listed())
    headers = await desk.staff()
    await agree(desk, headers, fees="Free", phones=[{"number": "1 520 555 0199"}])
    newer = listed(fees_description="Five dollars", phones=phones("1 520 555 0100", "1 520 555 0177"))
    for changed in (True, False):
        report = await load_json(desk.database, tmp_path, newer)
        assert (outcomes(report), report.changed > 0) == ({"fees": "newer", "phones": "newer"}, changed)
    listing = await small_listing(desk.database)
    assert listing.service.fees == "Five dollars"
    assert [one.number for one in listing.phones] == ["1 520 555 0100", "1 520 555 0177"]
    found = await conflicts(desk, headers)
    assert ("FEES", "Free", "Five dollars", "LIST") in found
    assert len(found) == 2

    assert (await settle(desk, headers, "FEES", "AGREED"))["__typename"] == "ProviderPayload"
    assert await fees(desk) == "Free"
    await settle(desk, headers, "PHONES", "LIST")
    assert await conflicts(desk, headers) == []
    report = await load_json(desk.database, tmp_path, newer)  # what it says is known now
    assert (outcomes(report), report.changed) == ({"fees": "kept"}, 0)
    assert (await settle(desk, headers, "FEES", "LIST"))["__typename"] == "NotFoundProblem"
    acts = "SELECT count(*) FROM audit_event WHERE act = 'listing_conflict_settled'"
    assert await desk.sql(acts) == 2


@pytest.mark.parametrize("dated", [{"assured_date": str(TODAY - timedelta(days=9))}, {"last_modified": "2026-01-02"}])
async def test_a_list_that_dates_its_word_before_the_agreement_has_not_heard_of_it(
    desk: Desk, tmp_path: Path, dated: dict[str, str]
) -> None:
    await load_json(desk.database, tmp_path, listed(**dated))
    headers = await desk.staff()
    await agree(desk, headers, fees="Free")
    await desk.sql("UPDATE listing_override SET approved_at = now()")
    older = listed(fees_description="Five dollars", **dated)
    report = await load_json(desk.database, tmp_path, older)
    assert outcomes(report) == {"fees": "older"}
    assert (await load_json(desk.database, tmp_path, older)).changed == 0
    assert (await fees(desk), await conflicts(desk, headers)) == ("Free", [("FEES", "Free", "Five dollars", "AGREED")])
    await load_json(desk.database, tmp_path, listed(**dated))  # it was a slip
    assert await conflicts(desk, headers) == []
    await load_json(desk.database, tmp_path, older)
    await settle(desk, headers, "FEES", "LIST")
    assert await fees(desk) == "Five dollars"
    await load_json(
        desk.database, tmp_path, listed(fees_description="Six", assured_date=str(TODAY + timedelta(days=1)))
    )
    assert await fees(desk) == "Six"


async def test_a_newer_agreement_is_held_against_what_the_list_says(desk: Desk, tmp_path: Path) -> None:
    await load_json(desk.database, tmp_path, listed())
    headers = await desk.staff()
    await agree(desk, headers, fees="Free")
    await agree(desk, headers, fees="One dollar")
    report = await load_json(desk.database, tmp_path, listed())
    assert (outcomes(report), await fees(desk)) == ({"fees": "kept"}, "One dollar")
    await agree(desk, headers, fees="Ten dollars")  # what the list says anyway
    assert await desk.sql("SELECT count(*) FROM listing_override") == 0


# ---------------------------------------------------------------- what was taken over
@pytest.mark.parametrize("numbers", [["1 520 555 0199"], ["1 520 555 0199", "1 520 555 0188"]])
async def test_a_number_taken_over_in_a_merger_is_no_word_of_the_list(
    desk: Desk, tmp_path: Path, numbers: list[str]
) -> None:
    await load_json(desk.database, tmp_path, listed())
    other = await given.office(desk.database)
    await desk.sql(
        "INSERT INTO phone (id, provider_id, number) VALUES ($1, $2, $3)", uuid4(), other.id, "1 520 555 0188"
    )
    headers = await desk.staff()
    await desk.published("staff/MergeListings", headers, duplicate=str(other.id), into=str(LISTING))
    await agree(desk, headers, phones=[{"number": number} for number in numbers])
    assert await desk.sql("SELECT base -> 0 ->> 'number' FROM listing_override") == "1 520 555 0100"
    assert await desk.sql("SELECT jsonb_array_length(base) FROM listing_override") == 1
    for _ in range(2):
        report = await load_json(desk.database, tmp_path, listed())  # says what it always said
        assert (outcomes(report), report.changed) == ({"phones": "kept"}, 0)
        assert sorted(one.number for one in (await small_listing(desk.database)).phones) == sorted(numbers)
    assert await conflicts(desk, headers) == []


# ---------------------------------------------------------------- what is shared
async def test_a_number_of_two_listings_is_kept_for_each_as_it_was_agreed(desk: Desk, tmp_path: Path) -> None:
    sister = office(
        id=str(UUID(int=9)),
        location={"id": str(UUID(int=10)), "location_type": "physical", "name": "Tucson", "latitude": 32.22,
                  "longitude": -110.97},
    )  # fmt: skip
    two = listed(service_at_locations=[office(), sister], phones=phones("1 520 555 0100", "1 520 555 0111"))
    await load_json(desk.database, tmp_path, two)
    await agree(desk, await desk.staff(), phones=[{"number": "1 520 555 0100"}, {"number": "1 520 555 0122"}])
    assert (await load_json(desk.database, tmp_path, two)).changed == 0
    numbers = "SELECT array_agg(p ->> 'number' ORDER BY p ->> 'number') FROM listing_card c, json_array_elements(c.phones) p WHERE c.id = $1"  # noqa: E501
    assert await desk.sql(numbers, LISTING) == ["1 520 555 0100", "1 520 555 0122"]
    assert await desk.sql(numbers, UUID(int=9)) == ["1 520 555 0100"]


async def test_hours_of_a_service_stay_with_its_other_listings(desk: Desk, tmp_path: Path) -> None:
    sister = office(
        id=str(UUID(int=9)),
        location={"id": str(UUID(int=10)), "location_type": "physical", "name": "Tucson", "latitude": 32.22,
                  "longitude": -110.97},
    )  # fmt: skip
    two = listed(service_at_locations=[office(), sister])
    await load_json(desk.database, tmp_path, two)
    await agree(desk, await desk.staff(), hours=[{"weekdays": ["FRIDAY"], "opensAt": "10:00", "closesAt": "12:00"}])
    report = await load_json(desk.database, tmp_path, two)
    assert (outcomes(report), report.changed) == ({"hours": "kept"}, 0)
    opens = "SELECT schedules -> 0 ->> 'opens_at' FROM listing_card WHERE id = $1"
    assert [await desk.sql(opens, id) for id in (LISTING, UUID(int=9))] == ["10:00", "09:00"]


# ---------------------------------------------------------------- told beforehand
async def test_a_dry_run_tells_what_would_be_kept_and_keeps_nothing(desk: Desk, tmp_path: Path) -> None:
    await load_json(desk.database, tmp_path, listed())
    await agree(desk, await desk.staff(), fees="Free", eligibility="Anyone")
    newer = tmp_path / "newer.json"
    newer.write_text(json.dumps([listed(fees_description="Five dollars")]), encoding="utf-8")
    kept = await desk.kept()
    report = await import_hsds(
        desk.database, newer, source="test", progress=lambda _what, _done, _total: None, terms=Terms(dry_run=True)
    )
    assert {(one.listing, one.fact.value, one.listed, one.approved, one.outcome) for one in report.kept} == {
        ("Casa Abierta – Nogales", "fees", "Five dollars", "Free", Outcome.NEWER),
        ("Casa Abierta – Nogales", "eligibility", None, "Anyone", Outcome.KEPT),
    }
    assert [(one.field, one.before, one.after) for one in report.differences] == [
        ("service.fees", "Free", "Five dollars")
    ]
    assert await desk.kept() == kept


async def test_a_copy_by_the_date_of_the_last_change_hears_of_an_agreement_and_no_list_takes_it_back(
    desk: Desk, tmp_path: Path
) -> None:
    old = listed(last_modified="2026-01-02T00:00:00Z")
    await load_json(desk.database, tmp_path, old)
    await agree(desk, await desk.staff(), phones=[{"number": "1 520 555 0199"}])
    changed = await desk.sql("SELECT last_modified FROM service WHERE id = $1", UUID(SERVICE))
    assert changed > now() - timedelta(minutes=5)
    await load_json(desk.database, tmp_path, old)
    assert (await load_json(desk.database, tmp_path, old)).changed == 0
    told = (await desk.http.get(f"/hsds/services/{SERVICE}")).json()
    assert told["last_modified"] >= str(TODAY)


async def test_a_stub_of_which_somebody_proposes_something_stays(desk: Desk, tmp_path: Path) -> None:
    await load_json(desk.database, tmp_path, listed(service_at_locations=[]))
    token = desk.signed("state-capacity", UUID(SERVICE))
    await desk.published("public/ProposeListingChange", input={"token": token, "changes": {"fees": "Free"}})
    await load_json(desk.database, tmp_path, listed())
    assert await desk.sql("SELECT count(*) FROM provider") == 2
    assert await desk.sql("SELECT count(*) FROM listing_proposal") == 1


async def test_of_a_list_that_gives_all_hours_those_of_other_listings_are_left_in(desk: Desk, tmp_path: Path) -> None:
    sister = office(
        id=str(UUID(int=9)),
        location={"id": str(UUID(int=10)), "location_type": "physical", "name": "Tucson", "latitude": 32.22,
                  "longitude": -110.97},
    )  # fmt: skip
    await load_json(desk.database, tmp_path, listed(service_at_locations=[office(), sister]))
    await agree(desk, await desk.staff(), hours=[{"weekdays": ["FRIDAY"], "opensAt": "10:00", "closesAt": "12:00"}])
    whole = Batch(
        organizations=(),
        locations=(),
        services=(),
        providers=[
            ListedProvider(id=id, organization_id=UUID(int=1), service_id=UUID(SERVICE), location_id=place, name="One")
            for id, place in ((LISTING, UUID(int=2)), (UUID(int=9), UUID(int=10)))
        ],
        schedules=[
            ListedSchedule(
                id=UUID(int=70),
                service_id=UUID(SERVICE),
                weekdays=(Weekday.MONDAY, Weekday.TUESDAY),
                opens_at="09:00",
                closes_at="17:00",
            )
        ],
        whole=frozenset({"schedule"}),
    )
    laid, (kept,) = await keeping.lay_over(desk.database.reader, whole)
    assert kept.outcome is Outcome.KEPT
    assert [(row.service_id, row.provider_id, row.opens_at) for row in laid.schedules] == [
        (UUID(SERVICE), None, "09:00"),
        (None, LISTING, "10:00"),
    ]
