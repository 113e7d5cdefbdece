"""What every edge stands in: settings, database, keys, the post, and whom to ask for places."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from geopy.geocoders.base import Geocoder

from referral.foundation import embedded, languages, mail, revisions, vault
from referral.foundation.actors import StaffRole
from referral.foundation.clock import now
from referral.foundation.db import POOL_SIZE, Database, Reader, connect
from referral.foundation.gazetteer import outside_geocoder
from referral.foundation.languages import Lexicon
from referral.foundation.mail import Mailer
from referral.foundation.settings import LOOPBACK, Settings
from referral.foundation.vault import KeyFileUnusable, SealBroken, Vault
from referral.intake import wrapped
from referral.referrals.retention import Kept
from referral.triage.entry.passkeys import Party
from referral.triage.entry.sessions import Policy

Tell = Callable[[str], object]
BESIDES_JOBS = 4  # connections for taking jobs and renewing leases while every decision at hand holds one
RESERVED = 4  # connections for whoever asks for help, whatever everybody else does
DEFAULT_PORTS = {"http": 80, "https": 443}
LEXICON_LIVES = timedelta(minutes=10)


class Shelf:
    """Holds the lexicon: read when it is first asked for, and again after a while, since an import may bring more."""

    def __init__(self) -> None:
        self.lexicon = Lexicon(languages={}, tags={}, described={}, served={})
        self.stale_at: datetime | None = None

    async def read(self, at: Reader) -> Lexicon:
        moment = now()
        if self.stale_at is None or moment >= self.stale_at:
            self.lexicon = await languages.lexicon(at)
            self.stale_at = moment + LEXICON_LIVES if self.lexicon.languages else None
        return self.lexicon


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Made once by whoever starts a process, and handed down."""

    settings: Settings
    database: Database
    vault: Vault = field(repr=False)
    mailer: Mailer
    outside: Geocoder | None = None  # a geocoder that the operator chose; None keeps every question at home
    shelf: Shelf = field(default_factory=Shelf, repr=False)
    reserved: Database | None = None  # connections that only requests for help may use

    @property
    def party(self) -> Party:
        """Who we are to passkeys. They belong to names and not to numbers, so this machine is `localhost` to them."""
        address = urlsplit(self.settings.public_url)
        host = "localhost" if address.hostname in LOOPBACK else address.hostname or ""
        port = f":{address.port}" if address.port and address.port != DEFAULT_PORTS[address.scheme] else ""
        return Party(id=host, origin=f"{address.scheme}://{host}{port}")

    @property
    def policy(self) -> Policy:
        """Who signs in with what cannot be phished, and nothing else."""
        return Policy(strong_only=frozenset(StaffRole)) if self.settings.passkeys_only else Policy()

    @property
    def kept(self) -> Kept:
        """How long what people told us is kept."""
        return Kept(
            contact=timedelta(days=self.settings.keep_contact_days),
            content=timedelta(days=self.settings.keep_closed_days),
            silence=timedelta(days=self.settings.silent_days),
        )


@asynccontextmanager
async def opened(settings: Settings, *, tell: Tell) -> AsyncGenerator[House]:
    """Open the house for a block: find or start Postgres, bring its schema up to date, open the keys.

    An embedded Postgres that was started here is stopped at the end; one that ran already goes on running.
    Raises KeyFileUnusable where the database holds what the key file cannot open.
    """
    async with postgres(settings, tell) as dsn:
        seconds = settings.statement_limit
        size = max(POOL_SIZE, settings.jobs_at_once + BESIDES_JOBS)
        database = await connect(dsn, size=size, statement_seconds=seconds)
        reserved = await connect(dsn, size=RESERVED, statement_seconds=seconds, least=0)
        try:
            await revisions.bring_up_to_date(dsn, database.reader)
            yield House(
                settings=settings,
                database=database,
                vault=await keys(settings.key_file, database.reader),
                mailer=mail.mailer(settings),
                outside=outside_geocoder(settings),
                reserved=reserved,
            )
        finally:
            await reserved.close()
            await database.close()


async def keys(path: Path, at: Reader) -> Vault:
    """The keys. A new root key is made only where nothing is sealed: else what is would be lost, and nobody told."""
    sealed = await wrapped.any_wrapped_key(at)
    opened = vault.open_vault(path, may_create=sealed is None)
    try:
        if sealed:
            opened.unwrap(sealed.id, sealed.data_key)
    except SealBroken:
        raise KeyFileUnusable(
            f"{path} is not the key that the requests in this database were sealed with. Restore the right file from "
            "your key backup, or set REFERRAL_DATABASE_URL to the database that belongs to this key."
        ) from None
    return opened


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
