"""A plan explains itself: who else wanted a place, why someone is left, and what one more place would change."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import numpy as np
import planning_given as worlds
import pytest
from planning_given import HERE, SALT, THERE, at, someone

from referral.intake.words import UrgencyLevel
from referral.matching.planning import flow, goals, margins, reasons
from referral.matching.planning.choices import NOBODY, Choices, Whole, choices_of
from referral.matching.planning.goals import Worth
from referral.matching.planning.model import Ask, Places
from referral.matching.planning.words import LeftReason, Weaker


def solved(asks: list[Ask], places: list[Places]) -> tuple[Choices, Worth, Whole]:
    choices = choices_of(asks, places, salt=SALT)
    worth = goals.worth(choices, salt=SALT)
    return choices, worth, flow.chosen(choices, worth)


def kept_from(asks: list[Ask], places: list[Places]) -> dict[int, list[tuple[int, Weaker]]]:
    """Who has a place, and who else wanted it and why not; by the numbers of `someone`."""
    choices, worth, chosen = solved(asks, places)
    number = [id.int - 100 for id in choices.request_ids]
    found = reasons.rivals(reasons.outcome(choices, worth, chosen), chosen)
    return {number[choices.ask[pair]]: [(number[one.ask], one.why) for one in others] for pair, others in found.items()}


def why_left(asks: list[Ask], places: list[Places]) -> dict[int, LeftReason]:
    choices, worth, chosen = solved(asks, places)
    found = reasons.outcome(choices, worth, chosen)
    return {choices.request_ids[ask].int - 100: why for ask, why in reasons.left_reasons(found)}


# ------------------------------------------------------------- one more place
@pytest.mark.parametrize("kept", [0, 2])
@pytest.mark.parametrize("seed", range(12))
def test_one_more_place_is_worth_what_solving_again_finds(seed: int, kept: int) -> None:
    asks, places = worlds.world(seed, asks=150, providers=30)
    choices, worth, chosen = solved(asks, [replace(place, kept=min(kept, place.free)) for place in places])
    found = margins.margins(choices, worth, chosen)
    before = worth.total[chosen].sum()
    for provider in range(choices.providers):
        more = choices.free.copy()
        more[provider] += 1
        again = replace(choices, free=more)
        after = flow.chosen(again, worth)
        assert worth.total[after].sum() - before == found.gain[provider]
        newly = set(choices.ask[after].tolist()) - set(choices.ask[chosen].tolist())
        assert (found.serves[provider] == NOBODY) == (not newly)


def test_one_more_place_serves_whoever_the_chain_ends_with() -> None:
    """The first moves to the new place, the second to what the first leaves, the third is helped."""
    first = someone(1, (HERE, 700), (THERE, 500))
    second = someone(2, (HERE, 900))
    choices, worth, chosen = solved([first, second], [at(HERE), at(THERE, free=0)])
    found = margins.margins(choices, worth, chosen)
    ids = dict(zip(choices.provider_ids, found.serves.tolist(), strict=True))
    assert choices.request_ids[ids[THERE]] in {first.request_id, second.request_id}
    assert choices.request_ids[ids[THERE]] not in {choices.request_ids[ask] for ask in choices.ask[chosen]}


def test_one_more_place_where_nobody_is_left_changes_nothing() -> None:
    choices, worth, chosen = solved([someone(1, (HERE, 700))], [at(HERE)])
    found = margins.margins(choices, worth, chosen)
    assert (found.gain.tolist(), found.serves.tolist()) == ([0], [NOBODY])


# ------------------------------------------------------------- who else wanted it
URGENT = someone(1, (HERE, 400), level=UrgencyLevel.URGENT)


@pytest.mark.parametrize(
    ("winner", "other", "why"),
    [
        (URGENT, someone(2, (HERE, 900)), Weaker.LESS_URGENT),
        (someone(1, (HERE, 700), waited=timedelta(days=9)), someone(2, (HERE, 700)), Weaker.WAITED_LESS),
        (someone(1, (HERE, 500)), someone(2, (HERE, 900), certain=False), Weaker.LESS_CERTAIN),
        (someone(1, (HERE, 700)), someone(2, (HERE, 600), (UUID(int=3), 900)), Weaker.FITS_LESS),
    ],
)
def test_it_says_why_the_other_claim_is_weaker(winner: Ask, other: Ask, why: Weaker) -> None:
    full = [at(HERE), replace(at(UUID(int=3)), free=0)]
    assert kept_from([winner, other], full) == {1: [(2, why)]}


def test_whoever_could_go_to_more_places_is_weaker() -> None:
    few, many = someone(1, (HERE, 700)), someone(2, (HERE, 700), (THERE, 700))
    busy = [someone(3 + number, (THERE, 700), level=UrgencyLevel.CRITICAL) for number in range(9)]
    found = kept_from([few, many, *busy], [at(HERE), at(THERE, free=9)])
    assert found[1] == [(2, Weaker.HAS_MORE_CHOICE)]


def test_equals_are_told_that_it_was_the_lottery() -> None:
    found = kept_from([someone(1, (HERE, 700)), someone(2, (HERE, 700))], [at(HERE)])
    ((_, why),) = next(iter(found.values()))
    assert why is Weaker.LOTTERY


def test_whoever_goes_elsewhere_but_would_rather_have_come_here_is_named_as_helped() -> None:
    rather = someone(2, (HERE, 900), (THERE, 850))
    found = kept_from([someone(1, (HERE, 900)), rather], [at(HERE), at(THERE)])
    assert found == {1: [(2, Weaker.HELPED_ELSEWHERE)], 2: []}


def test_where_places_are_left_nobody_was_kept_from_one() -> None:
    assert kept_from([someone(1, (HERE, 700))], [at(HERE, free=2)]) == {1: []}


def test_only_the_strongest_are_named() -> None:
    others = [someone(number, (HERE, 700), waited=timedelta(days=number)) for number in range(2, 9)]
    found = kept_from([URGENT, *others], [at(HERE)])
    assert found == {1: [(8, Weaker.LESS_URGENT), (7, Weaker.LESS_URGENT), (6, Weaker.LESS_URGENT)]}


@pytest.mark.parametrize("seed", range(12))
def test_no_claim_that_was_passed_over_is_stronger(seed: int) -> None:
    choices, worth, chosen = solved(*worlds.world(seed))
    found = reasons.outcome(choices, worth, chosen)
    for pair in chosen.tolist():
        there = (choices.place == choices.place[pair]) & (found.at[choices.ask] == NOBODY)
        assert (worth.total[there] <= worth.total[pair]).all()


# ------------------------------------------------------------- who is left
def test_all_places_went_to_the_more_urgent() -> None:
    assert why_left([URGENT, someone(2, (HERE, 900))], [at(HERE)]) == {2: LeftReason.MORE_URGENT}


def test_others_as_urgent_came_first() -> None:
    waiting, new = someone(1, (HERE, 700), waited=timedelta(days=9)), someone(2, (HERE, 700))
    assert why_left([waiting, new], [at(HERE)]) == {2: LeftReason.OTHERS_FIRST}


def test_what_is_left_is_kept_for_the_urgent() -> None:
    assert why_left([someone(1, (HERE, 700))], [at(HERE, kept=1)]) == {1: LeftReason.KEPT_FOR_URGENT}


def test_a_family_finds_too_few_places_together() -> None:
    assert why_left([someone(1, (HERE, 700), takes=3)], [at(HERE, free=2)]) == {1: LeftReason.TAKES_MORE}


@pytest.mark.parametrize("seed", range(12))
def test_everyone_who_is_left_with_options_has_a_reason(seed: int) -> None:
    choices, worth, chosen = solved(*worlds.world(seed))
    found = reasons.outcome(choices, worth, chosen)
    explained = {ask for ask, _ in reasons.left_reasons(found)}
    with_options = set(choices.ask.tolist())
    assert explained == with_options - set(choices.ask[chosen].tolist())
    assert explained.isdisjoint(np.flatnonzero(found.at != NOBODY).tolist())
