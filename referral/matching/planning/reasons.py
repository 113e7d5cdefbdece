"""Why is this place this person's, and why is nobody proposed for that one?"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from referral.matching.planning import goals
from referral.matching.planning.choices import NOBODY, URGENT_CODE, Choices, Whole, numbers, pair_of_each
from referral.matching.planning.goals import Worth
from referral.matching.planning.words import LeftReason, Weaker

MOST_NAMED = 3
SHORT = 2**16
TAKEN = -1  # less than any claim
# Who is helped elsewhere, is less urgent, takes more or is in doubt is told so; for all others what differs most.
FIRST = (Weaker.HELPED_ELSEWHERE, Weaker.LESS_URGENT, Weaker.TAKES_MORE, Weaker.LESS_CERTAIN)
WHYS = (*FIRST, Weaker.WAITED_LESS, Weaker.HAS_MORE_CHOICE, Weaker.FITS_LESS, Weaker.LOTTERY)
LEFT = (LeftReason.TAKES_MORE, LeftReason.KEPT_FOR_URGENT, LeftReason.MORE_URGENT, LeftReason.OTHERS_FIRST)


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
    place = found.choices.place[chosen]
    others = wanted(found)[place]  # of each chosen pair in a row
    at, _ = np.nonzero(others != NOBODY)
    other = others[others != NOBODY]
    named: dict[int, list[Rival]] = {pair: [] for pair in numbers(chosen)}
    whys = weaker(found, chosen[at], other)
    for pair, ask, why in zip(numbers(chosen[at]), numbers(found.choices.ask[other]), numbers(whys), strict=True):
        named[pair].append(Rival(ask=ask, why=WHYS[why]))
    return {pair: tuple(some) for pair, some in named.items()}


def wanted(found: Outcome) -> Whole:
    """For each provider without a place left, the pairs of those who would have liked one: they are left, or get
    something that suits them less. The strongest claims first, NOBODY where there are not as many.
    """
    choices, now = found.choices, found.at[found.choices.ask]
    suits = np.where(now == NOBODY, -1, choices.points[now])
    pairs = np.flatnonzero(
        (choices.points > suits) & (found.unused[choices.place] == 0) & (now != np.arange(choices.pairs))
    )
    pairs = pairs[by_place(choices.place[pairs])]
    place = choices.place[pairs]
    begins = np.flatnonzero(np.diff(place, prepend=-1))
    group = np.cumsum(np.diff(place, prepend=-1) > 0) - 1
    claim = found.worth.total[pairs] + np.where(now[pairs] == NOBODY, goals.LARGEST, 0)
    named = np.full((choices.providers, MOST_NAMED), NOBODY, dtype=np.int64)
    for number in range(MOST_NAMED if len(pairs) else 0):
        strongest = np.flatnonzero((claim == np.maximum.reduceat(claim, begins)[group]) & (claim > TAKEN))
        first = strongest[np.flatnonzero(np.diff(group[strongest], prepend=-1))]
        named[place[first], number] = pairs[first]
        claim[first] = TAKEN
    return named


def by_place(place: Whole) -> Whole:
    """The order by place; short numbers are sorted by their digits, in one go."""
    short = place.astype(np.uint16) if place.max(initial=0) < SHORT else place
    return np.argsort(short, kind="stable")


def weaker(found: Outcome, pair: Whole, other: Whole) -> Whole:
    """Why the request of each of `other` does not have the place of `pair`, as an index of WHYS."""
    choices, worth = found.choices, found.worth
    ask, rival = choices.ask[pair], choices.ask[other]
    ahead = np.stack(
        (
            worth.waiting[ask] - worth.waiting[rival],
            worth.hard[ask] - worth.hard[rival],
            worth.loss[other] - worth.loss[pair],
        )
    )
    most = WHYS.index(Weaker.WAITED_LESS) + ahead.argmax(axis=0)
    most[ahead.max(axis=0, initial=0) <= 0] = WHYS.index(Weaker.LOTTERY)
    return np.select(
        [
            found.at[rival] != NOBODY,
            choices.level[ask] < choices.level[rival],
            choices.takes[rival] > choices.takes[ask],
            choices.certain[pair] & ~choices.certain[other],
        ],
        [WHYS.index(why) for why in FIRST],
        most,
    )


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
    left = np.flatnonzero((found.at == NOBODY) & has_options)
    why = np.select(
        [
            (spare[left] > 0) & (choices.takes[left] > 1),
            (spare[left] > 0) & (choices.level[left] > URGENT_CODE),
            lasts[left] < choices.level[left],
        ],
        [0, 1, 2],
        3,
    )
    yield from zip(numbers(left), (LEFT[one] for one in numbers(why)), strict=True)
