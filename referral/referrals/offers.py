"""An offer to one provider: made, seen, answered, run out or taken back.

Every path locks the request first, then the referral, then the count of places: one decision about a request at a
time, and no ring of waits. The database's clock says whether an offer is still open.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from referral.directory import capacity
from referral.foundation import outbox
from referral.foundation.actors import ActorKind
from referral.foundation.db import Reader, Tx, execute, one, value
from referral.foundation.errors import (
    Conflict,
    FieldProblem,
    NotFound,
    ValidationFailed,
    problem,
)
from referral.foundation.outbox import JobKind
from referral.foundation.vault import Vault
from referral.foundation.vocabulary import HelpType
from referral.intake import requests
from referral.intake.words import HelpRequestStatus
from referral.referrals import notes, states, steps
from referral.referrals.notes import By
from referral.referrals.reading import REFERRAL, Referral, referral
from referral.referrals.words import DeclineReason, ReferralAnswer, ReferralStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What an offer is made of."""

    provider_id: UUID
    organization_id: UUID
    help_type: HelpType
    score: int
    rules_version: str
    lives: timedelta
    holds: bool = True  # staff may ask a full provider, with a reason; such an offer holds no place
    idempotency_hash: bytes | None = None


THE_SYSTEM = By(kind=ActorKind.SYSTEM)


async def offer(tx: Tx, request: requests.HelpRequest, terms: Terms, by: By, *, now: datetime) -> Referral:
    """Offer the request, which the caller has locked, to a provider, and hold a place there.

    Raises Conflict where this provider has a live offer of it, NoCapacity where no place is free.
    """
    counted = await capacity.counted(tx, terms.provider_id, terms.help_type)
    holds = terms.holds and counted is not None
    made = await one(
        tx,
        Referral,
        f"""
        INSERT INTO referral (id, request_id, provider_id, organization_id, help_type, status, capacity_id, holds,
                              offered_at, expires_at, offered_by, offered_by_id, idempotency_hash, score,
                              rules_version)
        SELECT $1, $2, $3, $4, $5, 'offered', $6, $7, now(), now() + $8, $9, $10, $11, $12, $13
         -- Under a lock that a suspension waits for: no offer slips through.
         WHERE EXISTS (SELECT FROM provider WHERE id = $3 AND verification <> 'suspended' FOR KEY SHARE)
        ON CONFLICT (request_id, provider_id)
              WHERE status IN ('proposed', 'offered', 'viewed', 'more_info', 'accepted', 'in_progress')
              DO NOTHING
        RETURNING {REFERRAL}""",
        uuid4(),
        request.id,
        terms.provider_id,
        terms.organization_id,
        terms.help_type.value,
        counted,
        holds,
        terms.lives,
        by.kind.value,
        by.id,
        terms.idempotency_hash,
        terms.score,
        terms.rules_version,
    )
    if made is None:
        raise Conflict("This provider has a live offer of this request, or is suspended.")
    await steps.note(tx, made.id, ReferralStatus.OFFERED, by)
    await become(tx, request.id, HelpRequestStatus.OFFERED, now=now)
    await requests.record(tx, request.id, "offered", by.kind, at=now, subject_id=made.id)
    await outbox.put(tx, JobKind.TELL_PROVIDER, made.id)
    await outbox.put(tx, JobKind.EXPIRE_OFFER, made.id, run_at=made.expires_at)
    if holds and counted is not None:
        await capacity.hold(tx, counted)
    await execute(
        tx,
        "UPDATE provider SET offers_made = offers_made + 1, last_offered_at = now() WHERE id = $1",
        terms.provider_id,
    )
    return made


