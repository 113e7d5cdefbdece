"""What goes with a week's key: its rows are emptied, since nobody can read them any more.

Weeks whose requests have all been deleted end by themselves. A database in which nothing of a week is left, not even
the empty rows of those who asked then, ends nothing: it may be another one than the keys belong to.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import LiteralString
from uuid import UUID

from referral.foundation import outbox
from referral.foundation.actors import ActorKind
from referral.foundation.db import Reader, Tx, execute, value
from referral.foundation.keys.epochs import Epoch, Kept
from referral.foundation.keys.ring import Ring
from referral.foundation.outbox import JobKind
from referral.foundation.vault import BY_EPOCH
from referral.intake import claims, requests
from referral.intake.words import CloseReason, HelpRequestStatus
from referral.referrals import erasing, offers
from referral.referrals.erasing import Why
from referral.referrals.notes import By
from referral.referrals.words import ReferralStatus

SETTLING = timedelta(days=2)  # after a week's end nothing is sealed under it any more
AT_ONCE = 100

# $1, $2: from when to when; $3: how its data keys begin; $4: how its copies for receipts do.
ALL_GONE: dict[Kept, LiteralString] = {
    Kept.REQUEST: """
        SELECT EXISTS (SELECT FROM help_request WHERE created_at >= $1 AND created_at < $2)
           AND NOT EXISTS (SELECT FROM help_request WHERE data_key IS NOT NULL AND substring(data_key FOR 6) = $3)
           AND NOT EXISTS (SELECT FROM help_request
                            WHERE created_at >= $1 - interval '1 day' AND created_at < $2 + interval '1 day'
                              AND substring(requester_key FROM 2 FOR 5) = $4)""",
    Kept.WORDS: """
        SELECT (EXISTS (SELECT FROM listing_report WHERE sent_at >= $1 AND sent_at < $2)
                OR EXISTS (SELECT FROM listing_proposal WHERE proposed_at >= $1 AND proposed_at < $2))
           AND NOT EXISTS (SELECT FROM listing_report WHERE substring(data_key FOR 6) = $3)
           AND NOT EXISTS (SELECT FROM listing_proposal WHERE substring(data_key FOR 6) = $3)
           AND NOT EXISTS (SELECT FROM proposed_fact WHERE substring(data_key FOR 6) = $3)
           AND $4::bytea IS NOT NULL""",
}


async def outlived(at: Reader, ring: Ring, *, today: date) -> list[Epoch]:
    """Epochs that are over and of which everything has been deleted: nothing readable goes with their keys."""
    over = [one.epoch for one in ring.held() if not one.is_destroyed and one.epoch.ends_on + SETTLING <= today]
    return [epoch for epoch in over if epoch.kept in ALL_GONE and await is_all_gone(at, epoch)]


async def is_all_gone(at: Reader, epoch: Epoch) -> bool:
    return await value(
        at,
        ALL_GONE[epoch.kept],
        datetime.fromisoformat(f"{epoch.begins_on}T00:00:00+00:00"),
        datetime.fromisoformat(f"{epoch.ends_on}T00:00:00+00:00"),
        BY_EPOCH + epoch.prefix,
        epoch.prefix,
    )


def heads_of_destroyed(ring: Ring) -> list[bytes]:
    return [BY_EPOCH + one.epoch.prefix for one in ring.held() if one.is_destroyed]


async def unreadable(at: Reader, heads: Sequence[bytes]) -> list[UUID]:
    """Some of the requests whose key is gone."""
    return (
        await value(
            at,
            """
            SELECT array_agg(id) FROM (SELECT id FROM help_request
                                        WHERE data_key IS NOT NULL AND substring(data_key FOR 6) = ANY($1::bytea[])
                                        ORDER BY id LIMIT $2) AS found""",
            list(heads),
            AT_ONCE,
        )
        or []
    )


async def empty(tx: Tx, id: UUID, heads: Sequence[bytes], *, now: datetime) -> bool:
    """Leave of a request whose key is gone a row that says nothing; whether it was still to be done.

    Whoever had said yes is told that it was taken back, since the person's contact went to them.
    """
    held = await requests.locked(tx, id)
    if held is None or held.data_key is None or held.data_key[:6] not in heads:
        return False
    if held.status is not HelpRequestStatus.CLOSED:
        await requests.set_status(tx, id, HelpRequestStatus.CLOSED, reason=CloseReason.EXPIRED_RETENTION, now=now)
    ended = await offers.end_all(tx, id, ReferralStatus.RECALLED, By(kind=ActorKind.SYSTEM))
    await claims.drop(tx, id)
    for referral in ended:
        if referral.shows_person:
            await outbox.put(tx, JobKind.TELL_WITHDRAWN, referral.id)
    await erasing.erase(tx, id, Why.BY_KEY, ActorKind.SYSTEM, now=now)
    return True


async def empty_words(tx: Tx, heads: Sequence[bytes]) -> None:
    """The same of what was written beside reports and proposals; what they are about stays."""
    for statement in (
        "UPDATE listing_report SET data_key = NULL, words = NULL WHERE substring(data_key FOR 6) = ANY($1::bytea[])",
        "UPDATE listing_proposal SET data_key = NULL, words = NULL WHERE substring(data_key FOR 6) = ANY($1::bytea[])",
        "UPDATE proposed_fact SET data_key = NULL, words = NULL WHERE substring(data_key FOR 6) = ANY($1::bytea[])",
    ):
        await execute(tx, statement, list(heads))
