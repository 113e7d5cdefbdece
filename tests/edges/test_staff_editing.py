"""Staff keep one of two listings, and say where a place is that has no point."""

from typing import Any
from uuid import UUID, uuid4

import given
import pytest
from desk import Desk, operation
from given import Office

from referral.edges.graphql.schemas import Audience
from referral.foundation.actors import StaffRole
from referral.foundation.db import execute

NEAR = {"near": {"point": {"latitude": given.BROWNSVILLE[0], "longitude": given.BROWNSVILLE[1]}}}
LISTED = "query Listed($filter: ProviderFilter) { providers(filter: $filter) { nodes { id } } }"


async def listed(desk: Desk, **asked: object) -> list[str]:
    page = (await desk.ask(LISTED, {"filter": {**NEAR, **asked}}))["providers"]
    return [one["id"] for one in page["nodes"]]


async def calls(desk: Desk, office: Office, number: str) -> None:
    await desk.sql("INSERT INTO phone (id, provider_id, number) VALUES ($1, $2, $3)", uuid4(), office.id, number)


async def merge(desk: Desk, headers: dict[str, str], other: Office, kept: Office) -> Any:
    return await desk.published("staff/MergeListings", headers, duplicate=str(other.id), into=str(kept.id))


# ---------------------------------------------------------------- two that are one
async def test_of_two_one_is_kept_and_the_others_id_leads_to_it_everywhere(desk: Desk) -> None:
    kept = await given.office(desk.database, name="Synthetic Aid", languages=("en",))
    other = await given.office(desk.database, name="Synthetic Aid Inc.", languages=("en", "ht"))
    await calls(desk, kept, "+1 956 555 0101")
    await calls(desk, other, "(956) 555-0101 ")
    await calls(desk, other, "+1 956 555 0102")
    await desk.sql(
        """INSERT INTO service_area (id, provider_id, name, kind, country, state)
           VALUES ($1, $2, 'Texas', 'state', 'US', 'TX')""",
        uuid4(),
        other.id,
    )
    drawn = {"type": "Point", "coordinates": [-97.5, 25.9], "radius": 9_000}
    await desk.sql(
        "INSERT INTO service_area (id, provider_id, name, kind, border) VALUES ($1, $2, 'The valley', 'custom', $3)",
        uuid4(),
        other.id,
        drawn,
    )
    service = await desk.sql("SELECT service_id FROM provider WHERE id = $1", other.id)
    kept_service = await desk.sql("SELECT service_id FROM provider WHERE id = $1", kept.id)
    headers = await desk.staff()
    merged = await merge(desk, headers, other, kept)
    assert merged["provider"] == {"id": str(kept.id), "name": "Synthetic Aid"}

    assert await listed(desk) == [str(kept.id)]
    shown = await desk.published("public/Provider", id=str(other.id))
    assert shown["id"] == str(kept.id)
    assert sorted(one["number"] for one in shown["phones"]) == ["+1 956 555 0101", "+1 956 555 0102"]
    assert await listed(desk, languages=["ht"]) == [str(kept.id)]
    assert [one["name"] for one in shown["serviceAreas"]] == ["Texas", "The valley"]
    assert (
        await desk.sql("SELECT border FROM service_area WHERE provider_id = $1 AND border IS NOT NULL", kept.id)
        == drawn
    )
    for old, new in (
        (f"/hsds/service_at_locations/{other.id}", f"/hsds/service_at_locations/{kept.id}"),
        (f"/hsds/services/{service}", f"/hsds/services/{kept_service}"),
    ):
        moved = await desk.http.get(old)
        assert (moved.status_code, moved.headers["location"]) == (301, new)
        assert (await desk.http.get(new)).status_code == 200
    assert (await desk.http.get(f"/en/listings/{other.id}/wrong")).status_code == 200
    assert await desk.sql("SELECT kind FROM listing_change WHERE listing_id = $1", other.id) == "deleted"
    edits = (await desk.published("staff/ListingHistory", headers, providerId=str(kept.id)))["nodes"]
    assert {one["byWhom"] for one in edits if "0102" in (one["after"] or "")} == {f"merged from {other.id}"}


