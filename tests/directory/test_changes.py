"""Whoever follows the feed of changes ends with the directory as it is, and misses nothing on the way."""

import asyncio
from random import Random
from uuid import UUID

import given
import pytest
from changing import EVERY_TABLE, GONE

from referral.directory.publishing import changes
from referral.directory.publishing.changes import ChangeKind
from referral.foundation.db import Database, Tx, execute, value
from referral.foundation.errors import ValidationFailed


async def settled(db: Database) -> None:
    """Once nothing is open that is older than the last change, as when the server keeps its own statistics."""
    while not await value(
        db.reader,
        "SELECT coalesce(max(xact::text::bigint), 0) < pg_snapshot_xmin(pg_current_snapshot())::text::bigint "
        "FROM listing_change",
    ):
        await asyncio.sleep(0.05)


async def end(db: Database) -> str | None:
    """Where the feed ends now."""
    await settled(db)
    cursor: str | None = None
    while found := (await changes.since(db.reader, cursor, first=500)).changes:
        cursor = found[-1].cursor
    return cursor


async def news(db: Database, cursor: str | None) -> list[tuple[UUID, ChangeKind]]:
    await settled(db)
    return [(one.id, one.kind) for one in (await changes.since(db.reader, cursor)).changes]


async def do(db: Database, sql: str, id: UUID) -> None:
    async with db.transaction() as tx:
        await execute(tx, sql, id)  # pyright: ignore[reportArgumentType] - one of the statements above


@pytest.mark.parametrize("sql", EVERY_TABLE)
async def test_whatever_a_listing_shows_makes_a_change_once(fresh_db: Database, sql: str) -> None:
    office = await given.office(fresh_db)
    cursor = await end(fresh_db)
    await do(fresh_db, sql, office.id)
    assert await news(fresh_db, cursor) == [(office.id, ChangeKind.CHANGED)]


@pytest.mark.parametrize("sql", GONE)
async def test_what_is_no_longer_published_is_told_by_its_id(fresh_db: Database, sql: str) -> None:
    office = await given.office(fresh_db)
    cursor = await end(fresh_db)
    await do(fresh_db, sql, office.id)
    assert await news(fresh_db, cursor) == [(office.id, ChangeKind.DELETED)]


async def test_an_area_that_is_drawn_anew_is_a_change_though_its_name_stays(fresh_db: Database) -> None:
    office = await given.office(fresh_db)
    area = """INSERT INTO service_area (id, service_id, name, kind, country, border)
              SELECT gen_random_uuid(), service_id, 'Around', 'custom', 'US', $2::text::jsonb
                FROM provider WHERE id = $1"""
    circle = '{"type": "Point", "coordinates": [-97.5, 25.9], "radius": %d}'
    async with fresh_db.transaction() as tx:
        await execute(tx, area, office.id, circle % 9000)
    cursor = await end(fresh_db)
    async with fresh_db.transaction() as tx:
        await execute(tx, "UPDATE service_area SET border = $1::text::jsonb", circle % 90_000)
    assert await news(fresh_db, cursor) == [(office.id, ChangeKind.CHANGED)]
    cursor = await end(fresh_db)
    async with fresh_db.transaction() as tx:
        await execute(tx, "UPDATE service_area SET border = border")
    assert await news(fresh_db, cursor) == []


async def test_a_listing_made_anew_that_says_the_same_is_no_change(fresh_db: Database) -> None:
    office = await given.office(fresh_db)
    cursor = await end(fresh_db)
    for sql in (
        "UPDATE provider SET name = name WHERE id = $1",
        "UPDATE provider SET openness = openness WHERE id = $1",
    ):
        await do(fresh_db, sql, office.id)
    assert await news(fresh_db, cursor) == []


async def test_a_transaction_that_commits_late_is_not_missed(fresh_db: Database) -> None:
    late, early = await given.office(fresh_db, name="Late"), await given.office(fresh_db, name="Early")
    cursor = await end(fresh_db)
    async with fresh_db.transaction() as slow:
        await execute(slow, "UPDATE provider SET name = 'Later' WHERE id = $1", late.id)
        await do(fresh_db, "UPDATE provider SET name = 'Earlier' WHERE id = $1", early.id)
        seen = await changes.since(fresh_db.reader, cursor)
        assert late.id not in {one.id for one in seen.changes}
        cursor = seen.changes[-1].cursor if seen.changes else cursor
        told = {one.id for one in seen.changes}
    told |= {id for id, _ in await news(fresh_db, cursor)}
    assert told == {late.id, early.id}


async def test_a_copy_that_follows_the_feed_is_the_directory(fresh_db: Database) -> None:
    chance = Random(5)  # noqa: S311 - the same story every time
    offices = [await given.office(fresh_db, name=f"Office {number}") for number in range(6)]
    copy, cursor = set[UUID](), None
    for _ in range(40):
        office = chance.choice(offices)
        back = "UPDATE provider SET retired_at = NULL WHERE id = $1"
        await do(fresh_db, chance.choice((*EVERY_TABLE, GONE[0], back, back)), office.id)
        page = await changes.since(fresh_db.reader, cursor, first=chance.randint(1, 4))
        for one in page.changes:
            (copy.add if one.kind is ChangeKind.CHANGED else copy.discard)(one.id)
            cursor = one.cursor
    await settled(fresh_db)
    while page := (await changes.since(fresh_db.reader, cursor, first=2)).changes:
        for one in page:
            (copy.add if one.kind is ChangeKind.CHANGED else copy.discard)(one.id)
            cursor = one.cursor
    listed = await value(fresh_db.reader, "SELECT array_agg(id) FROM listing")
    assert copy == set(listed or ())


async def test_a_rolled_back_change_is_none(fresh_db: Database) -> None:
    office = await given.office(fresh_db)
    cursor = await end(fresh_db)

    async def fail(tx: Tx) -> None:
        await execute(tx, "UPDATE provider SET name = 'Never' WHERE id = $1", office.id)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        async with fresh_db.transaction() as tx:
            await fail(tx)
    assert await news(fresh_db, cursor) == []


@pytest.mark.parametrize(
    "wrong", [{"cursor": "x"}, {"cursor": ""}, {"cursor": None, "first": 0}, {"cursor": None, "first": 501}]
)
async def test_a_wrong_cursor_or_size_is_named(fresh_db: Database, wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationFailed):
        await changes.since(fresh_db.reader, **wrong)  # pyright: ignore[reportArgumentType] - wrong on purpose
