"""The person and the team write to each other: sealed, counted, once, and gone with the request."""

from datetime import timedelta
from uuid import UUID

import pytest
from referrals_given import as_it_stands, history, someone, submitted

from referral.edges.house import House
from referral.foundation.actors import ActorKind, Staff, StaffId, StaffRole
from referral.foundation.clock import now
from referral.foundation.db import value
from referral.foundation.errors import Conflict, IdempotencyKeyReused, ValidationFailed
from referral.intake import messages, requests
from referral.intake.messages import TooManyMessages
from referral.intake.requests import HelpRequest
from referral.intake.words import HelpRequestStatus
from referral.referrals import leaving

ANNA = Staff(id=StaffId(UUID(int=1)), email="anna@demo.invalid", name="Anna", role=StaffRole.INTAKE)
HELLO = "A canary word: quetzal."


async def said(house: House, request: HelpRequest, text: str = HELLO, key: str = "a key for each") -> None:
    async with house.database.transaction() as tx:
        held = await requests.locked(tx, request.id)
        assert held
        await messages.from_person(tx, house.vault, held, text, key, now=now())


async def replied(house: House, request: HelpRequest, text: str, key: str = "a key for each") -> bool:
    async with house.database.transaction() as tx:
        held = await requests.locked(tx, request.id)
        assert held
        return await messages.from_staff(tx, house.vault, ANNA, held, text, key, now=now())


async def read(house: House, request: HelpRequest) -> list[tuple[ActorKind, str]]:
    found = await messages.written(house.database.reader, house.vault, await as_it_stands(house, request))
    return [(one.actor, one.text) for one in found.messages]


async def test_both_sides_read_what_was_written_in_order_and_the_database_reads_nothing(house: House) -> None:
    request = await someone(house)
    await said(house, request)
    await replied(house, request, "We read you.")
    await said(house, request, "Thank you.", "another key")
    assert await read(house, request) == [
        (ActorKind.REQUESTER, HELLO),
        (ActorKind.INTAKE_STAFF, "We read you."),
        (ActorKind.REQUESTER, "Thank you."),
    ]
    rows = await house.database.pool.fetch("SELECT sealed FROM message")
    assert not any(b"quetzal" in sealed for (sealed,) in rows)
    assert (await history(house, request))[1:] == ["message_received", "message_sent", "message_received"]


async def test_a_retry_is_one_message_and_a_key_is_for_one_text(house: House) -> None:
    request = await someone(house)
    for _ in range(3):
        await said(house, request)
    assert len(await read(house, request)) == 1
    with pytest.raises(IdempotencyKeyReused):
        await said(house, request, "Something else.")
    assert await replied(house, request, "We read you.")  # the other side's key is another key
    assert not await replied(house, request, "We read you.")
    assert (await history(house, request)).count("message_received") == 1


@pytest.mark.parametrize(
    ("text", "key", "path", "code"),
    [
        ("", "a key for each", "text", "EMPTY"),
        (" …\n", "a key for each", "text", "EMPTY"),
        ("x" * 1001, "a key for each", "text", "TOO_LONG"),
        ("It is A123456789.", "a key for each", "text", "IDENTITY_NUMBER"),
        ("zero \0 sign", "a key for each", "text", "UNREADABLE"),
        ("Hello.", "short", "idempotency_key", "LENGTH"),
    ],
)
async def test_what_cannot_be_kept_is_named(house: House, text: str, key: str, path: str, code: str) -> None:
    request = await someone(house)
    with pytest.raises(ValidationFailed) as refused:
        await said(house, request, text, key)
    assert [(one.path, one.code) for one in refused.value.problems] == [((path,), code)]
    assert await read(house, request) == []


async def test_a_day_holds_so_many_and_tomorrow_more(house: House) -> None:
    request = await someone(house)
    for number in range(messages.MOST_A_DAY):
        await said(house, request, f"Number {number}.", f"key number {number}")
    with pytest.raises(TooManyMessages):
        await said(house, request, "One more.", "one more key")
    await said(house, request, "Number 3.", "key number 3")  # a retry is no new one
    await house.database.pool.execute("UPDATE message SET at = at - $1::interval", timedelta(days=1))
    await said(house, request, "One more.", "one more key")


async def test_what_was_wanted_of_the_person_brings_the_request_back_to_the_team(house: House) -> None:
    request = await someone(house)
    await house.database.pool.execute("UPDATE help_request SET status = 'needs_info'")
    await said(house, request)
    assert (await as_it_stands(house, request)).status is HelpRequestStatus.IN_TRIAGE


async def test_to_a_closed_request_nobody_writes(house: House) -> None:
    kept = await submitted(house)
    await said(house, kept.request)
    async with house.database.transaction() as tx:
        await leaving.withdraw(tx, house.vault, kept.receipt, erase=False, now=now())
    for write in (said(house, kept.request, "More.", "another key"), replied(house, kept.request, "More.")):
        with pytest.raises(Conflict):
            await write
    assert len(await read(house, kept.request)) == 1  # what was written can still be read


async def test_erasing_takes_the_messages_along(house: House) -> None:
    kept = await submitted(house)
    await said(house, kept.request)
    async with house.database.transaction() as tx:
        await leaving.withdraw(tx, house.vault, kept.receipt, erase=True, now=now())
    assert await value(house.database.reader, "SELECT count(*) FROM message") == 0
    assert await read(house, kept.request) == []


async def test_a_look_of_the_team_leaves_a_trace_and_what_it_saw_is_unread_no_longer(house: House) -> None:
    request, other = await someone(house), await someone(house)
    await said(house, request)
    await replied(house, request, "We read you.")
    await said(house, other)
    at = house.database.reader
    assert await messages.unread(at, [request.id, other.id]) == {request.id: 1, other.id: 1}
    async with house.database.transaction() as tx:
        await messages.for_staff(tx, house.vault, ANNA, request, first=None, after=None, now=now())
    assert await messages.unread(at, [request.id, other.id]) == {other.id: 1}
    looks = await house.database.pool.fetch("SELECT act, actor_id, subject_id FROM audit_event")
    assert [tuple(look) for look in looks] == [("messages_read", ANNA.id, request.id)]
    seen = await messages.written(at, house.vault, request)
    assert [one.read_at is not None for one in seen.messages] == [True, False]  # the person has not seen the answer


async def test_pages_go_on_where_they_ended(house: House) -> None:
    request = await someone(house)
    for number in range(7):
        await said(house, request, f"Number {number}.", f"key number {number}")
    seen: list[str] = []
    after = None
    while True:
        found = await messages.written(house.database.reader, house.vault, request, first=3, after=after)
        seen += [one.text for one in found.messages]
        if not found.page.has_next:
            break
        after = messages.cursor(found.messages[-1])
    assert seen == [f"Number {number}." for number in range(7)]
    with pytest.raises(ValidationFailed):
        await messages.written(house.database.reader, house.vault, request, after="not ours")