async def test_who_was_merged_before_is_led_on_and_can_be_taken_apart(desk: Desk) -> None:
    first, second, third = [await given.office(desk.database, name=f"Synthetic {number}") for number in range(3)]
    headers = await desk.staff()
    await merge(desk, headers, first, second)
    await merge(desk, headers, second, third)
    for office in (first, second, third):
        assert (await desk.published("public/Provider", id=str(office.id)))["id"] == str(third.id)
    apart = await desk.published("staff/TakeListingApart", headers, id=str(first.id))
    assert apart["provider"]["id"] == str(first.id)
    assert sorted(await listed(desk)) == sorted([str(first.id), str(third.id)])
    again = await desk.published("staff/TakeListingApart", headers, id=str(first.id))
    assert again["__typename"] == "NotFoundProblem"


async def test_what_was_taken_over_goes_again_with_whom_it_came_from(desk: Desk) -> None:
    """Else people would go on calling the wrong office."""
    offices = [await given.office(desk.database, name=f"Synthetic {number}") for number in range(3)]
    for number, office in enumerate(offices):
        await calls(desk, office, f"+1 956 555 010{number}")
    first, second, third = offices
    headers = await desk.staff()
    await merge(desk, headers, first, second)
    await merge(desk, headers, second, third)
    assert len(await numbers(desk, third)) == 3
    await desk.published("staff/TakeListingApart", headers, id=str(first.id))
    assert await numbers(desk, third) == ["+1 956 555 0101", "+1 956 555 0102"]
    await desk.published("staff/TakeListingApart", headers, id=str(second.id))
    assert [await numbers(desk, office) for office in offices] == [[f"+1 956 555 010{one}"] for one in range(3)]


async def numbers(desk: Desk, office: Office) -> list[str]:
    shown = await desk.published("public/Provider", id=str(office.id))
    return sorted(one["number"] for one in shown["phones"])


async def test_what_cannot_be_merged_is_refused_and_nothing_changes(desk: Desk) -> None:
    one, other, gone = [await given.office(desk.database, name=f"Synthetic {number}") for number in range(3)]
    headers = await desk.staff()
    await desk.sql("UPDATE provider SET retired_at = now() WHERE id = $1", gone.id)
    nobody = Office(id=uuid4(), organization_id=uuid4(), name="Nobody")
    kept = await desk.kept()
    for duplicate, into, problem in (
        (one, one, "ConflictProblem"),
        (one, nobody, "NotFoundProblem"),
        (nobody, one, "NotFoundProblem"),
        (one, gone, "ConflictProblem"),
    ):
        assert (await merge(desk, headers, duplicate, into))["__typename"] == problem
    assert await desk.kept() == kept
    await merge(desk, headers, one, other)
    for duplicate, into in ((one, other), (other, one)):
        assert (await merge(desk, headers, duplicate, into))["__typename"] == "ConflictProblem"


async def test_an_offer_made_before_can_still_be_answered(desk: Desk) -> None:
    other = await given.office(desk.database)
    await desk.submit()
    await desk.work()
    token = desk.token(other)
    kept = await given.office(desk.database, name="Synthetic Twin", point=given.MCALLEN)
    await merge(desk, await desk.staff(), other, kept)
    assert (await desk.respond(token, "ACCEPT"))["__typename"] == "ReferralPayload"


async def test_what_is_stated_by_an_old_link_counts_for_the_one_that_is_kept(desk: Desk) -> None:
    other = await given.office(desk.database, openness=None)
    kept = await given.office(desk.database, name="Synthetic Twin", openness=None)
    await merge(desk, await desk.staff(), other, kept)
    sent = await desk.http.post(
        f"/c/{desk.signed('state-capacity', other.id)}",
        content="openness=open&available=2",
        headers={"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"},
    )
    assert sent.status_code == 303
    assert (await desk.published("public/Provider", id=str(kept.id)))["openness"] == "OPEN"


async def test_a_hidden_place_gives_nothing_away_by_being_merged(desk: Desk) -> None:
    hidden, kept = await given.office(desk.database, name="One"), await given.office(desk.database, name="Other")
    location = await desk.sql("SELECT location_id FROM provider WHERE id = $1", hidden.id)
    async with desk.database.transaction() as tx:
        await execute(
            tx, "UPDATE location SET visibility = 'town', latitude = NULL, longitude = NULL WHERE id = $1", location
        )
        await execute(
            tx, "INSERT INTO phone (id, location_id, number) VALUES ($1, $2, '+1 956 555 0199')", uuid4(), location
        )
    await merge(desk, await desk.staff(), hidden, kept)
    shown = await desk.published("public/Provider", id=str(kept.id))
    assert "0199" not in str(shown)


