"""Stories of the hard rules: what fits, what does not, and what nobody has said."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from matching_given import (
    FAIL,
    NOW,
    OFFICE,
    PAIRS,
    PASS,
    PERSON,
    UNKNOWN,
    answer,
    candidates,
    listing,
    needs,
    speaking,
)

from referral.directory.words import Answer, LanguageMode, Openness
from referral.foundation.vocabulary import CasePosture, HelpType, ProtectionClaim
from referral.intake.words import AgeBand, CanAfford, ConsentScope, UrgencyCriterion
from referral.matching import rules
from referral.matching.answers import Rule, RuleAnswer
from referral.matching.pair import Candidate, Need, OfferedLanguage


def judged(need: Need, candidate: Candidate):
    return rules.judge(need, candidate, pairs=PAIRS, now=NOW)


def test_a_pair_that_fits_in_everything_passes_every_rule():
    assert {result.answer for result in judged(PERSON, OFFICE)} == {PASS}
    assert rules.is_offerable(judged(PERSON, OFFICE))


@given(needs, candidates())
def test_every_rule_always_answers_in_the_same_order(need: Need, candidate: Candidate):
    assert [result.rule for result in judged(need, candidate)] == list(Rule)


# ------------------------------------------------------------- room
@pytest.mark.parametrize(
    ("openness", "free", "expected", "offered"),
    [
        (Openness.OPEN, 4, PASS, True),
        (Openness.OPEN, None, PASS, True),
        (Openness.LIMITED, 1, PASS, True),
        (Openness.ASSESSMENT_NEEDED, None, PASS, True),
        (Openness.OPEN, 0, PASS, False),
        (Openness.WAITLIST, None, PASS, False),
        (Openness.WAITLIST, 3, PASS, False),
        (Openness.UNKNOWN, None, UNKNOWN, False),
        (Openness.UNKNOWN, 0, PASS, False),
        (Openness.PAUSED, 4, FAIL, False),
        (Openness.CLOSED, None, FAIL, False),
    ],
)
def test_who_takes_people_and_who_may_be_asked_by_machine(
    openness: Openness, free: int | None, expected: RuleAnswer, offered: bool
):
    office = replace(OFFICE, openness=openness, free_places=free)
    assert answer(Rule.ACCEPTING, PERSON, office).answer is expected
    assert rules.is_offerable(judged(PERSON, office)) is offered


def test_a_policy_may_accept_one_doubt_but_never_a_missing_word_on_room():
    silent = replace(OFFICE, languages=())
    assert not rules.is_offerable(judged(PERSON, silent))
    assert rules.is_offerable(judged(PERSON, silent), frozenset({"language"}))
    unsaid = replace(OFFICE, openness=Openness.UNKNOWN)
    assert not rules.is_offerable(judged(PERSON, unsaid), frozenset({"accepting"}))


def test_the_day_of_the_statement_is_shown_and_a_clock_that_runs_ahead_does_no_harm():
    tomorrow = replace(OFFICE, openness_stated_at=NOW + timedelta(days=1))
    assert answer(Rule.ACCEPTING, PERSON, OFFICE).values["stated_days"] == 3
    assert answer(Rule.ACCEPTING, PERSON, tomorrow).values["stated_days"] == 0


# ------------------------------------------------------------- help
@pytest.mark.parametrize(
    ("asked", "offered", "expected"),
    [
        (HelpType.LEGAL_ASYLUM, (HelpType.LEGAL_ASYLUM,), PASS),
        (HelpType.LEGAL_ASYLUM, (HelpType.HUM_FOOD, HelpType.LEGAL_ORIENTATION), PASS),
        (HelpType.LEGAL_ORIENTATION, (HelpType.LEGAL_APPEAL,), PASS),
        (HelpType.HUM_HOUSING, (HelpType.HUM_SHELTER,), PASS),
        (HelpType.HUM_FOOD, (HelpType.HUM_INFO,), PASS),
        (HelpType.HUM_INFO, (HelpType.HUM_INFO,), PASS),
        (HelpType.HUM_INFO, (HelpType.HUM_FOOD,), FAIL),
        (HelpType.LEGAL_ASYLUM, (HelpType.HUM_INFO,), FAIL),
        (HelpType.HUM_SHELTER, (HelpType.LEGAL_ASYLUM,), FAIL),
        (HelpType.LEGAL_ASYLUM, (), UNKNOWN),
    ],
)
def test_close_help_counts_and_far_help_does_not(asked: HelpType, offered: tuple[HelpType, ...], expected: RuleAnswer):
    need, office = replace(PERSON, help_types=(asked,)), replace(OFFICE, help_types=offered)
    assert answer(Rule.HELP, need, office).answer is expected


@pytest.mark.parametrize(
    ("claims", "taken", "expected"),
    [
        ((ProtectionClaim.ASYLUM,), (), PASS),
        ((), (), PASS),
        ((ProtectionClaim.ASYLUM,), (ProtectionClaim.ASYLUM, ProtectionClaim.CAT), PASS),
        ((ProtectionClaim.ASYLUM, ProtectionClaim.CAT), (ProtectionClaim.CAT,), PASS),
        ((ProtectionClaim.TPS,), (ProtectionClaim.ASYLUM,), FAIL),
        ((ProtectionClaim.UNSURE,), (ProtectionClaim.ASYLUM,), UNKNOWN),
        ((ProtectionClaim.TPS, ProtectionClaim.UNSURE), (ProtectionClaim.ASYLUM,), UNKNOWN),
        ((), (ProtectionClaim.ASYLUM,), UNKNOWN),
    ],
)
def test_kinds_of_case(claims: tuple[ProtectionClaim, ...], taken: tuple[ProtectionClaim, ...], expected: RuleAnswer):
    assert answer(Rule.CLAIM, replace(PERSON, claims=claims), replace(OFFICE, claims=taken)).answer is expected


@pytest.mark.parametrize(("state", "expected"), [("TX", PASS), ("AZ", FAIL), (None, UNKNOWN)])
def test_a_childs_state_court_needs_a_lawyer_of_that_state(state: str | None, expected: RuleAnswer):
    child = replace(PERSON, help_types=(HelpType.LEGAL_UAC_SIJS,), claims=(ProtectionClaim.SIJS,))
    office = replace(OFFICE, help_types=(HelpType.LEGAL_UAC_SIJS,), state=state)
    assert answer(Rule.CLAIM, child, office).answer is expected


def test_a_bed_does_not_depend_on_the_kind_of_case():
    need = replace(PERSON, help_types=(HelpType.HUM_SHELTER,), claims=(ProtectionClaim.TPS,))
    house = replace(OFFICE, help_types=(HelpType.HUM_SHELTER,), claims=(ProtectionClaim.ASYLUM,))
    assert answer(Rule.CLAIM, need, house).answer is PASS


# ------------------------------------------------------------- language
@pytest.mark.parametrize(
    ("spoken", "office", "expected", "how"),
    [
        (("es",), listing("es"), PASS, "staff_fluent"),
        (("es-MX",), listing("es"), PASS, "staff_fluent"),
        (("pt",), listing("pt-BR"), PASS, "staff_fluent"),
        (("zh-Hant",), listing("zh"), PASS, "staff_fluent"),
        (("zh",), listing("cmn"), PASS, "staff_fluent"),
        (("zh-Hant",), listing("cmn"), PASS, "staff_fluent"),
        (("mam", "es"), listing("es"), PASS, "staff_fluent"),
        (("mam", "es"), listing("mam", mode=LanguageMode.INTERPRETER_PHONE), PASS, "interpreter_phone"),
        (("fa",), listing("prs"), PASS, "related"),
        (("mam",), listing("es", interpreter=Answer.YES), PASS, "interpreter_for_other"),
        (("mam",), listing(interpreter=Answer.YES), PASS, "interpreter_for_other"),
        (("mam",), listing("es"), UNKNOWN, "not_listed"),
        (("mam",), listing(), UNKNOWN, "not_stated"),
        (("mam",), listing(interpreter=Answer.NO), UNKNOWN, "not_stated"),
        (("mam",), listing("mam", mode=LanguageMode.WRITTEN_ONLY), UNKNOWN, "written_only"),
        ((), listing("es"), UNKNOWN, "not_said"),
        (("mam",), listing("es", interpreter=Answer.NO), FAIL, "none"),
        (("ht",), listing("fr", interpreter=Answer.NO), FAIL, "none"),
        (("uk",), listing("ru", interpreter=Answer.NO), FAIL, "none"),
        (("yue",), listing("zh", interpreter=Answer.NO), FAIL, "none"),
        (("x-mixtec",), listing("x-otomi", interpreter=Answer.NO), FAIL, "none"),
    ],
)
def test_who_can_talk_with_whom(spoken: tuple[str, ...], office: Candidate, expected: RuleAnswer, how: str):
    found = answer(Rule.LANGUAGE, speaking(*spoken), office)
    assert (found.answer, found.values["how"]) == (expected, how)


def test_spanish_is_never_assumed_for_someone_who_speaks_mam():
    office = listing("es", interpreter=Answer.NO)
    assert answer(Rule.LANGUAGE, speaking("mam"), office).answer is FAIL
    assert answer(Rule.LANGUAGE, speaking("mam", "es"), office).answer is PASS


def test_a_bed_needs_no_common_language():
    need = replace(speaking("mam"), help_types=(HelpType.HUM_SHELTER,))
    assert answer(Rule.LANGUAGE, need, listing("es", interpreter=Answer.NO)).answer is PASS


def test_papers_in_a_language_do_not_stand_in_for_talk_when_there_is_no_interpreter():
    office = replace(
        OFFICE,
        languages=(
            OfferedLanguage(tag="es", mode=LanguageMode.STAFF_FLUENT),
            OfferedLanguage(tag="ht", mode=LanguageMode.WRITTEN_ONLY),
        ),
        interpreter_for_other=Answer.NO,
    )
    assert answer(Rule.LANGUAGE, speaking("ht"), office).answer is FAIL


# ------------------------------------------------------------- the person
HELD = replace(PERSON, posture=CasePosture.DETAINED_ICE)
UNPLACED = replace(PERSON, posture=CasePosture.UNKNOWN)


@pytest.mark.parametrize(
    ("need", "accepts", "expected"),
    [
        (HELD, Answer.YES, PASS),
        (HELD, Answer.ONLY, PASS),
        (HELD, Answer.NO, FAIL),
        (HELD, Answer.UNKNOWN, UNKNOWN),
        (PERSON, Answer.ONLY, FAIL),
        (PERSON, Answer.NO, PASS),
        (PERSON, Answer.UNKNOWN, PASS),
        (UNPLACED, Answer.YES, PASS),
        (UNPLACED, Answer.UNKNOWN, PASS),
        (UNPLACED, Answer.NO, UNKNOWN),
        (UNPLACED, Answer.ONLY, UNKNOWN),
        (replace(UNPLACED, circumstances=frozenset({UrgencyCriterion.DETAINED})), Answer.NO, FAIL),
    ],
)
def test_detention(need: Need, accepts: Answer, expected: RuleAnswer):
    assert answer(Rule.DETAINED, need, replace(OFFICE, accepts_detained=accepts)).answer is expected


CHILD, ADULT = replace(PERSON, age=AgeBand.UNDER_18), replace(PERSON, age=AgeBand.ADULT)
UNAGED = replace(PERSON, age=AgeBand.UNKNOWN)
CHILDREN_ONLY = replace(OFFICE, accepts_minors=Answer.ONLY)
NO_CHILDREN = replace(OFFICE, accepts_minors=Answer.NO)
UNSAID = replace(OFFICE, accepts_minors=Answer.UNKNOWN)


@pytest.mark.parametrize(
    ("need", "office", "expected"),
    [
        (CHILD, CHILDREN_ONLY, PASS),
        (CHILD, NO_CHILDREN, FAIL),
        (CHILD, UNSAID, UNKNOWN),
        (CHILD, replace(UNSAID, maximum_age=21), PASS),
        (CHILD, replace(UNSAID, minimum_age=18), FAIL),
        (ADULT, CHILDREN_ONLY, FAIL),
        (ADULT, NO_CHILDREN, PASS),
        (ADULT, UNSAID, PASS),
        (UNAGED, CHILDREN_ONLY, UNKNOWN),
        (UNAGED, NO_CHILDREN, UNKNOWN),
        (UNAGED, UNSAID, PASS),
        (replace(UNAGED, circumstances=frozenset({UrgencyCriterion.UNACCOMPANIED_CHILD})), NO_CHILDREN, FAIL),
        (replace(UNAGED, posture=CasePosture.ORR_CUSTODY), CHILDREN_ONLY, PASS),
    ],
)
def test_children_and_adults(need: Need, office: Candidate, expected: RuleAnswer):
    assert answer(Rule.MINOR, need, office).answer is expected


@pytest.mark.parametrize(
    ("need", "lowest", "highest", "expected"),
    [
        (ADULT, None, None, PASS),
        (ADULT, 18, None, PASS),
        (ADULT, 60, None, UNKNOWN),
        (ADULT, None, 17, FAIL),
        (ADULT, None, 21, UNKNOWN),
        (CHILD, None, 21, PASS),
        (CHILD, 18, None, FAIL),
        (CHILD, 12, 17, UNKNOWN),
        (UNAGED, 18, None, UNKNOWN),
        (UNAGED, 0, 120, PASS),
    ],
)
def test_age_limits(need: Need, lowest: int | None, highest: int | None, expected: RuleAnswer):
    office = replace(OFFICE, minimum_age=lowest, maximum_age=highest)
    assert answer(Rule.AGE, need, office).answer is expected


@pytest.mark.parametrize(
    ("can_afford", "expected"),
    [
        (CanAfford.NO, PASS),
        (CanAfford.PARTLY, UNKNOWN),
        (CanAfford.PREFER_NOT_TO_SAY, UNKNOWN),
        (CanAfford.YES, FAIL),
    ],
)
def test_an_income_limit(can_afford: CanAfford, expected: RuleAnswer):
    need = replace(PERSON, can_afford=can_afford)
    assert answer(Rule.INCOME, need, replace(OFFICE, facts={"low_income_only": "yes"})).answer is expected
    assert answer(Rule.INCOME, need, OFFICE).answer is PASS


@pytest.mark.parametrize(
    ("rule", "facts"),
    [
        (Rule.GENDER, {"gender_limit": "yes"}),
        (Rule.HOUSEHOLD, {"household_limit": "yes"}),
        (Rule.CRIMINAL_RECORD, {"criminal_history": "not_accepted"}),
        (Rule.POPULATION, {"population_limit": "yes"}),
    ],
)
def test_a_limit_on_what_we_never_ask_is_a_doubt(rule: Rule, facts: dict[str, str]):
    assert answer(rule, PERSON, replace(OFFICE, facts=facts)).answer is UNKNOWN
    assert answer(rule, PERSON, replace(OFFICE, facts=dict.fromkeys(facts, "no"))).answer is PASS
    assert answer(rule, PERSON, OFFICE).answer is PASS


def test_nobody_is_asked_twice_about_the_same_person():
    assert answer(Rule.EXCLUDED, PERSON, replace(OFFICE, asked_before=True)).answer is FAIL


@pytest.mark.parametrize(
    ("consents", "expected"),
    [
        ({ConsentScope.SHARE_SUMMARY}, PASS),
        ({ConsentScope.SHARE_CONTACT}, FAIL),
        ({ConsentScope.STORE_REQUEST, ConsentScope.MATCH_AUTOMATICALLY, ConsentScope.SHARE_DOCUMENTS}, FAIL),
        (set[ConsentScope](), FAIL),
    ],
)
def test_nobody_is_shown_without_consent(consents: set[ConsentScope], expected: RuleAnswer):
    assert answer(Rule.CONSENT, replace(PERSON, consents=frozenset(consents)), OFFICE).answer is expected


def test_reasons_show_no_place_when_printed_by_accident():
    assert "Brownsville" not in repr(judged(PERSON, OFFICE))
