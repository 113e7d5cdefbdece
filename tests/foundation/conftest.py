"""One Postgres for these tests, migrated and loaded with the reference data."""

import tempfile
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from referral.foundation import embedded, migrate, reference
from referral.foundation.db import Database, connect


@pytest.fixture(scope="session")
async def database() -> AsyncGenerator[Database]:
    with tempfile.TemporaryDirectory(prefix="referral-tests-") as folder, embedded.running(Path(folder)) as cluster:
        await migrate.upgrade(cluster.dsn)
        db = await connect(cluster.dsn)
        try:
            await reference.load(db, progress=lambda _what, _done, _total: None)
            yield db
        finally:
            await db.close()
            embedded.erase(Path(folder))
