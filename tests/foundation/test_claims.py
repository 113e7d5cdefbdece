"""Who has shown what is known for one transaction, whoever had the connection before and whatever was broken off."""

import asyncio
import random
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

import given
import pytest
from desk import Desk

from referral.foundation import claims
from referral.foundation.claims import Claims, Kind
from referral.foundation.db import Database, Reader, connect, many, show, value
from referral.foundation.errors import NotFound
from referral.foundation.logins import Login
from referral.intake import receipts
from referral.triage import staff

PEOPLE = 12
QUESTIONS = 10_000
AT_ONCE = 40
COUNTED = "SELECT id FROM help_request"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A person with a receipt."""

    request: UUID
    receipt_hash: str

    @property
    def shown(self) -> Claims:
        return claims.one(Kind.RECEIPT, self.receipt_hash)


@pytest.fixture
async def narrow(surfaces: Mapping[Login, Database]) -> AsyncGenerator[Database]:
    """The public login with two connections and no more, so that everybody has somebody else's."""
    database = await connect(surfaces[Login.PUBLIC].dsn, size=2, statement_seconds=60)
    try:
        yield database
    finally:
        await database.close()


@pytest.fixture
async def people(desk: Desk) -> list[Principal]:
    found: list[Principal] = []
    for _ in range(PEOPLE):
        submitted = await desk.submit()
        receipt = receipts.read(submitted["receipt"])
        assert receipt
        hashed = receipts.hashed(desk.house.vault, receipt)
        found.append(Principal(request=UUID(submitted["helpRequest"]["id"]), receipt_hash=hashed.hex()))
    return found


async def seen_by_question(database: Database) -> set[UUID]:
    return {row.id for row in await many(database.reader, Row, COUNTED)}


async def seen_by_steady_question(database: Database) -> set[UUID]:
    return {row.id for row in await many(database.reader.steady, Row, COUNTED)}


async def seen_in_transaction(database: Database) -> set[UUID]:
    async with database.transaction() as tx:
        before = await many(tx, Row, COUNTED)
        await value(tx, "SELECT count(*) FROM provider")
        return {row.id for row in (*before, *await many(tx, Row, COUNTED))}


async def seen_where_it_fails(database: Database) -> set[UUID]:
    """A transaction that is rolled back."""
    seen: set[UUID] = set()
    with suppress(NotFound):
        async with database.transaction() as tx:
            seen = {row.id for row in await many(tx, Row, COUNTED)}
            raise NotFound("as it happens")
    return seen


WAYS = (seen_by_question, seen_by_steady_question, seen_in_transaction, seen_where_it_fails)


async def test_ten_thousand_by_turns_on_two_connections_see_only_their_own(
    people: list[Principal], narrow: Database
) -> None:
    """Everybody asks in every way; some show nothing, and every third is given up at a random moment."""
    dice = random.Random(11)  # noqa: S311 - a test's dice
    crossed: list[tuple[UUID | None, set[UUID]]] = []
    seen_own = given_up = 0
    room = asyncio.Semaphore(AT_ONCE)

    async def ask(number: int) -> None:
        nonlocal seen_own, given_up
        who = None if number % 5 == 0 else dice.choice(people)
        asked = narrow if who is None else narrow.claiming(who.shown)
        question = asyncio.ensure_future(dice.choice(WAYS)(asked))
        async with room:
            if number % 3 == 0:
                for _ in range(dice.randrange(40)):
                    await asyncio.sleep(0)
                question.cancel()
            try:
                seen = await question
            except asyncio.CancelledError:
                given_up += 1
                return
        if seen != ({who.request} if who else set[UUID]()):
            crossed.append((who.request if who else None, seen))
        seen_own += bool(seen)

    for start in range(0, QUESTIONS, AT_ONCE):
        await asyncio.gather(*(ask(number) for number in range(start, start + AT_ONCE)))
    assert crossed == []
    assert seen_own > QUESTIONS / 3
    assert given_up > QUESTIONS / 10
    assert await seen_by_question(narrow) == set()


async def test_what_is_shown_in_a_transaction_counts_from_there_and_ends_with_it(
    people: list[Principal], narrow: Database
) -> None:
    async with narrow.transaction() as tx:
        assert await many(tx, Row, COUNTED) == []
        await show(tx, Kind.RECEIPT, people[0].receipt_hash)
        assert [row.id for row in await many(tx, Row, COUNTED)] == [people[0].request]
        await show(tx, Kind.RECEIPT, people[1].receipt_hash)
        assert {row.id for row in await many(tx, Row, COUNTED)} == {people[0].request, people[1].request}
    async with narrow.transaction() as tx:
        assert await many(tx, Row, COUNTED) == []


async def test_what_a_question_shows_counts_for_all_that_the_same_caller_asks_after(
    people: list[Principal], narrow: Database
) -> None:
    caller = narrow.claiming(Claims())
    await show(caller.reader, Kind.RECEIPT, people[0].receipt_hash)
    assert await seen_by_question(caller) == await seen_in_transaction(caller) == {people[0].request}
    assert await seen_by_question(narrow) == set()


async def test_what_somebody_left_in_a_session_is_set_aside_by_the_next_who_shows_anything(
    people: list[Principal], surfaces: Mapping[Login, Database]
) -> None:
    """As after an injection that set a claim for good: the next caller's transaction does not count it."""
    database = await connect(surfaces[Login.PUBLIC].dsn, size=1)
    try:
        await database.pool.execute("SELECT set_config('referral.receipts', $1, false)", people[0].receipt_hash)
        assert await seen_by_question(database.claiming(people[1].shown)) == {people[1].request}
        link = claims.one(Kind.LINK, "00" * 48)
        assert await seen_in_transaction(database.claiming(link)) == set()
    finally:
        await database.close()


async def test_a_link_is_believed_by_the_key_alone(desk: Desk, narrow: Database) -> None:
    office = await given.office(desk.database)
    await desk.submit()
    await desk.work()
    referral = await desk.sql("SELECT id FROM referral WHERE provider_id = $1", office.id)
    key = desk.house.vault.derive("links in the database")
    for forged in (
        claims.of_link(b"another key of thirty-two bytes.", "answer-referral", referral),
        claims.of_link(key, "state-capacity", referral),
        claims.of_link(key, "answer-referral", office.id)[:32] + claims.of_link(key, "answer-referral", referral)[32:],
        referral.hex,
    ):
        assert await seen_by_question(narrow.claiming(claims.one(Kind.LINK, forged))) == set()
    link = claims.one(Kind.LINK, claims.of_link(key, "answer-referral", referral))
    assert len(await seen_by_question(narrow.claiming(link))) == 1


async def test_a_session_opens_nothing_once_its_account_is_shut(desk: Desk, surfaces: Mapping[Login, Database]) -> None:
    await desk.submit()
    token = (await desk.staff())["Cookie"].partition("=")[2]
    console = surfaces[Login.CONSOLE].claiming(claims.of_session(token))
    assert len(await seen_by_question(console)) == 1
    async with desk.database.transaction() as tx:
        await staff.disable(tx, "anna@demo.invalid", now=await value(tx, "SELECT now()"))
    assert await seen_by_question(console) == set()


def test_a_reader_that_has_shown_nothing_carries_nothing() -> None:
    one, other = Reader(None), Reader(None)
    one.claims.add(Kind.RECEIPT, "00")
    assert not other.claims
    assert "00" not in repr(one)
