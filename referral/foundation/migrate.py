# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# (asyncpg ships no types)
"""Brings a database to the current schema. Safe when two processes start at once."""

from collections.abc import Callable

import asyncpg
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from referral.foundation.db import reaching
from referral.foundation.revisions import migrations_folder

LOCK_KEY = 7_362_001  # any number, as long as no one else uses it for an advisory lock
WAIT_FOR_OTHERS_SECONDS = 120
LOCK_SECONDS = 5

Move = Callable[[Config, str], None]


async def upgrade(dsn: str, revision: str = "head") -> None:
    """Run every migration up to `revision` in one transaction: all of them, or none."""
    await _migrate(dsn, command.upgrade, revision)


async def downgrade(dsn: str, revision: str) -> None:
    """Take back every migration after `revision` ("base": all of them), with what their tables held."""
    await _migrate(dsn, command.downgrade, revision)


async def _migrate(dsn: str, move: Move, revision: str) -> None:
    async def connect() -> object:
        # asyncpg reads the whole dsn itself, socket directories included; SQLAlchemy would not.
        with reaching():
            return await asyncpg.connect(dsn, server_settings={"application_name": "referral migrate"})

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_run, move, revision)
    finally:
        await engine.dispose()


def _run(connection: Connection, move: Move, revision: str) -> None:
    """Wait for whoever migrates now, then migrate; a table in use is waited for briefly."""
    connection.execute(text(f"SET LOCAL lock_timeout = '{WAIT_FOR_OTHERS_SECONDS}s'"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
    connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"))
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    config.attributes["connection"] = connection
    move(config, revision)
