"""Would a page that was read a moment ago be read the same now? Told without reading it again.

Whatever a card shows, and whatever is stated of openness, writes a row of the feed of changes when it changes
(`listing_change`), in the transaction that changes it. So a page read from these alone stays the same until the feed
shows a row that the statement which read the page could not see, or until something said on the page ages out. That is
asked of the snapshot, not of the highest number: transactions end in another order than they begin.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, LiteralString

from referral.directory.searching.filters import Search
from referral.directory.words import Openness
from referral.foundation.db import Reader, value

# What may be asked and shown so that a page is read from cards and what is stated of openness, and from nothing else.
ASKED = frozenset(
    "near radius_km languages help_types claims postures openness remote free accepts_detained accepts_minors adults "
    "at_liberty verified_since".split()
)
SHOWN = frozenset({"openness", "openness_stated_at", "waitlist_estimate_days"})  # of search.CHANGING

# How many rows of the feed are looked at: behind a transaction that is open for long they pile up, seen or not.
MOST_ROWS = 200
MANY_PEOPLE: LiteralString = "100000"
SAME_POINT: LiteralString = "1e-7"  # of the Earth's radius: well within a metre

# Columns beside those of a page: when it was read, when each listing's statement ages out, and whether who asks from
# there could be anybody.
COLUMNS: LiteralString = f""",
               pg_current_snapshot()::text AS snapshot, now() AS read_at,
               (SELECT p.openness_expires_at FROM provider p
                 WHERE p.id = near.id AND p.openness_expires_at > now()) AS ages_at,
               EXISTS (SELECT FROM place t
                        WHERE t.kind = 'town' AND t.population >= {MANY_PEOPLE}
                          AND t.point <@ cube_enlarge((SELECT here FROM asked), {SAME_POINT}, 3)) AS is_large_town"""
STILL: LiteralString = """
    SELECT now() >= $2::timestamptz AND now() < coalesce($3::timestamptz, 'infinity')
       AND count(*) <= $4::int AND bool_and(pg_visible_in_snapshot(late.xact, $1::text::pg_snapshot)) IS NOT FALSE
      FROM (SELECT c.xact FROM listing_change c
             WHERE c.xact >= pg_snapshot_xmin($1::text::pg_snapshot)
             ORDER BY c.xact
             LIMIT $4::int + 1) AS late"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What the database showed when a page was read, and until when it says the same if nothing changes. `of_many`:
    the search begins at the middle of a large town, as it does for everybody who types its name.
    """

    snapshot: str
    read_at: datetime
    until: datetime | None
    of_many: bool


def can_tell(search: Search, columns: frozenset[str]) -> bool:
    """Whether a page of this search is read from what the feed tells of. One that asks for whoever says nothing now is
    not: who ages out comes in from outside the page.
    """
    asked = {one.name for one in fields(search) if getattr(search, one.name) is not None}
    return (
        search.near is not None
        and asked <= ASKED
        and columns <= SHOWN
        and Openness.UNKNOWN not in (search.openness or ())
    )


def moment(rows: Sequence[Mapping[str, Any]]) -> Moment:
    """When these were read, by their COLUMNS: all that one statement has brought, the one beyond the page too."""
    first = rows[0]
    return Moment(
        snapshot=first["snapshot"],
        read_at=first["read_at"],
        until=min((row["ages_at"] for row in rows if row["ages_at"] is not None), default=None),
        of_many=first["is_large_town"],
    )


async def is_still(at: Reader, read: Moment) -> bool:
    """Whether the page would be read the same now. False also where that would take long to find out."""
    return await value(at.steady, STILL, read.snapshot, read.read_at, read.until, MOST_ROWS)
