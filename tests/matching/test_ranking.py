"""Stories of the order: who comes first, and that nothing but the people themselves decides it."""

import hashlib
import random
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from matching_given import (
    BROWNSVILLE,
    NOW,
    OFFICE,
    PAIRS,
    PERSON,
    SALT,
    candidates,
    fitting_candidates,
    hopeful_needs,
    needs,
)

from referral.directory.words import Answer, Openness
from referral.intake.words import ConsentScope
from referral.matching import ranking, verdicts
from referral.matching.answers import Room
from referral.matching.pair import Candidate, Need
from referral.matching.verdicts import Verdict

HERE = replace(PERSON, place=BROWNSVILLE)


def order(*offices: Candidate, need: Need = HERE, salt: bytes = SALT) -> list[int]:
    """The last digits of who comes first, second, and so on."""
    ranked = ranking.rank(need, offices, pairs=PAIRS, now=NOW, salt=salt)
    return [verdict.candidate.provider_id.int for verdict in ranked]


def office(number: int, **changes: object) -> Candidate:
    return replace(OFFICE, provider_id=UUID(int=number), **changes)


def verdict(need: Need, candidate: Candidate) -> Verdict:
    return verdicts.why(need, candidate, pairs=PAIRS, now=NOW)


# ------------------------------------------------------------- stories
def test_only_those_whom_no_rule_excludes_are_ranked_and_the_others_still_say_why():
    closed = office(2, openness=Openness.CLOSED)
    assert order(office(1), closed) == [1]
    assert not verdict(HERE, closed).is_feasible


def test_a_doubtful_one_comes_after_an_equal_certain_one():
    sure, doubted = office(1), office(2, facts={"population_limit": "yes"}, free_places=8)
    assert verdict(HERE, doubted).points >= verdict(HERE, sure).points
    assert order(doubted, sure) == [1, 2]


def test_nobody_is_sent_across_the_state_to_save_a_call():
    far = office(1, distance_km=300.0)
    doubted = office(2, distance_km=1.0, facts={"population_limit": "yes"})
    assert order(far, doubted) == [2, 1]
    assert [verdict(HERE, one).is_offerable for one in (far, doubted)] == [True, False]


def test_each_further_doubt_takes_points_away_and_the_points_themselves_stay():
    once, twice = office(1, facts={"population_limit": "yes"}), office(2, facts={"gender_limit": "yes"}, languages=())
    assert [verdict(HERE, one).doubt_points for one in (office(3), once, twice)] == [0, 40, 50]
    for one in (once, twice):
        seen = verdict(HERE, one)
        assert seen.points == sum(term.points for term in seen.terms)


def test_room_comes_before_a_waiting_list_before_full_certain_or_not():
    full, waiting = office(1, free_places=0), office(2, openness=Openness.WAITLIST)
    doubted = office(3, facts={"population_limit": "yes"}, distance_km=400.0)
    assert order(full, waiting, doubted, office(4)) == [4, 3, 2, 1]
    assert [verdict(HERE, one).room for one in (full, waiting)] == [Room.FULL, Room.WAITING_LIST]


def test_more_points_come_first():
    fewer = office(1, offers_accepted=0, free_places=4, last_offered_at=None, distance_km=1.0)
    more = office(2, offers_accepted=6, free_places=4, distance_km=20.0)
    assert order(fewer, more) == [2, 1]


def test_among_equals_more_free_places_come_first():
    few = office(1, free_places=2, stated_places=4, last_offered_at=None, distance_km=1.0)
    many = office(2, free_places=4, stated_places=8, distance_km=20.0)
    assert verdict(HERE, few).points == verdict(HERE, many).points
    assert order(few, many) == [2, 1]


def test_then_who_was_never_asked_then_who_waits_longest_for_an_offer():
    lately = office(1, last_offered_at=NOW - timedelta(days=1), distance_km=1.0)
    long_ago = office(2, last_offered_at=NOW - timedelta(days=50), distance_km=10.0)
    never = office(3, last_offered_at=None, distance_km=20.0)
    assert order(lately, long_ago, never) == [3, 2, 1]


def test_then_the_nearer_one():
    offices = [office(number, distance_km=25.0 - number) for number in range(1, 13)]
    assert len({verdict(HERE, one).points for one in offices}) == 1
    assert order(*offices) == list(range(12, 0, -1))


def test_at_last_a_lottery_that_anyone_can_draw_again():
    offices = [office(number) for number in range(1, 30)]
    drawn = sorted(
        range(1, 30),
        key=lambda number: hashlib.sha256(SALT + HERE.request_id.bytes + UUID(int=number).bytes).digest(),
    )
    assert order(*offices) == drawn
    assert order(*offices, salt=b"another day") != drawn
    assert order(*offices, need=replace(HERE, request_id=UUID(int=2))) != drawn


def test_a_name_decides_nothing():
    first, second = office(1, name="Aardvark"), office(2, name="Zebra")
    swapped = order(replace(first, name="Zebra"), replace(second, name="Aardvark"))
    assert order(first, second) == swapped


