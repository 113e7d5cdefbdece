"""Anyone says that a listing is wrong; staff read it with a trace, close it, and what was written is gone."""

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import given
import pytest
from desk import Desk, at_once, operation
from given import Office
from web_given import visiting

from referral.directory.upkeep import reports
from referral.edges.graphql.schemas import Audience
from referral.edges.house import House
from referral.foundation.actors import StaffRole

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CANARY = "They asked me for canary-money"


async def report(desk: Desk, office: Office, reason: str = "OTHER", note: str | None = None) -> Any:
    return await desk.published(
        "public/ReportListing", input={"providerId": str(office.id), "reason": reason, "note": note}
    )


async def test_staff_read_what_was_sent_and_it_is_erased_when_they_have_looked(desk: Desk) -> None:
    office = await given.office(desk.database, name="Synthetic Office")
    assert (await report(desk, office, "ASKED_FOR_MONEY", f"  {CANARY}  "))["__typename"] == "ReportListingPayload"
    assert CANARY not in str(await desk.sql("SELECT string_agg(r::text, ' ') FROM listing_report r"))

    headers = await desk.staff()
    (shown,) = (await desk.published("staff/ListingReports", headers))["nodes"]
    assert (shown["providerName"], shown["reason"], shown["note"]) == ("Synthetic Office", "ASKED_FOR_MONEY", CANARY)
    assert await desk.sql("SELECT count(*) FROM audit_event WHERE act = 'report_read'") == 1

    closed = await desk.published("staff/CloseReport", headers, id=shown["id"], wasRight=True)
    assert closed == {"__typename": "CloseReportPayload", "id": shown["id"]}
    assert await desk.sql("SELECT num_nulls(data_key, words) FROM listing_report") == 2
    assert (await desk.published("staff/ListingReports", headers))["nodes"] == []
    again = await desk.published("staff/CloseReport", headers, id=shown["id"], wasRight=False)
    assert again["__typename"] == "ConflictProblem"
    nobody = await desk.published("staff/CloseReport", headers, id=str(uuid4()), wasRight=True)
    assert nobody["__typename"] == "NotFoundProblem"


@pytest.mark.parametrize(("was_right", "openness"), [(True, "UNKNOWN"), (False, "OPEN")])
async def test_who_takes_nobody_after_all_is_believed_open_no_longer(
    desk: Desk, was_right: bool, openness: str
) -> None:
    office = await given.office(desk.database)
    await report(desk, office, "NOT_TAKING_PEOPLE")
    headers = await desk.staff()
    (shown,) = (await desk.published("staff/ListingReports", headers))["nodes"]
    assert (await desk.published("public/Provider", id=str(office.id)))["openness"] == "OPEN"  # nobody has looked yet
    await desk.published("staff/CloseReport", headers, id=shown["id"], wasRight=was_right)
    assert (await desk.published("public/Provider", id=str(office.id)))["openness"] == openness


