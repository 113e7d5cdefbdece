"""Who could go where, by all rules and points, and why can somebody go nowhere?

The rules and points are those of one pair. They are asked once for each kind of need and of office: ten million pairs,
one after the other, would take minutes. First whole blocks of needs and offices are sieved, then the rest is judged.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from referral.foundation.vocabulary import CasePosture, HelpType
from referral.matching import rules, tables
from referral.matching.answers import Part
from referral.matching.pair import Need
from referral.matching.planning.cases import claims
from referral.matching.planning.choices import Flags, Whole, numbers, whole
from referral.matching.planning.classes import (
    NO,
    Pairs,
    Table,
    again,
    code,
    crossed,
    kinds,
    of_each,
    points,
)
from referral.matching.planning.helping import Helping
from referral.matching.planning.nowhere import NO_CONSENT, Nowhere, why_nowhere
from referral.matching.planning.question import Office, Terms, Wanted
from referral.matching.planning.reaching import Ground
from referral.matching.planning.seating import Seating, Seats
from referral.matching.planning.talking import Tongues
from referral.matching.planning.timing import Between, Timing, wished

MOST_ROWS = 2_000  # of one block; more would take memory and win nothing
CERTAIN = 1  # what is below this, no rule doubts


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Request `ask[k]` may go to `seat[k]`, both by their numbers; sorted by request, then seat."""

    ask: Whole
    seat: Whole
    points: Whole
    certain: Flags


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Every option there is, and why somebody has none."""

    seats: Sequence[Seats]
    options: Options
    nowhere: Mapping[int, Nowhere]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Requests for one kind of help, each with a seat: what all rules but consent say, and the points."""

    ask: Whole
    seat: Whole
    codes: Whole
    points: Whole

    def only(self, some: Flags) -> "Said":
        return Said(ask=self.ask[some], seat=self.seat[some], codes=self.codes[some], points=self.points[some])


class Judge:
    """What is found out once for all requests and all offices."""

    def __init__(self, wanted: Sequence[Wanted], terms: Terms) -> None:
        needs, offices = [one.need for one in wanted], terms.offices
        self.asks = by_help(needs)
        self.helping = Helping(needs, offices)
        first = {asked: needs[asks[0]] for asked, asks in self.asks.items()}
        self.seating = Seating({asked: self.helping.serving(need) for asked, need in first.items()}, terms)
        self.tables = (of_person(needs, offices), claims(needs, offices), asked_before(wanted, offices))
        self.tongues = Tongues(needs, offices, terms.pairs)
        self.ground = Ground(needs, offices)
        self.timing, self.wished = Timing(needs, offices, terms.now), wished(needs, offices)
        self.between = Between(needs, offices, terms.pairs)
        self.agrees = of_each(kinds(needs, lambda need: need.consents), lambda need: code(rules.consent(need))) == 0

    def sieved(self, asks: Whole, seats: Whole, most: int) -> tuple[Whole, Whole]:
        """Requests for one kind of help with seats of which the rules may say less than `most`: no other is so."""
        seats = seats[self.seating.codes[seats] < most]
        if len(asks) == 0 or len(seats) == 0:
            return whole(()), whole(())
        office = self.seating.office[seats]
        may = self.ground.below(most, asks, office)
        may &= self.tongues.below(most, asks, office)
        for table in self.tables:
            may &= table.below(most, asks, office)
        row, column = np.divmod(np.flatnonzero(may), len(seats))
        return asks[row], seats[column]

    def said(self, ask: Whole, seat: Whole) -> Said:
        """What all rules but consent say of each, and the points of all terms together."""
        pairs = Pairs(need=ask, office=self.seating.office[seat])
        place_codes, place_permille = self.ground.of(pairs)
        talk_codes, talk_permille = self.tongues.of(pairs)
        codes = place_codes | talk_codes | self.seating.codes[seat]
        codes |= self.timing.codes(pairs) | self.between.codes(pairs)
        for table in self.tables:
            codes |= table.at(pairs)
        worth = points(tables.WEIGHTS[Part.PLACE], place_permille)
        worth += points(tables.WEIGHTS[Part.LANGUAGE], talk_permille)
        worth += points(tables.WEIGHTS[Part.HELP_FIT], self.helping.permille(pairs))
        worth += points(tables.WEIGHTS[Part.SPEED], self.timing.permille(pairs))
        worth += points(tables.WEIGHTS[Part.WISHES], self.wished.at(pairs))
        worth += self.seating.points[seat]
        return Said(ask=ask, seat=seat, codes=codes, points=worth)

    def below(self, most: int, asks: Whole, seats: Whole) -> Said:
        """All of them of which the rules say less than `most`."""
        said = self.said(*self.sieved(asks, seats, most))
        return said.only(said.codes < most)


