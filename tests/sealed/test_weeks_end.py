"""A week's key is destroyed: nobody of that week is read again, live, in a dump or in a base backup; all others are."""

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlencode, urlsplit, urlunsplit

import given
import pytest
from desk import Desk
from sealed_given import MONDAY, WEEK, people, readable

from referral.edges import keeper
from referral.edges.house import House
from referral.foundation import embedded, embedded_home
from referral.foundation.clock import now
from referral.foundation.db import Database, connect
from referral.foundation.embedded_programs import binaries, installed, spawn
from referral.foundation.keys.epochs import Epoch, Kept
from referral.foundation.keys.folder import open_vault
from referral.foundation.keys.refusals import KeyDestroyed
from referral.foundation.keys.root import FileRoot
from referral.intake import requests
from referral.sealed import ending, rows

EACH_WEEK = int(os.environ.get("REFERRAL_TEST_PEOPLE", "45")) // 3
GONE = Epoch.of(Kept.REQUEST, MONDAY + WEEK)


def without_password(dsn: str) -> tuple[str, dict[str, str]]:
    """The address, and the environment that holds the password."""
    parts = urlsplit(dsn)
    user, _, where = parts.netloc.rpartition("@")
    name, _, password = user.partition(":")
    return urlunsplit(parts._replace(netloc=f"{name}@{where}")), {"PGPASSWORD": unquote(password), "LC_ALL": "C"}


def told(program: str, *words: str, **environment: str) -> None:
    subprocess.run([installed() / program, *words], check=True, env=environment, timeout=120)


