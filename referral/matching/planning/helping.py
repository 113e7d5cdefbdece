"""Who gives what is needed, and how well does it fit? Each kind of help is held against each kind of office once."""

from collections.abc import Hashable, Sequence

import numpy as np

from referral.foundation.vocabulary import HelpType
from referral.matching import rules, score, tables
from referral.matching.pair import Need
from referral.matching.planning.choices import Whole, whole
from referral.matching.planning.classes import NO, code, each, kinds
from referral.matching.planning.question import Office


class Helping:
    """All offices by what they give and how far it goes."""

    def __init__(self, offices: Sequence[Office]) -> None:
        self.offices = offices
        self.given = kinds(offices, lambda office: (office.help_types, office.depth))
        numbers = zip(offices, self.given.of, strict=True)
        self.kind = {office.provider_id: int(number) for office, number in numbers}
        self.fits: dict[Hashable, Whole] = {}

    def serving(self, need: Need) -> list[Office]:
        """The offices that may give what is needed first."""
        may = each(self.given.first, lambda office: code(rules.help_given(need, office))) < NO
        return [office for office, number in zip(self.offices, self.given.of, strict=True) if may[number]]

    def permille(self, needs: Sequence[Need], offices: Sequence[Office]) -> Whole:
        """How well the first need is served, mixed with the mean of the others; need by office."""
        people = kinds(needs, lambda need: (need.help_types, need.representation in tables.NEEDS_A_LAWYER))
        found = np.zeros((len(people), len(self.given)), dtype=np.int64)
        for row, need in enumerate(people.first):
            first, *others = [self.fit(asked, need) for asked in need.help_types]
            found[row] = first
            if others:
                parts = 1000 * len(others)
                rest = tables.OTHER_NEEDS_PERMILLE * np.sum(others, axis=0)
                mixed = tables.FIRST_NEED_PERMILLE * first * len(others) + rest
                found[row] = (mixed + parts // 2) // parts
        return found[np.ix_(people.of, whole(self.kind[office.provider_id] for office in offices))]

    def fit(self, asked: HelpType, need: Need) -> Whole:
        """How well each kind of office serves one kind of help, looked up where it was asked before."""
        key = (asked, score.has_depth(asked, need))
        if key not in self.fits:
            self.fits[key] = each(
                self.given.first, lambda office: score.fit(asked, need, office) if office.help_types else 0
            )
        return self.fits[key]
