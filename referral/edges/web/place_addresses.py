"""What is the address of a place's page? Words where words lead to it alone: us/tx/houston; else its number."""

from collections.abc import Sequence
from uuid import UUID

from referral.edges.lookups import is_area
from referral.foundation import places
from referral.foundation.area_names import countries, states
from referral.foundation.db import Reader
from referral.foundation.folding import fold
from referral.foundation.meanings import Place, PlaceKind

DEEPEST = 3  # country, state, town


async def address_of(at: Reader, place: Place) -> str:
    """The shortest words that lead back to this place, else its number."""
    words = words_of(place)
    found = await place_at(at, words) if words else None
    return "/".join(words) if found and found.id == place.id else str(place.id)


def words_of(place: Place) -> tuple[str, ...]:
    """The words that would be its address. States by our codes only: elsewhere a state is a name in no set spelling."""
    country, state = place.country.lower(), place.state
    if place.kind is PlaceKind.COUNTRY:
        return (country,) if place.country in countries() else ()
    if not state or (place.country, state) not in states():
        return ()
    if place.kind is PlaceKind.TOWN and (name := fold(place.name)):
        return country, state.lower(), name.replace(" ", "-")
    return (country, state.lower()) if is_area(place) else ()


async def place_at(at: Reader, words: Sequence[str]) -> Place | None:
    """The place that an address names; None for none of ours. No name holds a zero, nor can be looked up with one."""
    if any("\0" in word for word in words):
        return None
    match list(words):
        case [only] if len(only) == 2:
            return await area(at, only, None)
        case [number]:
            return await by_number(at, number)
        case [country, state]:
            return await area(at, country, state)
        case [country, state, name]:
            return await places.town(at, country.upper(), state.upper(), name.replace("-", " "))
        case _:
            return None


async def by_number(at: Reader, written: str) -> Place | None:
    try:
        return await places.place(at, UUID(written))
    except ValueError:
        return None


async def area(at: Reader, country: str, state: str | None) -> Place | None:
    """The state or the country; not the country in the place of a state that there is not."""
    found = await places.area(at, country.upper(), state)
    wanted = PlaceKind.COUNTRY if state is None else PlaceKind.STATE
    return found if found and found.kind is wanted else None
