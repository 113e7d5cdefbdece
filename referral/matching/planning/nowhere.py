"""Why can somebody go nowhere? The reason that is nearest to an option."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from referral.matching.answers import Rule
from referral.matching.planning.choices import Flags, Whole, numbers
from referral.matching.planning.classes import BIT, NOT_KNOWN
from referral.matching.planning.words import LeftReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Nowhere:
    """Why a request has no option at all, and which questions its person could answer."""

    reason: LeftReason
    waits_for: tuple[Rule, ...] = ()


NO_CONSENT = Nowhere(reason=LeftReason.NO_CONSENT)
NO_PROVIDER = Nowhere(reason=LeftReason.NO_PROVIDER)
ONLY_FULL = Nowhere(reason=LeftReason.ONLY_FULL)
ONLY_DOUBTFUL = Nowhere(reason=LeftReason.ONLY_DOUBTFUL)


def why_nowhere(asks: Whole, ask: Whole, codes: Whole, can: Flags) -> Mapping[int, Nowhere]:
    """For each of `asks`, by what rules say of those that no rule excludes: request `ask[k]` with one that `can[k]`
    take people and be told.
    """
    size = int(asks.max(initial=-1)) + 1
    is_feasible, is_reachable = np.zeros((2, size), dtype=np.bool_)
    is_feasible[ask] = True
    is_reachable[ask[can]] = True
    waits = np.zeros(size, dtype=np.int64)
    unanswered = can & (codes & NOT_KNOWN == 0)
    np.bitwise_or.at(waits, ask[unanswered], codes[unanswered])
    return {
        number: nearest(is_feasible=bool(is_feasible[number]), is_reachable=bool(is_reachable[number]), waits=wait)
        for number, wait in zip(numbers(asks), numbers(waits[asks]), strict=True)
    }


def nearest(*, is_feasible: bool, is_reachable: bool, waits: int) -> Nowhere:
    if not is_feasible:
        return NO_PROVIDER
    if not is_reachable:
        return ONLY_FULL
    if waits == 0:
        return ONLY_DOUBTFUL
    return Nowhere(reason=LeftReason.NEEDS_ANSWER, waits_for=tuple(rule for rule in Rule if waits & BIT[rule]))
