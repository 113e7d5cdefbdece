"""Numbers about the work are those that a count by hand gives, and none of them points at a person."""

import statistics as by_hand
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product
from random import Random
from typing import Any
from uuid import UUID

import given
import pytest
from triage_given import colleague

from referral.edges.house import House
from referral.foundation.db import execute
from referral.foundation.errors import ValidationFailed
from referral.intake.words import UrgencyLevel
from referral.triage import statistics

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
NOW = datetime(2026, 6, 1, tzinfo=UTC)
ASKED = """
    INSERT INTO help_request (id, status, created_at, updated_at, help_types, languages, country, state, urgency,
                              respond_by, question_set, data_key, facts, idempotency_hash, body_hash)
    SELECT id, 'matching', at, at, '{legal.asylum}', ARRAY[language], 'US', state, urgency, at + interval '72 hours',
           '1', 'k', 'f', sha256(id::text::bytea), 'b'
      FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::text[])
           AS r(id, at, language, state, urgency)"""
AGREED = """
    INSERT INTO consent (request_id, scope, given_at, withdrawn_at, text_version, language)
    SELECT id, 'statistics_deidentified', now(), CASE WHEN withdrawn THEN now() END, '1', 'en'
      FROM unnest($1::uuid[], $2::boolean[]) AS c(id, withdrawn)"""
OFFERED = """
    INSERT INTO referral (id, request_id, provider_id, organization_id, help_type, needs, status, holds, offered_at,
                          expires_at, responded_at, decline_reason, offered_by, score, rules_version)
    SELECT id, id, $2, $3, 'legal.asylum', '{legal.asylum}', status, false, offered_at, offered_at, replied_at, reason,
           'system', 1, '1'
      FROM unnest($1::uuid[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::text[])
           AS r(id, status, offered_at, replied_at, reason)"""
