"""A provider's answer to an offer: yes, no for a reason, or a question first.

What a no does to what is offered later is in `effects`.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from referral.directory import capacity
from referral.directory.upkeep import reports
from referral.foundation.actors import ActorKind
from referral.foundation.db import Tx, one
from referral.foundation.errors import FieldProblem, NotFound, ValidationFailed, problem
from referral.foundation.vault import Vault
from referral.intake import requests
from referral.intake.words import HelpRequestStatus
from referral.referrals import effects, notes, offers, states, steps, telling
from referral.referrals.effects import Effect, Next
from referral.referrals.notes import By
from referral.referrals.reading import Referral
from referral.referrals.words import DeclineReason, ReferralAnswer, ReferralStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Whose offer it is, and of which request: that never changes."""

    request_id: UUID
    provider_id: UUID

    def speaker(self, by: By) -> By:
        """A link speaks for its provider."""
        is_link = by.id is None and by.kind is ActorKind.PROVIDER_STAFF
        return By(kind=by.kind, id=self.provider_id) if is_link else by


async def hold_still(tx: Tx, id: UUID) -> Held:
    """Lock the request of this offer, before anything of it is read that might change. NotFound if there is none."""
    held = await one(
        tx,
        Held,
        """
        SELECT r.request_id, r.provider_id
          FROM referral r JOIN help_request h ON h.id = r.request_id
         WHERE r.id = $1
           FOR UPDATE OF h""",
        id,
    )
    if held is None:
        raise NotFound("There is no such referral.")
    return held


async def answer(
    tx: Tx,
    vault: Vault,
    id: UUID,
    reply: ReferralAnswer,
    by: By,
    *,
    reason: DeclineReason | None = None,
    words: str | None = None,
    now: datetime,
) -> Referral:
    """A provider's answer to an offer, with a few words where it wants to say more.

    Raises NotFound, Expired, AlreadyAnswered or Conflict as the referral stands, NoCapacity where the last place has
    gone, ValidationFailed for a decline without a reason, a question without words, or unfit words.
    """
    if problems := wrong_in(reply, reason, words):
        raise ValidationFailed(problems)
    held = await hold_still(tx, id)
    by = held.speaker(by)
    match reply:
        case ReferralAnswer.ACCEPT:
            answered = await accept(tx, id, by, now=now)
        case ReferralAnswer.DECLINE:
            answered = await decline(tx, id, by, reason or DeclineReason.OTHER, now=now)
        case ReferralAnswer.ASK:
            answered = await ask(tx, id, by, now=now)
    if words:
        await keep_words(tx, vault, answered, words, reason, by)
    return answered


def wrong_in(reply: ReferralAnswer, reason: DeclineReason | None, words: str | None) -> list[FieldProblem]:
    problems = notes.wrong_in("note", words)
    if reply is ReferralAnswer.DECLINE and reason is None:
        problems.append(problem("decline_reason", "EMPTY", "Say why. It decides what is offered later."))
    if reply is ReferralAnswer.ASK and not notes.says_something(words):
        problems.append(problem("note", "EMPTY", "Write what you would like to know."))
    return problems


async def keep_words(tx: Tx, vault: Vault, of: Referral, words: str, reason: DeclineReason | None, by: By) -> None:
    """Seal what was written beside an answer. Of a conflict of interest nothing is kept but that there is one."""
    if reason is DeclineReason.CONFLICT_OF_INTEREST:
        return
    request = await requests.request(tx, of.request_id)
    if request is not None:
        await notes.keep(tx, vault, request, of.id, words, by)


async def accept(tx: Tx, id: UUID, by: By, *, now: datetime) -> Referral:
    moved = await steps.accept(tx, id, by)
    if not moved:
        raise await steps.why_not(tx, id, ReferralStatus.ACCEPTED)
    accepted, *recalled = moved
    await requests.refer(
        tx,
        accepted.request_id,
        by.kind,
        by.id,
        referral_id=id,
        asked_at=now + offers.FIRST_FOLLOW_UP,
        told_at=now + telling.SOON,
        now=now,
    )
    if recalled:
        await offers.settle(tx, recalled, taking=accepted)
    count = None if recalled else accepted.capacity_id
    await capacity.say_yes(tx, accepted.provider_id, count, held=accepted.holds)
    return accepted


async def decline(tx: Tx, id: UUID, by: By, reason: DeclineReason, *, now: datetime) -> Referral:
    effect = effects.of(reason)
    declined = await steps.move(
        tx, id, ReferralStatus.DECLINED, states.OPEN, by, reason=reason, not_again_for=effect.not_again_for
    )
    if declined is None:
        raise await steps.why_not(tx, id, ReferralStatus.DECLINED)
    await requests.record(tx, declined.request_id, "declined", by.kind, at=now, subject_id=id)
    await apply(tx, declined, effect, now=now)
    return declined


async def apply(tx: Tx, ended: Referral, effect: Effect, *, now: datetime, had_place: bool | None = None) -> None:
    """What follows from a no: for the request, then for the count of places, then for the provider's listing.

    `had_place` says whether a place was taken and not only held, where the referral had been accepted.
    """
    if effect.raises_to is not None:
        await requests.raise_to(tx, ended.request_id, effect.raises_to, now=now)
    if effect.next is Next.GO_ON:
        await offers.go_on(tx, ended.request_id, now=now)
    else:
        await offers.leave_to_a_person(tx, ended.request_id, now=now)
    if effect.closes_provider:
        await capacity.lock_counts(tx, ended.provider_id)
    await offers.let_go(tx, ended, had_taken=had_place)
    if effect.closes_provider:
        await capacity.declare_full(tx, ended.provider_id)
    if effect.flags is not None:
        await reports.flag(tx, ended.provider_id, effect.flags, now=now)


async def ask(tx: Tx, id: UUID, by: By, *, now: datetime) -> Referral:
    asked = await steps.move(tx, id, ReferralStatus.MORE_INFO, states.OPEN - {ReferralStatus.MORE_INFO}, by)
    if asked is None:
        raise await steps.why_not(tx, id, ReferralStatus.MORE_INFO)
    # Only a person can answer a question, so the request goes to one; the offer's clock runs on.
    await offers.become(tx, asked.request_id, HelpRequestStatus.IN_TRIAGE, now=now)
    await requests.record(tx, asked.request_id, "more_info", by.kind, at=now, subject_id=id)
    return asked
