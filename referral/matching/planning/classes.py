"""Many pairs, few kinds: what is alike is judged once, by the same rules and points as one pair, and then looked up."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from referral.matching.answers import Rule, RuleAnswer, RuleResult
from referral.matching.planning.choices import Whole, numbers, whole

Thing = TypeVar("Thing")
Other = TypeVar("Other")

# An answer is a number whose bits add up over the rules: which the person could settle, whether something else is not
# known, and whether any rule says no.
BIT = {rule: 1 << index for index, rule in enumerate(Rule)}
NOT_KNOWN = 1 << len(Rule)
NO = 1 << (len(Rule) + 1)

# What only the person can say. All else that is not known, the provider would have to tell.
PERSONS = frozenset(
    {
        (Rule.CLAIM, "unsure"),
        (Rule.LANGUAGE, "not_said"),
        (Rule.PLACE, "place_not_given"),
        (Rule.DETAINED, "not_said"),
        (Rule.MINOR, "not_said"),
        (Rule.INCOME, "low"),
    }
)


def code(result: RuleResult) -> int:
    """One rule's answer as bits."""
    match result.answer:
        case RuleAnswer.PASS:
            return 0
        case RuleAnswer.FAIL:
            return NO
        case RuleAnswer.UNKNOWN:
            return BIT[result.rule] if (result.rule, str(result.values["how"])) in PERSONS else NOT_KNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Kinds(Generic[Thing]):
    """Things by what makes them alike: one of each kind, and the kind of each thing."""

    first: Sequence[Thing]
    of: Whole

    def __len__(self) -> int:
        return len(self.first)


def kinds(things: Sequence[Thing], key: Callable[[Thing], Hashable]) -> Kinds[Thing]:
    known: dict[Hashable, int] = {}
    first: list[Thing] = []
    numbers: list[int] = []
    for thing in things:
        is_like = key(thing)
        number = known.setdefault(is_like, len(first))
        if number == len(first):
            first.append(thing)
        numbers.append(number)
    return Kinds(first=first, of=whole(numbers))


def crossed(rows: Kinds[Thing], columns: Kinds[Other], said: Callable[[Thing, Other], int]) -> Whole:
    """What is said of each thing with each other one, asked once for each pair of kinds."""
    found = np.array([[said(row, column) for column in columns.first] for row in rows.first], dtype=np.int64)
    return found.reshape(len(rows), len(columns))[np.ix_(rows.of, columns.of)]


def looked_up(alike: Whole, said: Callable[[int, int], int]) -> Whole:
    """What is said of each row and column, asked of one for each number in `alike`."""
    some = np.full(int(alike.max(initial=-1)) + 1, -1, dtype=np.int64)
    some[alike.ravel()] = np.arange(alike.size)
    width = alike.shape[1]
    found = whole(0 if at < 0 else said(*divmod(at, width)) for at in numbers(some))
    return found[alike]


def each(things: Sequence[Thing], said: Callable[[Thing], int]) -> Whole:
    return whole(said(thing) for thing in things)


def points(weight: int, permille: npt.NDArray[np.int64]) -> Whole:
    """As a term of the points has it."""
    return (weight * permille + 500) // 1000
