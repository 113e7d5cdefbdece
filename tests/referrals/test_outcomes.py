"""After a yes: the person is reached and helped, or is not, and the request ends, goes on, or goes to a person."""

import asyncio
from typing import Any
from uuid import uuid4

import given
import pytest
from given import Office, terms
from referrals_given import PROVIDER, answered, as_it_stands, history, offered, placed, someone, status, submitted

from referral.directory import capacity
from referral.directory.capacity import Count, Statement
from referral.directory.words import CapacityUnit, Openness
from referral.edges.house import House
from referral.foundation.clock import now
from referral.foundation.db import value
from referral.foundation.errors import AlreadyAnswered, Conflict, NotFound, Refused, ValidationFailed
from referral.foundation.vocabulary import HelpType
from referral.intake.requests import HelpRequest
from referral.intake.words import CloseReason, HelpRequestStatus
from referral.referrals import leaving, notes, outcomes, reading
from referral.referrals.outcomes import Told
from referral.referrals.reading import Referral
from referral.referrals.words import DeclineReason, ReferralAnswer, ReferralOutcome, ReferralStatus

REACHED = Told(reached=True)


async def told(house: House, id: Any, what: Told) -> Referral:
    async with house.database.transaction() as tx:
        return await outcomes.record(tx, house.vault, id, what, PROVIDER, now=now())


async def accepted(house: House, office: Office | None = None, **asking: Any) -> tuple[HelpRequest, Referral]:
    """Someone to whom an office has said yes."""
    office, request = office or await given.office(house.database), await someone(house, **asking)
    made = await offered(house, request, terms(office))
    return request, await answered(house, made.id, ReferralAnswer.ACCEPT)


async def places(house: House) -> tuple[int, int]:
    row = await house.database.pool.fetchrow("SELECT sum(taken)::int, sum(held)::int FROM capacity")
    assert row
    return row[0], row[1]


async def orders(house: House, kind: str) -> int:
    return await value(house.database.reader, "SELECT count(*) FROM outbox WHERE kind = $1", kind)


# ---------------------------------------------------------------- reached
async def test_once_they_are_in_touch_the_hand_over_is_done(house: House) -> None:
    request, yes = await accepted(house)
    reached = await told(house, yes.id, REACHED)
    assert (reached.status, reached.outcome) == (ReferralStatus.IN_PROGRESS, None)
    assert (await as_it_stands(house, request)).status is HelpRequestStatus.IN_SERVICE
    assert (await history(house, request))[-1] == "handoff_confirmed"
    assert await places(house) == (1, 0)
    assert (await told(house, yes.id, REACHED)).status is ReferralStatus.IN_PROGRESS  # told twice is told once
    assert (await history(house, request)).count("handoff_confirmed") == 1


@pytest.mark.parametrize("stands", [ReferralStatus.OFFERED, ReferralStatus.VIEWED, ReferralStatus.MORE_INFO])
async def test_without_a_yes_nothing_can_have_become_of_it(house: House, stands: ReferralStatus) -> None:
    made = await offered(house, await someone(house), terms(await given.office(house.database)))
    await house.database.pool.execute("UPDATE referral SET status = $1", stands.value)
    for what in (REACHED, Told(outcome=ReferralOutcome.SERVED_FULL), Told(outcome=ReferralOutcome.UNREACHABLE)):
        with pytest.raises(Conflict):
            await told(house, made.id, what)
    assert await status(house, made.id) is stands


async def test_of_no_referral_nothing_is_told(house: House) -> None:
    with pytest.raises(NotFound):
        await told(house, uuid4(), REACHED)


