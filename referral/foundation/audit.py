"""Who looked at a person's details, or let them go: a row in the transaction that does it, before anything is shown."""

from collections.abc import Mapping, Sequence
from typing import LiteralString
from uuid import UUID

from referral.foundation.actors import ActorKind
from referral.foundation.db import Tx, execute

# For a statement that does what is recorded, too: `rows` gives actor, its id, the act and the subject.
RECORD: LiteralString = "INSERT INTO audit_event (actor, actor_id, act, subject_id) {rows}"


async def record(tx: Tx, *, actor: ActorKind, actor_id: UUID | None, act: str, subject_id: UUID) -> None:
    """Write the row. If it cannot be written, the transaction fails and nothing is shown."""
    await execute(
        tx,
        RECORD.format(rows="VALUES ($1, $2, $3, $4)"),
        actor.value,
        actor_id,
        act,
        subject_id,
    )


async def record_erasure(
    tx: Tx, *, actor: ActorKind, actor_id: UUID | None, act: str, subject_id: UUID, counts: Mapping[str, int]
) -> None:
    """What an erasure took away: how many rows of which table, and nothing of what they said."""
    await execute(
        tx,
        "INSERT INTO audit_event (actor, actor_id, act, subject_id, counts) VALUES ($1, $2, $3, $4, $5)",
        actor.value,
        actor_id,
        act,
        subject_id,
        {name: number for name, number in counts.items() if number},
    )


async def record_each(
    tx: Tx, *, actor: ActorKind, actor_id: UUID | None, act: str, subject_ids: Sequence[UUID]
) -> None:
    """The same for many subjects at once, as when a list shows them."""
    await execute(
        tx,
        RECORD.format(rows="SELECT $1, $2, $3, subject_id FROM unnest($4::uuid[]) AS subject_id"),
        actor.value,
        actor_id,
        act,
        list(subject_ids),
    )
