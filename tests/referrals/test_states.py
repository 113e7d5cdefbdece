"""Where a referral may go from where it stands."""

from itertools import product

import pytest

from referral.foundation.errors import AlreadyAnswered, Conflict
from referral.referrals import states
from referral.referrals.words import ReferralStatus

ENDED = {
    ReferralStatus.DECLINED,
    ReferralStatus.EXPIRED,
    ReferralStatus.RECALLED,
    ReferralStatus.COMPLETED,
    ReferralStatus.FAILED,
}


def test_every_status_is_in_the_table_and_an_end_is_an_end() -> None:
    assert set(states.NEXT) == set(ReferralStatus)
    assert {status for status, nexts in states.NEXT.items() if not nexts} == ENDED
    assert set(ReferralStatus) - ENDED == states.LIVE


def test_nothing_comes_back_to_where_it_was() -> None:
    seen: dict[ReferralStatus, set[ReferralStatus]] = {}

    def reaches(status: ReferralStatus) -> set[ReferralStatus]:
        if status not in seen:
            seen[status] = set(states.NEXT[status]).union(*(reaches(after) for after in states.NEXT[status]))
        return seen[status]

    assert all(status not in reaches(status) for status in ReferralStatus)
    assert reaches(ReferralStatus.PROPOSED) == set(ReferralStatus) - {ReferralStatus.PROPOSED}


@pytest.mark.parametrize(("status", "to"), list(product(ReferralStatus, ReferralStatus)))
def test_each_step_is_taken_or_refused_by_name(status: ReferralStatus, to: ReferralStatus) -> None:
    if to in states.NEXT[status]:
        assert states.advance(status, to) is to
        return
    with pytest.raises(Conflict) as refused:
        states.advance(status, to)
    was_answered = status in {ReferralStatus.ACCEPTED, ReferralStatus.DECLINED}
    is_answer = to in {ReferralStatus.ACCEPTED, ReferralStatus.DECLINED, ReferralStatus.MORE_INFO}
    if was_answered and is_answer:
        assert isinstance(refused.value, AlreadyAnswered)


def test_every_open_offer_can_be_answered_run_out_and_be_taken_back() -> None:
    ways = {ReferralStatus.ACCEPTED, ReferralStatus.DECLINED, ReferralStatus.EXPIRED, ReferralStatus.RECALLED}
    assert all(ways <= states.NEXT[status] for status in states.OPEN)
