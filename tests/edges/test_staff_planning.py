"""Staff plan for many through the front door, read why, and apply the plan; nobody else may."""

from typing import Any
from uuid import UUID, uuid4

import given
import pytest
from desk import Desk, operation

from referral.edges.graphql.schemas import Audience
from referral.foundation.actors import StaffRole

NOBODY = str(UUID(int=7))


async def ask(desk: Desk, **changes: object) -> str:
    return (await desk.submit(**changes))["helpRequest"]["id"]


async def plan(desk: Desk, headers: dict[str, str], **asked: object) -> Any:
    """What planning answers; a new key each time unless one is named."""
    return await desk.published("staff/PlanAssignments", headers, input={"idempotencyKey": str(uuid4()), **asked})


async def planned(desk: Desk, headers: dict[str, str], **asked: object) -> Any:
    """The whole plan."""
    made = await plan(desk, headers, **asked)
    return await desk.published("staff/AssignmentPlan", headers, id=made["assignmentPlan"]["id"])


async def apply(desk: Desk, headers: dict[str, str], id: str, **only: object) -> Any:
    return await desk.published("staff/ApplyAssignmentPlan", headers, id=id, **only)


def wrong(answer: Any) -> list[tuple[str, str]]:
    return [(".".join(one["path"]), one["code"]) for one in answer["fields"]]


async def test_a_plan_says_who_why_and_what_one_more_place_would_change(desk: Desk) -> None:
    headers = await desk.staff()
    office = await given.office(desk.database, name="Synthetic Intake", places=1)
    calm, pressing = await ask(desk), await ask(desk, circumstances=["MEDICAL_EMERGENCY"])
    far = await ask(desk, helpTypes=["HUM_SHELTER"])
    kept = await desk.sql("SELECT count(*) FROM outbox")
    found = await planned(desk, headers)

    assert (found["matched"], found["unmatched"], found["waiting"]) == (1, 2, 1)
    (proposal,) = found["proposals"]
    assert (proposal["request"]["id"], proposal["match"]["provider"]["id"]) == (pressing, str(office.id))
    assert (proposal["state"], proposal["certain"], proposal["referral"]) == ("PROPOSED", True, None)
    assert (
        proposal["match"]["score"] == found["totalScore"] == sum(one["points"] for one in proposal["match"]["reasons"])
    )
    assert proposal["keptFrom"] == [{"request": {"id": calm}, "code": "LESS_URGENT", "reason": "Is less urgent."}]
    assert {one["request"]["id"]: one["code"] for one in found["leftOver"]} == {calm: "MORE_URGENT", far: "NO_PROVIDER"}
    assert found["oneMorePlace"] == [
        {"provider": {"id": str(office.id), "name": "Synthetic Intake"}, "request": {"id": calm}, "urgency": "NORMAL"}
    ]
    assert await desk.sql("SELECT count(*) FROM referral") == 0
    assert await desk.sql("SELECT count(*) FROM outbox") == kept
    assert await desk.sql(
        "SELECT array_agg(DISTINCT subject_id::text ORDER BY subject_id::text) FROM audit_event"
        " WHERE act = 'request_read'"
    ) == sorted([calm, pressing, far])


async def test_whoever_is_proposed_is_offered_once_and_the_provider_hears(desk: Desk) -> None:
    headers = await desk.staff()
    office = await given.office(desk.database, places=2)
    first, second = await ask(desk), await ask(desk)
    found = await planned(desk, headers, requestIds=[first, second])
    part = (await apply(desk, headers, found["id"], only=[second]))["assignmentPlan"]
    assert part["waiting"] == 1
    assert {one["request"]["id"]: one["state"] for one in part["proposals"]} == {first: "PROPOSED", second: "OFFERED"}
    whole = (await apply(desk, headers, found["id"]))["assignmentPlan"]
    assert [(one["state"], one["referral"]["status"]) for one in whole["proposals"]] == [("OFFERED", "OFFERED")] * 2
    await apply(desk, headers, found["id"])
    assert await desk.sql("SELECT count(*) FROM referral") == 2
    assert await desk.sql("SELECT held FROM capacity WHERE provider_id = $1", office.id) == 2
    await desk.work()
    assert len(desk.letters(office)) == 2


async def test_what_changed_since_is_told_with_the_proposal_and_the_rest_is_offered(desk: Desk) -> None:
    headers = await desk.staff()
    await given.office(desk.database, places=2)
    gone, stays = await desk.submit(), await ask(desk)
    found = await planned(desk, headers)
    await desk.withdraw(gone["receipt"])
    applied = (await apply(desk, headers, found["id"]))["assignmentPlan"]
    assert {one["request"]["id"]: (one["state"], one["changed"]) for one in applied["proposals"]} == {
        gone["helpRequest"]["id"]: ("CHANGED", "The request has been offered, answered or closed since."),
        stays: ("OFFERED", None),
    }


