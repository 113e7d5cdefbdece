"""What became of a yes: the person was reached, was helped, or was not.

The provider tells by its link or with its key, or staff for it. Help ends the referral and, once every need has been
seen to, the request; where there was no help, the search goes on or a person looks, as `effects` says.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from referral.directory import capacity
from referral.foundation.db import Tx
from referral.foundation.errors import FieldProblem, NotFound, ValidationFailed, problem
from referral.foundation.vault import Vault
from referral.intake import claims, requests
from referral.intake.words import CloseReason, HelpRequestStatus
from referral.referrals import answering, effects, needs, notes, offers, states, steps
from referral.referrals.effects import AT_ONCE, Effect, Next
from referral.referrals.notes import By
from referral.referrals.reading import Referral, of_request, referral
from referral.referrals.words import DeclineReason, ReferralOutcome, ReferralStatus

CLOSES_AS = {
    ReferralOutcome.SERVED_FULL: CloseReason.SERVED_FULL,
    ReferralOutcome.SERVED_LIMITED: CloseReason.SERVED_LIMITED,
    ReferralOutcome.ADVICE_GIVEN: CloseReason.ADVICE_GIVEN,
}
# The team tries other ways to reach the person; the same provider may then be asked again.
OF_UNREACHABLE = Effect(not_again_for=AT_ONCE, next=Next.ASK_A_PERSON)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a provider tells after its yes: that the person was reached, or how it ended and why there was no help."""

    reached: bool | None = None
    outcome: ReferralOutcome | None = None
    reason: DeclineReason | None = None
    words: str | None = field(default=None, repr=False)


async def record(tx: Tx, vault: Vault, id: UUID, told: Told, by: By, *, now: datetime) -> Referral:
    """Keep what became of an accepted referral. The same told again changes nothing.

    Raises ValidationFailed, NotFound, AlreadyAnswered where another outcome stands, Conflict where there was no yes.
    """
    if problems := wrong_in(told):
        raise ValidationFailed(problems)
    held = await answering.hold_still(tx, id)
    was, by = await referral(tx, id), held.speaker(by)
    if was is None:
        raise NotFound("There is no such referral.")
    if told.outcome is None:
        return was if was.status is ReferralStatus.IN_PROGRESS else await reach(tx, vault, was, told, by, now=now)
    if was.outcome is told.outcome:
        return was
    return await conclude(tx, vault, was, told, told.outcome, by, now=now)


def wrong_in(told: Told) -> list[FieldProblem]:
    problems = notes.wrong_in("note", told.words)
    if told.outcome is None and not told.reached:
        problems.append(
            problem("outcome", "EMPTY", "Say that the person was reached, or how it ended; UNREACHABLE if not.")
        )
    if told.reached is False and told.outcome in effects.SERVED:
        problems.append(problem("reached", "CONTRADICTS", "Nobody is helped without being reached."))
    if told.reached and told.outcome is ReferralOutcome.UNREACHABLE:
        problems.append(problem("reached", "CONTRADICTS", "Whoever was reached was not unreachable."))
    if told.outcome is ReferralOutcome.NOT_SERVED and told.reason is None:
        problems.append(problem("reason", "EMPTY", "Say why. It decides what is offered later."))
    if told.reason is not None and told.outcome is not ReferralOutcome.NOT_SERVED:
        problems.append(problem("reason", "ONLY_NOT_SERVED", "A reason belongs to NOT_SERVED only."))
    return problems


async def reach(tx: Tx, vault: Vault, was: Referral, told: Told, by: By, *, now: datetime) -> Referral:
    """The provider and the person are in touch: the hand-over is done."""
    allowed = states.before(ReferralStatus.IN_PROGRESS)
    reached = await steps.move_at_any_time(tx, was.id, ReferralStatus.IN_PROGRESS, allowed, by)
    if reached is None:
        raise await steps.why_not(tx, was.id, ReferralStatus.IN_PROGRESS)
    await requests.set_status(tx, was.request_id, HelpRequestStatus.IN_SERVICE, now=now)
    await requests.record(tx, was.request_id, "handoff_confirmed", by.kind, at=now, subject_id=was.id)
    if told.words:
        await answering.keep_words(tx, vault, was, told.words, None, by)
    return reached


async def conclude(
    tx: Tx, vault: Vault, was: Referral, told: Told, outcome: ReferralOutcome, by: By, *, now: datetime
) -> Referral:
    helped = outcome in effects.SERVED
    effect = effects.of(told.reason) if told.reason else OF_UNREACHABLE
    ended = await steps.move_at_any_time(
        tx,
        was.id,
        ReferralStatus.COMPLETED if helped else ReferralStatus.FAILED,
        states.AFTER_YES,
        by,
        outcome=outcome,
        reason=told.reason,
        not_again_for=effects.FOR_GOOD if helped else effect.not_again_for,
    )
    if ended is None:
        raise await steps.why_not(tx, was.id, ReferralStatus.COMPLETED)
    await requests.record(tx, was.request_id, "outcome_recorded", by.kind, at=now, subject_id=was.id)
    if told.words:
        await answering.keep_words(tx, vault, was, told.words, told.reason, by)
    if not helped:
        await answering.apply(tx, ended, effect, now=now, had_place=True)
        return ended
    await go_on_or_close(tx, ended, CLOSES_AS[outcome], by, now=now)
    if ended.capacity_id is not None and await capacity.comes_back(tx, ended.capacity_id):
        await capacity.release(tx, ended.capacity_id, taken=True)
    return ended


async def go_on_or_close(tx: Tx, ended: Referral, reason: CloseReason, by: By, *, now: datetime) -> None:
    """Close the request once every need has been seen to and nothing of it is open; else the rest goes on."""
    request, all_of_it = await requests.request(tx, ended.request_id), await of_request(tx, ended.request_id)
    if request is None:
        return
    if needs.unmet(request.help_types, all_of_it) or any(one.status in states.LIVE for one in all_of_it):
        await offers.go_on(tx, request.id, now=now)
        return
    await requests.set_status(tx, request.id, HelpRequestStatus.CLOSED, reason=reason, now=now)
    await claims.drop(tx, request.id)
    await requests.record(tx, request.id, "closed", by.kind, at=now, subject_id=ended.id)
