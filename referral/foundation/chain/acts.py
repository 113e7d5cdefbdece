"""How is an act of the audit trail written out, so that anybody can hash it and finds the same?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import LiteralString
from uuid import UUID

import orjson

from referral.foundation.actors import ActorKind

START = bytes(32)  # what the first act is chained to
FORM = "referral audit 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A row of the trail: kinds, ids and numbers, and nothing that was seen."""

    id: int
    at: datetime
    actor: ActorKind
    actor_id: UUID | None
    act: str
    subject_id: UUID
    counts: Mapping[str, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An act with its place in the chain."""

    position: int
    hash: bytes
    act: Act


ACT: LiteralString = "id, at, actor, actor_id, act, subject_id, counts"


def written(act: Act, position: int) -> bytes:
    """JSON without spaces: form, position, id, microseconds since 1970, actor, its id, act, subject, counts by name."""
    return orjson.dumps(
        [
            FORM,
            position,
            act.id,
            microseconds(act.at),
            act.actor.value,
            str(act.actor_id) if act.actor_id else None,
            act.act,
            str(act.subject_id),
            act.counts,
        ],
        option=orjson.OPT_SORT_KEYS,
    )


def chained(previous: bytes, act: Act, position: int) -> bytes:
    """The hash of an act at this position after the one before it."""
    return sha256(previous + written(act, position)).digest()


def microseconds(at: datetime) -> int:
    """Whole numbers: a float would round them."""
    spent = at.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (spent.days * 86_400 + spent.seconds) * 1_000_000 + spent.microseconds
