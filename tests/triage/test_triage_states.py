"""Where staff may move a request from where it stands, and where not."""

from itertools import product

import pytest

from referral.foundation.errors import Conflict
from referral.intake.words import CloseReason, HelpRequestStatus
from referral.triage import states
from referral.triage.states import TriageStep


def test_every_status_is_in_the_table_and_every_step_is_somewhere() -> None:
    assert set(states.NEXT) == set(HelpRequestStatus)
    assert {step for steps in states.NEXT.values() for step in steps} == set(TriageStep)


@pytest.mark.parametrize(("status", "step"), list(product(HelpRequestStatus, TriageStep)))
def test_each_step_is_taken_or_refused_by_name(status: HelpRequestStatus, step: TriageStep) -> None:
    if step in states.NEXT[status]:
        assert states.advance(status, step) is states.NEXT[status][step]
        return
    with pytest.raises(Conflict) as refused:
        states.advance(status, step)
    assert status.value in refused.value.message
    assert step.value in refused.value.message


def test_whatever_was_sent_can_be_closed_and_only_what_is_closed_is_reopened() -> None:
    sent = set(HelpRequestStatus) - {HelpRequestStatus.DRAFT, HelpRequestStatus.CLOSED}
    assert all(states.NEXT[status][TriageStep.CLOSE] is HelpRequestStatus.CLOSED for status in sent)
    assert {status for status, steps in states.NEXT.items() if TriageStep.REOPEN in steps} == {HelpRequestStatus.CLOSED}


def test_a_yes_is_never_undone_by_a_step_but_closing() -> None:
    for status in (HelpRequestStatus.REFERRED, HelpRequestStatus.IN_SERVICE):
        assert set(states.NEXT[status]) == {TriageStep.CLOSE}


@pytest.mark.parametrize("reason", CloseReason)
def test_what_the_person_took_back_stays_closed(reason: CloseReason) -> None:
    theirs = {CloseReason.WITHDRAWN_BY_PERSON, CloseReason.CONSENT_WITHDRAWN, CloseReason.EXPIRED_RETENTION}
    if reason in theirs:
        with pytest.raises(Conflict):
            states.advance(HelpRequestStatus.CLOSED, TriageStep.REOPEN, reason)
    else:
        assert states.advance(HelpRequestStatus.CLOSED, TriageStep.REOPEN, reason) is HelpRequestStatus.IN_TRIAGE
