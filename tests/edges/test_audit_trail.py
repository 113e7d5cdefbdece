"""The worker links the audit trail and anchors it outside; the database lets nobody change it; damage is found."""

import json
import stat
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import LiteralString
from uuid import UUID, uuid4

import asyncpg
import pytest
from commands_given import referral

from referral.edges import chaining, worker
from referral.edges.house import House
from referral.foundation import audit, mail
from referral.foundation.actors import ActorKind
from referral.foundation.chain import anchor_file, anchors, linking, verifying
from referral.foundation.chain.anchor_file import AnchorsUnreadable
from referral.foundation.chain.damage import Kind
from referral.foundation.chain.verifying import Verdict
from referral.foundation.clock import now
from referral.foundation.db import Reader, Tx, execute, value

ACTS = 60


async def acted(house: House, number: int = ACTS, *, days_ago: int = 0) -> None:
    async with house.database.transaction() as tx:
        await execute(
            tx,
            """
            INSERT INTO audit_event (at, actor, actor_id, act, subject_id, counts)
            SELECT now() - $2 * interval '1 day' + number * interval '1 millisecond', 'supervisor', gen_random_uuid(),
                   'person_read', gen_random_uuid(), CASE WHEN number % 7 = 0 THEN '{"message": 2}'::jsonb END
              FROM generate_series(1, $1) AS number""",
            number,
            days_ago,
        )


async def kept(house: House, number: int = ACTS) -> None:
    """So many acts, linked, with an anchor every twenty."""
    for _ in range(number // 20):
        await acted(house, 20)
        await chaining.link(house)
        await chaining.anchor(house)


def own_file(house: House) -> Path:
    return house.settings.anchor_files[0]


def own_keys(house: House) -> list[bytes]:
    return [anchors.public_key(anchors.anchor_key(house.vault))]


async def looked_at(house: House, at: Reader) -> Verdict:
    outside, _ = anchor_file.read(own_file(house))
    return await verifying.verify(at, outside, own_keys(house))


async def seen(house: House) -> set[tuple[Kind, int, int]]:
    async with house.database.snapshot() as at:
        return {(one.kind, one.first, one.last) for one in (await looked_at(house, at)).damage}


class Undone(Exception):  # noqa: N818 - no error: a deed is taken back
    """What was done to the trail is rolled back."""


@asynccontextmanager
async def as_owner(house: House) -> AsyncGenerator[Tx]:
    """Somebody who owns the database and has switched its guards off; all of it is undone at the end."""
    with suppress(Undone):
        async with house.database.transaction() as tx:
            await execute(tx, "SET LOCAL session_replication_role = replica")
            yield tx
            raise Undone


# ---------------------------------------------------------------- linking
async def test_acts_are_linked_in_order_and_without_gaps(house: House) -> None:
    await kept(house)
    assert await value(house.database.reader, "SELECT array_agg(position ORDER BY id) FROM audit_event") == list(
        range(1, ACTS + 1)
    )
    head = await linking.head(house.database.reader)
    assert (head.position, head.hash) == (
        ACTS, await value(house.database.reader, "SELECT hash FROM audit_event WHERE position = $1", ACTS)
    )  # fmt: skip
    assert await seen(house) == set()


async def test_whoever_links_does_so_alone(house: House) -> None:
    await acted(house)
    async with house.database.transaction() as tx:
        assert await linking.link_some(tx) == ACTS
        assert await chaining.link(house) == 0  # another worker, meanwhile
    assert await chaining.link(house) == 0
    await chaining.anchor(house)
    assert await seen(house) == set()


async def test_an_act_that_is_written_while_others_are_linked_is_linked_next(house: House) -> None:
    """Its number is smaller and its commit is later."""
    async with house.database.transaction() as tx:
        subject = uuid4()
        await audit.record(tx, actor=ActorKind.SYSTEM, actor_id=None, act="contact_opened", subject_id=subject)
        await kept(house, 20)
    assert await chaining.link(house) == 1
    position = "SELECT position FROM audit_event WHERE subject_id = $1"
    assert await value(house.database.reader, position, subject) == 21
    await chaining.anchor(house)
    assert await seen(house) == set()


# ---------------------------------------------------------------- only added to
@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE audit_event SET act = 'request_read'",
        "UPDATE audit_event SET position = position + 1000",
        "UPDATE audit_event SET at = now()",
        "DELETE FROM audit_event",
        "DELETE FROM audit_event WHERE position = 60",
        "TRUNCATE audit_event",
        "UPDATE audit_anchor SET position = 1",
        "DELETE FROM audit_anchor",
        "TRUNCATE audit_anchor",
        """
        INSERT INTO audit_anchor (number, trail, at, position, hash, is_checkpoint, previous, public_key, signature)
        SELECT 99, trail, now(), 60, sha256('x'), true, hash, hash, hash FROM audit_head""",
    ],
)
async def test_the_database_lets_nobody_change_the_trail(house: House, deed: LiteralString) -> None:
    await kept(house)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="only added to"):
        await house.database.pool.execute(deed)
    assert await seen(house) == set()


