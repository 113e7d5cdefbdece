"""What do our HSDS objects look like? JSON Schemas of what `published` writes, and of nothing else.

Names and requirements are those of HSDS 3.1; what HSDS knows and we do not publish is not here.
"""

from collections.abc import Mapping

from referral.directory.words import Openness, ServiceAreaKind, ServiceStatus, Weekday

Schema = Mapping[str, object]

TEXT: Schema = {"type": "string"}
ID: Schema = {"type": "string", "format": "uuid"}
LINK: Schema = {"type": "string", "format": "uri"}
EMAIL: Schema = {"type": "string", "format": "email"}
NUMBER: Schema = {"type": "number"}
COUNT: Schema = {"type": "integer", "minimum": 0}
DAY: Schema = {"type": "string", "format": "date"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
FLAG: Schema = {"type": "boolean"}


def one_of(*words: str) -> Schema:
    return {"type": "string", "enum": list(words)}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def list_of(name: str) -> Schema:
    return {"type": "array", "items": ref(name)}


def shape(meaning: str, required: str, **properties: Schema) -> Schema:
    return {
        "type": "object",
        "description": meaning,
        "required": required.split(),
        "properties": properties,
    }


OBJECTS: Mapping[str, Schema] = {
    "service": shape(
        "One kind of help under one set of rules. In a list: without its lists, unless full is asked.",
        "id name status organization",
        id=ID,
        name=TEXT,
        alternate_name=TEXT,
        description=TEXT,
        url=LINK,
        email=EMAIL,
        status=one_of(*(status.value for status in ServiceStatus)),
        interpretation_services=TEXT,
        application_process=TEXT,
        fees_description=TEXT,
        eligibility_description=TEXT,
        minimum_age=NUMBER,
        maximum_age=NUMBER,
        assured_date=DAY,
        last_modified=MOMENT,
        organization=ref("organization"),
        phones=list_of("phone"),
        schedules=list_of("schedule"),
        service_areas=list_of("service_area"),
        languages=list_of("language"),
        required_documents=list_of("required_document"),
        capacities=list_of("service_capacity"),
        attributes=list_of("attribute"),
        service_at_locations=list_of("service_at_location"),
    ),
    "changed": shape(
        "When a service was changed, twice: HSDS calls it last_modified in the object and modified_date in prose.",
        "id last_modified modified_date",
        id=ID,
        last_modified=MOMENT,
        modified_date=MOMENT,
    ),
    "named_service": shape("A service by name.", "id name status", id=ID, name=TEXT, status=TEXT),
    "organization": shape(
        "Who offers help. With full_service its services are whole; by itself they are named.",
        "id name description",
        id=ID,
        name=TEXT,
        description=TEXT,
        website=LINK,
        email=EMAIL,
        phones=list_of("phone"),
        organization_identifiers=list_of("organization_identifier"),
        services={"type": "array", "items": {"anyOf": [ref("service"), ref("named_service")]}},
    ),
    "organization_identifier": shape(
        "A number that a register gave.",
        "id identifier_type identifier",
        id=ID,
        identifier_scheme=TEXT,
        identifier_type=TEXT,
        identifier=TEXT,
    ),
    "service_at_location": shape(
        "A service as it is offered at one place.",
        "id",
        id=ID,
        service_id=ID,
        description=TEXT,
        location=ref("location"),
        phones=list_of("phone"),
        schedules=list_of("schedule"),
        service_areas=list_of("service_area"),
        attributes=list_of("attribute"),
    ),
    "location": shape(
        "A place. One that is hidden has no address and no coordinates, and an attribute that says so.",
        "id location_type",
        id=ID,
        location_type=one_of("physical", "postal", "virtual"),
        name=TEXT,
        description=TEXT,
        transportation=TEXT,
        latitude={"type": "number", "minimum": -90, "maximum": 90},
        longitude={"type": "number", "minimum": -180, "maximum": 180},
        addresses=list_of("address"),
        accessibility=list_of("accessibility"),
        languages=list_of("language"),
        phones=list_of("phone"),
        schedules=list_of("schedule"),
        attributes=list_of("attribute"),
    ),
    "address": shape(
        "An address, only where it is whole.",
        "id address_1 city state_province postal_code country address_type",
        id=ID,
        address_1=TEXT,
        address_2=TEXT,
        city=TEXT,
        state_province=TEXT,
        postal_code=TEXT,
        country={"type": "string", "pattern": "^[A-Z]{2}$"},
        address_type=one_of("physical"),
    ),
    "accessibility": shape("How people get in.", "id description", id=ID, description=TEXT),
    "phone": shape(
        "A number.",
        "id number",
        id=ID,
        number=TEXT,
        extension=NUMBER,
        type=TEXT,
        languages=list_of("language"),
    ),
    "language": shape(
        "A language: its code of ISO 639, and the whole tag as its name.",
        "id code",
        id=ID,
        code=TEXT,
        name=TEXT,
        note=TEXT,
    ),
    "schedule": shape(
        "Hours of the place's own clock. Where it changes in the year ahead there is a row for each time between two "
        "changes, from valid_from to valid_to, with the offset from UTC that holds then.",
        "id",
        id=ID,
        freq=one_of("WEEKLY", "MONTHLY"),
        byday={"type": "string", "examples": [Weekday.MONDAY.value]},
        opens_at=TEXT,
        closes_at=TEXT,
        timezone=NUMBER,
        valid_from=DAY,
        valid_to=DAY,
        notes=TEXT,
        description=TEXT,
    ),
    "service_area": shape(
        "Whom a service covers.",
        "id name extent_type",
        id=ID,
        name=TEXT,
        extent=TEXT,
        extent_type=one_of("geojson", *(kind.value for kind in ServiceAreaKind)),
    ),
    "required_document": shape("What to bring.", "id document", id=ID, document=TEXT),
    "service_capacity": shape(
        "How many more can be taken, as stated not too long ago; what nobody stated is not here.",
        "id unit available updated",
        id=ID,
        unit=ref("unit"),
        available=COUNT,
        maximum=COUNT,
        description=TEXT,
        updated=MOMENT,
    ),
    "unit": shape("What is counted.", "id name identifier", id=ID, name=TEXT, identifier=TEXT),
    "attribute": shape(
        "A term on a service; or openness, a hidden place or a time zone, by link_type. Openness is one of "
        f"{', '.join(word.value for word in Openness)} here, told in the codes of capacity.",
        "id link_id link_type link_entity",
        id=ID,
        link_id=ID,
        link_type=TEXT,
        link_entity=TEXT,
        taxonomy_term_id=ID,
        taxonomy_term=ref("taxonomy_term"),
        value=TEXT,
        label=TEXT,
    ),
    "taxonomy": shape("A list of terms.", "id name description", id=ID, name=TEXT, description=TEXT),
    "taxonomy_term": shape(
        "A kind of help.",
        "id code name description taxonomy_id taxonomy",
        id=ID,
        code=TEXT,
        name=TEXT,
        description=TEXT,
        taxonomy_id=ID,
        taxonomy=TEXT,
    ),
    "page": shape(
        "One page of a list.",
        "total_items total_pages page_number size first_page last_page empty contents",
        total_items=COUNT,
        total_pages=COUNT,
        page_number={"type": "integer", "minimum": 1},
        size=COUNT,
        first_page=FLAG,
        last_page=FLAG,
        empty=FLAG,
        contents={"type": "array"},
    ),
    "root": shape("What this is.", "version profile openapi_url", version=TEXT, profile=LINK, openapi_url=LINK),
    "problem": shape(
        "Why there is no answer; fields names each parameter that is wrong.",
        "title status code",
        type=TEXT,
        title=TEXT,
        status={"type": "integer"},
        detail=TEXT,
        code=TEXT,
        fields={
            "type": "array",
            "items": shape(
                "One parameter.",
                "path code message",
                path={"type": "array", "items": TEXT},
                code=TEXT,
                message=TEXT,
            ),
        },
    ),
}
