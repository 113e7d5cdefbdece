"""What each reason of a no does to what is offered later: a table, and whether the search goes on.

A reason says who said no, how long this provider is not asked again about this person, what is done about the
provider's listing, and whether a machine may go on or a person looks first.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from referral.directory.words import ReportReason
from referral.foundation.vocabulary import Word
from referral.intake.words import UrgencyLevel
from referral.referrals.words import DeclineReason, ReferralOutcome

FOR_GOOD = None
AT_ONCE = timedelta(0)
# A provider without room is asked again when it says that it has some; this is for one that says nothing.
UNTIL_THERE_MAY_BE_ROOM = timedelta(days=14)
# Parked, as coordinated housing lists do where the person and not the provider said no.
PARKED = timedelta(days=60)


class SaidBy(Word):
    """Who said no."""

    PROVIDER = "provider", "The provider."
    PERSON = "person", "The person, as the provider tells."


class Next(Enum):
    """What becomes of the search."""

    GO_ON = "the next best is asked"
    ASK_A_PERSON = "a person of the team looks first"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What one reason does."""

    said_by: SaidBy = SaidBy.PROVIDER
    not_again_for: timedelta | None = FOR_GOOD
    next: Next = Next.GO_ON
    flags: ReportReason | None = None  # the listing promised what its provider does not do
    closes_provider: bool = False
    raises_to: UrgencyLevel | None = None


OF_DECLINE: dict[DeclineReason, Effect] = {
    DeclineReason.NO_CAPACITY: Effect(not_again_for=UNTIL_THERE_MAY_BE_ROOM, closes_provider=True),
    DeclineReason.LANGUAGE_NOT_AVAILABLE: Effect(flags=ReportReason.WRONG_LANGUAGE),
    DeclineReason.OUTSIDE_AREA: Effect(flags=ReportReason.OUTSIDE_SERVICE),
    DeclineReason.OUTSIDE_CLAIM_TYPE: Effect(flags=ReportReason.OUTSIDE_SERVICE),
    DeclineReason.NOT_ELIGIBLE_INCOME: Effect(),
    DeclineReason.NOT_ELIGIBLE_AGE: Effect(),
    DeclineReason.NOT_ELIGIBLE_OTHER: Effect(),
    DeclineReason.CONFLICT_OF_INTEREST: Effect(),  # of the whole organization: matching.candidates
    DeclineReason.ALREADY_REPRESENTED: Effect(next=Next.ASK_A_PERSON),
    DeclineReason.DUPLICATE: Effect(next=Next.ASK_A_PERSON),
    DeclineReason.INSUFFICIENT_INFORMATION: Effect(not_again_for=AT_ONCE, next=Next.ASK_A_PERSON),
    DeclineReason.SAFETY_CONCERN: Effect(next=Next.ASK_A_PERSON),
    DeclineReason.CANNOT_REACH_PERSON: Effect(not_again_for=AT_ONCE, next=Next.ASK_A_PERSON),
    DeclineReason.DEADLINE_TOO_CLOSE: Effect(raises_to=UrgencyLevel.URGENT),
    DeclineReason.PERSON_DECLINED: Effect(said_by=SaidBy.PERSON, not_again_for=PARKED, next=Next.ASK_A_PERSON),
    DeclineReason.PERSON_HAS_HELP: Effect(said_by=SaidBy.PERSON, next=Next.ASK_A_PERSON),
    DeclineReason.OTHER: Effect(),
}

# What can only be known once the person has been spoken to, and so after a yes.
AFTER_CONTACT = frozenset(
    {DeclineReason.CANNOT_REACH_PERSON, DeclineReason.PERSON_DECLINED, DeclineReason.PERSON_HAS_HELP}
)
SERVED = frozenset({ReferralOutcome.SERVED_FULL, ReferralOutcome.SERVED_LIMITED, ReferralOutcome.ADVICE_GIVEN})


def of(reason: DeclineReason) -> Effect:
    """The effect of a no for this reason."""
    return OF_DECLINE[reason]
