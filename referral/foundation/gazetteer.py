"""What do the words for a place mean? By our own tables, or by the geocoder that an operator has put in their place."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from referral.foundation import places
from referral.foundation.db import Reader
from referral.foundation.errors import Refused
from referral.foundation.meanings import NOWHERE, Resolution
from referral.foundation.places import LONGEST_QUERY
from referral.foundation.settings import Settings

if TYPE_CHECKING:
    from geopy.geocoders.base import Geocoder


class PlaceServiceUnavailable(Refused):
    """The outside geocoder that the operator chose gave no usable answer."""

    code = "PLACE_SERVICE_UNAVAILABLE"


def outside_geocoder(settings: Settings) -> "Geocoder | None":
    """The geopy geocoder that the operator configured; None, the default, keeps every question at home."""
    if settings.geocoder is None:
        return None
    from referral.foundation import geocoders  # noqa: PLC0415 - 4 MB that hardly anybody needs

    return geocoders.configured(settings)


async def look_up(
    at: Reader, text: str, *, outside: "Geocoder | None" = None, countries: Collection[str] = (), first: int = 5
) -> Resolution:
    """What the words mean: by our own tables, or by the outside geocoder if there is one."""
    if outside is None:
        return await places.resolve(at, text, countries=countries, first=first)
    query = text[:LONGEST_QUERY].strip()
    if not query:
        return NOWHERE
    from referral.foundation import geocoders  # noqa: PLC0415 - as above

    wanted = {country.upper() for country in countries}
    found = await geocoders.found_outside(at, outside, query)
    kept = tuple(one for one in found if not wanted or one.country in wanted)
    return Resolution(candidates=kept[:first], clear=len(kept) == 1, plain=len(kept) == 1) if found else NOWHERE
