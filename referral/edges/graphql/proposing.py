"""A provider's people propose what their listing should say, and see what became of it."""

from typing import Annotated

import strawberry

from referral.directory.proposals import proposed
from referral.directory.proposals.proposed import Proposals
from referral.directory.proposals.proposing import Proposer, propose
from referral.directory.upkeep import merging
from referral.edges.graphql import links
from referral.edges.graphql.context import Info
from referral.edges.graphql.directory_types import PageInfo
from referral.edges.graphql.problems import ExpiredProblem, NotFoundProblem, RateLimitedProblem, ValidationProblem
from referral.edges.graphql.proposal_types import ListingChangesInput, ListingProposal, changes_of, proposal_of
from referral.edges.graphql.scalars import Cursor, described
from referral.foundation.actors import Scope
from referral.foundation.errors import NotFound, naming

First = Annotated[int | None, strawberry.argument(description="How many from the start, 1 to 50; 20 if not said.")]
After = Annotated[Cursor | None, strawberry.argument(description="Go on after this cursor.")]


@strawberry.input(description="What a listing should say. Nothing changes until staff agree.")
class ProposeListingChangeInput:
    changes: ListingChangesInput = described("The facts; the others stay as they are.")
    token: str | None = described("The token of the provider's signed link.", default=None)
    provider_id: strawberry.ID | None = described("With an API key: the listing.", default=None)
    note: str | None = described(
        "Why, and whom to call about it, at most 500 characters; sealed, and erased once it is decided.", default=None
    )


@strawberry.type(description="The proposal is kept, and somebody will look.")
class ProposalPayload:
    proposal: ListingProposal = described("The proposal.")


ProposalResult = Annotated[
    ProposalPayload | ValidationProblem | NotFoundProblem | ExpiredProblem | RateLimitedProblem,
    strawberry.union("ProposalResult", description="A proposal is kept, or what stood in the way."),
]


@strawberry.type(description="A page of proposals.")
class ListingProposalConnection:
    found: strawberry.Private[Proposals]

    @strawberry.field(description="The proposals.")
    def nodes(self) -> list[ListingProposal]:
        return [proposal_of(one) for one in self.found.found]

    @strawberry.field(description="Whether the list goes on.")
    def page_info(self) -> PageInfo:
        ends = [Cursor(one) for one in self.found.cursors]
        return PageInfo(
            has_next_page=self.found.page.has_next,
            has_previous_page=self.found.page.has_previous,
            start_cursor=ends[0] if ends else None,
            end_cursor=ends[-1] if ends else None,
        )


@strawberry.type
class ProposingMutation:
    @strawberry.mutation(
        description="Propose what a listing should say, by its signed link or with an API key of its organization "
        "(scope directory:propose). What you said of the same fact before, and nobody has decided, is superseded."
    )
    async def propose_listing_change(
        self,
        info: Info,
        input: Annotated[ProposeListingChangeInput, strawberry.argument(description="The facts.")],  # noqa: A002 - as every input here
    ) -> ProposalResult:
        context, vault = info.context, info.context.house.vault
        async with context.house.database.transaction() as tx:
            listing, by = await links.of_provider(
                tx, context, input.token, input.provider_id, scope=Scope.DIRECTORY_PROPOSE
            )
            with naming("provider_id" if input.token is None else "token"):
                listing = await merging.kept_for(tx, listing) or listing
                kept = await propose(
                    tx,
                    vault,
                    listing,
                    Proposer(partner_id=by.id),
                    changes_of(input.changes),
                    words=input.note,
                    now=context.now,
                )
            found = await proposed.proposal(tx, vault, kept)
        if found is None:
            raise NotFound("The proposal is gone.")
        return ProposalPayload(proposal=proposal_of(found))


@strawberry.type
class ProposingQuery:
    @strawberry.field(description="What this application has proposed, the newest first. Scope directory:propose.")
    async def listing_proposals(
        self, info: Info, first: First = None, after: After = None
    ) -> ListingProposalConnection:
        context = info.context
        _ = links.organization_of(context, Scope.DIRECTORY_PROPOSE)
        return ListingProposalConnection(
            found=await proposed.of_partner(
                context.at, context.house.vault, context.partner.id, first=first, after=after
            )
        )
