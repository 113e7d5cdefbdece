"""What waits to be done, what is parked, and an operator's word on it: try again, or leave it alone.

A job names what it is about by an id and nothing of a person, so all of it may be shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import LiteralString
from uuid import UUID

from referral.foundation.db import Reader, Tx, execute, many, one
from referral.foundation.errors import Conflict, NotFound
from referral.foundation.outbox import JobKind

BY_AN_OPERATOR = "PARKED_BY_OPERATOR"


class JobState(StrEnum):
    """Where a job stands."""

    DUE = "due"
    AT_WORK = "at-work"
    LATER = "later"
    PARKED = "parked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A job as an operator sees it. `kind` may be one that an older version ordered and this one does not know."""

    id: int
    kind: str
    subject_id: UUID
    state: JobState
    attempts: int
    created_at: datetime
    run_at: datetime
    leased_until: datetime | None
    parked_at: datetime | None
    error_code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """So many jobs of one kind stand so; the oldest has been due since then."""

    kind: str
    state: JobState
    jobs: int
    oldest: datetime


STATE: LiteralString = """
    CASE WHEN parked_at IS NOT NULL THEN 'parked'
         WHEN leased_until >= clock_timestamp() THEN 'at-work'
         WHEN run_at > clock_timestamp() THEN 'later'
         ELSE 'due' END"""
WAITING: LiteralString = f"""
    id, kind, subject_id, {STATE} AS state, attempts, created_at, run_at, leased_until, parked_at, error_code"""


async def jobs(
    at: Reader, *, kinds: Sequence[JobKind] = (), states: Sequence[JobState] = (), first: int = 50
) -> list[Waiting]:
    """Jobs of these kinds that stand so, whoever is due longest first; empty means: whichever."""
    return await many(
        at,
        Waiting,
        f"""
        SELECT {WAITING} FROM outbox
         WHERE (cardinality($1::text[]) = 0 OR kind = ANY($1)) AND (cardinality($2::text[]) = 0 OR {STATE} = ANY($2))
         ORDER BY run_at, id
         LIMIT $3""",
        [kind.value for kind in kinds],
        [state.value for state in states],
        first,
    )


async def tallies(at: Reader) -> list[Tally]:
    """How many jobs of each kind stand how."""
    return await many(
        at,
        Tally,
        f"""
        SELECT kind, {STATE} AS state, count(*) AS jobs, min(run_at) AS oldest FROM outbox
         GROUP BY 1, 2
         ORDER BY 1, 2""",
    )


async def job(at: Reader, id: int) -> Waiting | None:
    """The job with this number."""
    return await one(at, Waiting, f"SELECT {WAITING} FROM outbox WHERE id = $1", id)


async def retry(tx: Tx, id: int) -> None:
    """Let a job be tried at once, as if for the first time. NotFound for none, Conflict while a worker is at it."""
    changed = await execute(
        tx,
        """
        UPDATE outbox SET run_at = clock_timestamp(), attempts = 0, parked_at = NULL, leased_until = NULL
         WHERE id = $1 AND (leased_until IS NULL OR leased_until < clock_timestamp() OR parked_at IS NOT NULL)""",
        id,
    )
    if not changed:
        raise (
            Conflict(f"A worker is at job {id}. Wait until it has ended, or park it first.")
            if await job(tx, id)
            else missing(id)
        )


async def retry_parked(tx: Tx, kinds: Sequence[JobKind] = ()) -> int:
    """The same for every parked job of these kinds, or of all; how many."""
    return await execute(
        tx,
        """
        UPDATE outbox SET run_at = clock_timestamp(), attempts = 0, parked_at = NULL, leased_until = NULL
         WHERE parked_at IS NOT NULL AND (cardinality($1::text[]) = 0 OR kind = ANY($1))""",
        [kind.value for kind in kinds],
    )


async def park(tx: Tx, id: int) -> None:
    """Leave a job alone until somebody says otherwise; a worker that is at it takes back what it did.

    NotFound where there is none, Conflict where it is parked already.
    """
    changed = await execute(
        tx,
        """
        UPDATE outbox SET parked_at = clock_timestamp(), error_code = $2, lease = lease + 1, leased_until = NULL
         WHERE id = $1 AND parked_at IS NULL""",
        id,
        BY_AN_OPERATOR,
    )
    if not changed:
        raise Conflict(f"Job {id} is parked already.") if await job(tx, id) else missing(id)


def missing(id: int) -> NotFound:
    return NotFound(f"There is no job {id}: it is done, or never was. `referral jobs list` shows those that wait.")
