"""Who has opened this request? What the person may know of it: the role of who did, and the hour."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from referral.foundation.actors import ActorKind
from referral.foundation.db import Reader, many

# A yes of a provider is told to the person apart, and what staff decide is no look.
LOOKS = ("request_read", "person_read", "messages_read", "notes_read", "person_exported", "contact_opened")
MOST_TOLD = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Somebody in this role opened the request within this hour, once or more often."""

    hour: datetime
    actor: ActorKind


async def of(at: Reader, request_id: UUID) -> list[Opening]:
    """Who has opened a request, the newest first. The caller has shown its receipt."""
    return await many(
        at,
        Opening,
        """
        SELECT date_trunc('hour', at, 'UTC') AS hour, actor FROM audit_event
         WHERE subject_id = $1 AND act = ANY($2::text[])
         GROUP BY hour, actor
         ORDER BY hour DESC, actor
         LIMIT $3""",
        request_id,
        list(LOOKS),
        MOST_TOLD,
    )
