"""What staff learn from the person replaces what the form said. The level is never set: it follows from the facts."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime

import msgspec
from msgspec import UNSET, UnsetType

from referral.foundation import outbox
from referral.foundation.actors import Staff
from referral.foundation.db import Tx, execute
from referral.foundation.errors import FieldProblem, problem
from referral.foundation.outbox import JobKind
from referral.foundation.vault import Vault, seal
from referral.foundation.vocabulary import CasePosture, HelpType
from referral.intake import form, requests
from referral.intake.form import Answers, Facts
from referral.intake.requests import TABLE, HelpRequest
from referral.intake.words import AgeBand, UrgencyCriterion


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What is known better now. None leaves a fact as it is; of a date, UNSET does, and None says: not known."""

    help_types: tuple[HelpType, ...] | None = None
    languages: tuple[str, ...] | None = None
    posture: CasePosture | None = None
    age: AgeBand | None = None
    needs_interpreter: bool | None = None
    next_hearing_on: date | UnsetType | None = field(default=UNSET, repr=False)
    arrived_on: date | UnsetType | None = field(default=UNSET, repr=False)
    circumstances_added: tuple[UrgencyCriterion, ...] = field(default=(), repr=False)
    circumstances_struck: tuple[UrgencyCriterion, ...] = field(default=(), repr=False)

    @property
    def moves_circumstances(self) -> bool:
        return bool(self.circumstances_added or self.circumstances_struck)


def wrong_in(correction: Correction, facts: Facts, *, today: date) -> list[FieldProblem]:
    """Empty or long lists, days that cannot be, and circumstances that nobody stated."""
    problems = [
        problem(name, "EMPTY", "Leave it out, or name at least one.") if not chosen else
        problem(name, "TOO_MANY", f"Send at most {form.LIST_LIMIT}.")
        for name, chosen in (("help_types", correction.help_types), ("languages", correction.languages))
        if chosen is not None and not 1 <= len(chosen) <= form.LIST_LIMIT
    ]  # fmt: skip
    problems += form.of_numbers(with_dates(corrected(facts, correction)), today)
    struck = set(correction.circumstances_struck)
    if struck & set(correction.circumstances_added):
        problems.append(problem("circumstances_struck", "ADDED_AND_STRUCK", "The same is added and struck."))
    if struck - facts.circumstances:
        told = "Nobody stated this. What follows from dates or from where the case stands changes with those."
        problems.append(problem("circumstances_struck", "NOT_STATED", told))
    return problems


def with_dates(facts: Facts) -> Answers:
    """The facts as answers, as far as their days and numbers are looked at."""
    return Answers(
        idempotency_key="",
        representation=facts.representation,
        can_afford=facts.can_afford,
        help_types=(),
        languages=(),
        consents=(),
        country=facts.country,
        household_size=facts.household_size,
        arrived_on=facts.arrived_on,
        next_hearing_on=facts.next_hearing_on,
    )


def corrected(facts: Facts, correction: Correction) -> Facts:
    """The facts as they are known now."""
    stated = facts.circumstances - set(correction.circumstances_struck) | set(correction.circumstances_added)
    hearing, arrived = correction.next_hearing_on, correction.arrived_on
    return replace(
        facts,
        posture=correction.posture or facts.posture,
        age=correction.age or facts.age,
        needs_interpreter=facts.needs_interpreter
        if correction.needs_interpreter is None
        else correction.needs_interpreter,
        next_hearing_on=facts.next_hearing_on if isinstance(hearing, UnsetType) else hearing,
        arrived_on=facts.arrived_on if isinstance(arrived, UnsetType) else arrived,
        circumstances=frozenset(stated),
    )


async def correct(
    tx: Tx, vault: Vault, request: HelpRequest, correction: Correction, staff: Staff, *, now: datetime
) -> None:
    """Seal the facts anew and route by them; the caller has locked the request and looked what is wrong."""
    facts = corrected(requests.facts_of(vault, request), correction)
    how_urgent = requests.urgency_of(
        facts,
        asked_at=request.created_at,
        now=now,
        raised_to=request.raised_to,
        waited_until=await requests.waited_until(tx, request.id),
    )
    key = requests.key_of(vault, request)
    await execute(
        tx,
        """
        UPDATE help_request
           SET facts = $2, help_types = $3, languages = $4, urgency = $5, respond_by = $6, updated_at = $7
         WHERE id = $1""",
        request.id,
        seal(key, msgspec.json.encode(facts), table=TABLE, row=request.id, name="facts"),
        list(dict.fromkeys(correction.help_types or request.help_types)),
        list(dict.fromkeys(correction.languages or request.languages)),
        how_urgent.level.value,
        how_urgent.respond_by,
        now,
    )
    await outbox.put(tx, JobKind.RE_EVALUATE, request.id)  # other dates, another day at which the level changes
    if how_urgent.level is not request.urgency:
        await requests.record(tx, request.id, "urgency_changed", staff.kind, at=now, actor_id=staff.id)
