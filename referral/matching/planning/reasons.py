"""Why is this place this person's, and why is nobody proposed for that one?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from referral.matching.planning.choices import NOBODY, URGENT_CODE, Choices, Whole, numbers, pair_of_each
from referral.matching.planning.goals import Worth
from referral.matching.planning.words import LeftReason, Weaker

MOST_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """A request that also wanted a place, and why its claim is weaker; both by their numbers."""

    ask: int
    why: Weaker


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A plan as its reasons need it: for each request the pair it was given, for each provider what is left."""

    choices: Choices
    worth: Worth
    at: Whole
    unused: Whole


def outcome(choices: Choices, worth: Worth, chosen: Whole) -> Outcome:
    taken = np.bincount(
        choices.place[chosen], weights=choices.takes[choices.ask[chosen]], minlength=choices.providers
    ).astype(np.int64)
    return Outcome(choices=choices, worth=worth, at=pair_of_each(choices, chosen), unused=choices.free - taken)


def rivals(found: Outcome, chosen: Whole) -> dict[int, tuple[Rival, ...]]:
    """For each chosen pair the strongest of those who wanted the same place, at most MOST_NAMED."""
    wanting = wanted(found)
    return {
        pair: tuple(
            Rival(ask=int(found.choices.ask[other]), why=weaker(found, pair, other)) for other in wanting.get(place, ())
        )
        for pair, place in zip(numbers(chosen), numbers(found.choices.place[chosen]), strict=True)
    }


def wanted(found: Outcome) -> Mapping[int, Sequence[int]]:
    """For each provider without a place left, the pairs of those who would have liked one: they are left, or get
    something that suits them less. The strongest claims first.
    """
    choices, now = found.choices, found.at[found.choices.ask]
    suits = np.where(now == NOBODY, -1, choices.points[now])
    pairs = np.flatnonzero(
        (now != np.arange(choices.pairs)) & (choices.points > suits) & (found.unused[choices.place] == 0)
    )
    order = pairs[np.lexsort((-found.worth.total[pairs], now[pairs] != NOBODY, choices.place[pairs]))]
    place = choices.place[order]
    first = np.searchsorted(place, place)  # where each provider's pairs begin
    named = order[np.arange(len(order)) - first < MOST_NAMED]
    wanting: dict[int, list[int]] = {}
    for pair, at in zip(numbers(named), numbers(choices.place[named]), strict=True):
        wanting.setdefault(at, []).append(pair)
    return wanting


def weaker(found: Outcome, pair: int, other: int) -> Weaker:
    """Why the request of `other` does not have the place of `pair`."""
    choices, worth = found.choices, found.worth
    ask, rival = int(choices.ask[pair]), int(choices.ask[other])
    if found.at[rival] != NOBODY:
        return Weaker.HELPED_ELSEWHERE
    if choices.level[ask] < choices.level[rival]:
        return Weaker.LESS_URGENT
    if choices.takes[rival] > choices.takes[ask]:
        return Weaker.TAKES_MORE
    ahead = {
        Weaker.LESS_CERTAIN: int(choices.certain[pair]) - int(choices.certain[other]),
        Weaker.WAITED_LESS: int(worth.waiting[ask] - worth.waiting[rival]),
        Weaker.HAS_MORE_CHOICE: int(worth.hard[ask] - worth.hard[rival]),
        Weaker.FITS_LESS: int(worth.loss[other] - worth.loss[pair]),
    }
    if ahead[Weaker.LESS_CERTAIN] > 0:
        return Weaker.LESS_CERTAIN
    why = max(ahead, key=lambda one: ahead[one])
    return why if ahead[why] > 0 else Weaker.LOTTERY


def left_reasons(found: Outcome) -> Iterator[tuple[int, LeftReason]]:
    """Why each request that has options is left, by its number."""
    choices = found.choices
    chosen = found.at[found.at != NOBODY]
    most_relaxed = np.full(choices.providers, -1, dtype=np.int64)  # the least urgent level that has a place there
    np.maximum.at(most_relaxed, choices.place[chosen], choices.level[choices.ask[chosen]])
    lasts = np.full(choices.asks, -1, dtype=np.int64)
    np.maximum.at(lasts, choices.ask, most_relaxed[choices.place])
    spare = np.zeros(choices.asks, dtype=np.int64)
    np.maximum.at(spare, choices.ask, found.unused[choices.place])
    has_options = np.bincount(choices.ask, minlength=choices.asks) > 0
    for ask in numbers(np.flatnonzero((found.at == NOBODY) & has_options)):
        if spare[ask] > 0 and choices.takes[ask] > 1:
            yield ask, LeftReason.TAKES_MORE
        elif spare[ask] > 0 and choices.level[ask] > URGENT_CODE:
            yield ask, LeftReason.KEPT_FOR_URGENT
        elif lasts[ask] < choices.level[ask]:
            yield ask, LeftReason.MORE_URGENT
        else:
            yield ask, LeftReason.OTHERS_FIRST
