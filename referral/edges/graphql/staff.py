"""What staff see and do beside everything public: the queue, a request whole, who fits and who does not, offers."""

from typing import Annotated

import strawberry

from referral.directory.upkeep import asking
from referral.edges.graphql.access_types import AccessMutation, AccessQuery
from referral.edges.graphql.account_types import AccountMutation, AccountQuery
from referral.edges.graphql.audit_types import AuditQuery
from referral.edges.graphql.context import Info
from referral.edges.graphql.deciding import DecidingMutation, DecidingQuery
from referral.edges.graphql.editing import EditingMutation, EditingQuery
from referral.edges.graphql.inputs import id_of
from referral.edges.graphql.planning import PlanningMutation, PlanningQuery
from referral.edges.graphql.problems import NoCapacityProblem
from referral.edges.graphql.public import After, First, PublicMutation, PublicQuery, within_limit
from referral.edges.graphql.queue_types import HelpRequestConnection, QueueFilter, filter_of
from referral.edges.graphql.request_types import (
    HelpRequest,
    Match,
    OnBehalf,
    Referral,
    matches,
    referral_view,
    seen,
    shown,
)
from referral.edges.graphql.results import ReferralPayload, ReferralResult
from referral.edges.graphql.scalars import described
from referral.edges.graphql.staff_types import Note, StaffMember
from referral.edges.graphql.stale_types import StaleListingConnection
from referral.edges.graphql.statistics_types import StatisticsQuery
from referral.edges.graphql.talking import ReplyingMutation
from referral.edges.graphql.triaging import TriagedRequest, TriagingMutation
from referral.edges.graphql.upkeep import UpkeepMutation, UpkeepQuery
from referral.foundation import actors, audit
from referral.foundation.errors import NoCapacity, naming
from referral.intake import form, requests
from referral.matching import finding
from referral.matching.answers import RuleAnswer
from referral.matching.sentences import sentence
from referral.referrals import choosing, recalling, views
from referral.referrals import notes as written
from referral.referrals.choosing import Choice
from referral.referrals.views import RequestView
from referral.triage import claiming, contact_search, queue
from referral.triage.contact_search import ContactSearchReason
from referral.triage.queue import QueueOrder


@strawberry.type(description="One rule's answer, with the values compared.")
class RuleResult:
    rule: str = described("Which rule.")
    hard: bool = described("Whether a fail excludes the provider.")
    answer: RuleAnswer = described("What it says.")
    text: str = described("In a caseworker's words.")


@strawberry.type(description="What every rule says about one provider.")
class MatchVerdict:
    feasible: bool = described("Whether no hard rule fails.")
    rules: list[RuleResult] = described("All of them, in order.")


@strawberry.type(name="HelpRequest", description="A request for help.")
class StaffHelpRequest(HelpRequest, TriagedRequest):
    @strawberry.field(
        description="Who asks on the person's behalf; null where they ask themselves.", graphql_type=OnBehalf | None
    )
    def on_behalf(self) -> form.OnBehalf | None:
        return shown(self).on_behalf

    @strawberry.field(description="Feasible providers, best first, with every reason.")
    async def matches(
        self, info: Info, first: Annotated[int | None, strawberry.argument(description="How many, 1 to 50.")] = 10
    ) -> list[Match]:
        context, limit = info.context, within_limit(first, otherwise=10)
        need, *_ = await choosing.needs_now(context.at, context.house.vault, shown(self).request, now=context.now)
        return await matches(context, await finding.ranked(context.at, need, now=context.now, first=limit))

    @strawberry.field(description="Every rule about one provider, with the values compared.")
    async def why_not(
        self,
        info: Info,
        provider_id: Annotated[strawberry.ID, strawberry.argument(description="The listing.")],
    ) -> MatchVerdict:
        context = info.context
        _, verdict = await choosing.judged(
            context.at, context.house.vault, shown(self).request, id_of(provider_id, "provider_id"), now=context.now
        )
        names = context.language_names("en")
        return MatchVerdict(
            feasible=verdict.is_feasible,
            rules=[
                RuleResult(rule=one.rule.value, hard=one.hard, answer=one.answer, text=sentence(one, "en", names))
                for one in verdict.results
            ],
        )


@strawberry.type(name="Referral", description="One offer of one request to one provider.")
class StaffReferral(Referral):
    @strawberry.field(description="What provider and staff wrote beside their acts.", graphql_type=list[Note])
    async def notes(self, info: Info) -> list[written.Note]:
        view = seen(self)
        if view.through is None:
            return []
        await info.context.opened(view.through.id, notes_only=True)
        return await info.context.loaders.notes.load((view.referral.id, view.through.request))


@strawberry.input(description="An offer that staff make.")
class OfferReferralInput:
    idempotency_key: str = described("8 to 200 characters, best a random UUID; a retry is the same offer.")
    request_id: strawberry.ID = described("The request.")
    provider_id: strawberry.ID = described("The listing.")
    expires_in_hours: int | None = described(
        "How long the provider may take, 1 to 336; by urgency if not said.", default=None
    )
    override_reason: str | None = described(
        "Why against the rules, or to a full provider; sealed. Missing consent cannot be overridden.", default=None
    )


