"""The plan that is made by itself: whoever can wait does, the urgent never, and what is in doubt is a person's work."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import given
import plans_given as planning
import pytest
from desk import Desk, operation

from referral.edges import worker
from referral.edges.graphql.schemas import Audience
from referral.foundation.actors import StaffRole
from referral.foundation.outbox import JobKind
from referral.foundation.settings import Planned
from referral.triage import plans
from referral.triage.plans import Changed, Plan, ProposalState

URGENT: dict[str, Any] = {"circumstances": ["MEDICAL_EMERGENCY"]}


def set_to(desk: Desk, plan: Planned, *, reserves: bool = True) -> Desk:
    """The same desk, whose worker plans as is set."""
    settings = desk.house.settings.model_copy(update={"plan": plan, "reserves": reserves})
    return replace(desk, house=replace(desk.house, settings=settings))


async def planned(desk: Desk) -> Plan:
    """A day has passed: the worker plans, and does what follows."""
    await desk.sql("UPDATE assignment_plan SET made_at = made_at - interval '25 hours' WHERE made_by IS NULL")
    assert await worker.order_plan(desk.house) == 1
    await desk.work()
    return await last(desk)


async def last(desk: Desk) -> Plan:
    (newest,) = await plans.latest(desk.database.reader, first=1)
    assert newest.is_by_machine
    return newest


async def offered(desk: Desk) -> set[UUID]:
    return {UUID(one["request_id"]) for one in await planning.offers(desk)}


async def status(desk: Desk, id: UUID) -> str:
    return await desk.sql("SELECT status FROM help_request WHERE id = $1", id)


async def helped_last_week(desk: Desk, people: int) -> None:
    """So many urgent people came within a week, and are helped."""
    for _ in range(people):
        await planning.asks(desk, **URGENT)
    await desk.sql(
        "UPDATE help_request SET status = 'closed', close_reason = 'served_full',"
        " created_at = now() - interval '7 days'"
    )
    await desk.sql("DELETE FROM outbox")


# ------------------------------------------------------------- who waits
async def test_the_calm_wait_for_the_plan_and_the_urgent_do_not(desk: Desk) -> None:
    desk = set_to(desk, "apply")
    await given.office(desk.database, places=5)
    calm, pressing = await planning.asks(desk), await planning.asks(desk, **URGENT)
    await desk.work()
    assert await offered(desk) == {pressing}
    made = await planned(desk)
    assert await offered(desk) == {pressing, calm}
    (proposal,) = await planning.proposals(desk, made)
    assert (proposal.request_id, proposal.state) == (calm, ProposalState.OFFERED)
    assert await desk.sql("SELECT offered_by FROM referral WHERE request_id = $1", calm) == "system"
    assert await desk.sql("SELECT count(*) FROM outbox WHERE kind IN ('plan', 'offer_planned')") == 0


@pytest.mark.parametrize("set_as", ["propose", "off"])
async def test_otherwise_everyone_is_matched_as_they_come(desk: Desk, set_as: Planned) -> None:
    desk = set_to(desk, set_as)
    await given.office(desk.database)
    id = await planning.asks(desk)
    await desk.work()
    assert await offered(desk) == {id}


async def test_whoever_nobody_can_take_without_a_look_is_a_persons_work_at_once(desk: Desk) -> None:
    desk = set_to(desk, "apply")
    await given.office(desk.database, openness=None, places=None)
    id = await planning.asks(desk)
    await desk.work()
    assert (await status(desk, id), await offered(desk)) == ("in_triage", set())


async def test_whoever_finds_everything_full_is_offered_when_a_place_opens(desk: Desk) -> None:
    desk = set_to(desk, "apply", reserves=False)
    office = await given.office(desk.database, places=1)
    first, second = await planning.asks(desk, **URGENT), await planning.asks(desk)
    await desk.work()
    await planned(desk)
    assert await offered(desk) == {first}
    assert await status(desk, second) == "submitted"

    assert await worker.order_plan(desk.house) == 0, "a plan was made a moment ago"
    await desk.sql("UPDATE assignment_plan SET made_at = now() - interval '20 minutes'")
    assert await worker.order_plan(desk.house) == 0, "nothing has opened"
    await desk.sql("UPDATE capacity SET stated = 2, stated_at = now() WHERE provider_id = $1", office.id)
    assert await worker.order_plan(desk.house) == 1
    await desk.work()
    assert await offered(desk) == {first, second}


async def test_a_place_that_is_given_back_brings_a_plan_too(desk: Desk) -> None:
    desk = set_to(desk, "apply", reserves=False)
    await given.office(desk.database, places=1)
    first, second = await planning.asks(desk, **URGENT), await planning.asks(desk)
    await desk.work()
    await planned(desk)
    await desk.sql("UPDATE assignment_plan SET made_at = now() - interval '20 minutes'")
    await desk.sql("UPDATE outbox SET run_at = now() WHERE kind = 'expire_offer'")
    await desk.sql("UPDATE referral SET expires_at = now() WHERE request_id = $1", first)
    await desk.work()
    assert await worker.order_plan(desk.house) == 1
    await desk.work()
    assert await offered(desk) == {first, second}


# ------------------------------------------------------------- what is left to people
async def test_what_a_colleague_has_in_hand_is_theirs_also_when_it_was_planned(desk: Desk) -> None:
    desk = set_to(desk, "apply")
    await given.office(desk.database, places=5)
    headers = await desk.staff()
    held, taken = await planning.asks(desk), await planning.asks(desk)
    await desk.published("staff/ClaimHelpRequest", headers, id=str(held))
    assert await worker.order_plan(desk.house) == 1
    await worker.work_once(desk.house, [JobKind.PLAN])
    await desk.published("staff/ClaimHelpRequest", headers, id=str(taken))
    await desk.work()
    (proposal,) = await planning.proposals(desk, await last(desk))
    assert (proposal.request_id, proposal.state) == (taken, ProposalState.PROPOSED)
    assert await offered(desk) == set()


async def test_a_person_looks_at_whoever_the_plan_finds_nobody_for(desk: Desk) -> None:
    """Nobody speaks it for certain any more, since the last match; what is not known never goes out by itself."""
    desk = set_to(desk, "apply")
    office = await given.office(desk.database, places=5)
    id = await planning.asks(desk)
    await desk.work()
    assert await status(desk, id) == "submitted"
    await desk.sql("UPDATE provider SET openness_expires_at = now() WHERE id = $1", office.id)
    made = await planned(desk)
    assert (made.matched, await status(desk, id), await offered(desk)) == (0, "in_triage", set())


async def test_what_is_only_proposed_waits_for_staff_who_apply_it(desk: Desk) -> None:
    desk = set_to(desk, "propose")
    office = await given.office(desk.database, openness=None, places=3)
    id = await planning.asks(desk)
    await desk.work()
    await desk.sql(
        "UPDATE provider SET openness = 'open', openness_stated_at = now(),"
        " openness_expires_at = now() + interval '9 days' WHERE id = $1",
        office.id,
    )
    made = await planned(desk)
    (proposal,) = await planning.proposals(desk, made)
    assert (proposal.request_id, proposal.state) == (id, ProposalState.PROPOSED)
    assert await offered(desk) == set()

    headers = await desk.staff()
    (seen,) = await desk.published("staff/AssignmentPlans", headers)
    assert (seen["id"], seen["byMachine"], seen["waiting"]) == (str(made.id), True, 1)
    applied = await desk.published("staff/ApplyAssignmentPlan", headers, id=seen["id"])
    assert [one["state"] for one in applied["assignmentPlan"]["proposals"]] == ["OFFERED"]


async def test_what_changed_since_is_not_offered_and_the_proposal_says_why(desk: Desk) -> None:
    desk = set_to(desk, "apply")
    office = await given.office(desk.database, places=3)
    id = await planning.asks(desk)
    assert await worker.order_plan(desk.house) == 1
    await worker.work_once(desk.house, [JobKind.PLAN])
    await desk.sql("UPDATE capacity SET stated = 0 WHERE provider_id = $1", office.id)
    await desk.work()
    (proposal,) = await planning.proposals(desk, await last(desk))
    assert (proposal.state, proposal.changed) == (ProposalState.CHANGED, Changed.FULL)
    assert (await status(desk, id), await offered(desk)) == ("submitted", set())


async def test_one_plan_is_made_at_a_time_and_none_where_nobody_waits(desk: Desk) -> None:
    desk = set_to(desk, "apply")
    assert await worker.order_plan(desk.house) == 0
    await planning.asks(desk)
    assert [await worker.order_plan(desk.house) for _ in range(2)] == [1, 0]


@pytest.mark.parametrize("role", [StaffRole.ADMIN, None])
async def test_nobody_else_reads_which_plans_there_are(desk: Desk, role: StaffRole | None) -> None:
    headers = await desk.staff(role) if role else {}
    response = await desk.post(operation("staff/AssignmentPlans"), {}, Audience.STAFF, **headers)
    if role is None:
        assert response.status_code == 401
    else:
        assert response.json()["errors"][0]["extensions"]["code"] == "NOT_ALLOWED"


# ------------------------------------------------------------- places kept for the urgent
async def test_places_are_kept_for_the_urgent_who_are_expected_and_staff_see_it(desk: Desk) -> None:
    desk = set_to(desk, "apply")
    office = await given.office(desk.database, name="Synthetic Intake", places=3)
    await helped_last_week(desk, 12)
    for _ in range(3):
        await planning.asks(desk)
    made = await planned(desk)
    (kept,) = made.kept
    assert (kept.provider_id, 1 <= kept.places <= 3) == (office.id, True)
    assert len(await offered(desk)) == 3 - kept.places
    assert {one.reason.value for one in await planning.left_over(desk, made)} == {"kept_for_urgent"}
    headers = await desk.staff()
    seen = await desk.published("staff/AssignmentPlan", headers, id=str(made.id))
    assert [(one["provider"]["name"], one["places"]) for one in seen["keptPlaces"]] == [
        ("Synthetic Intake", kept.places)
    ]
    assert "expected" in seen["keptPlaces"][0]["reason"]

    # Plans of staff keep them too, and an urgent person has one at once.
    again = await planning.planned(desk, await desk.hire("boss@demo.invalid", StaffRole.SUPERVISOR))
    assert (again.matched, again.kept) == (0, made.kept)
    pressing = await planning.asks(desk, **URGENT)
    await desk.work()
    assert pressing in await offered(desk)


async def test_without_reserves_every_place_is_given(desk: Desk) -> None:
    desk = set_to(desk, "apply", reserves=False)
    await given.office(desk.database, places=3)
    await helped_last_week(desk, 12)
    for _ in range(3):
        await planning.asks(desk)
    made = await planned(desk)
    assert (made.kept, len(await offered(desk))) == ((), 3)
