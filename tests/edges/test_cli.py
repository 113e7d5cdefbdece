"""What an operator types, and what comes back: help, exit codes, and sentences that say what to do."""

import csv
import json
import logging
import re
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import given
import httpx
import pytest
import typer
from commands_given import referral, start
from typer.testing import CliRunner

from referral.edges import cli
from referral.edges.commands.importing import SHIPPED
from referral.edges.commands.terminal import WithoutWords
from referral.foundation.clock import now
from referral.foundation.db import Database, value
from referral.foundation.errors import NotAllowed
from referral.foundation.vault import Secret, Vault
from referral.partners import accounts
from referral.triage.entry import enrolment, sessions, signing_in
from referral.triage.entry.sessions import Policy

COMMANDS = [
    [], ["serve"], ["worker"], ["demo"], ["simulate"], ["contract"], ["config"], ["config", "check"],
    ["import"], ["import", "hsds"], ["import", "reference"],
    ["staff"], ["staff", "add"], ["staff", "disable"], ["staff", "list"], ["staff", "role"], ["staff", "reset"],
    ["partner"], ["partner", "add"], ["partner", "list"], ["partner", "renew"], ["partner", "rotate"],
    ["partner", "revoke"], ["audit"], ["audit", "verify"], ["audit", "anchors"], ["audit", "key"], ["provider"],
    ["provider", "link"], ["provider", "email"], ["provider", "ask"], ["db"], ["db", "start"], ["db", "stop"],
    ["db", "status"], ["db", "migrate"], ["db", "schema"],
    ["jobs"], ["jobs", "list"], ["jobs", "show"], ["jobs", "retry"], ["jobs", "park"], ["retention"],
]  # fmt: skip


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(words: list[str]) -> None:
    told = CliRunner().invoke(cli.application(), [*words, "--help"])
    assert told.exit_code == 0
    assert "Usage: " in told.output


def test_every_option_has_a_sentence() -> None:
    def walk(command: Any, path: str) -> Iterator[str]:
        assert command.help, path
        for parameter in command.params:
            yield from () if getattr(parameter, "help", None) else (f"{path} {parameter.name}",)
        for name, part in getattr(command, "commands", {}).items():
            yield from walk(part, f"{path} {name}")

    silent = list(walk(typer.main.get_command(cli.application()), "referral"))
    assert [name for name in silent if not name.endswith("_completion")] == []


async def test_the_shipped_list_comes_in_once(fresh_db: Database, tmp_path: Path) -> None:
    first = referral(fresh_db.dsn, tmp_path, "import", "hsds")
    assert first.code == 0, first.complaints
    assert await value(fresh_db.reader, "SELECT count(*) FROM organization") == 122
    assert await value(fresh_db.reader, "SELECT count(*) FROM service") == 154
    assert await value(fresh_db.reader, "SELECT count(*) FROM location") == 151
    second = referral(fresh_db.dsn, tmp_path, "import", "hsds", str(SHIPPED))
    assert second.code == 0
    assert "Changes: 0." in second.said


async def test_broken_rows_are_named_and_the_others_land(fresh_db: Database, tmp_path: Path) -> None:
    package = Path(shutil.copytree(SHIPPED, tmp_path / "package"))
    path = package / "locations.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    rows[3]["latitude"] = "ninety"
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    told = referral(fresh_db.dsn, tmp_path, "import", "hsds", str(package))
    assert told.code == 2
    assert "locations.csv" in told.said
    assert "latitude" in told.said
    assert "the other coordinate stands alone" in told.said
    assert await value(fresh_db.reader, "SELECT count(*) FROM organization") == 122


async def test_what_is_no_hsds_is_one_sentence(fresh_db: Database, tmp_path: Path) -> None:
    (tmp_path / "letter.json").write_text("Dear all,", encoding="utf-8")
    told = referral(fresh_db.dsn, tmp_path, "import", "hsds", str(tmp_path / "letter.json"))
    assert told.code == 1
    assert "letter.json" in told.complaints
    assert "Traceback" not in told.complaints
    assert await value(fresh_db.reader, "SELECT count(*) FROM organization") == 0


