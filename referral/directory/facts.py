"""What can be said of a listing, fact by fact, and in which row of which table each stands. Pure.

A value is what JSON can hold: words, a number, a list of words, and objects for a place, numbers, hours and languages.
The same fact from a list, from the database and from somebody who proposes it is the same value (`tidy`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import LiteralString, cast
from uuid import UUID, uuid5

import msgspec

from referral.foundation.vocabulary import Word

Value = object  # of JSON

ROWS_OF = UUID("6f6a1c2e-0d59-5b3c-9a52-0f0f6a3f7d11")  # changing it would give agreed numbers and hours other ids


class FactGroup(Word):
    """Facts of a listing that are learned together."""

    CONTACT = "contact", "Who they are, and how to reach them."
    PLACE = "place", "Where they are."
    HOURS = "hours", "When they are open."
    LANGUAGES = "languages", "What they speak."
    SERVICES = "services", "What they do, and for whom."
    CAPACITY = "capacity", "Whether they take new people."


class Fact(Word):
    """One fact of a listing that can be proposed."""

    NAME = "name", "What the listing is called."
    ORGANIZATION_DESCRIPTION = "organization_description", "What the organization says of itself."
    WEBSITE = "website", "The organization's web site."
    EMAIL = "email", "The organization's public e-mail address."
    PHONES = "phones", "How to call."
    PLACE = "place", "Address, point and time zone."
    PLACE_NAME = "place_name", "What the place is called."
    TRANSPORTATION = "transportation", "How to get there."
    ACCESSIBILITY = "accessibility", "How the place can be entered and used."
    HOURS = "hours", "When it is open."
    LANGUAGES = "languages", "Languages, and who speaks them."
    INTERPRETER_FOR_OTHER = "interpreter_for_other", "Whether an interpreter is found for any other language."
    SERVICE_NAME = "service_name", "What the service is called."
    DESCRIPTION = "description", "What the service is."
    URL = "url", "The service's page on the web."
    STATUS = "status", "Whether the service runs."
    FEES = "fees", "What it costs."
    FREE = "free", "Whether it is free."
    APPLICATION_PROCESS = "application_process", "How to ask for it."
    ELIGIBILITY = "eligibility", "Who may ask."
    MINIMUM_AGE = "minimum_age", "The youngest it takes, in years."
    MAXIMUM_AGE = "maximum_age", "The oldest it takes, in years."
    REQUIRED_DOCUMENTS = "required_documents", "Papers to bring."
    RESTRICTIONS = "restrictions", "Limits in the provider's own words."
    HELP_TYPES = "help_types", "The kinds of help."
    CLAIMS = "claims", "Claims it takes cases in."
    POSTURES = "postures", "Where a case may stand."
    DELIVERY_MODES = "delivery_modes", "How the help is given."
    CREDENTIALS = "credentials", "What allows its people to help with law."
    DEPTH = "depth", "How far a legal service goes."
    ACCEPTS_DETAINED = "accepts_detained", "Whether it takes people who are held."
    ACCEPTS_MINORS = "accepts_minors", "Whether it takes children."


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Where a fact stands: columns of one row, or (no columns) rows that belong to the listing.

    `owner` is the table whose row the fact is of. An override of it is kept for that row.
    """

    group: FactGroup
    owner: LiteralString
    columns: tuple[LiteralString, ...] = ()
    table: LiteralString | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Owners:
    """The four rows a listing is made of."""

    provider: UUID
    service: UUID
    organization: UUID
    location: UUID | None

    def of(self, fact: Fact) -> UUID:
        """The row a fact is of. Of a listing without a place nothing is said of the place."""
        found = {
            "provider": self.provider,
            "service": self.service,
            "organization": self.organization,
            "location": self.location,
        }[WHERE[fact].owner]
        if found is None:
            raise ValueError(fact)
        return found


def column(group: FactGroup, owner: LiteralString, *columns: LiteralString) -> Where:
    return Where(group=group, owner=owner, columns=columns)


def rows(group: FactGroup, owner: LiteralString, table: LiteralString) -> Where:
    return Where(group=group, owner=owner, table=table)


ADDRESS: tuple[LiteralString, ...] = ("lines", "city", "state", "postal_code", "country", "latitude", "longitude")

