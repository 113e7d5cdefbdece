"""After a day of many people, their names, numbers and words stand nowhere in clear: not in a dump, not in a log."""

import asyncio
import base64
import gzip
import json
import logging
import os
import quopri
import time
from collections.abc import AsyncGenerator
from dataclasses import replace
from email.header import Header
from pathlib import Path
from urllib.parse import quote

import canary_day
import canary_post
import canary_slips
import given
import pytest
from canaries import dumped, found_in, hatched, receipts_in, spellings
from canary_day import Day, holding_any
from canary_post import OF_THE_CASE, Deadly, Posted, besides_the_address, body, to_people
from desk import PASSWORD, standing
from postbox import listening
from pydantic import SecretStr

from referral.edges.house import House
from referral.foundation import embedded, mail

PEOPLE = int(os.environ.get("REFERRAL_TEST_PEOPLE", "30"))
# What the test's own client and its own SMTP server say, and a log of addresses that our servers do not keep but pytest
# asks for.
NOT_OURS = ("httpx", "httpcore.", "mail.log", "uvicorn.access")
QUIET = {  # what the server of a database writes down of the statements it is sent
    "log_statement": "none", "log_duration": "off", "log_min_duration_statement": "-1", "log_min_duration_sample": "-1",
    "log_min_error_statement": "panic", "log_error_verbosity": "terse", "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0", "log_transaction_sample_rate": "0", "log_connections": "",
    "debug_print_parse": "off", "debug_print_rewritten": "off", "debug_print_plan": "off",
}  # fmt: skip


@pytest.fixture
async def day(house: House) -> AsyncGenerator[Day]:
    """Doors that are open, and letters that go out by SMTP."""
    box = Deadly()
    with listening(box) as port:
        settings = house.settings.model_copy(update={"smtp_url": SecretStr(f"smtp://127.0.0.1:{port}")})
        async with standing(replace(house, mailer=mail.mailer(settings))) as desk:
            yield Day(desk=desk, canaries=hatched(), post=Posted(box=box, port=port), people=PEOPLE)


async def a_day_goes_by(day: Day, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that can happen to a person's words happens."""
    await canary_day.begins(day)
    await canary_day.everybody_asks(day)
    await canary_post.works_and_is_killed(day.desk, day.post)
    await canary_day.offices_answer(day)
    await canary_day.some_change_their_minds(day)
    await canary_day.listings_are_told_of(day)
    await canary_day.staff_look(day)
    assert await canary_post.news_is_due(day.desk) >= 8
    await day.desk.work()
    await canary_slips.slips(day)
    await canary_slips.crowds(day, house)
    await canary_slips.faults(day, monkeypatch)
    await canary_day.some_leave(day)


@pytest.mark.timeout(600 + 6 * PEOPLE)
async def test_nobody_stands_in_clear_in_the_database_the_logs_or_the_write_ahead_log(
    day: Day, home: Path, house: House, tmp_path: Path, caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    decoy, beginning = hatched(), time.time() - 1
    desk, patterns = day.desk, day.canaries.spellings
    with caplog.at_level(logging.DEBUG):
        async with canary_day.watched(desk) as asked:
            await a_day_goes_by(day, house, monkeypatch)
        await given.office(desk.database, name=f"{decoy.text} {decoy.number}")
        logging.getLogger("referral").info("an office is called %s %s", decoy.text, decoy.number)
    await desk.sql("CHECKPOINT")

    cluster = embedded.status(home)
    assert cluster
    dumps = [
        await asyncio.to_thread(dumped, desk.database.dsn, tmp_path / "dump.sql"),
        await asyncio.to_thread(dumped, desk.database.dsn, tmp_path / "dump.custom", "-Fc", "-Z0"),
    ]
    data = [path for path in cluster.data.rglob("*") if path.is_file() and path.stat().st_mtime >= beginning]
    ours = [record for record in caplog.records if not record.name.startswith(NOT_OURS)]
    log = tmp_path / "app.log"
    log.write_text("\n".join(f"{record.getMessage()} {record.exc_info}" for record in ours), encoding="utf-8")
    logs = [log, cluster.log, *day.post.logs]
    base, wal = [[path for path in data if folder in path.parts] for folder in ("base", "pg_wal")]

    # The search finds what does stand there.
    for hiding_place in (*([one] for one in dumps), base, wal, [log]):
        assert found_in(hiding_place, decoy.spellings), hiding_place
    at_home = [path for path in house.settings.home.rglob("*") if path.is_file()]
    for where in ([*dumps, *logs], data, at_home):
        assert not found_in(where, patterns)
    for file in (*dumps, *wal, *logs):
        assert not day.given_out & receipts_in(file), file
    assert not found_in([*dumps, *logs], frozenset({PASSWORD.encode()}))
    assert "CheckViolationError" in log.read_text(encoding="utf-8")
    assert "never" in cluster.log.read_text(encoding="utf-8", errors="replace")

    assert not holding_any((one.encode() for one in asked), patterns | day.given_out)
    assert len(asked) > 20
    assert not holding_any(day.heard.headers, patterns | day.given_out)
    assert not holding_any(day.heard.refusals, day.canaries.values | day.given_out)
    assert len(day.heard.refusals) > 300
    letters_say_nothing(day)


def letters_say_nothing(day: Day) -> None:
    """A letter to a person holds their address and nothing else of them; one to a provider nothing of any case."""
    received, patterns = day.post.box.received, day.canaries.spellings
    mine = to_people(received, day.canaries)
    assert len(received) > PEOPLE // 2
    assert len(mine) >= 8
    assert not holding_any(map(besides_the_address, received), patterns | day.given_out)
    names = [office.name for office in day.offices]
    for envelope in received:
        words = f"{canary_post.parsed(envelope)['Subject']}\n{body(envelope)}"
        assert not OF_THE_CASE.search(words), words
        assert envelope not in mine or not any(name in words for name in names)


async def test_the_database_writes_down_no_statement_and_no_value(house: House) -> None:
    told = dict(await house.database.pool.fetch("SELECT name, setting FROM pg_settings WHERE name = ANY($1)", [*QUIET]))
    assert told == QUIET


def test_the_search_finds_every_spelling(tmp_path: Path) -> None:
    mark, file = hatched().text, tmp_path / "file"
    core = mark.removeprefix("Ñ")
    for content in (
        mark.encode(), core.encode("utf-16-le"), mark.encode("utf-16-be"), mark.encode("latin-1"),
        mark.encode().hex().encode(), mark.encode().hex().upper().encode(), mark.encode("utf-16-le").hex().encode(),
        quote(f"/{mark}?").encode(), json.dumps(mark).encode(), quopri.encodestring(mark.encode()),
        Header(f"x{mark}x", "utf-8", maxlinelen=200).encode().encode(),
        "".join(f"\\u{ord(sign):04x}" for sign in mark).encode(),
        "".join(f"%{ord(sign):02X}" for sign in mark).encode(),
        *(code(b"~" * shift + mark.encode(wide) + b"????") for shift in range(3)
          for wide in ("utf-8", "utf-16-le", "utf-16-be") for code in (base64.b64encode, base64.urlsafe_b64encode)),
    ):  # fmt: skip
        for written in (b"before " + content + b" after", gzip.compress(b"before " + content + b" after")):
            file.write_bytes(written)
            assert found_in([file], frozenset(spellings(mark))), content
            assert not found_in([file], frozenset(spellings(hatched().text))), content
