"""Leave this page now: the draft is deleted, the browser forgets it, and the next page shows the weather.

Deleting the cookie is what makes a browser forget the pages it has kept to go back to; nothing else does.
"""

from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from referral.edges.house import House
from referral.edges.web.help import browser
from referral.edges.web.help.asking import brand_of, lang_of, over, say, words
from referral.intake import drafts

GONE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """The way out."""

    house: House

    async def leave(self, request: Request) -> Response:
        """Wipe, and go. A browser that only looks ahead changes nothing."""
        if is_looking_ahead(request):
            return Response(status_code=HTTPStatus.SERVICE_UNAVAILABLE, headers=GONE)
        token = browser.token_of(request, self.house)
        if token is not None:
            async with self.house.database.transaction() as tx:
                await drafts.discard(tx, self.house.vault, token)
        to = brand_of(request).weather_in(lang_of(request))
        return browser.take(RedirectResponse(to, HTTPStatus.SEE_OTHER, GONE), self.house)

    async def ended(self, request: Request) -> Response:
        """What stands where the pages were: that they ended, or that the answers were sent."""
        async with self.house.database.transaction() as tx:
            draft = await browser.draft_of(tx, request, self.house)
        if draft is not None and draft.is_sent:
            return over(request, draft)
        return say(request, "help_ended.html", words(request), HTTPStatus.OK, here="/{lang}/ended")


def is_looking_ahead(request: Request) -> bool:
    purposes = (request.headers.get(name, "") for name in ("sec-purpose", "purpose", "x-moz"))
    return any("prefetch" in purpose.lower() or "prerender" in purpose.lower() for purpose in purposes)
