"""Who is signed in, where, and since when? Sessions live in the database, and of a token only its SHA-256 is kept."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import LiteralString
from uuid import UUID

from referral.foundation import audit
from referral.foundation.actors import Staff, StaffId, StaffRole
from referral.foundation.db import Reader, Tx, execute, many, one, value
from referral.foundation.errors import NotAllowed, NotFound
from referral.foundation.vocabulary import Word

IDLE = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=12)
FRESH = timedelta(minutes=15)  # whoever changes keys has just shown who they are
TOUCH_EVERY = timedelta(minutes=1)  # a write for every read would cost more than a minute's precision is worth


class Way(Word):
    """How somebody came in."""

    PASSWORD = "password", "A password alone."
    PASSWORD_AND_CODE = "password_and_code", "A password and a code from an app."
    PASSKEY = "passkey", "A passkey that asked who was there."
    OTHER_HOUSE = "other_house", "The sign-in of another house that was told to ask twice."


STRONG = frozenset({Way.PASSKEY, Way.OTHER_HOUSE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Which roles come in strongly only: by what cannot be phished."""

    strong_only: frozenset[StaffRole] = frozenset({StaffRole.SUPERVISOR, StaffRole.ADMIN})

    def lets_in(self, role: StaffRole, way: Way) -> bool:
        return way in STRONG or role not in self.strong_only


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A new session: the token is told once and never stored."""

    staff: Staff
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One place where somebody is signed in."""

    id: UUID
    staff_id: StaffId
    way: Way
    created_at: datetime
    last_used_at: datetime
    proved_at: datetime

    def is_fresh(self, now: datetime) -> bool:
        return now - self.proved_at <= FRESH


SESSION: LiteralString = "id, staff_id, way, created_at, last_used_at, proved_at"


async def begin(tx: Tx, staff: Staff, way: Way, *, now: datetime) -> SignedIn:
    """A session with a token of its own; those of the same account that have ended are cleared away."""
    await execute(
        tx,
        "DELETE FROM staff_session WHERE staff_id = $1 AND (last_used_at <= $2 OR created_at <= $3)",
        staff.id,
        now - IDLE,
        now - ABSOLUTE,
    )
    token = secrets.token_urlsafe(32)
    is_open = await execute(
        tx,
        """
        INSERT INTO staff_session (token_hash, staff_id, way, created_at, last_used_at, proved_at)
        SELECT $1, id, $3, $4, $4, $4 FROM staff WHERE id = $2 AND disabled_at IS NULL""",
        hash_of(token),
        staff.id,
        way.value,
        now,
    )
    if not is_open:
        raise NotAllowed("This account is shut.")
    await audit.record(tx, actor=staff.kind, actor_id=staff.id, act=f"signed_in_by_{way.value}", subject_id=staff.id)
    return SignedIn(staff=staff, token=token)


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


async def session(at: Reader, token: str) -> Session | None:
    """The session of a token, as `by_session` has found it to be live."""
    return await one(at, Session, f"SELECT {SESSION} FROM staff_session WHERE token_hash = $1", hash_of(token))


async def fresh(at: Reader, token: str, *, now: datetime) -> Session:
    """The same, where its owner has just shown who they are. Raises NotAllowed where that was long ago."""
    found = await session(at, token)
    if found is None or not found.is_fresh(now):
        raise NotAllowed("Sign out and in again first: keys are changed within 15 minutes of signing in.")
    return found


async def of(at: Reader, staff: Staff, *, now: datetime) -> list[Session]:
    """Where somebody is signed in now, the last used first."""
    return await many(
        at,
        Session,
        f"""
        SELECT {SESSION} FROM staff_session
         WHERE staff_id = $1 AND last_used_at > $2 AND created_at > $3
         ORDER BY last_used_at DESC, id
         LIMIT 50""",
        staff.id,
        now - IDLE,
        now - ABSOLUTE,
    )


async def end(tx: Tx, staff: Staff, id: UUID) -> None:
    """End one of one's own sessions. Raises NotFound where there is none, or it is another's."""
    if not await execute(tx, "DELETE FROM staff_session WHERE id = $1 AND staff_id = $2", id, staff.id):
        raise NotFound("You have no such session. It may have ended by itself.")
    await audit.record(tx, actor=staff.kind, actor_id=staff.id, act="session_ended", subject_id=staff.id)


async def end_others(tx: Tx, staff: Staff, token: str) -> int:
    """End all of one's own sessions but this one; how many there were."""
    return await execute(
        tx, "DELETE FROM staff_session WHERE staff_id = $1 AND token_hash <> $2", staff.id, hash_of(token)
    )


async def end_all(tx: Tx, staff_id: StaffId) -> None:
    """End every session of an account, everywhere: each request looks here first, so it holds at once."""
    await execute(tx, "DELETE FROM staff_session WHERE staff_id = $1", staff_id)


async def renewed(tx: Tx, token: str) -> str:
    """Another token for the same session, as when its owner's keys change. Raises NotAllowed where it has ended."""
    other = secrets.token_urlsafe(32)
    kept = await value(
        tx,
        "UPDATE staff_session SET token_hash = $2 WHERE token_hash = $1 RETURNING id",
        hash_of(token),
        hash_of(other),
    )
    if kept is None:
        raise NotAllowed("Sign in first.")
    return other


async def sign_out(tx: Tx, token: str) -> None:
    """End one session; ending one that is no more is fine."""
    await execute(tx, "DELETE FROM staff_session WHERE token_hash = $1", hash_of(token))
