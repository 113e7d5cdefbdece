"""Many requests and few places: which are planned, what the plan says, and what becomes of it.

A plan is a proposal. Nothing is sent until staff apply it; then each proposal is held against the rules once more.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID, uuid4

from referral.foundation.db import Reader, Tx, execute, execute_many, many, one, refusing, value
from referral.foundation.errors import Conflict, FieldProblem, IdempotencyKeyReused, ValidationFailed, problem
from referral.foundation.vault import Vault
from referral.foundation.vocabulary import Word
from referral.intake.form import KEY_LENGTH
from referral.intake.requests import REQUEST, HelpRequest
from referral.intake.words import HelpRequestStatus
from referral.matching import finding, gathering, tables
from referral.matching.answers import Rule
from referral.matching.gathering import Gatherer
from referral.matching.planning.question import Answer, Kept, OneMore, Rival, Terms, Wanted
from referral.matching.planning.words import LeftReason
from referral.referrals.notes import By

LIVES = timedelta(hours=24)  # much has changed by then: better make a new one
KEPT = timedelta(days=90)  # to look back at
MOST_REQUESTS = 10_000
AT_ONCE = 250  # requests opened in one go; others are answered in between
ANOTHER_PLAN = "This idempotency key was used for another plan. Make a new key."

# In the queue and offered to nobody.
QUEUED = (HelpRequestStatus.SUBMITTED, HelpRequestStatus.IN_TRIAGE, HelpRequestStatus.MATCHING)
# What staff may name besides: it waits for something, and they know better.
WAITING = (*QUEUED, HelpRequestStatus.NEEDS_INFO, HelpRequestStatus.WAITLISTED)


class ProposalState(Word):
    """What became of a proposal."""

    PROPOSED = "proposed", "Waits for staff to apply it."
    OFFERED = "offered", "Offered to the provider."
    CHANGED = "changed", "Something has changed since, so it was not offered."


class Changed(Word):
    """Why a proposal no longer stands."""

    NOT_WAITING = "not_waiting", "The request has been offered, answered or closed since."
    NO_CONSENT = "no_consent", "The person no longer agrees that a provider is told."
    NOT_LISTED = "not_listed", "The provider is no longer listed, or is suspended."
    FULL = "full", "The places there are taken or held by others."
    NO_ROOM = "no_room", "The provider no longer says that it takes people."
    NOT_TOLD = "not_told", "The provider can no longer be told of an offer."
    NOT_FITTING = "not_fitting", "A rule now speaks against it, as by what the request or the listing says since."
    DOUBTFUL = "doubtful", "Something about it is no longer known. Look, and offer it yourself."


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What to plan: some requests by id, or all that wait."""

    idempotency_key: str
    request_ids: tuple[UUID, ...] | None = None
    allows_unknown: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One plan, as it was made."""

    id: UUID
    made_at: datetime
    expires_at: datetime
    salt: bytes
    rules_version: str
    allows_unknown: bool
    one_more: tuple[OneMore, ...]
    kept: tuple[Kept, ...]
    is_by_machine: bool
    matched: int
    unmatched: int
    waiting: int  # proposals that are neither offered nor overtaken
    total_points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One request proposed to one provider, and what became of that."""

    plan_id: UUID
    position: int
    request_id: UUID
    provider_id: UUID
    points: int
    is_certain: bool
    rivals: tuple[Rival, ...]
    state: ProposalState
    changed: Changed | None
    referral_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOver:
    """A request that nobody was proposed for."""

    position: int
    request_id: UUID
    reason: LeftReason
    waits_for: tuple[Rule, ...] = field(default=())


PLAN: LiteralString = """
    SELECT p.id, p.made_at, p.expires_at, p.salt, p.rules_version, p.allows_unknown, p.one_more,
           p.kept, p.made_by IS NULL AS is_by_machine,
           found.matched, found.waiting, found.total_points,
           (SELECT count(*) FROM plan_left_over l WHERE l.plan_id = p.id) AS unmatched
      FROM assignment_plan p
      LEFT JOIN LATERAL (
           SELECT count(*) AS matched, count(*) FILTER (WHERE state = 'proposed') AS waiting,
                  coalesce(sum(points), 0) AS total_points
             FROM plan_proposal o WHERE o.plan_id = p.id) AS found ON true"""
