"""A minute after people have written to a server without private keys, nothing of them is in its memory."""

import asyncio
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import given
import httpx
import pytest
from canaries import RECEIPT, Canaries, hatched, person
from canary_day import said
from commands_given import start
from desk import Desk, at_once, client, operation
from seeker import Person, all_of, code_in

from referral.foundation.clock import now
from referral.foundation.keys import folder as key_folder
from referral.intake import receipts

PEOPLE = int(os.environ.get("REFERRAL_TEST_PEOPLE", "20"))
AT_ONCE = 6
A_MINUTE = 60
PIECE = 1 << 22
OVERLAP = 256
FORM = "application/x-www-form-urlencoded"


def in_memory(pid: int, patterns: frozenset[bytes]) -> set[bytes]:
    """Which of these stand anywhere in the memory of a process."""
    return {pattern for piece in pieces(pid) for pattern in patterns if pattern in piece}


def left_of(pid: int, patterns: frozenset[bytes], given_out: frozenset[bytes]) -> set[bytes]:
    """The same, and which of the receipts."""
    return {
        found
        for piece in pieces(pid)
        for found in (*(one for one in patterns if one in piece), *given_out.intersection(RECEIPT.findall(piece)))
    }


def pieces(pid: int) -> Iterator[bytes]:
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            where, mode, *_ = line.split()
            if "r" not in mode or line.endswith(("[vvar]", "[vsyscall]", "[vvar_vclock]")):
                continue
            begin, end = (int(edge, 16) for edge in where.split("-"))
            for at in range(begin, end, PIECE):
                try:
                    memory.seek(at)
                    yield memory.read(min(PIECE + OVERLAP, end - at))
                except OSError:  # given back meanwhile
                    continue


def own(http: httpx.AsyncClient) -> dict[str, str]:
    return {"Origin": str(http.base_url).rstrip("/")}


async def sent(http: httpx.AsyncClient, name: str, variables: dict[str, Any]) -> Any:
    body = json.dumps({"query": operation(f"public/{name}"), "variables": variables})
    return (await http.post("/graphql", content=body, headers={"Content-Type": "application/json"})).json()


async def comes_and_goes(http: httpx.AsyncClient, canaries: Canaries, index: int, office: str) -> list[str]:
    """One person does all that can be done there; the codes they were given."""
    asked = given.asking(person=person(canaries, index), uiLanguage="es")
    answer = await sent(http, "SubmitHelpRequest", {"input": asked})
    assert "receipt" in answer["data"]["submitHelpRequest"], answer
    receipt = answer["data"]["submitHelpRequest"]["receipt"]
    given_out = [receipt]
    if index % 2 == 0:  # where somebody is goes to the database in the words that were typed
        await http.post(
            "/es/find", content=f"where={canaries.text}+{index}".encode(), headers={"Content-Type": FORM, **own(http)}
        )
        await sent(http, "Places", {"query": f"{canaries.text} {index}"})
        elsewhere = {**asked, "idempotencyKey": f"{index:09d}", "near": {"text": f"{canaries.text} {index}"}}
        await sent(http, "SubmitHelpRequest", {"input": elsewhere})
        document = f'{{ places(query: "{canaries.text} {index}") {{ id }} }}'
        await http.post("/graphql", json={"query": document})
        assert (await http.get(f"/graphql?query={quote(document)}")).status_code in {200, 405}
    if index % 3 == 0:
        assert (await sent(http, "HelpRequestByReceipt", {"receipt": receipt}))["data"]["helpRequest"]
    if index % 5 == 0:
        form = {"code": receipt, "act": "write", "key": str(index) * 9, "text": f"Soy {canaries.text}."}
        page = await http.post("/es/status", data=form, headers=own(http), follow_redirects=True)
        assert canaries.text in page.text
    if index % 4 == 1:
        given_out += await on_the_pages(http, canaries, index, receipt)
    if index % 7 == 0:  # what cannot be kept has been read all the same
        wrong = given.asking(person={**person(canaries, index), "note": f"{canaries.text} 123-45-6789"})
        await sent(http, "SubmitHelpRequest", {"input": wrong})
        await sent(http, "SubmitHelpRequest", {"input": {**wrong, "nmae": canaries.text}})
        await http.post("/graphql", content=f'{{"query": "{canaries.text}'.encode())
        await http.post("/graphql", json={"query": f'{{ places(query: "a "{canaries.core}" b") {{ id }} }}'})
        await http.post("/graphql", json={"query": f"{canaries.text} " * 20_000})
        report = {"providerId": office, "reason": "OTHER", "note": f"{canaries.text} {index}"}
        await sent(http, "ReportListing", {"input": report})
        await http.post(f"/es/listings/{office}/wrong", data={"reason": "?", "note": canaries.text}, headers=own(http))
    return given_out


