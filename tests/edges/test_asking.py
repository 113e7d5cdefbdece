"""The letter that asks whether an office still takes people: real jobs, a real SMTP server, and the link opened."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape
from typing import Any

import given
import pytest
from desk import Desk, standing, until
from given import Office
from postbox import Postbox, listening
from pydantic import SecretStr

from referral.directory import providers
from referral.directory.upkeep import hiding
from referral.directory.words import Openness
from referral.edges import worker
from referral.edges.house import House
from referral.foundation import links, mail
from referral.foundation.clock import now
from referral.foundation.db import Database, value

ADDRESS = "office@demo.invalid"


@asynccontextmanager
async def posting(house: House, box: Postbox, **settings: object) -> AsyncGenerator[House]:
    """The same house with an SMTP server to hand letters to; nothing else is set, unless it is said."""
    with listening(box) as port:
        chosen = house.settings.model_copy(update={"smtp_url": SecretStr(f"smtp://127.0.0.1:{port}"), **settings})
        yield replace(house, settings=chosen, mailer=mail.mailer(chosen))


async def silent(database: Database, address: str | None = ADDRESS, name: str = "Synthetic Office") -> Office:
    """An office that never said whether it takes people."""
    office = await given.office(database, name=name, openness=None)
    await database.pool.execute("UPDATE provider SET referral_email = $2 WHERE id = $1", office.id, address)
    return office


async def a_week_goes_by(database: Database) -> None:
    await database.pool.execute("UPDATE confirmation SET asked_at = asked_at - interval '7 days'")


async def asked(house: House) -> int:
    """One round of a worker: order what is due, and do it."""
    await worker.order_asking(house)
    return await worker.work_off(house)


def opened(box: Postbox, number: int = -1) -> EmailMessage:
    content = box.received[number].content
    assert isinstance(content, bytes)
    return message_from_bytes(content, policy=policy.default)


def body(message: EmailMessage, kind: str) -> str:
    part: Any = message.get_body((kind,))
    assert part is not None
    return part.get_content().replace("\r\n", "\n")


def tokens(text: str) -> list[str]:
    return re.findall(r"/c/([\w\-.]+)", text)


async def waiting(database: Database) -> int:
    return await value(database.reader, "SELECT count(*) FROM outbox")


# ---------------------------------------------------------------- the letter


async def test_one_letter_names_each_listing_with_a_link_of_its_own_in_two_languages_and_twice_over(
    house: House,
) -> None:
    first, second = (
        await silent(house.database, name="A & B <Aid>"),
        await silent(house.database, name="Second\nOffice"),
    )
    async with posting(house, box := Postbox()) as here:
        assert await asked(here) == 1
    (envelope,) = box.received
    assert envelope.rcpt_tos == [ADDRESS]
    message = opened(box)
    plain, html = body(message, "plain"), body(message, "html")
    for text in (plain, unescape(html)):
        for told in ("still taking new people?", "¿Siguen recibiendo", "A & B <Aid>", "Second Office"):
            assert told in text
    assert "<Aid>" not in html
    for found in (tokens(plain), tokens(html)[::2], tokens(html)[1::2]):
        read = [links.read(house.vault, "state-capacity", token, now=now()) for token in found]
        assert [link.subject for link in read] == [first.id, second.id]
        assert all(timedelta(days=13, hours=23) < link.expires_at - now() <= timedelta(days=14) for link in read)


async def test_a_letter_tells_nothing_of_a_hidden_place(house: House) -> None:
    office = await silent(house.database, name="Canary House")
    await house.database.pool.execute(
        """INSERT INTO phone (id, location_id, number)
           SELECT gen_random_uuid(), location_id, '+1 956 555 0100' FROM provider"""
    )
    await house.database.pool.execute("UPDATE organization SET name = 'Synthetic Organization'")
    await house.database.pool.execute("UPDATE location SET lines = '{Canary Street 7}', postal_code = '78520'")
    async with house.database.transaction() as tx:
        await hiding.hide(tx, house.vault, office.id, now=now())
    async with posting(house, box := Postbox()) as here:
        await asked(here)
    said = body(opened(box), "plain") + body(opened(box), "html") + str(opened(box)["Subject"])
    assert "Synthetic Organization (TX)" in said
    for secret in ("Canary", "Synthetic City", "78520", "555", "25.9", "97.4"):
        assert secret not in re.sub(r"/c/[\w\-.]+", "", said), secret


# ---------------------------------------------------------------- once


async def test_it_goes_once_and_not_again_within_a_week(house: House) -> None:
    await silent(house.database)
    async with posting(house, box := Postbox()) as here:
        assert [await asked(here), await asked(here)] == [1, 0]
        assert len(box.received) == 1
        await a_week_goes_by(house.database)
        assert await asked(here) == 1
    assert len(box.received) == 2


async def test_two_workers_at_once_send_one_letter(house: House) -> None:
    await silent(house.database)
    async with posting(house, box := Postbox()) as here, standing(here) as desk:
        stopping = asyncio.Event()
        working = [asyncio.create_task(worker.run(here, stopping)) for _ in range(2)]
        await until(desk, "SELECT EXISTS (SELECT FROM confirmation) AND NOT EXISTS (SELECT FROM outbox)")
        await asyncio.gather(*(worker.order_asking(here) for _ in range(4)))
        await until(desk, "SELECT NOT EXISTS (SELECT FROM outbox)")
        stopping.set()
        await asyncio.gather(*working)
    assert len(box.received) == 1


async def test_a_letter_that_does_not_get_through_is_tried_again_and_comes_once(house: House) -> None:
    await silent(house.database)
    async with posting(house, box := Postbox(refuses="451 try later")) as here:
        await asked(here)
        assert (len(box.received), await waiting(house.database)) == (0, 1)
        assert await worker.order_asking(here) == 0  # it waits already; no second one is ordered beside it
        box.refuses = None
        await house.database.pool.execute("UPDATE outbox SET run_at = now()")
        await worker.work_off(here)
    assert (len(box.received), await waiting(house.database)) == (1, 0)


# ---------------------------------------------------------------- to whom, and whether at all


@pytest.mark.parametrize(
    ("settings", "to"),
    [
        ({}, [ADDRESS]),
        ({"ask_providers": "known"}, [ADDRESS]),
        ({"ask_providers": "listed"}, ["listed@demo.invalid", ADDRESS]),
        ({"ask_providers": "nobody"}, []),
    ],
)
async def test_the_operator_decides_who_is_asked(house: House, settings: dict[str, str], to: list[str]) -> None:
    await silent(house.database)
    other = await silent(house.database, None)
    await house.database.pool.execute(
        "UPDATE organization SET email = 'listed@demo.invalid' WHERE id = $1", other.organization_id
    )
    async with posting(house, box := Postbox(), **settings) as here, standing(here) as desk:
        await running(here, desk)
    assert sorted(envelope.rcpt_tos[0] for envelope in box.received) == to


async def running(here: House, desk: Desk) -> None:
    """A worker runs until it has asked whom it would ask, or long enough to have asked somebody."""
    stopping = asyncio.Event()
    working = asyncio.create_task(worker.run(here, stopping))
    if here.settings.asked == "nobody":
        await asyncio.sleep(1.5)
    else:
        await until(desk, "SELECT EXISTS (SELECT FROM confirmation) AND NOT EXISTS (SELECT FROM outbox)")
    stopping.set()
    await working


async def test_without_a_mail_server_nobody_is_asked(house: House) -> None:
    assert house.settings.asked == "nobody"


async def test_what_was_ordered_before_asking_was_switched_off_is_not_sent(house: House) -> None:
    await silent(house.database)
    async with posting(house, box := Postbox()) as here:
        assert await worker.order_asking(here) == 1
        off = replace(here, settings=here.settings.model_copy(update={"ask_providers": "nobody"}))
        assert await worker.work_off(off) == 1
    assert (box.received, await waiting(house.database)) == ([], 0)


# ---------------------------------------------------------------- from the letter to the answer


async def test_the_link_in_the_letter_is_answered_and_whoever_wants_no_more_letters_gets_none(house: House) -> None:
    office = await silent(house.database)
    async with posting(house, box := Postbox()) as here, standing(here) as desk:
        await asked(here)
        found = tokens(body(opened(box), "plain"))
        own = {"Origin": here.settings.public_url, "Accept": "text/html"}
        said = await desk.http.post(f"/c/{found[0]}", data={"openness": "limited"}, headers=own)
        assert said.status_code == 303
        listing = await providers.provider(house.database.reader, office.id)
        assert listing is not None
        assert listing.openness is Openness.LIMITED
        no_more = await desk.http.post(f"/c/{found[0]}", data={"letters": "never"}, headers=own)
        assert no_more.status_code == 303
        await house.database.pool.execute(
            "UPDATE provider SET openness_stated_at = now() - interval '40 days', openness_expires_at = now()"
        )
        await a_week_goes_by(house.database)
        assert await asked(here) == 0
    assert len(box.received) == 1
