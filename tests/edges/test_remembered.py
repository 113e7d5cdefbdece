# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (asyncpg ships no types)
"""An answer that is given again is the answer that would be given now, and tells nobody what others have asked."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any
from urllib.parse import quote
from uuid import UUID

import asyncpg
import given
import httpx
import pytest
from changing import EVERY_TABLE, GONE
from explaining import Explaining
from starlette.applications import Starlette
from test_surfaces import WITHOUT_PEOPLE

from referral.directory.searching import moments, search, shapes
from referral.directory.searching.moments import Moment
from referral.directory.searching.search import Paging, Point, Search
from referral.directory.words import Openness
from referral.edges.graphql import remembered
from referral.edges.graphql.asked import Asked
from referral.edges.graphql.door import Door
from referral.edges.graphql.remembered import Answer, Question, Remembered
from referral.edges.graphql.routes import OPERATIONS, document_id, route, trusted_documents
from referral.edges.graphql.schemas import Audience
from referral.edges.house import House
from referral.foundation.db import Database, Reader, execute
from referral.foundation.logins import Login

NEAREST = (OPERATIONS / "public" / "NearestProviders.graphql").read_text()
HERE, ELSEWHERE = ("198.51.100.7", 5001), ("203.0.113.7", 5002)
# More than a page of them, so that the walk outwards fills it by itself.
AROUND = [(given.BROWNSVILLE[0] + 0.01 * (number + 1), given.BROWNSVILLE[1]) for number in range(24)]
A_VILLAGE = (27.123456, -98.654321)  # nobody's middle
READ = {"listing_offer", "listing_card", "provider"}
NOT_SHOWN = {"place"}  # tells who may share an answer, and is no part of it


@pytest.fixture
def door(house: House) -> Door:
    return Door(house.facing(Login.PUBLIC), Audience.PUBLIC, trusted_documents(OPERATIONS / "public"))


@pytest.fixture(autouse=True)
def asked_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever these stories ask was asked before, so its answer is kept at once; test_asked_again.py tells of that."""

    def always(_memory: Remembered, _asked: Question) -> bool:
        return True

    monkeypatch.setattr(Remembered, "is_asked_again", always)


def asked(latitude: float, longitude: float, **others: object) -> str:
    variables = json.dumps({"latitude": latitude, "longitude": longitude, **others})
    return f"/graphql?documentId={document_id(NEAREST)}&variables={quote(variables)}"


@asynccontextmanager
async def visiting(door: Door, client: tuple[str, int] = HERE) -> AsyncGenerator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(Starlette(routes=[route(door, "/graphql")]), client=client)
    async with httpx.AsyncClient(transport=transport, base_url="http://referral.test") as http:
        yield http


@asynccontextmanager
async def questions(house: House) -> AsyncGenerator[list[str]]:
    """What the database is asked, on whatever connection, while the block lasts: by its own count of statements."""
    seen: list[str] = []

    def note(record: Any) -> None:
        seen.append(record.query)

    surface = house.facing(Login.PUBLIC).database
    connections = [
        *(holder._con for holder in surface.pool._holders if holder._con),
        *(holder._con for holder in surface.steady_pool.pool._holders if holder._con),
    ]
    for connection in connections:
        connection.add_query_logger(note)
    try:
        yield seen
        await asyncio.sleep(0)  # the driver tells of a question a moment after it was answered
    finally:
        for connection in connections:
            connection.remove_query_logger(note)


async def offices(house: House) -> list[UUID]:
    made = [await given.office(house.database, name=f"Office {n}", point=at) for n, at in enumerate(AROUND)]
    return [one.id for one in made]


async def told(http: httpx.AsyncClient, path: str) -> dict[str, Any]:
    answer = await http.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["providers"]


async def do(house: House, sql: str, *args: object) -> None:
    async with house.database.transaction() as tx:
        await execute(tx, sql, *args)  # pyright: ignore[reportArgumentType] - statements of these stories, in fixed words


async def test_the_same_question_is_answered_from_memory_and_the_same(house: House, door: Door) -> None:
    await offices(house)
    async with visiting(door) as http:
        first = await http.get(asked(*A_VILLAGE))
        async with questions(house) as seen:
            again = await http.get(asked(*A_VILLAGE))
    assert len(first.json()["data"]["providers"]["edges"]) == 20
    assert (again.content, again.headers) == (first.content, first.headers)
    assert seen == [moments.STILL]


