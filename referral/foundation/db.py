# pyright: reportUnknownMemberType=false
# (asyncpg ships no types; this module is where that ends)
"""The only place that knows the database driver.

`at: Reader` reads, `tx: Tx` writes; a function's signature tells which it does. Session state is never set: the pool
skips its reset query, so anything that must be set is set for one transaction only. That includes the claims by which
row-level security opens the rows of people: a question of somebody who has shown none needs no transaction.
"""

import asyncio
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, LiteralString, TypeVar

import asyncpg
import msgspec
import orjson

from referral.foundation.claims import Claims, Kind
from referral.foundation.errors import Refused

Row = TypeVar("Row")

POOL_SIZE = 8
ACQUIRE_SECONDS = 5.0  # two hundred answers at once take two seconds on two cores; no one of them may fail for it
STATEMENT_SECONDS = 5
LOCK_SECONDS = 2
IDLE_SECONDS = 5

# How the server gives up on one.
GAVE_UP = (asyncpg.QueryCanceledError, asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError)
# How a question fails when the database is gone or does not answer: for who asks whether it is there.
UNREACHABLE = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)


@dataclass(frozen=True, slots=True)
class Reader:
    """Something to read from: a pool (each question on its own connection) or one connection."""

    source: Any  # the driver's pool or connection; its record types are dynamic
    planned_once: Any = None
    claims: Claims = field(default_factory=Claims, repr=False, compare=False)

    @property
    def steady(self) -> "Reader":
        """For a question whose best plan is the same whatever its values: planned once, not each time it is asked."""
        return self if self.planned_once is None else Reader(self.planned_once, claims=self.claims)


@dataclass(frozen=True, slots=True)
class Tx(Reader):
    """An open transaction. Only doors open one; the domain never commits."""


