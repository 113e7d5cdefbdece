"""Staff choose a provider themselves: against the machine's advice only with a reason, against consent never."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from referral.foundation.actors import Staff
from referral.foundation.db import Reader, Tx, one, refusing
from referral.foundation.errors import (
    Conflict,
    FieldProblem,
    IdempotencyKeyReused,
    NoCapacity,
    NotFound,
    ValidationFailed,
    problem,
)
from referral.foundation.vault import Vault
from referral.intake import requests
from referral.intake.form import KEY_LENGTH
from referral.intake.requests import HelpRequest
from referral.matching import finding
from referral.matching.answers import Rule, RuleAnswer
from referral.matching.pair import Need
from referral.matching.verdicts import Verdict
from referral.referrals import needs, notes, offers
from referral.referrals.notes import By
from referral.referrals.placing import terms
from referral.referrals.reading import REFERRAL, Referral, of_request

HOURS = range(1, 24 * 14 + 1)
MOST_ALTERNATIVES = 3
ANOTHER_OFFER = "This idempotency key was used for another offer. Make a new key."


class ConsentMissing(Conflict):
    """The person has not agreed that a provider is told anything."""

    code = "CONSENT_MISSING"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which request to which provider, for how long, and why against the rules if it is."""

    idempotency_key: str
    request_id: UUID
    provider_id: UUID
    expires_in_hours: int | None = None
    override_reason: str | None = field(default=None, repr=False)


async def offer_chosen(tx: Tx, vault: Vault, staff: Staff, choice: Choice, *, now: datetime) -> Referral:
    """Offer a request to the provider that staff chose. The same key and choice again is the same offer.

    Raises ValidationFailed (a rule speaks against it and no reason is given), NotFound, Conflict, ConsentMissing, and
    NoCapacity where the provider is full and no reason is given.
    """
    if problems := wrong_in(choice):
        raise ValidationFailed(problems)
    key_hash = vault.digest("offer", f"{staff.id}/{choice.idempotency_key}")
    request = await requests.locked(tx, choice.request_id)
    if request is None or request.data_key is None:
        raise not_found("request_id", "There is no such request.")
    if made := await made_before(tx, key_hash, choice):
        return made
    if not request.is_live:
        raise Conflict("This request is closed.")
    if request.quarantined is not None:
        raise Conflict("This request is in quarantine. Let it out first.")
    need, verdict = await judged(tx, vault, request, choice.provider_id, now=now)
    check(verdict, choice)
    agreed = replace(
        terms(need, verdict),
        lives=timedelta(hours=choice.expires_in_hours) if choice.expires_in_hours else need.urgency.offer_lives,
        holds=not is_full(verdict),
        idempotency_hash=key_hash,
    )
    by = By(kind=staff.kind, id=staff.id)
    with refusing(referral_once_per_key=IdempotencyKeyReused(ANOTHER_OFFER)):  # for another request, this moment
        made = await offers.offer(tx, request, agreed, by, now=now)
    if choice.override_reason:
        await notes.keep(tx, vault, request, made.id, choice.override_reason, by)
    return made


async def judged(
    at: Reader, vault: Vault, request: HelpRequest, provider_id: UUID, *, now: datetime
) -> tuple[Need, Verdict]:
    """What matching says of a provider for the first need without anybody that it serves. Raises NotFound."""
    wanted = await needs_now(at, vault, request, now=now)
    verdict = await finding.verdict(at, wanted[0], provider_id, now=now)
    if verdict is None:
        raise not_found("provider_id", "There is no such listing.")
    gives = verdict.candidate.help_types
    need = next((one for one in wanted if needs.serves_at_all(one.help_types[0], gives)), wanted[0])
    if need is wanted[0]:
        return need, verdict
    return need, await finding.verdict(at, need, provider_id, now=now) or verdict


async def needs_now(at: Reader, vault: Vault, request: HelpRequest, *, now: datetime) -> list[Need]:
    """The request as matching reads it, once for each need that has nobody yet; for all, where each has somebody."""
    whole = await finding.need_of(at, vault, request, now=now)
    wanted = needs.unmet(request.help_types, await of_request(at, request.id)) or request.help_types
    return [needs.looking_for(whole, one, wanted) for one in wanted]


def wrong_in(choice: Choice) -> list[FieldProblem]:
    problems = notes.wrong_in("override_reason", choice.override_reason)
    if len(choice.idempotency_key) not in KEY_LENGTH:
        problems.append(problem("idempotency_key", "LENGTH", "Send 8 to 200 characters; a random UUID is best."))
    if choice.expires_in_hours is not None and choice.expires_in_hours not in HOURS:
        problems.append(problem("expires_in_hours", "OUT_OF_RANGE", f"Send 1 to {HOURS.stop - 1} hours."))
    return problems


def check(verdict: Verdict, choice: Choice) -> None:
    """Consent always counts; any other rule and a full provider may be overridden by a person who says why."""
    failed = [one.rule for one in verdict.results if one.answer is RuleAnswer.FAIL]
    if Rule.CONSENT in failed:
        raise ConsentMissing("The person has not agreed that a provider is told about them. Ask them first.")
    if choice.override_reason and choice.override_reason.strip():
        return
    if failed:
        against = ", ".join(rule.value for rule in failed)
        raise ValidationFailed(
            [problem("override_reason", "EMPTY", f"The rules speak against this provider ({against}). Say why anyway.")]
        )
    if is_full(verdict):
        raise NoCapacity("Every place of this provider is taken or held.")


def is_full(verdict: Verdict) -> bool:
    """Places are counted and none is left, whatever else the provider says: one that declared itself full is closed."""
    free = verdict.candidate.free_places
    return free is not None and free <= 0


async def made_before(at: Reader, key_hash: bytes, choice: Choice) -> Referral | None:
    """The offer this key made; IdempotencyKeyReused if it made another."""
    made = await one(at, Referral, f"SELECT {REFERRAL} FROM referral WHERE idempotency_hash = $1", key_hash)
    if made is not None and (made.request_id, made.provider_id) != (choice.request_id, choice.provider_id):
        raise IdempotencyKeyReused(ANOTHER_OFFER)
    return made


async def alternatives(at: Reader, vault: Vault, request: HelpRequest, *, now: datetime) -> tuple[Verdict, ...]:
    """Other providers with room, best first."""
    need, *_ = await needs_now(at, vault, request, now=now)
    return await finding.ranked(at, need, now=now, first=MOST_ALTERNATIVES, counts=finding.has_room)


def not_found(path: str, message: str) -> NotFound:
    refusal = NotFound(message)
    refusal.path = (path,)
    return refusal
