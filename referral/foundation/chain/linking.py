"""Which acts are not in the chain yet? One at a time links them, in batches, a moment after they were written."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from referral.foundation.actors import ActorKind
from referral.foundation.chain.acts import ACT, Act, Link, chained
from referral.foundation.db import Reader, Tx, execute, many, one, value

BATCH = 500
READ_AT_ONCE = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The end of the chain."""

    trail: UUID
    position: int
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """An act with its place, as it is stored."""

    id: int
    at: datetime
    actor: ActorKind
    actor_id: UUID | None
    act: str
    subject_id: UUID
    counts: dict[str, int] | None
    position: int
    hash: bytes

    @property
    def link(self) -> Link:
        act = Act(
            id=self.id,
            at=self.at,
            actor=self.actor,
            actor_id=self.actor_id,
            act=self.act,
            subject_id=self.subject_id,
            counts=self.counts,
        )
        return Link(position=self.position, hash=self.hash, act=act)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlinked:
    """What is written and not in the chain yet."""

    acts: int
    oldest: datetime | None


async def head(at: Reader) -> Head:
    """How far the chain has come."""
    found = await one(at, Head, "SELECT trail, position, hash FROM audit_head")
    if found is None:
        raise LookupError("The row of audit_head is gone: somebody has deleted it.")
    return found


async def held(tx: Tx) -> Head | None:
    """The end of the chain, held until the transaction ends; None while somebody else holds it."""
    return await one(tx, Head, "SELECT trail, position, hash FROM audit_head FOR UPDATE SKIP LOCKED")


async def link_some(tx: Tx) -> int:
    """Chain the next acts; how many. None while another worker is at it."""
    end = await held(tx)
    if end is None:
        return 0
    acts = await many(tx, Act, f"SELECT {ACT} FROM audit_event WHERE position IS NULL ORDER BY id LIMIT $1", BATCH)
    if not acts:
        return 0
    hashes: list[bytes] = []
    for number, act in enumerate(acts, start=1):
        hashes.append(chained(hashes[-1] if hashes else end.hash, act, end.position + number))
    await execute(
        tx,
        """
        UPDATE audit_event e
           SET position = $1 + l.number, hash = l.hash
          FROM unnest($2::bigint[], $3::bytea[]) WITH ORDINALITY AS l (id, hash, number)
         WHERE e.id = l.id""",
        end.position,
        [act.id for act in acts],
        hashes,
    )
    await execute(tx, "UPDATE audit_head SET position = $1, hash = $2", end.position + len(acts), hashes[-1])
    return len(acts)


async def mailed(tx: Tx, *, day: date) -> UUID | None:
    """The trail, if an anchor of it is there to be told and none was on this day; from now on one was."""
    return await value(
        tx,
        """
        UPDATE audit_head SET mailed_on = $1
         WHERE mailed_on IS DISTINCT FROM $1 AND EXISTS (SELECT FROM audit_anchor)
        RETURNING trail""",
        day,
    )


async def any_unlinked(at: Reader) -> bool:
    """Whether there is something to chain: cheaper than to hold the end for nothing."""
    return await value(at, "SELECT EXISTS (SELECT FROM audit_event WHERE position IS NULL)")


async def unlinked(at: Reader) -> Unlinked:
    """How much waits to be chained, and since when."""
    found = await one(
        at, Unlinked, "SELECT count(*) AS acts, min(at) AS oldest FROM audit_event WHERE position IS NULL"
    )
    return found or Unlinked(acts=0, oldest=None)


async def links(at: Reader) -> AsyncGenerator[Link]:
    """The whole chain in order, read piece by piece."""
    after = 0
    while rows := await many(
        at,
        Linked,
        f"""
        SELECT {ACT}, position, hash FROM audit_event
         WHERE position > $1
         ORDER BY position
         LIMIT $2""",
        after,
        READ_AT_ONCE,
    ):
        for row in rows:
            yield row.link
        after = rows[-1].position
