"""A narrowed look finds what looking at everybody finds, and reads no more than decides the order."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import brute_force
import given
import pytest
from matching_given import PERSON

from referral.directory.words import Openness
from referral.foundation.clock import now
from referral.foundation.db import Database, Tx, execute, value
from referral.foundation.vocabulary import CasePosture, HelpType
from referral.intake.words import UrgencyLevel, Wish
from referral.matching import candidates as questions
from referral.matching import finding, looking, narrowing, ranking
from referral.matching.pair import Need, Spot
from referral.matching.verdicts import Verdict

FIRST = 10
HELPS = (HelpType.LEGAL_ASYLUM, HelpType.LEGAL_REMOVAL_DEFENSE, HelpType.LEGAL_ORIENTATION, HelpType.HUM_SHELTER)
TAGS = ("es", "en", "mam", "ht", "cmn", "prs", "pt-BR")
OPENNESS = ("open", "open", "limited", "waitlist", "assessment_needed", "closed", "unknown", "unknown")
WISHES: tuple[frozenset[Wish], ...] = (frozenset(), frozenset({Wish.STEP_FREE, Wish.IN_PERSON}))


def ids(verdicts: Iterable[Verdict]) -> list[UUID]:
    return [verdict.candidate.provider_id for verdict in verdicts]


def may_be_offered(verdict: Verdict) -> bool:
    return verdict.is_offerable


# ---------------------------------------------------------------- nothing is lost
async def vary(tx: Tx, id: UUID, random: Random) -> None:
    """One listing says this and that, or nothing."""
    await execute(
        tx,
        """
        UPDATE service SET help_types = $2, delivery_modes = $3, depth = $4, accepts_detained = $5,
               interpreter_for_other = $6, facts = $7
         WHERE id = $1""",
        id,
        [one.value for one in random.sample(HELPS, random.choice([0, 1, 1, 2]))],
        random.choice([[], ["in_person"], ["in_person"], ["phone"], ["in_person", "video"]]),
        random.choice(["full_representation", "unknown", "clinic"]),
        random.choice(["yes", "no", "unknown", "unknown"]),
        random.choice(["yes", "unknown", "unknown", "no"]),
        random.choice([{}, {}, {"population_limit": "yes"}, {"step_free": "yes"}]),
    )
    made = random.choice([0, 0, 0, 2, 9])
    await execute(
        tx,
        """
        UPDATE provider SET openness = $2, openness_stated_at = now() - $3::int * interval '1 day',
               openness_expires_at = now() + $4::int * interval '1 day', offers_made = $5, offers_accepted = $6
         WHERE id = $1""",
        id,
        random.choice(OPENNESS),
        random.randint(0, 60),
        random.choice([30, 30, -1]),
        made,
        random.randint(0, made),
    )
    if made:
        hours = [random.uniform(0, 300)]
        await execute(tx, "INSERT INTO provider_pace (provider_id, answered_in) VALUES ($1, $2)", id, hours)
    for tag in random.sample(TAGS, random.choice([0, 0, 1, 2])):
        mode = random.choice(["staff_fluent", "interpreter_phone", "staff_basic", "written_only"])
        spoken = "INSERT INTO language_offered (id, service_id, tag, mode) VALUES ($1, $2, $3, $4)"
        await execute(tx, spoken, uuid4(), id, tag, mode)
    if random.random() < 0.5:
        stated = random.randint(1, 6)
        await execute(
            tx,
            """
            INSERT INTO capacity (provider_id, unit, stated, taken, stated_at, expires_at)
            VALUES ($1, 'full_cases', $2, $3, now(), now() + interval '30 days')""",
            id,
            stated,
            random.randint(0, stated),
        )


@pytest.fixture(scope="module")
async def motley_many(database: Database) -> int:
    """Some hundred listings of every sort, in Texas and over the border, some without a point."""
    random = Random(29)  # noqa: S311 - the same directory each time
    points = [
        None if random.random() < 0.06 else (random.uniform(25.5, 33.0), random.uniform(-106.5, -97.0))
        for _ in range(420)
    ]
    async with database.transaction() as tx:
        for table in ("outbox", "referral", "help_request", "capacity", "organization"):
            await execute(tx, f"DELETE FROM {table}")
        for id in await given.many_offices(tx, points):
            await vary(tx, id, random)
        abroad = "UPDATE location SET country = 'MX', state = 'TAM' WHERE latitude < 27.0 AND source = $1"
        await execute(tx, abroad, given.SOURCE)
    return len(points)


def anybody(random: Random) -> Need:
    lat, lon = random.uniform(25.5, 33.0), random.uniform(-106.5, -97.0)
    here = Spot(latitude=lat, longitude=lon, name="Somewhere", country="US", state="TX")
    there = replace(here, country="MX", state="TAM")
    return replace(
        PERSON,
        request_id=UUID(int=random.getrandbits(128)),
        help_types=tuple(random.sample(HELPS, random.choice([1, 1, 2]))),
        languages=tuple(random.sample(("es", "en", "mam", "ht", "zh", "fa", "pt"), random.choice([1, 1, 2, 3]))),
        place=random.choice([here, here, here, there, replace(here, is_area=True), None]),
        posture=random.choice([CasePosture.DETAINED_ICE, CasePosture.IN_REMOVAL_PROCEEDINGS, CasePosture.UNKNOWN]),
        urgency=random.choice(list(UrgencyLevel)),
        next_hearing_on=random.choice([None, (now() + timedelta(days=random.randint(1, 90))).date()]),
        wishes=random.choice(WISHES),
        can_take_calls=random.random() < 0.8,
    )


@pytest.mark.parametrize("seed", range(5))
async def test_the_first_are_those_that_looking_at_everybody_finds(
    database: Database, motley_many: int, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(looking, "MOST_JUDGED", motley_many)  # where it ends by itself is another story
    monkeypatch.setattr(looking, "MOST_OF_EQUALS", motley_many)
    random, at, moment = Random(seed), database.reader, now()  # noqa: S311 - the same people each time
    pairs = await finding.pairs(at)
    for _ in range(8):
        need = anybody(random)
        everyone = await brute_force.candidates(at, need)
        expected = ranking.rank(need, everyone, pairs=pairs, now=moment, salt=finding.SALT)
        terms = looking.Terms(pairs=pairs, now=moment, salt=finding.SALT, first=FIRST)
        assert ids(await looking.best(at, need, terms)) == ids(expected[:FIRST]), need
        offerable = tuple(one for one in expected if one.is_offerable)[:FIRST]
        only = looking.Terms(pairs=pairs, now=moment, salt=finding.SALT, first=FIRST, counts=may_be_offered)
        assert ids(await looking.best(at, need, only)) == ids(offerable), need


# ---------------------------------------------------------------- and little is read
async def test_of_many_that_fit_only_the_near_ones_are_looked_at(
    fresh_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await given.offices(fresh_db, [(30.0 + number / 1000, -97.0) for number in range(1500)])
    near = [(await given.office(fresh_db, name=f"Synthetic Office {number}")).id for number in range(3)]
    looked_at: list[UUID] = []
    known = questions.known

    async def noted(*asked: Any) -> Any:
        looked_at.extend(asked[2])
        return await known(*asked)

    monkeypatch.setattr(questions, "known", noted)
    found = await finding.ranked(fresh_db.reader, PERSON, now=now(), first=3)
    assert set(ids(found)) == set(near)
    assert len(looked_at) <= looking.AT_ONCE + looking.FIRST_READ


async def test_a_look_ends_however_many_are_alike(fresh_db: Database) -> None:
    await given.offices(fresh_db, [given.BROWNSVILLE] * 600)
    for need in (PERSON, replace(PERSON, place=None)):
        assert len(await finding.ranked(fresh_db.reader, need, now=now())) == finding.FIRST


async def test_streams_are_read_by_their_indexes(fresh_db: Database) -> None:
    """However large the directory, a stream costs what is read of it."""
    await given.offices(fresh_db, [(30.0 + number / 1000, -97.0) for number in range(600)])
    async with fresh_db.transaction() as tx:
        # Hundreds of listings are few enough to be sorted; a million are not. Only these indexes can spare it.
        for way in ("seqscan", "bitmapscan", "sort"):
            await execute(tx, f"SET LOCAL enable_{way} = off")
        await execute(tx, "SET LOCAL plan_cache_mode = force_generic_plan")
        rows = await tx.source.fetch(
            f"EXPLAIN {questions.STREAMS}",
            questions.where(PERSON),
            [0],
            ["legal.asylum"],
            [narrowing.ANY_TAG],
            [narrowing.Known.OPEN.name],
            20,
        )
    plan = "\n".join(row[0] for row in rows)
    for index in ("listing_offer_near_open", "listing_offer_near_known", "listing_offer_near"):
        assert f"Index Scan using {index} on listing_offer" in plan
    assert "Seq Scan on listing_offer" not in plan


async def test_the_tags_of_a_language_are_found_whatever_their_region(fresh_db: Database) -> None:
    for languages in (("es", "es-MX"), ("est",), ("e",), ("pt-BR",)):
        await given.office(fresh_db, languages=languages)
    assert sorted(await questions.offered_tags(fresh_db.reader, ["es", "zh"])) == ["es", "es-MX"]
    assert await questions.offered_tags(fresh_db.reader, []) == []


@pytest.mark.parametrize("openness", [Openness.OPEN, Openness.ASSESSMENT_NEEDED])
async def test_who_decides_after_a_first_talk_stands_out(fresh_db: Database, openness: Openness) -> None:
    office = await given.office(fresh_db, openness=openness)
    question = "SELECT bool_and(stands_out) FROM listing_offer WHERE listing_id = $1"
    assert await value(fresh_db.reader, question, office.id) is (openness is Openness.ASSESSMENT_NEEDED)
    assert ids(await finding.ranked(fresh_db.reader, PERSON, now=now())) == [office.id]
