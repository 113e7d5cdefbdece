"""As whom does each surface speak to the database, and how are these logins made?

What a surface may do belongs to a group role that cannot log in (`referral_public`, made and granted by migrations). A
login is a member of one group and of nothing else, and owns nothing. The owner of the database migrates it and makes
the logins; it serves nobody.
"""

import hmac
import os
import secrets
from base64 import b64encode
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import pbkdf2_hmac, scrypt, sha256
from typing import Final
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from referral.foundation.db import Reader, Tx, execute, value

LOCK_KEY: Final = 7_362_002  # two processes that start at once make the logins one after the other
ROUNDS: Final = 4096
MEMBERS_WITHOUT_SET_ROLE_SINCE: Final = 160_000
TRANSACTION_TIMEOUT_SINCE: Final = 170_000


class Login(StrEnum):
    """Each has a database login of its own."""

    PUBLIC = "public"
    PARTNER = "partner"
    CONSOLE = "console"
    WORKER = "worker"

    @property
    def group(self) -> str:
        """The role that holds what this surface may do, the same in every database of a server."""
        return f"referral_{self.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a login's statements and transactions may last. A session may ask for other limits, for itself only."""

    statement_seconds: int
    lock_seconds: int = 2
    idle_seconds: int = 5
    transaction_seconds: int


LIMITS: Final = {
    Login.PUBLIC: Limits(statement_seconds=2, transaction_seconds=10),
    Login.PARTNER: Limits(statement_seconds=5, transaction_seconds=10),
    Login.CONSOLE: Limits(statement_seconds=5, transaction_seconds=30),
    Login.WORKER: Limits(statement_seconds=5, transaction_seconds=30),
}


class NoLogins(Exception):  # noqa: N818 - said to the operator as a sentence
    """The logins of the surfaces cannot be made; the message says what to do and holds no part of an address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A login and how it gets in."""

    login: Login
    role: str
    password: str = field(repr=False)

    def at(self, dsn: str) -> str:
        """The address of the owner's database, for this login."""
        parts = urlsplit(dsn)
        where = parts.netloc.rpartition("@")[2]
        return urlunsplit(parts._replace(netloc=f"{self.role}:{quote(self.password, safe='')}@{where}"))


def derived(dsn: str, database: str, login: Login) -> Made:
    """The login that every process with the owner's address shares: nothing is to be kept or handed on for it.

    Raises NoLogins where the address holds no password to derive one from.
    """
    password = urlsplit(dsn).password or os.environ.get("PGPASSWORD", "")
    if not password:
        raise NoLogins(
            "REFERRAL_DATABASE_URL holds no password and PGPASSWORD is not set, so the surfaces' logins cannot be "
            "derived from it. Make them "
            "once with: referral db roles; then set REFERRAL_PUBLIC_DATABASE_URL and the others that it prints."
        )
    role = f"{database}_{login.value}_home"
    made = scrypt(unquote(password).encode(), salt=f"referral/{role}".encode(), n=2**14, r=8, p=1, dklen=32)
    return Made(login=login, role=role, password=made.hex())


def drawn(database: str, login: Login) -> Made:
    """A login with a password of its own, which an operator hands to the process of one surface."""
    return Made(login=login, role=f"{database}_{login.value}_login", password=secrets.token_hex(32))


async def database_of(at: Reader) -> str:
    """The name of the database."""
    return await value(at, "SELECT current_database()::text")


async def may_make(at: Reader) -> bool:
    """Whether whoever asks can make roles."""
    return await value(at, "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user")


async def make(tx: Tx, wanted: list[Made]) -> None:
    """Make these logins, or make them anew with their password of today; connections that are open stay so.

    Only they and the owner may connect to the database from then on. Raises NoLogins.
    """
    await execute(tx, "SELECT pg_advisory_xact_lock($1)", LOCK_KEY)
    if not await may_make(tx):
        raise NoLogins(
            "REFERRAL_DATABASE_URL is not of a role that may make logins. Give it the owner's (with CREATEROLE), or "
            "set REFERRAL_PUBLIC_DATABASE_URL, REFERRAL_PARTNER_DATABASE_URL, REFERRAL_CONSOLE_DATABASE_URL and "
            "REFERRAL_WORKER_DATABASE_URL to logins made by: referral db roles"
        )
    version: int = await value(tx, "SELECT current_setting('server_version_num')::int")
    await said(tx, "REVOKE ALL ON DATABASE %1$I FROM PUBLIC", await database_of(tx))
    for one in wanted:
        await make_one(tx, one, version)


async def make_one(tx: Tx, made: Made, version: int) -> None:
    database, limits = await database_of(tx), LIMITS[made.login]
    if not await value(tx, "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", made.role):
        await said(tx, "CREATE ROLE %1$I", made.role)
    await said(
        tx,
        "ALTER ROLE %1$I LOGIN INHERIT CONNECTION LIMIT 100 PASSWORD %2$L",
        made.role,
        verifier(made.password),
    )
    if version >= MEMBERS_WITHOUT_SET_ROLE_SINCE:
        await said(tx, "GRANT %1$I TO %2$I WITH INHERIT TRUE, SET FALSE, ADMIN FALSE", made.login.group, made.role)
    else:
        await said(tx, "GRANT %1$I TO %2$I", made.login.group, made.role)
    await said(tx, "GRANT CONNECT ON DATABASE %1$I TO %2$I", database, made.role)
    for name, told in settings_of(limits, version).items():
        await said(tx, "ALTER ROLE %1$I IN DATABASE %2$I SET %3$I = %4$L", made.role, database, name, told)
    await said(
        tx, "ALTER ROLE %1$I IN DATABASE %2$I SET search_path = pg_catalog, public, pg_temp", made.role, database
    )


def settings_of(limits: Limits, version: int) -> dict[str, str]:
    told = {
        "statement_timeout": f"{limits.statement_seconds}s",
        "lock_timeout": f"{limits.lock_seconds}s",
        "idle_in_transaction_session_timeout": f"{limits.idle_seconds}s",
        "synchronous_commit": "on",
    }
    if version >= TRANSACTION_TIMEOUT_SINCE:
        told["transaction_timeout"] = f"{limits.transaction_seconds}s"
    return told


async def said(tx: Tx, template: str, *words: str) -> None:
    """Run a statement that takes no parameters: the server puts the names and texts in, quoted as it wants them."""
    statement: str = await value(tx, "SELECT format($1, VARIADIC $2::text[])", template, list(words))
    await tx.source.execute(statement)


def verifier(password: str) -> str:
    """What the server keeps of a password (SCRAM-SHA-256, RFC 5803). The password itself is never in a statement,
    which a server may log.
    """
    salt = secrets.token_bytes(16)
    salted = pbkdf2_hmac("sha256", password.encode(), salt, ROUNDS)
    stored = sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    shown = [b64encode(part).decode() for part in (salt, stored, server)]
    return f"SCRAM-SHA-256${ROUNDS}:{shown[0]}${shown[1]}:{shown[2]}"
