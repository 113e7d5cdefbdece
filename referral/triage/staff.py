"""Who works here? Accounts of the intake team, their passwords, and the sessions that follow from them.

Of a password only its Argon2id hash is kept, of a session's token only its SHA-256. A sign-in takes the same time and
is refused in the same words whatever was wrong, so nobody learns who has an account.
"""

import asyncio
import secrets
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import LiteralString
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from referral.foundation.actors import Staff, StaffId, StaffRole
from referral.foundation.db import Reader, Tx, execute, many, one, refusing
from referral.foundation.errors import (
    Conflict,
    FieldProblem,
    NotAllowed,
    NotFound,
    RateLimited,
    ValidationFailed,
    problem,
)
from referral.foundation.mail import is_address
from referral.intake import claims

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 128
LONGEST_NAME = 200

IDLE = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=12)
TOUCH_EVERY = timedelta(minutes=1)  # a write for every read would cost more than a minute's precision is worth

MOST_ATTEMPTS = 10
ATTEMPTS_WINDOW = timedelta(minutes=15)  # a delay and not a lock: a lock could be used to keep people out
SWEPT_AT_ONCE = 100

HASHER = PasswordHasher()
# What is checked where there is no account: the parameters of HASHER, and a hash that nothing is known to give.
DECOY = "$argon2id$v=19$m=65536,t=3,p=4$zM5b5Y1BZ2mHgVDVgN2L4w$y3V1Jqv0cS2b1N7M0m5tX5o3mC9b8kq2y6Ww7Z0s4aE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Someone who may sign in, or once might."""

    id: StaffId
    email: str
    name: str
    role: StaffRole
    password_hash: str = field(repr=False)
    disabled_at: datetime | None

    @property
    def staff(self) -> Staff:
        return Staff(id=self.id, email=self.email, name=self.name, role=self.role)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A new session: the token is told once and never stored."""

    staff: Staff
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """How often somebody tried one address since a moment."""

    attempts: int
    since: datetime


STAFF: LiteralString = "id, email, name, role"


async def add(tx: Tx, *, email: str, name: str, role: StaffRole, password: str, now: datetime) -> Staff:
    """Open an account. Raises ValidationFailed, and Conflict where the e-mail has one, disabled or not."""
    email, name = folded(email), name.strip()
    if problems := tuple(wrong_in(email, name, password)):
        raise ValidationFailed(problems)
    staff = Staff(id=StaffId(uuid4()), email=email, name=name, role=role)
    hashed = await asyncio.to_thread(HASHER.hash, normal(password))
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
    return staff


def wrong_in(email: str, name: str, password: str) -> Iterator[FieldProblem]:
    if not is_address(email):
        yield problem("email", "NOT_AN_EMAIL", "This is not an e-mail address.")
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        yield problem("name", "BAD_NAME", f"A name has 1 to {LONGEST_NAME} printable characters.")
    if not SHORTEST_PASSWORD <= len(normal(password)) <= LONGEST_PASSWORD:
        yield problem("password", "BAD_LENGTH", f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.")


def folded(email: str) -> str:
    """The spelling an account is kept under."""
    return email.strip().lower()


def normal(password: str) -> str:
    """One spelling for what different keyboards make of the same letters."""
    return unicodedata.normalize("NFKC", password)


async def count_attempt(tx: Tx, email: str, *, now: datetime) -> None:
    """Count one attempt to sign in. Raises RateLimited after too many; a success forgets them.

    To be committed before the password is looked at: then a refusal cannot undo it, and guesses that come at once
    are counted one by one. Addresses without an account are counted alike.
    """
    await sweep_attempts(tx, now)
    counted = await one(
        tx,
        Attempts,
        """
        INSERT INTO sign_in_attempt AS a (email_hash, attempts, since)
        VALUES ($1, 1, $2)
        ON CONFLICT (email_hash) DO UPDATE
           SET attempts = CASE WHEN a.since <= $3 THEN 1 ELSE a.attempts + 1 END,
               since = CASE WHEN a.since <= $3 THEN $2 ELSE a.since END
        RETURNING attempts, since""",
        hash_of(folded(email)),
        now,
        now - ATTEMPTS_WINDOW,
    )
    if counted is not None and counted.attempts > MOST_ATTEMPTS:
        wait = counted.since + ATTEMPTS_WINDOW - now
        raise RateLimited("Too many attempts. Try again later.", retry_after_seconds=max(1, int(wait.total_seconds())))


async def sweep_attempts(tx: Tx, now: datetime) -> None:
    """Forget counts whose time is over: more at once than one attempt adds, so the table stays small."""
    await execute(
        tx,
        """
        DELETE FROM sign_in_attempt
         WHERE email_hash IN (SELECT email_hash FROM sign_in_attempt
                               WHERE since <= $1
                               ORDER BY since
                               LIMIT $2
                                 FOR UPDATE SKIP LOCKED)""",
        now - ATTEMPTS_WINDOW,
        SWEPT_AT_ONCE,
    )


async def sign_in(tx: Tx, *, email: str, password: str, now: datetime) -> SignedIn:
    """Open a session. Raises NotAllowed, always in the same words. The door calls `count_attempt` first."""
    account = await account_of(tx, folded(email))
    hashed = DECOY if account is None else account.password_hash
    is_right = await asyncio.to_thread(is_password, hashed, normal(password))
    if account is None or not is_right or account.disabled_at is not None:
        raise NotAllowed("The e-mail or the password is wrong.")
    await execute(tx, "DELETE FROM sign_in_attempt WHERE email_hash = $1", hash_of(account.email))
    await refresh_hash(tx, account, password)
    return SignedIn(staff=account.staff, token=await open_session(tx, account.id, now))


async def account_of(at: Reader, email: str) -> Account | None:
    if not is_address(email):
        return None
    return await one(at, Account, f"SELECT {STAFF}, password_hash, disabled_at FROM staff WHERE email = $1", email)


def is_password(hashed: str, password: str) -> bool:
    try:
        return HASHER.verify(hashed, password)
    except VerifyMismatchError:
        return False


async def refresh_hash(tx: Tx, account: Account, password: str) -> None:
    """Hash again where the parameters have grown since; only now is the password at hand."""
    if not HASHER.check_needs_rehash(account.password_hash):
        return
    hashed = await asyncio.to_thread(HASHER.hash, normal(password))
    await execute(
        tx,
        "UPDATE staff SET password_hash = $2 WHERE id = $1 AND password_hash = $3",
        account.id,
        hashed,
        account.password_hash,
    )


async def open_session(tx: Tx, id: StaffId, now: datetime) -> str:
    """A new token; sessions of the same account that have ended are cleared away."""
    await execute(
        tx,
        "DELETE FROM staff_session WHERE staff_id = $1 AND (last_used_at <= $2 OR created_at <= $3)",
        id,
        now - IDLE,
        now - ABSOLUTE,
    )
    token = secrets.token_urlsafe(32)
    await execute(
        tx,
        "INSERT INTO staff_session (token_hash, staff_id, created_at, last_used_at) VALUES ($1, $2, $3, $3)",
        hash_of(token),
        id,
        now,
    )
    return token


def hash_of(text: str) -> bytes:
    return sha256(text.encode()).digest()


async def by_session(tx: Tx, token: str, *, now: datetime) -> Staff | None:
    """Whose live session this is; it counts as used now. A disabled account has none."""
    return await one(
        tx,
        Staff,
        """
        WITH live AS (
            SELECT token_hash, staff_id, last_used_at
              FROM staff_session
             WHERE token_hash = $1 AND last_used_at > $3 AND created_at > $4
        ), touched AS (
            UPDATE staff_session
               SET last_used_at = $2
             WHERE token_hash IN (SELECT token_hash FROM live WHERE last_used_at <= $5)
        )
        SELECT staff.id, staff.email, staff.name, staff.role
          FROM live
          JOIN staff ON staff.id = live.staff_id
         WHERE staff.disabled_at IS NULL""",
        hash_of(token),
        now,
        now - IDLE,
        now - ABSOLUTE,
        now - TOUCH_EVERY,
    )


async def sign_out(tx: Tx, token: str) -> None:
    """End one session; ending one that is no more is fine."""
    await execute(tx, "DELETE FROM staff_session WHERE token_hash = $1", hash_of(token))


async def disable(tx: Tx, email: str, *, now: datetime) -> None:
    """Shut an account, end its sessions everywhere and let go what it holds. Raises NotFound where there is none."""
    disabled = await one(
        tx,
        Staff,
        f"UPDATE staff SET disabled_at = coalesce(disabled_at, $2) WHERE email = $1 RETURNING {STAFF}",
        folded(email),
        now,
    )
    if disabled is None:
        raise NotFound("There is no account with this e-mail.")
    await execute(tx, "DELETE FROM staff_session WHERE staff_id = $1", disabled.id)
    await claims.order_end(tx, disabled.id)


async def members(at: Reader, ids: Sequence[UUID]) -> dict[UUID, Staff]:
    """Who these are, in one question."""
    rows = await many(at, Staff, f"SELECT {STAFF} FROM staff WHERE id = ANY($1::uuid[])", list(ids))
    return {row.id: row for row in rows}


async def staff_member(at: Reader, id: StaffId) -> Staff | None:
    """Who this is, even one whose account is shut: histories go on naming them."""
    return await one(at, Staff, f"SELECT {STAFF} FROM staff WHERE id = $1", id)
