"""Everyone who comes to the house, as HTTP sees them: who asks, a provider with a letter, staff, a partner."""

import asyncio
import re
import socket
import ssl
from collections.abc import AsyncGenerator, Coroutine, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

import given
import httpx
import uvicorn
from given import Office

from referral.app import build
from referral.edges import auth, worker
from referral.edges.graphql.execution import faults
from referral.edges.graphql.routes import OPERATIONS, PATHS
from referral.edges.graphql.schemas import Audience
from referral.edges.house import House
from referral.foundation import links, mail
from referral.foundation.actors import Scope, Staff, StaffRole
from referral.foundation.clock import now
from referral.foundation.db import Database, Tx
from referral.foundation.links import Link, Purpose
from referral.foundation.mail import Letter
from referral.intake import access
from referral.intake.access import Depth
from referral.partners import accounts as partners
from referral.triage import staff as team
from referral.triage.entry import sessions
from referral.triage.entry.sessions import Way

Answer = TypeVar("Answer")

PASSWORD = "canary horse battery"
CHIEF = "chief-who-lets-in@demo.invalid"
TRANSIENT = ("staff_session", "sign_in_attempt", "api_key")  # a key remembers when it was last used
REFERENCE = ("place", "place_name", "language", "language_name", "language_tag", "language_pair", "alembic_version")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A client of a server that runs; every visitor brings the headers they have."""

    house: House
    http: httpx.AsyncClient

    @property
    def database(self) -> Database:
        return self.house.database

    async def post(
        self, query: str, variables: object = None, audience: Audience = Audience.PUBLIC, **headers: str
    ) -> httpx.Response:
        """One GraphQL request as it goes over the wire."""
        return await self.http.post(PATHS[audience], json={"query": query, "variables": variables}, headers=headers)

    async def answered(
        self, query: str, variables: object = None, audience: Audience = Audience.PUBLIC, **headers: str
    ) -> Any:
        """The whole body, errors and all."""
        return (await self.post(query, variables, audience, **headers)).json()

    async def ask(
        self, query: str, variables: object = None, audience: Audience = Audience.PUBLIC, **headers: str
    ) -> Any:
        """The data, where nothing may be wrong."""
        response = await self.post(query, variables, audience, **headers)
        body = response.json()
        assert response.status_code == 200, body
        assert "errors" not in body, body
        return body["data"]

    async def published(self, name: str, headers: dict[str, str] | None = None, **variables: object) -> Any:
        """What a published operation answers in its one field: `public/Places`."""
        audience = Audience(name.partition("/")[0])
        (answer,) = (await self.ask(operation(name), variables, audience, **(headers or {}))).values()
        return answer

    # ------------------------------------------------------------- the person
    async def submit(self, **changes: object) -> Any:
        """Ask for help as the person whom the standard office fits; the answer of the mutation."""
        return await self.published("public/SubmitHelpRequest", input=given.asking(**changes))

    async def status(self, receipt: str) -> Any:
        return await self.published("public/HelpRequestByReceipt", receipt=receipt)

    async def withdraw(self, receipt: str, *, erase: bool = False) -> Any:
        return await self.published("public/WithdrawHelpRequest", receipt=receipt, erase=erase)

    # ------------------------------------------------------------- the provider
    def letters(self, office: Office) -> list[Letter]:
        """What lies in the office's mailbox, the newest first."""
        to = f"{office.id}@demo.invalid"
        return [letter for letter in mail.letters(self.house.settings.mail_folder) if letter.to == to]

    def token(self, office: Office) -> str:
        """The token of the newest letter."""
        found = re.search(r"/r/(\S+)", self.letters(office)[0].text)
        assert found
        return found[1]

    def signed(self, purpose: Purpose, subject: UUID, lives: timedelta = timedelta(days=3)) -> str:
        """A token that the house signs; one that has run out where `lives` is negative."""
        return links.sign(self.house.vault, Link(purpose=purpose, subject=subject, expires_at=now() + lives))

    async def look(self, token: str) -> Any:
        return await self.published("public/ReferralByToken", token=token)

    async def respond(self, token: str, answer: str, **fields: object) -> Any:
        return await self.published("public/RespondToReferral", input={"token": token, "answer": answer, **fields})

    # ------------------------------------------------------------- staff, partners, the worker
    async def hire(self, email: str = "anna@demo.invalid", role: StaffRole = StaffRole.INTAKE) -> Staff:
        async with self.database.transaction() as tx:
            return await team.add(tx, email=email, name="Anna", role=role, password=PASSWORD, now=now())

    async def signed_in(self, email: str = "anna@demo.invalid") -> dict[str, str]:
        """The headers of a member of staff whose passkey has just been looked at; test_passkeys shows real ones."""
        async with self.database.transaction() as tx:
            who = await team.known(tx, email)
            begun = await sessions.begin(tx, who, Way.PASSKEY, now=now())
        return {"Cookie": f"{auth.cookie_name(is_https=False)}={begun.token}"}

    async def let_in(self, id: str, email: str = "anna@demo.invalid") -> None:
        """A supervisor lets a member of staff into a case that they have not in hand."""
        async with self.database.transaction() as tx:
            known = await team.account_of(tx, CHIEF)
            chief = (
                known.staff
                if known
                else await team.add(tx, email=CHIEF, name="Chief", role=StaffRole.SUPERVISOR, now=now())
            )
            who = await team.known(tx, email)
            asked = await access.ask(tx, self.house.vault, who, UUID(id), Depth.WHOLE, "A story.", now=now())
            await access.decide(tx, chief, asked.id, gives=True, now=now())

    async def staff(self, role: StaffRole = StaffRole.INTAKE) -> dict[str, str]:
        await self.hire(role=role)
        return await self.signed_in()

    async def staff_named(self, email: str, role: StaffRole = StaffRole.INTAKE) -> dict[str, str]:
        await self.hire(email, role)
        return await self.signed_in(email)

    async def partner(
        self, *scopes: Scope, organization_id: UUID | None = None, name: str = "Synthetic App"
    ) -> dict[str, str]:
        """The headers of a partner application with a key that opens this much."""
        async with self.database.transaction() as tx:
            made = await partners.add(
                tx,
                name=name,
                scopes=frozenset(scopes),
                organization_id=organization_id,
                now=now(),
                lifetime=timedelta(days=1),
            )
        return {"Authorization": f"Bearer {made.key}"}

    async def work(self) -> int:
        """Let the worker do what is due."""
        return await worker.work_off(self.house)

    # ------------------------------------------------------------- what is kept
    async def sql(self, statement: str, *args: object) -> Any:
        """One value that a story looks up or changes behind everyone's back."""
        return await self.database.pool.fetchval(statement, *args)

    async def kept(self) -> dict[str, tuple[int, str]]:
        """Everything in the database but sessions and days of use: rows and a fingerprint of each table."""
        besides = [*TRANSIENT, *REFERENCE]
        tables = await self.database.pool.fetch(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL($1)", besides
        )
        fingerprints = " UNION ALL ".join(
            f"SELECT '{name}' AS name, count(*) AS rows, md5(coalesce(string_agg(row, '|' ORDER BY row), '')) AS print"
            f" FROM (SELECT (to_jsonb(t) - 'last_used_on')::text AS row FROM {name} t) AS rows"
            for (name,) in tables
        )
        return {name: (rows, found) for name, rows, found in await self.database.pool.fetch(fingerprints)}


