"""A person and an office that fit each other in everything, to be changed in the one thing a story is about.

Beside them, whole worlds for property tests: any person, any office, as sparse and as odd as directories are.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from hypothesis import strategies as st

from referral.directory.words import Answer, DeliveryMode, LanguageMode, Openness, ServiceAreaKind, ServiceDepth
from referral.foundation.vocabulary import CasePosture, HelpType, ProtectionClaim
from referral.intake.words import (
    AgeBand,
    CanAfford,
    ConsentScope,
    InterpreterGender,
    Representation,
    UrgencyCriterion,
    UrgencyLevel,
    Wish,
)
from referral.matching import rules
from referral.matching.answers import Rule, RuleAnswer, RuleResult
from referral.matching.languages import LanguagePairs
from referral.matching.pair import Area, Candidate, Court, Need, OfferedLanguage, Spot

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SALT = b"drawn in public"
PAIRS = LanguagePairs(
    same={"zh": frozenset({"cmn"}), "cmn": frozenset({"zh"})},
    related={"fa": frozenset({"prs"}), "prs": frozenset({"fa"})},
)

PORT_ISABEL = Court(id=UUID(int=901), name="Port Isabel Immigration Court", state="TX")
EL_PASO = Court(id=UUID(int=902), name="El Paso Immigration Court", state="TX")
BROWNSVILLE = Spot(
    latitude=25.9, longitude=-97.5, name="Brownsville", country="US", state="TX", county="Cameron County"
)
TEXAS = Spot(latitude=31.2, longitude=-99.3, name="Texas", country="US", state="TX", is_area=True)
MATAMOROS = Spot(latitude=25.9, longitude=-97.5, name="Matamoros", country="MX", state="TAM")

PERSON = Need(
    request_id=UUID(int=1),
    help_types=(HelpType.LEGAL_ASYLUM,),
    claims=(ProtectionClaim.ASYLUM,),
    posture=CasePosture.IN_REMOVAL_PROCEEDINGS,
    languages=("es",),
    place=BROWNSVILLE,
    age=AgeBand.ADULT,
    can_afford=CanAfford.NO,
    representation=Representation.NONE,
    urgency=UrgencyLevel.NORMAL,
    consents=frozenset({ConsentScope.STORE_REQUEST, ConsentScope.SHARE_SUMMARY}),
)
OFFICE = Candidate(
    provider_id=UUID(int=101),
    organization_id=UUID(int=201),
    name="Rio Grande Legal Aid",
    help_types=(HelpType.LEGAL_ASYLUM,),
    claims=(),
    languages=(OfferedLanguage(tag="es", mode=LanguageMode.STAFF_FLUENT),),
    interpreter_for_other=Answer.UNKNOWN,
    openness=Openness.OPEN,
    openness_stated_at=NOW - timedelta(days=3),
    free_places=4,
    stated_places=8,
    accepts_detained=Answer.YES,
    accepts_minors=Answer.YES,
    minimum_age=None,
    maximum_age=None,
    facts={},
    depth=ServiceDepth.FULL_REPRESENTATION,
    delivery_modes=(DeliveryMode.IN_PERSON,),
    areas=(),
    country="US",
    state="TX",
    distance_km=12.0,
    offers_made=6,
    offers_accepted=5,
    last_offered_at=NOW - timedelta(days=10),
)


def answer(rule: Rule, need: Need, candidate: Candidate) -> RuleResult:
    """What one rule says of this pair."""
    return next(result for result in rules.judge(need, candidate, pairs=PAIRS, now=NOW) if result.rule is rule)


def person(**changes: object) -> Need:
    return replace(PERSON, **changes)


def office(**changes: object) -> Candidate:
    return replace(OFFICE, **changes)


def speaking(*languages: str) -> Need:
    return replace(PERSON, languages=languages)


def listing(
    *languages: str, mode: LanguageMode = LanguageMode.STAFF_FLUENT, interpreter: Answer = Answer.UNKNOWN
) -> Candidate:
    offered = tuple(OfferedLanguage(tag=tag, mode=mode) for tag in languages)
    return replace(OFFICE, languages=offered, interpreter_for_other=interpreter)


def serving(*areas: Area) -> Candidate:
    return replace(OFFICE, areas=areas)


def before(court: Court, *, state: str | None = None) -> Area:
    return Area(name=court.name, kind=ServiceAreaKind.COURT, country="US", state=state, place_id=court.id)


T = TypeVar("T")
PASS, FAIL, UNKNOWN = RuleAnswer.PASS, RuleAnswer.FAIL, RuleAnswer.UNKNOWN

# ------------------------------------------------------------- any world
TAGS = ("es", "es-MX", "mam", "ht", "zh", "cmn", "zh-Hant", "fa", "prs", "x-mixtec", "x-otomi", "ase")
NAMES = st.sampled_from(["Hidalgo County", "Cameron County", "Texas", "{braces} %s", "Nogales"])
STATES = st.sampled_from([None, "TX", "AZ", "TAM"])
COUNTRIES = st.sampled_from([None, "US", "MX"])
PLACE_IDS = st.sampled_from([None, UUID(int=7), PORT_ISABEL.id, EL_PASO.id])
DISTANCES = st.none() | st.floats(0, 3000)


def some(values: st.SearchStrategy[T], most: int = 3) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(values, max_size=most).map(tuple)


spots = st.builds(
    Spot,
    latitude=st.just(26.0),
    longitude=st.just(-98.0),
    name=NAMES,
    country=st.sampled_from(["US", "MX"]),
    state=STATES,
    county=st.none() | NAMES,
    is_area=st.booleans(),
    place_id=PLACE_IDS,
)
courts = st.builds(
    Court,
    id=st.sampled_from([PORT_ISABEL.id, EL_PASO.id]),
    name=st.sampled_from([PORT_ISABEL.name, EL_PASO.name]),
    distance_km=DISTANCES,
    state=STATES,
)
needs = st.builds(
    Need,
    request_id=st.uuids(),
    help_types=st.lists(st.sampled_from(HelpType), min_size=1, max_size=4, unique=True).map(tuple),
    claims=some(st.sampled_from(ProtectionClaim)),
    posture=st.sampled_from(CasePosture),
    languages=some(st.sampled_from(TAGS)),
    needs_interpreter=st.sampled_from([None, True, False]),
    interpreter_gender=st.sampled_from([None, *InterpreterGender]),
    wishes=st.frozensets(st.sampled_from(Wish), max_size=3),
    household_size=st.sampled_from([None, 1, 4]),
    next_hearing_on=st.sampled_from([None, *(NOW.date() + timedelta(days=days) for days in (-3, 0, 5, 40))]),
    place=st.none() | spots,
    court=st.none() | courts,
    courts_near=some(courts),
    age=st.sampled_from(AgeBand),
    can_afford=st.sampled_from(CanAfford),
    representation=st.sampled_from(Representation),
    circumstances=st.frozensets(st.sampled_from(UrgencyCriterion), max_size=2),
    urgency=st.sampled_from(UrgencyLevel),
    consents=st.frozensets(st.sampled_from(ConsentScope)),
    can_take_calls=st.booleans(),
)
areas = st.builds(
    Area,
    name=NAMES,
    kind=st.sampled_from(ServiceAreaKind),
    country=COUNTRIES,
    state=STATES,
    place_id=PLACE_IDS,
)
fact_keys = st.sampled_from(
    [
        "low_income_only",
        "residence_limit",
        "population_limit",
        "criminal_history",
        "gender_limit",
        "household_limit",
        "interpreter_gender",
        "step_free",
        "lgbtq_welcoming",
    ]
)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 11, 24), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive by contract


@st.composite
def candidates(draw: st.DrawFn) -> Candidate:
    """Any provider; the counts agree with each other, as the database's constraints see to it."""
    stated, made = draw(st.none() | st.integers(0, 50)), draw(st.integers(0, 30))
    ages = sorted([draw(st.integers(0, 99)), draw(st.integers(0, 120))])
    return Candidate(
        provider_id=draw(st.uuids()),
        organization_id=draw(st.uuids()),
        name=draw(NAMES),
        help_types=draw(some(st.sampled_from(HelpType), 6)),
        claims=draw(some(st.sampled_from(ProtectionClaim))),
        languages=draw(some(st.builds(OfferedLanguage, tag=st.sampled_from(TAGS), mode=st.sampled_from(LanguageMode)))),
        interpreter_for_other=draw(st.sampled_from(Answer)),
        openness=draw(st.sampled_from(Openness)),
        openness_stated_at=draw(st.none() | moments),
        free_places=None if stated is None else draw(st.integers(0, stated)),
        stated_places=stated,
        accepts_detained=draw(st.sampled_from(Answer)),
        accepts_minors=draw(st.sampled_from(Answer)),
        minimum_age=draw(st.sampled_from([None, ages[0]])),
        maximum_age=draw(st.sampled_from([None, ages[1]])),
        facts=draw(
            st.dictionaries(fact_keys, st.sampled_from(["yes", "no", "", "woman", "both", "families", "3"]), max_size=3)
        ),
        depth=draw(st.sampled_from(ServiceDepth)),
        delivery_modes=draw(some(st.sampled_from(DeliveryMode))),
        areas=draw(some(areas)),
        country=draw(COUNTRIES),
        state=draw(STATES),
        distance_km=draw(DISTANCES),
        offers_made=made,
        offers_accepted=draw(st.integers(0, made)),
        last_offered_at=draw(st.none() | moments),
        asked_before=draw(st.booleans()),
        waitlist_days=draw(st.sampled_from([None, 1, 30])),
        answer_hours=draw(st.sampled_from([None, 0.5, 200.0])),
        start_hours=draw(st.sampled_from([None, 10.0])),
    )


