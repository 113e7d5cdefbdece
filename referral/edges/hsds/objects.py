"""What does one HSDS object say in our words? One function an object, each reading one row."""

import re
from dataclasses import dataclass, replace
from uuid import UUID

from referral.directory import written
from referral.directory.lists import borders
from referral.directory.lists.listed import (
    ListedArea,
    ListedLanguage,
    ListedLocation,
    ListedOrganization,
    ListedPhone,
    ListedProvider,
    ListedSchedule,
    ListedService,
)
from referral.directory.providers import Identifier
from referral.directory.words import ServiceStatus, Weekday
from referral.directory.written import LONGEST_NAME, NO_HOURS, shortened
from referral.edges.hsds import eligibility
from referral.edges.hsds.fields import Fields, RejectedRow
from referral.edges.hsds.help_codes import Term
from referral.edges.hsds.sorting import OrphanedRow, Sorting

OWNERS = {
    "service_at_location_id": "service_at_location",
    "location_id": "location",
    "service_id": "service",
    "organization_id": "organization",
}
OWNERS_OF_HOURS = {name: OWNERS[name] for name in ("service_at_location_id", "location_id", "service_id")}
OWNERS_OF_AREAS = {name: OWNERS[name] for name in ("service_at_location_id", "service_id")}
OWNERS_OF_LANGUAGES = {"phone_id": "phone", "service_id": "service", "location_id": "location"}

STATE_CODE = re.compile(r"[A-Z]{2,3}")
NTH_DAY = re.compile(r"(-?[1-5])(MO|TU|WE|TH|FR|SA|SU)")
CLOSED = "closed"  # as our own export writes it

