"""What every edge stands in: settings, database, keys, the post, and whom to ask for places."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from referral.edges.lanes import Lanes
from referral.foundation import (
    branding_reading,
    embedded,
    embedded_home,
    languages,
    links,
    logins,
    mail,
    revisions,
)
from referral.foundation.actors import StaffRole
from referral.foundation.branding import Branding
from referral.foundation.claims import Claims
from referral.foundation.clock import now
from referral.foundation.db import POOL_SIZE, Database, Reader, connect
from referral.foundation.gazetteer import outside_geocoder
from referral.foundation.keys import folder as key_folder
from referral.foundation.keys.refusals import KeyDestroyed, KeyFileUnusable, SealBroken
from referral.foundation.keys.root import FileRoot, RootKey
from referral.foundation.keys.service import ServiceRoot
from referral.foundation.languages import Lexicon
from referral.foundation.logins import Login
from referral.foundation.mail import Mailer
from referral.foundation.settings import LOOPBACK, Settings
from referral.foundation.vault import Vault
from referral.intake import requests, wrapped
from referral.referrals.retention import Kept
from referral.triage.entry.party import Party
from referral.triage.entry.sessions import Policy

if TYPE_CHECKING:
    from geopy.geocoders.base import Geocoder

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
    """Made once by whoever starts a process, and handed down. Each door stands in it by a login of its own."""

    settings: Settings
    database: Database
    surfaces: Mapping[Login, Database] = field(default_factory=dict[Login, Database], repr=False)
    vault: Vault = field(repr=False)
    mailer: Mailer
    outside: "Geocoder | None" = None  # a geocoder that the operator chose; None keeps every question at home
    shelf: Shelf = field(default_factory=Shelf, repr=False)
    reserved: Database | None = None  # connections that only requests for help may use
    branding: Branding = field(default_factory=branding_reading.neutral, repr=False)  # whose pages these are
    lanes: Lanes = field(default_factory=Lanes, repr=False)  # the same for all doors of a process

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

    def facing(self, login: Login) -> "House":
        """The house as this surface has it: over a database that lets it do what it must, and no more."""
        return replace(self, database=self.surfaces[login], reserved=self.reserved if login is Login.PUBLIC else None)

    def claiming(self, shown: Claims) -> "House":
        """The house as one caller has it, who has shown these."""
        return replace(self, database=self.database.claiming(shown))

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
    """Open the house for a block as its owner does: find or start Postgres, bring its schema up to date, open the keys.

    An embedded Postgres that was started here is stopped at the end; one that ran already goes on running.
    Raises KeyFileUnusable where the database holds what the key file cannot open.
    """
    async with postgres(settings, tell) as dsn:
        database = await connect(
            dsn, size=max(POOL_SIZE, settings.jobs_at_once + BESIDES_JOBS), statement_seconds=settings.statement_limit
        )
        try:
            await revisions.bring_up_to_date(dsn, database.reader)
            opened = House(
                settings=settings,
                database=database,
                vault=await keys(settings, database.reader),
                mailer=mail.mailer(settings),
                outside=outside_geocoder(settings),
                branding=branding_reading.read(settings.config),
            )
            if opened.vault.opens:  # else nothing here can sign a link, and whoever can has told the database
                await links.let_database_check(database, opened.vault)
            yield opened
        finally:
            await database.close()


@asynccontextmanager
async def serving(settings: Settings, wanted: Sequence[Login], *, tell: Tell) -> AsyncGenerator[House]:
    """Open the house for these surfaces. Nothing in it speaks as the owner: that is over before it is opened.

    A process that has an address for each of its surfaces needs the owner's not at all, and then makes no key either.
    """
    told = addresses(settings)
    if settings.database_url is None and all(login in told for login in wanted):
        async with surfaces(settings, told, wanted) as found, reserved(settings, told, wanted) as kept:
            yield standing(settings, found, kept, keys_at_hand(settings))
        return
    async with postgres(settings, tell):
        async with opened(settings, tell=tell) as ready:
            told = await make_logins(ready.database, told, wanted)
        async with surfaces(settings, told, wanted) as found, reserved(settings, told, wanted) as kept:
            yield standing(settings, found, kept, ready.vault)


@asynccontextmanager
async def with_surfaces(opened: House, wanted: Sequence[Login]) -> AsyncGenerator[House]:
    """The owner's open house, and these surfaces in it: for who arranges what is then served, as a demonstration."""
    told = await make_logins(opened.database, addresses(opened.settings), wanted)
    async with (
        surfaces(opened.settings, told, wanted) as found,
        reserved(opened.settings, told, wanted) as kept,
    ):
        yield replace(opened, surfaces=found, reserved=kept)