@dataclass(frozen=True, slots=True)
class Database:
    """A pool of connections to one Postgres, as one login; `claiming` is the same for one caller."""

    pool: Any
    dsn: str = field(repr=False)
    steady_pool: Any = None
    claims: Claims | None = field(default=None, repr=False)

    @property
    def reader(self) -> Reader:
        return Reader(self.pool, self.steady_pool, Claims() if self.claims is None else self.claims)

    def claiming(self, claims: Claims) -> "Database":
        """For whoever has shown these, and may show more: all that is asked here is asked by them."""
        return replace(self, claims=claims)

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Tx]:
        """Commit at the end, or roll back on any exception."""
        async with self.pool.acquire(timeout=ACQUIRE_SECONDS) as connection, connection.transaction():
            tx = Tx(connection, claims=Claims() if self.claims is None else self.claims)
            if tx.claims:
                await tell(tx)
            yield tx

    @asynccontextmanager
    async def snapshot(self) -> AsyncGenerator[Reader]:
        """Everything as it stood at one moment, for whoever reads much of it piece by piece."""
        async with (
            self.pool.acquire(timeout=ACQUIRE_SECONDS) as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            yield Tx(connection)

    async def close(self) -> None:
        if self.steady_pool is not None:
            await self.steady_pool.close()
        await self.pool.close()


@asynccontextmanager
async def attempt(tx: Tx) -> AsyncGenerator[None]:
    """Part of a transaction that may fail alone: an exception undoes what was done inside, and no more."""
    async with tx.source.transaction():
        yield


SHOWN: LiteralString = "SELECT " + ", ".join(f"set_config('{kind}', ${n}, true)" for n, kind in enumerate(Kind, 1))  # pyright: ignore[reportAssignmentType] - made of our own names


async def tell(tx: Tx) -> None:
    """Set what has been shown, and that nothing else has, until the transaction ends."""
    await tx.source.execute(SHOWN, *tx.claims.written())


async def show(at: Reader, kind: Kind, *secrets: str) -> None:
    """Whoever asks by `at` knows these secrets: from here on, rows that belong to them are theirs to see."""
    new = [secret for secret in secrets if at.claims.add(kind, secret)]
    if new and isinstance(at, Tx):
        await tell(at)


class DatabaseUnreachable(Exception):  # noqa: N818 - said to the operator as a sentence
    """Nothing answers, or not to us; the message says what to do and holds no part of the address."""


async def connect(
    dsn: str, *, size: int = POOL_SIZE, statement_seconds: int | None = STATEMENT_SECONDS, least: int = 1
) -> Database:
    """Open a pool on `dsn`. Every wait has a limit: acquiring, statements, locks, idle transactions. Where
    `statement_seconds` is None the login brings its own.

    Raises DatabaseUnreachable.
    """
    with reaching():
        pool = await open_pool(dsn, size, statement_seconds, least=least)
        steady = await open_pool(dsn, size, statement_seconds, least=0, plan_cache_mode="force_generic_plan")
        return Database(pool, dsn, Held(steady, size))


@contextmanager
def reaching() -> Generator[None]:
    """Turn every way in which a database cannot be reached into one sentence for the operator."""
    try:
        yield
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        kind = type(error).__name__
        raise DatabaseUnreachable(
            f"The database cannot be used ({kind}). Does Postgres run, and is REFERRAL_DATABASE_URL right?"
        ) from None


async def open_pool(dsn: str, size: int, statement_seconds: int | None, *, least: int = 1, **settings: str) -> Any:
    if statement_seconds is not None:
        settings["statement_timeout"] = f"{statement_seconds}s"
    return await asyncpg.create_pool(
        dsn,
        min_size=least,
        max_size=size,
        timeout=10,
        command_timeout=(statement_seconds or STATEMENT_SECONDS) * 2,
        init=teach_json,
        reset=no_reset,
        server_settings={
            "application_name": "referral",
            "timezone": "UTC",
            "jit": "off",
            "lock_timeout": f"{LOCK_SECONDS}s",
            "idle_in_transaction_session_timeout": f"{IDLE_SECONDS}s",
            **settings,
        },
    )


async def no_reset(_connection: object) -> None:
    """All session state is transaction-local, so there is nothing to reset (a round trip saved per use)."""


async def teach_json(connection: Any) -> None:
    """Let json and jsonb columns come and go as Python values."""
    for name in ("json", "jsonb"):
        await connection.set_type_codec(name, schema="pg_catalog", encoder=to_json, decoder=orjson.loads)


def to_json(document: object) -> str:
    return orjson.dumps(document).decode()


class Held:
    """A pool of which connections are taken once and kept at hand. To take one out and put it back for each question
    costs the pool two tasks, which is half of what a small question costs us.
    """

    def __init__(self, pool: Any, size: int) -> None:
        self.pool, self.places = pool, asyncio.Semaphore(size)
        self.at_hand: list[Any] = []
        self.is_closing = False

    async def acquire(self, *, timeout: float) -> Any:  # noqa: ASYNC109 - as the driver's pool has it
        """A connection; TimeoutError where none is free in time."""
        if self.places.locked():
            async with asyncio.timeout(timeout):
                await self.places.acquire()
        else:
            await self.places.acquire()
        try:
            while self.at_hand:
                if is_open(free := self.at_hand.pop()):
                    return free
                await self.pool.release(free)
            return await self.pool.acquire(timeout=timeout)
        except BaseException:
            self.places.release()
            raise

    async def release(self, connection: Any, *, is_sound: bool) -> None:
        """Put it back; one whose question failed or was given up is for the pool to look after."""
        try:
            if is_sound and not self.is_closing:
                self.at_hand.append(connection)
            else:
                await self.pool.release(connection)
        finally:
            self.places.release()

    async def close(self) -> None:
        self.is_closing = True
        while self.at_hand:
            await self.pool.release(self.at_hand.pop())
        await self.pool.close()


def is_open(taken: Any) -> bool:
    """Whether it can be asked. One that the server has ended meanwhile, as when it starts anew, the pool has taken
    back already, and then it answers nothing at all.
    """
    try:
        return not taken.is_closed()
    except asyncpg.InterfaceError:
        return False


class connection:  # noqa: N801 - `async with connection(at) as source`
    """What to ask: a transaction's own connection, or one of the pool, waited for no longer than ACQUIRE_SECONDS.

    Raises TimeoutError, also where the server gave up on a statement or a lock: it may well work later.
    """

    __slots__ = ("at", "block", "taken")

    def __init__(self, at: Reader) -> None:
        self.at, self.taken, self.block = at, None, None

    async def __aenter__(self) -> Any:
        if isinstance(self.at, Tx):
            return self.at.source
        self.taken = await self.at.source.acquire(timeout=ACQUIRE_SECONDS)
        if self.at.claims:
            try:
                await self.begin(self.taken)
            except BaseException:
                await self.give_back(is_sound=False)
                raise
        return self.taken

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        is_sound = False
        try:
            if self.block is not None:
                await self.block.__aexit__(kind, error, trace)
            is_sound = error is None
        finally:
            if self.taken is not None:
                await self.give_back(is_sound=is_sound)
        if isinstance(error, GAVE_UP):
            raise TimeoutError from None

    async def begin(self, taken: Any) -> None:
        """What has been shown is set for a transaction, and so the one question is put in one."""
        block = taken.transaction()
        await block.__aenter__()
        self.block = block
        await tell(Tx(taken, claims=self.at.claims))

    async def give_back(self, *, is_sound: bool) -> None:
        """To the pool, which rolls back what is open."""
        if isinstance(self.at.source, Held):
            await self.at.source.release(self.taken, is_sound=is_sound)
        else:
            await self.at.source.release(self.taken)


async def many(at: Reader, row: type[Row], sql: LiteralString, *args: object) -> list[Row]:
    """All rows as `row` dataclasses. A missing column or a wrong type fails by name; an extra column is ignored."""
    async with connection(at) as source:
        return [to_row(record, row) for record in await source.fetch(sql, *args)]


async def records(at: Reader, sql: LiteralString, *args: object) -> list[Mapping[str, Any]]:
    """All rows as the driver gives them: for columns that only the asker knows, and for nothing else."""
    async with connection(at) as source:
        return await source.fetch(sql, *args)


async def one(at: Reader, row: type[Row], sql: LiteralString, *args: object) -> Row | None:
    """The first row, or None."""
    async with connection(at) as source:
        record = await source.fetchrow(sql, *args)
    return None if record is None else to_row(record, row)


async def value(at: Reader, sql: LiteralString, *args: object) -> Any:
    """The first column of the first row, or None."""
    async with connection(at) as source:
        return await source.fetchval(sql, *args)


async def moment(tx: Tx) -> datetime:
    """When this transaction began, by the database's clock: the one by which jobs fall due."""
    return await value(tx, "SELECT now()")


async def execute(tx: Tx, sql: LiteralString, *args: object) -> int:
    """Run a statement; the number of rows it touched."""
    async with connection(tx) as source:
        status: str = await source.execute(sql, *args)
    last = status.rsplit(" ", 1)[-1]
    return int(last) if last.isdigit() else 0


async def execute_many(tx: Tx, sql: LiteralString, rows: list[tuple[object, ...]]) -> None:
    """Run one statement for many rows in one round of pipelined messages."""
    async with connection(tx) as source:
        await source.executemany(sql, rows)


async def copy_rows(tx: Tx, table: LiteralString, columns: list[str], rows: list[tuple[object, ...]]) -> None:
    """Bulk-load rows into a table by COPY."""
    async with connection(tx) as source:
        await source.copy_records_to_table(table, columns=columns, records=rows)


def to_row(record: Mapping[str, object], row: type[Row]) -> Row:
    return msgspec.convert(dict(record), row)


@contextmanager
def refusing(**refusals: Refused) -> Generator[None]:
    """Turn a violation of a *named* constraint into its refusal; let anything else explode.

    >>> with refusing(one_live_offer=Conflict("...")): ...
    """
    try:
        yield
    except asyncpg.IntegrityConstraintViolationError as violation:
        refusal = refusals.get(str(getattr(violation, "constraint_name", "")))
        if refusal is None:
            raise
        raise refusal from None
