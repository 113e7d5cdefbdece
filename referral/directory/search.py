"""Who can help, near here, in this language, with this? Filters, order and keyset pages over listings."""

from dataclasses import dataclass, replace
from math import cos, pi, radians, sin
from typing import LiteralString
from uuid import UUID

from referral.directory.providers import PROVIDER, Provider
from referral.directory.words import Openness
from referral.foundation import cursors
from referral.foundation.cursors import Page, Window
from referral.foundation.db import Reader, many, value
from referral.foundation.earth import EARTH_RADIUS_KM
from referral.foundation.errors import FieldProblem, ValidationFailed, problem
from referral.foundation.vocabulary import HelpType

COUNTED_AT_MOST = 10_000
FARTHEST_KM = 20_038
# Longer than any chord of the unit sphere: where a listing without a point stands in an order by distance.
NOWHERE = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Degrees, WGS 84."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is looked for. None means: not asked. Languages are canonical tags, reviewed pairs included.

    A listing that names no language at all is kept: what is not known never excludes, and most lists say nothing.
    """

    near: Point | None = None
    radius_km: float | None = None
    languages: tuple[str, ...] | None = None
    help_types: tuple[HelpType, ...] | None = None
    openness: tuple[Openness, ...] | None = None
    organization: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit(Provider):
    """A listing found, with its distance in km (None where either end has no point) and its place in the order."""

    chord: float
    distance_km: float | None

    def cursor(self, search: Search) -> str:
        if search.near:
            return cursors.written("distance", self.chord, self.id)
        return cursors.written("name", self.name, self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One page."""

    hits: tuple[Hit, ...]
    page: Page


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageCount:
    """How many listings offer a language, under the other filters."""

    tag: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpTypeCount:
    """How many listings offer a kind of help, under the other filters."""

    help_type: HelpType
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpennessCount:
    """How many listings stand so, under the other filters."""

    openness: Openness
    count: int


MATCHING: LiteralString = """
    ($3::text[] IS NULL OR help_types && $3)
    AND ($4::text[] IS NULL OR openness = ANY($4))
    AND ($5::text[] IS NULL
         OR EXISTS (SELECT FROM language_offered g
                     WHERE (g.service_id = listing.service_id OR g.location_id = listing.location_id)
                       AND g.tag = ANY($5))
         OR NOT EXISTS (SELECT FROM language_offered g
                         WHERE g.service_id = listing.service_id OR g.location_id = listing.location_id))
    AND ($6::uuid IS NULL OR organization_id = $6)
    AND ($2::float8 IS NULL OR point <-> $1::text::cube <= $2)"""

CHORD: LiteralString = "coalesce(point <-> $1::text::cube, 3)"


def wrong_in(search: Search) -> list[FieldProblem]:
    problems: list[FieldProblem] = []
    if search.radius_km is not None and not 0 < search.radius_km <= FARTHEST_KM:
        problems.append(problem("filter.radius_km", "OUT_OF_RANGE", f"Send more than 0, at most {FARTHEST_KM} km."))
    if search.radius_km is not None and search.near is None:
        problems.append(problem("filter.radius_km", "NEEDS_NEAR", "A radius needs near."))
    if search.near is not None and not (abs(search.near.latitude) <= 90 and abs(search.near.longitude) <= 180):
        problems.append(
            problem("filter.near.point", "OUT_OF_RANGE", "Latitude is -90 to 90, longitude -180 to 180 degrees.")
        )
    problems += [
        problem(f"filter.{name}", "EMPTY", "Leave it out, or name at least one.")
        for name, values in (
            ("languages", search.languages),
            ("help_types", search.help_types),
            ("openness", search.openness),
        )
        if values == ()
    ]
    return problems