async def test_whoever_is_answered_from_memory_pays_the_same(house: House, door: Door) -> None:
    await offices(house)

    def spent() -> list[int]:
        return [purse.spent for purse in door.ledger.purses.values()]

    async with visiting(door) as http:
        await told(http, asked(*A_VILLAGE))
        once = spent()
        await told(http, asked(*A_VILLAGE))
    assert spent() == [2 * points for points in once]
    assert once[0] > 20


async def test_another_network_cannot_tell_what_was_asked(house: House, door: Door) -> None:
    """However the same point is spelt, what one network asked is answered anew for another."""
    await offices(house)
    async with visiting(door) as http, visiting(door, ELSEWHERE) as other:
        await told(http, asked(*A_VILLAGE))
        async with questions(house) as seen:
            await told(other, asked(*A_VILLAGE))
        assert moments.STILL not in seen
        assert len(seen) >= 1


async def test_the_middle_of_a_large_town_is_everybodys(house: House, door: Door) -> None:
    await offices(house)
    town = await house.database.pool.fetchrow(
        "SELECT latitude, longitude FROM place WHERE kind = 'town' AND name = 'Brownsville' AND state = 'TX'"
    )
    async with visiting(door) as http, visiting(door, ELSEWHERE) as other:
        first = await told(http, asked(town["latitude"], town["longitude"]))
        async with questions(house) as seen:
            assert await told(other, asked(town["latitude"], town["longitude"])) == first
    assert seen == [moments.STILL]


async def test_who_has_no_address_has_nothing_kept_for_them(door: Door) -> None:
    nobody = door.remembered.question(asked_as("{ a }"), b"")
    door.remembered.put(nobody, answer(b"x"))
    assert not door.remembered.answers


async def test_what_is_asked_by_post_is_answered_from_memory_too_and_says_what_it_cost(
    house: House, door: Door
) -> None:
    await offices(house)
    variables = {"latitude": A_VILLAGE[0], "longitude": A_VILLAGE[1]}
    async with visiting(door) as http, visiting(door, ELSEWHERE) as other:
        first = await http.post("/graphql", json={"query": NEAREST, "variables": variables})
        async with questions(house) as seen:
            again = await http.post("/graphql", json={"query": NEAREST, "variables": dict(reversed(variables.items()))})
        assert seen == [moments.STILL]
        assert again.json()["data"] == first.json()["data"]
        assert first.headers["cache-control"] == again.headers["cache-control"] == "no-store"
        costs = [one.json()["extensions"]["cost"] for one in (first, again)]
        assert costs[0]["actual"] == costs[1]["actual"] > 20
        assert costs[0]["budget"]["left"] - costs[1]["budget"]["left"] == costs[1]["actual"]
        assert (await http.get(asked(*A_VILLAGE))).json() == {"data": first.json()["data"]}
        async with questions(house) as seen:
            await other.post("/graphql", json={"query": NEAREST, "variables": variables})
        assert moments.STILL not in seen


async def test_a_document_with_texts_of_its_own_is_not_remembered_nor_what_it_found(house: House, door: Door) -> None:
    await offices(house)
    async with visiting(door) as http:
        latitude, longitude = A_VILLAGE
        query = """{ providers(filter: {near: {point: {latitude: %s, longitude: %s}}, languages: ["es"]}) {
            nodes { id } } }""" % (latitude, longitude)  # noqa: UP031 - braces are GraphQL's
        answer = await http.post("/graphql", json={"query": query})
        assert len(answer.json()["data"]["providers"]["nodes"]) == 20
    assert not door.remembered.answers


async def test_a_page_that_is_not_full_is_not_kept(house: House, door: Door) -> None:
    """Who helps there from afar is looked up besides, and that goes by areas, of which the feed does not tell."""
    await offices(house)
    async with visiting(door) as http:
        assert len((await told(http, asked(*AROUND[0], radiusKm=5)))["edges"]) < 20
    assert not door.remembered.answers


@pytest.mark.parametrize("sql", [*EVERY_TABLE, *GONE])
async def test_a_change_is_seen_at_once(house: House, door: Door, sql: str) -> None:
    ids = await offices(house)
    async with visiting(door) as http:
        before = await told(http, asked(*A_VILLAGE))
        await do(house, sql, ids[-1])
        after = await told(http, asked(*A_VILLAGE))
        door.remembered.answers.clear()
        assert after == await told(http, asked(*A_VILLAGE))
        if sql in GONE or "closed" in sql:
            assert after != before


