"""A draft is its owner's alone, lives half an hour of silence, or a week for whoever has its code."""

import pytest

from referral.edges import worker
from referral.edges.house import House
from referral.foundation.db import Database, Tx, execute, value
from referral.foundation.logins import Login
from referral.foundation.vault import SealBroken
from referral.intake import drafts, receipts
from referral.intake.drafts import Content, Draft

WORDS = "a synthetic answer that nobody else reads"


async def begun(house: House) -> Draft:
    async with house.database.transaction() as tx:
        return await drafts.begin(tx, house.vault, {"more": WORDS})


async def found(house: House, token: str) -> Draft | None:
    async with house.database.transaction() as tx:
        return await drafts.open_draft(tx, house.vault, token)


async def kept(house: House, draft: Draft) -> str:
    new = await drafts.new_code()
    async with house.database.transaction() as tx:
        await drafts.keep(tx, house.vault, draft, new)
    return new.code


async def come_back(house: House, code: str) -> Draft | None:
    async with house.database.transaction() as tx:
        return await drafts.come_back(tx, house.vault, code)


async def let_lie(database: Database, interval: str) -> None:
    await database.pool.execute(f"UPDATE help_draft SET touched_at = touched_at - interval '{interval}'")


async def test_the_token_opens_what_was_written_and_nothing_else_does(house: House) -> None:
    draft = await begun(house)
    async with house.database.transaction() as tx:
        await drafts.write(tx, draft, Content(answers={"more": WORDS, "who": "me"}, key=draft.content.key))
    again = await found(house, draft.token)
    assert again is not None
    assert again.content.answers == {"more": WORDS, "who": "me"}
    assert await found(house, draft.token + "x") is None


async def test_the_database_holds_no_word_of_it_and_no_key_to_it(house: House) -> None:
    draft = await begun(house)
    row = await house.database.pool.fetchrow("SELECT * FROM help_draft")
    held = b"".join(part for part in row.values() if isinstance(part, bytes))
    assert WORDS.encode() not in held
    assert draft.token.encode() not in held
    assert draft.data_key not in held


async def test_a_row_that_was_moved_does_not_open(house: House) -> None:
    first, second = await begun(house), await begun(house)
    await house.database.pool.execute(
        "UPDATE help_draft SET answers = (SELECT answers FROM help_draft WHERE id = $2) WHERE id = $1",
        first.id,
        second.id,
    )
    with pytest.raises(SealBroken):
        await found(house, first.token)


async def test_half_an_hour_of_silence_ends_it(house: House) -> None:
    draft = await begun(house)
    await let_lie(house.database, "29 minutes")
    assert await found(house, draft.token) is not None  # whoever opens it is there, and its time begins anew
    await let_lie(house.database, "29 minutes")
    assert await found(house, draft.token) is not None
    await let_lie(house.database, "31 minutes")
    assert await found(house, draft.token) is None
    async with house.database.transaction() as tx:
        assert await drafts.wipe_idle(tx) == 1
    assert await value(house.database.reader, "SELECT count(*) FROM help_draft") == 0


async def test_its_code_finds_it_for_a_week_in_any_digits_and_then_no_more(house: House) -> None:
    code = await kept(house, await begun(house))
    await let_lie(house.database, "2 days")
    async with house.database.transaction() as tx:
        assert await drafts.wipe_idle(tx) == 0
    again = await come_back(
        house, receipts.written(receipts.Receipt(code)).translate({48 + n: 0x660 + n for n in range(10)})
    )
    assert again is not None
    assert again.content.answers == {"more": WORDS}
    assert (await found(house, again.token)) is not None
    await house.database.pool.execute("UPDATE help_draft SET kept_until = now() - interval '1 second'")
    assert await come_back(house, code) is None


@pytest.mark.parametrize("typed", ["", "12", "0000 0000 0000 0000 0000 97", "not a code"])
async def test_a_wrong_code_finds_nothing(house: House, typed: str) -> None:
    await kept(house, await begun(house))
    assert await come_back(house, typed) is None


async def test_discarded_it_is_gone_but_one_with_a_code_stays_for_the_code(house: House) -> None:
    plain, saved = await begun(house), await begun(house)
    code = await kept(house, saved)
    async with house.database.transaction() as tx:
        await drafts.discard(tx, house.vault, plain.token)
        await drafts.discard(tx, house.vault, saved.token)
    assert await found(house, plain.token) is None
    assert await found(house, saved.token) is None
    assert await come_back(house, code) is not None
    assert await value(house.database.reader, "SELECT count(*) FROM help_draft") == 1


async def test_a_newer_code_ends_the_older(house: House) -> None:
    draft = await begun(house)
    first, second = await kept(house, draft), await kept(house, draft)
    assert await come_back(house, first) is None
    assert await come_back(house, second) is not None


async def test_the_public_login_sees_the_draft_it_has_the_token_of_and_no_other(house: House) -> None:
    draft, _other = await begun(house), await begun(house)
    public = house.surfaces[Login.PUBLIC]

    async def seen(tx: Tx) -> int:
        return await value(tx, "SELECT count(*) FROM help_draft")

    async with public.transaction() as tx:
        assert await seen(tx) == 0
        assert await drafts.open_draft(tx, house.vault, draft.token) is not None
        assert await seen(tx) == 1
        assert await execute(tx, "DELETE FROM help_draft") == 1
    await let_lie(house.database, "31 minutes")
    assert await worker.wipe_drafts(house.facing(Login.WORKER)) == 1
    assert await value(house.database.reader, "SELECT count(*) FROM help_draft") == 0
