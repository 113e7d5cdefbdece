"""How staff plan for many requests at once: who is proposed to whom and why, who is left, and what was offered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from referral.directory.providers import Provider as Listing
from referral.edges import planner
from referral.edges.graphql.context import Context, Info
from referral.edges.graphql.directory_types import Provider
from referral.edges.graphql.inputs import id_of
from referral.edges.graphql.problems import ConflictProblem, ExpiredProblem, NotFoundProblem, ValidationProblem
from referral.edges.graphql.public import First, within_limit
from referral.edges.graphql.request_types import HelpRequest, Match, Referral, ReferralView, referral_view
from referral.edges.graphql.scalars import described
from referral.foundation import audit
from referral.foundation.cursors import DEFAULT_PAGE
from referral.foundation.errors import NotFound, ValidationFailed, problem
from referral.intake import requests
from referral.intake.words import UrgencyLevel
from referral.matching import finding
from referral.matching.planning.words import LeftReason, Weaker
from referral.referrals import reading, views
from referral.referrals.views import RequestView
from referral.triage import plans
from referral.triage.plans import Asked, Changed, Plan, ProposalState

Skip = Annotated[int, strawberry.argument(description="How many to pass over: those that were shown already.")]
FURTHEST = 10_000
WHY_KEPT = "Kept for urgent people who are expected before there are new places."


@strawberry.type(description="A request that also wanted the place, and why its claim is weaker.")
class KeptFrom:
    request: RequestView = described("The request.", graphql_type=HelpRequest)
    code: Weaker = described("Why, for programs.")

    @strawberry.field(description="Why, in words for staff. It says nothing of either person.")
    def reason(self) -> str:
        return self.code.meaning


@strawberry.type(description="One request proposed to one provider, and what became of that.")
class Proposal:
    kept: strawberry.Private[plans.Proposal]
    shown: strawberry.Private[dict[UUID, RequestView]]
    request: RequestView = described("The request.", graphql_type=HelpRequest)
    state: ProposalState = described("What became of it.")
    change: Changed | None = described("Where it was not offered: what has changed since.")
    certain: bool = described("Whether all that rules ask is known.")

    @strawberry.field(description="Where it was not offered: what has changed since, in words for staff.")
    def changed(self) -> str | None:
        return self.change.meaning if self.change else None

    @strawberry.field(
        description="The provider; the score is of when it was planned, reasons and distance are as of now. None are "
        "given of a provider that is listed no more."
    )
    async def match(self, info: Info) -> Match:
        context = info.context
        listing = await context.loaders.provider.load(self.kept.provider_id)
        if listing is None:
            raise NotFound("This provider is gone.")
        need = await finding.need_of(context.at, context.house.vault, self.request.request, now=context.now)
        verdict = await finding.verdict(context.at, need, self.kept.provider_id, now=context.now)
        return Match(
            verdict=verdict,
            rank=1,
            score=self.kept.points,
            distance_km=verdict.distance_km if verdict else None,
            provider=listing,
        )

    @strawberry.field(description="Requests that also wanted this place, the strongest claim first; at most three.")
    def kept_from(self) -> list[KeptFrom]:
        return [
            KeptFrom(request=self.shown[rival.request_id], code=rival.why)
            for rival in self.kept.rivals
            if rival.request_id in self.shown
        ]

    @strawberry.field(description="The offer, where it was made.", graphql_type=Referral | None)
    async def referral(self, info: Info) -> ReferralView | None:
        id = self.kept.referral_id
        found = None if id is None else await reading.referral(info.context.at, id)
        return None if found is None else referral_view(found, self.request)


@strawberry.type(description="A request that nobody is proposed for.")
class LeftOver:
    request: RequestView = described("The request.", graphql_type=HelpRequest)
    code: LeftReason = described("Why, for programs.")
    waits_for: list[str] = described("Rules that would be settled by the person's answer, such as place or claim.")

    @strawberry.field(description="Why, in words for staff.")
    def reason(self) -> str:
        return self.code.meaning


@strawberry.type(description="One more place at a provider, and whom it would serve in the end.")
class OneMorePlace:
    at: strawberry.Private[UUID]
    request: RequestView | None = described(
        "Who would be helped besides, maybe after others have moved up; null once erased.",
        graphql_type=HelpRequest | None,
    )
    urgency: UrgencyLevel = described("How urgent that is.")

    @strawberry.field(description="Where.", graphql_type=Provider | None)
    async def provider(self, info: Info) -> Listing | None:
        return await info.context.loaders.provider.load(self.at)


@strawberry.type(description="Places that wait for urgent people who are expected before there are new ones.")
class KeptPlaces:
    at: strawberry.Private[UUID]
    places: int = described("How many, of those that are free.")

    @strawberry.field(description="Where.", graphql_type=Provider | None)
    async def provider(self, info: Info) -> Listing | None:
        return await info.context.loaders.provider.load(self.at)

    @strawberry.field(description="Why, in words for staff.")
    def reason(self) -> str:
        return WHY_KEPT


@strawberry.type(description="Who is proposed to whom. A plan is a proposal: nothing is sent until it is applied.")
class AssignmentPlan:
    made: strawberry.Private[Plan]
    id: strawberry.ID = described("Its id.")
    created_at: datetime = described("When it was made.")
    expires_at: datetime = described("Until when it can be applied.")
    matched: int = described("How many requests have a proposal.")
    unmatched: int = described("How many are left over.")
    waiting: int = described("How many proposals are neither offered nor overtaken by a change.")
    total_score: float = described("The scores of all proposals together.")
    allow_unknown: bool = described("Whether providers were proposed of whom something is not known.")
    rules_version: str = described("Which rules and points it was made with.")
    by_machine: bool = described(
        "Whether the worker made it by itself. It may have offered what needs no person's look: see each proposal."
    )
    salt: str = described("Equals were drawn by a hash with it, in hexadecimal: anyone can draw them anew.")

    @strawberry.field(description="The proposals, the most urgent first; an audit row for each request shown.")
    async def proposals(self, info: Info, first: First = None, skip: Skip = 0) -> list[Proposal]:
        context, at = info.context, info.context.at
        page, after = page_of(first, skip)
        found = await plans.proposals(at, self.made.id, after=after, first=page)
        ids = [one.request_id for one in found] + [rival.request_id for one in found for rival in one.rivals]
        shown = await shown_to_staff(context, ids)
        return [
            Proposal(
                kept=one,
                shown=shown,
                request=shown[one.request_id],
                state=one.state,
                change=one.changed,
                certain=one.is_certain,
            )
            for one in found
            if one.request_id in shown
        ]

    @strawberry.field(description="Who is left, the most urgent first; an audit row for each request shown.")
    async def left_over(self, info: Info, first: First = None, skip: Skip = 0) -> list[LeftOver]:
        page, after = page_of(first, skip)
        found = await plans.left_over(info.context.at, self.made.id, after=after, first=page)
        shown = await shown_to_staff(info.context, [one.request_id for one in found])
        return [
            LeftOver(request=shown[one.request_id], code=one.reason, waits_for=[rule.value for rule in one.waits_for])
            for one in found
            if one.request_id in shown
        ]

    @strawberry.field(
        description="Which places are kept for urgent people who are expected; others are not proposed for them."
    )
    def kept_places(self) -> list[KeptPlaces]:
        return [KeptPlaces(at=one.provider_id, places=one.places) for one in self.made.kept]

    @strawberry.field(
        description="Where one more place would serve one more request, where it counts most; ten at most."
    )
    async def one_more_place(self, info: Info) -> list[OneMorePlace]:
        found = self.made.one_more
        shown = await shown_to_staff(info.context, [one.request_id for one in found])
        return [OneMorePlace(at=one.provider_id, request=shown.get(one.request_id), urgency=one.level) for one in found]


@strawberry.type(description="The plan as it stands now.")
class AssignmentPlanPayload:
    assignment_plan: AssignmentPlan = described("The plan.")


AssignmentPlanResult = Annotated[
    AssignmentPlanPayload | ValidationProblem | NotFoundProblem | ConflictProblem | ExpiredProblem,
    strawberry.union("AssignmentPlanResult", description="A plan is made or applied, or what stood in the way."),
]


@strawberry.input(description="What to plan.")
class PlanAssignmentsInput:
    idempotency_key: str = described("8 to 200 characters, best a random UUID; a retry is the same plan.")
    request_ids: list[strawberry.ID] | None = described(
        "Which requests that wait; all of the queue that nobody has been offered, if not said.", default=None
    )
    allow_unknown: bool = described(
        "Whether providers may be proposed of whom something is not known: call them before you apply.", default=False
    )


@strawberry.type
class PlanningQuery:
    @strawberry.field(description="A plan as it stands now; null where there is none.")
    async def assignment_plan(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Its id.")]
    ) -> AssignmentPlan | None:
        context = info.context
        _ = context.intake  # raises NotAllowed for whoever is none
        found = await plans.plan(context.at, id_of(id, "id"))
        return plan_of(found) if found else None

    @strawberry.field(description="The plans that were made last, the newest first: those of staff and of the machine.")
    async def assignment_plans(self, info: Info, first: First = None) -> list[AssignmentPlan]:
        context = info.context
        _ = context.intake  # raises NotAllowed for whoever is none
        found = await plans.latest(context.at, first=within_limit(first, otherwise=DEFAULT_PAGE))
        return [plan_of(one) for one in found]


@strawberry.type
class PlanningMutation:
    @strawberry.mutation(
        description="Find the best assignment of many requests to few places together: as many as possible level by "
        "level, then what suits each person. Nothing is sent."
    )
    async def plan_assignments(
        self,
        info: Info,
        input: Annotated[PlanAssignmentsInput, strawberry.argument(description="What to plan.")],  # noqa: A002 - the contract's name
    ) -> AssignmentPlanResult:
        context = info.context
        made = await planner.make(context.house, context.intake, asked_of(input))
        return AssignmentPlanPayload(assignment_plan=await standing(context, made))

    @strawberry.mutation(
        description="Offer what a plan proposes, up to 200 at once, the most urgent first. Each is held against the "
        "rules and places as they are now; what has changed is told with the proposal, and the rest is offered. "
        "Applying again offers only what still waits."
    )
    async def apply_assignment_plan(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The plan.")],
        only: Annotated[
            list[strawberry.ID] | None,
            strawberry.argument(description="Only the proposals of these requests, by the requests' ids."),
        ] = None,
    ) -> AssignmentPlanResult:
        context, plan = info.context, id_of(id, "id")
        await planner.apply(context.house, context.intake, plan, ids_of(only, "only"))
        return AssignmentPlanPayload(assignment_plan=await standing(context, plan))


async def standing(context: Context, id: UUID) -> AssignmentPlan:
    found = await plans.plan(context.at, id)
    if found is None:
        raise NotFound("There is no such plan.")
    return plan_of(found)


def plan_of(made: Plan) -> AssignmentPlan:
    return AssignmentPlan(
        made=made,
        id=strawberry.ID(str(made.id)),
        created_at=made.made_at,
        expires_at=made.expires_at,
        matched=made.matched,
        unmatched=made.unmatched,
        waiting=made.waiting,
        total_score=made.total_points,
        allow_unknown=made.allows_unknown,
        rules_version=made.rules_version,
        by_machine=made.is_by_machine,
        salt=made.salt.hex(),
    )


def asked_of(asked: PlanAssignmentsInput) -> Asked:
    return Asked(
        idempotency_key=asked.idempotency_key,
        request_ids=ids_of(asked.request_ids, "request_ids"),
        allows_unknown=asked.allow_unknown,
    )


def ids_of(written: Sequence[strawberry.ID] | None, path: str) -> tuple[UUID, ...] | None:
    return None if written is None else tuple(id_of(id, f"{path}.{index}") for index, id in enumerate(written))


def page_of(first: int | None, skip: int) -> tuple[int, int]:
    """How many, and the position before the first of them."""
    if not 0 <= skip <= FURTHEST:
        raise ValidationFailed([problem("skip", "OUT_OF_RANGE", f"Send 0 to {FURTHEST:,}.")])
    return within_limit(first, otherwise=DEFAULT_PAGE), skip - 1


async def shown_to_staff(context: Context, ids: Sequence[UUID]) -> dict[UUID, RequestView]:
    """Requests as intake sees them, with an audit row for each; an erased one is not among them."""
    staff, vault = context.intake, context.house.vault
    async with context.house.database.transaction() as tx:
        found = await requests.requests(tx, list(set(ids)))
        legible = [one for one in found.values() if one.facts is not None]
        await audit.record_each(
            tx, actor=staff.kind, actor_id=staff.id, act="request_read", subject_ids=[one.id for one in legible]
        )
    return {one.id: views.for_staff(vault, one, now=context.now) for one in legible}
