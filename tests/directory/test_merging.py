"""Which listings may be one office is found along indexes: only what stands there more than once is looked at."""

from uuid import UUID

import given
from explaining import Explaining

from referral.directory.upkeep import merging
from referral.directory.upkeep.merging import Likeness
from referral.foundation.db import Database, Reader


async def calls(database: Database, office: UUID, number: str) -> None:
    await database.pool.execute(
        "INSERT INTO phone (id, provider_id, number) VALUES (gen_random_uuid(), $1, $2)", office, number
    )


async def found(database: Database) -> set[tuple[frozenset[UUID], Likeness]]:
    return {(frozenset((pair.one, pair.other)), pair.likeness) for pair in await merging.pairs(database.reader)}


async def test_a_number_is_one_however_it_is_written_and_whoever_has_it(fresh_db: Database) -> None:
    one, other, third = await given.offices(fresh_db, [given.BROWNSVILLE] * 3, names=["A", "B", "C"])
    await calls(fresh_db, one, "+1 (956) 555-0117")
    await fresh_db.pool.execute(
        """INSERT INTO phone (id, service_id, number)
           SELECT gen_random_uuid(), service_id, '956.555.0117' FROM provider WHERE id = $1""",
        other,
    )
    for office in (one, third):
        await calls(fresh_db, office, "211")  # everybody's
    assert await found(fresh_db) == {(frozenset((one, other)), Likeness.SAME_PHONE)}


async def test_who_shares_number_and_name_is_listed_once(fresh_db: Database) -> None:
    one, other = await given.offices(fresh_db, [given.BROWNSVILLE] * 2, names=["Aid", "AID"])
    assert await found(fresh_db) == {(frozenset((one, other)), Likeness.SAME_NAME_NEARBY)}
    for office in (one, other):
        await calls(fresh_db, office, "956 555 0117")
    assert await found(fresh_db) == {(frozenset((one, other)), Likeness.SAME_PHONE)}


async def test_of_many_pairs_some_are_listed(fresh_db: Database) -> None:
    for office in await given.offices(fresh_db, [given.BROWNSVILLE] * 20):
        await calls(fresh_db, office, "956 555 0117")
    assert len(await found(fresh_db)) == merging.MOST_PAIRS


async def test_numbers_and_names_are_found_by_their_indexes_and_no_table_is_read_whole(fresh_db: Database) -> None:
    await given.offices(fresh_db, [given.BROWNSVILLE] * given.AT_ONCE)
    await fresh_db.pool.execute(
        """INSERT INTO phone (id, provider_id, number)
           SELECT gen_random_uuid(), id, '956 55 ' || right('00000' || row_number() OVER (), 5) FROM provider"""
    )
    async with fresh_db.pool.acquire() as connection:
        await connection.execute("VACUUM (ANALYZE) listing_card, phone, provider")
        await connection.reset_type_codec("json", schema="pg_catalog")
        explaining = Explaining(connection=connection)
        await merging.pairs(Reader(explaining))
        await connection.close()
    assert {"phone_by_digits", "listing_card_by_plain_name"} <= explaining.indexes
    assert explaining.read_whole == set()
