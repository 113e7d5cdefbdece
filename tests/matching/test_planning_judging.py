"""Judging many pairs at once says of each pair what the rules and points say of it alone."""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import matching_given
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from matching_given import NOW, PAIRS, person

from referral.directory.words import ServiceAreaKind
from referral.foundation.vocabulary import HelpType
from referral.intake.words import InterpreterGender, Wish
from referral.matching import rules, tables, verdicts
from referral.matching.answers import Room, Rule, RuleAnswer, RuleResult
from referral.matching.pair import Area, Candidate, Spot
from referral.matching.planning.classes import NO, PERSONS
from referral.matching.planning.judging import Judge, Judged, judged
from referral.matching.planning.nowhere import Nowhere
from referral.matching.planning.question import Count, Office, Terms, Wanted, count_for, on_the_sphere, seen_by
from referral.matching.planning.seating import seat_id
from referral.matching.planning.words import LeftReason
from referral.matching.verdicts import Verdict

ROOMS = {Room.OPEN, Room.UNKNOWN}


def standing(candidate: Candidate, **changes: Any) -> Office:
    """The provider as nobody in particular sees it."""
    said: dict[str, Any] = {field.name: getattr(candidate, field.name) for field in fields(Candidate)}
    own: dict[str, Any] = {"free_places": None, "stated_places": None, "distance_km": None, "asked_before": False}
    return Office(**{**said, **own, **changes})


def terms(*offices: Office, allows_unknown: bool = False) -> Terms:
    return Terms(offices=offices, pairs=PAIRS, allows_unknown=allows_unknown, salt=b"drawn in public", now=NOW)


def wanting(**changes: object) -> Wanted:
    return Wanted(need=person(**changes), waited=timedelta(days=2))


# ------------------------------------------------------------- one pair after the other
def verdict(one: Wanted, office: Office) -> Verdict:
    return verdicts.why(one.need, seen_by(one, office), pairs=PAIRS, now=NOW)


def is_option(verdict: Verdict, *, allows_unknown: bool) -> bool:
    if not (verdict.is_feasible and verdict.candidate.can_be_told):
        return False
    return verdict.room in ROOMS if allows_unknown else verdict.is_offerable


def one_by_one(wanted: Sequence[Wanted], asked: Terms) -> tuple[set[tuple[int, UUID, int, bool]], dict[int, Nowhere]]:
    """Every option as the request, the seat, points and certainty; and why a request has none."""
    options: set[tuple[int, UUID, int, bool]] = set()
    nowhere: dict[int, Nowhere] = {}
    for number, one in enumerate(wanted):
        seen = [(office, verdict(one, office)) for office in asked.offices]
        found = [(office, said) for office, said in seen if is_option(said, allows_unknown=asked.allows_unknown)]
        options |= {
            (number, seat_id(office, count_for(office, one.need.help_types[0])), said.points, not said.is_doubtful)
            for office, said in found
        }
        if not found:
            nowhere[number] = why_nowhere(one, [said for _, said in seen])
    return options, nowhere


def why_nowhere(one: Wanted, verdicts: Sequence[Verdict]) -> Nowhere:
    if "share_summary" not in one.need.consents:
        return Nowhere(reason=LeftReason.NO_CONSENT)
    feasible = [verdict for verdict in verdicts if verdict.is_feasible]
    if not feasible:
        return Nowhere(reason=LeftReason.NO_PROVIDER)
    reachable = [one for one in feasible if one.room in ROOMS and one.candidate.can_be_told]
    if not reachable:
        return Nowhere(reason=LeftReason.ONLY_FULL)
    unanswered = [one for one in reachable if all(is_persons(result) for result in doubts(one))]
    if not unanswered:
        return Nowhere(reason=LeftReason.ONLY_DOUBTFUL)
    asked = {result.rule for one in unanswered for result in doubts(one)}
    return Nowhere(reason=LeftReason.NEEDS_ANSWER, waits_for=tuple(rule for rule in Rule if rule in asked))


def doubts(verdict: Verdict) -> list[RuleResult]:
    return [result for result in verdict.results if result.answer is RuleAnswer.UNKNOWN]


def is_persons(result: RuleResult) -> bool:
    return (result.rule, str(result.values["how"])) in PERSONS


def at_once(found: Judged) -> set[tuple[int, UUID, int, bool]]:
    some = found.options
    return {
        (int(ask), found.seats[int(seat)].id, int(points), bool(certain))
        for ask, seat, points, certain in zip(some.ask, some.seat, some.points, some.certain, strict=True)
    }


# ------------------------------------------------------------- any world
def moved(spot: Spot, latitude: float, longitude: float) -> Spot:
    return replace(spot, latitude=latitude, longitude=longitude)