async def test_a_change_that_commits_late_is_seen_when_it_does(house: House, door: Door) -> None:
    """It began before the page was read, and ends after: no number of it is higher than what the page has seen."""
    ids = await offices(house)
    late = "UPDATE provider SET retired_at = now() WHERE id = $1"
    async with visiting(door) as http:
        async with house.database.transaction() as tx:
            await execute(tx, late, ids[-1])
            await execute(tx, "SET CONSTRAINTS ALL IMMEDIATE")
            await do(house, "UPDATE provider SET name = 'Newer' WHERE id = $1", ids[0])
            before = await told(http, asked(*A_VILLAGE))
            async with questions(house) as seen:
                assert await told(http, asked(*A_VILLAGE)) == before
            assert seen == [moments.STILL]
        after = await told(http, asked(*A_VILLAGE))
    assert str(ids[-1]) in json.dumps(before)
    assert str(ids[-1]) not in json.dumps(after)


async def test_what_was_stated_ages_out_of_a_remembered_answer(house: House, door: Door) -> None:
    ids = await offices(house)
    soon = "UPDATE provider SET openness_expires_at = clock_timestamp() + interval '700 milliseconds' WHERE id = $1"
    await do(house, soon, ids[-1])
    async with visiting(door) as http:
        assert str(ids[-1]) in json.dumps(await told(http, asked(*A_VILLAGE)))
        await asyncio.sleep(0.8)
        assert str(ids[-1]) not in json.dumps(await told(http, asked(*A_VILLAGE)))


async def test_the_first_beyond_the_page_ages_out_too(house: House, door: Door) -> None:
    """The page stays; whether the list goes on is another matter."""
    found = await page(house.facing(Login.PUBLIC).database, Search(near=Point(latitude=27.0, longitude=-98.0)), 3)
    assert found.read is None, "nobody is there"
    ids = await offices(house)
    nearest_first = Search(near=Point(latitude=AROUND[-1][0], longitude=AROUND[-1][1]))
    await do(house, "UPDATE provider SET openness_expires_at = now() + interval '1 hour' WHERE id = $1", ids[-4])
    found = await page(house.facing(Login.PUBLIC).database, nearest_first, 3)
    assert ids[-4] not in {row["id"] for row in found.hits}
    assert found.read
    expires = await house.database.pool.fetchval("SELECT openness_expires_at FROM provider WHERE id = $1", ids[-4])
    assert found.read.until == expires


@asynccontextmanager
async def asking(database: Database) -> AsyncGenerator[Explaining]:
    connection = await asyncpg.connect(database.dsn)  # one of ours would read the plan's JSON itself
    try:
        yield Explaining(connection=connection)
    finally:
        await connection.close()


async def page(database: Database, wanted: Search, size: int) -> search.Found[search.Row]:
    return await search.find_columns(
        database.reader, wanted, frozenset({"openness"}), Paging(first=size), is_dated=True
    )


# ------------------------------------------------------------- what a page is read from
async def test_a_dated_page_is_read_from_what_the_feed_tells_of_and_from_nothing_else(database: Database) -> None:
    """Of every kind of search that may be remembered. A field that is added must be thought of here."""
    asked_about = dict(shapes.EXAMPLES) | dict.fromkeys(shapes.FACTS, True) | {"openness": (Openness.OPEN,)}
    assert asked_about.keys() == Search.__dataclass_fields__.keys()
    chance, kinds = Random(11), set[shapes.Kind]()  # noqa: S311 - the same searches every time, not a secret
    for _ in range(300):
        some: dict[str, Any] = {
            name: said for name, said in asked_about.items() if name in moments.ASKED and chance.random() < 0.5
        }
        wanted = Search(**some)
        for columns in (frozenset[str](), moments.SHOWN):
            if not moments.can_tell(wanted, columns) or shapes.kind(wanted) in kinds:
                continue
            kinds.add(shapes.kind(wanted))
            async with asking(database) as explaining:
                dated = search.question(wanted, Paging(), columns, is_dated=True)
                await explaining.fetch(dated.sql, *dated.arguments)
                await search.fixed_columns(Reader(explaining), [shapes.NOBODY], search.ALL - search.CHANGING.keys())
            relations = {step["Relation Name"] for step in explaining.steps if "Relation Name" in step}
            called = [step for step in explaining.steps if step["Node Type"] == "Function Scan"]
            assert relations <= READ | NOT_SHOWN, (relations, wanted)
            assert {step["Function Name"] for step in called} <= {"offer_keys", "unnest"}
    assert len(kinds) > 100


@pytest.mark.parametrize("name", sorted(Search.__dataclass_fields__.keys() - moments.ASKED))
def test_whoever_asks_for_more_is_answered_anew(name: str) -> None:
    near = Search(near=Point(latitude=1, longitude=1))
    more: dict[str, Any] = {name: (shapes.EXAMPLES | dict.fromkeys(shapes.FACTS, True))[name]}
    assert moments.can_tell(near, frozenset())
    assert not moments.can_tell(replace(near, **more), frozenset())


