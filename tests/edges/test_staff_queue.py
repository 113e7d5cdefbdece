"""The queue through the front door: in whose hands, how late, why stuck, and how many of each."""

from typing import Any

import given
import pytest
from desk import Desk, operation

from referral.edges.graphql.schemas import Audience
from referral.foundation.actors import StaffRole


async def asked(desk: Desk, **changes: object) -> str:
    return (await desk.submit(**changes))["helpRequest"]["id"]


async def found(desk: Desk, headers: dict[str, str], **variables: object) -> list[Any]:
    page = await desk.published("staff/Queue", headers, **variables)
    return [edge["node"] for edge in page["edges"]]


async def ids(desk: Desk, headers: dict[str, str], **asked_for: object) -> list[str]:
    return [node["id"] for node in await found(desk, headers, filter=asked_for)]


async def test_the_queue_tells_in_whose_hands_a_request_is(desk: Desk) -> None:
    mine, others, free = [await asked(desk) for _ in range(3)]
    anna, berta = await desk.staff(), await desk.staff_named("berta@demo.invalid")
    await desk.published("staff/ClaimHelpRequest", anna, id=mine)
    await desk.published("staff/ClaimHelpRequest", berta, id=others)
    assert await ids(desk, anna, assignee="ME") == [mine]
    assert await ids(desk, anna, assignee="NOBODY") == [free]
    assert await ids(desk, anna, assignee="SOMEONE") == [mine, others]
    told = {node["id"]: node["assignee"] for node in await found(desk, anna)}
    assert told[free] is None
    assert told[mine]["name"] == told[others]["name"] == "Anna"
    assert told[mine]["id"] != told[others]["id"]


async def test_who_was_not_answered_in_time_is_overdue_until_answered(desk: Desk) -> None:
    headers = await desk.staff()
    late = await asked(desk, circumstances=["MEDICAL_EMERGENCY"])
    fine = await asked(desk)
    await desk.sql("UPDATE help_request SET created_at = created_at - interval '30 hours'")
    await desk.sql("UPDATE help_request SET respond_by = respond_by - interval '30 hours'")
    assert await ids(desk, headers, overdue=True) == [late]
    assert await ids(desk, headers, overdue=False) == [fine]
    hours = {node["id"]: node["hoursLeft"] for node in await found(desk, headers)}
    assert hours[late] == pytest.approx(-6, abs=0.2)
    assert hours[fine] == pytest.approx(14 * 24 - 30, abs=0.2)
    await desk.published(
        "staff/TriageHelpRequest", headers, input={"id": late, "idempotencyKey": "one of a kind", "step": "ASK_PERSON"}
    )
    assert await ids(desk, headers, overdue=True) == []
    hours = {node["id"]: node["hoursLeft"] for node in await found(desk, headers)}
    assert hours[late] is None


async def test_what_does_not_move_by_itself_is_found_with_the_reason(desk: Desk) -> None:
    office, headers = await given.office(desk.database), await desk.staff()
    asking = await asked(desk)
    await desk.work()
    await desk.respond(desk.token(office), "ASK", note="Which court?")
    left = await asked(desk, helpTypes=["HUM_FOOD"])
    moving = await asked(desk, consents=["STORE_REQUEST"])
    await desk.sql("DELETE FROM outbox WHERE subject_id = $1::uuid", moving)
    await desk.work()
    reasons = {node["id"]: node["stuck"] for node in await found(desk, headers)}
    assert reasons == {asking: ["QUESTION_WAITING"], left: ["NOBODY_LEFT"], moving: []}
    assert await ids(desk, headers, stuck=["QUESTION_WAITING"]) == [asking]
    assert set(await ids(desk, headers, stuck=["QUESTION_WAITING", "NOBODY_LEFT"])) == {asking, left}


async def test_the_most_urgent_level_comes_first_and_what_changed_last_is_at_hand(desk: Desk) -> None:
    headers = await desk.staff()
    normal = await asked(desk)
    critical = await asked(desk, circumstances=["MEDICAL_EMERGENCY"])
    urgent = await asked(desk, circumstances=["DETAINED"])
    assert [node["id"] for node in await found(desk, headers, orderBy="URGENCY")] == [critical, urgent, normal]
    await desk.published("staff/ClaimHelpRequest", headers, id=critical)
    assert [node["id"] for node in await found(desk, headers, orderBy="RECENTLY_CHANGED")] == [critical, urgent, normal]


async def test_facets_count_what_matches(desk: Desk) -> None:
    headers = await desk.staff()
    held = await asked(desk, languages=["ht"])
    await asked(desk, circumstances=["DETAINED"])
    await asked(desk, helpTypes=["HUM_FOOD"], near={"text": "El Paso TX"})
    await desk.published("staff/ClaimHelpRequest", headers, id=held)
    facets = (await desk.published("staff/QueueFacets", headers))["facets"]
    assert facets["statuses"] == [{"status": "SUBMITTED", "count": 2}, {"status": "IN_TRIAGE", "count": 1}]
    assert facets["urgencies"] == [{"level": "NORMAL", "count": 2}, {"level": "URGENT", "count": 1}]
    assert facets["languages"] == [{"tag": "es", "count": 2}, {"tag": "ht", "count": 1}]
    assert facets["helpTypes"] == [{"helpType": "LEGAL_ASYLUM", "count": 2}, {"helpType": "HUM_FOOD", "count": 1}]
    assert facets["states"] == [{"state": "TX", "count": 3}]
    assert (facets["overdue"], facets["mine"], facets["unassigned"]) == (0, 1, 2)
    only = await desk.published("staff/QueueFacets", headers, filter={"languages": ["ht"]})
    assert (only["totalCount"], only["facets"]["unassigned"]) == (1, 0)


async def test_the_level_that_the_queue_goes_by_is_that_of_today(desk: Desk) -> None:
    headers = await desk.staff()
    id = await asked(desk, circumstances=["DETAINED"])
    # As a request stands that was judged yesterday, before its date came near.
    await desk.sql("UPDATE help_request SET urgency = 'normal'")
    await desk.sql("INSERT INTO outbox (kind, subject_id) SELECT 're_evaluate', id FROM help_request")
    assert await ids(desk, headers, urgencies=["URGENT"]) == []
    await desk.work()
    assert await ids(desk, headers, urgencies=["URGENT"]) == [id]


async def test_who_keeps_accounts_reads_no_queue_and_no_facets(desk: Desk) -> None:
    await asked(desk)
    chief = await desk.staff(StaffRole.ADMIN)
    body = await desk.answered(operation("staff/QueueFacets"), {}, Audience.STAFF, **chief)
    assert (body["data"], body["errors"][0]["extensions"]["code"]) == (None, "NOT_ALLOWED")
