"""Hands Alembic the connection that `referral.foundation.migrate` opened. Migrations are raw SQL, without metadata."""

from collections.abc import Mapping
from typing import Any

from alembic import context
from alembic.ddl.postgresql import PostgresqlImpl
from sqlalchemy.engine import Connection
from sqlalchemy.sql import Executable
from sqlalchemy.util import await_only


class ScriptImpl(PostgresqlImpl):
    """Runs a string as it is written: several statements at once, and colons that are no parameters."""

    __dialect__ = "postgresql"

    def execute(self, sql: Executable | str, execution_options: Mapping[str, Any] | None = None) -> None:
        if self.connection is None or not isinstance(sql, str):
            super().execute(sql, dict(execution_options or {}))
            return
        driver: Any = self.connection.connection.driver_connection  # asyncpg's own connection, already in a transaction
        await_only(driver.execute(sql))


def run() -> None:
    connection = context.config.attributes.get("connection")
    if not isinstance(connection, Connection):
        raise TypeError("Migrations run through referral.foundation.migrate.upgrade, which opens the connection.")
    context.configure(connection=connection, target_metadata=None)
    with context.begin_transaction():
        context.run_migrations()


run()
