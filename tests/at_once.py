"""Two things at once, in the order that a test says."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from referral.foundation.db import Database, Tx


@asynccontextmanager
async def meanwhile(database: Database) -> AsyncGenerator[Tx]:
    """Somebody else's transaction, which commits at the end of the block."""
    async with database.transaction() as tx:
        await tx.source.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        yield tx


async def waits_for_a_lock(database: Database, statement: str) -> None:
    """Until somebody's statement, told by how it begins, waits for somebody else's lock."""
    async with asyncio.timeout(30):
        while not await database.pool.fetchval(
            """
            SELECT EXISTS (SELECT FROM pg_stat_activity
                            WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE $1)""",
            f"{statement}%",
        ):
            await asyncio.sleep(0.005)
