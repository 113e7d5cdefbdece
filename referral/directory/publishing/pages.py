"""Which services, places or organizations stand on a page, and how many are there in all? Their ids, in order.

Where nothing is asked of a listing, an index alone tells both. `whole` writes out what the ids stand for.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from typing import LiteralString
from uuid import UUID

from referral.directory.publishing.wanted import Wanted, arguments, condition
from referral.directory.searching import spelling
from referral.foundation.db import Reader, one, value

LARGEST_PAGE = 100
AT_ONCE = 10_000  # ids, when all are walked through: a filter is asked once for so many


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What is listed: where its id stands beside a listing, and which listings are left out."""

    id: LiteralString
    distinct: LiteralString = ""
    only: LiteralString = "true"

    def rows(self, wanted: Wanted) -> LiteralString:
        """FROM and WHERE. A card is enough, and can be found by an index alone, where the hour makes no difference."""
        listing: LiteralString = "listing" if wanted.asks_of_the_hour else "listing_card AS listing"
        service: LiteralString = "JOIN service s ON s.id = listing.service_id" if wanted.asks_of_service else ""
        return f"FROM {listing} {service} WHERE {self.only} AND {condition(wanted)}"

    def ids(self, wanted: Wanted) -> LiteralString:
        return f"SELECT {self.distinct} {self.id} AS id {self.rows(wanted)}"

    def count(self, wanted: Wanted) -> LiteralString:
        return f"SELECT count({self.distinct} {self.id}) {self.rows(wanted)}"


# A service is published as long as one listing of it is.
SERVICES = Kind(id="listing.service_id", distinct="DISTINCT")
PLACES = Kind(id="listing.id", only="listing.location_id IS NOT NULL")
ORGANIZATIONS = Kind(id="listing.organization_id", distinct="DISTINCT")  # that of its service


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The ids of a page, and how many there are on all pages."""

    total: int
    ids: tuple[UUID, ...]


NOTHING = Page(total=0, ids=())


async def page(at: Reader, kind: Kind, wanted: Wanted, *, first: int, skip: int) -> Page:
    """A page by id, and an exact count."""
    if wanted.nobody:
        return NOTHING
    wanted = await understood(at, wanted)
    return await one(at, Page, statement(kind, wanted), *arguments(wanted), first, skip) or NOTHING


async def understood(at: Reader, wanted: Wanted) -> Wanted:
    """The same with its text read; one without a word asks for nothing."""
    return wanted if wanted.text is None else replace(wanted, meant=await spelling.meant(at, wanted.text) or None)


def statement(kind: Kind, wanted: Wanted) -> LiteralString:
    if wanted == Wanted():
        return f"""
            SELECT ({kind.count(wanted)}) AS total,
                   ARRAY({kind.ids(wanted)} ORDER BY id LIMIT $10 OFFSET $11) AS ids"""
    return f"""
        WITH found AS MATERIALIZED ({kind.ids(wanted)})
        SELECT (SELECT count(*) FROM found) AS total,
               ARRAY(SELECT id FROM found ORDER BY id LIMIT $10 OFFSET $11) AS ids"""


async def count(at: Reader, kind: Kind, wanted: Wanted) -> int:
    """How many match."""
    if wanted.nobody:
        return 0
    wanted = await understood(at, wanted)
    return await value(at, kind.count(wanted), *arguments(wanted))


async def walk(at: Reader, kind: Kind, wanted: Wanted, *, at_once: int = AT_ONCE) -> AsyncIterator[Sequence[UUID]]:
    """All that match, by id, in parts of at most LARGEST_PAGE. Whatever comes or goes meanwhile, none comes twice."""
    wanted = await understood(at, wanted)
    found = [] if wanted.nobody else await following(at, kind, wanted, None, at_once)
    while found:
        for start in range(0, len(found), LARGEST_PAGE):
            yield found[start : start + LARGEST_PAGE]
        found = await following(at, kind, wanted, found[-1], at_once) if len(found) == at_once else []


async def following(at: Reader, kind: Kind, wanted: Wanted, last: UUID | None, at_most: int) -> list[UUID]:
    """The next ids after the last one; the first ones after none."""
    after: LiteralString = "$10::uuid IS NULL" if last is None else f"{kind.id} > $10::uuid"
    return await value(
        at,
        f"SELECT ARRAY({kind.ids(wanted)} AND {after} ORDER BY id LIMIT $11)",
        *arguments(wanted),
        last,
        at_most,
    )
