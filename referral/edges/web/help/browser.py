"""What does a browser hold of a draft? One cookie with its token, until it is closed; no script reads it.

A value behind the token opens nothing but a page that waits for this browser (`held.py`). It is made anew when the
answers are sent: browsers keep whole pages to show them when one goes back, and forget them only when a cookie that no
script reads changes.
"""

import secrets
from http.cookies import SimpleCookie

from starlette.requests import Request
from starlette.responses import Response

from referral.edges.house import House
from referral.foundation.db import Tx
from referral.intake import drafts
from referral.intake.drafts import Draft

PLAIN, SECURE = "d", "__Host-d"
# Chromium counts how often a cookie changed since it began to load a page, less what changed as it came. On a busy
# machine the two counts may miss each other, and a page that came with a change was kept after one more (seen). So
# what makes it forget is more changes than any page comes with.
CHANGES = 3
LONGEST = 200
VALUE_BYTES = 16
SHORTEST = 22  # as many as those bytes make
BEHIND = "~"


def token_of(request: Request, house: House) -> str | None:
    """The token that the browser shows."""
    value = request.cookies.get(name(house), "")
    return value.partition(BEHIND)[0] or None if len(value) <= LONGEST else None


def value_of(request: Request, house: House) -> str | None:
    """All of the cookie that the browser shows. Whoever knows it is this browser, as it is now."""
    value = request.cookies.get(name(house), "")
    return value if len(value.partition(BEHIND)[2]) >= SHORTEST and len(value) <= LONGEST else None


def value_after(response: Response, request: Request, house: House) -> str | None:
    """What its cookie is once it has read this response; None where it has none then."""
    said = SimpleCookie()
    for one in response.headers.getlist("set-cookie"):
        said.load(one)
    given = said.get(name(house))
    return (given.value or None) if given else value_of(request, house)


def give(response: Response, house: House, draft: Draft) -> Response:
    """Let the browser keep the token, until it is closed."""
    return kept(response, house, draft.token)


def mark(response: Response, request: Request, house: House) -> Response:
    """Where there is no draft, a cookie without a token: so leaving this page, too, makes the browser forget it."""
    return response if is_marked(request, house) else kept(response, house, "")


def is_marked(request: Request, house: House) -> bool:
    return name(house) in request.cookies


def renew(response: Response, request: Request, house: House) -> Response:
    """The same token, if any, before another value: the browser forgets the pages it has kept."""
    return kept(response, house, token_of(request, house) or "")


def kept(response: Response, house: House, token: str) -> Response:
    response.set_cookie(
        name(house),
        f"{token}{BEHIND}{secrets.token_urlsafe(VALUE_BYTES)}",
        path="/",
        secure=house.settings.is_https,
        httponly=True,
        samesite="lax",
    )
    return response


def take(response: Response, house: House) -> Response:
    """Let the browser forget the token, and every page it has kept with it."""
    for _ in range(CHANGES):
        kept(response, house, "")
    response.delete_cookie(name(house), path="/", secure=house.settings.is_https, httponly=True, samesite="lax")
    return response


async def draft_of(tx: Tx, request: Request, house: House) -> Draft | None:
    """The draft of whoever asks; None where there is none any more."""
    token = token_of(request, house)
    return None if token is None else await drafts.open_draft(tx, house.vault, token)


def name(house: House) -> str:
    return SECURE if house.settings.is_https else PLAIN
