"""What is published of a service, whole: with its organization, its places, and whose each phone and each hour is.

A listing merges what belongs to its organization, service and place, since people want one number to call. Whoever
exchanges the directory wants to know the owners: HSDS is written from here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import LiteralString
from uuid import UUID

from referral.directory.providers import Capacity, Organization, Phone, ProviderLanguage, Schedule, ServiceArea
from referral.directory.wanted import MATCHING, MATCHING_PLACE, PUBLISHED, Wanted, arguments
from referral.directory.words import Answer, LocationVisibility, Openness, ServiceDepth, ServiceStatus
from referral.foundation.db import Reader, many, one, value
from referral.foundation.vocabulary import HelpType, ProtectionClaim

LARGEST_PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeArea(ServiceArea):
    """An area with its id."""

    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class WholePhone(Phone):
    """A phone with its id."""

    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeHours(Schedule):
    """Hours with their id."""

    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeLanguage(ProviderLanguage):
    """A language with its id."""

    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeLocation:
    """A place and what is its own. Of one that is not public only the state is told, of a town the town."""

    id: UUID
    name: str | None
    description: str | None
    transportation: str | None
    visibility: LocationVisibility
    latitude: float | None
    longitude: float | None
    time_zone: str
    lines: tuple[str, ...]
    city: str | None
    state: str | None
    postal_code: str | None
    country: str | None
    accessibility: tuple[str, ...]
    languages: tuple[WholeLanguage, ...]
    phones: tuple[WholePhone, ...]
    schedules: tuple[WholeHours, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WholePlace:
    """A service at a place, and what is its own there."""

    id: UUID
    description: str | None
    openness: Openness
    location: WholeLocation | None
    phones: tuple[WholePhone, ...]
    schedules: tuple[WholeHours, ...]
    service_areas: tuple[WholeArea, ...]
    capacities: tuple[Capacity, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeService:
    """A service and everything published of it."""

    id: UUID
    organization: Organization
    organization_phones: tuple[WholePhone, ...]
    name: str
    alternate_name: str | None
    description: str | None
    status: ServiceStatus
    url: str | None
    email: str | None
    fees: str | None
    application_process: str | None
    interpretation: str | None
    eligibility: str | None
    minimum_age: int | None
    maximum_age: int | None
    depth: ServiceDepth
    assured_on: date | None
    last_modified: datetime
    help_types: tuple[HelpType, ...]
    claims: tuple[ProtectionClaim, ...]
    facts: dict[str, str]
    accepts_detained: Answer
    accepts_minors: Answer
    required_documents: tuple[str, ...]
    languages: tuple[WholeLanguage, ...]
    phones: tuple[WholePhone, ...]
    schedules: tuple[WholeHours, ...]
    service_areas: tuple[WholeArea, ...]
    places: tuple[WholePlace, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAtLocation:
    """A service at a place by itself, with the id of its service."""

    service_id: UUID
    place: WholePlace


PHONES: LiteralString = """coalesce((
    SELECT json_agg(json_build_object('id', t.id, 'number', t.number, 'extension', t.extension, 'kind', t.kind,
                                      'languages', t.languages) ORDER BY t.number, t.id)
      FROM phone t"""
HOURS: LiteralString = """coalesce((
    SELECT json_agg(json_build_object('id', h.id, 'weekdays', h.weekdays, 'opens_at', h.opens_at,
                                      'closes_at', h.closes_at, 'valid_from', h.valid_from, 'valid_to', h.valid_to,
                                      'note', h.note, 'weeks_of_month', h.weeks_of_month,
                                      'is_closure', h.is_closure) ORDER BY h.id)
      FROM schedule h"""
LANGUAGES: LiteralString = """coalesce((
    SELECT json_agg(json_build_object('id', g.id, 'tag', g.tag, 'mode', g.mode, 'note', g.note) ORDER BY g.tag, g.mode)
      FROM language_offered g"""
AREAS: LiteralString = """coalesce((
    SELECT json_agg(json_build_object('id', a.id, 'name', a.name, 'kind', a.kind, 'country', a.country,
                                      'state', a.state, 'place_id', a.place_id) ORDER BY a.name, a.id)
      FROM service_area a"""
NONE: LiteralString = "), '[]'::json)"

LOCATION: LiteralString = f"""
    CASE WHEN l.id IS NOT NULL THEN
         json_build_object(
             'id', l.id, 'visibility', l.visibility, 'time_zone', l.time_zone, 'latitude', l.latitude,
             'longitude', l.longitude, 'state', l.state, 'country', l.country,
             'city', CASE WHEN l.visibility <> 'confidential' THEN l.city END,
             'name', CASE WHEN l.visibility = 'public' THEN l.name END,
             'description', CASE WHEN l.visibility = 'public' THEN l.description END,
             'transportation', CASE WHEN l.visibility = 'public' THEN l.transportation END,
             'lines', CASE WHEN l.visibility = 'public' THEN l.lines ELSE '{{}}' END,
             'postal_code', CASE WHEN l.visibility = 'public' THEN l.postal_code END,
             'accessibility', CASE WHEN l.visibility = 'public' THEN l.accessibility ELSE '{{}}' END,
             'languages', {LANGUAGES} WHERE g.location_id = l.id{NONE},
             'phones', {PHONES} WHERE t.location_id = l.id AND l.visibility = 'public'{NONE},
             'schedules', {HOURS} WHERE h.location_id = l.id AND l.visibility = 'public'{NONE}) END"""

PLACE: LiteralString = f"""json_build_object(
               'id', p.id, 'description', p.description, 'openness', listing.openness,
               'capacities', listing.capacities,
               'phones', {PHONES} WHERE t.provider_id = p.id{NONE},
               'schedules', {HOURS} WHERE h.provider_id = p.id{NONE},
               'service_areas', {AREAS} WHERE a.provider_id = p.id{NONE},
               'location', {LOCATION})"""

PLACES: LiteralString = f"""coalesce((
    SELECT json_agg({PLACE} ORDER BY p.id)
      FROM provider p
      JOIN listing ON listing.id = p.id
      LEFT JOIN location l ON l.id = p.location_id
     WHERE p.service_id = s.id{NONE}"""

SERVICE: LiteralString = f"""
    s.id, s.name, s.alternate_name, s.description, s.status, s.url, s.email, s.fees, s.application_process,
    s.interpretation, s.eligibility, s.minimum_age, s.maximum_age, s.depth, s.assured_on, s.last_modified,
    s.help_types, s.claims, s.facts, s.accepts_detained, s.accepts_minors, s.required_documents,
    json_build_object('id', o.id, 'name', o.name, 'description', o.description, 'website', o.website, 'email', o.email,
                      'kind', o.kind, 'identifiers', o.identifiers) AS organization,
    {PHONES} WHERE t.organization_id = o.id{NONE} AS organization_phones,
    {LANGUAGES} WHERE g.service_id = s.id{NONE} AS languages,
    {PHONES} WHERE t.service_id = s.id{NONE} AS phones,
    {HOURS} WHERE h.service_id = s.id{NONE} AS schedules,
    {AREAS} WHERE a.service_id = s.id{NONE} AS service_areas,
    {PLACES} AS places"""


async def services(at: Reader, wanted: Wanted, *, first: int, skip: int) -> list[WholeService]:
    """A page of services, by id."""
    return await many(
        at,
        WholeService,
        f"""
        SELECT {SERVICE}
          FROM service s
          JOIN organization o ON o.id = s.organization_id
         WHERE {MATCHING}
         ORDER BY s.id
         LIMIT $13 OFFSET $14""",
        *arguments(wanted),
        first,
        skip,
    )


async def count(at: Reader, wanted: Wanted) -> int:
    """How many services match."""
    return await value(at, f"SELECT count(*) FROM service s WHERE {MATCHING}", *arguments(wanted))


async def service(at: Reader, id: UUID) -> WholeService | None:
    """The service with this id, if it is published."""
    found = await of(at, [id])
    return found[0] if found else None


async def of(at: Reader, ids: Sequence[UUID]) -> list[WholeService]:
    """Published services by their ids."""
    return await many(
        at,
        WholeService,
        f"""
        SELECT {SERVICE}
          FROM service s
          JOIN organization o ON o.id = s.organization_id
         WHERE s.id = ANY($1::uuid[]) AND {PUBLISHED}
         ORDER BY s.id""",
        list(ids),
    )


async def of_organizations(at: Reader, ids: Sequence[UUID]) -> list[WholeService]:
    """Every published service of these organizations."""
    return await many(
        at,
        WholeService,
        f"""
        SELECT {SERVICE}
          FROM service s
          JOIN organization o ON o.id = s.organization_id
         WHERE s.organization_id = ANY($1::uuid[]) AND {PUBLISHED}
         ORDER BY s.id""",
        list(ids),
    )


async def organizations(at: Reader, wanted: Wanted, *, first: int, skip: int) -> list[UUID]:
    """A page of the organizations that have a service that matches, by id."""
    rows = await many(
        at,
        Numbered,
        f"""
        SELECT DISTINCT s.organization_id AS id
          FROM service s
         WHERE {MATCHING}
         ORDER BY id
         LIMIT $13 OFFSET $14""",
        *arguments(wanted),
        first,
        skip,
    )
    return [row.id for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """An id alone."""

    id: UUID


async def count_organizations(at: Reader, wanted: Wanted) -> int:
    return await value(
        at, f"SELECT count(DISTINCT s.organization_id) FROM service s WHERE {MATCHING}", *arguments(wanted)
    )


async def places(at: Reader, wanted: Wanted, *, first: int, skip: int) -> list[ServiceAtLocation]:
    """A page of services at their places, by id."""
    return await many(
        at,
        ServiceAtLocation,
        f"""
        SELECT s.id AS service_id, {PLACE} AS place
          FROM provider p
          JOIN listing ON listing.id = p.id
          JOIN service s ON s.id = p.service_id
          JOIN location l ON l.id = p.location_id
         WHERE {MATCHING_PLACE}
         ORDER BY p.id
         LIMIT $13 OFFSET $14""",
        *arguments(wanted),
        first,
        skip,
    )


async def count_places(at: Reader, wanted: Wanted) -> int:
    """How many services at places match."""
    return await value(
        at,
        f"""
        SELECT count(*)
          FROM listing
          JOIN service s ON s.id = listing.service_id
         WHERE listing.location_id IS NOT NULL AND {MATCHING_PLACE}""",
        *arguments(wanted),
    )


async def place(at: Reader, id: UUID) -> ServiceAtLocation | None:
    """The service at a place with this id, if it is published."""
    return await one(
        at,
        ServiceAtLocation,
        f"""
        SELECT p.service_id, {PLACE} AS place
          FROM provider p
          JOIN listing ON listing.id = p.id
          JOIN location l ON l.id = p.location_id
         WHERE p.id = $1""",
        id,
    )
