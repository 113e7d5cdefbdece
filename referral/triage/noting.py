"""A note for colleagues, as one member of staff writes it."""

from datetime import datetime
from uuid import UUID

from referral.foundation.actors import Staff
from referral.foundation.db import Tx
from referral.foundation.errors import ValidationFailed
from referral.foundation.vault import Vault
from referral.intake import notes
from referral.triage import claiming, once


async def add(
    tx: Tx, vault: Vault, staff: Staff, request_id: UUID, text: str, *, key: str | None = None, now: datetime
) -> None:
    """Keep a note; a claim of one's own lasts longer by it. Closed requests can be written on, erased ones cannot.

    Raises ValidationFailed, NotFound, IdempotencyKeyReused.
    """
    if problems := [*notes.wrong_in("text", text), *once.wrong_in(key)]:
        raise ValidationFailed(problems)
    request = await claiming.found(tx, request_id)
    if not await once.is_first(tx, vault, staff, request_id, key, ("note", text)):
        return
    await notes.keep(tx, vault, request, staff, text.strip(), now=now)
    await claiming.note(tx, staff, request_id, "noted", now=now)
    await claiming.keep_longer(tx, staff, request_id, now=now)
