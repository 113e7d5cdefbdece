"""Which part of the map does a list mean? Courts, states and countries by name, and time zones by address."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import orjson

from referral.directory.lists.listed import ListedArea, ListedLocation
from referral.directory.words import ServiceAreaKind
from referral.foundation.db import Reader, many
from referral.foundation.folding import fold

COURT = " Immigration Court"
DOCKET = re.compile(r"\([^()]*\)$")  # "... Immigration Court (juvenile docket)" is that court too


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedArea:
    """A service area as it is stored."""

    id: UUID
    service_id: UUID | None
    provider_id: UUID | None
    name: str
    kind: ServiceAreaKind
    country: str | None
    state: str | None
    place_id: UUID | None
    border: Any = None  # GeoJSON, as the database's json


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A place of the gazetteer under one folded name."""

    folded: str
    kind: str
    id: UUID
    country: str
    state: str | None
    time_zone: str


async def placed(at: Reader, areas: Sequence[ListedArea]) -> list[PlacedArea]:
    """Areas with their kind. A name of two places (Georgia, "CA") stays mere words: a guess would exclude people."""
    places = await named(at, {plain_name(area) for area in areas}, ["court", "state", "country"])
    courts = {place.folded: place for place in places if place.kind == "court"}
    regions: dict[str, list[Named]] = {}
    for place in places:
        if place.kind != "court":
            regions.setdefault(place.folded, []).append(place)
    return [placed_area(area, courts, regions) for area in areas]


def placed_area(area: ListedArea, courts: dict[str, Named], regions: dict[str, list[Named]]) -> PlacedArea:
    if area.border:
        return drawn(area)
    if area.is_mere_words:
        return in_region(area, {})
    return in_court(area, courts) if is_court(area) else in_region(area, regions)


def drawn(area: ListedArea) -> PlacedArea:
    """What a border says is more than a name can."""
    return PlacedArea(
        id=area.id,
        service_id=area.service_id,
        provider_id=area.provider_id,
        name=area.name,
        kind=ServiceAreaKind.CUSTOM,
        country=None,
        state=None,
        place_id=None,
        border=orjson.loads(area.border or ""),
    )


def is_court(area: ListedArea) -> bool:
    return plain_name(area).endswith(COURT)


def plain_name(area: ListedArea) -> str:
    """The name, without what stands in brackets after it."""
    return DOCKET.sub("", area.name).rstrip()


def in_court(area: ListedArea, courts: dict[str, Named]) -> PlacedArea:
    court = courts.get(fold(plain_name(area)))
    return PlacedArea(
        id=area.id,
        service_id=area.service_id,
        provider_id=area.provider_id,
        name=area.name,
        kind=ServiceAreaKind.COURT,
        country=court.country if court else None,
        state=area.extent or (court.state if court else None),
        place_id=court.id if court else None,
    )


def in_region(area: ListedArea, regions: dict[str, list[Named]]) -> PlacedArea:
    meant = regions.get(fold(plain_name(area)), [])
    region = meant[0] if len(meant) == 1 else None
    return PlacedArea(
        id=area.id,
        service_id=area.service_id,
        provider_id=area.provider_id,
        name=area.name,
        kind=ServiceAreaKind(region.kind) if region else ServiceAreaKind.CUSTOM,
        country=region.country if region else None,
        state=region.state if region else None,
        place_id=region.id if region else None,
    )


async def with_time_zones(at: Reader, locations: Sequence[ListedLocation]) -> list[ListedLocation]:
    """Locations without a point or a time zone get that of their postal code, else of their state."""
    pointless = [location for location in locations if location.latitude is None and location.time_zone is None]
    written = {text for location in pointless for text in (location.postal_code, location.state) if text}
    places = await named(at, written, ["postal_code", "state"])
    zones = {(place.kind, place.country, place.folded): place.time_zone for place in places}

    def zone(location: ListedLocation) -> str | None:
        country = location.country or ""
        by_code = zones.get(("postal_code", country, fold(location.postal_code or "")))
        return by_code or zones.get(("state", country, fold(location.state or "")))

    return [
        replace(one, time_zone=zone(one)) if one.latitude is None and one.time_zone is None else one
        for one in locations
    ]


async def named(at: Reader, names: set[str], kinds: list[str]) -> list[Named]:
    """Places of these kinds that are called exactly so. Ids come as text: the driver's own kind goes into no json."""
    folded = sorted({fold(name) for name in names} - {""})
    if not folded:
        return []
    return await many(
        at,
        Named,
        """SELECT n.folded, p.kind, p.id::text, p.country, p.state, p.time_zone
             FROM place_name n
             JOIN place p ON p.id = n.place_id
            WHERE n.folded = ANY($1::text[]) AND p.kind = ANY($2::text[])
            ORDER BY p.weight, p.id""",
        folded,
        kinds,
    )
