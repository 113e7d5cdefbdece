"""Who asked with this phone or address? Staff search exactly, say why, and leave a trace before they see the answer."""

from datetime import datetime, timedelta
from uuid import uuid4

from referral.foundation import audit
from referral.foundation.actors import Staff
from referral.foundation.db import Tx, execute, value
from referral.foundation.errors import RateLimited, ValidationFailed, problem
from referral.foundation.vault import Vault
from referral.foundation.vocabulary import Word
from referral.intake import contacts
from referral.intake.requests import HelpRequest

LONGEST = 200
MOST_AN_HOUR = 20
HOUR = timedelta(hours=1)


class ContactSearchReason(Word):
    """Why somebody looks for a person by a phone or an address."""

    PERSON_CALLED = "person_called", "The person has called or written, and does not have the receipt at hand."
    SENT_TWICE = "sent_twice", "The same person may have asked twice."
    ERASURE_ASKED = "erasure_asked", "The person wants to know what is kept of them, or to have it erased."
    PROVIDER_CALLED = "provider_called", "A provider has called about somebody it accepted."


async def search(
    tx: Tx, vault: Vault, staff: Staff, written: str, reason: ContactSearchReason, *, now: datetime
) -> list[HelpRequest]:
    """The requests that give exactly this phone or address. The rows that say who looked are written first.

    Raises ValidationFailed for what is neither, RateLimited after so many within an hour.
    """
    if len(written) > LONGEST or not contacts.as_searched(written):
        raise ValidationFailed([problem("contact", "NO_CONTACT", "Write a whole phone number or e-mail address.")])
    # One search of somebody at a time, so that the number within an hour is what it says.
    await execute(tx, "SELECT FROM staff WHERE id = $1 FOR NO KEY UPDATE", staff.id)
    lately: int = await value(
        tx, "SELECT count(*) FROM contact_search WHERE staff_id = $1 AND at > $2", staff.id, now - HOUR
    )
    if lately >= MOST_AN_HOUR:
        raise RateLimited("So many searches within an hour. Ask a supervisor.", retry_after_seconds=3600)
    id, found = uuid4(), await contacts.giving(tx, vault, written)
    await execute(
        tx,
        "INSERT INTO contact_search (id, staff_id, at, reason, found) VALUES ($1, $2, $3, $4, $5)",
        id,
        staff.id,
        now,
        reason.value,
        len(found),
    )
    await audit.record(tx, actor=staff.kind, actor_id=staff.id, act="contact_searched", subject_id=id)
    await audit.record_each(
        tx, actor=staff.kind, actor_id=staff.id, act="request_read", subject_ids=[one.id for one in found]
    )
    return found
