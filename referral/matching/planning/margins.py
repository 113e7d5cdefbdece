"""What would one more place change? For every provider at once, without solving again.

Whoever moves to the new place leaves one behind, where the next may move; at the end of the chain someone who was left
is helped. What the best chain gains is what one more place is worth. The plan is the best there is, so no chain gains
by going round in a ring, and the search ends.
"""

from dataclasses import dataclass

import numpy as np

from referral.matching.planning.choices import NOBODY, URGENT_CODE, Choices, Flags, Whole, pair_of_each
from referral.matching.planning.goals import Worth


@dataclass(frozen=True, slots=True, kw_only=True)
class Margins:
    """For each provider: what one more place adds, and which request it would serve at last."""

    gain: Whole
    serves: Whole  # NOBODY where it would only move people to what suits them better


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """Someone leaves `source` for `target` and gains that much; the largest gain of each such pair."""

    source: Whole
    target: Whole
    gain: Whole


def margins(choices: Choices, worth: Worth, chosen: Whole) -> Margins:
    """What one more place is worth at each provider; such a place is not kept for anybody."""
    at = pair_of_each(choices, chosen)
    gain, serves = arrivals(choices, worth, at)
    ways = moves(choices, worth, at)
    while True:
        reached = ways.gain + gain[ways.source]
        best = np.zeros_like(gain)
        np.maximum.at(best, ways.target, reached)
        better = np.flatnonzero(best > gain)
        if len(better) == 0:
            break
        leads = np.flatnonzero((reached == best[ways.target]) & (best[ways.target] > gain[ways.target]))
        serves[ways.target[leads[::-1]]] = serves[ways.source[leads[::-1]]]
        gain[better] = best[better]
    return Margins(gain=gain[: choices.providers], serves=serves[: choices.providers])


def arrivals(choices: Choices, worth: Worth, at: Whole) -> tuple[Whole, Whole]:
    """What a place gains from someone who was left, and who that is. Behind the places stands for each provider the
    place that only the urgent may use.
    """
    gain = np.zeros(2 * choices.providers, dtype=np.int64)
    serves = np.full(2 * choices.providers, NOBODY, dtype=np.int64)
    left = np.flatnonzero(at[choices.ask] == NOBODY)
    for first, pairs in ((0, left), (choices.providers, left[choices.level[choices.ask[left]] <= URGENT_CODE])):
        ordered = pairs[np.argsort(worth.total[pairs], kind="stable")]
        gain[first + choices.place[ordered]] = worth.total[ordered]
        serves[first + choices.place[ordered]] = choices.ask[ordered]
    return gain, serves


def moves(choices: Choices, worth: Worth, at: Whole) -> Moves:
    """Every way from the place that someone has to another one that they could have."""
    pairs = np.flatnonzero((at[choices.ask] != NOBODY) & (at[choices.ask] != np.arange(choices.pairs)))
    now = at[choices.ask[pairs]]
    is_urgent = choices.level[choices.ask[pairs]] <= URGENT_CODE
    left_behind, gain = choices.place[now], worth.total[pairs] - worth.total[now]
    source = left_behind + np.where(is_urgent & is_rest_taken(choices, at)[left_behind], choices.providers, 0)
    target = choices.place[pairs]
    urgent = np.flatnonzero(is_urgent)
    return largest(
        np.concatenate((source, source[urgent])),
        np.concatenate((target, target[urgent] + choices.providers)),
        np.concatenate((gain, gain[urgent])),
        2 * choices.providers,
    )


def is_rest_taken(choices: Choices, at: Whole) -> Flags:
    """Where some places are kept and all others went to people who can wait: what the urgent leave, only the urgent
    can take.
    """
    taken = at[at != NOBODY]
    later = taken[choices.level[choices.ask[taken]] > URGENT_CODE]
    return (choices.kept > 0) & (
        np.bincount(choices.place[later], minlength=choices.providers) >= choices.free - choices.kept
    )


def largest(source: Whole, target: Whole, gain: Whole, size: int) -> Moves:
    way = source * size + target
    order = np.lexsort((gain, way))
    last = np.flatnonzero(np.append(np.diff(way[order]) != 0, True)) if len(order) else order
    kept = order[last]
    return Moves(source=source[kept], target=target[kept], gain=gain[kept])