def test_a_relaxed_rule_makes_an_offer_possible_and_moves_nobody():
    offices = [office(1, facts={"population_limit": "yes"}), office(2)]
    strict = ranking.rank(HERE, offices, pairs=PAIRS, now=NOW, salt=SALT)
    relaxed = ranking.rank(HERE, offices, pairs=PAIRS, now=NOW, salt=SALT, relaxed=frozenset({"population"}))
    assert [one.is_offerable for one in strict] == [True, False]
    assert [one.is_offerable for one in relaxed] == [True, True]
    assert [one.candidate for one in strict] == [one.candidate for one in relaxed]


# ------------------------------------------------------------- for any world
ANYONE = hopeful_needs | needs.map(lambda need: replace(need, consents=frozenset({ConsentScope.SHARE_SUMMARY})))
CROWDS = st.lists(fitting_candidates | candidates(), max_size=8, unique_by=lambda candidate: candidate.provider_id)
SURE = fitting_candidates.map(lambda one: replace(one, facts={}, areas=(), interpreter_for_other=Answer.YES))


def twin(candidate: Candidate, **changes: object) -> Candidate:
    """Another provider, the same in everything but what is changed."""
    return replace(candidate, provider_id=UUID(int=candidate.provider_id.int ^ 1), **changes)


@given(ANYONE, CROWDS, st.randoms(use_true_random=False))
def test_shuffling_changes_nothing(need: Need, crowd: list[Candidate], chance: random.Random):
    ranked = ranking.rank(need, crowd, pairs=PAIRS, now=NOW, salt=SALT)
    shuffled = [replace(one, areas=tuple(chance.sample(one.areas, len(one.areas)))) for one in crowd]
    chance.shuffle(shuffled)
    again = ranking.rank(need, shuffled, pairs=PAIRS, now=NOW, salt=SALT)
    assert [summary(one) for one in again] == [summary(one) for one in ranked]


def summary(one: Verdict) -> tuple[object, ...]:
    return one.candidate.provider_id, one.results, one.terms, one.points, one.is_offerable


@given(ANYONE, CROWDS)
def test_each_place_in_the_ranking_is_the_verdict_on_that_pair(need: Need, crowd: list[Candidate]):
    for one in ranking.rank(need, crowd, pairs=PAIRS, now=NOW, salt=SALT):
        assert one == verdicts.why(need, one.candidate, pairs=PAIRS, now=NOW)


@given(hopeful_needs, CROWDS, fitting_candidates)
def test_a_fail_never_raises_anyone(need: Need, crowd: list[Candidate], candidate: Candidate):
    before = ranking.rank(need, [*crowd, candidate], pairs=PAIRS, now=NOW, salt=SALT)
    after = ranking.rank(need, [*crowd, replace(candidate, asked_before=True)], pairs=PAIRS, now=NOW, salt=SALT)
    assert list(after) == [one for one in before if one.candidate != candidate]


@given(hopeful_needs, SURE, st.sampled_from(["population_limit", "gender_limit", "criminal_history"]))
def test_a_doubt_never_comes_before_an_equal_certainty(need: Need, certain: Candidate, fact: str):
    assert comes_first(need, certain, twin(certain, facts={fact: "yes"}))


@given(hopeful_needs, SURE)
def test_a_language_in_doubt_never_comes_before_an_equal_office_with_interpreters(need: Need, certain: Candidate):
    assert comes_first(need, certain, twin(certain, languages=(), interpreter_for_other=Answer.UNKNOWN))


@given(hopeful_needs, SURE)
def test_an_openness_not_known_never_comes_before_an_equal_open_office(need: Need, certain: Candidate):
    is_open = replace(certain, openness=Openness.OPEN)
    assert comes_first(need, is_open, twin(is_open, openness=Openness.UNKNOWN))


def comes_first(need: Need, certain: Candidate, doubted: Candidate) -> bool:
    """The certain one first. Where the doubt changes nothing, as a language for a bed, only the lottery parts them."""
    ranked = ranking.rank(need, [doubted, certain], pairs=PAIRS, now=NOW, salt=SALT)
    same_answers = [one.answer for one in verdict(need, certain).results] == [
        one.answer for one in verdict(need, doubted).results
    ]
    was_certain = not verdict(need, certain).is_doubtful
    is_first = [one.candidate for one in ranked] == [certain, doubted]
    is_better = verdict(need, certain).points >= verdict(need, doubted).points
    return len(ranked) == 2 and is_better and (is_first or same_answers or not was_certain)


@given(ANYONE, CROWDS)
def test_nobody_with_fewer_points_and_more_doubts_comes_first(need: Need, crowd: list[Candidate]):
    ranked = ranking.rank(need, crowd, pairs=PAIRS, now=NOW, salt=SALT)
    for place, one in enumerate(ranked):
        for later in ranked[place + 1 :]:
            assert (one.points, -one.doubt_points) >= (later.points, -later.doubt_points) or (
                one.doubt_points < later.doubt_points
                or one.points > later.points
                or ranking.ROOM_ORDER[one.room] < ranking.ROOM_ORDER[later.room]
            )
