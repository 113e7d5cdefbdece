"""The words of the page on which a provider corrects what is listed, once in each language it speaks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Every sentence of the page; a language that lacks one cannot be made."""

    autonym: str
    title: str
    lead: str
    labels: dict[str, str]
    phones_hint: str
    place: str
    place_hint: str
    note: str
    note_hint: str
    send: str
    unusable: str
    nothing: str
    enough: str
    thanks: str
    next: str
    back: str
    languages: str
    skip: str
    footer: str


ENGLISH = Words(
    autonym="English",
    title="Is what we show about you right?",
    lead="Change what is wrong and send it. Somebody of our team looks at it before it is shown.",
    labels={
        "phones": "Telephone numbers",
        "website": "Web site",
        "email": "E-mail address that everybody may see",
        "fees": "What it costs",
        "eligibility": "Who may ask for help",
        "street": "Street and number",
        "city": "Town",
        "state": "State",
        "postal_code": "ZIP or postal code",
    },
    phones_hint="One on each line.",
    place="Where you are",
    place_hint="Do not write an address that must not be known.",
    note="Anything else, such as your hours or languages",
    note_hint="At most 500 characters. Our team reads it; it is not shown.",
    send="Send",
    unusable="This cannot be used as it is written.",
    nothing="You have changed nothing yet.",
    enough="Enough of yours wait already. Somebody will look.",
    thanks="Thank you. We have it.",
    next="We look at it, and call you if we are not sure. Until then what is listed stays as it is.",
    back="Say whether you take new people",
    languages="Languages",
    skip="Skip to the content",
    footer="We are not the government. Nothing on these pages is legal advice.",
)

SPANISH = Words(
    autonym="Español",
    title="¿Es correcto lo que mostramos de ustedes?",
    lead="Cambie lo que no es correcto y envíelo. Alguien de nuestro equipo lo mira antes de mostrarlo.",
    labels={
        "phones": "Números de teléfono",
        "website": "Sitio web",
        "email": "Correo electrónico que todos pueden ver",
        "fees": "Cuánto cuesta",
        "eligibility": "Quién puede pedir ayuda",
        "street": "Calle y número",
        "city": "Ciudad",
        "state": "Estado",
        "postal_code": "Código postal",
    },
    phones_hint="Uno en cada línea.",
    place="Dónde están",
    place_hint="No escriba una dirección que no debe conocerse.",
    note="Algo más, como su horario o sus idiomas",
    note_hint="A lo más 500 caracteres. Lo lee nuestro equipo; no se muestra.",
    send="Enviar",
    unusable="Esto no se puede usar como está escrito.",
    nothing="Todavía no ha cambiado nada.",
    enough="Ya esperan bastantes cambios suyos. Alguien los mirará.",
    thanks="Gracias. Lo tenemos.",
    next="Lo miramos y les llamamos si no estamos seguros. Hasta entonces todo se muestra como antes.",
    back="Decir si reciben a personas nuevas",
    languages="Idiomas",
    skip="Ir al contenido",
    footer="No somos el gobierno. Nada en estas páginas es asesoría legal.",
)

WORDS = {"en": ENGLISH, "es": SPANISH}
