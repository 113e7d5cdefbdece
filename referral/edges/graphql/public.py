"""What anyone may ask: the directory, a request of one's own, a referral through its signed link."""

from collections.abc import Sequence
from typing import Annotated

import strawberry

from referral.directory import capacity, providers
from referral.directory.providers import Provider as Listing
from referral.directory.searching.search import Paging
from referral.directory.upkeep import merging
from referral.directory.words import ProviderOrder
from referral.edges.graphql import links as provider_links
from referral.edges.graphql.context import Context, Info
from referral.edges.graphql.directory_types import Language, Place, Provider, ProviderConnection, page_of
from referral.edges.graphql.inputs import (
    ProviderFilter,
    RecordOutcomeInput,
    RespondToReferralInput,
    StateCapacityInput,
    SubmitHelpRequestInput,
    answers_of,
    id_of,
    near_of,
    search_of,
    statement_of,
    told_of,
)
from referral.edges.graphql.listing_parts import ENGLISH, In
from referral.edges.graphql.proposing import ProposingMutation
from referral.edges.graphql.reporting import ReportingMutation
from referral.edges.graphql.request_types import HelpRequest, Referral, ReferralView, reader_by, referral_view
from referral.edges.graphql.results import (
    HelpRequestPayload,
    HelpRequestResult,
    ProviderPayload,
    ProviderResult,
    ReferralPayload,
    ReferralResult,
    SubmitHelpRequestPayload,
    SubmitHelpRequestResult,
)
from referral.edges.graphql.scalars import CountryCode, Cursor, LanguageTag
from referral.edges.graphql.talking import TalkingMutation
from referral.edges.lookups import looked_up, origin
from referral.foundation import gazetteer, languages, links
from referral.foundation.actors import Partner, Visitor
from referral.foundation.errors import NotFound, ValidationFailed, naming, problem
from referral.foundation.meanings import Place as PlaceFound
from referral.intake import requests, submitting
from referral.referrals import answering, leaving, offers, outcomes, views
from referral.referrals.reading import Referral as Offered
from referral.referrals.views import RequestView

LONGEST_LIST = 50
First = Annotated[int | None, strawberry.argument(description="How many from the start, 1 to 50; 20 if not said.")]
After = Annotated[Cursor | None, strawberry.argument(description="Go on after this cursor.")]
Last = Annotated[int | None, strawberry.argument(description="How many from the end, 1 to 50.")]
Before = Annotated[Cursor | None, strawberry.argument(description="Go back before this cursor.")]


