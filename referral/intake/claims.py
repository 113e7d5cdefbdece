"""Who has a request in hand? One member of staff at a time, and nobody for longer than they work on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID

from referral.foundation import outbox
from referral.foundation.actors import StaffId
from referral.foundation.db import Reader, Tx, execute, many, one, value
from referral.foundation.outbox import JobKind

LASTS = timedelta(hours=24)  # after the last act: whoever is ill tomorrow holds nobody up for longer


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A request in somebody's hands, and until when if they do nothing more."""

    request_id: UUID
    staff_id: StaffId
    claimed_at: datetime
    until: datetime


CLAIM: LiteralString = "request_id, staff_id, claimed_at, until"


async def take(tx: Tx, request_id: UUID, staff_id: StaffId, *, over: bool = False, now: datetime) -> Claim | None:
    """Take a request in hand, or keep it for longer; None where a colleague has it. `over` takes it from them.

    Only an account that is open can: its row is held, so that shutting it finds this claim or prevents it.
    """
    taken = await one(
        tx,
        Claim,
        f"""
        INSERT INTO request_claim AS held (request_id, staff_id, claimed_at, until)
        SELECT $1::uuid, id, $3::timestamptz, $4::timestamptz FROM staff WHERE id = $2 AND disabled_at IS NULL FOR SHARE
        ON CONFLICT (request_id) DO UPDATE
           SET staff_id = excluded.staff_id, until = excluded.until,
               claimed_at = CASE WHEN held.staff_id = excluded.staff_id THEN held.claimed_at
                                 ELSE excluded.claimed_at END
         WHERE held.staff_id = excluded.staff_id OR held.until <= excluded.claimed_at OR $5
        RETURNING {CLAIM}""",
        request_id,
        staff_id,
        now,
        now + LASTS,
        over,
    )
    if taken is not None:
        await outbox.put(tx, JobKind.END_CLAIM, request_id, run_at=taken.until)
    return taken


async def drop(tx: Tx, request_id: UUID) -> None:
    """Nobody has it in hand any more."""
    await execute(tx, "DELETE FROM request_claim WHERE request_id = $1", request_id)


async def lapsed(tx: Tx, request_id: UUID, *, now: datetime) -> bool:
    """End a claim whose time has passed, or whose holder's account is shut; whether there was one.

    A claim that runs on is looked at again when it is to end.
    """
    ended = await execute(
        tx,
        """
        DELETE FROM request_claim c
         USING staff s
         WHERE c.request_id = $1 AND s.id = c.staff_id
           AND (c.until <= greatest($2, now()) OR s.disabled_at IS NOT NULL)""",
        request_id,
        now,
    )
    if not ended and (runs_on := await of(tx, request_id)):
        await outbox.put(tx, JobKind.END_CLAIM, request_id, run_at=runs_on.until)
    return ended > 0


async def order_end(tx: Tx, staff_id: StaffId) -> None:
    """Have all that somebody holds let go, each in a transaction of its own: a request is locked before its claim."""
    held: list[UUID] = await value(
        tx, "SELECT coalesce(array_agg(request_id), '{}') FROM request_claim WHERE staff_id = $1", staff_id
    )
    await outbox.put_each(tx, JobKind.END_CLAIM, held)


async def of(at: Reader, request_id: UUID) -> Claim | None:
    """Who has it in hand."""
    return await one(at, Claim, f"SELECT {CLAIM} FROM request_claim WHERE request_id = $1", request_id)


async def of_requests(at: Reader, request_ids: Sequence[UUID]) -> dict[UUID, Claim]:
    """The same for many at once."""
    rows = await many(
        at, Claim, f"SELECT {CLAIM} FROM request_claim WHERE request_id = ANY($1::uuid[])", list(request_ids)
    )
    return {row.request_id: row for row in rows}


async def is_held(at: Reader, request_id: UUID) -> bool:
    """Whether a person has it in hand: then the machine keeps out."""
    return await value(at, "SELECT EXISTS (SELECT FROM request_claim WHERE request_id = $1)", request_id)
