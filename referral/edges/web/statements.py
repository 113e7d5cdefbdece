"""A provider says whether it takes new people, by the signed link in its letter: a few buttons, a number, a date.

Reading the page changes nothing, since mail scanners open every link. After a statement the browser is sent back to the
page, so that reloading it does not state the same again and forget who has been taken since.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from http import HTTPStatus
from uuid import UUID
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from referral.directory import capacity, providers
from referral.directory.capacity import Count, Statement
from referral.directory.providers import Provider
from referral.directory.upkeep import asking
from referral.directory.words import CapacityUnit, Openness
from referral.edges.house import House
from referral.edges.web import forms
from referral.edges.web.moments import months
from referral.edges.web.pages import page
from referral.edges.web.refusals import status_of
from referral.edges.web.statement_words import ENGLISH, WORDS
from referral.edges.web.tongues import tongue
from referral.foundation import clock, links
from referral.foundation.actors import ActorKind
from referral.foundation.db import Tx
from referral.foundation.errors import Expired, FieldProblem, NotFound, ValidationFailed, problem
from referral.foundation.links import Link
from referral.matching import english, spanish

HELP = {"en": english.HELP_NAMES, "es": spanish.HELP_NAMES}
BUTTONS = tuple(ENGLISH.buttons)
COUNTED = {Openness.OPEN, Openness.LIMITED}
LONGEST_NUMBER = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the page shows: the listing, until when its last word is believed, and whether it may be asked by mail."""

    listing: Provider
    believed_until: datetime | None
    is_asked: bool | None
    now: datetime

    @property
    def zone(self) -> str | None:
        """The time the provider lives by."""
        return self.listing.location.time_zone if self.listing.location else None

    @property
    def days_since(self) -> int | None:
        stated_at = self.listing.openness_stated_at
        return None if stated_at is None else (self.now - stated_at).days

    @property
    def tomorrow(self) -> date:
        return self.now.astimezone(zone_of(self.zone)).date() + timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statements:
    """The door that the link in a letter opens."""

    house: House

    async def show(self, request: Request) -> Response:
        """What the provider said last, and the buttons to say it anew."""
        try:
            return opened(request, await self.standing(self.link(request)))
        except (NotFound, Expired) as refusal:
            return closed(request, refusal)

    async def state(self, request: Request) -> Response:
        """Keep what the button says."""
        fields = await forms.read(request, self.house.settings.providers_at)
        try:
            link = self.link(request)
            standing = await self.standing(link)
        except (NotFound, Expired) as refusal:
            return closed(request, refusal)
        try:
            async with self.house.database.transaction() as tx:
                await links.shown(tx, self.house.vault, link)
                # Of a listing that was merged into another, what is said counts for the one that is kept.
                await keep(tx, standing.listing.id, fields, zone=standing.zone, now=standing.now)
        except ValidationFailed as refusal:
            return opened(request, standing, refusal.problems, fields)
        back = f"{request.url.path}?said={'letters' if 'letters' in fields else '1'}&lang={tongue(request)}"
        return RedirectResponse(back, HTTPStatus.SEE_OTHER, {"Cache-Control": "no-store"})

    async def standing(self, link: Link) -> Standing:
        """Raises NotFound for a listing that is not published."""
        at, now = self.house.database.reader, clock.now()
        await links.shown(at, self.house.vault, link)
        listing = await providers.provider(at, link.subject)
        if listing is None:
            raise NotListed("This listing is not published.")
        return Standing(
            listing=listing,
            believed_until=await capacity.believed_until(at, listing.id, now=now),
            is_asked=await asking.is_asked(at, listing.id),
            now=now,
        )

    def link(self, request: Request) -> Link:
        """Whom it lets speak. Raises NotFound for a forged one, Expired for one that has run out."""
        token = request.path_params["token"]
        return links.read(self.house.vault, "state-capacity", token, now=clock.now())


class NotListed(NotFound):
    """The link is ours and good, but its listing is gone."""