def test_who_ages_into_a_page_comes_from_outside_it() -> None:
    near = Point(latitude=1, longitude=1)
    assert moments.can_tell(Search(near=near, openness=(Openness.OPEN, Openness.CLOSED)), frozenset())
    assert not moments.can_tell(Search(near=near, openness=(Openness.OPEN, Openness.UNKNOWN)), frozenset())


# ------------------------------------------------------------- every column of every table
TOUCHED: Mapping[str, str] = {
    "text": "coalesce({0}, '') || ' x'",
    "integer": "{0} + 1",
    "bigint": "{0} + 1",
    "smallint": "{0} + 1",
    "double precision": "{0} + 0.25",
    "real": "{0} + 1",
    "boolean": "NOT {0}",
    "timestamp with time zone": "coalesce({0}, now()) + interval '3 hours'",
    "date": "coalesce({0}, current_date) + 1",
    "time without time zone": "coalesce({0}, '08:00') + interval '1 hour'",
    "uuid": "gen_random_uuid()",
    "ARRAY": "'{{}}'",
    "jsonb": '\'{{"type": "Point", "coordinates": [-97.5, 25.9], "radius": 9000}}\'',
    "json": "'[]'",
    "character": "'MX'",
}
SAID = {"time_zone": "'America/Denver'"}  # of hours the database remembers what it was told, and goes by it
# Every column that can be written, of every table of the directory: what belongs to people, to the reference data or is
# made by the database itself is not written by hand.
COLUMNS = """
    SELECT c.table_name, c.column_name, c.data_type, format('%I.%I', c.udt_schema, c.udt_name) AS sql_type
      FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
     WHERE table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.is_generated = 'NEVER' AND c.is_identity = 'NO'
       AND c.column_name <> 'id' AND c.table_name = ANY($1::text[])
       AND EXISTS (SELECT FROM information_schema.columns k
                    WHERE (k.table_schema, k.table_name, k.column_name, k.data_type)
                          = ('public', c.table_name, 'id', 'uuid'))
     ORDER BY 1, 2"""
REFERENCE = {
    "alembic_version", "help_type", "language", "language_name", "language_pair", "language_tag", "place", "place_name",
    "reference_file",
}  # fmt: skip
MADE_BY_THE_DATABASE = {
    "listing_card", "listing_offer", "listing_change", "listing_word", "listing_history", "opening_hours",
    "stale_listing", "area_ring", "provider_pace",
}  # fmt: skip
NOT_OF_LISTINGS = {"audit_anchor", "audit_head", "claim.link_key"}


async def rows_of(house: House, table: str, column: str) -> dict[UUID, str | None]:
    found = await house.database.pool.fetch(f'SELECT id, "{column}"::text AS said FROM "{table}"')
    return {row["id"]: row["said"] for row in found}


async def write(house: House, table: str, column: str, sql_type: str, said: Mapping[UUID, str | None]) -> None:
    sql = f"""UPDATE "{table}" AS t SET "{column}" = w.said::{sql_type}
                FROM unnest($1::uuid[], $2::text[]) AS w(id, said) WHERE t.id = w.id"""
    await do(house, sql, list(said), list(said.values()))


async def test_whatever_changes_in_the_directory_what_is_given_again_is_what_would_be_given_now(
    house: House, door: Door
) -> None:
    """Every column of every table without people, whether a page shows it or not. Another value is tried in each."""
    await offices(house)
    for sql in (
        "INSERT INTO phone (id, provider_id, number) SELECT gen_random_uuid(), id, '1' FROM provider",
        """INSERT INTO schedule (id, provider_id, weekdays, opens_at, closes_at)
           SELECT gen_random_uuid(), id, '{MO}', '09:00', '17:00' FROM provider""",
        """INSERT INTO service_area (id, service_id, name, kind, country, state)
           SELECT gen_random_uuid(), id, 'TX', 'state', 'US', 'TX' FROM service""",
    ):
        await do(house, sql)
    tables = sorted(WITHOUT_PEOPLE - REFERENCE - MADE_BY_THE_DATABASE - NOT_OF_LISTINGS)
    columns = await house.database.pool.fetch(COLUMNS, tables)
    seen: dict[str, set[str]] = {"changed": set(), "the same": set(), "refused": set()}
    path = asked(*A_VILLAGE, helpTypes=["LEGAL_ASYLUM"], languages=["es"])
    async with visiting(door) as http:
        for table, column, kind, sql_type in columns:
            before, said = await told(http, path), await rows_of(house, table, column)
            assert door.remembered.answers
            name = f"{table}.{column}"
            try:
                await do(house, f'UPDATE "{table}" SET "{column}" = {SAID.get(column) or TOUCHED[kind].format(column)}')
            except asyncpg.PostgresError:
                seen["refused"].add(name)
                continue
            after = await told(http, path)
            door.remembered.answers.clear()
            assert after == await told(http, path), name
            seen["changed" if after != before else "the same"].add(name)
            await write(house, table, column, sql_type, said)
    assert seen["changed"] >= {"organization.website", "location.city", "phone.number", "provider.name"}
    assert seen["the same"] >= {"provider.last_offered_at", "capacity.taken"}


