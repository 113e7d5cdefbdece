"""Who helps near here? A box for a place, and a page of the nearest groups for each place.

The page of a place is the same for everybody, and its address holds the place, and which groups are wanted, alone: what
a person typed is posted, and stands in no address and no log.
"""

from dataclasses import dataclass, replace
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import NoMatchFound

from referral.directory import sources
from referral.directory.facts import FactGroup
from referral.directory.providers import ProviderId
from referral.directory.searching.search import Hit
from referral.directory.sources import Told
from referral.directory.words import SaidBy
from referral.edges.catalogues import Catalogue, catalogue
from referral.edges.house import House
from referral.edges.lookups import is_area, search_languages
from referral.edges.web import forms, place_addresses, place_words, wanted
from referral.edges.web.cards import card
from referral.edges.web.drawing import Drawing, drawn
from referral.edges.web.nearby import FEW, Nearby, nearby, other_meanings, spoken_there
from referral.edges.web.outlines import Spot
from referral.edges.web.pages import FOR_SEARCH_ENGINES, page
from referral.edges.web.serving import Who
from referral.edges.web.wanted import FREE, TAKING, Wanted
from referral.foundation import clock, gazetteer, languages, places
from referral.foundation.area_names import state_name
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
        return onwards(request, await place_addresses.address_of(self.house.database.reader, place), Wanted())

    async def narrow(self, request: Request) -> Response:
        """To the list of those groups alone that a reader asked for: of this place, for whom it was."""
        fields = await forms.read_search(request, self.house.settings.public_url)
        where, asked = parted(request.path_params["where"])
        await self.place_of(where)
        sought = Wanted(
            who=asked.who, speaks=fields.get("speaks") or None, is_free=FREE in fields, is_taking=TAKING in fields
        )
        await self.spoken(sought)
        return onwards(request, "/".join(where), sought)

    async def near(self, request: Request) -> Response:
        """The groups for a place; the nearest, where it is no whole state or country."""
        at, t = self.house.database.reader, words(request)
        where, sought = parted(request.path_params["where"])
        place, spoken = await self.place_of(where), await self.spoken(sought)
        after = request.query_params.get("after")
        try:
            found = await nearby(at, place, sought, after, spoken)
        except ValidationFailed:  # the address was cut or changed
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        address = await place_addresses.address_of(at, place)
        names = {one.tag: one.name_in(t.lang) for one in await languages.listed(at)}
        tags = await spoken_there(at, place, sought)
        answer = page(
            request,
            "find_near.html",
            t=t,
            here="/{lang}" + way_of(address, sought),
            canonical=f"{self.house.settings.public_url}/{t.lang}{way_of(address, sought)}",
            place=place,
            called=place_words.called(place, t.lang),
            surroundings=place_words.surroundings(place, t.lang),
            others=place_words.meanings(await other_meanings(at, place), t),
            is_area=is_area(place),
            is_later=after is not None,
            wanted=sought,
            everyone={one: way_of(address, replace(sought, who=one)) for one in Who},
            way=way_of(address, sought),
            whole=way_of(address, Wanted(who=sought.who)),
            state=state_of(place),
            chosen=chosen(address, sought, t, names),
            spoken=sorted(
                ((tag, names.get(tag, tag)) for tag in {*tags, *([sought.speaks] if sought.speaks else [])}),
                key=lambda one: one[1],
            ),
            map=map_of(found, place),
            is_few=found.total is not None and found.total < FEW,
            asking=asking_of(request, t.lang),
            today=clock.now().date(),
            total=found.total,
            next=found.next,
            hits=[card(hit, t) for hit in found.hits],
            further=[card(hit, t) for hit in found.further],
            newer=await newer_than_lists(self.house, [hit.id for hit in (*found.hits, *found.further)]),
            names=names,
        )
        answer.headers.update({"Cache-Control": f"public, max-age={KEPT_SECONDS}", **FOR_SEARCH_ENGINES})
        return answer

    async def place_of(self, where: list[str]) -> Place:
        """The place of an address; 404 for none of ours."""
        found = await place_addresses.place_at(self.house.database.reader, where)
        if found is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return found

    async def spoken(self, sought: Wanted) -> tuple[str, ...] | None:
        """The language that is wanted and those that serve its speakers too; 404 for none that we know."""
        if sought.speaks is None:
            return None
        try:
            return await search_languages(self.house, [sought.speaks], "speaks")
        except ValidationFailed:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None


def parted(written: str) -> tuple[list[str], Wanted]:
    """The words of an address that name the place, and what those behind them ask; 404 where they ask nothing."""
    parts = written.split("/")
    depth = next((at for at, word in enumerate(parts) if at and wanted.is_word(word)), len(parts))
    sought = wanted.read(parts[depth:])
    if sought is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return parts[:depth], sought


def way_of(address: str, sought: Wanted) -> str:
    """The address of the groups for a place, behind the language. Those for adults need no word of their own."""
    return "/".join(("/find", address, *sought.words))


def onwards(request: Request, address: str, sought: Wanted) -> Response:
    to = f"/{request.path_params['lang']}{way_of(address, sought)}"
    return RedirectResponse(to, HTTPStatus.SEE_OTHER, {"Cache-Control": "no-store"})


def chosen(address: str, sought: Wanted, t: Catalogue, names: dict[str, str]) -> list[tuple[str, str]]:
    """What was asked besides who needs help, each with the address of the list without it."""
    found = list[tuple[str, str]]()
    if sought.speaks:
        spoken = names.get(sought.speaks, sought.speaks)
        found.append((t("near.speaks", language=spoken), way_of(address, replace(sought, speaks=None))))
    if sought.is_free:
        found.append((t("near.free"), way_of(address, replace(sought, is_free=False))))
    if sought.is_taking:
        found.append((t("near.taking"), way_of(address, replace(sought, is_taking=False))))
    return found


def state_of(place: Place) -> tuple[str, str] | None:
    """The name of the state around a place and the address of its groups, where it has a page of its own."""
    around = place_addresses.words_of(replace(place, kind=PlaceKind.STATE))
    if is_area(place) or len(around) != 2 or not place.state:
        return None
    return state_name(place.country, place.state), way_of("/".join(around), Wanted())


def map_of(found: Nearby, place: Place) -> Drawing | None:
    """A map of who is on the page; a whole state or country has no middle that anybody means."""
    middle = None if is_area(place) else (place.longitude, place.latitude)
    return drawn([spot_of(hit) for hit in (*found.hits, *found.further)], middle)


def spot_of(hit: Hit) -> Spot | None:
    """Where a group is, if it is anywhere, and says where."""
    at = hit.location
    return None if at is None or at.latitude is None or at.longitude is None else (at.longitude, at.latitude)


def asking_of(request: Request, lang: str) -> str | None:
    """Where one asks us for help, in a process that has such a page."""
    try:
        return str(request.app.url_path_for("help_start", lang=lang))
    except NoMatchFound:
        return None


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


def words(request: Request) -> Catalogue:
    return catalogue(language(request), "common", "find", "form", "help", "near")


def language(request: Request) -> str:
    """The language of the address; 404 for none of ours."""
    lang = request.path_params["lang"]
    if lang not in LANGUAGES:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return lang
