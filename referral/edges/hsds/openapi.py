"""The HSDS API described for machines: an OpenAPI 3.1 document, made from the tables that the doors themselves read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import orjson

from referral.edges.hsds.parameters import (
    MOST_METRES,
    OF_ORGANIZATION,
    OF_ORGANIZATIONS,
    OF_PLACES,
    OF_SERVICES,
    OF_TAXONOMIES,
    OF_TERMS,
    PARAMETERS,
    Names,
)
from referral.edges.hsds.shapes import OBJECTS, Schema, list_of, ref

VERSION = "3.1"
NDJSON = "application/x-ndjson"
PROBLEM = "application/problem+json"
FILE = "hsds.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list, by GET and by POST, and one thing of it by its id."""

    what: str
    shape: str
    plural: str
    asked: Names
    asked_of_one: Names = ()
    other_items: tuple[str, ...] = ()
    moves: bool = False  # of two that were one, the id of the other leads to the one that is kept


LISTINGS: Mapping[str, Listing] = {
    "services": Listing(
        what="service",
        plural="services",
        shape="service",
        asked=OF_SERVICES,
        other_items=("changed",),
        moves=True,
    ),
    "service_at_locations": Listing(
        what="service at a place",
        plural="services at their places",
        shape="service_at_location",
        asked=OF_PLACES,
        moves=True,
    ),
    "organizations": Listing(
        what="organization",
        plural="organizations",
        shape="organization",
        asked=OF_ORGANIZATIONS,
        asked_of_one=OF_ORGANIZATION,
    ),
    "taxonomies": Listing(what="taxonomy", plural="taxonomies", shape="taxonomy", asked=OF_TAXONOMIES),
    "taxonomy_terms": Listing(what="term", plural="terms", shape="taxonomy_term", asked=OF_TERMS),
}


def document() -> dict[str, object]:
    """The whole document. It stands at `schema/hsds.json`, and is served as it stands there."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Referral, the directory as HSDS",
            "version": VERSION,
            "description": (
                "Who helps people that seek asylum, as Human Services Data Specification 3.1. Reading only, no key. "
                "Lists can be asked by POST, so that a search need not stand in an address. A parameter that is not "
                "known or cannot be read is refused by name, never ignored."
            ),
        },
        "servers": [{"url": "/hsds"}],
        "paths": {
            "/": {"get": operation("root", "Which version, which profile, and where this document is.", ref("root"))},
            **{f"/{name}": of_list(name, listing) for name, listing in LISTINGS.items()},
            **{f"/{name}/{{id}}": of_one(name, listing) for name, listing in LISTINGS.items()},
        },
        "components": {
            "parameters": {name: parameter(name) for name in PARAMETERS},
            "responses": {
                str(status): {"description": said, "content": {PROBLEM: {"schema": ref("problem")}}}
                for status, said in REFUSALS.items()
            },
            "schemas": {**OBJECTS, **{f"{listing.shape}_page": page(listing) for listing in LISTINGS.values()}},
        },
    }


def written() -> str:
    """The document as a file."""
    return orjson.dumps(document(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def profile() -> dict[str, object]:
    """What we add to the official document, as a JSON Merge Patch: a list of parameters takes the place of theirs."""
    ours = {name for name, one in PARAMETERS.items() if one.is_ours}
    return {
        "paths": {
            f"/{name}": {
                "get": {"parameters": references(listing.asked)},
                "post": {"parameters": references(listing.asked), "requestBody": body(listing.asked)},
            }
            for name, listing in LISTINGS.items()
            if ours & set(listing.asked)
        },
        "components": {"parameters": {name: parameter(name) for name in PARAMETERS}},
    }


def profile_of_service() -> dict[str, object]:
    """What we add to the official schema of a service, as a JSON Merge Patch."""
    said = "With minimal only: the same as last_modified."
    return {"properties": {"modified_date": {"type": "string", "format": "date-time", "description": said}}}


# ------------------------------------------------------------- operations
REFUSALS = {
    400: "The body cannot be read.",
    404: "There is no such thing, or it is not published.",
    413: "The body is too long.",
    415: "The body is neither JSON nor a form.",
    422: "A parameter is not known or cannot be read.",
}


def of_list(name: str, listing: Listing) -> dict[str, object]:
    content = {
        "application/json": {"schema": ref(f"{listing.shape}_page")},
        NDJSON: {"schema": {"type": "string"}},
    }
    answer = {"description": f"One page of {listing.plural}.", "content": content}
    asking = {"summary": f"The {listing.plural} that match all that is asked.", "tags": [name]}
    return {
        "get": {
            "operationId": f"list_{name}",
            **asking,
            "parameters": references(listing.asked),
            "responses": {"200": answer, **refusals(422)},
        },
        "post": {
            "operationId": f"search_{name}",
            **asking,
            "description": "What the body says counts before what the address says; both must make sense.",
            "parameters": references(listing.asked),
            "requestBody": body(listing.asked),
            "responses": {"200": answer, **refusals(400, 413, 415, 422)},
        },
    }


def of_one(name: str, listing: Listing) -> dict[str, object]:
    id = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
    known = operation(f"get_{name}", f"One {listing.what}, whole.", ref(listing.shape))
    moved = {"301": {"description": "It was merged into another, to which Location leads."}} if listing.moves else {}
    return {
        "get": {
            **known,
            "tags": [name],
            "parameters": [id, *references(listing.asked_of_one)],
            "responses": {"200": answer(ref(listing.shape)), **moved, **refusals(404, 422)},
        }
    }


def operation(id: str, summary: str, schema: Schema) -> dict[str, object]:
    return {"operationId": id, "summary": summary, "responses": {"200": answer(schema), **refusals(422)}}


def answer(schema: Schema) -> dict[str, object]:
    return {"description": "The answer.", "content": {"application/json": {"schema": schema}}}


def refusals(*statuses: int) -> dict[str, object]:
    return {str(status): {"$ref": f"#/components/responses/{status}"} for status in statuses}


def references(names: Names) -> list[object]:
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]


def parameter(name: str) -> dict[str, object]:
    one = PARAMETERS[name]
    ours = {"x-referral": True} if one.is_ours else {}
    return {"name": name, "in": "query", "description": one.meaning, "schema": one.schema, **ours}


NOTHING: Schema = {"type": "null", "description": "The same as leaving it out."}


def body(names: Names) -> dict[str, object]:
    """JSON, which may say null, or a form, which cannot."""
    plain = {name: PARAMETERS[name].schema for name in names}
    nullable = {name: {"anyOf": [*in_json(name), NOTHING]} for name in names}
    kinds = {"application/json": nullable, "application/x-www-form-urlencoded": plain}
    return {
        "required": False,
        "content": {
            kind: {"schema": {"type": "object", "properties": properties, "additionalProperties": False}}
            for kind, properties in kinds.items()
        },
    }


def in_json(name: str) -> Iterator[Schema]:
    yield PARAMETERS[name].schema
    if PARAMETERS[name].is_counted:
        yield {"type": "integer", "minimum": 1, "maximum": MOST_METRES}


def page(listing: Listing) -> dict[str, object]:
    items = [ref(listing.shape), *(ref(other) for other in listing.other_items)]
    contents = {"type": "array", "items": {"anyOf": items}} if listing.other_items else list_of(listing.shape)
    return {"allOf": [ref("page"), {"type": "object", "properties": {"contents": contents}}]}