WHERE: Mapping[Fact, Where] = {
    Fact.NAME: column(FactGroup.CONTACT, "provider", "name"),
    Fact.ORGANIZATION_DESCRIPTION: column(FactGroup.CONTACT, "organization", "description"),
    Fact.WEBSITE: column(FactGroup.CONTACT, "organization", "website"),
    Fact.EMAIL: column(FactGroup.CONTACT, "organization", "email"),
    Fact.PHONES: rows(FactGroup.CONTACT, "provider", "phone"),
    Fact.PLACE: column(FactGroup.PLACE, "location", *ADDRESS),
    Fact.PLACE_NAME: column(FactGroup.PLACE, "location", "name"),
    Fact.TRANSPORTATION: column(FactGroup.PLACE, "location", "transportation"),
    Fact.ACCESSIBILITY: column(FactGroup.PLACE, "location", "accessibility"),
    Fact.HOURS: rows(FactGroup.HOURS, "provider", "schedule"),
    Fact.LANGUAGES: rows(FactGroup.LANGUAGES, "service", "language_offered"),
    Fact.INTERPRETER_FOR_OTHER: column(FactGroup.LANGUAGES, "service", "interpreter_for_other"),
    Fact.SERVICE_NAME: column(FactGroup.SERVICES, "service", "name"),
    Fact.DESCRIPTION: column(FactGroup.SERVICES, "service", "description"),
    Fact.URL: column(FactGroup.SERVICES, "service", "url"),
    Fact.STATUS: column(FactGroup.SERVICES, "service", "status"),
    Fact.FEES: column(FactGroup.SERVICES, "service", "fees"),
    Fact.FREE: column(FactGroup.SERVICES, "service", "free"),
    Fact.APPLICATION_PROCESS: column(FactGroup.SERVICES, "service", "application_process"),
    Fact.ELIGIBILITY: column(FactGroup.SERVICES, "service", "eligibility"),
    Fact.MINIMUM_AGE: column(FactGroup.SERVICES, "service", "minimum_age"),
    Fact.MAXIMUM_AGE: column(FactGroup.SERVICES, "service", "maximum_age"),
    Fact.REQUIRED_DOCUMENTS: column(FactGroup.SERVICES, "service", "required_documents"),
    Fact.RESTRICTIONS: column(FactGroup.SERVICES, "service", "restrictions"),
    Fact.HELP_TYPES: column(FactGroup.SERVICES, "service", "help_types"),
    Fact.CLAIMS: column(FactGroup.SERVICES, "service", "claims"),
    Fact.POSTURES: column(FactGroup.SERVICES, "service", "postures"),
    Fact.DELIVERY_MODES: column(FactGroup.SERVICES, "service", "delivery_modes"),
    Fact.CREDENTIALS: column(FactGroup.SERVICES, "service", "credentials"),
    Fact.DEPTH: column(FactGroup.SERVICES, "service", "depth"),
    Fact.ACCEPTS_DETAINED: column(FactGroup.SERVICES, "service", "accepts_detained"),
    Fact.ACCEPTS_MINORS: column(FactGroup.SERVICES, "service", "accepts_minors"),
}

# What tells where a place is: of one that is not shown nothing of it is proposed, and nothing of it is kept.
TELLS_WHERE = frozenset({Fact.NAME, Fact.PHONES, Fact.HOURS} | {f for f in Fact if WHERE[f].group is FactGroup.PLACE})

# The order is no part of what is said.
SETS = frozenset({Fact.HELP_TYPES, Fact.CLAIMS, Fact.POSTURES, Fact.DELIVERY_MODES, Fact.CREDENTIALS})
SEVERAL = SETS | {Fact.ACCESSIBILITY, Fact.REQUIRED_DOCUMENTS, Fact.RESTRICTIONS}
ROWS: dict[Fact, tuple[str, ...]] = {
    Fact.PHONES: ("number", "extension", "kind", "languages"),
    Fact.HOURS: (
        "weekdays", "opens_at", "closes_at", "valid_from", "valid_to", "note", "weeks_of_month", "is_closure",
    ),
    Fact.LANGUAGES: ("tag", "mode", "note"),
}  # fmt: skip
NOTHING: tuple[Value, ...] = (None, "", [], "unknown")


