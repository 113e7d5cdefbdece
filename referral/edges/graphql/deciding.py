"""Staff decide about proposals, and about what lists say against what was agreed on."""

from datetime import datetime
from typing import Annotated

import strawberry

from referral.directory.facts import Fact
from referral.directory.lists import overriding
from referral.directory.lists.overriding import Divergence, Divergences
from referral.directory.proposals import deciding, proposed
from referral.directory.proposals.deciding import ChangedSince, Decision
from referral.directory.words import ConflictSide, ProposalState, RejectionReason, SaidBy
from referral.edges.graphql.context import Info
from referral.edges.graphql.directory_types import PageInfo
from referral.edges.graphql.editing import EditingResult, edited
from referral.edges.graphql.inputs import id_of
from referral.edges.graphql.problems import ConflictProblem, NotFoundProblem, Problem, ValidationProblem
from referral.edges.graphql.proposal_types import ProposedFact, as_text, fact_of, proposal_of
from referral.edges.graphql.proposing import After, First, ListingProposalConnection, ProposalPayload
from referral.edges.graphql.scalars import Cursor, described
from referral.foundation.errors import NotFound, ValidationFailed, problem


@strawberry.type(description="The listing says something else than when it was proposed. Nothing was written.")
class ChangedSinceProblem(Problem):
    facts: list[ProposedFact] = described("Look at each, then approve again and name them in confirm.")


class OfChangedSince(strawberry.ExceptionHandler[ChangedSince, ChangedSinceProblem]):
    def handle(self, exception: ChangedSince, *, field: object, info: object) -> ChangedSinceProblem:  # noqa: ARG002
        return ChangedSinceProblem(
            code=exception.code, message=exception.message, facts=[fact_of(one) for one in exception.facts]
        )


DecisionResult = Annotated[
    ProposalPayload | ValidationProblem | NotFoundProblem | ChangedSinceProblem | ConflictProblem,
    strawberry.union("DecisionResult", description="The proposal after the decision, or what stood in the way."),
]


@strawberry.type(description="A list says something new of a fact that was agreed on otherwise.")
class ListingConflict:
    told: strawberry.Private[Divergence]
    fact: Fact = described("Which fact.")
    said_by: SaidBy = described("On whose word it was agreed.")
    agreed_at: datetime = described("When.")
    listed_at: datetime = described("When the list was imported.")
    listed_by: str = described("Which list.")
    stands: ConflictSide = described("What the listing says meanwhile: the newer of the two.")

    @strawberry.field(description="The listing; the first of several.")
    def provider_id(self) -> strawberry.ID:
        return strawberry.ID(str(self.told.provider_id))

    @strawberry.field(description="What it is called.")
    def provider_name(self) -> str:
        return self.told.provider_name

    @strawberry.field(description="What the list said when it was agreed; lists and objects as JSON.")
    def base(self) -> str | None:
        return as_text(self.told.base)

    @strawberry.field(description="What was agreed on.")
    def agreed(self) -> str | None:
        return as_text(self.told.approved)

    @strawberry.field(description="What the list says now.")
    def listed(self) -> str | None:
        return as_text(self.told.listed)


def conflict_of(one: Divergence) -> ListingConflict:
    return ListingConflict(
        told=one,
        fact=one.fact,
        said_by=one.said_by,
        agreed_at=one.approved_at,
        listed_at=one.listed_at,
        listed_by=one.listed_by,
        stands=ConflictSide.AGREED if one.is_kept else ConflictSide.LIST,
    )


@strawberry.type(description="A page of conflicts.")
class ListingConflictConnection:
    found: strawberry.Private[Divergences]

    @strawberry.field(description="The conflicts, the longest waiting first.")
    def nodes(self) -> list[ListingConflict]:
        return [conflict_of(one) for one in self.found.found]

    @strawberry.field(description="Whether the list goes on.")
    def page_info(self) -> PageInfo:
        found = self.found.found
        return PageInfo(
            has_next_page=self.found.page.has_next,
            has_previous_page=self.found.page.has_previous,
            start_cursor=Cursor(overriding.cursor(found[0])) if found else None,
            end_cursor=Cursor(overriding.cursor(found[-1])) if found else None,
        )


