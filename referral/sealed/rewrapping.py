"""Data keys of older versions, or of an epoch that was replaced within its week, are wrapped anew while people come in.

Some rows at a time, each time in a transaction of their own: whoever is at work on a row is not waited for, it comes
with the next ones. Interrupted, it goes on with what is left. What is sealed does not change, only the key's wrapping.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import LiteralString
from uuid import UUID

from referral.foundation.db import Database, Reader, Tx, execute, many
from referral.foundation.keys.epochs import Epoch, Kept
from referral.foundation.keys.ring import Ring
from referral.foundation.vault import VERSION, DataKey, Vault, epoch_of
from referral.intake import receipts, submitting
from referral.intake.requests import TABLE
from referral.sealed import rows

AT_ONCE = 200
PAUSE_SECONDS = 0.2  # while the rows that are left are others' for a moment
MOST_PAUSES = 150
Tell = Callable[[int], object]

UPDATES: dict[str, LiteralString] = {
    "listing_report": "UPDATE listing_report SET data_key = $3 WHERE id = $1 AND data_key = $2",
    "listing_proposal": "UPDATE listing_proposal SET data_key = $3 WHERE id = $1 AND data_key = $2",
    "proposed_fact": "UPDATE proposed_fact SET data_key = $3 WHERE proposal_id = $1 AND data_key = $2",
    "conf.place": "UPDATE conf.place SET data_key = $3 WHERE location_id = $1 AND data_key = $2",
}
KEPT = {"conf.place": Kept.STANDING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Old:
    """A request whose data key is to be wrapped anew."""

    id: UUID
    created_at: datetime
    data_key: bytes = field(repr=False)
    requester_key: bytes | None = field(repr=False)
    receipt_hash: bytes | None = field(repr=False)
    idempotency_hash: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """The same wrapped anew; where its receipt could still be derived, with the person's own copy."""

    id: UUID
    before: bytes = field(repr=False)
    data_key: bytes = field(repr=False)
    requester_key: bytes | None = field(repr=False)
    idempotency_hash: bytes = field(repr=False)


def replaced(ring: Ring) -> list[bytes]:
    """The heads of data keys whose epoch has a newer generation and can still be opened."""
    return [
        b"\x02" + one.epoch.prefix
        for one in ring.held()
        if one.opens and ring.newest(one.epoch) not in {one.epoch, None}
    ]


async def left(at: Reader, ring: Ring) -> int:
    """How many rows there are to be wrapped anew."""
    heads = set(replaced(ring))
    return sum(one.rows for one in await rows.numbers(at) if one.head == VERSION or one.head in heads)


async def rewrap(database: Database, vault: Vault, *, now: datetime, tell: Tell = lambda _done: None) -> int:
    """Wrap anew what is to be; how many rows. Raises TimeoutError where somebody does not let go of one."""
    assert vault.ring is not None  # noqa: S101 - a vault that opens has one
    done = pauses = 0
    while True:
        count = await some_requests(database, vault, vault.ring) + await some_others(database, vault, vault.ring, now)
        done += count
        tell(done)
        if count:
            pauses = 0
            continue
        if not await left(database.reader, vault.ring):  # looks at every row, so it is asked when none was found
            return done
        pauses += 1
        if pauses > MOST_PAUSES:
            raise TimeoutError
        await asyncio.sleep(PAUSE_SECONDS)


async def some_requests(database: Database, vault: Vault, ring: Ring) -> int:
    """Opened and wrapped before the transaction begins: what old receipts open takes a while to make."""
    old = await many(
        database.reader,
        Old,
        """
        SELECT id, created_at, data_key, requester_key, receipt_hash, idempotency_hash FROM help_request
         WHERE data_key IS NOT NULL
           AND (substring(data_key FOR 6) < $1 OR substring(data_key FOR 6) = ANY($2::bytea[]))
         LIMIT $3""",
        b"\x02",
        replaced(ring),
        AT_ONCE,
    )
    new = [await anew(vault, one) for one in old]
    async with database.transaction() as tx:
        return await keep(tx, new)


async def anew(vault: Vault, old: Old) -> New:
    """Wrapped by the newest key of the week it came in."""
    key = vault.unwrap(old.id, old.data_key, table=TABLE)
    wrapped = vault.wrapped(key, old.id, table=TABLE, kept=Kept.REQUEST, now=old.created_at)
    copy, kept_hash = old.requester_key, old.idempotency_hash
    if copy is None and (own := await own_copy(vault, old, key, wrapped)):
        copy, kept_hash = own, submitting.kept_hash(vault, old.idempotency_hash)
    return New(id=old.id, before=old.data_key, data_key=wrapped, requester_key=copy, idempotency_hash=kept_hash)


async def own_copy(vault: Vault, old: Old, key: DataKey, wrapped: bytes) -> bytes | None:
    """The person's own copy: of what older versions kept the receipt can be derived, which is why that is replaced."""
    receipt = receipts.derive(vault, old.idempotency_hash)
    if receipts.hashed(vault, receipt) != old.receipt_hash:
        return None
    lock = await receipts.lock(receipt)
    return vault.for_requester(key, old.id, wrapped, lock.stretched, lock.salt, table=TABLE)


async def keep(tx: Tx, new: Sequence[New]) -> int:
    """Write them down where nothing has changed meanwhile and nobody is at work; how many."""
    return await execute(
        tx,
        """
        UPDATE help_request h
           SET data_key = n.data_key, requester_key = n.requester_key, idempotency_hash = n.idempotency_hash
          FROM unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bytea[])
               AS n(id, before, data_key, requester_key, idempotency_hash)
         WHERE h.id = n.id AND h.data_key = n.before
           AND h.id IN (SELECT id FROM help_request WHERE id = ANY($1) FOR NO KEY UPDATE SKIP LOCKED)""",
        [one.id for one in new],
        [one.before for one in new],
        [one.data_key for one in new],
        [one.requester_key for one in new],
        [one.idempotency_hash for one in new],
    )


async def some_others(database: Database, vault: Vault, ring: Ring, now: datetime) -> int:
    """The same of reports, proposals and confidential places: of older versions, by the key of this week."""
    count, heads = 0, replaced(ring)
    for kept_in, update in UPDATES.items():
        for one in await rows.with_heads(database.reader, kept_in, heads, most=AT_ONCE):
            key = vault.unwrap(one.subject, one.data_key, table=one.bound_to)
            kept, moment = KEPT.get(kept_in, Kept.WORDS), when(epoch_of(one.data_key)) or now
            wrapped = vault.wrapped(key, one.subject, table=one.bound_to, kept=kept, now=moment)
            async with database.transaction() as tx:
                count += await execute(tx, update, one.subject, one.data_key, wrapped)
    return count


def when(epoch: Epoch | None) -> datetime | None:
    return datetime.combine(epoch.begins_on, time(12), UTC) if epoch else None
