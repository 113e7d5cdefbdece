"""A form is answered with an address, and the page that answers it stands there.

Browsers write to disk what was sent for the page they show (Chromium's list of open tabs does), and people who leave in
haste cannot wipe that. Of an address that was only asked for they keep the address. A browser without our cookie cannot
be told apart from another, so it gets the page at once.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from referral.edges.house import House
from referral.edges.web.help import browser
from referral.edges.web.help.asking import UNKEPT
from referral.edges.web.marking import Part
from referral.edges.web.packing import Page
from referral.intake import held_pages

Endpoint = Callable[[Request], Awaitable[Response]]
AT = "/answer"  # behind the address that the form was sent to
NOT_OF_THE_PAGE = frozenset({"content-length", "set-cookie", "vary"})


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A page as it is held."""

    parts: tuple[tuple[bytes, bool], ...]
    style: str | None
    status: int
    headers: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Answers that wait for the browser to come for them."""

    house: House

    def elsewhere(self, endpoint: Endpoint) -> Endpoint:
        """The same endpoint; a page that it answers with is held, and the browser told where."""

        async def answer(request: Request) -> Response:
            shown = await endpoint(request)
            cookie = browser.value_after(shown, request, self.house)
            if not isinstance(shown, Page) or not cookie or not browser.is_marked(request, self.house):
                return shown
            async with self.house.database.transaction() as tx:
                await held_pages.hold(tx, self.house.vault, cookie, msgspec.msgpack.encode(waiting(shown)))
            there = RedirectResponse(request.url.path + AT, HTTPStatus.SEE_OTHER, UNKEPT)
            there.raw_headers.extend(one for one in shown.raw_headers if one[0] == b"set-cookie")
            return there

        return answer

    async def show(self, request: Request) -> Response:
        """The page that waits here; without one, where the form is."""
        cookie = browser.value_of(request, self.house)
        if cookie:
            async with self.house.database.transaction() as tx:
                held = await held_pages.held(tx, self.house.vault, cookie)
            if held is not None:
                return page_of(msgspec.msgpack.decode(held, type=Waiting))
        return RedirectResponse(request.url.path.removesuffix(AT), HTTPStatus.SEE_OTHER, UNKEPT)


def waiting(page: Page) -> Waiting:
    return Waiting(
        parts=tuple((part.text, part.is_ours) for part in page.parts),
        style=page.style,
        status=page.status_code,
        headers={name: value for name, value in page.headers.items() if name not in NOT_OF_THE_PAGE},
    )


def page_of(held: Waiting) -> Page:
    parts = [Part(text=text, is_ours=is_ours) for text, is_ours in held.parts]
    return Page(parts, held.status, held.headers, style=held.style)