@strawberry.type
class DecidingQuery:
    @strawberry.field(description="What providers propose, the oldest first, with an audit row for each that is shown.")
    async def proposed_changes(
        self,
        info: Info,
        states: Annotated[
            list[ProposalState] | None, strawberry.argument(description="That stand so; OPEN if not said.")
        ] = None,
        proposed_before: Annotated[
            datetime | None, strawberry.argument(description="Only those that are older than this.")
        ] = None,
        first: First = None,
        after: After = None,
    ) -> ListingProposalConnection:
        context = info.context
        staff = context.intake
        if states == []:
            raise ValidationFailed([problem("states", "EMPTY", "Leave it out, or name at least one.")])
        async with context.house.database.transaction() as tx:
            found = await proposed.waiting(
                tx,
                context.house.vault,
                staff,
                states or [ProposalState.OPEN],
                before=proposed_before,
                first=first,
                after=after,
            )
        return ListingProposalConnection(found=found)

    @strawberry.field(description="Facts of which a list has said something new since they were agreed on otherwise.")
    async def listing_conflicts(
        self, info: Info, first: First = None, after: After = None
    ) -> ListingConflictConnection:
        context = info.context
        _ = context.intake
        return ListingConflictConnection(found=await overriding.divergences(context.at, first=first, after=after))


Facts = Annotated[
    list[Fact] | None, strawberry.argument(description="Which facts of it; all that are open if not said.")
]


@strawberry.type
class DecidingMutation:
    @strawberry.mutation(
        description="The listing says so from now on, whatever its list goes on saying. The first who decides decides."
    )
    async def approve_proposed_change(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The proposal.")],
        facts: Facts = None,
        confirm: Annotated[
            list[Fact] | None,
            strawberry.argument(description="Facts that are meant although the listing has changed since."),
        ] = None,
    ) -> DecisionResult:
        context, decision = info.context, decision_of(id, facts)
        staff, vault = context.intake, context.house.vault
        async with context.house.database.transaction() as tx:
            await deciding.approve(tx, vault, staff, decision, confirmed=frozenset(confirm or ()), now=context.now)
        return await decided(info, decision)

    @strawberry.mutation(description="The listing stays as it is; the proposer reads why.")
    async def reject_proposed_change(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The proposal.")],
        reason: Annotated[RejectionReason, strawberry.argument(description="Why.")],
        facts: Facts = None,
        note: Annotated[
            str | None,
            strawberry.argument(description="To the proposer, at most 500 characters; sealed. Name nobody."),
        ] = None,
    ) -> DecisionResult:
        context, decision = info.context, decision_of(id, facts)
        staff, vault = context.intake, context.house.vault
        async with context.house.database.transaction() as tx:
            await deciding.reject(tx, vault, staff, decision, reason, words=note, now=context.now)
        return await decided(info, decision)

    @strawberry.mutation(description="You have looked: the list is right, or what was agreed on is.")
    async def settle_listing_conflict(
        self,
        info: Info,
        provider_id: Annotated[strawberry.ID, strawberry.argument(description="The listing.")],
        fact: Annotated[Fact, strawberry.argument(description="Which fact.")],
        keep: Annotated[ConflictSide, strawberry.argument(description="Whose word is taken.")],
    ) -> EditingResult:
        context, listing = info.context, id_of(provider_id, "provider_id")
        staff = context.intake
        async with context.house.database.transaction() as tx:
            await overriding.settle(tx, staff, listing, fact, for_list=keep is ConflictSide.LIST, now=context.now)
        return await edited(info, provider_id)


def decision_of(id: strawberry.ID, facts: list[Fact] | None) -> Decision:
    return Decision(proposal=id_of(id, "id"), facts=None if facts is None else frozenset(facts))


async def decided(info: Info, decision: Decision) -> ProposalPayload:
    found = await proposed.proposal(info.context.at, info.context.house.vault, decision.proposal)
    if found is None:
        raise NotFound("There is no such proposal.")
    return ProposalPayload(proposal=proposal_of(found))
