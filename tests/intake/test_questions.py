"""The questions as a graph: no way through them ends nowhere, and no page is there that nobody can come to."""

from datetime import date, timedelta

import pytest
from walked import CHECK, onward, stands, ways

from referral.foundation.vocabulary import CasePosture, HelpType
from referral.intake import form
from referral.intake.asking import reading, sent, way
from referral.intake.asking.fields import Kind
from referral.intake.asking.questions import BY_ID, FIELDS, PAGES
from referral.intake.form import LookedUp
from referral.intake.words import AgeBand, CanAfford, ConsentScope, ContactChannel, Representation, UrgencyCriterion

TODAY = date(2026, 11, 26)
KEY = "a synthetic key"
# What someone answers who is safe, grown up and poor, and skips whatever can be skipped.
PLAIN = {
    "who": "me", "danger": "no", "held": "no", "age": "adult", "lawyer": "no", "speak": "es", "contact": "code",
    "consent": "yes",
}  # fmt: skip
KNOWN = {"es": "es", "en": "en", "mam": "mam", "ht": "ht"}


def test_every_page_can_be_come_to_and_every_way_ends_at_sending_or_at_somebody_else() -> None:
    assert {one.name for one in stands()} == {CHECK, *BY_ID}
    assert {one.name for one in stands() if one.is_end} == {CHECK, *(page.id for page in PAGES if page.stops)}
    for one in stands():
        assert one.page is None or one.page.is_asked(one.given)
        assert one.is_end or list(onward(one)), f"there is no way on from {one.name}"


def test_no_step_leads_back() -> None:
    order = [*BY_ID, CHECK]
    for one in stands():
        assert all(order.index(step.leads_to) > order.index(step.page) for step in one.steps)


def test_some_ways_go_over_every_step_that_there_is() -> None:
    """Stories over HTTP take these: each page on one of them, and each answer that decides what is asked next."""
    taken = {new for one in ways() for step in one.steps for new in step.news}
    assert all(one.is_end for one in ways())
    assert taken == {new for here in stands() for one in onward(here) for new in one.steps[-1].news}
    assert {page for page, _ in taken} >= {page.id for page in PAGES if not page.stops}


def test_conditions_and_pages_name_what_there_is() -> None:
    for page in PAGES:
        for condition in page.when:
            field = FIELDS.get(condition.field)
            if field is not None and field.kind is Kind.ONE:
                assert condition.among <= {*field.answers, ""}, page.id
            else:
                assert field is not None or condition.field in {reading.PAST, "place.served"}
    assert len(BY_ID) == len(PAGES)
    assert len(FIELDS) == sum(len(page.fields) for page in PAGES)


def test_only_few_things_must_be_answered() -> None:
    assert {field.name for page in PAGES for field in page.musts if not page.when} == {
        "who", "danger", "age", "lawyer", "speak", "contact", "contact_to", "consent"
    }  # fmt: skip
    assert not any(field.must for field in FIELDS.values() if field.kind in {Kind.TEXT, Kind.PLACE, Kind.COUNTRY})


def finished(**said: str) -> dict[str, str]:
    """The answers of somebody who says this, and skips or denies everything else they are asked."""
    given: dict[str, str] = {}
    while (page := way.next_page(given)) is not None and not page.stops:
        told = {field.name: said.get(field.name, PLAIN.get(field.name, "")) for field in page.fields} or {page.id: ""}
        given |= told | {name: value for name, value in said.items() if name.partition(".")[0] in told and "." in name}
    return given


def submission(**said: str) -> form.Submission:
    answers = sent.answers_of(finished(**said), key=KEY, ui_language="en")
    return form.parse(answers, LookedUp(languages=KNOWN), today=TODAY)


def test_the_plainest_answers_make_a_request() -> None:
    made = submission()
    assert made.help_types == (HelpType.LEGAL_ASYLUM,)
    assert made.languages == ("es",)
    assert made.facts.representation is Representation.NONE
    assert made.facts.age is AgeBand.ADULT
    assert made.person is not None
    assert made.person.contacts[0].channel is ContactChannel.RECEIPT_ONLY
    assert ConsentScope.MATCH_AUTOMATICALLY in made.consents


@pytest.mark.parametrize(("said", "criterion"), [
    ({"danger": "hurt"}, UrgencyCriterion.IMMEDIATE_DANGER_TO_LIFE),
    ({"danger": "officers"}, UrgencyCriterion.IMMINENT_REMOVAL),
    ({"held": "yes", "fear": "date"}, UrgencyCriterion.FEAR_INTERVIEW_WITHIN_7D),
    ({"age": "child", "adult": "unsure"}, UrgencyCriterion.UNACCOMPANIED_CHILD),
    ({"age": "child", "adult": "no", "shelter": "no"}, UrgencyCriterion.NO_SHELTER_TONIGHT),
    ({"court": "court", "court_when": "week"}, UrgencyCriterion.HEARING_WITHIN_14D),
    ({"court": "court", "court_when": "later"}, UrgencyCriterion.HEARING_LATER),
    ({"arrive": "under_12"}, UrgencyCriterion.ONE_YEAR_DEADLINE_WITHIN_90D),
    ({"arrive": "over_12"}, UrgencyCriterion.ONE_YEAR_DEADLINE_PASSED),
])  # fmt: skip
def test_what_presses_is_a_fact_of_the_request(said: dict[str, str], criterion: UrgencyCriterion) -> None:
    assert criterion in submission(**said).facts.circumstances


