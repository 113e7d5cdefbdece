"""Which services, and which of their places, does a reader of the whole directory want? As fixed conditions of SQL.

All that is asked of a place is asked of one and the same: a service matches where one of its listings does.
"""

from dataclasses import dataclass
from datetime import datetime
from math import pi, sin
from typing import LiteralString
from uuid import UUID

from referral.directory.filters import Point, as_cube
from referral.foundation.earth import EARTH_RADIUS_KM
from referral.foundation.vocabulary import HelpType

METRES_IN_KM = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """A circle on the Earth."""

    point: Point
    radius_m: float

    @property
    def chord(self) -> float:
        """The radius as a straight line through the unit sphere, the way `listing.point` is compared."""
        return 2 * sin(min(self.radius_m / METRES_IN_KM / EARTH_RADIUS_KM, pi) / 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Postcode:
    """A postal code as addresses write it, and the areas it lies in, as `listing.areas` writes them."""

    code: str
    covered_by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which services; what is not said does not filter.

    With both a postcode and a circle, the circle stands in for the address: HSDS calls that proximity.
    """

    text: str | None = None
    help_type: HelpType | None = None
    organization: UUID | None = None
    modified_after: datetime | None = None
    languages: tuple[str, ...] | None = None
    is_open_now: bool = False
    is_accepting: bool = False
    around: Around | None = None
    postcode: Postcode | None = None
    nobody: bool = False  # a term that is none of ours: nothing can match, and that is no mistake


# A service is published as long as one listing of it is.
PUBLISHED: LiteralString = "EXISTS (SELECT FROM listing WHERE listing.service_id = s.id)"

SERVICE: LiteralString = """
    NOT $5::boolean
    AND ($2::text IS NULL OR s.help_types @> ARRAY[$2])
    AND ($3::uuid IS NULL OR s.organization_id = $3)
    AND ($4::timestamptz IS NULL OR s.last_modified >= $4)"""

# Whoever must not be found by where they are is found by no area either: narrowing areas would tell the place.
IS_SHOWN: LiteralString = """NOT EXISTS (
    SELECT FROM location hidden WHERE hidden.id = listing.location_id AND hidden.visibility <> 'public')"""

# Areas with borders: a country, a state or a county. A court's or a facility's says nothing about postal codes.
STATES_AREAS: LiteralString = "EXISTS (SELECT FROM unnest(listing.areas) AS area WHERE area ~ '^for:[A-Z]{2}(-|$)')"

# 78520-1234 is an address in 78520.
WITHOUT_ROUTE: LiteralString = (
    r"regexp_replace(upper(listing.location ->> 'postal_code'), '^([0-9]{5})-[0-9]{4}$', '\1')"
)

AT_POSTCODE: LiteralString = f"""
    {IS_SHOWN}
    AND CASE WHEN {STATES_AREAS} THEN listing.areas && $12::text[]
             ELSE $9::text IS NOT NULL OR {WITHOUT_ROUTE} = $11 END"""

# What a listing does not say about languages or hours leaves it in, as everywhere; accepting people must be stated.
LISTED: LiteralString = f"""
    ($1::text IS NULL OR NOT EXISTS (
         SELECT FROM unnest(string_to_array(trim(searchable($1)), ' ')) AS asked(word)
          WHERE NOT has_word(listing.words, asked.word)))
    AND ($6::text[] IS NULL OR listing.tags && $6 OR listing.tags = '{{}}')
    AND (NOT $7::boolean OR listing.is_open_now IS NOT FALSE)
    AND (NOT $8::boolean OR listing.openness IN ('open', 'limited'))
    AND ($9::text IS NULL OR {IS_SHOWN} AND listing.point <-> $9::cube <= $10::float8)
    AND ($11::text IS NULL OR {AT_POSTCODE})"""

MATCHING: LiteralString = f"""
    {SERVICE}
    AND EXISTS (SELECT FROM listing WHERE listing.service_id = s.id AND {LISTED})"""

MATCHING_PLACE: LiteralString = f"""
    {SERVICE}
    AND {LISTED}"""


def arguments(wanted: Wanted) -> tuple[object, ...]:
    """$1 to $12, as the conditions read them."""
    return (
        wanted.text,
        wanted.help_type,
        wanted.organization,
        wanted.modified_after,
        wanted.nobody,
        None if wanted.languages is None else list(wanted.languages),
        wanted.is_open_now,
        wanted.is_accepting,
        as_cube(wanted.around.point) if wanted.around else None,
        wanted.around.chord if wanted.around else None,
        wanted.postcode.code if wanted.postcode else None,
        [f"for:{area}" for area in wanted.postcode.covered_by] if wanted.postcode else None,
    )
