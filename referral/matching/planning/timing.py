"""Does help begin in time, how soon, and whom may it be told through? What depends on dates, paces and few people.

Dates and paces are nearly as many as people and offices, so they are reckoned for pairs, in the steps of the rule and
the term for one pair; a test holds the two to each other.
"""

from collections.abc import Hashable, Sequence
from datetime import datetime

import numpy as np
import numpy.typing as npt

from referral.directory.words import Openness
from referral.foundation.vocabulary import HelpType
from referral.matching import rules, score, tables
from referral.matching.languages import LanguagePairs
from referral.matching.pair import Need
from referral.matching.planning.choices import Whole, flags, numbers, whole
from referral.matching.planning.classes import NO, NOT_KNOWN, Pairs, Table, code, crossed, kinds
from referral.matching.planning.question import Office

Reals = npt.NDArray[np.float64]
HOURS = 24
NO_DATE = -1


class Timing:
    """How long people have, and how long offices take."""

    def __init__(self, needs: Sequence[Need], offices: Sequence[Office], now: datetime) -> None:
        dates = kinds(needs, lambda need: (need.next_hearing_on, need.urgency))
        left = [score.hours_left(need, now) for need in dates.first]
        self.has_date = flags(one is not None for one in left)[dates.of]
        self.left_days = whole(NO_DATE if one is None else round(one / HOURS) - 1 for one in left)[dates.of]
        targets = [need.urgency.first_answer_within.total_seconds() / 3600 for need in dates.first]
        self.most = reals([target if one is None else one for one, target in zip(left, targets, strict=True)])[dates.of]
        self.answers = reals([office.answer_hours for office in offices])
        self.starts = reals([score.hours_to_start(office) for office in offices])
        self.usually = reals([(office.answer_hours or 0.0) + (office.start_hours or 0.0) for office in offices])
        self.has_line = flags(office.openness is Openness.WAITLIST for office in offices)
        self.line_days = reals([office.waitlist_days for office in offices])

    def codes(self, pairs: Pairs) -> Whole:
        """What the rule of the deadline says."""
        left, line = self.left_days[pairs.need], self.line_days[pairs.office]
        in_line = np.where(np.isnan(line), NOT_KNOWN, np.where(line > left, NO, 0))
        otherwise = np.where(self.usually[pairs.office] > (left + 1) * HOURS, NOT_KNOWN, 0)
        return np.where(self.has_date[pairs.need], np.where(self.has_line[pairs.office], in_line, otherwise), 0)

    def permille(self, pairs: Pairs) -> Whole:
        """How much of the time that is left remains."""
        most = self.most[pairs.need]
        goes = np.where(self.has_date[pairs.need], self.starts[pairs.office], self.answers[pairs.office])
        remains = np.maximum(0, np.rint(1000 * (most - np.nan_to_num(goes)) / most)).astype(np.int64)
        return np.where(np.isnan(goes), tables.SPEED_NOT_KNOWN_PERMILLE, remains)


def reals(values: Sequence[float | None]) -> Reals:
    """None is no number."""
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


# ------------------------------------------------------------- what few people need
def wished(needs: Sequence[Need], offices: Sequence[Office]) -> Table:
    """The permille for wishes, which few people have."""
    facts = kinds(offices, what_wishes_read)
    return crossed(kinds(needs, lambda need: need.wishes), facts, lambda need, at: score.wishes(need, at).permille)


def what_wishes_read(office: Office) -> Hashable:
    said = tuple(office.facts.get(fact) for fact in ("interpreter_gender", *tables.WISH_FACTS.values()))
    return (said, frozenset(office.delivery_modes), HelpType.HUM_LGBTQ in office.help_types)


class Between:
    """Who may stand between, for the few people for whom that matters; asked once for each kind of pair there is."""

    def __init__(self, needs: Sequence[Need], offices: Sequence[Office], pairs: LanguagePairs) -> None:
        self.pairs = pairs
        self.people = kinds(needs, lambda need: self.matters(need) and (need.interpreter_gender, need.languages))
        self.matters_to = flags(map(self.matters, needs))
        self.interpreters = kinds(
            offices,
            lambda office: (
                office.languages,
                office.interpreter_for_other,
                office.country,
                office.facts.get("interpreter_gender"),
            ),
        )

    @staticmethod
    def matters(need: Need) -> bool:
        return need.interpreter_gender is not None and need.help_types[0] not in tables.NEEDS_NO_WORDS

    def codes(self, pairs: Pairs) -> Whole:
        """What the rule says of these pairs."""
        found = np.zeros_like(pairs.need)
        some = np.flatnonzero(self.matters_to[pairs.need])
        if len(some) == 0:
            return found
        width = len(self.interpreters)
        alike = self.people.of[pairs.need[some]] * width + self.interpreters.of[pairs.office[some]]
        known, which = np.unique(alike, return_inverse=True)
        said = whole(self.said(*divmod(one, width)) for one in numbers(known))
        found[some] = said[which]
        return found

    def said(self, person: int, office: int) -> int:
        need, at = self.people.first[person], self.interpreters.first[office]
        return code(rules.interpreter_gender(need, at, self.pairs))
