"""How is what we publish written as HSDS 3.1 objects? Pure: whole services in, plain documents out.

What is not known is left out, never guessed: no capacity where none is stated, no address where a place is hidden or
the address is not whole. Names are those of the HSDS 3.1 schemas.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID, uuid5

import orjson

from referral.directory.providers import Capacity, Organization
from referral.directory.publishing.whole import (
    Change,
    ServiceAtLocation,
    WholeArea,
    WholeHours,
    WholeLanguage,
    WholeLocation,
    WholePhone,
    WholePlace,
    WholeService,
)
from referral.directory.words import CapacityUnit, LocationVisibility, Openness
from referral.edges.hsds import eligibility, hours
from referral.edges.hsds.fields import FOREIGN_IDS
from referral.foundation.vocabulary import HelpType

Document = dict[str, object]

TAXONOMY_NAME = "Referral kinds of help"
OPENNESS_CODES = {
    Openness.OPEN: "capacity",
    Openness.LIMITED: "capacity",
    Openness.WAITLIST: "waitlist",
    Openness.ASSESSMENT_NEEDED: "additional-assessment-required",
    Openness.CLOSED: "no-capacity",
    Openness.PAUSED: "no-capacity",
}


def made_id(*parts: object) -> str:
    """The id of an object that has none here; the same for the same parts."""
    return str(uuid5(FOREIGN_IDS, " ".join(str(part) for part in parts)))


def said(**fields: object) -> Document:
    """Only what is said: no nulls, no empty texts, no empty lists."""
    return {name: value for name, value in fields.items() if value not in (None, "", (), [])}


# ------------------------------------------------------------- services
def change(one: Change) -> Document:
    """HSDS says `modified_date` where it means the field `last_modified`: both are given."""
    changed = one.last_modified.isoformat()
    return {"id": str(one.id), "last_modified": changed, "modified_date": changed}


def service(whole: WholeService, now: datetime, *, is_full: bool) -> Document:
    """A service: with everything that is its own, or in a list with its organization alone."""
    facts = eligibility.agreeing(whole.facts, detained=whole.accepts_detained, minors=whole.accepts_minors)
    written = said(
        id=str(whole.id),
        name=whole.name,
        alternate_name=whole.alternate_name,
        description=whole.description,
        url=whole.url,
        email=whole.email,
        status=status(whole),
        interpretation_services=whole.interpretation,
        application_process=whole.application_process,
        fees_description=whole.fees,
        eligibility_description=eligibility.written(facts, whole.eligibility),
        minimum_age=whole.minimum_age,
        maximum_age=whole.maximum_age,
        assured_date=whole.assured_on and whole.assured_on.isoformat(),
        last_modified=whole.last_modified.isoformat(),
        organization=organization(whole.organization, whole.organization_phones, is_full=is_full),
    )
    if not is_full:
        return written
    return written | said(
        phones=phones(whole.phones),
        schedules=schedules(whole.schedules, zone_of(whole.places), now),
        service_areas=areas(whole.service_areas),
        languages=languages(whole.languages),
        required_documents=[
            {"id": made_id(whole.id, "document", text), "document": text} for text in whole.required_documents
        ],
        capacities=[capacity(place, count) for place in whole.places for count in place.capacities],
        attributes=[*help_attributes(whole)],
        service_at_locations=[place_of(place, now, is_full=True) for place in whole.places if place.location],
    )


def status(whole: WholeService) -> str:
    """Whoever is paused at every place is closed for now."""
    is_paused = whole.places and all(place.openness is Openness.PAUSED for place in whole.places)
    return "temporarily closed" if is_paused else whole.status.value


def capacity(place: WholePlace, count: Capacity) -> Document:
    return said(
        id=made_id(place.id, "capacity", count.help_type or "any", count.unit),
        unit=unit(count.unit),
        available=count.available,
        maximum=count.maximum,
        description=count.help_type and count.help_type.meaning,
        updated=count.updated_at.isoformat(),
    )


def unit(counted: CapacityUnit) -> Document:
    return {"id": made_id("unit", counted.value), "name": counted.meaning.rstrip("."), "identifier": counted.value}


def help_attributes(whole: WholeService) -> Iterable[Document]:
    for kind in whole.help_types:
        yield {
            "id": made_id(whole.id, "help", kind.value),
            "link_id": str(whole.id),
            "link_type": "attribute",
            "link_entity": "service",
            "taxonomy_term_id": term_id(kind),
            "taxonomy_term": term(kind),
        }


# ------------------------------------------------------------- taxonomy
TAXONOMY_ID = made_id("taxonomy", TAXONOMY_NAME)


def taxonomy() -> Document:
    return {
        "id": TAXONOMY_ID,
        "name": TAXONOMY_NAME,
        "description": "Legal and humanitarian help for people who seek asylum.",
    }


def term_id(kind: HelpType) -> str:
    return made_id("help", kind.value)


def term(kind: HelpType) -> Document:
    return {
        "id": term_id(kind),
        "code": kind.value,
        "name": kind.meaning.rstrip("."),
        "description": kind.meaning,
        "taxonomy_id": TAXONOMY_ID,
        "taxonomy": TAXONOMY_NAME,
    }


def kind_of(term_id_written: str) -> HelpType | None:
    return next((kind for kind in HelpType if term_id(kind) == term_id_written.lower()), None)


# ------------------------------------------------------------- organizations and places
def organization(whole: Organization, own_phones: Sequence[WholePhone], *, is_full: bool) -> Document:
    """HSDS asks for a description; who gives none is described by the name."""
    written = said(
        id=str(whole.id),
        name=whole.name,
        description=whole.description or whole.name,
        website=whole.website,
        email=whole.email,
    )
    if not is_full:
        return written
    return written | said(
        phones=phones(own_phones),
        organization_identifiers=[
            {
                "id": made_id(whole.id, "identifier", one.scheme, one.value),
                "identifier_scheme": one.scheme,
                "identifier_type": one.scheme,
                "identifier": one.value,
            }
            for one in whole.identifiers
        ],
    )


def service_at_location(one: ServiceAtLocation, now: datetime, *, is_full: bool) -> Document:
    """A service at a place by itself: it names its service."""
    return {"service_id": str(one.service_id), **place_of(one.place, now, is_full=is_full)}


def place_of(place: WholePlace, now: datetime, *, is_full: bool) -> Document:
    zone = place.location.time_zone if place.location else None
    written = said(
        id=str(place.id),
        description=place.description,
        location=location(place.location, now, is_full=is_full) if place.location else None,
    )
    if not is_full:
        return written
    return written | said(
        phones=phones(place.phones),
        schedules=schedules(place.schedules, zone, now),
        service_areas=areas(place.service_areas),
        attributes=openness_attributes(place),
    )


def openness_attributes(place: WholePlace) -> list[Document]:
    code = OPENNESS_CODES.get(place.openness)
    if code is None:
        return []
    return [
        {
            "id": made_id(place.id, "openness"),
            "link_id": str(place.id),
            "link_type": "capacity-status",
            "link_entity": "service_at_location",
            "value": code,
            "label": place.openness.meaning,
        }
    ]


def location(place: WholeLocation, now: datetime, *, is_full: bool) -> Document:
    written = said(
        id=str(place.id),
        location_type="physical",
        name=place.name,
        description=place.description,
        transportation=place.transportation,
        latitude=place.latitude,
        longitude=place.longitude,
    )
    if not is_full:
        return written
    return written | said(
        addresses=addresses(place),
        accessibility=[{"id": made_id(place.id, "access", text), "description": text} for text in place.accessibility],
        languages=languages(place.languages),
        phones=phones(place.phones),
        schedules=schedules(place.schedules, place.time_zone, now),
        attributes=location_attributes(place),
    )


def addresses(place: WholeLocation) -> list[Document]:
    """HSDS wants an address whole, so one that is not, or is not shown, is left out."""
    parts = (place.city, place.state, place.postal_code, place.country)
    if place.visibility is not LocationVisibility.PUBLIC or not place.lines or not all(parts):
        return []
    return [
        said(
            id=made_id(place.id, "address"),
            address_1=place.lines[0],
            address_2=", ".join(place.lines[1:]),
            city=place.city,
            state_province=place.state,
            postal_code=place.postal_code,
            country=place.country,
            address_type="physical",
        )
    ]


def location_attributes(place: WholeLocation) -> list[Document]:
    """What HSDS has no field for: the IANA time zone, and that a place is hidden."""
    told = [("iana_timezone", place.time_zone)]
    if place.visibility is not LocationVisibility.PUBLIC:
        told = [("confidential", place.visibility.value)]
    return [
        {
            "id": made_id(place.id, name),
            "link_id": str(place.id),
            "link_type": name,
            "link_entity": "location",
            "value": value,
        }
        for name, value in told
    ]


# ------------------------------------------------------------- small parts
def phones(whole: Sequence[WholePhone]) -> list[Document]:
    return [
        said(
            id=str(phone.id),
            number=phone.number,
            extension=int(phone.extension) if phone.extension and phone.extension.isdecimal() else None,
            type=phone.kind,
            languages=[{"id": made_id(phone.id, tag), "code": tag.partition("-")[0]} for tag in phone.languages],
        )
        for phone in whole
    ]


def languages(whole: Sequence[WholeLanguage]) -> list[Document]:
    """HSDS takes codes of ISO 639; a region or script stands in the name."""
    return [said(id=str(one.id), code=one.tag.partition("-")[0], name=one.tag, note=one.note) for one in whole]


def areas(whole: Sequence[WholeArea]) -> list[Document]:
    return [
        said(id=str(area.id), name=area.name, extent=area.state, extent_type=area.kind.value)
        if area.border is None
        else said(id=str(area.id), name=area.name, extent=orjson.dumps(area.border).decode(), extent_type="geojson")
        for area in whole
    ]


def schedules(whole: Sequence[WholeHours], zone: str | None, now: datetime) -> list[Document]:
    """Weekly hours, or of the nth weekday of a month; a row for each time between two changes of the clock."""
    return [said(**row) for one in whole for row in hours.written(one, zone, now)]


def zone_of(places: Sequence[WholePlace]) -> str | None:
    """The time zone of a service whose places all keep the same."""
    zones = {place.location.time_zone for place in places if place.location}
    return zones.pop() if len(zones) == 1 else None


def as_uuid(written: str) -> UUID | None:
    try:
        return UUID(written)
    except ValueError:
        return None
