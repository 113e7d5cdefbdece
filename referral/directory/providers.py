"""What a listing is, and reading listings one by one.

A provider is one service at one place (HSDS service_at_location); a service without a place is listed with its own id.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import LiteralString, NewType
from uuid import UUID

from referral.directory.words import (
    Answer,
    CapacityUnit,
    Credential,
    DeliveryMode,
    LanguageMode,
    LocationVisibility,
    Openness,
    OrganizationKind,
    ServiceAreaKind,
    ServiceDepth,
    ServiceStatus,
    VerificationStatus,
    Weekday,
)
from referral.foundation.db import Reader, Tx, execute, many, one, value
from referral.foundation.errors import NotFound, ValidationFailed, problem
from referral.foundation.mail import is_address
from referral.foundation.vocabulary import HelpType, ProtectionClaim

ProviderId = NewType("ProviderId", UUID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """A number a register gave, such as an EIN."""

    scheme: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """The legal entity or collective that offers help."""

    id: UUID
    name: str
    description: str | None
    website: str | None
    email: str | None
    kind: OrganizationKind
    identifiers: tuple[Identifier, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One kind of help offered under one set of rules. `facts` hold what the source states, key by key."""

    id: UUID
    name: str
    description: str | None
    status: ServiceStatus
    url: str | None
    fees: str | None
    application_process: str | None
    eligibility: str | None
    minimum_age: int | None
    maximum_age: int | None
    depth: ServiceDepth
    delivery_modes: tuple[DeliveryMode, ...]
    credentials: tuple[Credential, ...]
    required_documents: tuple[str, ...]
    facts: dict[str, str]
    last_modified: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """Where a service is reached. Latitude and longitude in degrees, WGS 84."""

    id: UUID
    name: str | None
    visibility: LocationVisibility
    time_zone: str
    latitude: float | None
    longitude: float | None
    accessibility: tuple[str, ...]
    transportation: str | None
    lines: tuple[str, ...]
    city: str | None
    state: str | None
    postal_code: str | None
    country: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderLanguage:
    """A language spoken at a provider, and how."""

    tag: str
    mode: LanguageMode
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """Places free for one kind of help (or any): stated, less taken and held since."""

    help_type: HelpType | None
    unit: CapacityUnit
    available: int
    maximum: int | None
    updated_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Hours at the place's own time, "09:00" to "17:00", on some weekdays."""

    weekdays: tuple[Weekday, ...]
    opens_at: str
    closes_at: str
    valid_from: date | None
    valid_to: date | None
    note: str | None
    weeks_of_month: tuple[int, ...]
    is_closure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A number as the provider writes it."""

    number: str
    extension: str | None
    kind: str | None
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceArea:
    """Whom a service covers; `place_id` where the gazetteer knows the court, facility or port."""

    name: str
    kind: ServiceAreaKind
    country: str | None
    state: str | None
    place_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """Who checked a listing and when; else where it was taken from and the date of that source."""

    status: VerificationStatus
    verified_at: datetime | None
    source: str
    source_date: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A listing as anyone may read it. `openness` is UNKNOWN once the last statement has aged out."""

    id: ProviderId
    name: str
    organization: Organization
    service: Service
    location: Location | None
    help_types: tuple[HelpType, ...]
    claims: tuple[ProtectionClaim, ...]
    languages: tuple[ProviderLanguage, ...]
    interpreter_for_other: Answer
    openness: Openness
    openness_stated_at: datetime | None
    waitlist_estimate_days: int | None
    capacities: tuple[Capacity, ...]
    is_open_now: bool | None
    schedules: tuple[Schedule, ...]
    phones: tuple[Phone, ...]
    service_areas: tuple[ServiceArea, ...]
    accepts_detained: Answer
    accepts_minors: Answer
    free: Answer
    restrictions: tuple[str, ...]
    verification: Verification


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A list that listings were taken from; `as_of` is the latest date it gives for itself."""

    name: str
    as_of: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How much the directory holds. `open_now` counts whoever says so now; silence is not counted."""

    organizations: int = 0
    providers: int = 0
    open_now: int = 0
    sources: tuple[Source, ...] = ()


# All but the id, which every question asks for. A listing can be read in part: the parts are asked for by these names.
COLUMNS: dict[LiteralString, LiteralString] = {
    name: name
    for name in (
        "name", "organization", "service", "location", "help_types", "claims", "languages", "interpreter_for_other",
        "openness", "openness_stated_at", "waitlist_estimate_days", "capacities", "is_open_now", "schedules", "phones",
        "service_areas", "accepts_detained", "accepts_minors", "free", "restrictions", "verification",
    )
}  # fmt: skip
PROVIDER: LiteralString = ", ".join(COLUMNS.values())


async def provider(at: Reader, id: UUID) -> Provider | None:
    """The listing with this id, or the one it was merged into; None for one that is unpublished or gone."""
    return await one(
        at,
        Provider,
        f"""SELECT id, {PROVIDER} FROM listing
             WHERE id = coalesce((SELECT merged_into FROM provider WHERE id = $1), $1)""",
        id,
    )


async def providers(at: Reader, ids: Sequence[UUID]) -> dict[UUID, Provider]:
    """Listings by id, in one question; ids that are not listed are absent."""
    rows = await many(at, Provider, f"SELECT id, {PROVIDER} FROM listing WHERE id = ANY($1::uuid[])", list(ids))
    return {row.id: row for row in rows}


async def known(at: Reader, ids: Sequence[UUID]) -> dict[UUID, Provider]:
    """Providers by id, published or not: what a referral was made to must stay readable."""
    rows = await many(at, Provider, f"SELECT id, {PROVIDER} FROM known_provider WHERE id = ANY($1::uuid[])", list(ids))
    return {row.id: row for row in rows}


async def tally(at: Reader) -> Tally:
    """The directory in numbers, with the greatest ten of its sources."""
    counted = await one(
        at,
        Tally,
        """
        WITH listed AS (
             SELECT l.organization_id, l.openness, l.source, s.assured_on
               FROM listing l
               JOIN service s ON s.id = l.service_id
        ), lists AS (
             SELECT source, max(assured_on) AS as_of, count(*) AS listings
               FROM listed
              GROUP BY source
              ORDER BY listings DESC, source
              LIMIT 10
        )
        SELECT count(DISTINCT organization_id) AS organizations, count(*) AS providers,
               count(*) FILTER (WHERE openness IN ('open', 'limited')) AS open_now,
               (SELECT coalesce(json_agg(json_build_object('name', source, 'as_of', as_of)
                                         ORDER BY listings DESC, source), '[]')
                  FROM lists) AS sources
          FROM listed""",
    )
    return counted or Tally()


async def referral_email(at: Reader, id: UUID) -> str | None:
    """Where offers to a provider are sent; None where it has told us no address."""
    return await value(at, "SELECT referral_email FROM provider WHERE id = $1", id)


async def set_referral_email(tx: Tx, id: UUID, address: str | None) -> None:
    """Set where offers to a provider are sent. Raises ValidationFailed and NotFound."""
    if address is not None and not is_address(address):
        raise ValidationFailed([problem("address", "NOT_AN_EMAIL", "This does not look like an e-mail address.")])
    if not await execute(tx, "UPDATE provider SET referral_email = $2 WHERE id = $1", id, address):
        raise NotFound("There is no such listing.")
