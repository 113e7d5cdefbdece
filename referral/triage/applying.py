"""Staff apply a plan: each proposal is held against the same rules once more, and offered if it still stands.

One offer in each transaction: two would lock two counts in the plan's order, and somebody else has another order.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from referral.foundation.actors import Staff
from referral.foundation.db import Reader, Tx, attempt, execute, one, value
from referral.foundation.errors import Conflict, Expired, FieldProblem, NoCapacity, NotFound, ValidationFailed, problem
from referral.foundation.vault import Vault
from referral.intake import requests
from referral.intake.requests import HelpRequest
from referral.matching import finding, tables
from referral.matching.answers import Room, Rule, RuleAnswer
from referral.matching.planning.question import HAS_ROOM
from referral.matching.verdicts import Verdict
from referral.referrals import choosing, offers, reading, states
from referral.referrals.notes import By
from referral.referrals.placing import terms
from referral.triage.plans import PROPOSAL, WAITING, Changed, Plan, Proposal, plan

MOST_AT_ONCE = 200


async def to_apply(at: Reader, id: UUID, only: Sequence[UUID] | None, *, now: datetime) -> list[UUID]:
    """The requests whose proposals are to be applied next, the most urgent first; at most MOST_AT_ONCE.

    Raises NotFound; Expired or Conflict where the plan is too old; ValidationFailed for a request it does not propose.
    """
    found = await plan(at, id)
    if found is None:
        raise NotFound("There is no such plan.")
    if problems := await not_proposed(at, id, only or ()):
        raise ValidationFailed(problems)
    ids = await waiting(at, id, only)
    if ids:
        refuse_stale(found, now)
    return ids


def refuse_stale(found: Plan, now: datetime) -> None:
    if found.expires_at <= now:
        raise Expired("This plan is past its time. Make a new one.")
    if found.rules_version != tables.VERSION:
        raise Conflict("The rules of matching have changed since this plan was made. Make a new one.")


async def not_proposed(at: Reader, id: UUID, only: Sequence[UUID]) -> list[FieldProblem]:
    known: list[UUID] = await value(
        at,
        """
        SELECT coalesce(array_agg(request_id), '{}') FROM plan_proposal
         WHERE plan_id = $1 AND request_id = ANY($2::uuid[])""",
        id,
        list(only),
    )
    return [
        problem(f"only.{index}", "NOT_PROPOSED", "This plan proposes nobody for this request.")
        for index, one in enumerate(only)
        if one not in set(known)
    ]


async def waiting(at: Reader, id: UUID, only: Sequence[UUID] | None) -> list[UUID]:
    found: list[UUID] = await value(
        at,
        """
        SELECT coalesce(array_agg(request_id ORDER BY position), '{}')
          FROM (SELECT request_id, position FROM plan_proposal
                 WHERE plan_id = $1 AND state = 'proposed' AND ($2::uuid[] IS NULL OR request_id = ANY($2))
                 ORDER BY position LIMIT $3) AS next""",
        id,
        None if only is None else list(only),
        MOST_AT_ONCE,
    )
    return [UUID(bytes=one.bytes) for one in found]


async def apply(tx: Tx, vault: Vault, staff: Staff, plan_id: UUID, request_id: UUID, *, now: datetime) -> None:
    """Offer one proposal if it still stands, or say why not. One that has been applied stays as it is."""
    request = await requests.locked(tx, request_id)
    proposal = await one(
        tx,
        Proposal,
        f"SELECT {PROPOSAL} FROM plan_proposal WHERE plan_id = $1 AND request_id = $2 AND state = 'proposed'",
        plan_id,
        request_id,
    )
    made_as = await plan(tx, plan_id)
    if request is None or proposal is None or made_as is None:
        return
    await settle(tx, vault, request, proposal, made_as, By(kind=staff.kind, id=staff.id), now=now)


async def settle(
    tx: Tx, vault: Vault, request: HelpRequest, proposal: Proposal, made_as: Plan, by: By, *, now: datetime
) -> None:
    """Offer a proposal of a request that is locked, or say why not."""
    became = await offered(tx, vault, by, request, proposal, made_as, now=now)
    is_made = not isinstance(became, Changed)
    await execute(
        tx,
        """
        UPDATE plan_proposal SET state = $3, referral_id = $4, changed = $5
         WHERE plan_id = $1 AND request_id = $2""",
        proposal.plan_id,
        proposal.request_id,
        "offered" if is_made else "changed",
        became if is_made else None,
        None if is_made else became.value,
    )


async def offered(
    tx: Tx, vault: Vault, by: By, request: HelpRequest, proposal: Proposal, made_as: Plan, *, now: datetime
) -> UUID | Changed:
    """The offer that was made, or why none was."""
    if not await waits(tx, request):
        return Changed.NOT_WAITING
    need, *_ = await choosing.needs_now(tx, vault, request, now=now)
    verdict = await finding.verdict(tx, need, proposal.provider_id, now=now)
    if verdict is None:
        return Changed.NOT_LISTED
    if (why := changed(verdict, made_as, proposal)) is not None:
        return why
    try:
        async with attempt(tx):
            made = await offers.offer(tx, request, terms(need, verdict), by, now=now)
    except NoCapacity:
        return Changed.FULL
    except Conflict:
        return Changed.NOT_LISTED
    return made.id


async def waits(at: Reader, request: HelpRequest) -> bool:
    """Nobody has been offered it, or has said yes, and it is not closed."""
    if not request.is_live or request.status not in WAITING:
        return False
    return not any(one.status in states.LIVE for one in await reading.of_request(at, request.id))


def changed(verdict: Verdict, made_as: Plan, proposal: Proposal) -> Changed | None:
    """What speaks against it now; nothing where it stands as it was planned."""
    failed = {one.rule for one in verdict.results if one.answer is RuleAnswer.FAIL}
    if Rule.CONSENT in failed:
        return Changed.NO_CONSENT
    if failed - {Rule.ACCEPTING}:
        return Changed.NOT_FITTING
    if verdict.room is Room.FULL:
        return Changed.FULL
    if verdict.room not in HAS_ROOM:
        return Changed.NO_ROOM
    if not verdict.candidate.can_be_told:
        return Changed.NOT_TOLD
    # A doubt that whoever applies the plan has seen is theirs to accept; a new one they have not seen.
    is_new = proposal.is_certain or not made_as.allows_unknown
    return Changed.DOUBTFUL if verdict.is_doubtful and is_new else None
