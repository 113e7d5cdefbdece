"""Which services, and which of their places, does a reader of the whole directory want? As fixed conditions of SQL.

All that is asked of a place is asked of one and the same: a service matches where one of its listings does. What is
asked is one condition, what is not asked another that only names its parameter, as in `filters`.
"""

from dataclasses import dataclass
from datetime import datetime
from math import pi, sin
from typing import LiteralString
from uuid import UUID

from referral.directory.searching.filters import Point, as_cube
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
    """Which services; what is not said does not filter. `meant` is what `spelling` reads in the text.

    With both a postcode and a circle, the circle stands in for the address: HSDS calls that proximity.
    """

    text: str | None = None
    meant: str | None = None
    help_type: HelpType | None = None
    organization: UUID | None = None
    modified_after: datetime | None = None
    languages: tuple[str, ...] | None = None
    is_open_now: bool = False
    is_accepting: bool = False
    around: Around | None = None
    postcode: Postcode | None = None
    nobody: bool = False  # a term that is none of ours: nothing can match, and that is no mistake

    @property
    def asks_of_service(self) -> bool:
        """Something that its card does not tell."""
        return self.organization is not None or self.modified_after is not None

    @property
    def asks_of_the_hour(self) -> bool:
        """Something that changes while its card stays the same."""
        return self.is_open_now or self.is_accepting


# Whoever must not be found by where they are has no point (the constraint location_point_public).
IN_CIRCLE: LiteralString = (
    "listing.point <@ cube_enlarge(cube($6::float8[]), $7::float8, 3) "
    "AND listing.point <-> cube($6::float8[]) <= $7::float8"
)

# Nor are they found by an area: narrowing areas would tell the place.
IS_SHOWN: LiteralString = """NOT EXISTS (
    SELECT FROM location hidden WHERE hidden.id = listing.location_id AND hidden.visibility <> 'public')"""

# Areas with borders: a country, a state or a county. A court's or a facility's says nothing about postal codes.
STATES_AREAS: LiteralString = "EXISTS (SELECT FROM unnest(listing.areas) AS area WHERE area ~ '^for:[A-Z]{2}(-|$)')"

# 78520-1234 is an address in 78520. The index listing_card_postal_code is of these very words.
WITHOUT_ROUTE: LiteralString = (
    r"regexp_replace(upper(listing.location ->> 'postal_code'), '^([0-9]{5})-[0-9]{4}$', '\1')"
)

AT_POSTCODE: LiteralString = f"""{IS_SHOWN}
    AND (listing.areas && $9::text[] AND {STATES_AREAS}
         OR {WITHOUT_ROUTE} = $8::text AND NOT {STATES_AREAS})"""

SERVES_POSTCODE: LiteralString = f"""$8::text IS NOT NULL
    AND (listing.areas && $9::text[] OR NOT {STATES_AREAS})"""


def condition(wanted: Wanted) -> LiteralString:
    """WHERE, over `listing` and, where it asks of the service, `s`; with the parameters of `arguments`.

    What a listing does not say about languages or hours leaves it in, as everywhere; accepting people must be stated.
    """
    return "\n    AND ".join([
        "listing.lexemes @@ $1::text::tsquery" if wanted.meant else "$1::text IS NULL",
        "listing.help_types @> ARRAY[$2::text]" if wanted.help_type else "$2::text IS NULL",
        "s.organization_id = $3::uuid" if wanted.organization else "$3::uuid IS NULL",
        "s.last_modified >= $4::timestamptz" if wanted.modified_after else "$4::timestamptz IS NULL",
        "(listing.tags && $5::text[] OR listing.tags = '{}')" if wanted.languages is not None else "$5::text[] IS NULL",
        IN_CIRCLE if wanted.around else "$6::float8[] IS NULL AND $7::float8 IS NULL",
        at_postcode(wanted),
        *(("listing.openness IN ('open', 'limited')",) if wanted.is_accepting else ()),
        *(("listing.is_open_now IS NOT FALSE",) if wanted.is_open_now else ()),
    ])  # fmt: skip


def at_postcode(wanted: Wanted) -> LiteralString:
    if wanted.postcode is None:
        return "$8::text IS NULL AND $9::text[] IS NULL"
    return SERVES_POSTCODE if wanted.around else AT_POSTCODE


def arguments(wanted: Wanted) -> tuple[object, ...]:
    """$1 to $9, as the conditions read them."""
    return (
        wanted.meant,
        wanted.help_type,
        wanted.organization,
        wanted.modified_after,
        None if wanted.languages is None else list(wanted.languages),
        as_cube(wanted.around.point) if wanted.around else None,
        wanted.around.chord if wanted.around else None,
        wanted.postcode.code if wanted.postcode else None,
        [f"for:{area}" for area in wanted.postcode.covered_by] if wanted.postcode else None,
    )
