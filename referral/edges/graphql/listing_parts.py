# pyright: reportIncompatibleVariableOverride=false
"""The parts of a listing as they are published: each lists what it shows and reads the domain object by attribute."""

from datetime import date, datetime
from typing import Annotated, cast

import strawberry

from referral.directory import providers as domain
from referral.directory.facts import FactGroup
from referral.directory.words import (
    CapacityUnit,
    Credential,
    DeliveryMode,
    LanguageMode,
    LocationVisibility,
    SaidBy,
    ServiceAreaKind,
    ServiceDepth,
    ServiceStatus,
    VerificationStatus,
    Weekday,
)
from referral.edges.graphql.context import Info
from referral.edges.graphql.scalars import CountryCode, LanguageTag, described
from referral.foundation.vocabulary import HelpType

In = Annotated[LanguageTag | None, strawberry.argument(name="in", description="The language to answer in.")]
ENGLISH = LanguageTag("en")
Day = date  # for a field that is called so


@strawberry.type(description="A number a register gave, such as an EIN.")
class Identifier:
    scheme: str = described("The register.")
    value: str = described("The number.")


@strawberry.type(description="One kind of help offered under one set of rules.")
class Service:
    id: strawberry.ID = described("Stable over imports.")
    depth: ServiceDepth = described("How far a legal service goes.")
    name: str = described("Its name.")
    description: str | None = described("What it is.")
    status: ServiceStatus = described("Whether it runs.")
    url: str | None = described("Its page on the web.")
    fees: str | None = described("What it costs.")
    application_process: str | None = described("How to ask for it.")
    eligibility: str | None = described("Who may ask.")
    minimum_age: int | None = described("The youngest it takes, in years.")
    maximum_age: int | None = described("The oldest it takes, in years.")
    required_documents: list[str] = described("Papers to bring.")
    delivery_modes: list[DeliveryMode] = described("How the help is given.")
    credentials: list[Credential] = described("What allows its people to help with law.")
    last_modified: datetime = described("When the source last changed it.")


@strawberry.type(description="A postal address.")
class Address:
    lines: list[str] = described("Street and number.")
    city: str = described("The town.")
    state: str = described("The state or province.")
    postal_code: str = described("The ZIP or postal code.")
    country: CountryCode = described("The country.")


@strawberry.type(description="Where a service is reached. A confidential place has no address and no coordinates.")
class Location:
    id: strawberry.ID = described("Stable over imports.")
    name: str | None = described("What it is called.")
    visibility: LocationVisibility = described("How much of it is shown.")
    latitude: float | None = described("Degrees north, WGS 84; null unless the place is public.")
    longitude: float | None = described("Degrees east, WGS 84; null unless the place is public.")
    time_zone: str = described("Its IANA time zone.")
    accessibility: list[str] = described("How it can be entered and used.")
    transportation: str | None = described("How to get there.")

    @strawberry.field(description="The address; the town only, or null, where the rest is not shown.")
    def address(self) -> Address | None:
        place = cast("domain.Location", self)
        if place.visibility is LocationVisibility.CONFIDENTIAL or place.country is None:
            return None
        is_public = place.visibility is LocationVisibility.PUBLIC
        return Address(
            lines=list(place.lines) if is_public else [],
            city=place.city or "",
            state=place.state or "",
            postal_code=(place.postal_code or "") if is_public else "",
            country=CountryCode(place.country),
        )


@strawberry.type(description="A language spoken at a provider, and how.")
class ProviderLanguage:
    tag: LanguageTag = described("Its tag.")
    mode: LanguageMode = described("Who speaks it there.")
    note: str | None = described("What the provider adds.")

    @strawberry.field(description="Its name.")
    def name(self, info: Info, in_: In = ENGLISH) -> str:
        known = info.context.lexicon.get(self.tag)
        return known.name_in(in_ or ENGLISH) if known else str(self.tag)

    @strawberry.field(description="What its speakers call it.")
    def autonym(self, info: Info) -> str | None:
        known = info.context.lexicon.get(self.tag)
        return known.autonym if known else None


@strawberry.type(description="Places free for one kind of help: stated, less taken and held since.")
class Capacity:
    help_type: HelpType | None = described("The kind of help; null counts for any.")
    unit: CapacityUnit = described("What is counted.")
    available: int = described("Places free now.")
    maximum: int | None = described("The most it ever has.")
    updated_at: datetime = described("When the provider stated it.")
    expires_at: datetime = described("Until when it may be believed.")


@strawberry.type(description="Hours at the place's own time.")
class Schedule:
    weekdays: list[Weekday] = described("On which days.")
    opens_at: str = described("From, such as 09:00.")
    closes_at: str = described("To, such as 17:00.")
    valid_from: date | None = described("The first day it holds.")
    valid_to: date | None = described("The last day it holds.")
    note: str | None = described("What the provider adds.")
    weeks_of_month: list[int] = described("1: the first such weekday of a month, -1: the last. Empty: every week.")
    is_closure: bool = described("Closed in these hours; 00:00 to 00:00 is all day. No weekdays: each day it holds.")


@strawberry.type(description="A phone number as the provider writes it.")
class Phone:
    number: str = described("The number.")
    extension: str | None = described("The extension.")
    kind: str | None = described("What sort of line: voice, text, hotline.")
    languages: list[LanguageTag] = described("Languages spoken on it.")


@strawberry.type(description="Whom a service covers: an area, a court, a detention centre.")
class ServiceArea:
    name: str = described("What it is called.")
    kind: ServiceAreaKind = described("What kind of area.")
    country: CountryCode | None = described("The country.")
    state: str | None = described("The state.")


@strawberry.type(description="Who said a part of a listing last.")
class GroupSource:
    group: FactGroup = described("Which facts.")
    source: SaidBy = described("Who said the last of them.")
    list_name: str | None = described("With a list: which.")
    date: Day | None = described("Which day; of a list, the date it gives for itself, else when it was last another.")
    confirmed_at: datetime | None = described("When somebody last confirmed it: the provider, or whoever checked.")


@strawberry.type(description="How far a listing has been checked, and where it was taken from.")
class Verification:
    status: VerificationStatus = described("How far.")
    verified_at: datetime | None = described("When it was checked last.")
    source: str = described("Where the listing was taken from.")
    source_date: date | None = described("The date of that source. Confirm by phone.")
