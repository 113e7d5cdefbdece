"""Some places wait for the urgent who will come: as many as will be needed, fewer as new places come nearer."""

from collections.abc import Iterable
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest
from planning_given import HERE, SALT, THERE, at, someone

from referral.intake.words import UrgencyLevel
from referral.matching.planning import flow, reserves
from referral.matching.planning.model import Ask
from referral.matching.planning.reserves import Supply

WEEK = timedelta(days=7)
SEEN = timedelta(days=28)


def came(count: int, *, level: UrgencyLevel = UrgencyLevel.URGENT, to: UUID = HERE) -> list[Ask]:
    return [someone(1000 + number, (to, 800), level=level) for number in range(count)]


def kept(
    recent: Iterable[Ask],
    *,
    waiting: Iterable[Ask] = (),
    free: int = 10,
    refill_in: timedelta = WEEK,
    seen: timedelta = SEEN,
) -> dict[UUID, int]:
    supplies = [Supply(places=at(id, free), refill_in=refill_in) for id in (HERE, THERE)]
    return reserves.keep(waiting, recent, supplies, seen=seen, salt=SALT)


def test_as_many_are_kept_as_a_week_brings() -> None:
    assert kept(came(20))[HERE] in {4, 5, 6, 7}  # twenty in four weeks are five a week
    assert THERE not in kept(came(20))


def test_never_more_than_are_free() -> None:
    assert kept(came(200), free=3) == {HERE: 3}
    assert kept(came(200), free=0) == {}


def test_nobody_is_expected_where_nobody_has_come() -> None:
    assert kept([]) == {}
    assert kept(came(20), seen=timedelta(0)) == {}


def test_those_who_can_wait_are_kept_nothing() -> None:
    assert kept(came(40, level=UrgencyLevel.ELEVATED) + came(40, level=UrgencyLevel.NORMAL)) == {}


def test_fewer_are_kept_as_new_places_come_nearer() -> None:
    counts = [kept(came(40), refill_in=timedelta(days=days)).get(HERE, 0) for days in (7, 5, 3, 1, 0)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1] == 0


def test_urgent_people_who_wait_already_need_no_place_kept() -> None:
    """They may use every place today: what is kept is for those who come after them."""
    waiting = [someone(number, (HERE, 800), level=UrgencyLevel.CRITICAL) for number in range(10)]
    assert kept(came(20), waiting=waiting) == {}


def test_who_can_go_elsewhere_is_expected_there() -> None:
    """Ten who are more urgent can only go here: who is to come, and could go to both, is kept a place there."""
    waiting = [someone(number, (HERE, 800), level=UrgencyLevel.CRITICAL) for number in range(10)]
    either = [someone(1000 + number, (HERE, 900), (THERE, 300), level=UrgencyLevel.URGENT) for number in range(20)]
    found = kept(either, waiting=waiting)
    assert HERE not in found
    assert found[THERE] >= 3


def test_the_order_in_which_people_are_read_changes_nothing() -> None:
    recent = came(30) + came(30, level=UrgencyLevel.NORMAL, to=THERE)
    recent = [someone(number, *((o.provider_id, o.points) for o in ask.options), level=ask.level)
              for number, ask in enumerate(recent)]  # fmt: skip
    shuffled = recent.copy()
    Random(1).shuffle(shuffled)  # noqa: S311 - a shuffle, no secret
    assert kept(recent) == kept(shuffled)


def test_what_is_kept_is_left_by_the_plan_to_the_urgent() -> None:
    held = kept(came(20), free=6)[HERE]
    later = [someone(number, (HERE, 800)) for number in range(10)]
    plan = flow.solve(later, [at(HERE, 6, kept=held)], salt=SALT)
    assert len(plan.given) == 6 - held


@pytest.mark.parametrize(("mean", "count"), [(0.0, 0), (0.5, 0), (0.52, 1), (1.0, 1), (3.0, 3), (10.0, 11)])
def test_the_chance_that_more_come_is_at_most_four_in_ten(mean: float, count: int) -> None:
    """P(0) is 0.607 at a mean of 0.5, and 0.595 at 0.52."""
    assert reserves.quantile(mean) == count
