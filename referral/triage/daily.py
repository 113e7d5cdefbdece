"""The plan that is made by itself: when it is due, whom it looks at, and what of it needs no person's look.

Whoever is not urgent waits for it, since then nobody calm takes the place of somebody urgent who asks an hour later. It
is made once a day and when places open. A machine offers of it only what no rule doubts, of requests that nobody has in
hand or was asked to look at; all else stays a proposal, which staff apply.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from referral.foundation import outbox
from referral.foundation.db import Reader, Tx, many, one, value
from referral.foundation.outbox import JobKind
from referral.foundation.vault import Vault
from referral.intake import claims, requests
from referral.intake.requests import HelpRequest
from referral.intake.words import ConsentScope, HelpRequestStatus, UrgencyLevel
from referral.matching.planning.question import Answer
from referral.matching.planning.words import LeftReason
from referral.referrals import choosing, needs, offers, placing, reading
from referral.referrals.offers import THE_SYSTEM
from referral.triage import applying, plans
from referral.triage.plans import MOST_REQUESTS, PROPOSAL, QUEUED, Proposal, ids_of

THE_QUEUE = UUID(int=0)  # what the job is about: no request in particular
SOONEST = timedelta(minutes=15)  # after the last plan, whatever has opened meanwhile
SEEN = timedelta(days=28)  # so far back arrivals are looked at to guess those to come
MOST_SEEN = 2_000
STILL_KEPT = timedelta(hours=36)  # after so long without a new count nothing is kept any more
# Nobody can be found without a person's look: they ask the person, or call the provider.
NEED_A_LOOK = frozenset(
    {LeftReason.NO_CONSENT, LeftReason.NO_PROVIDER, LeftReason.NEEDS_ANSWER, LeftReason.ONLY_DOUBTFUL}
)


# ------------------------------------------------------------- when, and for whom
async def is_due(at: Reader, *, every: timedelta, when_places_open: bool, now: datetime) -> bool:
    """Somebody waits, and the last plan is so old, or places have opened since. No plan is being made."""
    return await value(
        at,
        """
        SELECT EXISTS (SELECT FROM help_request
                        WHERE status = ANY($1::text[]) AND data_key IS NOT NULL AND quarantined IS NULL)
           AND NOT EXISTS (SELECT FROM outbox WHERE kind = 'plan' AND parked_at IS NULL)
           AND (last.made_at IS NULL OR last.made_at <= $2
                OR $3 AND last.made_at <= $4
                   AND (EXISTS (SELECT FROM capacity
                                 WHERE stated_at > last.made_at AND stated > taken + held AND expires_at > now())
                        OR EXISTS (SELECT FROM referral_event
                                    WHERE at > last.made_at
                                      AND status IN ('declined', 'expired', 'recalled', 'completed', 'failed'))))
          FROM (SELECT max(made_at) AS made_at FROM assignment_plan WHERE made_by IS NULL) AS last""",
        [status.value for status in QUEUED],
        now - every,
        when_places_open,
        now - SOONEST,
    )


async def waiting_ids(at: Reader) -> list[UUID]:
    """The queue but for what colleagues have in hand, the most pressing first."""
    return await ids_of(
        at,
        """
        SELECT coalesce(array_agg(id ORDER BY respond_by, id), '{}')
          FROM (SELECT id, respond_by FROM help_request h
                 WHERE status = ANY($1::text[]) AND data_key IS NOT NULL AND quarantined IS NULL
                   AND NOT EXISTS (SELECT FROM request_claim c WHERE c.request_id = h.id)
                   AND NOT EXISTS (SELECT FROM referral r WHERE r.request_id = h.id
                                      AND r.status IN ('proposed', 'offered', 'viewed', 'more_info', 'accepted',
                                                       'in_progress'))
                 ORDER BY respond_by, id LIMIT $2) AS queue""",
        [status.value for status in QUEUED],
        MOST_REQUESTS,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """The urgent requests of the last weeks, and within which time they came."""

    ids: Sequence[UUID]
    within: timedelta


NONE_SEEN = Arrivals(ids=(), within=timedelta(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    id: UUID
    created_at: datetime


async def arrivals(at: Reader, *, now: datetime) -> Arrivals:
    """Who came with urgent needs; the latest where they are very many, or since the first request where that is new."""
    found = await many(
        at,
        Arrival,
        """
        SELECT id, created_at FROM help_request
         WHERE created_at > $1 AND urgency = ANY($2::text[]) AND data_key IS NOT NULL AND quarantined IS NULL
         ORDER BY created_at DESC, id
         LIMIT $3""",
        now - SEEN,
        [UrgencyLevel.CRITICAL.value, UrgencyLevel.URGENT.value],
        MOST_SEEN,
    )
    if not found:
        return NONE_SEEN
    first: datetime = await value(at, "SELECT min(created_at) FROM help_request")
    since = found[-1].created_at if len(found) == MOST_SEEN else max(first, now - SEEN)
    return Arrivals(ids=[one.id for one in found], within=now - since)


async def kept_of_last(at: Reader, *, now: datetime) -> dict[UUID, int]:
    """How many places of each count the last plan of the machine keeps for the urgent."""
    kept: list[dict[str, str | int]] | None = await value(
        at,
        """
        SELECT kept FROM assignment_plan
         WHERE made_by IS NULL AND made_at > $1
         ORDER BY made_at DESC LIMIT 1""",
        now - STILL_KEPT,
    )
    return {UUID(str(one["count_id"])): int(one["places"]) for one in kept or ()}


# ------------------------------------------------------------- what follows
async def order(tx: Tx, answer: Answer) -> None:
    """Order an offer for each proposal, and a person's look at whoever nobody can be found for by machine."""
    ids = [one.request_id for one in answer.proposed]
    ids += [one.request_id for one in answer.left if one.reason in NEED_A_LOOK]
    await outbox.put_each(tx, JobKind.OFFER_PLANNED, ids)


