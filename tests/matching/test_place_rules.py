"""Stories of the place rule: stated areas decide, courts first of all; without them, the way and the telephone."""

from dataclasses import replace

import pytest
from matching_given import (
    BROWNSVILLE,
    EL_PASO,
    FAIL,
    MATAMOROS,
    OFFICE,
    PASS,
    PERSON,
    PORT_ISABEL,
    TEXAS,
    UNKNOWN,
    answer,
    before,
    serving,
)

from referral.directory.words import DeliveryMode, ServiceAreaKind
from referral.foundation.vocabulary import HelpType
from referral.matching.answers import Rule, RuleAnswer
from referral.matching.pair import Area, Candidate, Need

# ------------------------------------------------------------- place: areas
COUNTY = Area(name="Cameron County, TX", kind=ServiceAreaKind.COUNTY, country="US", state="TX")
STATE = Area(name="Texas", kind=ServiceAreaKind.STATE, country="US", state="TX")
COUNTRY = Area(name="United States", kind=ServiceAreaKind.COUNTRY, country="US")
CENTRE = Area(name="Port Isabel Detention Center", kind=ServiceAreaKind.FACILITY, place_id=PORT_ISABEL.id)
IN_WORDS = Area(name="the Valley", kind=ServiceAreaKind.CUSTOM)
HERE, NOWHERE = replace(PERSON, place=BROWNSVILLE), replace(PERSON, place=None)
IN_ARIZONA = replace(PERSON, place=replace(BROWNSVILLE, state="AZ", county="Pima County"))
SOMEWHERE_IN_ARIZONA = replace(PERSON, place=replace(TEXAS, name="Arizona", state="AZ"))
SOMEWHERE_IN_TEXAS = replace(PERSON, place=TEXAS)
IN_MEXICO = replace(PERSON, place=MATAMOROS)
IN_CENTRE = replace(PERSON, place=replace(BROWNSVILLE, place_id=PORT_ISABEL.id))


@pytest.mark.parametrize(
    ("need", "area", "expected"),
    [
        (HERE, COUNTRY, PASS),
        (IN_MEXICO, COUNTRY, FAIL),
        (HERE, replace(COUNTRY, country=None), UNKNOWN),
        (NOWHERE, COUNTRY, UNKNOWN),
        (HERE, STATE, PASS),
        (SOMEWHERE_IN_TEXAS, STATE, PASS),
        (IN_ARIZONA, STATE, FAIL),
        (IN_MEXICO, STATE, FAIL),
        (HERE, replace(STATE, state=None), UNKNOWN),
        (NOWHERE, STATE, UNKNOWN),
        (HERE, COUNTY, PASS),
        (HERE, replace(COUNTY, name="Condado de Cameron"), PASS),
        (HERE, replace(COUNTY, name="Hidalgo County"), FAIL),
        (IN_ARIZONA, COUNTY, FAIL),
        (IN_MEXICO, COUNTY, FAIL),
        (SOMEWHERE_IN_TEXAS, COUNTY, UNKNOWN),
        (HERE, replace(COUNTY, state=None), UNKNOWN),
        (NOWHERE, COUNTY, UNKNOWN),
        (IN_CENTRE, CENTRE, PASS),
        (HERE, CENTRE, UNKNOWN),
        (NOWHERE, CENTRE, UNKNOWN),
        (HERE, IN_WORDS, UNKNOWN),
    ],
)
def test_a_stated_area_decides(need: Need, area: Area, expected: RuleAnswer):
    assert answer(Rule.PLACE, need, serving(area)).answer is expected


@pytest.mark.parametrize(
    ("need", "expected"),
    [
        (replace(PERSON, court=PORT_ISABEL), PASS),
        (replace(NOWHERE, court=PORT_ISABEL), PASS),
        (replace(PERSON, court=EL_PASO), FAIL),
        (replace(PERSON, courts_near=(replace(PORT_ISABEL, distance_km=41.0),)), PASS),
        (replace(PERSON, courts_near=(replace(PORT_ISABEL, distance_km=160.1),)), UNKNOWN),
        (replace(IN_ARIZONA, courts_near=(replace(PORT_ISABEL, distance_km=499.0),)), UNKNOWN),
        (replace(IN_ARIZONA, courts_near=(replace(PORT_ISABEL, distance_km=501.0),)), FAIL),
        (replace(PERSON, courts_near=(replace(PORT_ISABEL, distance_km=900.0),)), UNKNOWN),
        (replace(IN_ARIZONA, courts_near=(replace(EL_PASO, distance_km=430.0),)), FAIL),
        (replace(SOMEWHERE_IN_TEXAS, courts_near=(replace(PORT_ISABEL, distance_km=41.0),)), UNKNOWN),
        (replace(SOMEWHERE_IN_ARIZONA, courts_near=(replace(PORT_ISABEL, distance_km=41.0, state="TX"),)), UNKNOWN),
        (SOMEWHERE_IN_ARIZONA, FAIL),
        (NOWHERE, UNKNOWN),
    ],
)
def test_the_person_before_a_court_is_served_by_who_works_there(need: Need, expected: RuleAnswer):
    assert answer(Rule.PLACE, need, serving(before(PORT_ISABEL))).answer is expected