async def keep(tx: Tx, subject: UUID, fields: Mapping[str, str], *, zone: str | None, now: datetime) -> None:
    """Do what was sent: end the letters or bring them back, or keep a statement. Raises ValidationFailed."""
    match fields.get("letters"):
        case "never":
            await asking.ask_no_more(tx, subject, now=now)
        case "again":
            await asking.ask_again(tx, subject)
        case _:
            await capacity.state(tx, subject, statement_of(fields, zone), by=ActorKind.PROVIDER_STAFF.value, now=now)


def statement_of(fields: Mapping[str, str], zone: str | None) -> Statement:
    """What was stated. A number counts only with an open door, a date only with a pause. Raises ValidationFailed."""
    openness = forms.chosen(Openness, fields.get("openness", ""))
    if openness is Openness.PAUSED:
        return Statement(openness=openness, until=end_of_pause(fields, zone))
    if openness is None or openness not in BUTTONS:
        raise ValidationFailed([problem("openness", "UNKNOWN", "Choose one of the buttons.")])
    return Statement(openness=openness, counts=counts_of(fields) if openness in COUNTED else ())


def counts_of(fields: Mapping[str, str]) -> tuple[Count, ...]:
    """The number, where one was written. Raises ValidationFailed where it is none."""
    number = fields.get("available", "").strip()
    if not number:
        return ()
    if not number.isdecimal() or len(number) > LONGEST_NUMBER:
        raise ValidationFailed([problem("available", "NOT_A_NUMBER", "Write a number, such as 3, or leave it empty.")])
    if int(number) > capacity.MOST_PLACES:
        raise ValidationFailed([problem("available", "TOO_MANY", f"Write a number up to {capacity.MOST_PLACES}.")])
    unit = forms.chosen(CapacityUnit, fields.get("unit", "")) or CapacityUnit.FULL_CASES
    return (Count(unit=unit, available=int(number)),)


def end_of_pause(fields: Mapping[str, str], zone: str | None) -> datetime:
    """The first moment of the day that was written, where the provider is. Raises ValidationFailed where it is none."""
    try:
        year, month, day = (int(fields.get(part, "")) for part in ("year", "month", "day"))
        return datetime.combine(date(year, month, day), time.min, zone_of(zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValidationFailed([problem("until", "NOT_A_DATE", "Choose a date.")]) from None


def zone_of(name: str | None) -> ZoneInfo:
    return ZoneInfo(name or "UTC")


# ---------------------------------------------------------------- pages


def opened(
    request: Request,
    standing: Standing,
    problems: tuple[FieldProblem, ...] = (),
    sent: Mapping[str, str] | None = None,
) -> Response:
    """The page with its buttons."""
    lang, listing = tongue(request), standing.listing
    words = WORDS[lang]
    return page(
        request,
        "statement.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        lang=lang,
        words=words,
        choices=WORDS,
        standing=standing,
        listing=listing,
        help=HELP[lang],
        months=months(lang),
        unit=(sent or {}).get("unit") or unit_of(listing),
        sent=sent or {},
        wrong={one.path[0]: words.problems.get(one.code, one.message) for one in problems},
        said=request.query_params.get("said"),
    )


def closed(request: Request, refusal: NotFound | Expired) -> Response:
    """A page that says why a link does not open, and nothing of any listing; programs get the refusal itself."""
    if "text/html" not in request.headers.get("accept", ""):
        raise refusal
    lang = tongue(request)
    words = WORDS[lang]
    title, sentence = words.no_link, words.no_link_what
    if isinstance(refusal, Expired):
        title, sentence = words.too_late, words.too_late_what
    elif isinstance(refusal, NotListed):
        title, sentence = words.not_listed, words.not_listed_what
    return page(
        request, "statement_closed.html", status_of(refusal), lang=lang, words=words, title=title, sentence=sentence
    )


def unit_of(listing: Provider) -> CapacityUnit:
    """What the provider counted last for any kind of help, else whole cases."""
    return next((count.unit for count in listing.capacities if count.help_type is None), CapacityUnit.FULL_CASES)
