"""Anyone says that a listing is wrong, without a name: a few choices, and a few words where they want to.

The browser is sent on after a report, so that reloading sends no second one. Nothing stands in an address but which
listing it is about, and the page after says nothing of what was sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from referral.directory import providers
from referral.directory.providers import Provider
from referral.directory.upkeep import reports
from referral.directory.words import ReportReason
from referral.edges.catalogues import catalogue
from referral.edges.house import House
from referral.edges.web import forms
from referral.edges.web.find import language
from referral.edges.web.pages import page
from referral.foundation import clock
from referral.foundation.errors import RateLimited, ValidationFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """The page behind "Something here is wrong"."""

    house: House

    async def show(self, request: Request) -> Response:
        """The choices; after a report, the thanks."""
        return shown(request, await self.listing(request), is_sent="sent" in request.query_params)

    async def report(self, request: Request) -> Response:
        """Keep what was chosen."""
        listing = await self.listing(request)
        fields = await forms.read(request, self.house.settings.public_url, instead=forms.PAGE)
        reason = forms.chosen(ReportReason, fields.get("reason", ""))
        if reason is None:
            return shown(request, listing, "choose", fields)
        try:
            async with self.house.database.transaction() as tx:
                await reports.send(tx, self.house.vault, listing.id, reason, fields.get("note"), now=clock.now())
        except ValidationFailed:
            return shown(request, listing, "too_long", fields)
        except RateLimited:
            return shown(request, listing, "enough", fields, status=HTTPStatus.TOO_MANY_REQUESTS)
        return RedirectResponse(f"{request.url.path}?sent=1", HTTPStatus.SEE_OTHER, {"Cache-Control": "no-store"})

    async def listing(self, request: Request) -> Provider:
        """404 for none of ours."""
        try:
            found = await providers.provider(self.house.database.reader, UUID(request.path_params["id"]))
        except ValueError:
            found = None
        if found is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return found


def shown(
    request: Request,
    listing: Provider,
    trouble: str | None = None,
    sent: Mapping[str, str] | None = None,
    *,
    is_sent: bool = False,
    status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY,
) -> Response:
    return page(
        request,
        "wrong.html",
        status if trouble else HTTPStatus.OK,
        t=catalogue(language(request), "common", "wrong"),
        here=f"/{{lang}}/listings/{listing.id}/wrong",
        reasons=ReportReason,
        listing=listing,
        trouble=trouble,
        sent=sent or {},
        is_sent=is_sent,
    )
