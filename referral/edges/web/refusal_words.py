"""The words of a page that says no, once in each language: by what kind of no it is."""

from dataclasses import dataclass
from http import HTTPStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """`other` is for a no that has no words of its own; `sentences` say what to do next."""

    titles: dict[HTTPStatus, str]
    other: str
    sentences: dict[HTTPStatus, str]
    home: str
    skip: str
    footer: str


ENGLISH = Words(
    titles={
        HTTPStatus.FORBIDDEN: "This is not allowed",
        HTTPStatus.NOT_FOUND: "There is nothing here",
        HTTPStatus.METHOD_NOT_ALLOWED: "This cannot be done here",
        HTTPStatus.CONFLICT: "This is no longer possible",
        HTTPStatus.GONE: "The time for this has passed",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "This is too much",
        HTTPStatus.TOO_MANY_REQUESTS: "Too many, too fast",
        HTTPStatus.INTERNAL_SERVER_ERROR: "Something broke on our side",
        HTTPStatus.SERVICE_UNAVAILABLE: "This does not work at the moment",
    },
    other="This did not work",
    sentences={
        HTTPStatus.NOT_FOUND: "Check the address. If you came by a link in a letter, copy all of it.",
        HTTPStatus.TOO_MANY_REQUESTS: "Very many pages were opened from your network. Wait a minute, and try again.",
        HTTPStatus.INTERNAL_SERVER_ERROR: "It is our fault, not yours. Try again in a few minutes.",
        HTTPStatus.SERVICE_UNAVAILABLE: "It is our fault, not yours. Try again in a few minutes.",
    },
    home="To the first page",
    skip="Skip to the content",
    footer="We are not the government. Nothing on these pages is legal advice.",
)

SPANISH = Words(
    titles={
        HTTPStatus.FORBIDDEN: "Esto no está permitido",
        HTTPStatus.NOT_FOUND: "Aquí no hay nada",
        HTTPStatus.METHOD_NOT_ALLOWED: "Esto no se puede hacer aquí",
        HTTPStatus.CONFLICT: "Esto ya no es posible",
        HTTPStatus.GONE: "El tiempo para esto ya pasó",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Esto es demasiado",
        HTTPStatus.TOO_MANY_REQUESTS: "Demasiados en poco tiempo",
        HTTPStatus.INTERNAL_SERVER_ERROR: "Algo falló de nuestro lado",
        HTTPStatus.SERVICE_UNAVAILABLE: "Esto no funciona en este momento",
    },
    other="Esto no funcionó",
    sentences={
        HTTPStatus.FORBIDDEN: "Esto llegó desde otro sitio. Abra otra vez la página, o el enlace de la carta, y "
        "envíelo desde ahí.",
        HTTPStatus.NOT_FOUND: "Revise la dirección. Si llegó por un enlace de una carta, cópielo completo.",
        HTTPStatus.CONFLICT: "Entretanto pasó otra cosa. Abra la página otra vez para ver cómo está.",
        HTTPStatus.GONE: "El enlace ya no sirve. Pida uno nuevo.",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Escriba menos y envíelo otra vez.",
        HTTPStatus.TOO_MANY_REQUESTS: "Espere un poco y pruebe otra vez.",
        HTTPStatus.UNPROCESSABLE_ENTITY: "Algo de lo que envió no sirve. Revíselo y envíelo otra vez.",
        HTTPStatus.INTERNAL_SERVER_ERROR: "Es culpa nuestra, no suya. Pruebe otra vez en unos minutos.",
        HTTPStatus.SERVICE_UNAVAILABLE: "Es culpa nuestra, no suya. Pruebe otra vez en unos minutos.",
    },
    home="A la primera página",
    skip="Ir al contenido",
    footer="No somos el gobierno. Nada en estas páginas es consejo legal.",
)

WORDS = {"en": ENGLISH, "es": SPANISH}
