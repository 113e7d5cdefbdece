"""In which words does a plan say why? Codes with their sentences; none of them says anything of a person."""

from referral.foundation.vocabulary import Word


class Weaker(Word):
    """Why someone who also wanted a place is not proposed for it."""

    LESS_URGENT = "less_urgent", "Is less urgent."
    HELPED_ELSEWHERE = "helped_elsewhere", "Is helped elsewhere in this plan."
    LESS_CERTAIN = "less_certain", "Something about this provider is not known for them."
    WAITED_LESS = "waited_less", "Has waited less, as its urgency goes."
    HAS_MORE_CHOICE = "has_more_choice", "More places could take them."
    FITS_LESS = "fits_less", "Would lose more against the best they could get."
    LOTTERY = "lottery", "Is equal in everything; the lottery decided."
    TAKES_MORE = "takes_more", "Needs more places together than are left."


class LeftReason(Word):
    """Why nobody is proposed for a request."""

    NO_CONSENT = "no_consent", "The person has not agreed that a provider is told. Ask them."
    NO_PROVIDER = "no_provider", "No provider fits."
    ONLY_FULL = "only_full", "Whoever fits is full, has a waiting list only, or cannot be told."
    NEEDS_ANSWER = "needs_answer", "Whoever fits may be asked once the person has answered a question."
    ONLY_DOUBTFUL = "only_doubtful", "Of whoever fits something is not known. Call them first, or plan with doubts."
    KEPT_FOR_URGENT = "kept_for_urgent", "The places left are kept for urgent people who are expected."
    MORE_URGENT = "more_urgent", "All places went to more urgent requests."
    OTHERS_FIRST = "others_first", "All places went to requests that are more urgent, or as urgent and came first."
    TAKES_MORE = "takes_more", "No provider has as many places together as are needed."
