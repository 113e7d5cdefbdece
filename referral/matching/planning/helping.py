"""Who gives what is needed, and how well does it fit? Each kind of help is held against each kind of office once."""

from collections.abc import Sequence

import numpy as np

from referral.foundation.vocabulary import HelpType
from referral.matching import rules, score, tables
from referral.matching.pair import Need
from referral.matching.planning.choices import Whole
from referral.matching.planning.classes import NO, Kinds, Pairs, code, each, kinds
from referral.matching.planning.question import Office


class Helping:
    """All offices by what they give and how far it goes, and all needs by what they are for."""

    def __init__(self, needs: Sequence[Need], offices: Sequence[Office]) -> None:
        self.given = kinds(offices, lambda office: (office.help_types, office.depth))
        asked = kinds(needs, lambda need: (need.help_types, need.representation))
        self.needs = asked.of
        self.most = max(len(need.help_types) for need in needs)
        self.asked, self.fits = self.fitting(asked)
        self.others = each(asked.first, lambda need: len(need.help_types) - 1)

    def fitting(self, asked: Kinds[Need]) -> tuple[Whole, Whole]:
        """For each kind of need the rows that tell how well each of its kinds of help is served; the first row is for
        none.
        """
        rows: dict[tuple[HelpType, bool], int] = {}
        fits = [np.zeros(len(self.given), dtype=np.int64)]
        found = np.zeros((len(asked), self.most), dtype=np.int64)
        for kind, need in enumerate(asked.first):
            for position, help_type in enumerate(need.help_types):
                row = rows.setdefault((help_type, score.has_depth(help_type, need)), len(fits))
                if row == len(fits):
                    fits.append(self.fit(help_type, need))
                found[kind, position] = row
        return found, np.array(fits)

    def fit(self, asked: HelpType, need: Need) -> Whole:
        """How well each kind of office serves one kind of help."""
        return each(self.given.first, lambda office: score.fit(asked, need, office) if office.help_types else 0)

    def serving(self, need: Need) -> Whole:
        """The offices that may give what is needed first."""
        may = each(self.given.first, lambda office: code(rules.help_given(need, office))) < NO
        return np.flatnonzero(may[self.given.of])

    def permille(self, pairs: Pairs) -> Whole:
        """How well the first need is served, mixed with the mean of the others."""
        asked, given = self.needs[pairs.need], self.given.of[pairs.office]
        first, *others = (self.fits[self.asked[asked, position], given] for position in range(self.most))
        if not others:
            return first
        count = self.others[asked]
        parts = 1000 * np.maximum(count, 1)
        weighted = tables.FIRST_NEED_PERMILLE * first * count + tables.OTHER_NEEDS_PERMILLE * np.sum(others, axis=0)
        return np.where(count > 0, (weighted + parts // 2) // parts, first)
