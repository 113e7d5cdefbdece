"""Who is asked whether they still take people: in time, once a week, at the right address, never against their will."""

import asyncio
from datetime import timedelta
from uuid import UUID

import given
import pytest
from given import Office

from referral.directory import capacity
from referral.directory.capacity import Statement
from referral.directory.upkeep import asking, hiding
from referral.directory.words import Openness
from referral.edges.house import House
from referral.foundation.clock import now
from referral.foundation.db import Database, value
from referral.foundation.errors import Conflict, ValidationFailed

WEEK = timedelta(days=7)
ADDRESS = "office@demo.invalid"


async def change(database: Database, statement: str, *args: object) -> None:
    await database.pool.execute(statement, *args)


async def at(database: Database, office: Office, address: str | None) -> None:
    """Where offers to an office go."""
    await change(database, "UPDATE provider SET referral_email = $2 WHERE id = $1", office.id, address)


async def spoke(database: Database, office: Office, *, days_ago: float, lapses_in_days: float) -> None:
    await change(
        database,
        """UPDATE provider SET openness = 'open', openness_stated_at = $2, openness_expires_at = $3 WHERE id = $1""",
        office.id,
        now() - timedelta(days=days_ago),
        now() + timedelta(days=lapses_in_days),
    )


async def due(database: Database, *, with_listed: bool = False) -> list[str]:
    return await asking.due(database.reader, with_listed=with_listed, now=now())


async def ordered(database: Database, *, later: timedelta = timedelta(0), with_listed: bool = False) -> int:
    async with database.transaction() as tx:
        return await asking.order(tx, with_listed=with_listed, now=now() + later)


async def jobs(database: Database) -> int:
    return await value(database.reader, "SELECT count(*) FROM outbox WHERE kind = 'ask_provider'")


async def silent(database: Database, address: str | None = ADDRESS, name: str = "Synthetic Office") -> Office:
    """An office that never said whether it takes people."""
    office = await given.office(database, name=name, openness=None)
    await at(database, office, address)
    return office


# ---------------------------------------------------------------- who is due


async def test_who_never_spoke_is_due(fresh_db: Database) -> None:
    await silent(fresh_db)
    assert await due(fresh_db) == [ADDRESS]


@pytest.mark.parametrize(
    ("days_ago", "lapses_in_days", "is_due"),
    [
        (28.5, 1.5, True),
        (27.5, 2.5, False),
        (40, -10, True),
        (6, 24, False),
        (2, -1, False),  # beds of one night: it spoke two days ago, and is left in peace
        (8, -7, True),
    ],
)
async def test_what_was_said_must_be_about_to_lapse(
    fresh_db: Database, days_ago: float, lapses_in_days: float, is_due: bool
) -> None:
    office = await silent(fresh_db)
    await spoke(fresh_db, office, days_ago=days_ago, lapses_in_days=lapses_in_days)
    assert await due(fresh_db) == ([ADDRESS] if is_due else [])


@pytest.mark.parametrize(
    "unlisted",
    [
        "UPDATE provider SET retired_at = now()",
        "UPDATE service SET status = 'inactive'",
        "UPDATE service SET status = 'defunct'",
        "UPDATE service SET status = 'temporarily closed'",
        "UPDATE provider SET verification = 'suspended'",
    ],
)
async def test_who_is_not_listed_or_paused_by_the_list_is_not_asked(fresh_db: Database, unlisted: str) -> None:
    await silent(fresh_db)
    await change(fresh_db, unlisted)
    assert await due(fresh_db) == []
    assert await ordered(fresh_db) == 0


@pytest.mark.parametrize(
    "address", [None, "", "no address", "a@demo.invalid, b@demo.invalid", f"{ADDRESS}\nBcc: x@y.z"]
)
async def test_without_one_plain_address_nobody_is_asked(fresh_db: Database, address: str | None) -> None:
    await silent(fresh_db, address)
    assert await due(fresh_db) == []


async def test_an_address_that_only_a_list_gives_counts_where_the_operator_says_so(fresh_db: Database) -> None:
    await silent(fresh_db, None)
    await change(fresh_db, "UPDATE organization SET email = 'listed@demo.invalid'")
    assert await due(fresh_db) == []
    assert await due(fresh_db, with_listed=True) == ["listed@demo.invalid"]


async def test_the_address_for_offers_goes_before_the_one_of_the_list(fresh_db: Database) -> None:
    await silent(fresh_db)
    await change(fresh_db, "UPDATE organization SET email = 'listed@demo.invalid'")
    assert await due(fresh_db, with_listed=True) == [ADDRESS]


# ---------------------------------------------------------------- how often


async def test_an_address_is_asked_once_a_week(fresh_db: Database) -> None:
    await silent(fresh_db)
    assert await ordered(fresh_db) == 1
    assert await ordered(fresh_db) == 0
    assert await ordered(fresh_db, later=WEEK - timedelta(minutes=1)) == 0
    assert await ordered(fresh_db, later=WEEK + timedelta(minutes=1)) == 1


async def test_one_address_gets_one_letter_about_all_its_listings_however_it_is_written(fresh_db: Database) -> None:
    first, second = await silent(fresh_db, name="B, due"), await silent(fresh_db, "Office@Demo.Invalid", name="C, due")
    fresh = await given.office(fresh_db, name="A, said a moment ago")
    await at(fresh_db, fresh, ADDRESS)
    await given.office(fresh_db, name="Elsewhere", openness=None)
    assert await ordered(fresh_db) == 2
    (ask,) = await asking.asks(fresh_db.reader, [ADDRESS], with_listed=False, now=now())
    assert [(one.id, one.is_due) for one in ask.listings] == [(first.id, True), (second.id, True), (fresh.id, False)]


