"""Whom staff should call: listings that have gone stale, as the staff schema publishes them."""

from datetime import datetime
from typing import cast

import strawberry

from referral.directory.providers import Provider as Listing
from referral.directory.upkeep import asking
from referral.directory.upkeep.asking import StaleOnes
from referral.edges.graphql.context import Info
from referral.edges.graphql.directory_types import PageInfo, Provider
from referral.edges.graphql.scalars import Cursor, described


@strawberry.type(description="A published listing that has never said whether it takes people, or too long ago.")
class StaleListing:
    email: str | None = described("Where offers are sent, else the organization's public address.")
    lapsed_at: datetime | None = described("Since when its last statement is believed no longer; null: it never said.")
    asked_at: datetime | None = described("When a letter was last sent to this address that asks.")
    asks_no_more: bool = described("Whether it does not want to be asked by mail: call.")

    @strawberry.field(
        description="The listing, with its phones; null where it has gone this moment.", graphql_type=Provider | None
    )
    async def provider(self, info: Info) -> Listing | None:
        return await info.context.loaders.listing.load(cast("asking.Stale", self).id)


@strawberry.type(description="One stale listing.")
class StaleListingEdge:
    cursor: Cursor = described("Where it stands in the list.")
    node: asking.Stale = described("The listing.", graphql_type=StaleListing)


@strawberry.type(description="A page of stale listings.")
class StaleListingConnection:
    found: strawberry.Private[StaleOnes]

    @strawberry.field(description="The listings with their cursors.")
    def edges(self) -> list[StaleListingEdge]:
        return [StaleListingEdge(cursor=Cursor(one.cursor), node=one) for one in self.found.listings]

    @strawberry.field(description="The listings alone.", graphql_type=list[StaleListing])
    def nodes(self) -> tuple[asking.Stale, ...]:
        return self.found.listings

    @strawberry.field(description="Whether the list goes on.")
    def page_info(self) -> PageInfo:
        ends = [Cursor(one.cursor) for one in self.found.listings]
        return PageInfo(
            has_next_page=self.found.page.has_next,
            has_previous_page=self.found.page.has_previous,
            start_cursor=ends[0] if ends else None,
            end_cursor=ends[-1] if ends else None,
        )

    @strawberry.field(description="How many listings are stale.")
    async def total_count(self, info: Info) -> int:
        return await asking.count_stale(info.context.at, info.context.intake)
