"""Stories of what a person needs besides the help: whom they can speak through, in time, and as they would like."""

from datetime import timedelta

import pytest
from matching_given import FAIL, NOW, PASS, UNKNOWN, answer, listing, office, person

from referral.directory.words import Answer, DeliveryMode, LanguageMode, Openness
from referral.foundation.vocabulary import HelpType
from referral.intake.words import InterpreterGender, UrgencyLevel, Wish
from referral.matching import score
from referral.matching.answers import Rule, RuleAnswer, Term
from referral.matching.pair import Candidate, Need
from referral.matching.sentences import sentence

WOMAN = InterpreterGender.WOMAN
SOON = (NOW + timedelta(days=10)).date()


# ---------------------------------------------------------------- whom the person can speak through
@pytest.mark.parametrize(
    ("stated", "expected", "said"),
    [
        ("woman", PASS, "Has a woman to interpret"),
        ("both", PASS, "Has a woman to interpret"),
        ("man", FAIL, "Does not have a woman to interpret"),
        ("", UNKNOWN, "Not known who would interpret: ask for a woman"),
        ("whoever is there", UNKNOWN, "Not known who would interpret: ask for a woman"),
    ],
)
def test_who_can_tell_it_to_a_woman_only_is_not_sent_to_a_man(stated: str, expected: RuleAnswer, said: str):
    mam = person(languages=("mam",), interpreter_gender=WOMAN)
    by_phone = office(
        languages=listing("mam", mode=LanguageMode.INTERPRETER_PHONE).languages, facts={"interpreter_gender": stated}
    )
    found = answer(Rule.INTERPRETER_GENDER, mam, by_phone)
    assert (found.answer, sentence(found)) == (expected, said)
    assert answer(Rule.INTERPRETER_GENDER, person(languages=("mam",)), by_phone).answer is PASS


def test_nobody_stands_between_where_staff_speak_the_language_or_few_words_are_needed():
    man = {"interpreter_gender": "man"}
    assert answer(Rule.INTERPRETER_GENDER, person(interpreter_gender=WOMAN), office(facts=man)).answer is PASS
    bed = person(interpreter_gender=WOMAN, languages=("mam",), help_types=(HelpType.HUM_SHELTER,))
    assert answer(Rule.INTERPRETER_GENDER, bed, office(facts=man)).answer is PASS


# ---------------------------------------------------------------- in time
@pytest.mark.parametrize(
    ("days", "expected"), [(None, UNKNOWN), (9, PASS), (10, PASS), (11, FAIL)], ids=["unsaid", "before", "on", "after"]
)
def test_a_line_that_is_longer_than_the_time_to_the_hearing_is_no_help(days: int | None, expected: RuleAnswer):
    waits = office(openness=Openness.WAITLIST, waitlist_days=days)
    assert answer(Rule.DEADLINE, person(next_hearing_on=SOON), waits).answer is expected
    assert answer(Rule.DEADLINE, person(), waits).answer is PASS
    missed = (NOW - timedelta(days=2)).date()
    assert answer(Rule.DEADLINE, person(next_hearing_on=missed), waits).answer is PASS


def test_who_mostly_takes_longer_than_there_is_time_is_asked_first():
    slow, swift = office(answer_hours=200.0, start_hours=100.0), office(answer_hours=5.0)
    assert answer(Rule.DEADLINE, person(next_hearing_on=SOON), slow).answer is UNKNOWN
    found = answer(Rule.DEADLINE, person(next_hearing_on=SOON), swift)
    assert (found.answer, sentence(found)) == (PASS, "The date is in 10 days; they take people before that")
    silent = answer(Rule.DEADLINE, person(next_hearing_on=SOON), office(openness=Openness.UNKNOWN))
    assert (silent.answer, sentence(silent)) == (PASS, "The date is in 10 days: say so when you call")


# ---------------------------------------------------------------- how soon
def soon(need: Need, candidate: Candidate) -> Term:
    return score.speed(need, candidate, NOW)


def test_an_answer_is_held_against_the_target_of_the_level():
    candidate = office(answer_hours=12.0, start_hours=500.0)
    by_level = [soon(person(urgency=level), candidate).permille for level in UrgencyLevel]
    assert by_level == [500, 833, 929, 964]  # of 24, 72, 168 and 336 hours
    assert sentence(soon(person(), candidate)) == "Mostly answers within 12 hours"
    assert soon(person(urgency=UrgencyLevel.CRITICAL), office(answer_hours=90.0)).permille == 0


