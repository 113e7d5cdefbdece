"""Who helps near here? A box for a place, and a page of the nearest groups for each place.

The page of a place is the same for everybody, and its address holds the place, and for whom the groups are, alone: what
a person typed is posted, and stands in no address and no log.
"""

from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from referral.directory import sources
from referral.directory.facts import FactGroup
from referral.directory.providers import ProviderId
from referral.directory.sources import Told
from referral.directory.words import SaidBy
from referral.edges.catalogues import Catalogue, catalogue
from referral.edges.house import House
from referral.edges.lookups import is_area
from referral.edges.web import forms, place_words
from referral.edges.web.cards import card
from referral.edges.web.nearby import nearby, other_meanings
from referral.edges.web.pages import FOR_SEARCH_ENGINES, page
from referral.edges.web.serving import Who
from referral.foundation import gazetteer, languages, places
from referral.foundation.autonyms import LANGUAGES
from referral.foundation.errors import ValidationFailed
from referral.foundation.meanings import Place, PlaceKind, Resolution

KEPT_SECONDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """The directory, for people."""

    house: House

    async def ask(self, request: Request) -> Response:
        """The box."""
        response = box(request)
        response.headers.update(FOR_SEARCH_ENGINES)
        return response

    async def look_up(self, request: Request) -> Response:
        """Where the words lead: to a place's page, or to the question which place is meant."""
        return await self.led(request, await forms.read_search(request, self.house.settings.public_url))

    async def led(self, request: Request, fields: dict[str, str]) -> Response:
        """The same for what was sent from any page."""
        written = fields.get("where", "").strip()
        if not written:
            return box(request, trouble="empty", written=written)
        found = await gazetteer.look_up(self.house.database.reader, written, outside=self.house.outside, first=6)
        if not found.candidates:
            return box(request, trouble="not_known", written=written)
        place = meant(found)
        if place is None or await places.place(self.house.database.reader, place.id) is None:
            # Several meanings; or one that came from a place service outside, and has no page here.
            return box(request, found=found.candidates, written=written)
        target = request.url_for("find_place", lang=request.path_params["lang"], place=place.id).path
        return RedirectResponse(target, HTTPStatus.SEE_OTHER, {"Cache-Control": "no-store"})

    async def near(self, request: Request) -> Response:
        """The groups for a place; the nearest, where it is no whole state or country."""
        at, t, who = self.house.database.reader, words(request), who_of(request)
        place = await place_of(self.house, request.path_params["place"])
        after = request.query_params.get("after")
        try:
            found = await nearby(at, place, who, after)
        except ValidationFailed:  # the address was cut or changed
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        answer = page(
            request,
            "find_near.html",
            t=t,
            here="/{lang}" + way_of(place, who),
            place=place,
            called=place_words.called(place, t.lang),
            surroundings=place_words.surroundings(place, t.lang),
            others=place_words.meanings(await other_meanings(at, place), t),
            is_area=is_area(place),
            is_later=after is not None,
            is_demonstration=self.house.settings.show_mailbox,
            who=who,
            everyone={one: way_of(place, one) for one in Who},
            way=way_of(place, who),
            total=found.total,
            next=found.next,
            hits=[card(hit, t) for hit in found.hits],
            further=[card(hit, t) for hit in found.further],
            newer=await newer_than_lists(self.house, [hit.id for hit in (*found.hits, *found.further)]),
            names={one.tag: one.name_in(t.lang) for one in await languages.listed(at)},
        )
        answer.headers.update({"Cache-Control": f"public, max-age={KEPT_SECONDS}", **FOR_SEARCH_ENGINES})
        return answer


def meant(found: Resolution) -> Place | None:
    """The place that is meant. Of five digits the US ZIP code, where there is one: its page names the Mexican code."""
    first, *others = found.candidates
    if found.best is None and is_code(first, "US") and all(is_code(one, "MX") for one in others):
        return first
    return found.best


def is_code(place: Place, country: str) -> bool:
    return place.kind is PlaceKind.POSTAL_CODE and place.country == country


async def newer_than_lists(house: House, ids: list[ProviderId]) -> dict[ProviderId, list[Told]]:
    """Which parts of each listing somebody has said since its list did. Whether it takes people stands above."""
    told = await sources.of(house.database.reader, ids)
    return {
        id: [
            one
            for one in told.get(id, ())
            if one.source is not SaidBy.LIST and one.group is not FactGroup.CAPACITY and one.date
        ]
        for id in ids
    }


def box(request: Request, *, trouble: str | None = None, found: tuple[Place, ...] = (), written: str = "") -> Response:
    t = words(request)
    status = HTTPStatus.OK if trouble is None else HTTPStatus.UNPROCESSABLE_ENTITY
    return page(
        request,
        "find.html",
        status,
        t=t,
        here="/{lang}/find",
        trouble=trouble,
        meanings=place_words.meanings(found, t),
        written=written,
    )


async def place_of(house: House, written: str) -> Place:
    """The place of an address; 404 for none of ours."""
    try:
        found = await places.place(house.database.reader, UUID(written))
    except ValueError:
        found = None
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return found


def way_of(place: Place, who: Who) -> str:
    """The address of the groups for a place, behind the language. Those for adults need no word of their own."""
    return f"/find/{place.id}" + ("" if who is Who.ADULT else f"/{who}")


def who_of(request: Request) -> Who:
    """Whom the address names; 404 for nobody we know."""
    try:
        return Who(request.path_params.get("who", Who.ADULT))
    except ValueError:
        raise HTTPException(HTTPStatus.NOT_FOUND) from None


def words(request: Request) -> Catalogue:
    return catalogue(language(request), "common", "find", "help")


def language(request: Request) -> str:
    """The language of the address; 404 for none of ours."""
    lang = request.path_params["lang"]
    if lang not in LANGUAGES:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return lang