SAID_YES = """
    WITH noted AS (
         INSERT INTO referral_event (referral_id, status, actor)
         SELECT id, 'accepted', 'system' FROM unnest($1::uuid[]) AS id
    )
    INSERT INTO request_event (request_id, at, kind, actor)
    SELECT id, at, 'accepted', 'system' FROM unnest($1::uuid[], $2::timestamptz[]) AS y(id, at)"""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One request and the one offer of it."""

    id: UUID
    at: datetime
    language: str
    state: str
    level: str
    agrees: bool
    withdrew: bool
    became: str
    offered: float
    replied: float | None

    @property
    def is_counted(self) -> bool:
        return self.agrees and not self.withdrew and FIRST <= self.at.date() <= LAST


def some_case(dice: Random) -> Case:
    became = dice.choice(["accepted", "declined", "expired", "offered"])
    offered = dice.uniform(0, 60)
    return Case(
        id=UUID(int=dice.getrandbits(128)),
        at=datetime(2026, 2, 25, tzinfo=UTC) + timedelta(hours=dice.uniform(0, 24 * 40)),
        language=dice.choice(["es", "es", "es", "ht", "mam"]) if dice.random() < 0.98 else "quc",
        state=dice.choice(["TX", "NY"]),
        level=dice.choice(["critical", "urgent", "urgent", "urgent"]),
        agrees=dice.random() < 0.9,
        withdrew=dice.random() < 0.1,
        became=became,
        offered=offered,
        replied=offered + dice.uniform(0, 40) if became in {"accepted", "declined"} else None,
    )


async def kept(house: House, cases: list[Case]) -> None:
    office = await given.office(house.database)
    agreed, yes = [one for one in cases if one.agrees], [one for one in cases if one.became == "accepted"]

    def reply(one: Case) -> datetime | None:
        return None if one.replied is None else one.at + timedelta(hours=one.replied)

    async with house.database.transaction() as tx:
        await execute(
            tx,
            ASKED,
            [one.id for one in cases],
            [one.at for one in cases],
            [one.language for one in cases],
            [one.state for one in cases],
            [one.level for one in cases],
        )
        await execute(tx, AGREED, [one.id for one in agreed], [one.withdrew for one in agreed])
        await execute(
            tx,
            OFFERED,
            [one.id for one in cases],
            office.id,
            office.organization_id,
            [one.became for one in cases],
            [one.at + timedelta(hours=one.offered) for one in cases],
            [reply(one) for one in cases],
            ["outside_area" if one.became == "declined" else None for one in cases],
        )
        await execute(tx, SAID_YES, [one.id for one in yes], [reply(one) for one in yes])


def percentile(values: list[float], share: float) -> float:
    """As it is defined: between the two nearest, in proportion."""
    values = sorted(values)
    spot = share * (len(values) - 1)
    below = int(spot)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (spot - below)


def shown(counted: tuple[statistics.Counted, ...]) -> dict[str, int]:
    return {one.word: one.count for one in counted if one.count is not None}


async def test_the_numbers_are_those_of_a_count_by_hand(house: House) -> None:
    anna, dice = await colleague(house), Random(5)  # noqa: S311 - not for secrets
    cases = [some_case(dice) for _ in range(900)]
    await kept(house, cases)
    found = await statistics.statistics(house.database.reader, anna, FIRST, LAST, now=NOW)
    counted = [one for one in cases if one.is_counted]
    inside = [one for one in cases if FIRST <= one.at.date() <= LAST]
    assert (found.requests, found.not_counted) == (len(counted), len(inside) - len(counted))
    assert shown(found.states) == Counter(f"US-{one.state}" for one in counted)
    assert shown(found.levels) == Counter(one.level for one in counted)
    assert shown(found.declines) == Counter("outside_area" for one in counted if one.became == "declined")
    assert found.expiries == sum(one.became == "expired" for one in counted)
    for pace in found.paces:
        of_level = [one for one in counted if one.level == pace.level.value]
        if not of_level:
            assert pace.acceptance == statistics.Hours(median=None, longest=None)
            continue
        assert pace.first_offer.median == pytest.approx(by_hand.median(one.offered for one in of_level), abs=0.06)
        yes = [one.replied for one in of_level if one.became == "accepted" and one.replied is not None]
        assert len(yes) >= 20, "the dice must give each level enough"
        assert pace.acceptance.longest == pytest.approx(percentile(yes, 0.95), abs=0.06)
        in_time = sum(each <= 72 for each in yes)
        assert pace.answered_in_time == pytest.approx(in_time / len(of_level), abs=0.006)
    assert {pace.level for pace in found.paces} == set(UrgencyLevel)


async def test_a_rare_language_is_not_told_and_cannot_be_told_from_the_sum(house: House) -> None:
    anna = await colleague(house)
    dice = Random(5)  # noqa: S311 - not for secrets
    cases = [some_case(dice) for _ in range(400)]
    await kept(house, cases)
    rare = Counter(one.language for one in cases if one.is_counted)["quc"]
    assert 0 < rare < 5, "the dice must give a rare language"
    found = await statistics.statistics(house.database.reader, anna, FIRST, LAST, now=NOW)
    hidden = {one.word for one in found.languages if one.count is None}
    assert "quc" in hidden
    assert len(hidden) > 1


def test_no_hidden_count_can_be_told_from_the_others_and_the_sum() -> None:
    """All small groups: whoever knows the sum and the rule finds more than one way to fill what is hidden."""
    for sizes in product(range(1, 13), repeat=3):
        tally = {f"kind {number}": size for number, size in enumerate(sizes)}
        told = statistics.told(tally)
        assert sum(one.count for one in told if one.count is not None) <= sum(sizes)
        assert all(one.count is None or one.count == tally[one.word] >= 5 for one in told)
        hidden = [one.word for one in told if one.count is None]
        if hidden and len(hidden) < len(tally):
            rest = sum(tally[one] for one in hidden)
            ways = {
                filled[0]
                for filled in product(range(1, rest), repeat=len(hidden))
                if sum(filled) == rest and min(filled) < 5
            }
            assert len(ways) > 1, (sizes, hidden)


@pytest.mark.parametrize(
    ("first_day", "last_day", "code"),
    [
        (LAST, FIRST, "BEFORE_FROM"),
        (date(2025, 1, 1), date(2026, 1, 2), "TOO_LONG"),
        (date.max, date.max, "OUT_OF_RANGE"),
    ],
)
async def test_days_that_cannot_be_asked_are_named(house: House, first_day: date, last_day: date, code: str) -> None:
    with pytest.raises(ValidationFailed) as failed:
        await statistics.statistics(house.database.reader, await colleague(house), first_day, last_day, now=NOW)
    assert [(problem.path, problem.code) for problem in failed.value.problems] == [(("to",), code)]


async def test_a_year_of_which_nothing_is_known_is_zeros_and_blanks(house: House) -> None:
    found = await statistics.statistics(
        house.database.reader, await colleague(house), date(2025, 1, 1), date(2026, 1, 1), now=NOW
    )
    zeros: Any = (found.requests, found.not_counted, found.expiries)
    assert zeros == (0, 0, 0)
    assert (found.languages, found.outcomes) == ((), ())


async def test_of_the_form_whole_weeks_are_told_and_few_of_a_language_are_not(house: House) -> None:
    rows = [
        (date(2026, 3, 2), "en", "yes", 30), (date(2026, 3, 9), "en", "yes", 12), (date(2026, 3, 9), "en", "no", 8),
        (date(2026, 3, 9), "ar", "no", 2), (date(2026, 3, 9), "ht", "so_so", 3), (date(2026, 3, 30), "en", "yes", 50),
    ]  # fmt: skip
    await house.database.pool.executemany("INSERT INTO form_ease VALUES ($1, $2, '2026-12', $3, $4)", rows)
    found = await statistics.statistics(house.database.reader, await colleague(house), FIRST, LAST, now=NOW)
    told = {(one.language, one.answer.value): one.count for one in found.ease}
    # 2 and 3 are too few, and 8 would tell their sum; the week from the 30th does not end in March.
    assert told == {("en", "yes"): 42, ("en", "no"): None, ("ht", "so_so"): None, ("ar", "no"): None}