async def test_reports_page_from_the_longest_waiting(desk: Desk) -> None:
    office, other = await given.office(desk.database), await given.office(desk.database, name="Other")
    for number in range(5):
        await report(desk, (office, other)[number % 2], note=f"number {number}")
    headers = await desk.staff(StaffRole.SUPERVISOR)
    found: list[str] = []
    after = None
    while True:
        page = await desk.published("staff/ListingReports", headers, first=2, after=after)
        found += [one["note"] for one in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert found == [f"number {number}" for number in range(5)]


async def test_who_keeps_accounts_and_who_is_nobody_read_none(desk: Desk) -> None:
    await report(desk, await given.office(desk.database), note=CANARY)
    headers = await desk.staff(StaffRole.ADMIN)
    body = await desk.answered(operation("staff/ListingReports"), {}, Audience.STAFF, **headers)
    assert body["errors"][0]["extensions"]["code"] == "NOT_ALLOWED"
    assert (await desk.post(operation("staff/ListingReports"), {}, Audience.STAFF)).status_code == 401
    assert "listingReports" in (await desk.answered("{ listingReports { nodes { id } } }"))["errors"][0]["message"]


async def test_what_cannot_be_a_report_is_named_and_nothing_is_kept(desk: Desk) -> None:
    office = await given.office(desk.database)
    kept = await desk.kept()
    long = await report(desk, office, note="x" * 501)
    assert [".".join(one["path"]) for one in long["fields"]] == ["note"]
    nobody = Office(id=uuid4(), organization_id=uuid4(), name="Nobody")
    assert (await report(desk, nobody))["__typename"] == "NotFoundProblem"
    assert await desk.kept() == kept
    await desk.sql("UPDATE provider SET verification = 'suspended'")
    assert (await report(desk, office))["__typename"] == "NotFoundProblem"


async def test_of_one_listing_only_so_many_wait_however_many_come_at_once(desk: Desk) -> None:
    office = await given.office(desk.database)
    answers = await at_once(report(desk, office) for _ in range(reports.MOST_WAITING + 15))
    assert sorted(one["__typename"] for one in answers) == ["RateLimitedProblem"] * 15 + ["ReportListingPayload"] * 20
    assert await desk.sql("SELECT count(*) FROM listing_report") == reports.MOST_WAITING
    another = await given.office(desk.database, name="Another")
    assert (await report(desk, another))["__typename"] == "ReportListingPayload"


# ---------------------------------------------------------------- the page
@pytest.mark.parametrize(
    ("lang", "title", "thanks"),
    [("en", "What is wrong with this listing?", "Thank you."), ("es", "¿Qué está mal en estos datos?", "Gracias.")],
)
async def test_without_a_script_a_listing_is_reported_once(house: House, lang: str, title: str, thanks: str) -> None:
    office = await given.office(house.database, name="Synthetic <Office>")
    path = f"/{lang}/listings/{office.id}/wrong"
    async with visiting(house) as browser:
        page = await browser.get(path)
        assert page.status_code == 200
        assert title in page.text
        assert "Synthetic &lt;Office&gt;" in page.text
        body = urlencode({"reason": "wrong_contact", "note": CANARY})
        sent = await browser.post(path, content=body, headers=FORM)
        assert (sent.status_code, sent.headers["location"]) == (303, f"{path}?sent=1")
        after = await browser.get(sent.headers["location"])
    assert thanks in after.text
    assert CANARY not in after.text
    kept = await house.database.pool.fetch("SELECT reason FROM listing_report")
    assert [row["reason"] for row in kept] == ["wrong_contact"]


async def test_the_page_of_a_place_leads_there(house: House) -> None:
    office = await given.office(house.database)
    town = await house.database.pool.fetchval(
        "SELECT id FROM place WHERE kind = 'town' AND name = 'Brownsville' ORDER BY weight DESC LIMIT 1"
    )
    async with visiting(house) as browser:
        assert f'href="/es/listings/{office.id}/wrong"' in (await browser.get(f"/es/find/{town}")).text


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({}, 422, "Choose one."),
        ({"reason": "nonsense", "note": "kept words"}, 422, "Choose one."),
        ({"reason": "other", "note": "x" * 501}, 422, "at most 500 characters"),
    ],
)
async def test_what_is_missing_is_said_and_what_was_written_stays(
    house: House, fields: dict[str, str], status: int, said: str
) -> None:
    office = await given.office(house.database)
    async with visiting(house) as browser:
        sent = await browser.post(f"/en/listings/{office.id}/wrong", content=urlencode(fields), headers=FORM)
    assert sent.status_code == status
    assert said in sent.text
    assert fields.get("note", "") in sent.text
    assert await house.database.pool.fetchval("SELECT count(*) FROM listing_report") == 0


async def test_no_page_for_what_is_not_listed_and_no_post_from_elsewhere(house: House) -> None:
    office = await given.office(house.database)
    async with visiting(house) as browser:
        for path in (f"/en/listings/{uuid4()}/wrong", "/en/listings/x/wrong", f"/xx/listings/{office.id}/wrong"):
            assert (await browser.get(path)).status_code == 404
        foreign = await browser.post(
            f"/en/listings/{office.id}/wrong",
            content="reason=other",
            headers={**FORM, "Sec-Fetch-Site": "cross-site"},
        )
    assert foreign.status_code == 403
    assert await house.database.pool.fetchval("SELECT count(*) FROM listing_report") == 0
