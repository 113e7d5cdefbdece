"""Who signs in with a password? Refused in the same words and the same time whatever was wrong."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from referral.foundation.db import Tx, execute, one
from referral.foundation.errors import NotAllowed, RateLimited
from referral.foundation.vault import Vault
from referral.triage import staff
from referral.triage.entry import codes, passwords, sessions
from referral.triage.entry.sessions import Policy, SignedIn, Way, hash_of
from referral.triage.staff import Account, folded

MOST_ATTEMPTS = 10
ATTEMPTS_WINDOW = timedelta(minutes=15)  # a delay and not a lock: a lock could be used to keep people out
SWEPT_AT_ONCE = 100

WRONG = "The e-mail, the password or the code is wrong, or your account signs in with a passkey only."


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """How often somebody tried one address since a moment."""

    attempts: int
    since: datetime


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


async def sign_in(
    tx: Tx, vault: Vault, policy: Policy, *, email: str, password: str, code: str = "", now: datetime
) -> SignedIn:
    """Open a session. Raises NotAllowed, always in the same words. The door calls `count_attempt` first."""
    account = await staff.account_or_nobody(tx, folded(email))
    known = account.password_hash
    is_right = await asyncio.to_thread(passwords.is_right, known or passwords.DECOY, password)
    if known is None or not is_right or account.id == staff.NOBODY or account.disabled_at is not None:
        raise NotAllowed(WRONG)
    way = await second(tx, vault, account, password, code, now=now)
    if way is None or not policy.lets_in(account.role, way):
        raise NotAllowed(WRONG)
    await execute(tx, "DELETE FROM sign_in_attempt WHERE email_hash = $1", hash_of(account.email))
    await refresh_hash(tx, account, known, password)
    return await sessions.begin(tx, account.staff, way, now=now)


async def second(tx: Tx, vault: Vault, account: Account, password: str, code: str, *, now: datetime) -> Way | None:
    """How somebody with the right password comes in; None where it is not enough."""
    if account.code_sealed is not None:
        return Way.PASSWORD_AND_CODE if await codes.use(tx, vault, account, code, now=now) else None
    is_long = len(passwords.normal(password)) >= passwords.SHORTEST_ALONE
    return Way.PASSWORD if is_long else None


async def refresh_hash(tx: Tx, account: Account, known: str, password: str) -> None:
    """Hash again where the parameters have grown since; only now is the password at hand."""
    if not passwords.HASHER.check_needs_rehash(known):
        return
    await execute(
        tx,
        "UPDATE staff SET password_hash = $2 WHERE id = $1 AND password_hash = $3",
        account.id,
        await asyncio.to_thread(passwords.hashed, password),
        known,
    )
