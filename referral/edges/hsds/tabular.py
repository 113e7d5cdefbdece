"""What does a tabular HSDS 3.1 package look like? The tables that we fill, as the official descriptor has them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from referral.directory.words import ServiceStatus

ADDRESS_TYPES = ("physical", "postal", "virtual")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One file. Columns that are not named in `kinds` hold text; `points` says whose id stands in a column."""

    file: str
    columns: tuple[str, ...]
    required: frozenset[str]
    kinds: Mapping[str, str] = field(default_factory=dict[str, str])
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    points: Mapping[str, str] = field(default_factory=dict[str, str])


def table(file: str, *columns: str, required: str = "", **more: Mapping[str, object]) -> Table:
    return Table(file=file, columns=("id", *columns), required=frozenset({"id", *required.split()}), **more)  # pyright: ignore[reportArgumentType] - names of the fields above


SERVICE = {"service_id": "service"}
PLACE = {"location_id": "location"}
OFFICE = {"service_at_location_id": "service_at_location"}

TABLES: Mapping[str, Table] = {
    "organization": table(
        "organizations.csv", "name", "alternate_name", "description", "email", "website", required="name description"
    ),
    "organization_identifier": table(
        "organization_identifiers.csv", "organization_id", "identifier_scheme", "identifier_type", "identifier",
        required="organization_id identifier_type identifier", points={"organization_id": "organization"},
    ),
    "service": table(
        "services.csv", "organization_id", "name", "alternate_name", "description", "url", "email", "status",
        "interpretation_services", "application_process", "fees_description", "eligibility_description",
        "minimum_age", "maximum_age", "assured_date", "last_modified",
        required="organization_id name status",
        kinds={"minimum_age": "number", "maximum_age": "number", "assured_date": "date", "last_modified": "datetime"},
        words={"status": tuple(status.value for status in ServiceStatus)},
        points={"organization_id": "organization"},
    ),
    "location": table(
        "locations.csv", "location_type", "organization_id", "name", "description", "transportation", "latitude",
        "longitude",
        required="location_type", kinds={"latitude": "number", "longitude": "number"},
        words={"location_type": ADDRESS_TYPES}, points={"organization_id": "organization"},
    ),
    "service_at_location": table(
        "service_at_location.csv", "service_id", "location_id", "description", required="service_id location_id",
        points=SERVICE | PLACE,
    ),
    "address": table(
        "addresses.csv", "location_id", "address_1", "address_2", "city", "state_province", "postal_code", "country",
        "address_type",
        required="address_1 city state_province postal_code country address_type",
        words={"address_type": ADDRESS_TYPES}, points=PLACE,
    ),
    "accessibility": table("accessibility.csv", "location_id", "description", points=PLACE),
    "phone": table(
        "phones.csv", "location_id", "service_id", "organization_id", "service_at_location_id", "number", "extension",
        "type",
        required="number", kinds={"extension": "number"},
        points=PLACE | SERVICE | OFFICE | {"organization_id": "organization"},
    ),
    "schedule": table(
        "schedules.csv", "service_id", "location_id", "service_at_location_id", "valid_from", "valid_to", "timezone",
        "freq", "byday", "description", "opens_at", "closes_at", "notes",
        kinds={"valid_from": "date", "valid_to": "date", "timezone": "number", "opens_at": "time", "closes_at": "time"},
        words={"freq": ("WEEKLY", "MONTHLY")}, points=SERVICE | PLACE | OFFICE,
    ),
    "language": table(
        "languages.csv", "service_id", "location_id", "phone_id", "name", "code", "note",
        points=SERVICE | PLACE | {"phone_id": "phone"},
    ),
    "service_area": table(
        "service_areas.csv", "service_id", "service_at_location_id", "name", "extent", "extent_type",
        points=SERVICE | OFFICE,
    ),
    "required_document": table("required_documents.csv", "service_id", "document", points=SERVICE),
    "service_capacity": table(
        "service_capacity.csv", "service_id", "unit_id", "available", "maximum", "description", "updated",
        required="service_id unit_id available updated",
        kinds={"available": "number", "maximum": "number", "updated": "datetime"}, points=SERVICE | {"unit_id": "unit"},
    ),
    "unit": table("units.csv", "name", "identifier", required="name"),
    "attribute": table(
        "attributes.csv", "link_id", "taxonomy_term_id", "link_type", "link_entity", "value", "label",
        required="link_id taxonomy_term_id link_entity", points={"taxonomy_term_id": "taxonomy_term"},
    ),
    "taxonomy_term": table(
        "taxonomy_terms.csv", "code", "name", "description", "taxonomy", "taxonomy_id", required="name description",
        points={"taxonomy_id": "taxonomy"},
    ),
    "taxonomy": table("taxonomies.csv", "name", "description", required="name description"),
}  # fmt: skip


def descriptor(tables: Collection[str], sources: Sequence[str] = ()) -> dict[str, object]:
    """datapackage.json for these tables. A reference to a table that has no rows is none.

    Sources are the lists that what is in them came from (Data Package v1, `sources`).
    """
    return {
        "name": "human_services_data",
        "title": "Human services, as Referral publishes them",
        "profile": "tabular-data-package",
        "version": "3.1.0",
        **({"sources": [{"title": source} for source in sources]} if sources else {}),
        "resources": [resource(name, TABLES[name], tables) for name in TABLES if name in tables],
    }


def resource(name: str, one: Table, tables: Collection[str]) -> dict[str, object]:
    return {
        "name": name,
        "path": one.file,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {
            "fields": [column(one, name) for name in one.columns],
            "primaryKey": "id",
            "foreignKeys": [
                {"fields": name, "reference": {"resource": owner, "fields": "id"}}
                for name, owner in one.points.items()
                if owner in tables
            ],
        },
    }


def column(one: Table, name: str) -> dict[str, object]:
    constraints: dict[str, object] = {"required": name in one.required, "unique": name == "id"}
    if name in one.words:
        constraints["enum"] = list(one.words[name])
    kind = one.kinds.get(name, "string")
    any_form = {"format": "any"} if kind in {"time", "datetime"} else {}
    return {"name": name, "type": kind, **any_form, "constraints": constraints}
