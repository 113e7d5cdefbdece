"""What an API key adds: sending requests on behalf of people, and the offers made to one's own organization."""

from datetime import date, datetime
from typing import Annotated, cast

import strawberry

from referral.directory.providers import Provider as Listing
from referral.directory.publishing import changes as domain
from referral.directory.publishing.changes import ChangeKind
from referral.edges.graphql.context import Info
from referral.edges.graphql.directory_types import PageInfo, Provider
from referral.edges.graphql.inputs import SubmitHelpRequestInput
from referral.edges.graphql.links import organization_of
from referral.edges.graphql.proposing import ProposingQuery
from referral.edges.graphql.public import After, First, PublicMutation, PublicQuery, submit, through_providers
from referral.edges.graphql.request_types import Referral, ReferralView
from referral.edges.graphql.results import SubmitHelpRequestResult
from referral.edges.graphql.scalars import Cursor, described
from referral.foundation.actors import ApiKey, Partner, Scope
from referral.foundation.errors import NotAllowed, ValidationFailed, problem
from referral.referrals import reading
from referral.referrals.words import ReferralStatus


@strawberry.type(name="ApiKey", description="The key that was sent: everything but its secret.")
class Key:
    id: strawberry.ID = described("Its id: the part between the underscores.")
    expires_at: datetime = described("When it ends. A partner may have two keys at once, so that it can change over.")
    last_used_on: date | None = described("The last day before this request on which it was used; null if none.")


@strawberry.type(description="The application that this key belongs to.")
class PartnerApp:
    id: strawberry.ID = described("Its id.")
    name: str = described("Its name.")
    scopes: list[Scope] = described("What the key opens.")
    key: ApiKey | None = described("The key that was sent with this request.", graphql_type=Key | None)


@strawberry.type(description="One referral of a list.")
class ReferralEdge:
    cursor: Cursor = described("Where it stands in the list.")
    node: ReferralView = described("The referral.", graphql_type=Referral)


@strawberry.type(description="A page of referrals, the newest first.")
class ReferralConnection:
    edges: list[ReferralEdge] = described("The referrals with their cursors.")
    page_info: PageInfo = described("Whether the list goes on.")

    @strawberry.field(description="The referrals alone.", graphql_type=list[Referral])
    def nodes(self) -> list[ReferralView]:
        return [edge.node for edge in self.edges]


@strawberry.type(description="The last change of one listing of the directory.")
class Change:
    id: strawberry.ID = described("The listing's id.")
    kind: ChangeKind = described("What happened to it.")
    changed_at: datetime = described("When.")

    @strawberry.field(
        description="The listing as it is now; null once it is no longer published.", graphql_type=Provider | None
    )
    async def provider(self, info: Info) -> Listing | None:
        return await info.context.loaders.listing.load(cast("domain.Change", self).id)


@strawberry.type(description="One change of the feed.")
class ChangeEdge:
    cursor: Cursor = described("Where it stands in the feed.")
    node: domain.Change = described("The change.", graphql_type=Change)


@strawberry.type(description="A part of the feed, the oldest first. Go on after pageInfo.endCursor, now or in a year.")
class ChangeConnection:
    edges: list[ChangeEdge] = described("The changes with their cursors.")
    page_info: PageInfo = described("Whether there are more by now.")

    @strawberry.field(description="The changes alone.", graphql_type=list[Change])
    def nodes(self) -> list[domain.Change]:
        return [edge.node for edge in self.edges]


@strawberry.type(name="Query", description="What an API key may ask.")
class PartnerQuery(PublicQuery, ProposingQuery):
    @strawberry.field(description="Who this key says you are.", graphql_type=PartnerApp)
    def viewer(self, info: Info) -> Partner:
        return info.context.partner

    @strawberry.field(description="Offers made to the key's organization, the newest first. Scope referral:respond.")
    async def offers(
        self,
        info: Info,
        status: Annotated[
            list[ReferralStatus] | None, strawberry.argument(description="Only those that stand so.")
        ] = None,
        first: First = None,
        after: After = None,
    ) -> ReferralConnection:
        if status == []:
            raise ValidationFailed([problem("status", "EMPTY", "Leave it out, or name at least one.")])
        context = info.context
        found = await reading.of_organization(
            context.at, organization_of(context), tuple(status) if status else None, first=first, after=after
        )
        edges = [
            ReferralEdge(cursor=Cursor(reading.cursor(one)), node=seen)
            for one, seen in zip(found.referrals, await through_providers(context, found.referrals), strict=True)
        ]
        return ReferralConnection(
            edges=edges,
            page_info=PageInfo(
                has_next_page=found.page.has_next,
                has_previous_page=found.page.has_previous,
                start_cursor=edges[0].cursor if edges else None,
                end_cursor=edges[-1].cursor if edges else None,
            ),
        )

    @strawberry.field(
        description="What changed in the directory, for whoever keeps a copy: each listing once, where it changed "
        "last, deletions too. Scope directory:read."
    )
    async def changes(
        self,
        info: Info,
        since: Annotated[
            Cursor | None, strawberry.argument(description="After this cursor; from the beginning without one.")
        ] = None,
        first: Annotated[int | None, strawberry.argument(description="How many, 1 to 500.")] = domain.DEFAULT_PAGE,
    ) -> ChangeConnection:
        if not info.context.partner.may(Scope.DIRECTORY_READ):
            raise NotAllowed("This key may not read the feed: it needs the scope directory:read.")
        found = await domain.since(info.context.at, since, first=first)
        edges = [ChangeEdge(cursor=Cursor(one.cursor), node=one) for one in found.changes]
        return ChangeConnection(
            edges=edges,
            page_info=PageInfo(
                has_next_page=found.has_more,
                has_previous_page=since is not None,
                start_cursor=edges[0].cursor if edges else None,
                # Nothing new: the caller goes on from where it was.
                end_cursor=edges[-1].cursor if edges else since,
            ),
        )


@strawberry.type(name="Mutation", description="What an API key may do.")
class PartnerMutation(PublicMutation):
    @strawberry.mutation(description="Ask for help for someone who agreed to it. Scope request:submit.")
    async def submit_help_request_on_behalf(
        self,
        info: Info,
        input: Annotated[SubmitHelpRequestInput, strawberry.argument(description="The answers.")],  # noqa: A002 - the contract's name
    ) -> SubmitHelpRequestResult:
        partner = info.context.partner
        if not partner.may(Scope.REQUEST_SUBMIT):
            raise NotAllowed("This key may not send requests: it needs the scope request:submit.")
        return await submit(info.context, partner, input)
