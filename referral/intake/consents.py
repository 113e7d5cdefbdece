"""What a person agrees to, in which words, and whether it still stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from referral.foundation.actors import StaffId
from referral.foundation.db import Reader, Tx, execute, many, value
from referral.intake.words import ConsentScope, ContactChannel


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """One thing agreed to, in which words and language, and whether it still stands."""

    scope: ConsentScope
    given_at: datetime
    withdrawn_at: datetime | None
    text_version: str
    language: str
    heard_by: ContactChannel | None
    withdrawal_heard_by: ContactChannel | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Which member of staff heard it from the person, and how."""

    by: StaffId
    channel: ContactChannel


async def given(at: Reader, id: UUID) -> list[Consent]:
    """Everything ever agreed to, in order."""
    return await many(
        at,
        Consent,
        """
        SELECT scope, given_at, withdrawn_at, text_version, language, heard_by, withdrawal_heard_by FROM consent
         WHERE request_id = $1
         ORDER BY given_at, scope""",
        id,
    )


async def standing(at: Reader, id: UUID) -> frozenset[ConsentScope]:
    """What is agreed to now."""
    return frozenset(consent.scope for consent in await given(at, id) if consent.withdrawn_at is None)


async def give(
    tx: Tx, id: UUID, scope: ConsentScope, heard: Heard, text_version: str, language: str, *, now: datetime
) -> bool:
    """The person agrees, by word of mouth; whether they did not before. The caller has locked the request."""
    given = await execute(
        tx,
        """
        INSERT INTO consent (request_id, scope, given_at, text_version, language, recorded_by, heard_by)
        SELECT $1::uuid, $2::text, $3::timestamptz, $4, $5, $6::uuid, $7
         WHERE NOT EXISTS (SELECT FROM consent WHERE request_id = $1 AND scope = $2 AND withdrawn_at IS NULL)""",
        id,
        scope.value,
        now,
        text_version,
        language,
        heard.by,
        heard.channel.value,
    )
    return given > 0


async def withdraw(tx: Tx, id: UUID, scope: ConsentScope, heard: Heard, *, now: datetime) -> bool:
    """The person agrees no longer, by word of mouth; whether they did before."""
    withdrawn = await execute(
        tx,
        """
        UPDATE consent SET withdrawn_at = $3, withdrawal_recorded_by = $4, withdrawal_heard_by = $5
         WHERE request_id = $1 AND scope = $2 AND withdrawn_at IS NULL""",
        id,
        scope.value,
        now,
        heard.by,
        heard.channel.value,
    )
    return withdrawn > 0


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
