"""What people told us goes when its time is over, and never while a request is open."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import given
from desk import Desk

from referral.edges import worker
from referral.edges.house import House
from referral.foundation.clock import now
from referral.foundation.outbox import JobKind
from referral.referrals import retention
from referral.referrals.retention import What

NOTHING = dict.fromkeys(What, 0)


async def closed(desk: Desk, *, days: float) -> tuple[UUID, str]:
    """Someone asked, was offered and answered, and took the request back so many days ago."""
    answer = await desk.submit()
    await desk.work()
    await desk.withdraw(answer["receipt"])
    id = UUID(answer["helpRequest"]["id"])
    await grown_old(desk, id, days)
    return id, answer["receipt"]


async def grown_old(desk: Desk, id: UUID, days: float) -> None:
    ago = timedelta(days=days)
    await desk.sql("UPDATE help_request SET updated_at = now() - $2::interval WHERE id = $1", id, ago)
    await desk.sql("UPDATE request_event SET at = now() - $2::interval WHERE request_id = $1", id, ago)


async def row(desk: Desk, id: UUID) -> dict[str, Any]:
    return dict(await desk.database.pool.fetchrow("SELECT * FROM help_request WHERE id = $1", id))


async def events(desk: Desk, id: UUID) -> list[str]:
    rows = await desk.database.pool.fetch("SELECT kind FROM request_event WHERE request_id = $1 ORDER BY id", id)
    return [row["kind"] for row in rows]


async def due(desk: Desk) -> dict[What, int]:
    return await retention.numbers(desk.database.reader, desk.house.kept, now=now())


async def forgotten(desk: Desk) -> int:
    """What a worker does in an hour: order what is due, and do it."""
    ordered = await worker.order_forgetting(desk.house)
    await desk.work()
    return ordered


async def test_a_month_after_closing_name_and_contacts_go_and_the_receipt_still_opens(desk: Desk) -> None:
    await given.office(desk.database)
    id, receipt = await closed(desk, days=30.1)
    assert await due(desk) == NOTHING | {What.CONTACT: 1}
    assert await forgotten(desk) == 1
    found = await row(desk, id)
    assert (found["person"], found["facts"] is None) == (None, False)
    assert (await desk.status(receipt))["status"] == "CLOSED"
    assert (await events(desk, id))[-1] == "contact_erased"
    assert await due(desk) == NOTHING
    assert await forgotten(desk) == 0


async def test_three_months_after_closing_an_empty_row_is_left(desk: Desk) -> None:
    office = await given.office(desk.database)
    id, receipt = await closed(desk, days=90.1)
    token = desk.token(office)
    assert await due(desk) == NOTHING | {What.CONTENT: 1}
    await forgotten(desk)
    found = await row(desk, id)
    told = ("data_key", "facts", "person", "receipt_hash", "country", "state", "raised_to", "partner_id")
    assert {name: found[name] for name in told} == dict.fromkeys(told)
    assert (found["help_types"], found["languages"], found["status"]) == ([], [], "closed")
    assert await desk.status(receipt) is None
    assert (await desk.look(token))["request"] is None
    last = await desk.database.pool.fetchrow("SELECT kind, actor FROM request_event ORDER BY id DESC LIMIT 1")
    assert tuple(last) == ("erased", "system")
    assert await due(desk) == NOTHING


async def test_before_its_time_nothing_goes(desk: Desk) -> None:
    id, receipt = await closed(desk, days=29.9)
    before = await row(desk, id)
    assert await forgotten(desk) == 0
    assert await row(desk, id) == before
    assert await desk.status(receipt)


async def test_an_open_request_is_put_before_staff_however_old_and_never_wiped(desk: Desk) -> None:
    id = UUID((await desk.submit())["helpRequest"]["id"])
    await grown_old(desk, id, 4000)
    await desk.sql("UPDATE help_request SET status = 'matching' WHERE id = $1", id)
    assert await due(desk) == NOTHING | {What.SILENCE: 1}
    await worker.order_forgetting(desk.house)
    await desk.sql("DELETE FROM outbox WHERE kind <> $1", JobKind.RETENTION.value)
    await desk.work()
    found = await row(desk, id)
    assert found["status"] == "in_triage"
    assert found["facts"] is not None
    assert found["person"] is not None
    assert (await events(desk, id))[-2:] == ["silent", "needs_person"]
    assert await due(desk) == NOTHING  # for another three months
    await grown_old(desk, id, 91)
    assert await due(desk) == NOTHING | {What.SILENCE: 1}


async def test_a_request_that_somebody_is_served_by_stays_where_it_is_when_it_is_silent(desk: Desk) -> None:
    office = await given.office(desk.database)
    id = UUID((await desk.submit())["helpRequest"]["id"])
    await desk.work()
    await desk.respond(desk.token(office), "ACCEPT")
    await grown_old(desk, id, 91)
    await worker.order_forgetting(desk.house)
    await desk.sql("DELETE FROM outbox WHERE kind <> $1", JobKind.RETENTION.value)
    await desk.work()
    assert (await row(desk, id))["status"] == "referred"
    assert (await events(desk, id))[-2:] == ["silent", "needs_person"]


async def test_what_the_house_does_by_itself_is_no_sign_of_life(desk: Desk) -> None:
    id = UUID((await desk.submit())["helpRequest"]["id"])
    await grown_old(desk, id, 91)
    await desk.sql(
        "INSERT INTO request_event (request_id, at, kind, actor) VALUES ($1, now(), 'urgency_changed', 'system')", id
    )
    assert await due(desk) == NOTHING | {What.SILENCE: 1}
    await desk.sql("INSERT INTO request_event (request_id, at, kind, actor) VALUES ($1, now(), 'viewed', 'staff')", id)
    assert await due(desk) == NOTHING


async def test_many_workers_that_look_at_once_delete_once(desk: Desk) -> None:
    id, _ = await closed(desk, days=91)
    await asyncio.gather(*(worker.order_forgetting(desk.house) for _ in range(4)))
    await asyncio.gather(*(desk.work() for _ in range(4)))
    assert (await events(desk, id)).count("erased") == 1


async def test_a_job_that_comes_when_the_request_was_opened_again_deletes_nothing(desk: Desk) -> None:
    id, _ = await closed(desk, days=91)
    await worker.order_forgetting(desk.house)
    await desk.sql(
        "UPDATE help_request SET status = 'in_triage', close_reason = NULL, updated_at = now() WHERE id = $1", id
    )
    before = await row(desk, id)
    await desk.work()
    assert await row(desk, id) == before


async def test_notes_and_messages_go_with_the_request(desk: Desk) -> None:
    office = await given.office(desk.database)
    answer = await desk.submit()
    await desk.work()
    await desk.respond(desk.token(office), "ASK", note="A synthetic question?")
    message = {"receipt": answer["receipt"], "text": "A synthetic message.", "idempotencyKey": "a key for each"}
    await desk.published("public/SendMessage", input=message)
    written = "SELECT (SELECT count(*) FROM referral_note) + (SELECT count(*) FROM message)"
    assert await desk.sql(written) == 2
    await desk.withdraw(answer["receipt"])
    await grown_old(desk, UUID(answer["helpRequest"]["id"]), 91)
    await forgotten(desk)
    assert await desk.sql(written) == 0


async def test_nobody_is_due_who_does_not_exist(house: House) -> None:
    async with house.database.transaction() as tx:
        assert await retention.keep(tx, house.kept, uuid4(), now=now()) is None
