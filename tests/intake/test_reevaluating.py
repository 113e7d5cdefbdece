"""The level that is kept follows the calendar: what staff filter by today is true today."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from uuid import UUID, uuid4

import given
import pytest

from referral.edges import worker
from referral.edges.house import House
from referral.foundation.actors import ActorKind, Staff, StaffId, StaffRole, Visitor
from referral.foundation.clock import now
from referral.foundation.vocabulary import HelpType
from referral.intake import amending, reevaluating, requests, submitting
from referral.intake.amending import Changes
from referral.intake.form import Answers, LookedUp
from referral.intake.requests import HelpRequest
from referral.intake.words import CanAfford, ConsentScope, Representation, UrgencyCriterion, UrgencyLevel
from referral.referrals import answering, offers, outcomes, reading
from referral.referrals.notes import By
from referral.referrals.outcomes import Told
from referral.referrals.words import ReferralAnswer, ReferralOutcome
from referral.triage import queue
from referral.triage.queue import QueueFilter

STAFF = Staff(id=StaffId(uuid4()), email="anna@demo.invalid", name="Anna", role=StaffRole.INTAKE)
ANSWERS = Answers(
    idempotency_key="",
    representation=Representation.NONE,
    can_afford=CanAfford.NO,
    help_types=(HelpType.LEGAL_ASYLUM,),
    languages=("es",),
    consents=(ConsentScope.STORE_REQUEST,),
)
C, U, E, N = UrgencyLevel.CRITICAL, UrgencyLevel.URGENT, UrgencyLevel.ELEVATED, UrgencyLevel.NORMAL


async def asked(house: House, ago: timedelta = timedelta(0), **facts: object) -> HelpRequest:
    """Someone asked for help so long ago; what has fallen due since has not been done."""
    answers = replace(ANSWERS, idempotency_key=str(uuid4()), **facts)
    async with house.database.transaction() as tx:
        made = await submitting.submit(
            tx, house.vault, Visitor(), answers, LookedUp(languages={"es": "es"}), now=now() - ago
        )
    return made.request


async def kept(house: House, id: UUID) -> HelpRequest:
    found = await requests.request(house.database.reader, id)
    assert found
    return found


async def looks(house: House) -> list[datetime]:
    """When somebody will look again."""
    rows = await house.database.pool.fetch("SELECT run_at FROM outbox WHERE kind = 're_evaluate' ORDER BY run_at")
    return [row["run_at"] for row in rows]


async def events(house: House, id: UUID) -> list[str]:
    rows = await house.database.pool.fetch(
        "SELECT kind FROM request_event WHERE request_id = $1 AND kind <> 'submitted' ORDER BY id", id
    )
    return [row["kind"] for row in rows]


async def looked(house: House, id: UUID, at: datetime) -> None:
    async with house.database.transaction() as tx:
        await reevaluating.reevaluate(tx, house.vault, id, now=at)


async def test_a_hearing_that_has_come_near_makes_a_request_urgent_and_staff_find_it_so(house: House) -> None:
    hearing = (now() + timedelta(days=10)).date()
    request = await asked(house, timedelta(days=10), next_hearing_on=hearing)
    assert request.urgency is E
    at, urgent = house.database.reader, QueueFilter(urgencies=(U,))
    assert await queue.count(at, STAFF, urgent, now=now()) == 0
    await worker.work_off(house)
    found = await kept(house, request.id)
    assert (found.urgency, found.respond_by) == (U, request.created_at + timedelta(hours=72))
    assert await queue.count(at, STAFF, urgent, now=now()) == 1
    assert (await events(house, request.id)).count("urgency_changed") == 1
    assert await looks(house) == []  # neither dates nor waiting make it more urgent than that


async def test_who_waits_goes_up_one_level_at_a_time(house: House) -> None:
    request = await asked(house)
    assert request.urgency is N
    for hours, level, next_one in ((672, E, 1008), (1008, U, None)):
        moment = request.created_at + timedelta(hours=hours)
        assert await looks(house) == [moment]
        await house.database.pool.execute("DELETE FROM outbox")
        await looked(house, request.id, moment)
        assert (await kept(house, request.id)).urgency is level
        assert await looks(house) == ([request.created_at + timedelta(hours=next_one)] if next_one else [])


async def test_where_the_level_rises_a_provider_is_looked_for_and_where_it_falls_none(house: House) -> None:
    day = timedelta(days=1)
    risen = await asked(house, 30 * day, next_hearing_on=(now() + 50 * day).date())
    fallen = await asked(house, 2 * day, arrived_on=(now() - 366 * day).date())
    assert (risen.urgency, fallen.urgency) == (N, E)
    await house.database.pool.execute("DELETE FROM outbox")
    for request, level in ((risen, U), (fallen, N)):
        await looked(house, request.id, now())
        assert (await kept(house, request.id)).urgency is level
    matched = await house.database.pool.fetch("SELECT subject_id FROM outbox WHERE kind = 'match'")
    assert [row["subject_id"] for row in matched] == [risen.id]


async def test_a_look_that_comes_early_changes_nothing_and_orders_the_same_next_one(house: House) -> None:
    request = await asked(house, circumstances=(UrgencyCriterion.GBV_SURVIVOR,))
    before = await looks(house)
    await looked(house, request.id, before[0] - timedelta(microseconds=1))
    assert await looks(house) == before
    assert (await kept(house, request.id)) == request
    assert await events(house, request.id) == []


async def test_what_a_provider_raised_a_request_to_is_not_taken_back(house: House) -> None:
    request = await asked(house)
    async with house.database.transaction() as tx:
        await requests.raise_to(tx, request.id, C, now=now())
    await looked(house, request.id, now() + timedelta(days=400))
    assert (await kept(house, request.id)).urgency is C


@pytest.mark.parametrize("erase", [False, True])
async def test_nobody_looks_at_what_is_closed_or_erased(house: House, erase: bool) -> None:
    made = await asked(house)
    async with house.database.transaction() as tx:
        if erase:
            await requests.wipe(tx, made.id, now())
        else:
            await tx.source.execute(
                "UPDATE help_request SET status = 'closed', close_reason = 'spam' WHERE id = $1", made.id
            )
    await house.database.pool.execute("DELETE FROM outbox")
    before = await kept(house, made.id)
    await looked(house, made.id, now() + timedelta(days=400))
    assert await kept(house, made.id) == before
    assert await looks(house) == []


async def test_who_changes_the_dates_of_a_request_changes_when_it_is_looked_at(house: House) -> None:
    found, day = LookedUp(languages={"es": "es"}), timedelta(days=1)
    answers = replace(ANSWERS, idempotency_key=str(uuid4()))
    async with house.database.transaction() as tx:
        made = await submitting.submit(tx, house.vault, Visitor(), answers, found, now=now())
    by_waiting = await looks(house)
    hearing = (now() + 70 * day).date()
    async with house.database.transaction() as tx:
        await amending.amend(tx, house.vault, made.receipt, Changes(next_hearing_on=hearing), found, now=now())
    await worker.work_off(house)
    assert await looks(house) == [datetime.combine(hearing - 60 * day, time.min, tzinfo=UTC)]
    async with house.database.transaction() as tx:
        await amending.amend(tx, house.vault, made.receipt, Changes(next_hearing_on=None), found, now=now())
    await worker.work_off(house)
    assert await looks(house) == by_waiting


# ---------------------------------------------------------------- a yes ends the wait
LATE = timedelta(days=29)  # more than twice the fourteen days of a normal request


async def with_a_yes(house: House, ago: timedelta, **facts: object) -> HelpRequest:
    """Asked so long ago, and a provider said yes an hour later."""
    office, request = await given.office(house.database), await asked(house, ago, **facts)
    async with house.database.transaction() as tx:
        held = await requests.locked(tx, request.id)
        assert held
        by = By(kind=ActorKind.SYSTEM)
        offer = await offers.offer(tx, held, given.terms(office), by, now=now())
    async with house.database.transaction() as tx:
        await answering.answer(tx, house.vault, offer.id, ReferralAnswer.ACCEPT, by, now=now())
    await house.database.pool.execute(
        "UPDATE referral SET responded_at = $2 WHERE id = $1", offer.id, request.created_at + timedelta(hours=1)
    )
    return request


async def test_who_has_a_yes_waits_no_longer_and_is_raised_by_no_waiting(house: House) -> None:
    request, waiting = await with_a_yes(house, LATE), await asked(house, LATE)
    for one in (request, waiting):
        await looked(house, one.id, now())
    assert ((await kept(house, request.id)).urgency, (await kept(house, waiting.id)).urgency) == (N, E)
    assert "urgency_changed" not in await events(house, request.id)


async def test_who_has_a_yes_to_one_need_waits_for_the_other(house: House) -> None:
    request = await with_a_yes(house, LATE, help_types=(HelpType.LEGAL_ASYLUM, HelpType.HUM_FOOD))
    await looked(house, request.id, now())
    assert (await kept(house, request.id)).urgency is E


async def test_a_date_that_comes_near_is_urgent_whoever_has_said_yes(house: House) -> None:
    hearing = (now() + timedelta(days=10)).date()
    request = await with_a_yes(house, timedelta(days=10), next_hearing_on=hearing)
    await looked(house, request.id, now())
    assert (await kept(house, request.id)).urgency is U


async def test_a_yes_that_comes_to_nothing_lets_the_wait_go_on(house: House) -> None:
    request = await with_a_yes(house, LATE)
    await looked(house, request.id, now())
    (referral,) = await reading.of_request(house.database.reader, request.id)
    async with house.database.transaction() as tx:
        told = Told(outcome=ReferralOutcome.UNREACHABLE)
        await outcomes.record(tx, house.vault, referral.id, told, By(kind=ActorKind.SYSTEM), now=now())
    await worker.work_off(house)
    found = await kept(house, request.id)
    assert (found.urgency, found.respond_by) == (E, request.created_at + E.first_answer_within)
