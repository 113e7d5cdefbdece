"""What does a person at the desk decide about a request, and what follows from it?"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from referral.foundation import outbox
from referral.foundation.actors import Staff
from referral.foundation.db import Tx
from referral.foundation.errors import Conflict, FieldProblem, ValidationFailed, problem
from referral.foundation.outbox import JobKind
from referral.foundation.vault import Vault
from referral.intake import claims, consents, correcting, messages, notes, requests
from referral.intake.correcting import Correction
from referral.intake.requests import HelpRequest
from referral.intake.words import CloseReason, HelpRequestStatus
from referral.referrals import offers, reading, steps
from referral.referrals import states as of_offers
from referral.referrals.notes import By
from referral.referrals.words import ReferralStatus
from referral.triage import asking, claiming, once, states
from referral.triage.states import TriageStep

HISTORY = {
    TriageStep.ASK_PERSON: "asked_person",
    TriageStep.HAND_BACK: "handed_back",
    TriageStep.WAITLIST: "waitlisted",
    TriageStep.CLOSE: "closed",
    TriageStep.ADMIT: "admitted",
    TriageStep.REOPEN: "reopened",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    """One act: facts known better, a step, or both; and why."""

    request_id: UUID
    idempotency_key: str
    correction: Correction | None = None
    step: TriageStep | None = None
    close_reason: CloseReason | None = None
    reason: str | None = field(default=None, repr=False)
    question: str | None = field(default=None, repr=False)  # what the person is asked


async def triage(tx: Tx, vault: Vault, staff: Staff, act: Triage, *, now: datetime) -> None:
    """Do it once; whoever acts has the request in hand from then on, unless the act lets it go.

    Raises ValidationFailed, NotFound, Conflict as the request stands, HeldByAnother, IdempotencyKeyReused.
    """
    if problems := wrong_in(act):
        raise ValidationFailed(problems)
    request = await claiming.found(tx, act.request_id)
    if not await once.is_first(tx, vault, staff, request.id, act.idempotency_key, act):
        return
    to = None if act.step is None else states.advance(request.status, act.step, request.close_reason)
    if act.step is not TriageStep.REOPEN and not request.is_live:
        raise Conflict("This request is closed. Reopen it first.")
    must_fit_quarantine(request, act)
    if act.correction is not None:
        await correct(tx, vault, staff, request, act.correction, now=now)
    if act.step is not TriageStep.REOPEN:
        await claiming.take(tx, staff, request, now=now)
    if act.reason is not None:
        await notes.keep(tx, vault, request, staff, act.reason.strip(), now=now)
    if act.step is not None and to is not None:
        await claiming.note(tx, staff, request.id, HISTORY[act.step], now=now)
        await move(tx, staff, request, act.step, to, act.close_reason, now=now)
    if act.step is TriageStep.ASK_PERSON:
        await asking.ask(tx, vault, staff, request, act.question, act.idempotency_key, now=now)


def must_fit_quarantine(request: HelpRequest, act: Triage) -> None:
    """What is in quarantine is let out or closed, and staff say why. Raises Conflict and ValidationFailed."""
    if request.quarantined is None:
        if act.step is TriageStep.ADMIT:
            raise Conflict("This request is not in quarantine.")
        return
    if act.step is not None and act.step not in states.IN_QUARANTINE:
        raise Conflict("This request is in quarantine. Let it out with ADMIT first, or close it.")
    if act.step is not None and act.reason is None:
        raise ValidationFailed([problem("reason", "EMPTY", "Say why it is let out of quarantine, or closed.")])


def wrong_in(act: Triage) -> list[FieldProblem]:
    problems = [*once.wrong_in(act.idempotency_key), *wrong_in_closing(act)]
    if act.step is None and act.correction is None:
        problems.append(problem("step", "EMPTY", "Say what to do: a step, facts, or both."))
    if act.question is not None:
        problems += wrong_in_question(act.question, act)
    if act.reason is not None:
        problems += notes.wrong_in("reason", act.reason)
    elif act.correction is not None and act.correction.moves_circumstances:
        problems.append(problem("reason", "EMPTY", "Say why this is more or less urgent than was stated."))
    return problems


def wrong_in_question(question: str, act: Triage) -> list[FieldProblem]:
    if act.step is not TriageStep.ASK_PERSON:
        return [problem("question", "NOT_ASKING", "This goes with the step ASK_PERSON only.")]
    found = messages.wrong_in(question, act.idempotency_key)
    return [
        FieldProblem(path=("question",), code=one.code, message=one.message) for one in found if one.path == ("text",)
    ]


def wrong_in_closing(act: Triage) -> list[FieldProblem]:
    if act.step is TriageStep.CLOSE and act.close_reason is None:
        return [problem("close_reason", "EMPTY", "Say why it is closed.")]
    if act.close_reason is not None and act.step is not TriageStep.CLOSE:
        return [problem("close_reason", "NOT_CLOSING", "This goes with the step CLOSE only.")]
    if act.close_reason in states.NOT_FOR_STAFF:
        told = "Only the person, or the clock, closes for this reason. If they told you: CONSENT_WITHDRAWN."
        return [problem("close_reason", "NOT_FOR_STAFF", told)]
    return []


async def correct(
    tx: Tx, vault: Vault, staff: Staff, request: HelpRequest, correction: Correction, *, now: datetime
) -> None:
    facts = requests.facts_of(vault, request)
    if problems := correcting.wrong_in(correction, facts, today=now.date()):
        raise ValidationFailed(under("facts", problems))
    await correcting.correct(tx, vault, request, correction, staff, now=now)
    await claiming.note(tx, staff, request.id, "updated", now=now)


def under(path: str, problems: list[FieldProblem]) -> list[FieldProblem]:
    return [FieldProblem(path=(path, *one.path), code=one.code, message=one.message) for one in problems]


async def move(
    tx: Tx,
    staff: Staff,
    request: HelpRequest,
    step: TriageStep,
    to: HelpRequestStatus,
    reason: CloseReason | None,
    *,
    now: datetime,
) -> None:
    match step:
        case TriageStep.CLOSE:
            await close(tx, staff, request, reason or CloseReason.OUTSIDE_SCOPE, now=now)
        case TriageStep.REOPEN:
            await reopen(tx, staff, request, now=now)
        case TriageStep.ADMIT:
            await requests.let_out(tx, request.id)
            await claims.drop(tx, request.id)
            await claiming.go_on(tx, request.id, now=now)
        case TriageStep.HAND_BACK:
            await claims.drop(tx, request.id)
            await claiming.go_on(tx, request.id, now=now)
        case TriageStep.WAITLIST:
            if any(one.status in of_offers.OPEN for one in await reading.of_request(tx, request.id)):
                raise Conflict("An offer of this request is open. Take it back first, or wait for the answer.")
            await offers.become(tx, request.id, to, now=now)
        case TriageStep.ASK_PERSON:
            await offers.become(tx, request.id, to, now=now)


async def close(tx: Tx, staff: Staff, request: HelpRequest, reason: CloseReason, *, now: datetime) -> None:
    """Take open offers back. Whoever had said yes keeps a person who was served; else they hear that it is over."""
    by = By(kind=staff.kind, id=staff.id)
    ending = of_offers.OPEN if reason in states.SERVED else of_offers.LIVE
    ended = await steps.end(tx, request.id, ReferralStatus.RECALLED, by, of=ending)
    await requests.set_status(tx, request.id, HelpRequestStatus.CLOSED, reason=reason, now=now)
    await claims.drop(tx, request.id)
    if reason is CloseReason.CONSENT_WITHDRAWN:
        await consents.withdraw_all(tx, request.id, now=now)
        await requests.record(tx, request.id, "consent_withdrawn", staff.kind, at=now, actor_id=staff.id)
    for referral in ended:
        if referral.shows_person:
            await outbox.put(tx, JobKind.TELL_WITHDRAWN, referral.id)
    await offers.settle(tx, ended)


async def reopen(tx: Tx, staff: Staff, request: HelpRequest, *, now: datetime) -> None:
    """A yes that still holds is where it stands; else whoever reopens it works on it."""
    stands = await offers.after_yes(tx, request.id) or HelpRequestStatus.IN_TRIAGE
    await requests.set_status(tx, request.id, stands, now=now)
    await outbox.put(tx, JobKind.RE_EVALUATE, request.id)  # it may have come due while it was closed
    await claiming.take(tx, staff, request, now=now)