async def test_staff_are_added_with_a_password_that_is_not_an_argument(fresh_db: Database, tmp_path: Path) -> None:
    words = ("staff", "add", "Ada@Example.org", "--name", "Ada", "--password-stdin")
    short = referral(fresh_db.dsn, tmp_path, *words, typed="too short\n")
    assert (short.code, "password" in short.complaints) == (1, True)
    added = referral(fresh_db.dsn, tmp_path, *words, typed="a password of some length\n")
    assert (added.code, "ada@example.org" in added.said) == (0, True)
    again = referral(fresh_db.dsn, tmp_path, *words, typed="a password of some length\n")
    assert (again.code, "Traceback" in again.complaints) == (1, False)
    async with fresh_db.transaction() as tx:
        signed_in = await signing_in.sign_in(
            tx,
            Vault(Secret(bytes(32)), Secret(bytes(32))),
            Policy(),
            email="ada@example.org",
            password="a password of some length",
            now=now(),
        )
    assert signed_in.staff.name == "Ada"
    assert referral(fresh_db.dsn, tmp_path, "staff", "disable", "ada@example.org").code == 0
    async with fresh_db.transaction() as tx:
        assert await sessions.by_session(tx, signed_in.token, now=now()) is None


async def test_the_first_admin_is_made_with_a_code_and_no_password(fresh_db: Database, tmp_path: Path) -> None:
    words = ("staff", "add", "ada@example.org", "--name", "Ada", "--role", "admin")
    refused = referral(fresh_db.dsn, tmp_path, *words, "--password-stdin", typed="a password of some length\n")
    assert (refused.code, "passkey" in refused.complaints) == (1, True)
    assert await value(fresh_db.reader, "SELECT count(*) FROM staff") == 0
    added = referral(fresh_db.dsn, tmp_path, *words)
    assert added.code == 0, added.complaints
    assert "http://localhost:8000/staff/enrol" in added.said
    (code,) = re.findall(r"^  (\S{39})$", added.said, re.MULTILINE)
    assert (await enrolment.holder(fresh_db.reader, code, now=now())).email == "ada@example.org"
    listed = referral(fresh_db.dsn, tmp_path, "staff", "list")
    assert "ada@example.org  Ada  admin  no keys yet" in listed.said


async def test_a_new_start_replaces_the_code_before_and_a_shut_account_gets_none(fresh_db: Database, tmp_path: Path):
    first = referral(fresh_db.dsn, tmp_path, "staff", "add", "ada@example.org", "--name", "Ada")
    again = referral(fresh_db.dsn, tmp_path, "staff", "reset", "ada@example.org")
    codes = [re.findall(r"^  (\S{39})$", told.said, re.MULTILINE)[0] for told in (first, again)]
    with pytest.raises(NotAllowed):
        await enrolment.holder(fresh_db.reader, codes[0], now=now())
    assert (await enrolment.holder(fresh_db.reader, codes[1], now=now())).name == "Ada"
    assert referral(fresh_db.dsn, tmp_path, "staff", "role", "ada@example.org", "supervisor").code == 0
    assert referral(fresh_db.dsn, tmp_path, "staff", "disable", "ada@example.org").code == 0
    with pytest.raises(NotAllowed):
        await enrolment.holder(fresh_db.reader, codes[1], now=now())
    shut = referral(fresh_db.dsn, tmp_path, "staff", "reset", "ada@example.org")
    assert (shut.code, "staff add" in shut.complaints) == (1, True)
    nobody = referral(fresh_db.dsn, tmp_path, "staff", "reset", "eve@example.org")
    assert (nobody.code, "staff list" in nobody.complaints) == (1, True)


async def test_a_partner_gets_a_key_that_works(fresh_db: Database, tmp_path: Path) -> None:
    office = await given.office(fresh_db)
    words = ("partner", "add", "An app", "--scope", "referral:respond", "--organization", str(office.organization_id))
    told = referral(fresh_db.dsn, tmp_path, *words)
    assert told.code == 0, told.complaints
    partner = await accounts.by_key(fresh_db.reader, told.said.strip(), now=now())
    assert partner is not None
    assert partner.organization_id == office.organization_id


async def test_who_would_be_asked_is_shown_before_anybody_is(fresh_db: Database, tmp_path: Path) -> None:
    office = await given.office(fresh_db, name="Synthetic Legal Aid", openness=None)
    known = {"REFERRAL_ASK_PROVIDERS": "known"}
    off = referral(fresh_db.dsn, tmp_path, "provider", "ask", "--due", "--dry-run")
    assert off.code == 0
    assert [line for line in off.said.splitlines() if "demo.invalid" in line] == [f"{office.id}@demo.invalid"]
    assert "  Synthetic Legal Aid (Synthetic City)\nWould be asked: 1.\nNobody is asked by mail:" in off.said
    assert referral(fresh_db.dsn, tmp_path, "provider", "ask", "--due").code == 1
    assert referral(fresh_db.dsn, tmp_path, "provider", "ask").code == 2
    assert await value(fresh_db.reader, "SELECT count(*) FROM confirmation") == 0
    asked = referral(fresh_db.dsn, tmp_path, "provider", "ask", "--due", **known)
    assert (asked.code, asked.said) == (0, "Letters ordered: 1. The worker sends them.\n")
    assert await value(fresh_db.reader, "SELECT count(*) FROM outbox WHERE kind = 'ask_provider'") == 1
    again = referral(fresh_db.dsn, tmp_path, "provider", "ask", "--due", "--dry-run", **known)
    assert (again.code, again.said) == (0, "Nobody is due.\n")


