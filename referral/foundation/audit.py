"""Who looked at a person's details, or let them go: a row in the transaction that does it, before anything is shown."""

from uuid import UUID

from referral.foundation.actors import ActorKind
from referral.foundation.db import Tx, execute


async def record(tx: Tx, *, actor: ActorKind, actor_id: UUID | None, act: str, subject_id: UUID) -> None:
    """Write the row. If it cannot be written, the transaction fails and nothing is shown."""
    await execute(
        tx,
        "INSERT INTO audit_event (actor, actor_id, act, subject_id) VALUES ($1, $2, $3, $4)",
        actor.value,
        actor_id,
        act,
        subject_id,
    )
