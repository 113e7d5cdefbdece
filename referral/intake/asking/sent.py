"""What do the answers make? The same `Answers` that a program sends, so that one form checks both.

What was looked up stands beside the words it was found by: `place.id`, `country.code`, `speak_other.tag`. Words that
nobody could look up go into the sealed note, for the person who reads it.
"""

from datetime import date
from uuid import UUID

from referral.foundation.vocabulary import CasePosture, HelpType, ProtectionClaim
from referral.intake.asking.fields import SEVERAL, Given
from referral.intake.asking.questions import OTHER, REACHED, VOICE
from referral.intake.asking.reading import CHANNELS
from referral.intake.asking.way import kept
from referral.intake.form import Answers, OnBehalf, Person, SafeContact
from referral.intake.words import (
    AgeBand,
    CanAfford,
    ConsentScope,
    ContactChannel,
    Relationship,
    Representation,
    UrgencyCriterion,
    Wish,
)

MEXICO = "MX"
RELATIONS = {
    "family": Relationship.FAMILY,
    "friend": Relationship.FRIEND,
    "worker": Relationship.CASE_WORKER,
    "teacher": Relationship.TEACHER,
    "lawyer": Relationship.LAWYER,
    OTHER: Relationship.OTHER,
}
LAWYERS = {"no": Representation.NONE, "unsure": Representation.UNSURE}
WITH_A_LAWYER = {
    "different": Representation.HAS_NOW_SECOND_OPINION,
    "asked": Representation.HAS_NOW_SECOND_OPINION,
    "check": Representation.HAS_NON_LAWYER_HELPER,
}
PAYING = {"no": CanAfford.NO, "little": CanAfford.PARTLY, "yes": CanAfford.YES}
AGES = {"adult": AgeBand.ADULT, "child": AgeBand.UNDER_18}
DANGERS = {"hurt": UrgencyCriterion.IMMEDIATE_DANGER_TO_LIFE, "officers": UrgencyCriterion.IMMINENT_REMOVAL}
HEARINGS = {
    "week": UrgencyCriterion.HEARING_WITHIN_14D,
    "month": UrgencyCriterion.HEARING_WITHIN_60D,
    "later": UrgencyCriterion.HEARING_LATER,
}
ARRIVALS = {
    "under_12": UrgencyCriterion.ONE_YEAR_DEADLINE_WITHIN_90D,
    "over_12": UrgencyCriterion.ONE_YEAR_DEADLINE_PASSED,
}
KINDS = {
    "asylum": (HelpType.LEGAL_ASYLUM,),
    "afraid": (HelpType.LEGAL_ASYLUM,),
    "court": (HelpType.LEGAL_REMOVAL_DEFENSE,),
    "hurt": (HelpType.LEGAL_VAWA_U, HelpType.LEGAL_TRAFFICKING_T),
    OTHER: (HelpType.LEGAL_OTHER,),
    "unsure": (HelpType.LEGAL_ASYLUM,),
}
CLAIMS = {
    "asylum": (ProtectionClaim.ASYLUM,),
    "afraid": (ProtectionClaim.ASYLUM, ProtectionClaim.WITHHOLDING_OF_REMOVAL, ProtectionClaim.CAT),
    "court": (ProtectionClaim.UNSURE,),
    "hurt": (ProtectionClaim.U_VISA, ProtectionClaim.T_VISA),
    OTHER: (ProtectionClaim.OTHER,),
    "unsure": (ProtectionClaim.UNSURE,),
}
NO_KIND = "unsure"  # who passes it over is on a form about asylum
WISHES = {"woman": (Wish.INTERPRETER_WOMAN,), "man": (Wish.INTERPRETER_MAN,)}
AGREED = {
    "yes": (ConsentScope.MATCH_AUTOMATICALLY, ConsentScope.SHARE_SUMMARY, ConsentScope.SHARE_CONTACT),
    # Staff ask first, and write down each yes as they hear it (triage.consenting).
    "ask": (),
    "no": (),
}


def answers_of(given: Given, *, key: str, ui_language: str) -> Answers:
    """The request in these answers; `way.is_whole` has said that it can be sent."""
    said = kept(given)
    kinds = [one for one in said.get("kind", "").split(SEVERAL) if one] or [NO_KIND]
    speaks, reads = spoken(said, ui_language), said.get("read")
    return Answers(
        idempotency_key=key,
        representation=lawyer(said),
        can_afford=PAYING.get(said.get("pay", ""), CanAfford.PREFER_NOT_TO_SAY),
        help_types=tuple(dict.fromkeys([*(one for kind in kinds for one in KINDS[kind]), *of_situation(said)])),
        languages=(speaks,),
        consents=consents(said),
        claims=tuple(dict.fromkeys(claim for kind in kinds for claim in CLAIMS[kind])),
        posture=posture(said),
        reading_language=reads if reads and reads != VOICE else None,
        needs_interpreter={"yes": True, "no": False}.get(said.get("interp", "")),
        wishes=WISHES.get(said.get("interp_who", ""), ()) if said.get("interp") == "yes" else (),
        country=said.get("country.code"),
        age=AGES.get(said.get("age", ""), AgeBand.UNKNOWN),
        circumstances=tuple(circumstances(said)),
        next_hearing_on=day_of(said["court_day"]) if "court_day" in said else None,
        person=person(said),
        on_behalf=helper(said),
        ui_language=ui_language,
        near=place_of(said),
    )