async def view(tx: Tx, id: UUID) -> Referral | None:
    """Note that the provider has opened the offer."""
    provider = By(kind=ActorKind.PROVIDER_STAFF)
    seen = await steps.move(tx, id, ReferralStatus.VIEWED, frozenset({ReferralStatus.OFFERED}), provider)
    return seen or await referral(tx, id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Whose offer it is, and of which request: that never changes."""

    request_id: UUID
    provider_id: UUID


async def hold_still(tx: Tx, id: UUID) -> Held | None:
    """Lock the request of this offer, before anything of it is read that might change."""
    return await one(
        tx,
        Held,
        """
        SELECT r.request_id, r.provider_id
          FROM referral r JOIN help_request h ON h.id = r.request_id
         WHERE r.id = $1
           FOR UPDATE OF h""",
        id,
    )


async def answer(
    tx: Tx,
    vault: Vault,
    id: UUID,
    reply: ReferralAnswer,
    by: By,
    *,
    reason: DeclineReason | None = None,
    words: str | None = None,
    now: datetime,
) -> Referral:
    """A provider's answer to an offer, with a few words where it wants to say more.

    Raises NotFound, Expired, AlreadyAnswered or Conflict as the referral stands, NoCapacity where the last place has
    gone, ValidationFailed for a decline without a reason, a question without words, or unfit words.
    """
    if problems := wrong_in(reply, reason, words):
        raise ValidationFailed(problems)
    held = await hold_still(tx, id)
    if held is None:
        raise NotFound("There is no such referral.")
    by = by if by.id else By(kind=by.kind, id=held.provider_id)  # a link speaks for its provider
    match reply:
        case ReferralAnswer.ACCEPT:
            answered = await accept(tx, id, by, now=now)
        case ReferralAnswer.DECLINE:
            answered = await decline(tx, id, by, reason or DeclineReason.OTHER, now=now)
        case ReferralAnswer.ASK:
            answered = await ask(tx, id, by, now=now)
    # Of a conflict of interest nothing is kept but that there is one.
    if words and reason is not DeclineReason.CONFLICT_OF_INTEREST:
        request = await requests.request(tx, held.request_id)
        if request is not None:
            await notes.keep(tx, vault, request, id, words, by)
    return answered


def wrong_in(reply: ReferralAnswer, reason: DeclineReason | None, words: str | None) -> list[FieldProblem]:
    problems = notes.wrong_in("note", words)
    if reply is ReferralAnswer.DECLINE and reason is None:
        problems.append(problem("decline_reason", "EMPTY", "Say why. It decides what is offered later."))
    if reply is ReferralAnswer.ASK and not any(sign.isalnum() for sign in words or ""):
        problems.append(problem("note", "EMPTY", "Write what you would like to know."))
    return problems


async def accept(tx: Tx, id: UUID, by: By, *, now: datetime) -> Referral:
    moved = await steps.accept(tx, id, by)
    if not moved:
        raise await steps.why_not(tx, id, ReferralStatus.ACCEPTED)
    accepted, *recalled = moved
    await requests.refer(tx, accepted.request_id, by.kind, by.id, subject_id=id, now=now)
    if recalled:
        await settle(tx, recalled, taking=accepted)
    count = None if recalled else accepted.capacity_id
    await capacity.say_yes(tx, accepted.provider_id, count, held=accepted.holds)
    return accepted


async def decline(tx: Tx, id: UUID, by: By, reason: DeclineReason, *, now: datetime) -> Referral:
    declined = await steps.move(tx, id, ReferralStatus.DECLINED, states.OPEN, by, reason=reason)
    if declined is None:
        raise await steps.why_not(tx, id, ReferralStatus.DECLINED)
    await requests.record(tx, declined.request_id, "declined", by.kind, at=now, subject_id=id)
    await go_on(tx, declined.request_id, now=now)
    if reason is DeclineReason.NO_CAPACITY:
        await capacity.lock_counts(tx, declined.provider_id)
    await let_go(tx, declined)
    if reason is DeclineReason.NO_CAPACITY:
        await capacity.declare_full(tx, declined.provider_id)
    return declined


async def ask(tx: Tx, id: UUID, by: By, *, now: datetime) -> Referral:
    asked = await steps.move(tx, id, ReferralStatus.MORE_INFO, states.OPEN - {ReferralStatus.MORE_INFO}, by)
    if asked is None:
        raise await steps.why_not(tx, id, ReferralStatus.MORE_INFO)
    # Only a person can answer a question, so the request goes to one; the offer's clock runs on.
    await become(tx, asked.request_id, HelpRequestStatus.IN_TRIAGE, now=now)
    await requests.record(tx, asked.request_id, "more_info", by.kind, at=now, subject_id=id)
    return asked


async def expire(tx: Tx, id: UUID, *, now: datetime) -> None:
    """End an offer whose time has passed and look for the next; nothing happens to any other."""
    found = await referral(tx, id)
    if found is None:
        return
    await requests.locked(tx, found.request_id)
    expired = await one(
        tx,
        Referral,
        f"""
        UPDATE referral SET status = 'expired'
         WHERE id = $1 AND status IN ('offered', 'viewed', 'more_info') AND expires_at <= now()
        RETURNING {REFERRAL}""",
        id,
    )
    if expired is None:
        if found.status in states.OPEN:  # taken too early, as when the database's clock was set back
            await outbox.put(tx, JobKind.EXPIRE_OFFER, id, run_at=found.expires_at)
        return
    await steps.note(tx, id, ReferralStatus.EXPIRED, THE_SYSTEM)
    await requests.record(tx, expired.request_id, "expired", ActorKind.SYSTEM, at=now, subject_id=id)
    await go_on(tx, expired.request_id, now=now)
    await let_go(tx, expired)


async def end_all(tx: Tx, request_id: UUID, to: ReferralStatus, by: By) -> list[Referral]:
    """Take back every live referral of a request, which the caller has locked, and give their places back.

    Returns them as they were.
    """
    ended = await steps.end(tx, request_id, to, by, of=states.LIVE)
    await settle(tx, ended)
    return ended


async def settle(tx: Tx, ended: list[Referral], *, taking: Referral | None = None) -> None:
    """Give places back and take one, in the order of the counts: so two requests never wait for each other's."""
    changed = [*ended, taking] if taking else ended
    for settled in sorted(changed, key=lambda referral: referral.capacity_id or referral.id):
        if settled is not taking:
            await let_go(tx, settled)
        elif settled.capacity_id is not None:
            await capacity.take(tx, settled.capacity_id, held=settled.holds)


async def go_on(tx: Tx, request_id: UUID, *, now: datetime) -> None:
    """The request looks for the next provider, unless another offer of it is still open or has been accepted."""
    if await is_accepted(tx, request_id):
        await requests.set_status(tx, request_id, HelpRequestStatus.REFERRED, now=now)
        return
    waiting = await value(
        tx,
        "SELECT EXISTS (SELECT FROM referral WHERE request_id = $1 AND status IN ('offered', 'viewed', 'more_info'))",
        request_id,
    )
    if not waiting:
        await requests.set_status(tx, request_id, HelpRequestStatus.MATCHING, now=now)
    await outbox.put(tx, JobKind.MATCH, request_id)


async def become(tx: Tx, request_id: UUID, status: HelpRequestStatus, *, now: datetime) -> None:
    """Change where a request stands, unless a provider has said yes: that yes is where it stands."""
    if not await is_accepted(tx, request_id):
        await requests.set_status(tx, request_id, status, now=now)


async def is_accepted(at: Reader, request_id: UUID) -> bool:
    """Whether a provider has said yes to this request and it still holds."""
    return await value(
        at,
        "SELECT EXISTS (SELECT FROM referral WHERE request_id = $1 AND status IN ('accepted', 'in_progress'))",
        request_id,
    )


async def let_go(tx: Tx, ended: Referral) -> None:
    """Give back the place an ended referral held or had taken; `ended` as it was while live, or as just ended."""
    had_taken = ended.shows_person
    if ended.capacity_id is not None and (ended.holds or had_taken):
        await capacity.release(tx, ended.capacity_id, taken=had_taken)
