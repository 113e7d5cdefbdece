"""After a day of many people, their names, numbers and words stand nowhere in clear: not in a dump, not in a log."""

import asyncio
import base64
import json
import logging
import mmap
import os
import re
import secrets
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import given
import pytest
from desk import PASSWORD, Desk, holding, operation, until
from given import Office
from postbox import Postbox, listening
from pydantic import SecretStr

from referral.edges import worker
from referral.foundation import embedded, mail
from referral.foundation.embedded_programs import installed
from referral.intake import receipts

PEOPLE = int(os.environ.get("REFERRAL_TEST_PEOPLE", "50"))
# What the test's own client and its own SMTP server say, and a log of addresses that our servers do not keep but pytest
# asks for.
NOT_OURS = ("httpx", "httpcore.", "mail.log", "uvicorn.access")
JSON = {"Content-Type": "application/json"}
RECEIPT = re.compile(rb"\d{22}|\d{4}(?: \d{4}){4} \d{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Canaries:
    """What nobody else has: one mark in every text, one in every number."""

    text: str
    number: str

    @property
    def spellings(self) -> frozenset[bytes]:
        return frozenset({*spellings(self.text), *spellings(self.number)})


def hatched() -> Canaries:
    return Canaries(text=f"Ñq{secrets.token_hex(6)}", number="".join(secrets.choice("123456789") for _ in range(10)))


def spellings(mark: str) -> Iterable[bytes]:
    """How a text may stand in a file: as itself, wide, in hex, in base64 of both alphabets, thrice begun.

    It is ASCII and holds nothing that JSON or a URL would write in another way: there it stands as itself.
    """
    core = mark.removeprefix("Ñ")
    yield core.encode()
    yield core.encode("utf-16-le")
    yield core.encode("utf-16-be")
    yield core.encode().hex().encode()
    yield core.encode().hex().upper().encode()
    for shift in range(3):
        lead, whole = -(-shift * 4 // 3), base64.b64encode(b"\0" * shift + core.encode())
        part = whole[lead + bool(shift) : len(whole) // 4 * 4 - 4]
        yield part
        yield part.translate(bytes.maketrans(b"+/", b"-_"))


def person(canaries: Canaries, index: int) -> dict[str, Any]:
    return {
        "name": f"{canaries.text} {index}",
        "contacts": [
            {"channel": "PHONE", "value": f"+{canaries.number} {index:02d}", "safeTimes": f"{canaries.text} mañana"},
            {"channel": "EMAIL", "value": f"{canaries.text}{index}@demo.invalid"},
        ],
        "note": f"Necesito ayuda, {canaries.text}.",
    }


async def send(desk: Desk, name: str, variables: dict[str, Any], headers: dict[str, str] | None = None) -> Any:
    """A published operation, with every letter beyond ASCII written as JSON can: \\u00d1."""
    body = json.dumps({"query": operation(name), "variables": variables}, ensure_ascii=True)
    path = "/graphql" if name.startswith("public/") else "/graphql/staff"
    content = {"Content-Type": "application/json", **(headers or {})}
    return (await desk.http.post(path, content=body, headers=content)).json()


async def a_day_goes_by(desk: Desk, canaries: Canaries, monkeypatch: pytest.MonkeyPatch) -> frozenset[bytes]:
    """Everything that can happen to a person's words happens; the receipts they were given."""
    offices = [await given.office(desk.database, name=name, places=PEOPLE + 10) for name in ("First", "Second")]
    requests: list[Any] = []
    for index in range(PEOPLE):
        about = {"person": person(canaries, index), "uiLanguage": "es"}
        about |= {"circumstances": ["IMMEDIATE_DANGER_TO_LIFE"]} if index % 10 == 0 else {}
        answer = await send(desk, "public/SubmitHelpRequest", {"input": given.asking(**about)})
        requests.append(answer["data"]["submitHelpRequest"])
    assert await desk.sql("SELECT count(*) FROM help_request") == PEOPLE
    await desk.work()
    await answers(desk, canaries, offices)
    await desk.work()
    await refusals(desk, canaries)
    await failures(desk, canaries, monkeypatch)
    await looks(desk, canaries, requests)
    for request in requests[-3:]:
        await desk.withdraw(request["receipt"], erase=request is requests[-1])
    given_out = [receipts.read(request["receipt"]) for request in requests]
    return frozenset(text.encode() for receipt in given_out if receipt for text in (receipt, receipts.written(receipt)))


async def answers(desk: Desk, canaries: Canaries, offices: list[Office]) -> None:
    for letter_number in range(12):
        for office in offices:
            letters = desk.letters(office)
            if letter_number >= len(letters):
                continue
            found = re.search(r"/r/(\S+)", letters[letter_number].text)
            assert found
            asked = {"token": found[1], "answer": "ASK", "note": f"¿Tiene {canaries.text}? Llame al {canaries.number}."}
            await send(desk, "public/RespondToReferral", {"input": asked})
            says = {"answer": "ACCEPT"} if letter_number % 3 else {"answer": "DECLINE", "declineReason": "OTHER"}
            said = {"token": found[1], "note": f"Ya conozco a {canaries.text}.", **says}
            await send(desk, "public/RespondToReferral", {"input": said})
            await desk.look(found[1])
    assert await desk.sql("SELECT count(*) FROM referral WHERE status = 'accepted'") >= 8
    assert await desk.sql("SELECT count(*) FROM referral_note") >= 20


async def refusals(desk: Desk, canaries: Canaries) -> None:
    """What cannot be kept has been read all the same: slips, misfits, and a fault of ours."""
    secret = person(canaries, 99)
    for changes in (
        {"languages": [canaries.text], "person": secret},
        {"near": {"text": canaries.text}, "person": secret},
        {"person": {**secret, "note": f"{canaries.text} 123-45-6789"}},
        {"person": {**secret, "nmae": canaries.text}},
        {"person": canaries.text},
    ):
        await send(desk, "public/SubmitHelpRequest", {"input": given.asking(**changes)})
    for query in (f'{{ places(query: "{canaries.text}") {{ id }} }}', f"{{ {canaries.text[1:]} }}"):
        await desk.post(query)
    await desk.http.get(f"/graphql?documentId={canaries.text}")
    await desk.sql("ALTER TABLE consent ADD CONSTRAINT never CHECK (language = '') NOT VALID")
    failed = await send(desk, "public/SubmitHelpRequest", {"input": given.asking(person=secret)})
    await desk.sql("ALTER TABLE consent DROP CONSTRAINT never")
    assert failed["errors"][0]["extensions"]["code"] == "INTERNAL"


async def failures(desk: Desk, canaries: Canaries, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wrong receipts, bodies that are none, a database that does not answer or hangs up, mail that is refused."""
    secret, wrong = person(canaries, 98), "0" * 22
    told: list[bytes] = []

    async def failing(name: str, **variables: object) -> None:
        body = json.dumps({"query": operation(f"public/{name}"), "variables": variables})
        told.append((await desk.http.post("/graphql", content=body, headers=JSON)).content)

    for receipt in (wrong, canaries.text, f"{canaries.number}{'7' * 12}"):
        words = {"receipt": receipt, "text": canaries.text, "idempotencyKey": secrets.token_hex(8)}
        await failing("HelpRequestByReceipt", receipt=receipt)
        await failing("SendMessage", input=words)
        await failing("AmendHelpRequest", input={"receipt": receipt, "person": secret})
        await failing("WithdrawHelpRequest", receipt=receipt, erase=True)
    asked = json.dumps({"query": operation("public/SubmitHelpRequest"), "variables": {"input": {"person": secret}}})
    broken = (asked[:-9].encode(), asked.encode("utf-16"), b"[" * 50 + asked.encode(), b"\xff" + asked.encode())
    told += [(await desk.http.post("/graphql", content=content, headers=JSON)).content for content in broken]
    told.append((await desk.http.post("/graphql", content=asked, headers={"Content-Type": "text/plain"})).content)
    told.append((await desk.http.get(f"/r/{canaries.text}")).content)

    with monkeypatch.context() as patch:
        patch.setattr("referral.edges.graphql.door.SECONDS", 1)
        async with holding(desk.database, "LOCK TABLE help_request IN ACCESS EXCLUSIVE MODE"):
            await failing("SubmitHelpRequest", input=given.asking(person=secret))
    async with holding(desk.database, "LOCK TABLE help_request IN ACCESS EXCLUSIVE MODE"):
        waits = asyncio.ensure_future(failing("SubmitHelpRequest", input=given.asking(person=secret)))
        waiting = "FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        await until(desk, f"SELECT count(*) > 0 {waiting}")
        await desk.sql(f"SELECT count(pg_terminate_backend(pid)) {waiting}")
        await waits
    assert all(b'"errors"' in one or b"null" in one or b"NOT_FOUND" in one for one in told[-2:])
    assert not [one for one in told for pattern in canaries.spellings if pattern in one]

    await desk.submit(person=secret)
    with listening(Postbox(refuses=f"550 5.1.1 <{canaries.text[1:]}@demo.invalid> is refused")) as port:
        url = SecretStr(f"smtp://127.0.0.1:{port}")
        refused = mail.mailer(desk.house.settings.model_copy(update={"smtp_url": url}))
        await worker.work_off(replace(desk.house, mailer=refused))
    assert await desk.sql("SELECT count(*) FROM outbox WHERE error_code = 'MAIL_REFUSED'") >= 1


async def looks(desk: Desk, canaries: Canaries, requests: list[Any]) -> None:
    """Staff read people and offer against the rules, with words of their own."""
    headers = await desk.staff()
    full = await given.office(desk.database, name="Full", places=0)
    for request in requests[:6]:
        id = request["helpRequest"]["id"]
        await desk.let_in(id)
        seen = await send(desk, "staff/Request", {"id": id, "open": True}, headers)
        assert canaries.text in seen["data"]["request"]["person"]["name"]
    chosen = {
        "idempotencyKey": secrets.token_hex(8),
        "requestId": requests[-1]["helpRequest"]["id"],
        "providerId": str(full.id),
        "overrideReason": f"{canaries.text} ha llamado.",
    }
    made = await send(desk, "staff/OfferReferral", {"input": chosen}, headers)
    assert made["data"]["offerReferral"]["__typename"] == "ReferralPayload"
    await desk.work()


async def test_nobody_stands_in_clear_in_the_database_the_logs_or_the_write_ahead_log(
    desk: Desk, home: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    canaries, decoy = hatched(), hatched()
    beginning = time.time() - 1
    with caplog.at_level(logging.DEBUG):
        given_out = await a_day_goes_by(desk, canaries, monkeypatch)
        await given.office(desk.database, name=f"{decoy.text} {decoy.number}")
        logging.getLogger("referral").info("an office is called %s %s", decoy.text, decoy.number)
    await desk.sql("CHECKPOINT")

    cluster = embedded.status(home)
    assert cluster
    dsn = desk.database.dsn
    dumps = [
        await asyncio.to_thread(dumped, dsn, tmp_path / "dump.sql"),
        await asyncio.to_thread(dumped, dsn, tmp_path / "dump.custom", "-Fc", "-Z0"),
    ]
    data = [path for path in cluster.data.rglob("*") if path.is_file() and path.stat().st_mtime >= beginning]
    log = tmp_path / "app.log"
    ours = [record for record in caplog.records if not record.name.startswith(NOT_OURS)]
    log.write_text("\n".join(f"{record.getMessage()} {record.exc_info}" for record in ours), encoding="utf-8")
    base, wal = [[path for path in data if folder in path.parts] for folder in ("base", "pg_wal")]

    # The search finds what does stand there.
    for hiding_place in (*([one] for one in dumps), base, wal, [log]):
        assert found_in(hiding_place, decoy.spellings), hiding_place
    for where in ([*dumps, log, cluster.log], data):
        assert not found_in(where, canaries.spellings)
    letters = list(desk.house.settings.mail_folder.iterdir())
    assert len(letters) > PEOPLE
    assert not found_in(letters, canaries.spellings)
    for file in (*dumps, *wal, log, cluster.log):
        assert not given_out & receipts_in(file), file
    assert not found_in([*dumps, log, cluster.log], frozenset({PASSWORD.encode()}))
    assert "CheckViolationError" in log.read_text(encoding="utf-8")


def test_the_search_finds_every_spelling(tmp_path: Path) -> None:
    mark, file = hatched().text, tmp_path / "file"
    core = mark.removeprefix("Ñ")
    for content in (
        mark.encode(), core.encode("utf-16-le"), mark.encode("utf-16-be"), mark.encode().hex().encode(),
        mark.encode().hex().upper().encode(), quote(f"/{mark}?").encode(), json.dumps(mark).encode(),
        *(code(b"~" * shift + mark.encode() + b"??") for shift in range(3)
          for code in (base64.b64encode, base64.urlsafe_b64encode)),
    ):  # fmt: skip
        file.write_bytes(b"before " + content + b" after")
        assert found_in([file], frozenset(spellings(mark))), content
        assert not found_in([file], frozenset(spellings(hatched().text))), content


def dumped(dsn: str, into: Path, *how: str) -> Path:
    """A dump of the whole database."""
    parts = urlsplit(dsn)
    user, _, where = parts.netloc.rpartition("@")
    name, _, password = user.partition(":")
    address = urlunsplit(parts._replace(netloc=f"{name}@{where}"))
    subprocess.run(
        [installed() / "pg_dump", *how, f"--file={into}", f"--dbname={address}"],
        check=True,
        timeout=120,
        env={"PGPASSWORD": unquote(password), "LC_ALL": "C"},
    )
    return into


def found_in(files: Iterable[Path], patterns: frozenset[bytes]) -> list[tuple[Path, bytes]]:
    found: list[tuple[Path, bytes]] = []
    for path in files:
        if not path.is_file() or path.stat().st_size == 0:
            continue
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            found += [(path, pattern) for pattern in patterns if content.find(pattern) >= 0]
    return found


def receipts_in(path: Path) -> frozenset[bytes]:
    if path.stat().st_size == 0:
        return frozenset()
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return frozenset(RECEIPT.findall(content))
