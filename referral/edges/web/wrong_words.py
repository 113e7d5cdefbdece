"""The words of the page where anyone says what is wrong with a listing, once in each language it speaks."""

from dataclasses import dataclass

from referral.directory.words import ReportReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What that page says beside the words that it shares with the page it is reached from."""

    title: str
    lead: str
    which: str
    reasons: dict[ReportReason, str]
    note: str
    note_hint: str
    choose: str
    too_long: str
    enough: str
    send: str
    thanks: str
    next: str


ENGLISH = Words(
    title="What is wrong with this listing?",
    lead="Somebody of our team reads what you send. We do not know who you are, and we cannot answer.",
    which="What is wrong?",
    reasons={
        ReportReason.WRONG_CONTACT: "The phone or web site does not work",
        ReportReason.WRONG_PLACE: "They are not at this place",
        ReportReason.NOT_TAKING_PEOPLE: "They take nobody new",
        ReportReason.WRONG_LANGUAGE: "They do not speak the language listed",
        ReportReason.OUTSIDE_SERVICE: "They do not help in this area, or not with this kind of case",
        ReportReason.CLOSED_FOR_GOOD: "They have closed for good",
        ReportReason.ASKED_FOR_MONEY: "They asked for money they should not ask for",
        ReportReason.NOT_REAL: "They are not who they say they are",
        ReportReason.OTHER: "Something else",
    },
    note="What did you see? (optional)",
    note_hint="Please write no names, numbers or addresses of people.",
    choose="Choose one.",
    too_long="Please write less: at most 500 characters.",
    enough="Others have told us already, and somebody will look. Thank you.",
    send="Send",
    thanks="Thank you. Somebody will look.",
    next="If you are in danger, call 911 in the United States or in Mexico.",
)

SPANISH = Words(
    title="¿Qué está mal en estos datos?",
    lead="Una persona de nuestro equipo lee lo que usted envía. No sabemos quién es y no podemos responder.",
    which="¿Qué está mal?",
    reasons={
        ReportReason.WRONG_CONTACT: "El teléfono o el sitio web no funciona",
        ReportReason.WRONG_PLACE: "No están en este lugar",
        ReportReason.NOT_TAKING_PEOPLE: "No aceptan personas nuevas",
        ReportReason.WRONG_LANGUAGE: "No hablan el idioma que dice la lista",
        ReportReason.OUTSIDE_SERVICE: "No ayudan en esta zona, o no con este tipo de caso",
        ReportReason.CLOSED_FOR_GOOD: "Cerraron para siempre",
        ReportReason.ASKED_FOR_MONEY: "Pidieron dinero que no deben pedir",
        ReportReason.NOT_REAL: "No son quienes dicen ser",
        ReportReason.OTHER: "Otra cosa",
    },
    note="¿Qué vio usted? (opcional)",
    note_hint="Por favor no escriba nombres, números ni direcciones de personas.",
    choose="Elija una.",
    too_long="Por favor escriba menos: 500 caracteres como máximo.",
    enough="Otras personas ya nos avisaron y alguien lo va a revisar. Gracias.",
    send="Enviar",
    thanks="Gracias. Alguien lo va a revisar.",
    next="Si está en peligro, llame al 911 en Estados Unidos o en México.",
)

WORDS = {"en": ENGLISH, "es": SPANISH}
