"""Who of the team may open a case? Whoever has it in hand, and whoever was let in for a reason, for a while.

Contacts, messages and notes are one depth, the name and the person's own words another: those a supervisor who has
not the case in hand sees only when a second supervisor agrees. Whoever opens very many cases in an hour is stopped.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID, uuid4

from referral.foundation import audit, outbox
from referral.foundation.actors import Staff, StaffId, StaffRole
from referral.foundation.db import Reader, Tx, execute, many, one, value
from referral.foundation.errors import Conflict, NotAllowed, NotFound, ValidationFailed
from referral.foundation.outbox import JobKind
from referral.foundation.vault import Vault, seal, unseal
from referral.foundation.vocabulary import Word
from referral.intake import claims, notes, requests
from referral.intake.requests import HelpRequest

TABLE = "case_access"
ASKED_LIVES = timedelta(hours=24)
GIVEN_LIVES = timedelta(hours=8)  # a day's work on somebody's case
LOOK_LIVES = timedelta(hours=1)  # a supervisor's look from outside, alone or agreed on
PER = timedelta(hours=1)


class Depth(Word):
    """How far into a case."""

    CONTACT = "contact", "How to reach the person, messages and notes."
    WHOLE = "whole", "All of it: the name and the person's own words too."


class AccessState(Word):
    """Where an access stands."""

    ASKED = "asked", "Somebody asks for it."
    GIVEN = "given", "It was given, and ends by itself."
    REFUSED = "refused", "A colleague said no."
    ENDED = "ended", "It was given back or taken back."


class NoAccess(NotAllowed):
    """The case is not in this colleague's hands, and nobody let them in."""

    code = "NO_ACCESS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """That a case was counted as opened by somebody who may: what shows details asks for it."""

    request_id: UUID
    staff_id: StaffId
    depth: Depth


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One colleague's way into one case."""

    id: UUID
    request_id: UUID
    staff_id: StaffId
    depth: Depth
    state: AccessState
    asked_at: datetime
    decided_by: StaffId | None
    decided_at: datetime | None
    until: datetime
    reason_sealed: bytes = field(repr=False)


ACCESS: LiteralString = "id, request_id, staff_id, depth, state, asked_at, decided_by, decided_at, until, reason_sealed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lately:
    """What somebody opened within the hour, beside one case, and whether that was among them."""

    others: int
    again: bool


# ------------------------------------------------------------- opening


async def opening(
    tx: Tx, staff: Staff, request_id: UUID, *, most: int, notes_only: bool, now: datetime
) -> Opened | None:
    """Whether somebody may open a case now; it counts. None: they opened too many within an hour, and others are told.

    To be committed before anything is shown: then whatever fails afterwards has been counted. Raises NoAccess.
    """
    depth = await depth_of(tx, staff, request_id, now=now)
    if depth is None and notes_only and staff.role is StaffRole.SUPERVISOR:
        depth = Depth.CONTACT  # supervisors read what colleagues write for each other
    if depth is None:
        raise NoAccess("Take this request in hand, or ask for access and say why.")
    # One at a time for each colleague, and by no row that others wait for.
    await execute(tx, "SELECT pg_advisory_xact_lock(hashtextextended('case_opening ' || $1::text, 0))", str(staff.id))
    lately = await one(
        tx,
        Lately,
        """
        SELECT count(*) FILTER (WHERE request_id <> $2)::int AS others,
               coalesce(bool_or(request_id = $2), false) AS again
          FROM case_opening
         WHERE staff_id = $1 AND opened_at > $3""",
        staff.id,
        request_id,
        now - PER,
    )
    if lately is not None and not lately.again and lately.others >= most:
        await sound_alarm(tx, staff, now=now)
        return None
    await execute(
        tx,
        """
        INSERT INTO case_opening (staff_id, request_id, opened_at) VALUES ($1, $2, $3)
        ON CONFLICT (staff_id, request_id) DO UPDATE SET opened_at = greatest(case_opening.opened_at, $3)""",
        staff.id,
        request_id,
        now,
    )
    return Opened(request_id=request_id, staff_id=staff.id, depth=depth)


