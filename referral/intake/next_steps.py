"""What a person can do now. Never empty: whoever asks, whatever the answer, there is a next step.

No sentence promises what nobody does: a letter comes to some only and says nothing, so all come back with the receipt.
Numbers, each to be confirmed by the operator before going live: 911 (emergencies, United States and Mexico), 988 (US
crisis line), 211 (US line for local help, FCC), Línea de la Vida 800 911 2000 (Mexico, gob.mx), and the detention
hotline of the American Bar Association, from the EOIR list that ships. Addresses are of public bodies (UNHCR, EOIR).
"""

from dataclasses import dataclass
from enum import Enum

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


class Advice(Enum):
    """What is said, as its kind, in English and in Spanish. One kind may have several sentences."""

    DANGER_US = (
        NextStepKind.CALL_EMERGENCY,
        "If someone may hurt you now, or you need a doctor now, call 911. You can ask for your language.",
        "Si alguien puede hacerle daño ahora, o necesita un médico ahora, llame al 911. Puede pedir su idioma.",
    )
    DANGER_ELSEWHERE = (
        NextStepKind.CALL_EMERGENCY,
        (
            "If someone may hurt you now, or you need a doctor now, call the emergency number of the country you are "
            "in. In Mexico it is 911."
        ),
        (
            "Si alguien puede hacerle daño ahora, o necesita un médico ahora, llame al número de emergencia del país "
            "donde está. En México es el 911."
        ),
    )
    CRISIS_US = (
        NextStepKind.CALL_HOTLINE,
        "If life feels too hard, you can call or text 988, day and night, free.",
        "Si siente que no puede más, llame o escriba al 988, de día o de noche, gratis.",
    )
    CRISIS_MEXICO = (
        NextStepKind.CALL_HOTLINE,
        "If life feels too hard, you can call the Línea de la Vida in Mexico, 800 911 2000, day and night, free.",
        "Si siente que no puede más, llame a la Línea de la Vida en México, 800 911 2000, de día o de noche, gratis.",
    )
    HELD = (
        NextStepKind.CALL_HOTLINE,
        (
            "If you are held: the detention hotline of the American Bar Association tells you how to act for yourself. "
            "From a phone in detention dial 2150#, from outside (855) 641-6081. It is free."
        ),
        (
            "Si está detenido: la línea de la American Bar Association le explica cómo defenderse. Desde un teléfono "
            "del centro marque 2150#, desde afuera (855) 641-6081. Es gratis."
        ),
    )
    AFRAID_OF_RETURN = (
        NextStepKind.SELF_HELP,
        "If you are afraid to go back, say so to the officer or the judge, in your language. Ask to be heard first.",
        "Si tiene miedo de regresar, dígaselo al oficial o al juez, en su idioma, y pida que lo escuchen antes.",
    )
    ALONE = (
        NextStepKind.SELF_HELP,
        (
            "If you are under 18 and alone, tell every official so, and ask for a lawyer for children. Stay with "
            "people you trust."
        ),
        (
            "Si tiene menos de 18 años y está solo, dígaselo a todo oficial y pida un abogado para niños. Quédese con "
            "gente de confianza."
        ),
    )
    NO_SHELTER_US = (
        NextStepKind.CALL_HOTLINE,
        "For a place to sleep tonight you can call 211. It is free and knows the shelters near you.",
        "Para un lugar donde dormir hoy puede llamar al 211. Es gratis y conoce los refugios cercanos.",
    )
    HEARING = (
        NextStepKind.SELF_HELP,
        "You can learn what happens in immigration court, and how to act, while you wait. Never miss a hearing.",
        "Mientras espera, puede aprender qué pasa en la corte de inmigración y qué hacer. No falte a una audiencia.",
    )
    NOT_SHARED = (
        NextStepKind.GIVE_MORE_INFORMATION,
        (
            "You did not allow us to pass your request on, so we send it to nobody. You can call the groups yourself, "
            "or send a new request in which you allow it."
        ),
        (
            "Usted no nos permitió compartir su solicitud, así que no la enviamos a nadie. Puede llamar a los grupos, "
            "o enviar otra solicitud en la que lo permita."
        ),
    )
    RECEIVED = (
        NextStepKind.WAIT_FOR_ANSWER,
        (
            "We have your request and look for a group that can help. Come back here with your receipt to see the "
            "answer."
        ),
        ("Tenemos su solicitud y buscamos un grupo que pueda ayudar. Vuelva aquí con su código para ver la respuesta."),
    )
    ASKED = (
        NextStepKind.WAIT_FOR_ANSWER,
        "We have asked a group for you. Come back here with your receipt to see its answer.",
        "Ya preguntamos a un grupo por usted. Vuelva aquí con su código para ver su respuesta.",
    )
    SAID_YES = (
        NextStepKind.WAIT_FOR_ANSWER,
        (
            "A group said yes. You see here which one. If you gave a safe contact and allowed it, they will reach you "
            "there. You can also call them."
        ),
        (
            "Un grupo dijo que sí. Aquí ve cuál es. Si dio un contacto seguro y lo permitió, le van a contactar. "
            "También puede llamarlos usted."
        ),
    )
    READ_BY_A_PERSON = (
        NextStepKind.GIVE_MORE_INFORMATION,
        "No group was found by itself. A person of the intake team reads your request and looks further.",
        "No encontramos un grupo automáticamente. Una persona del equipo lee su solicitud y sigue buscando.",
    )
    CLOSED = (
        NextStepKind.GIVE_MORE_INFORMATION,
        "This request is closed. If you still need help, you can send a new one.",
        "Esta solicitud está cerrada. Si todavía necesita ayuda, puede enviar otra.",
    )
    LOW_COST_LAWYER = (
        NextStepKind.LOW_COST_LAWYER,
        "Free help goes first to people who cannot pay. Ask the groups here about lawyers at low cost.",
        "La ayuda gratis es primero para quien no puede pagar. Pregunte por abogados de bajo costo.",
    )
    CHECK_LAWYER = (
        NextStepKind.CHECK_LAWYER,
        "In the United States a notary is not a lawyer. Check that the person who helps you may do so.",
        "En Estados Unidos un notario no es abogado. Compruebe que quien le ayuda tiene permiso para hacerlo.",
    )
    HELP_OUTSIDE_US = (
        NextStepKind.HELP_OUTSIDE_US,
        "Most groups here work inside the United States. In other countries the UN refugee agency can help.",
        "La mayoría de estos grupos trabaja en Estados Unidos. En otros países puede ayudar ACNUR.",
    )
    USE_DIRECTORY = (
        NextStepKind.USE_DIRECTORY,
        "Look at the groups near you. You can call them yourself. Ask first whether they take new people.",
        "Vea los grupos que están cerca. Usted puede llamarlos. Pregunte primero si aceptan personas.",
    )

    def __init__(self, kind: NextStepKind, english: str, spanish: str) -> None:
        self.kind = kind
        self.english = english
        self.spanish = spanish


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """One step, with words for the person."""

    advice: Advice
    url: str | None = None

    @property
    def kind(self) -> NextStepKind:
        return self.advice.kind

    def text(self, language: str) -> str:
        """The step in the person's language: English or Spanish; others read English until translated."""
        return self.advice.spanish if language.partition("-")[0] == "es" else self.advice.english


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
    language = "es" if (facts.ui_language or "").partition("-")[0] == "es" else "en"
    place = facts.place
    return f"/{language}/find/{place.place_id}" if place and place.kind in FOUND_BY_ANYONE else f"/{language}/find"


def is_in_mexico(facts: Facts) -> bool:
    where = facts.place.country if facts.place else None
    return where == "MX" or (where is None and facts.posture is CasePosture.WAITING_IN_MEXICO)


def is_outside(facts: Facts) -> bool:
    """Whether the person is outside the United States, as far as they said."""
    where = facts.place.country if facts.place else None
    return facts.posture in OUTSIDE if where is None else where != "US"