@pytest.mark.parametrize(
    ("what", "path", "code"),
    [
        (Told(), "outcome", "EMPTY"),
        (Told(reached=False), "outcome", "EMPTY"),
        (Told(outcome=ReferralOutcome.NOT_SERVED), "reason", "EMPTY"),
        (Told(outcome=ReferralOutcome.SERVED_FULL, reason=DeclineReason.OTHER), "reason", "ONLY_NOT_SERVED"),
        (Told(reached=False, outcome=ReferralOutcome.ADVICE_GIVEN), "reached", "CONTRADICTS"),
        (Told(reached=True, outcome=ReferralOutcome.UNREACHABLE), "reached", "CONTRADICTS"),
        (Told(reached=True, words="x" * 501), "note", "TOO_LONG"),
        (Told(outcome=ReferralOutcome.SERVED_FULL, words="Her number is A123456789."), "note", "IDENTITY_NUMBER"),
    ],
)
async def test_what_says_too_little_or_contradicts_itself_is_refused_by_field(
    house: House, what: Told, path: str, code: str
) -> None:
    _, yes = await accepted(house)
    with pytest.raises(ValidationFailed) as refused:
        await told(house, yes.id, what)
    assert [(".".join(one.path), one.code) for one in refused.value.problems] == [(path, code)]
    assert await status(house, yes.id) is ReferralStatus.ACCEPTED


# ---------------------------------------------------------------- helped
@pytest.mark.parametrize(
    ("outcome", "closed_as"),
    [
        (ReferralOutcome.SERVED_FULL, CloseReason.SERVED_FULL),
        (ReferralOutcome.SERVED_LIMITED, CloseReason.SERVED_LIMITED),
        (ReferralOutcome.ADVICE_GIVEN, CloseReason.ADVICE_GIVEN),
    ],
)
@pytest.mark.parametrize("was_reached", [True, False])
async def test_help_ends_the_referral_and_the_request(
    house: House, outcome: ReferralOutcome, closed_as: CloseReason, *, was_reached: bool
) -> None:
    request, yes = await accepted(house)
    if was_reached:
        await told(house, yes.id, REACHED)
    ended = await told(house, yes.id, Told(outcome=outcome, words="All done."))
    assert (ended.status, ended.outcome) == (ReferralStatus.COMPLETED, outcome)
    stands = await as_it_stands(house, request)
    assert (stands.status, stands.close_reason) == (HelpRequestStatus.CLOSED, closed_as)
    assert (await history(house, request))[-2:] == ["outcome_recorded", "closed"]
    kept = await notes.of_referrals(house.database.reader, house.vault, stands, [yes.id])
    assert [note.text for note in kept[yes.id]] == ["All done."]


async def test_the_same_outcome_twice_is_one_and_another_is_refused(house: House) -> None:
    request, yes = await accepted(house)
    for _ in range(2):
        ended = await told(house, yes.id, Told(outcome=ReferralOutcome.ADVICE_GIVEN))
        assert ended.outcome is ReferralOutcome.ADVICE_GIVEN
    for other in (ReferralOutcome.SERVED_FULL, ReferralOutcome.UNREACHABLE):
        with pytest.raises(AlreadyAnswered):
            await told(house, yes.id, Told(outcome=other))
    with pytest.raises(AlreadyAnswered):
        await told(house, yes.id, REACHED)
    assert (await history(house, request)).count("outcome_recorded") == 1


@pytest.mark.parametrize(
    ("unit", "left"), [(CapacityUnit.FULL_CASES, 0), (CapacityUnit.BEDS_LONGER, 0), (CapacityUnit.INTAKE_SLOTS_WEEK, 1)]
)
async def test_a_bed_is_free_again_and_a_slot_of_this_week_has_been_used(
    house: House, unit: CapacityUnit, left: int
) -> None:
    office = await given.office(house.database, places=None)
    async with house.database.transaction() as tx:
        statement = Statement(openness=Openness.OPEN, counts=(Count(unit=unit, available=3),))
        await capacity.state(tx, office.id, statement, by="test", now=now())
    _, yes = await accepted(house, office)
    assert await places(house) == (1, 0)
    await told(house, yes.id, Told(outcome=ReferralOutcome.SERVED_FULL))
    assert await places(house) == (left, 0)


