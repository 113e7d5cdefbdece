# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false, reportUnknownVariableType=false
# (asyncpg ships no types)
"""Brings a database to the current schema. Safe when two processes start at once."""

from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

LOCK_KEY = 7_362_001  # any number, as long as no one else uses it for an advisory lock
WAIT_FOR_OTHERS_SECONDS = 120
LOCK_SECONDS = 5


def migrations_folder() -> Path:
    """The folder of migrations beside the package, as in a source checkout."""
    folder = Path(__file__).resolve().parents[2] / "migrations"
    if not (folder / "env.py").is_file():
        raise FileNotFoundError(f"No migrations at {folder}: run from a source checkout.")
    return folder


async def upgrade(dsn: str, revision: str = "head") -> None:
    """Run every migration up to `revision` in one transaction: all of them, or none."""

    async def connect() -> object:
        # asyncpg reads the whole dsn itself, socket directories included; SQLAlchemy would not.
        return await asyncpg.connect(dsn, server_settings={"application_name": "referral migrate"})

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(run, revision)
    finally:
        await engine.dispose()


def run(connection: Connection, revision: str) -> None:
    """Wait for whoever migrates now, then migrate; a table in use is waited for briefly."""
    connection.execute(text(f"SET LOCAL lock_timeout = '{WAIT_FOR_OTHERS_SECONDS}s'"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
    connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"))
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
