"""A place is hidden while something else is being said of it: whichever ends first, nothing of it stays."""

import asyncio
from uuid import UUID

import given
from at_once import meanwhile, waits_for_a_lock

from referral.directory import providers
from referral.directory.facts import Fact, Value
from referral.directory.lists import overriding, saying
from referral.directory.lists.overriding import Agreed
from referral.directory.upkeep import hiding, merging
from referral.directory.words import SaidBy
from referral.edges.house import House
from referral.foundation.actors import Staff, StaffRole
from referral.foundation.clock import now
from referral.foundation.db import Database, execute
from referral.triage import staff as team

NUMBER = "+1 915 555 0123"


async def office(database: Database, *, number: str | None = None) -> UUID:
    made = await given.office(database)
    if number is not None:
        await database.pool.execute(
            "INSERT INTO phone (id, provider_id, number) VALUES (gen_random_uuid(), $1, $2)", made.id, number
        )
    return made.id


async def somebody(house: House) -> Staff:
    async with house.database.transaction() as tx:
        return await team.add(tx, email="anna@demo.invalid", name="Anna", role=StaffRole.SUPERVISOR, now=now())


async def hide(house: House, listing: UUID) -> None:
    async with house.database.transaction() as tx:
        await hiding.hide(tx, house.vault, listing, now=now())


async def numbers(house: House, listing: UUID) -> list[str]:
    found = await providers.provider(house.database.reader, listing)
    assert found is not None
    return [phone.number for phone in found.phones]


async def standing_or_done(house: House, hidden: asyncio.Future[None]) -> None:
    """Until hiding is done, or waits for somebody."""
    waiting = asyncio.ensure_future(waits_for_a_lock(house.database, ""))
    await asyncio.wait({hidden, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()


async def test_what_staff_agree_to_meanwhile_goes_with_the_place(house: House) -> None:
    refuge = await office(house.database)
    phone: Value = {"number": NUMBER, "extension": None, "kind": None, "languages": []}
    async with meanwhile(house.database) as tx:
        assert await saying.alone(tx)
        found = (await saying.now(tx, [refuge]))[refuge]
        hidden = asyncio.ensure_future(hide(house, refuge))
        await standing_or_done(house, hidden)
        await overriding.agree(tx, found, [Agreed(fact=Fact.PHONES, wanted=[phone], said_by=SaidBy.STAFF, at=now())])
    await hidden
    assert await numbers(house, refuge) == []
    assert await house.database.pool.fetch("SELECT FROM listing_override") == []


async def test_what_is_taken_over_meanwhile_goes_with_the_place_and_neither_fails(house: House) -> None:
    refuge, other = await office(house.database), await office(house.database, number=NUMBER)
    staff = await somebody(house)
    async with meanwhile(house.database) as tx:
        await execute(tx, "SELECT FROM provider WHERE id IN ($1, $2) ORDER BY id FOR UPDATE", refuge, other)
        hidden = asyncio.ensure_future(hide(house, refuge))
        await standing_or_done(house, hidden)
        await merging.merge(tx, staff, other, refuge)
    await hidden
    assert await numbers(house, refuge) == []


async def test_a_number_taken_over_is_not_shown_again_once_the_two_were_taken_apart(house: House) -> None:
    kept, other = await office(house.database), await office(house.database, number=NUMBER)
    staff = await somebody(house)
    async with house.database.transaction() as tx:
        await merging.merge(tx, staff, other, kept)
    assert await numbers(house, kept) == [NUMBER]
    await hide(house, kept)
    async with house.database.transaction() as tx:
        await merging.take_apart(tx, staff, other)
    async with house.database.transaction() as tx:
        await hiding.show(tx, house.vault, kept)
    assert await numbers(house, kept) == []


async def test_the_number_of_a_place_goes_from_the_listing_that_took_it_over_too(house: House) -> None:
    kept, other = await office(house.database), await office(house.database, number=NUMBER)
    async with house.database.transaction() as tx:
        await merging.merge(tx, await somebody(house), other, kept)
    await hide(house, other)
    assert await numbers(house, kept) == []
    async with house.database.transaction() as tx:
        await hiding.show(tx, house.vault, other)
    assert await numbers(house, kept) == [NUMBER]