# ---------------------------------------------------------------- not helped
async def test_who_cannot_be_reached_is_looked_for_by_a_person_and_the_place_is_free_again(house: House) -> None:
    request, yes = await accepted(house)
    ended = await told(house, yes.id, Told(outcome=ReferralOutcome.UNREACHABLE))
    assert (ended.status, ended.outcome) == (ReferralStatus.FAILED, ReferralOutcome.UNREACHABLE)
    assert (await as_it_stands(house, request)).status is HelpRequestStatus.IN_TRIAGE
    assert (await history(house, request))[-1] == "needs_person"
    assert await places(house) == (0, 0)
    # Reached after all, the person can go to the same office.
    await house.database.pool.execute("UPDATE help_request SET status = 'matching'")
    again = await placed(house, request)
    assert again
    assert again.provider_id == yes.provider_id


async def test_who_was_not_helped_is_offered_to_the_next_and_never_again_to_the_same(house: House) -> None:
    request, yes = await accepted(house)
    await given.office(house.database, point=given.MCALLEN)
    ended = await told(house, yes.id, Told(outcome=ReferralOutcome.NOT_SERVED, reason=DeclineReason.NOT_ELIGIBLE_OTHER))
    assert (ended.status, ended.decline_reason) == (ReferralStatus.FAILED, DeclineReason.NOT_ELIGIBLE_OTHER)
    assert (await as_it_stands(house, request)).status is HelpRequestStatus.MATCHING
    assert await orders(house, "match") == 1
    other = await placed(house, request)
    assert other
    assert other.provider_id != yes.provider_id
    assert await placed(house, request) is None


async def test_a_conflict_of_interest_found_late_excludes_the_organization_and_leaves_no_words(house: House) -> None:
    office = await given.office(house.database)
    request, yes = await accepted(house, office)
    await given.office(house.database, organization_id=office.organization_id)
    await told(
        house,
        yes.id,
        Told(outcome=ReferralOutcome.NOT_SERVED, reason=DeclineReason.CONFLICT_OF_INTEREST, words="We know the other."),
    )
    assert await placed(house, request) is None
    assert await value(house.database.reader, "SELECT count(*) FROM referral_note") == 0


async def test_no_room_after_all_closes_the_office(house: House) -> None:
    _, yes = await accepted(house)
    await told(house, yes.id, Told(outcome=ReferralOutcome.NOT_SERVED, reason=DeclineReason.NO_CAPACITY))
    assert await value(house.database.reader, "SELECT openness FROM provider") == "closed"
    assert await places(house) == (0, 0)
    assert await value(house.database.reader, "SELECT stated FROM capacity") == 0


# ---------------------------------------------------------------- several needs
BOTH = (HelpType.LEGAL_ASYLUM, HelpType.HUM_SHELTER)


async def lawyer_and_shelter(house: House) -> tuple[Office, Office]:
    return (
        await given.office(house.database, name="Synthetic Lawyers"),
        await given.office(house.database, name="Synthetic Shelter", help_types=(HelpType.HUM_SHELTER,)),
    )


async def test_each_need_has_its_own_offer_and_its_own_yes(house: House) -> None:
    lawyers, shelter = await lawyer_and_shelter(house)
    request = await someone(house, help_types=BOTH)
    first, second = await placed(house, request), await placed(house, request)
    assert first
    assert second
    assert (first.provider_id, first.needs) == (lawyers.id, (HelpType.LEGAL_ASYLUM,))
    assert (second.provider_id, second.needs) == (shelter.id, (HelpType.HUM_SHELTER,))
    assert await placed(house, request) is None
    await answered(house, first.id, ReferralAnswer.ACCEPT)
    assert await status(house, second.id) is ReferralStatus.OFFERED  # no rival: it is for something else
    assert (await as_it_stands(house, request)).status is HelpRequestStatus.REFERRED
    await answered(house, second.id, ReferralAnswer.ACCEPT)
    assert await places(house) == (2, 0)


