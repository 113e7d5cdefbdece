"""The same goals for requests that take several places: a whole-number programme, goal by goal. HiGHS solves it.

Families who need three beds break what makes a flow enough: serving the urgent first may then cost matches, and no
weights stand for an order of goals. Tests hold the flow to what is found here.
"""

import numpy as np
import numpy.typing as npt

from referral.matching.planning.choices import LEVELS, NO_CAP, URGENT_CODE, Choices, Whole, numbers
from referral.matching.planning.goals import Worth

SECONDS = 30.0


class NotInTime(Exception):  # noqa: N818 - said to whoever asked for so large a plan
    """No proven optimum in the time there is."""


def chosen(choices: Choices, worth: Worth) -> Whole:
    """The chosen pairs: the number served at each level in turn, then the value, then the lottery."""
    count = [np.where(choices.level[choices.ask] == code, 1, 0) for code in range(len(LEVELS))]
    programme = Programme(choices)
    picked = np.zeros(choices.pairs)
    for goal in (*count, worth.value, worth.lots):
        if goal.any():
            picked = programme.best(goal)
            programme.keep(goal, round(float(goal @ picked)))
    return np.flatnonzero(picked > 0.5)


class Programme:
    """Each request goes to one provider at most, and no provider, organization or reserve gives more than it has."""

    def __init__(self, choices: Choices) -> None:
        import highspy  # noqa: PLC0415 - few plans need it

        self.words, self.model = highspy, highspy.Highs()
        self.model.silent()
        self.model.setOptionValue("time_limit", SECONDS)
        self.model.setOptionValue("mip_rel_gap", 0.0)
        self.model.setOptionValue("mip_abs_gap", 0.5)
        several = bool((choices.takes > 1).any())  # else it is a flow, and comes out whole by itself
        for column in range(choices.pairs):
            self.model.addVar(0.0, 1.0)
            if several:
                self.model.changeColIntegrality(column, highspy.HighsVarType.kInteger)
        self.limit(choices)

    def limit(self, choices: Choices) -> None:
        size = choices.takes[choices.ask].astype(float)
        is_later = choices.level[choices.ask] > URGENT_CODE
        self.add_rows(choices.ask, np.ones(choices.pairs), np.ones(choices.asks, dtype=np.int64))
        self.add_rows(choices.place, size, choices.free)
        self.add_rows(choices.place, np.where(is_later, size, 0.0), choices.free - choices.kept)
        capped = np.where(choices.cap == NO_CAP, choices.free.sum(), choices.cap)
        self.add_rows(choices.organization[choices.place], size, capped)

    def add_rows(self, row: Whole, size: npt.NDArray[np.float64], most: Whole) -> None:
        for number, limit in enumerate(numbers(most)):
            columns = np.flatnonzero((row == number) & (size > 0))
            if len(columns):
                self.model.addRow(0.0, float(limit), len(columns), columns.astype(np.int32), size[columns])

    def best(self, goal: Whole) -> npt.NDArray[np.float64]:
        """How much of each pair is picked where nothing but this goal counts. Raises NotInTime."""
        for column, amount in enumerate(numbers(goal)):
            self.model.changeColCost(column, float(amount))
        self.model.changeObjectiveSense(self.words.ObjSense.kMaximize)
        self.model.run()
        if self.model.getModelStatus() != self.words.HighsModelStatus.kOptimal:
            raise NotInTime("Requests that take several places could not be planned in time. Plan fewer at once.")
        return np.array(self.model.getSolution().col_value)

    def keep(self, goal: Whole, reached: int) -> None:
        """What one goal has reached, the next ones leave as it is."""
        columns = np.flatnonzero(goal)
        amounts = goal[columns].astype(float)
        self.model.addRow(float(reached), self.model.inf, len(columns), columns.astype(np.int32), amounts)