spots = st.builds(moved, matching_given.spots, st.floats(24, 34), st.floats(-106, -95))
DRAWN = (UUID(int=31), UUID(int=32))
hours = st.none() | st.floats(0, 2000)
more_facts = st.dictionaries(
    st.sampled_from(["interpreter_gender", "household_limit", *tables.WISH_FACTS.values()]),
    st.sampled_from(["yes", "no", "woman", "man", "both", "families", "alone", "3", "women only", ""]),
    max_size=3,
)
dates = st.none() | st.dates(NOW.date() - timedelta(days=9), NOW.date() + timedelta(days=90))
drawn_areas = st.lists(
    st.sampled_from([Area(name="Drawn", kind=ServiceAreaKind.CUSTOM, country="US", drawn_id=id) for id in DRAWN]),
    max_size=1,
)
counts = st.lists(
    st.builds(
        Count,
        id=st.uuids(),
        help_type=st.sampled_from([None, HelpType.LEGAL_ASYLUM, HelpType.HUM_FOOD, HelpType.LEGAL_ORIENTATION]),
        free=st.integers(-1, 4),
        stated=st.integers(4, 9),
    ),
    max_size=3,
    unique_by=lambda count: count.help_type,
).map(lambda some: tuple(sorted(some, key=lambda count: (-count.free, count.id))))


@st.composite
def offices(draw: st.DrawFn, candidates: st.SearchStrategy[Candidate]) -> Office:
    here = draw(st.none() | spots)
    found = standing(draw(candidates), point=on_the_sphere(here), counts=draw(counts), can_be_told=draw(st.booleans()))
    return replace(
        found,
        areas=(*found.areas, *draw(drawn_areas)),
        facts={**found.facts, **draw(more_facts)},
        waitlist_days=draw(st.none() | st.integers(0, 60)),
        answer_hours=draw(hours),
        start_hours=draw(hours),
    )


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Wanted], Terms]:
    """People and offices, any or such as mostly fit, some of whom have met before."""
    hopeful = draw(st.booleans())
    some = draw(
        st.lists(
            offices(matching_given.fitting_candidates if hopeful else matching_given.candidates()),
            max_size=6,
            unique_by=lambda office: office.provider_id,
        )
    )
    known = st.frozensets(st.sampled_from([UUID(int=7), *(office.provider_id for office in some)]), max_size=2)
    needs = draw(st.lists(matching_given.hopeful_needs if hopeful else matching_given.needs, min_size=1, max_size=6))
    places = st.none() | spots
    wanted = [
        Wanted(
            need=replace(
                need,
                place=draw(places),
                drawn=draw(st.frozensets(st.sampled_from(DRAWN))),
                next_hearing_on=draw(dates),
                wishes=draw(st.frozensets(st.sampled_from(Wish), max_size=3)),
                household_size=draw(st.none() | st.integers(1, 5)),
                interpreter_gender=draw(st.none() | st.sampled_from(InterpreterGender)),
            ),
            waited=timedelta(days=1),
            asked=draw(known),
            refused_by=draw(st.frozensets(st.sampled_from([office.organization_id for office in some]), max_size=1))
            if some
            else frozenset(),
        )
        for need in needs
    ]
    return wanted, terms(*some, allows_unknown=draw(st.booleans()))


@settings(max_examples=400, deadline=None)
@given(worlds())
def test_many_pairs_at_once_are_judged_as_one_by_one(world: tuple[list[Wanted], Terms]) -> None:
    wanted, asked = world
    options, nowhere = one_by_one(wanted, asked)
    found = judged(wanted, asked)
    assert at_once(found) == options
    assert found.nowhere == nowhere


@settings(max_examples=400, deadline=None)
@given(worlds())
def test_every_pair_has_the_points_and_the_answers_that_it_has_alone(world: tuple[list[Wanted], Terms]) -> None:
    """All pairs, those too that no sieve would let through; and the sieve lets every pair through that it must."""
    wanted, asked = world
    judge = Judge(wanted, asked)
    for help_type, asks in judge.asks.items():
        seats = judge.seating.by_help[help_type]
        ask, seat = np.repeat(asks, len(seats)), np.tile(seats, len(asks))
        found = judge.said(ask, seat)
        for one, at, code, points in zip(ask, seat, found.codes.tolist(), found.points.tolist(), strict=True):
            said = verdict(wanted[int(one)], judge.seating.seats[int(at)].office)
            results = [result for result in said.results if result.rule is not Rule.CONSENT]
            assert points == said.points
            assert (code < NO) == rules.is_feasible(results)
            assert (code == 0) == (rules.is_feasible(results) and not rules.is_doubtful(results))
        for most in (1, NO):
            fitting = {(a, s) for a, s, code in zip(ask, seat, found.codes, strict=True) if code < most}
            sieved = judge.sieved(np.array(asks), seats, most)
            assert fitting <= set(zip(*sieved, strict=True))
