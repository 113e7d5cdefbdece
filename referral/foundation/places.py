"""Which place do these words mean? Answered from our own tables: what people type never leaves the machine."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from math import cos, radians, sin
from uuid import UUID

from referral.foundation.db import Reader, many, one
from referral.foundation.earth import Located, km_between
from referral.foundation.folding import fold
from referral.foundation.meanings import NOWHERE, Hit, Place, PlaceId, PlaceKind, Resolution, likeliest, weigh
from referral.foundation.readings import (
    MOST_WORDS,
    REGION_IGNORED,
    Reading,
    Region,
    for_guessing,
    readings,
    spans,
    swapped,
)

__all__ = [
    "Place", "PlaceId", "PlaceKind", "Resolution", "middles_of_codes", "nearest", "nearest_courts", "nearest_to_each",
    "place", "resolve",
]  # fmt: skip

LONGEST_QUERY = 200
TWIN_KM = 100
SHORTEST_GUESS, LONGEST_GUESS = 4, 40  # letters; fewer match everything, more match nothing

PLACE = "p.id, p.name, p.kind, p.country, p.state, p.latitude, p.longitude, p.county, p.time_zone, p.population"


@dataclass(frozen=True, slots=True, kw_only=True)
class Middle:
    """About where a postal code lies."""

    country: str
    code: str
    latitude: float
    longitude: float


async def resolve(at: Reader, text: str, *, countries: Collection[str] = (), first: int = 5) -> Resolution:
    """Read the words as they stand; bend their spelling only if that finds nothing."""
    words = fold(text[:LONGEST_QUERY]).split()
    if not words or len(words) > MOST_WORDS:
        return NOWHERE
    within = [country.upper() for country in countries]
    read = readings(words, await regions_named(at, spans(words)))
    if hits := await found(at, read, within):
        seen = weigh(hits, first, words=" ".join(words))
        is_contradicted = min(hit.rank for hit in hits) == REGION_IGNORED
        return await with_twins(at, seen, read, within, first) if is_contradicted else seen
    guesses = [one for one in for_guessing(read) if SHORTEST_GUESS <= len(one.name) <= LONGEST_GUESS]
    hits = await found(at, swapped(guesses), within)
    if any(hit.sense != "other" for hit in hits):  # "Tiajuana" is one swap from a rare name of Taiyuan
        return weigh(hits, first, is_guess=True)
    return weigh(likeliest(await guessed(at, guesses, within)), first, is_guess=True)


async def with_twins(
    at: Reader, seen: Resolution, read: Sequence[Reading], countries: list[str], first: int
) -> Resolution:
    """Where the words name a state that the place does not lie in: also who is called much the same there, close by.

    "Laredo, Tamaulipas" may be Nuevo Laredo.
    """
    stated = [one for one in read if one.is_narrowed and SHORTEST_GUESS <= len(one.name) <= LONGEST_GUESS]
    near = [
        hit.place
        for hit in await guessed(at, stated[:2], countries)
        if any(km_between(hit, place) <= TWIN_KM for place in seen.candidates)
    ]
    return replace(seen, candidates=tuple(dict.fromkeys([*near, *seen.candidates]))[:first])


async def place(at: Reader, place_id: UUID) -> Place | None:
    return await one(at, Place, f"SELECT {PLACE} FROM place p WHERE p.id = $1", place_id)


async def town(at: Reader, country: str, state: str, folded: str) -> Place | None:
    """The greatest town of a state that bears a name; the name as `fold` writes it."""
    return await one(
        at,
        Place,
        f"""SELECT {PLACE}
              FROM place_name n
              JOIN place p ON p.id = n.place_id
             WHERE n.folded = $3 AND p.kind = 'town' AND p.country = $1 AND p.state = $2
             ORDER BY n.sense = 'own' DESC, p.weight DESC, p.id
             LIMIT 1""",
        country,
        state,
        folded,
    )


async def nearest(at: Reader, latitude: float, longitude: float, first: int = 1) -> list[Place]:
    """The nearest towns."""
    return await many(
        at,
        Place,
        f"""SELECT {PLACE}
              FROM place p
             WHERE p.kind = 'town'
             ORDER BY p.point <-> cube($1::float8[])
             LIMIT $2""",
        unit_point(latitude, longitude),
        first,
    )


async def nearest_to_each(at: Reader, spots: Sequence[Located]) -> list[Place]:
    """The nearest town of each spot, in their order."""
    return await many(
        at,
        Place,
        f"""SELECT {PLACE}
              FROM unnest($1::float8[], $2::float8[], $3::float8[]) WITH ORDINALITY AS spot(x, y, z, number)
             CROSS JOIN LATERAL (
                   SELECT near.id
                     FROM place near
                    WHERE near.kind = 'town'
                    ORDER BY near.point <-> cube(ARRAY[spot.x, spot.y, spot.z])
                    LIMIT 1) AS town
              JOIN place p ON p.id = town.id
             ORDER BY spot.number""",
        *(list(axis) for axis in zip(*(unit_point(spot.latitude, spot.longitude) for spot in spots), strict=True)),
    )


async def nearest_courts(at: Reader, latitude: float, longitude: float, first: int = 3) -> list[Place]:
    """The nearest US immigration courts."""
    return await many(
        at,
        Place,
        f"""SELECT {PLACE}
              FROM place p
             WHERE p.kind = 'court'
             ORDER BY p.point <-> cube($1::float8[]), p.name
             LIMIT $2""",
        unit_point(latitude, longitude),
        first,
    )


async def middles_of_codes(at: Reader, written: Collection[str]) -> dict[tuple[str, str], tuple[float, float]]:
    """Where US postal codes lie, by country and code. Of Mexico's only the states are known: too wide to tell."""
    codes = await many(
        at,
        Middle,
        """SELECT DISTINCT ON (n.folded) n.folded AS code, p.country, p.latitude, p.longitude
             FROM place_name n
             JOIN place p ON p.id = n.place_id
            WHERE n.folded = ANY($1::text[]) AND p.kind = 'postal_code' AND p.country = 'US'
            ORDER BY n.folded, p.weight DESC, p.id""",
        sorted({code[:5] for code in written}),
    )
    return {(one.country, one.code): (one.latitude, one.longitude) for one in codes}


