"""A provider corrects what is listed of it, by the signed link in its letter: the facts that people call about.

Nothing changes until staff agree. The other facts can be sent as `proposeListingChange`, with the same link.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from referral.directory.facts import Fact, Value
from referral.directory.lists import saying
from referral.directory.lists.saying import Saying
from referral.directory.proposals.proposing import Proposer, propose
from referral.directory.upkeep import merging
from referral.edges.house import House
from referral.edges.web import forms
from referral.edges.web.correction_words import WORDS
from referral.edges.web.pages import page
from referral.edges.web.statements import NotListed, closed
from referral.edges.web.tongues import tongue
from referral.foundation import clock, links
from referral.foundation.errors import Expired, FieldProblem, NotFound, RateLimited, ValidationFailed
from referral.foundation.links import Link

TEXTS = (Fact.WEBSITE, Fact.EMAIL, Fact.FEES, Fact.ELIGIBILITY)
PLACE = ("street", "city", "state", "postal_code")


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrections:
    """The page behind the page of `statements`."""

    house: House

    async def show(self, request: Request) -> Response:
        """What is listed, to be changed. Reading it changes nothing."""
        try:
            listing = await self.listing(request)
        except (NotFound, Expired) as refusal:
            return closed(request, refusal)
        return opened(request, listing, shown(listing))

    async def correct(self, request: Request) -> Response:
        """Keep what differs from what is listed."""
        fields = await forms.read(request, self.house.settings.providers_at)
        words = WORDS[tongue(request)]
        try:
            listing = await self.listing(request)
        except (NotFound, Expired) as refusal:
            return closed(request, refusal)
        try:
            async with self.house.database.transaction() as tx:
                await links.shown(tx, self.house.vault, self.link(request))
                await propose(
                    tx,
                    self.house.vault,
                    listing.provider,
                    Proposer(partner_id=None),
                    changed(listing, fields),
                    words=fields.get("note"),
                    now=clock.now(),
                )
        except ValidationFailed as refusal:
            return opened(request, listing, fields, wrong=wrong_in(refusal.problems))
        except RateLimited:
            return opened(request, listing, fields, trouble=words.enough, status=HTTPStatus.TOO_MANY_REQUESTS)
        back = f"{request.url.path}?sent=1&lang={tongue(request)}"
        return RedirectResponse(back, HTTPStatus.SEE_OTHER, {"Cache-Control": "no-store"})

    async def listing(self, request: Request) -> Saying:
        """Whom the link lets speak. Raises NotFound, Expired."""
        at, subject = self.house.database.reader, self.link(request).subject
        subject = await merging.kept_for(at, subject) or subject
        found = (await saying.now(at, [subject])).get(subject)
        if found is None or not found.is_published:
            raise NotListed("This listing is not published.")
        return found

    def link(self, request: Request) -> Link:
        """Raises NotFound, Expired."""
        return links.read(self.house.vault, "state-capacity", request.path_params["token"], now=clock.now())


def shown(listing: Saying) -> dict[str, str]:
    """What is listed, as the fields of the page hold it. A place or number that is not shown has no field."""
    fields = {fact.value: str(listing.value(fact) or "") for fact in TEXTS}
    if listing.may_say(Fact.PHONES):
        fields["phones"] = "\n".join(phone["number"] for phone in rows(listing))
    if listing.may_say(Fact.PLACE):
        place = cast("Mapping[str, Any]", listing.value(Fact.PLACE))
        fields["street"] = "\n".join(place["lines"])
        fields |= {name: place[name] or "" for name in PLACE if name != "street"}
    return fields


def changed(listing: Saying, fields: Mapping[str, str]) -> dict[Fact, Value]:
    """The facts that were written otherwise than they are listed."""
    before = shown(listing)
    other = {name for name, was in before.items() if tidy(fields.get(name, was)) != tidy(was)}
    said: dict[Fact, Value] = {fact: tidy(fields[fact.value]) or None for fact in TEXTS if fact.value in other}
    if "phones" in other:
        said[Fact.PHONES] = phones(listing, fields["phones"])
    if other & set(PLACE):
        now = {name: tidy(fields.get(name, before[name])) for name in PLACE}
        country = cast("Mapping[str, Any]", listing.value(Fact.PLACE))["country"]
        # Where that is, staff look up: the point of the old address would lead people there.
        said[Fact.PLACE] = {**now, "lines": now["street"].splitlines(), "country": country or "US"}
    return said


def phones(listing: Saying, written: str) -> list[Mapping[str, Any]]:
    """What else is listed of a number that stays, stays too."""
    plain: dict[str, Any] = {"extension": None, "kind": None, "languages": []}
    return [
        phone
        for line in dict.fromkeys(tidy(written).splitlines())
        # One number may stand there twice, as a telephone and a fax.
        for phone in [one for one in rows(listing) if tidy(one["number"]) == line] or [{"number": line, **plain}]
    ]


def rows(listing: Saying) -> list[Mapping[str, Any]]:
    return cast("list[Mapping[str, Any]]", listing.value(Fact.PHONES))


def tidy(written: str) -> str:
    """Lines as they are compared, whatever a browser makes of their ends."""
    return "\n".join(line.strip() for line in written.splitlines() if line.strip())


def wrong_in(problems: tuple[FieldProblem, ...]) -> dict[str, bool]:
    """The fields of the page that hold what cannot be kept."""
    found: dict[str, bool] = {}
    for one in problems:
        fact, *rest = one.path[1:] or one.path
        name = rest[0] if fact == "place" and rest else fact
        found["street" if name == "lines" else name] = True
    return found


def opened(
    request: Request,
    listing: Saying,
    fields: Mapping[str, str],
    *,
    wrong: Mapping[str, bool] | None = None,
    trouble: str | None = None,
    status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY,
) -> Response:
    lang = tongue(request)
    words = WORDS[lang]
    nothing_changed = wrong is not None and not wrong.keys() & {*words.labels, "note"}
    return page(
        request,
        "correction.html",
        status if wrong or trouble else HTTPStatus.OK,
        lang=lang,
        words=words,
        choices=WORDS,
        listing=listing,
        names=[name for name in words.labels if name in shown(listing)],
        place=PLACE,
        fields=fields,
        wrong=wrong or {},
        trouble=trouble or (words.nothing if nothing_changed else words.unusable if wrong else None),
        is_sent=request.query_params.get("sent") is not None and not wrong,
        back=request.url.path.removesuffix("/facts"),
    )
