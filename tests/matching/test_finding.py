"""From a stored request to who could help: courts near enough, languages that serve, and whom to turn to alone."""

from dataclasses import replace
from datetime import timedelta
from math import asin, cos, radians, sin, sqrt
from uuid import UUID, uuid4

import given
import pytest
from matching_given import PERSON

from referral.directory.words import Openness
from referral.edges.house import House
from referral.foundation.actors import Visitor
from referral.foundation.clock import now
from referral.foundation.db import Database
from referral.foundation.errors import NotFound
from referral.foundation.vocabulary import HelpType, ProtectionClaim
from referral.intake import requests, submitting
from referral.intake.form import Answers, CourtNamed, LookedUp, Spot
from referral.intake.requests import HelpRequest
from referral.intake.submitting import Submitted
from referral.intake.words import AgeBand, CanAfford, ConsentScope, Representation, UrgencyCriterion, UrgencyLevel
from referral.matching import finding
from referral.matching.answers import Room, Rule, RuleAnswer
from referral.matching.pair import Court, Need
from referral.matching.verdicts import Verdict

KNOWN = {tag: tag for tag in ("es", "en", "zh", "cmn", "fa", "prs", "pt", "pt-BR", "mam")}
HERE = Spot(
    place_id=UUID(int=1), name="Brownsville", kind="town", country="US", state="TX", county="Cameron County",
    latitude=given.BROWNSVILLE[0], longitude=given.BROWNSVILLE[1],
)  # fmt: skip


async def sent(
    house: House, *, place: Spot | None = HERE, court: CourtNamed | None = None, **changes: object
) -> Submitted:
    answers = Answers(
        idempotency_key=str(uuid4()),
        representation=Representation.NONE,
        can_afford=CanAfford.NO,
        help_types=(HelpType.LEGAL_ASYLUM,),
        claims=(ProtectionClaim.ASYLUM,),
        languages=("es",),
        age=AgeBand.ADULT,
        consents=tuple(ConsentScope),
    )
    found = LookedUp(languages=KNOWN, place=place, court=court)
    async with house.database.transaction() as tx:
        return await submitting.submit(tx, house.vault, Visitor(), replace(answers, **changes), found, now=now())


async def need_of(house: House, request: HelpRequest) -> Need:
    return await finding.need_of(house.database.reader, house.vault, request, now=now())


