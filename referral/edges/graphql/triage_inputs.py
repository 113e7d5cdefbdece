"""What staff send about a request, and what it becomes for the domain."""

from datetime import date

import msgspec
import strawberry

from referral.edges.graphql.inputs import id_of, listed
from referral.edges.graphql.scalars import LanguageTag, described
from referral.edges.house import House
from referral.edges.lookups import canonical_tags
from referral.foundation.errors import ValidationFailed, problem
from referral.foundation.vocabulary import CasePosture, HelpType
from referral.intake.correcting import Correction
from referral.intake.words import AgeBand, CloseReason, ConsentScope, ContactChannel, UrgencyCriterion
from referral.triage.consenting import Told
from referral.triage.states import TriageStep
from referral.triage.triage import Triage


@strawberry.input(description="What is known better now. What is left out, or null, stays; the level follows from it.")
class TriageFactsInput:
    help_types: list[HelpType] | None = described("What is needed, the first need first; at most 10.", default=None)
    languages: list[LanguageTag] | None = described("Languages spoken, best first; at most 10.", default=None)
    posture: CasePosture | None = described("Where the case stands.", default=None)
    age: AgeBand | None = described("Whether they are a child.", default=None)
    needs_interpreter: bool | None = described("Whether they need an interpreter.", default=None)
    next_hearing_on: date | None = described(
        "When the next hearing is; null says that it is not known.", default=strawberry.UNSET
    )
    arrived_on: date | None = described("When they arrived; null says that it is not known.", default=strawberry.UNSET)
    circumstances_added: list[UrgencyCriterion] | None = described(
        "What makes it urgent and was not stated; needs a reason.", default=None
    )
    circumstances_struck: list[UrgencyCriterion] | None = described(
        "What was stated and is not so; needs a reason.", default=None
    )


@strawberry.input(description="What staff decide about a request: a step, facts, or both. They have it in hand then.")
class TriageInput:
    id: strawberry.ID = described("The request.")
    idempotency_key: str = described("8 to 200 characters, best a random UUID; a retry is the same act.")
    step: TriageStep | None = described("Where it goes from here.", default=None)
    close_reason: CloseReason | None = described("Why it is closed; with CLOSE only.", default=None)
    facts: TriageFactsInput | None = described("What is known better now.", default=None)
    reason: str | None = described(
        "Why, for colleagues: kept as a note, sealed, at most 2,000 characters.", default=None
    )
    question: str | None = described(
        "What the person is asked, in their language; with ASK_PERSON only, at most 1,000 characters. They read it as "
        "a message. Without one they read that the team needs to know something more.",
        default=None,
    )


@strawberry.input(description="What a person told staff about one of their consents.")
class RecordConsentInput:
    request_id: strawberry.ID = described("The request.")
    scope: ConsentScope = described("What it is about.")
    agrees: bool = described("Whether the person agrees to it now.")
    heard_by: ContactChannel = described("How you heard it; not RECEIPT_ONLY.")
    language: LanguageTag = described("In which language you explained it.")


async def told_of(house: House, asked: RecordConsentInput) -> Told:
    language = (await house.shelf.read(house.database.reader)).tag(asked.language)
    if language is None:
        told = "This is no language tag we know. Look it up with languages."
        raise ValidationFailed([problem("language", "UNKNOWN_LANGUAGE", told)])
    return Told(
        request_id=id_of(asked.request_id, "request_id"),
        scope=asked.scope,
        agrees=asked.agrees,
        heard_by=asked.heard_by,
        language=language,
    )


async def triage_of(house: House, asked: TriageInput) -> Triage:
    return Triage(
        request_id=id_of(asked.id, "id"),
        idempotency_key=asked.idempotency_key,
        correction=None if asked.facts is None else await correction_of(house, asked.facts),
        step=asked.step,
        close_reason=asked.close_reason,
        reason=asked.reason,
        question=asked.question,
    )


async def correction_of(house: House, asked: TriageFactsInput) -> Correction:
    tags = asked.languages
    return Correction(
        help_types=listed(asked.help_types),
        languages=None if tags is None else await canonical_tags(house, tags, "facts.languages"),
        posture=asked.posture,
        age=asked.age,
        needs_interpreter=asked.needs_interpreter,
        next_hearing_on=msgspec.UNSET if asked.next_hearing_on is strawberry.UNSET else asked.next_hearing_on,
        arrived_on=msgspec.UNSET if asked.arrived_on is strawberry.UNSET else asked.arrived_on,
        circumstances_added=tuple(asked.circumstances_added or ()),
        circumstances_struck=tuple(asked.circumstances_struck or ()),
    )
