"""Many ask and there are few places: the plan proposes, says why, sends nothing, and is applied once, if it stands."""

import asyncio
import signal
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import given
import pytest
from brute_force import candidates
from desk import Desk, at_once
from plans_given import apply, asked, asks, left_over, offers, planned, proposals

from referral.directory import capacity
from referral.directory.capacity import Count, Statement
from referral.directory.words import CapacityUnit, Openness
from referral.edges import planner
from referral.foundation.actors import Staff
from referral.foundation.clock import now
from referral.foundation.db import Database
from referral.foundation.errors import Conflict
from referral.foundation.vocabulary import HelpType
from referral.intake import requests
from referral.intake.words import UrgencyLevel
from referral.matching import finding, gathering
from referral.matching.answers import Rule
from referral.matching.pair import Candidate
from referral.matching.planning.question import seen_by
from referral.matching.planning.words import LeftReason, Weaker
from referral.triage import plans
from referral.triage.plans import Changed, ProposalState


@pytest.fixture
async def anna(desk: Desk) -> Staff:
    return await desk.hire()


async def say(database: Database, office: given.Office, openness: Openness, *counts: Count) -> None:
    async with database.transaction() as tx:
        await capacity.state(tx, office.id, Statement(openness=openness, counts=counts), by="test", now=now())


# ---------------------------------------------------------------- who is proposed
async def test_the_last_place_is_proposed_to_who_is_more_urgent_and_nothing_is_sent(desk: Desk, anna: Staff) -> None:
    office = await given.office(desk.database, places=1)
    calm, pressing = await asks(desk), await asks(desk, circumstances=["MEDICAL_EMERGENCY"])
    plan = await planned(desk, anna)

    (proposal,) = await proposals(desk, plan)
    assert (proposal.request_id, proposal.provider_id, proposal.is_certain) == (pressing, office.id, True)
    assert [(rival.request_id, rival.why) for rival in proposal.rivals] == [(calm, Weaker.LESS_URGENT)]
    (left,) = await left_over(desk, plan)
    assert (left.request_id, left.reason) == (calm, LeftReason.MORE_URGENT)
    assert [(one.provider_id, one.request_id, one.level) for one in plan.one_more] == [
        (office.id, calm, UrgencyLevel.NORMAL)
    ]
    assert (plan.matched, plan.unmatched, plan.waiting) == (1, 1, 1)
    assert await offers(desk) == []


async def test_nobody_takes_the_only_place_of_somebody_else(desk: Desk, anna: Staff) -> None:
    """The first speaks what both offices serve, the second what only one does: both are helped."""
    both = await given.office(desk.database, languages=("es", "mam"), places=1)
    spanish = await given.office(desk.database, languages=("es",), places=1, point=given.MCALLEN)
    easy = await asks(desk, languages=["es"])
    hard = await asks(desk, languages=["mam"])
    plan = await planned(desk, anna)
    assert {one.request_id: one.provider_id for one in await proposals(desk, plan)} == {
        easy: spanish.id,
        hard: both.id,
    }


async def test_places_that_are_counted_apart_are_given_apart(desk: Desk, anna: Staff) -> None:
    kinds = (HelpType.LEGAL_ASYLUM, HelpType.HUM_FOOD)
    office = await given.office(desk.database, help_types=kinds, places=None)
    await say(
        desk.database,
        office,
        Openness.OPEN,
        Count(help_type=HelpType.LEGAL_ASYLUM, unit=CapacityUnit.FULL_CASES, available=1),
        Count(help_type=HelpType.HUM_FOOD, unit=CapacityUnit.INTAKE_SLOTS_WEEK, available=2),
    )
    for kind in ("LEGAL_ASYLUM", "HUM_FOOD"):
        for _ in range(3):
            await asks(desk, helpTypes=[kind])
    plan = await planned(desk, anna)
    assert (plan.matched, plan.unmatched) == (3, 3)
    await apply(desk, anna, plan)
    free = "SELECT array_agg(stated - held ORDER BY help_type) FROM capacity WHERE provider_id = $1"
    assert await desk.sql(free, office.id) == [0, 0]


async def test_an_office_that_counts_nothing_gets_a_few(desk: Desk, anna: Staff) -> None:
    await given.office(desk.database, places=None)
    for _ in range(5):
        await asks(desk)
    plan = await planned(desk, anna)
    assert (plan.matched, plan.unmatched) == (3, 2)


async def test_whoever_has_been_offered_is_not_planned(desk: Desk, anna: Staff) -> None:
    await given.office(desk.database)
    await asks(desk)
    await desk.work()
    waiting = await asks(desk)
    plan = await planned(desk, anna)
    assert [one.request_id for one in await proposals(desk, plan)] == [waiting]


