"""Many ask and there are few places: the plan proposes, says why, sends nothing, and is applied once, if it stands."""

import given
from desk import Desk
from plans_given import asks, left_over, offers, planned, proposals

from referral.intake.words import UrgencyLevel
from referral.matching.planning.words import LeftReason, Weaker


async def test_the_last_place_is_proposed_to_who_is_more_urgent_and_nothing_is_sent(desk: Desk) -> None:
    office = await given.office(desk.database, places=1)
    calm, pressing = await asks(desk), await asks(desk, circumstances=["MEDICAL_EMERGENCY"])
    plan = await planned(desk, await desk.hire())

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