def km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Haversine, written here once more from the formula."""
    north = sin(radians(other[0] - one[0]) / 2) ** 2
    east = cos(radians(one[0])) * cos(radians(other[0])) * sin(radians(other[1] - one[1]) / 2) ** 2
    return 2 * 6371.0088 * asin(sqrt(north + east))


def ids(verdicts: tuple[Verdict, ...]) -> list[UUID]:
    return [verdict.candidate.provider_id for verdict in verdicts]


# ---------------------------------------------------------------- the need
async def test_the_need_is_what_was_asked(house: House) -> None:
    request = (
        await sent(
            house,
            help_types=(HelpType.LEGAL_APPEAL, HelpType.HUM_FOOD),
            languages=("mam", "es"),
            circumstances=(UrgencyCriterion.DETAINED,),
            next_hearing_on=now().date() + timedelta(days=100),
        )
    ).request
    need = await need_of(house, request)
    assert (need.request_id, need.help_types, need.languages) == (request.id, request.help_types, ("mam", "es"))
    assert (need.urgency, need.is_held, need.age) == (UrgencyLevel.URGENT, True, AgeBand.ADULT)
    assert need.consents == set(ConsentScope)
    assert need.place
    assert (need.place.name, need.place.state, need.place.county) == ("Brownsville", "TX", "Cameron County")
    assert (need.place.place_id, need.place.is_area) == (HERE.place_id, False)


async def test_urgency_is_as_it_stands_now(house: House) -> None:
    request = (await sent(house, next_hearing_on=now().date() + timedelta(days=30))).request
    assert request.urgency is UrgencyLevel.ELEVATED
    later = await finding.need_of(house.database.reader, house.vault, request, now=now() + timedelta(days=20))
    assert later.urgency is UrgencyLevel.URGENT


async def test_consent_counts_as_it_stands_now(house: House) -> None:
    request = (await sent(house)).request
    await house.database.pool.execute("UPDATE consent SET withdrawn_at = now() WHERE scope = 'share_summary'")
    assert (await need_of(house, request)).consents == set(ConsentScope) - {ConsentScope.SHARE_SUMMARY}


@pytest.mark.parametrize(("kind", "is_area"), [("town", False), ("state", True), ("country", True), ("region", True)])
async def test_a_state_or_a_country_is_too_wide_to_measure_from(house: House, kind: str, *, is_area: bool) -> None:
    need = await need_of(house, (await sent(house, place=replace(HERE, kind=kind))).request)
    assert need.place
    assert need.place.is_area is is_area


@pytest.mark.parametrize("place", [None, replace(HERE, country=None)])
async def test_a_place_in_no_country_is_none(house: House, place: Spot | None) -> None:
    assert (await need_of(house, (await sent(house, place=place)).request)).place is None


async def test_an_erased_request_needs_nothing_more(house: House) -> None:
    kept = await sent(house)
    async with house.database.transaction() as tx:
        closed = await requests.close(tx, house.vault, kept.receipt, now=now())
        erased = await requests.wipe(tx, closed.id, now())
    assert erased
    with pytest.raises(NotFound):
        await need_of(house, erased)


# ---------------------------------------------------------------- courts
@pytest.mark.parametrize("point", [given.BROWNSVILLE, given.EL_PASO, (40.71, -74.0), (64.8, -147.7), (13.7, -89.2)])
async def test_every_court_within_five_hundred_km_comes_into_question_and_none_beyond(
    house: House, point: tuple[float, float]
) -> None:
    here = replace(HERE, latitude=point[0], longitude=point[1])
    near = (await need_of(house, (await sent(house, place=here)).request)).courts_near
    courts = await house.database.pool.fetch("SELECT id, latitude, longitude FROM place WHERE kind = 'court'")
    assert len(courts) > 50
    distances = {id: km(point, (latitude, longitude)) for id, latitude, longitude in courts}
    assert {court.id for court in near} == {id for id, away in distances.items() if away <= 500}
    assert [court.distance_km for court in near] == pytest.approx(sorted(distances[court.id] for court in near))


async def test_there_are_fewer_courts_than_are_looked_at(database: Database) -> None:
    assert await database.pool.fetchval("SELECT count(*) FROM place WHERE kind = 'court'") < finding.MOST_COURTS


async def test_who_names_the_court_is_before_no_other(house: House) -> None:
    named = CourtNamed(id=UUID(int=2), name="El Paso Immigration Court", state="TX", latitude=31.8, longitude=-106.4)
    need = await need_of(house, (await sent(house, court=named)).request)
    assert (need.court, need.courts_near) == (Court(id=named.id, name=named.name, state="TX"), ())


async def test_who_says_no_place_is_near_no_court(house: House) -> None:
    assert (await need_of(house, (await sent(house, place=None)).request)).courts_near == ()


# ---------------------------------------------------------------- languages
async def test_pairs_are_those_that_were_reviewed(database: Database) -> None:
    pairs = await finding.pairs(database.reader)
    assert pairs.same["zh"] == {"cmn"}
    assert pairs.same["cmn"] == {"zh"}
    assert pairs.related["fa"] == {"prs"}
    assert not set(pairs.same) & set(pairs.related)


@pytest.mark.parametrize(
    ("spoken", "served", "answer"),
    [
        ("zh", "cmn", RuleAnswer.PASS),
        ("cmn", "zh", RuleAnswer.PASS),
        ("fa", "prs", RuleAnswer.PASS),
        ("zh", "es", RuleAnswer.UNKNOWN),
    ],
)
async def test_a_pair_serves_and_nothing_else_is_guessed(
    house: House, spoken: str, served: str, answer: RuleAnswer
) -> None:
    office = await given.office(house.database, languages=(served,))
    need = await need_of(house, (await sent(house, languages=(spoken,))).request)
    found = await finding.verdict(house.database.reader, need, office.id, now=now())
    assert found
    assert next(one.answer for one in found.results if one.rule is Rule.LANGUAGE) is answer


async def test_a_language_that_is_the_same_is_worth_more_than_one_that_is_partly_so(house: House) -> None:
    partly = await given.office(house.database, languages=("prs",))
    same = await given.office(house.database, languages=("fa",))
    need = await need_of(house, (await sent(house, languages=("fa",))).request)
    assert ids(await finding.ranked(house.database.reader, need, now=now())) == [same.id, partly.id]


# ---------------------------------------------------------------- who could help
async def test_a_verdict_tells_why_not_too_and_is_none_of_what_is_not_listed(house: House) -> None:
    need = await need_of(house, (await sent(house)).request)
    closed = await given.office(house.database, openness=Openness.CLOSED)
    found = await finding.verdict(house.database.reader, need, closed.id, now=now())
    assert found
    assert (found.is_feasible, found.room, len(found.results)) == (False, Room.NONE, len(Rule))
    assert await finding.verdict(house.database.reader, need, uuid4(), now=now()) is None


async def test_suggestions_need_no_sharing_for_the_person_goes_alone(house: House) -> None:
    office = await given.office(house.database)
    need = await need_of(house, (await sent(house, consents=())).request)
    assert await finding.ranked(house.database.reader, need, now=now()) == ()
    assert ids(await finding.suggestions(house.database.reader, need, now=now())) == [office.id]


async def test_suggestions_are_the_best_five_that_are_open_and_fit(house: House) -> None:
    points = [(25.9 + number / 2, -97.5) for number in range(7)]
    offices = [await given.office(house.database, point=point) for point in points]
    for openness in (Openness.WAITLIST, Openness.PAUSED, Openness.CLOSED, None):
        await given.office(house.database, openness=openness)
    await given.office(house.database, places=0)
    await given.office(house.database, help_types=(HelpType.HUM_FOOD,))
    need = await need_of(house, (await sent(house)).request)
    found = await finding.suggestions(house.database.reader, need, now=now())
    assert ids(found) == [office.id for office in offices[:5]]
    assert {verdict.room for verdict in found} == {Room.OPEN}


async def test_the_same_people_give_the_same_order_each_time(fresh_db: Database) -> None:
    await given.offices(fresh_db, [given.BROWNSVILLE] * 12)
    moment = now()
    orders = {tuple(ids(await finding.ranked(fresh_db.reader, PERSON, now=moment, first=12))) for _ in range(5)}
    assert len(orders) == 1
    another = replace(PERSON, request_id=UUID(int=77))
    other = tuple(ids(await finding.ranked(fresh_db.reader, another, now=moment, first=12)))
    assert set(other) == set(next(iter(orders)))
    assert {other} != orders  # between equals the lottery is drawn for each person anew


async def test_relaxing_decides_who_is_offerable_and_never_the_order(fresh_db: Database) -> None:
    for languages in ((), ("es",), ("ht",)):
        await given.office(fresh_db, languages=languages)
    strict = await finding.ranked(fresh_db.reader, PERSON, now=now())
    relaxed = await finding.ranked(fresh_db.reader, PERSON, now=now(), relaxed=frozenset({"language"}))
    assert ids(strict) == ids(relaxed)
    assert [verdict.is_offerable for verdict in strict] == [True, False, False]
    assert [verdict.is_offerable for verdict in relaxed] == [True, True, True]
