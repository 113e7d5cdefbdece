"""What would one more place change? For every provider at once, without solving again.

Whoever moves to the new place leaves one behind, where the next may move; at the end of the chain someone who was left
is helped. What the best chain gains is what one more place is worth. The plan is the best there is, so no chain gains
by going round in a ring, and the search ends.
"""

from dataclasses import dataclass

import numpy as np

from referral.matching.planning.choices import NOBODY, URGENT_CODE, Choices, Flags, Whole, pair_of_each
from referral.matching.planning.goals import Worth
from referral.matching.planning.reasons import by_place

NO_WAY = np.iinfo(np.int64).min  # gains nothing that is reached


@dataclass(frozen=True, slots=True, kw_only=True)
class Margins:
    """For each provider: what one more place adds, and which request it would serve at last."""

    gain: Whole
    serves: Whole  # NOBODY where it would only move people to what suits them better


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """Someone leaves `source` for `target` and gains that much; sorted by target, and where each target begins."""

    source: Whole
    target: Whole
    gain: Whole
    begins: Whole
    lengths: Whole


def margins(choices: Choices, worth: Worth, chosen: Whole) -> Margins:
    """What one more place is worth at each provider; such a place is not kept for anybody."""
    at = pair_of_each(choices, chosen)
    gain, serves = arrivals(choices, worth, at)
    ways = moves(choices, worth, at)
    targets = ways.target[ways.begins]
    while len(targets):
        reached = ways.gain + gain[ways.source]
        best = np.maximum.reduceat(reached, ways.begins)
        is_better = best > gain[targets]
        if not is_better.any():
            break
        leads = np.flatnonzero(reached == np.repeat(np.where(is_better, best, NO_WAY), ways.lengths))
        serves[ways.target[leads[::-1]]] = serves[ways.source[leads[::-1]]]
        gain[targets[is_better]] = best[is_better]
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
    now = at[choices.ask]
    pairs = np.flatnonzero((now != NOBODY) & (now != np.arange(choices.pairs)))
    now = now[pairs]
    source, target, gain = choices.place[now], choices.place[pairs], worth.total[pairs] - worth.total[now]
    if choices.kept.any():
        is_urgent = choices.level[choices.ask[pairs]] <= URGENT_CODE
        source = source + np.where(is_urgent & is_rest_taken(choices, at)[source], choices.providers, 0)
        source = np.concatenate((source, source[is_urgent]))
        target = np.concatenate((target, target[is_urgent] + choices.providers))
        gain = np.concatenate((gain, gain[is_urgent]))
    order = by_place(target)
    begins = np.flatnonzero(np.diff(target[order], prepend=-1))
    return Moves(
        source=source[order],
        target=target[order],
        gain=gain[order],
        begins=begins,
        lengths=np.diff(begins, append=len(order)),
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
