"""What changed in the directory since I last asked? For whoever keeps a copy; deletions are told too.

Each listing stands in the feed once, where it changed last: whoever was away for a year hears of each once. A feed read
to its end, and asked again from its last cursor, misses nothing: what a transaction that is still open will change
comes later in the order (`listing_change`, migration 0008). That what was stated ages out is no change; it tells its
own end.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from referral.foundation import cursors
from referral.foundation.db import Reader, many, value
from referral.foundation.errors import FieldProblem, ValidationFailed, problem
from referral.foundation.vocabulary import Word

FEED = "changes"
DEFAULT_PAGE = 100
LARGEST_PAGE = 500


class ChangeKind(Word):
    """What happened to a listing."""

    CHANGED = "changed", "It is new, or something it shows is other than before."
    DELETED = "deleted", "It is no longer published. Forget it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The last change of one listing."""

    id: UUID
    kind: ChangeKind
    changed_at: datetime
    xact: int

    @property
    def cursor(self) -> str:
        return cursors.written(FEED, self.xact, self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """A part of the feed, the oldest first."""

    changes: tuple[Change, ...]
    has_more: bool


async def since(at: Reader, cursor: str | None, *, first: int | None = None) -> Changes:
    """What changed after a cursor; from the beginning without one. Raises ValidationFailed."""
    size = DEFAULT_PAGE if first is None else first
    mark = None if cursor is None else cursors.read(cursor, FEED, int)
    problems: list[FieldProblem] = []
    if not 1 <= size <= LARGEST_PAGE:
        problems.append(problem("first", "PAGE_SIZE", f"Send 1 to {LARGEST_PAGE}."))
    if cursor is not None and (mark is None or mark.key < 0):
        problems.append(problem("since", "BAD_CURSOR", "This cursor is not one of this feed's."))
    if problems:
        raise ValidationFailed(problems)
    found = await many(
        at,
        Change,
        """SELECT c.listing_id AS id, c.kind, c.changed_at, c.xact::text::bigint AS xact
             FROM listing_change c
            WHERE c.xact < pg_snapshot_xmin(pg_current_snapshot())
              AND (c.xact, c.listing_id) > (coalesce($1::bigint, 0)::text::xid8,
                                            coalesce($2::uuid, '00000000-0000-0000-0000-000000000000'))
              AND NOT EXISTS (SELECT FROM listing_change later
                               WHERE later.listing_id = c.listing_id AND (later.xact, later.id) > (c.xact, c.id))
            ORDER BY c.xact, c.listing_id
            LIMIT $3""",
        mark.key if mark else None,
        mark.id if mark else None,
        size + 1,
    )
    return Changes(changes=tuple(found[:size]), has_more=len(found) > size)


async def newest(at: Reader) -> int | None:
    """What tells one state of the published directory from the next; None before anything was ever published."""
    return await value(at, "SELECT max(id) FROM listing_change")