def standing(settings: Settings, found: Mapping[Login, Database], kept: Database | None, vault: Vault) -> House:
    """A house whose own database is that of the first surface."""
    return House(
        settings=settings,
        database=next(iter(found.values())),
        surfaces=found,
        vault=vault,
        mailer=mail.mailer(settings),
        outside=outside_geocoder(settings),
        reserved=kept,
        branding=branding_reading.read(settings.config),
    )


def addresses(settings: Settings) -> dict[Login, str]:
    """The databases that the operator names for surfaces."""
    told = {
        Login.PUBLIC: settings.public_database_url,
        Login.PARTNER: settings.partner_database_url,
        Login.CONSOLE: settings.console_database_url,
        Login.WORKER: settings.worker_database_url,
    }
    return {login: url.get_secret_value() for login, url in told.items() if url is not None}


async def make_logins(owner: Database, told: Mapping[Login, str], wanted: Sequence[Login]) -> dict[Login, str]:
    """Where these surfaces find the database: as they are told, and else by logins made now. Raises NoLogins."""
    lacking = [login for login in wanted if login not in told]
    if not lacking:
        return dict(told)
    name = await logins.database_of(owner.reader)
    made = [await asyncio.to_thread(logins.derived, owner.dsn, name, login) for login in lacking]
    async with owner.transaction() as tx:
        await logins.make(tx, made)
    return {**told, **{one.login: one.at(owner.dsn) for one in made}}


@asynccontextmanager
async def surfaces(
    settings: Settings, told: Mapping[Login, str], wanted: Sequence[Login]
) -> AsyncGenerator[dict[Login, Database]]:
    """A pool for each of these surfaces. The login has a limit of its own for statements; this process has another."""
    async with AsyncExitStack() as stack:
        found: dict[Login, Database] = {}
        for login in wanted:
            size = settings.jobs_at_once + BESIDES_JOBS if login is Login.WORKER else POOL_SIZE
            found[login] = await connect(told[login], size=size, statement_seconds=settings.statement_limit)
            stack.push_async_callback(found[login].close)
        yield found


@asynccontextmanager
async def reserved(
    settings: Settings, told: Mapping[Login, str], wanted: Sequence[Login]
) -> AsyncGenerator[Database | None]:
    """Connections of the public login beside its others; None where the public is not served."""
    if Login.PUBLIC not in wanted:
        yield None
        return
    database = await connect(told[Login.PUBLIC], size=RESERVED, statement_seconds=settings.statement_limit, least=0)
    try:
        yield database
    finally:
        await database.close()


def root_key(settings: Settings) -> RootKey:
    """Where the operator keeps what wraps the other keys."""
    if settings.key_service is not None:
        return ServiceRoot(settings.key_service, settings.key_service_token_file)
    return FileRoot(settings.key_file)


def keys_at_hand(settings: Settings) -> Vault:
    """The keys where nobody looks whether they are the right ones: none is made. Raises KeyFileUnusable."""
    root = root_key(settings) if settings.holds_private_keys else None
    return key_folder.open_vault(settings.key_folder, root, may_create=False, backup=settings.keys_backup)


async def keys(settings: Settings, at: Reader) -> Vault:
    """The keys. A new root key is made only where nothing is sealed: else what is would be lost, and nobody told."""
    place = None if settings.database_url else embedded_home.known_place(settings.home)
    data = place.data if place else None
    if not settings.holds_private_keys:
        return key_folder.open_vault(settings.key_folder, data=data)
    sealed = await wrapped.one_of_each_epoch(at)
    opened = key_folder.open_vault(
        settings.key_folder, root_key(settings), may_create=not sealed, data=data, backup=settings.keys_backup
    )
    for one in sealed:
        try:
            opened.unwrap(one.id, one.data_key, table=requests.TABLE)
        except KeyDestroyed:
            continue
        except SealBroken:
            raise KeyFileUnusable(
                f"What {settings.key_folder} holds is not the key that the requests in this database were sealed with. "
                "Restore the right folder from your key backup, or set REFERRAL_DATABASE_URL to the database that "
                "belongs to these keys."
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
