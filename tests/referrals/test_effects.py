"""Each reason of a no has its effect: on who is asked again, on the provider's listing, and on who looks next."""

import given
import pytest
from given import terms
from referrals_given import answered, as_it_stands, history, offered, placed, someone

from referral.edges.house import House
from referral.foundation.db import value
from referral.intake.words import HelpRequestStatus, UrgencyCriterion, UrgencyLevel
from referral.referrals import effects
from referral.referrals.effects import Next, SaidBy
from referral.referrals.words import DeclineReason, ReferralAnswer

TO_A_PERSON = {
    DeclineReason.ALREADY_REPRESENTED,
    DeclineReason.DUPLICATE,
    DeclineReason.INSUFFICIENT_INFORMATION,
    DeclineReason.SAFETY_CONCERN,
    DeclineReason.CANNOT_REACH_PERSON,
    DeclineReason.PERSON_DECLINED,
    DeclineReason.PERSON_HAS_HELP,
}
AGAIN_AT_ONCE = {DeclineReason.INSUFFICIENT_INFORMATION, DeclineReason.CANNOT_REACH_PERSON}
AGAIN_LATER = {DeclineReason.NO_CAPACITY, DeclineReason.PERSON_DECLINED}
FLAGGED = {
    DeclineReason.LANGUAGE_NOT_AVAILABLE: "wrong_language",
    DeclineReason.OUTSIDE_AREA: "outside_service",
    DeclineReason.OUTSIDE_CLAIM_TYPE: "outside_service",
}


def test_every_reason_has_an_effect_and_says_who_said_no() -> None:
    assert set(effects.OF_DECLINE) == set(DeclineReason)
    by_person = {reason for reason, effect in effects.OF_DECLINE.items() if effect.said_by is SaidBy.PERSON}
    assert by_person == {DeclineReason.PERSON_DECLINED, DeclineReason.PERSON_HAS_HELP}


@pytest.mark.parametrize("reason", DeclineReason)
async def test_what_a_reason_does(house: House, reason: DeclineReason) -> None:
    office, request = await given.office(house.database), await someone(house)
    made = await offered(house, request, terms(office))
    await house.database.pool.execute("DELETE FROM outbox")
    await answered(house, made.id, ReferralAnswer.DECLINE, reason=reason)

    stands, last = (await as_it_stands(house, request)).status, (await history(house, request))[-1]
    ordered = await value(house.database.reader, "SELECT count(*) FROM outbox WHERE kind = 'match'")
    assert (effects.of(reason).next is Next.ASK_A_PERSON) == (reason in TO_A_PERSON)
    if reason in TO_A_PERSON:
        assert (stands, last, ordered) == (HelpRequestStatus.IN_TRIAGE, "needs_person", 0)
    else:
        assert (stands, ordered) == (HelpRequestStatus.MATCHING, 1)
    assert await value(house.database.reader, "SELECT held FROM capacity") == 0

    flags = await house.database.pool.fetch("SELECT provider_id, reason, words FROM listing_report")
    assert [tuple(row) for row in flags] == ([(office.id, FLAGGED[reason], None)] if reason in FLAGGED else [])

    # The office would fit again, and is asked only where the reason lets it be.
    await house.database.pool.execute("UPDATE help_request SET status = 'matching'")
    await house.database.pool.execute("UPDATE provider SET openness = 'open'")
    await house.database.pool.execute("UPDATE capacity SET stated = 5")
    assert (await placed(house, request) is not None) == (reason in AGAIN_AT_ONCE)


@pytest.mark.parametrize("reason", [DeclineReason.NO_CAPACITY, DeclineReason.PERSON_DECLINED, DeclineReason.OTHER])
async def test_after_its_time_an_office_may_be_asked_again(house: House, reason: DeclineReason) -> None:
    office, request = await given.office(house.database), await someone(house)
    made = await offered(house, request, terms(office))
    await answered(house, made.id, ReferralAnswer.DECLINE, reason=reason)
    await house.database.pool.execute("UPDATE help_request SET status = 'matching'")
    await house.database.pool.execute("UPDATE provider SET openness = 'open'")
    await house.database.pool.execute("UPDATE capacity SET stated = 5")
    pause = effects.of(reason).not_again_for
    assert (pause is not None) == (reason in AGAIN_LATER)
    if pause is not None:
        await house.database.pool.execute("UPDATE referral SET excluded_until = excluded_until - $1::interval", pause)
    assert (await placed(house, request) is not None) == (reason in AGAIN_LATER)


async def test_a_listing_is_flagged_once_until_somebody_looks(house: House) -> None:
    office = await given.office(house.database)
    for _ in range(3):
        made = await offered(house, await someone(house), terms(office))
        await answered(house, made.id, ReferralAnswer.DECLINE, reason=DeclineReason.LANGUAGE_NOT_AVAILABLE)
    assert await value(house.database.reader, "SELECT count(*) FROM listing_report") == 1


async def test_a_deadline_that_is_too_close_raises_the_urgency_for_whoever_looks_next(house: House) -> None:
    office, request = await given.office(house.database), await someone(house)
    assert request.urgency is UrgencyLevel.NORMAL
    made = await offered(house, request, terms(office))
    await answered(house, made.id, ReferralAnswer.DECLINE, reason=DeclineReason.DEADLINE_TOO_CLOSE)
    raised = await as_it_stands(house, request)
    assert (raised.urgency, raised.raised_to) == (UrgencyLevel.URGENT, UrgencyLevel.URGENT)
    assert raised.respond_by == raised.created_at + UrgencyLevel.URGENT.first_answer_within
    assert "urgency_changed" in await history(house, request)
    await given.office(house.database, point=given.MCALLEN)
    again = await placed(house, request)
    assert again
    assert again.expires_at - again.offered_at == UrgencyLevel.URGENT.offer_lives


async def test_who_is_in_danger_is_not_made_less_urgent(house: House) -> None:
    request = await someone(house, circumstances=(UrgencyCriterion.IMMEDIATE_DANGER_TO_LIFE,))
    made = await offered(house, request, terms(await given.office(house.database)))
    await answered(house, made.id, ReferralAnswer.DECLINE, reason=DeclineReason.DEADLINE_TOO_CLOSE)
    assert (await as_it_stands(house, request)).urgency is UrgencyLevel.CRITICAL
