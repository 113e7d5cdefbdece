"""Who can help, near here, in this language, with this? Pages of listings, each in one statement."""

from dataclasses import dataclass
from typing import LiteralString, TypeVar

from referral.directory import filters
from referral.directory.filters import Area, Point, Search, arguments, as_cube, condition, wrong_in
from referral.directory.providers import PROVIDER, Provider
from referral.directory.words import ProviderOrder
from referral.foundation import cursors
from referral.foundation.cursors import Page, Window
from referral.foundation.db import Reader, many, value
from referral.foundation.errors import FieldProblem, ValidationFailed, problem

__all__ = ["Area", "Found", "Hit", "Point", "Search", "as_cube", "count", "find"]

COUNTED_AT_MOST = 10_000

Ranked = TypeVar("Ranked", tuple[int, str], tuple[int, float])  # doubts, then the key of the order


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit(Provider):
    """A listing found, with its distance in km (None where either end has no point, and where it covers the origin
    from afar), and what it is sorted by: how much of what was asked it leaves open, then the key of the order.
    """

    doubt: int
    key: float | str
    distance_km: float | None

    def cursor(self, order: ProviderOrder) -> str:
        if isinstance(self.key, str):
            return cursors.written(order.value, (self.doubt, self.key), self.id)
        return cursors.written(order.value, (self.doubt, self.key), self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One page."""

    hits: tuple[Hit, ...]
    page: Page
    order: ProviderOrder


async def find(
    at: Reader,
    search: Search,
    *,
    order: ProviderOrder | None = None,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Found:
    """A page of listings: nearest first then id where `near` is given, else by name then id, if no order is said.

    Raises ValidationFailed for a bad filter, order, page size or cursor.
    """
    sorting = order or (ProviderOrder.NEAREST if search.near else ProviderOrder.NAME)
    if problems := wrong_in(search) + wrong_order(search, sorting):
        raise ValidationFailed(problems)
    if sorting is ProviderOrder.NAME:
        named = cursors.window(sorting.value, tuple[int, str], first=first, after=after, last=last, before=before)
        return paged(named, await page(at, search, sorting, named), sorting)
    ranked = cursors.window(sorting.value, tuple[int, float], first=first, after=after, last=last, before=before)
    return paged(ranked, await page(at, search, sorting, ranked), sorting)


def wrong_order(search: Search, order: ProviderOrder) -> list[FieldProblem]:
    if order is ProviderOrder.NEAREST and search.near is None:
        return [problem("order_by", "NEEDS_NEAR", "To sort by distance, say near where.")]
    return []


def paged(window: Window[Ranked], rows: list[Hit], order: ProviderOrder) -> Found:
    return Found(hits=cursors.in_order(window, rows), page=cursors.page_of(window, len(rows)), order=order)


async def page(at: Reader, search: Search, order: ProviderOrder, window: Window[Ranked]) -> list[Hit]:
    """One row more than the page, best first; backwards, the other way round."""
    mark = window.mark
    sorting = Sorting(search=search, order=order, backwards=window.backwards, is_marked=mark is not None)
    doubt, key = mark.key if mark else (None, None)
    return await many(
        at,
        Hit,
        f"""
        WITH page (found, doubt, key) AS (
            {nearest(sorting) if sorting.goes_outwards else sorted_page(sorting)}
        )
        SELECT {PROVIDER}, page.doubt, page.key, {distance(search)} AS distance_km
          FROM page
          JOIN listing ON listing.id = page.found
         ORDER BY {sorting.ends("page.doubt", "page.key", "page.found")}""",
        *arguments(search),
        doubt,
        key,
        mark.id if mark else None,
        window.size + 1,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorting:
    """In which order, which way, and whether from a mark: $15 its doubts, $16 its key, $17 its id; $18 how many."""

    search: Search
    order: ProviderOrder
    backwards: bool
    is_marked: bool

    @property
    def goes_outwards(self) -> bool:
        """Whether the index of positions gives the order by itself."""
        return self.order is ProviderOrder.NEAREST and not self.backwards

    @property
    def key(self) -> LiteralString:
        """What listings are sorted by, least first."""
        match self.order:
            case ProviderOrder.NEAREST if self.search.radius_km is None:
                return "coalesce(listing.point <-> $1::text::cube, 3)"
            case ProviderOrder.NEAREST:
                return f"CASE WHEN {filters.WITHIN_RADIUS} THEN listing.point <-> $1::text::cube ELSE 3 END"
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


def sorted_page(sorting: Sorting) -> LiteralString:
    """Any order, either way: what matches, sorted."""
    doubt = filters.doubts(sorting.search)
    return f"""
            SELECT listing.id, {doubt}, {sorting.key}
              FROM listing
             WHERE {condition(sorting.search)}
               AND {filters.around(sorting.search)}
               AND {sorting.onwards(f"({doubt})", sorting.key, "listing.id")}
             ORDER BY {sorting.ends("2", "3", "1")}
             LIMIT $18"""


def nearest(sorting: Sorting) -> LiteralString:
    """Outwards from the origin by the index, one walk for each pair of help and language and each number of doubts;
    then, if the page is not full, whoever has no point or covers the origin from afar.

    A second sort key would spoil the walk, so it ends WITH TIES and ids are sorted among the few rows it brought.
    """
    search = sorting.search
    doubt = filters.doubts(search)
    has_key = bool(search.help_types or search.languages)
    point: LiteralString = "o.point" if has_key else "listing.point"
    return f"""
            WITH asked AS MATERIALIZED (
                 SELECT $1::text::cube AS here, cube_enlarge($1::text::cube, coalesce($2::float8, 3), 3) AS box,
                        coalesce($2::float8, 3) AS reach
            ), near AS (
                 SELECT DISTINCT hit.id, hit.doubt, hit.chord
                   FROM generate_series(0, {facts_at_most(search)}) AS level
                  CROSS JOIN {"offer_keys($3::text[], $5::text[])" if has_key else "(VALUES (0))"} AS offer(key)
                  CROSS JOIN LATERAL (
                        SELECT listing.id, level AS doubt, {point} <-> (SELECT here FROM asked) AS chord
                          FROM {"listing_offer o JOIN listing ON listing.id = o.listing_id" if has_key else "listing"}
                         WHERE {"o.key = offer.key" if has_key else "true"}
                           AND {"o.is_open" if has_key and takes_only_open(search) else "true"}
                           AND {point} <@ (SELECT box FROM asked)
                           AND {point} <-> (SELECT here FROM asked) <= (SELECT reach FROM asked)
                           AND {condition(search)}
                           AND {doubt} = level
                           AND {sorting.onwards("level", f"{point} <-> (SELECT here FROM asked)", "listing.id")}
                         ORDER BY {point} <-> (SELECT here FROM asked)
                         FETCH FIRST $18 ROWS WITH TIES) AS hit
            ), afar AS (
                 SELECT listing.id, {doubt} AS doubt, 3::float8 AS chord
                   FROM listing
                  WHERE (SELECT count(*) FROM near WHERE doubt = 0) < $18
                    AND {condition(search)}
                    AND {beyond_reach(search)}
                    AND {sorting.onwards(f"({doubt})", "3::float8", "listing.id")}
                  ORDER BY 2, 1
                  LIMIT $18
            )
            SELECT id, doubt, chord FROM near
             UNION ALL
            SELECT id, doubt, chord FROM afar
             ORDER BY 2, 3, 1
             LIMIT $18"""


def facts_at_most(search: Search) -> LiteralString:
    return ("0", "1", "2", "3", "4", "5")[search.facts]


def takes_only_open(search: Search) -> bool:
    return search.openness is not None and set(search.openness) <= filters.OPEN


def beyond_reach(search: Search) -> LiteralString:
    if search.radius_km is None:
        return "listing.point IS NULL AND ($14::text[] IS NULL OR true)"
    return f"({filters.COVERS_FROM_AFAR}) AND ({filters.WITHIN_RADIUS}) IS NOT TRUE"


def distance(search: Search) -> LiteralString:
    if search.near is None:
        return "NULL::float8"
    if search.radius_km is None:
        return "arc_km(listing.point <-> $1::text::cube)"
    return f"CASE WHEN {filters.WITHIN_RADIUS} THEN arc_km(listing.point <-> $1::text::cube) END"


async def count(at: Reader, search: Search) -> int | None:
    """How many listings match; None above COUNTED_AT_MOST."""
    counted: int = await value(
        at,
        f"""
        SELECT count(*)
          FROM (SELECT FROM listing
                 WHERE {condition(search)}
                   AND {filters.around(search)}
                 LIMIT $15) AS matching""",
        *arguments(search),
        COUNTED_AT_MOST + 1,
    )
    return counted if counted <= COUNTED_AT_MOST else None
