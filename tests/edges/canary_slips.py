"""Everything that may go wrong with a person's words: slips, misfits, nonsense, floods, faults of ours."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import given
import pytest
from canaries import Canaries, person
from canary_day import Day
from desk import Desk, holding, operation, standing, until
from postbox import Postbox, listening
from pydantic import SecretStr

from referral.edges import worker
from referral.edges.graphql.routes import PATHS
from referral.edges.graphql.schemas import Audience
from referral.edges.house import House
from referral.foundation import mail
from referral.foundation.actors import Scope

JSON = {"Content-Type": "application/json"}
TOO_LONG = 70_000
FIELDS = (
    "idempotencyKey", "representation", "canAfford", "helpTypes", "languages", "consents", "claims", "posture",
    "readingLanguage", "needsInterpreter", "interpreterGender", "wishes", "near", "country", "householdSize", "age",
    "circumstances", "arrivedOn", "nextHearingOn", "court", "person", "onBehalf", "uiLanguage",
)  # fmt: skip


def misfits(mark: Canaries) -> Iterator[dict[str, Any]]:
    """The input of a request for help with a person's word where it does not belong: wrong types, bad enums, lists."""
    secret = person(mark, 99)
    for name in FIELDS:
        for value in (mark.text, [mark.text], {mark.text: mark.text}, [[{"a": mark.text}]], mark.text * 300):
            yield given.asking(**{"person": secret, name: value})
    for near in ({"point": mark.text}, {"text": mark.text, "place": mark.text}, {"point": {"latitude": mark.text}}):
        yield given.asking(person=secret, near=near)
    for contact in (
        {"channel": mark.text, "value": mark.text},
        {"channel": "PHONE", "value": {"a": mark.text}},
        {"channel": "EMAIL", "value": mark.text, "mayLeaveMessage": mark.text},
        {"channel": "PHONE", "value": mark.text * 300, mark.text: 1},
    ):
        yield given.asking(person={**secret, "contacts": [contact]})
        yield given.asking(person={**secret, "contacts": [*secret["contacts"] * 3, contact]})
    for note in (f"{mark.text} 123-45-6789", f"{mark.text} A123 456 789", mark.text * 300, f"{mark.text}\0"):
        yield given.asking(person={**secret, "note": note})
        yield given.asking(person={**secret, "name": note})
    yield given.asking(person={**secret, "nmae": mark.text})
    yield {"person": secret}


def documents(mark: Canaries) -> Iterator[str]:
    """GraphQL of every kind that is none: the words stand in the document itself."""
    core, name = mark.core, mark.name
    yield from (
        f'{{ places(query: "{mark.text}") {{ id }} }}',
        f"{{ places(query: {core}) {{ id }} }}",
        f'{{ places({name}: "{mark.text}") {{ id }} }}',
        f'{{ {name}: places(query: "{mark.text}") {{ {name} }} }}',
        f'{{ languages @{name}(a: "{mark.text}") {{ tag }} }}',
        f"{{ {name} languages {{ ...{name} ...on {name} {{ tag }} }} }}",
        f"query {name}(${name}: {name}!) {{ languages {{ tag }} }} fragment {name} on Query {{ languages {{ tag }} }}",
        f'{{ places(query: "{mark.text}',
        f'{{ places(query: """{mark.text}',
        f'{{ places(query: "{mark.text}\\q") {{ id }} }}',
        f'{{ places(query: "a "{core}" b") {{ id }} }}',
        f'{{ places(query: "a" {mark.number}) {{ id }} }}',
        f'{{ places "{mark.text}" {{ id }} }}',
        f"{{ languages {{ tag }} }} # {mark.text} \x07",
        f"{core} {{ languages {{ tag }} }}",
        f"subscription {name} {{ languages {{ tag }} }}",
        f'{{ provider(id: "{mark.text}") {{ id }} providers(first: {mark.number}) {{ totalCount }} }}',
        f'mutation {{ submitHelpRequest(input: {{person: {{name: "{mark.text}"}}, age: {core}}}) {{ __typename }} }}',
        f'mutation {{ submitHelpRequest(input: {{person: "{mark.text}", {core}: 1}}) {{ __typename }} }}',
        f'{{ helpRequest(receipt: "{mark.number}", receipt: "{mark.text}") {{ id }} }}',
        "{ " + " ".join(f'a{number}: places(query: "{mark.text}") {{ id }}' for number in range(100)) + " }",
        "{ provider(id: 1) " + f"{{ {name} " * 200 + "}" * 201,
        f'{{ places(query: "{mark.text * 200}") {{ id }} }}',
        "{ providers(filter: {languages: [" + f'"{mark.text}" ' * 200 + "]}) { totalCount } }",
    )


