"""Where staff may move a request from where it stands, as a table.

Offers move it too (`referrals`), and the person does (`intake.requests.close`); here is what staff decide.
"""

from referral.foundation.errors import Conflict
from referral.foundation.vocabulary import Word
from referral.intake.words import CloseReason, HelpRequestStatus


class TriageStep(Word):
    """What staff decide about a request."""

    ASK_PERSON = "ask_person", "It waits for something from the person; the machine offers it to nobody."
    HAND_BACK = "hand_back", "The machine looks for a provider again; the claim ends."
    WAITLIST = "waitlist", "It waits in a provider's line; the machine offers it to nobody."
    CLOSE = "close", "It is closed, for a reason; open offers are taken back."
    ADMIT = "admit", "Out of quarantine: it is a request, and the machine looks for a provider. Say why."
    REOPEN = "reopen", "A closed one is worked on again, by whoever reopens it."


S, Z, Q = HelpRequestStatus, CloseReason, TriageStep

WORKED_ON = {
    Q.ADMIT: S.MATCHING,
    Q.ASK_PERSON: S.NEEDS_INFO,
    Q.HAND_BACK: S.MATCHING,
    Q.WAITLIST: S.WAITLISTED,
    Q.CLOSE: S.CLOSED,
}

NEXT: dict[HelpRequestStatus, dict[TriageStep, HelpRequestStatus]] = {
    S.DRAFT: {},
    S.SUBMITTED: WORKED_ON,
    S.NEEDS_INFO: WORKED_ON,
    S.IN_TRIAGE: WORKED_ON,
    S.MATCHING: WORKED_ON,
    S.WAITLISTED: WORKED_ON,
    S.OFFERED: {Q.HAND_BACK: S.OFFERED, Q.CLOSE: S.CLOSED},
    S.REFERRED: {Q.CLOSE: S.CLOSED},
    S.IN_SERVICE: {Q.CLOSE: S.CLOSED},
    S.CLOSED: {Q.REOPEN: S.IN_TRIAGE},
}

SERVED = frozenset({Z.SERVED_FULL, Z.SERVED_LIMITED, Z.ADVICE_GIVEN})
# Theirs to give, or the clock's: staff who hear it by word of mouth say CONSENT_WITHDRAWN.
NOT_FOR_STAFF = frozenset({Z.WITHDRAWN_BY_PERSON, Z.EXPIRED_RETENTION})
# What the person has taken back, nobody else opens again.
STAYS_CLOSED = NOT_FOR_STAFF | {Z.CONSENT_WITHDRAWN}


IN_QUARANTINE = frozenset({TriageStep.ADMIT, TriageStep.CLOSE, TriageStep.REOPEN})


def advance(status: HelpRequestStatus, step: TriageStep, why_closed: CloseReason | None = None) -> HelpRequestStatus:
    """Where a step leads, or a refusal that says where the request stands."""
    if step is TriageStep.REOPEN and why_closed in STAYS_CLOSED:
        raise Conflict("The person took this request back, or its time is over. Only they can ask again.")
    if (to := NEXT[status].get(step)) is not None:
        return to
    raise Conflict(f"This request is {status.value}: {step.value} is not for it.")