# ------------------------------------------------------------- people and offices that mostly fit
hopeful_needs = st.builds(
    person,
    request_id=st.uuids(),
    languages=st.sampled_from([("es",), ("mam", "es"), ("fa",), ("mam",)]),
    place=st.sampled_from([BROWNSVILLE, TEXAS, None]),
    court=st.sampled_from([None, PORT_ISABEL]),
    help_types=st.sampled_from(
        [(HelpType.LEGAL_ASYLUM,), (HelpType.LEGAL_REMOVAL_DEFENSE, HelpType.HUM_FOOD), (HelpType.HUM_SHELTER,)]
    ),
)
# Few values each, so that ties are common and every step of the order is reached.
fitting_candidates = st.builds(
    office,
    provider_id=st.uuids(),
    help_types=st.just((HelpType.LEGAL_ASYLUM, HelpType.HUM_SHELTER)),
    languages=st.sampled_from(
        [
            (),
            (OfferedLanguage(tag="es", mode=LanguageMode.STAFF_FLUENT),),
            (
                OfferedLanguage(tag="prs", mode=LanguageMode.STAFF_FLUENT),
                OfferedLanguage(tag="es", mode=LanguageMode.STAFF_BASIC),
            ),
        ]
    ),
    interpreter_for_other=st.sampled_from([Answer.YES, Answer.UNKNOWN]),
    openness=st.sampled_from([Openness.OPEN, Openness.LIMITED, Openness.WAITLIST, Openness.UNKNOWN]),
    free_places=st.sampled_from([None, 0, 2, 4]),
    facts=st.sampled_from([{}, {}, {"population_limit": "yes"}]),
    delivery_modes=st.sampled_from([(), (DeliveryMode.PHONE,)]),
    areas=st.sampled_from([(), (before(EL_PASO, state="TX"), before(PORT_ISABEL, state="TX"))]),
    distance_km=st.sampled_from([None, 1.0, 1.5, 30.0]),
    last_offered_at=st.sampled_from([None, NOW - timedelta(days=1), NOW - timedelta(days=9)]),
)
