"""A provider says whether it takes new people, by the signed link in its letter: three buttons and a number.

Reading the page changes nothing, since mail scanners open every link. After a statement the browser is sent back to the
page, so that reloading it does not state the same again and forget who has been taken since.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from referral.directory import capacity, providers
from referral.directory.capacity import Count, Statement
from referral.directory.providers import Provider
from referral.directory.words import CapacityUnit, Openness
from referral.edges.house import House
from referral.edges.web import forms
from referral.edges.web.pages import page
from referral.foundation import clock, links
from referral.foundation.actors import ActorKind
from referral.foundation.errors import FieldProblem, NotFound, ValidationFailed, problem

BUTTONS = {Openness.OPEN: "We take new people", Openness.WAITLIST: "Waiting list only", Openness.CLOSED: "Not now"}
LONGEST_NUMBER = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Statements:
    """The door that the link in a reminder opens."""

    house: House

    async def show(self, request: Request) -> Response:
        """What the provider said last, and the buttons to say it anew."""
        return opened(request, await self.listing(self.subject(request)))

    async def state(self, request: Request) -> Response:
        """Keep what the button says."""
        subject, fields = self.subject(request), await forms.read(request, self.house.settings.public_url)
        listing = await self.listing(subject)
        try:
            statement = statement_of(fields)
            async with self.house.database.transaction() as tx:
                await capacity.state(tx, subject, statement, by=ActorKind.PROVIDER_STAFF.value, now=clock.now())
        except ValidationFailed as refusal:
            return opened(request, listing, refusal.problems, fields)
        return RedirectResponse(f"{request.url.path}?said=1", HTTPStatus.SEE_OTHER, {"Cache-Control": "no-store"})

    async def listing(self, id: UUID) -> Provider:
        listing = await providers.provider(self.house.database.reader, id)
        if listing is None:
            raise NotFound("This listing is not published.")
        return listing

    def subject(self, request: Request) -> UUID:
        """Whom the link lets speak. Raises NotFound for a forged one, Expired for one that has run out."""
        token = request.path_params["token"]
        return links.read(self.house.vault, "state-capacity", token, now=clock.now()).subject


def statement_of(fields: Mapping[str, str]) -> Statement:
    """What was stated. A number counts only with an open door. Raises ValidationFailed."""
    openness = forms.chosen(Openness, fields.get("openness", ""))
    if openness is None or openness not in BUTTONS:
        raise ValidationFailed([problem("openness", "UNKNOWN", "Choose one of the buttons.")])
    return Statement(openness=openness, counts=counts_of(fields) if openness is Openness.OPEN else ())


def counts_of(fields: Mapping[str, str]) -> tuple[Count, ...]:
    """The number, where one was written. Raises ValidationFailed where it is none."""
    number = fields.get("available", "").strip()
    if not number:
        return ()
    if not number.isdecimal() or len(number) > LONGEST_NUMBER:
        raise ValidationFailed([problem("available", "NOT_A_NUMBER", "Write a number, such as 3, or leave it empty.")])
    unit = forms.chosen(CapacityUnit, fields.get("unit", "")) or CapacityUnit.FULL_CASES
    return (Count(unit=unit, available=int(number)),)


def opened(
    request: Request, listing: Provider, problems: tuple[FieldProblem, ...] = (), sent: Mapping[str, str] | None = None
) -> Response:
    """The page with its buttons."""
    return page(
        request,
        "statement.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        listing=listing,
        zone=listing.location.time_zone if listing.location else None,
        buttons=BUTTONS,
        units=tuple(CapacityUnit),
        unit=(sent or {}).get("unit") or unit_of(listing),
        sent=sent or {},
        wrong=problems[0].message if problems else None,
        said="said" in request.query_params,
    )


def unit_of(listing: Provider) -> CapacityUnit:
    """What the provider counted last for any kind of help, else whole cases."""
    return next((count.unit for count in listing.capacities if count.help_type is None), CapacityUnit.FULL_CASES)
