"""Each part of a listing tells who said it last and when: a list, the office, staff. Nobody's name, no hidden place."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import given
import pytest
from desk import Desk
from hsds_given import OFFICE, load_json, small

from referral.directory import capacity
from referral.directory.capacity import Statement
from referral.directory.upkeep import hiding
from referral.directory.words import Openness
from referral.foundation.clock import now

ASKED = "query Told($id: ID!) { provider(id: $id) { sources { group source listName date confirmedAt } } }"
PAGE = "{ providers(first: 5) { nodes { id sources { group source listName date confirmedAt } } } }"
LIST = "test"
LISTING = UUID(OFFICE)
TODAY = str(now().date())


def listed(**changes: Any) -> dict[str, Any]:
    said = {"languages": [{"id": str(UUID(int=60)), "code": "es"}], "assured_date": "2026-03-01"}
    return small(**(said | changes))


async def told(desk: Desk, id: str = OFFICE) -> dict[str, tuple[str, str | None, str | None]]:
    """By group: who, which list, and the day. Written at once, it is the same."""
    found = (await desk.ask(ASKED, {"id": id}))["provider"]["sources"]
    (written,) = [one["sources"] for one in (await desk.ask(PAGE))["providers"]["nodes"] if one["id"] == id]
    assert written == found
    return {one["group"]: (one["source"], one["listName"], one["date"]) for one in found}


async def agree(desk: Desk, **changes: Any) -> None:
    token = desk.signed("state-capacity", LISTING)
    kept = await desk.published("public/ProposeListingChange", input={"token": token, "changes": changes})
    headers = await desk.signed_in()
    await desk.published("staff/ApproveProposedChange", headers, id=kept["proposal"]["id"])


async def test_a_list_is_named_with_its_date_and_what_nobody_said_is_absent(desk: Desk, tmp_path: Path) -> None:
    await load_json(desk.database, tmp_path, listed())
    by_list = ("LIST", LIST, "2026-03-01")
    assert await told(desk) == dict.fromkeys(("CONTACT", "PLACE", "LANGUAGES", "SERVICES"), by_list)


async def test_what_the_office_and_staff_said_since_is_theirs_until_the_list_says_it_too(
    desk: Desk, tmp_path: Path
) -> None:
    await load_json(desk.database, tmp_path, listed())
    await desk.hire()
    await agree(desk, hours=[{"weekdays": ["MONDAY"], "opensAt": "9:00", "closesAt": "17:00"}], fees="Free")
    point = {"latitude": 31.34, "longitude": -110.94}
    await desk.published("staff/LocateListing", await desk.signed_in(), id=OFFICE, point=point)
    assert await told(desk) == {
        "CONTACT": ("LIST", LIST, "2026-03-01"),
        "PLACE": ("STAFF", None, TODAY),
        "HOURS": ("PROVIDER", None, TODAY),
        "LANGUAGES": ("LIST", LIST, "2026-03-01"),
        "SERVICES": ("PROVIDER", None, TODAY),
    }
    await load_json(desk.database, tmp_path, listed(fees_description="Free"))
    assert (await told(desk))["SERVICES"] == ("LIST", LIST, "2026-03-01")
    assert (await told(desk))["HOURS"] == ("PROVIDER", None, TODAY)
    page = (await desk.http.get(f"/en/find/{await nogales(desk)}")).text
    assert "Newer than that list: address (looked up by our team, " in page
    assert "; hours (said by the office, " in page
    assert "Anna" not in page


async def nogales(desk: Desk) -> UUID:
    return await desk.sql("SELECT id FROM place WHERE kind = 'town' AND name = 'Nogales' AND state = 'AZ'")


async def test_a_list_without_a_date_is_as_old_as_its_last_change_and_never_as_new_as_an_agreement(
    desk: Desk, tmp_path: Path
) -> None:
    undated = listed(last_modified="2026-02-03T00:00:00Z")
    del undated["assured_date"]
    await load_json(desk.database, tmp_path, undated)
    assert (await told(desk))["CONTACT"] == ("LIST", LIST, "2026-02-03")
    await desk.hire()
    await agree(desk, fees="Free")
    assert (await told(desk))["CONTACT"] == ("LIST", LIST, None)
    await load_json(desk.database, tmp_path, undated)
    assert (await told(desk))["CONTACT"] == ("LIST", LIST, None)


async def test_a_statement_and_a_check_are_told_with_the_moment(desk: Desk, tmp_path: Path) -> None:
    await load_json(desk.database, tmp_path, listed())
    then = now() - timedelta(days=3)
    async with desk.database.transaction() as tx:
        await capacity.state(tx, LISTING, Statement(openness=Openness.OPEN), by="provider_staff", now=then)
    checked = now() - timedelta(days=1)
    await desk.sql("UPDATE provider SET verification = 'verified', verified_at = $1", checked)
    found = {one["group"]: one for one in (await desk.ask(ASKED, {"id": OFFICE}))["provider"]["sources"]}
    assert found["CAPACITY"] == {
        "group": "CAPACITY",
        "source": "PROVIDER",
        "listName": None,
        "date": str(then.date()),
        "confirmedAt": then.isoformat(),
    }
    assert found["CONTACT"]["confirmedAt"] == checked.isoformat()
    await told(desk)


async def test_what_changes_is_told_at_once_though_listings_are_kept_as_they_were_written(desk: Desk) -> None:
    offices = [await given.office(desk.database, name=f"Synthetic {number}", openness=None) for number in range(2)]
    for _ in range(2):
        assert "CAPACITY" not in await told(desk, str(offices[0].id))
    async with desk.database.transaction() as tx:
        await capacity.state(tx, offices[0].id, Statement(openness=Openness.OPEN), by="partner_app", now=now())
    assert (await told(desk, str(offices[0].id)))["CAPACITY"] == ("PARTNER", None, TODAY)


async def test_a_page_of_them_is_written_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    office = await given.office(desk.database)

    async def one_by_one(*_: object) -> None:
        pytest.fail("They were asked for field by field.")

    monkeypatch.setattr("referral.directory.sources.of", one_by_one)
    (shown,) = (await desk.ask(PAGE))["providers"]["nodes"]
    assert shown["id"] == str(office.id)
    assert shown["sources"]


async def test_of_a_hidden_place_nothing_is_told(desk: Desk, tmp_path: Path) -> None:
    await load_json(desk.database, tmp_path, listed())
    await desk.hire()
    await agree(desk, placeName="The blue door")
    async with desk.database.transaction() as tx:
        await hiding.hide(tx, desk.house.vault, LISTING, now=now())
    assert "PLACE" not in await told(desk)
