"""Logins on a Postgres that is somebody else's: the owner is no superuser there, and roles belong to a whole server."""

import secrets
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import pytest

from referral.foundation import logins, migrate
from referral.foundation.db import Database, DatabaseUnreachable, connect
from referral.foundation.logins import Login, NoLogins


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosted:
    """A database of somebody who may make roles and nothing else."""

    dsn: str
    name: str


def as_role(dsn: str, role: str, password: str, database: str) -> str:
    parts = urlsplit(dsn)
    where = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{role}:{password}@{where}", path=f"/{database}"))


@pytest.fixture
async def hosted(database: Database) -> AsyncGenerator[Hosted]:
    mark, password = secrets.token_hex(4), secrets.token_hex(16)
    role, name = f"hosted_{mark}", f"hosted_{mark}"
    await database.pool.execute(f"CREATE ROLE {role} LOGIN CREATEROLE PASSWORD '{password}'")
    # The groups are there already, of another database of the same server; who made them lets this owner use them.
    for login in Login:
        await database.pool.execute(f"GRANT {login.group} TO {role} WITH ADMIN OPTION, INHERIT FALSE, SET FALSE")
    await database.pool.execute(f"CREATE DATABASE {name} OWNER {role}")
    try:
        yield Hosted(dsn=as_role(database.dsn, role, password, name), name=name)
    finally:
        await database.pool.execute(f"DROP DATABASE {name} WITH (FORCE)")
        made = await database.pool.fetch("SELECT rolname FROM pg_roles WHERE rolname LIKE $1", f"{name}\\_%")
        for (one,) in made:
            await database.pool.execute(f"DROP ROLE {one}")
        await database.pool.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")


async def test_an_owner_without_superpowers_migrates_and_makes_the_logins(hosted: Hosted) -> None:
    await migrate.upgrade(hosted.dsn)
    owner = await connect(hosted.dsn, size=2)
    try:
        made = [logins.drawn(hosted.name, login) for login in Login]
        async with owner.transaction() as tx:
            await logins.make(tx, made)
        for one in made:
            surface = await connect(one.at(hosted.dsn), size=1, statement_seconds=None)
            try:
                assert await surface.pool.fetchval("SELECT current_user::text") == one.role
                assert await surface.pool.fetchval("SELECT count(*) FROM provider") == 0
                limits = logins.LIMITS[one.login]
                assert await surface.pool.fetchval("SHOW statement_timeout") == f"{limits.statement_seconds}s"
                assert await surface.pool.fetchval("SHOW transaction_timeout") == f"{limits.transaction_seconds}s"
            finally:
                await surface.close()
    finally:
        await owner.close()


async def test_the_owner_goes_on_seeing_everything_although_security_is_forced(hosted: Hosted) -> None:
    await migrate.upgrade(hosted.dsn)
    owner = await connect(hosted.dsn, size=1)
    try:
        assert await owner.pool.fetchval(
            "SELECT NOT rolsuper AND NOT rolbypassrls FROM pg_roles WHERE rolname = current_user"
        )
        await owner.pool.execute("INSERT INTO sign_in_attempt VALUES ('\\x00', 1, now())")
        assert await owner.pool.fetchval("SELECT count(*) FROM sign_in_attempt") == 1
    finally:
        await owner.close()


async def test_logins_that_are_made_anew_get_other_passwords_and_the_old_ones_end(hosted: Hosted) -> None:
    await migrate.upgrade(hosted.dsn)
    owner = await connect(hosted.dsn, size=2)
    try:
        first, second = (logins.drawn(hosted.name, Login.PUBLIC) for _ in range(2))
        for one in (first, second):
            async with owner.transaction() as tx:
                await logins.make(tx, [one])
    finally:
        await owner.close()
    await (await connect(second.at(hosted.dsn), size=1)).close()
    with pytest.raises(DatabaseUnreachable):
        await connect(first.at(hosted.dsn), size=1)


async def test_a_login_of_one_database_does_not_come_into_another(
    hosted: Hosted, surfaces: dict[Login, Database]
) -> None:
    """The groups are the same in both."""
    await migrate.upgrade(hosted.dsn)
    owner = await connect(hosted.dsn, size=2)
    try:
        async with owner.transaction() as tx:
            await logins.make(tx, [logins.drawn(hosted.name, Login.PUBLIC)])
    finally:
        await owner.close()
    parts = urlsplit(surfaces[Login.PUBLIC].dsn)
    with pytest.raises(DatabaseUnreachable):
        await connect(urlunsplit(parts._replace(path=f"/{hosted.name}")), size=1)


async def test_who_may_not_make_roles_is_told_what_to_do(surfaces: dict[Login, Database]) -> None:
    with pytest.raises(NoLogins, match="referral db roles"):
        async with surfaces[Login.PUBLIC].transaction() as tx:
            await logins.make(tx, [logins.drawn("referral", Login.WORKER)])


def test_an_address_without_a_password_has_nothing_to_derive_logins_from() -> None:
    with pytest.raises(NoLogins, match="referral db roles"):
        logins.derived("postgresql://owner@/referral", "referral", Login.PUBLIC)


def test_every_process_with_the_same_address_derives_the_same_login() -> None:
    one, other = (logins.derived("postgresql://owner:word@/referral", "referral", Login.PUBLIC) for _ in range(2))
    assert one == other
    assert one.password != logins.derived("postgresql://owner:word@/referral", "referral", Login.WORKER).password
    assert one.password != logins.derived("postgresql://owner:other@/referral", "referral", Login.PUBLIC).password
    assert "word" not in repr(one)
    assert one.password not in repr(one)
