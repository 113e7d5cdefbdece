"""What is no request, comes from nobody we know, or meets a fault of ours gets few words, and they tell nothing."""

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import uuid4

import given
import pytest
from desk import Desk, operation

from referral.edges.graphql.schemas import Audience
from referral.foundation.actors import Scope
from referral.foundation.logins import Login

SUBMIT = operation("public/SubmitHelpRequest")
CANARY = "Canary Quetzalli"
JSON = {"Content-Type": "application/json"}


# ---------------------------------------------------------------- before anything is read as GraphQL
@pytest.mark.parametrize(
    ("content", "headers", "status", "code"),
    [
        (b"{", JSON, 400, "NOT_JSON"),
        (b"", JSON, 400, "NOT_JSON"),
        (b"\xff\xfe", JSON, 400, "NOT_JSON"),
        (b'{"query": "\\ud800"}', JSON, 400, "NOT_JSON"),
        (b"[" * 60_000, JSON, 400, "TOO_DEEP"),
        (b'{"query": {"a":' * 2000 + b"1" + b"}}" * 2000, JSON, 400, "TOO_DEEP"),
        (b"null", JSON, 400, "BAD_REQUEST"),
        (b"[]", JSON, 400, "BAD_REQUEST"),
        (b'[{"query": "{ languages { tag } }"}]', JSON, 400, "BAD_REQUEST"),
        (b'"{ languages { tag } }"', JSON, 400, "BAD_REQUEST"),
        (b"{}", JSON, 400, "BAD_REQUEST"),
        (b'{"query": ""}', JSON, 400, "BAD_REQUEST"),
        (b'{"query": ["{ languages { tag } }"]}', JSON, 400, "BAD_REQUEST"),
        (b'{"query": "{ languages { tag } }", "variables": []}', JSON, 400, "BAD_REQUEST"),
        (b'{"query": "{ languages { tag } }", "variables": "{}"}', JSON, 400, "BAD_REQUEST"),
        (b'{"query": "{ languages { tag } }", "operationName": 1}', JSON, 400, "BAD_REQUEST"),
        (b'{"documentId": "sha256:0"}', JSON, 400, "BAD_REQUEST"),
        (b'{"query": "{ languages { tag } }"}', {"Content-Type": "application/jsonfoo"}, 415, "CONTENT_TYPE"),
        (b'{"query": "{ languages { tag } }"}', {"Content-Type": "text/plain"}, 415, "CONTENT_TYPE"),
        (b"query=%7Blanguages%7Btag%7D%7D", {"Content-Type": "application/x-www-form-urlencoded"}, 415, "CONTENT_TYPE"),
        (b'{"query": "{ languages { tag } }"}', {}, 415, "CONTENT_TYPE"),
        (b'{"query": "' + b" " * 65_536 + b'"}', JSON, 413, "TOO_LARGE"),
    ],
)
async def test_what_is_no_graphql_request_is_turned_away(
    desk: Desk, content: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    response = await desk.http.post("/graphql", content=content, headers=headers)
    assert response.status_code == status, response.text
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == code
    assert error["message"]
    assert response.headers["Cache-Control"] == "no-store"


async def test_json_may_name_its_charset_and_a_body_may_be_just_as_large_as_said(desk: Desk) -> None:
    body = b'{"query": "{ languages(first: 1) { tag } }"}'
    for content in (body, body + b" " * (65_536 - len(body))):
        response = await desk.http.post(
            "/graphql", content=content, headers={"Content-Type": "Application/JSON; charset=utf-8"}
        )
        assert response.json()["data"] == {"languages": [{"tag": "es"}]}


async def test_an_operation_that_is_not_there_is_refused(desk: Desk) -> None:
    query = "query One { languages { tag } } query Two { languages { tag } }"
    for name in (None, "Three"):
        response = await desk.http.post("/graphql", json={"query": query, "operationName": name})
        assert "data" not in response.json()
        assert response.json()["errors"][0]["extensions"]["code"] == "BAD_INPUT"
    response = await desk.http.post("/graphql", json={"query": query, "operationName": "Two"})
    assert response.json()["data"]["languages"]


@pytest.mark.parametrize(
    ("path", "query", "status", "code"),
    [
        ("/graphql", "query=%7Blanguages%7Btag%7D%7D", 405, "METHOD"),
        ("/graphql", "", 405, "METHOD"),
        ("/graphql", "documentId=sha256:00", 404, "UNKNOWN_DOCUMENT"),
        ("/graphql", "documentId=", 404, "UNKNOWN_DOCUMENT"),
        ("/graphql/partner", "documentId=sha256:00", 405, "METHOD"),
        ("/graphql/staff", "query=%7Bme%7Bid%7D%7D", 405, "METHOD"),
        ("/graphql", "query=mutation%20%7B__typename%7D", 405, "METHOD"),
        (
            "/graphql",
            "query=%7B__typename%20...A%7D%20fragment%20A%20on%20Query%7Blanguages%7Btag%7D%7D",
            405,
            "METHOD",
        ),
        ("/graphql", "query=%7B", 405, "METHOD"),
        ("/graphql/partner", "query=%7B__typename%7D", 401, "NO_API_KEY"),
        ("/graphql/staff", "query=%7B__typename%7D", 401, "NOT_SIGNED_IN"),
    ],
)
async def test_get_is_for_trusted_documents_only(desk: Desk, path: str, query: str, status: int, code: str) -> None:
    response = await desk.http.get(f"{path}?{query}")
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (status, code)
    assert response.headers.get("Allow") == ("POST" if status == 405 else None)


async def test_a_schema_may_be_asked_by_get_what_it_is_and_its_answer_is_nobodys_but_the_public_one(desk: Desk) -> None:
    staff, asked = await desk.staff(), {"query": "{ __typename }"}
    public = await desk.http.get("/graphql", params=asked)
    closed = await desk.http.get("/graphql/staff", params=asked, headers=staff)
    assert public.json()["data"] == closed.json()["data"] == {"__typename": "Query"}
    assert public.headers["Cache-Control"] == "public, max-age=60"
    assert closed.headers["Cache-Control"] == "no-store"


# ---------------------------------------------------------------- who stands at the door
async def test_the_other_doors_open_for_nobody_unknown(desk: Desk) -> None:
    headers = await desk.staff()
    key = await desk.partner(Scope.DIRECTORY_READ)
    asked = "{ languages(first: 1) { tag } }"
    for audience, wrong, status, code in (
        (Audience.PARTNER, {}, 401, "NO_API_KEY"),
        (Audience.PARTNER, headers, 401, "NO_API_KEY"),
        (Audience.PARTNER, {"Authorization": "Bearer rk_nonsense"}, 401, "NO_API_KEY"),
        (Audience.STAFF, {}, 401, "NOT_SIGNED_IN"),
        (Audience.STAFF, key, 401, "NOT_SIGNED_IN"),
        (Audience.STAFF, {"Cookie": "referral-session=nonsense"}, 401, "NOT_SIGNED_IN"),
        (Audience.STAFF, {**headers, "Origin": "https://evil.invalid"}, 403, "CROSS_SITE"),
        (Audience.STAFF, {**headers, "Sec-Fetch-Site": "cross-site"}, 403, "CROSS_SITE"),
        (Audience.STAFF, {**headers, "Sec-Fetch-Site": "same-site"}, 403, "CROSS_SITE"),
    ):
        response = await desk.post(asked, None, audience, **wrong)
        assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (status, code)
        assert "data" not in response.json()
    assert (await desk.post(asked, None, Audience.PARTNER, **key)).json()["data"]["languages"]
    same_site = {**headers, "Sec-Fetch-Site": "same-origin"}
    assert (await desk.post(asked, None, Audience.STAFF, **same_site)).json()["data"]["languages"]


async def test_another_site_cannot_make_a_staff_browser_act(desk: Desk) -> None:
    headers = await desk.staff()
    await desk.submit()
    kept = await desk.kept()
    forged = b'{"query": "{ queue { nodes { id person { name } } } }"}'
    for content_type, status in (("text/plain", 403), ("application/x-www-form-urlencoded", 403)):
        response = await desk.http.post(
            "/graphql/staff",
            content=forged,
            headers={**headers, "Content-Type": content_type, "Sec-Fetch-Site": "cross-site"},
        )
        assert response.status_code in {status, 415}
        assert "Synthetic Person" not in response.text
    assert await desk.kept() == kept


# ---------------------------------------------------------------- our own faults
@asynccontextmanager
async def broken(desk: Desk, breaks: str, mends: str) -> AsyncGenerator[None]:
    """The database is not as the code expects it, for a block."""
    await desk.sql(breaks)
    try:
        yield
    finally:
        await desk.sql(mends)


async def test_a_fault_of_ours_says_nothing_of_itself(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    await given.office(desk.database)
    text = CANARY.split()[1]
    async with broken(desk, "ALTER VIEW listing RENAME TO lost_listing", "ALTER VIEW lost_listing RENAME TO listing"):
        with caplog.at_level(logging.DEBUG):
            response = await desk.post(
                f'{{ {text}: provider(id: "{uuid4()}") {{ name }} languages(first: 1) {{ tag }} }}',
            )
    body = response.json()
    assert response.status_code == 200
    assert body["data"] == {text: None, "languages": [{"tag": "es"}]}
    (error,) = body["errors"]
    assert error["extensions"] == {"code": "INTERNAL"}
    assert error["path"] == [text]
    for told in ("listing", "relation", "SELECT", "asyncpg", "Traceback", ".py"):
        assert told not in response.text
    assert "field provider failed: UndefinedTableError" in caplog.text
    assert text not in caplog.text
    found = await desk.published("public/FindProviders")
    assert found["totalCount"] == 1


async def test_a_row_that_the_database_refuses_is_in_no_answer_and_no_log(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    kept = await desk.kept()
    constraint = "ALTER TABLE consent ADD CONSTRAINT never CHECK (language <> 'es') NOT VALID"
    async with broken(desk, constraint, "ALTER TABLE consent DROP CONSTRAINT never"):
        with caplog.at_level(logging.DEBUG):
            response = await desk.post(SUBMIT, {"input": given.asking(person={"name": CANARY, "note": CANARY})})
    (error,) = response.json()["errors"]
    assert error["extensions"] == {"code": "INTERNAL"}
    assert response.json()["data"] is None
    assert "CheckViolationError" in caplog.text
    for told in (CANARY, "Failing row", "INSERT", "never"):
        assert told not in response.text
        assert told not in caplog.text
    assert await desk.kept() == kept


async def test_when_no_connection_is_free_one_is_told_to_come_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    office = await given.office(desk.database)
    await desk.submit()
    await desk.work()
    token = desk.token(office)
    await desk.published("public/Languages", first=1)
    monkeypatch.setattr("referral.foundation.db.ACQUIRE_SECONDS", 0.05)
    pool = desk.house.surfaces[Login.PUBLIC].pool
    held = [await pool.acquire() for _ in range(pool.get_max_size())]
    try:
        body = await desk.answered(
            operation("public/RespondToReferral"), {"input": {"token": token, "answer": "ACCEPT"}}
        )
    finally:
        for connection in held:
            await pool.release(connection)
    assert body["data"] is None
    assert body["errors"][0]["extensions"] == {"code": "UNAVAILABLE"}
    assert (await desk.respond(token, "ACCEPT"))["__typename"] == "ReferralPayload"