async def depth_of(at: Reader, staff: Staff, request_id: UUID, *, now: datetime) -> Depth | None:
    """How far somebody may look into a case now; None for not at all."""
    if staff.role is StaffRole.ADMIN:
        return None
    held = await claims.of(at, request_id)
    if held is not None and held.staff_id == staff.id and held.until > now:
        return Depth.WHOLE
    given: list[str] = await value(
        at,
        """
        SELECT coalesce(array_agg(depth), '{}') FROM case_access
         WHERE request_id = $1 AND staff_id = $2 AND state = 'given' AND until > $3""",
        request_id,
        staff.id,
        now,
    )
    return next((depth for depth in (Depth.WHOLE, Depth.CONTACT) if depth.value in given), None)


async def sound_alarm(tx: Tx, staff: Staff, *, now: datetime) -> None:
    """Others hear of it at once, and once an hour."""
    id = uuid4()
    sounded = await execute(
        tx,
        """
        INSERT INTO staff_alarm (id, staff_id, raised_at)
        SELECT $1, $2, $3 WHERE NOT EXISTS (SELECT FROM staff_alarm WHERE staff_id = $2 AND raised_at > $4)""",
        id,
        staff.id,
        now,
        now - PER,
    )
    if sounded:
        await audit.record(tx, actor=staff.kind, actor_id=staff.id, act="stopped_opening_too_many", subject_id=staff.id)
        await outbox.put(tx, JobKind.TELL_ALARM, id)


# ------------------------------------------------------------- being let in


async def ask(
    tx: Tx, vault: Vault, staff: Staff, request_id: UUID, depth: Depth, reason: str, *, now: datetime
) -> Access:
    """Ask to be let into a case, and say why. A supervisor lets themselves in to contacts; all else takes a colleague.

    Raises NotFound, NotAllowed for admins, ValidationFailed for an unfit reason.
    """
    if staff.role is StaffRole.ADMIN:
        raise NotAllowed("Your account keeps accounts. Requests are open to the intake team only.")
    if problems := notes.wrong_in("reason", reason):
        raise ValidationFailed(problems)
    request = await found(tx, request_id)
    alone = staff.role is StaffRole.SUPERVISOR and depth is Depth.CONTACT
    id = uuid4()
    asked = await one(
        tx,
        Access,
        f"""
        INSERT INTO case_access (id, request_id, staff_id, depth, reason_sealed, asked_at, state, decided_by,
                                 decided_at, until)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        RETURNING {ACCESS}""",
        id,
        request_id,
        staff.id,
        depth.value,
        sealed_reason(vault, request, id, reason),
        now,
        AccessState.GIVEN.value if alone else AccessState.ASKED.value,
        staff.id if alone else None,
        now if alone else None,
        now + (LOOK_LIVES if alone else ASKED_LIVES),
    )
    await note(tx, staff, request_id, f"access_{'taken' if alone else 'asked'}_{depth.value}")
    return there(asked)


async def decide(tx: Tx, staff: Staff, id: UUID, *, gives: bool, now: datetime) -> Access:
    """A supervisor lets a colleague in, or does not. Raises NotFound, Conflict, NotAllowed for whoever asked."""
    if staff.role is not StaffRole.SUPERVISOR:
        raise NotAllowed("Supervisors see to this.")
    asked = await locked(tx, id)
    if asked.staff_id == staff.id:
        raise NotAllowed("It takes a second supervisor.")
    if asked.state is not AccessState.ASKED or asked.until <= now:
        raise Conflict("This has been decided, or was asked too long ago.")
    by_intake = await value(tx, "SELECT role = 'intake' FROM staff WHERE id = $1", asked.staff_id)
    decided = await one(
        tx,
        Access,
        f"""
        UPDATE case_access SET state = $2, decided_by = $3, decided_at = $4, until = $5
         WHERE id = $1
        RETURNING {ACCESS}""",
        id,
        AccessState.GIVEN.value if gives else AccessState.REFUSED.value,
        staff.id,
        now,
        now + (GIVEN_LIVES if by_intake else LOOK_LIVES) if gives else asked.until,
    )
    await note(tx, staff, asked.request_id, f"access_{'given' if gives else 'refused'}_{asked.depth.value}")
    return there(decided)