@asynccontextmanager
async def connected(dsn: str) -> AsyncGenerator[Database]:
    database = await connect(dsn)
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def base_backup(home: Path) -> AsyncGenerator[str]:
    """A base backup of the running cluster as it is now, restored and served elsewhere, for a block."""
    cluster = embedded.status(home)
    assert cluster
    account = embedded_home.ready_place(cluster.home)[1]
    programs = binaries(account)
    folder = Path(tempfile.mkdtemp(prefix="referral-base-"))
    data, socket = folder / "data", folder / "socket"
    socket.mkdir()
    for path in (folder, socket):
        path.chmod(0o700)
        os.chown(path, account.uid, account.gid)

    def run(program: str, *words: str | Path) -> None:
        said = folder / "said"
        with said.open("wb") as output, spawn([programs / program, *words], account, output=output.fileno()) as process:
            assert process.wait(120) == 0, said.read_text()

    try:
        await asyncio.to_thread(run, "pg_basebackup", "-D", data, "-X", "stream", "-c", "fast", "-d", cluster.dsn)
        options = f"-c unix_socket_directories={socket} -c listen_addresses=''"
        await asyncio.to_thread(run, "pg_ctl", "-D", data, "-o", options, "-w", "start")
        parts = urlsplit(cluster.dsn)
        yield urlunsplit(parts._replace(query=urlencode({"host": str(socket), "port": "5432"})))
    finally:
        if (data / "postmaster.pid").exists():
            await asyncio.to_thread(run, "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder)


async def test_nobody_of_a_destroyed_week_is_read_again_anywhere_and_everybody_else_is(
    house: House, home: Path, empty_dsn: str, tmp_path: Path
) -> None:
    key_backup = tmp_path / "key-backup"
    vault = open_vault(house.settings.key_folder, FileRoot(house.settings.key_file), backup=key_backup)
    house = replace(house, vault=vault)
    weeks = [await people(house, EACH_WEEK, MONDAY + WEEK * number) for number in range(3)]
    everybody = {sent.request.id for week in weeks for sent in week}
    lost = {sent.request.id for sent in weeks[1]}
    assert await readable(house.database, vault) == everybody

    address, environment = without_password(house.database.dsn)
    dump = tmp_path / "dump"
    await asyncio.to_thread(told, "pg_dump", "-Fc", f"--file={dump}", address, **environment)
    address, environment = without_password(empty_dsn)
    await asyncio.to_thread(told, "pg_restore", "--no-owner", f"--dbname={address}", str(dump), **environment)
    async with base_backup(home) as base:
        for dsn in (empty_dsn, base):  # both hold them all, and open while the key is there
            async with connected(dsn) as copy:
                assert await readable(copy, vault) == everybody

        assert await keeper.end(house, GONE) == EACH_WEEK

        assert await readable(house.database, vault) == everybody - lost
        shutil.copy(house.settings.key_file, key_backup / "root.key")
        opened_anew = given.vault_in(house.settings.key_folder), given.vault_in(key_backup)
        for dsn in (empty_dsn, base):
            async with connected(dsn) as copy:
                assert await copy.pool.fetchval("SELECT count(data_key) FROM help_request") == 3 * EACH_WEEK
                for keys in (vault, *opened_anew):
                    assert await readable(copy, keys) == everybody - lost
                for number, found in ((0, True), (1, False), (2, True)):
                    request = await requests.by_receipt(copy.reader, vault, weeks[number][0].receipt)
                    assert (request is not None) == found


async def test_of_a_destroyed_week_empty_rows_stay_and_whoever_said_yes_is_told(desk: Desk) -> None:
    office = await given.office(desk.database)
    sent = await desk.submit()
    await desk.work()
    await desk.respond(desk.token(office), "ACCEPT")
    epoch = Epoch.of(Kept.REQUEST, now())
    assert await rows.of_epoch(desk.database.reader, epoch) == {"help_request": 1}
    assert await keeper.end(desk.house, epoch) == 1
    assert await keeper.end(desk.house, epoch) == 0
    assert (
        await desk.sql("SELECT num_nonnulls(data_key, facts, person, requester_key, receipt_hash) FROM help_request")
        == 0
    )
    assert await desk.sql("SELECT close_reason FROM help_request") == "expired_retention"
    assert await desk.sql("SELECT status FROM referral") == "recalled"
    assert await desk.status(sent["receipt"]) is None
    letters = len(desk.letters(office))
    await desk.work()
    assert len(desk.letters(office)) == letters + 1
    again = await desk.submit()  # within the same week, under a new generation of its key
    assert (await desk.status(again["receipt"]))["id"] == again["helpRequest"]["id"]


async def test_rows_that_a_backup_brought_back_are_emptied_too(house: House) -> None:
    await people(house, 3, MONDAY)
    kept = await house.database.pool.fetch("SELECT id, data_key, facts, person FROM help_request")
    await keeper.end(house, Epoch.of(Kept.REQUEST, MONDAY))
    for row in kept:
        await house.database.pool.execute(
            "UPDATE help_request SET data_key = $2, facts = $3, person = $4 WHERE id = $1", *row.values()
        )
    assert await keeper.give_up(house) == 3
    assert await house.database.pool.fetchval("SELECT count(data_key) FROM help_request") == 0


async def test_a_week_of_which_all_is_deleted_ends_by_itself_and_no_other(house: House) -> None:
    ring = house.vault.ring
    assert ring
    first, second = await people(house, 2, MONDAY), await people(house, 1, MONDAY + WEEK)
    later = now()
    async with house.database.transaction() as tx:
        await requests.wipe(tx, first[0].request.id, later)
    assert await ending.outlived(house.database.reader, ring, today=later.date()) == []
    async with house.database.transaction() as tx:
        await requests.wipe(tx, first[1].request.id, later)
    over = Epoch.of(Kept.REQUEST, MONDAY)
    assert await ending.outlived(house.database.reader, ring, today=over.ends_on) == []  # somebody may just be sending
    assert await ending.outlived(house.database.reader, ring, today=later.date()) == [over]
    assert await keeper.end_outlived(house) == 1
    with pytest.raises(KeyDestroyed):
        ring.opening(over)
    assert await readable(house.database, house.vault) == {second[0].request.id}


async def test_a_database_that_knows_nothing_of_a_week_ends_no_key_of_it(house: House) -> None:
    """A worker that was given the wrong database, or an empty one, must not destroy what another needs."""
    ring = house.vault.ring
    assert ring
    for kept in Kept:
        ring.make(Epoch.of(kept, MONDAY))
    assert await ending.outlived(house.database.reader, ring, today=now().date()) == []
    assert await keeper.end_outlived(house) == 0
    assert [one.is_destroyed for one in ring.held()] == [False] * 3


async def test_every_table_with_wrapped_keys_is_counted(house: House) -> None:
    """A table that is missing in `rows` would lose its data keys when an epoch ends, and nobody would be told."""
    found = await house.database.pool.fetch(
        """SELECT CASE table_schema WHEN 'public' THEN '' ELSE table_schema || '.' END || table_name AS name
             FROM information_schema.columns WHERE column_name = 'data_key' AND data_type = 'bytea'"""
    )
    counted = {"help_request", "listing_report", "listing_proposal", "proposed_fact", "conf.place"}
    assert {row["name"] for row in found} == counted
    for name in counted:
        assert f" FROM {name}" in rows.WRAPPED
    assert timedelta(0) < ending.SETTLING
