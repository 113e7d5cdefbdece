"""How does somebody get their first keys, or new ones? By a code that works once and that no colleague holds alone.

Two colleagues agree on it: the first is told one half of the code, the second the other, and each hands theirs on.
The operator at the machine, who could change the database anyway, is told both.
"""

import asyncio
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID, uuid4

from referral.foundation.actors import SYSTEM, Staff, StaffId, StaffRole, System
from referral.foundation.db import Reader, Tx, execute, many, one
from referral.foundation.errors import Conflict, NotAllowed, NotFound, ValidationFailed, problem
from referral.triage import staff as accounts
from referral.triage.entry import passwords, sessions
from referral.triage.entry.sessions import Policy, SignedIn, Way

LIVES = timedelta(hours=24)
ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # no sign that is read as another
HALF = 16  # 78 bits: nobody guesses one half, nor the other from it
LONGEST_REASON = 500

WRONG = "This code does not work. It may have been used, or its day is over: ask your two colleagues for a new one."


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """A new start for somebody, as those see it who agree on it."""

    id: UUID
    staff_id: StaffId
    asked_by: StaffId | None
    agreed_by: StaffId | None
    reason: str
    made_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Half:
    """What one of the two hands on: shown once, and kept as a hash."""

    id: UUID
    half: str = field(repr=False)


ENROLMENT: LiteralString = "id, staff_id, asked_by, agreed_by, reason, made_at, expires_at"


async def ask(tx: Tx, by: Staff, staff_id: StaffId, reason: str, *, now: datetime) -> Half:
    """The first of two. Raises NotFound, NotAllowed for oneself and for intake staff, ValidationFailed."""
    overseer(by)
    if not reason.strip() or len(reason) > LONGEST_REASON or "\0" in reason:
        raise ValidationFailed([problem("reason", "BAD_LENGTH", f"Say why, in 1 to {LONGEST_REASON} characters.")])
    subject = await accounts.account(tx, staff_id)
    if subject is None or subject.disabled_at is not None:
        raise NotFound("There is no open account of this id.")
    if by.id == staff_id:
        raise NotAllowed("Nobody gives themselves a new start: ask two colleagues.")
    made = await put(tx, staff_id, reason.strip(), asked_by=by, now=now)
    await accounts.note(tx, by, "new_start_asked", staff_id)
    return made


async def agree(tx: Tx, by: Staff, id: UUID, *, now: datetime) -> Half:
    """The second of two. Raises NotFound, NotAllowed for whoever asked or is to begin, Conflict where one has."""
    overseer(by)
    found = await one(tx, Enrolment, f"SELECT {ENROLMENT} FROM staff_enrolment WHERE id = $1 FOR UPDATE", id)
    if found is None or found.expires_at <= now:
        raise NotFound("Nobody asks for this, or its day is over.")
    if by.id in {found.asked_by, found.staff_id}:
        raise NotAllowed("It takes a second colleague to agree.")
    if found.agreed_by is not None or found.asked_by is None:
        raise Conflict("A second colleague has agreed already.")
    half = new_half()
    await execute(
        tx,
        "UPDATE staff_enrolment SET second_hash = $2, agreed_by = $3 WHERE id = $1",
        id,
        sessions.hash_of(half),
        by.id,
    )
    await accounts.note(tx, by, "new_start_agreed", found.staff_id)
    return Half(id=id, half=half)


async def by_operator(tx: Tx, staff_id: StaffId, *, now: datetime) -> str:
    """A whole code, for whoever is at the machine itself."""
    made, second = await put(tx, staff_id, "The operator made it.", asked_by=SYSTEM, now=now), new_half()
    await execute(tx, "UPDATE staff_enrolment SET second_hash = $2 WHERE id = $1", made.id, sessions.hash_of(second))
    await accounts.note(tx, SYSTEM, "new_start_by_operator", staff_id)
    return f"{made.half}-{second}"


async def put(tx: Tx, staff_id: StaffId, reason: str, *, asked_by: Staff | System, now: datetime) -> Half:
    """One at a time for each account: a newer one ends those before."""
    await execute(tx, "SELECT FROM staff WHERE id = $1 FOR NO KEY UPDATE", staff_id)
    await execute(tx, "DELETE FROM staff_enrolment WHERE staff_id = $1 AND used_at IS NULL", staff_id)
    made = Half(id=uuid4(), half=new_half())
    await execute(
        tx,
        """
        INSERT INTO staff_enrolment (id, staff_id, first_hash, reason, asked_by, made_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)""",
        made.id,
        staff_id,
        sessions.hash_of(made.half),
        reason,
        asked_by.id if isinstance(asked_by, Staff) else None,
        now,
        now + LIVES,
    )
    return made


