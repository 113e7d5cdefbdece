# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportAttributeAccessIssue=false
# (asyncpg ships no types)
"""Whoever can make a surface say any SQL reads and writes no row of people but those it has shown a secret for.

Two people ask for help; each is offered to an office, writes, and is written to. What belongs to the one is what the
other must never see. Statements are typed in as each login of its own, over a plain connection.
"""

import random
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import given
import pytest
from desk import Desk

from referral.foundation import claims
from referral.foundation.actors import Scope
from referral.foundation.claims import Kind
from referral.foundation.db import Database
from referral.foundation.logins import Login
from referral.intake import receipts
from referral.partners import accounts as partners

STATEMENTS = 2_000
TABLES = (
    "help_request", "consent", "request_event", "referral", "referral_event", "referral_note", "message",
    "request_note", "request_claim", "triage_act", "assignment_plan", "plan_left_over", "plan_proposal",
    "audit_event", "outbox", "listing_proposal", "proposed_fact", "confirmation",
)  # fmt: skip
DOORS = (Login.PUBLIC, Login.PARTNER, Login.CONSOLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Someone:
    """A person who asked, and everything in the database that is theirs."""

    receipt_hash: str
    request: UUID
    referral: UUID
    office: UUID
    organization: UUID
    ids: frozenset[str]

    def is_in(self, text: str) -> bool:
        return any(id in text for id in self.ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class Two:
    """The one who asks here, the other, and what opens the rows of the one to each surface."""

    one: Someone
    other: Someone
    shown: Mapping[Login, Mapping[Kind, str]]


async def somebody(desk: Desk, name: str) -> Someone:
    """Asks, is offered to an office of that name, writes to the team and hears from it; the office asks back."""
    office = await given.office(desk.database, name=name)
    submitted = await desk.submit()
    await desk.work()
    await desk.respond(desk.token(office), "ASK", note="May they call?")
    mark = str(office.id)
    await desk.published(
        "public/SendMessage", input={"receipt": submitted["receipt"], "text": "Hello.", "idempotencyKey": mark}
    )
    await desk.sql("UPDATE provider SET openness = 'closed' WHERE id = $1", office.id)  # the next goes to the next
    receipt = receipts.read(submitted["receipt"])
    assert receipt
    request = UUID(submitted["helpRequest"]["id"])
    of_request = "SELECT id FROM {} WHERE request_id = $1"
    ids = [request, *await column(desk.database, of_request.format("referral"), request)]
    ids += await column(desk.database, of_request.format("message"), request)
    of_office = "SELECT n.id FROM referral_note n JOIN referral r ON r.id = n.referral_id WHERE r.request_id = $1"
    ids += await column(desk.database, of_office, request)
    assert len(ids) == 4
    hidden = await desk.database.pool.fetchrow(
        "SELECT receipt_hash, idempotency_hash, data_key, facts, person FROM help_request WHERE id = $1", request
    )
    assert hidden
    return Someone(
        receipt_hash=receipts.hashed(desk.house.vault, receipt).hex(),
        request=request,
        referral=ids[1],
        office=office.id,
        organization=office.organization_id,
        ids=frozenset({*map(str, ids), *(value.hex()[:200] for value in hidden)}),
    )


async def column(database: Database, sql: str, *args: object) -> list[UUID]:
    return [row[0] for row in await database.pool.fetch(sql, *args)]


@pytest.fixture
async def two(desk: Desk) -> Two:
    one, other = await somebody(desk, "One"), await somebody(desk, "Other")
    key = await desk.partner(Scope.REFERRAL_RESPOND, organization_id=one.organization)
    parts = partners.parse(key["Authorization"].removeprefix("Bearer "))
    assert parts
    link = claims.of_link(desk.house.vault.derive("links in the database"), "answer-referral", one.referral)
    return Two(
        one=one,
        other=other,
        shown={
            Login.PUBLIC: {Kind.RECEIPT: one.receipt_hash, Kind.LINK: link},
            Login.PARTNER: {Kind.KEY: parts.secret},
            Login.CONSOLE: {},
        },
    )


@asynccontextmanager
async def typing(surfaces: Mapping[Login, Database], login: Login) -> AsyncGenerator[Any]:
    """A connection of this login, without anything between."""
    connection = await asyncpg.connect(surfaces[login].dsn, statement_cache_size=0)
    try:
        yield connection
    finally:
        await connection.close()


async def said(connection: Any, *statements: str) -> str:
    """All that comes back, errors and their details too. Simple statements run one after the other."""
    heard: list[str] = []
    for statement in statements:
        try:
            heard.append(written(await connection.fetch(statement)))
        except asyncpg.PostgresError as error:
            heard.append(f"{error} {error.as_dict()}")
    return "\n".join(heard)


def written(value: Any) -> str:
    """Whatever came, so that an id or a sealed field in it is found."""
    match value:
        case bytes():
            return value.hex()
        case str() | int() | float() | None:
            return str(value)
        case dict():
            return " ".join(written(part) for part in value.values())
        case list() | tuple() | asyncpg.Record():
            return " ".join(written(part) for part in value)
        case _:
            return str(value)


async def show(connection: Any, shown: Mapping[Kind, str]) -> None:
    for kind in Kind:
        await connection.execute("SELECT set_config($1, $2, false)", kind.value, shown.get(kind, ""))


# ---------------------------------------------------------------- what one sees
@pytest.mark.parametrize("login", DOORS)
async def test_nothing_of_people_is_open_to_who_has_shown_nothing(
    two: Two, surfaces: Mapping[Login, Database], login: Login
) -> None:
    async with typing(surfaces, login) as connection:
        for table in TABLES:
            heard = await said(connection, f"SELECT count(*) FROM {table}")
            assert heard == "0" or "permission denied" in heard, table
        everything = await said(connection, *(f"SELECT * FROM {table}" for table in TABLES))
        assert not two.one.is_in(everything)
        assert not two.other.is_in(everything)


@pytest.mark.parametrize("login", [Login.PUBLIC, Login.PARTNER])
async def test_a_secret_opens_what_belongs_to_it(two: Two, surfaces: Mapping[Login, Database], login: Login) -> None:
    async with typing(surfaces, login) as connection:
        await show(connection, two.shown[login])
        everything = await said(connection, *(f"SELECT * FROM {table}" for table in TABLES))
        assert str(two.one.request) in everything
        assert str(two.one.referral) in everything
        assert not two.other.is_in(everything)


async def test_a_link_opens_no_message_between_the_person_and_the_team(
    two: Two, surfaces: Mapping[Login, Database]
) -> None:
    async with typing(surfaces, Login.PUBLIC) as connection:
        await show(connection, {Kind.LINK: two.shown[Login.PUBLIC][Kind.LINK]})
        assert await connection.fetchval("SELECT count(*) FROM help_request") == 1
        assert await connection.fetchval("SELECT count(*) FROM message") == 0
        await show(connection, {Kind.RECEIPT: two.one.receipt_hash})
        assert await connection.fetchval("SELECT count(*) FROM message") == 1


async def test_a_session_opens_the_queue_until_it_is_ended(
    two: Two, desk: Desk, surfaces: Mapping[Login, Database]
) -> None:
    cookie = (await desk.staff())["Cookie"]
    async with typing(surfaces, Login.CONSOLE) as connection:
        await show(connection, {Kind.SESSION: cookie.partition("=")[2]})
        assert await connection.fetchval("SELECT count(*) FROM help_request") == 2
        leaving = {"Cookie": cookie, "Content-Type": "application/json"}
        assert (await desk.http.post("/staff/logout", headers=leaving, content="{}")).status_code == 204
        assert await connection.fetchval("SELECT count(*) FROM help_request") == 0
    assert two.one.request != two.other.request


# ---------------------------------------------------------------- what is forged
def forgeries(two: Two) -> Iterator[str]:
    """What can be claimed by whoever knows every id and hash that is no secret."""
    for guess in (
        str(two.other.request),
        two.other.request.hex,
        two.other.referral.hex,
        "00" * 32,
        "%",
        "' OR true --",
        "*",
    ):
        for kind in Kind:
            yield f"SELECT set_config('{kind}', $forged${guess}$forged$, false)"
    unsigned = two.other.referral.hex
    for mac in ("", "00" * 32, two.shown[Login.PUBLIC][Kind.LINK][32:]):
        yield f"SELECT set_config('{Kind.LINK}', '{unsigned}{mac}', false)"
    yield "SELECT set_config('referral.staff', 'true', false)"
    yield "SELECT set_config('role', 'referral_owner', false)"
    yield "SELECT set_config('is_superuser', 'on', false)"
    yield "SELECT set_config('session_authorization', 'referral_owner', false)"


BREAKING_OUT = (
    "RESET ALL", "RESET ROLE", "RESET SESSION AUTHORIZATION", "SET ROLE referral_owner", "SET ROLE NONE",
    "SET ROLE referral_console", "SET ROLE referral_worker", "SET ROLE referral_public", "DISCARD ALL",
    "SET SESSION AUTHORIZATION referral_owner", "SET SESSION AUTHORIZATION DEFAULT", "SET LOCAL ROLE referral_worker",
    "SET row_security = off", "SET search_path = pg_temp, claim, public", "SET search_path = ''",
    "CREATE TEMP TABLE help_request (id uuid)", "CREATE TEMP VIEW seen AS SELECT * FROM help_request",
    "CREATE TABLE public.mine (id uuid)", "CREATE SCHEMA mine", "CREATE VIEW public.seen AS SELECT * FROM help_request",
    "CREATE FUNCTION pg_temp.requests() RETURNS uuid[] LANGUAGE sql AS 'SELECT NULL::uuid[]'",
    "CREATE OR REPLACE FUNCTION claim.is_staff() RETURNS boolean LANGUAGE sql AS 'SELECT true'",
    "CREATE FUNCTION public.sha256(bytea) RETURNS bytea LANGUAGE sql AS 'SELECT $1'",
    "CREATE OPERATOR public.= (LEFTARG = uuid, RIGHTARG = uuid, FUNCTION = uuid_ne)",
    "ALTER TABLE help_request DISABLE ROW LEVEL SECURITY", "ALTER TABLE help_request NO FORCE ROW LEVEL SECURITY",
    "DROP POLICY own_or_offered ON help_request", "CREATE POLICY mine ON help_request USING (true)",
    "ALTER ROLE CURRENT_USER BYPASSRLS", "ALTER ROLE CURRENT_USER SUPERUSER", "GRANT referral_worker TO CURRENT_USER",
    "GRANT SELECT ON message TO PUBLIC", "TRUNCATE help_request CASCADE", "LOCK TABLE help_request IN EXCLUSIVE MODE",
    "SELECT * FROM claim.link_key", "SELECT * FROM conf.place", "SELECT claim.shown('referral.receipts')",
    "SELECT claim.links('answer-referral')", "COPY help_request TO '/tmp/out'", "COPY help_request TO PROGRAM 'cat'",
    "SELECT pg_read_file('PG_VERSION')", "SELECT lo_import('/etc/passwd')", "SELECT * FROM pg_authid",
    "SELECT pg_ls_dir('.')", "CREATE EXTENSION dblink", "LOAD 'auto_explain'", "ALTER SYSTEM SET row_security = off",
    "DO $$ BEGIN PERFORM set_config('role', 'none', false); END $$",
)  # fmt: skip

LOOKING = (
    "SELECT * FROM {table}", "TABLE {table}", "SELECT t::text FROM {table} t", "SELECT row_to_json(t) FROM {table} t",
    "SELECT json_agg(t) FROM {table} t", "SELECT xmlforest(t.*) FROM {table} t", "SELECT * FROM ONLY {table}",
    "SELECT * FROM {table} TABLESAMPLE SYSTEM (100)", "SELECT ctid, t.* FROM {table} t WHERE ctid = '(0,{n})'",
    "SELECT * FROM {table} UNION ALL SELECT * FROM {table}", "SELECT query_to_xml('TABLE {table}', true, true, '')",
    "SELECT table_to_xml('{table}', true, true, '')", "SELECT cursor_to_xml('nothing', 1, true, true, '')",
    "SELECT a.*, b.* FROM {table} a CROSS JOIN {other} b", "SELECT * FROM {table} a NATURAL FULL JOIN {other} b",
    "SELECT * FROM {table} WHERE true OR {n} = {n}", "SELECT * FROM (SELECT * FROM {table} OFFSET 0) s",
    "WITH all_of AS MATERIALIZED (SELECT * FROM {table}) SELECT * FROM all_of",
    "SELECT * FROM {table} t WHERE EXISTS (SELECT FROM {other}) OR true", "SELECT * FROM {table} FOR UPDATE",
    "SELECT * FROM {table} FOR KEY SHARE SKIP LOCKED", "EXPLAIN (ANALYZE, VERBOSE) SELECT * FROM {table}",
    "UPDATE {table} SET {column} = {column} RETURNING *", "DELETE FROM {table} RETURNING *",
    "SELECT ({column}::text || ' leaks')::int FROM {table}",
    "SELECT * FROM {table} t WHERE (t::text || 'x')::int = {n}",
    "SELECT * FROM {table} t WHERE 1 / (CASE WHEN t::text LIKE '%{other_id}%' THEN 0 ELSE 1 END) = {n}",
    "SELECT * FROM {table} WHERE {column}::text = '{other_id}' OR pg_sleep(0) IS NULL",
    "SELECT max({column}::text) FROM {table}", "SELECT string_agg(t::text, '|') FROM {table} t",
    "SELECT * FROM {table} t ORDER BY (t::text || 'x')::int", "SELECT count(*) OVER (), t.* FROM {table} t",
    "SELECT histogram_bounds::text, most_common_vals::text FROM pg_stats WHERE tablename = '{table}'",
    "SELECT * FROM pg_stat_activity", "SELECT * FROM pg_prepared_statements", "SELECT * FROM pg_locks",
    "MERGE INTO {table} t USING (SELECT 1) s ON true WHEN MATCHED THEN DO NOTHING",
    "SELECT claim.is_new('{other_id}')", "PREPARE p{n} AS SELECT * FROM {table}",
)  # fmt: skip
COLUMNS = ("id", "request_id", "referral_id", "subject_id", "status", "sealed", "at", "kind")


def statements(two: Two, seed: int) -> Iterator[str]:
    """Attempts to break out, forged claims and questions, mixed; always the same ones for a seed."""
    drawn = random.Random(seed)  # noqa: S311 - a test's dice
    forged = list(forgeries(two))
    while True:
        for _ in range(drawn.randrange(3)):
            yield drawn.choice((*BREAKING_OUT, *forged))
        yield drawn.choice(LOOKING).format(
            table=drawn.choice(TABLES),
            other=drawn.choice(TABLES),
            column=drawn.choice(COLUMNS),
            n=drawn.randrange(5),
            other_id=drawn.choice((two.other.request, two.other.referral)),
        )


@pytest.mark.parametrize("login", DOORS)
async def test_two_thousand_statements_read_no_foreign_row_and_change_none(
    two: Two, desk: Desk, surfaces: Mapping[Login, Database], login: Login
) -> None:
    """Some name an id of the other's: an answer that quotes the question is no leak, so such an id does not count."""
    before = await desk.kept()
    leaks: list[str] = []
    answered = own = 0
    async with typing(surfaces, login) as connection:
        made = statements(two, seed=7)
        for number in range(STATEMENTS):
            if number % 5 == 0:  # a claim may have been overwritten: the one comes back with what is theirs
                await said(connection, "ROLLBACK", "RESET ALL")
                await show(connection, two.shown[login])
            statement = next(made)
            await connection.execute("BEGIN")
            heard = await said(connection, statement)
            await connection.execute("ROLLBACK" if "RETURNING" in statement else "COMMIT")
            answered += "sqlstate" not in heard
            own += two.one.is_in(heard)
            told = {id for id in two.other.ids if id in statement or id.replace("-", "") in statement}
            if any(id in heard for id in two.other.ids - told):
                leaks.append(statement)
            if told and "division by zero" in heard:
                leaks.append(statement)
    assert leaks == []
    assert answered > STATEMENTS / 4
    assert (own > STATEMENTS / 20) is bool(two.shown[login])
    assert await desk.kept() == before


@pytest.mark.parametrize("login", DOORS)
async def test_after_no_attempt_to_break_out_is_there_more_to_see(
    two: Two, surfaces: Mapping[Login, Database], login: Login
) -> None:
    for attempt in (*BREAKING_OUT, *forgeries(two)):
        async with typing(surfaces, login) as connection:
            await show(connection, two.shown[login])
            heard = await said(connection, attempt, *(f"TABLE public.{table}" for table in TABLES))
            told = {id for id in two.other.ids if id in attempt or id.replace("-", "") in attempt}
            assert not any(id in heard for id in two.other.ids - told), attempt
            assert await connection.fetchval("SELECT current_user") == await connection.fetchval("SELECT session_user")


# ---------------------------------------------------------------- what is written
@pytest.mark.parametrize("login", [Login.PUBLIC, Login.PARTNER])
async def test_what_is_not_ones_own_is_neither_changed_nor_added_to(
    two: Two, desk: Desk, surfaces: Mapping[Login, Database], login: Login
) -> None:
    before = await desk.kept()
    foreign, own = two.other.request, two.one.request
    async with typing(surfaces, login) as connection:
        await show(connection, two.shown[login])
        for statement in (
            f"UPDATE help_request SET status = 'closed', close_reason = 'served' WHERE id = '{foreign}'",
            f"UPDATE referral SET status = 'recalled' WHERE request_id = '{foreign}'",
            f"DELETE FROM message WHERE request_id = '{foreign}'",
            f"DELETE FROM referral_note WHERE referral_id = '{two.other.referral}'",
            f"UPDATE consent SET withdrawn_at = now() WHERE request_id = '{foreign}'",
        ):
            assert await connection.execute(statement) in {"UPDATE 0", "DELETE 0"}, statement
        for statement in (
            f"""INSERT INTO consent (request_id, scope, given_at, text_version, language)
                VALUES ('{foreign}', 'share_contact', now(), 'x', 'en')""",
            f"INSERT INTO request_event (request_id, at, kind, actor) VALUES ('{foreign}', now(), 'erased', 'staff')",
            f"""INSERT INTO message (id, request_id, at, actor, sealed, idempotency_hash)
                VALUES (gen_random_uuid(), '{foreign}', now(), 'requester', '', '')""",
            f"INSERT INTO outbox (kind, subject_id) VALUES ('match', '{foreign}')",
            f"INSERT INTO outbox (kind, subject_id) VALUES ('retention', '{own}')",
            f"INSERT INTO outbox (kind, subject_id) VALUES ('tell_withdrawn', '{two.other.referral}')",
            f"UPDATE help_request SET id = '{foreign}' WHERE id = '{own}'",
            f"UPDATE referral SET request_id = '{foreign}' WHERE request_id = '{own}'",
            f"UPDATE referral SET organization_id = '{two.one.organization}'",
            f"DELETE FROM help_request WHERE id = '{own}'",
            "UPDATE audit_event SET actor = 'nobody'",
            "DELETE FROM audit_event",
            "DELETE FROM request_event",
            "UPDATE provider SET verification = 'verified'",
            "UPDATE provider SET referral_email = 'me@example.org'",
            "DELETE FROM provider",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError) as refusal:
                await connection.execute(statement)
            assert not two.other.is_in(str(refusal.value.as_dict())), statement
    assert await desk.kept() == before


async def test_a_key_that_is_taken_tells_nothing_of_the_row_that_has_it(
    two: Two, surfaces: Mapping[Login, Database]
) -> None:
    """Whoever knows an id learns that it is taken, and no field of it: a random id of 122 bits cannot be guessed."""
    mine = "aa" * 32
    async with typing(surfaces, Login.PUBLIC) as connection:
        await show(connection, {Kind.SUBMISSION: mine})
        with pytest.raises(asyncpg.UniqueViolationError) as refusal:
            await connection.execute(
                f"""INSERT INTO help_request (id, status, created_at, updated_at, help_types, languages, urgency,
                                              respond_by, question_set, idempotency_hash, body_hash)
                    VALUES ('{two.other.request}', 'submitted', now(), now(), '{{}}', '{{}}', 'normal', now(), 'x',
                            '\\x{mine}', '')"""
            )
        assert refusal.value.detail is None


# ---------------------------------------------------------------- the worker
async def test_the_worker_sees_requests_and_neither_passwords_nor_hidden_places_and_rewrites_no_trail(
    two: Two, surfaces: Mapping[Login, Database]
) -> None:
    async with typing(surfaces, Login.WORKER) as connection:
        assert await connection.fetchval("SELECT count(*) FROM help_request") == 2
        for statement in (
            "SELECT password_hash FROM staff",
            "SELECT * FROM staff_session",
            "SELECT * FROM conf.place",
            "UPDATE audit_event SET act = 'nothing'",
            "SELECT secret_hash FROM api_key",
            "SELECT words FROM listing_report",
            "SELECT * FROM claim.link_key",
            "DELETE FROM help_request",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    assert two.one != two.other