async def end(tx: Tx, staff: Staff, id: UUID, *, now: datetime) -> Access:
    """Give one's own access back, or, as a supervisor, take anyone's. Raises NotFound, NotAllowed."""
    known = await locked(tx, id)
    if known.staff_id != staff.id and staff.role is not StaffRole.SUPERVISOR:
        raise NotAllowed("This is a colleague's. A supervisor can end it.")
    if known.state in {AccessState.REFUSED, AccessState.ENDED}:
        return known
    ended = await one(
        tx,
        Access,
        f"""
        UPDATE case_access SET state = 'ended', decided_by = $2, decided_at = $3, until = least(until, $3)
         WHERE id = $1
        RETURNING {ACCESS}""",
        id,
        staff.id,
        now,
    )
    await note(tx, staff, known.request_id, "access_ended")
    return there(ended)


async def waiting(at: Reader, *, now: datetime, limit: int = 50) -> list[Access]:
    """What colleagues ask for and nobody has decided, the oldest first."""
    return await many(
        at,
        Access,
        f"SELECT {ACCESS} FROM case_access WHERE state = 'asked' AND until > $1 ORDER BY asked_at, id LIMIT $2",
        now,
        limit,
    )


async def mine(at: Reader, staff: Staff, *, now: datetime, limit: int = 50) -> list[Access]:
    """What somebody asked for or was given and that still runs, the newest first."""
    return await many(
        at,
        Access,
        f"""
        SELECT {ACCESS} FROM case_access
         WHERE staff_id = $1 AND state IN ('asked', 'given') AND until > $2
         ORDER BY asked_at DESC, id
         LIMIT $3""",
        staff.id,
        now,
        limit,
    )


async def reasons(tx: Tx, vault: Vault, staff: Staff, asked: Sequence[Access]) -> dict[UUID, str]:
    """Why each was asked for, after an audit row for each; nothing of a request that has been erased."""
    ids = list({one.request_id for one in asked})
    await audit.record_each(tx, actor=staff.kind, actor_id=staff.id, act="access_read", subject_ids=ids)
    known = await requests.requests(tx, ids)
    return {one.id: reason_of(vault, known[one.request_id], one) for one in asked if one.request_id in known}


def reason_of(vault: Vault, request: HelpRequest, asked: Access) -> str:
    if request.data_key is None:
        return ""
    key = requests.key_of(vault, request)
    return unseal(key, asked.reason_sealed, table=TABLE, row=asked.id, name="reason").decode()


def sealed_reason(vault: Vault, request: HelpRequest, id: UUID, reason: str) -> bytes:
    """Sealed with the request's own key: gone when the request is erased."""
    key = requests.key_of(vault, request)
    return seal(key, reason.strip().encode(), table=TABLE, row=id, name="reason")


async def found(tx: Tx, request_id: UUID) -> HelpRequest:
    request = await requests.locked(tx, request_id)
    if request is None or request.data_key is None:
        raise NotFound("There is no such request.")
    return request


async def locked(tx: Tx, id: UUID) -> Access:
    return there(await one(tx, Access, f"SELECT {ACCESS} FROM case_access WHERE id = $1 FOR UPDATE", id))


def there(row: Access | None) -> Access:
    if row is None:
        raise NotFound("Nobody asks for this.")
    return row


async def note(tx: Tx, staff: Staff, request_id: UUID, act: str) -> None:
    await audit.record(tx, actor=staff.kind, actor_id=staff.id, act=act, subject_id=request_id)