async def test_an_act_that_is_not_linked_yet_cannot_be_changed_either(house: House) -> None:
    await acted(house, 1)
    for deed in (
        "UPDATE audit_event SET act = 'request_read'",
        "UPDATE audit_event SET act = 'request_read', position = 1, hash = sha256('x')",
        "DELETE FROM audit_event",
    ):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="only added to"):
            await house.database.pool.execute(deed)


# ---------------------------------------------------------------- damage in the database
async def test_every_act_that_is_edited_or_deleted_is_found_where_it_was(house: House) -> None:
    await kept(house)
    for position in range(1, ACTS + 1):
        async with as_owner(house) as tx:
            await execute(tx, "UPDATE audit_event SET subject_id = $2 WHERE position = $1", position, UUID(int=3))
            verdict = await looked_at(house, tx)
            assert [(one.kind, one.first) for one in verdict.damage] == [(Kind.EDITED, position)]
        async with as_owner(house) as tx:
            await execute(tx, "DELETE FROM audit_event WHERE position = $1", position)
            verdict = await looked_at(house, tx)
            kind = Kind.CUT if position == ACTS else Kind.MISSING
            assert [(one.kind, one.first, one.last) for one in verdict.damage] == [(kind, position, position)]


async def test_two_acts_that_change_places_are_found(house: House) -> None:
    await kept(house)
    for one, other in ((1, 2), (5, 50), (59, 60)):
        async with as_owner(house) as tx:
            await execute(tx, "UPDATE audit_event SET position = -1 WHERE position = $1", one)
            await execute(tx, "UPDATE audit_event SET position = $1 WHERE position = $2", one, other)
            await execute(tx, "UPDATE audit_event SET position = $1 WHERE position = -1", other)
            verdict = await looked_at(house, tx)
            assert [(seen.kind, seen.first) for seen in verdict.damage] == [(Kind.MOVED, one), (Kind.MOVED, other)]


async def test_a_tail_that_was_cut_with_all_that_names_it_is_missed_by_the_file_outside(house: House) -> None:
    await kept(house)
    for left in (0, 33, 59):
        async with as_owner(house) as tx:
            await execute(tx, "DELETE FROM audit_event WHERE position > $1", left)
            await execute(tx, "DELETE FROM audit_anchor WHERE position > $1", left)
            await execute(
                tx,
                """
                UPDATE audit_head SET position = $1,
                       hash = coalesce((SELECT hash FROM audit_event WHERE position = $1), sha256(''))""",
                left,
            )
            verdict = await looked_at(house, tx)
            assert (Kind.CUT, left + 1, ACTS) in {(one.kind, one.first, one.last) for one in verdict.damage}


# ---------------------------------------------------------------- anchors
async def test_anchors_stand_in_a_file_that_only_its_owner_reads_and_are_added_once(house: House) -> None:
    await kept(house)
    lines = own_file(house).read_bytes().splitlines()
    assert [json.loads(line)["position"] for line in lines] == [20, 40, 60]
    assert stat.S_IMODE(own_file(house).stat().st_mode) == 0o600
    assert await chaining.anchor(house) == 0  # nothing has happened since
    assert own_file(house).read_bytes().splitlines() == lines


async def test_a_file_that_was_away_gets_what_it_missed(house: House, tmp_path: Path) -> None:
    await kept(house, 40)
    copy = tmp_path / "elsewhere" / "copy.jsonl"
    with_copy = replace(house, settings=house.settings.model_copy(update={"audit_anchors_copy": copy}))
    await acted(with_copy, 1)
    await chaining.link(with_copy)
    assert await chaining.anchor(with_copy) == 1 + 3
    assert copy.read_bytes() == own_file(house).read_bytes()


async def test_one_medium_that_is_full_does_not_keep_the_other_from_its_anchor(house: House, tmp_path: Path) -> None:
    copy = tmp_path / "copy.jsonl"
    broken = house.settings.model_copy(update={"audit_anchors": tmp_path, "audit_anchors_copy": copy})
    await acted(house, 1)
    await chaining.link(house)
    with pytest.raises(AnchorsUnreadable):
        await chaining.anchor(replace(house, settings=broken))
    assert len(copy.read_bytes().splitlines()) == 1


async def test_a_line_that_was_cut_off_spoils_no_other(house: House) -> None:
    await kept(house, 20)
    with own_file(house).open("ab") as file:
        file.write(b'{"number": 2, "tra')
    await kept(house, 20)
    told, wrong = anchor_file.read(own_file(house))
    assert ([one.position for one in told], wrong) == ([20, 40], [2])


async def test_the_newest_anchor_goes_by_mail_once_a_day(house: House) -> None:
    told = replace(house, settings=house.settings.model_copy(update={"audit_mail": "trail@example.org"}))
    assert await chaining.order_letter(told) == 0  # nothing to tell yet
    await kept(told, 20)
    assert await chaining.order_letter(house) == 0  # nobody is to be told
    assert await chaining.order_letter(told) == 1
    assert await chaining.order_letter(told) == 0
    await worker.work_off(told)
    (letter,) = mail.letters(told.settings.mail_folder)
    assert letter.to == "trail@example.org"
    assert own_file(house).read_text().strip() in letter.text.splitlines()


