"""Whoever asks, and whatever became of it, there is something to do next."""

from dataclasses import replace
from itertools import product
from uuid import UUID

import pytest

from referral.foundation.vocabulary import CasePosture
from referral.intake import next_steps
from referral.intake.form import Facts, Spot
from referral.intake.next_steps import NextStepKind
from referral.intake.words import AgeBand, CanAfford, HelpRequestStatus, Representation, UrgencyCriterion

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
        found = kinds(facts, status)
        assert found
        assert len(found) == len(set(found))
        assert (found[0] is NextStepKind.CALL_EMERGENCY) is bool(danger)


def test_who_is_in_danger_is_told_whom_to_call_before_anything_else() -> None:
    for criterion in next_steps.DANGER:
        found = kinds(replace(PLAIN, circumstances=frozenset({criterion})))
        assert found[:2] == [NextStepKind.CALL_EMERGENCY, NextStepKind.CALL_HOTLINE]
    assert NextStepKind.CALL_EMERGENCY not in kinds(PLAIN)


def test_each_answer_brings_its_step() -> None:
    assert NextStepKind.LOW_COST_LAWYER in kinds(replace(PLAIN, can_afford=CanAfford.YES))
    assert NextStepKind.CHECK_LAWYER in kinds(replace(PLAIN, representation=Representation.HAS_NON_LAWYER_HELPER))
    assert NextStepKind.HELP_OUTSIDE_US in kinds(replace(PLAIN, place=TIJUANA))
    assert NextStepKind.HELP_OUTSIDE_US in kinds(replace(PLAIN, posture=CasePosture.WAITING_IN_MEXICO))
    assert NextStepKind.GIVE_MORE_INFORMATION in kinds(PLAIN, HelpRequestStatus.IN_TRIAGE)
    assert NextStepKind.WAIT_FOR_ANSWER not in kinds(PLAIN, HelpRequestStatus.CLOSED)


@pytest.mark.parametrize("kind", NextStepKind)
def test_every_step_is_written_in_both_languages(kind: NextStepKind) -> None:
    step = next_steps.NextStep(kind=kind)
    english, spanish = step.text("en"), step.text("es-MX")
    assert english
    assert spanish
    assert english != spanish
    assert step.text("ht") == english
