"""How sure is a figure that was measured in a few worlds? Means and paired comparisons with their 95 % intervals."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

# Student's t at 97.5 %, by degrees of freedom from 1; beyond the last the next lower one is taken, which errs wide.
STUDENT = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
    2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A value, and how far the interval reaches on each side; not a number where one world says nothing of it."""

    value: float
    half: float

    @property
    def low(self) -> float:
        return self.value - self.half

    @property
    def high(self) -> float:
        return self.value + self.half


def mean(values: Sequence[float]) -> Estimate:
    return Estimate(value=statistics.fmean(values), half=half_width(values))


def difference(ours: Sequence[float], theirs: Sequence[float]) -> Estimate:
    """Ours minus theirs, world by world: what one world makes hard, it makes hard for both."""
    return mean([one - other for one, other in zip(ours, theirs, strict=True)])


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> Estimate:
    """How many times theirs ours is: mean over mean, since a world where theirs is tiny would rule all others."""
    below = statistics.fmean(theirs)
    if below == 0:
        return Estimate(value=math.inf, half=math.nan)
    times = statistics.fmean(ours) / below
    left = [one - times * other for one, other in zip(ours, theirs, strict=True)]
    return Estimate(value=times, half=half_width(left) / below)


def half_width(values: Sequence[float]) -> float:
    """Student's t times the standard error."""
    if len(values) < 2 or any(math.isnan(value) for value in values):
        return math.nan
    freedom = min(len(values) - 1, len(STUDENT))
    return STUDENT[freedom - 1] * statistics.stdev(values) / math.sqrt(len(values))
