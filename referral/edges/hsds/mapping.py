"""What does a package say about whom, in our words? Rows of HSDS in, one batch of listings and the errors out."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar
from uuid import UUID

from referral.directory.lists.listed import (
    Batch,
    ListedArea,
    ListedLanguage,
    ListedLocation,
    ListedOrganization,
    ListedProvider,
    ListedService,
)
from referral.directory.lists.listed_areas import is_court
from referral.edges.hsds import hours, objects
from referral.edges.hsds.fields import Fields, RejectedRow
from referral.edges.hsds.help_codes import Term, help_types, kind_of
from referral.edges.hsds.objects import Address
from referral.edges.hsds.rows import Package, RowError
from referral.edges.hsds.sorting import Sorting
from referral.foundation import earth

Part = TypeVar("Part")

Middles = Mapping[tuple[str, str], tuple[float, float]]  # by country and postal code: latitude and longitude

FARTHEST_FROM_CODE_KM = 100  # the emptiest codes of the US are about as wide
OUR_TABLES = {"service_at_location": "provider", "language": "language_offered"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What could be read, and what could not; `failed` counts the rows left out, by our table where there is one."""

    batch: Batch
    errors: tuple[RowError, ...]
    failed: dict[str, int]


def languages_in(package: Package) -> list[str]:
    """Every language as the package writes it."""
    rows = package.rows.get("language", [])
    written = {(row.values["code"].strip() or row.values["name"].strip()).lower() for row in rows}
    return sorted(text for text in written if text and "\0" not in text)


def postal_codes_in(package: Package) -> set[str]:
    """Every postal code of an address, as the package writes it."""
    return {row.values["postal_code"].strip() for row in package.rows.get("address", [])} - {""}


def listings(package: Package, tags: dict[str, str], middles: Middles, *, source: str) -> Reading:
    """Read a whole package. `tags` turns languages as written, in lower case, into canonical tags.

    `middles` is where postal codes lie, as far as they are known.
    """
    sorting = Sorting(package=package, source=source, errors=list(package.errors), failed=dict(package.unread))
    organizations = read_organizations(sorting)
    locations = near_their_codes(sorting, read_locations(sorting), middles)
    services = read_services(sorting)
    providers = read_providers(sorting, organizations, locations, services)
    contacts = dict(sorting.each("contact", partial(objects.contact, sorting)))
    phones = sorting.each("phone", partial(objects.phone, sorting, contacts=contacts))
    spoken = sorting.each("language", partial(objects.language, sorting, tags=tags))
    schedules = hours.joined(sorting.each("schedule", partial(objects.schedule, sorting)))
    areas = sorting.each("service_area", partial(objects.area, sorting))
    by_phone = grouped(language for language in spoken if not isinstance(language, ListedLanguage))
    helping = with_help(sorting, services, areas)
    batch = Batch(
        organizations=with_kinds(organizations, helping),
        locations=with_operators(locations, providers),
        services=helping,
        providers=providers,
        languages=[language for language in spoken if isinstance(language, ListedLanguage)],
        areas=areas,
        phones=[replace(phone, languages=tuple(sorted(set(by_phone[phone.id])))) for phone in phones],
        schedules=schedules,
        whole=frozenset(OUR_TABLES.get(table, table) for table in package.whole - {*package.unread, *sorting.failed}),
    )
    failed = {OUR_TABLES.get(table, table): count for table, count in sorting.failed.items()}
    return Reading(batch=batch, errors=tuple(sorting.report()), failed=failed)


def read_organizations(sorting: Sorting) -> list[ListedOrganization]:
    organizations = sorting.each("organization", objects.organization)
    identifiers = grouped(sorting.each("organization_identifier", partial(objects.identifier, sorting)))
    return [replace(row, identifiers=tuple(identifiers[row.id])) for row in organizations]


def read_locations(sorting: Sorting) -> list[ListedLocation]:
    locations = sorting.each("location", partial(objects.location, sorting))
    addresses = sorting.each("address", partial(objects.address, sorting))
    by_location = grouped((address.location_id, address) for address in addresses)
    access = grouped(sorting.each("accessibility", partial(objects.accessibility, sorting)))
    return [at_address(replace(row, accessibility=tuple(access[row.id])), by_location[row.id]) for row in locations]


def at_address(location: ListedLocation, addresses: Sequence[Address]) -> ListedLocation:
    """The first physical address, else the first."""
    if not addresses:
        return location
    address = next((one for one in addresses if one.is_physical), addresses[0])
    return replace(
        location,
        lines=address.lines,
        city=address.city,
        state=address.state,
        postal_code=address.postal_code,
        country=address.country,
    )