@strawberry.type(name="Query", description="What staff may ask.")
class StaffQuery(
    PublicQuery,
    AuditQuery,
    StatisticsQuery,
    UpkeepQuery,
    EditingQuery,
    DecidingQuery,
    PlanningQuery,
    AccessQuery,
    AccountQuery,
):
    @strawberry.field(description="Who is signed in.", graphql_type=StaffMember)
    def me(self, info: Info) -> actors.Staff:
        return info.context.staff

    @strawberry.field(description="What waits, the most pressing first; an audit row for each request shown.")
    async def queue(
        self,
        info: Info,
        filter: Annotated[QueueFilter | None, strawberry.argument(description="Which requests.")] = None,  # noqa: A002 - the contract's name
        order_by: Annotated[QueueOrder | None, strawberry.argument(description="RESPOND_BY if not said.")] = None,
        first: First = None,
        after: After = None,
    ) -> HelpRequestConnection:
        context, order = info.context, order_by or QueueOrder.RESPOND_BY
        asked, staff = await filter_of(context, filter), context.intake
        async with context.house.database.transaction() as tx:
            found = await queue.waiting(tx, staff, asked, order, first=first, after=after, now=context.now)
            shown_ids = [one.id for one in found.requests]
            await audit.record_each(tx, actor=staff.kind, actor_id=staff.id, act="request_read", subject_ids=shown_ids)
        return HelpRequestConnection(found=found, order=order, filter=asked)

    @strawberry.field(
        description="Published listings that are shown as not known: who never said whether they take people, then "
        "whose word lapsed, the longest ago first. For calling them."
    )
    async def stale_listings(self, info: Info, first: First = None, after: After = None) -> StaleListingConnection:
        context = info.context
        return StaleListingConnection(found=await asking.stale(context.at, context.intake, first=first, after=after))

    @strawberry.field(
        description="One request, whole; an audit row says who looked. Null where there is none, or it was erased.",
        graphql_type=HelpRequest | None,
    )
    async def request(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Its id.")]
    ) -> RequestView | None:
        context, wanted = info.context, id_of(id, "id")
        staff = context.intake
        async with context.house.database.transaction() as tx:
            found = await requests.request(tx, wanted)
            if found is None or found.facts is None:
                return None
            await audit.record(tx, actor=staff.kind, actor_id=staff.id, act="request_read", subject_id=wanted)
        return views.for_staff(context.house.vault, found, now=context.now)

    @strawberry.field(
        description="The requests that give exactly this phone or e-mail address, the newest first, 20 at most. Why is "
        "kept, and rows say who looked, before anything is shown; 20 searches an hour.",
        graphql_type=list[HelpRequest],
    )
    async def requests_by_contact(
        self,
        info: Info,
        contact: Annotated[str, strawberry.argument(description="A whole phone number or e-mail address.")],
        reason: Annotated[ContactSearchReason, strawberry.argument(description="Why.")],
    ) -> list[RequestView]:
        context = info.context
        staff, vault = context.intake, context.house.vault
        async with context.house.database.transaction() as tx:
            found = await contact_search.search(tx, vault, staff, contact, reason, now=context.now)
        return [views.for_staff(vault, one, now=context.now) for one in found]


@strawberry.type(name="Mutation", description="What staff may do.")
class StaffMutation(
    PublicMutation,
    TriagingMutation,
    ReplyingMutation,
    PlanningMutation,
    UpkeepMutation,
    EditingMutation,
    DecidingMutation,
    AccessMutation,
    AccountMutation,
):
    @strawberry.mutation(description="Offer a request to a provider.")
    async def offer_referral(
        self,
        info: Info,
        input: Annotated[OfferReferralInput, strawberry.argument(description="The offer.")],  # noqa: A002 - the contract's name
    ) -> ReferralResult:
        context, vault = info.context, info.context.house.vault
        staff, choice = context.intake, choice_of(input)
        try:
            async with context.house.database.transaction() as tx:
                made = await choosing.offer_chosen(tx, vault, staff, choice, now=context.now)
                await claiming.keep_longer(tx, staff, made.request_id, now=context.now)
                await audit.record(
                    tx, actor=staff.kind, actor_id=staff.id, act="request_read", subject_id=made.request_id
                )
        except NoCapacity as full:
            return await no_capacity(info, choice, full)
        request = await requests.request(context.at, made.request_id)
        through = views.for_staff(vault, request, now=context.now) if request and request.facts else None
        return ReferralPayload(referral=referral_view(made, through))

    @strawberry.mutation(
        description="Take a live referral back, open or accepted. The request comes to the team, its provider is told."
    )
    async def recall_referral(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The referral.")],
        reason: Annotated[str, strawberry.argument(description="Why, at most 500 characters; sealed, for the team.")],
    ) -> ReferralResult:
        context, vault = info.context, info.context.house.vault
        staff, wanted = context.intake, id_of(id, "id")
        async with context.house.database.transaction() as tx:
            with naming("id"):
                recalled = await recalling.recall(tx, vault, staff, wanted, reason, now=context.now)
            await audit.record(
                tx, actor=staff.kind, actor_id=staff.id, act="request_read", subject_id=recalled.request_id
            )
        request = await requests.request(context.at, recalled.request_id)
        through = views.for_staff(vault, request, now=context.now) if request and request.facts else None
        return ReferralPayload(referral=referral_view(recalled, through))


async def no_capacity(info: Info, choice: Choice, full: NoCapacity) -> NoCapacityProblem:
    """A refusal that says who else could take the request."""
    context = info.context
    request = await requests.request(context.at, choice.request_id)
    others = await choosing.alternatives(context.at, context.house.vault, request, now=context.now) if request else ()
    return NoCapacityProblem(code=full.code, message=full.message, alternatives=await matches(context, others))


def choice_of(asked: OfferReferralInput) -> Choice:
    return Choice(
        idempotency_key=asked.idempotency_key,
        request_id=id_of(asked.request_id, "request_id"),
        provider_id=id_of(asked.provider_id, "provider_id"),
        expires_in_hours=asked.expires_in_hours,
        override_reason=asked.override_reason,
    )
