"""What must a listing be to be found? A search as conditions of SQL, in fixed words; values travel beside them.

Each filter is one condition where it is asked, and another that only names its parameter where it is not. So every
kind of search is a statement of its own, whose plan fits it, and no statement is ever built from a value.
"""

import re
from dataclasses import dataclass
from datetime import date
from math import cos, pi, radians, sin
from typing import Literal, LiteralString
from unicodedata import combining, normalize
from uuid import UUID

from referral.directory.words import LanguageMode, Openness
from referral.foundation.earth import EARTH_RADIUS_KM
from referral.foundation.errors import FieldProblem, problem
from referral.foundation.vocabulary import CasePosture, HelpType, ProtectionClaim

FARTHEST_KM = 20_038
MOST_PLACES = 100_000
LONGEST_TEXT = 200
SHORTEST_WORD = 3
MOST_WORDS = 6
OPEN = frozenset({Openness.OPEN, Openness.LIMITED})  # what listing_offer.is_open means
WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Degrees, WGS 84."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A country, or a state of it: TX in the United States, TAM in Mexico, elsewhere a name."""

    country: str
    state: str | None = None

    @property
    def keys(self) -> list[str]:
        """Standing there, or covering all of it."""
        if self.state is None:
            return [f"in:{self.country}", f"for:{self.country}"]
        return [f"in:{self.country}-{self.state}", f"for:{self.country}", f"for:{self.country}-{self.state}"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is looked for. None means: not asked. Languages are canonical tags, reviewed pairs included.

    What a listing does not state never excludes it. Facts of three values (open now, remote, free, detained people,
    minors) sort who says so before who says nothing. `adults` leaves out whoever takes children only, and `at_liberty`
    whoever takes held people only. `covered_by` are the areas that the origin lies in (None: those
    of the nearest town): whoever covers one of them from afar is found there too, whatever the radius.
    """

    near: Point | None = None
    covered_by: tuple[str, ...] | None = None
    radius_km: float | None = None
    within: Area | None = None
    languages: tuple[str, ...] | None = None
    language_modes: tuple[LanguageMode, ...] | None = None
    help_types: tuple[HelpType, ...] | None = None
    claims: tuple[ProtectionClaim, ...] | None = None
    postures: tuple[CasePosture, ...] | None = None
    openness: tuple[Openness, ...] | None = None
    min_capacity: int | None = None
    open_now: bool | None = None
    remote: bool | None = None
    free: bool | None = None
    accepts_detained: bool | None = None
    accepts_minors: bool | None = None
    adults: Literal[True] | None = None
    at_liberty: Literal[True] | None = None
    text: str | None = None
    verified_since: date | None = None
    organization: UUID | None = None
    meant: str | None = None  # the text as a query of Postgres, and who holds it unless they are many: see `spelling`
    met: tuple[UUID, ...] | None = None

    @property
    def facts(self) -> int:
        """How many facts of three values are asked."""
        asked = (self.open_now, self.remote, self.free, self.accepts_detained, self.accepts_minors)
        return sum(fact is not None for fact in asked)


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
    if search.min_capacity is not None and not 1 <= search.min_capacity <= MOST_PLACES:
        problems.append(problem("filter.min_capacity", "OUT_OF_RANGE", f"Send 1 to {MOST_PLACES:,} places."))
    if search.text is not None:
        problems += wrong_text(search.text)
    problems += [
        problem(f"filter.{name}", "EMPTY", "Leave it out, or name at least one.")
        for name, values in (
            ("languages", search.languages),
            ("language_modes", search.language_modes),
            ("help_types", search.help_types),
            ("claims", search.claims),
            ("postures", search.postures),
            ("openness", search.openness),
        )
        if values == ()
    ]
    return problems


def wrong_text(text: str) -> list[FieldProblem]:
    if len(text) > LONGEST_TEXT:
        return [problem("filter.text", "TOO_LONG", f"At most {LONGEST_TEXT} characters; these are {len(text):,}.")]
    if not words(text):
        return [problem("filter.text", "EMPTY", "Write a word of a name or a description.")]
    return []


# ------------------------------------------------------------- conditions
WITHIN_RADIUS: LiteralString = """listing.point <@ cube_enlarge(cube($1::float8[]), $2::float8, 3)
    AND listing.point <-> cube($1::float8[]) <= $2::float8"""
# Looked up only where somebody may cover the origin from afar, and then once.
AREAS_OF_NEAREST_TOWN: LiteralString = """(
    SELECT array_remove(ARRAY['for:' || p.country, 'for:' || p.id, 'for:' || p.country || '-' || p.state,
                              'for:' || p.country || '-' || p.state || '/' || p.county], NULL)
      FROM place p
     WHERE p.kind = 'town' AND $14::text[] IS NULL
     ORDER BY p.point <-> cube($1::float8[])
     LIMIT 1)"""

POSTURES: LiteralString = """(listing.postures && $9::text[] OR listing.postures = '{}')
    AND NOT (listing.accepts_detained = 'no' AND $9::text[] <@ '{detained_ice,orr_custody}')
    AND NOT (listing.accepts_detained = 'only' AND NOT $9::text[] && '{detained_ice,orr_custody}')"""

PLACES_LEFT: LiteralString = """EXISTS (
    SELECT FROM capacity k
     WHERE k.provider_id = listing.id AND k.expires_at > now() AND k.stated - k.taken - k.held >= $10::int
       AND (k.help_type IS NULL OR $3::text[] IS NULL OR k.help_type = ANY($3::text[])))"""

SPOKEN_SO: LiteralString = """(listing.tags = '{}' OR EXISTS (
    SELECT FROM language_offered g
     WHERE (g.service_id = listing.service_id OR g.location_id = listing.location_id)
       AND g.mode = ANY($7::text[]) AND ($5::text[] IS NULL OR g.tag = ANY($5::text[]))))"""


def condition(search: Search) -> LiteralString:
    """WHERE, over `listing`, with the parameters of `arguments`; all of the search but where it is near."""
    return "\n    AND ".join([besides_facts(search), *(fact.kept for fact in facts(search))])


def besides_facts(search: Search, *, walked: bool = False) -> LiteralString:
    """Where rows are `walked` in an order of their own, kinds of help and languages are no reason to leave it: put so
    that the planner takes them neither for rare nor for what an index could answer.
    """
    gives: LiteralString = "listing.help_types && $3::text[]"
    return "\n    AND ".join([
        (f"coalesce({gives}, false)" if walked else gives) if search.help_types else "$3::text[] IS NULL",
        "listing.openness = ANY($4::text[])" if search.openness else "$4::text[] IS NULL",
        f"coalesce({spoken(search)}, false)" if walked else spoken(search),
        "listing.organization_id = $6::uuid" if search.organization else "$6::uuid IS NULL",
        SPOKEN_SO if search.language_modes else "$7::text[] IS NULL",
        "(listing.claims && $8::text[] OR listing.claims = '{}')" if search.claims else "$8::text[] IS NULL",
        POSTURES if search.postures else "$9::text[] IS NULL",
        PLACES_LEFT if search.min_capacity is not None else "$10::int IS NULL",
        held(search),
        "listing.verified_at >= $12::date" if search.verified_since else "$12::date IS NULL",
        "listing.areas && $13::text[]" if search.within else "$13::text[] IS NULL",
        *(["listing.accepts_minors <> 'only'"] if search.adults else []),
        *(["listing.accepts_detained <> 'only'"] if search.at_liberty else []),
    ])  # fmt: skip


def held(search: Search) -> LiteralString:
    """Whose words they are."""
    if search.text is None:
        return "$11::text IS NULL"
    return "listing.lexemes @@ $11::text::tsquery" if search.met is None else "listing.id = ANY($11::uuid[])"


def spoken(search: Search) -> LiteralString:
    if search.languages is None or search.language_modes:
        return "true" if search.language_modes else "$5::text[] IS NULL"
    return "(listing.tags && $5::text[] OR listing.tags = '{}')"


def around(search: Search) -> LiteralString:
    """Where a listing must be: within the radius, or covering the origin from afar."""
    if search.radius_km is None:
        return "($1::float8[] IS NULL OR true) AND $2::float8 IS NULL AND ($14::text[] IS NULL OR true)"
    return f"({WITHIN_RADIUS} OR {from_afar(search)})"


def from_afar(search: Search) -> LiteralString:
    """Whoever covers where the origin lies, and need not be reached on foot."""
    named: LiteralString = "$14::text[]" if search.covered_by is not None else AREAS_OF_NEAREST_TOWN
    areas: LiteralString = f"(SELECT {named} || drawn_areas(cube($1::float8[])))"
    return f"listing.areas && {areas} AND (listing.remote = 'yes' OR listing.point IS NULL)"


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact of three values: who says what is asked for, whom an asker keeps, and of whom it is not known."""

    said: LiteralString
    kept: LiteralString
    not_known: LiteralString


# Which hours are open now is asked once a statement, and kept in a hash: a listing costs one look into it.
WHO_IS_OPEN: LiteralString = "(listing.hours IN (SELECT id FROM opening_hours_now WHERE is_open)) IS"
WHO_IS_CLOSED: LiteralString = "(listing.hours IN (SELECT id FROM opening_hours_now WHERE NOT is_open)) IS"
HOURS_NOT_KNOWN: LiteralString = (
    "(listing.hours IS NULL OR listing.hours IN (SELECT id FROM opening_hours_now WHERE is_open IS NULL))"
)
OPEN_NOW = Fact(f"{WHO_IS_OPEN} TRUE", f"{WHO_IS_CLOSED} NOT TRUE", HOURS_NOT_KNOWN)
CLOSED_NOW = Fact(f"{WHO_IS_CLOSED} TRUE", f"{WHO_IS_OPEN} NOT TRUE", HOURS_NOT_KNOWN)


def facts(search: Search) -> list[Fact]:
    """Those asked for; what takes longest to tell comes last."""
    found: list[Fact] = []
    columns: tuple[tuple[bool | None, LiteralString], ...] = (
        (search.remote, "listing.remote"),
        (search.free, "listing.free"),
        (search.accepts_detained, "listing.accepts_detained"),
        (search.accepts_minors, "listing.accepts_minors"),
    )
    for asked, column in columns:
        if asked is not None:
            said: LiteralString = f"{column} NOT IN ('no', 'unknown')" if asked else f"{column} = 'no'"
            kept: LiteralString = f"{column} <> 'no'" if asked else f"{column} IN ('no', 'unknown')"
            found.append(Fact(said, kept, f"{column} = 'unknown'"))
    if search.open_now is not None:
        found.append(OPEN_NOW if search.open_now else CLOSED_NOW)
    return found


def doubts(search: Search) -> LiteralString:
    """How many of the facts asked a listing says nothing of: fewer come first."""
    return " + ".join(["0", *(f"({fact.not_known})::int" for fact in facts(search))])


def arguments(search: Search) -> tuple[object, ...]:
    """$1 to $14, as `condition` and `around` read them."""
    return (
        as_cube(search.near) if search.near else None,
        None if search.radius_km is None else 2 * sin(min(search.radius_km / EARTH_RADIUS_KM, pi) / 2),
        list(search.help_types) if search.help_types else None,
        list(search.openness) if search.openness else None,
        list(search.languages) if search.languages else None,
        search.organization,
        list(search.language_modes) if search.language_modes else None,
        list(search.claims) if search.claims else None,
        list(search.postures) if search.postures else None,
        search.min_capacity,
        search.meant if search.met is None else list(search.met),
        search.verified_since,
        search.within.keys if search.within else None,
        None if search.covered_by is None else [f"for:{area}" for area in search.covered_by],
    )


def words(text: str) -> list[str]:
    """The words of a text search, longest first; short ones only where there are no others."""
    plain = "".join(sign for sign in normalize("NFKD", text.lower()) if not combining(sign))
    found = sorted(set(WORD.findall(plain)), key=lambda word: (-len(word), word))
    return ([word for word in found if len(word) >= SHORTEST_WORD] or found)[:MOST_WORDS]


def as_cube(point: Point) -> list[float]:
    """The point on the unit sphere, of which cube(float8[]) makes what Postgres's unit_point() makes."""
    latitude, longitude = radians(point.latitude), radians(point.longitude)
    return [cos(latitude) * cos(longitude), cos(latitude) * sin(longitude), sin(latitude)]
