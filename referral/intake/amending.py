"""The person corrects a request by its receipt: what is not named stays, what is named is checked as at first.

Saying the same twice changes nothing, so no key is needed to make a retry safe.
"""

from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from enum import Enum
from typing import Any, Final
from uuid import UUID

import msgspec

from referral.foundation import outbox
from referral.foundation.actors import ActorKind
from referral.foundation.db import Tx, execute
from referral.foundation.errors import Conflict, NotFound
from referral.foundation.outbox import JobKind
from referral.foundation.vault import Vault, seal
from referral.foundation.vocabulary import CasePosture, HelpType, ProtectionClaim
from referral.intake import consents, form, requests
from referral.intake.form import Answers, Facts, LookedUp, Person, Submission
from referral.intake.requests import TABLE, HelpRequest
from referral.intake.submitting import QUESTION_SET
from referral.intake.words import (
    AgeBand,
    CanAfford,
    ConsentScope,
    HelpRequestStatus,
    InterpreterGender,
    Representation,
    UrgencyCriterion,
    Wish,
)


class Stays(Enum):
    """What is not named stays as it is; None is a value, and clears what may be empty."""

    AS_IT_IS = "as it is"


AS_IT_IS: Final = Stays.AS_IT_IS


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What the person names, under the names of `Answers`; `place` says that a place was named and looked up."""

    representation: Representation | Stays = AS_IT_IS
    can_afford: CanAfford | Stays = AS_IT_IS
    help_types: tuple[HelpType, ...] | Stays = AS_IT_IS
    languages: tuple[str, ...] | Stays = AS_IT_IS
    consents: tuple[ConsentScope, ...] | Stays = AS_IT_IS
    claims: tuple[ProtectionClaim, ...] | Stays = AS_IT_IS
    posture: CasePosture | Stays = AS_IT_IS
    reading_language: str | Stays | None = AS_IT_IS
    needs_interpreter: bool | Stays | None = AS_IT_IS
    interpreter_gender: InterpreterGender | Stays | None = field(default=AS_IT_IS, repr=False)
    wishes: tuple[Wish, ...] | Stays = field(default=AS_IT_IS, repr=False)
    country: str | Stays | None = field(default=AS_IT_IS, repr=False)
    household_size: int | Stays | None = field(default=AS_IT_IS, repr=False)
    age: AgeBand | Stays = AS_IT_IS
    circumstances: tuple[UrgencyCriterion, ...] | Stays = field(default=AS_IT_IS, repr=False)
    arrived_on: date | Stays | None = field(default=AS_IT_IS, repr=False)
    next_hearing_on: date | Stays | None = field(default=AS_IT_IS, repr=False)
    court: UUID | Stays | None = field(default=AS_IT_IS, repr=False)
    person: Person | Stays | None = field(default=AS_IT_IS, repr=False)
    near: str | Stays | None = field(default=AS_IT_IS, repr=False)

    @property
    def named(self) -> dict[str, Any]:
        """What is to change, by name."""
        pairs = ((one.name, getattr(self, one.name)) for one in fields(self))
        return {name: said for name, said in pairs if said is not AS_IT_IS}

    @property
    def tags(self) -> tuple[str, ...]:
        """Every language tag that must be known."""
        spoken = () if isinstance(self.languages, Stays) else self.languages
        reads = self.reading_language
        return spoken if isinstance(reads, Stays) or reads is None else (*spoken, reads)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended:
    """The request after the change, and whether anything has changed."""

    request: HelpRequest
    changed: bool


async def amend(tx: Tx, vault: Vault, receipt: str, changes: Changes, found: LookedUp, *, now: datetime) -> Amended:
    """Change the request of this receipt, which stays locked. What follows for its offers is the caller's.

    Raises NotFound, Conflict for one that is closed, and ValidationFailed with every problem there is.
    """
    held = await requests.held_by_receipt(tx, vault, receipt)
    if held is None or held.data_key is None:
        raise NotFound("No request has this receipt. Check the digits.")
    if not held.is_live:
        raise Conflict("This request is closed. Send a new one, if help is needed again.")
    facts, person = requests.facts_of(vault, held), requests.person_of(vault, held)
    standing = await consents.standing(tx, held.id)
    before = answered(held, facts, person, standing)
    named = changes.named
    submission = form.parse(
        replace(before, **named),
        looked_up(facts, held, named, found),
        today=now.date(),
        unasked=frozenset({"arrived_on", "next_hearing_on"} - named.keys()),
    )
    consents_changed = await agree(tx, held.id, standing, submission, now=now)
    if not consents_changed and is_same(held, facts, person, submission):
        return Amended(request=held, changed=False)
    await keep(tx, vault, held, submission, now=now)
    if held.status is HelpRequestStatus.NEEDS_INFO:
        await requests.set_status(tx, held.id, HelpRequestStatus.IN_TRIAGE, now=now)
    await requests.record(tx, held.id, "updated", ActorKind.REQUESTER, at=now)
    return Amended(request=requests.with_key(await requests.request(tx, held.id), held.key) or held, changed=True)


def answered(request: HelpRequest, facts: Facts, person: Person | None, standing: frozenset[ConsentScope]) -> Answers:
    """The request as it would be answered today to stand as it does."""
    return Answers(
        idempotency_key=str(request.id),  # of the form's length; an amendment has none
        representation=facts.representation,
        can_afford=facts.can_afford,
        help_types=request.help_types,
        languages=request.languages,
        consents=tuple(standing),
        claims=facts.claims,
        posture=facts.posture,
        reading_language=facts.reading_language,
        needs_interpreter=facts.needs_interpreter,
        interpreter_gender=facts.interpreter_gender,
        wishes=tuple(facts.wishes),
        country=facts.country,
        household_size=facts.household_size,
        age=facts.age,
        circumstances=tuple(facts.circumstances),
        arrived_on=facts.arrived_on,
        next_hearing_on=facts.next_hearing_on,
        court=facts.court.id if facts.court else None,
        person=person,
        on_behalf=facts.on_behalf,
        ui_language=facts.ui_language,
    )


def looked_up(facts: Facts, request: HelpRequest, named: dict[str, Any], found: LookedUp) -> LookedUp:
    """What was looked up for what is named, beside what is known of the rest already."""
    known = {tag: tag for tag in (*request.languages, facts.ui_language, facts.reading_language) if tag}
    return LookedUp(
        languages={**known, **found.languages},
        place=found.place if "near" in named else facts.place,
        court=found.court if "court" in named else facts.court,
    )


def is_same(request: HelpRequest, facts: Facts, person: Person | None, submission: Submission) -> bool:
    return (request.help_types, request.languages, facts, person) == (
        submission.help_types,
        submission.languages,
        submission.facts,
        submission.person,
    )


async def agree(tx: Tx, id: UUID, standing: frozenset[ConsentScope], submission: Submission, *, now: datetime) -> bool:
    """Withdraw what is agreed to no longer, write down what is agreed to now; whether anything changed."""
    gone, new = standing - submission.consents, submission.consents - standing
    await execute(
        tx,
        """
        UPDATE consent SET withdrawn_at = $3
         WHERE request_id = $1 AND scope = ANY($2::text[]) AND withdrawn_at IS NULL""",
        id,
        sorted(gone),
        now,
    )
    await execute(
        tx,
        """
        INSERT INTO consent (request_id, scope, given_at, text_version, language)
        SELECT $1, scope, $3, $4, $5 FROM unnest($2::text[]) AS scope""",
        id,
        sorted(new),
        now,
        QUESTION_SET,
        submission.facts.ui_language,
    )
    for kind, scopes in (("consent_withdrawn", gone), ("consent_given", new)):
        if scopes:
            await requests.record(tx, id, kind, ActorKind.REQUESTER, at=now)
    return bool(gone or new)


async def keep(tx: Tx, vault: Vault, held: HelpRequest, submission: Submission, *, now: datetime) -> None:
    """Seal what is said now in the place of what was said before, and judge the urgency anew."""
    facts, person = submission.facts, submission.person
    key = requests.key_of(vault, held)
    urgency = requests.urgency_of(
        facts,
        asked_at=held.created_at,
        now=now,
        raised_to=held.raised_to,
        waited_until=await requests.waited_until(tx, held.id),
    )
    await execute(
        tx,
        """
        UPDATE help_request
           SET help_types = $2, languages = $3, country = $4, state = $5, urgency = $6, respond_by = $7, facts = $8,
               person = $9, updated_at = $10
         WHERE id = $1""",
        held.id,
        list(submission.help_types),
        list(submission.languages),
        facts.place.country if facts.place else None,
        facts.place.state if facts.place else None,
        urgency.level.value,
        urgency.respond_by,
        seal(key, msgspec.json.encode(facts), table=TABLE, row=held.id, name="facts"),
        seal(key, msgspec.json.encode(person), table=TABLE, row=held.id, name="person") if person else None,
        now,
    )
    if urgency.level is not held.urgency:
        await requests.record(tx, held.id, "urgency_changed", ActorKind.SYSTEM, at=now)
    await outbox.put(tx, JobKind.RE_EVALUATE, held.id)  # other dates, another day at which the level changes
