"""Every field of a published listing is remembered when it changes, whoever changes it; nothing of a hidden place."""

import json
from uuid import uuid4

import given
from desk import Desk

from referral.directory import capacity, history
from referral.directory.capacity import Statement
from referral.directory.history import Edit, ListingPart
from referral.directory.upkeep import hiding
from referral.directory.words import Openness
from referral.edges.house import House
from referral.foundation.clock import now
from referral.foundation.db import Database, execute


async def told(database: Database, office: given.Office) -> list[Edit]:
    return list((await history.of(database.reader, office.id, first=50)).edits)


async def changed(database: Database, office: given.Office, table: str, **fields: object) -> None:
    key = {"provider": "id", "service": "service_id", "location": "location_id", "organization": "organization_id"}
    async with database.transaction() as tx:
        await history.on_word_of(tx, "a test")
        for field, value in fields.items():
            await execute(
                tx,
                f"UPDATE {table} SET {field} = $2 WHERE id = (SELECT {key[table]} FROM provider WHERE id = $1)",  # pyright: ignore[reportArgumentType]
                office.id,
                value,
            )


async def test_every_field_is_told_before_and_after_and_on_whose_word(fresh_db: Database) -> None:
    office = await given.office(fresh_db)
    assert await told(fresh_db, office) == []  # what a listing begins with is no change
    await changed(fresh_db, office, "service", fees="Free", help_types=["legal.asylum", "legal.tps"])
    await changed(fresh_db, office, "location", city="Elsewhere (synthetic)")
    await changed(fresh_db, office, "organization", website="https://one.example.org")
    edits = await told(fresh_db, office)
    assert [(one.part, one.field, one.before, one.after) for one in edits] == [
        (ListingPart.ORGANIZATION, "website", None, "https://one.example.org"),
        (ListingPart.LOCATION, "city", "Synthetic City", "Elsewhere (synthetic)"),
        (ListingPart.SERVICE, "help_types", '["legal.asylum"]', '["legal.asylum", "legal.tps"]'),
        (ListingPart.SERVICE, "fees", None, "Free"),
    ]
    assert {one.by_whom for one in edits} == {"a test"}


async def test_what_says_the_same_again_is_no_change(fresh_db: Database) -> None:
    office = await given.office(fresh_db)
    await changed(fresh_db, office, "service", fees=None, last_modified=now())
    await changed(fresh_db, office, "provider", offers_made=7)
    assert await told(fresh_db, office) == []


async def test_a_number_that_comes_and_goes_is_told_whole(fresh_db: Database) -> None:
    office = await given.office(fresh_db)
    async with fresh_db.transaction() as tx:
        await execute(
            tx, "INSERT INTO phone (id, provider_id, number) VALUES ($1, $2, '+1 202 555 0117')", uuid4(), office.id
        )
    async with fresh_db.transaction() as tx:
        await execute(tx, "DELETE FROM phone")
    went, came = await told(fresh_db, office)
    assert (came.field, came.before, json.loads(came.after or "")["number"]) == (None, None, "+1 202 555 0117")
    assert (went.field, went.before, went.after) == (None, came.after, None)


async def test_who_stated_openness_is_who_changed_it(fresh_db: Database) -> None:
    office = await given.office(fresh_db, openness=None)
    async with fresh_db.transaction() as tx:
        await capacity.state(tx, office.id, Statement(openness=Openness.CLOSED), by="the office", now=now())
    (edit,) = await told(fresh_db, office)
    assert (edit.field, edit.before, edit.after, edit.by_whom) == ("openness", "unknown", "closed", "the office")


async def test_another_listing_of_the_organization_shares_what_is_shared(fresh_db: Database) -> None:
    one = await given.office(fresh_db, name="One")
    other = await given.office(fresh_db, name="Other", organization_id=one.organization_id)
    await changed(fresh_db, one, "organization", email="office@example.org")
    await changed(fresh_db, one, "provider", description="Up the stairs")
    assert [edit.field for edit in await told(fresh_db, one)] == ["description", "email"]
    assert [edit.field for edit in await told(fresh_db, other)] == ["email"]


async def test_nothing_of_a_hidden_place_stays(house: House) -> None:
    office = await given.office(house.database)
    async with house.database.transaction() as tx:
        await execute(
            tx,
            """INSERT INTO phone (id, location_id, number)
               SELECT $1, location_id, '+1 202 555 0199' FROM provider WHERE id = $2""",
            uuid4(),
            office.id,
        )
    await changed(house.database, office, "location", city="Secret Town (synthetic)")
    await changed(house.database, office, "provider", name="Secret House (synthetic)")
    assert len(await told(house.database, office)) == 3
    async with house.database.transaction() as tx:
        await hiding.hide(tx, house.vault, office.id, now=now())
    assert await told(house.database, office) == []
    await changed(house.database, office, "location", city="Another Secret (synthetic)")
    assert await told(house.database, office) == []
    kept = await house.database.pool.fetchval("SELECT coalesce(string_agg(h::text, ' '), '') FROM listing_history h")
    assert "Secret" not in kept
    assert "555 0199" not in kept


# ---------------------------------------------------------------- over HTTP
async def test_staff_read_it_page_by_page_and_nobody_else_does(desk: Desk) -> None:
    office = await given.office(desk.database)
    for number in range(5):
        await changed(desk.database, office, "service", fees=f"{number} pesos")
    headers = await desk.staff()
    found: list[str] = []
    after = None
    while True:
        page = await desk.published("staff/ListingHistory", headers, providerId=str(office.id), first=2, after=after)
        found += [one["after"] for one in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert found == [f"{number} pesos" for number in reversed(range(5))]
    body = await desk.answered("query { listingHistory(providerId: 1) { nodes { after } } }")
    assert "listingHistory" in body["errors"][0]["message"]
