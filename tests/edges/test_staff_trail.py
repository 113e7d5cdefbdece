"""Whoever oversees the desk reads who opened, released or changed what, and their own look is written down too."""

from typing import Any
from uuid import UUID

import pytest
from desk import Desk, operation

from referral.edges.graphql.schemas import Audience
from referral.foundation.actors import Scope, StaffRole


async def read(desk: Desk, headers: dict[str, str], id: str, **page: object) -> Any:
    return await desk.published("staff/AuditTrail", headers, subject=id, **page)


async def refused(desk: Desk, headers: dict[str, str], **variables: object) -> str:
    body = await desk.answered(operation("staff/AuditTrail"), variables, Audience.STAFF, **headers)
    assert body["data"] is None
    return body["errors"][0]["extensions"]["code"]


@pytest.mark.parametrize("role", [StaffRole.SUPERVISOR, StaffRole.ADMIN])
async def test_who_did_what_with_a_request_is_told_newest_first_and_without_a_word_of_it(
    desk: Desk, role: StaffRole
) -> None:
    id, anna = (await desk.submit())["helpRequest"]["id"], await desk.staff()
    await desk.published("staff/ClaimHelpRequest", anna, id=id)
    await desk.published("staff/Request", anna, id=id, open=True)
    await desk.published("staff/AddNote", anna, requestId=id, text="A canary.")
    overseer = await desk.staff_named("chief@demo.invalid", role)
    told = await read(desk, overseer, id)
    acts = [event["act"] for event in told["nodes"]]
    assert {"request_claimed", "request_read", "person_read", "request_noted", "notes_read"} == set(acts)
    assert acts.index("request_noted") < acts.index("person_read") < acts.index("request_claimed")
    assert {event["staff"]["email"] for event in told["nodes"]} == {"anna@demo.invalid"}
    assert "canary" not in str(told)
    assert "Synthetic Person" not in str(told)
    assert (await read(desk, overseer, id))["nodes"][0]["act"] == "trail_read"


async def test_whoever_works_on_a_request_sees_who_else_did_and_of_others_nothing(desk: Desk) -> None:
    id, anna = (await desk.submit())["helpRequest"]["id"], await desk.staff()
    berta = await desk.staff_named("berta@demo.invalid")
    assert await refused(desk, anna, subject=id) == "NOT_ALLOWED"
    await desk.published("staff/ClaimHelpRequest", anna, id=id)
    assert [event["act"] for event in (await read(desk, anna, id))["nodes"]] == ["request_read", "request_claimed"]
    kept = await desk.kept()
    assert await refused(desk, berta, subject=id) == "NOT_ALLOWED"
    assert await desk.kept() == kept


async def test_a_trail_is_read_page_by_page_while_it_grows(desk: Desk) -> None:
    id, anna = (await desk.submit())["helpRequest"]["id"], await desk.staff()
    await desk.let_in(id)
    for _ in range(5):
        await desk.published("staff/Request", anna, id=id, open=True)
    everything = await desk.sql("SELECT count(*) FROM audit_event WHERE subject_id::text = $1", id)
    chief = await desk.staff_named("chief@demo.invalid", StaffRole.SUPERVISOR)
    seen: list[str] = []
    after = None
    while True:
        page = await read(desk, chief, id, first=3, after=after)
        seen += [event["at"] + event["act"] for event in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert len(seen) == everything == 12
    assert not any("trail_read" in event for event in seen)


async def test_a_trail_is_not_for_strangers_and_what_is_wrong_is_named(desk: Desk) -> None:
    id = (await desk.submit())["helpRequest"]["id"]
    partner = await desk.partner(*Scope)
    for headers in ({}, partner):
        response = await desk.post(operation("staff/AuditTrail"), {"subject": id}, Audience.STAFF, **headers)
        assert response.status_code == 401
    chief = await desk.staff(StaffRole.SUPERVISOR)
    assert await refused(desk, chief, subject="no id") == "VALIDATION_FAILED"
    assert await refused(desk, chief, subject=id, after="nonsense") == "VALIDATION_FAILED"
    assert await refused(desk, chief, subject=id, first=51) == "VALIDATION_FAILED"
    assert (await read(desk, chief, str(UUID(int=7))))["nodes"] == []
