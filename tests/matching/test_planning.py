"""A plan is the best there is: HiGHS finds none better, nobody takes a place twice, and urgency goes first."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from random import Random
from uuid import UUID

import planning_given as worlds
import pytest
from planning_given import HERE, LEVELS, SALT, THERE, at, someone

from referral.intake.words import UrgencyLevel
from referral.matching.planning import exact, flow, goals
from referral.matching.planning.choices import choices_of, numbers
from referral.matching.planning.goals import TooLarge
from referral.matching.planning.model import Ask, Assignment, Places

SEEDS = range(40)


def planned(*asks: Ask, places: Iterable[Places]) -> dict[int, UUID]:
    """Who goes where, by the numbers of `someone`."""
    found = flow.solve(asks, places, salt=SALT)
    return {one.request_id.int - 100: one.provider_id for one in found.given}


def served(found: Assignment, asks: list[Ask]) -> list[int]:
    """How many at each level."""
    of = {ask.request_id: ask.level for ask in asks}
    counts = Counter(of[one.request_id] for one in found.given)
    return [counts[level] for level in LEVELS]


# ------------------------------------------------------------- the best there is
@pytest.mark.parametrize("seed", SEEDS)
def test_no_plan_is_better_than_the_one_of_highs(seed: int) -> None:
    choices = choices_of(*worlds.world(seed), salt=SALT)
    worth = goals.worth(choices, salt=SALT)
    ours, theirs = flow.chosen(choices, worth), exact.chosen(choices, worth)

    def reached(chosen: goals.Whole) -> list[int]:
        levels = Counter(numbers(choices.level[choices.ask[chosen]]))
        return [*(levels[code] for code in range(4)), int(worth.value[chosen].sum()), int(worth.lots[chosen].sum())]

    assert reached(ours) == reached(theirs)


@pytest.mark.parametrize("seed", SEEDS)
def test_with_caps_and_reserves_it_is_the_best_as_well(seed: int) -> None:
    asks, places = worlds.world(seed)
    kept = [replace(place, kept=place.free // 2) for place in places]
    caps = {place.organization_id: 2 for place in places[::3]}
    choices = choices_of(asks, kept, caps, salt=SALT)
    worth = goals.worth(choices, salt=SALT)
    ours, theirs = flow.chosen(choices, worth), exact.chosen(choices, worth)
    assert worth.total[ours].sum() == worth.total[theirs].sum()
    of = {place.provider_id: place.organization_id for place in places}
    found = flow.solve(asks, kept, caps, salt=SALT)
    given = Counter(of[one.provider_id] for one in found.given)
    assert all(given[id] <= most for id, most in caps.items())
    later = {ask.request_id for ask in asks if ask.level in {UrgencyLevel.ELEVATED, UrgencyLevel.NORMAL}}
    taken = Counter(one.provider_id for one in found.given if one.request_id in later)
    assert all(taken[place.provider_id] <= place.free - place.kept for place in kept)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_place_is_given_twice_and_nobody_goes_twice(seed: int) -> None:
    asks, places = worlds.world(seed)
    found = flow.solve(asks, places, salt=SALT)
    taken = Counter(one.provider_id for one in found.given)
    assert all(taken[place.provider_id] <= place.free for place in places)
    everyone = [one.request_id for one in found.given] + list(found.left)
    assert sorted(everyone) == sorted(ask.request_id for ask in asks)
    possible = {ask.request_id: {option.provider_id for option in ask.options} for ask in asks}
    assert all(one.provider_id in possible[one.request_id] for one in found.given)


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_is_passed_over_for_someone_less_urgent(seed: int) -> None:
    asks, places = worlds.world(seed)
    found = flow.solve(asks, places, salt=SALT)
    by_id = {ask.request_id: ask for ask in asks}
    for left in (by_id[id] for id in found.left):
        wanted = {option.provider_id for option in left.options}
        there = [by_id[one.request_id].level for one in found.given if one.provider_id in wanted]
        assert all(LEVELS.index(level) <= LEVELS.index(left.level) for level in there)


@pytest.mark.parametrize("seed", SEEDS)
def test_as_many_of_the_urgent_are_served_as_if_nobody_else_asked(seed: int) -> None:
    asks, places = worlds.world(seed)
    counts = served(flow.solve(asks, places, salt=SALT), asks)
    for most, level in enumerate(LEVELS, start=1):
        alone = [ask for ask in asks if ask.level in LEVELS[:most]]
        assert sum(served(flow.solve(alone, places, salt=SALT), alone)) == sum(counts[:most]), level


@pytest.mark.parametrize("asks", [300, goals.LOTTERY_ASKS + 1])
@pytest.mark.parametrize("seed", range(5))
def test_the_same_input_shuffled_gives_the_same_plan(seed: int, asks: int) -> None:
    people, places = worlds.world(seed, asks=asks)
    first = flow.solve(people, places, salt=SALT)
    chance = Random(seed)  # noqa: S311 - the same story each time, no secret
    mixed = [replace(one, options=tuple(chance.sample(one.options, len(one.options)))) for one in people]
    again = flow.solve(chance.sample(mixed, len(mixed)), chance.sample(places, len(places)), salt=SALT)
    assert again == first


# ------------------------------------------------------------- in which order
def test_the_more_urgent_gets_the_place_whatever_the_points() -> None:
    slow = someone(1, (HERE, 1000), waited=timedelta(days=60))
    urgent = someone(2, (HERE, 200), level=UrgencyLevel.CRITICAL)
    assert planned(slow, urgent, places=[at(HERE)]) == {2: HERE}


def test_urgency_costs_no_match() -> None:
    urgent = someone(1, (HERE, 900), (THERE, 300), level=UrgencyLevel.CRITICAL)
    other = someone(2, (HERE, 300))
    assert planned(urgent, other, places=[at(HERE), at(THERE)]) == {1: THERE, 2: HERE}


def test_people_are_compared_with_their_own_best_and_not_with_each_other() -> None:
    """An interpreter scores less than staff who speak the language, for everybody who needs one."""
    rare = someone(1, (HERE, 500))
    common = someone(2, (HERE, 900), (THERE, 880))
    assert planned(rare, common, places=[at(HERE), at(THERE)]) == {1: HERE, 2: THERE}


def test_who_has_waited_longer_goes_first_among_equals() -> None:
    just_now, waiting = someone(1, (HERE, 700)), someone(2, (HERE, 700), waited=timedelta(days=9))
    assert planned(just_now, waiting, places=[at(HERE)]) == {2: HERE}


def test_for_whom_there_is_less_goes_first_among_equals() -> None:
    many, few = someone(1, (HERE, 700), (THERE, 700)), someone(2, (HERE, 700))
    third = someone(3, (THERE, 700), level=UrgencyLevel.CRITICAL)
    assert planned(many, few, third, places=[at(HERE), at(THERE)]) == {2: HERE, 3: THERE}


def test_the_certain_goes_before_the_doubtful() -> None:
    doubtful, certain = someone(1, (HERE, 900), certain=False), someone(2, (HERE, 700))
    assert planned(doubtful, certain, places=[at(HERE)]) == {2: HERE}


def test_equals_draw_lots_that_the_salt_decides() -> None:
    twins = [someone(number, (HERE, 700)) for number in range(2)]
    salts = [bytes([number]) for number in range(30)]
    winners = [flow.solve(twins, [at(HERE)], salt=salt).given[0].request_id for salt in salts]
    assert len(set(winners)) == 2
    assert winners == [flow.solve(twins, [at(HERE)], salt=salt).given[0].request_id for salt in salts]


def test_kept_places_wait_for_the_urgent() -> None:
    normal, urgent = someone(1, (HERE, 900)), someone(2, (HERE, 300), level=UrgencyLevel.URGENT)
    assert planned(normal, places=[at(HERE, kept=1)]) == {}
    assert planned(normal, urgent, places=[at(HERE, free=2, kept=1)]) == {1: HERE, 2: HERE}
    assert planned(urgent, places=[at(HERE, kept=1)]) == {2: HERE}


def test_nobody_and_nothing_is_a_plan_too() -> None:
    assert flow.solve([], [], salt=SALT) == Assignment(given=(), left=())
    alone = someone(1)
    assert flow.solve([alone], [], salt=SALT).left == (alone.request_id,)
    assert flow.solve([someone(1, (THERE, 500))], [at(HERE)], salt=SALT).given == ()


# ------------------------------------------------------------- families
def test_a_family_takes_several_places_at_once() -> None:
    family, single = someone(1, (HERE, 900), takes=3), someone(2, (HERE, 900))
    assert planned(family, single, places=[at(HERE, free=3)]) in ({1: HERE}, {2: HERE})
    assert planned(family, single, places=[at(HERE, free=4)]) == {1: HERE, 2: HERE}
    assert planned(family, places=[at(HERE, free=2)]) == {}


def test_an_urgent_family_goes_before_three_who_can_wait() -> None:
    family = someone(0, (HERE, 300), takes=3, level=UrgencyLevel.URGENT)
    singles = [someone(number, (HERE, 900)) for number in range(1, 4)]
    assert planned(family, *singles, places=[at(HERE, free=3)]) == {0: HERE}


@pytest.mark.parametrize("seed", range(5))
def test_families_never_take_more_than_there_is(seed: int) -> None:
    asks, places = worlds.world(seed, asks=60, providers=15, families=True)
    found = flow.solve(asks, places, salt=SALT)
    takes = {ask.request_id: ask.takes for ask in asks}
    taken: Counter[UUID] = Counter()
    for one in found.given:
        taken[one.provider_id] += takes[one.request_id]
    assert all(taken[place.provider_id] <= place.free for place in places)
    alone = [ask for ask in asks if ask.level is UrgencyLevel.CRITICAL]
    assert served(flow.solve(alone, places, salt=SALT), alone)[0] == served(found, asks)[0]


# ------------------------------------------------------------- whole numbers
def test_the_largest_plan_stays_within_whole_numbers() -> None:
    asks, places = worlds.world(1, asks=2, providers=1_000)
    many = [replace(asks[0], request_id=UUID(int=number)) for number in range(goals.LOTTERY_ASKS)]
    worth = goals.worth(choices_of(many, places, salt=SALT), salt=SALT)
    assert (worth.total >= 0).all()


def test_a_plan_that_leaves_whole_numbers_is_refused_and_not_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(goals, "LARGEST", 2**30)
    with pytest.raises(TooLarge):
        flow.solve(*worlds.world(1), salt=SALT)
