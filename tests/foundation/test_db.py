"""What the database gives up on is a wait that ended, not a fault of ours: it may well work later."""

from typing import LiteralString

import pytest

from referral.foundation.db import Database, execute, value


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