def bodies(mark: Canaries) -> Iterator[tuple[bytes, dict[str, str]]]:
    """What is no request at all, or too much of one."""
    asked = json.dumps(
        {"query": operation("public/SubmitHelpRequest"), "variables": {"input": {"person": person(mark, 97)}}}
    )
    secret = json.dumps(mark.text)
    yield asked[:-9].encode(), JSON
    yield asked.encode("utf-16"), JSON
    yield b"[" * 50 + asked.encode(), JSON
    yield b"\xff" + asked.encode(), JSON
    yield asked.encode() + secret.encode(), JSON
    yield asked.encode().replace(b'"query"', secret.encode()), JSON
    yield f'{{"query": {secret}, "query": {secret}}}'.encode(), JSON
    yield f'{{"query": "{{ languages {{ tag }} }}", "variables": {secret}}}'.encode(), JSON
    yield f'{{"query": "{{ languages {{ tag }} }}", "operationName": {secret}}}'.encode(), JSON
    yield f'{{"query": "{{ languages {{ tag }} }}", "extensions": {{"persistedQuery": {secret}}}}}'.encode(), JSON
    yield f'{{"documentId": {secret}, {secret}: {secret}}}'.encode(), JSON
    yield secret.encode(), JSON
    yield json.dumps({"query": mark.text * TOO_LONG}).encode(), JSON
    yield asked.encode(), {"Content-Type": "text/plain"}
    yield asked.encode(), {"Content-Type": f"application/json; charset={mark.core}"}
    yield asked.encode(), {"Content-Type": f"multipart/form-data; boundary={mark.core}"}
    yield asked.encode(), {**JSON, "Content-Encoding": "gzip"}
    yield asked.encode(), {**JSON, "Referral-Proof": mark.core}
    yield asked.encode(), {**JSON, "Origin": f"https://{mark.core}.invalid"}


async def slips(day: Day) -> None:
    """What cannot be kept has been read all the same."""
    desk, mark = day.desk, day.canaries
    by_key = await desk.partner(Scope.REQUEST_SUBMIT, Scope.REFERRAL_RESPOND, name="Synthetic Slipper")
    staff = await desk.staff_named("slips@demo.invalid")
    kept: int = await desk.sql("SELECT count(*) FROM help_request")
    for number, asked in enumerate(misfits(mark)):
        name, headers = ("partner/SubmitOnBehalf", by_key) if number % 5 == 0 else ("public/SubmitHelpRequest", {})
        await day.send(name, {"input": asked}, headers)
    doors = {Audience.PUBLIC: {}, Audience.PARTNER: by_key, Audience.STAFF: staff}
    for document in documents(mark):
        for door, headers in doors.items():
            await desk.post(document, {mark.name: mark.text}, door, **headers)
    for content, headers in bodies(mark):
        for door in Audience:
            await desk.http.post(PATHS[door], content=content, headers={**headers, **doors[door]})
    for receipt in ("0" * 22, mark.text, f"{mark.number}{'7' * 12}", day.requests[0]["receipt"][::-1]):
        words = {"receipt": receipt, "text": mark.text, "idempotencyKey": "12345678"}
        await day.send("public/HelpRequestByReceipt", {"receipt": receipt})
        await day.send("public/SendMessage", {"input": words})
        await day.send("public/AmendHelpRequest", {"input": {"receipt": receipt, "person": person(mark, 98)}})
        await day.send("public/WithdrawHelpRequest", {"receipt": receipt, "erase": True})
    assert await desk.sql("SELECT count(*) FROM help_request") - kept <= len(FIELDS), "nearly all of it was refused"
    await strange_addresses(day)


async def strange_addresses(day: Day) -> None:
    """Words in an address, in a header, in a method, in bytes that are no HTTP."""
    http, mark = day.desk.http, day.canaries
    core = mark.core
    for path in (
        f"/{core}", f"/es/{core}", f"/es/help/{core}", f"/es/find/{core}", f"/r/{core}", f"/c/{core}",
        f"/static/{core}",
        f"/graphql?query={core}", f"/graphql?documentId={core}", f"/es/listings/{core}/wrong", f"/hsds/services/{core}",
        f"/hsds/services?page={core}", f"/hsds/services?text_search={core}", f"/hsds/services?modified_after={core}",
        f"/audio/{core}/start", f"/sign-in?next={core}",
    ):  # fmt: skip
        await http.get(path)
    for headers in (
        {"Accept-Language": core}, {"Accept": core}, {"Cookie": f"d={core}"}, {"Cookie": f"{core}"},
        {"Authorization": f"Bearer {core}"}, {"X-Forwarded-For": core}, {"Range": core}, {"If-None-Match": core},
    ):  # fmt: skip
        await http.get("/es/help/who", headers=headers)
        await http.post("/graphql/partner", content=b"{}", headers={**JSON, **headers})
        await http.post("/graphql/staff", content=b"{}", headers={**JSON, **headers})
    async with day.visitor() as browser:
        for path in ("/es/find", "/es/status", "/es/help/all", "/es/help/code", "/es/help/who", "/sign-in"):
            await browser.post(path, content=core, headers=JSON)
            await browser.post(path, data={"where": mark.text, "code": mark.text, "act": mark.text, "email": mark.text})
            answer = await browser.post(path, data={"where": mark.text * TOO_LONG})
            assert answer.status_code in {400, 403, 404, 405, 413}, (path, answer.status_code)
            await browser.post(path, data={"where": mark.text}, headers={"sec-fetch-site": "cross-site"})
    await http.request(core.upper(), "/")
    for line in (f"GET /{core}", f"{core}\0\r\n\r\n", f"POST /graphql HTTP/1.1\r\n{core}: \x01\r\n: \r\n\r\n"):
        reader, writer = await asyncio.open_connection("127.0.0.1", http.base_url.port)
        writer.write(f"{line}\r\n\r\n".encode())
        writer.write_eof()
        day.heard.refusals.append(await asyncio.wait_for(reader.read(), timeout=30))
        writer.close()


