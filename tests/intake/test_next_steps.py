"""Whoever asks, and whatever became of it, there is something to do next."""

from dataclasses import replace
from itertools import product
from uuid import UUID

import pytest

from referral.foundation.vocabulary import CasePosture
from referral.intake import next_steps
from referral.intake.form import Facts, Spot
from referral.intake.next_steps import Advice, NextStepKind
from referral.intake.words import AgeBand, CanAfford, ConsentScope, HelpRequestStatus, Representation, UrgencyCriterion

PLAIN = Facts(
    representation=Representation.NONE,
    can_afford=CanAfford.NO,
    claims=(),
    posture=CasePosture.UNKNOWN,
    reading_language=None,
    needs_interpreter=None,
    place=None,
    country=None,
    household_size=None,
    age=AgeBand.UNKNOWN,
    circumstances=frozenset(),
    arrived_on=None,
    next_hearing_on=None,
    court=None,
    on_behalf=None,
    ui_language="en",
)
TIJUANA = Spot(
    place_id=UUID(int=1), name="Tijuana", kind="town", country="MX", state="BCN", county=None, latitude=32.5,
    longitude=-117.0,
)  # fmt: skip


def kinds(facts: Facts, status: HelpRequestStatus = HelpRequestStatus.SUBMITTED) -> list[NextStepKind]:
    return [step.kind for step in next_steps.next_steps(facts, status)]


def test_nobody_is_left_without_a_step() -> None:
    for representation, afford, posture, status, place, danger in product(
        Representation, CanAfford, CasePosture, HelpRequestStatus, (None, TIJUANA), (frozenset(), next_steps.DANGER)
    ):
        facts = replace(
            PLAIN,
            representation=representation,
            can_afford=afford,
            posture=posture,
            place=place,
            circumstances=frozenset[UrgencyCriterion](danger),
        )
        found = said(facts, status)
        assert found
        assert len(found) == len(set(found))
        assert (found[0].kind is NextStepKind.CALL_EMERGENCY) is bool(danger)


def said(facts: Facts, status: HelpRequestStatus = HelpRequestStatus.SUBMITTED) -> list[Advice]:
    return [step.advice for step in next_steps.next_steps(facts, status)]


def with_circumstances(*criteria: UrgencyCriterion, facts: Facts = PLAIN) -> Facts:
    return replace(facts, circumstances=frozenset(criteria))


def test_who_is_in_danger_is_told_whom_to_call_before_anything_else() -> None:
    for criterion in next_steps.DANGER:
        assert said(with_circumstances(criterion))[:2] == [Advice.DANGER_US, Advice.CRISIS_US]
    assert NextStepKind.CALL_EMERGENCY not in kinds(PLAIN)


def test_in_mexico_nobody_is_told_a_number_of_the_united_states() -> None:
    criteria = (*next_steps.DANGER, UrgencyCriterion.DETAINED, UrgencyCriterion.NO_SHELTER_TONIGHT)
    found = said(with_circumstances(*criteria, facts=replace(PLAIN, place=TIJUANA)))
    assert found[:2] == [Advice.DANGER_ELSEWHERE, Advice.CRISIS_MEXICO]
    assert {Advice.CRISIS_US, Advice.HELD, Advice.NO_SHELTER_US}.isdisjoint(found)


@pytest.mark.parametrize(
    ("facts", "advice"),
    [
        (with_circumstances(UrgencyCriterion.DETAINED), Advice.HELD),
        (replace(PLAIN, posture=CasePosture.DETAINED_ICE), Advice.HELD),
        (with_circumstances(UrgencyCriterion.UNACCOMPANIED_CHILD), Advice.ALONE),
        (with_circumstances(UrgencyCriterion.IMMINENT_REMOVAL), Advice.AFRAID_OF_RETURN),
        (with_circumstances(UrgencyCriterion.NO_SHELTER_TONIGHT), Advice.NO_SHELTER_US),
    ],
)
def test_what_cannot_wait_for_an_answer_is_said_first(facts: Facts, advice: Advice) -> None:
    assert said(facts)[0] is advice


def test_each_answer_brings_its_step() -> None:
    assert NextStepKind.LOW_COST_LAWYER in kinds(replace(PLAIN, can_afford=CanAfford.YES))
    assert NextStepKind.CHECK_LAWYER in kinds(replace(PLAIN, representation=Representation.HAS_NON_LAWYER_HELPER))
    assert NextStepKind.HELP_OUTSIDE_US in kinds(replace(PLAIN, place=TIJUANA))
    assert NextStepKind.HELP_OUTSIDE_US in kinds(replace(PLAIN, posture=CasePosture.WAITING_IN_MEXICO))
    assert NextStepKind.GIVE_MORE_INFORMATION in kinds(PLAIN, HelpRequestStatus.IN_TRIAGE)
    assert NextStepKind.WAIT_FOR_ANSWER not in kinds(PLAIN, HelpRequestStatus.CLOSED)
    assert Advice.HEARING in said(replace(PLAIN, posture=CasePosture.IN_REMOVAL_PROCEEDINGS))


def test_whoever_has_been_accepted_is_told_so_and_not_to_wait() -> None:
    for status in (HelpRequestStatus.REFERRED, HelpRequestStatus.IN_SERVICE):
        found = said(PLAIN, status)
        assert Advice.SAID_YES in found
        assert {Advice.RECEIVED, Advice.ASKED, Advice.READ_BY_A_PERSON}.isdisjoint(found)


@pytest.mark.parametrize("status", HelpRequestStatus)
def test_without_a_consent_to_share_nobody_is_said_to_look(status: HelpRequestStatus) -> None:
    found = [step.advice for step in next_steps.next_steps(PLAIN, status, frozenset({ConsentScope.STORE_REQUEST}))]
    assert {Advice.RECEIVED, Advice.READ_BY_A_PERSON}.isdisjoint(found)
    assert (Advice.NOT_SHARED in found) == (status not in FURTHER)


FURTHER = {
    HelpRequestStatus.CLOSED, HelpRequestStatus.OFFERED, HelpRequestStatus.REFERRED, HelpRequestStatus.IN_SERVICE,
}  # fmt: skip


@pytest.mark.parametrize("status", HelpRequestStatus)
def test_where_a_request_stands_is_said_in_one_way(status: HelpRequestStatus) -> None:
    standing = {Advice.RECEIVED, Advice.ASKED, Advice.SAID_YES, Advice.CLOSED, Advice.NOT_SHARED}
    assert len(standing & set(said(PLAIN, status))) == 1


@pytest.mark.parametrize(
    ("place", "language", "url"),
    [
        (TIJUANA, "ti", f"/en/find/{TIJUANA.place_id}"),
        (TIJUANA, "es", f"/es/find/{TIJUANA.place_id}"),
        (TIJUANA, "ht", f"/ht/find/{TIJUANA.place_id}"),
        (replace(TIJUANA, kind="detention_center"), "en", "/en/find"),
        (None, "es-MX", "/es/find"),
    ],
)
def test_the_directory_opens_near_the_person_unless_the_place_tells_on_them(
    place: Spot | None, language: str, url: str
) -> None:
    facts = replace(PLAIN, place=place, ui_language=language)
    assert next_steps.next_steps(facts, HelpRequestStatus.SUBMITTED)[-1].url == url
