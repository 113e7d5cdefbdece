"""What must the default hold against the simple ways? Each line with what was measured, and how sure that is."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from referral.edges.simulation import intervals, policies
from referral.edges.simulation.intervals import Estimate
from referral.edges.simulation.measures import Figures
from referral.edges.simulation.policies import Policy
from referral.intake.words import UrgencyLevel

Runs = Mapping[str, Sequence[Figures]]  # by policy, each in the order of seeds
Figure = Callable[[Figures], float]

FIRST_COME = (policies.NEAREST, policies.POINTS)
CRITICAL, URGENT = UrgencyLevel.CRITICAL, UrgencyLevel.URGENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """One line: what is compared, the least or the most it may be, and what was measured."""

    text: str
    least: float = -math.inf
    most: float = math.inf
    unit: str
    measured: Estimate

    @property
    def is_kept(self) -> bool:
        return self.least <= self.measured.value <= self.most

    @property
    def is_sure(self) -> bool:
        """The whole interval says so."""
        return self.is_kept and self.least <= self.measured.low and self.measured.high <= self.most


def matched(level: UrgencyLevel) -> Figure:
    return lambda figures: figures.levels[level].matched


def in_time(level: UrgencyLevel) -> Figure:
    return lambda figures: figures.levels[level].in_time


def of(runs: Runs, policy: Policy, figure: Figure) -> list[float]:
    return [figure(figures) for figures in runs[policy.code]]


def promises(runs: Runs) -> tuple[Promise, ...]:
    return tuple(checked(runs))


def checked(runs: Runs) -> Iterator[Promise]:
    def times(text: str, figure: Figure, other: Policy, least: float) -> Promise:
        measured = intervals.ratio(of(runs, policies.DEFAULT, figure), of(runs, other, figure))
        return Promise(text=f"{text}, times {other.short}", least=least, unit="times", measured=measured)

    def against(figure: Figure, other: Policy) -> Estimate:
        return intervals.difference(of(runs, policies.DEFAULT, figure), of(runs, other, figure))

    for other in FIRST_COME:
        yield times("critical people matched", matched(CRITICAL), other, 5.0)
        yield times("urgent people matched", matched(URGENT), other, 1.8)
    yield times("critical people matched in time", in_time(CRITICAL), policies.URGENT_FIRST, 1.15)
    yield times("urgent people matched in time", in_time(URGENT), policies.URGENT_FIRST, 1.15)
    yield Promise(
        text="matches that passed over someone more urgent",
        most=0.0,
        unit="%",
        measured=intervals.mean(of(runs, policies.DEFAULT, lambda figures: figures.envy)),
    )
    for other in (*FIRST_COME, policies.URGENT_FIRST):
        measured = against(lambda figures: figures.km, other)
        yield Promise(text=f"mean distance in person, minus {other.short}", most=0.0, unit="km", measured=measured)
    for other in (*FIRST_COME, policies.URGENT_FIRST):
        measured = against(lambda figures: figures.made, other)
        yield Promise(text=f"matches made in all, minus {other.short}", least=-3.0, unit="points", measured=measured)
    yield Promise(
        text="urgency-weighted value, of the clairvoyant bound",
        least=84.0,
        unit="%",
        measured=intervals.mean(of(runs, policies.DEFAULT, lambda figures: figures.value)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What the default changes for those who can wait, against each of a few others."""

    text: str
    unit: str
    against: tuple[Estimate, ...]  # by COMPARED


COMPARED = (policies.NEAREST, policies.URGENT_FIRST, policies.NO_RESERVES)


def prices(runs: Runs) -> tuple[Price, ...]:
    def price(text: str, unit: str, figure: Figure) -> Price:
        ours = of(runs, policies.DEFAULT, figure)
        against = tuple(intervals.difference(ours, of(runs, other, figure)) for other in COMPARED)
        return Price(text=text, unit=unit, against=against)

    return (
        price("normal: matched", "points", matched(UrgencyLevel.NORMAL)),
        price("normal: matched in time", "points", in_time(UrgencyLevel.NORMAL)),
        price("elevated: matched", "points", matched(UrgencyLevel.ELEVATED)),
        price("elevated: matched in time", "points", in_time(UrgencyLevel.ELEVATED)),
        price("urgent: matched", "points", matched(URGENT)),
        price("urgent: matched in time", "points", in_time(URGENT)),
        price("critical: matched", "points", matched(CRITICAL)),
        price("critical: matched in time", "points", in_time(CRITICAL)),
        price("matches made in the counted days, for each 100 who came", "points", lambda figures: figures.made),
        price("matched, of those who came", "points", lambda figures: figures.matched),
        price("rare languages: matched", "points", lambda figures: figures.rare),
        price("worst-served region: matched", "points", lambda figures: figures.worst_region),
        price("mean distance in person", "km", lambda figures: figures.km),
        price("offers for each match", "offers", lambda figures: figures.offers_per_match),
    )
