# pyright: reportIncompatibleVariableOverride=false
"""The directory as it is published: each type lists what it shows and reads the domain object by attribute."""

from datetime import date, datetime
from typing import Annotated, cast

import strawberry

from referral.directory import facets, search
from referral.directory import providers as domain
from referral.directory.facets import HelpTypeCount, LanguageCount, OpennessCount
from referral.directory.providers import Provider as Listing
from referral.directory.search import Found, Hit, Search
from referral.directory.words import (
    Answer,
    CapacityUnit,
    Credential,
    DeliveryMode,
    LanguageMode,
    LocationVisibility,
    Openness,
    OrganizationKind,
    ServiceAreaKind,
    ServiceDepth,
    ServiceStatus,
    VerificationStatus,
    Weekday,
)
from referral.edges.graphql.context import Info
from referral.edges.graphql.scalars import CountryCode, Cursor, LanguageTag, described
from referral.edges.lookups import Origin
from referral.foundation.languages import Direction
from referral.foundation.meanings import Place as PlaceFound
from referral.foundation.meanings import PlaceKind
from referral.foundation.vocabulary import HelpType, ProtectionClaim

In = Annotated[LanguageTag | None, strawberry.argument(name="in", description="The language to answer in.")]
ENGLISH = LanguageTag("en")


@strawberry.type(description="Whether a list goes on before and after a page.")
class PageInfo:
    has_next_page: bool = described("More follow after endCursor.")
    has_previous_page: bool = described("More stand before startCursor.")
    start_cursor: Cursor | None = described("The cursor of the first entry; null on an empty page.")
    end_cursor: Cursor | None = described("The cursor of the last entry; null on an empty page.")


@strawberry.type(description="A place on the map: a town, an area, a court, a postal code.")
class Place:
    id: strawberry.ID = described("Stable; send it as near.place.")
    name: str = described("What it is called.")
    kind: PlaceKind = described("What sort of place it is.")
    country: CountryCode = described("The country it lies in.")
    state: str | None = described("The state: TX in the United States, TAM in Mexico, elsewhere a name.")
    latitude: float = described("Degrees north, WGS 84.")
    longitude: float = described("Degrees east, WGS 84.")


@strawberry.type(description="A number a register gave, such as an EIN.")
class Identifier:
    scheme: str = described("The register.")
    value: str = described("The number.")


@strawberry.type(description="The legal entity or collective that offers help.")
class Organization:
    id: strawberry.ID = described("Stable over imports.")
    name: str = described("Its name.")
    description: str | None = described("What it says of itself.")
    website: str | None = described("Its web site.")
    email: str | None = described("Its public e-mail address.")
    kind: OrganizationKind = described("Legal or humanitarian.")
    identifiers: list[Identifier] = described("Numbers that registers gave it.")

    @strawberry.field(description="Its listings, by name.")
    async def providers(
        self,
        info: Info,
        first: Annotated[int | None, strawberry.argument(description="How many, 1 to 50; 20 if not said.")] = None,
        after: Annotated[Cursor | None, strawberry.argument(description="Go on after this cursor.")] = None,
    ) -> "ProviderConnection":
        asked = Search(organization=cast("domain.Organization", self).id)
        return ProviderConnection(
            search=asked, found=await search.find(info.context.at, asked, first=first, after=after), near=None
        )


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


@strawberry.type(description="A language of the reviewed list.")
class Language:
    tag: LanguageTag = described("Its tag.")
    name: str = described("Its name, in the language asked in.")
    autonym: str | None = described("What its speakers call it.")
    direction: Direction = described("Which way it is written.")

    @strawberry.field(description="How many listings name it.")
    async def provider_count(self, info: Info) -> int:
        return await info.context.loaders.language_count.load(self.tag)


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


@strawberry.type(description="How far a listing has been checked, and where it was taken from.")
class Verification:
    status: VerificationStatus = described("How far.")
    verified_at: datetime | None = described("When it was checked last.")
    source: str = described("Where the listing was taken from.")
    source_date: date | None = described("The date of that source. Confirm by phone.")


