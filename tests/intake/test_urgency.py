"""Urgency comes from facts and dates, and a date known counts more than what is said of it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referral.foundation.vocabulary import CasePosture
from referral.intake import urgency
from referral.intake.urgency import Urgency
from referral.intake.words import AgeBand, UrgencyCriterion, UrgencyLevel

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
C, U, E, N = UrgencyLevel.CRITICAL, UrgencyLevel.URGENT, UrgencyLevel.ELEVATED, UrgencyLevel.NORMAL


def judged(
    *stated: UrgencyCriterion,
    posture: CasePosture = CasePosture.UNKNOWN,
    age: AgeBand = AgeBand.UNKNOWN,
    hearing_in: int | None = None,
    arrived: int | None = None,
    now: datetime = NOW,
) -> Urgency:
    today: date = NOW.date()
    return urgency.judge(
        circumstances=frozenset(stated),
        posture=posture,
        age=age,
        next_hearing_on=None if hearing_in is None else today + timedelta(days=hearing_in),
        arrived_on=None if arrived is None else today - timedelta(days=arrived),
        asked_at=NOW,
        now=now,
    )


def test_every_criterion_has_a_level_and_every_level_a_time() -> None:
    assert set(urgency.LEVELS) == set(UrgencyCriterion)
    times = [level.first_answer_within for level in urgency.ORDER]
    assert times == sorted(times)
    assert all(level.offer_lives < level.first_answer_within for level in UrgencyLevel)


@pytest.mark.parametrize("criterion", UrgencyCriterion)
def test_one_fact_gives_its_level(criterion: UrgencyCriterion) -> None:
    found = judged(criterion)
    assert (found.level, found.criteria) == (urgency.LEVELS[criterion], (criterion,))


def test_nothing_said_is_normal_and_the_gravest_fact_leads() -> None:
    assert judged().criteria == (UrgencyCriterion.NONE,)
    assert judged().level is N
    found = judged(UrgencyCriterion.GBV_SURVIVOR, UrgencyCriterion.MEDICAL_EMERGENCY, UrgencyCriterion.NONE)
    assert (found.level, found.criteria[0]) == (C, UrgencyCriterion.MEDICAL_EMERGENCY)
    assert UrgencyCriterion.NONE not in found.criteria


@pytest.mark.parametrize(
    ("days", "criterion", "level"),
    [
        (-400, UrgencyCriterion.HEARING_WITHIN_14D, U),
        (-1, UrgencyCriterion.HEARING_WITHIN_14D, U),
        (0, UrgencyCriterion.HEARING_WITHIN_14D, U),
        (14, UrgencyCriterion.HEARING_WITHIN_14D, U),
        (15, UrgencyCriterion.HEARING_WITHIN_60D, E),
        (60, UrgencyCriterion.HEARING_WITHIN_60D, E),
        (61, UrgencyCriterion.HEARING_LATER, N),
    ],
)
def test_a_hearing_is_as_near_as_its_date(days: int, criterion: UrgencyCriterion, level: UrgencyLevel) -> None:
    said_otherwise = (UrgencyCriterion.HEARING_LATER, UrgencyCriterion.HEARING_WITHIN_14D)
    found = judged(*said_otherwise, hearing_in=days)
    assert (found.level, found.criteria) == (level, (criterion,))


@pytest.mark.parametrize(
    ("days", "criterion"),
    [
        (0, None),
        (274, None),
        (275, UrgencyCriterion.ONE_YEAR_DEADLINE_WITHIN_90D),
        (365, UrgencyCriterion.ONE_YEAR_DEADLINE_WITHIN_90D),
        (366, UrgencyCriterion.ONE_YEAR_DEADLINE_PASSED),
    ],
)
def test_the_year_for_asylum_is_counted_from_the_arrival(days: int, criterion: UrgencyCriterion | None) -> None:
    found = judged(UrgencyCriterion.ONE_YEAR_DEADLINE_PASSED, arrived=days)
    assert found.criteria == (criterion or UrgencyCriterion.NONE,)


@pytest.mark.parametrize(
    ("posture", "age", "criteria"),
    [
        (CasePosture.DETAINED_ICE, AgeBand.ADULT, {UrgencyCriterion.DETAINED}),
        (CasePosture.ORR_CUSTODY, AgeBand.UNKNOWN, {UrgencyCriterion.DETAINED, UrgencyCriterion.UNACCOMPANIED_CHILD}),
        (CasePosture.ORR_CUSTODY, AgeBand.ADULT, {UrgencyCriterion.DETAINED}),
        (CasePosture.FEAR_FINDING_NEGATIVE, AgeBand.ADULT, {UrgencyCriterion.NEGATIVE_FEAR_REVIEW_WINDOW}),
        (CasePosture.IN_REMOVAL_PROCEEDINGS, AgeBand.ADULT, {UrgencyCriterion.NONE}),
    ],
)
def test_where_the_case_stands_speaks_for_itself(
    posture: CasePosture, age: AgeBand, criteria: set[UrgencyCriterion]
) -> None:
    assert set(judged(posture=posture, age=age).criteria) == criteria


def test_it_grows_more_urgent_as_the_hearing_nears_and_the_answer_is_due_from_when_it_was_asked() -> None:
    first, later = judged(hearing_in=30), judged(hearing_in=30, now=NOW + timedelta(days=20))
    assert (first.level, later.level) == (E, U)
    assert first.respond_by == NOW + timedelta(days=7)
    assert later.respond_by == NOW + timedelta(days=3)


# ---------------------------------------------------------------- as time goes by


@pytest.mark.parametrize(
    ("stated", "hours", "level"),
    [
        ((), 671, N),
        ((), 672, E),
        ((), 1007, E),
        ((), 1008, U),
        ((), 100_000, U),
        ((UrgencyCriterion.GBV_SURVIVOR,), 335, E),
        ((UrgencyCriterion.GBV_SURVIVOR,), 336, U),
        ((UrgencyCriterion.DETAINED,), 100_000, U),
        ((UrgencyCriterion.MEDICAL_EMERGENCY,), 100_000, C),
    ],
)
def test_waiting_raises_a_request_at_twice_its_target_and_never_above_urgent(
    stated: tuple[UrgencyCriterion, ...], hours: int, level: UrgencyLevel
) -> None:
    found = judged(*stated, now=NOW + timedelta(hours=hours))
    assert found.level is level
    assert found.respond_by == NOW + level.first_answer_within


WORDS = st.lists(st.sampled_from(sorted(UrgencyCriterion)), max_size=2)
DAYS = st.one_of(st.none(), st.integers(-20, 120))
AGO = st.one_of(st.none(), st.integers(0, 400))


@settings(deadline=None, max_examples=60)
@given(WORDS, DAYS, AGO, st.integers(0, 100 * 24 * 60), st.sampled_from([None, *UrgencyLevel]))
def test_between_two_changes_the_level_stays_and_at_each_it_changes(
    stated: list[UrgencyCriterion], hearing_in: int | None, arrived: int | None, after: int, raised: UrgencyLevel | None
) -> None:
    today, start = NOW.date(), NOW + timedelta(minutes=after)
    hearing = None if hearing_in is None else today + timedelta(days=hearing_in)
    arrival = None if arrived is None else today - timedelta(days=arrived)

    def level_at(moment: datetime) -> UrgencyLevel:
        return urgency.judge(
            circumstances=frozenset(stated),
            posture=CasePosture.UNKNOWN,
            age=AgeBand.UNKNOWN,
            next_hearing_on=hearing,
            arrived_on=arrival,
            asked_at=NOW,
            now=moment,
            at_least=raised,
        ).level

    at: datetime | None = start
    level, minute, changes = level_at(start), start, 0
    while at is not None:
        at = urgency.next_change(level_at, next_hearing_on=hearing, arrived_on=arrival, asked_at=NOW, now=at)
        until = at or start + timedelta(days=200)
        while minute < until:  # every hour and odd minutes; what is judged is what was judged at the last change
            assert level_at(minute) is level
            minute += timedelta(minutes=61)
        if at is not None:
            assert level_at(at - timedelta(microseconds=1)) is level
            level, minute, changes = level_at(at), at, changes + 1
    assert changes <= 7
