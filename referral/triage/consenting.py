"""A person tells staff what they agree to, or no longer do: it is written down with who heard it, and how."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from referral.foundation import audit
from referral.foundation.actors import Staff
from referral.foundation.db import Tx
from referral.foundation.errors import FieldProblem, ValidationFailed, problem
from referral.intake import consents, requests, submitting
from referral.intake.consents import Heard
from referral.intake.words import ConsentScope, ContactChannel
from referral.referrals import offers, states, steps
from referral.referrals.notes import By
from referral.referrals.words import ReferralStatus
from referral.triage import claiming


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a person said about one scope, how it was heard, and in which language it was explained."""

    request_id: UUID
    scope: ConsentScope
    agrees: bool
    heard_by: ContactChannel
    language: str


async def record(tx: Tx, staff: Staff, told: Told, *, now: datetime) -> None:
    """Write it down; what is so already is left. Whoever picks up the telephone may, whoever has the request in hand.

    Raises ValidationFailed, NotFound, Conflict where the request is closed.
    """
    if problems := wrong_in(told):
        raise ValidationFailed(problems)
    request = await claiming.live(tx, told.request_id)
    heard = Heard(by=staff.id, channel=told.heard_by)
    if told.agrees:
        changed = await consents.give(
            tx, request.id, told.scope, heard, submitting.QUESTION_SET, told.language, now=now
        )
    else:
        changed = await consents.withdraw(tx, request.id, told.scope, heard, now=now)
    if not changed:
        return
    kind = "consent_given" if told.agrees else "consent_withdrawn"
    await requests.record(tx, request.id, kind, staff.kind, at=now, actor_id=staff.id)
    await audit.record(tx, actor=staff.kind, actor_id=staff.id, act=kind, subject_id=request.id)
    await claiming.keep_longer(tx, staff, request.id, now=now)
    if told.scope is ConsentScope.SHARE_SUMMARY and not told.agrees:
        await recall(tx, staff, request.id, now=now)


def wrong_in(told: Told) -> list[FieldProblem]:
    problems: list[FieldProblem] = []
    if told.heard_by is ContactChannel.RECEIPT_ONLY:
        problems.append(problem("heard_by", "NOT_A_WAY", "Say how you heard it."))
    if told.scope is ConsentScope.STORE_REQUEST and not told.agrees:
        told_how = "Without this nothing may be kept: close the request, with CONSENT_WITHDRAWN as the reason."
        problems.append(problem("scope", "CLOSE_INSTEAD", told_how))
    return problems


async def recall(tx: Tx, staff: Staff, request_id: UUID, *, now: datetime) -> None:
    """Nobody may look at the summary any more: offers that wait for an answer are taken back."""
    by = By(kind=staff.kind, id=staff.id)
    ended = await steps.end(tx, request_id, ReferralStatus.RECALLED, by, of=states.OPEN)
    if ended:
        await offers.go_on(tx, request_id, now=now)
        await offers.settle(tx, ended)
