"""Who said the parts of a listing last, and when? The rows tell: lists, agreements, statements, checks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from referral.directory.facts import FactGroup
from referral.directory.words import SaidBy
from referral.foundation.db import Reader, many


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Who said the last of a group of facts. `date` is None where a list has none and an agreement came after it."""

    group: FactGroup
    source: SaidBy
    list_name: str | None
    date: date | None
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """All of a listing's."""

    id: UUID
    sources: tuple[Told, ...]


async def of(at: Reader, ids: Sequence[UUID]) -> dict[UUID, tuple[Told, ...]]:
    """Of published listings, in the order of the groups; others are absent."""
    rows = await many(
        at,
        Sources,
        """SELECT c.id, listing_sources(c.id) AS sources FROM listing_card c WHERE c.id = ANY($1::uuid[])""",
        list(ids),
    )
    return {row.id: row.sources for row in rows}
