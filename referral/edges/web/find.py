"""Who helps near here? A box for a place, and a page of the nearest groups for each place.

The page of a place is the same for everybody, and its address holds the place alone: what a person typed is posted, and
stands in no address and no log.
"""

from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from referral.directory import search, sources
from referral.directory.facts import FactGroup
from referral.directory.providers import ProviderId
from referral.directory.search import Hit, Point, Search
from referral.directory.sources import Told
from referral.directory.words import SaidBy
from referral.edges.house import House
from referral.edges.lookups import areas_of
from referral.edges.web import forms
from referral.edges.web.find_words import WORDS
from referral.edges.web.pages import page
from referral.foundation import gazetteer, languages, places
from referral.foundation.meanings import Place, Resolution
from referral.matching import english, spanish

RADIUS_KM = 300
SHOWN = 20
KEPT_SECONDS = 300
HELP = {"en": english.HELP_NAMES, "es": spanish.HELP_NAMES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """The directory, for people."""

    house: House

    async def ask(self, request: Request) -> Response:
        """The box."""
        return box(request)

    async def look_up(self, request: Request) -> Response:
        """Where the words lead: to a place's page, or to the question which place is meant."""
        fields = await forms.read(request, self.house.settings.public_url)
        written = fields.get("where", "").strip()
        if not written:
            return box(request, trouble="empty", written=written)
        found = await gazetteer.look_up(self.house.database.reader, written, outside=self.house.outside, first=6)
        if not found.candidates:
            return box(request, trouble="not_known", written=written)
        if found.best is None or await self.is_elsewhere(found):
            return box(request, meanings=found.candidates, written=written)
        target = request.url_for("find_place", lang=request.path_params["lang"], place=found.best.id).path
        return RedirectResponse(target, HTTPStatus.SEE_OTHER, {"Cache-Control": "no-store"})

    async def is_elsewhere(self, found: Resolution) -> bool:
        """Whether the one meaning came from a place service outside and has no page here."""
        best = found.best
        return best is not None and await places.place(self.house.database.reader, best.id) is None

    async def near(self, request: Request) -> Response:
        """The nearest groups."""
        at, lang = self.house.database.reader, language(request)
        place = await place_of(self.house, request.path_params["place"])
        here = Search(
            near=Point(latitude=place.latitude, longitude=place.longitude),
            covered_by=areas_of(place),
            radius_km=RADIUS_KM,
        )
        hits = (await search.find(at, here, first=SHOWN)).hits
        further: tuple[Hit, ...] = ()
        if not any(hit.distance_km is not None for hit in hits):
            further = (await search.find(at, Search(near=here.near), first=SHOWN)).hits
        answer = page(
            request,
            "find_near.html",
            lang=lang,
            words=WORDS[lang],
            choices=WORDS,
            place=place,
            is_demonstration=self.house.settings.show_mailbox,
            hits=hits,
            further=further,
            newer=await newer_than_lists(self.house, [hit.id for hit in (*hits, *further)]),
            help=HELP[lang],
            names={one.tag: one.name_in(lang) for one in await languages.listed(at)},
        )
        answer.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
        return answer


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


def box(
    request: Request, *, trouble: str | None = None, meanings: tuple[Place, ...] = (), written: str = ""
) -> Response:
    lang = language(request)
    status = HTTPStatus.OK if trouble is None else HTTPStatus.UNPROCESSABLE_ENTITY
    return page(
        request,
        "find.html",
        status,
        lang=lang,
        words=WORDS[lang],
        choices=WORDS,
        trouble=None if trouble is None else getattr(WORDS[lang], trouble),
        meanings=meanings,
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


def language(request: Request) -> str:
    lang = request.path_params["lang"]
    if lang not in WORDS:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return lang
