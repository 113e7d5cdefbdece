"""A worker has many jobs at hand, keeps those that take long, and lets go of those that are no longer its own."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

import given
import pytest
from desk import Desk, holding, until

from referral.edges import worker
from referral.edges.house import House
from referral.foundation import backlog, outbox
from referral.foundation.mail import Letter
from referral.foundation.outbox import JobKind


@dataclass(slots=True)
class SlowPost:
    """Outside world: a mail server that keeps everyone waiting until it is told to go on."""

    goes_on: asyncio.Event = field(default_factory=asyncio.Event)
    begun: int = 0
    sent: list[Letter] = field(default_factory=list[Letter])
    given_up: int = 0

    async def send(self, letter: Letter) -> None:
        self.begun += 1
        try:
            await self.goes_on.wait()
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        self.sent.append(letter)

    async def holds(self, letters: int) -> None:
        """Until it has so many in its hands."""
        async with asyncio.timeout(30):
            while self.begun < letters:
                await asyncio.sleep(0.01)


def slow(desk: Desk, **settings: object) -> tuple[House, SlowPost]:
    """The house with a slow mail server, and leases as short as they may be."""
    post = SlowPost()
    chosen = desk.house.settings.model_copy(update={"lease_seconds": 1.0, **settings})
    return replace(desk.house, mailer=post, settings=chosen), post


@asynccontextmanager
async def working(house: House) -> AsyncGenerator[asyncio.Event]:
    """A worker for a block; at the end it is told to stop, and does."""
    stopping = asyncio.Event()
    work = asyncio.create_task(worker.run(house, stopping))
    try:
        yield stopping
    finally:
        stopping.set()
        await asyncio.wait_for(work, 30)


async def letters_ordered(desk: Desk, number: int) -> None:
    """So many offers made, and nobody told yet."""
    await given.office(desk.database, places=50)
    for _ in range(number):
        await desk.submit()
    while await worker.work_once(desk.house, [JobKind.MATCH]):
        pass
    assert await desk.sql("SELECT count(*) FROM outbox WHERE kind = 'tell_provider'") == number


async def told(desk: Desk) -> Any:
    return await desk.sql("SELECT count(*) FROM request_event WHERE kind = 'provider_told'")


async def test_so_many_letters_are_at_hand_at_once_and_no_more(desk: Desk) -> None:
    await letters_ordered(desk, 5)
    house, post = slow(desk, jobs_at_once=3)
    async with working(house):
        await post.holds(3)
        await desk.submit()  # and no match waits for them
        await until(desk, "SELECT count(*) = 6 FROM referral")
        assert post.begun == 3
        post.goes_on.set()
        await until(desk, "SELECT count(*) = 6 FROM request_event WHERE kind = 'provider_told'")
    assert len(post.sent) == 6
    assert len({letter.key for letter in post.sent}) == 6


async def test_a_letter_that_takes_longer_than_a_lease_is_sent_by_nobody_else(desk: Desk) -> None:
    await letters_ordered(desk, 1)
    house, post = slow(desk)
    async with working(house):
        await post.holds(1)
        first = await desk.sql("SELECT leased_until FROM outbox WHERE kind = 'tell_provider'")
        await until(desk, "SELECT leased_until > $1 FROM outbox WHERE kind = 'tell_provider'", first)
        await until(desk, "SELECT clock_timestamp() > $1::timestamptz", first)  # the first lease would have run out
        assert await outbox.take(desk.database, [JobKind.TELL_PROVIDER]) is None
        post.goes_on.set()
        await until(desk, "SELECT NOT EXISTS (SELECT FROM outbox WHERE kind = 'tell_provider')")
    assert (post.begun, len(post.sent), await told(desk)) == (1, 1, 1)


async def test_a_worker_that_is_told_to_stop_finishes_what_is_at_hand_and_begins_nothing(desk: Desk) -> None:
    await letters_ordered(desk, 3)
    house, post = slow(desk, jobs_at_once=2)
    async with working(house) as stopping:
        await post.holds(2)
        stopping.set()
        post.goes_on.set()
    assert (len(post.sent), await told(desk)) == (2, 2)
    assert await desk.sql(
        "SELECT (attempts, leased_until IS NULL) = (0, true) FROM outbox WHERE kind = 'tell_provider'"
    )


async def test_a_letter_that_is_parked_while_it_is_at_hand_is_not_sent(desk: Desk) -> None:
    await letters_ordered(desk, 1)
    house, post = slow(desk)
    async with working(house):
        await post.holds(1)
        async with desk.database.transaction() as tx:
            await backlog.park(tx, await tx.source.fetchval("SELECT id FROM outbox WHERE kind = 'tell_provider'"))
        async with asyncio.timeout(30):
            while not post.given_up:
                await asyncio.sleep(0.01)
        post.goes_on.set()
    assert (post.sent, await told(desk)) == ([], 0)
    assert await desk.sql("SELECT error_code FROM outbox WHERE parked_at IS NOT NULL") == backlog.BY_AN_OPERATOR


async def test_what_hangs_is_given_up_and_put_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await letters_ordered(desk, 1)
    house, post = slow(desk)
    monkeypatch.setattr(worker, "LONGEST_JOB_SECONDS", 0.2)
    assert await worker.work_once(house, [JobKind.TELL_PROVIDER])
    assert (post.given_up, await told(desk)) == (1, 0)
    code = "SELECT error_code FROM outbox WHERE kind = 'tell_provider' AND leased_until IS NULL"
    assert await desk.sql(code) == "TimeoutError"


async def test_a_letter_that_is_sent_again_bears_the_same_message_id_and_another_does_not(desk: Desk) -> None:
    await letters_ordered(desk, 2)
    house, post = slow(desk)
    post.goes_on.set()
    first = await outbox.take(desk.database, [JobKind.TELL_PROVIDER])
    assert first
    async with holding(desk.database, "SELECT FROM help_request FOR UPDATE"):
        dying = asyncio.create_task(worker.attend(house, first))
        await post.holds(1)
        dying.cancel()  # it has sent and not written down
        with suppress(asyncio.CancelledError):
            await dying
    await desk.sql("UPDATE outbox SET leased_until = now() - interval '1 second' WHERE id = $1", first.id)
    while await worker.work_once(house, [JobKind.TELL_PROVIDER]):
        pass
    keys = [letter.key for letter in post.sent]
    assert (len(keys), len(set(keys)), await told(desk)) == (3, 2, 2)
