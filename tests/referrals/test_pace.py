"""How long a provider takes is learned from what became of its offers."""

from datetime import timedelta

import given
import pytest
from given import Office
from referrals_given import answered, offered, someone

from referral.edges.house import House
from referral.foundation.clock import now
from referral.foundation.db import value
from referral.matching import finding
from referral.matching.answers import Part
from referral.matching.pair import Candidate
from referral.referrals import offers, outcomes
from referral.referrals.offers import THE_SYSTEM
from referral.referrals.outcomes import Told
from referral.referrals.words import DeclineReason, ReferralAnswer


async def known(house: House, office: Office) -> Candidate:
    """What matching knows of the office for somebody who asks now."""
    need = await finding.need_of(house.database.reader, house.vault, await someone(house), now=now())
    found = await finding.verdict(house.database.reader, need, office.id, now=now())
    assert found
    return found.candidate


async def answers_after(house: House, office: Office, hours: float, reply: ReferralAnswer) -> None:
    """An offer that is answered so many hours after it was made."""
    offer = await offered(house, await someone(house), given.terms(office, lives=timedelta(days=30)))
    await house.database.pool.execute(
        "UPDATE referral SET offered_at = offered_at - $2::interval WHERE id = $1", offer.id, timedelta(hours=hours)
    )
    await answered(house, offer.id, reply, reason=DeclineReason.OTHER if reply is ReferralAnswer.DECLINE else None)


async def test_of_a_provider_that_was_never_asked_nothing_is_known(house: House) -> None:
    office = await given.office(house.database)
    found = await known(house, office)
    assert (found.answer_hours, found.start_hours) == (None, None)


async def test_the_median_of_its_answers_is_kept_and_old_ones_are_forgotten(house: House) -> None:
    office = await given.office(house.database, places=50)
    for hours in (500, 2, 4, 6):
        await answers_after(house, office, hours, ReferralAnswer.DECLINE)
    assert (await known(house, office)).answer_hours == pytest.approx(5, abs=0.1)
    for _ in range(9):
        await answers_after(house, office, 1, ReferralAnswer.DECLINE)
    assert (await known(house, office)).answer_hours == pytest.approx(1, abs=0.1)
    assert await value(house.database.reader, "SELECT cardinality(answered_in) FROM provider_pace") == 9


async def test_an_offer_that_ran_out_took_its_whole_life(house: House) -> None:
    office = await given.office(house.database)
    offer = await offered(house, await someone(house), given.terms(office, lives=timedelta(hours=10)))
    await house.database.pool.execute(
        """UPDATE referral SET offered_at = offered_at - interval '11 hours',
                  expires_at = expires_at - interval '11 hours' WHERE id = $1""",
        offer.id,
    )
    async with house.database.transaction() as tx:
        await offers.expire(tx, offer.id, now=now())
    assert (await known(house, office)).answer_hours == pytest.approx(10, abs=0.1)


async def test_from_a_yes_until_the_person_is_reached_is_the_start(house: House) -> None:
    office = await given.office(house.database)
    offer = await offered(house, await someone(house), given.terms(office))
    await answered(house, offer.id, ReferralAnswer.ACCEPT)
    await house.database.pool.execute(
        "UPDATE referral SET responded_at = responded_at - interval '30 hours' WHERE id = $1", offer.id
    )
    async with house.database.transaction() as tx:
        await outcomes.record(tx, house.vault, offer.id, Told(reached=True), THE_SYSTEM, now=now())
    assert (await known(house, office)).start_hours == pytest.approx(30, abs=0.1)


async def test_who_answers_soon_gets_more_points_for_it_than_who_lets_people_wait(house: House) -> None:
    slow, swift, new = [await given.office(house.database, places=50) for _ in range(3)]
    await answers_after(house, slow, 300, ReferralAnswer.ACCEPT)
    await answers_after(house, swift, 1, ReferralAnswer.ACCEPT)
    need = await finding.need_of(house.database.reader, house.vault, await someone(house), now=now())
    points = {
        verdict.candidate.provider_id: next(term.points for term in verdict.terms if term.code is Part.SPEED)
        for verdict in await finding.ranked(house.database.reader, need, now=now())
    }
    assert points[swift.id] > points[new.id] > points[slow.id]
