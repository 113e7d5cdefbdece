"""What a person agrees to, in which words, and whether it still stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from referral.foundation.db import Reader, Tx, execute, many, value
from referral.intake.words import ConsentScope


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """One thing agreed to, in which words and language, and whether it still stands."""

    scope: ConsentScope
    given_at: datetime
    withdrawn_at: datetime | None
    text_version: str
    language: str


async def given(at: Reader, id: UUID) -> list[Consent]:
    """Everything ever agreed to, in order."""
    return await many(
        at,
        Consent,
        """
        SELECT scope, given_at, withdrawn_at, text_version, language FROM consent
         WHERE request_id = $1
         ORDER BY given_at, scope""",
        id,
    )


async def standing(at: Reader, id: UUID) -> frozenset[ConsentScope]:
    """What is agreed to now."""
    return frozenset(consent.scope for consent in await given(at, id) if consent.withdrawn_at is None)


async def withdraw_all(tx: Tx, id: UUID, *, now: datetime) -> None:
    """The person agrees to nothing any more."""
    await execute(tx, "UPDATE consent SET withdrawn_at = $2 WHERE request_id = $1 AND withdrawn_at IS NULL", id, now)


async def agreeing(at: Reader, ids: Sequence[UUID], scope: ConsentScope) -> frozenset[UUID]:
    """Which of these requests agree to this now."""
    found: list[UUID] = await value(
        at,
        """
        SELECT coalesce(array_agg(request_id), '{}') FROM consent
         WHERE request_id = ANY($1::uuid[]) AND scope = $2 AND withdrawn_at IS NULL""",
        list(ids),
        scope.value,
    )
    return frozenset(UUID(bytes=id.bytes) for id in found)
