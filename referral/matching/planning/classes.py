"""Many pairs, few kinds: what is alike is judged once, by the same rules and points as one pair, and then looked up."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from referral.matching.answers import Rule, RuleAnswer, RuleResult
from referral.matching.planning.choices import Flags, Whole, numbers, whole

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
class Pairs:
    """Some needs with some offices, all by their numbers: pair k is `need[k]` with `office[k]`."""

    need: Whole
    office: Whole


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


def again(some: Kinds[Thing], key: Callable[[Thing], Hashable]) -> Kinds[Thing]:
    """Kinds of kinds: what was told apart roughly is held together by what really counts."""
    fewer = kinds(some.first, key)
    return Kinds(first=fewer.first, of=fewer.of[some.of])


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What is said of each kind of need with each kind of office, and the kind of each."""

    needs: Whole
    offices: Whole
    said: npt.NDArray[np.int32]

    def at(self, pairs: Pairs) -> Whole:
        """What is said of each of these pairs."""
        kind = self.needs[pairs.need] * self.said.shape[1] + self.offices[pairs.office]
        return self.said.ravel()[kind].astype(np.int64)

    def below(self, most: int, need: Whole, office: Whole) -> Flags:
        """Whether less is said than `most`, need by office."""
        return block(self.said < most, self.needs[need], self.offices[office])


def block(said: Flags, rows: Whole, columns: Whole) -> Flags:
    """Some rows and columns of a table, the smaller step first."""
    if len(said) <= len(rows):
        return said[:, columns].take(rows, axis=0)
    return said.take(rows, axis=0)[:, columns]


def crossed(rows: Kinds[Thing], columns: Kinds[Other], said: Callable[[Thing, Other], int]) -> Table:
    """What is said of each thing with each other one, asked once for each pair of kinds."""
    found = np.array([[said(row, column) for column in columns.first] for row in rows.first], dtype=np.int32)
    return Table(needs=rows.of, offices=columns.of, said=found.reshape(len(rows), len(columns)))


def looked_up(alike: Whole, said: Callable[[int], int]) -> Whole:
    """What is said of each place in an array, asked of one for each number in `alike`."""
    some = np.full(int(alike.max(initial=-1)) + 1, -1, dtype=np.int64)
    some[alike.ravel()] = np.arange(alike.size)
    return whole(0 if at < 0 else said(at) for at in numbers(some))[alike]


def each(things: Sequence[Thing], said: Callable[[Thing], int]) -> Whole:
    return whole(said(thing) for thing in things)


def of_each(some: Kinds[Thing], said: Callable[[Thing], int]) -> Whole:
    """What is said of each thing, asked once for each kind."""
    return each(some.first, said)[some.of]


def points(weight: int, permille: npt.NDArray[np.int64]) -> Whole:
    """As a term of the points has it."""
    return (weight * permille + 500) // 1000
