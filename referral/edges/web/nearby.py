"""Who is found for a place? The nearest to a town or a code; whoever is in a state or a country, without distances.

A state is no circle around its middle: San Francisco lies outside three hundred kilometres of the middle of California.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from referral.directory.searching import facets, search
from referral.directory.searching.search import Area, Hit, Point, Search
from referral.edges.lookups import areas_of, is_area
from referral.edges.web.wanted import Wanted
from referral.foundation import places
from referral.foundation.db import Reader
from referral.foundation.errors import ValidationFailed, problem
from referral.foundation.meanings import Place, PlaceKind

RADIUS_KM = 300
SHOWN = 20
FEW = 3  # fewer, and whoever is next nearest is shown too, however far
FURTHER = 6
MOST_LANGUAGES = 40
BETWEEN = "."  # the number of a search and a cursor in it


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
    here = wanted.searches(where(place), spoken)
    counts = [await search.count(at, one) for one in here]
    total = None if None in counts else sum(one or 0 for one in counts)
    hits, onwards = await in_turn(at, here, SHOWN, after)
    is_few = after is None and total is not None and total < FEW
    return Nearby(
        hits=hits,
        total=total,
        next=onwards,
        further=await beyond(at, place, wanted, spoken, hits) if is_few else (),
    )


async def in_turn(
    at: Reader, searches: Sequence[Search], first: int, after: str | None
) -> tuple[tuple[Hit, ...], str | None]:
    """A page of what one search finds after the other, and where the next page begins. Raises ValidationFailed."""
    number, cursor = whereabouts(after, len(searches))
    hits: tuple[Hit, ...] = ()
    for turn, one in enumerate(searches[number:], number):
        found = await search.find(at, one, first=first - len(hits) + 1, after=cursor)
        hits, cursor = (*hits, *found.hits), None
        if len(hits) > first:
            begun = len(found.hits) > 1  # else the page is full of those before it
            return hits[:first], f"{turn}{BETWEEN}{hits[first - 1].cursor if begun else ''}"
    return hits, None


def whereabouts(after: str | None, turns: int) -> tuple[int, str | None]:
    """In which search a page begins, and after what in it. Raises ValidationFailed."""
    turn, between, cursor = (after or f"0{BETWEEN}").partition(BETWEEN)
    if not between or turn not in map(str, range(turns)):
        raise ValidationFailed([problem("after", "BAD_CURSOR", "This cursor is not one of this list's.")])
    return int(turn), cursor or None


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
    everywhere = wanted.searches(Search(near=middle(place)), spoken)
    found, _ = await in_turn(at, everywhere, FURTHER + len(shown), None)
    known = {hit.id for hit in shown}
    return tuple(hit for hit in found if hit.id not in known)[:FURTHER]


async def spoken_there(at: Reader, place: Place, wanted: Wanted) -> list[str]:
    """The languages that groups there say they speak, most often spoken first."""
    counts = Counter[str]()
    for one in wanted.searches(where(place), None):
        counts.update({found.tag: found.count for found in await facets.languages(at, one)})
    return [tag for tag, _ in counts.most_common(MOST_LANGUAGES)]


async def other_meanings(at: Reader, place: Place) -> tuple[Place, ...]:
    """What else the digits of a US ZIP code may be: a Mexican code. Told by the place, not by what anybody typed."""
    if place.kind is not PlaceKind.POSTAL_CODE or place.country != "US":
        return ()
    found = await places.resolve(at, place.name[:5])
    return tuple(one for one in found.candidates if one.id != place.id)


def middle(place: Place) -> Point:
    return Point(latitude=place.latitude, longitude=place.longitude)