def test_before_a_hearing_answer_and_start_are_held_against_the_date():
    dated = person(next_hearing_on=SOON)
    found = soon(dated, office(answer_hours=12.0, start_hours=54.0))
    assert (found.permille, found.points) == (750, 75)  # 66 hours of 264
    assert sentence(found) == "Mostly answers and begins within 3 days; the date is in 11 days"
    waits = soon(dated, office(openness=Openness.WAITLIST, waitlist_days=5, answer_hours=1.0))
    assert sentence(waits) == "Has a waiting list of 5 days; the date is in 11 days"


def test_of_whom_nothing_is_known_half_is_hoped_for():
    found = soon(person(), office())
    assert (found.permille, sentence(found)) == (500, "Not known how soon they answer")
    assert sentence(found, "es") == "No se sabe cuánto tarda en contestar"


# ---------------------------------------------------------------- as they would like
def test_wishes_are_met_or_not_or_not_known_and_say_so():
    wanted = person(wishes=frozenset({Wish.IN_PERSON, Wish.STEP_FREE, Wish.CHILD_CARE}))
    found = score.wishes(wanted, office(facts={"step_free": "no"}))
    assert (found.permille, found.points) == (500, 40)
    said = sentence(found)
    assert said == "As the person would like: meeting in person; but not: a place without steps; ask about: child care"
    assert "verse en persona" in sentence(found, "es")


@pytest.mark.parametrize(
    ("wish", "changes", "is_met"),
    [
        (Wish.INTERPRETER_WOMAN, {"facts": {"interpreter_gender": "woman"}}, True),
        (Wish.INTERPRETER_MAN, {"facts": {"interpreter_gender": "woman"}}, False),
        (Wish.INTERPRETER_MAN, {}, None),
        (Wish.IN_PERSON, {"delivery_modes": (DeliveryMode.PHONE,)}, False),
        (Wish.IN_PERSON, {"delivery_modes": ()}, None),
        (Wish.FROM_AFAR, {"delivery_modes": (DeliveryMode.VIDEO, DeliveryMode.IN_PERSON)}, True),
        (Wish.FROM_AFAR, {}, False),
        (Wish.EVENING_HOURS, {"facts": {"evening_hours": "yes"}}, True),
        (Wish.LGBTQ_WELCOMING, {"help_types": (HelpType.LEGAL_ASYLUM, HelpType.HUM_LGBTQ)}, True),
        (Wish.LGBTQ_WELCOMING, {}, None),
    ],
)
def test_a_wish_is_looked_up_where_a_listing_states_it(wish: Wish, changes: dict[str, object], is_met: bool | None):
    assert score.meets(wish, office(**changes)) is is_met


def test_no_wish_keeps_anybody_from_being_found():
    wanted = person(wishes=frozenset(Wish) - {Wish.INTERPRETER_MAN, Wish.FROM_AFAR})
    assert score.wishes(wanted, office(facts={"step_free": "no"})).points > 0
    assert answer(Rule.INTERPRETER_GENDER, wanted, office()).answer is PASS


# ---------------------------------------------------------------- with whom
@pytest.mark.parametrize(
    ("limit", "size", "expected"),
    [
        ("families", 3, PASS),
        ("families", 1, FAIL),
        ("families", None, UNKNOWN),
        ("single", 1, PASS),
        ("single", 2, FAIL),
        ("4", 4, PASS),
        ("4", 5, FAIL),
        ("yes", 2, UNKNOWN),
        ("no", 9, PASS),
        ("", None, PASS),
    ],
)
def test_a_limit_by_household_is_held_against_how_many_they_are(limit: str, size: int | None, expected: RuleAnswer):
    found = answer(Rule.HOUSEHOLD, person(household_size=size), office(facts={"household_limit": limit}))
    assert found.answer is expected
    assert sentence(found) != sentence(found, "es")


# ---------------------------------------------------------------- what goes without saying
def test_an_office_in_the_united_states_speaks_english_and_a_silent_one_in_mexico_spanish():
    english, spanish = person(languages=("en",)), person(languages=("es",))
    assert answer(Rule.LANGUAGE, english, listing("ht")).answer is PASS
    mexican = office(country="MX", state="TAM", languages=(), interpreter_for_other=Answer.UNKNOWN)
    assert answer(Rule.LANGUAGE, spanish, mexican).answer is PASS
    assert answer(Rule.LANGUAGE, english, mexican).answer is UNKNOWN
    assert answer(Rule.LANGUAGE, spanish, listing()).answer is UNKNOWN
    assert answer(Rule.LANGUAGE, person(languages=("mam",)), mexican).answer is UNKNOWN
