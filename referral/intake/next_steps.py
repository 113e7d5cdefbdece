"""What a person can do now. Never empty: whoever asks, whatever the answer, there is a next step.

No sentence promises what nobody does: a letter comes to some only and says nothing, so all come back with the receipt.
Numbers, each to be confirmed by the operator before going live: 911 (emergencies, United States and Mexico), 988 (US
crisis line), 211 (US line for local help, FCC), Línea de la Vida 800 911 2000 (Mexico, gob.mx), and the detention
hotline of the American Bar Association, from the EOIR list that ships. Addresses are of public bodies (UNHCR, EOIR).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from referral.foundation.autonyms import spoken_to
from referral.foundation.vocabulary import CasePosture, Word
from referral.intake.form import Facts
from referral.intake.words import CanAfford, ConsentScope, HelpRequestStatus, Representation, UrgencyCriterion

DANGER = frozenset(
    {
        UrgencyCriterion.IMMEDIATE_DANGER_TO_LIFE,
        UrgencyCriterion.MEDICAL_EMERGENCY,
        UrgencyCriterion.TRAFFICKING_IN_PROGRESS,
        UrgencyCriterion.KIDNAPPING_OR_EXTORTION_THREAT,
    }
)
REMOVAL = frozenset({UrgencyCriterion.IMMINENT_REMOVAL, UrgencyCriterion.NEGATIVE_FEAR_REVIEW_WINDOW})
SHARING = frozenset({ConsentScope.SHARE_SUMMARY})  # what an offer shows


class NextStepKind(Word):
    """A step a person can take."""

    CALL_EMERGENCY = "call_emergency", "Call for help now."
    USE_DIRECTORY = "use_directory", "Look in the directory."
    WAIT_FOR_ANSWER = "wait_for_answer", "Wait for an answer, and come back with the receipt."
    LOW_COST_LAWYER = "low_cost_lawyer", "Look for a lawyer at low cost."
    CHECK_LAWYER = "check_lawyer", "Check that a lawyer is a lawyer."
    HELP_OUTSIDE_US = "help_outside_us", "Find help outside the United States."
    SELF_HELP = "self_help", "Read how to act alone."
    GIVE_MORE_INFORMATION = "give_more_information", "Tell us more."
    CALL_HOTLINE = "call_hotline", "Call a free line."


class Advice(StrEnum):
    """What is said, with its kind. One kind may have several sentences; the catalogue `advice` has their words."""

    kind: NextStepKind

    def __new__(cls, value: str, kind: NextStepKind) -> Self:
        advice = str.__new__(cls, value)
        advice._value_ = value
        advice.kind = kind
        return advice

    DANGER_US = "danger_us", NextStepKind.CALL_EMERGENCY
    DANGER_ELSEWHERE = "danger_elsewhere", NextStepKind.CALL_EMERGENCY
    CRISIS_US = "crisis_us", NextStepKind.CALL_HOTLINE
    CRISIS_MEXICO = "crisis_mexico", NextStepKind.CALL_HOTLINE
    HELD = "held", NextStepKind.CALL_HOTLINE
    AFRAID_OF_RETURN = "afraid_of_return", NextStepKind.SELF_HELP
    ALONE = "alone", NextStepKind.SELF_HELP
    NO_SHELTER_US = "no_shelter_us", NextStepKind.CALL_HOTLINE
    HEARING = "hearing", NextStepKind.SELF_HELP
    NOT_SHARED = "not_shared", NextStepKind.GIVE_MORE_INFORMATION
    RECEIVED = "received", NextStepKind.WAIT_FOR_ANSWER
    ASKED = "asked", NextStepKind.WAIT_FOR_ANSWER
    SAID_YES = "said_yes", NextStepKind.WAIT_FOR_ANSWER
    READ_BY_A_PERSON = "read_by_a_person", NextStepKind.GIVE_MORE_INFORMATION
    CLOSED = "closed", NextStepKind.GIVE_MORE_INFORMATION
    LOW_COST_LAWYER = "low_cost_lawyer", NextStepKind.LOW_COST_LAWYER
    CHECK_LAWYER = "check_lawyer", NextStepKind.CHECK_LAWYER
    HELP_OUTSIDE_US = "help_outside_us", NextStepKind.HELP_OUTSIDE_US
    USE_DIRECTORY = "use_directory", NextStepKind.USE_DIRECTORY


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """One step, and where it leads."""

    advice: Advice
    url: str | None = None

    @property
    def kind(self) -> NextStepKind:
        return self.advice.kind


URLS = {
    Advice.CHECK_LAWYER: "https://www.justice.gov/eoir/recognition-and-accreditation-program",
    Advice.HELP_OUTSIDE_US: "https://help.unhcr.org/",
}
OUTSIDE = frozenset({CasePosture.NOT_YET_ENTERED, CasePosture.WAITING_IN_MEXICO, CasePosture.EXPELLED_OR_RETURNED})
FOUND_BY_ANYONE = frozenset({"town", "state", "country", "postal_code"})  # a court or a jail in an address tells much


def next_steps(
    facts: Facts, status: HelpRequestStatus, consents: frozenset[ConsentScope] = SHARING
) -> tuple[NextStep, ...]:
    """What to do now, the most pressing first. Without a consent to share, nobody is asked, and that is said."""
    advice = [*pressing(facts), *standing(status, consents), *circumstantial(facts), Advice.USE_DIRECTORY]
    return tuple(
        NextStep(advice=one, url=directory_of(facts) if one is Advice.USE_DIRECTORY else URLS.get(one))
        for one in advice
    )


def pressing(facts: Facts) -> list[Advice]:
    """What cannot wait for an answer."""
    outside, found = is_outside(facts), list[Advice]()
    if facts.circumstances & DANGER:
        found.append(Advice.DANGER_ELSEWHERE if outside else Advice.DANGER_US)
        if not outside:
            found.append(Advice.CRISIS_US)
        elif is_in_mexico(facts):
            found.append(Advice.CRISIS_MEXICO)
    if facts.circumstances & REMOVAL:
        found.append(Advice.AFRAID_OF_RETURN)
    if not outside and (UrgencyCriterion.DETAINED in facts.circumstances or facts.posture.is_held):
        found.append(Advice.HELD)
    if UrgencyCriterion.UNACCOMPANIED_CHILD in facts.circumstances:
        found.append(Advice.ALONE)
    if not outside and UrgencyCriterion.NO_SHELTER_TONIGHT in facts.circumstances:
        found.append(Advice.NO_SHELTER_US)
    return found


def standing(status: HelpRequestStatus, consents: frozenset[ConsentScope]) -> list[Advice]:
    """Where the request stands, and what that means for the person."""
    match status:
        case HelpRequestStatus.CLOSED:
            return [Advice.CLOSED]
        case HelpRequestStatus.REFERRED | HelpRequestStatus.IN_SERVICE:
            return [Advice.SAID_YES]
        case HelpRequestStatus.OFFERED:
            return [Advice.ASKED]
        case _ if not consents & SHARING:
            return [Advice.NOT_SHARED]
        case HelpRequestStatus.IN_TRIAGE | HelpRequestStatus.NEEDS_INFO | HelpRequestStatus.WAITLISTED:
            return [Advice.RECEIVED, Advice.READ_BY_A_PERSON]
        case _:
            return [Advice.RECEIVED]


def circumstantial(facts: Facts) -> list[Advice]:
    """What the person's own answers ask for."""
    found: list[Advice] = []
    if is_outside(facts):
        found.append(Advice.HELP_OUTSIDE_US)
    if facts.next_hearing_on is not None or facts.posture is CasePosture.IN_REMOVAL_PROCEEDINGS:
        found.append(Advice.HEARING)
    if facts.representation in {Representation.HAS_NOW_SECOND_OPINION, Representation.HAS_NON_LAWYER_HELPER}:
        found.append(Advice.CHECK_LAWYER)
    if facts.can_afford is CanAfford.YES:
        found.append(Advice.LOW_COST_LAWYER)
    return found


def directory_of(facts: Facts) -> str:
    """The page of groups near the person: a town's is the same for everybody who lives there."""
    language = spoken_to(facts.ui_language)
    place = facts.place
    return f"/{language}/find/{place.place_id}" if place and place.kind in FOUND_BY_ANYONE else f"/{language}/find"


def is_in_mexico(facts: Facts) -> bool:
    where = facts.place.country if facts.place else None
    return where == "MX" or (where is None and facts.posture is CasePosture.WAITING_IN_MEXICO)


def is_outside(facts: Facts) -> bool:
    """Whether the person is outside the United States, as far as they said."""
    where = facts.place.country if facts.place else None
    return facts.posture in OUTSIDE if where is None else where != "US"