async def test_who_may_stand_here_twice_is_listed(desk: Desk) -> None:
    offices = [await given.office(desk.database, name="Synthetic Aid") for _ in range(2)]
    far = await given.office(desk.database, name="Synthetic Aid", point=given.EL_PASO)
    others = [await given.office(desk.database, name=name, point=given.MCALLEN) for name in ("Left", "Right")]
    for office in others:
        await calls(desk, office, "+1 (956) 555-0117")
    sister = await given.office(
        desk.database, name="Left", point=given.MCALLEN, organization_id=others[0].organization_id
    )
    found = await desk.published("staff/PossibleDuplicates", await desk.staff())
    pairs = {(one["likeness"], frozenset(listing["id"] for listing in one["listings"])) for one in found}
    assert pairs == {
        ("SAME_NAME_NEARBY", frozenset(str(office.id) for office in offices)),
        ("SAME_PHONE", frozenset(str(office.id) for office in others)),
    }
    assert str(far.id) not in str(found)
    assert str(sister.id) not in str(found)


# ---------------------------------------------------------------- where a place is
async def without_point(desk: Desk, office: Office) -> None:
    await desk.sql(
        """UPDATE location SET latitude = NULL, longitude = NULL, lines = '{9 Example Street}', time_zone = 'UTC'
            WHERE id = (SELECT location_id FROM provider WHERE id = $1)""",
        office.id,
    )


async def test_a_place_without_a_point_is_listed_and_found_once_staff_say_where(desk: Desk) -> None:
    offices = [await given.office(desk.database, name=f"Synthetic {number}") for number in range(4)]
    for office in offices[:3]:
        await without_point(desk, office)
    headers = await desk.staff()
    found: list[str] = []
    after = None
    while True:
        page = await desk.published("staff/UnlocatedListings", headers, first=2, after=after)
        found += [one["providerId"] for one in page["nodes"]]
        assert all("9 Example Street" in one["address"] for one in page["nodes"])
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert found == [str(office.id) for office in offices[:3]]

    where = {"latitude": given.MCALLEN[0], "longitude": given.MCALLEN[1]}
    located = await desk.published("staff/LocateListing", headers, id=str(offices[0].id), point=where)
    assert located["provider"]["location"] == where
    assert await listed(desk, radiusKm=120.0) == [str(offices[3].id), str(offices[0].id)]
    zone = "SELECT time_zone FROM location WHERE id = (SELECT location_id FROM provider WHERE id = $1)"
    assert await desk.sql(zone, offices[0].id) == "America/Chicago"


@pytest.mark.parametrize(("latitude", "longitude"), [(91.0, 0.0), (0.0, -181.0)])
async def test_a_point_that_is_none_is_named(desk: Desk, latitude: float, longitude: float) -> None:
    office = await given.office(desk.database)
    where = {"latitude": latitude, "longitude": longitude}
    answer = await desk.published("staff/LocateListing", await desk.staff(), id=str(office.id), point=where)
    assert [".".join(one["path"]) for one in answer["fields"]] == ["point"]


async def test_a_place_that_is_not_shown_gets_no_point(desk: Desk) -> None:
    office = await given.office(desk.database)
    await without_point(desk, office)
    await desk.sql("UPDATE location SET visibility = 'confidential'")
    headers = await desk.staff()
    assert (await desk.published("staff/UnlocatedListings", headers))["nodes"] == []
    answer = await desk.published(
        "staff/LocateListing", headers, id=str(office.id), point={"latitude": 1.0, "longitude": 1.0}
    )
    assert answer["__typename"] == "NotFoundProblem"
    assert await desk.sql("SELECT latitude FROM location") is None


async def test_who_keeps_accounts_mends_nothing(desk: Desk) -> None:
    one, other = await given.office(desk.database), await given.office(desk.database, name="Other")
    headers = await desk.staff(StaffRole.ADMIN)
    kept = await desk.kept()
    for name, variables in (
        ("staff/PossibleDuplicates", {}),
        ("staff/UnlocatedListings", {}),
        ("staff/MergeListings", {"duplicate": str(one.id), "into": str(other.id)}),
        ("staff/TakeListingApart", {"id": str(UUID(int=1))}),
        ("staff/LocateListing", {"id": str(one.id), "point": {"latitude": 1.0, "longitude": 1.0}}),
    ):
        body = await desk.answered(operation(name), variables, Audience.STAFF, **headers)
        assert body["errors"][0]["extensions"]["code"] == "NOT_ALLOWED", name
    assert await desk.kept() == kept
