"""What the migrations make is written in migrations/schema.sql, named by us, and can be taken back step by step."""

import asyncio
from pathlib import Path

from alembic.script import ScriptDirectory

from referral.foundation import migrate, revisions, schema_dump
from referral.foundation.db import Database

SCHEMA_SQL = Path(__file__).parents[1] / "migrations" / "schema.sql"

# What Postgres calls things that nobody named. Of NOT NULL there is nothing to say but where it is, so it may.
DEFAULT_NAMES = """
    SELECT conrelid::regclass || ': ' || conname
      FROM pg_constraint
     WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 AND contype <> 'n'
       AND (conname ~ '_(pkey|fkey|check|excl)[0-9]*$'
            OR contype = 'u' AND conname LIKE conrelid::regclass || '_%_key'
               AND conname LIKE '%' || (SELECT attname FROM pg_attribute
                                         WHERE attrelid = conrelid AND attnum = conkey[1]) || '%')
     UNION ALL
    SELECT tablename || ': ' || indexname
      FROM pg_indexes
     WHERE schemaname = 'public' AND indexname ~ '_idx[0-9]*$'"""


async def dump(dsn: str) -> str:
    return await asyncio.to_thread(schema_dump.dump, dsn)


async def without_extensions(dsn: str) -> str:
    """An extension may have been there before us, and may serve others: nothing takes it back."""
    lines = (await dump(dsn)).splitlines()
    return "\n".join(line for line in lines if line and not line.startswith("CREATE EXTENSION"))


async def test_schema_sql_is_what_the_migrations_make(empty_dsn: str) -> None:
    await migrate.upgrade(empty_dsn)
    assert await dump(empty_dsn) == SCHEMA_SQL.read_text(), "The schema changed: run `make contract`."


async def test_every_constraint_and_index_has_a_name_of_ours(database: Database) -> None:
    """Code meets these names again, in refusals and plans."""
    unnamed = [row[0] for row in await database.pool.fetch(DEFAULT_NAMES)]
    assert [name for name in unnamed if "alembic_version" not in name] == []


async def test_every_migration_can_be_taken_back_and_made_again(empty_dsn: str) -> None:
    scripts = ScriptDirectory(str(revisions.migrations_folder()))
    oldest_first = [script.revision for script in scripts.walk_revisions()][::-1]
    assert oldest_first
    before, last = await without_extensions(empty_dsn), "base"
    for revision in oldest_first:
        await migrate.upgrade(empty_dsn, revision)
        made = await without_extensions(empty_dsn)
        assert made != before, f"{revision} changes nothing"
        await migrate.downgrade(empty_dsn, last)
        assert await without_extensions(empty_dsn) == before, f"{revision} leaves something behind"
        await migrate.upgrade(empty_dsn, revision)
        assert await without_extensions(empty_dsn) == made, f"{revision} makes something else the second time"
        before, last = made, revision
