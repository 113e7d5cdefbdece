"""Who works here? Accounts of the team, and what they may do. How they come in stands in `entry`."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import LiteralString
from uuid import UUID, uuid4

from referral.foundation import audit
from referral.foundation.actors import SYSTEM, ActorKind, Staff, StaffId, StaffRole, System
from referral.foundation.db import Reader, Tx, execute, many, one, refusing
from referral.foundation.errors import Conflict, FieldProblem, NotAllowed, NotFound, ValidationFailed, problem
from referral.foundation.mail import is_address
from referral.intake import claims
from referral.triage.entry import passwords, sessions

LONGEST_NAME = 200
NOBODY = StaffId(UUID(int=0))  # whose account nobody can sign in to: accounts have random ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Someone who may sign in, or once might; `password_hash` is None for one that has no password."""

    id: StaffId
    email: str
    name: str
    role: StaffRole
    password_hash: str | None = field(repr=False)
    code_sealed: bytes | None = field(repr=False)
    code_counter: int
    disabled_at: datetime | None

    @property
    def staff(self) -> Staff:
        return Staff(id=self.id, email=self.email, name=self.name, role=self.role)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An account as those who keep accounts see it."""

    id: StaffId
    email: str
    name: str
    role: StaffRole
    disabled_at: datetime | None
    has_password: bool
    has_codes: bool
    passkeys: int
    last_seen_at: datetime | None


STAFF: LiteralString = "id, email, name, role"
ACCOUNT: LiteralString = f"{STAFF}, password_hash, code_sealed, code_counter, disabled_at"


async def add(
    tx: Tx,
    *,
    email: str,
    name: str,
    role: StaffRole,
    password: str | None = None,
    by: Staff | System = SYSTEM,
    now: datetime,
) -> Staff:
    """Open an account. Raises ValidationFailed, NotAllowed, and Conflict where the e-mail has one, disabled or not.

    Without a password nobody can come in by it until they have enrolled.
    """
    keeper(by)
    email, name = folded(email), name.strip()
    if problems := tuple(wrong_in(email, name, password)):
        raise ValidationFailed(problems)
    staff = Staff(id=StaffId(uuid4()), email=email, name=name, role=role)
    hashed = None if password is None else await asyncio.to_thread(passwords.hashed, password)
    with refusing(staff_by_email=Conflict("There is an account with this e-mail.")):
        await execute(
            tx,
            "INSERT INTO staff (id, email, name, role, password_hash, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
            staff.id,
            staff.email,
            staff.name,
            staff.role.value,
            hashed,
            now,
        )
    await note(tx, by, "account_opened", staff.id)
    return staff


def keeper(by: Staff | System) -> None:
    """Accounts are kept by admins, and by the operator at the machine."""
    if isinstance(by, Staff) and by.role is not StaffRole.ADMIN:
        raise NotAllowed("Accounts are kept by admins.")


def wrong_in(email: str, name: str, password: str | None) -> Iterator[FieldProblem]:
    if not is_address(email):
        yield problem("email", "NOT_AN_EMAIL", "This is not an e-mail address.")
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        yield problem("name", "BAD_NAME", f"A name has 1 to {LONGEST_NAME} printable characters.")
    if password is not None:
        yield from passwords.wrong_in(password, email=email, name=name)


def folded(email: str) -> str:
    """The spelling an account is kept under."""
    return email.strip().lower()


async def note(tx: Tx, by: Staff | System, act: str, subject_id: UUID) -> None:
    """Write down who did what with an account."""
    kind, id = (by.kind, by.id) if isinstance(by, Staff) else (ActorKind.SYSTEM, None)
    await audit.record(tx, actor=kind, actor_id=id, act=act, subject_id=subject_id)


async def account_of(at: Reader, email: str) -> Account | None:
    if not is_address(email):
        return None
    return await one(at, Account, f"SELECT {ACCOUNT} FROM staff WHERE email = $1", email)


async def account_or_nobody(at: Reader, email: str) -> Account:
    """The account of this e-mail, or NOBODY's, by the same question and as long a row: so nobody learns who works here
    from how long an answer takes.
    """
    rows = await many(
        at,
        Account,
        f"""
        WITH found AS MATERIALIZED (SELECT {ACCOUNT} FROM staff WHERE email = $1)
        SELECT {ACCOUNT} FROM found
         UNION ALL
        SELECT $2::uuid, $1::text, 'Nobody', 'intake', $3::text, NULL::bytea, 0, NULL::timestamptz
         WHERE NOT EXISTS (SELECT FROM found)""",
        email if is_address(email) else "",
        NOBODY,
        passwords.DECOY,
    )
    return rows[0]


async def account(at: Reader, id: StaffId) -> Account | None:
    return await one(at, Account, f"SELECT {ACCOUNT} FROM staff WHERE id = $1", id)


async def known(at: Reader, email: str) -> Staff:
    """Whose account has this e-mail. Raises NotFound."""
    if (found := await account_of(at, folded(email))) is None:
        raise NotFound("There is no account with this e-mail. See them all: referral staff list")
    return found.staff


async def disable(tx: Tx, email: str, *, by: Staff | System = SYSTEM, now: datetime) -> Staff:
    """Shut an account, end its sessions everywhere and let go what it holds.

    Raises NotFound where there is none, NotAllowed for one's own.
    """
    keeper(by)
    found = await known(tx, email)
    if isinstance(by, Staff) and by.id == found.id:
        raise NotAllowed("Nobody shuts their own account. Ask another admin.")
    await execute(tx, "UPDATE staff SET disabled_at = coalesce(disabled_at, $2) WHERE id = $1", found.id, now)
    await execute(tx, "DELETE FROM staff_enrolment WHERE staff_id = $1", found.id)
    await sessions.end_all(tx, found.id)
    await claims.order_end(tx, found.id)
    await note(tx, by, "account_shut", found.id)
    return found


async def change_role(tx: Tx, email: str, role: StaffRole, *, by: Staff | System = SYSTEM) -> Staff:
    """Give an account another role; its sessions end, so that whoever signs in again does it as the role asks.

    Raises NotFound, and NotAllowed for one's own.
    """
    keeper(by)
    found = await known(tx, email)
    if isinstance(by, Staff) and by.id == found.id:
        raise NotAllowed("Nobody changes their own role. Ask another admin.")
    await execute(tx, "UPDATE staff SET role = $2 WHERE id = $1", found.id, role.value)
    await sessions.end_all(tx, found.id)
    if role is StaffRole.ADMIN:  # who keeps accounts has no requests in hand
        await claims.order_end(tx, found.id)
    await note(tx, by, f"role_became_{role.value}", found.id)
    return Staff(id=found.id, email=found.email, name=found.name, role=role)


async def listed(at: Reader, *, limit: int = 500) -> list[Listed]:
    """All accounts, open ones first, by e-mail."""
    return await many(
        at,
        Listed,
        """
        SELECT s.id, s.email, s.name, s.role, s.disabled_at, s.password_hash IS NOT NULL AS has_password,
               s.code_sealed IS NOT NULL AS has_codes,
               (SELECT count(*) FROM staff_passkey p WHERE p.staff_id = s.id)::int AS passkeys,
               (SELECT max(last_used_at) FROM staff_session t WHERE t.staff_id = s.id) AS last_seen_at
          FROM staff s
         ORDER BY s.disabled_at IS NOT NULL, s.email
         LIMIT $1""",
        limit,
    )


async def members(at: Reader, ids: Sequence[UUID]) -> dict[UUID, Staff]:
    """Who these are, in one question."""
    rows = await many(at, Staff, f"SELECT {STAFF} FROM staff WHERE id = ANY($1::uuid[])", list(ids))
    return {row.id: row for row in rows}


async def staff_member(at: Reader, id: StaffId) -> Staff | None:
    """Who this is, even one whose account is shut: histories go on naming them."""
    return await one(at, Staff, f"SELECT {STAFF} FROM staff WHERE id = $1", id)
