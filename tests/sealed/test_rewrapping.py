"""What older versions wrapped is wrapped anew while people come in, and nobody notices."""

import asyncio
from dataclasses import replace
from pathlib import Path

import desk as desks
import given
import pytest
from sealed_given import made_old, people, readable, with_old_root

from referral.edges.house import House
from referral.foundation.clock import now
from referral.foundation.keys import folder as key_folder
from referral.foundation.keys.epochs import Epoch, Kept
from referral.foundation.keys.folder import open_vault
from referral.foundation.keys.refusals import KeyDestroyed
from referral.foundation.vault import epoch_of
from referral.intake import receipts, requests
from referral.sealed import rewrapping, rows

OLD = 40


@pytest.fixture
def old_house(house: House, tmp_path: Path) -> House:
    return with_old_root(house, tmp_path / "old-keys")


async def test_old_rows_are_wrapped_by_the_key_of_their_week_while_people_come_in(
    old_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rewrapping, "AT_ONCE", 7)
    ring = old_house.vault.ring
    assert ring
    await people(old_house, OLD, now())
    given_out = await made_old(old_house)
    assert await readable(old_house.database, old_house.vault) == set(given_out)
    assert await rewrapping.left(old_house.database.reader, ring) == OLD
    async with desks.standing(old_house) as desk:

        async def somebody(number: int) -> str:
            sent = await desk.submit()
            old = list(given_out.items())[number]
            assert (await desk.status(old[1]))["id"] == str(old[0])
            assert (await desk.withdraw(sent["receipt"]))["helpRequest"]["status"] == "CLOSED"
            return sent["receipt"]

        done, *came = await asyncio.gather(
            rewrapping.rewrap(old_house.database, old_house.vault, now=now()), *map(somebody, range(10))
        )
    assert done == OLD
    assert len(set(came)) == 10
    assert await rewrapping.left(old_house.database.reader, ring) == 0
    assert not await rows.old_ones_left(old_house.database.reader)
    assert set(given_out) <= await readable(old_house.database, old_house.vault)


async def test_after_it_an_old_receipt_opens_without_private_keys_and_no_row_tells_it(
    old_house: House, tmp_path: Path
) -> None:
    await people(old_house, 3, now())
    given_out = await made_old(old_house)
    await rewrapping.rewrap(old_house.database, old_house.vault, now=now())
    key_folder.export_public(old_house.settings.key_folder, tmp_path / "away")
    public = open_vault(tmp_path / "away")
    for id, receipt in given_out.items():
        found = await requests.by_receipt(old_house.database.reader, public, receipt)
        assert found
        assert found.id == id
        assert requests.person_of(public, found)
    for row in await old_house.database.pool.fetch("SELECT * FROM help_request"):
        derived = {receipts.derive(public, column) for column in row.values() if isinstance(column, bytes)}
        assert not derived & set(given_out.values())


async def test_the_key_of_older_versions_is_destroyed_when_nothing_needs_it(old_house: House) -> None:
    root = old_house.vault.ring and old_house.vault.ring.root
    assert root
    await people(old_house, 1, now())
    await made_old(old_house)
    (row,) = await old_house.database.pool.fetch("SELECT id, data_key FROM help_request")
    await rewrapping.rewrap(old_house.database, old_house.vault, now=now())
    assert key_folder.forget_old_wrap(old_house.settings.key_folder, root)
    assert not key_folder.forget_old_wrap(old_house.settings.key_folder, root)
    again = given.vault_in(old_house.settings.key_folder)
    with pytest.raises(KeyDestroyed):
        again.unwrap(row["id"], row["data_key"])
    assert await readable(old_house.database, again) == {row["id"]}


async def test_rows_of_a_replaced_key_move_to_the_new_one(house: House) -> None:
    ring = house.vault.ring
    assert ring
    sent = await people(house, 4, now())
    before = Epoch.of(Kept.REQUEST, now())
    ring.make_anew(now())
    assert await rewrapping.left(house.database.reader, ring) == 4
    assert await rewrapping.rewrap(house.database, house.vault, now=now()) == 4
    assert await rewrapping.rewrap(house.database, house.vault, now=now()) == 0
    after = await house.database.pool.fetch("SELECT data_key FROM help_request")
    assert {epoch_of(row["data_key"]) for row in after} == {replace(before, generation=1)}
    ring.destroy(before)  # what was sealed since opens, and so does what was moved
    assert await readable(house.database, house.vault) == {one.request.id for one in sent}
    found = await requests.by_receipt(house.database.reader, house.vault, sent[0].receipt)
    assert found
    assert requests.person_of(house.vault, found)


async def test_a_row_that_somebody_holds_is_left_for_later(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewrapping, "PAUSE_SECONDS", 0.01)
    ring = house.vault.ring
    assert ring
    sent = await people(house, 2, now())
    ring.make_anew(now())
    async with desks.holding(house.database, "SELECT FROM help_request WHERE id = $1 FOR UPDATE", sent[0].request.id):
        monkeypatch.setattr(rewrapping, "MOST_PAUSES", 3)
        with pytest.raises(TimeoutError):
            await rewrapping.rewrap(house.database, house.vault, now=now())
        assert await rewrapping.left(house.database.reader, ring) == 1
    assert await rewrapping.rewrap(house.database, house.vault, now=now()) == 1
