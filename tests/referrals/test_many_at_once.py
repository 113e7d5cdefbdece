"""A page of offers, and the notes of a page of requests, are read with as many questions as those of one."""

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

import given
from given import terms
from referrals_given import answered, offered, someone

from referral.edges.graphql.context import Context
from referral.edges.graphql.public import through_providers
from referral.edges.house import House
from referral.foundation.actors import Visitor
from referral.foundation.clock import now
from referral.foundation.db import Database
from referral.intake import requests as stored
from referral.intake.words import ConsentScope
from referral.referrals import views
from referral.referrals.reading import Referral, ReferralId
from referral.referrals.words import ReferralAnswer


@dataclass(kw_only=True)
class Counting:
    """Hands on what is asked, and counts it."""

    pool: Any
    asked: list[str] = field(default_factory=list[str])

    def acquire(self, *, timeout: float) -> "Taken":
        return Taken(self)

    async def release(self, connection: "Counting") -> None:
        """There is only one."""

    async def fetch(self, sql: str, *args: object) -> Any:
        self.asked.append(sql)
        return await self.pool.fetch(sql, *args)

    async def fetchval(self, sql: str, *args: object) -> Any:
        self.asked.append(sql)
        return await self.pool.fetchval(sql, *args)

    async def execute(self, sql: str, *args: object) -> str:
        self.asked.append(sql)
        return await self.pool.execute(sql, *args)

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[None]:
        yield


@dataclass
class Taken:
    """Waited for, or opened for a block: the counting one either way."""

    counting: Counting

    def __await__(self) -> Generator[Any, None, Counting]:
        return self.now().__await__()

    async def now(self) -> Counting:
        return self.counting

    async def __aenter__(self) -> Counting:
        return self.counting

    async def __aexit__(self, kind: object, error: object, trace: object) -> None:
        """There is only one."""


def counted(house: House) -> tuple[Context, Counting]:
    counting = Counting(pool=house.database.pool)
    listening = replace(house, database=Database(counting, house.database.dsn))
    return Context(house=listening, who=Visitor(), now=now(), lexicon={}), counting


def words_for(id: UUID) -> str:
    """Other words for each, and no digits: some ids look like the number of a paper, which is refused."""
    return f"Words for {str(id).translate(str.maketrans('0123456789', 'ghijklmnop'))}."


async def accepted(house: House, **changes: Any) -> Referral:
    request = await someone(house, **changes)
    made = await offered(house, request, terms(await given.office(house.database)))
    return await answered(house, made.id, ReferralAnswer.ACCEPT, words=words_for(request.id))


async def test_a_page_of_offers_asks_for_requests_and_consents_once(house: House) -> None:
    told = await accepted(house)
    untold = await accepted(house, consents=(ConsentScope.SHARE_SUMMARY,))
    gone = replace(told, id=ReferralId(uuid4()), request_id=uuid4())  # its request is not there
    open_offer = await offered(house, await someone(house), terms(await given.office(house.database)))
    context, counting = counted(house)
    seen = await through_providers(context, [untold, open_offer, gone, told])
    assert [one.through.beholder if one.through else None for one in seen] == [
        views.Beholder.PROVIDER_ASKED,
        views.Beholder.PROVIDER_ASKED,
        None,
        views.Beholder.PROVIDER_ACCEPTED,
    ]
    # The requests; for the trail, who agrees, and a row for each that is opened; and who agrees.
    assert len(counting.asked) == 4


async def test_notes_of_many_requests_are_asked_for_once_and_opened_each_with_its_own_key(house: House) -> None:
    made = [await accepted(house) for _ in range(3)]
    known = await stored.requests(house.database.reader, [one.request_id for one in made])
    requests = [known[one.request_id] for one in made]
    erased = replace(requests[0], data_key=None)
    context, counting = counted(house)
    asked = list(zip([one.id for one in made], [erased, *requests[1:]], strict=True))
    found = await context.loaders.notes.load_many(asked)
    assert [[note.text for note in notes] for notes in found] == [
        [],
        *([words_for(one.id)] for one in requests[1:]),
    ]
    assert len(counting.asked) == 1