async def test_all_who_order_at_once_order_one_letter(fresh_db: Database) -> None:
    await silent(fresh_db)
    assert sorted(await asyncio.gather(*(ordered(fresh_db) for _ in range(6)))) == [0, 0, 0, 0, 0, 1]
    assert await jobs(fresh_db) == 1


async def test_who_orders_while_another_has_not_committed_waits_and_finds_nobody_left(fresh_db: Database) -> None:
    await silent(fresh_db)
    async with fresh_db.transaction() as tx:
        assert await asking.order(tx, with_listed=False, now=now()) == 1
        second = asyncio.create_task(ordered(fresh_db))
        async with asyncio.timeout(30):
            while not await value(
                fresh_db.reader,
                """SELECT EXISTS (SELECT FROM pg_stat_activity
                                   WHERE wait_event_type = 'Lock' AND query LIKE '%INSERT INTO confirmation%')""",
            ):
                await asyncio.sleep(0.005)
    assert await second == 0
    assert await jobs(fresh_db) == 1


async def test_no_more_are_ordered_at_once_than_a_mail_server_bears_and_the_rest_follow(
    fresh_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "MOST_AT_ONCE", 2)
    for number in range(3):
        await silent(fresh_db, f"office-{number}@demo.invalid")
    assert [await ordered(fresh_db) for _ in range(3)] == [2, 1, 0]


# ---------------------------------------------------------------- what a letter is about


async def letter_id(database: Database) -> UUID:
    return await value(database.reader, "SELECT subject_id FROM outbox WHERE kind = 'ask_provider'")


async def test_who_has_spoken_meanwhile_gets_no_letter(fresh_db: Database) -> None:
    office = await silent(fresh_db)
    await ordered(fresh_db)
    id = await letter_id(fresh_db)
    assert await asking.ordered(fresh_db.reader, id, with_listed=False, now=now())
    await spoke(fresh_db, office, days_ago=0, lapses_in_days=30)
    assert await asking.ordered(fresh_db.reader, id, with_listed=False, now=now()) is None


async def test_a_letter_that_was_ordered_is_not_written_after_a_no(fresh_db: Database) -> None:
    office = await silent(fresh_db)
    await ordered(fresh_db)
    await said_no(fresh_db, office)
    assert await asking.ordered(fresh_db.reader, await letter_id(fresh_db), with_listed=False, now=now()) is None


async def test_a_hidden_place_is_named_by_its_state_alone(house: House) -> None:
    office = await silent(house.database, name="Canary House")
    await change(house.database, "UPDATE organization SET name = 'Synthetic Organization'")
    async with house.database.transaction() as tx:
        await hiding.hide(tx, house.vault, office.id, now=now())
    (ask,) = await asking.asks(house.database.reader, [ADDRESS], with_listed=False, now=now())
    assert [(one.name, one.place) for one in ask.listings] == [("Synthetic Organization", "TX")]


# ---------------------------------------------------------------- not again


async def said_no(database: Database, office: Office) -> None:
    async with database.transaction() as tx:
        await asking.ask_no_more(tx, office.id, now=now())


async def test_a_no_is_remembered_for_every_listing_at_the_address_until_it_is_taken_back(fresh_db: Database) -> None:
    office, other = await silent(fresh_db), await silent(fresh_db, ADDRESS.upper())
    await said_no(fresh_db, office)
    await said_no(fresh_db, office)
    assert await ordered(fresh_db) == 0
    assert await ordered(fresh_db, later=timedelta(days=400)) == 0
    assert await asking.is_asked(fresh_db.reader, other.id) is False
    async with fresh_db.transaction() as tx:
        await asking.ask_again(tx, other.id)
    assert await asking.is_asked(fresh_db.reader, office.id) is True
    assert await ordered(fresh_db) == 1
    acts = await value(fresh_db.reader, "SELECT array_agg(act || ' ' || actor ORDER BY id) FROM audit_event")
    assert acts == ["asking_ended provider_staff"] * 2 + ["asking_resumed provider_staff"]


async def test_without_an_address_there_is_nothing_to_say_no_to(fresh_db: Database) -> None:
    office = await silent(fresh_db, None)
    assert await asking.is_asked(fresh_db.reader, office.id) is None
    with pytest.raises(Conflict):
        await said_no(fresh_db, office)


# ---------------------------------------------------------------- a pause


async def state(database: Database, office: Office, statement: Statement) -> None:
    async with database.transaction() as tx:
        await capacity.state(tx, office.id, statement, by="test", now=now())


async def test_a_pause_is_believed_until_its_end(fresh_db: Database) -> None:
    office = await silent(fresh_db)
    until = now() + timedelta(days=90)
    await state(fresh_db, office, Statement(openness=Openness.PAUSED, until=until))
    assert await capacity.believed_until(fresh_db.reader, office.id, now=now()) == until
    assert await capacity.believed_until(fresh_db.reader, office.id, now=until) is None


@pytest.mark.parametrize(
    ("openness", "ends_in", "code"),
    [
        (Openness.PAUSED, timedelta(seconds=-1), "OUT_OF_RANGE"),
        (Openness.PAUSED, timedelta(days=367), "OUT_OF_RANGE"),
        (Openness.OPEN, timedelta(days=3), "ONLY_A_PAUSE"),
    ],
)
async def test_an_end_that_is_none_is_refused(
    fresh_db: Database, openness: Openness, ends_in: timedelta, code: str
) -> None:
    office = await silent(fresh_db)
    with pytest.raises(ValidationFailed) as refused:
        await state(fresh_db, office, Statement(openness=openness, until=now() + ends_in))
    assert [(one.path, one.code) for one in refused.value.problems] == [(("until",), code)]
