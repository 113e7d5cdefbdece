"""What do all migrations together make? The answer is kept in migrations/schema.sql, for people to read.

Written by pg_dump and cleaned of what differs between machines, so that a difference means a changed schema.
"""

import asyncio
import re
import subprocess
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit, urlunsplit

from referral.foundation import embedded, grants_dump, revisions
from referral.foundation.db import connect
from referral.foundation.embedded_programs import installed

HEADER: Final = (
    "-- All migrations together, as Postgres tells them. `make contract` writes this file; a test compares it.\n"
)
_SECONDS: Final = 60
_NOISE: Final = re.compile(
    r"^(--.*|SET .*;|SELECT pg_catalog\.set_config.*|\\(un)?restrict .*|COMMENT ON EXTENSION .*)\n", re.MULTILINE
)
_GAPS: Final = re.compile(r"\n{3,}")


async def of_migrations() -> str:
    """The schema that an empty Postgres has after all migrations."""
    async with migrated() as dsn:
        return await asyncio.to_thread(dump, dsn)


async def grants_of_migrations() -> str:
    """What the surfaces' roles may do after all migrations."""
    async with migrated() as dsn:
        database = await connect(dsn, size=1)
        try:
            return await grants_dump.written(database.reader)
        finally:
            await database.close()


@asynccontextmanager
async def migrated() -> AsyncGenerator[str]:
    """An empty Postgres after all migrations, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="referral-schema-") as folder:
        home = Path(folder)
        try:
            cluster = await asyncio.to_thread(embedded.start, home)
            await revisions.upgrade(cluster.dsn)
            yield cluster.dsn
        finally:
            await asyncio.to_thread(embedded.erase, home)


def dump(dsn: str) -> str:
    """The schema of one database: tables, views, constraints and indexes, without owners and versions."""
    address, password = _apart(dsn)
    command = [installed() / "pg_dump", "--schema-only", "--no-owner", "--no-privileges", "--no-tablespaces"]
    told = subprocess.run(  # noqa: S603  # a list of ours, no shell
        [*command, "--exclude-table=alembic_version", f"--dbname={address}"],
        check=True,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        env={"PGPASSWORD": password, "LC_ALL": "C"},
    ).stdout
    return HEADER + "\n" + _GAPS.sub("\n\n", _NOISE.sub("", told)).strip() + "\n"


def _apart(dsn: str) -> tuple[str, str]:
    """The address without its password, and the password: a command line can be read by everybody on a machine."""
    parts = urlsplit(dsn)
    user, _, where = parts.netloc.rpartition("@")
    name, _, password = user.partition(":")
    return urlunsplit(parts._replace(netloc=f"{name}@{where}")), unquote(password)
