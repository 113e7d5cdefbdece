"""Numbers about the work, as the desk reads them: none of them points at a person."""

from datetime import date
from typing import Annotated

import strawberry

from referral.edges.graphql.context import Info
from referral.edges.graphql.scalars import described
from referral.intake.ease import Ease
from referral.intake.words import UrgencyLevel
from referral.triage import statistics
from referral.triage.statistics import Counted, Hours, Pace, Rated


@strawberry.type(description="How many of one kind.")
class StatisticsCount:
    word: str = described("Which kind, as it is stored: a status, a level, a language tag, US-TX.")
    count: int | None = described(
        "How many; null for 1 to 4, and for others from which those could be told: nobody is pointed at."
    )


@strawberry.type(description="How long something took.")
class StatisticsHours:
    median: float | None = described("Hours, for half of them at most; null for fewer than 5.")

    @strawberry.field(description="Hours, for 95 in a hundred of them at most; null for fewer than 20.")
    def percentile95(self) -> float | None:
        told: object = self
        return told.longest if isinstance(told, Hours) else None


@strawberry.type(description="How fast requests of one level were answered, counted from when they were sent.")
class StatisticsPace:
    level: UrgencyLevel = described("The level they have now.")
    first_offer: Hours = described("Until a provider was asked.", graphql_type=StatisticsHours)
    first_reply: Hours = described("Until a provider replied, whatever it said.", graphql_type=StatisticsHours)
    acceptance: Hours = described("Until a provider said yes.", graphql_type=StatisticsHours)
    answered_in_time: float | None = described(
        "The share, 0 to 1, of those whose time is over or who have an answer, that had it in time: a yes, a question "
        "of ours, a place in a line, or a closing. Null for fewer than 20."
    )


@strawberry.type(description="How many people said the same of the form for help, after they had sent it.")
class StatisticsEase:
    question_set: str = described("The version of the questions.")
    language: str = described("The language of the page, as a tag.")
    answer: Ease = described("Whether it was easy.")
    count: int | None = described("How many; null for 1 to 4, and for others from which those could be told.")


@strawberry.type(
    description="What came in during some days and what became of it until now. Only requests are counted whose "
    "person agrees to be counted."
)
class Statistics:
    from_: date = described("The first day.", name="from")
    to: date = described("The last day.")
    requests: int | None = described("Requests counted; null for 1 to 4.")
    not_counted: int | None = described("Requests of people who do not agree to be counted; null for 1 to 4.")
    by_status: list[Counted] = described("By where they stand.", graphql_type=list[StatisticsCount])
    by_level: list[Counted] = described("By urgency.", graphql_type=list[StatisticsCount])
    by_language: list[Counted] = described(
        "By language; one request may count more than once.", graphql_type=list[StatisticsCount]
    )
    by_help_type: list[Counted] = described(
        "By what is asked for; one request may count more than once.", graphql_type=list[StatisticsCount]
    )
    by_state: list[Counted] = described("By country and state, where known.", graphql_type=list[StatisticsCount])
    declines: list[Counted] = described("Offers declined, by reason.", graphql_type=list[StatisticsCount])
    expiries: int | None = described("Offers that ran out; null for 1 to 4.")
    outcomes: list[Counted] = described("Referrals by what became of them.", graphql_type=list[StatisticsCount])
    paces: list[Pace] = described("How fast, level by level.", graphql_type=list[StatisticsPace])
    ease: list[Rated] = described(
        "Whether the form for help was easy, as people say after sending; of whole weeks, Monday to Sunday (UTC). "
        "Nobody is asked twice, and no answer is tied to a request.",
        graphql_type=list[StatisticsEase],
    )


@strawberry.type
class StatisticsQuery:
    @strawberry.field(description="What came in during some days (UTC), in numbers that point at nobody.")
    async def statistics(
        self,
        info: Info,
        from_: Annotated[date, strawberry.argument(description="The first day.", name="from")],
        to: Annotated[date, strawberry.argument(description="The last day; at most 366 days in all.")],
    ) -> Statistics:
        context = info.context
        found = await statistics.statistics(context.at, context.staff, from_, to, now=context.now)
        return Statistics(
            from_=from_,
            to=to,
            requests=found.requests,
            not_counted=found.not_counted,
            by_status=list(found.statuses),
            by_level=list(found.levels),
            by_language=list(found.languages),
            by_help_type=list(found.help_types),
            by_state=list(found.states),
            declines=list(found.declines),
            expiries=found.expiries,
            outcomes=list(found.outcomes),
            paces=list(found.paces),
            ease=list(found.ease),
        )