def overseer(by: Staff) -> None:
    if by.role is StaffRole.INTAKE:
        raise NotAllowed("Supervisors and admins see to this.")


def new_half() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(HALF))


def halves(code: str) -> tuple[bytes, bytes] | None:
    """What a typed code is looked up by."""
    signs = "".join(sign for sign in code.upper() if sign.isalnum())
    if len(signs) != 2 * HALF:
        return None
    return sessions.hash_of(signs[:HALF]), sessions.hash_of(signs[HALF:])


async def holder(at: Reader, code: str, *, now: datetime) -> Staff:
    """Whose new start this is. Raises NotAllowed. Either half may be typed first."""
    if (found := halves(code)) is None:
        raise NotAllowed(WRONG)
    staff = await one(
        at,
        Staff,
        """
        SELECT s.id, s.email, s.name, s.role
          FROM staff_enrolment e
          JOIN staff s ON s.id = e.staff_id AND s.disabled_at IS NULL
         WHERE (e.first_hash, e.second_hash) IN (($1, $2), ($2, $1)) AND e.used_at IS NULL AND e.expires_at > $3""",
        *found,
        now,
    )
    if staff is None:
        raise NotAllowed(WRONG)
    return staff


async def use(tx: Tx, code: str, *, now: datetime) -> Staff:
    """Begin anew: the code is spent, and with it go all keys and sessions of before. Raises NotAllowed.

    The caller gives the account its new key in the same transaction.
    """
    staff = await holder(tx, code, now=now)
    spent = await execute(
        tx,
        """
        UPDATE staff_enrolment SET used_at = $2
         WHERE staff_id = $1 AND used_at IS NULL AND (first_hash = $3 OR second_hash = $3)""",
        staff.id,
        now,
        (halves(code) or (b"", b""))[0],
    )
    if not spent:
        raise NotAllowed(WRONG)
    await strip(tx, staff.id)
    await accounts.note(tx, staff, "began_anew", staff.id)
    return staff


async def strip(tx: Tx, staff_id: StaffId) -> None:
    """Take every key from an account, and end its sessions."""
    await execute(tx, "DELETE FROM staff_passkey WHERE staff_id = $1", staff_id)
    await execute(tx, "DELETE FROM staff_identity WHERE staff_id = $1", staff_id)
    await execute(
        tx,
        "UPDATE staff SET password_hash = NULL, code_sealed = NULL, code_pending = NULL WHERE id = $1",
        staff_id,
    )
    await sessions.end_all(tx, staff_id)


async def with_password(tx: Tx, policy: Policy, code: str, password: str, *, now: datetime) -> SignedIn:
    """Begin anew with a password. Raises NotAllowed where the role comes in by a passkey only, ValidationFailed."""
    staff = await use(tx, code, now=now)
    if not policy.lets_in(staff.role, Way.PASSWORD):
        raise NotAllowed("Your role signs in with a passkey. Make one on this page.")
    await set_password(tx, staff, password)
    return await sessions.begin(tx, staff, Way.PASSWORD, now=now)


async def set_password(tx: Tx, staff: Staff, password: str, *, with_code: bool = False) -> None:
    """Give an account a password. Raises ValidationFailed."""
    wrong = tuple(passwords.wrong_in(password, email=staff.email, name=staff.name, with_code=with_code))
    if wrong:
        raise ValidationFailed(wrong)
    hashed = await asyncio.to_thread(passwords.hashed, password)
    await execute(tx, "UPDATE staff SET password_hash = $2 WHERE id = $1", staff.id, hashed)
    await accounts.note(tx, staff, "password_set", staff.id)


async def waiting(at: Reader, *, now: datetime) -> list[Enrolment]:
    """New starts that wait for a second colleague, the newest first."""
    return await many(
        at,
        Enrolment,
        f"""
        SELECT {ENROLMENT} FROM staff_enrolment
         WHERE used_at IS NULL AND expires_at > $1 AND asked_by IS NOT NULL AND agreed_by IS NULL
         ORDER BY made_at DESC, id
         LIMIT 50""",
        now,
    )
