"""What is published of a service, whole: with its organization, its places, and whose each phone and each hour is.

A listing merges what belongs to its organization, service and place, since people want one number to call. Whoever
exchanges the directory wants to know the owners: HSDS is written from here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, LiteralString
from uuid import UUID

from referral.directory.providers import Capacity, Organization, Phone, ProviderLanguage, Schedule, ServiceArea
from referral.directory.words import Answer, LocationVisibility, Openness, ServiceDepth, ServiceStatus
from referral.foundation.db import Reader, many, value
from referral.foundation.vocabulary import HelpType, ProtectionClaim


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeArea(ServiceArea):
    """An area with its id, and where it is drawn: GeoJSON."""

    id: UUID
    border: dict[str, Any] | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """When a service was changed, and no more of it."""

    id: UUID
    last_modified: datetime


# A service is published as long as one listing of it is.
PUBLISHED: LiteralString = "EXISTS (SELECT FROM listing_card c WHERE c.service_id = s.id)"

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
                                      'state', a.state, 'place_id', a.place_id, 'border', a.border)
                    ORDER BY a.name, a.id)
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


async def of(at: Reader, ids: Sequence[UUID]) -> list[WholeService]:
    """Published services by their ids."""
    return await wholes(at, "s.id = ANY($1::uuid[])", ids)


async def of_organizations(at: Reader, ids: Sequence[UUID]) -> list[WholeService]:
    """Every published service of these organizations."""
    return await wholes(at, "s.organization_id = ANY($1::uuid[])", ids)


async def wholes(at: Reader, among: LiteralString, ids: Sequence[UUID]) -> list[WholeService]:
    return await many(
        at.steady,
        WholeService,
        f"""
        SELECT {SERVICE}
          FROM service s
          JOIN organization o ON o.id = s.organization_id
         WHERE {among} AND {PUBLISHED}
         ORDER BY s.id""",
        list(ids),
    )


async def places(at: Reader, ids: Sequence[UUID]) -> list[ServiceAtLocation]:
    """Published services at their places by their ids."""
    return await many(
        at.steady,
        ServiceAtLocation,
        f"""
        SELECT p.service_id, {PLACE} AS place
          FROM provider p
          JOIN listing ON listing.id = p.id
          JOIN location l ON l.id = p.location_id
         WHERE p.id = ANY($1::uuid[])
         ORDER BY p.id""",
        list(ids),
    )


async def changes(at: Reader, ids: Sequence[UUID]) -> list[Change]:
    """When these published services were changed."""
    return await many(
        at.steady,
        Change,
        f"SELECT s.id, s.last_modified FROM service s WHERE s.id = ANY($1::uuid[]) AND {PUBLISHED} ORDER BY s.id",
        list(ids),
    )


async def lists_behind(at: Reader) -> list[str]:
    """The lists that what is published came from, by name."""
    return await value(at, "SELECT coalesce(array_agg(DISTINCT source ORDER BY source), '{}') FROM listing_card")
