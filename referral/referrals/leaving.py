"""The person takes a request back: offers are recalled, places given back, and whoever had said yes is told."""

from datetime import datetime

from referral.foundation import outbox
from referral.foundation.actors import ActorKind
from referral.foundation.db import Tx
from referral.foundation.outbox import JobKind
from referral.foundation.vault import Vault
from referral.intake import claims, requests
from referral.intake.requests import HelpRequest
from referral.referrals import erasing, offers
from referral.referrals.erasing import Why
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
    if not erase:
        return closed
    await requests.show_sending(tx, closed.id)
    await erasing.erase(tx, closed.id, Why.ON_REQUEST, ActorKind.REQUESTER, now=now)
    return await requests.request(tx, closed.id) or closed