async def offer_planned(tx: Tx, vault: Vault, request_id: UUID, *, now: datetime) -> None:
    """Offer what the last plan of the machine proposes for a request, if that needs no person's look."""
    request = await requests.locked(tx, request_id)
    if request is None or not await is_left_to_it(tx, request):
        return
    last = await value(
        tx,
        "SELECT id FROM assignment_plan WHERE made_by IS NULL AND expires_at > $1 ORDER BY made_at DESC LIMIT 1",
        now,
    )
    proposal = await one(
        tx,
        Proposal,
        f"""
        SELECT {PROPOSAL} FROM plan_proposal
         WHERE plan_id = $1 AND request_id = $2 AND state = 'proposed' AND is_certain""",
        last,
        request_id,
    )
    if proposal is not None:
        await offer(tx, vault, request, proposal, now=now)
    elif await needs_a_look(tx, last, request_id):
        await offers.leave_to_a_person(tx, request_id, now=now)


async def is_left_to_it(at: Reader, request: HelpRequest) -> bool:
    """No colleague has it in hand or was asked to look at it, and it waits as it was planned."""
    if request.status not in {HelpRequestStatus.SUBMITTED, HelpRequestStatus.MATCHING}:
        return False
    return await applying.waits(at, request) and not await claims.is_held(at, request.id)


async def needs_a_look(at: Reader, plan_id: UUID | None, request_id: UUID) -> bool:
    return await value(
        at,
        """
        SELECT EXISTS (SELECT FROM plan_left_over
                        WHERE plan_id = $1 AND request_id = $2 AND reason = ANY($3::text[]))""",
        plan_id,
        request_id,
        [reason.value for reason in NEED_A_LOOK],
    )


async def offer(tx: Tx, vault: Vault, request: HelpRequest, proposal: Proposal, *, now: datetime) -> None:
    """One offer in one transaction, with what becomes of the proposal; then the machine looks at the request again: it
    may need something else besides, or nobody may be left but for a person.
    """
    need, *_ = await choosing.needs_now(tx, vault, request, now=now)
    asked = await reading.of_request(tx, request.id)
    made_as = await plans.plan(tx, proposal.plan_id)
    is_asked_often = needs.asked_for(need.help_types[0], asked) >= placing.MOST_OFFERS
    if made_as is None or is_asked_often or ConsentScope.MATCH_AUTOMATICALLY not in need.consents:
        await offers.leave_to_a_person(tx, request.id, now=now)
        return
    applying.refuse_stale(made_as, now)
    await applying.settle(tx, vault, request, proposal, made_as, THE_SYSTEM, now=now)
    await outbox.put(tx, JobKind.MATCH, request.id)