def test_where_a_case_stands_follows_from_plain_answers() -> None:
    assert submission(held="yes").facts.posture is CasePosture.DETAINED_ICE
    assert submission(where="no").facts.posture is CasePosture.NOT_YET_ENTERED
    away = submission(where="no", port="Tijuana", **{"port.id": "", "port.country": "MX"})
    assert away.facts.posture is CasePosture.WAITING_IN_MEXICO
    assert submission(court="court").facts.posture is CasePosture.IN_REMOVAL_PROCEEDINGS


@pytest.mark.parametrize("field", ["kind", "pay", "lawyer_why", "relation", "interp_who", "contact", "consent"])
def test_every_closed_answer_makes_a_request(field: str) -> None:
    of = {
        "lawyer_why": {"lawyer": "yes"},
        "relation": {"who": "client", "knows": "yes"},
        "interp_who": {"interp": "yes"},
    }
    reached = {"announce": "no", "message": "no", "contact_who": "A synthetic aunt"}
    for answer in FIELDS[field].answers:
        to = "synthetic@example.org" if answer == "email" else "+1 956 555 0100"
        said = {**of.get(field, {}), **(reached | {"contact_to": to} if field == "contact" else {}), field: answer}
        given = finished(**said)
        if (stopped := way.next_page(given)) is not None:
            assert (stopped.id, answer) == ("no_need", "none")
            continue
        assert way.is_whole(given)
        answers = sent.answers_of(given, key=KEY, ui_language="en")
        assert form.parse(answers, LookedUp(languages=KNOWN), today=TODAY).help_types


def test_who_does_not_know_of_it_is_asked_first_unless_they_are_held_or_a_child() -> None:
    stopped = way.next_page(finished(who="someone", knows="unreachable", relation="friend"))
    assert stopped is not None
    assert stopped.id == "ask_them"
    assert not way.is_whole(finished(who="someone", knows="no", relation="friend"))
    for said in ({"held": "yes"}, {"age": "child", "adult": "no"}):
        assert submission(who="someone", knows="unreachable", relation="friend", **said).facts.on_behalf is not None


def test_who_is_in_a_hurry_is_asked_only_what_cannot_be_left_out() -> None:
    given = {"safety": "", "who": "me", "danger": "hurt", "danger_help": "", way.HURRY: "yes"}
    asked: list[str] = []
    while (page := way.next_page(given)) is not None:
        asked.append(page.id)
        given |= {field.name: PLAIN.get(field.name, "") for field in page.fields}
    assert asked == ["held", "age", "lawyer", "place", "speak", "contact", "consent"]
    assert way.is_whole(given)


def test_what_was_said_on_a_branch_that_was_left_is_dropped() -> None:
    given = finished(lawyer="yes", lawyer_why="different", pay="yes", place="Brownsville", **{"place.id": "x"})
    assert sent.place_of(way.kept(given)) == "x"
    changed = {**given, "lawyer": "no", "held": "yes"}
    kept = way.kept(changed)
    assert not {"lawyer_why", "pay", "place", "place.id"} & set(kept)
    page = way.next_page(changed)
    assert page is not None
    assert page.id == "facility"  # what depends on the new answer is asked first
    assert submission(held="yes", place="nowhere").facts.can_afford is CanAfford.PREFER_NOT_TO_SAY


def test_one_can_go_back_along_the_way_one_came() -> None:
    given = finished(lawyer="yes", lawyer_why="check")
    pages = way.way(given)
    back = [pages[-1]]
    while (page := way.before(back[-1], given)) is not None:
        back.append(page)
    assert back[::-1] == list(pages)


def test_days_are_read_in_any_digits_and_a_past_one_is_kept() -> None:
    page = BY_ID["court_date"]
    arabic = {"court_day.day": "٣", "court_day.month": "12", "court_day.year": "２０２６"}
    assert reading.read(page, arabic, today=TODAY).given["court_day"] == "2026-12-03"
    past = reading.read(page, {**arabic, "court_day.month": "11"}, today=TODAY)
    assert (past.wrong, past.given["court_past"]) == ((), "yes")
    for day, code in (("31 2 2027", "no_day"), ("1", "no_day"), ("1 1 1999", "far_day")):
        parts: dict[str, str] = {
            f"court_day.{part}": said for part, said in zip(reading.DAY_PARTS, day.split(), strict=False)
        }
        assert [one.code for one in reading.read(page, parts, today=TODAY).wrong] == [code]


@pytest.mark.parametrize(("page", "said", "code"), [
    ("who", {}, "choose"),
    ("who", {"who": "nobody there is"}, "choose"),
    ("more", {"more": "x" * 501}, "too_long"),
    ("more", {"more": "My number is A١٢٣٤٥٦٧٨٩."}, "identity_number"),
    ("contact", {"contact": "text"}, "write"),
    ("contact", {"contact": "email", "contact_to": "not one"}, "not_an_email"),
    ("contact", {"contact": "call", "contact_to": "12"}, "not_a_phone"),
    ("speak", {"speak": "other"}, "write"),
])  # fmt: skip
def test_what_is_wrong_has_a_name_and_is_not_kept(page: str, said: dict[str, str], code: str) -> None:
    assert [one.code for one in reading.read(BY_ID[page], said, today=TODAY).wrong] == [code]


def test_what_was_read_can_be_written_again() -> None:
    said = {"kind.asylum": "yes", "kind.hurt": "yes"}
    given = reading.read(BY_ID["kind"], said, today=TODAY).given
    assert given["kind"] == "asylum,hurt"
    assert reading.written(given) == said
    day = (TODAY + timedelta(days=9)).isoformat()
    assert reading.read(BY_ID["court_date"], reading.written({"court_day": day}), today=TODAY).given["court_day"] == day
