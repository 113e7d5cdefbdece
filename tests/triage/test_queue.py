"""What waits, in four orders under every filter, as a count by hand would have it; and how urgent it is by now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import given
import pytest
from referrals_given import answered, as_it_stands, history, offered, someone
from triage_given import claim, colleague, holder

from referral.edges.house import House
from referral.foundation.actors import Staff
from referral.foundation.clock import now
from referral.foundation.db import Database, execute, many
from referral.foundation.vocabulary import HelpType
from referral.intake import reevaluating
from referral.intake.requests import REQUEST, HelpRequest
from referral.intake.words import HelpRequestStatus, UrgencyLevel
from referral.referrals.words import ReferralAnswer
from referral.triage import queue, stuck
from referral.triage.queue import AssigneeIs, QueueFilter, QueueOrder
from referral.triage.stuck import StuckReason

S, U = HelpRequestStatus, UrgencyLevel
MANY = 300
FILLED = """
    INSERT INTO help_request (id, status, close_reason, created_at, updated_at, help_types, languages, country, state,
                              urgency, respond_by, question_set, data_key, facts, idempotency_hash, body_hash)
    SELECT id, status, CASE WHEN status = 'closed' THEN 'spam' END, at, at + after, help_types, languages, 'US', state,
           urgency, at + due, '1', 'k', 'f', sha256(id::text::bytea), 'b'
      FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::interval[], $5::text[], $6::text[], $7::interval[])
           AS r(id, status, at, after, urgency, state, due)
      JOIN unnest($1::uuid[], $8::text[]) AS h(id, help_type) USING (id)
      JOIN unnest($1::uuid[], $9::text[]) AS l(id, language) USING (id),
           LATERAL (SELECT ARRAY[help_type] AS help_types, ARRAY[language, 'en'] AS languages) AS lists"""


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """Requests at random, and who holds which."""

    requests: dict[UUID, HelpRequest]
    held: Mapping[UUID, UUID]
    anna: Staff


async def crowd(house: House, seed: int) -> Crowd:
    dice, start = Random(seed), now()  # noqa: S311 - not for secrets
    ids = sorted(UUID(int=dice.getrandbits(128)) for _ in range(MANY))
    anna, berta = await colleague(house), await colleague(house, "berta")
    held = {id: dice.choice([anna.id, berta.id]) for id in ids if dice.random() < 0.2}

    def each(choose: Callable[[], object]) -> list[object]:
        return [choose() for _ in ids]

    async with house.database.transaction() as tx:
        await execute(
            tx,
            FILLED,
            ids,
            each(lambda: dice.choice([s.value for s in S if s is not S.DRAFT])),
            each(lambda: start - timedelta(hours=dice.randrange(50))),  # many at the same moment
            each(lambda: timedelta(hours=dice.randrange(5))),
            each(lambda: dice.choice([level.value for level in U])),
            each(lambda: dice.choice(["TX", "NY", None])),
            each(lambda: timedelta(hours=dice.randrange(60))),
            each(lambda: dice.choice(["legal.asylum", "hum.food"])),
            each(lambda: dice.choice(["es", "ht", "mam"])),
        )
        await execute(
            tx,
            "INSERT INTO request_claim SELECT r, s, now(), now() FROM unnest($1::uuid[], $2::uuid[]) AS c(r, s)",
            list(held),
            list(held.values()),
        )
    rows = await many(house.database.reader, HelpRequest, f"SELECT {REQUEST} FROM help_request")
    return Crowd(requests={row.id: row for row in rows}, held=held, anna=anna)


def belongs(crowd: Crowd, asked: QueueFilter, one: HelpRequest, at: datetime) -> bool:
    """The same question, asked of one request by hand."""
    holder = crowd.held.get(one.id)
    late = one.respond_by <= at and one.status in {S.SUBMITTED, S.IN_TRIAGE, S.MATCHING, S.OFFERED}
    hands = {
        None: True,
        AssigneeIs.ME: holder == crowd.anna.id,
        AssigneeIs.NOBODY: holder is None,
        AssigneeIs.SOMEONE: holder is not None,
    }
    return (
        (one.status is not S.CLOSED if asked.statuses is None else one.status in asked.statuses)
        and (asked.urgencies is None or one.urgency in asked.urgencies)
        and (asked.help_types is None or bool(set(asked.help_types) & set(one.help_types)))
        and (asked.languages is None or bool(set(asked.languages) & set(one.languages)))
        and (asked.states is None or one.state in asked.states)
        and (asked.countries is None or one.country in asked.countries)
        and hands[asked.assignee]
        and (asked.overdue is None or late == asked.overdue)
    )


def place_in(order: QueueOrder, one: HelpRequest) -> tuple[object, ...]:
    match order:
        case QueueOrder.RESPOND_BY:
            return one.respond_by, one.id
        case QueueOrder.OLDEST:
            return one.created_at, one.id
        case QueueOrder.URGENCY:
            return [U.CRITICAL, U.URGENT, U.ELEVATED, U.NORMAL].index(one.urgency), one.respond_by, one.id
        case QueueOrder.RECENTLY_CHANGED:
            return one.updated_at, one.id


def some_filter(dice: Random) -> QueueFilter:
    choices: dict[str, list[Any]] = {
        "statuses": [(S.SUBMITTED, S.IN_TRIAGE), (S.CLOSED,), tuple(S)],
        "urgencies": [(U.CRITICAL,), (U.URGENT, U.NORMAL)],
        "help_types": [(HelpType.LEGAL_ASYLUM,), (HelpType.HUM_FOOD, HelpType.HUM_SHELTER)],
        "languages": [("mam",), ("es", "ht"), ("en",)],
        "states": [("TX",), ("TX", "NY")],
        "countries": [("US",), ("MX",)],
        "assignee": list(AssigneeIs),
        "overdue": [True, False],
    }
    asked = {name: dice.choice(each) for name, each in choices.items() if dice.random() < 0.3}
    return QueueFilter(**asked)


async def walked(db: Database, crowd: Crowd, asked: QueueFilter, order: QueueOrder, at: datetime) -> list[UUID]:
    """Page by page to the end."""
    seen: list[UUID] = []
    after = None
    while True:
        page = await queue.waiting(db.reader, crowd.anna, asked, order, first=40, after=after, now=at)
        seen += [one.id for one in page.requests]
        if not page.page.has_next:
            return seen
        after = queue.cursor(page.requests[-1], order)


async def test_every_filter_in_every_order_is_what_a_count_by_hand_says(house: House) -> None:
    everyone, dice, at = await crowd(house, 7), Random(8), now()  # noqa: S311 - not for secrets
    hits = 0
    for asked in [QueueFilter(), *(some_filter(dice) for _ in range(40))]:
        expected = [one for one in everyone.requests.values() if belongs(everyone, asked, one, at)]
        hits += len(expected)
        order = dice.choice(list(QueueOrder))
        for each in list(QueueOrder) if asked == QueueFilter() else [order]:
            by_hand = sorted(expected, key=lambda one, each=each: place_in(each, one))  # type: ignore[misc]
            if each is QueueOrder.RECENTLY_CHANGED:
                by_hand.reverse()
            assert await walked(house.database, everyone, asked, each, at) == [one.id for one in by_hand], asked
        assert await queue.count(house.database.reader, everyone.anna, asked, now=at) == len(expected)
        tallies = await queue.tallies(house.database.reader, everyone.anna, asked, now=at)
        told = {(one.kind, one.word): one.count for one in tallies}
        for status in S:
            assert told.get(("status", status.value), 0) == sum(one.status is status for one in expected)
        for tag in ("es", "ht", "mam", "en"):
            assert told.get(("language", tag), 0) == sum(tag in one.languages for one in expected)
        assert told.get(("held", "me"), 0) == sum(everyone.held.get(one.id) == everyone.anna.id for one in expected)
    assert hits > MANY


# ---------------------------------------------------------------- as of now
async def test_a_hearing_that_comes_nearer_raises_the_level_and_brings_the_request_forward(house: House) -> None:
    anna = await colleague(house)
    request = await someone(house, next_hearing_on=(now() + timedelta(days=30)).date())
    still = await someone(house)

    async def order() -> list[UUID]:
        found = await queue.waiting(
            house.database.reader, anna, QueueFilter(), QueueOrder.URGENCY, first=9, after=None, now=now()
        )
        return [one.id for one in found.requests]

    assert (await as_it_stands(house, request)).urgency is U.ELEVATED
    async with house.database.transaction() as tx:
        for one in (request, still):
            await reevaluating.reevaluate(tx, house.vault, one.id, now=now() + timedelta(days=17))
    moved = await as_it_stands(house, request)
    assert (moved.urgency, moved.respond_by) == (U.URGENT, request.created_at + timedelta(hours=72))
    assert await history(house, request) == ["submitted", "urgency_changed"]
    assert await history(house, still) == ["submitted"]
    assert await order() == [request.id, still.id]


# ---------------------------------------------------------------- stuck
async def test_whatever_does_not_move_by_itself_is_found_with_its_reason(house: House) -> None:
    office = await given.office(house.database)
    anna = await colleague(house)
    asked, met, parked, left, fine = [await someone(house) for _ in range(5)]
    question = await offered(house, asked, given.terms(office))
    await answered(house, question.id, ReferralAnswer.ASK, words="Which court?")
    yes = await offered(house, met, given.terms(office))
    await answered(house, yes.id, ReferralAnswer.ACCEPT)
    await house.database.pool.execute(
        "UPDATE referral SET responded_at = now() - interval '4 days' WHERE id = $1", yes.id
    )
    await house.database.pool.execute("UPDATE outbox SET parked_at = now() WHERE subject_id = $1", parked.id)
    await house.database.pool.execute("UPDATE help_request SET status = 'in_triage' WHERE id = $1", left.id)
    expected = {
        asked.id: [StuckReason.QUESTION_WAITING],
        met.id: [StuckReason.HANDOFF_UNCONFIRMED],
        parked.id: [StuckReason.JOB_PARKED],
        left.id: [StuckReason.NOBODY_LEFT],
    }
    assert await stuck.of_requests(house.database.reader, [*expected, fine.id]) == expected
    for id, (reason,) in expected.items():
        found = await queue.waiting(
            house.database.reader,
            anna,
            QueueFilter(stuck=(reason,)),
            QueueOrder.OLDEST,
            first=9,
            after=None,
            now=now(),
        )
        assert [one.id for one in found.requests] == [id], reason
    await claim(house, anna, left.id)
    assert await holder(house, left.id) == anna.id
    assert await stuck.of_requests(house.database.reader, [left.id]) == {}


@pytest.mark.parametrize("name", ["countries", "states", "stuck"])
async def test_an_empty_list_is_no_filter(house: House, name: str) -> None:
    asked: dict[str, Any] = {name: ()}
    with pytest.raises(queue.ValidationFailed) as failed:
        await queue.waiting(
            house.database.reader,
            await colleague(house),
            QueueFilter(**asked),
            QueueOrder.OLDEST,
            first=None,
            after=None,
            now=now(),
        )
    assert [problem.path for problem in failed.value.problems] == [("filter", name)]
