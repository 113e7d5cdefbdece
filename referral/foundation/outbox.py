"""Work that must happen after a commit, ordered inside it.

A job is a row written in the business transaction: it exists exactly if the transaction committed. A worker takes one
under a lease by the database's clock, does it, and deletes the row in the same transaction as the effect; `lease` is a
fencing number, so a worker that was too slow finds its row taken over and rolls back. A job that fails is tried again
with growing, jittered pauses and after MAX_ATTEMPTS is parked for a person to look at. It is never dropped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from random import SystemRandom
from typing import LiteralString
from uuid import UUID

from referral.foundation.db import Database, Tx, execute, one

MAX_ATTEMPTS = 12
LEASE_SECONDS = 60
LONGEST_PAUSE_SECONDS = 3600
SHORTEST_LONG_PAUSE_SECONDS = 15  # eleven pauses then last for hours: a mail server may be away for an afternoon

jitter = SystemRandom()


class JobKind(StrEnum):
    MATCH = "match"
    TELL_PROVIDER = "tell_provider"
    EXPIRE_OFFER = "expire_offer"
    TELL_WITHDRAWN = "tell_withdrawn"
    RECALL_OFFER = "recall_offer"
    EXPIRE_VERIFICATION = "expire_verification"
    ASK_PROVIDER = "ask_provider"
    END_CLAIM = "end_claim"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One thing to do for one subject. It carries an id and nothing of a person."""

    id: int
    kind: JobKind
    subject_id: UUID
    attempts: int
    lease: int


class LeaseLost(Exception):  # noqa: N818 - not an error: another worker has the job now
    """Another worker has taken the job over; what was done here must roll back."""


# For a statement that writes what the job is about, too: `rows` gives kind, subject and when it is due.
PUT: LiteralString = """
    INSERT INTO outbox (kind, subject_id, run_at) {rows}
    ON CONFLICT (kind, subject_id) WHERE lease = 0 AND parked_at IS NULL
    DO UPDATE SET run_at = least(outbox.run_at, excluded.run_at)"""


async def put(tx: Tx, kind: JobKind, subject_id: UUID, *, run_at: datetime | None = None) -> None:
    """Order a job. One that waits already for the same subject is enough: it will see the newest state."""
    await execute(
        tx,
        PUT.format(rows="VALUES ($1, $2, coalesce($3, now()))"),
        kind.value,
        subject_id,
        run_at,
    )


async def put_each(tx: Tx, kind: JobKind, subject_ids: Sequence[UUID]) -> None:
    """The same for many subjects at once, due now."""
    await execute(
        tx,
        PUT.format(rows="SELECT $1, subject_id, now() FROM unnest($2::uuid[]) AS subject_id"),
        kind.value,
        list(subject_ids),
    )


async def take(database: Database, kinds: Sequence[JobKind] = tuple(JobKind)) -> Job | None:
    """The next due job, leased to the caller; None if there is none. Commits before it returns."""
    async with database.transaction() as tx:
        return await one(
            tx,
            Job,
            """
            UPDATE outbox
               SET lease = lease + 1, attempts = attempts + 1,
                   leased_until = clock_timestamp() + make_interval(secs => $2)
             WHERE id = (SELECT id FROM outbox
                          WHERE parked_at IS NULL AND run_at <= clock_timestamp() AND kind = ANY($1::text[])
                            AND (leased_until IS NULL OR leased_until < clock_timestamp() AND attempts < $3)
                          ORDER BY run_at, id
                          LIMIT 1
                            FOR UPDATE SKIP LOCKED)
            RETURNING id, kind, subject_id, attempts, lease""",
            [kind.value for kind in kinds],
            LEASE_SECONDS,
            MAX_ATTEMPTS,
        )


async def finish(tx: Tx, job: Job) -> None:
    """Strike the job off in the transaction of its effect. Raises LeaseLost if it is no longer ours."""
    if await execute(tx, "DELETE FROM outbox WHERE id = $1 AND lease = $2", job.id, job.lease) == 0:
        raise LeaseLost


async def postpone(tx: Tx, job: Job, *, error_code: str) -> None:
    """Put a failed job back with a growing random pause, or park it after the last attempt."""
    longest = min(LONGEST_PAUSE_SECONDS, SHORTEST_LONG_PAUSE_SECONDS * 2**job.attempts)
    await execute(
        tx,
        """
        UPDATE outbox
           SET leased_until = NULL, error_code = $3,
               run_at = clock_timestamp() + make_interval(secs => $4),
               parked_at = CASE WHEN attempts >= $5 THEN clock_timestamp() END
         WHERE id = $1 AND lease = $2""",
        job.id,
        job.lease,
        error_code,
        jitter.uniform(0, longest),
        MAX_ATTEMPTS,
    )


async def seconds_until_next(database: Database, *, at_most: float) -> float:
    """How long a worker may sleep before something falls due."""
    async with database.transaction() as tx:
        await park_deadly(tx)
        row = await tx.source.fetchval(
            """
            SELECT extract(epoch FROM min(greatest(run_at, coalesce(leased_until, run_at))) - clock_timestamp())
              FROM outbox
             WHERE parked_at IS NULL"""
        )
    return at_most if row is None else max(0.0, min(at_most, float(row)))


async def park_deadly(tx: Tx) -> None:
    """Park jobs that were taken as often as allowed and whose workers died of them every time."""
    await execute(
        tx,
        """
        UPDATE outbox SET parked_at = clock_timestamp(), error_code = 'WORKER_DIED'
         WHERE parked_at IS NULL AND attempts >= $1 AND leased_until < clock_timestamp()""",
        MAX_ATTEMPTS,
    )
