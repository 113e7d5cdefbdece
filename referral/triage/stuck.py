"""Which requests will not move by themselves, and why?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from referral.foundation.db import Reader, many
from referral.foundation.vocabulary import Word


class StuckReason(Word):
    """Why a request will not move unless somebody does something."""

    QUESTION_WAITING = "question_waiting", "A provider has asked something and waits for the answer."
    NOBODY_LEFT = "nobody_left", "The machine knows nobody more to ask, and nobody has it in hand."
    HANDOFF_UNCONFIRMED = "handoff_unconfirmed", "A provider said yes three days ago and has not said that they met."
    JOB_PARKED = "job_parked", "Work on it has failed too often: a letter, or a search."


# Each reason from an index of its own; a reason that is not asked for is not looked for.
STUCK: LiteralString = """
    SELECT r.request_id, 'question_waiting' AS reason FROM referral r WHERE r.status = 'more_info'
    UNION ALL
    SELECT r.request_id, 'handoff_unconfirmed' FROM referral r
     WHERE r.status = 'accepted' AND r.responded_at <= now() - interval '3 days'
    UNION ALL
    SELECT coalesce(r.request_id, o.subject_id), 'job_parked'
      FROM outbox o LEFT JOIN referral r ON r.id = o.subject_id
     WHERE o.parked_at IS NOT NULL
    UNION ALL
    SELECT h.id, 'nobody_left' FROM help_request h
     WHERE h.status = 'in_triage' AND h.quarantined IS NULL
       AND NOT EXISTS (SELECT FROM request_claim c WHERE c.request_id = h.id)
       AND NOT EXISTS (SELECT FROM referral r
                        WHERE r.request_id = h.id AND r.status IN ('offered', 'viewed', 'more_info'))"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """One reason of one request."""

    request_id: UUID
    reason: StuckReason


async def of_requests(at: Reader, ids: Sequence[UUID]) -> dict[UUID, list[StuckReason]]:
    """Why these do not move, each in the order of the reasons."""
    rows = await many(
        at,
        Stuck,
        f"SELECT DISTINCT request_id, reason FROM ({STUCK}) AS s WHERE request_id = ANY($1::uuid[])",
        list(ids),
    )
    found: dict[UUID, list[StuckReason]] = {}
    for row in sorted(rows, key=lambda row: list(StuckReason).index(row.reason)):
        found.setdefault(row.request_id, []).append(row.reason)
    return found
