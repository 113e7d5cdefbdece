"""The closed sets the hand-over speaks in."""

from referral.foundation.vocabulary import Word


class ReferralStatus(Word):
    """Where an offer to one provider stands."""

    PROPOSED = "proposed", "Chosen, not sent."
    OFFERED = "offered", "Sent; the clock runs."
    VIEWED = "viewed", "Opened by the provider."
    MORE_INFO = "more_info", "The provider asks something first."
    ACCEPTED = "accepted", "The provider has said yes; the contact is released."
    IN_PROGRESS = "in_progress", "Provider and person are in touch."
    DECLINED = "declined", "The provider or the person has said no."
    EXPIRED = "expired", "The clock ran out."
    RECALLED = "recalled", "Taken back."
    COMPLETED = "completed", "Done; an outcome is recorded."
    FAILED = "failed", "Accepted, and nothing came of it."


class ReferralAnswer(Word):
    """What a provider answers to an offer."""

    ACCEPT = "accept", "Yes."
    DECLINE = "decline", "No, for a reason."
    ASK = "ask", "A question first; the clock goes on."


class DeclineReason(Word):
    """Why an offer was declined. Each reason has an effect on what is offered later."""

    NO_CAPACITY = "no_capacity", "No room. The provider counts as full until it says otherwise."
    LANGUAGE_NOT_AVAILABLE = "language_not_available", "Nobody speaks the language."
    OUTSIDE_AREA = "outside_area", "Outside the area served."
    OUTSIDE_CLAIM_TYPE = "outside_claim_type", "Not a kind of case that is taken."
    NOT_ELIGIBLE_INCOME = "not_eligible_income", "Income is too high for the provider's rules."
    NOT_ELIGIBLE_AGE = "not_eligible_age", "Age does not fit the provider's rules."
    NOT_ELIGIBLE_OTHER = "not_eligible_other", "Another of the provider's rules does not fit."
    CONFLICT_OF_INTEREST = "conflict_of_interest", "A conflict of interest. No detail is kept."
    ALREADY_REPRESENTED = "already_represented", "The person has a lawyer."
    DUPLICATE = "duplicate", "Known already."
    INSUFFICIENT_INFORMATION = "insufficient_information", "Too little is known to say yes. Back to intake."
    SAFETY_CONCERN = "safety_concern", "A question of safety. Staff look at it."
    CANNOT_REACH_PERSON = "cannot_reach_person", "The person cannot be reached."
    DEADLINE_TOO_CLOSE = "deadline_too_close", "The deadline is too close."
    PERSON_DECLINED = "person_declined", "The person said no."
    PERSON_HAS_HELP = "person_has_help", "The person has found help."
    OTHER = "other", "Another reason, said in the note."


class ReferralOutcome(Word):
    """What became of an accepted referral."""

    SERVED_FULL = "served_full", "Was helped."
    SERVED_LIMITED = "served_limited", "Was helped in part."
    ADVICE_GIVEN = "advice_given", "Got advice."
    UNREACHABLE = "unreachable", "Could not be reached."
    NOT_SERVED = "not_served", "Was not helped."
