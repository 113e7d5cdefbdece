"""Is this the code that somebody's app shows now? RFC 6238; each code is good once."""

from dataclasses import dataclass, field
from datetime import datetime
from hmac import compare_digest

from pyotp import random_base32
from pyotp.totp import TOTP

from referral.foundation import audit
from referral.foundation.actors import Staff
from referral.foundation.db import Tx, execute, one
from referral.foundation.errors import Conflict, NotAllowed, ValidationFailed, problem
from referral.foundation.vault import DataKey, Vault, seal, unseal
from referral.triage.staff import Account

SECONDS = 30
STEPS_APART = 1  # clocks differ, and people type slowly
DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A secret for an app, as text and as the address that apps read; shown once."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A secret whose first code is waited for."""

    code_pending: bytes | None = field(repr=False)


async def offer(tx: Tx, vault: Vault, staff: Staff) -> Offered:
    """Begin: a new secret, which counts once its first code was shown. One that is in use goes on until then."""
    secret = random_base32()
    await execute(tx, "UPDATE staff SET code_pending = $2 WHERE id = $1", staff.id, sealed(vault, staff, secret))
    return Offered(secret=secret, uri=TOTP(secret).provisioning_uri(name=staff.email, issuer_name="Referral"))


async def confirm(tx: Tx, vault: Vault, staff: Staff, code: str, *, now: datetime) -> None:
    """The app shows the right code: from now on a password needs one. Raises Conflict and ValidationFailed."""
    pending = await one(tx, Pending, "SELECT code_pending FROM staff WHERE id = $1 FOR UPDATE", staff.id)
    if pending is None or pending.code_pending is None:
        raise Conflict("Ask for a new secret first.")
    step = shown_at(opened(vault, staff, pending.code_pending), code, now)
    if step is None:
        raise ValidationFailed([problem("code", "WRONG", "This is not the code that the app shows now.")])
    await execute(
        tx,
        "UPDATE staff SET code_sealed = code_pending, code_pending = NULL, code_counter = $2 WHERE id = $1",
        staff.id,
        step,
    )
    await audit.record(tx, actor=staff.kind, actor_id=staff.id, act="codes_set_up", subject_id=staff.id)


async def drop(tx: Tx, staff: Staff) -> None:
    """No code is asked for any more. Raises NotAllowed where only a password would be left, which may be short."""
    dropped = await execute(
        tx,
        """
        UPDATE staff SET code_sealed = NULL, code_pending = NULL, password_hash = NULL
         WHERE id = $1 AND EXISTS (SELECT FROM staff_passkey WHERE staff_id = $1)""",
        staff.id,
    )
    if not dropped:
        raise NotAllowed("Make a passkey first: without codes your password goes, too.")
    await audit.record(tx, actor=staff.kind, actor_id=staff.id, act="codes_dropped", subject_id=staff.id)


async def use(tx: Tx, vault: Vault, account: Account, code: str, *, now: datetime) -> bool:
    """Whether the code is right and was not used before; among two who send it at once one is first."""
    if account.code_sealed is None:
        return False
    step = shown_at(opened(vault, account.staff, account.code_sealed), code, now)
    if step is None:
        return False
    used = await execute(tx, "UPDATE staff SET code_counter = $2 WHERE id = $1 AND code_counter < $2", account.id, step)
    return used > 0


def shown_at(secret: str, code: str, now: datetime) -> int | None:
    """In which step an app shows this code; None where it shows it neither now nor just before or after."""
    digits = "".join(sign for sign in code if sign.isascii() and sign.isdigit())
    if len(digits) != DIGITS:
        return None
    app, step = TOTP(secret), int(now.timestamp()) // SECONDS
    near = range(step - STEPS_APART, step + STEPS_APART + 1)
    # All of them are compared, so that the time says nothing of which one it was.
    found = [one for one in near if compare_digest(app.generate_otp(one), digits)]
    return found[-1] if found else None


def key(vault: Vault) -> DataKey:
    return DataKey(vault.derive("codes of staff"))


def sealed(vault: Vault, staff: Staff, secret: str) -> bytes:
    return seal(key(vault), secret.encode(), table="staff", row=staff.id, name="code")


def opened(vault: Vault, staff: Staff, secret: bytes) -> str:
    return unseal(key(vault), secret, table="staff", row=staff.id, name="code").decode()
