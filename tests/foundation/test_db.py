# pyright: reportUnknownMemberType=false
# (asyncpg ships no types)
"""What the database gives up on is a wait that ended, not a fault of ours: it may well work later."""

import asyncio
from contextlib import suppress
from typing import LiteralString

import asyncpg
import pytest

from referral.foundation.db import Database, connect, execute, value


async def run(database: Database, limit: LiteralString, statement: LiteralString) -> None:
    async with database.transaction() as tx:
        await execute(tx, f"SET LOCAL {limit} = '30ms'")
        await execute(tx, statement)


async def test_a_statement_that_takes_too_long_is_a_timeout(database: Database) -> None:
    with pytest.raises(TimeoutError):
        await run(database, "statement_timeout", "SELECT pg_sleep(20)")
    assert await value(database.reader, "SELECT 1") == 1


async def test_so_is_a_lock_that_another_holds(database: Database) -> None:
    async with database.transaction() as holder:
        await execute(holder, "LOCK TABLE outbox")
        with pytest.raises(TimeoutError):
            await run(database, "lock_timeout", "DELETE FROM outbox")


async def test_connections_at_hand_are_never_more_than_allowed(dsn: str) -> None:
    database = await connect(dsn, size=3)
    try:
        asked = (value(database.reader.steady, "SELECT pg_backend_pid() FROM pg_sleep(0.02)") for _ in range(40))
        assert len(set(await asyncio.gather(*asked))) == 3
    finally:
        await database.close()


async def test_a_failed_question_costs_no_connection(dsn: str) -> None:
    database = await connect(dsn, size=2)
    steady = database.reader.steady
    try:
        for _ in range(10):
            with pytest.raises(asyncpg.PostgresError):
                await value(steady, "SELECT 1/0")
            with pytest.raises(TimeoutError):  # given up half way
                async with asyncio.timeout(0.05):
                    await value(steady, "SELECT pg_sleep(30)")
        assert await value(steady, "SELECT 1") == 1
    finally:
        await database.close()


async def test_a_connection_that_the_server_ended_is_replaced(dsn: str) -> None:
    database = await connect(dsn, size=1)
    steady = database.reader.steady
    try:
        ended = await value(steady, "SELECT pg_backend_pid()")
        await value(database.reader, "SELECT pg_terminate_backend($1)", ended)
        with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError):
            await value(steady, "SELECT 1")  # may still find it, and then fails once
        assert await value(steady, "SELECT pg_backend_pid()") != ended
    finally:
        await database.close()


async def test_one_that_ended_while_nobody_asked_fails_no_question(dsn: str) -> None:
    database = await connect(dsn, size=1)
    steady = database.reader.steady
    try:
        ended = await value(steady, "SELECT pg_backend_pid()")
        await value(database.reader, "SELECT pg_terminate_backend($1)", ended)
        async with asyncio.timeout(30):
            while database.steady_pool.pool.get_size():  # until we have heard of it
                await asyncio.sleep(0.01)
        assert await value(steady, "SELECT pg_backend_pid()") != ended
        assert await value(steady, "SELECT 1") == 1
    finally:
        await database.close()


async def test_closing_waits_for_whoever_still_asks(dsn: str) -> None:
    database = await connect(dsn, size=2)
    asking = asyncio.ensure_future(value(database.reader.steady, "SELECT 7 FROM pg_sleep(0.3)"))
    await asyncio.sleep(0.1)
    async with asyncio.timeout(10):
        await database.close()
    assert await asking == 7


async def test_who_finds_no_connection_free_in_time_is_told(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("referral.foundation.db.ACQUIRE_SECONDS", 0.1)
    database = await connect(dsn, size=1)
    steady = database.reader.steady
    asking = asyncio.ensure_future(value(steady, "SELECT 7 FROM pg_sleep(0.6)"))
    await asyncio.sleep(0.1)
    try:
        with pytest.raises(TimeoutError):
            await value(steady, "SELECT 1")
        assert await asking == 7
        assert await value(steady, "SELECT 1") == 1
    finally:
        await database.close()
