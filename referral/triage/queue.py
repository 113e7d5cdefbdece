"""What waits for staff, the most pressing first?"""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from referral.foundation import cursors
from referral.foundation.actors import Staff
from referral.foundation.cursors import Page, Window
from referral.foundation.db import Reader, many, value
from referral.foundation.errors import ValidationFailed, problem
from referral.foundation.vocabulary import HelpType, Word
from referral.intake.requests import REQUEST, HelpRequest
from referral.intake.words import HelpRequestStatus, UrgencyLevel
from referral.triage import stuck
from referral.triage.stuck import StuckReason

# Nobody has answered the person yet: asked for more, put in a line, taken or closed, they have heard from us.
UNANSWERED = frozenset(
    {
        HelpRequestStatus.SUBMITTED,
        HelpRequestStatus.IN_TRIAGE,
        HelpRequestStatus.MATCHING,
        HelpRequestStatus.OFFERED,
    }
)
LISTS = ("statuses", "urgencies", "help_types", "languages", "countries", "states", "stuck")


class QueueOrder(Word):
    """How the queue is sorted."""

    RESPOND_BY = "respond_by", "Whoever must hear from us first."
    OLDEST = "oldest", "Whoever has waited longest."
    URGENCY = "urgency", "The most urgent level first, in it whoever must hear from us first."
    RECENTLY_CHANGED = "recently_changed", "What changed last comes first."


