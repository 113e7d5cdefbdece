"""How does the work go, in numbers that point at nobody?

Only requests are counted whose person agrees to that. A count below SMALLEST is hidden, and with it so many of its
neighbours that it cannot be told from the sum: a rare language in one state is one family.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import LiteralString

from referral.foundation.actors import Staff
from referral.foundation.db import Reader, many
from referral.foundation.errors import ValidationFailed, problem
from referral.intake.ease import Ease
from referral.intake.words import UrgencyLevel

SMALLEST = 5
HIDDEN_TOGETHER = 10  # two hidden counts that add up to less would tell each other
ENOUGH_FOR_A_TAIL = 20  # the 95th of a few is the slowest one, who is a person
LONGEST_DAYS = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many requests, or offers, of one kind; None for too few to tell."""

    word: str
    count: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """How long it took, over so many; None for too few to tell."""

    median: float | None
    longest: float | None  # of 95 in a hundred


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast requests of one level were answered."""

    level: UrgencyLevel
    first_offer: Hours
    first_reply: Hours
    acceptance: Hours
    answered_in_time: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """How many said so of the form in one language and one version; None for too few to tell."""

    question_set: str
    language: str
    answer: Ease
    count: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """What came in during some days, and what became of it until now."""

    requests: int | None
    not_counted: int | None
    statuses: tuple[Counted, ...]
    levels: tuple[Counted, ...]
    languages: tuple[Counted, ...]
    help_types: tuple[Counted, ...]
    states: tuple[Counted, ...]
    declines: tuple[Counted, ...]
    expiries: int | None
    outcomes: tuple[Counted, ...]
    paces: tuple[Pace, ...]
    ease: tuple[Rated, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    kind: str
    word: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PaceRow:
    """Of one level: how many reached each point, and after how many hours."""

    level: UrgencyLevel
    offered: int
    offered_median: float | None
    offered_longest: float | None
    replied: int
    replied_median: float | None
    replied_longest: float | None
    accepted: int
    accepted_median: float | None
    accepted_longest: float | None
    due: int
    in_time: int


COUNTED: LiteralString = """
    WITH asked AS (
         SELECT id, status, urgency, languages, help_types, country, state, created_at, respond_by,
                EXISTS (SELECT FROM consent c
                         WHERE c.request_id = help_request.id AND c.scope = 'statistics_deidentified'
                           AND c.withdrawn_at IS NULL) AS agrees
           FROM help_request
          WHERE created_at >= $1 AND created_at < $2 AND data_key IS NOT NULL AND quarantined IS NULL
    ), counted AS MATERIALIZED (
         SELECT id, status, urgency, languages, help_types, country, state, created_at, respond_by
           FROM asked WHERE agrees
    ), offer AS MATERIALIZED (
         SELECT r.request_id, r.status, r.decline_reason, r.outcome, r.offered_at, r.responded_at,
                EXISTS (SELECT FROM referral_event e
                         WHERE e.referral_id = r.id AND e.status = 'accepted') AS was_accepted
           FROM referral r JOIN counted ON counted.id = r.request_id)"""

TALLIES: LiteralString = f"""
    {COUNTED}
    SELECT 'request' AS kind, '' AS word, count(*) AS count FROM counted
    UNION ALL SELECT 'not_counted', '', count(*) FROM asked WHERE NOT agrees
    UNION ALL SELECT 'status', status, count(*) FROM counted GROUP BY status
    UNION ALL SELECT 'level', urgency, count(*) FROM counted GROUP BY urgency
    UNION ALL SELECT 'language', word, count(*) FROM counted, unnest(languages) AS word GROUP BY word
    UNION ALL SELECT 'help_type', word, count(*) FROM counted, unnest(help_types) AS word GROUP BY word
    UNION ALL SELECT 'state', country || '-' || state, count(*) FROM counted WHERE state IS NOT NULL GROUP BY 2
    UNION ALL SELECT 'decline', decline_reason, count(*) FROM offer WHERE decline_reason IS NOT NULL GROUP BY 2
    UNION ALL SELECT 'expiry', '', count(*) FROM offer WHERE status = 'expired'
    UNION ALL SELECT 'outcome', outcome, count(*) FROM offer WHERE outcome IS NOT NULL GROUP BY 2"""

# The person has an answer when a provider said yes, or staff asked them, put them in a line or closed it.
PACES: LiteralString = f"""
    {COUNTED}, pace AS (
         SELECT counted.urgency, counted.respond_by,
                extract(epoch FROM o.offered - counted.created_at)::float8 / 3600 AS offered,
                extract(epoch FROM o.replied - counted.created_at)::float8 / 3600 AS replied,
                extract(epoch FROM o.accepted - counted.created_at)::float8 / 3600 AS accepted,
                e.answered
           FROM counted
           LEFT JOIN (SELECT request_id, min(offered_at) AS offered, min(responded_at) AS replied,
                             min(responded_at) FILTER (WHERE was_accepted) AS accepted
                        FROM offer GROUP BY request_id) AS o ON o.request_id = counted.id
           LEFT JOIN LATERAL (SELECT min(at) AS answered FROM request_event e
                               WHERE e.request_id = counted.id
                                 AND e.kind IN ('accepted', 'asked_person', 'waitlisted', 'closed')) AS e ON true
    )
    SELECT urgency AS level,
           count(offered) AS offered, percentile_cont(0.5) WITHIN GROUP (ORDER BY offered) AS offered_median,
           percentile_cont(0.95) WITHIN GROUP (ORDER BY offered) AS offered_longest,
           count(replied) AS replied, percentile_cont(0.5) WITHIN GROUP (ORDER BY replied) AS replied_median,
           percentile_cont(0.95) WITHIN GROUP (ORDER BY replied) AS replied_longest,
           count(accepted) AS accepted, percentile_cont(0.5) WITHIN GROUP (ORDER BY accepted) AS accepted_median,
           percentile_cont(0.95) WITHIN GROUP (ORDER BY accepted) AS accepted_longest,
           count(*) FILTER (WHERE answered IS NOT NULL OR respond_by <= $3) AS due,
           count(*) FILTER (WHERE answered <= respond_by) AS in_time
      FROM pace
     GROUP BY urgency"""


# Of the weeks that lie whole in these days: a part of one is counted nowhere.
EASE: LiteralString = """
    SELECT 'ease' AS kind, question_set || ' ' || language || ' ' || answer AS word, sum(count)::bigint AS count
      FROM form_ease
     WHERE week >= $1 AND week + 6 <= $2
     GROUP BY 2"""


async def statistics(at: Reader, _staff: Staff, first_day: date, last_day: date, *, now: datetime) -> Statistics:
    """What came in from one day to another (UTC, both counted). Raises ValidationFailed."""
    check(first_day, last_day)
    since, until = midnight(first_day), midnight(last_day) + timedelta(days=1)
    rows = await many(at, Row, TALLIES, since, until)
    paces = await many(at, PaceRow, PACES, since, until, now)
    rows += await many(at, Row, EASE, first_day, last_day)
    tallies: dict[str, dict[str, int]] = {}
    for row in rows:
        tallies.setdefault(row.kind, {})[row.word] = row.count

    def of(kind: str) -> tuple[Counted, ...]:
        return told(tallies.get(kind, {}))

    def single(kind: str) -> int | None:
        return enough(tallies.get(kind, {}).get("", 0))

    return Statistics(
        requests=single("request"),
        not_counted=single("not_counted"),
        statuses=of("status"),
        levels=of("level"),
        languages=of("language"),
        help_types=of("help_type"),
        states=of("state"),
        declines=of("decline"),
        expiries=single("expiry"),
        outcomes=of("outcome"),
        paces=tuple(pace_of(level, paces) for level in UrgencyLevel),
        ease=tuple(map(rated, of("ease"))),
    )


def rated(told: Counted) -> Rated:
    question_set, language, answer = told.word.split(" ")
    return Rated(question_set=question_set, language=language, answer=Ease(answer), count=told.count)


def check(first_day: date, last_day: date) -> None:
    if first_day > last_day:
        raise ValidationFailed([problem("to", "BEFORE_FROM", "This day is before the other.")])
    if (last_day - first_day).days >= LONGEST_DAYS:
        raise ValidationFailed([problem("to", "TOO_LONG", f"Ask for at most {LONGEST_DAYS} days.")])
    if last_day == date.max:
        raise ValidationFailed([problem("to", "OUT_OF_RANGE", "No calendar goes further.")])


def midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def enough(count: int) -> int | None:
    """A count, unless it is of so few that it points at them. None at all points at nobody."""
    return None if 0 < count < SMALLEST else count


def told(tally: Mapping[str, int]) -> tuple[Counted, ...]:
    """The counts of a group, the most first; hidden ones come last, by name, so that their order tells nothing."""
    hidden = hidden_in(tally)
    shown = sorted((one for one in tally if one not in hidden), key=lambda word: (-tally[word], word))
    return (
        *(Counted(word=word, count=tally[word]) for word in shown),
        *(Counted(word=word, count=None) for word in sorted(hidden)),
    )


def hidden_in(tally: Mapping[str, int]) -> frozenset[str]:
    """The counts that are too small, and the next ones as long as what is hidden could be told from the sum."""
    ascending: Sequence[str] = sorted(tally, key=lambda word: (tally[word], word))
    hidden = [word for word in ascending if tally[word] < SMALLEST]
    if not hidden:
        return frozenset()
    for word in ascending[len(hidden) :]:
        if len(hidden) > 1 and sum(tally[one] for one in hidden) >= HIDDEN_TOGETHER:
            break
        hidden.append(word)
    return frozenset(hidden)


def pace_of(level: UrgencyLevel, rows: Sequence[PaceRow]) -> Pace:
    row = next((row for row in rows if row.level is level), None)
    if row is None:
        nothing = Hours(median=None, longest=None)
        return Pace(level=level, first_offer=nothing, first_reply=nothing, acceptance=nothing, answered_in_time=None)
    return Pace(
        level=level,
        first_offer=hours(row.offered, row.offered_median, row.offered_longest),
        first_reply=hours(row.replied, row.replied_median, row.replied_longest),
        acceptance=hours(row.accepted, row.accepted_median, row.accepted_longest),
        answered_in_time=round(row.in_time / row.due, 2) if row.due >= ENOUGH_FOR_A_TAIL else None,
    )


def hours(reached: int, median: float | None, longest: float | None) -> Hours:
    return Hours(
        median=round(median, 1) if median is not None and reached >= SMALLEST else None,
        longest=round(longest, 1) if longest is not None and reached >= ENOUGH_FOR_A_TAIL else None,
    )