async def test_the_same_key_is_the_same_plan(desk: Desk) -> None:
    headers, key = await desk.staff(), str(uuid4())
    await given.office(desk.database)
    id = await ask(desk)
    first = await plan(desk, headers, idempotencyKey=key)
    await ask(desk)
    assert await plan(desk, headers, idempotencyKey=key) == first
    other = await plan(desk, headers, idempotencyKey=key, requestIds=[id])
    assert (other["__typename"], other["code"], other["path"]) == (
        "ConflictProblem",
        "IDEMPOTENCY_KEY_REUSED",
        ["idempotencyKey"],
    )


async def test_a_question_that_cannot_be_planned_names_the_field(desk: Desk) -> None:
    headers = await desk.staff()
    id, closed = await ask(desk), await desk.submit()
    await desk.withdraw(closed["receipt"])
    kept = await desk.kept()
    cases: tuple[tuple[dict[str, Any], list[tuple[str, str]]], ...] = (
        ({"idempotencyKey": "short"}, [("idempotencyKey", "LENGTH")]),
        ({"requestIds": []}, [("requestIds", "LENGTH")]),
        ({"requestIds": [id, id]}, [("requestIds", "TWICE")]),
        ({"requestIds": ["x"]}, [("requestIds.0", "BAD_ID")]),
        ({"requestIds": [id, NOBODY]}, [("requestIds.1", "NOT_WAITING")]),
        ({"requestIds": [closed["helpRequest"]["id"]]}, [("requestIds.0", "NOT_WAITING")]),
    )
    for asked, expected in cases:
        assert wrong(await plan(desk, headers, **asked)) == expected, asked
    assert await desk.kept() == kept


async def test_a_plan_that_cannot_be_applied_is_refused_by_name(desk: Desk) -> None:
    headers = await desk.staff()
    await given.office(desk.database)
    id = await ask(desk)
    made = (await plan(desk, headers))["assignmentPlan"]["id"]
    assert (await apply(desk, headers, NOBODY))["__typename"] == "NotFoundProblem"
    assert wrong(await apply(desk, headers, made, only=[id, NOBODY])) == [("only.1", "NOT_PROPOSED")]
    assert wrong(await apply(desk, headers, "x")) == [("id", "BAD_ID")]
    await desk.sql("UPDATE assignment_plan SET rules_version = 'before'")
    assert (await apply(desk, headers, made))["__typename"] == "ConflictProblem"
    await desk.sql("UPDATE assignment_plan SET expires_at = now()")
    assert (await apply(desk, headers, made))["__typename"] == "ExpiredProblem"
    assert await desk.sql("SELECT count(*) FROM referral") == 0


async def test_long_plans_are_read_in_pages(desk: Desk) -> None:
    headers = await desk.staff()
    await given.office(desk.database, places=3)
    ids = {await ask(desk) for _ in range(3)}
    made = (await plan(desk, headers))["assignmentPlan"]["id"]
    seen = [
        one["request"]["id"]
        for skip in range(4)
        for one in (await desk.published("staff/AssignmentPlan", headers, id=made, first=1, skip=skip))["proposals"]
    ]
    assert (len(seen), set(seen)) == (3, ids)
    body = await desk.answered(operation("staff/AssignmentPlan"), {"id": made, "skip": -1}, Audience.STAFF, **headers)
    assert body["errors"][0]["extensions"]["fields"][0]["path"] == ["skip"]
    assert await desk.published("staff/AssignmentPlan", headers, id=NOBODY) is None


@pytest.mark.parametrize("role", [StaffRole.ADMIN, None])
async def test_nobody_else_plans_reads_or_applies(desk: Desk, role: StaffRole | None) -> None:
    await given.office(desk.database)
    await ask(desk)
    await desk.hire("boss@demo.invalid", StaffRole.SUPERVISOR)
    boss = await desk.signed_in("boss@demo.invalid")
    made = (await plan(desk, boss))["assignmentPlan"]["id"]
    headers = await desk.staff(role) if role else {}
    kept = await desk.kept()
    for name, variables in (
        ("staff/PlanAssignments", {"input": {"idempotencyKey": str(uuid4())}}),
        ("staff/AssignmentPlan", {"id": made}),
        ("staff/ApplyAssignmentPlan", {"id": made}),
    ):
        response = await desk.post(operation(name), variables, Audience.STAFF, **headers)
        if role is None:
            assert response.status_code == 401
        else:
            assert response.json()["errors"][0]["extensions"]["code"] == "NOT_ALLOWED"
    assert await desk.kept() == kept
