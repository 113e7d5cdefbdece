"""What do people say is wrong with a listing? Anyone may tell, without a name; a person of the team looks at each.

Nothing is kept of who sent it. What they wrote is sealed, shown to staff with a trace, and erased when the report is
closed. Of one listing only so many are kept waiting: the next one tells nothing new, and nobody can bury the others.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID, uuid4

from referral.directory.words import ReportReason
from referral.foundation import audit, cursors
from referral.foundation.actors import Staff
from referral.foundation.cursors import Page
from referral.foundation.db import Tx, execute, many, one, value
from referral.foundation.errors import Conflict, NotFound, RateLimited, ValidationFailed, problem
from referral.foundation.vault import Kept, Vault, seal, unseal

TABLE = "listing_report"
LONGEST = 500
MOST_WAITING = 20  # of one listing
MOST_AN_HOUR = 500  # of all: a flood is somebody's machine
ORDER = "listing reports"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report that waits."""

    id: UUID
    provider_id: UUID
    provider_name: str
    reason: ReportReason
    sent_at: datetime
    words: str | None = field(repr=False)

    @property
    def cursor(self) -> str:
        return cursors.written(ORDER, self.sent_at, self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """A page of those that wait, the longest waiting first."""

    reports: tuple[Report, ...]
    page: Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A report as it is stored."""

    id: UUID
    provider_id: UUID
    provider_name: str
    reason: ReportReason
    sent_at: datetime
    data_key: bytes | None = field(repr=False)
    words: bytes | None = field(repr=False)


async def send(tx: Tx, vault: Vault, listing: UUID, reason: ReportReason, words: str | None, *, now: datetime) -> None:
    """Keep a report. Raises ValidationFailed for words that are too long, NotFound where there is no such listing,
    RateLimited where enough have told already.
    """
    said = (words or "").strip()
    if len(said) > LONGEST or "\0" in said:
        raise ValidationFailed(
            [problem("note", "TOO_LONG", f"Write at most {LONGEST} characters; these are {len(said)}.")]
        )
    # One at a time for each listing, so that the number that wait is what it says.
    if not await value(
        tx,
        """SELECT EXISTS (SELECT FROM provider p JOIN listing_card c ON c.id = p.id
                           WHERE p.id = $1 FOR NO KEY UPDATE OF p)""",
        listing,
    ):
        raise NotFound("There is no such listing.")
    waiting: int = await value(
        tx, "SELECT count(*) FROM listing_report WHERE provider_id = $1 AND closed_at IS NULL", listing
    )
    lately: int = await value(
        tx, "SELECT count(*) FROM listing_report WHERE sent_at > $1 AND closed_at IS NULL", now - timedelta(hours=1)
    )
    if waiting >= MOST_WAITING or lately >= MOST_AN_HOUR:
        raise RateLimited("Others have told us already, and somebody will look. Thank you.", retry_after_seconds=3600)
    id = uuid4()
    key, wrapped = vault.new_key(id, table=TABLE, kept=Kept.WORDS, now=now) if said else (None, None)
    await execute(
        tx,
        """INSERT INTO listing_report (id, provider_id, reason, data_key, words, sent_at)
           VALUES ($1, $2, $3, $4, $5, $6)""",
        id,
        listing,
        reason.value,
        wrapped,
        seal(key, said.encode(), table=TABLE, row=id, name="words") if key else None,
        now,
    )


async def flag(tx: Tx, listing: UUID, reason: ReportReason, *, now: datetime) -> None:
    """A provider's own answer says that its listing is wrong: a report without words, once until somebody looks."""
    await execute(
        tx,
        """
        INSERT INTO listing_report (id, provider_id, reason, sent_at)
        SELECT $1, $2, $3, $4
         WHERE NOT EXISTS (SELECT FROM listing_report WHERE provider_id = $2 AND reason = $3 AND closed_at IS NULL)""",
        uuid4(),
        listing,
        reason.value,
        now,
    )


SEALED: LiteralString = """
    SELECT r.id, r.provider_id, p.name AS provider_name, r.reason, r.sent_at, r.data_key, r.words
      FROM listing_report r
      JOIN provider p ON p.id = r.provider_id
     WHERE r.closed_at IS NULL"""


async def waiting(tx: Tx, vault: Vault, staff: Staff, *, first: int | None = None, after: str | None = None) -> Reports:
    """Reports that nobody has closed, the longest waiting first; an audit row for each that is shown."""
    window = cursors.window(ORDER, datetime, first=first, after=after)
    rows = await many(
        tx,
        Sealed,
        f"""{SEALED}
             AND ($1::timestamptz IS NULL OR (r.sent_at, r.id) > ($1, $2::uuid))
           ORDER BY r.sent_at, r.id
           LIMIT $3""",
        window.mark.key if window.mark else None,
        window.mark.id if window.mark else None,
        window.size + 1,
    )
    shown = cursors.in_order(window, rows)
    await audit.record_each(
        tx, actor=staff.kind, actor_id=staff.id, act="report_read", subject_ids=[one.id for one in shown]
    )
    return Reports(reports=tuple(opened(vault, one) for one in shown), page=cursors.page_of(window, len(rows)))


async def close(tx: Tx, staff: Staff, id: UUID, *, was_right: bool, now: datetime) -> None:
    """Somebody has looked. What was written is erased. Where people are not taken although the listing says so, its
    openness is believed no longer.

    Raises NotFound, and Conflict where it is closed already.
    """
    found = await one(
        tx,
        Closed,
        """UPDATE listing_report
              SET closed_at = $2, closed_by = $3, was_right = $4, data_key = NULL, words = NULL
            WHERE id = $1 AND closed_at IS NULL
        RETURNING provider_id, reason""",
        id,
        now,
        staff.id,
        was_right,
    )
    if found is None:
        if await value(tx, "SELECT EXISTS (SELECT FROM listing_report WHERE id = $1)", id):
            raise Conflict("Somebody has closed this report already.")
        raise NotFound("There is no such report.")
    if was_right and found.reason is ReportReason.NOT_TAKING_PEOPLE:
        await execute(
            tx,
            "UPDATE provider SET openness_expires_at = $2 WHERE id = $1 AND openness_expires_at > $2",
            found.provider_id,
            now,
        )
    await audit.record(tx, actor=staff.kind, actor_id=staff.id, act="report_closed", subject_id=id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """What a report was about."""

    provider_id: UUID
    reason: ReportReason


def opened(vault: Vault, kept: Sealed) -> Report:
    words = None
    if kept.data_key is not None and kept.words is not None:
        key = vault.unwrap(kept.id, kept.data_key, table=TABLE)
        words = unseal(key, kept.words, table=TABLE, row=kept.id, name="words").decode()
    return Report(
        id=kept.id,
        provider_id=kept.provider_id,
        provider_name=kept.provider_name,
        reason=kept.reason,
        sent_at=kept.sent_at,
        words=words,
    )
