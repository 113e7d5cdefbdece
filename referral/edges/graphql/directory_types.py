# pyright: reportIncompatibleVariableOverride=false
"""The directory as it is published: each type lists what it shows and reads the domain object by attribute."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Annotated, cast

import strawberry

from referral.directory import providers as domain
from referral.directory.providers import Provider as Listing
from referral.directory.searching import facets, search
from referral.directory.searching.facets import HelpTypeCount, LanguageCount, OpennessCount
from referral.directory.searching.search import Hit, Paging, Search
from referral.directory.sources import Told
from referral.directory.words import (
    Answer,
    Openness,
    OrganizationKind,
)
from referral.edges.graphql.context import Info
from referral.edges.graphql.kept import written_page
from referral.edges.graphql.listing_parts import (
    Capacity,
    GroupSource,
    Identifier,
    Location,
    Phone,
    ProviderLanguage,
    Schedule,
    Service,
    ServiceArea,
    Verification,
)
from referral.edges.graphql.scalars import CountryCode, Cursor, LanguageTag, described
from referral.edges.graphql.selections import Ready
from referral.edges.lookups import Origin
from referral.foundation.cursors import Page
from referral.foundation.languages import Direction
from referral.foundation.meanings import Place as PlaceFound
from referral.foundation.meanings import PlaceKind
from referral.foundation.vocabulary import HelpType, ProtectionClaim

Ends = tuple[str | None, str | None]  # the cursors of a page's first and last listing


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
        return await page_of(info, asked, Paging(first=first, after=after))


@strawberry.type(description="A language of the reviewed list.")
class Language:
    tag: LanguageTag = described("Its tag.")
    name: str = described("Its name, in the language asked in.")
    autonym: str | None = described("What its speakers call it.")
    direction: Direction = described("Which way it is written.")

    @strawberry.field(description="How many listings name it.")
    async def provider_count(self, info: Info) -> int:
        return await info.context.loaders.language_count.load(self.tag)


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
    restrictions: list[str] = described("Limits it states, each as a short sentence in English.")
    verification: Verification = described("How far it has been checked.")

    @strawberry.field(
        description="Who said the parts of it last, and when; parts of which nothing is said are absent.",
        graphql_type=list[GroupSource],
    )
    async def sources(self, info: Info) -> tuple[Told, ...]:
        return await info.context.loaders.sources.load(cast("Listing", self).id)


@strawberry.type(description="One listing found.")
class ProviderEdge:
    cursor: Cursor = described("Where it stands in the list.")
    node: Hit = described("The listing.", graphql_type=Provider)
    distance_km: float | None = described(
        "Great-circle kilometres from the origin, which is the middle where origin is a STATE or a COUNTRY; null "
        "without one, and for places that take no part in distance."
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
    """`hits` are whole listings, or rows of what is selected; these are `written` already, by name in the answer."""

    search: strawberry.Private[Search]
    hits: strawberry.Private[tuple[Hit, ...]]
    cursors: strawberry.Private[Ends]
    page: strawberry.Private[Page]
    near: strawberry.Private[Origin | None]
    written: strawberry.Private[Mapping[str, Ready] | None] = None

    @strawberry.field(description="The listings with their cursors and distances.", graphql_type=list[ProviderEdge])
    def edges(self, info: Info) -> "list[ProviderEdge] | Ready":
        if self.written is not None:
            return self.written[str(info.path.key)]
        return [ProviderEdge(cursor=Cursor(hit.cursor), node=hit, distance_km=hit.distance_km) for hit in self.hits]

    @strawberry.field(description="The listings alone.", graphql_type=list[Provider])
    def nodes(self, info: Info) -> tuple[Listing, ...] | Ready:
        return self.hits if self.written is None else self.written[str(info.path.key)]

    @strawberry.field(description="Whether the list goes on.")
    def page_info(self) -> PageInfo:
        start, end = self.cursors
        return PageInfo(
            has_next_page=self.page.has_next,
            has_previous_page=self.page.has_previous,
            start_cursor=Cursor(start) if start else None,
            end_cursor=Cursor(end) if end else None,
        )

    @strawberry.field(description="How many listings match; exact up to 10,000, null above.")
    async def total_count(self, info: Info) -> int | None:
        return await search.count(info.context.at, self.search)

    @strawberry.field(description="Counts by language, kind of help and openness.")
    def facets(self) -> ProviderFacets:
        return ProviderFacets(search=self.search)

    @strawberry.field(
        description="What near resolved to; null for a bare point or no near. A STATE or a COUNTRY is an area: "
        "distances are from its middle and say little, so ask again with its country and state as within, and without "
        "near.",
        graphql_type=Place | None,
    )
    def origin(self) -> PlaceFound | None:
        return self.near.place if self.near else None

    @strawberry.field(description="What else near.text may have meant.", graphql_type=list[Place])
    def alternatives(self) -> tuple[PlaceFound, ...]:
        return self.near.alternatives if self.near else ()


async def page_of(info: Info, wanted: Search, paging: Paging, near: Origin | None = None) -> ProviderConnection:
    """A page of listings, as far as the document selects them; whole where its selection cannot be written at once."""
    context, selection = info.context, info.context.selection(info)
    if selection is not None:
        with suppress(KeyError, TypeError, ValueError):  # a row that does not fit: graphql-core says which field
            rows, lists = await written_page(context.at, context.kept, selection, wanted, paging)
            return ProviderConnection(
                search=wanted,
                hits=(),
                cursors=ends([search.cursor(row) for row in (*rows.hits[:1], *rows.hits[-1:])]),
                page=rows.page,
                near=near,
                written={name: Ready(listed) for name, listed in lists.items()},
            )
    found = await search.find_page(info.context.at, wanted, paging)
    return ProviderConnection(
        search=wanted,
        hits=found.hits,
        cursors=ends([hit.cursor for hit in found.hits]),
        page=found.page,
        near=near,
    )


def ends(cursors: list[str]) -> Ends:
    return (cursors[0], cursors[-1]) if cursors else (None, None)
