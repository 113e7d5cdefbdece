"""What does an HSDS package look like once its files are open? Tables of rows of text, and what was wrong with them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from referral.foundation.errors import Refused


class NotHsds(Refused):
    """The path holds no HSDS package. Nothing was written."""

    code = "NOT_HSDS"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowError:
    """One thing wrong: in CSV `row` is the line where the row begins, in JSON the number of the service, from 1.

    `landed` says that the row was imported without this field; otherwise the row was left out.
    """

    file: str
    row: int
    field: str
    reason: str
    landed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """One object of the package as text; `path` leads to it inside a JSON service ("languages[0].").

    In a plain list one line holds several objects: `columns` says what their fields are called there, and a line lands
    without those that are only a part of it.
    """

    table: str
    file: str
    row: int
    values: dict[str, str]
    path: str = ""
    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    is_part: bool = False

    def error(self, name: str, reason: str, *, landed: bool) -> RowError:
        """What is wrong with one field, under the name it has in the file."""
        at = f"{self.path}{self.columns.get(name, name)}"
        return RowError(file=self.file, row=self.row, field=at, reason=reason, landed=landed)

    @property
    def key(self) -> str:
        """The id as written, the way references to it are compared."""
        return key_of(self.values.get("id", ""))


@dataclass(slots=True, kw_only=True)
class Package:
    """All rows by table, and what could not even be read."""

    rows: dict[str, list[SourceRow]] = field(default_factory=dict[str, list[SourceRow]])
    errors: list[RowError] = field(default_factory=list[RowError])
    unread: dict[str, int] = field(default_factory=dict[str, int])
    whole: set[str] = field(default_factory=set[str])  # tables that say all there is, if every row of them can be read

    def add(self, row: SourceRow) -> None:
        self.rows.setdefault(row.table, []).append(row)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What is read of one HSDS object: its usual file, its columns, and (in JSON) the objects nested in it."""

    file: str
    columns: tuple[str, ...]
    lists: tuple[tuple[str, str, str], ...] = ()  # key, table of the items, their column that points back
    objects: tuple[tuple[str, str, str], ...] = ()  # key, table of the object, our column that points to it


PHONES = "phones", "phone"
CONTACTS = "contacts", "contact"
SCHEDULES = "schedules", "schedule"
LANGUAGES = "languages", "language"
AREAS = "service_areas", "service_area"

# Parents come before children: the order in which rows are mapped.
TABLES: dict[str, Table] = {
    "taxonomy": Table(file="taxonomies.csv", columns=("id", "name")),
    "taxonomy_term": Table(
        file="taxonomy_terms.csv",
        columns=("id", "code", "name", "taxonomy", "taxonomy_id"),
        objects=(("taxonomy_detail", "taxonomy", "taxonomy_id"),),
    ),
    "organization": Table(
        file="organizations.csv",
        columns=("id", "name", "alternate_name", "description", "email", "website"),
        lists=(
            ("organization_identifiers", "organization_identifier", "organization_id"),
            ("locations", "location", "organization_id"),
            (*CONTACTS, "organization_id"),
            (*PHONES, "organization_id"),
        ),
    ),
    "organization_identifier": Table(
        file="organization_identifiers.csv",
        columns=("id", "organization_id", "identifier_scheme", "identifier_type", "identifier"),
    ),
    "location": Table(
        file="locations.csv",
        columns=(
            "id", "location_type", "organization_id", "name", "alternate_name", "description", "transportation",
            "latitude", "longitude",
        ),
        lists=(
            ("addresses", "address", "location_id"),
            ("accessibility", "accessibility", "location_id"),
            (*CONTACTS, "location_id"),
            (*PHONES, "location_id"),
            (*LANGUAGES, "location_id"),
            (*SCHEDULES, "location_id"),
        ),
    ),
    "address": Table(
        file="addresses.csv",
        columns=(
            "id", "location_id", "address_1", "address_2", "city", "state_province", "postal_code", "country",
            "address_type",
        ),
    ),
    "accessibility": Table(file="accessibility.csv", columns=("id", "location_id", "description", "details")),
    "service": Table(
        file="services.csv",
        columns=(
            "id", "organization_id", "name", "alternate_name", "description", "url", "email", "status",
            "interpretation_services", "application_process", "fees_description", "fees", "eligibility_description",
            "minimum_age", "maximum_age", "assured_date", "last_modified",
        ),
        lists=(
            ("service_at_locations", "service_at_location", "service_id"),
            ("attributes", "attribute", "link_id"),
            ("required_documents", "required_document", "service_id"),
            (*CONTACTS, "service_id"),
            (*PHONES, "service_id"),
            (*LANGUAGES, "service_id"),
            (*SCHEDULES, "service_id"),
            (*AREAS, "service_id"),
        ),
        objects=(("organization", "organization", "organization_id"),),
    ),
    "service_at_location": Table(
        file="service_at_location.csv",
        columns=("id", "service_id", "location_id", "description"),
        lists=(
            (*CONTACTS, "service_at_location_id"),
            (*PHONES, "service_at_location_id"),
            (*SCHEDULES, "service_at_location_id"),
            (*AREAS, "service_at_location_id"),
        ),
        objects=(("location", "location", "location_id"),),
    ),
    "attribute": Table(
        file="attributes.csv",
        columns=("id", "link_id", "taxonomy_term_id", "link_entity", "value"),
        objects=(("taxonomy_term", "taxonomy_term", "taxonomy_term_id"),),
    ),
    "required_document": Table(file="required_documents.csv", columns=("id", "service_id", "document")),
    "contact": Table(
        file="contacts.csv",
        columns=("id", "organization_id", "service_id", "service_at_location_id", "location_id"),
        lists=((*PHONES, "contact_id"),),
    ),
    "phone": Table(
        file="phones.csv",
        columns=(
            "id", "organization_id", "service_id", "service_at_location_id", "location_id", "contact_id", "number",
            "extension", "type",
        ),
        lists=((*LANGUAGES, "phone_id"),),
    ),
    "language": Table(
        file="languages.csv", columns=("id", "service_id", "location_id", "phone_id", "name", "code", "note")
    ),
    "schedule": Table(
        file="schedules.csv",
        columns=(
            "id", "service_id", "location_id", "service_at_location_id", "valid_from", "valid_to", "until", "freq",
            "byday", "description", "opens_at", "closes_at", "notes",
        ),
    ),
    "service_area": Table(
        file="service_areas.csv",
        columns=("id", "service_id", "service_at_location_id", "name", "extent", "extent_type"),
    ),
}  # fmt: skip

# Other rows point at these, so in CSV they cannot do without an id.
POINTED_AT = frozenset({"organization", "location", "service", "contact", "phone", "taxonomy", "taxonomy_term"})


def key_of(written: str) -> str:
    return written.strip().lower()


def content_id(table: str, *content: str) -> str:
    """An id for a row that has none: the same as long as the row says the same."""
    return f"{table}:{hashlib.sha256(chr(31).join(content).encode(errors='surrogateescape')).hexdigest()}"