def tidy(fact: Fact, value: Value) -> Value:
    """The value as it is compared and kept, whoever says it."""
    if fact in ROWS:
        said = [{name: plain(row[name]) for name in ROWS[fact]} for row in cast("list[Mapping[str, Value]]", value)]
        unique = {text_of(row): row for row in said}
        return [unique[text] for text in sorted(unique)]
    if fact is Fact.PLACE:
        place = cast("Mapping[str, Value]", value)
        return {name: plain(place.get(name)) for name in (*ADDRESS, "time_zone")}
    if fact in SETS:
        return sorted(set(cast("list[str]", plain(value))))
    return plain(value)


def plain(value: Value) -> Value:
    return msgspec.json.decode(msgspec.json.encode(value))  # words and tuples become what JSON has


def text_of(value: Value) -> str:
    """The value as one text: equal where the values are."""
    return msgspec.json.encode(value, order="deterministic").decode()


def says_nothing(fact: Fact, value: Value) -> bool:
    """Whether a list that says so is silent. Silence is no "no"."""
    if fact is Fact.PLACE:
        place = cast("Mapping[str, Value]", value)
        return all(place[name] in NOTHING for name in ADDRESS if name != "country")
    return value in NOTHING


def is_same(fact: Fact, one: Value, other: Value) -> bool:
    """Whether two values say the same. No list gives a time zone: that follows from where the place is."""
    if fact is Fact.PLACE:
        here, there = cast("Mapping[str, Value]", one), cast("Mapping[str, Value]", other)
        return all(here[name] == there[name] for name in ADDRESS)
    return one == other


def is_agreed(fact: Fact, listed: Value, wanted: Value) -> bool:
    """Whether a listing says what is wanted, its time zone too if one is."""
    if fact is Fact.PLACE:
        here, there = cast("Mapping[str, Value]", listed), cast("Mapping[str, Value]", wanted)
        return is_same(fact, here, there) and there["time_zone"] in (None, here["time_zone"])
    return listed == wanted


def row_id(fact: Fact, owner: UUID, row: Value) -> UUID:
    """The id of a row that was agreed on: the same whenever it is written again."""
    return uuid5(ROWS_OF, f"{owner}\n{fact.value}\n{text_of(row)}")


# ------------------------------------------------------------- rows that belong to several
@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One telephone number, opening or language, and whose it is. Shared: another listing shows it too. Taken over:
    from a listing that was merged, so that no list says it.
    """

    id: UUID
    owner: UUID
    is_shared: bool
    said: Mapping[str, Value]
    is_taken_over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """What becomes of rows so that a listing says what was agreed."""

    gone: tuple[Row, ...]
    added: tuple[Mapping[str, Value], ...]
    left: tuple[Row, ...] = ()  # not wanted, and still shown: other listings show it too


def laid(fact: Fact, owner: UUID, known: tuple[Row, ...], wanted: Value) -> Laid:
    """Rows that say what is wanted stay. Hours become the listing's own, and those of others stay with them: the
    nearest are shown. A number or a language that is not wanted goes wherever it stands.
    """
    asked = {text_of(row): row for row in cast("list[Mapping[str, Value]]", wanted)}
    if fact is not Fact.HOURS:
        gone = tuple(row for row in known if text_of(row.said) not in asked)
        stay = {text_of(row.said) for row in known}
        return Laid(gone=gone, added=tuple(row for text, row in asked.items() if text not in stay))
    own = {text_of(row.said) for row in known if row.owner == owner}
    others = [row for row in known if row.owner != owner]
    has_hours = any(not row["is_closure"] for row in asked.values())
    return Laid(
        gone=tuple(
            row for row in known if (text_of(row.said) not in asked if row.owner == owner else not row.is_shared)
        ),
        added=tuple(row for text, row in asked.items() if text not in own),
        left=tuple(
            row
            for row in others
            if row.is_shared and text_of(row.said) not in asked and (row.said["is_closure"] or not has_hours)
        ),
    )


def shown_hours(owner: UUID, service: UUID, known: tuple[Row, ...]) -> list[Mapping[str, Value]]:
    """Hours of the nearest of listing, service and place that has some, and every closure."""
    rank = {owner: 0, service: 1}
    nearest = min((rank.get(row.owner, 2) for row in known if not row.said["is_closure"]), default=0)
    return [row.said for row in known if row.said["is_closure"] or rank.get(row.owner, 2) == nearest]
