"""Who could go where, by all rules and points, and why can somebody go nowhere?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from referral.matching import ranking
from referral.matching.answers import Room, Rule, RuleAnswer, RuleResult
from referral.matching.planning.choices import Flags, Whole, flags, whole
from referral.matching.planning.question import (
    UNCOUNTED_PLACES,
    Count,
    Office,
    Terms,
    Wanted,
    count_for,
    seen_by,
)
from referral.matching.planning.words import LeftReason
from referral.matching.ranking import Verdict

# What only the person can say. All else that is not known, the provider would have to tell.
PERSONS = frozenset(
    {
        (Rule.CLAIM, "unsure"),
        (Rule.LANGUAGE, "not_said"),
        (Rule.PLACE, "place_not_given"),
        (Rule.DETAINED, "not_said"),
        (Rule.MINOR, "not_said"),
        (Rule.INCOME, "low"),
    }
)
HAS_ROOM = frozenset({Room.OPEN, Room.UNKNOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Seats:
    """Places that are counted together, or that nobody counts."""

    id: UUID
    office: Office
    free: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Nowhere:
    """Why a request has no option at all, and which questions its person could answer."""

    reason: LeftReason
    waits_for: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Every option: request `ask[k]` may go to `seats[seat[k]]`; both by their numbers."""

    seats: Sequence[Seats]
    ask: Whole
    seat: Whole
    points: Whole
    certain: Flags
    nowhere: Mapping[int, Nowhere]


def seats_of(offices: Sequence[Office]) -> tuple[Seats, ...]:
    """The places of all offices: each count is one, and what is not counted is one for each office."""
    return tuple(
        Seats(
            id=count.id if count else office.provider_id, office=office, free=count.free if count else UNCOUNTED_PLACES
        )
        for office in offices
        for count in (*office.counts, None)
    )


def seat_id(office: Office, count: Count | None) -> UUID:
    return count.id if count else office.provider_id


def judged(wanted: Sequence[Wanted], terms: Terms) -> Judged:
    """Every pair by the same rules and points that a ranking uses, one after the other."""
    seats = seats_of(terms.offices)
    number = {seat.id: index for index, seat in enumerate(seats)}
    found: list[tuple[int, int, int, bool]] = []
    nowhere: dict[int, Nowhere] = {}
    for ask, one in enumerate(wanted):
        verdicts = [verdict(one, office, terms) for office in terms.offices]
        options = [verdict for verdict in verdicts if is_option(verdict, terms)]
        if not options:
            nowhere[ask] = why_nowhere(verdicts)
        for option in options:
            office = option.candidate
            assert isinstance(office, Office)  # noqa: S101
            at = number[seat_id(office, count_for(office, one.need.help_types[0]))]
            found.append((ask, at, option.points, not option.is_doubtful))
    return Judged(
        seats=seats,
        ask=whole(ask for ask, _, _, _ in found),
        seat=whole(at for _, at, _, _ in found),
        points=whole(points for _, _, points, _ in found),
        certain=flags(is_certain for _, _, _, is_certain in found),
        nowhere=nowhere,
    )


def verdict(one: Wanted, office: Office, terms: Terms) -> Verdict:
    return ranking.why(one.need, seen_by(one, office), pairs=terms.pairs, now=terms.now)


def is_option(verdict: Verdict, terms: Terms) -> bool:
    """Whether a plan may propose it: some room, somebody who hears of it, and no doubt but those that are allowed."""
    if not (verdict.is_feasible and verdict.candidate.can_be_told):
        return False
    return (verdict.room is Room.OPEN and not verdict.is_doubtful) or (
        terms.allows_unknown and verdict.room in HAS_ROOM
    )


def why_nowhere(verdicts: Sequence[Verdict]) -> Nowhere:
    """The reason that is nearest to an option."""
    if any(is_unagreed(result) for verdict in verdicts for result in verdict.results):
        return Nowhere(reason=LeftReason.NO_CONSENT)
    feasible = [verdict for verdict in verdicts if verdict.is_feasible]
    if not feasible:
        return Nowhere(reason=LeftReason.NO_PROVIDER)
    reachable = [one for one in feasible if one.room in HAS_ROOM and one.candidate.can_be_told]
    if not reachable:
        return Nowhere(reason=LeftReason.ONLY_FULL)
    unanswered = [one for one in reachable if all(is_persons(result) for result in doubts(one))]
    if not unanswered:
        return Nowhere(reason=LeftReason.ONLY_DOUBTFUL)
    asked = {result.rule for one in unanswered for result in doubts(one)}
    return Nowhere(reason=LeftReason.NEEDS_ANSWER, waits_for=tuple(rule for rule in Rule if rule in asked))


def doubts(verdict: Verdict) -> list[RuleResult]:
    return [result for result in verdict.results if result.answer is RuleAnswer.UNKNOWN]


def is_persons(result: RuleResult) -> bool:
    return (result.rule, str(result.values["how"])) in PERSONS


def is_unagreed(result: RuleResult) -> bool:
    return result.rule is Rule.CONSENT and result.answer is RuleAnswer.FAIL