Owner = dict[str, UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Part of a location here, an object of its own there."""

    location_id: UUID
    is_physical: bool
    lines: tuple[str, ...]
    city: str | None
    state: str | None
    postal_code: str | None
    country: str | None


def organization(fields: Fields) -> ListedOrganization:
    """HSDS asks for a description; one that is the name again says nothing, and our own export writes it so."""
    name, description = fields.required("name", LONGEST_NAME), fields.text("description")
    return ListedOrganization(
        id=fields.id(),
        name=name,
        alternate_name=fields.text("alternate_name"),
        description=None if description == name else description,
        website=fields.url("website"),
        email=fields.email("email"),
    )


def identifier(sorting: Sorting, fields: Fields) -> tuple[UUID, Identifier]:
    owner = sorting.reference(fields, "organization_id", "organization")
    scheme = fields.text("identifier_scheme") or fields.required("identifier_type")
    return owner, Identifier(scheme=scheme, value=fields.required("identifier"))


def location(sorting: Sorting, fields: Fields) -> ListedLocation:
    """A virtual place has no point, whatever coordinates are given for it."""
    latitude, longitude = fields.coordinates()
    is_virtual = (fields.text("location_type") or "").lower() == "virtual"
    return ListedLocation(
        id=fields.id(),
        organization_id=operator(sorting, fields),
        name=fields.text("name", LONGEST_NAME) or fields.text("alternate_name", LONGEST_NAME),
        description=fields.text("description"),
        transportation=fields.text("transportation"),
        latitude=None if is_virtual else latitude,
        longitude=None if is_virtual else longitude,
    )


def operator(sorting: Sorting, fields: Fields) -> UUID | None:
    """Whose place it is; a place is listed without that too."""
    if fields.text("organization_id") is None:
        return None
    try:
        return sorting.reference(fields, "organization_id", "organization")
    except OrphanedRow:
        return None
    except RejectedRow as rejected:
        return fields.complain(rejected.field, rejected.reason)


def address(sorting: Sorting, fields: Fields) -> Address:
    lines = (fields.text("address_1"), fields.text("address_2"))
    return Address(
        location_id=sorting.reference(fields, "location_id", "location"),
        is_physical=(fields.text("address_type") or "").lower() == "physical",
        lines=tuple(line for line in lines if line),
        city=fields.text("city"),
        state=fields.text("state_province"),
        postal_code=fields.text("postal_code"),
        country=fields.country("country"),
    )


def accessibility(sorting: Sorting, fields: Fields) -> tuple[UUID, str]:
    words = fields.text("description") or fields.required("details")
    return sorting.reference(fields, "location_id", "location"), words


def service(sorting: Sorting, fields: Fields) -> ListedService:
    facts, rest = eligibility.facts_of(fields.text("eligibility_description"))
    youngest, oldest = ages(fields)
    interpretation = fields.text("interpretation_services")
    fees = fields.text("fees_description") or fields.text("fees")
    return ListedService(
        id=fields.id(),
        organization_id=sorting.reference(fields, "organization_id", "organization"),
        name=fields.required("name", LONGEST_NAME),
        alternate_name=fields.text("alternate_name"),
        description=fields.text("description"),
        status=fields.choice("status", ServiceStatus),
        url=fields.url("url"),
        email=fields.email("email"),
        fees=fees,
        free=eligibility.free(fees),
        application_process=fields.text("application_process"),
        interpretation=interpretation,
        eligibility=rest,
        minimum_age=youngest,
        maximum_age=oldest,
        facts=facts,
        accepts_detained=eligibility.accepts_detained(facts),
        accepts_minors=eligibility.accepts_minors(facts),
        interpreter_for_other=eligibility.interpreter_for_other(interpretation),
        restrictions=eligibility.restrictions(facts),
        assured_on=fields.day("assured_date"),
        last_modified=fields.moment("last_modified"),
    )


def ages(fields: Fields) -> tuple[int | None, int | None]:
    youngest, oldest = fields.age("minimum_age"), fields.age("maximum_age")
    if youngest is not None and oldest is not None and youngest > oldest:
        fields.complain("maximum_age", f"{oldest} is below the minimum age, {youngest}; neither is kept")
        return None, None
    return youngest, oldest


def provider(sorting: Sorting, fields: Fields) -> ListedProvider:
    """A service at a place. Its name and organization follow from those."""
    id = fields.id()
    return ListedProvider(
        id=id,
        organization_id=id,
        service_id=sorting.reference(fields, "service_id", "service"),
        location_id=sorting.reference(fields, "location_id", "location"),
        name="",
        description=fields.text("description"),
    )


def term(fields: Fields, taxonomies: dict[str, str]) -> tuple[UUID, Term]:
    taxonomy = fields.text("taxonomy") or taxonomies.get(fields.row.values["taxonomy_id"].strip().lower(), "")
    return fields.id(), Term(code=fields.required("code"), taxonomy=taxonomy)


def attribute(sorting: Sorting, fields: Fields, terms: dict[UUID, Term]) -> tuple[UUID, Term] | None:
    """A term of a service; those of other things are not ours to read."""
    if (fields.text("link_entity") or "service").lower() != "service":
        return None
    owner = sorting.reference(fields, "link_id", "service")
    return owner, terms[sorting.reference(fields, "taxonomy_term_id", "taxonomy_term")]


def document(sorting: Sorting, fields: Fields) -> tuple[UUID, str]:
    return sorting.reference(fields, "service_id", "service"), fields.required("document")


def contact(sorting: Sorting, fields: Fields) -> tuple[UUID, Owner]:
    """Whose contact it is. Nothing else is kept of a person; their numbers go to the owner."""
    return fields.id(), ours(sorting.owner(fields, OWNERS))


def phone(sorting: Sorting, fields: Fields, contacts: dict[UUID, Owner]) -> ListedPhone:
    owner = sorting.owner(fields, OWNERS | {"contact_id": "contact"})
    through = owner.get("contact_id")
    number = fields.needed("number", written.phone_number, fields.required("number"))
    kind = (fields.text("type") or "").lower() or None
    row = ListedPhone(id=fields.id(), number=number, extension=fields.text("extension"), kind=kind)
    return replace(row, **(contacts[through] if through else ours(owner)))


def language(sorting: Sorting, fields: Fields, tags: dict[str, str]) -> ListedLanguage | tuple[UUID, str]:
    """A language of a service or a place, or (with the phone's id) of a phone."""
    owner = sorting.owner(fields, OWNERS_OF_LANGUAGES)
    written = fields.text("code") or fields.required("name")
    tag = tags.get(written.lower())
    if tag is None:
        raise RejectedRow("code", f'"{shortened(written)}" is no language that is known here')
    if "phone_id" in owner:
        return owner["phone_id"], tag
    return replace(ListedLanguage(id=fields.id(), tag=tag, note=fields.text("note")), **owner)


def area(sorting: Sorting, fields: Fields) -> ListedArea:
    extent = fields.text("extent") or ""
    is_drawn = (fields.text("extent_type") or "").lower() == "geojson"
    drawn = border(fields, extent) if is_drawn else None
    return ListedArea(
        id=fields.id(),
        **ours(sorting.owner(fields, OWNERS_OF_AREAS)),
        name=fields.required("name"),
        extent=extent if STATE_CODE.fullmatch(extent) and not is_drawn else None,
        border=drawn,
        is_mere_words=is_drawn and drawn is None,
    )


def border(fields: Fields, extent: str) -> str | None:
    """What the list draws. Left out where it is no area: one that is believed to be elsewhere would exclude people."""
    try:
        return borders.read(extent)
    except borders.NoBorder as refusal:
        return fields.complain("extent", str(refusal))


def schedule(sorting: Sorting, fields: Fields) -> ListedSchedule:
    """Hours by week, or by the nth weekday of a month; or closed. What is told in words only never counts as open."""
    owner = ours(sorting.owner(fields, OWNERS_OF_HOURS))
    opens, closes = fields.hour("opens_at"), fields.hour("closes_at")
    is_closure = (fields.text("description") or "").lower() == CLOSED
    days, weeks = (weekdays(fields), ()) if not is_monthly(fields) else days_of_month(fields)
    note = hours_in_words(fields, is_closure=is_closure, is_understood=bool(days))
    if (opens is None) != (closes is None) or (opens is None and note is None and not is_closure):
        raise RejectedRow("opens_at" if opens is None else "closes_at", "is missing")
    return ListedSchedule(
        id=fields.id(),
        **owner,
        weekdays=days if opens else (),
        opens_at=opens or NO_HOURS,
        closes_at=closes or NO_HOURS,
        valid_from=fields.day("valid_from"),
        valid_to=fields.day("valid_to") or fields.day("until"),
        note=note,
        weeks_of_month=weeks if opens else (),
        is_closure=is_closure,
    )


def hours_in_words(fields: Fields, *, is_closure: bool, is_understood: bool) -> str | None:
    is_told = is_monthly(fields) and not is_understood
    monthly = f"Monthly: {fields.text('byday') or 'days not stated'}" if is_told else None
    said = (None if is_closure else fields.text("description"), fields.text("notes"), monthly)
    return "; ".join(words for words in said if words) or None


def is_monthly(fields: Fields) -> bool:
    return (fields.text("freq") or "").upper() == "MONTHLY"


def weekdays(fields: Fields) -> tuple[Weekday, ...]:
    written = (fields.text("byday") or "").upper()
    codes = {code.strip() for code in written.split(",")} - {""}
    if not codes <= set(Weekday):
        raise RejectedRow("byday", f'"{shortened(written)}" is no list of weekdays (MO,TU,...)')
    return tuple(day for day in Weekday if day in codes)


def days_of_month(fields: Fields) -> tuple[tuple[Weekday, ...], tuple[int, ...]]:
    """The weekdays, and of which weeks: "1TU,3TU" is each first and third Tuesday. Nothing where it says otherwise."""
    found = [NTH_DAY.fullmatch(code.strip()) for code in (fields.text("byday") or "").upper().split(",")]
    pairs = {(int(match[1]), Weekday(match[2])) for match in found if match}
    weeks, days = {week for week, _ in pairs}, {day for _, day in pairs}
    if None in found or len(pairs) != len(weeks) * len(days):  # 1MO,3TU: other weeks for other days
        return (), ()
    return tuple(day for day in Weekday if day in days), tuple(sorted(weeks))


def ours(owner: Owner) -> Owner:
    """An owner by the name of our column: a service at a location is a provider here."""
    return {"provider_id" if name == "service_at_location_id" else name: id for name, id in owner.items()}