async def find(
    at: Reader,
    search: Search,
    *,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Found:
    """A page of listings: nearest first then id where `near` is given, else by name then id.

    Raises ValidationFailed for a bad filter, page size or cursor.
    """
    if problems := wrong_in(search):
        raise ValidationFailed(problems)
    if search.near:
        near = cursors.window("distance", float, first=first, after=after, last=last, before=before)
        rows = await nearest(at, search, near)
        return Found(hits=cursors.in_order(near, rows), page=cursors.page_of(near, len(rows)))
    named = cursors.window("name", str, first=first, after=after, last=last, before=before)
    rows = await by_name(at, search, named)
    return Found(hits=cursors.in_order(named, rows), page=cursors.page_of(named, len(rows)))


async def nearest(at: Reader, search: Search, window: Window[float]) -> list[Hit]:
    onwards: LiteralString = f"({CHORD}, id) > ($7, $8) ORDER BY {CHORD}, id"
    backwards: LiteralString = f"({CHORD}, id) < ($7, $8) ORDER BY {CHORD} DESC, id DESC"
    start = (NOWHERE + 1, UUID(int=2**128 - 1)) if window.backwards else (-1.0, UUID(int=0))
    key, id = (window.mark.key, window.mark.id) if window.mark else start
    return await many(
        at,
        Hit,
        f"""
        SELECT {PROVIDER}, {CHORD} AS chord, arc_km(point <-> $1::text::cube) AS distance_km
          FROM listing
         WHERE {MATCHING}
           AND {backwards if window.backwards else onwards}
         LIMIT $9""",
        *arguments(search),
        key,
        id,
        window.size + 1,
    )


async def by_name(at: Reader, search: Search, window: Window[str]) -> list[Hit]:
    onwards: LiteralString = "($7::text IS NULL OR (name, id) > ($7, $8)) ORDER BY name, id"
    backwards: LiteralString = "($7::text IS NULL OR (name, id) < ($7, $8)) ORDER BY name DESC, id DESC"
    key, id = (window.mark.key, window.mark.id) if window.mark else (None, None)
    return await many(
        at,
        Hit,
        f"""
        SELECT {PROVIDER}, 3::float8 AS chord, NULL::float8 AS distance_km
          FROM listing
         WHERE {MATCHING}
           AND {backwards if window.backwards else onwards}
         LIMIT $9""",
        *arguments(search),
        key,
        id,
        window.size + 1,
    )


async def count(at: Reader, search: Search) -> int | None:
    """How many listings match; None above COUNTED_AT_MOST."""
    counted: int = await value(
        at,
        f"SELECT count(*) FROM (SELECT FROM listing WHERE {MATCHING} LIMIT $7) AS matching",
        *arguments(search),
        COUNTED_AT_MOST + 1,
    )
    return counted if counted <= COUNTED_AT_MOST else None


async def language_counts(at: Reader, search: Search) -> list[LanguageCount]:
    """Listings for each language, under the other filters."""
    return await many(
        at,
        LanguageCount,
        f"""
        SELECT g.tag, count(DISTINCT listing.id) AS count
          FROM listing
          JOIN language_offered g ON g.service_id = listing.service_id OR g.location_id = listing.location_id
         WHERE {MATCHING}
         GROUP BY g.tag
         ORDER BY count DESC, g.tag""",
        *arguments(replace(search, languages=None)),
    )


async def help_type_counts(at: Reader, search: Search) -> list[HelpTypeCount]:
    """Listings for each kind of help, under the other filters."""
    return await many(
        at,
        HelpTypeCount,
        f"""
        SELECT help_type, count(*) AS count
          FROM listing, unnest(help_types) AS help_type
         WHERE {MATCHING}
         GROUP BY help_type
         ORDER BY count DESC, help_type""",
        *arguments(replace(search, help_types=None)),
    )


async def openness_counts(at: Reader, search: Search) -> list[OpennessCount]:
    """Listings for each openness, under the other filters."""
    return await many(
        at,
        OpennessCount,
        f"""
        SELECT openness, count(*) AS count
          FROM listing
         WHERE {MATCHING}
         GROUP BY openness
         ORDER BY count DESC, openness""",
        *arguments(replace(search, openness=None)),
    )


def arguments(search: Search) -> tuple[object, ...]:
    """$1 to $6: the query point as a cube, computed once for all rows; the radius as a chord; the filters."""
    return (
        as_cube(search.near) if search.near else None,
        None if search.radius_km is None else 2 * sin(min(search.radius_km / EARTH_RADIUS_KM, pi) / 2),
        list(search.help_types) if search.help_types else None,
        list(search.openness) if search.openness else None,
        list(search.languages) if search.languages else None,
        search.organization,
    )


def as_cube(point: Point) -> str:
    """The point on the unit sphere, as Postgres's unit_point() makes it."""
    latitude, longitude = radians(point.latitude), radians(point.longitude)
    return f"({cos(latitude) * cos(longitude)!r}, {cos(latitude) * sin(longitude)!r}, {sin(latitude)!r})"