async def crowds(day: Day, house: House) -> None:
    """The same where everybody's budget is spent: each door says 429 and when to come back."""
    mark, tight = day.canaries, house.settings.model_copy(
        update={"page_views": 1, "hsds_reads": 1, "visitor_points": 1, "visitor_submissions": 1,
                "calm_submissions": 0, "quarantine_submissions": 0, "form_submissions": 0, "partner_points": 1}
    )  # fmt: skip
    async with standing(replace(house, settings=tight)) as desk:
        desk.http.event_hooks["response"].append(day.heard)
        by_key = await desk.partner(Scope.REQUEST_SUBMIT, name="Synthetic Crowd")
        seen = set[int]()
        for _ in range(3):
            asked = {"input": given.asking(person=person(mark, 96))}
            for name, headers in (("public/SubmitHelpRequest", {}), ("partner/SubmitOnBehalf", by_key)):
                door = Audience(name.partition("/")[0])
                seen.add((await desk.post(operation(name), asked, door, **headers)).status_code)
            seen.add((await desk.http.post("/es/find", data={"where": mark.text})).status_code)
            seen.add((await desk.http.get(f"/hsds/services?text_search={mark.core}")).status_code)
        assert 429 in seen
        wrong = {"Authorization": f"Bearer {mark.core}"}
        for _ in range(3):
            await desk.post("{ viewer { name } }", None, Audience.PARTNER, **wrong)


async def faults(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug of ours, a database that does not answer or hangs up, mail that is refused."""
    desk, secret = day.desk, person(day.canaries, 98)
    await desk.sql("ALTER TABLE consent ADD CONSTRAINT never CHECK (language = '') NOT VALID")
    failed = await day.send("public/SubmitHelpRequest", {"input": given.asking(person=secret)})
    await desk.sql("ALTER TABLE consent DROP CONSTRAINT never")
    assert failed["errors"][0]["extensions"]["code"] == "INTERNAL"
    with monkeypatch.context() as patch:
        patch.setattr("referral.edges.graphql.door.SECONDS", 1)
        async with holding(desk.database, "LOCK TABLE help_request IN ACCESS EXCLUSIVE MODE"):
            late = await day.send("public/SubmitHelpRequest", {"input": given.asking(person=secret)})
    async with holding(desk.database, "LOCK TABLE help_request IN ACCESS EXCLUSIVE MODE"):
        waits = asyncio.ensure_future(day.send("public/SubmitHelpRequest", {"input": given.asking(person=secret)}))
        waiting = "FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        await until(desk, f"SELECT count(*) > 0 {waiting}")
        await desk.sql(f"SELECT count(pg_terminate_backend(pid)) {waiting}")
        cut = await waits
    codes = [one["errors"][0]["extensions"]["code"] for one in (late, cut)]
    assert set(codes) <= {"UNAVAILABLE", "INTERNAL"}, codes
    await refused_letters(desk, day.canaries)


async def refused_letters(desk: Desk, mark: Canaries) -> None:
    """The server that is to take a letter says no, and repeats to whom it should have gone."""
    await desk.submit(person=person(mark, 98))
    await desk.sql("UPDATE outbox SET run_at = now() WHERE kind = 'tell_requester'")
    with listening(Postbox(refuses=f"550 5.1.1 <{mark.core}@demo.invalid> is refused")) as port:
        url = SecretStr(f"smtp://127.0.0.1:{port}")
        refused = mail.mailer(desk.house.settings.model_copy(update={"smtp_url": url}))
        await worker.work_off(replace(desk.house, mailer=refused))
    assert await desk.sql("SELECT count(*) FROM outbox WHERE error_code = 'MAIL_REFUSED'") >= 1
