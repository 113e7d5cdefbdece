"""Strangers' words become a request, or a list of problems that names every field.

Pure: what has to be looked up (languages, the place, the court) is looked up before and handed in.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from referral.foundation.errors import FieldProblem, ValidationFailed, problem
from referral.foundation.vocabulary import CasePosture, HelpType, ProtectionClaim
from referral.intake import identity_numbers
from referral.intake.words import (
    AgeBand,
    CanAfford,
    ConsentScope,
    ContactChannel,
    InterpreterGender,
    Relationship,
    Representation,
    UrgencyCriterion,
    Wish,
)

KEY_LENGTH = range(8, 201)
NOTE_LIMIT = 500
PERSON_NOTE_LIMIT = 1_200  # 500 that a person writes, and what a page adds that nothing was found for
NAME_LIMIT = 200
TIMES_LIMIT = 200
LIST_LIMIT = 10
CONTACT_LIMIT = 5
HOUSEHOLD = range(1, 31)

CONTRADICTIONS = {
    frozenset({Wish.INTERPRETER_WOMAN, Wish.INTERPRETER_MAN}): "Wish for a woman or a man to interpret, not for both.",
    frozenset({Wish.IN_PERSON, Wish.FROM_AFAR}): "Wish for a meeting in person or for help from afar, not for both.",
}

EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
COUNTRY = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a person is, as far as they said: a town, an area, or a bare point in the areas of its town."""

    place_id: UUID
    name: str
    kind: str
    country: str | None
    state: str | None
    county: str | None
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CourtNamed:
    """The immigration court a person says they are before."""

    id: UUID
    name: str
    state: str | None
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeContact:
    """A way to reach someone, and what is safe to do and say there."""

    channel: ContactChannel
    value: str = field(default="", repr=False)
    may_leave_message: bool = False
    may_say_who_we_are: bool = False
    safe_times: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What a person gave of themselves. An alias or nothing at all is fine."""

    name: str | None = field(default=None, repr=False)
    contacts: tuple[SafeContact, ...] = field(default=(), repr=False)
    note: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnBehalf:
    """Someone asks for someone else."""

    relationship: Relationship
    person_knows: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What was answered, whichever door it came through. Types are right; nothing else is checked yet."""

    idempotency_key: str
    representation: Representation
    can_afford: CanAfford
    help_types: tuple[HelpType, ...]
    languages: tuple[str, ...]
    consents: tuple[ConsentScope, ...]
    claims: tuple[ProtectionClaim, ...] = ()
    posture: CasePosture = CasePosture.UNKNOWN
    reading_language: str | None = None
    needs_interpreter: bool | None = None
    interpreter_gender: InterpreterGender | None = field(default=None, repr=False)
    wishes: tuple[Wish, ...] = field(default=(), repr=False)
    country: str | None = field(default=None, repr=False)
    household_size: int | None = field(default=None, repr=False)
    age: AgeBand = AgeBand.UNKNOWN
    circumstances: tuple[UrgencyCriterion, ...] = field(default=(), repr=False)
    arrived_on: date | None = field(default=None, repr=False)
    next_hearing_on: date | None = field(default=None, repr=False)
    court: UUID | None = field(default=None, repr=False)
    person: Person | None = field(default=None, repr=False)
    on_behalf: OnBehalf | None = None
    ui_language: str | None = None
    near: str | None = field(default=None, repr=False)  # where they are, as it was sent; read by the door

    @property
    def tags(self) -> tuple[str, ...]:
        """Every language tag that must be known."""
        return (*self.languages, *filter(None, (self.reading_language, self.ui_language)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What matching needs and nobody else may read: sealed with the request."""

    representation: Representation
    can_afford: CanAfford
    claims: tuple[ProtectionClaim, ...]
    posture: CasePosture
    reading_language: str | None
    needs_interpreter: bool | None
    place: Spot | None = field(repr=False)
    country: str | None = field(repr=False)
    household_size: int | None = field(repr=False)
    age: AgeBand
    circumstances: frozenset[UrgencyCriterion] = field(repr=False)
    arrived_on: date | None = field(repr=False)
    next_hearing_on: date | None = field(repr=False)
    court: CourtNamed | None = field(repr=False)
    on_behalf: OnBehalf | None
    ui_language: str
    interpreter_gender: InterpreterGender | None = field(default=None, repr=False)  # facts sealed before had none
    wishes: frozenset[Wish] = field(default=frozenset(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A request that may be stored."""

    help_types: tuple[HelpType, ...]
    languages: tuple[str, ...]
    consents: frozenset[ConsentScope]
    facts: Facts
    person: Person | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedUp:
    """What the database knew: canonical language tags, the place and the court, or what is wrong with them."""

    languages: Mapping[str, str]
    place: Spot | FieldProblem | None = field(default=None, repr=False)
    court: CourtNamed | FieldProblem | None = field(default=None, repr=False)


def parse(answers: Answers, found: LookedUp, *, today: date, unasked: frozenset[str] = frozenset()) -> Submission:
    """The submission in these answers; ValidationFailed with every problem there is.

    `unasked` are fields of an earlier day that nobody has asked about today: what was fit then stays.
    """
    problems = [
        *of_lists(answers),
        *of_languages(answers, found.languages),
        *of_numbers(answers, today),
        *of_person(answers.person or Person()),
        *of_helper(answers),
        *(wrong for wrong in (found.place, found.court) if isinstance(wrong, FieldProblem)),
    ]
    if problems := [one for one in problems if one.path[0] not in unasked]:
        raise ValidationFailed(problems)
    return Submission(
        help_types=tuple(dict.fromkeys(answers.help_types)),
        languages=tuple(dict.fromkeys(found.languages[tag] for tag in answers.languages)),
        # Sending a request is asking that it be kept.
        consents=frozenset(answers.consents) | {ConsentScope.STORE_REQUEST},
        facts=facts_in(answers, found),
        person=answers.person,
    )


def facts_in(answers: Answers, found: LookedUp) -> Facts:
    return Facts(
        representation=answers.representation,
        can_afford=answers.can_afford,
        claims=tuple(dict.fromkeys(answers.claims)),
        posture=answers.posture,
        reading_language=found.languages.get(answers.reading_language or ""),
        needs_interpreter=answers.needs_interpreter,
        place=found.place if isinstance(found.place, Spot) else None,
        country=answers.country,
        household_size=answers.household_size,
        age=answers.age,
        circumstances=frozenset(answers.circumstances),
        arrived_on=answers.arrived_on,
        next_hearing_on=answers.next_hearing_on,
        court=found.court if isinstance(found.court, CourtNamed) else None,
        on_behalf=answers.on_behalf,
        ui_language=found.languages.get(language_of(answers), "en"),
        interpreter_gender=answers.interpreter_gender,
        wishes=frozenset(answers.wishes),
    )


def of_lists(answers: Answers) -> list[FieldProblem]:
    problems: list[FieldProblem] = []
    if len(answers.idempotency_key) not in KEY_LENGTH:
        problems.append(
            problem(
                "idempotency_key",
                "LENGTH",
                f"Send {KEY_LENGTH.start} to {KEY_LENGTH.stop - 1} characters; a random UUID is best.",
            )
        )
    if not answers.help_types:
        problems.append(problem("help_types", "EMPTY", "Name at least one kind of help."))
    if not answers.languages:
        problems.append(problem("languages", "EMPTY", "Name at least one language the person speaks."))
    lists = {
        "help_types": answers.help_types,
        "languages": answers.languages,
        "claims": answers.claims,
        "wishes": answers.wishes,
    }
    problems += [
        problem(name, "TOO_MANY", f"Send at most {LIST_LIMIT}.")
        for name, entries in lists.items()
        if len(entries) > LIST_LIMIT
    ]
    problems += [
        problem("wishes", "CONTRADICTS", told) for pair, told in CONTRADICTIONS.items() if pair <= set(answers.wishes)
    ]
    return problems


def language_of(answers: Answers) -> str:
    """What the person was asked in, as far as we are told: else what they read, else what they speak best."""
    return answers.ui_language or answers.reading_language or next(iter(answers.languages), "")


def of_languages(answers: Answers, known: Mapping[str, str]) -> list[FieldProblem]:
    asked = [(f"languages.{index}", tag) for index, tag in enumerate(answers.languages)]
    asked += [("reading_language", answers.reading_language or "")] if answers.reading_language is not None else []
    asked += [("ui_language", answers.ui_language or "")] if answers.ui_language is not None else []
    return [
        problem(path, "UNKNOWN_LANGUAGE", "This is no language tag we know. Look it up with languages(query:).")
        for path, tag in asked
        if tag not in known
    ]


def of_numbers(answers: Answers, today: date) -> list[FieldProblem]:
    problems: list[FieldProblem] = []
    if answers.country is not None and not COUNTRY.fullmatch(answers.country):
        problems.append(problem("country", "UNKNOWN_COUNTRY", "Send two capital letters (ISO 3166-1), such as HN."))
    if answers.household_size is not None and answers.household_size not in HOUSEHOLD:
        problems.append(problem("household_size", "OUT_OF_RANGE", f"Send 1 to {HOUSEHOLD.stop - 1}."))
    if answers.arrived_on is not None and not today - timedelta(days=36525) <= answers.arrived_on <= today:
        problems.append(problem("arrived_on", "OUT_OF_RANGE", "This day has not come yet, or is too long ago."))
    # A hearing in the past is kept: it may have been missed, and that is urgent. Long ago it is a slip.
    if answers.next_hearing_on is not None and not -366 <= (answers.next_hearing_on - today).days <= 3653:
        problems.append(
            problem("next_hearing_on", "OUT_OF_RANGE", "This is more than a year ago, or more than ten years away.")
        )
    return problems


def of_person(person: Person) -> list[FieldProblem]:
    problems = [
        *of_text("person.name", person.name, NAME_LIMIT),
        *of_text("person.note", person.note, PERSON_NOTE_LIMIT),
    ]
    if len(person.contacts) > CONTACT_LIMIT:
        problems.append(problem("person.contacts", "TOO_MANY", f"Send at most {CONTACT_LIMIT}."))
    for index, contact in enumerate(person.contacts[:CONTACT_LIMIT]):
        problems += of_contact(f"person.contacts.{index}", contact)
    return problems


def of_text(path: str, text: str | None, limit: int) -> list[FieldProblem]:
    if text is None:
        return []
    if len(text) > limit:
        told = f"At most {limit} characters; these are {len(text):,}. A lawyer will ask for the story later."
        return [problem(path, "TOO_LONG", told)]
    if identity_numbers.holds_one(text):
        return [problem(path, "IDENTITY_NUMBER", "Please take out numbers from identity papers. We do not keep them.")]
    return []


def of_contact(path: str, contact: SafeContact) -> list[FieldProblem]:
    return [*of_way(f"{path}.value", contact), *of_text(f"{path}.safe_times", contact.safe_times, TIMES_LIMIT)]


def of_way(path: str, contact: SafeContact) -> list[FieldProblem]:
    """Where to reach someone: what looks like an address or a number, or free words."""
    value, channel = contact.value.strip(), contact.channel
    if not value and channel is not ContactChannel.RECEIPT_ONLY:
        return [problem(path, "EMPTY", "Say where to reach the person, or choose RECEIPT_ONLY.")]
    if len(value) > NAME_LIMIT:
        return [problem(path, "TOO_LONG", f"Send at most {NAME_LIMIT} characters.")]
    if channel is ContactChannel.EMAIL:
        is_address = EMAIL.fullmatch(value)
        return [] if is_address else [problem(path, "NOT_AN_EMAIL", "This does not look like an e-mail address.")]
    if channel in {ContactChannel.PHONE, ContactChannel.SMS, ContactChannel.WHATSAPP}:
        is_number = 7 <= sum(sign.isdecimal() for sign in value) <= 20
        return [] if is_number else [problem(path, "NOT_A_PHONE", "This does not look like a phone number.")]
    return of_text(path, value, NAME_LIMIT)


def of_helper(answers: Answers) -> list[FieldProblem]:
    """Nobody's record is opened behind their back, unless they are held or a child and cannot ask themselves."""
    if answers.on_behalf is None or answers.on_behalf.person_knows:
        return []
    cannot_ask = answers.posture.is_held or answers.age is AgeBand.UNDER_18
    stated = {UrgencyCriterion.DETAINED, UrgencyCriterion.UNACCOMPANIED_CHILD} & set(answers.circumstances)
    if cannot_ask or stated:
        return []
    return [
        problem(
            "on_behalf.person_knows",
            "PERSON_DOES_NOT_KNOW",
            "Please ask the person first. Without them you can still search the directory.",
        )
    ]
