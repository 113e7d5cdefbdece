"""Over arrays as many places are kept as option by option, whatever the world is."""

from datetime import timedelta
from random import Random
from uuid import UUID

import planning_given as worlds
import pytest
from planning_given import HERE, SALT, at, someone

from referral.intake.words import UrgencyLevel
from referral.matching.planning import keeping, reserves
from referral.matching.planning.choices import choices_of, numbers, whole
from referral.matching.planning.model import Ask, Places
from referral.matching.planning.reserves import MAY_USE_ALL, Supply

WEEK = timedelta(days=7)
SEEN = timedelta(days=28)


def both_ways(queue: list[Ask], came: list[Ask], places: list[Places], refill: list[int]) -> list[dict[UUID, int]]:
    """What is kept at each provider, option by option and over arrays."""
    supplies = [
        Supply(places=place, refill_in=timedelta(seconds=seconds))
        for place, seconds in zip(places, refill, strict=True)
        if seconds > 0
    ]
    one_by_one = reserves.keep(queue, came, supplies, seen=SEEN, salt=SALT)
    seconds = {place.provider_id: one for place, one in zip(places, refill, strict=True)}
    waiting, past = (choices_of(some, places, salt=SALT) for some in (queue, came))
    found = keeping.kept(waiting, past, whole(seconds[id] for id in waiting.provider_ids), seen=SEEN, salt=SALT)
    at_once = {id: count for id, count in zip(waiting.provider_ids, numbers(found), strict=True) if count}
    return [dict(one_by_one), dict(at_once)]


@pytest.mark.parametrize("seed", range(8))
def test_as_many_are_kept_as_option_by_option(seed: int) -> None:
    queue, places = worlds.world(seed, asks=60, providers=15)
    chance = Random(seed)  # noqa: S311 - the same world each time, no secret
    refill = [chance.randrange(1, 14) * 86_400 for _ in places]
    urgent = [worlds.ask(chance, places, 8, families=False) for _ in range(80)]
    came = [one for one in urgent if one.level in MAY_USE_ALL]
    one_by_one, at_once = both_ways(queue, came, places, refill)
    assert one_by_one == at_once
    assert at_once


def test_nothing_is_kept_where_nobody_came_or_no_refill_is_known() -> None:
    queue, urgent = [someone(1, (HERE, 500))], [someone(2, (HERE, 800), level=UrgencyLevel.URGENT)]
    assert both_ways(queue, [], [at(HERE, 5)], [WEEK.days * 86_400])[1] == {}
    assert both_ways(queue, urgent * 1, [at(HERE, 5)], [0])[1] == {}
