"""Which rows of a tabular package does a nested HSDS service stand for? The other way round from `nesting`. Pure."""

from collections.abc import Iterator, Mapping
from typing import cast

from referral.edges.hsds import published
from referral.edges.hsds.published import Document
from referral.edges.hsds.tabular import TABLES

Row = tuple[str, Document]  # the table, and the values by column

# Lists by their key, and which table their items are rows of; then objects, each by itself a row.
LISTS = {
    "phones": "phone",
    "schedules": "schedule",
    "languages": "language",
    "service_areas": "service_area",
    "service_at_locations": "service_at_location",
    "required_documents": "required_document",
    "capacities": "service_capacity",
    "attributes": "attribute",
    "addresses": "address",
    "accessibility": "accessibility",
    "organization_identifiers": "organization_identifier",
}
OBJECTS = {
    "organization": "organization",
    "location": "location",
    "unit": "unit",
    "taxonomy_term": "taxonomy_term",
}

# A row of attributes needs a term; these stand for what we tell of a thing by link_type alone.
FACTS_NAME = "Referral facts"
FACTS_ID = published.made_id("taxonomy", FACTS_NAME)
FACTS = {
    "confidential": "The place is hidden: neither address nor coordinates are published.",
    "iana_timezone": "The time zone that the hours are told in.",
    "capacity-status": "Whether people are taken in.",
}


def rows(service: Document) -> Iterator[Row]:
    """The service and all that is nested in it. Owners come before what they own, save for what many share."""
    yield from of("service", service, {})


def of(table: str, document: Document, owner: Mapping[str, object]) -> Iterator[Row]:
    row = {**document, **owner}
    for key, pointed_at in OBJECTS.items():
        if key in document:
            nested = cast("Document", document[key])
            row[f"{key}_id"] = nested["id"]
            yield from of(pointed_at, nested, {})
    if table == "attribute" and "taxonomy_term_id" not in row:
        fact = fact_term(str(row["link_type"]))
        row["taxonomy_term_id"] = fact["id"]
        yield from of("taxonomy_term", fact, {})
    if table == "taxonomy_term":
        yield "taxonomy", facts() if row["taxonomy_id"] == FACTS_ID else published.taxonomy()
    yield table, {name: row[name] for name in TABLES[table].columns if name in row}
    for key, child in LISTS.items():
        back = {} if child == "attribute" else {f"{table}_id": document["id"]}
        for item in cast("list[Document]", document.get(key, [])):
            yield from of(child, item, back)


def facts() -> Document:
    return {"id": FACTS_ID, "name": FACTS_NAME, "description": "What HSDS has no field for."}


def fact_term(link_type: str) -> Document:
    return {
        "id": published.made_id("fact", link_type),
        "code": link_type,
        "name": link_type,
        "description": FACTS[link_type],
        "taxonomy": FACTS_NAME,
        "taxonomy_id": FACTS_ID,
    }
