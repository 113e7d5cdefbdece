"""What stands although the list it came from says something else, and for how long.

An approved value is remembered with the value that the list had. `keeping` compares lists with it; here it is written,
and staff settle what a list has said anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from referral.directory import history
from referral.directory.facts import WHERE, Fact, Value
from referral.directory.lists import saying
from referral.directory.lists.saying import Saying
from referral.directory.words import SaidBy
from referral.foundation import audit, cursors
from referral.foundation.actors import Staff
from referral.foundation.cursors import Page
from referral.foundation.db import Reader, Tx, execute, many, one
from referral.foundation.errors import Conflict, NotFound

ORDER = "listing conflicts"


class ImportRunning(Conflict):
    """A list is being brought in; single facts wait until it is."""

    code = "IMPORT_RUNNING"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """One fact that a listing says from now on, on whose word, and since when."""

    fact: Fact
    wanted: Value
    said_by: SaidBy
    at: datetime
    proposal_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Divergence:
    """A list says something new of a fact that was agreed on. `is_kept`: the agreed value is shown meanwhile."""

    owner: UUID
    fact: Fact
    provider_id: UUID
    provider_name: str
    base: Value
    approved: Value
    approved_at: datetime
    said_by: SaidBy
    listed: Value
    listed_at: datetime
    listed_by: str
    is_kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Divergences:
    """A page of them, the longest waiting first."""

    found: tuple[Divergence, ...]
    page: Page


async def agree(tx: Tx, listing: Saying, agreed: Sequence[Agreed]) -> None:
    """Write facts and remember what the list said of each. The caller holds `saying.alone`."""
    for each in agreed:
        await remember(tx, listing, each)
        await saying.say(tx, listing, each.fact, each.wanted)
    await saying.touch(tx, listing.service, max(each.at for each in agreed))


async def remember(tx: Tx, listing: Saying, agreed: Agreed) -> None:
    """The list's value stays the base as long as an older agreement stands in its way."""
    await execute(
        tx,
        """
        INSERT INTO listing_override AS t (owner, fact, fact_group, base, approved, approved_at, said_by, proposal_id)
        SELECT $1, $2, $3, one -> 'base', one -> 'approved', $5, $6, $7 FROM (SELECT $4::jsonb AS one) AS told
        ON CONFLICT (owner, fact) DO UPDATE
           SET base = CASE WHEN NOT t.is_kept THEN excluded.base ELSE coalesce(t.listed, t.base) END,
               approved = excluded.approved, approved_at = excluded.approved_at, said_by = excluded.said_by,
               proposal_id = excluded.proposal_id, is_kept = true, listed = NULL, listed_at = NULL, listed_by = NULL""",
        listing.owners.of(agreed.fact),
        agreed.fact.value,
        WHERE[agreed.fact].group.value,
        {"base": listing.listed(agreed.fact), "approved": agreed.wanted},
        agreed.at,
        agreed.said_by.value,
        agreed.proposal_id,
    )
    # Agreed on what the list says: nothing stands against it any more.
    await execute(
        tx,
        "DELETE FROM listing_override WHERE owner = $1 AND fact = $2 AND base = approved",
        listing.owners.of(agreed.fact),
        agreed.fact.value,
    )


DIVERGENCE: LiteralString = """
    SELECT k.owner, k.fact, l.id AS provider_id, l.name AS provider_name, k.base, k.approved, k.approved_at, k.said_by,
           k.listed, k.listed_at, k.listed_by, k.is_kept
      FROM listing_override k
     CROSS JOIN LATERAL (SELECT p.id, p.name FROM provider p
                          WHERE k.owner IN (p.id, p.service_id, p.location_id, p.organization_id)
                          ORDER BY p.retired_at IS NOT NULL, p.name, p.id
                          LIMIT 1) AS l
     WHERE k.listed IS NOT NULL"""


async def divergences(at: Reader, *, first: int | None = None, after: str | None = None) -> Divergences:
    """Facts of which a list says something new. Raises ValidationFailed."""
    window = cursors.window(ORDER, tuple[datetime, str], first=first, after=after)
    told, fact = window.mark.key if window.mark else (None, "")
    rows = await many(
        at,
        Divergence,
        f"""{DIVERGENCE}
             AND ($1::timestamptz IS NULL OR (k.listed_at, k.owner, k.fact) > ($1, $2::uuid, $3))
           ORDER BY k.listed_at, k.owner, k.fact
           LIMIT $4""",
        told,
        window.mark.id if window.mark else None,
        fact,
        window.size + 1,
    )
    return Divergences(found=cursors.in_order(window, rows), page=cursors.page_of(window, len(rows)))


def cursor(divergence: Divergence) -> str:
    return cursors.written(ORDER, (divergence.listed_at, divergence.fact.value), divergence.owner)


async def settle(tx: Tx, staff: Staff, listing: UUID, fact: Fact, *, for_list: bool, now: datetime) -> None:
    """Staff have looked: the list is right, or what was agreed on is. Its new value is what it is held against next.

    Raises NotFound where nothing waits, ImportRunning.
    """
    if not await saying.alone(tx):
        raise ImportRunning("A list is being imported. Try again when it is done.")
    found = (await saying.now(tx, [listing])).get(listing)
    waiting = (
        await one(
            tx,
            Divergence,
            f"{DIVERGENCE} AND k.owner = ANY($1::uuid[]) AND k.fact = $2",
            [found.provider, found.service, found.organization, found.location],
            fact.value,
        )
        if found
        else None
    )
    if found is None or waiting is None:
        raise NotFound("No list says anything new of this fact.")
    await history.on_word_of(tx, f"list: {waiting.listed_by}, staff agreed" if for_list else "staff")
    if for_list:
        await execute(tx, "DELETE FROM listing_override WHERE owner = $1 AND fact = $2", waiting.owner, fact.value)
    else:
        await execute(
            tx,
            """UPDATE listing_override
                  SET base = listed, is_kept = true, approved_at = $3, listed = NULL, listed_at = NULL, listed_by = NULL
                WHERE owner = $1 AND fact = $2""",
            waiting.owner,
            fact.value,
            now,
        )
    await saying.say(tx, found, fact, waiting.listed if for_list else waiting.approved)
    await saying.touch(tx, found.service, now)
    await audit.record(tx, actor=staff.kind, actor_id=staff.id, act="listing_conflict_settled", subject_id=listing)
