"""The words of the pages that list groups near a place, once in each language they speak."""

from dataclasses import dataclass

from referral.directory.facts import FactGroup
from referral.directory.words import Openness, SaidBy
from referral.edges.web.serving import Who


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Every sentence of the pages; a language that lacks one cannot be made."""

    autonym: str
    demonstration: str
    title: str
    title_near: str
    title_in: str
    lead: str
    where: str
    where_hint: str
    search: str
    which: str
    not_known: str
    empty: str
    who: str
    for_whom: dict[Who, str]
    first: dict[Who, str]
    area_how: str
    maybe: str
    nearest: str
    listed_here: str
    counted: tuple[str, str]
    part: str
    next: str
    first_page: str
    none_within: str
    few_within: str
    few_there: str
    none_there: str
    nobody: str
    takes_people: str
    openness: dict[Openness, str]
    said_on: str
    ask: dict[str, str]
    not_stated: str
    where_is: str
    helps_with: str
    speaks: str
    call: str
    extension: str
    website: str
    email: str
    distance: str
    from_afar: str
    cost: str
    free: str
    not_free: str
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
    title_in="Help in",
    lead="Groups that help people who seek asylum. Each says below if its help is free.",
    where="Town, state, or ZIP code",
    where_hint="For example: Brownsville TX, 78520, Tijuana. What you write is not kept.",
    search="Search",
    which="Which one do you mean?",
    not_known="We do not know this place. Try a larger town, the state, or the ZIP code.",
    empty="Write a town, a state, or a ZIP code.",
    who="Who needs help?",
    for_whom={
        Who.ADULT: "An adult or a family",
        Who.CHILD: "A child or young person",
        Who.HELD: "Someone who is held (detained)",
    },
    first={
        Who.ADULT: "Groups only for children, or only for people who are held, are left out here.",
        Who.CHILD: "Groups that say they help children come first.",
        Who.HELD: "Groups that say they help people who are held come first.",
    },
    area_how="This is the whole area, so no distances are shown. For the nearest groups, search for your town.",
    maybe="Did you mean:",
    nearest="The nearest groups",
    listed_here="The groups",
    counted=("1 group", "{} groups"),
    part="This page shows {}.",
    next="Next page",
    first_page="To the first page",
    none_within="Nobody is listed within 300 km. These are the nearest:",
    few_within="Few are listed within 300 km. The next nearest:",
    few_there="Few are listed there. These are the nearest outside:",
    none_there="Nobody is listed there. These are the nearest outside:",
    nobody="Nobody is listed yet.",
    takes_people="Takes new people now?",
    openness={
        Openness.OPEN: "Yes",
        Openness.LIMITED: "A few",
        Openness.WAITLIST: "Waiting list",
        Openness.ASSESSMENT_NEEDED: "After a first talk",
        Openness.PAUSED: "Not now",
        Openness.CLOSED: "No",
        Openness.UNKNOWN: "Not known.",
    },
    said_on="They said so on",
    ask={"phone": "Call and ask.", "site": "Ask on their web site.", "mail": "Write and ask."},
    not_stated="Not stated.",
    where_is="Where",
    helps_with="Helps with",
    speaks="Languages",
    call="Call",
    extension="extension",
    website="Web site",
    email="E-mail",
    distance="away",
    from_afar="Helps from afar, by phone or online",
    cost="Cost",
    free="Free",
    not_free="Not free. Ask what it costs.",
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
    title_in="Ayuda en",
    lead="Grupos que ayudan a quien busca asilo. Abajo cada uno dice si su ayuda es gratis.",
    where="Ciudad, estado o código postal",
    where_hint="Por ejemplo: Brownsville TX, 78520, Tijuana. No guardamos lo que escribe.",
    search="Buscar",
    which="¿Cuál quiere decir?",
    not_known="No conocemos este lugar. Pruebe con una ciudad más grande, el estado o el código postal.",
    empty="Escriba una ciudad, un estado o un código postal.",
    who="¿Quién necesita ayuda?",
    for_whom={
        Who.ADULT: "Una persona adulta o una familia",
        Who.CHILD: "Un niño, una niña o un joven",
        Who.HELD: "Una persona detenida",
    },
    first={
        Who.ADULT: "Aquí no están los grupos que solo ayudan a niños, o solo a personas detenidas.",
        Who.CHILD: "Primero están los grupos que dicen que ayudan a niños y niñas.",
        Who.HELD: "Primero están los grupos que dicen que ayudan a personas detenidas.",
    },
    area_how="Es toda la zona: no se muestran distancias. Para ver los más cercanos, busque su ciudad.",
    maybe="¿Quiso decir:",
    nearest="Los grupos más cercanos",
    listed_here="Los grupos",
    counted=("1 grupo", "{} grupos"),
    part="Esta página muestra {}.",
    next="Página siguiente",
    first_page="A la primera página",
    none_within="No hay ninguno a menos de 300 km. Estos son los más cercanos:",
    few_within="Hay pocos a menos de 300 km. Los siguientes más cercanos:",
    few_there="Allí hay pocos. Estos son los más cercanos fuera:",
    none_there="Allí no hay ninguno. Estos son los más cercanos fuera:",
    nobody="Todavía no hay ninguno en la lista.",
    takes_people="¿Acepta personas ahora?",
    openness={
        Openness.OPEN: "Sí",
        Openness.LIMITED: "Pocas",
        Openness.WAITLIST: "Lista de espera",
        Openness.ASSESSMENT_NEEDED: "Después de una primera conversación",
        Openness.PAUSED: "Ahora no",
        Openness.CLOSED: "No",
        Openness.UNKNOWN: "No se sabe.",
    },
    said_on="Lo dijeron el",
    ask={"phone": "Llame y pregunte.", "site": "Pregunte en su sitio web.", "mail": "Escriba y pregunte."},
    not_stated="No lo dicen.",
    where_is="Dónde",
    helps_with="Ayuda con",
    speaks="Idiomas",
    call="Llamar",
    extension="extensión",
    website="Sitio web",
    email="Correo electrónico",
    distance="de distancia",
    from_afar="Ayuda a distancia, por teléfono o en línea",
    cost="Costo",
    free="Gratis",
    not_free="No es gratis. Pregunte cuánto cuesta.",
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
