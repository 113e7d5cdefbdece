"""Whatever is thrown at a door is refused clearly, takes no memory, and is one line in the log."""

import asyncio
import gzip
import json
import logging
import tracemalloc
from collections.abc import AsyncGenerator, Awaitable, Callable

import httpx
import pytest
from desk import Desk, holding, operation

from referral.edges.graphql.routes import PATHS
from referral.edges.graphql.schemas import Audience
from referral.foundation.actors import Scope

JSON = {"Content-Type": "application/json"}
GRAPHQL_JSON = {**JSON, "Accept": "application/graphql-response+json"}
CANARY = "Canary Quetzalli"
LANGUAGES = b'{"query": "{ languages { tag } }"}'
TWENTY_MEGABYTES = 20 * 1024 * 1024
NO_MORE_THAN = 4 * 1024 * 1024  # bytes of Python's own, the client's share of it included


def document(text: str) -> bytes:
    return json.dumps({"query": text}).encode()


def deep(levels: int) -> bytes:
    return b'{"query": "{ languages { tag } }", "variables": {"a": ' + b"[" * levels + b"]" * levels + b"}}"


FAN = "{provider(id:1){...f0}}" + "".join(f"fragment f{n} on Provider{{...f{n + 1} ...f{n + 1}}}" for n in range(40))
BODIES = {
    "deep JSON": (deep(5_000), JSON, 400, "TOO_DEEP"),
    "JSON just too deep": (deep(23), JSON, 400, "TOO_DEEP"),
    "a text that never ends": (b'{"query": "' + b'\\"' * 30_000, JSON, 400, "NOT_JSON"),
    "null": (b"null", JSON, 400, "BAD_REQUEST"),
    "a number": (b"7", JSON, 400, "BAD_REQUEST"),
    "a text": (b'"{ languages { tag } }"', JSON, 400, "BAD_REQUEST"),
    "a truth": (b"true", JSON, 400, "BAD_REQUEST"),
    "nothing": (b"", JSON, 400, "NOT_JSON"),
    "a batch": (b"[" + LANGUAGES + b"," + LANGUAGES + b"]", JSON, 400, "BAD_REQUEST"),
    "a name twice": (b'{"query": "{ a }", "query": "{ languages { tag } }"}', JSON, 400, "DUPLICATE_KEY"),
    "a variable twice": (b'{"query": "{ a }", "variables": {"a": {"b": 1, "b": 2}}}', JSON, 400, "DUPLICATE_KEY"),
    "a name twice, once escaped": (b'{"query": "{ a }", "quer\\u0079": "{ b }"}', JSON, 400, "DUPLICATE_KEY"),
    "a NUL byte": (b'{"query": "{ languages { tag } }\0"}', JSON, 400, "NOT_JSON"),
    "NUL in the document": (document('{ places(query: "a\0b") { id } }'), JSON, 400, "BAD_REQUEST"),
    "NUL as GraphQL spells it": (document('{ places(query: "a\\u{000}b") { id } }'), JSON, 400, "BAD_REQUEST"),
    "no UTF-8": (b'{"query": "{ languages { tag } } #\xff"}', JSON, 400, "NOT_JSON"),
    "half of a sign": (b'{"query": "{ languages { tag } } #\\ud800"}', JSON, 400, "NOT_JSON"),
    "UTF-16": ('{"query": "{ languages { tag } }"}'.encode("utf-16"), JSON, 400, "NOT_JSON"),
    "no number": (b'{"query": "{ languages { tag } }", "variables": {"a": NaN}}', JSON, 400, "NOT_JSON"),
    "extensions that are a list": (b'{"query": "{ a }", "extensions": []}', JSON, 400, "BAD_REQUEST"),
    "a long list": (b'{"query": "{ a }", "variables": {"a": [' + b"1," * 100 + b"1]}}", JSON, 400, "BAD_REQUEST"),
    "another type": (LANGUAGES, {"Content-Type": "application/jsonfoo"}, 415, "CONTENT_TYPE"),
    "a type within": (LANGUAGES, {"Content-Type": "text/application/json"}, 415, "CONTENT_TYPE"),
    "two types": (LANGUAGES, {"Content-Type": "application/json, text/plain"}, 415, "CONTENT_TYPE"),
    "the answer's type": (LANGUAGES, {"Content-Type": "application/graphql-response+json"}, 415, "CONTENT_TYPE"),
    "another charset": (LANGUAGES, {"Content-Type": "application/json; charset=latin-1"}, 415, "CONTENT_TYPE"),
    "a charset that is none": (LANGUAGES, {"Content-Type": 'application/json; charset="\\""'}, 415, "CONTENT_TYPE"),
    "a form": (b"query={languages{tag}}", {"Content-Type": "multipart/form-data; boundary=x"}, 415, "CONTENT_TYPE"),
    "packed": (gzip.compress(LANGUAGES), {**JSON, "Content-Encoding": "gzip"}, 400, "NOT_JSON"),
    "1,000 aliases": (document("{" + " ".join(f"a{n}: __typename" for n in range(1_000)) + "}"), JSON, 400, "TOO_MUCH"),
    "100 aliases": (document("{" + " ".join(f"a{n}: __typename" for n in range(100)) + "}"), JSON, 400, "TOO_MUCH"),
    "100 aliases within": (
        document("{ languages {" + " ".join(f"a{n}: tag" for n in range(100)) + "} }"), JSON, 400, "TOO_MUCH"),
    "1,000 directives": (document("{ __typename " + "@include(if: true) " * 1_000 + "}"), JSON, 400, "TOO_MUCH"),
    "100 directives": (document("{ __typename " + "@a " * 100 + "}"), JSON, 400, "TOO_MUCH"),
    "500 mutations": (
        document("mutation {" + " ".join(f"a{n}: reportListing(input: {{}}) {{ id }}" for n in range(500)) + "}"),
        JSON, 400, "TOO_MUCH"),
    "two mutations alike": (
        document("mutation { a: reportListing(input: {}) { id } b: reportListing(input: {}) { id } }"),
        JSON, 400, "TOO_MUCH"),
    "fragments that fan out": (document(FAN + "fragment f40 on Provider{id}"), JSON, 400, "TOO_MUCH"),
    "fragments in a ring": (
        document("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }"),
        GRAPHQL_JSON, 400, "GRAPHQL_VALIDATION_FAILED"),
    "a deep document": (document("{ a" * 300 + "}" * 300), JSON, 400, "TOO_MUCH"),
    "deep within fragments": (
        document("{ ...F0 }" + "".join(f"fragment F{n} on Query {{ a {{ a {{ ...F{n + 1} }} }} }}" for n in range(49))
                 + "fragment F49 on Query { a }"),
        JSON, 400, "TOO_MUCH"),
    "a deep value": (document("{ places(query: " + "[" * 150 + "]" * 150 + ") { id } }"), GRAPHQL_JSON, 400,
                     "GRAPHQL_VALIDATION_FAILED"),
    "a long document": (document("{ languages { " + "tag " * 2_000 + "} }"), JSON, 400, "TOO_MUCH"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "headers", "status", "code"), BODIES.values(), ids=BODIES)
