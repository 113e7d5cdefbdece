"""What a person agrees to, in which words, and whether it still stands."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from referral.foundation.db import Reader, many
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
