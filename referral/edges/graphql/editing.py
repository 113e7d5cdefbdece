"""How staff mend the directory: one listing of two, and where a place is."""

from typing import Annotated

import strawberry

from referral.directory import providers
from referral.directory.providers import Provider as Listing
from referral.directory.upkeep import locating, merging
from referral.directory.upkeep.locating import Unlocated, UnlocatedOnes
from referral.directory.upkeep.merging import Likeness, Pair
from referral.edges.graphql.context import Info
from referral.edges.graphql.directory_types import PageInfo, Provider
from referral.edges.graphql.inputs import PointInput, id_of
from referral.edges.graphql.problems import ConflictProblem, NotFoundProblem, ValidationProblem
from referral.edges.graphql.public import After, First
from referral.edges.graphql.results import ProviderPayload
from referral.edges.graphql.scalars import Cursor, described
from referral.foundation.errors import NotFound

EditingResult = Annotated[
    ProviderPayload | ValidationProblem | NotFoundProblem | ConflictProblem,
    strawberry.union("EditingResult", description="The listing after the change, or what stood in the way."),
]


@strawberry.type(description="Two listings of different organizations that may be one.")
class PossibleDuplicate:
    pair: strawberry.Private[Pair]
    likeness: Likeness = described("Why they may be.")

    @strawberry.field(description="Both; one that has gone this moment is absent.", graphql_type=list[Provider])
    async def listings(self, info: Info) -> list[Listing]:
        found = await info.context.loaders.listing.load_many([self.pair.one, self.pair.other])
        return [one for one in found if one is not None]


@strawberry.type(description="A published listing whose place has an address and no point.")
class UnlocatedListing:
    told: strawberry.Private[Unlocated]
    name: str = described("What it is called.")
    source: str = described("Which list it comes from.")
    address: str | None = described("What its address says.")

    @strawberry.field(description="The listing.")
    def provider_id(self) -> strawberry.ID:
        return strawberry.ID(str(self.told.id))


@strawberry.type(description="A page of listings without a point.")
class UnlocatedListingConnection:
    found: strawberry.Private[UnlocatedOnes]

    @strawberry.field(description="The listings, by name.")
    def nodes(self) -> list[UnlocatedListing]:
        return [
            UnlocatedListing(told=one, name=one.name, source=one.source, address=one.address)
            for one in self.found.found
        ]

    @strawberry.field(description="Whether the list goes on.")
    def page_info(self) -> PageInfo:
        found = self.found.found
        return PageInfo(
            has_next_page=self.found.page.has_next,
            has_previous_page=self.found.page.has_previous,
            start_cursor=Cursor(found[0].cursor) if found else None,
            end_cursor=Cursor(found[-1].cursor) if found else None,
        )


@strawberry.type
class EditingQuery:
    @strawberry.field(description="Listings that may stand here twice, at most 50: the same phone, or name and place.")
    async def possible_duplicates(self, info: Info) -> list[PossibleDuplicate]:
        context = info.context
        _ = context.intake
        return [PossibleDuplicate(pair=one, likeness=one.likeness) for one in await merging.pairs(context.at)]

    @strawberry.field(description="Listings with an address and no point: found by what they cover only, until mended.")
    async def unlocated_listings(
        self, info: Info, first: First = None, after: After = None
    ) -> UnlocatedListingConnection:
        context = info.context
        _ = context.intake
        return UnlocatedListingConnection(found=await locating.unlocated(context.at, first=first, after=after))


@strawberry.type
class EditingMutation:
    @strawberry.mutation(
        description="Keep one of two listings. The other's id leads to it from now on, and what only the other said, a "
        "phone, a language, an area, is taken over."
    )
    async def merge_listings(
        self,
        info: Info,
        duplicate: Annotated[strawberry.ID, strawberry.argument(description="The one that goes.")],
        into: Annotated[strawberry.ID, strawberry.argument(description="The one that is kept.")],
    ) -> EditingResult:
        context, kept = info.context, id_of(into, "into")
        staff, other = context.intake, id_of(duplicate, "duplicate")
        async with context.house.database.transaction() as tx:
            await merging.merge(tx, staff, other, kept)
        return await edited(info, into)

    @strawberry.mutation(description="It was another office after all: a merged listing stands by itself again.")
    async def take_listing_apart(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The one that was merged.")]
    ) -> EditingResult:
        context, other = info.context, id_of(id, "id")
        staff = context.intake
        async with context.house.database.transaction() as tx:
            await merging.take_apart(tx, staff, other)
        return await edited(info, id)

    @strawberry.mutation(description="Say where a listing's place is. A list that knows no point leaves this one.")
    async def locate_listing(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The listing.")],
        point: Annotated[PointInput, strawberry.argument(description="Where it is.")],
    ) -> EditingResult:
        context, listing = info.context, id_of(id, "id")
        staff = context.intake
        async with context.house.database.transaction() as tx:
            await locating.locate(tx, staff, listing, point.latitude, point.longitude, now=context.now)
        return await edited(info, id)


async def edited(info: Info, id: strawberry.ID) -> ProviderPayload:
    found = await providers.provider(info.context.at, id_of(id, "id"))
    if found is None:
        raise NotFound("This listing is not published.")
    return ProviderPayload(provider=found)