PROPOSAL: LiteralString = """
    plan_id, position, request_id, provider_id, points, is_certain, rivals, state, changed, referral_id"""


# ------------------------------------------------------------- asking
async def made_before(at: Reader, vault: Vault, by: By, asked: Asked) -> UUID | None:
    """The plan this key made; IdempotencyKeyReused if it made another. ValidationFailed for an unfit question."""
    if problems := wrong_in(asked):
        raise ValidationFailed(problems)
    made: UUID | None = await value(
        at, "SELECT id FROM assignment_plan WHERE key_hash = $1 AND body_hash = $2", *hashes(vault, by, asked)
    )
    key_hash, _ = hashes(vault, by, asked)
    if made is None and await value(at, "SELECT EXISTS (SELECT FROM assignment_plan WHERE key_hash = $1)", key_hash):
        raise IdempotencyKeyReused(ANOTHER_PLAN)
    return made


def wrong_in(asked: Asked) -> list[FieldProblem]:
    problems: list[FieldProblem] = []
    if len(asked.idempotency_key) not in KEY_LENGTH:
        problems.append(problem("idempotency_key", "LENGTH", "Send 8 to 200 characters; a random UUID is best."))
    if asked.request_ids is not None and not 1 <= len(asked.request_ids) <= MOST_REQUESTS:
        problems.append(problem("request_ids", "LENGTH", f"Name 1 to {MOST_REQUESTS:,}, or leave it out."))
    if asked.request_ids is not None and len(set(asked.request_ids)) < len(asked.request_ids):
        problems.append(problem("request_ids", "TWICE", "Name each request once."))
    return problems


def hashes(vault: Vault, by: By, asked: Asked) -> tuple[bytes, bytes]:
    ids = "all" if asked.request_ids is None else ",".join(sorted(map(str, asked.request_ids)))
    return (
        vault.digest("plan", f"{by.id}/{asked.idempotency_key}"),
        vault.digest("plan body", f"{asked.allows_unknown}/{ids}"),
    )


async def waiting_ids(at: Reader, asked: Asked) -> list[UUID]:
    """The requests to plan, the most pressing first. ValidationFailed for one that is named and does not wait.

    Of a longer queue than MOST_REQUESTS those are planned that must hear from us first.
    """
    if asked.request_ids is None:
        return await ids_of(
            at,
            """
            SELECT coalesce(array_agg(id ORDER BY respond_by, id), '{}')
              FROM (SELECT id, respond_by FROM help_request h
                     WHERE status = ANY($1::text[]) AND data_key IS NOT NULL AND quarantined IS NULL
                       AND NOT EXISTS (SELECT FROM referral r WHERE r.request_id = h.id
                                          AND r.status IN ('proposed', 'offered', 'viewed', 'more_info', 'accepted',
                                                           'in_progress'))
                     ORDER BY respond_by, id LIMIT $2) AS queue""",
            [status.value for status in QUEUED],
            MOST_REQUESTS,
        )
    found = await ids_of(
        at,
        """
        SELECT coalesce(array_agg(id), '{}') FROM help_request
         WHERE id = ANY($2::uuid[]) AND status = ANY($1::text[]) AND data_key IS NOT NULL AND quarantined IS NULL""",
        [status.value for status in WAITING],
        list(asked.request_ids),
    )
    if problems := [
        problem(f"request_ids.{index}", "NOT_WAITING", "There is no such request, or it does not wait for a provider.")
        for index, id in enumerate(asked.request_ids)
        if id not in set(found)
    ]:
        raise ValidationFailed(problems)
    return list(asked.request_ids)


async def ids_of(at: Reader, sql: LiteralString, *args: object) -> list[UUID]:
    found: list[UUID] = await value(at, sql, *args)
    return [UUID(bytes=id.bytes) for id in found]


async def terms_of(
    at: Reader, asked: Asked, *, kept: dict[UUID, int], seen: timedelta, salt: bytes, now: datetime
) -> Terms:
    """What holds for all of them: places that are kept are known, or found by those who came within `seen`."""
    return Terms(
        offices=await gathering.offices(at),
        pairs=await finding.pairs(at),
        allows_unknown=asked.allows_unknown,
        salt=salt,
        now=now,
        kept=kept,
        seen=seen,
    )