def test_a_court_known_by_name_only_is_found_by_its_name_and_never_excluded_by_it():
    by_name = replace(before(PORT_ISABEL), place_id=None)
    assert answer(Rule.PLACE, replace(PERSON, court=PORT_ISABEL), serving(by_name)).answer is PASS
    assert answer(Rule.PLACE, replace(PERSON, court=EL_PASO), serving(by_name)).answer is UNKNOWN


def test_one_fitting_area_is_enough_and_one_in_doubt_leaves_a_doubt():
    need = replace(PERSON, court=PORT_ISABEL)
    assert answer(Rule.PLACE, need, serving(before(EL_PASO), before(PORT_ISABEL))).answer is PASS
    assert answer(Rule.PLACE, need, serving(before(EL_PASO), IN_WORDS)).answer is UNKNOWN
    assert answer(Rule.PLACE, need, serving(before(EL_PASO), replace(STATE, state="AZ"))).answer is FAIL


def test_a_limit_on_residence_is_settled_by_a_county_or_a_state_and_else_in_doubt():
    limited = replace(OFFICE, facts={"residence_limit": "yes"})
    assert answer(Rule.PLACE, PERSON, limited).answer is UNKNOWN
    assert answer(Rule.PLACE, PERSON, replace(limited, areas=(COUNTY,))).answer is PASS
    assert answer(Rule.PLACE, PERSON, replace(limited, areas=(STATE,))).answer is PASS
    assert answer(Rule.PLACE, IN_ARIZONA, replace(limited, areas=(STATE,))).answer is FAIL
    at_court = replace(limited, areas=(before(PORT_ISABEL),))
    assert answer(Rule.PLACE, replace(PERSON, court=PORT_ISABEL), at_court).answer is UNKNOWN


# ------------------------------------------------------------- place: reach
LAWYER, BED = (HelpType.LEGAL_ASYLUM,), (HelpType.HUM_SHELTER,)
LINE = (DeliveryMode.PHONE,)


@pytest.mark.parametrize(
    ("need", "office", "expected"),
    [
        (replace(HERE, help_types=LAWYER), replace(OFFICE, distance_km=505.0), PASS),
        (replace(HERE, help_types=LAWYER), replace(OFFICE, distance_km=505.1), UNKNOWN),
        (replace(HERE, help_types=LAWYER), replace(OFFICE, distance_km=2000.0, delivery_modes=LINE), PASS),
        (replace(HERE, help_types=BED), replace(OFFICE, distance_km=42.0), PASS),
        (replace(HERE, help_types=BED), replace(OFFICE, distance_km=42.1), FAIL),
        (replace(HERE, help_types=BED), replace(OFFICE, distance_km=42.1, delivery_modes=LINE), FAIL),
        (replace(IN_MEXICO, help_types=BED), replace(OFFICE, distance_km=5.0), UNKNOWN),
        (replace(HERE, help_types=LAWYER), replace(OFFICE, distance_km=None), PASS),
        (replace(HERE, help_types=LAWYER), replace(OFFICE, distance_km=None, state="AZ"), UNKNOWN),
        (replace(HERE, help_types=LAWYER), replace(OFFICE, distance_km=None, state=None, country=None), UNKNOWN),
        (replace(IN_MEXICO, help_types=BED), replace(OFFICE, distance_km=None), FAIL),
        (replace(IN_MEXICO, help_types=LAWYER), replace(OFFICE, distance_km=None), UNKNOWN),
        (replace(IN_MEXICO, help_types=LAWYER), replace(OFFICE, distance_km=None, delivery_modes=LINE), UNKNOWN),
        (replace(SOMEWHERE_IN_TEXAS, help_types=BED), replace(OFFICE, distance_km=700.0), PASS),
        (replace(NOWHERE, help_types=LAWYER), OFFICE, UNKNOWN),
        (replace(NOWHERE, help_types=BED), OFFICE, UNKNOWN),
        (replace(NOWHERE, help_types=LAWYER), replace(OFFICE, delivery_modes=LINE), PASS),
        (replace(NOWHERE, help_types=LAWYER, can_take_calls=False), replace(OFFICE, delivery_modes=LINE), UNKNOWN),
    ],
)
def test_without_a_stated_area_distance_and_the_phone_decide(need: Need, office: Candidate, expected: RuleAnswer):
    assert answer(Rule.PLACE, need, office).answer is expected
