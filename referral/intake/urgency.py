"""How urgent is it? Computed from facts and dates, never taken from a client. Levels: domain of intake.words."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

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
DEADLINE_WITHIN = timedelta(days=90)
HEARING_WITHIN = (14, 60)  # days

# Where a date is known it speaks; what a client states of the same matter beside it changes nothing.
OF_HEARING = frozenset(
    {UrgencyCriterion.HEARING_WITHIN_14D, UrgencyCriterion.HEARING_WITHIN_60D, UrgencyCriterion.HEARING_LATER}
)
OF_ARRIVAL = frozenset({UrgencyCriterion.ONE_YEAR_DEADLINE_WITHIN_90D, UrgencyCriterion.ONE_YEAR_DEADLINE_PASSED})


# Who has waited twice as long as the target of a level goes up by one, and then waits for the next.
WAIT_TO_URGENT = 2 * E.first_answer_within
WAIT_TO_ELEVATED = 2 * N.first_answer_within


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
    waited_until: datetime | None = None,
) -> Urgency:
    """The urgency of a request as it stands at `now`; `respond_by` counts from when it was asked.

    `at_least` is what it was raised to by something that is no fact of the person's. Waiting raises it too, until the
    yes to the last need: `waited_until`, None while somebody is still looked for.
    """
    criteria = set(circumstances) - {UrgencyCriterion.NONE}
    criteria -= OF_HEARING if next_hearing_on else set()
    criteria -= OF_ARRIVAL if arrived_on else set()
    criteria |= of_posture(posture, age) | of_hearing(next_hearing_on, now.date()) | of_arrival(arrived_on, now.date())
    ordered = tuple(sorted(criteria, key=lambda criterion: (ORDER.index(LEVELS[criterion]), criterion)))
    found = LEVELS[ordered[0]] if ordered else UrgencyLevel.NORMAL
    waited = (now if waited_until is None else min(now, waited_until)) - asked_at
    level = aged(min(found, at_least or UrgencyLevel.NORMAL, key=ORDER.index), waited)
    return Urgency(
        level=level,
        criteria=ordered or (UrgencyCriterion.NONE,),
        respond_by=asked_at + level.first_answer_within,
    )


def aged(level: UrgencyLevel, waited: timedelta) -> UrgencyLevel:
    """Up by one at twice the target of each level, never above urgent: waiting puts nobody's life in danger."""
    if level is N and waited >= WAIT_TO_ELEVATED:
        level, waited = E, waited - WAIT_TO_ELEVATED
    return U if level is E and waited >= WAIT_TO_URGENT else level


def next_change(
    level_at: Callable[[datetime], UrgencyLevel],
    *,
    next_hearing_on: date | None,
    arrived_on: date | None,
    asked_at: datetime,
    now: datetime,
) -> datetime | None:
    """The next moment at which the level of a request changes by itself; None where it never will.

    Between the days at which a date comes near or is past, and the moments at which waiting raises it, nothing changes.
    """
    days: list[date] = []
    if next_hearing_on is not None:
        days += [next_hearing_on - timedelta(days=within) for within in HEARING_WITHIN]
    if arrived_on is not None:
        deadline = arrived_on + ONE_YEAR
        days += [deadline - DEADLINE_WITHIN, deadline + timedelta(days=1)]
    moments = [datetime.combine(day, time.min, tzinfo=UTC) for day in days]
    moments += [asked_at + waited for waited in (WAIT_TO_URGENT, WAIT_TO_ELEVATED, WAIT_TO_ELEVATED + WAIT_TO_URGENT)]
    level = level_at(now)
    return next((moment for moment in sorted(moments) if moment > now and level_at(moment) is not level), None)


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
    days, (near, soon) = (hearing - today).days, HEARING_WITHIN
    if days <= near:
        return {UrgencyCriterion.HEARING_WITHIN_14D}
    return {UrgencyCriterion.HEARING_WITHIN_60D if days <= soon else UrgencyCriterion.HEARING_LATER}


def of_arrival(arrived: date | None, today: date) -> set[UrgencyCriterion]:
    if arrived is None:
        return set()
    left = arrived + ONE_YEAR - today
    if left < timedelta(0):
        return {UrgencyCriterion.ONE_YEAR_DEADLINE_PASSED}
    return {UrgencyCriterion.ONE_YEAR_DEADLINE_WITHIN_90D} if left <= DEADLINE_WITHIN else set()
