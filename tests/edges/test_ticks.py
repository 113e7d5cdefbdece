"""What hangs on a receipt, a password or a code is answered at a tick, right or wrong; nobody else waits for it.

That an answer does not come before its tick is no matter of how fast a machine is: these clocks only go forward.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import replace
from time import monotonic

import desk as desks
import given
import pytest
from desk import PASSWORD, Desk
from httpx import AsyncClient, Response

from referral.edges import ticks
from referral.edges.graphql.routes import PATHS
from referral.edges.graphql.schemas import Audience
from referral.edges.house import House
from referral.foundation.db import POOL_SIZE, execute
from referral.intake import receipts

TICK = 1.0  # far longer than any of these takes to be worked on
EMAIL = "anna@demo.invalid"
FROM_HERE = {"Sec-Fetch-Site": "same-origin"}
Knocks = Callable[[AsyncClient, str], Awaitable[Response]]


@pytest.fixture
async def ticking(house: House) -> AsyncGenerator[Desk]:
    """A server whose ticks are long."""
    slow = house.settings.model_copy(update={"tick_milliseconds": int(TICK * 1_000)})
    async with desks.standing(replace(house, settings=slow)) as desk:
        yield desk


def document(name: str, **variables: object) -> dict[str, object]:
    return {"query": desks.operation(f"public/{name}"), "variables": variables}


def asks(name: str, argument: str = "receipt", **others: object) -> Knocks:
    """With a published operation."""

    def knock(http: AsyncClient, receipt: str) -> Awaitable[Response]:
        variables: dict[str, object] = {"receipt": receipt, **others}
        body = document(name, **(variables if argument == "receipt" else {argument: variables}))
        return http.post(PATHS[Audience.PUBLIC], json=body)

    return knock


def fills_in(path: str, **others: str) -> Knocks:
    """A page's form."""
    return lambda http, code: http.post(path, data={"code": code, **others}, headers=FROM_HERE)


BY_RECEIPT: dict[str, Knocks] = {
    "asks how it stands": asks("HelpRequestByReceipt"),
    "takes it back": asks("WithdrawHelpRequest", erase=False),
    "corrects it": asks("AmendHelpRequest", "input", householdSize=2),
    "writes": asks("SendMessage", "input", text="A synthetic question.", idempotencyKey="one for each"),
    "opens the page": fills_in("/en/status", act="look"),
    "writes on the page": fills_in("/en/status", act="write", text="Another.", key="a key for each"),
    "gets a new code on the page": fills_in("/en/status", act="renew"),
    "comes back to the form": fills_in("/en/help/code"),
    "begins anew as staff": fills_in("/staff/enrol", password="canary horse battery"),
}


@pytest.mark.parametrize(("spent", "left"), [(0.03, 0.22), (0.25, 0.0), (0.26, 0.24), (0.6, 0.15), (0.0, 0.0)])
def test_what_is_left_of_a_tick(spent: float, left: float) -> None:
    assert ticks.left(spent, 0.25) == pytest.approx(left)


async def after(knocking: Awaitable[Response]) -> tuple[float, int]:
    """After how many seconds it was answered, and with what."""
    began = monotonic()
    answer = await knocking
    return monotonic() - began, answer.status_code


@pytest.mark.parametrize("knock", BY_RECEIPT.values(), ids=BY_RECEIPT)
async def test_whatever_is_done_by_a_code_is_answered_at_a_tick(ticking: Desk, knock: Knocks) -> None:
    right = (await ticking.submit())["receipt"]
    wrong = receipts.derive(ticking.house.vault, b"nobody's")
    answered = await asyncio.gather(*(after(knock(ticking.http, code)) for code in (right, wrong, "1234", "")))
    assert min(seconds for seconds, _ in answered) >= TICK
    assert {status for _, status in answered} <= {200, 303, 422}


async def test_signing_in_is_answered_at_a_tick(ticking: Desk) -> None:
    await ticking.hire(EMAIL)
    tries = [(EMAIL, PASSWORD), (EMAIL, "not the password"), ("nobody@demo.invalid", PASSWORD), ("none", "")]
    answered = await asyncio.gather(
        *(after(ticking.http.post("/staff/login", json={"email": e, "password": p})) for e, p in tries)
    )
    assert [status for _, status in answered] == [200, 401, 401, 401]
    assert min(seconds for seconds, _ in answered) >= TICK


async def test_a_tick_begins_when_all_was_read_so_that_no_sender_chooses_where_the_work_falls(ticking: Desk) -> None:
    async def in_two_parts() -> AsyncGenerator[bytes]:
        nonlocal sent
        yield b'{"email": "nobody@demo.invalid", '
        await asyncio.sleep(0.6 * TICK)
        sent = monotonic()
        yield b'"password": "not the password"}'

    sent = 0.0
    answer = await ticking.http.post(
        "/staff/login", content=in_two_parts(), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 401
    assert monotonic() - sent >= TICK


async def test_a_failure_is_answered_at_a_tick_too(ticking: Desk) -> None:
    receipt = (await ticking.submit())["receipt"]
    async with ticking.database.transaction() as tx:
        await execute(tx, "UPDATE help_request SET facts = 'not what was sealed'")
    seconds, status = await after(fills_in("/en/status", act="look")(ticking.http, receipt))
    assert (status, seconds >= TICK) == (500, True)


async def test_who_waits_for_a_tick_keeps_nobody_else_from_the_database(house: House) -> None:
    await given.office(house.database)
    slow = house.settings.model_copy(update={"tick_milliseconds": 5_000})
    async with desks.standing(replace(house, settings=slow)) as desk:
        knock = BY_RECEIPT["opens the page"]
        waiting = [asyncio.ensure_future(knock(desk.http, f"{number}")) for number in range(2 * POOL_SIZE)]
        assert (await desk.submit())["receipt"]
        assert (await desk.http.get("/en/find")).status_code == 200
        assert not any(one.done() for one in waiting)
        assert {answer.status_code for answer in await asyncio.gather(*waiting)} == {422}
