"""Stories of the sentences: everything that is decided can be said, in English and in Spanish."""

import re
from dataclasses import replace
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matching_given import (
    BROWNSVILLE,
    NOW,
    OFFICE,
    PAIRS,
    PERSON,
    PORT_ISABEL,
    answer,
    before,
    candidates,
    listing,
    needs,
    serving,
    speaking,
)

from referral.directory.words import Answer, LanguageMode, ServiceDepth
from referral.foundation.vocabulary import CasePosture, HelpType, ProtectionClaim
from referral.matching import english, sentences, spanish, verdicts
from referral.matching.answers import Part, Rule, RuleAnswer, RuleResult, Term, Value
from referral.matching.pair import Candidate, Need
from referral.matching.sentences import CATALOGUES, sentence

NAMES = {"mam": "Mam", "es": "Spanish", "fa": "Persian", "prs": "Dari"}
NAMES_ES = {"mam": "mam", "es": "español"}
LANGUAGES = ["en", "es"]
VALUES = st.dictionaries(
    st.sampled_from(["how", "km", "place", "area", "language", "spoken", "asked", "by", "claim", "takes", "depth",
                     "stated_days", "accepted", "offered", "free", "stated", "lowest", "highest", "areas", "state"]),
    st.text("ab ,{}%é", max_size=8) | st.integers(-5, 5000) | st.floats(0, 5000, allow_nan=False),
)  # fmt: skip


def said(rule: Rule, need: Need, candidate: Candidate, language: str = "en") -> str:
    return sentence(answer(rule, need, candidate), language, NAMES if language == "en" else NAMES_ES)


def part(code: Part, need: Need, candidate: Candidate) -> Term:
    return next(term for term in verdicts.why(need, candidate, pairs=PAIRS, now=NOW).terms if term.code is code)


# ------------------------------------------------------------- as a caseworker says it
def test_a_language_is_named_with_how_it_is_spoken():
    assert said(Rule.LANGUAGE, speaking("mam"), listing("mam")) == "Speaks Mam (staff)"
    assert said(Rule.LANGUAGE, speaking("mam"), listing("mam"), "es") == "Habla mam (personal)"
    by_phone = listing("mam", mode=LanguageMode.INTERPRETER_PHONE)
    assert said(Rule.LANGUAGE, speaking("mam"), by_phone) == "Has an interpreter for Mam by phone"
    assert said(Rule.LANGUAGE, speaking("fa"), listing("prs")).startswith("Speaks Dari, which is close to Persian")
    assert said(Rule.LANGUAGE, speaking("mam"), listing("es", interpreter=Answer.NO)) == (
        "Does not speak Mam, and has no interpreter"
    )


def test_a_tag_without_a_name_is_shown_as_it_is_and_a_region_by_its_language():
    assert sentence(answer(Rule.LANGUAGE, speaking("kjb"), listing("kjb"))) == "Speaks kjb (staff)"
    assert said(Rule.LANGUAGE, speaking("es"), listing("es-MX")) == "Speaks Spanish (staff)"


def test_the_way_is_said_in_kilometres_from_where_the_person_is():
    office = replace(OFFICE, distance_km=41.3)
    near_port_isabel = replace(PERSON, place=replace(BROWNSVILLE, name="Port Isabel"))
    assert sentence(part(Part.PLACE, near_port_isabel, office)) == "41 km from Port Isabel"
    assert sentence(part(Part.PLACE, near_port_isabel, office), "es") == "A 41 km de Port Isabel"
    assert sentence(part(Part.PLACE, near_port_isabel, replace(office, distance_km=1.24))) == "1.2 km from Port Isabel"


def test_the_history_of_answers_is_said_as_it_is():
    assert sentence(part(Part.LIKELY_YES, PERSON, OFFICE)) == "Said yes to 5 of the last 6"
    assert sentence(part(Part.LIKELY_YES, PERSON, OFFICE), "es") == "Dijo que sí 5 de las últimas 6 veces"
    assert sentence(part(Part.LIKELY_YES, PERSON, replace(OFFICE, offers_made=0, offers_accepted=0))) == "Not asked yet"


def test_a_doubt_says_what_to_do():
    held = replace(PERSON, posture=CasePosture.DETAINED_ICE)
    silent = replace(OFFICE, accepts_detained=Answer.UNKNOWN)
    assert said(Rule.DETAINED, held, silent) == "Not known whether detained people are accepted: call first"
    assert said(Rule.DETAINED, held, silent, "es") == "No se sabe si acepta a personas detenidas: llame primero"


def test_help_is_named_and_how_far_it_goes():
    clinic = replace(OFFICE, help_types=(HelpType.LEGAL_REMOVAL_DEFENSE,), depth=ServiceDepth.CLINIC)
    assert sentence(part(Part.HELP_FIT, PERSON, OFFICE)) == "Helps with asylum: the whole case"
    assert sentence(part(Part.HELP_FIT, PERSON, clinic)) == (
        "Helps with defense against deportation, but does not name asylum: one visit to a clinic"
    )


