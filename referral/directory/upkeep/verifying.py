"""Is a provider who it says it is? One person looks it up in the official register, a second confirms, for a while.

In the United States only members of a bar and accredited representatives of a recognized organization may act for a
person; whoever else offers to may be a fraud. So a check names the register, the number, the address of the entry and
the day it was looked up; nobody confirms what they checked themselves; and whoever is suspended is in no list, gets no
offer, and can accept none.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from referral.directory.words import SuspensionReason, VerificationStatus, VerificationStep
from referral.foundation import audit, cursors, outbox
from referral.foundation.actors import ActorKind, Staff, StaffRole
from referral.foundation.cursors import Page
from referral.foundation.db import Reader, Tx, execute, many, one
from referral.foundation.errors import Conflict, FieldProblem, NotAllowed, NotFound, ValidationFailed, problem
from referral.foundation.outbox import JobKind

LONGEST = timedelta(days=366)  # licences end and people leave: every year somebody looks again
OLDEST_LOOK = timedelta(days=90)
LONGEST_TEXT = 200
LONGEST_URL = 500
ORDER = "to verify"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Where the official register says who this is."""

    register: str
    number: str
    url: str
    looked_up_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happened; evidence with a check, an end with a confirmation, a reason with a suspension."""

    id: int
    step: VerificationStep
    at: datetime
    actor: ActorKind
    actor_id: UUID | None
    register: str | None
    register_number: str | None
    register_url: str | None
    looked_up_on: date | None
    verified_until: datetime | None
    reason: SuspensionReason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far a provider has been checked."""

    id: UUID
    name: str
    verification: VerificationStatus
    verified_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A page of those whom somebody should look at."""

    found: tuple[Standing, ...]
    page: Page


# ------------------------------------------------------------- steps
async def apply(tx: Tx, staff: Staff, provider: UUID, *, now: datetime) -> None:
    """The provider asks to be checked. Conflict where a check is under way, is valid, or it is suspended."""
    standing = await locked(tx, provider)
    if standing.verification not in {VerificationStatus.UNVERIFIED, VerificationStatus.EXPIRED}:
        raise Conflict(f"This provider is {standing.verification.value} already.")
    await write(tx, staff, provider, VerificationStep.APPLIED, now)
    await become(tx, provider, VerificationStatus.APPLIED)


async def check(tx: Tx, staff: Staff, provider: UUID, evidence: Evidence, *, now: datetime) -> None:
    """The first person's look into the register. A valid verification stays so while it is looked at again.

    Raises ValidationFailed for evidence that says nothing or is old, Conflict where the provider is suspended.
    """
    if problems := wrong_in(evidence, now):
        raise ValidationFailed(problems)
    standing = await locked(tx, provider)
    if standing.verification is VerificationStatus.SUSPENDED:
        raise Conflict("This provider is suspended: reinstate it first.")
    await write(tx, staff, provider, VerificationStep.CHECKED, now, evidence=evidence)
    if standing.verification is not VerificationStatus.VERIFIED:
        await become(tx, provider, VerificationStatus.CHECKED)


async def confirm(tx: Tx, staff: Staff, provider: UUID, until: datetime, *, now: datetime) -> None:
    """The second person's look. Raises ValidationFailed for an end in the past or too far away, Conflict where the
    last step is no check, NotAllowed where it was the same person's.
    """
    supervises(staff)
    if not now < until <= now + LONGEST:
        raise ValidationFailed([problem("until", "OUT_OF_RANGE", f"Send a day within {LONGEST.days} days.")])
    standing = await locked(tx, provider)
    last = (await steps(tx, provider))[-1:]
    if (
        standing.verification is VerificationStatus.SUSPENDED
        or not last
        or last[0].step is not VerificationStep.CHECKED
    ):
        raise Conflict("There is no check to confirm: look it up in the register first.")
    if last[0].actor_id == staff.id:
        raise NotAllowed("You checked this provider yourself. Somebody else must confirm it.")
    await write(tx, staff, provider, VerificationStep.CONFIRMED, now, until=until)
    await execute(
        tx,
        "UPDATE provider SET verification = 'verified', verified_at = $2, verified_until = $3 WHERE id = $1",
        provider,
        now,
        until,
    )
    await outbox.put(tx, JobKind.EXPIRE_VERIFICATION, provider, run_at=until)


async def suspend(tx: Tx, staff: Staff, provider: UUID, reason: SuspensionReason, *, now: datetime) -> None:
    """From now on it is in no list and gets nobody. Open offers must be recalled by the caller."""
    supervises(staff)
    standing = await locked(tx, provider)
    if standing.verification is VerificationStatus.SUSPENDED:
        raise Conflict("This provider is suspended already.")
    await write(tx, staff, provider, VerificationStep.SUSPENDED, now, reason=reason)
    await become(tx, provider, VerificationStatus.SUSPENDED)


async def reinstate(tx: Tx, staff: Staff, provider: UUID, *, now: datetime) -> None:
    """Listed again, and checked from the beginning."""
    supervises(staff)
    standing = await locked(tx, provider)
    if standing.verification is not VerificationStatus.SUSPENDED:
        raise Conflict("This provider is not suspended.")
    await write(tx, staff, provider, VerificationStep.REINSTATED, now)
    await become(tx, provider, VerificationStatus.APPLIED)


async def expire(tx: Tx, provider: UUID, *, now: datetime) -> None:
    """Nobody looked again in time. Nothing happens to one that was confirmed anew, suspended or deleted meanwhile."""
    ended = await execute(
        tx,
        """UPDATE provider SET verification = 'expired'
            WHERE id = $1 AND verification = 'verified' AND verified_until <= now()""",
        provider,
    )
    if ended:
        await write(tx, None, provider, VerificationStep.EXPIRED, now)


# ------------------------------------------------------------- reading
async def standing(at: Reader, provider: UUID) -> Standing | None:
    return await one(at, Standing, f"SELECT {STANDING} FROM provider WHERE id = $1", provider)


async def steps(at: Reader, provider: UUID) -> list[Step]:
    """All that happened, the oldest first."""
    return await many(
        at,
        Step,
        """SELECT id, step, at, actor, actor_id, register, register_number, register_url, looked_up_on, verified_until,
                  reason
             FROM verification_step
            WHERE provider_id = $1
            ORDER BY id""",
        provider,
    )


async def waiting(
    at: Reader, status: VerificationStatus, *, first: int | None = None, after: str | None = None
) -> Waiting:
    """Providers that stand so, by id."""
    window = cursors.window(f"{ORDER} {status.value}", str, first=first, after=after)
    rows = await many(
        at,
        Standing,
        f"""SELECT {STANDING} FROM provider
             WHERE verification = $1 AND retired_at IS NULL AND ($2::uuid IS NULL OR id > $2)
             ORDER BY id
             LIMIT $3""",
        status.value,
        window.mark.id if window.mark else None,
        window.size + 1,
    )
    return Waiting(found=cursors.in_order(window, rows), page=cursors.page_of(window, len(rows)))


def cursor(standing: Standing) -> str:
    return cursors.written(f"{ORDER} {standing.verification.value}", "", standing.id)


STANDING = "id, name, verification, verified_until"


# ------------------------------------------------------------- within
async def locked(tx: Tx, provider: UUID) -> Standing:
    """Raises NotFound."""
    found = await one(tx, Standing, f"SELECT {STANDING} FROM provider WHERE id = $1 FOR UPDATE", provider)
    if found is None:
        raise NotFound("There is no such listing.")
    return found


async def write(
    tx: Tx,
    staff: Staff | None,
    provider: UUID,
    step: VerificationStep,
    now: datetime,
    *,
    evidence: Evidence | None = None,
    until: datetime | None = None,
    reason: SuspensionReason | None = None,
) -> None:
    kind = staff.kind if staff else ActorKind.SYSTEM
    await execute(
        tx,
        """INSERT INTO verification_step (provider_id, step, at, actor, actor_id, register, register_number,
                                          register_url, looked_up_on, verified_until, reason)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)""",
        provider, step.value, now, kind.value, staff.id if staff else None,
        evidence.register if evidence else None, evidence.number if evidence else None,
        evidence.url if evidence else None, evidence.looked_up_on if evidence else None,
        until, reason.value if reason else None,
    )  # fmt: skip
    await audit.record(
        tx, actor=kind, actor_id=staff.id if staff else None, act=f"provider_{step.value}", subject_id=provider
    )


async def become(tx: Tx, provider: UUID, status: VerificationStatus) -> None:
    await execute(
        tx,
        "UPDATE provider SET verification = $2, verified_at = NULL, verified_until = NULL WHERE id = $1",
        provider,
        status.value,
    )


def supervises(staff: Staff) -> None:
    if staff.role is not StaffRole.SUPERVISOR:
        raise NotAllowed("Only a supervisor confirms, suspends and reinstates providers.")


def wrong_in(evidence: Evidence, now: datetime) -> list[FieldProblem]:
    problems = [
        problem(f"evidence.{name}", "LENGTH", f"Write 1 to {most} printable characters.")
        for name, text, most in (
            ("register", evidence.register, LONGEST_TEXT),
            ("number", evidence.number, LONGEST_TEXT),
            ("url", evidence.url, LONGEST_URL),
        )
        if not text.strip() or len(text) > most or not text.isprintable()
    ]
    if not evidence.url.startswith("https://") and not problems:
        problems.append(problem("evidence.url", "NOT_HTTPS", "Send the address of the register's entry (https://)."))
    if not (now - OLDEST_LOOK).date() <= evidence.looked_up_on <= now.date():
        problems.append(
            problem("evidence.looked_up_on", "OUT_OF_RANGE", f"Look it up again: at most {OLDEST_LOOK.days} days ago.")
        )
    return problems