async def test_who_hides_a_merged_listing_is_told_of_the_one_that_is_kept(fresh_db: Database, tmp_path: Path) -> None:
    kept, other = await given.office(fresh_db), await given.office(fresh_db)
    await fresh_db.pool.execute("UPDATE provider SET merged_into = $2 WHERE id = $1", other.id, kept.id)
    hidden = referral(fresh_db.dsn, tmp_path, "provider", "hide", str(other.id))
    assert hidden.code == 0
    assert f"referral provider hide {kept.id}" in hidden.said
    assert "merged" not in referral(fresh_db.dsn, tmp_path, "provider", "hide", str(kept.id)).said


async def test_a_provider_gets_a_link_and_an_address(fresh_db: Database, tmp_path: Path) -> None:
    office = await given.office(fresh_db)
    link = referral(fresh_db.dsn, tmp_path, "provider", "link", str(office.id))
    assert link.said.startswith("http://127.0.0.1:8000/c/")
    assert "REFERRAL_PUBLIC_URL is not set" in link.complaints
    assert referral(fresh_db.dsn, tmp_path, "provider", "email", str(office.id), "no address").code == 1
    changed = referral(fresh_db.dsn, tmp_path, "provider", "email", str(office.id), "intake@example.org")
    assert changed.code == 0
    stored = await value(fresh_db.reader, "SELECT referral_email FROM provider WHERE id = $1", office.id)
    assert stored == "intake@example.org"


async def test_a_link_begins_where_the_demonstration_runs_or_the_operator_says(
    fresh_db: Database, tmp_path: Path
) -> None:
    words = ("provider", "link", str((await given.office(fresh_db)).id))
    with socket.create_server(("127.0.0.1", 0)) as demonstration:
        url = f"http://127.0.0.1:{demonstration.getsockname()[1]}"
        login = {"email": "demo@example.org", "password": "of the demonstration"}
        (tmp_path / "demo.json").write_text(json.dumps({"base_url": url, "staff": login, "api_keys": []}))
        link = referral(fresh_db.dsn, tmp_path, *words)
        assert (link.said.startswith(f"{url}/c/"), link.complaints) == (True, "")
        named = referral(fresh_db.dsn, tmp_path, *words, REFERRAL_PUBLIC_URL="https://help.example.org")
        assert named.said.startswith("https://help.example.org/c/")
    ended = referral(fresh_db.dsn, tmp_path, *words)
    assert ended.said.startswith("http://127.0.0.1:8000/c/")


async def test_a_key_is_renewed_beside_the_old_one_and_revoked_by_its_id(fresh_db: Database, tmp_path: Path) -> None:
    old = referral(fresh_db.dsn, tmp_path, "partner", "add", "An app", "--scope", "directory:read").said.strip()
    listed = referral(fresh_db.dsn, tmp_path, "partner", "list").said
    partner_id, key_id = listed.split()[0], old.split("_")[1]
    assert f"An app  key {key_id}  directory:read" in listed
    new = referral(fresh_db.dsn, tmp_path, "partner", "renew", partner_id, "--scope", "directory:read").said.strip()
    both = [await accounts.by_key(fresh_db.reader, key, now=now()) for key in (old, new)]
    assert None not in both
    assert referral(fresh_db.dsn, tmp_path, "partner", "revoke", key_id).code == 0
    assert await accounts.by_key(fresh_db.reader, old, now=now()) is None
    assert await accounts.by_key(fresh_db.reader, new, now=now()) is not None
    gone = referral(fresh_db.dsn, tmp_path, "partner", "revoke", key_id)
    assert (gone.code, gone.complaints.strip()) == (1, "There is no such key.")


