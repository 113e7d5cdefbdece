"""Who opened, released or changed what? The audit trail of one subject, for whoever oversees the desk."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from referral.foundation import audit, cursors
from referral.foundation.actors import ActorKind, Staff, StaffRole
from referral.foundation.cursors import Page
from referral.foundation.db import Reader, Tx, many
from referral.foundation.errors import NotAllowed, ValidationFailed, problem
from referral.intake import claims
from referral.referrals import erasing
from referral.referrals.erasing import Erased

ORDER = "audit trail"
LONGEST_REPORT = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """One act. It names kinds and ids, and nothing that was seen."""

    id: int
    at: datetime
    actor: ActorKind
    actor_id: UUID | None
    act: str
    subject_id: UUID

    @property
    def cursor(self) -> str:
        return cursors.written(ORDER, self.id, self.subject_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """A page of a trail, the newest first."""

    events: tuple[AuditEvent, ...]
    page: Page


async def of(tx: Tx, staff: Staff, subject_id: UUID, *, first: int | None, after: str | None) -> Trail:
    """A page of what was done with a subject, be it a request, a listing or a proposal. The look is written down too.

    Raises NotAllowed where an intake worker has not the request in hand, ValidationFailed for a bad size or cursor.
    """
    await check(tx, staff, subject_id)
    window = cursors.window(ORDER, int, first=first, after=after)
    rows = await many(
        tx,
        AuditEvent,
        """
        SELECT id, at, actor, actor_id, act, subject_id FROM audit_event
         WHERE subject_id = $1 AND ($2::bigint IS NULL OR id < $2)
         ORDER BY id DESC
         LIMIT $3""",
        subject_id,
        window.mark.key if window.mark else None,
        window.size + 1,
    )
    await audit.record(tx, actor=staff.kind, actor_id=staff.id, act="trail_read", subject_id=subject_id)
    return Trail(events=cursors.in_order(window, rows), page=cursors.page_of(window, len(rows)))


async def erased(at: Reader, staff: Staff, first_day: date, last_day: date) -> list[Erased]:
    """What was erased from one day to another, both included, by day, reason and table.

    Raises NotAllowed for intake staff, ValidationFailed for days in the wrong order or more than a year.
    """
    if staff.role is StaffRole.INTAKE:
        raise NotAllowed("What was erased is reported to supervisors.")
    if not timedelta(0) <= last_day - first_day < LONGEST_REPORT:
        raise ValidationFailed([problem("to", "OUT_OF_RANGE", "Send a day from `from` on, at most a year after it.")])
    since = datetime.combine(first_day, time(), UTC)
    return await erasing.report(at, since=since, until=datetime.combine(last_day, time(), UTC) + timedelta(days=1))


async def check(at: Reader, staff: Staff, subject_id: UUID) -> None:
    """Supervisors and those who keep accounts oversee; whoever works on a request sees who else did."""
    if staff.role is not StaffRole.INTAKE:
        return
    held = await claims.of(at, subject_id)
    if held is None or held.staff_id != staff.id:
        raise NotAllowed("Take the request in hand first. Other trails are open to supervisors.")
