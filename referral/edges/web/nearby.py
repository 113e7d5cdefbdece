"""Who is found for a place? The nearest to a town or a code; whoever is in a state or a country, without distances.

A state is no circle around its middle: San Francisco lies outside three hundred kilometres of the middle of California.
"""

from dataclasses import dataclass

from referral.directory.searching import facets, search
from referral.directory.searching.search import Area, Hit, Point, Search
from referral.edges.lookups import areas_of, is_area
from referral.edges.web.wanted import Wanted
from referral.foundation import places
from referral.foundation.db import Reader
from referral.foundation.meanings import Place, PlaceKind

RADIUS_KM = 300
SHOWN = 20
FEW = 3  # fewer, and whoever is next nearest is shown too, however far
FURTHER = 6
MOST_LANGUAGES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearby:
    """A page of who was found, how many there are, where it goes on, and who is next nearest if they are few."""

    hits: tuple[Hit, ...]
    total: int | None
    next: str | None
    further: tuple[Hit, ...] = ()


async def nearby(
    at: Reader, place: Place, wanted: Wanted, after: str | None, spoken: tuple[str, ...] | None = None
) -> Nearby:
    """A page of the groups for a place. Raises ValidationFailed for a cursor that is none of ours."""
    here = wanted.search(where(place), spoken)
    found = await search.find(at, here, first=SHOWN, after=after)
    total = await search.count(at, here)
    is_few = after is None and total is not None and total < FEW
    return Nearby(
        hits=found.hits,
        total=total,
        next=found.hits[-1].cursor if found.hits and found.page.has_next else None,
        further=await beyond(at, place, wanted, spoken, found.hits) if is_few else (),
    )


def where(place: Place) -> Search:
    return within(place) if is_area(place) else around(place)


def within(place: Place) -> Search:
    """Standing in the state or country, or covering all of it."""
    return Search(within=Area(country=place.country, state=place.state if place.kind is PlaceKind.STATE else None))


def around(place: Place) -> Search:
    return Search(near=middle(place), covered_by=areas_of(place), radius_km=RADIUS_KM)


async def beyond(
    at: Reader, place: Place, wanted: Wanted, spoken: tuple[str, ...] | None, shown: tuple[Hit, ...]
) -> tuple[Hit, ...]:
    """The next nearest, outside the circle or the state."""
    everywhere = wanted.search(Search(near=middle(place)), spoken)
    found = await search.find(at, everywhere, first=FURTHER + len(shown))
    known = {hit.id for hit in shown}
    return tuple(hit for hit in found.hits if hit.id not in known)[:FURTHER]


async def spoken_there(at: Reader, place: Place, wanted: Wanted) -> list[str]:
    """The languages that groups there say they speak, most often spoken first."""
    counted = await facets.languages(at, wanted.search(where(place), None))
    return [one.tag for one in counted[:MOST_LANGUAGES]]


async def other_meanings(at: Reader, place: Place) -> tuple[Place, ...]:
    """What else the digits of a US ZIP code may be: a Mexican code. Told by the place, not by what anybody typed."""
    if place.kind is not PlaceKind.POSTAL_CODE or place.country != "US":
        return ()
    found = await places.resolve(at, place.name[:5])
    return tuple(one for one in found.candidates if one.id != place.id)


def middle(place: Place) -> Point:
    return Point(latitude=place.latitude, longitude=place.longitude)
