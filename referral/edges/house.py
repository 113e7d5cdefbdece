"""What every edge stands in: settings, database, keys, the post, and whom to ask for places."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from geopy.geocoders.base import Geocoder

from referral.foundation import embedded, mail, migrate, vault
from referral.foundation.db import Database, connect
from referral.foundation.gazetteer import outside_geocoder
from referral.foundation.mail import Mailer
from referral.foundation.settings import Settings
from referral.foundation.vault import Vault

Tell = Callable[[str], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Made once by whoever starts a process, and handed down."""

    settings: Settings
    database: Database
    vault: Vault = field(repr=False)
    mailer: Mailer
    outside: Geocoder | None = None  # a geocoder that the operator chose; None keeps every question at home


@asynccontextmanager
async def opened(settings: Settings, *, tell: Tell) -> AsyncGenerator[House]:
    """Open the house for a block: find or start Postgres, bring its schema up to date, open the keys.

    An embedded Postgres that was started here is stopped at the end; one that ran already goes on running.
    """
    async with postgres(settings, tell) as dsn:
        database = await connect(dsn)
        try:
            await migrate.upgrade(dsn)
            yield House(
                settings=settings,
                database=database,
                vault=vault.open_vault(settings.key_file),
                mailer=mail.mailer(settings),
                outside=outside_geocoder(settings),
            )
        finally:
            await database.close()


@asynccontextmanager
async def postgres(settings: Settings, tell: Tell) -> AsyncGenerator[str]:
    """The database to use, as a DSN."""
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    running = embedded.running(settings.home, tell=tell)
    starting = asyncio.ensure_future(asyncio.to_thread(running.__enter__))
    try:
        cluster = await asyncio.shield(starting)
    except asyncio.CancelledError:  # told to stop while Postgres starts: what has been started is stopped again
        await starting
        await asyncio.to_thread(running.__exit__, None, None, None)
        raise
    try:
        yield cluster.dsn
    finally:
        await asyncio.to_thread(running.__exit__, None, None, None)
