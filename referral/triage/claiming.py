"""Staff take a request in hand and let it go: meanwhile the machine offers it to nobody, afterwards it goes on."""

from datetime import datetime
from uuid import UUID

from referral.foundation import audit, outbox
from referral.foundation.actors import ActorKind, Staff, StaffRole
from referral.foundation.db import Tx
from referral.foundation.errors import Conflict, NotFound, ValidationFailed
from referral.foundation.outbox import JobKind
from referral.foundation.vault import Vault
from referral.intake import claims, notes, requests
from referral.intake.requests import HelpRequest
from referral.intake.words import HelpRequestStatus
from referral.referrals import offers, placing, reading, states
from referral.referrals.words import ReferralStatus

UNSEEN = frozenset({HelpRequestStatus.SUBMITTED, HelpRequestStatus.MATCHING})


class HeldByAnother(Conflict):
    """A colleague has the request in hand."""

    code = "HELD_BY_ANOTHER"


async def claim(
    tx: Tx, vault: Vault, staff: Staff, request_id: UUID, *, reason: str | None = None, now: datetime
) -> None:
    """Take a request in hand; among many who try at once one wins. A supervisor takes it over, and says why.

    Raises NotFound, Conflict where it is closed, HeldByAnother, ValidationFailed for an unfit reason.
    """
    if reason is not None and (problems := notes.wrong_in("reason", reason)):
        raise ValidationFailed(problems)
    request = await live(tx, request_id)
    before = await claims.of(tx, request_id)
    over = reason is not None and staff.role is StaffRole.SUPERVISOR
    await take(tx, staff, request, over=over, now=now)
    if reason is not None and before is not None and before.staff_id != staff.id:
        await notes.keep(tx, vault, request, staff, reason, now=now)


async def take(tx: Tx, staff: Staff, request: HelpRequest, *, over: bool = False, now: datetime) -> None:
    """Take a request, which the caller has locked, in hand, or keep it for longer. Raises HeldByAnother."""
    taken = await claims.take(tx, request.id, staff.id, over=over, now=now)
    if taken is None:
        raise HeldByAnother("A colleague has this request in hand. A supervisor can take it over and say why.")
    if taken.claimed_at == now:
        await note(tx, staff, request.id, "claimed", now=now)
    if request.status in UNSEEN:
        await offers.become(tx, request.id, HelpRequestStatus.IN_TRIAGE, now=now)


async def release(tx: Tx, staff: Staff, request_id: UUID, *, now: datetime) -> None:
    """Let a request go: the machine goes on with it. One that nobody holds is let go already.

    Raises NotFound, and HeldByAnother where it is a colleague's and one is no supervisor.
    """
    request = await found(tx, request_id)
    held = await claims.of(tx, request_id)
    if held is None:
        return
    if held.staff_id != staff.id and staff.role is not StaffRole.SUPERVISOR:
        raise HeldByAnother("A colleague has this request in hand, and can let it go.")
    await claims.drop(tx, request_id)
    await note(tx, staff, request_id, "released", now=now)
    await hand_back(tx, request, now=now)


async def keep_longer(tx: Tx, staff: Staff, request_id: UUID, *, now: datetime) -> None:
    """Whoever has it in hand has just worked on it."""
    held = await claims.of(tx, request_id)
    if held is not None and held.staff_id == staff.id:
        await claims.take(tx, request_id, staff.id, now=now)


async def lapse(tx: Tx, request_id: UUID, *, now: datetime) -> None:
    """Let go a request whose holder did nothing for long, or is here no longer; any other stays in their hands."""
    request = await requests.locked(tx, request_id)
    if request is None or not await claims.lapsed(tx, request_id, now=now):
        return
    await requests.record(tx, request_id, "claim_lapsed", ActorKind.SYSTEM, at=now)
    await hand_back(tx, request, now=now)


async def hand_back(tx: Tx, request: HelpRequest, *, now: datetime) -> None:
    """The machine goes on where a person left off; a provider's question waits for the next colleague."""
    if request.status not in {*placing.LOOKING, HelpRequestStatus.IN_TRIAGE}:
        return
    asked = await reading.of_request(tx, request.id)
    if not any(one.status is ReferralStatus.MORE_INFO for one in asked):
        await go_on(tx, request.id, now=now)


async def go_on(tx: Tx, request_id: UUID, *, now: datetime) -> None:
    """The machine looks again; a request with an open offer waits for the answer to that."""
    is_open = any(one.status in states.OPEN for one in await reading.of_request(tx, request_id))
    goes_on = HelpRequestStatus.OFFERED if is_open else HelpRequestStatus.MATCHING
    await offers.become(tx, request_id, goes_on, now=now)
    await outbox.put(tx, JobKind.MATCH, request_id)


async def found(tx: Tx, request_id: UUID) -> HelpRequest:
    """The request, locked. Raises NotFound, also where it has been erased."""
    request = await requests.locked(tx, request_id)
    if request is None or request.data_key is None:
        raise NotFound("There is no such request.")
    return request


async def live(tx: Tx, request_id: UUID) -> HelpRequest:
    """The same, still open. Raises Conflict where it is closed."""
    request = await found(tx, request_id)
    if not request.is_live:
        raise Conflict("This request is closed.")
    return request


async def note(tx: Tx, staff: Staff, request_id: UUID, act: str, *, now: datetime) -> None:
    """A line in the request's history, and one in the audit trail."""
    await requests.record(tx, request_id, act, staff.kind, at=now, actor_id=staff.id)
    await audit.record(tx, actor=staff.kind, actor_id=staff.id, act=f"request_{act}", subject_id=request_id)