def day_of(said: str) -> date:
    """A day as `reading` keeps it."""
    return date.fromisoformat(said)


def place_of(given: Given) -> str | None:
    """The id of the place where somebody is, as it was found or chosen."""
    return next((given[name] for name in ("facility.id", "port.id", "place.id") if given.get(name)), None)


def place_id(answers: Answers) -> UUID | None:
    return UUID(answers.near) if answers.near else None


def lawyer(said: Given) -> Representation:
    if said.get("lawyer") == "yes":
        return WITH_A_LAWYER.get(said.get("lawyer_why", ""), Representation.HAS_NOW_SECOND_OPINION)
    return LAWYERS.get(said.get("lawyer", ""), Representation.UNSURE)


def spoken(said: Given, ui_language: str) -> str:
    """The language spoken best. One that nobody knows is in the note; then what is read stands in, so that staff see
    at least a way to answer.
    """
    if said.get("speak") != OTHER:
        return said.get("speak") or ui_language
    reads = said.get("read", VOICE)
    return said.get("speak_other.tag") or (ui_language if reads == VOICE else reads)


def posture(said: Given) -> CasePosture:
    """Where the case stands, as far as it was said; being held counts before anything else."""
    if said.get("held") == "yes":
        return CasePosture.DETAINED_ICE
    if said.get("where") == "no":
        waits = said.get("port.country") == MEXICO
        return CasePosture.WAITING_IN_MEXICO if waits else CasePosture.NOT_YET_ENTERED
    match said.get("court"):
        case "court":
            return CasePosture.IN_REMOVAL_PROCEEDINGS
        case "interview":
            return CasePosture.AFFIRMATIVE_PENDING
        case _:
            return CasePosture.UNKNOWN


def circumstances(said: Given) -> list[UrgencyCriterion]:
    found = [
        *([DANGERS[said["danger"]]] if said.get("danger") in DANGERS else []),
        *([ARRIVALS[said["arrive"]]] if said.get("arrive") in ARRIVALS else []),
    ]
    if said.get("fear") == "date":
        found.append(UrgencyCriterion.FEAR_INTERVIEW_WITHIN_7D)
    if "court_day" not in said and (when := HEARINGS.get(said.get("court_when", ""))):
        found.append(when)
    if is_alone(said):
        found.append(UrgencyCriterion.UNACCOMPANIED_CHILD)
    if said.get("shelter") == "no":
        found.append(UrgencyCriterion.NO_SHELTER_TONIGHT)
    return found


def is_alone(said: Given) -> bool:
    """A child without a parent, as far as it was said: who does not know is treated as one."""
    return said.get("age") == "child" and said.get("adult") in {"no", "unsure"}


def of_situation(said: Given) -> list[HelpType]:
    """Help that follows from where somebody is, beside what was asked for."""
    found: list[HelpType] = []
    if said.get("held") == "yes":
        found.append(HelpType.LEGAL_DETENTION_BOND)
    if is_alone(said):
        found.append(HelpType.LEGAL_UAC_SIJS)
    if said.get("shelter") == "no":
        found.append(HelpType.HUM_SHELTER)
    return found


def consents(said: Given) -> tuple[ConsentScope, ...]:
    reached = (ConsentScope.NOTIFY_ME,) if said.get("contact") in REACHED else ()
    return (*AGREED[said["consent"]], *reached)


def helper(said: Given) -> OnBehalf | None:
    if said.get("who", "me") == "me":
        return None
    return OnBehalf(relationship=RELATIONS[said["relation"]], person_knows=said["knows"] == "yes")


def person(said: Given) -> Person:
    return Person(name=said.get("name"), contacts=contacts(said), note=note(said) or None)


def contacts(said: Given) -> tuple[SafeContact, ...]:
    channel = CHANNELS[said["contact"]]
    if channel is ContactChannel.RECEIPT_ONLY:
        return (SafeContact(channel=channel),)
    value = ", ".join(filter(None, (said.get("contact_who"), said.get("contact_to"))))
    return (
        SafeContact(
            channel=channel,
            value=value if channel is ContactChannel.HELPER else said.get("contact_to", ""),
            may_leave_message=said.get("message") == "yes",
            may_say_who_we_are=said.get("announce") == "yes",
            safe_times=said["times"].replace(SEVERAL, ", ") if "times" in said else None,
        ),
    )


def note(said: Given) -> str:
    """What only a person can read: what was written, and words that nothing was found for."""
    lines = [said.get("more", "")]
    lines += [
        f"{label}: {said[name]}"
        for label, name, found in (
            ("Held at", "facility", "facility.id"),
            ("Is near", "port", "port.id"),
            ("Lives near", "place", "place.id"),
            ("Country", "country", "country.code"),
            ("Speaks", "speak_other", "speak_other.tag"),
            ("Home town, for the language", "speak_town", ""),
            ("To understand each other", "interp_need", ""),
        )
        if said.get(name) and not said.get(found)
    ]
    lines += ["Has been asked why they are afraid to go back."] if said.get("fear") == "yes" else []
    lines += ["Reads little: please use voice."] if said.get("read") == VOICE else []
    lines += ["Ask first each time before anything is shown to a group."] if said.get("consent") == "ask" else []
    return "\n".join(line for line in lines if line)
