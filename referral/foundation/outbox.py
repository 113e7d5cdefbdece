"""Work that must happen after a commit, ordered inside it.

A job is a row written in the business transaction: it exists exactly if the transaction committed. A worker takes one
under a lease by the database's clock, renews the lease while it works, and deletes the row in the same transaction as
the effect; `lease` is a fencing number, so a worker that was too slow finds its row taken over and rolls back. A job
that fails is tried again with growing, jittered pauses and after MAX_ATTEMPTS is parked for a person to look at. It is
never dropped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from random import SystemRandom
from typing import LiteralString
from uuid import UUID

from referral.foundation.db import Database, Tx, execute, many, value

MAX_ATTEMPTS = 12
LEASE_SECONDS = 15.0  # a dead worker's jobs go to another after this; a live one renews its leases long before
LONGEST_PAUSE_SECONDS = 3600
SHORTEST_LONG_PAUSE_SECONDS = 15  # eleven pauses then last for hours: a mail server may be away for an afternoon

jitter = SystemRandom()


class JobKind(StrEnum):
    MATCH = "match"
    TELL_PROVIDER = "tell_provider"
    REMIND_PROVIDER = "remind_provider"
    FOLLOW_UP = "follow_up"
    TELL_REQUESTER = "tell_requester"
    EXPIRE_OFFER = "expire_offer"
    TELL_WITHDRAWN = "tell_withdrawn"
    RECALL_OFFER = "recall_offer"
    RE_EVALUATE = "re_evaluate"
    RETENTION = "retention"
    EXPIRE_VERIFICATION = "expire_verification"
    ASK_PROVIDER = "ask_provider"
    END_CLAIM = "end_claim"
    MAIL_ANCHOR = "mail_anchor"
    PLAN = "plan"
    OFFER_PLANNED = "offer_planned"
    TELL_ALARM = "tell_alarm"


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


# What is due is asked by `statement_timestamp()`, which an index can be read by: nobody looks through all that is to be
# done in the coming months. Leases are asked by `clock_timestamp()`, which goes on while a statement waits.

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


async def take(
    database: Database, kinds: Sequence[JobKind] = tuple(JobKind), *, lease_seconds: float = LEASE_SECONDS
) -> Job | None:
    """The next due job, leased to the caller; None if there is none. Commits before it returns."""
    return next(iter(await take_some(database, kinds, at_most=1, lease_seconds=lease_seconds)), None)


async def take_some(
    database: Database, kinds: Sequence[JobKind], *, at_most: int, lease_seconds: float = LEASE_SECONDS
) -> list[Job]:
    """The next due jobs, leased to the caller, who begins them all at once. Commits before it returns."""
    # By a reader, although it writes: one statement is a transaction of its own, and two trips are saved for each job.
    return await many(
        database.reader,
        Job,
        """
        UPDATE outbox
           SET lease = lease + 1, attempts = attempts + 1,
               leased_until = clock_timestamp() + make_interval(secs => $2)
         WHERE id = ANY(ARRAY(SELECT id FROM outbox
                               WHERE parked_at IS NULL AND run_at <= statement_timestamp()
                                 AND kind = ANY($1::text[])
                                 AND (leased_until IS NULL OR leased_until < clock_timestamp() AND attempts < $3)
                               ORDER BY run_at, id
                               LIMIT $4
                                 FOR UPDATE SKIP LOCKED))
        RETURNING id, kind, subject_id, attempts, lease""",
        [kind.value for kind in kinds],
        lease_seconds,
        MAX_ATTEMPTS,
        at_most,
    )


async def renew(database: Database, job: Job, *, lease_seconds: float = LEASE_SECONDS) -> bool:
    """Keep a job that takes long; False where it is no longer the caller's."""
    async with database.transaction() as tx:
        kept = await execute(
            tx,
            """
            UPDATE outbox SET leased_until = clock_timestamp() + make_interval(secs => $3)
             WHERE id = $1 AND lease = $2 AND leased_until IS NOT NULL""",
            job.id,
            job.lease,
            lease_seconds,
        )
    return kept > 0


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


async def seconds_until_next(database: Database, kinds: Sequence[JobKind] = tuple(JobKind), *, at_most: float) -> float:
    """How long a worker that does these kinds may sleep before one of them falls due."""
    async with database.transaction() as tx:
        await park_deadly(tx)
        seconds = await value(
            tx,
            """
            SELECT extract(epoch FROM min(greatest(run_at, coalesce(leased_until, run_at))) - clock_timestamp())::float8
              FROM outbox
             WHERE parked_at IS NULL AND kind = ANY($1::text[])
               AND run_at <= statement_timestamp() + make_interval(secs => $2)""",
            [kind.value for kind in kinds],
            at_most,
        )
    return at_most if seconds is None else max(0.0, min(at_most, seconds))


async def park_deadly(tx: Tx) -> int:
    """Park jobs that were taken as often as allowed and whose workers died of them every time; how many."""
    return await value(
        tx,
        """
        WITH deadly AS (
             UPDATE outbox SET parked_at = clock_timestamp(), error_code = 'WORKER_DIED'
              WHERE parked_at IS NULL AND run_at <= statement_timestamp()
                AND attempts >= $1 AND leased_until < clock_timestamp()
             RETURNING id
        )
        SELECT count(*) FROM deadly""",
        MAX_ATTEMPTS,
    )