async def on_the_pages(http: httpx.AsyncClient, canaries: Canaries, index: int, receipt: str) -> list[str]:
    """Somebody fills in the form, stops, goes on with the code, slips, sends; changes what they sent, and erases it."""
    answers, given_out = said(canaries, index), list[str]()
    async with client(int(http.base_url.port or 0)) as browser:
        browser.headers.update({"accept": "text/html,*/*;q=0.8", "sec-fetch-site": "same-origin"})
        browser.headers["x-forwarded-for"] = f"10.{index // 250}.{index % 250}.1"  # nobody fills in forms this quickly
        form = Person(browser=browser, lang="es")
        await form.start()
        await form.through("more", **answers)
        await form.say("more", more=f"{canaries.text} A123 456 789")
        await form.say("more", act="later", **answers["more"])
        await form.say("later")
        given_out.append(code_in(form.text))
        await browser.get("/exit")
        await form.say("code", code=given_out[0])
        await form.through("check", **answers)
        await form.say("check")
        given_out.append(code_in(form.text))
        await form.say("all", **all_of(**answers) | {"more": canaries.text * 200})

        async def act(code: str, name: str, **fields: str) -> httpx.Response:
            sent = {"code": code, "act": name, **fields}
            return await browser.post("/es/status", data=sent, follow_redirects=True)

        reach = {"contact": "person", "contact_to": f"+{canaries.number} {index}", "announce": "no", "message": "yes"}
        await act(receipt, "contact", **reach)
        await act(receipt, "contact", **reach | {"contact": "email", "contact_to": canaries.text})
        await act(receipt, "write", text=f"{canaries.text} 123-45-6789", key=str(index) * 9)
        renewed = code_in((await act(receipt, "renew")).text)
        await act(renewed, "consent", consent="no")
        await act(renewed, "erase" if index % 8 == 1 else "withdraw")
        return [*given_out, renewed]


@pytest.mark.timeout(900)
async def test_a_minute_later_nothing_of_anybody_is_in_its_memory(desk: Desk, dsn: str, tmp_path: Path) -> None:
    ring = desk.house.vault.ring
    assert ring
    ring.make_ahead(now(), 0)
    key_folder.export_public(desk.house.settings.key_folder, tmp_path / "away")
    canaries, decoy = hatched(), hatched()
    served = start(
        dsn, tmp_path / "home", "serve", "--surface", "public", "--port", "0",
        REFERRAL_VISITOR_SUBMISSIONS="1000000", REFERRAL_CALM_SUBMISSIONS="1000000",
        REFERRAL_VISITOR_POINTS="1000000000", REFERRAL_PAGE_VIEWS="1000000",
        REFERRAL_QUARANTINE_SUBMISSIONS="1000000", REFERRAL_KEYS=str(tmp_path / "away"),
        REFERRAL_MAIL_FROM=f"{decoy.text} <synthetic@demo.invalid>",
    )  # fmt: skip
    try:
        port = int(served.until("Serving at")[-1].rpartition(":")[2])
        given_out: list[str] = []
        office = str((await given.office(desk.database)).id)
        async with client(port) as http:
            for first in range(0, PEOPLE, AT_ONCE):
                people = range(first, min(first + AT_ONCE, PEOPLE))
                codes = await at_once(comes_and_goes(http, canaries, index, office) for index in people)
                given_out += [code for some in codes for code in some]
            # Nobody comes after these: what the driver keeps of them, no other question takes.
            await at_once(sent(http, "Places", {"query": f"{canaries.text} {index}"}) for index in range(30))
        written = [receipts.read(receipt) for receipt in given_out]
        secret = frozenset(one.encode() for one in (*given_out, *filter(None, written)))
        pid, until = served.process.pid, time.monotonic() + A_MINUTE
        assert in_memory(pid, decoy.spellings), "the search finds what does stand there"
        while (found := await asyncio.to_thread(left_of, pid, canaries.spellings, secret)) and time.monotonic() < until:
            await asyncio.sleep(2)
        assert not found
        assert await desk.sql("SELECT count(*) FROM help_request") == PEOPLE + len(range(1, PEOPLE, 4))
    finally:
        assert served.stop() == 0