async def wanted(at: Reader, vault: Vault, ids: Sequence[UUID], *, now: datetime) -> AsyncIterator[list[Wanted]]:
    """The requests as rules read them, some at a time; one that was erased meanwhile is not among them."""
    gatherer = Gatherer(vault, now=now)
    for start in range(0, len(ids), AT_ONCE):
        rows = await many(
            at,
            HelpRequest,
            f"SELECT {REQUEST} FROM help_request WHERE id = ANY($1::uuid[]) AND facts IS NOT NULL",
            list(ids[start : start + AT_ONCE]),
        )
        yield await gatherer.wanted(at, rows)


# ------------------------------------------------------------- keeping
async def keep(tx: Tx, vault: Vault, by: By, asked: Asked, answer: Answer, *, salt: bytes, now: datetime) -> UUID:
    """Keep what was planned, and forget plans that are long past. Conflict where a twin has just kept its own."""
    id = uuid4()
    key_hash, body_hash = hashes(vault, by, asked)
    await execute(tx, "DELETE FROM assignment_plan WHERE made_at < $1", now - KEPT)
    with refusing(one_plan_of_a_key=Conflict("This plan is being made already. Ask again in a moment.")):
        await execute(
            tx,
            """
            INSERT INTO assignment_plan (id, made_at, made_by, key_hash, body_hash, expires_at, salt, rules_version,
                                         allows_unknown, one_more, kept)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)""",
            id,
            now,
            by.id,
            key_hash,
            body_hash,
            now + LIVES,
            salt,
            tables.VERSION,
            asked.allows_unknown,
            [
                {"provider_id": str(more.provider_id), "request_id": str(more.request_id), "level": more.level.value}
                for more in answer.one_more
            ],
            [
                {"provider_id": str(one.provider_id), "count_id": str(one.count_id), "places": one.places}
                for one in answer.kept
            ],
        )
    await keep_parts(tx, id, answer)
    return id


async def keep_parts(tx: Tx, id: UUID, answer: Answer) -> None:
    await execute_many(
        tx,
        """
        INSERT INTO plan_proposal (plan_id, position, request_id, provider_id, points, is_certain, rivals)
        VALUES ($1, $2, $3, $4, $5, $6, $7)""",
        [
            (
                id,
                position,
                one.request_id,
                one.provider_id,
                one.points,
                one.is_certain,
                [{"request_id": str(rival.request_id), "why": rival.why.value} for rival in one.rivals],
            )
            for position, one in enumerate(answer.proposed)
        ],
    )
    await execute_many(
        tx,
        """
        INSERT INTO plan_left_over (plan_id, position, request_id, reason, waits_for)
        VALUES ($1, $2, $3, $4, $5)""",
        [
            (id, position, one.request_id, one.reason.value, [rule.value for rule in one.waits_for])
            for position, one in enumerate(answer.left)
        ],
    )


# ------------------------------------------------------------- reading
async def plan(at: Reader, id: UUID) -> Plan | None:
    """The plan with this id."""
    return await one(at, Plan, f"{PLAN} WHERE p.id = $1", id)


async def latest(at: Reader, *, first: int) -> list[Plan]:
    """The plans that were made last, the newest first."""
    return await many(at, Plan, f"{PLAN} ORDER BY p.made_at DESC, p.id LIMIT $1", first)


async def proposals(at: Reader, id: UUID, *, after: int, first: int) -> list[Proposal]:
    """Proposals of a plan, the most urgent first, from the one behind `after`."""
    return await many(
        at,
        Proposal,
        f"""
        SELECT {PROPOSAL} FROM plan_proposal
         WHERE plan_id = $1 AND position > $2
         ORDER BY position
         LIMIT $3""",
        id,
        after,
        first,
    )


async def left_over(at: Reader, id: UUID, *, after: int, first: int) -> list[LeftOver]:
    """Requests that a plan leaves, the most urgent first, from the one behind `after`."""
    return await many(
        at,
        LeftOver,
        """
        SELECT position, request_id, reason, waits_for FROM plan_left_over
         WHERE plan_id = $1 AND position > $2
         ORDER BY position
         LIMIT $3""",
        id,
        after,
        first,
    )
