"""The person takes a request back: offers are recalled, places given back, and whoever had said yes is told."""

from datetime import datetime
from uuid import UUID

from referral.foundation import outbox
from referral.foundation.actors import ActorKind
from referral.foundation.db import Tx, execute
from referral.foundation.outbox import JobKind
from referral.foundation.vault import Vault
from referral.intake import claims, requests
from referral.intake.requests import HelpRequest
from referral.referrals import notes, offers
from referral.referrals.notes import By
from referral.referrals.words import ReferralStatus


async def withdraw(tx: Tx, vault: Vault, receipt: str, *, erase: bool, now: datetime) -> HelpRequest:
    """Close the request of this receipt, and on wish erase it. NotFound if there is none."""
    closed = await requests.close(tx, vault, receipt, now=now)
    ended = await offers.end_all(tx, closed.id, ReferralStatus.RECALLED, By(kind=ActorKind.REQUESTER))
    await claims.drop(tx, closed.id)
    for referral in ended:
        if referral.shows_person:
            await outbox.put(tx, JobKind.TELL_WITHDRAWN, referral.id)
    if erase:
        await notes.forget(tx, closed.id)
        await blank(tx, closed.id)
        return await requests.wipe(tx, closed.id, now) or closed
    return closed


async def blank(tx: Tx, request_id: UUID) -> None:
    """Blank what the referrals of an erased request could still tell: why not, how well it fit, how urgent it was."""
    await execute(
        tx,
        """
        UPDATE referral SET decline_reason = NULL, outcome = NULL, needs = ARRAY[help_type], score = 0,
                            expires_at = offered_at
         WHERE request_id = $1""",
        request_id,
    )
