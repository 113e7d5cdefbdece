"""How urgent is it? Computed from facts and dates, never taken from a client. Levels: domain of intake.words."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from referral.foundation.vocabulary import CasePosture
from referral.intake.words import AgeBand, UrgencyCriterion, UrgencyLevel

C, U, E, N = UrgencyLevel.CRITICAL, UrgencyLevel.URGENT, UrgencyLevel.ELEVATED, UrgencyLevel.NORMAL

LEVELS: dict[UrgencyCriterion, UrgencyLevel] = {
    UrgencyCriterion.IMMINENT_REMOVAL: C,
    UrgencyCriterion.IMMEDIATE_DANGER_TO_LIFE: C,
    UrgencyCriterion.TRAFFICKING_IN_PROGRESS: C,
    UrgencyCriterion.MEDICAL_EMERGENCY: C,
    UrgencyCriterion.DETAINED: U,
    UrgencyCriterion.FEAR_INTERVIEW_WITHIN_7D: U,
    UrgencyCriterion.HEARING_WITHIN_14D: U,
    UrgencyCriterion.UNACCOMPANIED_CHILD: U,
    UrgencyCriterion.KIDNAPPING_OR_EXTORTION_THREAT: U,
    UrgencyCriterion.NEGATIVE_FEAR_REVIEW_WINDOW: U,
    UrgencyCriterion.APPEAL_DEADLINE_WITHIN_10D: U,
    UrgencyCriterion.NO_SHELTER_TONIGHT: U,
    UrgencyCriterion.HEARING_WITHIN_60D: E,
    UrgencyCriterion.ONE_YEAR_DEADLINE_WITHIN_90D: E,
    UrgencyCriterion.PREGNANCY_OR_NEWBORN: E,
    UrgencyCriterion.DISABILITY_OR_SERIOUS_ILLNESS: E,
    UrgencyCriterion.GBV_SURVIVOR: E,
    UrgencyCriterion.TORTURE_SURVIVOR: E,
    UrgencyCriterion.LGBTQ_AT_RISK: E,
    UrgencyCriterion.ELDER_ALONE: E,
    UrgencyCriterion.INDIGENOUS_LANGUAGE_ONLY: E,
    UrgencyCriterion.FAMILY_SEPARATED: E,
    UrgencyCriterion.ONE_YEAR_DEADLINE_PASSED: N,
    UrgencyCriterion.HEARING_LATER: N,
    UrgencyCriterion.NONE: N,
}
ORDER = (C, U, E, N)

# Asylum should be asked for within a year of arrival (8 U.S.C. 1158(a)(2)(B)).
ONE_YEAR = timedelta(days=365)

# Where a date is known it speaks; what a client states of the same matter beside it changes nothing.
OF_HEARING = frozenset(
    {UrgencyCriterion.HEARING_WITHIN_14D, UrgencyCriterion.HEARING_WITHIN_60D, UrgencyCriterion.HEARING_LATER}
)
OF_ARRIVAL = frozenset({UrgencyCriterion.ONE_YEAR_DEADLINE_WITHIN_90D, UrgencyCriterion.ONE_YEAR_DEADLINE_PASSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Urgency:
    """A level, the criteria behind it, the gravest first, and when a first answer is due."""

    level: UrgencyLevel
    criteria: tuple[UrgencyCriterion, ...]
    respond_by: datetime


def judge(
    *,
    circumstances: frozenset[UrgencyCriterion],
    posture: CasePosture,
    age: AgeBand,
    next_hearing_on: date | None,
    arrived_on: date | None,
    asked_at: datetime,
    now: datetime,
    at_least: UrgencyLevel | None = None,
) -> Urgency:
    """The urgency of a request as it stands at `now`; `respond_by` counts from when it was asked.

    `at_least` is what it was raised to by something that is no fact of the person's.
    """
    criteria = set(circumstances) - {UrgencyCriterion.NONE}
    criteria -= OF_HEARING if next_hearing_on else set()
    criteria -= OF_ARRIVAL if arrived_on else set()
    criteria |= of_posture(posture, age) | of_hearing(next_hearing_on, now.date()) | of_arrival(arrived_on, now.date())
    ordered = tuple(sorted(criteria, key=lambda criterion: (ORDER.index(LEVELS[criterion]), criterion)))
    found = LEVELS[ordered[0]] if ordered else UrgencyLevel.NORMAL
    level = min(found, at_least or UrgencyLevel.NORMAL, key=ORDER.index)
    return Urgency(
        level=level,
        criteria=ordered or (UrgencyCriterion.NONE,),
        respond_by=asked_at + level.first_answer_within,
    )


def of_posture(posture: CasePosture, age: AgeBand) -> set[UrgencyCriterion]:
    found: set[UrgencyCriterion] = set()
    if posture.is_held:
        found.add(UrgencyCriterion.DETAINED)
    if posture is CasePosture.FEAR_FINDING_NEGATIVE:
        found.add(UrgencyCriterion.NEGATIVE_FEAR_REVIEW_WINDOW)
    if posture is CasePosture.ORR_CUSTODY and age is not AgeBand.ADULT:
        found.add(UrgencyCriterion.UNACCOMPANIED_CHILD)
    return found


def of_hearing(hearing: date | None, today: date) -> set[UrgencyCriterion]:
    """A hearing that has passed is no later than one tomorrow: it may have been missed, and that is urgent."""
    if hearing is None:
        return set()
    days = (hearing - today).days
    if days <= 14:
        return {UrgencyCriterion.HEARING_WITHIN_14D}
    return {UrgencyCriterion.HEARING_WITHIN_60D if days <= 60 else UrgencyCriterion.HEARING_LATER}


def of_arrival(arrived: date | None, today: date) -> set[UrgencyCriterion]:
    if arrived is None:
        return set()
    left = (arrived + ONE_YEAR - today).days
    if left < 0:
        return {UrgencyCriterion.ONE_YEAR_DEADLINE_PASSED}
    return {UrgencyCriterion.ONE_YEAR_DEADLINE_WITHIN_90D} if left <= 90 else set()