def test_who_answers_offers_answers_for_an_organization(dsn: str, tmp_path: Path) -> None:
    told = referral(dsn, tmp_path, "partner", "add", "An app", "--scope", "referral:respond")
    assert told.code == 1
    assert "name it with --organization" in told.complaints


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("REFERRAL_PUBLIC_URL", "help.example.org", "write an address such as https://"),
        ("REFERRAL_PUBLIC_URL", "ftp://help.example.org", "write an address such as https://"),
        ("REFERRAL_PUBLIC_URL", "https://help.example.org/?a=1", "write an address such as https://"),
        ("REFERRAL_RELAXED_RULES", '["langauge"]', "there is no rule langauge"),
        ("REFERRAL_SMTP_URL", "foo", "REFERRAL_SMTP_URL"),
        ("REFERRAL_SMTP_URL", "http://mail.example.org", "REFERRAL_SMTP_URL"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_before_anything_starts(
    dsn: str, tmp_path: Path, variable: str, value: str, said: str
) -> None:
    told = referral(dsn, tmp_path, "worker", **{variable: value})
    assert told.code == 1
    assert variable in told.complaints
    assert said in told.complaints


def test_what_cannot_work_says_why_and_what_to_do(dsn: str, tmp_path: Path) -> None:
    unreachable = referral("postgresql://nobody@127.0.0.1:9/nowhere", tmp_path, "db", "migrate")
    assert (unreachable.code, "REFERRAL_DATABASE_URL" in unreachable.complaints) == (1, True)
    no_port = referral(dsn, tmp_path, "worker", REFERRAL_PORT="ninety")
    assert (no_port.code, "REFERRAL_PORT" in no_port.complaints) == (1, True)
    key = tmp_path / "root.key"
    key.write_bytes(b"k" * 32)
    key.chmod(0o644)
    open_key = referral(dsn, tmp_path, "import", "reference", REFERRAL_ROOT_KEY_FILE=str(key))
    assert (open_key.code, "chmod 600" in open_key.complaints) == (1, True)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        busy = referral(dsn, tmp_path, "serve", "--port", port)
    assert (busy.code, "--port" in busy.complaints) == (1, True)
    for told in (unreachable, no_port, open_key, busy):
        assert "Traceback" not in told.complaints


UNUSABLE = {
    "REFERRAL_SMTP_URL": "http://mail.example.org",
    "REFERRAL_MAIL_FROM": "nobody in particular",
    "REFERRAL_GEOCODER": "no-such-geocoder",
    "REFERRAL_RELAXED_RULES": "language",  # a list is written as JSON
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_setting_that_cannot_be_used_is_one_sentence(name: str, tmp_path: Path) -> None:
    chosen = {"REFERRAL_HOME": str(tmp_path), name: UNUSABLE[name]}
    told = CliRunner().invoke(cli.application(), ["db", "migrate"], env=chosen)
    assert told.exit_code == 1
    assert isinstance(told.exception, SystemExit)
    assert name.removeprefix("REFERRAL_").lower() in told.stderr.lower()
    assert list(tmp_path.iterdir()) == []  # nothing was started


def test_a_path_that_leads_nowhere_is_told_at_once(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    told = CliRunner().invoke(cli.application(), ["import", "hsds", str(nowhere)], env={"REFERRAL_HOME": str(tmp_path)})
    assert (told.exit_code, "does not exist" in told.stderr) == (1, True)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").touch()
    told = CliRunner().invoke(cli.application(), ["contract", str(tmp_path / "file")])
    assert (told.exit_code, "folder" in told.stderr) == (1, True)


def test_a_log_line_names_an_error_but_not_its_words() -> None:
    with pytest.raises(ValueError, match="Maria") as caught:
        int("Maria, +52 868 000 0000")
    record = logging.LogRecord(
        "uvicorn.error", logging.ERROR, "", 0, "It broke", (), (caught.type, caught.value, caught.tb)
    )
    line = WithoutWords().format(record)
    assert "ValueError at test_cli.py" in line
    assert "Maria" not in line


def test_the_published_schema_is_written_and_held_to(tmp_path: Path) -> None:
    commands, folder = cli.application(), str(tmp_path / "schema")
    assert CliRunner().invoke(commands, ["contract", folder]).exit_code == 0
    assert CliRunner().invoke(commands, ["contract", folder, "--check"]).exit_code == 0
    with (tmp_path / "schema" / "public.graphql").open("a", encoding="utf-8") as file:
        file.write("# more\n")
    assert CliRunner().invoke(commands, ["contract", folder, "--check"]).exit_code == 1


async def test_serving_ends_by_a_signal(fresh_db: Database, tmp_path: Path) -> None:
    running = start(fresh_db.dsn, tmp_path, "serve", "--port", "0", "--worker")
    try:
        address = running.until("Serving at")[-1].removeprefix("Serving at ").strip()
        async with httpx.AsyncClient(base_url=address) as client:
            answer = await client.get("/readyz")
        assert answer.status_code == 200
        assert "server" not in answer.headers
    finally:
        code = running.stop()
    assert code == 0


async def test_a_worker_ends_by_a_signal(fresh_db: Database, tmp_path: Path) -> None:
    running = start(fresh_db.dsn, tmp_path, "worker")
    try:
        running.until("Working.")
    finally:
        code = running.stop()
    assert code == 0
