"""Places are kept for urgent people who will come, as many as the past says, and fewer as the places come back."""

from random import Random
from uuid import UUID

import pytest
from planning_given import HERE, SALT, THERE, at, someone, world

from referral.intake.words import UrgencyLevel
from referral.matching.planning.flow import solve
from referral.matching.planning.model import Ask, Places
from referral.matching.planning.reserves import enough, reserved

WEEK = 7


def came(*numbers: int, level: UrgencyLevel = UrgencyLevel.URGENT) -> list[Ask]:
    return [someone(1_000 + number, (HERE, 800), level=level) for number in numbers]


def kept(asks: list[Ask], places: list[Places], past: list[list[Ask]], days: int = WEEK) -> dict[UUID, int]:
    return {place.provider_id: place.kept for place in reserved(asks, places, past, days=days, salt=SALT)}


def test_who_comes_every_day_finds_a_place_though_others_wait() -> None:
    waiting = [someone(number, (HERE, 900)) for number in range(20)]
    places = [at(HERE, 10), at(THERE, 10)]
    found = reserved(waiting, places, [came(1)] * 14, days=WEEK, salt=SALT)
    assert {place.provider_id: place.kept for place in found} == {HERE: 8, THERE: 0}  # of 7 who are expected
    assert len(solve(waiting, found, salt=SALT).given) == 2
    urgent = [someone(50 + number, (HERE, 500), level=UrgencyLevel.CRITICAL) for number in range(10)]
    assert len(solve([*waiting, *urgent], found, salt=SALT).given) == 10


def test_nothing_is_kept_for_people_who_can_wait_or_where_nobody_came() -> None:
    places = [at(HERE, 10)]
    assert kept([], places, []) == {HERE: 0}
    assert kept([], places, [[]] * 14) == {HERE: 0}
    assert kept([], places, [came(1, level=UrgencyLevel.NORMAL)] * 14) == {HERE: 0}


def test_what_is_kept_shrinks_as_the_places_come_back() -> None:
    held = [kept([], [at(HERE, 50)], [came(1, 2)] * 14, days=days)[HERE] for days in (7, 3, 1, 0)]
    assert held == sorted(held, reverse=True)
    assert held[0] > held[-1] == 0


def test_urgent_people_who_wait_already_have_their_own_places() -> None:
    waiting = [someone(number, (HERE, 900), level=UrgencyLevel.CRITICAL) for number in range(8)]
    assert kept(waiting, [at(HERE, 10)], [came(1)] * 14)[HERE] == 2


def test_no_more_is_kept_than_there_is() -> None:
    assert kept([], [at(HERE, 2), at(THERE, -1)], [came(*range(9))] * 14) == {HERE: 2, THERE: 0}


def test_the_same_past_in_another_order_keeps_the_same() -> None:
    asks, places = world(3, asks=60, providers=12)
    past = [world(10 + day, asks=6, providers=1)[0] for day in range(14)]
    own = [place.provider_id for place in places]
    past = [
        [someone(day * 10 + place, (own[(day + place) % 12], 700), level=ask.level) for place, ask in enumerate(some)]
        for day, some in enumerate(past)
    ]
    once = kept(asks, places, past)
    chance = Random(5)  # noqa: S311 - the same order each time, no secret
    shuffled = [chance.sample(some, len(some)) for some in past]
    assert kept(chance.sample(asks, len(asks)), chance.sample(places, len(places)), shuffled) == once
    assert any(once.values())


@pytest.mark.parametrize(("mean", "places"), [(0.0, 0), (0.5, 0), (0.6, 1), (1.0, 1), (3.0, 3), (20.0, 21)])
def test_a_few_more_may_come_than_are_expected(mean: float, places: int) -> None:
    assert enough(mean) == places
