"""A provider that is suspended loses what it was offered at once, and each person's search goes on.

What it had accepted stays: staff must speak with the person, and decide.
"""

from datetime import datetime
from uuid import UUID

from referral.foundation import outbox
from referral.foundation.actors import ActorKind
from referral.foundation.db import Tx, many
from referral.foundation.outbox import JobKind
from referral.intake import requests
from referral.referrals import effects, offers, states, steps
from referral.referrals.offers import THE_SYSTEM
from referral.referrals.reading import REFERRAL, Referral, referral
from referral.referrals.words import ReferralStatus


async def order_recalls(tx: Tx, provider: UUID) -> int:
    """Have every open offer to this provider recalled; how many there are.

    Each in a transaction of its own: a request is locked before its offers, and here the provider was first.
    """
    held = await many(
        tx,
        Referral,
        f"SELECT {REFERRAL} FROM referral WHERE provider_id = $1 AND status = ANY($2::text[])",
        provider,
        [status.value for status in states.OPEN],
    )
    for offer in held:
        await outbox.put(tx, JobKind.RECALL_OFFER, offer.id)
    return len(held)


async def recall(tx: Tx, id: UUID, *, now: datetime) -> None:
    """Take one open offer back; nothing happens to one that has ended or was answered meanwhile."""
    found = await referral(tx, id)
    if found is None:
        return
    await requests.locked(tx, found.request_id)
    recalled = await steps.move(tx, id, ReferralStatus.RECALLED, states.OPEN, THE_SYSTEM, not_again_for=effects.AT_ONCE)
    if recalled is None:
        return
    await requests.record(tx, recalled.request_id, "recalled", ActorKind.SYSTEM, at=now, subject_id=id)
    await offers.go_on(tx, recalled.request_id, now=now)
    await offers.let_go(tx, recalled)
