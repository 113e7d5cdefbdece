# pyright: reportUnknownMemberType=false
# (asyncpg ships no types)
"""A database becomes current, whoever asks and however many ask at once."""

import asyncio
import subprocess
import sys

import asyncpg
import pytest
from alembic.script import ScriptDirectory

from referral.foundation import migrate, revisions
from referral.foundation.db import connect


async def revision(dsn: str) -> str | None:
    db = await connect(dsn, size=1)
    try:
        return await revisions.applied(db.reader)
    finally:
        await db.close()


async def test_an_empty_database_becomes_current_and_stays_so(empty_dsn: str) -> None:
    await migrate.upgrade(empty_dsn)
    current = await revision(empty_dsn)
    assert current == revisions.newest()
    assert current is not None
    await migrate.upgrade(empty_dsn)
    assert await revision(empty_dsn) == current


async def test_two_processes_may_migrate_at_once(empty_dsn: str) -> None:
    await asyncio.gather(*(migrate.upgrade(empty_dsn) for _ in range(3)))
    assert await revision(empty_dsn) is not None


async def test_a_migration_that_fails_leaves_nothing_behind(empty_dsn: str) -> None:
    db = await connect(empty_dsn, size=1)
    await db.pool.execute("CREATE TABLE place (mine int)")  # in the way of 0001
    await db.close()
    with pytest.raises(asyncpg.DuplicateTableError):
        await migrate.upgrade(empty_dsn, "0001")
    assert await revision(empty_dsn) is None


async def test_one_can_stop_at_a_revision(empty_dsn: str) -> None:
    await migrate.upgrade(empty_dsn, "0001")
    assert await revision(empty_dsn) == "0001"


def test_the_newest_file_is_the_newest_migration() -> None:
    assert revisions.newest() == ScriptDirectory(str(revisions.migrations_folder())).get_current_head()


def test_who_serves_does_not_load_what_migrates() -> None:
    """It would be kept for good."""
    asked = (
        "import sys, referral.doors; from referral.edges import cli; cli.application('serve');"
        "sys.exit('alembic' in sys.modules or 'sqlalchemy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", asked], check=False, timeout=60).returncode == 0