def judged(wanted: Sequence[Wanted], terms: Terms) -> Judged:
    """Every option of every request, and why a request has none."""
    if not wanted:
        return Judged(seats=(), options=together([], 0), nowhere={})
    judge = Judge(wanted, terms)
    most = NO if terms.allows_unknown else CERTAIN
    can = judge.seating.can
    found: list[Said] = []
    nowhere = dict.fromkeys(numbers(np.flatnonzero(~judge.agrees)), NO_CONSENT)
    for asks, seats in judge_in_blocks(judge):
        fits = judge.below(most, asks, seats[can[seats]])
        found.append(fits)
        without = asks[np.isin(asks, fits.ask, invert=True)]
        feasible = judge.below(NO, without, seats)
        nowhere |= why_nowhere(without, feasible.ask, feasible.codes, can[feasible.seat])
    return Judged(seats=judge.seating.seats, options=together(found, len(wanted)), nowhere=nowhere)


def by_help(needs: Sequence[Need]) -> Mapping[HelpType, list[int]]:
    """The numbers of the requests for each kind of help."""
    asking: dict[HelpType, list[int]] = {}
    for number, need in enumerate(needs):
        asking.setdefault(need.help_types[0], []).append(number)
    return asking


def judge_in_blocks(judge: Judge) -> Iterator[tuple[Whole, Whole]]:
    """Requests for one kind of help whose people agree, not too many at once, and the seats for it."""
    for asked, asks in judge.asks.items():
        agreed = whole(asks)[judge.agrees[asks]]
        for start in range(0, len(agreed), MOST_ROWS):
            yield agreed[start : start + MOST_ROWS], judge.seating.by_help[asked]


def together(found: Sequence[Said], asks: int) -> Options:
    """All options in one; each part is sorted, and each request is in one part."""
    ask = np.concatenate([whole(()), *(some.ask for some in found)])
    many = np.bincount(ask, minlength=asks)
    first = np.flatnonzero(np.diff(ask, prepend=-1))  # where each request begins
    begins = np.cumsum(many) - many
    order = np.empty(len(ask), dtype=np.int64)
    order[begins[ask] + np.arange(len(ask)) - np.repeat(first, many[ask[first]])] = np.arange(len(ask))
    return Options(
        ask=ask[order],
        seat=np.concatenate([whole(()), *(some.seat for some in found)])[order],
        points=np.concatenate([whole(()), *(some.points for some in found)])[order],
        certain=np.concatenate([whole(()), *(some.codes for some in found)])[order] == 0,
    )


# ------------------------------------------------------------- rules by kinds
def of_person(needs: Sequence[Need], offices: Sequence[Office]) -> Table:
    """Custody, age, household and means."""
    rough = kinds(
        needs, lambda need: (need.posture, need.circumstances, need.age, need.can_afford, need.household_size)
    )
    people = again(rough, who_asks)

    def said(need: Need, office: Office) -> int:
        return (
            code(rules.detained(need, office))
            | code(rules.minor(need, office))
            | code(rules.age(need, office))
            | code(rules.income(need, office))
            | code(rules.household(need, office))
        )

    return crossed(people, kinds(offices, limits_of), said)


def who_asks(need: Need) -> Hashable:
    in_care = need.posture is CasePosture.ORR_CUSTODY
    return (need.is_held, in_care, rules.is_child(need), need.can_afford, need.household_size)


def limits_of(office: Office) -> Hashable:
    return (
        office.accepts_detained,
        office.accepts_minors,
        office.minimum_age,
        office.maximum_age,
        rules.states_limit(office, "low_income_only"),
        office.facts.get("household_limit"),
    )


def asked_before(wanted: Sequence[Wanted], offices: Sequence[Office]) -> Table:
    """Whom it has been offered to already."""
    past = kinds(wanted, lambda one: (one.asked, one.refused_by))
    provider = whole_by(office.provider_id for office in offices)
    organization = whole_by(office.organization_id for office in offices)
    said = np.zeros((len(past), len(offices)), dtype=np.int32)
    for row, one in enumerate(past.first):
        met = [*(provider.get(id, []) for id in one.asked), *(organization.get(id, []) for id in one.refused_by)]
        said[row, [number for some in met for number in some]] = NO
    return Table(needs=past.of, offices=np.arange(len(offices)), said=said)


def whole_by(ids: Iterable[UUID]) -> Mapping[UUID, list[int]]:
    """The numbers of those with each id."""
    found: dict[UUID, list[int]] = {}
    for number, id in enumerate(ids):
        found.setdefault(id, []).append(number)
    return found
