"""An offer to one provider: made, seen, run out or taken back.

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
from referral.foundation.errors import Conflict
from referral.foundation.outbox import JobKind
from referral.foundation.vocabulary import HelpType
from referral.intake import requests
from referral.intake.words import HelpRequestStatus
from referral.referrals import states, steps
from referral.referrals.notes import By
from referral.referrals.reading import REFERRAL, Referral, referral
from referral.referrals.words import ReferralStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What an offer is made of."""

    provider_id: UUID
    organization_id: UUID
    help_type: HelpType  # what the provider would give
    needs: tuple[HelpType, ...]  # what was asked for and would be served by it
    score: int
    rules_version: str
    lives: timedelta
    holds: bool = True  # staff may ask a full provider, with a reason; such an offer holds no place
    idempotency_hash: bytes | None = None


THE_SYSTEM = By(kind=ActorKind.SYSTEM)
REMINDED_AFTER = 0.5  # of an offer's life
FIRST_FOLLOW_UP = timedelta(days=3)  # after a yes: has the person been reached?


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
        INSERT INTO referral (id, request_id, provider_id, organization_id, help_type, needs, status, capacity_id,
                              holds, offered_at, expires_at, offered_by, offered_by_id, idempotency_hash, score,
                              rules_version)
        SELECT $1, $2, $3, $4, $5, $14, 'offered', $6, $7, now(), now() + $8, $9, $10, $11, $12, $13
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
        [need.value for need in terms.needs],
    )
    if made is None:
        raise Conflict("This provider has a live offer of this request, or is suspended.")
    await steps.note(tx, made.id, ReferralStatus.OFFERED, by)
    await become(tx, request.id, HelpRequestStatus.OFFERED, now=now)
    await requests.record(tx, request.id, "offered", by.kind, at=now, subject_id=made.id)
    await outbox.put(tx, JobKind.TELL_PROVIDER, made.id)
    await outbox.put(tx, JobKind.REMIND_PROVIDER, made.id, run_at=made.offered_at + terms.lives * REMINDED_AFTER)
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
    if (status := await after_yes(tx, request_id)) is not None:
        await requests.set_status(tx, request_id, status, now=now)
    elif not await is_open(tx, request_id):
        await requests.set_status(tx, request_id, HelpRequestStatus.MATCHING, now=now)
    await outbox.put(tx, JobKind.MATCH, request_id)


async def leave_to_a_person(tx: Tx, request_id: UUID, *, now: datetime) -> None:
    """A machine cannot decide how it goes on: whoever works on the queue does."""
    await become(tx, request_id, HelpRequestStatus.IN_TRIAGE, now=now)
    await requests.record(tx, request_id, "needs_person", ActorKind.SYSTEM, at=now)


async def become(tx: Tx, request_id: UUID, status: HelpRequestStatus, *, now: datetime) -> None:
    """Change where a request stands, unless a provider has said yes: that yes is where it stands."""
    await requests.set_status(tx, request_id, await after_yes(tx, request_id) or status, now=now)


async def after_yes(at: Reader, request_id: UUID) -> HelpRequestStatus | None:
    """Where a request stands that a provider has said yes to; None where none has, or none still does."""
    reached: bool | None = await value(
        at,
        """
        SELECT bool_or(status = 'in_progress') FROM referral
         WHERE request_id = $1 AND status IN ('accepted', 'in_progress')""",
        request_id,
    )
    if reached is None:
        return None
    return HelpRequestStatus.IN_SERVICE if reached else HelpRequestStatus.REFERRED


async def is_open(at: Reader, request_id: UUID) -> bool:
    """Whether a provider has been asked and may still answer."""
    return await value(
        at,
        "SELECT EXISTS (SELECT FROM referral WHERE request_id = $1 AND status IN ('offered', 'viewed', 'more_info'))",
        request_id,
    )


async def let_go(tx: Tx, ended: Referral, *, had_taken: bool | None = None) -> None:
    """Give back the place an ended referral held or had taken; `ended` as it was while live, or as just ended.

    `had_taken` where it is given as just ended, after a yes.
    """
    taken = ended.shows_person if had_taken is None else had_taken
    if taken:
        await outbox.put(tx, JobKind.RE_EVALUATE, ended.request_id)  # the person waits again
    if ended.capacity_id is not None and (ended.holds or taken):
        await capacity.release(tx, ended.capacity_id, taken=taken)