@asynccontextmanager
async def standing(house: House) -> AsyncGenerator[Desk]:
    """A real server on loopback for a block. What was told before, in another story, is news again."""
    faults.kinds.clear()
    # Its protocol is named: only then does asyncio send small answers at once, else each waits 40 ms for the last.
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    door.bind(("127.0.0.1", 0))
    door.listen(100)
    config = uvicorn.Config(
        build(house), lifespan="off", ws="none", log_config=None, access_log=False, proxy_headers=False
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup(sockets=[door])
    try:
        async with client(door.getsockname()[1]) as http:
            yield Desk(house=house, http=http)
    finally:
        await shut(server)


async def shut(server: uvicorn.Server) -> None:
    """As the server shuts itself, which sleeps a tenth of a second over it whether anything is open or not."""
    for doors in server.servers:
        doors.close()
    state = server.server_state
    for connection in list(state.connections):
        connection.shutdown()
    async with asyncio.timeout(30):
        while state.connections or state.tasks:
            await asyncio.sleep(0.001)


def client(port: int) -> httpx.AsyncClient:
    """No certificate is asked for on loopback: reading those that a machine trusts would cost each story 25 ms."""
    return httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}",
        timeout=60,
        limits=httpx.Limits(max_connections=None),
        trust_env=False,
        verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
    )


@cache
def operation(name: str) -> str:
    """The text of a published operation."""
    return (OPERATIONS / f"{name}.graphql").read_text(encoding="utf-8")


async def at_once(steps: Iterable[Coroutine[Any, Any, Answer]]) -> list[Answer]:
    """All of them together."""
    return list(await asyncio.gather(*steps))


async def until(desk: Desk, condition: str, *args: object) -> None:
    """Wait until a condition holds in the database."""
    async with asyncio.timeout(30):
        while not await desk.sql(condition, *args):
            await asyncio.sleep(0.01)


@asynccontextmanager
async def holding(database: Database, statement: str, *args: object) -> AsyncGenerator[Tx]:
    """Somebody else's transaction that holds a lock for a block and leaves no trace."""
    async with database.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        try:
            await connection.execute(statement, *args)
            yield Tx(connection)
        finally:
            await transaction.rollback()
