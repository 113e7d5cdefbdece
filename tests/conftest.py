"""One real Postgres for the whole run, migrated by Alembic and loaded with the reference data."""

import tempfile
from collections.abc import AsyncGenerator, Generator, Mapping
from pathlib import Path
from uuid import uuid4

import desk as desks
import given
import pytest
from argon2 import PasswordHasher
from desk import Desk

from referral.edges import house as houses
from referral.edges.house import House
from referral.foundation import embedded, links, mail, migrate, reference
from referral.foundation.db import Database, connect, execute, value
from referral.foundation.keys.folder import open_vault
from referral.foundation.keys.root import FileRoot
from referral.foundation.logins import Login
from referral.foundation.settings import Settings
from referral.triage.entry import passwords

STATEMENT_SECONDS = 60  # a test says what is answered; how long a busy machine takes over it is no one's mistake
REAL_HASHES = {"HASHER": passwords.HASHER, "DECOY": passwords.DECOY}
ENDLESS = 10**9  # a story asks as often as it must; what happens when a budget ends has stories of its own
# Children before parents; the reference tables stay. DELETE, because TRUNCATE of so many tables takes longer.
EMPTIED = (
    "spent_proof", "proposed_fact", "listing_override", "listing_proposal",
    "assignment_plan", "request_note", "request_claim", "triage_act",
    "contact_search", "contact_index",
    "message", "referral_note", "referral_event", "referral", "consent", "request_event", "help_request",
    "help_draft", "form_ease",
    "outbox",
    "passkey_challenge", "other_house_attempt", "staff_session", "staff",
    "sign_in_attempt", "api_key", "partner", "capacity", "schedule", "phone",
    "service_area", "language_offered", "provider", "service", "location", "organization", "listing_change",
    "listing_history", "listing_report", "verification_step",
    "confirmation",
)  # fmt: skip


@pytest.fixture(scope="session")
def home() -> Generator[Path]:
    """A REFERRAL_HOME that is gone after the run, Postgres and all."""
    with tempfile.TemporaryDirectory(prefix="referral-tests-") as folder:
        yield Path(folder)
        embedded.erase(Path(folder))


@pytest.fixture(scope="session")
def dsn(home: Path) -> Generator[str]:
    with embedded.running(home) as cluster:
        yield cluster.dsn


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Generator[None]:
    """A password is hashed in no time, for nobody guesses those of a test; processes that a test starts hash as ever.

    A story about what hashing costs takes `real_hashes`.
    """
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "HASHER", quick)
        patch.setattr(passwords, "DECOY", quick.hash("nobody has this password"))
        yield


@pytest.fixture
def real_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed as in earnest."""
    for name, kept in REAL_HASHES.items():
        monkeypatch.setattr(passwords, name, kept)


@pytest.fixture(scope="session")
async def database(dsn: str) -> AsyncGenerator[Database]:
    """Places and languages are loaded; the directory and everything else is empty, or whatever a test left."""
    await migrate.upgrade(dsn)
    db = await connect(dsn, statement_seconds=STATEMENT_SECONDS)
    try:
        # The disk is not waited for, since no story of this server pulls the plug. All else of durability stays: what
        # is committed is in the write-ahead log, whole pages and all, for whoever reads the files.
        await db.pool.execute("ALTER SYSTEM SET fsync = off")
        await db.pool.execute("SELECT pg_reload_conf()")
        await reference.load(db, progress=lambda _what, _done, _total: None)
        yield db
    finally:
        await db.close()


@pytest.fixture
async def fresh_db(database: Database) -> Database:
    """The database with nobody and nothing in it but the reference data."""
    async with database.transaction() as tx:
        if await value(tx, "SELECT count(*) >= $1 FROM provider", given.MANY):
            # Each row that goes looks for what belongs to it, and how is decided by what is known of tables that grew a
            # moment ago: nothing, until the server has had time to look.
            await execute(tx, "ANALYZE")
        await execute(tx, "; ".join(f"DELETE FROM {table}" for table in EMPTIED))  # one way there and back, not forty
        await given.no_trail(tx)
    return database


@pytest.fixture
async def empty_dsn(database: Database) -> AsyncGenerator[str]:
    """Another database beside it, with nothing in it at all."""
    name = f"empty_{uuid4().hex}"
    await database.pool.execute(f"CREATE DATABASE {name}")
    before, _, after = database.dsn.partition("?")
    yield f"{before.rpartition('/')[0]}/{name}?{after}"
    await database.pool.execute(f"DROP DATABASE {name}")


@pytest.fixture(scope="session")
async def surfaces(database: Database) -> AsyncGenerator[Mapping[Login, Database]]:
    """The same database as its surfaces have it, each by a login of its own."""
    wanted = tuple(Login)
    told = await houses.make_logins(database, {}, wanted)
    async with houses.surfaces(Settings(statement_seconds=STATEMENT_SECONDS), told, wanted) as found:
        yield found


@pytest.fixture
async def house(fresh_db: Database, surfaces: Mapping[Login, Database], tmp_path: Path) -> House:
    """A whole house over the empty database, with keys and a mailbox of its own. What is arranged in it is arranged by
    the owner; its doors and its worker stand in it by their own logins.
    """
    settings = Settings(
        home=tmp_path,
        plan="off",  # most stories are of one request; those of plans say so
        visitor_points=ENDLESS,
        visitor_submissions=ENDLESS,
        calm_submissions=ENDLESS,
        page_views=ENDLESS,
        hsds_reads=ENDLESS,
        partner_points=ENDLESS,
        partner_submissions=ENDLESS,
        staff_points=ENDLESS,
        tick_milliseconds=20,  # stories wait no longer than they must; that of ticks says how long
    )
    vault = open_vault(settings.key_folder, FileRoot(settings.key_file))
    await links.let_database_check(fresh_db, vault)
    return House(
        settings=settings,
        database=fresh_db,
        surfaces=surfaces,
        vault=vault,
        mailer=mail.mailer(settings),
    )


@pytest.fixture
async def desk(house: House) -> AsyncGenerator[Desk]:
    """The house with its doors open: a real server on loopback."""
    async with desks.standing(house) as desk:
        yield desk
