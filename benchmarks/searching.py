"""Does the search find what brute force finds, and how does its time grow with the directory?

Random searches by position, radius, kind of help, language and openness: in towns, anywhere on the globe, at the poles
and on both sides of the antimeridian. Each answer is compared with every listing looked at, one by one.
"""

import heapq
import json
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import asin, cos, pi, radians, sin
from random import Random
from statistics import median, quantiles
from typing import Any
from uuid import UUID

from referral.directory.searching import search
from referral.directory.searching.search import Paging, Point, Search
from referral.directory.words import Openness
from referral.foundation.db import Database, value
from referral.foundation.earth import EARTH_RADIUS_KM
from referral.foundation.vocabulary import HelpType

PAGE = 20
SEED = 11
EDGES = ((90.0, 0.0), (-90.0, 0.0), (0.0, 180.0), (0.0, -180.0), (52.0, 179.99), (52.0, -179.99), (89.9, -30.0))
RADII = (None, 50.0, 300.0, 2_000.0)
OPEN = (Openness.OPEN, Openness.LIMITED)
SAME = 1e-9  # chords closer than this are one distance: 6 mm


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One search, and how it is looked for by hand."""

    search: Search
    help_type: str
    tag: str
    only_open: bool


@dataclass(slots=True, kw_only=True)
class Listings:
    """Every listing's position as three coordinates on the unit sphere, by what it offers."""

    offers: dict[tuple[str, str], list[tuple[float, float, float, UUID, bool]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def nearest(self, asked: Asked) -> list[tuple[float, UUID]]:
        """(chord, id) of the page, by looking at each."""
        near = asked.search.near
        assert near is not None  # noqa: S101 - every search here has one
        x, y, z = on_sphere(near.latitude, near.longitude)
        reach = (
            3.0 if asked.search.radius_km is None else 2 * sin(min(asked.search.radius_km / EARTH_RADIUS_KM, pi) / 2)
        )
        found = (
            (chord, id)
            for a, b, c, id, is_open in self.offers[asked.help_type, asked.tag]
            if (is_open or not asked.only_open)
            and (chord := ((a - x) ** 2 + (b - y) ** 2 + (c - z) ** 2) ** 0.5) <= reach
        )
        return heapq.nsmallest(PAGE, found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one size gave."""

    size: int
    searches: int
    p50: float  # ms
    p99: float


def on_sphere(latitude: float, longitude: float) -> tuple[float, float, float]:
    lat, lon = radians(latitude), radians(longitude)
    return cos(lat) * cos(lon), cos(lat) * sin(lon), sin(lat)


async def listings(database: Database) -> Listings:
    found = Listings()
    async with database.pool.acquire() as connection, connection.transaction():
        async for row in connection.cursor(
            """SELECT id, latitude, longitude, help_types, tags, openness IN ('open', 'limited') AS is_open
                 FROM listing WHERE point IS NOT NULL AND source LIKE 'synthetic%'""",
            prefetch=5_000,
            timeout=3600,
        ):
            spot = (*on_sphere(row["latitude"], row["longitude"]), row["id"], row["is_open"])
            for help_type in row["help_types"]:
                for tag in row["tags"]:
                    found.offers[help_type, tag].append(spot)
    return found


async def questions(database: Database, offers: list[tuple[str, str]], many: int) -> Iterator[Asked]:
    chance = Random(SEED)  # noqa: S311 - the same searches every time, not a secret
    towns: list[list[float]] = await value(
        database.reader,
        """SELECT json_agg(json_build_array(latitude, longitude))
             FROM (SELECT * FROM place WHERE kind = 'town' ORDER BY population DESC LIMIT 3000) AS large""",
    )

    def origin() -> tuple[float, float]:
        match chance.random():
            case share if share < 0.6:
                lat, lon = chance.choice(towns)
                return lat, lon
            case share if share < 0.9:
                return asin(chance.uniform(-1, 1)) * 180 / pi, chance.uniform(-180, 180)
            case _:
                return chance.choice(EDGES)

    def one() -> Asked:
        (help_type, tag), (lat, lon), only_open = chance.choice(offers), origin(), chance.random() < 0.5
        return Asked(
            search=Search(
                near=Point(latitude=lat, longitude=lon),
                radius_km=chance.choice(RADII),
                covered_by=(),
                languages=(tag,),
                help_types=(HelpType(help_type),),
                openness=OPEN if only_open else None,
            ),
            help_type=help_type,
            tag=tag,
            only_open=only_open,
        )

    return (one() for _ in range(many))


async def measured(database: Database, size: int, many: int) -> Result:
    """Raises SystemExit at the first search whose answer is not that of brute force."""
    known, seconds = await listings(database), list[float]()
    for asked in await questions(database, sorted(known.offers), many):
        began = time.perf_counter()
        found = await search.find_columns(database.reader, asked.search, frozenset({"openness"}), Paging(first=PAGE))
        seconds.append(time.perf_counter() - began)
        expected = known.nearest(asked)
        if not same([dict(row) for row in found.hits], expected):
            raise SystemExit(f"{size:,}: {asked} found {json.dumps([str(row['id']) for row in found.hits])}")
    cuts = quantiles(seconds, n=100)
    return Result(size=size, searches=many, p50=median(seconds) * 1e3, p99=cuts[98] * 1e3)


def same(found: list[dict[str, Any]], expected: list[tuple[float, UUID]]) -> bool:
    """Equal in order; listings at one distance may stand in either order of their ids' last digit of a chord."""
    if len(found) != len(expected):
        return False
    return all(
        row["id"] == id or abs(row["key"] - chord) <= SAME for row, (chord, id) in zip(found, expected, strict=True)
    )