async def test_whatever_is_thrown_at_a_door_is_refused_in_a_word_and_a_line(
    desk: Desk, caplog: pytest.LogCaptureFixture, content: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    kept = await desk.kept()
    with caplog.at_level(logging.INFO, logger="referral"):
        for _ in range(3):
            response = await desk.http.post("/graphql", content=content, headers=headers)
            assert (response.status_code, {one["extensions"]["code"] for one in response.json()["errors"]}) == (
                status,
                {code},
            )
            assert "data" not in response.json()
    assert [line for line in caplog.messages if "door" in line] == [f"the public door turned a request away: {code}"]
    assert await desk.kept() == kept


async def pieces() -> AsyncGenerator[bytes]:
    """Twenty megabytes, of which nobody holds more than a piece."""
    piece = b" " * 65_536
    for _ in range(TWENTY_MEGABYTES // len(piece)):
        yield piece


async def announced(desk: Desk) -> httpx.Response:
    headers = {**JSON, "Content-Length": str(TWENTY_MEGABYTES)}
    return await desk.http.post("/graphql", content=pieces(), headers=headers)


async def streamed(desk: Desk) -> httpx.Response:
    """Nobody says how much it will be."""
    return await desk.http.post("/graphql", content=pieces(), headers=JSON)


@pytest.mark.parametrize("send", [announced, streamed])
async def test_twenty_megabytes_are_not_taken_in(
    desk: Desk, caplog: pytest.LogCaptureFixture, send: Callable[[Desk], Awaitable[httpx.Response]]
) -> None:
    await send(desk)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        responses = [await send(desk) for _ in range(3)]
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most - before < NO_MORE_THAN
    assert {response.status_code for response in responses} == {413}
    assert responses[0].json()["errors"][0]["extensions"] == {"code": "TOO_LARGE"}
    assert [line for line in caplog.messages if "door" in line] == ["the public door turned a request away: TOO_LARGE"]
    assert (await desk.post("{ languages(first: 1) { tag } }")).status_code == 200


async def test_a_body_that_never_comes_is_not_waited_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("referral.edges.graphql.asked.BODY_SECONDS", 0.1)
    reader, writer = await asyncio.open_connection("127.0.0.1", desk.http.base_url.port)
    writer.write(
        b"POST /graphql HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    )
    answer = await asyncio.wait_for(reader.read(), timeout=30)  # to the end: nothing more is waited for
    writer.close()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"CUT_OFF" in answer


async def test_a_question_that_the_database_does_not_answer_in_time_is_given_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await desk.published("public/Languages", first=1)
    async with holding(desk.database, "LOCK TABLE provider, service, listing_offer IN ACCESS EXCLUSIVE MODE"):
        with monkeypatch.context() as patch:
            patch.setattr("referral.edges.graphql.door.SECONDS", 0.2)
            response = await desk.post("{ providers(first: 1) { totalCount } }")
    (error,) = response.json()["errors"]
    assert error["extensions"] == {"code": "UNAVAILABLE"}
    assert response.status_code in {200, 503}
    assert len([line for line in caplog.messages if "no answer in time" in line or "failed" in line]) == 1
    assert (await desk.post("{ providers(first: 1) { totalCount } }")).json()["data"]


@pytest.mark.parametrize("audience", list(Audience))
async def test_another_site_can_send_nothing_to_any_door(desk: Desk, audience: Audience) -> None:
    own: dict[str, str] = {
        Audience.PUBLIC: {},
        Audience.PARTNER: await desk.partner(Scope.DIRECTORY_READ),
        Audience.STAFF: await desk.staff(),
    }[audience]
    kept = await desk.kept()
    asked = {"query": "{ languages(first: 1) { tag } }"}
    for said in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.invalid"},
        {"Origin": "null"},
    ):
        response = await desk.http.post(PATHS[audience], json=asked, headers={**own, **said})
        assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (403, "CROSS_SITE")
        assert "access-control-allow-origin" not in response.headers
    before = await desk.http.options(
        PATHS[audience],
        headers={"Origin": "https://evil.invalid", "Access-Control-Request-Method": "POST"},
    )
    assert before.status_code == 405
    assert "access-control-allow-origin" not in before.headers
    assert await desk.kept() == kept
    for said in ({}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}):
        response = await desk.http.post(PATHS[audience], json=asked, headers={**own, **said})
        assert response.status_code == 200


@pytest.mark.parametrize("charset", ["", "; charset=utf-8", ';charset="UTF-8"', "; charset=utf8", " ; profile=x"])
async def test_json_in_utf_8_may_be_spelled_in_any_way(desk: Desk, charset: str) -> None:
    for spelled in ("application/json", "Application/JSON"):
        headers = {"Content-Type": spelled + charset}
        assert (await desk.http.post("/graphql", content=LANGUAGES, headers=headers)).status_code == 200


async def test_names_that_only_look_alike_are_no_names_twice(desk: Desk) -> None:
    body = (
        b'{"query": "{ languages(first: 1) { tag } }", "variables": {"a": [{"b": "x:\\"y\\":{"}, {"b": 1}], "c": {}}}'
    )
    assert (await desk.http.post("/graphql", content=body, headers=JSON)).status_code == 200


async def test_a_fault_in_many_rows_is_one_line(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    find = operation("public/Places")
    await desk.sql("ALTER TABLE place_name RENAME TO lost_place_name")
    try:
        with caplog.at_level(logging.INFO, logger="referral"):
            for _ in range(10):
                body = await desk.answered(find, {"query": CANARY})
                assert {one["extensions"]["code"] for one in body["errors"]} == {"INTERNAL"}
    finally:
        await desk.sql("ALTER TABLE lost_place_name RENAME TO place_name")
    assert len([line for line in caplog.messages if "field places failed" in line]) == 1
    assert CANARY not in caplog.text
