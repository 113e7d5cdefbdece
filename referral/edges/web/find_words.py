"""The words of the pages that list groups near a place, once in each language they speak."""

from dataclasses import dataclass

from referral.directory.words import Openness, ReportReason
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
    confirm: str
    fraud: str
    again: str
    wrong: str
    wrong_title: str
    wrong_lead: str
    wrong_which: str
    wrong_reasons: dict[ReportReason, str]
    wrong_note: str
    wrong_note_hint: str
    wrong_choose: str
    wrong_too_long: str
    wrong_enough: str
    wrong_send: str
    wrong_thanks: str
    wrong_next: str
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
    confirm="Confirm by phone before you travel. What is listed here may have changed.",
    fraud="In the United States a notary is not a lawyer. Pay nobody who promises you papers.",
    again="Search another place",
    wrong="Something here is wrong",
    wrong_title="What is wrong with this listing?",
    wrong_lead="Somebody of our team reads what you send. We do not know who you are, and we cannot answer.",
    wrong_which="What is wrong?",
    wrong_reasons={
        ReportReason.WRONG_CONTACT: "The phone or web site does not work",
        ReportReason.WRONG_PLACE: "They are not at this place",
        ReportReason.NOT_TAKING_PEOPLE: "They take nobody new",
        ReportReason.WRONG_LANGUAGE: "They do not speak the language listed",
        ReportReason.CLOSED_FOR_GOOD: "They have closed for good",
        ReportReason.ASKED_FOR_MONEY: "They asked for money they should not ask for",
        ReportReason.NOT_REAL: "They are not who they say they are",
        ReportReason.OTHER: "Something else",
    },
    wrong_note="What did you see? (optional)",
    wrong_note_hint="Please write no names, numbers or addresses of people.",
    wrong_choose="Choose one.",
    wrong_too_long="Please write less: at most 500 characters.",
    wrong_enough="Others have told us already, and somebody will look. Thank you.",
    wrong_send="Send",
    wrong_thanks="Thank you. Somebody will look.",
    wrong_next="If you are in danger, call 911 in the United States or in Mexico.",
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
    confirm="Confirme por teléfono antes de viajar. Lo que dice esta lista puede haber cambiado.",
    fraud="En Estados Unidos un notario no es abogado. No pague a quien le promete papeles.",
    again="Buscar otro lugar",
    wrong="Algo aquí está mal",
    wrong_title="¿Qué está mal en estos datos?",
    wrong_lead="Una persona de nuestro equipo lee lo que usted envía. No sabemos quién es y no podemos responder.",
    wrong_which="¿Qué está mal?",
    wrong_reasons={
        ReportReason.WRONG_CONTACT: "El teléfono o el sitio web no funciona",
        ReportReason.WRONG_PLACE: "No están en este lugar",
        ReportReason.NOT_TAKING_PEOPLE: "No aceptan personas nuevas",
        ReportReason.WRONG_LANGUAGE: "No hablan el idioma que dice la lista",
        ReportReason.CLOSED_FOR_GOOD: "Cerraron para siempre",
        ReportReason.ASKED_FOR_MONEY: "Pidieron dinero que no deben pedir",
        ReportReason.NOT_REAL: "No son quienes dicen ser",
        ReportReason.OTHER: "Otra cosa",
    },
    wrong_note="¿Qué vio usted? (opcional)",
    wrong_note_hint="Por favor no escriba nombres, números ni direcciones de personas.",
    wrong_choose="Elija una.",
    wrong_too_long="Por favor escriba menos: 500 caracteres como máximo.",
    wrong_enough="Otras personas ya nos avisaron y alguien lo va a revisar. Gracias.",
    wrong_send="Enviar",
    wrong_thanks="Gracias. Alguien lo va a revisar.",
    wrong_next="Si está en peligro, llame al 911 en Estados Unidos o en México.",
    languages="Idiomas",
    skip="Ir al contenido",
    footer="No somos el gobierno. Nada en estas páginas es consejo legal.",
)

WORDS = {"en": ENGLISH, "es": SPANISH}