# ---------------------------------------------------------------- who is left
async def test_everyone_who_is_left_is_told_why(desk: Desk, anna: Staff) -> None:
    await given.office(desk.database, places=5)
    await given.office(desk.database, places=0, help_types=(HelpType.HUM_FOOD,))
    await given.office(desk.database, accepts_detained="unknown", help_types=(HelpType.HUM_CASH,))
    expected = {
        await asks(desk, consents=["STORE_REQUEST"]): (LeftReason.NO_CONSENT, ()),
        await asks(desk, helpTypes=["HUM_SHELTER"]): (LeftReason.NO_PROVIDER, ()),
        await asks(desk, helpTypes=["HUM_FOOD"]): (LeftReason.ONLY_FULL, ()),
        await asks(desk, helpTypes=["HUM_CASH"], posture="DETAINED_ICE"): (LeftReason.ONLY_DOUBTFUL, ()),
        await asks(desk, near=None): (LeftReason.NEEDS_ANSWER, (Rule.PLACE,)),
    }
    left = await left_over(desk, await planned(desk, anna))
    assert {one.request_id: (one.reason, one.waits_for) for one in left} == expected


async def test_staff_may_plan_with_doubts_and_they_are_shown(desk: Desk, anna: Staff) -> None:
    office = await given.office(desk.database, openness=None)
    id = await asks(desk)
    assert [one.reason for one in await left_over(desk, await planned(desk, anna))] == [LeftReason.ONLY_DOUBTFUL]
    plan = await planned(desk, anna, allows_unknown=True)
    (proposal,) = await proposals(desk, plan)
    assert (proposal.request_id, proposal.provider_id, proposal.is_certain) == (id, office.id, False)
    await apply(desk, anna, plan)
    assert [one["request_id"] for one in await offers(desk)] == [str(id)]


# ---------------------------------------------------------------- what changed since
async def test_a_proposal_that_no_longer_stands_is_not_offered_and_says_why(desk: Desk, anna: Staff) -> None:
    office = await given.office(desk.database, places=4)
    other = await given.office(desk.database, places=1, point=given.EL_PASO, help_types=(HelpType.HUM_HEALTH,))
    unasked = await given.office(desk.database, places=1, help_types=(HelpType.HUM_CASH,))
    hidden = await given.office(desk.database, places=1, help_types=(HelpType.HUM_FOOD,))
    silent = await given.office(desk.database, places=1, help_types=(HelpType.LEGAL_BENEFITS,))
    stands, agrees = await asks(desk), await asks(desk)
    full = await asks(desk, helpTypes=["HUM_HEALTH"], near={"text": "El Paso TX"})
    closed = await asks(desk, helpTypes=["HUM_CASH"])
    gone = await asks(desk, helpTypes=["HUM_FOOD"])
    untold = await asks(desk, helpTypes=["LEGAL_BENEFITS"])
    plan = await planned(desk, anna)
    assert plan.matched == 6

    await desk.sql("UPDATE consent SET withdrawn_at = now() WHERE request_id = $1 AND scope <> 'store_request'", agrees)
    await desk.sql("UPDATE capacity SET taken = 1 WHERE provider_id = $1", other.id)
    await say(desk.database, unasked, Openness.PAUSED)
    await desk.sql("UPDATE provider SET verification = 'suspended' WHERE id = $1", hidden.id)
    await desk.sql("UPDATE provider SET referral_email = NULL WHERE id = $1", silent.id)
    await apply(desk, anna, plan)
    became = {one.request_id: one.changed for one in await proposals(desk, plan)}
    assert became == {
        stands: None,
        agrees: Changed.NO_CONSENT,
        full: Changed.FULL,
        closed: became[closed],
        gone: Changed.NOT_LISTED,
        untold: Changed.NOT_TOLD,
    }
    assert became[closed] in {Changed.NO_ROOM, Changed.NOT_FITTING}
    assert [(one["request_id"], one["provider_id"]) for one in await offers(desk)] == [(str(stands), str(office.id))]


async def test_a_doubt_that_came_since_is_for_a_person_to_look_at(desk: Desk, anna: Staff) -> None:
    office = await given.office(desk.database)
    await asks(desk, posture="DETAINED_ICE")
    plan = await planned(desk, anna)
    await desk.sql(
        "UPDATE service SET accepts_detained = 'unknown' WHERE id = (SELECT service_id FROM provider WHERE id = $1)",
        office.id,
    )
    await apply(desk, anna, plan)
    assert [one.changed for one in await proposals(desk, plan)] == [Changed.DOUBTFUL]
    assert await offers(desk) == []


async def test_two_who_apply_at_once_offer_each_request_once(desk: Desk, anna: Staff) -> None:
    office = await given.office(desk.database, places=9)
    for _ in range(4):
        await asks(desk)
    plan = await planned(desk, anna)
    await at_once(apply(desk, anna, plan) for _ in range(3))
    assert len(await offers(desk)) == 4
    assert {one.state for one in await proposals(desk, plan)} == {ProposalState.OFFERED}
    assert await desk.sql("SELECT held FROM capacity WHERE provider_id = $1", office.id) == 4