@pytest.mark.parametrize("table", ["capacity", "schedule", "phone", "language_offered", "service_area", "provider"])
async def test_what_is_deleted_or_added_is_seen(house: House, door: Door, table: str) -> None:
    await offices(house)
    async with visiting(door) as http:
        await told(http, asked(*A_VILLAGE))
        await do(house, f"DELETE FROM {table} WHERE id = (SELECT id FROM {table} ORDER BY id LIMIT 1)")
        after = await told(http, asked(*A_VILLAGE))
        door.remembered.answers.clear()
        assert after == await told(http, asked(*A_VILLAGE))


# ------------------------------------------------------------- how much is kept, and how long
def asked_as(query: str) -> Asked:
    return Asked(query=query, variables=None, operation_name=None)


def answer(body: bytes) -> Answer:
    moment = Moment(snapshot="1:1:", read_at=datetime.now(UTC), until=None, of_many=False)
    return Answer(body, points=1, read=moment, lexicon=None)


async def test_the_oldest_go_where_there_is_no_more_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "MOST_BYTES", 10_000)
    memory = Remembered()
    asked = [memory.question(asked_as(f"{{ a{number} }}"), b"net") for number in range(100)]
    for one in asked:
        memory.put(one, answer(b"x" * 1_000))
    assert list(memory.answers) == [one.of_network for one in asked[-5:]]
    assert memory.size == 5 * (1_000 + remembered.OVERHEAD)
    memory.put(asked[-1], answer(b"y"))
    assert memory.size == 4 * (1_000 + remembered.OVERHEAD) + 1 + remembered.OVERHEAD


async def test_nothing_stays_though_nobody_asks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "LIVES_SECONDS", 0.05)
    memory = Remembered()
    memory.put(memory.question(asked_as("{ a }"), b"net"), answer(b"x"))
    while memory.answers:
        await asyncio.sleep(0.01)
    assert memory.size == 0
    assert memory.sweeping is None


async def test_what_was_asked_is_not_kept(house: House, door: Door) -> None:
    await offices(house)
    async with visiting(door) as http:
        await told(http, asked(*A_VILLAGE))
    assert door.remembered.answers
    assert "27.123" not in repr(door.remembered)
    mine = door.remembered.question(asked_as("{ a }"), b"net")
    assert Remembered().question(asked_as("{ a }"), b"net") != mine, "each process has a key of its own"
    assert door.remembered.question(asked_as("{ a }"), b"other").of_network != mine.of_network


# ------------------------------------------------------------- made up
async def test_with_memory_and_without_the_bytes_are_the_same(house: House, door: Door) -> None:
    """Random questions, and random changes in between."""
    ids = await offices(house)
    without = Door(house.facing(Login.PUBLIC), Audience.PUBLIC, trusted_documents(OPERATIONS / "public"))
    chance = Random(23)  # noqa: S311 - the same story every time
    changes = (*EVERY_TABLE, GONE[0], GONE[1], *["UPDATE provider SET retired_at = NULL WHERE id = $1"] * 2)
    places = [A_VILLAGE, AROUND[3], AROUND[-1]]
    others: list[dict[str, object]] = [
        {}, {"radiusKm": 400}, {"languages": ["es"]}, {"helpTypes": ["LEGAL_ASYLUM"], "languages": ["en"]},
        {"radiusKm": 3}, {"languages": ["xx-unknown"]},
    ]  # fmt: skip
    given_again = 0
    async with visiting(door) as http, visiting(without) as plain:
        for _ in range(300):
            if chance.random() < 0.1:
                await do(house, chance.choice(changes), chance.choice(ids))
            path = asked(*chance.choice(places), **chance.choice(others))
            without.remembered.answers.clear()
            expected = await plain.get(path)
            async with questions(house) as seen:
                found = await http.get(path)
            given_again += seen == [moments.STILL]
            if "RateLimit" not in expected.headers:  # a refusal says what is left of a budget
                assert (found.content, found.status_code) == (expected.content, expected.status_code)
    assert given_again > 25
