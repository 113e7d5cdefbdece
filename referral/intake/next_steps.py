"""What a person can do now. Never empty: whoever asks, whatever the answer, there is a next step.

Numbers: 911 and 988 are the US emergency and crisis lines; addresses are of public bodies (UNHCR, the US Department
of Justice's list of recognized organizations). An operator confirms them before going live.
"""

from dataclasses import dataclass

from referral.foundation.vocabulary import CasePosture, Word
from referral.intake.form import Facts
from referral.intake.words import CanAfford, HelpRequestStatus, Representation, UrgencyCriterion

DANGER = frozenset(
    {
        UrgencyCriterion.IMMEDIATE_DANGER_TO_LIFE,
        UrgencyCriterion.MEDICAL_EMERGENCY,
        UrgencyCriterion.TRAFFICKING_IN_PROGRESS,
        UrgencyCriterion.KIDNAPPING_OR_EXTORTION_THREAT,
    }
)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """One step, with words for the person."""

    kind: NextStepKind
    url: str | None = None

    def text(self, language: str) -> str:
        """The step in the person's language: English or Spanish; others read English until translated."""
        sentences = SENTENCES[self.kind]
        return sentences["es" if language.partition("-")[0] == "es" else "en"]


SENTENCES: dict[NextStepKind, dict[str, str]] = {
    NextStepKind.CALL_EMERGENCY: {
        "en": "If someone may hurt you now, or you need a doctor now, call 911. You can ask for your language.",
        "es": "Si alguien puede hacerle daño ahora, o necesita un médico ahora, llame al 911. Puede pedir su idioma.",
    },
    NextStepKind.USE_DIRECTORY: {
        "en": "Look in the directory. You can call the groups near you yourself. Their help is free.",
        "es": "Busque en el directorio. Usted puede llamar a los grupos que están cerca. Su ayuda es gratis.",
    },
    NextStepKind.WAIT_FOR_ANSWER: {
        "en": "We have your request and will answer. Keep your receipt: with it you can see the answer here.",
        "es": "Tenemos su solicitud y le vamos a responder. Guarde su código: con él puede ver la respuesta aquí.",
    },
    NextStepKind.LOW_COST_LAWYER: {
        "en": "Free help goes first to people who cannot pay. Ask the groups here about lawyers at low cost.",
        "es": "La ayuda gratis es primero para quien no puede pagar. Pregunte por abogados de bajo costo.",
    },
    NextStepKind.CHECK_LAWYER: {
        "en": "In the United States a notary is not a lawyer. Check that the person who helps you may do so.",
        "es": "En Estados Unidos un notario no es abogado. Compruebe que quien le ayuda tiene permiso para hacerlo.",
    },
    NextStepKind.HELP_OUTSIDE_US: {
        "en": "Most groups here work inside the United States. In other countries the UN refugee agency can help.",
        "es": "La mayoría de estos grupos trabaja en Estados Unidos. En otros países puede ayudar ACNUR.",
    },
    NextStepKind.SELF_HELP: {
        "en": "You can learn what happens in immigration court, and how to act, while you wait.",
        "es": "Mientras espera, puede aprender qué pasa en la corte de inmigración y qué puede hacer.",
    },
    NextStepKind.GIVE_MORE_INFORMATION: {
        "en": "Someone at the intake team will look at your request. They may ask you for one more thing.",
        "es": "Una persona del equipo va a leer su solicitud. Puede ser que le pida un dato más.",
    },
    NextStepKind.CALL_HOTLINE: {
        "en": "If life feels too hard, you can call or text 988, day and night, free, in the United States.",
        "es": "Si siente que no puede más, llame o escriba al 988, de día o de noche, gratis, en Estados Unidos.",
    },
}
URLS = {
    NextStepKind.CHECK_LAWYER: "https://www.justice.gov/eoir/recognition-and-accreditation-program",
    NextStepKind.HELP_OUTSIDE_US: "https://help.unhcr.org/",
    NextStepKind.USE_DIRECTORY: "/",
}
OUTSIDE = frozenset({CasePosture.NOT_YET_ENTERED, CasePosture.WAITING_IN_MEXICO, CasePosture.EXPELLED_OR_RETURNED})


def next_steps(facts: Facts, status: HelpRequestStatus) -> tuple[NextStep, ...]:
    """What to do now, the most pressing first."""
    kinds: list[NextStepKind] = []
    if facts.circumstances & DANGER:
        kinds += [NextStepKind.CALL_EMERGENCY, NextStepKind.CALL_HOTLINE]
    if status is not HelpRequestStatus.CLOSED:
        kinds.append(NextStepKind.WAIT_FOR_ANSWER)
    if status in {HelpRequestStatus.IN_TRIAGE, HelpRequestStatus.NEEDS_INFO}:
        kinds.append(NextStepKind.GIVE_MORE_INFORMATION)
    if is_outside(facts):
        kinds.append(NextStepKind.HELP_OUTSIDE_US)
    if facts.representation in {Representation.HAS_NOW_SECOND_OPINION, Representation.HAS_NON_LAWYER_HELPER}:
        kinds.append(NextStepKind.CHECK_LAWYER)
    if facts.can_afford is CanAfford.YES:
        kinds.append(NextStepKind.LOW_COST_LAWYER)
    kinds.append(NextStepKind.USE_DIRECTORY)
    return tuple(NextStep(kind=kind, url=URLS.get(kind)) for kind in kinds)


def is_outside(facts: Facts) -> bool:
    """Whether the person is outside the United States, as far as they said."""
    return facts.posture in OUTSIDE or (facts.place is not None and facts.place.country not in {None, "US"})
