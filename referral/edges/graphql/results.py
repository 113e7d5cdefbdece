"""What mutations answer with: a payload, or the refusals that the field may meet."""

from typing import Annotated

import strawberry

from referral.directory.providers import Provider as Listing
from referral.edges.graphql.context import Info
from referral.edges.graphql.directory_types import Provider
from referral.edges.graphql.problems import (
    ConflictProblem,
    ExpiredProblem,
    NoCapacityProblem,
    NotFoundProblem,
    RateLimitedProblem,
    ValidationProblem,
)
from referral.edges.graphql.request_types import HelpRequest, Match, NextStep, Referral, ReferralView, matches
from referral.edges.graphql.scalars import described
from referral.intake import receipts
from referral.intake.next_steps import NextStep as Step
from referral.intake.receipts import Receipt
from referral.matching import finding
from referral.referrals.views import RequestView


@strawberry.type(description="The request is kept. Show the receipt now: it is not stored and not sent again.")
class SubmitHelpRequestPayload:
    number: strawberry.Private[Receipt]
    help_request: RequestView = described("The request as it was kept.", graphql_type=HelpRequest)

    @strawberry.field(description="20 digits and 2 check digits in groups. With it the person comes back.")
    def receipt(self) -> str:
        return receipts.written(self.number)

    @strawberry.field(description="What to do now. Never empty.", graphql_type=list[NextStep])
    def next_steps(self) -> tuple[Step, ...]:
        return self.help_request.next_steps

    @strawberry.field(description="Open providers the person can turn to now, best first, with reasons.")
    async def suggestions(self, info: Info) -> list[Match]:
        context = info.context
        need = await finding.need_of(context.at, context.house.vault, self.help_request.request, now=context.now)
        return await matches(context, await finding.suggestions(context.at, need, now=context.now))


@strawberry.type(description="The request after the change.")
class HelpRequestPayload:
    help_request: RequestView | None = described("Null once it has been erased.", graphql_type=HelpRequest | None)


@strawberry.type(description="The referral after the change.")
class ReferralPayload:
    referral: ReferralView = described("The referral.", graphql_type=Referral)


@strawberry.type(description="The listing after the change.")
class ProviderPayload:
    provider: Listing = described("The listing.", graphql_type=Provider)


SubmitHelpRequestResult = Annotated[
    SubmitHelpRequestPayload | ValidationProblem | ConflictProblem | RateLimitedProblem,
    strawberry.union("SubmitHelpRequestResult", description="A request is kept, or what stood in the way."),
]
HelpRequestResult = Annotated[
    HelpRequestPayload | ValidationProblem | NotFoundProblem | ConflictProblem,
    strawberry.union("HelpRequestResult", description="A request is changed, or what stood in the way."),
]
ReferralResult = Annotated[
    ReferralPayload | ValidationProblem | NotFoundProblem | ConflictProblem | NoCapacityProblem | ExpiredProblem,
    strawberry.union("ReferralResult", description="A referral is changed, or what stood in the way."),
]
ProviderResult = Annotated[
    ProviderPayload | ValidationProblem | NotFoundProblem | ExpiredProblem,
    strawberry.union("ProviderResult", description="A listing is changed, or what stood in the way."),
]
