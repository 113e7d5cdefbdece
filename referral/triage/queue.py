"""What waits for staff, the most pressing first?"""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from referral.foundation import cursors
from referral.foundation.actors import Staff
from referral.foundation.cursors import Page, Window
from referral.foundation.db import Reader, many, value
from referral.foundation.errors import ValidationFailed, problem
from referral.foundation.vocabulary import HelpType, Word
from referral.intake.requests import REQUEST, HelpRequest
from referral.intake.words import HelpRequestStatus, UrgencyLevel


class QueueOrder(Word):
    """How the queue is sorted."""

    RESPOND_BY = "respond_by", "Whoever must hear from us first."
    OLDEST = "oldest", "Whoever has waited longest."


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFilter:
    """Which requests; None means: not asked. Closed requests are shown only where their status is named."""

    statuses: tuple[HelpRequestStatus, ...] | None = None
    urgencies: tuple[UrgencyLevel, ...] | None = None
    help_types: tuple[HelpType, ...] | None = None
    languages: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """One page of the queue."""

    requests: tuple[HelpRequest, ...]
    page: Page


# CASE, because Postgres folds it away before it looks whether the index of what is not closed fits; OR it does not.
MATCHING: LiteralString = """
    data_key IS NOT NULL
    AND CASE WHEN $1::text[] IS NULL THEN status <> 'closed' ELSE status = ANY($1) END
    AND ($2::text[] IS NULL OR urgency = ANY($2))
    AND ($3::text[] IS NULL OR help_types && $3)
    AND ($4::text[] IS NULL OR languages && $4)"""

# `fact` is what the order sorts by; an order is a named query, never a built one.
BY_RESPONSE: LiteralString = "respond_by"
BY_AGE: LiteralString = "created_at"


async def waiting(
    at: Reader, _staff: Staff, asked: QueueFilter, order: QueueOrder, *, first: int | None, after: str | None
) -> Queued:
    """A page of the queue for a member of staff. ValidationFailed for an empty list, a bad size or a bad cursor."""
    if problems := [
        problem(f"filter.{name}", "EMPTY", "Leave it out, or name at least one.")
        for name in ("statuses", "urgencies", "help_types", "languages")
        if getattr(asked, name) == ()
    ]:
        raise ValidationFailed(problems)
    window = cursors.window(f"queue {order.value}", float, first=first, after=after)
    rows = await page_of_queue(at, asked, window, BY_RESPONSE if order is QueueOrder.RESPOND_BY else BY_AGE)
    return Queued(requests=cursors.in_order(window, rows), page=cursors.page_of(window, len(rows)))


async def page_of_queue(
    at: Reader, asked: QueueFilter, window: Window[float], fact: LiteralString
) -> list[HelpRequest]:
    return await many(
        at,
        HelpRequest,
        f"""
        SELECT {REQUEST} FROM help_request
         WHERE {MATCHING}
           AND ($5::float8 IS NULL OR ({fact}, id) > (to_timestamp($5), $6))
         ORDER BY {fact}, id
         LIMIT $7""",
        *arguments(asked),
        window.mark.key if window.mark else None,
        window.mark.id if window.mark else None,
        window.size + 1,
    )


async def count(at: Reader, _staff: Staff, asked: QueueFilter) -> int:
    """How many requests match."""
    return await value(at, f"SELECT count(*) FROM help_request WHERE {MATCHING}", *arguments(asked))


def cursor(request: HelpRequest, order: QueueOrder) -> str:
    """Where a request stands in an order."""
    fact: datetime = request.respond_by if order is QueueOrder.RESPOND_BY else request.created_at
    return cursors.written(f"queue {order.value}", fact.timestamp(), request.id)


def arguments(asked: QueueFilter) -> tuple[object, ...]:
    return tuple(
        None if words is None else list(words)
        for words in (asked.statuses, asked.urgencies, asked.help_types, asked.languages)
    )