def test_a_refused_kind_of_case_names_what_the_office_takes_and_not_what_the_person_asks():
    office = replace(OFFICE, claims=(ProtectionClaim.TPS, ProtectionClaim.T_VISA))
    assert said(Rule.CLAIM, PERSON, office) == "Takes other kinds of case only: T visa, TPS"


def test_days_are_said_as_people_say_them():
    stated = answer(Rule.ACCEPTING, PERSON, OFFICE)
    spoken = [sentence(replace(stated, values={**stated.values, "stated_days": days})) for days in (0, 1, 9)]
    assert spoken == [f"Takes new people (said so {when})" for when in ("today", "yesterday", "9 days ago")]


def test_a_court_is_named():
    need = replace(PERSON, court=PORT_ISABEL)
    office = serving(before(PORT_ISABEL))
    assert said(Rule.PLACE, need, office) == "Works at the person's court: Port Isabel Immigration Court"


@pytest.mark.parametrize(("language", "spoken"), [("es-MX", "es"), ("ES", "es"), ("fr", "en"), ("x-mixtec", "en")])
def test_a_language_not_written_falls_back_to_english_whole(language: str, spoken: str):
    result = answer(Rule.DETAINED, PERSON, OFFICE)
    assert sentence(result, language) == sentence(result, spoken)


# ------------------------------------------------------------- the catalogue is whole
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_with_every_answer_and_every_term_has_a_sentence(language: str):
    catalogue = CATALOGUES[language]
    for rule in Rule:
        assert all(catalogue.rules[f"{rule.value}.{one.value}"] for one in RuleAnswer)
    assert all(catalogue.terms[code.value] for code in Part)


def test_both_languages_say_the_same_things_with_the_same_values():
    for english_ones, spanish_ones in ((english.RULES, spanish.RULES), (english.TERMS, spanish.TERMS)):
        assert english_ones.keys() == spanish_ones.keys()
        for key, template in english_ones.items():
            assert blanks(template) == blanks(spanish_ones[key]), key


@pytest.mark.parametrize("language", [english, spanish])
def test_every_word_has_a_name(language: object):
    catalogue = english if language is english else spanish
    assert set(catalogue.HELP_NAMES) == set(HelpType)
    assert set(catalogue.CLAIM_NAMES) == set(ProtectionClaim)
    assert set(catalogue.DEPTH_NAMES) == set(ServiceDepth)


def test_the_plain_sentences_need_no_values():
    for catalogue in CATALOGUES.values():
        plain = [catalogue.rules[f"{rule.value}.{one.value}"] for rule in Rule for one in RuleAnswer]
        assert not any(blanks(template) for template in [*plain, *(catalogue.terms[code.value] for code in Part)])


@given(needs, candidates(), st.sampled_from(LANGUAGES))
def test_everything_that_is_decided_has_a_sentence_of_its_own(need: Need, candidate: Candidate, language: str):
    """No reason falls back to the plain sentence, and no blank stays empty."""
    verdict = verdicts.why(need, candidate, pairs=PAIRS, now=NOW)
    catalogue = CATALOGUES[language]
    for result in verdict.results:
        own = catalogue.rules[f"{result.rule.value}.{result.answer.value}.{result.values['how']}"]
        assert blanks(own) <= result.values.keys()
        assert sentence(result, language)
    for term in verdict.terms:
        own = catalogue.terms[f"{term.code.value}.{term.values['how']}"]
        assert blanks(own) <= term.values.keys()
        assert sentence(term, language)


HOWS = st.sampled_from([key.rsplit(".", 1)[-1] for key in (*english.RULES, *english.TERMS)])


@given(st.sampled_from(Rule), st.sampled_from(RuleAnswer), HOWS, VALUES, st.sampled_from([*LANGUAGES, "fr", ""]))
def test_a_result_kept_by_another_version_is_still_said(
    rule: Rule, one: RuleAnswer, how: str, values: dict[str, Value], language: str
):
    assert sentence(RuleResult(rule=rule, answer=one, values=values), language)
    assert sentence(RuleResult(rule=rule, answer=one, values={**values, "how": how}), language)


@given(st.sampled_from(Part), HOWS, VALUES, st.sampled_from(LANGUAGES))
def test_a_term_kept_by_another_version_is_still_said(code: Part, how: str, values: dict[str, Value], language: str):
    assert sentence(Term(code=code, weight=100, permille=500, values={**values, "how": how}), language)


def test_no_sentence_speaks_of_why_a_person_fled():
    told = " ".join([*english.RULES.values(), *english.TERMS.values()]).lower()
    assert not re.search(r"persecut|religio|politic|race|nationality|social group", told)


def blanks(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def test_english_is_what_everything_falls_back_to():
    assert sentences.CATALOGUES["en"] is sentences.ENGLISH
