"""The SQL narrows to who may help, and tells of each what the rules and an offer will find."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from itertools import product
from random import Random
from uuid import UUID

import given
import pytest
from brute_force import candidates
from given import Office
from matching_given import BROWNSVILLE, PAIRS, PERSON

from referral.directory import capacity
from referral.directory.capacity import Count, Statement
from referral.directory.words import Answer, CapacityUnit, LanguageMode, Openness, ServiceAreaKind
from referral.foundation.clock import now
from referral.foundation.db import Database, execute, value
from referral.foundation.vocabulary import HelpType
from referral.matching import narrowing, ranking, rules, tables, verdicts
from referral.matching.candidates import candidate
from referral.matching.pair import Candidate, Need
from referral.matching.verdicts import Verdict
from referral.referrals import placing

ASYLUM, FOOD, DEFENSE = HelpType.LEGAL_ASYLUM, HelpType.HUM_FOOD, HelpType.LEGAL_REMOVAL_DEFENSE
CASES, BEDS, CALLS = CapacityUnit.FULL_CASES, CapacityUnit.BEDS_TONIGHT, CapacityUnit.HOTLINE_CALLS_DAY


def asking(*help_types: HelpType) -> Need:
    return replace(PERSON, help_types=help_types)


def ids(found: Iterable[Candidate]) -> list[UUID]:
    return [one.provider_id for one in found]


async def known(database: Database, office: Office, need: Need = PERSON) -> Candidate:
    found = await candidate(database.reader, need, office.id)
    assert found
    return found


def verdict(need: Need, found: Candidate) -> Verdict:
    return verdicts.why(need, found, pairs=PAIRS, now=now())


# ---------------------------------------------------------------- nothing feasible is narrowed away
@pytest.fixture(scope="module")
async def motley(database: Database) -> list[Office]:
    """Offices of every help and none, of every openness, some silent for too long, some closed for now, some gone."""
    async with database.transaction() as tx:
        for table in ("outbox", "referral", "help_request", "capacity", "organization"):
            await execute(tx, f"DELETE FROM {table}")
    random = Random(11)  # noqa: S311 - the same offices each time
    kinds: list[tuple[HelpType, ...]] = [(), *((one,) for one in HelpType)]
    kinds += [tuple(random.sample(list(HelpType), 3)) for _ in range(12)]
    offices = [
        await given.office(
            database,
            help_types=help_types,
            openness=random.choice([*Openness, Openness.OPEN, Openness.OPEN, None]),
            places=random.choice([None, 0, 3]),
            languages=random.choice([(), ("es",), ("ht",)]),
            point=random.choice([given.BROWNSVILLE, given.MCALLEN, given.EL_PASO]),
        )
        for help_types in kinds
    ]
    async with database.transaction() as tx:
        for office in random.sample(offices, 12):
            await execute(tx, "UPDATE provider SET openness_expires_at = now() WHERE id = $1", office.id)
        for status in ("temporarily closed", "inactive", "defunct"):
            await execute(
                tx,
                "UPDATE service SET status = $1 WHERE id = ANY(SELECT service_id FROM provider WHERE id = ANY($2))",
                status,
                [office.id for office in random.sample(offices, 4)],
            )
    return offices


@pytest.mark.parametrize("asked", HelpType)
async def test_whoever_the_rules_would_let_through_is_found_and_ranked_alike(
    database: Database, motley: list[Office], asked: HelpType
) -> None:
    need = asking(asked)
    found = await candidates(database.reader, need)
    everyone = [one for office in motley if (one := await candidate(database.reader, need, office.id))]
    feasible = {one.provider_id for one in everyone if verdict(need, one).is_feasible}
    assert feasible
    assert feasible <= set(ids(found))
    assert {one.provider_id: one for one in found}.items() <= {one.provider_id: one for one in everyone}.items()

    def ranked(of: list[Candidate]) -> list[UUID]:
        return [one.candidate.provider_id for one in ranking.rank(need, of, pairs=PAIRS, now=now(), salt=b"s")]

    assert ranked(found) == ranked(everyone)


async def test_who_takes_nobody_or_gives_other_help_is_narrowed_away(fresh_db: Database) -> None:
    fits = await given.office(fresh_db)
    silent = await given.office(fresh_db, help_types=())
    for openness in rules.TAKES_NOBODY:
        await given.office(fresh_db, openness=openness)
    await given.office(fresh_db, help_types=(FOOD,))
    assert sorted(ids(await candidates(fresh_db.reader, PERSON))) == sorted([fits.id, silent.id])


async def test_who_paused_and_let_it_age_may_be_asked_about_again(fresh_db: Database) -> None:
    office = await given.office(fresh_db, openness=Openness.PAUSED)
    await fresh_db.pool.execute("UPDATE provider SET openness_expires_at = now()")
    (found,) = await candidates(fresh_db.reader, PERSON)
    assert (found.provider_id, found.openness) == (office.id, Openness.UNKNOWN)


@pytest.mark.parametrize("asked", HelpType)
def test_what_serves_is_what_the_rules_count_best_first(asked: HelpType) -> None:
    serving = list(narrowing.serving(asking(asked)))
    fit = {one for one in HelpType if tables.SUBSTITUTES[asked].get(one, 0) >= tables.LEAST_HELP_PERMILLE}
    assert set(serving) == fit
    assert serving[0] == asked
    for position, better in enumerate(serving):
        offered = tuple(HelpType(one) for one in serving[position:])
        assert rules.best_help(asked, offered)[0] == better


# ---------------------------------------------------------------- what is told of each
async def test_distance_is_from_the_persons_place_and_unknown_where_either_has_none(fresh_db: Database) -> None:
    office = await given.office(fresh_db, point=given.MCALLEN)
    assert (await known(fresh_db, office)).distance_km == pytest.approx(80.6, abs=0.5)
    assert (await known(fresh_db, office, replace(PERSON, place=None))).distance_km is None
    here = replace(BROWNSVILLE, latitude=given.MCALLEN[0], longitude=given.MCALLEN[1])
    assert (await known(fresh_db, office, replace(PERSON, place=here))).distance_km == pytest.approx(0, abs=0.001)


# ---------------------------------------------------------------- free places
async def free_as_an_offer_sees(database: Database, office: Office, need: Need) -> int | None:
    """What is free of the count that an offer to this office would draw on."""
    help_type = placing.help_offered(need, verdict(need, await known(database, office, need)))
    counted = await capacity.counted(database.reader, office.id, help_type)
    return await value(database.reader, "SELECT stated - taken - held FROM capacity WHERE id = $1", counted)


@pytest.mark.parametrize(
    "offers", [(ASYLUM,), (DEFENSE,), (ASYLUM, DEFENSE), (), (FOOD,), (FOOD, HelpType.LEGAL_APPEAL)]
)
async def test_free_places_are_those_that_an_offer_would_draw_on(
    fresh_db: Database, offers: tuple[HelpType, ...]
) -> None:
    random, seen = Random(3), set[int | None]()  # noqa: S311 - the same counts each time
    possible = list(product([None, ASYLUM, DEFENSE, FOOD], [CASES, BEDS, CALLS]))
    for _ in range(20):
        office = await given.office(fresh_db, help_types=offers, places=None)
        counts = tuple(
            Count(help_type=help_type, unit=unit, available=random.randrange(9))
            for help_type, unit in random.sample(possible, random.randrange(5))
        )
        async with fresh_db.transaction() as tx:
            await capacity.state(tx, office.id, Statement(openness=Openness.OPEN, counts=counts), by="test", now=now())
            await execute(
                tx,
                "UPDATE capacity SET taken = least(stated, 1), held = stated % 2 WHERE provider_id = $1",
                office.id,
            )
            await execute(
                tx,
                "UPDATE capacity SET expires_at = now() WHERE provider_id = $1 AND stated = ANY($2)",
                office.id,
                random.sample(range(9), 2),
            )
        for need in (asking(ASYLUM), asking(FOOD)):
            free = (await known(fresh_db, office, need)).free_places
            assert free == await free_as_an_offer_sees(fresh_db, office, need)
            seen.add(free)
    assert len(seen) >= 4  # some of these counts differ


async def test_a_count_that_has_aged_out_counts_nothing(fresh_db: Database) -> None:
    office = await given.office(fresh_db, places=4)
    assert ((await known(fresh_db, office)).free_places, (await known(fresh_db, office)).stated_places) == (4, 4)
    await fresh_db.pool.execute("UPDATE capacity SET expires_at = now()")
    assert ((await known(fresh_db, office)).free_places, (await known(fresh_db, office)).stated_places) == (None, None)


# ---------------------------------------------------------------- asked before
async def referral(database: Database, office: Office, request: UUID, *, status: str, reason: str | None) -> None:
    """A request, and an offer of it that ended so."""
    await database.pool.execute(
        """
        INSERT INTO help_request (id, status, created_at, updated_at, help_types, languages, urgency, respond_by,
                                  question_set, idempotency_hash, body_hash)
        VALUES ($1, 'matching', now(), now(), '{}', '{}', 'normal', now(), 'test', uuid_send($1), '')
        ON CONFLICT DO NOTHING""",
        request,
    )
    await database.pool.execute(
        """
        INSERT INTO referral (id, request_id, provider_id, organization_id, help_type, needs, status, decline_reason,
                              holds, offered_at, expires_at, offered_by, score, rules_version)
        VALUES (gen_random_uuid(), $1, $2, $3, 'legal.asylum', '{legal.asylum}', $4, $5, false, now(), now(),
                'system', 0, 'test')""",
        request,
        office.id,
        office.organization_id,
        status,
        reason,
    )


@pytest.mark.parametrize(
    ("status", "reason", "sister"),
    [
        ("offered", None, False),
        ("expired", None, False),
        ("recalled", None, False),
        ("declined", "language_not_available", False),
        ("declined", "conflict_of_interest", True),
    ],
)
async def test_who_was_asked_is_not_asked_again_nor_after_a_conflict_of_interest_a_sister_office(
    fresh_db: Database, status: str, reason: str | None, *, sister: bool
) -> None:
    asked = await given.office(fresh_db)
    near = await given.office(fresh_db, organization_id=asked.organization_id)
    other = await given.office(fresh_db)
    await referral(fresh_db, asked, PERSON.request_id, status=status, reason=reason)
    found = {one.provider_id: one.asked_before for one in await candidates(fresh_db.reader, PERSON)}
    assert found == {asked.id: True, near.id: sister, other.id: False}
    about_another = replace(PERSON, request_id=UUID(int=2))
    assert not any(one.asked_before for one in await candidates(fresh_db.reader, about_another))


# ---------------------------------------------------------------- what a candidate is made of
async def test_everything_that_rules_read_is_read(fresh_db: Database) -> None:
    office = await given.office(fresh_db, languages=("mam",), accepts_detained="only", accepts_minors="no")
    async with fresh_db.transaction() as tx:
        await execute(
            tx,
            """
            UPDATE service SET claims = '{asylum,cat}', minimum_age = 12, maximum_age = 21, depth = 'clinic',
                               delivery_modes = '{phone,in_person}', interpreter_for_other = 'no',
                               facts = '{"low_income_only": "yes"}'""",
        )
        await execute(
            tx,
            """
            INSERT INTO service_area (id, service_id, name, kind, country, state)
            SELECT gen_random_uuid(), service_id, 'Cameron County', 'county', 'US', 'TX' FROM provider""",
        )
        await execute(
            tx,
            """
            INSERT INTO language_offered (id, location_id, tag, mode)
            SELECT gen_random_uuid(), location_id, 'es', 'interpreter_phone' FROM provider""",
        )
        await execute(
            tx,
            "UPDATE provider SET offers_made = 5, offers_accepted = 2, last_offered_at = now() - interval '1 day'",
        )
    found = await known(fresh_db, office)
    assert {(one.tag, one.mode) for one in found.languages} == {
        ("mam", LanguageMode.STAFF_FLUENT),
        ("es", LanguageMode.INTERPRETER_PHONE),
    }
    assert [(area.name, area.kind, area.country, area.state) for area in found.areas] == [
        ("Cameron County", ServiceAreaKind.COUNTY, "US", "TX")
    ]
    assert (found.accepts_detained, found.accepts_minors, found.interpreter_for_other) == (
        Answer.ONLY,
        Answer.NO,
        Answer.NO,
    )
    assert (found.minimum_age, found.maximum_age, found.facts) == (12, 21, {"low_income_only": "yes"})
    assert (found.claims, found.depth.value) == (("asylum", "cat"), "clinic")
    assert (found.offers_made, found.offers_accepted, found.country, found.state) == (5, 2, "US", "TX")
    assert found.last_offered_at
    assert found.openness_stated_at
    assert now() - found.last_offered_at > timedelta(hours=23)
    assert found.openness_stated_at <= now()


async def test_a_listing_without_a_place_is_known_too(fresh_db: Database) -> None:
    office = await given.office(fresh_db)
    await fresh_db.pool.execute("UPDATE provider SET location_id = NULL")
    found = await known(fresh_db, office)
    assert (found.distance_km, found.country, found.state) == (None, None, None)
    assert ids(await candidates(fresh_db.reader, PERSON)) == [office.id]


async def test_what_is_not_listed_is_nobody(fresh_db: Database) -> None:
    office = await given.office(fresh_db)
    await fresh_db.pool.execute("UPDATE service SET status = 'defunct'")
    assert await candidate(fresh_db.reader, PERSON, office.id) is None
    assert await candidate(fresh_db.reader, PERSON, UUID(int=5)) is None
    assert await candidates(fresh_db.reader, PERSON) == []
