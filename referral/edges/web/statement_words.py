"""The words of the page where a provider says whether it takes new people, once in each language it speaks."""

from dataclasses import dataclass

from referral.directory.words import CapacityUnit, Openness


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Every sentence of the page; a language that lacks one cannot be made. Moments and numbers stand in braces."""

    autonym: str
    title: str
    problem: str
    there_is_a_problem: str
    problems: dict[str, str]
    thanks: str
    thanks_more: str
    about: str
    shown_today: str
    new_people: str
    openness: dict[Openness, str]
    said: str
    said_on: str
    hours_ago: str
    a_day_ago: str
    days_ago: str
    shown_until: str
    not_shown: str
    free: str
    free_for: str
    now: str
    count: str
    how_many: str
    how_many_hint: str
    of_what: str
    units: dict[CapacityUnit, str]
    buttons: dict[Openness, str]
    pause: str
    pause_until: str
    pause_hint: str
    pause_button: str
    day: str
    month: str
    year: str
    facts: str
    facts_link: str
    letters: str
    letters_come: str
    letters_address: str
    ask_no_more: str
    letters_ended: str
    ask_again: str
    no_link: str
    no_link_what: str
    too_late: str
    too_late_what: str
    not_listed: str
    not_listed_what: str
    languages: str
    skip: str
    footer: str


ENGLISH = Words(
    autonym="English",
    title="Do you take new people?",
    problem="Problem",
    there_is_a_problem="There is a problem.",
    problems={
        "UNKNOWN": "Choose one of the buttons.",
        "NOT_A_NUMBER": "Write a number, such as 3, or leave it empty.",
        "TOO_MANY": "Write a number up to 100000.",
        "NOT_A_DATE": "Write a day, such as 3, with its month and year.",
        "OUT_OF_RANGE": "Choose a date after today, at most a year ahead.",
    },
    thanks="Thank you. We have it.",
    thanks_more="Say it again whenever it changes, by the same link.",
    about="This is about",
    shown_today="What we show today",
    new_people="New people",
    openness={one: one.meaning for one in Openness},
    said="You said so",
    said_on="You said last",
    hours_ago="today",
    a_day_ago="a day ago",
    days_ago="{} days ago",
    shown_until="We show it until {}, then as not known.",
    not_shown="That is too long ago to be shown.",
    free="{} free",
    free_for="for:",
    now="Now",
    count="Say how many, if you count",
    how_many="How many new ones can you take?",
    how_many_hint="It counts when you take new people. Leave it empty if you do not count. Each offer we send you "
    "holds one place.",
    of_what="Of what?",
    units={one: one.meaning.rstrip(".") for one in CapacityUnit},
    buttons={
        Openness.OPEN: "Yes, taking people",
        Openness.LIMITED: "Only a few",
        Openness.CLOSED: "Not now",
        Openness.WAITLIST: "Waiting list only",
    },
    pause="Not until a date",
    pause_until="From when on do you take new people again?",
    pause_hint="Until that day we show that you take nobody. From then on we show it as not known.",
    pause_button="Pause until then",
    day="Day",
    month="Month",
    year="Year",
    facts="What we show about you",
    facts_link="Correct your phone, address or other facts",
    letters="Letters",
    letters_come="Before your answer gets too old we may ask you by mail, once a week at most.",
    letters_address="The button goes for all listings with the same address.",
    ask_no_more="Do not ask again",
    letters_ended="You asked us not to write again, so we do not. This page goes on working until its link runs out.",
    ask_again="Do ask again",
    no_link="This is not one of our links",
    no_link_what="Copy all of the link in the letter, to its last letter.",
    too_late="This link has run out",
    too_late_what="Links work for a limited time. Wait for the next letter, or ask us for a new link.",
    not_listed="This listing is not published",
    not_listed_what="It was taken out of the directory. There is nothing left for you to do.",
    languages="Languages",
    skip="Skip to the content",
    footer="We are not the government. Nothing on these pages is legal advice.",
)

SPANISH = Words(
    autonym="Español",
    title="¿Reciben a personas nuevas?",
    problem="Problema",
    there_is_a_problem="Hay un problema.",
    problems={
        "UNKNOWN": "Elija uno de los botones.",
        "NOT_A_NUMBER": "Escriba un número, como 3, o déjelo vacío.",
        "TOO_MANY": "Escriba un número hasta 100000.",
        "NOT_A_DATE": "Escriba un día, como 3, con su mes y año.",
        "OUT_OF_RANGE": "Elija una fecha después de hoy, a más tardar en un año.",
    },
    thanks="Gracias. Lo hemos anotado.",
    thanks_more="Dígalo otra vez cuando cambie, con el mismo enlace.",
    about="Se trata de",
    shown_today="Lo que mostramos hoy",
    new_people="Personas nuevas",
    openness={
        Openness.OPEN: "Recibe a personas nuevas ahora.",
        Openness.LIMITED: "Recibe a pocas personas nuevas, o con condiciones.",
        Openness.WAITLIST: "Ahora no; hay lista de espera.",
        Openness.ASSESSMENT_NEEDED: "Decide después de una primera conversación.",
        Openness.PAUSED: "No recibe a nadie hasta una fecha.",
        Openness.CLOSED: "No recibe a nadie.",
        Openness.UNKNOWN: "No se ha dicho, o hace demasiado tiempo: llame primero.",
    },
    said="Lo dijeron",
    said_on="Lo dijeron por última vez",
    hours_ago="hoy",
    a_day_ago="hace un día",
    days_ago="hace {} días",
    shown_until="Lo mostramos hasta el {}; después, como no se sabe.",
    not_shown="Hace demasiado tiempo para mostrarlo.",
    free="{} libres",
    free_for="para:",
    now="Ahora",
    count="Diga a cuántas, si llevan la cuenta",
    how_many="¿A cuántas personas nuevas pueden recibir?",
    how_many_hint="Cuenta si reciben a personas nuevas. Déjelo vacío si no cuentan. Cada solicitud que les enviamos "
    "guarda un lugar.",
    of_what="¿De qué?",
    units={
        CapacityUnit.INTAKE_SLOTS_WEEK: "Primeras citas por semana",
        CapacityUnit.CONSULTATIONS_WEEK: "Consultas por semana",
        CapacityUnit.FULL_CASES: "Casos completos",
        CapacityUnit.HOTLINE_CALLS_DAY: "Llamadas a la línea de ayuda por día",
        CapacityUnit.BEDS_TONIGHT: "Camas para esta noche",
        CapacityUnit.BEDS_LONGER: "Camas para más tiempo",
        CapacityUnit.SEATS_TRANSPORT_DAY: "Asientos de transporte por día",
        CapacityUnit.EVALUATIONS_MONTH: "Evaluaciones por mes",
        CapacityUnit.INTERPRETER_HOURS_WEEK: "Horas de intérprete por semana",
    },
    buttons={
        Openness.OPEN: "Sí, recibimos a personas",
        Openness.LIMITED: "Solo a pocas",
        Openness.CLOSED: "Ahora no",
        Openness.WAITLIST: "Solo lista de espera",
    },
    pause="No hasta una fecha",
    pause_until="¿Desde cuándo vuelven a recibir a personas?",
    pause_hint="Hasta ese día mostramos que no reciben a nadie. Desde entonces, como no se sabe.",
    pause_button="Pausa hasta entonces",
    day="Día",
    month="Mes",
    year="Año",
    facts="Lo que mostramos de ustedes",
    facts_link="Corregir su teléfono, dirección u otros datos",
    letters="Cartas",
    letters_come="Antes de que su respuesta sea muy antigua podemos preguntarles por correo, a lo más cada semana.",
    letters_address="El botón vale para todos los lugares con la misma dirección.",
    ask_no_more="No volver a preguntar",
    letters_ended="Nos pidieron no escribir más, y no lo hacemos. Esta página funciona hasta que venza el enlace.",
    ask_again="Volver a preguntar",
    no_link="Este no es un enlace nuestro",
    no_link_what="Copie todo el enlace de la carta, hasta la última letra.",
    too_late="Este enlace ha vencido",
    too_late_what="Los enlaces funcionan por tiempo limitado. Espere la próxima carta o pídanos un enlace nuevo.",
    not_listed="Este lugar no está publicado",
    not_listed_what="Se quitó del directorio. No tiene que hacer nada más.",
    languages="Idiomas",
    skip="Ir al contenido",
    footer="No somos el gobierno. Nada en estas páginas es asesoría legal.",
)

WORDS = {"en": ENGLISH, "es": SPANISH}