@strawberry.type(name="Query", description="What anyone may ask.")
class PublicQuery:
    @strawberry.field(description="The directory. With near: by distance, then id; without: by name, then id.")
    async def providers(
        self,
        info: Info,
        filter: Annotated[ProviderFilter | None, strawberry.argument(description="Which listings.")] = None,  # noqa: A002 - the contract's name
        order_by: Annotated[
            ProviderOrder | None,
            strawberry.argument(description="How they are sorted; NEAREST with near and NAME without, if not said."),
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> ProviderConnection:
        house, asked = info.context.house, filter or ProviderFilter()
        where = near_of(asked.near, "filter.near")
        near = await origin(house, where, "filter.near") if where else None
        wanted = await search_of(house, asked, near)
        paging = Paging(order=order_by, first=first, after=after, last=last, before=before)
        return await page_of(info, wanted, paging, near)

    @strawberry.field(description="One listing; null where there is none.", graphql_type=Provider | None)
    async def provider(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Its id.")]
    ) -> Listing | None:
        return await providers.provider(info.context.at, id_of(id, "id"))

    @strawberry.field(
        description="What words for a place may mean: towns, states, postal codes, courts. Several when ambiguous.",
        graphql_type=list[Place],
    )
    async def places(
        self,
        info: Info,
        query: Annotated[str, strawberry.argument(description="As people write it: cd juarez, 78520, Nogales AZ.")],
        countries: Annotated[
            list[CountryCode] | None, strawberry.argument(description="Only in these countries.")
        ] = None,
        first: Annotated[int | None, strawberry.argument(description="How many meanings, 1 to 50.")] = 5,
    ) -> tuple[PlaceFound, ...]:
        if not query.strip():
            raise ValidationFailed([problem("query", "EMPTY", "Write a town, a state, or a ZIP or postal code.")])
        found = await gazetteer.look_up(
            info.context.at,
            query,
            outside=info.context.house.outside,
            countries=countries or (),
            first=within_limit(first, otherwise=5),
        )
        return found.candidates

    @strawberry.field(description="Languages called like query, best first; without it, the common ones first.")
    async def languages(
        self,
        info: Info,
        query: Annotated[
            str | None, strawberry.argument(description="A name in any language, or a tag; misspelt is fine.")
        ] = None,
        in_: In = ENGLISH,
        first: Annotated[int | None, strawberry.argument(description="How many, 1 to 50.")] = 20,
    ) -> list[Language]:
        reader = in_ or ENGLISH
        found = await languages.search(info.context.at, query, in_=reader, first=within_limit(first, otherwise=20))
        return [
            Language(tag=LanguageTag(one.tag), name=one.name_in(reader), autonym=one.autonym, direction=one.direction)
            for one in found
        ]

    @strawberry.field(description="The requester's own view. A wrong receipt is null.", graphql_type=HelpRequest | None)
    async def help_request(
        self,
        info: Info,
        receipt: Annotated[str, strawberry.argument(description="The receipt, in any script's digits and spacing.")],
    ) -> RequestView | None:
        vault = info.context.house.vault
        found = await requests.by_receipt(info.context.at, vault, receipt)
        if found is None:
            return None
        return await views.for_requester(info.context.at, vault, found, now=info.context.now)

    @strawberry.field(
        description="A provider's view through its signed link. Opening it is noted in the history.",
        graphql_type=Referral | None,
    )
    async def referral(
        self, info: Info, token: Annotated[str, strawberry.argument(description="The token of the link.")]
    ) -> ReferralView | None:
        context = info.context
        with naming("token"):
            link = links.read(context.house.vault, "answer-referral", token, now=context.now)
        async with context.house.database.transaction() as tx:
            await links.shown(tx, context.house.vault, link)
            found = await offers.view(tx, link.subject)
        return None if found is None else await through_provider(context, found)


@strawberry.type(name="Mutation", description="What anyone may do.")
class PublicMutation(ReportingMutation, ProposingMutation, TalkingMutation):
    @strawberry.mutation(description="Ask for help. Sent twice with the same key, it is kept once.")
    async def submit_help_request(
        self,
        info: Info,
        input: Annotated[SubmitHelpRequestInput, strawberry.argument(description="The answers.")],  # noqa: A002 - the contract's name
    ) -> SubmitHelpRequestResult:
        return await submit(info.context, Visitor(), input)

    @strawberry.mutation(description="Take a request back, and on wish erase it. Every offer of it is recalled.")
    async def withdraw_help_request(
        self,
        info: Info,
        receipt: Annotated[str, strawberry.argument(description="The receipt.")],
        erase: Annotated[bool, strawberry.argument(description="Whether everything given is deleted.")] = False,  # noqa: FBT002 - a GraphQL default
    ) -> HelpRequestResult:
        context = info.context
        with naming("receipt"):
            async with context.house.database.transaction() as tx:
                closed = await leaving.withdraw(tx, context.house.vault, receipt, erase=erase, now=context.now)
        if closed.facts is None:
            return HelpRequestPayload(help_request=None)
        seen = await views.for_requester(context.at, context.house.vault, closed, now=context.now)
        return HelpRequestPayload(help_request=seen)

    @strawberry.mutation(description="A provider answers an offer, by its signed link or with an API key.")
    async def respond_to_referral(
        self,
        info: Info,
        input: Annotated[RespondToReferralInput, strawberry.argument(description="The answer.")],  # noqa: A002 - the contract's name
    ) -> ReferralResult:
        context = info.context
        async with context.house.database.transaction() as tx:
            id, by = await provider_links.of_referral(tx, context, input.token, input.referral_id)
            with naming("referral_id" if input.token is None else "token"):
                answered = await answering.answer(
                    tx,
                    context.house.vault,
                    id,
                    input.answer,
                    by,
                    reason=input.decline_reason,
                    words=input.note,
                    now=context.now,
                )
        return ReferralPayload(referral=await through_provider(context, answered))

    @strawberry.mutation(
        description="What became of an accepted referral: the person was reached, or how it ended. By signed link, "
        "with an API key, or by staff. The same told again changes nothing."
    )
    async def record_outcome(
        self,
        info: Info,
        input: Annotated[RecordOutcomeInput, strawberry.argument(description="What became of it.")],  # noqa: A002 - the contract's name
    ) -> ReferralResult:
        context, vault = info.context, info.context.house.vault
        async with context.house.database.transaction() as tx:
            id, by = await provider_links.of_outcome(tx, context, input.token, input.referral_id)
            with naming("referral_id" if input.token is None else "token"):
                told = await outcomes.record(tx, vault, id, told_of(input), by, now=context.now)
        return ReferralPayload(referral=await through_provider(context, told))

    @strawberry.mutation(description="A provider says whether it takes new people, and how many.")
    async def state_capacity(
        self,
        info: Info,
        input: Annotated[StateCapacityInput, strawberry.argument(description="The statement.")],  # noqa: A002 - the contract's name
    ) -> ProviderResult:
        context = info.context
        async with context.house.database.transaction() as tx:
            id, by = await provider_links.of_provider(tx, context, input.token, input.provider_id)
            with naming("provider_id" if input.token is None else "token"):
                id = await merging.kept_for(tx, id) or id  # of two that are one, for the one that is kept
                await capacity.state(tx, id, statement_of(input), by=by.kind.value, now=context.now)
                listing = await providers.provider(tx, id)
                if listing is None:
                    raise NotFound("This listing is not published.")
        return ProviderPayload(provider=listing)


async def submit(context: Context, who: Visitor | Partner, asked: SubmitHelpRequestInput) -> SubmitHelpRequestPayload:
    """Look up what must be looked up, keep the request, commit, and only then answer."""
    house, answers = context.house, answers_of(asked)
    found = await looked_up(house, answers, near_of(asked.near, "near"))
    sent = await submitting.sending(house.vault, who, answers)
    async with house.database.transaction() as tx:
        kept = await submitting.submit(
            tx, house.vault, who, answers, found, sent=sent, suspicion=context.suspicion, now=context.now
        )
    seen = await views.for_requester(context.at, house.vault, kept.request, now=context.now)
    return SubmitHelpRequestPayload(number=kept.receipt, help_request=seen)


async def through_provider(context: Context, referral: Offered) -> ReferralView:
    """A referral as the provider it was offered to may see it."""
    (seen,) = await through_providers(context, [referral])
    return seen


async def through_providers(context: Context, referrals: Sequence[Offered]) -> list[ReferralView]:
    """The same for many, in order: requests and consents are asked for once."""
    asking = await requests.requests(context.at, [one.request_id for one in referrals])
    offered = [(asking[one.request_id], one) for one in referrals if one.request_id in asking]
    if any(one.shows_person for one in referrals):
        async with context.house.database.transaction() as tx:
            await views.look(tx, offered, reader_by(context))
    seen = await views.for_providers(context.at, context.house.vault, offered, now=context.now)
    through = {one.id: view for (_, one), view in zip(offered, seen, strict=True)}
    return [referral_view(one, through.get(one.id)) for one in referrals]


def within_limit(first: int | None, *, otherwise: int) -> int:
    """How many a short list holds; null asks for the usual number."""
    if first is None:
        return otherwise
    if not 1 <= first <= LONGEST_LIST:
        raise ValidationFailed([problem("first", "PAGE_SIZE", f"Send 1 to {LONGEST_LIST}.")])
    return first
