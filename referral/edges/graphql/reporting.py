"""Somebody says that a listing is wrong, and staff look."""

from datetime import datetime
from typing import Annotated

import strawberry

from referral.directory.upkeep import reports
from referral.directory.upkeep.reports import Report, Reports
from referral.directory.words import ReportReason
from referral.edges.graphql.context import Info
from referral.edges.graphql.directory_types import PageInfo
from referral.edges.graphql.inputs import id_of
from referral.edges.graphql.problems import ConflictProblem, NotFoundProblem, RateLimitedProblem, ValidationProblem
from referral.edges.graphql.scalars import Cursor, described


@strawberry.input(description="What is wrong with a listing. Nothing is kept of who sends it.")
class ReportListingInput:
    provider_id: strawberry.ID = described("The listing.")
    reason: ReportReason = described("What is wrong.")
    note: str | None = described(
        "In your own words, at most 500 characters, without names; sealed, and erased once somebody has looked.",
        default=None,
    )


@strawberry.type(description="The report is kept, and somebody will look.")
class ReportListingPayload:
    sent_at: datetime = described("When it was kept.")


ReportListingResult = Annotated[
    ReportListingPayload | ValidationProblem | NotFoundProblem | RateLimitedProblem,
    strawberry.union("ReportListingResult", description="A report is kept, or what stood in the way."),
]


@strawberry.type
class ReportingMutation:
    @strawberry.mutation(description="Say that a listing is wrong. A person looks at each report.")
    async def report_listing(
        self,
        info: Info,
        input: Annotated[ReportListingInput, strawberry.argument(description="What is wrong.")],  # noqa: A002 - as every input here
    ) -> ReportListingResult:
        context, listing = info.context, id_of(input.provider_id, "provider_id")
        async with context.house.database.transaction() as tx:
            await reports.send(tx, context.house.vault, listing, input.reason, input.note, now=context.now)
        return ReportListingPayload(sent_at=context.now)


# ------------------------------------------------------------- staff
@strawberry.type(description="What somebody says is wrong with a listing.")
class ListingReport:
    told: strawberry.Private[Report]
    reason: ReportReason = described("What is wrong.")
    sent_at: datetime = described("When it was sent.")

    @strawberry.field(description="Its id.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(str(self.told.id))

    @strawberry.field(description="The listing.")
    def provider_id(self) -> strawberry.ID:
        return strawberry.ID(str(self.told.provider_id))

    @strawberry.field(description="What the listing is called.")
    def provider_name(self) -> str:
        return self.told.provider_name

    @strawberry.field(description="In the sender's words; null where they wrote none.")
    def note(self) -> str | None:
        return self.told.words


@strawberry.type(description="A page of reports that wait.")
class ListingReportConnection:
    found: strawberry.Private[Reports]

    @strawberry.field(description="The reports, the longest waiting first.")
    def nodes(self) -> list[ListingReport]:
        return [ListingReport(told=one, reason=one.reason, sent_at=one.sent_at) for one in self.found.reports]

    @strawberry.field(description="Whether the list goes on.")
    def page_info(self) -> PageInfo:
        found = self.found.reports
        return PageInfo(
            has_next_page=self.found.page.has_next,
            has_previous_page=self.found.page.has_previous,
            start_cursor=Cursor(found[0].cursor) if found else None,
            end_cursor=Cursor(found[-1].cursor) if found else None,
        )


@strawberry.type(description="The report is closed, and what was written is erased.")
class CloseReportPayload:
    id: strawberry.ID = described("The report.")


CloseReportResult = Annotated[
    CloseReportPayload | NotFoundProblem | ConflictProblem,
    strawberry.union("CloseReportResult", description="A report is closed, or what stood in the way."),
]
