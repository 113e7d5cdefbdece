"""Do two samples of times tell one thing from another? Welch's t, of all times and of those below several percentiles.

As dudect does it, and for its reason: on a busy machine a difference drowns in the answers that were held up by others.
"""

from itertools import combinations
from math import sqrt
from statistics import fmean, median, stdev, variance

LIMIT = 4.5
CROPS = (1.0, 0.99, 0.95, 0.9, 0.75, 0.5, 0.25, 0.1)
FEWEST = 20  # below, a percentile says nothing
Times = dict[str, list[float]]


def welch(one: list[float], other: list[float]) -> float:
    """Welch's t of two samples."""
    if min(len(one), len(other)) < FEWEST:
        return 0.0
    error = sqrt(variance(one) / len(one) + variance(other) / len(other))
    return (fmean(one) - fmean(other)) / error if error else 0.0


def worst(one: list[float], other: list[float]) -> float:
    """The t that is farthest from zero, of all times and of those that are not above a percentile of both together."""
    both, found = sorted([*one, *other]), 0.0
    for share in CROPS:
        most = both[int(len(both) * share) - 1]
        t = welch([a for a in one if a <= most], [b for b in other if b <= most])
        found = max(found, t, key=abs)
    return found


def seen(one: list[float], other: list[float]) -> float:
    """From which difference of the means on, in seconds, the quicker half of so many answers would tell."""
    half = sorted([*one, *other])[: max(FEWEST, (len(one) + len(other)) // 2)]
    return LIMIT * stdev(half) * sqrt(4 / len(half))


def told(what: str, took: Times, *, right_counts: bool) -> bool:
    """Print the comparison; whether every t that counts is below the limit."""
    well = True
    for one, other in combinations(took, 2):
        t = worst(took[one], took[other])
        well &= abs(t) < LIMIT or (not right_counts and "right" in (one, other))
        print(
            f"{what:34} {one:>7} {median(took[one]) * 1e6:>11,.1f} us {other:>8} {median(took[other]) * 1e6:>11,.1f} us"
            f" {len(took[one]):>7,} pairs  seen from {seen(took[one], took[other]) * 1e6:>7,.1f} us  t = {t:>7.2f}"
            f"  {'' if abs(t) < LIMIT else 'TELLS'}",
            flush=True,
        )
    return well