async def test_who_gives_both_is_asked_once_for_both(house: House) -> None:
    office = await given.office(house.database, help_types=BOTH)
    request = await someone(house, help_types=BOTH)
    made = await placed(house, request)
    assert made
    assert (made.provider_id, made.needs) == (office.id, BOTH)
    assert await placed(house, request) is None
    await answered(house, made.id, ReferralAnswer.ACCEPT)
    await told(house, made.id, Told(outcome=ReferralOutcome.SERVED_FULL))
    assert (await as_it_stands(house, request)).status is HelpRequestStatus.CLOSED


async def test_while_one_need_has_nobody_the_request_stays_open(house: House) -> None:
    await given.office(house.database)
    request = await someone(house, help_types=BOTH)
    made = await placed(house, request)
    assert made
    assert await placed(house, request) is None
    assert (await history(house, request))[-1] == "needs_person"
    await answered(house, made.id, ReferralAnswer.ACCEPT)
    assert (await as_it_stands(house, request)).status is HelpRequestStatus.REFERRED
    for _ in range(2):  # a person has been asked to look; looking again does not ask again
        assert await placed(house, request) is None
    assert (await history(house, request)).count("needs_person") == 1
    await told(house, made.id, Told(outcome=ReferralOutcome.SERVED_FULL))
    assert (await as_it_stands(house, request)).status is HelpRequestStatus.MATCHING
    shelter = await given.office(house.database, help_types=(HelpType.HUM_SHELTER,))
    found = await placed(house, request)
    assert found
    assert found.provider_id == shelter.id


async def test_a_no_to_one_need_leaves_the_yes_to_the_other_alone(house: House) -> None:
    await lawyer_and_shelter(house)
    request = await someone(house, help_types=BOTH)
    lawyer, bed = await placed(house, request), await placed(house, request)
    assert lawyer
    assert bed
    await answered(house, lawyer.id, ReferralAnswer.ACCEPT)
    await answered(house, bed.id, ReferralAnswer.DECLINE, reason=DeclineReason.OTHER)
    assert await status(house, lawyer.id) is ReferralStatus.ACCEPTED
    assert (await as_it_stands(house, request)).status is HelpRequestStatus.REFERRED


# ---------------------------------------------------------------- at once
async def test_of_two_outcomes_told_at_once_one_stands(house: House) -> None:
    request, yes = await accepted(house)

    async def said(outcome: ReferralOutcome) -> str:
        try:
            return (await told(house, yes.id, Told(outcome=outcome))).status.value
        except Refused as refusal:
            return refusal.code

    replies = await asyncio.gather(said(ReferralOutcome.SERVED_FULL), said(ReferralOutcome.UNREACHABLE))
    assert "ALREADY_ANSWERED" in replies
    assert (await history(house, request)).count("outcome_recorded") == 1
    assert await places(house) == (0, 0)


async def test_an_outcome_and_a_withdrawal_at_once_leave_one_end_and_no_place_taken(house: House) -> None:
    for _ in range(5):
        office = await given.office(house.database)
        kept = await submitted_and_accepted(house, office)
        await asyncio.gather(
            told(house, kept[1].id, Told(outcome=ReferralOutcome.SERVED_FULL)),
            withdrawn(house, kept[0]),
            return_exceptions=True,
        )
        found = await reading.referral(house.database.reader, kept[1].id)
        assert found
        assert found.status in {ReferralStatus.COMPLETED, ReferralStatus.RECALLED}
        assert await places(house) == (0, 0)
        assert await value(
            house.database.reader, "SELECT status = 'closed' FROM help_request WHERE id = $1", found.request_id
        )


async def submitted_and_accepted(house: House, office: Office) -> tuple[str, Referral]:
    kept = await submitted(house)
    made = await offered(house, kept.request, terms(office))
    return kept.receipt, await answered(house, made.id, ReferralAnswer.ACCEPT)


async def withdrawn(house: House, receipt: str) -> None:
    async with house.database.transaction() as tx:
        await leaving.withdraw(tx, house.vault, receipt, erase=False, now=now())
