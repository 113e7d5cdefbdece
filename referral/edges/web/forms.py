"""What did a page send? A small form from our own page, or a refusal."""

from typing import TypeVar
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

from referral.edges import bodies
from referral.edges.auth import FORM, is_cross_site, media_type
from referral.foundation.errors import NotAllowed
from referral.foundation.vocabulary import Word

Chosen = TypeVar("Chosen", bound=Word)

MOST_BYTES = 16_384
MOST_FIELDS = 16
MOST_ANSWER_BYTES = 65_536
MOST_ANSWERS = 80
LETTER = "Open the link in the letter itself."
PAGE = "Open the page here and send it again."


async def read(request: Request, public_url: str, *, instead: str = LETTER) -> dict[str, str]:
    """The fields of a posted form. Raises NotAllowed where another site sent it, HTTPException where it is no form."""
    if media_type(request) == FORM and is_cross_site(request, public_url):
        raise NotAllowed(f"This was sent from another site. {instead}")
    return await fields_of(request)


async def read_search(request: Request, public_url: str) -> dict[str, str]:
    """The same of a form that only looks: a browser too old to say where it comes from may search."""
    return await (fields_of(request) if is_silent(request) else read(request, public_url, instead=PAGE))


async def read_answers(request: Request, public_url: str) -> dict[str, str]:
    """The same of the form for help, which is longer; whoever may be told apart by the draft checks silent ones."""
    if not is_silent(request) and media_type(request) == FORM and is_cross_site(request, public_url):
        raise NotAllowed(f"This was sent from another site. {PAGE}")
    return await fields_of(request, most_bytes=MOST_ANSWER_BYTES, most_fields=MOST_ANSWERS)


def is_silent(request: Request) -> bool:
    """Whether a browser is too old to say where a form was sent from."""
    return not {"origin", "sec-fetch-site"} & set(request.headers)


async def fields_of(
    request: Request, *, most_bytes: int = MOST_BYTES, most_fields: int = MOST_FIELDS
) -> dict[str, str]:
    if media_type(request) != FORM:
        raise HTTPException(415)
    sent = await bodies.read(request, most_bytes=most_bytes)
    try:
        return dict(parse_qsl(sent.decode("ascii"), keep_blank_values=True, max_num_fields=most_fields))
    except ValueError:
        raise HTTPException(400) from None


def chosen(words: type[Chosen], value: str) -> Chosen | None:
    """The word of a closed set that was sent; None for nothing, and for anything else."""
    return next((word for word in words if word.value == value), None)
