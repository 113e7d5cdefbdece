"""Stories of the points: what each term is worth, and that the parts shown are the total shown."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matching_given import (
    BROWNSVILLE,
    MATAMOROS,
    NOW,
    OFFICE,
    PAIRS,
    PERSON,
    PORT_ISABEL,
    TEXAS,
    before,
    candidates,
    listing,
    needs,
    serving,
    speaking,
)

from referral.directory.words import Answer, DeliveryMode, LanguageMode, ServiceAreaKind, ServiceDepth
from referral.foundation.vocabulary import CasePosture, HelpType
from referral.intake.words import Representation
from referral.matching import rules, score, tables
from referral.matching.answers import Part, Term
from referral.matching.pair import Area, Candidate, Need


def terms_of(need: Need, candidate: Candidate) -> tuple[Term, ...]:
    results = rules.judge(need, candidate, pairs=PAIRS, now=NOW)
    return score.score(need, candidate, results, pairs=PAIRS, now=NOW)


def part(code: Part, need: Need, candidate: Candidate) -> Term:
    return next(term for term in terms_of(need, candidate) if term.code is code)


def test_the_weights_are_a_thousand_in_all():
    assert sum(tables.WEIGHTS.values()) == 1000
    assert list(tables.WEIGHTS) == list(Part)


def test_every_kind_of_help_has_its_tables_and_serves_itself():
    assert set(tables.REACH) == set(tables.SUBSTITUTES) == set(HelpType)
    assert all(tables.SUBSTITUTES[help_type][help_type] == 1000 for help_type in HelpType)


@given(needs, candidates())
def test_the_parts_add_up_and_stay_within_a_thousand(need: Need, candidate: Candidate):
    terms = terms_of(need, candidate)
    assert [term.code for term in terms] == list(Part)
    assert all(0 <= term.permille <= 1000 and 0 <= term.points <= term.weight for term in terms)
    assert all(term.points == (term.weight * term.permille + 500) // 1000 for term in terms)
    assert 0 <= score.total(terms) == sum(term.points for term in terms) <= 1000


# ------------------------------------------------------------- help
@pytest.mark.parametrize(
    ("asked", "offered", "depth", "permille"),
    [
        ((HelpType.LEGAL_ASYLUM,), (HelpType.LEGAL_ASYLUM,), ServiceDepth.FULL_REPRESENTATION, 1000),
        ((HelpType.LEGAL_ASYLUM,), (HelpType.LEGAL_ASYLUM,), ServiceDepth.UNKNOWN, 800),
        ((HelpType.LEGAL_ASYLUM,), (HelpType.LEGAL_REMOVAL_DEFENSE,), ServiceDepth.LIMITED_SCOPE, 490),
        ((HelpType.LEGAL_ORIENTATION,), (HelpType.LEGAL_ORIENTATION,), ServiceDepth.INFORMATION, 1000),
        ((HelpType.LEGAL_WORK_PERMIT,), (HelpType.LEGAL_ASYLUM,), ServiceDepth.ADVICE, 400),
        ((HelpType.HUM_SHELTER,), (HelpType.HUM_HOUSING,), ServiceDepth.UNKNOWN, 400),
        ((HelpType.HUM_FOOD,), (HelpType.HUM_INFO,), ServiceDepth.UNKNOWN, 250),
        ((HelpType.HUM_FOOD,), (), ServiceDepth.UNKNOWN, 0),
        ((HelpType.HUM_FOOD, HelpType.HUM_CLOTHING), (HelpType.HUM_FOOD,), ServiceDepth.UNKNOWN, 800),
        ((HelpType.HUM_FOOD, HelpType.HUM_CLOTHING), (HelpType.HUM_CLOTHING,), ServiceDepth.UNKNOWN, 200),
        (
            (HelpType.HUM_FOOD, HelpType.HUM_CLOTHING, HelpType.HUM_CASH),
            (HelpType.HUM_FOOD, HelpType.HUM_CASH),
            ServiceDepth.UNKNOWN,
            900,
        ),
    ],
)
def test_help_fit(asked: tuple[HelpType, ...], offered: tuple[HelpType, ...], depth: ServiceDepth, permille: int):
    need, office = replace(PERSON, help_types=asked), replace(OFFICE, help_types=offered, depth=depth)
    assert part(Part.HELP_FIT, need, office).permille == permille


def test_depth_does_not_matter_to_someone_who_has_a_lawyer():
    advice = replace(OFFICE, depth=ServiceDepth.ADVICE)
    second = replace(PERSON, representation=Representation.HAS_NOW_SECOND_OPINION)
    assert part(Part.HELP_FIT, PERSON, advice).permille == 450
    assert part(Part.HELP_FIT, second, advice).permille == 1000


# ------------------------------------------------------------- language
@pytest.mark.parametrize(
    ("spoken", "office", "permille"),
    [
        (("mam",), listing("mam"), 900),
        (("mam",), listing("mam", mode=LanguageMode.INTERPRETER_IN_PERSON), 750),
        (("mam",), listing("mam", mode=LanguageMode.INTERPRETER_PHONE), 650),
        (("mam",), listing("mam", mode=LanguageMode.STAFF_BASIC), 540),
        (("mam",), listing("mam", mode=LanguageMode.RELAY), 500),
        (("mam",), listing(interpreter=Answer.YES), 650),
        (("fa",), listing("prs"), 400),
        (("mam", "es"), listing("es"), 765),
        (("mam", "es", "en"), listing("en"), 540),
        (("mam", "ht", "es"), listing("es", interpreter=Answer.YES), 650),
        (("mam", "en", "es"), listing("es", interpreter=Answer.YES), 765),  # an office in Texas speaks English
        (("es",), listing(), 640),  # who names no language mostly speaks Spanish
        (("es",), listing("ht"), 200),
        (("mam",), listing("es"), 200),
        (("mam",), listing("mam", mode=LanguageMode.WRITTEN_ONLY), 200),
    ],
)
def test_language(spoken: tuple[str, ...], office: Candidate, permille: int):
    assert part(Part.LANGUAGE, speaking(*spoken), office).permille == permille


def test_help_that_needs_no_words_is_worth_the_same_in_every_language():
    need = replace(speaking("mam"), help_types=(HelpType.HUM_FOOD,))
    assert part(Part.LANGUAGE, need, listing("es")).permille == 1000


@given(needs, candidates())
def test_a_language_not_known_is_never_worth_more_than_one_that_is(need: Need, candidate: Candidate):
    known = part(Part.LANGUAGE, need, replace(candidate, interpreter_for_other=Answer.YES)).permille
    unsaid = part(Part.LANGUAGE, need, replace(candidate, interpreter_for_other=Answer.UNKNOWN)).permille
    assert unsaid <= known


# ------------------------------------------------------------- place
BED, LAWYER = (HelpType.HUM_SHELTER,), (HelpType.LEGAL_ASYLUM,)


@pytest.mark.parametrize(
    ("help_types", "km", "permille"),
    [
        (BED, 0.0, 1000),
        (BED, 2.0, 1000),
        (BED, 12.0, 500),
        (BED, 22.0, 250),
        (LAWYER, 25.0, 1000),
        (LAWYER, 145.0, 500),
        (LAWYER, 265.0, 250),
    ],
)
def test_the_way_counts_half_with_every_half_distance(help_types: tuple[HelpType, ...], km: float, permille: int):
    need = replace(PERSON, help_types=help_types)
    assert part(Part.PLACE, need, replace(OFFICE, distance_km=km)).permille == permille


@pytest.mark.parametrize(
    ("need", "office", "permille", "how"),
    [
        (replace(PERSON, place=None), OFFICE, 500, "place_not_given"),
        (PERSON, replace(OFFICE, distance_km=None), 600, "same_state"),
        (replace(PERSON, place=TEXAS), OFFICE, 600, "same_state"),
        (PERSON, replace(OFFICE, distance_km=None, state="AZ"), 250, "elsewhere"),
        (replace(PERSON, place=MATAMOROS), replace(OFFICE, distance_km=None), 250, "elsewhere"),
        (PERSON, replace(OFFICE, distance_km=None, state=None, country=None), 500, "not_stated"),
    ],
)
def test_a_way_that_is_not_known(need: Need, office: Candidate, permille: int, how: str):
    found = part(Part.PLACE, need, office)
    assert (found.permille, found.values["how"]) == (permille, how)


def test_from_afar_counts_where_it_is_better_and_less_for_the_detained():
    far = replace(OFFICE, distance_km=400.0, delivery_modes=(DeliveryMode.VIDEO,))
    held = replace(PERSON, posture=CasePosture.DETAINED_ICE)
    assert part(Part.PLACE, PERSON, far).permille == 750
    assert part(Part.PLACE, held, far).permille == 600
    assert part(Part.PLACE, PERSON, replace(far, distance_km=30.0)).values["how"] == "near"
    assert part(Part.PLACE, replace(PERSON, can_take_calls=False), far).values["how"] == "near"
    assert part(Part.PLACE, replace(PERSON, help_types=BED), far).values["how"] == "near"


def test_a_lawyer_who_works_at_the_persons_court_is_there_wherever_the_office_is():
    at_court = replace(serving(before(PORT_ISABEL)), distance_km=700.0)
    named = replace(PERSON, court=PORT_ISABEL)
    near = replace(PERSON, courts_near=(replace(PORT_ISABEL, distance_km=145.0),))
    assert part(Part.PLACE, named, at_court).permille == 1000
    assert part(Part.PLACE, near, at_court).permille == 500
    assert part(Part.PLACE, replace(named, help_types=BED), at_court).values["how"] == "near"


def test_whoever_visits_the_detention_centre_is_there():
    centre = Area(name="Port Isabel", kind=ServiceAreaKind.FACILITY, place_id=PORT_ISABEL.id)
    need = replace(PERSON, place=replace(BROWNSVILLE, place_id=PORT_ISABEL.id))
    assert part(Part.PLACE, need, replace(serving(centre), distance_km=700.0)).permille == 1000


@given(needs, candidates(), st.floats(0, 3000), st.floats(0, 3000))
def test_nearer_is_never_worth_less(need: Need, candidate: Candidate, one: float, other: float):
    near, far = sorted([one, other])
    nearer = part(Part.PLACE, need, replace(candidate, distance_km=near))
    farther = part(Part.PLACE, need, replace(candidate, distance_km=far))
    assert nearer.permille >= farther.permille


# ------------------------------------------------------------- the rest
@pytest.mark.parametrize(
    ("made", "accepted", "days", "permille"),
    [
        (0, 0, 0, 600),
        (6, 5, 14, 727),
        (6, 5, 15, 582),
        (6, 5, 45, 582),
        (6, 5, 46, 364),
        (6, 5, None, 364),
        (20, 0, 1, 120),
    ],
)
def test_how_likely_a_yes_is(made: int, accepted: int, days: int | None, permille: int):
    stated_at = None if days is None else NOW - timedelta(days=days)
    office = replace(OFFICE, offers_made=made, offers_accepted=accepted, openness_stated_at=stated_at)
    assert part(Part.LIKELY_YES, PERSON, office).permille == permille


@pytest.mark.parametrize(
    ("free", "stated", "permille"), [(4, 8, 500), (8, 8, 1000), (0, 8, 0), (0, 0, 0), (None, None, 500)]
)
def test_places_still_free(free: int | None, stated: int | None, permille: int):
    assert part(Part.SPREAD, PERSON, replace(OFFICE, free_places=free, stated_places=stated)).permille == permille


def test_what_nobody_knows_yet_is_the_same_for_all():
    assert part(Part.SPEED, PERSON, OFFICE).permille == 500
    assert part(Part.WISHES, PERSON, OFFICE).permille == 1000