class AssigneeIs(Word):
    """In whose hands a request is."""

    ME = "me", "One's own."
    NOBODY = "nobody", "Nobody's."
    SOMEONE = "someone", "Anybody's, one's own too."


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFilter:
    """Which requests; None means: not asked. Closed requests are shown only where their status is named."""

    statuses: tuple[HelpRequestStatus, ...] | None = None
    urgencies: tuple[UrgencyLevel, ...] | None = None
    help_types: tuple[HelpType, ...] | None = None
    languages: tuple[str, ...] | None = None
    countries: tuple[str, ...] | None = None
    states: tuple[str, ...] | None = None
    assignee: AssigneeIs | None = None
    overdue: bool | None = None
    stuck: tuple[StuckReason, ...] | None = None
    quarantined: bool = False  # what waits in quarantine is a view of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """One page of the queue."""

    requests: tuple[HelpRequest, ...]
    page: Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many of the requests that match are of one kind."""

    kind: str
    word: str
    count: int


# Postgres folds what is not asked away. CASE, because that it folds before it looks whether the index of what is not
# closed fits; OR it does not. Sets of ids and not EXISTS, because under OR each row would be looked up by itself.
MATCHING: LiteralString = f"""
    data_key IS NOT NULL
    AND CASE WHEN $1::text[] IS NULL THEN status <> 'closed' ELSE status = ANY($1) END
    AND ($2::text[] IS NULL OR urgency = ANY($2))
    AND ($3::text[] IS NULL OR help_types && $3)
    AND ($4::text[] IS NULL OR languages && $4)
    AND ($5::text[] IS NULL OR country = ANY($5))
    AND ($6::text[] IS NULL OR state = ANY($6))
    AND ($7::text[] IS NULL OR id = ANY(ARRAY(SELECT request_id FROM ({stuck.STUCK}) AS s WHERE s.reason = ANY($7))))
    AND ($8::text IS DISTINCT FROM 'me' OR id = ANY(ARRAY(SELECT request_id FROM request_claim WHERE staff_id = $9)))
    AND ($8::text IS DISTINCT FROM 'someone' OR id = ANY(ARRAY(SELECT request_id FROM request_claim)))
    AND ($8::text IS DISTINCT FROM 'nobody' OR id <> ALL(ARRAY(SELECT request_id FROM request_claim)))
    AND ($10::boolean IS NULL OR (respond_by <= $11::timestamptz AND status = ANY($12::text[])) = $10)
    AND (quarantined IS NOT NULL AND status <> 'closed') = $13"""

# An order is a named query, never a built one: what it sorts by, and what comes after a mark.
ORDERS: dict[QueueOrder, tuple[LiteralString, LiteralString]] = {
    QueueOrder.RESPOND_BY: ("respond_by, id", "(respond_by, id) > (to_timestamp($15), $16)"),
    QueueOrder.OLDEST: ("created_at, id", "(created_at, id) > (to_timestamp($15), $16)"),
    QueueOrder.URGENCY: (
        "urgency_rank(urgency), respond_by, id",
        "(urgency_rank(urgency), respond_by, id) > ($14, to_timestamp($15), $16)",
    ),
    QueueOrder.RECENTLY_CHANGED: ("updated_at DESC, id DESC", "(updated_at, id) < (to_timestamp($15), $16)"),
}


async def waiting(
    at: Reader,
    staff: Staff,
    asked: QueueFilter,
    order: QueueOrder,
    *,
    first: int | None,
    after: str | None,
    now: datetime,
) -> Queued:
    """A page of the queue for a member of staff. ValidationFailed for an empty list, a bad size or a bad cursor."""
    if problems := [
        problem(f"filter.{name}", "EMPTY", "Leave it out, or name at least one.")
        for name in LISTS
        if getattr(asked, name) == ()
    ]:
        raise ValidationFailed(problems)
    window = cursors.window(f"queue {order.value}", tuple[int, float], first=first, after=after)
    rows = await page_of_queue(at, staff, asked, order, window, now)
    return Queued(requests=cursors.in_order(window, rows), page=cursors.page_of(window, len(rows)))


async def page_of_queue(
    at: Reader, staff: Staff, asked: QueueFilter, order: QueueOrder, window: Window[tuple[int, float]], now: datetime
) -> list[HelpRequest]:
    sorting, following = ORDERS[order]
    rank, moment = window.mark.key if window.mark else (None, None)
    return await many(
        at,
        HelpRequest,
        f"""
        SELECT {REQUEST} FROM help_request
         WHERE {MATCHING}
           AND ($14::bigint IS NULL OR $15::float8 IS NULL OR {following})
         ORDER BY {sorting}
         LIMIT $17""",
        *arguments(staff, asked, now),
        rank,
        moment,
        window.mark.id if window.mark else None,
        window.size + 1,
    )


async def count(at: Reader, staff: Staff, asked: QueueFilter, *, now: datetime) -> int:
    """How many requests match."""
    return await value(at, f"SELECT count(*) FROM help_request WHERE {MATCHING}", *arguments(staff, asked, now))


async def tallies(at: Reader, staff: Staff, asked: QueueFilter, *, now: datetime) -> list[Tally]:
    """Of the requests that match: how many of each kind, the most first."""
    return await many(
        at,
        Tally,
        f"""
        WITH matching AS MATERIALIZED (
             SELECT id, status, urgency, help_types, languages, state, respond_by <= $11 AND status = ANY($12) AS late
               FROM help_request
              WHERE {MATCHING}
        ), tallied AS (
             SELECT 'status' AS kind, status AS word, count(*) AS count FROM matching GROUP BY status
             UNION ALL SELECT 'urgency', urgency, count(*) FROM matching GROUP BY urgency
             UNION ALL SELECT 'help_type', word, count(*) FROM matching, unnest(help_types) AS word GROUP BY word
             UNION ALL SELECT 'language', word, count(*) FROM matching, unnest(languages) AS word GROUP BY word
             UNION ALL SELECT 'state', state, count(*) FROM matching WHERE state IS NOT NULL GROUP BY state
             UNION ALL SELECT 'overdue', '', count(*) FROM matching WHERE late
             UNION ALL SELECT 'held', CASE WHEN c.staff_id = $9 THEN 'me' ELSE 'other' END, count(*)
                         FROM matching JOIN request_claim c ON c.request_id = matching.id GROUP BY 2
        )
        SELECT kind, word, count FROM tallied ORDER BY kind, count DESC, word""",
        *arguments(staff, asked, now),
    )


def cursor(request: HelpRequest, order: QueueOrder) -> str:
    """Where a request stands in an order."""
    moments: dict[QueueOrder, datetime] = {
        QueueOrder.RESPOND_BY: request.respond_by,
        QueueOrder.OLDEST: request.created_at,
        QueueOrder.URGENCY: request.respond_by,
        QueueOrder.RECENTLY_CHANGED: request.updated_at,
    }
    rank = list(UrgencyLevel).index(request.urgency) if order is QueueOrder.URGENCY else 0
    return cursors.written(f"queue {order.value}", (rank, moments[order].timestamp()), request.id)


def arguments(staff: Staff, asked: QueueFilter, now: datetime) -> tuple[object, ...]:
    lists = (getattr(asked, name) for name in LISTS)
    return (
        *(None if words is None else list(words) for words in lists),
        asked.assignee.value if asked.assignee else None,
        UUID(bytes=staff.id.bytes),
        asked.overdue,
        now,
        sorted(UNANSWERED),
        asked.quarantined,
    )