async def test_two_plans_for_one_place_offer_it_once(desk: Desk, anna: Staff) -> None:
    await given.office(desk.database, places=1)
    first, second = await asks(desk), await asks(desk)
    one, other = await planned(desk, anna, first), await planned(desk, anna, second)
    await at_once(apply(desk, anna, plan) for plan in (one, other))
    became = [proposal.changed for plan in (one, other) for proposal in await proposals(desk, plan)]
    assert sorted(became, key=str) == [None, Changed.FULL]


# ---------------------------------------------------------------- how it is made
async def test_many_are_read_as_each_alone(desk: Desk) -> None:
    """In a few questions for all of them, with the same answers."""
    office = await given.office(desk.database)
    ids = [
        await asks(desk),
        await asks(desk, near=None),
        await asks(desk, near={"text": "El Paso TX"}, consents=["STORE_REQUEST", "SHARE_SUMMARY"]),
        await asks(desk, near={"text": "Texas"}, circumstances=["MEDICAL_EMERGENCY"]),
    ]
    await desk.work()
    moment, vault, at = now(), desk.house.vault, desk.database.reader
    gathered = {one.need.request_id: one async for some in plans.wanted(at, vault, ids, now=moment) for one in some}
    for id in ids:
        request = await requests.request(at, id)
        assert request is not None
        alone = await finding.need_of(at, vault, request, now=moment)
        assert replace(gathered[id].need, courts_near=()) == replace(alone, courts_near=())
        near, expected = gathered[id].need.courts_near, alone.courts_near
        assert [(court.id, court.distance_km) for court in near] == [
            (court.id, court.distance_km) for court in expected
        ]
    assert gathered[ids[0]].asked == {office.id}
    assert gathered[ids[2]].asked == frozenset()
    (listed,) = await gathering.offices(at)
    (candidate,) = await candidates(at, gathered[ids[0]].need)
    seen = seen_by(gathered[ids[0]], listed)
    assert seen.distance_km == pytest.approx(candidate.distance_km, abs=1e-6)
    for name in (field.name for field in fields(Candidate) if field.name != "distance_km"):
        assert getattr(seen, name) == getattr(candidate, name), name


async def test_a_plan_that_takes_too_long_is_refused_and_nothing_runs_on(
    desk: Desk, anna: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    await given.office(desk.database)
    await asks(desk)
    running: list[asyncio.subprocess.Process] = []
    start = asyncio.create_subprocess_exec

    async def remembered(*words: str, **how: Any) -> asyncio.subprocess.Process:
        running.append(await start(*words, **how))
        return running[-1]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", remembered)
    monkeypatch.setattr(planner, "SECONDS", 0.1)  # no process begins and answers in so short a time
    with pytest.raises(planner.TooLarge):
        await planner.make(desk.house, anna, asked())
    assert [process.returncode for process in running] in ([], [-signal.SIGKILL])
    assert await desk.sql("SELECT count(*) FROM assignment_plan") == 0


async def test_whoever_is_served_meanwhile_does_not_wait_for_a_plan(desk: Desk, anna: Staff) -> None:
    await given.office(desk.database)
    for _ in range(20):
        await asks(desk)
    making = asyncio.ensure_future(planner.make(desk.house, anna, asked()))
    answered = 0
    while not making.done():
        await desk.ask("{ __typename }")
        answered += 1
    assert answered > 1
    assert await desk.sql("SELECT count(*) FROM plan_proposal WHERE plan_id = $1", await making) == 5


async def test_twins_with_one_key_make_one_plan(desk: Desk, anna: Staff) -> None:
    await given.office(desk.database)
    await asks(desk)
    question = asked(key=str(uuid4()))
    made = await asyncio.gather(*(planner.make(desk.house, anna, question) for _ in range(2)), return_exceptions=True)
    assert {one for one in made if isinstance(one, UUID)} == {await planner.make(desk.house, anna, question)}
    assert all(isinstance(one, UUID | Conflict) for one in made)
    assert await desk.sql("SELECT count(*) FROM assignment_plan") == 1


async def test_plans_that_are_long_past_go(desk: Desk, anna: Staff) -> None:
    await given.office(desk.database)
    await asks(desk)
    await planned(desk, anna)
    await desk.sql("UPDATE assignment_plan SET made_at = $1", now() - timedelta(days=91))
    new = await planned(desk, anna)
    assert await desk.sql("SELECT array_agg(id::text) FROM assignment_plan") == [str(new.id)]


async def test_an_erased_request_is_read_no_more(desk: Desk, anna: Staff) -> None:
    await given.office(desk.database)
    sent = await desk.submit()
    plan = await planned(desk, anna)
    await desk.withdraw(sent["receipt"], erase=True)
    await apply(desk, anna, plan)
    assert [one.changed for one in await proposals(desk, plan)] == [Changed.NOT_WAITING]
