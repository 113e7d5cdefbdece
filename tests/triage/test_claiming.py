"""A request is in one pair of hands at a time, and in none for long without work; meanwhile the machine keeps out."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from uuid import uuid4

import given
import pytest
from referrals_given import answered, as_it_stands, history, offered, placed, someone, submitted
from triage_given import LATER, claim, colleague, holder, lapse, release

from referral.edges import worker
from referral.edges.house import House
from referral.foundation.actors import ActorKind, Staff, StaffRole
from referral.foundation.clock import now
from referral.foundation.db import value
from referral.foundation.errors import Conflict, NotFound, Refused, ValidationFailed
from referral.intake import claims, notes
from referral.intake.words import HelpRequestStatus
from referral.referrals import leaving, outcomes
from referral.referrals.notes import By
from referral.referrals.outcomes import Told
from referral.referrals.words import DeclineReason, ReferralAnswer, ReferralOutcome
from referral.triage import staff
from referral.triage.claiming import HeldByAnother

ASKED = HelpRequestStatus.OFFERED
TRIAGE = HelpRequestStatus.IN_TRIAGE


async def shut(house: House, who: Staff) -> None:
    async with house.database.transaction() as tx:
        await staff.disable(tx, who.email, now=now())


async def refusal(step: Coroutine[object, object, None]) -> type[Refused] | None:
    try:
        await step
    except Refused as refused:
        return type(refused)
    return None


# ---------------------------------------------------------------- one at a time
async def test_among_ten_who_reach_for_it_at_once_one_has_it(house: House) -> None:
    request = await someone(house)
    team = [await colleague(house, f"colleague{number}") for number in range(10)]
    answers = await asyncio.gather(*(refusal(claim(house, each, request.id)) for each in team))
    assert sorted(str(answer) for answer in answers) == sorted([str(None)] + [str(HeldByAnother)] * 9)
    winner = team[answers.index(None)]
    assert await holder(house, request.id) == winner.id
    assert (await history(house, request)).count("claimed") == 1
    assert await value(house.database.reader, "SELECT count(*) FROM audit_event WHERE act = 'request_claimed'") == 1


async def test_who_claims_again_keeps_it_for_longer(house: House) -> None:
    anna, request = await colleague(house), await someone(house)
    await claim(house, anna, request.id)
    first = await claims.of(house.database.reader, request.id)
    await claim(house, anna, request.id, at=now() + timedelta(hours=3))
    again = await claims.of(house.database.reader, request.id)
    assert first
    assert again
    assert again.claimed_at == first.claimed_at
    assert again.until > first.until + timedelta(hours=2)
    assert (await history(house, request)).count("claimed") == 1


async def test_a_supervisor_takes_over_with_a_reason_that_colleagues_read(house: House) -> None:
    anna, request = await colleague(house), await someone(house)
    chief = await colleague(house, "chief", StaffRole.SUPERVISOR)
    await claim(house, anna, request.id)
    with pytest.raises(HeldByAnother):
        await claim(house, chief, request.id)
    with pytest.raises(ValidationFailed):
        await claim(house, chief, request.id, reason=" ")
    await claim(house, chief, request.id, reason="Anna is ill.")
    assert await holder(house, request.id) == chief.id
    (note,) = await notes.of(house.database.reader, house.vault, await as_it_stands(house, request))
    assert (note.text, note.actor_id) == ("Anna is ill.", chief.id)


async def test_a_colleague_takes_nothing_over_whatever_the_reason(house: House) -> None:
    anna, berta, request = await colleague(house), await colleague(house, "berta"), await someone(house)
    await claim(house, anna, request.id)
    with pytest.raises(HeldByAnother):
        await claim(house, berta, request.id, reason="I would rather do it.")
    with pytest.raises(HeldByAnother):
        await release(house, berta, request.id)
    assert await holder(house, request.id) == anna.id


@pytest.mark.parametrize("step", [claim, release])
async def test_what_is_not_there_is_in_nobodys_hands(
    house: House, step: Callable[[House, Staff, object], Coroutine[object, object, None]]
) -> None:
    with pytest.raises(NotFound):
        await step(house, await colleague(house), uuid4())


async def test_what_is_closed_or_erased_is_not_taken_in_hand(house: House) -> None:
    anna, sent = await colleague(house), await submitted(house)
    for erase, refused in ((False, Conflict), (True, NotFound)):
        async with house.database.transaction() as tx:
            await leaving.withdraw(tx, house.vault, sent.receipt, erase=erase, now=now())
        with pytest.raises(refused):
            await claim(house, anna, sent.request.id)


# ---------------------------------------------------------------- the machine
async def test_the_machine_offers_nobody_what_is_in_hand_and_goes_on_when_it_is_let_go(house: House) -> None:
    await given.office(house.database)
    anna, request = await colleague(house), await someone(house)
    await claim(house, anna, request.id)
    assert (await as_it_stands(house, request)).status is TRIAGE
    await worker.work_off(house)
    assert await placed(house, request) is None
    await release(house, anna, request.id)
    assert (await as_it_stands(house, request)).status is HelpRequestStatus.MATCHING
    await worker.work_off(house)
    assert (await as_it_stands(house, request)).status is ASKED


async def test_a_no_comes_back_to_whoever_has_it_in_hand(house: House) -> None:
    first = await given.office(house.database)
    await given.office(house.database, name="Another")
    anna, request = await colleague(house), await someone(house)
    offer = await offered(house, request, given.terms(first))
    await claim(house, anna, request.id)
    assert (await as_it_stands(house, request)).status is ASKED
    await answered(house, offer.id, ReferralAnswer.DECLINE, reason=DeclineReason.OUTSIDE_AREA)
    await worker.work_off(house)
    assert (await as_it_stands(house, request)).status is TRIAGE
    await release(house, anna, request.id)
    await worker.work_off(house)
    assert (await as_it_stands(house, request)).status is ASKED


async def test_a_providers_question_waits_for_the_next_colleague(house: House) -> None:
    office = await given.office(house.database)
    anna, request = await colleague(house), await someone(house)
    offer = await offered(house, request, given.terms(office))
    await answered(house, offer.id, ReferralAnswer.ASK, words="Which court?")
    await claim(house, anna, request.id)
    await release(house, anna, request.id)
    await worker.work_off(house)
    assert (await as_it_stands(house, request)).status is TRIAGE


async def test_what_nobody_holds_is_let_go_already(house: House) -> None:
    anna, request = await colleague(house), await someone(house)
    await release(house, anna, request.id)
    assert await history(house, request) == ["submitted"]


# ---------------------------------------------------------------- nobody there
async def test_a_claim_ends_a_day_after_the_last_act_and_not_before(house: House) -> None:
    await given.office(house.database)
    anna, request = await colleague(house), await someone(house)
    await claim(house, anna, request.id)
    async with house.database.transaction() as tx:
        await lapse(tx, request.id, after=timedelta(hours=23))
    assert await holder(house, request.id) == anna.id
    async with house.database.transaction() as tx:
        await lapse(tx, request.id)
    assert await holder(house, request.id) is None
    await worker.work_off(house)
    assert (await as_it_stands(house, request)).status is ASKED
    assert "claim_lapsed" in await history(house, request)


async def test_a_claim_that_has_run_out_is_anyones_even_if_no_worker_has_ended_it(house: House) -> None:
    anna, berta, request = await colleague(house), await colleague(house, "berta"), await someone(house)
    await claim(house, anna, request.id)
    with pytest.raises(HeldByAnother):
        await claim(house, berta, request.id, at=now() + timedelta(hours=23))
    await claim(house, berta, request.id, at=now() + LATER)
    assert await holder(house, request.id) == berta.id


async def test_what_a_colleague_held_whose_account_is_shut_goes_on(house: House) -> None:
    await given.office(house.database)
    anna, berta = await colleague(house), await colleague(house, "berta")
    mine, others = await someone(house), await someone(house)
    await claim(house, anna, mine.id)
    await claim(house, berta, others.id)
    await shut(house, anna)
    await worker.work_off(house)
    assert (await holder(house, mine.id), await holder(house, others.id)) == (None, berta.id)
    assert (await as_it_stands(house, mine)).status is ASKED


async def test_an_account_that_is_shut_takes_nothing_in_hand(house: House) -> None:
    anna, request = await colleague(house), await someone(house)
    await shut(house, anna)
    with pytest.raises(HeldByAnother):
        await claim(house, anna, request.id)
    assert await holder(house, request.id) is None


# ---------------------------------------------------------------- when it is over
@pytest.mark.parametrize("is_helped", [True, False])
async def test_a_request_that_has_ended_is_in_nobodys_hands(house: House, *, is_helped: bool) -> None:
    """The person was helped, or took it back: whoever had it in hand is done with it."""
    office, kept = await given.office(house.database), await submitted(house)
    offer = await offered(house, kept.request, given.terms(office))
    await answered(house, offer.id, ReferralAnswer.ACCEPT)
    await claim(house, await colleague(house), kept.request.id)
    async with house.database.transaction() as tx:
        if is_helped:
            told, by = Told(outcome=ReferralOutcome.SERVED_FULL), By(kind=ActorKind.PROVIDER_STAFF)
            await outcomes.record(tx, house.vault, offer.id, told, by, now=now())
        else:
            await leaving.withdraw(tx, house.vault, kept.receipt, erase=False, now=now())
    assert (await as_it_stands(house, kept.request)).status is HelpRequestStatus.CLOSED
    assert await value(house.database.reader, "SELECT count(*) FROM request_claim") == 0