def unit_point(latitude: float, longitude: float) -> list[float]:
    """The point on the unit sphere, as in the column `place.point`."""
    lat, lon = radians(latitude), radians(longitude)
    return [cos(lat) * cos(lon), cos(lat) * sin(lon), sin(lat)]


async def regions_named(at: Reader, names: list[str]) -> dict[str, list[Region]]:
    """The states and countries that any of the names may mean."""
    regions = await many(
        at,
        Region,
        """SELECT n.folded, p.country, CASE p.kind WHEN 'state' THEN p.state END AS state
             FROM place_name n
             JOIN place p ON p.id = n.place_id
            WHERE n.folded = ANY($1) AND p.kind IN ('state', 'country')
            ORDER BY p.weight DESC
            LIMIT 40""",
        names,
    )
    by_name: defaultdict[str, list[Region]] = defaultdict(list)
    for region in regions:
        by_name[region.folded].append(region)
    return by_name


async def found(at: Reader, read: list[Reading], countries: list[str]) -> list[Hit]:
    """Places whose folded name is exactly that of a reading."""
    return await many(
        at,
        Hit,
        f"""SELECT {PLACE}, r.name AS read, n.folded, n.sense, r.rank, 1.0 AS likeness,
                   r.country IS NOT NULL AS is_narrowed,
                   p.weight * CASE n.sense WHEN 'other' THEN 0.1 ELSE 1 END AS score
              FROM unnest($1::text[], $2::text[], $3::text[], $4::int[]) AS r(name, country, state, rank)
              JOIN place_name n ON n.folded = r.name
              JOIN place p ON p.id = n.place_id
             WHERE (r.country IS NULL OR p.country = r.country)
               AND (r.state IS NULL OR p.state = r.state AND p.kind <> 'state')
               AND (cardinality($5::text[]) = 0 OR p.country = ANY($5))
             ORDER BY r.rank, score DESC, p.id
             LIMIT 60""",
        *columns(read),
        countries,
    )


async def guessed(at: Reader, read: list[Reading], countries: list[str]) -> list[Hit]:
    """Places with a name much like that of a reading."""
    if not read:
        return []
    return await many(
        at,
        Hit,
        f"""SELECT {PLACE}, r.name AS read, g.folded, g.sense, r.rank, g.likeness, r.country IS NOT NULL AS is_narrowed,
                   p.weight * CASE g.sense WHEN 'other' THEN 0.1 ELSE 1 END AS score
              FROM unnest($1::text[], $2::text[], $3::text[], $4::int[]) AS r(name, country, state, rank)
             CROSS JOIN LATERAL guess_place_names(r.name) AS g
              JOIN place p ON p.id = g.place_id
             WHERE (r.country IS NULL OR p.country = r.country)
               AND (r.state IS NULL OR p.state = r.state AND p.kind <> 'state')
               AND (cardinality($5::text[]) = 0 OR p.country = ANY($5))
             ORDER BY r.rank, g.likeness DESC, score DESC, p.id
             LIMIT 60""",
        *columns(read),
        countries,
    )


def columns(read: list[Reading]) -> tuple[list[str], list[str | None], list[str | None], list[int]]:
    return (
        [one.name for one in read],
        [one.country for one in read],
        [one.state for one in read],
        [one.rank for one in read],
    )


async def area(at: Reader, country: str | None, state: str | None) -> Place | None:
    """The state, or where none is said the country, as a place."""
    return await one(
        at,
        Place,
        f"""SELECT {PLACE}
              FROM place p
             WHERE p.country = $1 AND (p.kind = 'state' AND lower(p.state) = lower($2) OR p.kind = 'country')
             ORDER BY p.kind = 'state' DESC, p.population DESC, p.id
             LIMIT 1""",
        country,
        state,
    )
