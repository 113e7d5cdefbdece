"""How long is what people told us kept, and what goes when that time is over?

Some weeks after a request was closed the person's name and contacts go, some weeks later all of it but an empty row.
A request that is not closed is never wiped, however old: after a long silence it is put before staff, who decide.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import LiteralString
from uuid import UUID

from referral.foundation import outbox
from referral.foundation.actors import ActorKind
from referral.foundation.db import Reader, Tx, many, one
from referral.foundation.outbox import JobKind
from referral.intake import requests
from referral.intake.requests import HelpRequest
from referral.intake.words import HelpRequestStatus
from referral.referrals import erasing
from referral.referrals.erasing import Why

MOST_AT_ONCE = 500
# Nobody is at work on these: a person looks. Where a provider has said yes it stays where it is, and is called silent.
TO_TRIAGE = frozenset(
    {
        HelpRequestStatus.SUBMITTED,
        HelpRequestStatus.NEEDS_INFO,
        HelpRequestStatus.MATCHING,
        HelpRequestStatus.OFFERED,
        HelpRequestStatus.WAITLISTED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """For how long: name and contacts, then all of it, after closing; and how long a silence may last before that."""

    contact: timedelta
    content: timedelta
    silence: timedelta


class What(StrEnum):
    """What a request is due for."""

    CONTENT = "content"
    CONTACT = "contact"
    SILENCE = "silence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A request, and what it is due for."""

    id: UUID
    what: What


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """How many are due for it."""

    what: What
    requests: int


# $1, $2, $3: whoever was closed before then loses the rest, the contact; whoever was silent since then is looked at.
# What the house does by itself is no activity.
DUE: LiteralString = """
    (SELECT id, CASE WHEN updated_at <= $1 THEN 'content' ELSE 'contact' END AS what, updated_at
       FROM help_request
      WHERE status = 'closed' AND data_key IS NOT NULL
        AND (updated_at <= $1 OR updated_at <= $2 AND person IS NOT NULL)
      UNION ALL
     SELECT id, 'silence', updated_at
       FROM help_request h
      WHERE status <> 'closed' AND data_key IS NOT NULL AND updated_at <= $3
        AND NOT EXISTS (SELECT FROM request_event e
                         WHERE e.request_id = h.id AND e.at > $3 AND e.kind <> 'urgency_changed'))"""


async def numbers(at: Reader, kept: Kept, *, now: datetime) -> dict[What, int]:
    """How many requests are due for what."""
    found = await many(
        at, Number, f"SELECT what, count(*) AS requests FROM {DUE} AS due GROUP BY what", *before(kept, now)
    )
    return {what: sum(one.requests for one in found if one.what is what) for what in What}


async def order(tx: Tx, kept: Kept, *, now: datetime) -> int:
    """Order a job for each request that is due, those first that are longest; how many. One that waits is enough."""
    found = await many(
        tx, Due, f"SELECT id, what FROM {DUE} AS due ORDER BY updated_at, id LIMIT $4", *before(kept, now), MOST_AT_ONCE
    )
    await outbox.put_each(tx, JobKind.RETENTION, [due.id for due in found])
    return len(found)


async def keep(tx: Tx, kept: Kept, id: UUID, *, now: datetime) -> What | None:
    """Do what a request is due for, asked anew under its lock; None where that is nothing any more."""
    request = await requests.locked(tx, id)
    due = await one(tx, Due, f"SELECT id, what FROM {DUE} AS due WHERE id = $4", *before(kept, now), id)
    if request is None or due is None:
        return None
    match due.what:
        case What.CONTENT:
            await erasing.erase(tx, id, Why.BY_AGE, ActorKind.SYSTEM, now=now)
        case What.CONTACT:
            await erasing.erase_contact(tx, id, now=now)
        case What.SILENCE:
            await put_before_staff(tx, request, now=now)
    return due.what


async def put_before_staff(tx: Tx, request: HelpRequest, *, now: datetime) -> None:
    if request.status in TO_TRIAGE:
        await requests.set_status(tx, request.id, HelpRequestStatus.IN_TRIAGE, now=now)
    await requests.record(tx, request.id, "silent", ActorKind.SYSTEM, at=now)
    await requests.record(tx, request.id, "needs_person", ActorKind.SYSTEM, at=now)


def before(kept: Kept, now: datetime) -> tuple[datetime, datetime, datetime]:
    return now - kept.content, now - kept.contact, now - kept.silence
