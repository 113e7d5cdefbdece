# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (geopy ships no types)
# ruff: noqa: ARG002, ASYNC109 - the signatures are geopy's
"""Our places as a geopy geocoder, and any other geopy geocoder in their place. Read only where one of them is used:
with what it loads geopy takes 4 MB.

Nothing here asks the outside unless an operator configured `REFERRAL_GEOCODER`; then visitors' words leave the machine.
"""

import asyncio
from collections.abc import Awaitable, Collection, Sequence
from dataclasses import replace
from typing import Any, NoReturn, TypeVar, cast

from geopy.adapters import BaseAsyncAdapter
from geopy.exc import ConfigurationError, GeocoderNotFound, GeocoderTimedOut, GeopyError
from geopy.geocoders import get_geocoder_for_service
from geopy.geocoders.base import DEFAULT_SENTINEL, Geocoder
from geopy.location import Location
from geopy.point import Point

from referral.foundation import places
from referral.foundation.atlas_entries import place_id
from referral.foundation.db import Reader
from referral.foundation.gazetteer import PlaceServiceUnavailable
from referral.foundation.meanings import Place, PlaceKind
from referral.foundation.settings import Settings

Answer = TypeVar("Answer")

OUTSIDE_SECONDS = 5.0
MOST_LOCATIONS = 20


class NoNetwork(BaseAsyncAdapter):
    """The adapter of a geocoder that has everything it needs at home."""

    def get_json(self, url: str, *, timeout: float, headers: dict[str, str]) -> NoReturn:
        raise ConfigurationError("The gazetteer makes no requests.")

    def get_text(self, url: str, *, timeout: float, headers: dict[str, str]) -> NoReturn:
        raise ConfigurationError("The gazetteer makes no requests.")


class Gazetteer(Geocoder):
    """The offline places as geopy expects a geocoder in async mode: its calls are coroutines.

    >>> async with Gazetteer(db.reader) as gazetteer:
    ...     location = await gazetteer.geocode("cd juarez")
    """

    def __init__(self, at: Reader, *, timeout: object = DEFAULT_SENTINEL) -> None:
        super().__init__(timeout=cast("Any", timeout), adapter_factory=NoNetwork)
        self.at = at

    async def geocode(
        self,
        query: str,
        *,
        exactly_one: bool = True,
        timeout: object = DEFAULT_SENTINEL,
        countries: Collection[str] | None = None,
        limit: int = 5,
    ) -> Location | list[Location] | None:
        """The best match, or with `exactly_one=False` all of them, best first; None if there is none."""
        first = 1 if exactly_one else min(limit, MOST_LOCATIONS)
        resolving = places.resolve(self.at, query, countries=countries or (), first=first)
        resolution = await self.in_time(resolving, timeout)
        return answer([to_location(one) for one in resolution.candidates], exactly_one=exactly_one)

    async def reverse(
        self,
        query: Point | tuple[float, float] | str,
        *,
        exactly_one: bool = True,
        timeout: object = DEFAULT_SENTINEL,
        limit: int = 5,
    ) -> Location | list[Location] | None:
        """The nearest town, or with `exactly_one=False` the nearest few."""
        point = query if isinstance(query, Point) else Point(query)
        first = 1 if exactly_one else min(limit, MOST_LOCATIONS)
        near = await self.in_time(places.nearest(self.at, *latitude_longitude(point), first), timeout)
        return answer([to_location(one) for one in near], exactly_one=exactly_one)

    async def in_time(self, answering: Awaitable[Answer], timeout: object) -> Answer:
        seconds = cast("float | None", self.timeout if timeout is DEFAULT_SENTINEL else timeout)
        try:
            return await asyncio.wait_for(answering, seconds)
        except TimeoutError:
            raise GeocoderTimedOut("The gazetteer took too long.") from None


def answer(locations: list[Location], *, exactly_one: bool) -> Location | list[Location] | None:
    """As geopy's geocoders answer: None for nothing, one location, or the list."""
    if not locations:
        return None
    return locations[0] if exactly_one else locations


def to_location(one: Place) -> Location:
    address = ", ".join(part for part in (one.name, one.state, one.country) if part)
    return Location(address, (one.latitude, one.longitude), one)


def configured(settings: Settings) -> Geocoder:
    """The geopy geocoder that the operator chose. Raises ValueError where there is none of this name and options."""
    options: dict[str, Any] = {"timeout": OUTSIDE_SECONDS, "user_agent": "referral/0.1", **settings.geocoder_options}
    try:
        options["timeout"] = float(options["timeout"])
        return cast("Geocoder", get_geocoder_for_service(settings.geocoder or "")(**options))
    except (GeocoderNotFound, ConfigurationError, TypeError, ValueError) as error:
        raise ValueError(f"REFERRAL_GEOCODER={settings.geocoder} cannot be used: {error}") from error


async def found_outside(at: Reader, outside: Geocoder, query: str) -> list[Place]:
    """What the outside takes the words for, best first."""
    locations = (await ask(outside, query))[:MOST_LOCATIONS]
    if not locations:
        return []
    towns = await places.nearest_to_each(at, [location.point for location in locations])
    source = type(outside).__name__.lower()
    return [to_place(source, location, town) for location, town in zip(locations, towns, strict=True)]


async def ask(outside: Geocoder, query: str) -> Sequence[Location]:
    """Put the question to the outside in a thread, since geopy's usual adapters wait; its failures stay here."""
    geocode = cast("Any", outside).geocode
    seconds = float(cast("float | None", outside.timeout) or OUTSIDE_SECONDS)
    try:
        asking = asyncio.to_thread(geocode, query, exactly_one=False)
        return await asyncio.wait_for(asking, seconds + 1.0) or []
    except (GeopyError, OSError, TimeoutError, LookupError, TypeError, ValueError, AttributeError):
        # An answer in an unexpected shape breaks inside geopy in any of these ways. Its words may repeat the question.
        raise PlaceServiceUnavailable(
            "Places cannot be looked up at the moment. Try again later, or go on without a place."
        ) from None


def to_place(source: str, location: Location, town: Place) -> Place:
    """A place at the outside's point, in the country, state and time zone of the town of ours that is nearest."""
    latitude, longitude = latitude_longitude(location.point)
    return replace(
        town,
        id=place_id(f"{source}:{latitude:.5f},{longitude:.5f}"),
        name=str(location.address).partition(",")[0].strip() or town.name,
        kind=PlaceKind.TOWN,
        latitude=latitude,
        longitude=longitude,
        population=0,
    )


def latitude_longitude(point: Point) -> tuple[float, float]:
    return float(cast("Any", point).latitude), float(cast("Any", point).longitude)
