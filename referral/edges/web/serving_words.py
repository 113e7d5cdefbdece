"""The words for whom an office serves, once in each language the pages speak."""

from dataclasses import dataclass

from referral.edges.web.limits import Limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Every sentence; a language that lacks one cannot be made."""

    limits: dict[Limit, str]
    under: str
    at_least: str
    between: str
    detained_only: str
    detained_too: str
    detained_not: str
    minors_only: str
    minors_under: str
    minors_too: str
    minors_not: str
    start: str
    steps: dict[str, str]
    own_words: str


ENGLISH = Words(
    limits={
        Limit.LOW_INCOME: "Only for people with little money.",
        Limit.RESIDENCE: "Only for people who live in certain places. Ask which.",
        Limit.GROUPS: "Only for certain groups of people. Ask which.",
        Limit.ASYLUM: "Only for people who ask for asylum.",
        Limit.FEAR: "Only for people who are afraid to go back to their country.",
        Limit.NOT_ASYLUM: "They do not help with asylum.",
        Limit.NO_CRIMES: "Not for people with a criminal record.",
        Limit.WOMEN: "Only for women.",
        Limit.MEN: "Only for men.",
        Limit.FAMILIES: "Only for families.",
    },
    under="Only for people under {} years old.",
    at_least="Only for people {} years old or older.",
    between="Only for people from {} to {} years old.",
    detained_only="Only for people who are held by immigration (detained).",
    detained_too="Also for people who are held by immigration (detained).",
    detained_not="Not for people who are held by immigration (detained).",
    minors_only="Only for children and young people.",
    minors_under="Only for children and young people under {} years old.",
    minors_too="Also for children.",
    minors_not="Not for children.",
    start="How to start",
    steps={
        "no walk-ins": "Do not come without an appointment.",
        "walk-ins accepted": "You can come without an appointment.",
        "by appointment; call first": "Call first to get an appointment.",
    },
    own_words="In their own words",
)

SPANISH = Words(
    limits={
        Limit.LOW_INCOME: "Solo para personas con poco dinero.",
        Limit.RESIDENCE: "Solo para quien vive en ciertos lugares. Pregunte cuáles.",
        Limit.GROUPS: "Solo para ciertos grupos de personas. Pregunte cuáles.",
        Limit.ASYLUM: "Solo para quien pide asilo.",
        Limit.FEAR: "Solo para quien tiene miedo de regresar a su país.",
        Limit.NOT_ASYLUM: "No ayudan con el asilo.",
        Limit.NO_CRIMES: "No es para personas con antecedentes penales.",
        Limit.WOMEN: "Solo para mujeres.",
        Limit.MEN: "Solo para hombres.",
        Limit.FAMILIES: "Solo para familias.",
    },
    under="Solo para menores de {} años.",
    at_least="Solo para personas de {} años o más.",
    between="Solo para personas de {} a {} años.",
    detained_only="Solo para personas detenidas por inmigración.",
    detained_too="También para personas detenidas por inmigración.",
    detained_not="No es para personas detenidas por inmigración.",
    minors_only="Solo para niños, niñas y jóvenes.",
    minors_under="Solo para niños, niñas y jóvenes menores de {} años.",
    minors_too="También para niños y niñas.",
    minors_not="No es para niños ni niñas.",
    start="Cómo empezar",
    steps={
        "no walk-ins": "No vaya sin cita.",
        "walk-ins accepted": "Puede ir sin cita.",
        "by appointment; call first": "Llame primero para pedir una cita.",
    },
    own_words="En sus propias palabras",
)

WORDS = {"en": ENGLISH, "es": SPANISH}
