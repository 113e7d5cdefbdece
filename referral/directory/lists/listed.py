"""What does a list say about whom? The rows an import brings, and what became of them. Pure values.

What only a provider can state (openness, capacity, where referrals go) and what only we can (verification, how much of
a place is shown) has no field here, so no import can touch it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from referral.directory.providers import Identifier
from referral.directory.words import Answer, LanguageMode, OrganizationKind, ServiceStatus, Weekday
from referral.foundation.vocabulary import HelpType


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedOrganization:
    """An organization; its kind follows from the help its listed services give."""

    id: UUID
    name: str
    alternate_name: str | None = None
    description: str | None = None
    website: str | None = None
    email: str | None = None
    kind: OrganizationKind = OrganizationKind.UNKNOWN
    identifiers: tuple[Identifier, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedLocation:
    """A place. Its time zone is looked up: the nearest town's, else its postal code's or state's."""

    id: UUID
    organization_id: UUID | None = None
    name: str | None = None
    description: str | None = None
    transportation: str | None = None
    accessibility: tuple[str, ...] = ()
    latitude: float | None = None
    longitude: float | None = None
    lines: tuple[str, ...] = ()
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    country: str | None = None
    time_zone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedService:
    """A service. `last_modified` None: the list does not say, so it is when we first saw the row as it now is."""

    id: UUID
    organization_id: UUID
    name: str
    alternate_name: str | None = None
    description: str | None = None
    status: ServiceStatus
    url: str | None = None
    email: str | None = None
    fees: str | None = None
    application_process: str | None = None
    interpretation: str | None = None
    eligibility: str | None = None
    minimum_age: int | None = None
    maximum_age: int | None = None
    help_types: tuple[HelpType, ...] = ()
    required_documents: tuple[str, ...] = ()
    facts: dict[str, str]
    accepts_detained: Answer
    accepts_minors: Answer
    free: Answer
    interpreter_for_other: Answer
    restrictions: tuple[str, ...]
    assured_on: date | None = None
    last_modified: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedProvider:
    """One service at one place; without a place it has the id of its service."""

    id: UUID
    organization_id: UUID
    service_id: UUID
    location_id: UUID | None
    name: str
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedLanguage:
    """A language that is spoken for a service, or at a place."""

    id: UUID
    service_id: UUID | None = None
    location_id: UUID | None = None
    tag: str
    mode: LanguageMode = LanguageMode.STAFF_FLUENT
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedArea:
    """Whom a service covers, as the list names it; what kind of area that is, the gazetteer knows."""

    id: UUID
    service_id: UUID | None = None
    provider_id: UUID | None = None
    name: str
    extent: str | None = None
    border: str | None = None  # GeoJSON, where the list draws it
    is_mere_words: bool = False  # it was drawn, but not so that it can be read: then its name may mean more or less


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPhone:
    """A number of exactly one owner."""

    id: UUID
    organization_id: UUID | None = None
    service_id: UUID | None = None
    location_id: UUID | None = None
    provider_id: UUID | None = None
    number: str
    extension: str | None = None
    kind: str | None = None
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedSchedule:
    """Hours of exactly one owner. No weekdays: the days, or all, stand in the note in words."""

    id: UUID
    service_id: UUID | None = None
    location_id: UUID | None = None
    provider_id: UUID | None = None
    weekdays: tuple[Weekday, ...]
    opens_at: str
    closes_at: str
    valid_from: date | None = None
    valid_to: date | None = None
    note: str | None = None
    weeks_of_month: tuple[int, ...] = ()
    is_closure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Everything one list says. Every reference points to a row of the same batch, and every id stands once."""

    organizations: Sequence[ListedOrganization]
    locations: Sequence[ListedLocation]
    services: Sequence[ListedService]
    providers: Sequence[ListedProvider]
    languages: Sequence[ListedLanguage] = ()
    areas: Sequence[ListedArea] = ()
    phones: Sequence[ListedPhone] = ()
    schedules: Sequence[ListedSchedule] = ()
    whole: frozenset[str] = frozenset()  # tables that say all there is: what is not in them is no more

    @property
    def services_listed(self) -> list[UUID]:
        return [service.id for service in self.services]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What became of the rows of one table."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    failed: int = 0


TableCounts = dict[str, Counts]
