"""What is one pair worth to a plan? Urgency first, then each person against their own best, then the lottery.

People are never compared by their points: a speaker of a rare language would lose to everyone, since an interpreter
scores less than staff who speak it.
"""

from dataclasses import dataclass

import numpy as np

from referral.matching.planning.choices import LEVELS, Choices, Whole, numbers
from referral.matching.ranking import lottery

OWN_BEST = 1000  # at the best provider this person could get; less by what another one scores less
WAITING_MOST = 300  # reached at twice the target of the level
HARD_MOST = 200  # for whom there is no place; nothing from EASY_PLACES on
EASY_PLACES = 20
CERTAIN = 250  # what a pair without doubts is worth more than one with
MOST_VALUE = OWN_BEST + WAITING_MOST + HARD_MOST + CERTAIN
LOTS = 1024
LOTTERY_ASKS = 2_000  # beyond, the order in which they were drawn decides alone: the lottery would double the time
LARGEST = 2**62  # the solver multiplies costs by the number of nodes, in 64 bits


class TooLarge(Exception):  # noqa: N818 - said of a plan that nobody can solve exactly
    """The costs of this plan leave the range of whole numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What each pair counts: whole, and in its parts. A higher level is worth more than all values together."""

    total: Whole
    value: Whole
    lots: Whole  # nothing where there are too many requests to draw
    loss: Whole  # against the person's own best
    waiting: Whole  # of each request
    hard: Whole  # of each request


def worth(choices: Choices, *, salt: bytes) -> Worth:
    """Raises TooLarge where level, value and lottery together leave the range of the solver's numbers."""
    loss = best_points(choices)[choices.ask] - choices.points
    waiting, hard = waiting_of(choices), hardness(choices)
    value = OWN_BEST - loss + waiting[choices.ask] + hard[choices.ask] + CERTAIN * choices.certain
    lots = lots_of(choices, salt)
    return Worth(total=levelled(choices, value, lots), value=value, lots=lots, loss=loss, waiting=waiting, hard=hard)


def lots_of(choices: Choices, salt: bytes) -> Whole:
    if choices.asks > LOTTERY_ASKS:
        return np.zeros(choices.pairs, dtype=np.int64)
    ids = zip(numbers(choices.ask), numbers(choices.place), strict=True)
    drawn = (lottery(salt, choices.request_ids[ask], choices.provider_ids[place]) for ask, place in ids)
    return np.fromiter((int.from_bytes(lot[:2]) % LOTS for lot in drawn), dtype=np.int64, count=choices.pairs)


def levelled(choices: Choices, value: Whole, lots: Whole) -> Whole:
    """Levels above all values together, and those above all lots together.

    Serving the urgent first costs no matches, since the sets of people that can be served form a matroid. So the
    weights 4, 3, 2, 1 keep the order of levels, and their powers, which would leave 64 bits, are not needed.
    """
    unit = choices.asks * LOTS + 1 if choices.asks <= LOTTERY_ASKS else 1
    step = choices.asks * (MOST_VALUE * unit + LOTS) + 1
    if len(LEVELS) * step * nodes(choices) > LARGEST:
        raise TooLarge(f"{choices.asks} requests are too many to plan exactly.")
    weight = len(LEVELS) - choices.level
    return weight[choices.ask] * step + value * unit + lots


def nodes(choices: Choices) -> int:
    """The most nodes that the flow may have."""
    return choices.asks + 2 * choices.providers + len(choices.cap) + 2


def best_points(choices: Choices) -> Whole:
    """The most that each request could get anywhere."""
    best = np.zeros(choices.asks, dtype=np.int64)
    np.maximum.at(best, choices.ask, choices.points)
    return best


def waiting_of(choices: Choices) -> Whole:
    target = np.array([int(level.first_answer_within.total_seconds()) for level in LEVELS])[choices.level]
    return np.clip(WAITING_MOST * choices.waited // (2 * target), 0, WAITING_MOST)


def hardness(choices: Choices) -> Whole:
    """More for whom fewer places could serve. It counts places and names no group."""
    places = np.bincount(choices.ask, weights=choices.free[choices.place], minlength=choices.asks).astype(np.int64)
    return np.maximum(0, HARD_MOST - HARD_MOST * places // EASY_PLACES)
