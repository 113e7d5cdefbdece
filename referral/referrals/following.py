"""After a yes: the provider is asked what became of it, at first soon and then seldom, and silence is noticed."""

from datetime import datetime, timedelta
from uuid import UUID

from referral.foundation import outbox
from referral.foundation.actors import ActorKind
from referral.foundation.db import Tx, value
from referral.foundation.errors import NotFound
from referral.foundation.outbox import JobKind
from referral.intake import requests
from referral.referrals import answering, states
from referral.referrals.reading import Referral, referral
from referral.referrals.words import ReferralStatus

AGAIN_UNREACHED = timedelta(days=4)
AGAIN_IN_SERVICE = timedelta(days=30)
MOST_UNREACHED = 2  # then a person of the team calls: someone may be waiting for a call that never comes
MOST_LETTERS = 8


async def asked(tx: Tx, id: UUID, *, now: datetime) -> None:
    """Write down that the provider was asked, and order the next letter; nothing where the referral has ended."""
    try:
        await answering.hold_still(tx, id)
    except NotFound:  # deleted with its request meanwhile
        return
    found = await referral(tx, id)
    if found is None or found.status not in states.AFTER_YES:
        return
    await requests.record(tx, found.request_id, "followed_up", ActorKind.SYSTEM, at=now, subject_id=id)
    letters: int = await value(
        tx,
        "SELECT count(*) FROM request_event WHERE request_id = $1 AND kind = 'followed_up' AND subject_id = $2",
        found.request_id,
        id,
    )
    if is_silent(found, letters):
        await requests.record(tx, found.request_id, "needs_person", ActorKind.SYSTEM, at=now, subject_id=id)
    elif letters < MOST_LETTERS:
        await outbox.put(tx, JobKind.FOLLOW_UP, id, run_at=now + pause(found))


def is_silent(found: Referral, letters: int) -> bool:
    """Said yes, was asked as often as it makes sense, and has not told that the person was reached."""
    return found.status is ReferralStatus.ACCEPTED and letters >= MOST_UNREACHED


def pause(found: Referral) -> timedelta:
    return AGAIN_UNREACHED if found.status is ReferralStatus.ACCEPTED else AGAIN_IN_SERVICE
