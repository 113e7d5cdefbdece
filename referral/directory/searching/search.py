"""Who can help, near here, in this language, with this? Pages of listings, each in one statement."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, LiteralString, TypeVar
from uuid import UUID

from referral.directory.providers import COLUMNS, Provider
from referral.directory.searching import filters, moments, open_now, shapes
from referral.directory.searching.filters import Area, Point, Search, arguments, as_cube, condition, wrong_in
from referral.directory.searching.moments import Moment
from referral.directory.searching.search_sql import Columns, Sorting, from_afar, is_keyed, outwards, sorted_page
from referral.directory.searching.shapes import Kind
from referral.directory.searching.spelling import understood
from referral.directory.words import ProviderOrder
from referral.foundation import cursors
from referral.foundation.cursors import Page, Window
from referral.foundation.db import Reader, many, records, value
from referral.foundation.errors import FieldProblem, ValidationFailed, problem

__all__ = [
    "CHANGING", "Area", "Found", "Hit", "Paging", "Point", "Row", "Search", "as_cube", "count", "cursor", "find",
    "find_columns", "find_page", "fixed_columns",
]  # fmt: skip

COUNTED_AT_MOST = 10_000
STATEMENTS_KEPT = 256

Ranked = TypeVar("Ranked", tuple[int, str], tuple[int, float])  # doubts, then the key of the order
Row = Mapping[str, Any]  # some columns of a hit, as the database gives them
One = TypeVar("One")
Fetch = Callable[..., Awaitable[list[One]]]  # from a reader, a statement and its arguments


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit(Provider):
    """A listing found, with its distance in km (None where either end has no point, and where it covers the origin
    from afar), and what it is sorted by: how much of what was asked it leaves open, then the key of the order.
    """

    sorted_by: ProviderOrder
    doubt: int
    key: float | str
    distance_km: float | None

    @property
    def cursor(self) -> str:
        return written(self.sorted_by, self.doubt, self.key, self.id)


def cursor(row: Row) -> str:
    """The cursor of a row of `find_columns`."""
    return written(row["sorted_by"], row["doubt"], row["key"], row["id"])


def written(order: str, doubt: int, key: float | str, id: UUID) -> str:
    if isinstance(key, str):
        return cursors.written(order, (doubt, key), id)
    return cursors.written(order, (doubt, key), id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(Generic[One]):
    """One page, and where it can be told how long it stays the same, the moment at which it was read."""

    hits: tuple[One, ...]
    page: Page
    read: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """Which page, in which order: nearest first then id where the search is near a point, else by name then id, if
    no order is said.
    """

    order: ProviderOrder | None = None
    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None

    def order_of(self, search: Search) -> ProviderOrder:
        return self.order or (ProviderOrder.NEAREST if search.near else ProviderOrder.NAME)

    def window(self, kind: type[Ranked], order: ProviderOrder) -> Window[Ranked]:
        return cursors.window(order.value, kind, first=self.first, after=self.after, last=self.last, before=self.before)


async def find(
    at: Reader,
    search: Search,
    *,
    order: ProviderOrder | None = None,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Found[Hit]:
    """A page of listings. Raises ValidationFailed for a bad filter, order, page size or cursor."""
    return await find_page(at, search, Paging(order=order, first=first, after=after, last=last, before=before))


async def find_page(at: Reader, search: Search, paging: Paging) -> Found[Hit]:
    """A page of listings, whole. Raises as `find` does."""

    async def fetch(at: Reader, sql: LiteralString, *args: object) -> list[Hit]:
        return await many(at, Hit, sql, *args)

    asked = await understood(at, search)
    return await question(asked, paging, ALL).page(at, fetch, lambda hit: (hit.doubt, hit.key, hit.id))


async def find_columns(
    at: Reader, search: Search, columns: frozenset[str], paging: Paging, *, is_dated: bool = False
) -> Found[Row]:
    """The same page, of each listing only some of the CHANGING columns, its id and version, its distance_km, and what
    makes its cursor. What else it shows is the same for as long as its version is: see `fixed_columns`.

    `is_dated` brings the moment at which it was read, where the page was filled by the walk outwards alone.
    """
    asked = await understood(at, search)
    is_dated = is_dated and moments.can_tell(search, columns)
    wanted = question(asked, paging, columns, is_dated=is_dated)
    return await wanted.page(
        at, records, lambda row: (row["doubt"], row["key"], row["id"]), moments.moment if is_dated else None
    )


async def fixed_columns(at: Reader, ids: Sequence[UUID], columns: Collection[str]) -> dict[UUID, Row]:
    """Columns of listings that change with their version only; who is no longer published is absent."""
    chosen = ", ".join(["id", "version", *[column for name, column in COLUMNS.items() if name in columns]])
    rows = await records(
        at.steady,
        f"SELECT {chosen} FROM listing WHERE id = ANY($1::uuid[])",
        list(ids),
    )
    return {row["id"]: row for row in rows}


# What time and statements change, beside the listing's own row.
CHANGING: dict[LiteralString, LiteralString] = {
    "openness": "openness",
    "openness_stated_at": "openness_stated_at",
    "waitlist_estimate_days": "waitlist_estimate_days",
    "capacities": "capacities::text",
    "is_open_now": "is_open_now",
    "sources": "sources::text",
}
ALL = frozenset[str](COLUMNS)


def chosen(names: frozenset[str]) -> Columns:
    """The columns of these names; of a few, with the version that what else a listing shows goes by."""
    if names is ALL:
        return COLUMNS
    few: dict[LiteralString, LiteralString] = {"version": "version"}
    few.update({name: column for name, column in CHANGING.items() if name in names})
    return few


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Generic[Ranked]):
    """A page of a search: one row more than the page, best first; backwards, the other way round.

    Outwards from the origin it is two statements; the second is asked only if the first does not fill the page. Where
    the first looks among the nearest only and finds them not enough, it shows nobody, and `whole` looks everywhere.
    """

    sql: LiteralString
    whole: LiteralString | None
    rest: LiteralString | None
    search: Search
    arguments: tuple[object, ...]
    window: Window[Ranked]

    async def page(
        self,
        at: Reader,
        fetch: Fetch[One],
        place: Callable[[One], tuple[int, float | str, UUID]],
        read: Callable[[list[One]], Moment] | None = None,
    ) -> Found[One]:
        # An index that gives the order by itself is walked the same way for all values; planning takes longer. So does
        # looking for who covers the origin from afar: they are few, and have an index of their own.
        rows = await fetch(at.steady if self.rest else at, self.sql, *self.arguments)
        size = self.window.size
        if self.whole and not rows and await may_be_cut_short(at, self.search):
            rows = await fetch(at.steady, self.whole, *self.arguments)
        moment = None
        if self.rest and (len(rows) <= size or place(rows[size])[0] > 0):  # the page is not full of those without doubt
            rows = sorted([*rows, *await fetch(at.steady, self.rest, *self.arguments)], key=place)[: size + 1]
        elif self.rest and read:
            moment = read(rows)
        page = cursors.page_of(self.window, len(rows))
        return Found(hits=cursors.in_order(self.window, rows), page=page, read=moment)


async def may_be_cut_short(at: Reader, search: Search) -> bool:
    """Whether a look among the nearest may have passed over someone farther away."""
    if not is_keyed(search):
        return True
    return await value(at.steady, open_now.MAY_BE_CUT_SHORT, *arguments(search)[:5])


def question(
    search: Search, paging: Paging, columns: frozenset[str], *, is_dated: bool = False
) -> Question[tuple[int, str]] | Question[tuple[int, float]]:
    order = paging.order_of(search)
    if problems := wrong_in(search) + wrong_order(search, order):
        raise ValidationFailed(problems)
    if order is ProviderOrder.NAME:
        return asking(search, order, paging.window(tuple[int, str], order), columns, is_dated=is_dated)
    return asking(search, order, paging.window(tuple[int, float], order), columns, is_dated=is_dated)


def wrong_order(search: Search, order: ProviderOrder) -> list[FieldProblem]:
    if order is ProviderOrder.NEAREST and search.near is None:
        return [problem("order_by", "NEEDS_NEAR", "To sort by distance, say near where.")]
    return []


def asking(
    search: Search, order: ProviderOrder, window: Window[Ranked], columns: frozenset[str], *, is_dated: bool
) -> Question[Ranked]:
    mark = window.mark
    sql, whole, rest = statements(
        shapes.kind(search),
        columns,
        order,
        window.size + 1,
        backwards=window.backwards,
        is_marked=mark is not None,
        is_dated=is_dated,
    )
    doubt, key = mark.key if mark else (None, None)
    return Question(
        sql=sql,
        whole=whole,
        rest=rest,
        search=search,
        arguments=(*arguments(search), doubt, key, mark.id if mark else None),
        window=window,
    )


@lru_cache(maxsize=STATEMENTS_KEPT)
def statements(
    kind: Kind,
    columns: frozenset[str],
    order: ProviderOrder,
    size: int,
    *,
    backwards: bool,
    is_marked: bool,
    is_dated: bool,
) -> tuple[LiteralString, LiteralString | None, LiteralString | None]:
    """The statement for searches of one kind, the one that leaves nobody out, and the one for who helps from afar."""
    sorting = Sorting(
        search=shapes.example(kind),
        order=order,
        backwards=backwards,
        is_marked=is_marked,
        size=size,
        is_dated=is_dated,
    )
    taken = chosen(columns)
    if not sorting.goes_outwards:
        return sorted_page(sorting, taken), None, None
    if sorting.search.open_now:
        return open_now.among_nearest(sorting, taken), open_now.by_hours(sorting, taken), from_afar(sorting, taken)
    return outwards(sorting, taken), None, from_afar(sorting, taken)


async def count(at: Reader, search: Search) -> int | None:
    """How many listings match; None above COUNTED_AT_MOST."""
    search = await understood(at, search)
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
