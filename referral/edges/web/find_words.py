"""The words of the pages that list groups near a place, once in each language they speak."""

from dataclasses import dataclass

from referral.directory.facts import FactGroup
from referral.directory.words import Openness, SaidBy


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Every sentence of the pages; a language that lacks one cannot be made."""

    autonym: str
    demonstration: str
    title: str
    title_near: str
    lead: str
    where: str
    where_hint: str
    search: str
    which: str
    not_known: str
    empty: str
    nearest: str
    none_within: str
    nobody: str
    takes_people: str
    openness: dict[Openness, str]
    said_on: str
    helps_with: str
    speaks: str
    speaks_not_stated: str
    call: str
    website: str
    distance: str
    from_afar: str
    free: str
    listed_by: str
    listed_on: str
    newer: str
    groups: dict[FactGroup, str]
    said_by: dict[SaidBy, str]
    confirm: str
    fraud: str
    again: str
    wrong: str
    languages: str
    skip: str
    footer: str


ENGLISH = Words(
    autonym="English",
    demonstration="Demonstration: the offices are real, but who takes new people, and every request, is made up here.",
    title="Find help near you",
    title_near="Help near",
    lead="Groups that help people who seek asylum, the nearest first. Their help may be free: ask when you call.",
    where="Town, state, or ZIP code",
    where_hint="For example: Brownsville TX, 78520, Tijuana. What you write is not kept.",
    search="Search",
    which="Which one do you mean?",
    not_known="We do not know this place. Try a larger town, the state, or the ZIP code.",
    empty="Write a town, a state, or a ZIP code.",
    nearest="The nearest groups",
    none_within="Nobody is listed within 300 km. These are the nearest:",
    nobody="Nobody is listed yet.",
    takes_people="Takes new people now?",
    openness={
        Openness.OPEN: "Yes",
        Openness.LIMITED: "A few",
        Openness.WAITLIST: "Waiting list",
        Openness.ASSESSMENT_NEEDED: "After a first talk",
        Openness.PAUSED: "Not now",
        Openness.CLOSED: "No",
        Openness.UNKNOWN: "Not known. Call and ask.",
    },
    said_on="They said so on",
    helps_with="Helps with",
    speaks="Languages",
    speaks_not_stated="Not stated. Call and ask.",
    call="Call",
    website="Web site",
    distance="away",
    from_afar="Helps from afar, by phone or online",
    free="Free",
    listed_by="From",
    listed_on="of",
    newer="Newer than that list:",
    groups={
        FactGroup.CONTACT: "name and phone",
        FactGroup.PLACE: "address",
        FactGroup.HOURS: "hours",
        FactGroup.LANGUAGES: "languages",
        FactGroup.SERVICES: "what they do",
    },
    said_by={
        SaidBy.PROVIDER: "said by the office",
        SaidBy.PARTNER: "said by the office",
        SaidBy.STAFF: "looked up by our team",
    },
    confirm="Confirm by phone before you travel. What is listed here may have changed.",
    fraud="In the United States a notary is not a lawyer. Pay nobody who promises you papers.",
    again="Search another place",
    wrong="Something here is wrong",
    languages="Languages",
    skip="Skip to the content",
    footer="We are not the government. Nothing on these pages is legal advice.",
)

SPANISH = Words(
    autonym="Español",
    demonstration="Demostración: las oficinas son reales; quién acepta personas, y cada solicitud, es inventado aquí.",
    title="Busque ayuda cerca de usted",
    title_near="Ayuda cerca de",
    lead="Grupos que ayudan a quien busca asilo, los más cercanos primero. Puede ser gratis: pregunte al llamar.",
    where="Ciudad, estado o código postal",
    where_hint="Por ejemplo: Brownsville TX, 78520, Tijuana. No guardamos lo que escribe.",
    search="Buscar",
    which="¿Cuál quiere decir?",
    not_known="No conocemos este lugar. Pruebe con una ciudad más grande, el estado o el código postal.",
    empty="Escriba una ciudad, un estado o un código postal.",
    nearest="Los grupos más cercanos",
    none_within="No hay ninguno a menos de 300 km. Estos son los más cercanos:",
    nobody="Todavía no hay ninguno en la lista.",
    takes_people="¿Acepta personas ahora?",
    openness={
        Openness.OPEN: "Sí",
        Openness.LIMITED: "Pocas",
        Openness.WAITLIST: "Lista de espera",
        Openness.ASSESSMENT_NEEDED: "Después de una primera conversación",
        Openness.PAUSED: "Ahora no",
        Openness.CLOSED: "No",
        Openness.UNKNOWN: "No se sabe. Llame y pregunte.",
    },
    said_on="Lo dijeron el",
    helps_with="Ayuda con",
    speaks="Idiomas",
    speaks_not_stated="No lo dicen. Llame y pregunte.",
    call="Llamar",
    website="Sitio web",
    distance="de distancia",
    from_afar="Ayuda a distancia, por teléfono o en línea",
    free="Gratis",
    listed_by="De",
    listed_on="del",
    newer="Más nuevo que esa lista:",
    groups={
        FactGroup.CONTACT: "nombre y teléfono",
        FactGroup.PLACE: "dirección",
        FactGroup.HOURS: "horario",
        FactGroup.LANGUAGES: "idiomas",
        FactGroup.SERVICES: "qué hacen",
    },
    said_by={
        SaidBy.PROVIDER: "lo dijo la oficina",
        SaidBy.PARTNER: "lo dijo la oficina",
        SaidBy.STAFF: "lo buscó nuestro equipo",
    },
    confirm="Confirme por teléfono antes de viajar. Lo que dice esta lista puede haber cambiado.",
    fraud="En Estados Unidos un notario no es abogado. No pague a quien le promete papeles.",
    again="Buscar otro lugar",
    wrong="Algo aquí está mal",
    languages="Idiomas",
    skip="Ir al contenido",
    footer="No somos el gobierno. Nada en estas páginas es consejo legal.",
)

WORDS = {"en": ENGLISH, "es": SPANISH}
