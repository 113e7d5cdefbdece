"""A page of a search as SQL, in fixed words: outwards from the origin by the index, or any other order, sorted.

Parameters are those of `filters.arguments` ($1 to $14), and of the mark that the page begins after: $15 its doubts,
$16 its key, $17 its id. Every statement names all of them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import LiteralString

from referral.directory.searching import filters, moments
from referral.directory.searching.filters import Fact, Search, condition
from referral.directory.words import ProviderOrder

Columns = Mapping[LiteralString, LiteralString]  # the expression over `listing` for each name

LIMITS: tuple[LiteralString, ...] = tuple(
    (
        "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 "
        "39 40 41 42 43 44 45 46 47 48 49 50 51"
    ).split()
)
NUMBERS: tuple[LiteralString, ...] = ("0", "1", "2", "3", "4", "5")
NOWHERE: LiteralString = "3"  # the chord of who takes no part in distance: longer than any
SORTED_BY: dict[ProviderOrder, LiteralString] = {
    ProviderOrder.NEAREST: "'nearest'",
    ProviderOrder.NAME: "'name'",
    ProviderOrder.RECENTLY_VERIFIED: "'recently_verified'",
    ProviderOrder.MOST_CAPACITY: "'most_capacity'",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorting:
    """In which order, which way, whether from a mark, and whether with the moment at which it is read."""

    search: Search
    order: ProviderOrder
    backwards: bool
    is_marked: bool
    size: int
    is_dated: bool = False

    @property
    def limit(self) -> LiteralString:
        """In the statement, not beside it: a plan for any number of rows is a plan for many."""
        return LIMITS[self.size]

    @property
    def goes_outwards(self) -> bool:
        """Whether the index of positions gives the order by itself. Who alone holds a word is looked up."""
        return self.order is ProviderOrder.NEAREST and not self.backwards and self.search.met is None

    @property
    def key(self) -> LiteralString:
        """What listings are sorted by, least first."""
        match self.order:
            case ProviderOrder.NEAREST if self.search.radius_km is None:
                return "coalesce(listing.point <-> cube($1::float8[]), 3)"
            case ProviderOrder.NEAREST:
                return f"CASE WHEN {filters.WITHIN_RADIUS} THEN listing.point <-> cube($1::float8[]) ELSE 3 END"
            case ProviderOrder.NAME:
                return "listing.name"
            case ProviderOrder.RECENTLY_VERIFIED:
                return "coalesce(-extract(epoch FROM listing.verified_at)::float8, 0)"
            case ProviderOrder.MOST_CAPACITY:
                return f"coalesce(-({PLACES_FREE})::float8, 1)"

    def onwards(self, doubt: LiteralString, key: LiteralString, id: LiteralString) -> LiteralString:
        """Which rows lie beyond the mark."""
        kind: LiteralString = "text" if self.order is ProviderOrder.NAME else "float8"
        beyond: LiteralString = "<" if self.backwards else ">"
        if not self.is_marked:
            return f"$15::bigint IS NULL AND $16::{kind} IS NULL AND $17::uuid IS NULL"
        if not self.search.facts:  # then all doubts are 0, and an index on the key can be used
            return f"$15::bigint IS NOT NULL AND ({key}, {id}) {beyond} ($16::{kind}, $17::uuid)"
        return f"({doubt}, {key}, {id}) {beyond} ($15::bigint, $16::{kind}, $17::uuid)"

    def ends(self, doubt: LiteralString, key: LiteralString, id: LiteralString) -> LiteralString:
        return f"{doubt} DESC, {key} DESC, {id} DESC" if self.backwards else f"{doubt}, {key}, {id}"


PLACES_FREE: LiteralString = """
    SELECT sum(greatest(0, k.stated - k.taken - k.held)) FROM capacity k
     WHERE k.provider_id = listing.id AND k.expires_at > now()
       AND (k.help_type IS NULL OR $3::text[] IS NULL OR k.help_type = ANY($3::text[]))"""


def sorted_page(sorting: Sorting, columns: Columns) -> LiteralString:
    """Any order, either way: what matches, sorted; then the columns, of the rows of the page alone."""
    search = sorting.search
    return f"""
        WITH page (found, doubt, key) AS (
            SELECT listing.id, {filters.doubts(search)}, {sorting.key}
              FROM listing
             WHERE {condition(search)}
               AND {filters.around(search)}
               AND {sorting.onwards(f"({filters.doubts(search)})", sorting.key, "listing.id")}
             ORDER BY {sorting.ends("2", "3", "1")}
             LIMIT {sorting.limit}
        )
        SELECT listing.id{taken(columns)}, {SORTED_BY[sorting.order]} AS sorted_by, page.doubt, page.key,
               {distance(search)} AS distance_km
          FROM page
          JOIN listing ON listing.id = page.found
         ORDER BY {sorting.ends("page.doubt", "page.key", "page.found")}"""


ASKED: LiteralString = """asked AS MATERIALIZED (
             SELECT cube($1::float8[]) AS here, cube_enlarge(cube($1::float8[]), coalesce($2::float8, 3), 3) AS box,
                    coalesce($2::float8, 3) AS reach
        )"""


def outwards(sorting: Sorting, columns: Columns) -> LiteralString:
    """The nearest first: one walk of the index for each pair of help and language and each choice of doubts.

    A second sort key would spoil the walk, so it ends WITH TIES and ids are sorted among the few rows it brought.
    """
    walks = "\n              UNION ALL".join(
        [walk(sorting, columns, doubtful) for doubtful in choices(filters.facts(sorting.search))]
    )
    read = moments.COLUMNS if sorting.is_dated else ""
    return f"""
        WITH {ASKED}, near AS (
             SELECT DISTINCT ON (hit.id) hit.*
               FROM ({walks}) AS hit
        )
        SELECT near.*, {SORTED_BY[sorting.order]} AS sorted_by, arc_km(key) AS distance_km{read}
          FROM near
         ORDER BY doubt, key, id
         LIMIT {sorting.limit}"""


def walk(sorting: Sorting, columns: Columns, doubtful: Collection[Fact]) -> LiteralString:
    """Outwards among those who say nothing of these facts, and what was asked for of all others.

    Each choice is a walk of its own, so that its conditions are plain: who states a rare fact has an index.
    """
    here = point(sorting.search)
    doubt = NUMBERS[len(doubtful)]
    return f"""
             SELECT reached.*
               FROM {keys(sorting.search)} AS offer(key)
              CROSS JOIN LATERAL (
                    SELECT listing.id{taken(columns)}, {doubt} AS doubt, {here} <-> (SELECT here FROM asked) AS key
                      FROM {along(sorting, filters.facts(sorting.search), doubtful)}
                     ORDER BY {here} <-> (SELECT here FROM asked)
                     FETCH FIRST {sorting.limit} ROWS WITH TIES) AS reached"""


def along(sorting: Sorting, facts: Collection[Fact], doubtful: Collection[Fact]) -> LiteralString:
    """FROM and WHERE of a walk: the rows of one key, and what must hold of them, of these facts too."""
    search = sorting.search
    here, has_key = point(search), is_keyed(search)
    within_reach = within_box if has_key or search.radius_km is not None else anywhere
    return f"""{"listing_offer o JOIN listing ON listing.id = o.listing_id" if has_key else "listing"}
                     WHERE {"o.key = offer.key" if has_key else "true"}
                       AND {"o.is_open" if has_key and takes_only_open(search) else "true"}
                       AND {within_reach(here)}
                       AND {must_hold(sorting, facts, doubtful, here)}"""


def must_hold(
    sorting: Sorting,
    facts: Collection[Fact],
    doubtful: Collection[Fact],
    here: LiteralString,
    *,
    walked: bool = False,
) -> LiteralString:
    said = "".join([f"AND {fact.not_known if fact in doubtful else fact.said} " for fact in facts])
    doubt = NUMBERS[len(doubtful)]
    return f"""{filters.besides_facts(sorting.search, walked=walked)}
                       {said}
                       AND {sorting.onwards(doubt, f"{here} <-> (SELECT here FROM asked)", "listing.id")}
                       AND ($14::text[] IS NULL OR true)"""


def is_keyed(search: Search) -> bool:
    """Whether kinds of help or languages are asked: then the rows of each pair have an index of positions."""
    return bool(search.help_types or search.languages)


def keys(search: Search) -> LiteralString:
    return "offer_keys($3::text[], $5::text[])" if is_keyed(search) else "(VALUES (0))"


def point(search: Search) -> LiteralString:
    return "o.point" if is_keyed(search) else "listing.point"


def within_box(point: LiteralString) -> LiteralString:
    """Also where there is no radius: of a key, that makes the planner expect few, so it walks."""
    return f"{point} <@ (SELECT box FROM asked) AND {point} <-> (SELECT here FROM asked) <= (SELECT reach FROM asked)"


def anywhere(point: LiteralString) -> LiteralString:
    """Of all listings, it would make the planner collect and sort what is not few at all."""
    return f"{point} IS NOT NULL"


def choices(facts: list[Fact]) -> list[tuple[Fact, ...]]:
    """Every set of facts that may be in doubt, fewest first."""
    return [doubtful for size in range(len(facts) + 1) for doubtful in combinations(facts, size)]


def from_afar(sorting: Sorting, columns: Columns) -> LiteralString:
    """Who stands nowhere, or beyond the radius and covers the origin from afar: after all that are near."""
    search = sorting.search
    doubt = filters.doubts(search)
    return f"""
        SELECT listing.id{taken(columns)}, {SORTED_BY[sorting.order]} AS sorted_by, {doubt} AS doubt,
               {NOWHERE}::float8 AS key, NULL::float8 AS distance_km
          FROM listing
         WHERE {condition(search)}
           AND {beyond_reach(search)}
           AND {sorting.onwards(f"({doubt})", f"{NOWHERE}::float8", "listing.id")}
         ORDER BY doubt, id
         LIMIT {sorting.limit}"""


def taken(columns: Columns) -> LiteralString:
    return "".join([f", listing.{expression} AS {name}" for name, expression in columns.items()])


def takes_only_open(search: Search) -> bool:
    return search.openness is not None and set(search.openness) <= filters.OPEN


def beyond_reach(search: Search) -> LiteralString:
    if search.radius_km is None:
        return "listing.point IS NULL AND ($1::float8[] IS NULL OR $14::text[] IS NULL OR true) AND $2::float8 IS NULL"
    return f"({filters.from_afar(search)}) AND ({filters.WITHIN_RADIUS}) IS NOT TRUE"


def distance(search: Search) -> LiteralString:
    if search.near is None:
        return "NULL::float8"
    if search.radius_km is None:
        return "arc_km(listing.point <-> cube($1::float8[]))"
    return f"CASE WHEN {filters.WITHIN_RADIUS} THEN arc_km(listing.point <-> cube($1::float8[])) END"