@strawberry.type(description="One service at one place: who can help, where, in which languages, and whether now.")
class Provider:
    id: strawberry.ID = described("Stable over imports.")
    name: str = described("What the listing is called.")
    organization: Organization = described("Who offers it.")
    service: Service = described("What is offered.")
    location: Location | None = described("Where; null where it is given from afar only.")
    help_types: list[HelpType] = described("The kinds of help.")
    claims: list[ProtectionClaim] = described("Claims it takes cases in; empty takes any.")
    languages: list[ProviderLanguage] = described("Languages spoken there. Empty: not stated.")
    interpreter_for_other: Answer = described("Whether an interpreter is found for any other language.")
    openness: Openness = described("Whether it takes new people now; UNKNOWN once the last statement has aged out.")
    openness_stated_at: datetime | None = described("When the provider said so.")
    capacities: list[Capacity] = described("Places free now; empty where nothing is stated.")
    waitlist_estimate_days: int | None = described("How long the line is, in days, as the provider guesses.")
    is_open_now: bool | None = described("Whether it is open at this moment, by its place's clock; null: not known.")
    schedules: list[Schedule] = described("When it is open.")
    phones: list[Phone] = described("How to call.")
    service_areas: list[ServiceArea] = described("Whom it covers, beside people near its office.")
    accepts_detained: Answer = described("Whether it takes people who are held.")
    accepts_minors: Answer = described("Whether it takes children.")
    restrictions: list[str] = described("Limits in the provider's own words.")
    verification: Verification = described("How far it has been checked.")


@strawberry.type(description="One listing found.")
class ProviderEdge:
    cursor: Cursor = described("Where it stands in the list.")
    node: Hit = described("The listing.", graphql_type=Provider)
    distance_km: float | None = described(
        "Great-circle kilometres from the origin; null without one, and for places that take no part in distance."
    )


@strawberry.type(description="How many listings offer a language.")
class LanguageFacet:
    tag: LanguageTag = described("The language.")
    count: int = described("How many listings.")


@strawberry.type(description="How many listings offer a kind of help.")
class HelpTypeFacet:
    help_type: HelpType = described("The kind of help.")
    count: int = described("How many listings.")


@strawberry.type(description="How many listings are open, closed, or have not said.")
class OpennessFacet:
    openness: Openness = described("Whether they take new people.")
    count: int = described("How many listings.")


@strawberry.type(description="Live counts, each under all the other filters.")
class ProviderFacets:
    search: strawberry.Private[Search]

    @strawberry.field(description="By language.", graphql_type=list[LanguageFacet])
    async def languages(self, info: Info) -> list[LanguageCount]:
        return await facets.languages(info.context.at, self.search)

    @strawberry.field(description="By kind of help.", graphql_type=list[HelpTypeFacet])
    async def help_types(self, info: Info) -> list[HelpTypeCount]:
        return await facets.help_types(info.context.at, self.search)

    @strawberry.field(description="By openness.", graphql_type=list[OpennessFacet])
    async def openness(self, info: Info) -> list[OpennessCount]:
        return await facets.openness(info.context.at, self.search)


@strawberry.type(description="A page of listings. What is not selected is not computed.")
class ProviderConnection:
    search: strawberry.Private[Search]
    found: strawberry.Private[Found]
    near: strawberry.Private[Origin | None]

    @strawberry.field(description="The listings with their cursors and distances.")
    def edges(self) -> list[ProviderEdge]:
        return [
            ProviderEdge(cursor=Cursor(hit.cursor(self.found.order)), node=hit, distance_km=hit.distance_km)
            for hit in self.found.hits
        ]

    @strawberry.field(description="The listings alone.", graphql_type=list[Provider])
    def nodes(self) -> tuple[Listing, ...]:
        return self.found.hits

    @strawberry.field(description="Whether the list goes on.")
    def page_info(self) -> PageInfo:
        hits, page = self.found.hits, self.found.page
        return PageInfo(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=Cursor(hits[0].cursor(self.found.order)) if hits else None,
            end_cursor=Cursor(hits[-1].cursor(self.found.order)) if hits else None,
        )

    @strawberry.field(description="How many listings match; exact up to 10,000, null above.")
    async def total_count(self, info: Info) -> int | None:
        return await search.count(info.context.at, self.search)

    @strawberry.field(description="Counts by language, kind of help and openness.")
    def facets(self) -> ProviderFacets:
        return ProviderFacets(search=self.search)

    @strawberry.field(description="What near resolved to; null for a bare point or no near.", graphql_type=Place | None)
    def origin(self) -> PlaceFound | None:
        return self.near.place if self.near else None

    @strawberry.field(description="What else near.text may have meant.", graphql_type=list[Place])
    def alternatives(self) -> tuple[PlaceFound, ...]:
        return self.near.alternatives if self.near else ()
