"""The person takes a request back: every offer is recalled and every place given back, in the same transaction."""

from datetime import datetime

from referral.foundation.actors import ActorKind
from referral.foundation.db import Tx
from referral.foundation.vault import Vault
from referral.intake import requests
from referral.intake.requests import HelpRequest
from referral.referrals import notes, offers
from referral.referrals.notes import By
from referral.referrals.words import ReferralStatus


async def withdraw(tx: Tx, vault: Vault, receipt: str, *, erase: bool, now: datetime) -> HelpRequest:
    """Close the request of this receipt, and on wish erase it. NotFound if there is none."""
    closed = await requests.close(tx, vault, receipt, erase=erase, now=now)
    await offers.end_all(tx, closed.id, ReferralStatus.RECALLED, By(kind=ActorKind.REQUESTER))
    if erase:
        await notes.forget(tx, closed.id)
        await offers.forget(tx, closed.id)
    return closed
