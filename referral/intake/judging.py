"""How urgent is what waits, today? Hearings come nearer and deadlines pass while nobody touches a request.

The dates are sealed, so the level cannot be asked for: it is judged anew each day, and stands open as of that day.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import msgspec

from referral.foundation.actors import ActorKind
from referral.foundation.db import Tx, execute, many
from referral.foundation.vault import Vault, unseal
from referral.intake.form import Facts
from referral.intake.requests import TABLE, urgency_of
from referral.intake.words import UrgencyLevel

AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A request as far as its urgency is concerned."""

    id: UUID
    created_at: datetime
    urgency: UrgencyLevel
    data_key: bytes = field(repr=False)
    facts: bytes = field(repr=False)


async def judge_some(tx: Tx, vault: Vault, *, now: datetime) -> int:
    """Judge some that were not judged today; how many, 0 when none is left. What somebody works on now comes later."""
    waiting = await many(
        tx,
        Waiting,
        """
        SELECT id, created_at, urgency, data_key, facts FROM help_request
         WHERE status <> 'closed' AND data_key IS NOT NULL AND (judged_on IS NULL OR judged_on < $1)
         ORDER BY judged_on NULLS FIRST, id
         LIMIT $2
           FOR UPDATE SKIP LOCKED""",
        now.date(),
        AT_ONCE,
    )
    judged = [(one, urgency_of(opened(vault, one), asked_at=one.created_at, now=now)) for one in waiting]
    await execute(
        tx,
        """
        UPDATE help_request h
           SET urgency = j.level, respond_by = j.respond_by, judged_on = $4
          FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS j(id, level, respond_by)
         WHERE h.id = j.id""",
        [one.id for one, _ in judged],
        [now_is.level.value for _, now_is in judged],
        [now_is.respond_by for _, now_is in judged],
        now.date(),
    )
    await execute(
        tx,
        """
        INSERT INTO request_event (request_id, at, kind, actor)
        SELECT id, $2, 'urgency_changed', $3 FROM unnest($1::uuid[]) AS id""",
        [one.id for one, now_is in judged if now_is.level is not one.urgency],
        now,
        ActorKind.SYSTEM.value,
    )
    return len(waiting)


def opened(vault: Vault, waiting: Waiting) -> Facts:
    key = vault.unwrap(waiting.id, waiting.data_key)
    return msgspec.json.decode(unseal(key, waiting.facts, table=TABLE, row=waiting.id, name="facts"), type=Facts)