# ---------------------------------------------------------------- age
async def test_old_acts_go_behind_a_checkpoint_and_the_chain_still_holds(house: House) -> None:
    await acted(house, 30, days_ago=731)
    await chaining.link(house)
    await chaining.anchor(house)
    await acted(house, 20, days_ago=700)
    await chaining.link(house)
    await chaining.anchor(house)
    assert await chaining.forget(house) == 30
    assert await chaining.forget(house) == 0
    await kept(house, 20)
    at = house.database.reader
    assert await value(at, "SELECT array[min(position), max(position)] FROM audit_event") == [31, 70]
    assert await seen(house) == set()
    async with as_owner(house) as tx:
        await execute(tx, "DELETE FROM audit_event WHERE position <= 35")
        verdict = await looked_at(house, tx)
        assert [(one.kind, one.first, one.last) for one in verdict.damage] == [(Kind.MISSING, 31, 35)]


async def test_an_old_act_between_younger_ones_waits_for_them(house: House) -> None:
    await acted(house, 5, days_ago=731)
    await acted(house, 5, days_ago=10)
    await acted(house, 5, days_ago=800)
    await chaining.link(house)
    assert await chaining.forget(house) == 5
    await chaining.anchor(house)
    assert await seen(house) == set()


async def test_with_a_forged_checkpoint_nothing_young_goes_and_the_forgery_is_found(house: House) -> None:
    await kept(house)
    await house.database.pool.execute(
        """
        INSERT INTO audit_anchor (number, trail, at, position, hash, is_checkpoint, previous, public_key, signature)
        SELECT 4, h.trail, now(), 60, h.hash, true, a.hash, a.public_key, a.signature
          FROM audit_head h, audit_anchor a WHERE a.number = 3"""
    )
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="only added to"):
        await house.database.pool.execute("DELETE FROM audit_event WHERE position <= 60")
    assert await seen(house) == {(Kind.ANCHOR, 4, 4)}


# ---------------------------------------------------------------- what an operator types
async def test_the_operator_is_told_that_all_is_well_or_what_is_wrong(house: House, dsn: str) -> None:
    home = house.settings.home
    told = referral(dsn, home, "audit", "anchors")
    assert (told.code, "There are no anchors" in told.complaints or "cannot be read" in told.complaints) == (2, True)
    await kept(house)
    told = referral(dsn, home, "audit", "verify")
    assert (told.code, told.complaints) == (0, "")
    assert f"Acts: {ACTS}, the last at {ACTS}. Anchors: 3" in told.said
    told = referral(dsn, home, "audit", "anchors", "--first", "1")
    assert (told.code, told.said) == (0, own_file(house).read_text().splitlines()[-1] + "\n")
    async with house.database.transaction() as tx:
        await execute(tx, "SET LOCAL session_replication_role = replica")
        await execute(tx, "UPDATE audit_event SET act = 'request_read' WHERE position = 7")
        await execute(tx, "DELETE FROM audit_event WHERE position > 58")
    told = referral(dsn, home, "audit", "verify")
    assert told.code == 1
    assert told.complaints.splitlines() == [
        "edited, position 7: an act was changed.",
        "cut, positions 59 to 60: the end was cut off.",
    ]


async def test_the_operator_is_told_what_is_not_known(house: House, dsn: str, tmp_path: Path) -> None:
    home = house.settings.home
    await kept(house, 20)
    told = referral(dsn, home, "audit", "verify", "--anchors", str(tmp_path / "none.jsonl"))
    assert (told.code, "No anchor outside the database was read" in told.complaints) == (2, True)
    told = referral(dsn, home, "audit", "verify", "--key", "abc")
    assert (told.code, "--key" in told.complaints) == (2, True)
    await acted(house, 1, days_ago=1)
    told = referral(dsn, home, "audit", "verify")
    assert (told.code, "Does a worker run?" in told.complaints) == (2, True)


async def test_anchors_of_another_key_are_believed_only_with_that_key(house: House, dsn: str, tmp_path: Path) -> None:
    await kept(house, 20)
    before = referral(dsn, house.settings.home, "audit", "key").said.strip()
    assert before == own_keys(house)[0].hex()
    other = {"REFERRAL_AUDIT_ANCHORS": str(own_file(house))}
    told = referral(dsn, tmp_path / "another", "audit", "verify", **other)
    assert (told.code, "anchor 1: an anchor was changed" in told.complaints) == (1, True)
    told = referral(dsn, tmp_path / "another", "audit", "verify", "--key", before, **other)
    assert told.code == 0


async def test_an_erasure_counts_what_went(house: House) -> None:
    async with house.database.transaction() as tx:
        await audit.record_erasure(
            tx,
            actor=ActorKind.REQUESTER,
            actor_id=None,
            act="erased_on_request",
            subject_id=uuid4(),
            counts={"message": 3, "request_note": 0},
        )
    assert await value(house.database.reader, "SELECT counts FROM audit_event") == {"message": 3}
    assert await chaining.link(house) == 1
    assert now() - await value(house.database.reader, "SELECT at FROM audit_event") < timedelta(hours=1)