def near_their_codes(sorting: Sorting, locations: Sequence[ListedLocation], middles: Middles) -> list[ListedLocation]:
    """The same, without points that the postal code contradicts: an office in Washington must not be found in Miami."""
    rows = {sorting.id_of(row): row for (table, _), row in sorting.landed.items() if table == "location"}

    def believed(one: ListedLocation) -> ListedLocation:
        middle = middles.get(code_of(one))
        if one.latitude is None or one.longitude is None or middle is None:
            return one
        away_km = earth.km(one.latitude, one.longitude, *middle)
        if away_km <= FARTHEST_FROM_CODE_KM:
            return one
        reason = f"{away_km:.0f} km from the middle of {one.postal_code}; the place is listed without a point"
        sorting.errors.append(rows[one.id].error("latitude", reason, landed=True))
        return replace(one, latitude=None, longitude=None)

    return [believed(one) for one in locations]


def code_of(location: ListedLocation) -> tuple[str, str]:
    """The country and the postal code, without the route of a US one."""
    code, country = location.postal_code or "", location.country or ""
    return country, code[:5] if country == "US" else code


def read_services(sorting: Sorting) -> list[ListedService]:
    services = sorting.each("service", partial(objects.service, sorting))
    documents = grouped(sorting.each("required_document", partial(objects.document, sorting)))
    return [replace(row, required_documents=tuple(documents[row.id])) for row in services]


def read_providers(
    sorting: Sorting,
    organizations: Sequence[ListedOrganization],
    locations: Sequence[ListedLocation],
    services: Sequence[ListedService],
) -> list[ListedProvider]:
    """Services at their places; one that has no place here is listed by its own id."""
    organization_of = {service.id: service.organization_id for service in services}
    organization_names = {row.id: row.name for row in organizations}
    location_names = {row.id: row.name for row in locations}
    seen: set[tuple[UUID, UUID | None]] = set()

    def provider(fields: Fields) -> ListedProvider:
        row = objects.provider(sorting, fields)
        if (row.service_id, row.location_id) in seen:
            raise RejectedRow("location_id", "this service at this place stands in an earlier row already")
        seen.add((row.service_id, row.location_id))
        return row

    placed = sorting.each("service_at_location", provider)
    has_place = {row.service_id for row in placed}
    placeless = [
        ListedProvider(id=service.id, organization_id=service.id, service_id=service.id, location_id=None, name="")
        for service in services
        if service.id not in has_place
    ]
    return [
        replace(
            row,
            organization_id=organization_of[row.service_id],
            name=name_of(
                organization_names[organization_of[row.service_id]],
                location_names[row.location_id] if row.location_id else None,
            ),
        )
        for row in (*placed, *placeless)
    ]


def name_of(organization: str, location: str | None) -> str:
    """What people know an office by."""
    if location is None:
        return organization
    return location if location.lower().startswith(organization.lower()) else f"{organization} – {location}"


def with_help(sorting: Sorting, services: Sequence[ListedService], areas: Sequence[ListedArea]) -> list[ListedService]:
    """Services with the kinds of help that their taxonomy terms stand for."""
    terms = read_terms(sorting)
    attributes = sorting.each("attribute", partial(objects.attribute, sorting, terms=terms))
    by_service = grouped(attribute for attribute in attributes if attribute)
    before_court = {area.service_id for area in areas if is_court(area)}
    return [
        replace(row, help_types=help_types(by_service[row.id], row.facts, is_before_court=row.id in before_court))
        for row in services
    ]


def read_terms(sorting: Sorting) -> dict[UUID, Term]:
    named = sorting.each("taxonomy", lambda fields: (fields.row.key, fields.required("name")))
    return dict(sorting.each("taxonomy_term", partial(objects.term, taxonomies=dict(named))))


def with_kinds(
    organizations: Sequence[ListedOrganization], services: Sequence[ListedService]
) -> list[ListedOrganization]:
    given = grouped((service.organization_id, kind) for service in services for kind in service.help_types)
    return [replace(row, kind=kind_of(given[row.id])) for row in organizations]


def with_operators(locations: Sequence[ListedLocation], providers: Sequence[ListedProvider]) -> list[ListedLocation]:
    """A place that names no organization is whose service is first found there."""
    first: dict[UUID | None, UUID] = {}
    for provider in providers:
        first.setdefault(provider.location_id, provider.organization_id)
    return [row if row.organization_id else replace(row, organization_id=first.get(row.id)) for row in locations]


def grouped(pairs: Iterable[tuple[UUID, Part]]) -> defaultdict[UUID, list[Part]]:
    groups: defaultdict[UUID, list[Part]] = defaultdict(list)
    for owner, part in pairs:
        groups[owner].append(part)
    return groups
