"""Staff take a referral back, open or accepted, and say why; the request comes to them, and the provider is told."""

from datetime import datetime
from uuid import UUID

from referral.foundation import outbox
from referral.foundation.actors import Staff
from referral.foundation.db import Tx
from referral.foundation.errors import FieldProblem, NotFound, ValidationFailed, problem
from referral.foundation.outbox import JobKind
from referral.foundation.vault import Vault
from referral.intake import requests
from referral.intake.words import HelpRequestStatus
from referral.referrals import answering, notes, offers, states, steps
from referral.referrals.notes import By
from referral.referrals.reading import Referral, referral
from referral.referrals.words import ReferralStatus

# Whoever has at least opened an offer may be at work on it. One that lies unread is met by its page.
HAS_SEEN = frozenset({ReferralStatus.VIEWED, ReferralStatus.MORE_INFO}) | states.AFTER_YES


async def recall(tx: Tx, vault: Vault, staff: Staff, id: UUID, reason: str, *, now: datetime) -> Referral:
    """Take a live referral back for good: its provider is not asked again about this person by machine.

    Raises ValidationFailed without a reason, NotFound, and Conflict or AlreadyAnswered where it has ended.
    """
    if problems := wrong_in(reason):
        raise ValidationFailed(problems)
    await answering.hold_still(tx, id)
    was, by = await referral(tx, id), By(kind=staff.kind, id=staff.id)
    if was is None:
        raise NotFound("There is no such referral.")
    allowed = states.before(ReferralStatus.RECALLED)
    recalled = await steps.move_at_any_time(tx, id, ReferralStatus.RECALLED, allowed, by)
    if recalled is None:
        raise await steps.why_not(tx, id, ReferralStatus.RECALLED)
    await answering.keep_words(tx, vault, recalled, reason, None, by)
    await offers.become(tx, was.request_id, HelpRequestStatus.IN_TRIAGE, now=now)
    await requests.record(tx, was.request_id, "recalled", by.kind, at=now, subject_id=id)
    if was.status in HAS_SEEN:
        await outbox.put(tx, JobKind.TELL_WITHDRAWN, id)
    await offers.let_go(tx, was)
    return recalled


def wrong_in(reason: str) -> list[FieldProblem]:
    if not notes.says_something(reason):
        return [problem("reason", "EMPTY", "Say why. The team reads it, the provider does not.")]
    return notes.wrong_in("reason", reason)
