"""Who comes through another house's door? Accounts are bound to its issuer and subject there, never to an e-mail."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from referral.foundation import audit
from referral.foundation.actors import Staff, StaffId
from referral.foundation.db import Reader, Tx, execute, one, refusing, value
from referral.foundation.errors import Conflict, NotAllowed, RateLimited
from referral.triage import staff as accounts
from referral.triage.entry import sessions
from referral.triage.entry.sessions import Policy, SignedIn, Way, hash_of

LIVES = timedelta(minutes=10)
MOST_WAITING = 5_000
SWEPT_AT_ONCE = 100

WRONG = "No account here is bound to this sign-in. Sign in with your passkey, then bind it on your account's page."


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Somebody as another house knows them."""

    issuer: str
    subject: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What goes along while somebody is at the other house's door."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    browser: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """The same when they come back; `staff_id` where an account is to be bound."""

    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    staff_id: StaffId | None


async def begin(tx: Tx, staff: Staff | None, *, now: datetime) -> Attempt:
    """Send somebody to the other house: to sign in, or, signed in already, to bind their account."""
    await execute(
        tx,
        """
        DELETE FROM other_house_attempt
         WHERE state_hash IN (SELECT state_hash FROM other_house_attempt
                               WHERE expires_at <= $1
                               ORDER BY expires_at
                               LIMIT $2
                                 FOR UPDATE SKIP LOCKED)""",
        now,
        SWEPT_AT_ONCE,
    )
    if await value(tx, "SELECT count(*) FROM other_house_attempt") >= MOST_WAITING:
        raise RateLimited("Too many people sign in now. Try again.", retry_after_seconds=60)
    made = Attempt(
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        browser=secrets.token_urlsafe(32),
    )
    await execute(
        tx,
        """
        INSERT INTO other_house_attempt (state_hash, browser_hash, nonce, verifier, staff_id, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6)""",
        hash_of(made.state),
        hash_of(made.browser),
        made.nonce,
        made.verifier,
        staff.id if staff else None,
        now + LIVES,
    )
    return made


async def take(tx: Tx, state: str, browser: str, *, now: datetime) -> Begun:
    """Somebody comes back with what they left with, in the same browser: once. Raises NotAllowed.

    To be committed whatever comes after, so that no answer is tried twice.
    """
    begun = await one(
        tx,
        Begun,
        """
        DELETE FROM other_house_attempt
         WHERE state_hash = $1 AND browser_hash = $2 AND expires_at > $3
        RETURNING nonce, verifier, staff_id""",
        hash_of(state),
        hash_of(browser),
        now,
    )
    if begun is None:
        raise NotAllowed("This sign-in was begun elsewhere, or too long ago. Begin again.")
    return begun


async def bind(tx: Tx, staff_id: StaffId, identity: Identity, *, now: datetime) -> Staff:
    """Bind an account. Raises NotAllowed where it is shut, Conflict where the identity is another's."""
    account = await accounts.account(tx, staff_id)
    if account is None or account.disabled_at is not None:
        raise NotAllowed("This account is shut.")
    with refusing(staff_identity_key=Conflict("This sign-in is bound to an account already.")):
        await execute(
            tx,
            "INSERT INTO staff_identity (issuer, subject, staff_id, bound_at) VALUES ($1, $2, $3, $4)",
            identity.issuer,
            identity.subject,
            staff_id,
            now,
        )
    await accounts.note(tx, account.staff, "other_house_bound", staff_id)
    return account.staff


async def sign_in(tx: Tx, policy: Policy, identity: Identity, *, now: datetime) -> SignedIn:
    """Open a session for whoever is bound to this identity. Raises NotAllowed."""
    bound: UUID | None = await value(
        tx, "SELECT staff_id FROM staff_identity WHERE issuer = $1 AND subject = $2", identity.issuer, identity.subject
    )
    account = await accounts.account(tx, StaffId(bound)) if bound else None
    if account is None or account.disabled_at is not None or not policy.lets_in(account.role, Way.OTHER_HOUSE):
        raise NotAllowed(WRONG)
    return await sessions.begin(tx, account.staff, Way.OTHER_HOUSE, now=now)


async def is_bound(at: Reader, staff: Staff) -> bool:
    return await value(at, "SELECT EXISTS (SELECT FROM staff_identity WHERE staff_id = $1)", staff.id)


async def unbind(tx: Tx, staff: Staff) -> None:
    """Bind the account no more. Raises Conflict where nothing else opens it."""
    has_other = await value(tx, "SELECT EXISTS (SELECT FROM staff_passkey WHERE staff_id = $1)", staff.id)
    if not has_other:
        raise Conflict("Make a passkey first: otherwise nothing would open your account.")
    if await execute(tx, "DELETE FROM staff_identity WHERE staff_id = $1", staff.id):
        await audit.record(tx, actor=staff.kind, actor_id=staff.id, act="other_house_unbound", subject_id=staff.id)
