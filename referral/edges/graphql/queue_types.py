"""The queue as the desk sees it: which requests, in which order, how many of each kind."""

import strawberry

from referral.edges.graphql.context import Context, Info
from referral.edges.graphql.directory_types import PageInfo
from referral.edges.graphql.inputs import listed
from referral.edges.graphql.request_types import HelpRequest
from referral.edges.graphql.scalars import CountryCode, Cursor, LanguageTag, described
from referral.edges.lookups import canonical_tags
from referral.foundation.vocabulary import HelpType
from referral.intake.words import HelpRequestStatus, UrgencyLevel
from referral.referrals import views
from referral.referrals.views import RequestView
from referral.triage import queue
from referral.triage.queue import AssigneeIs, Queued, QueueOrder, Tally
from referral.triage.stuck import StuckReason


@strawberry.type(description="How many requests stand there.")
class QueueStatusCount:
    status: HelpRequestStatus = described("Where.")
    count: int = described("How many.")


@strawberry.type(description="How many requests are so urgent.")
class QueueUrgencyCount:
    level: UrgencyLevel = described("How urgent, as judged today.")
    count: int = described("How many.")


@strawberry.type(description="How many requests ask for this.")
class QueueHelpTypeCount:
    help_type: HelpType = described("For what.")
    count: int = described("How many.")


@strawberry.type(description="How many requests are by someone who speaks this.")
class QueueLanguageCount:
    tag: LanguageTag = described("Which language.")
    count: int = described("How many.")


@strawberry.type(description="How many requests come from there.")
class QueueStateCount:
    state: str = described("The state.")
    count: int = described("How many.")


@strawberry.type(description="How many of the requests that match are of each kind, the most first.")
class QueueFacets:
    statuses: list[QueueStatusCount] = described("By where they stand.")
    urgencies: list[QueueUrgencyCount] = described("By level.")
    help_types: list[QueueHelpTypeCount] = described("By what is asked for; one request may count more than once.")
    languages: list[QueueLanguageCount] = described("By language; one request may count more than once.")
    states: list[QueueStateCount] = described("By state, where it is known.")
    overdue: int = described("Nobody has answered the person, and the time for it has passed.")
    mine: int = described("In one's own hands.")
    unassigned: int = described("In nobody's hands.")


def facets_of(tallies: list[Tally]) -> QueueFacets:
    def of(kind: str) -> list[Tally]:
        return [one for one in tallies if one.kind == kind]

    held = {one.word: one.count for one in of("held")}
    return QueueFacets(
        statuses=[QueueStatusCount(status=HelpRequestStatus(one.word), count=one.count) for one in of("status")],
        urgencies=[QueueUrgencyCount(level=UrgencyLevel(one.word), count=one.count) for one in of("urgency")],
        help_types=[QueueHelpTypeCount(help_type=HelpType(one.word), count=one.count) for one in of("help_type")],
        languages=[QueueLanguageCount(tag=LanguageTag(one.word), count=one.count) for one in of("language")],
        states=[QueueStateCount(state=one.word, count=one.count) for one in of("state")],
        overdue=sum(one.count for one in of("overdue")),
        mine=held.get("me", 0),
        unassigned=sum(one.count for one in of("status")) - sum(held.values()),
    )


@strawberry.type(description="One request of the queue.")
class HelpRequestEdge:
    cursor: Cursor = described("Where it stands in the queue.")
    node: RequestView = described("The request.", graphql_type=HelpRequest)


@strawberry.type(description="A page of the queue.")
class HelpRequestConnection:
    found: strawberry.Private[Queued]
    order: strawberry.Private[QueueOrder]
    filter: strawberry.Private[queue.QueueFilter]

    @strawberry.field(description="The requests with their cursors.")
    def edges(self, info: Info) -> list[HelpRequestEdge]:
        context = info.context
        return [
            HelpRequestEdge(
                cursor=Cursor(queue.cursor(one, self.order)),
                node=views.for_staff(context.house.vault, one, now=context.now),
            )
            for one in self.found.requests
        ]

    @strawberry.field(description="The requests alone.", graphql_type=list[HelpRequest])
    def nodes(self, info: Info) -> list[RequestView]:
        context = info.context
        return [views.for_staff(context.house.vault, one, now=context.now) for one in self.found.requests]

    @strawberry.field(description="Whether the queue goes on.")
    def page_info(self) -> PageInfo:
        ends = [Cursor(queue.cursor(one, self.order)) for one in self.found.requests]
        page = self.found.page
        return PageInfo(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=ends[0] if ends else None,
            end_cursor=ends[-1] if ends else None,
        )

    @strawberry.field(description="How many requests match.")
    async def total_count(self, info: Info) -> int:
        context = info.context
        return await queue.count(context.at, context.intake, self.filter, now=context.now)

    @strawberry.field(description="How many of the requests that match are of each kind.")
    async def facets(self, info: Info) -> QueueFacets:
        context = info.context
        return facets_of(await queue.tallies(context.at, context.intake, self.filter, now=context.now))


@strawberry.input(description="Which requests. What is left out does not filter; closed ones are shown only by name.")
class QueueFilter:
    statuses: list[HelpRequestStatus] | None = described("Stands in any of these.", default=None)
    urgencies: list[UrgencyLevel] | None = described("At any of these levels, as judged today.", default=None)
    help_types: list[HelpType] | None = described("Needs any of these.", default=None)
    languages: list[LanguageTag] | None = described("Speaks any of these.", default=None)
    countries: list[CountryCode] | None = described("Is in any of these countries.", default=None)
    states: list[str] | None = described("Is in any of these states, such as TX.", default=None)
    assignee: AssigneeIs | None = described("In whose hands.", default=None)
    overdue: bool | None = described(
        "Whether nobody has answered the person though the time for it has passed.", default=None
    )
    stuck: list[StuckReason] | None = described("Does not move by itself, for any of these reasons.", default=None)
    quarantined: bool = described(
        "Those that wait in quarantine, which no machine does anything with; else all others. True asks for what came "
        "beyond a limit, without a proof of work while one was asked, or as no person sends it.",
        default=False,
    )


async def filter_of(context: Context, asked: QueueFilter | None) -> queue.QueueFilter:
    if asked is None:
        return queue.QueueFilter()
    tags = asked.languages
    return queue.QueueFilter(
        statuses=listed(asked.statuses),
        urgencies=listed(asked.urgencies),
        help_types=listed(asked.help_types),
        languages=None if tags is None else await canonical_tags(context.house, tags, "filter.languages"),
        countries=None if asked.countries is None else tuple(asked.countries),
        states=None if asked.states is None else tuple(each.replace("\0", "\ufffd") for each in asked.states),
        assignee=asked.assignee,
        overdue=asked.overdue,
        stuck=listed(asked.stuck),
        quarantined=asked.quarantined,
    )
