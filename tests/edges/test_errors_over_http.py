"""Every no has a code, names its field, repeats nothing of what was sent, and leaves nothing half written."""

import json
import logging
from base64 import urlsafe_b64encode
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import given
import pytest
from desk import Desk, operation

from referral.edges.graphql.schemas import Audience
from referral.foundation.actors import Scope

SUBMIT = operation("public/SubmitHelpRequest")
FIND = operation("public/FindProviders")
CANARY = "Canary Quetzalli"
ID = str(UUID(int=7))
JSON = {"Content-Type": "application/json"}


def cursor(*parts: object) -> str:
    """A cursor that nobody here made."""
    return urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def fields_of(body: Any) -> list[tuple[str, str]]:
    """The fields that an answer names, wherever it names them, with their codes."""
    if "errors" in body:
        (error,) = body["errors"]
        assert error["extensions"]["code"] == "VALIDATION_FAILED"
        named = error["extensions"]["fields"]
    else:
        (answer,) = body["data"].values()
        assert (answer["__typename"], answer["code"]) == ("ValidationProblem", "VALIDATION_FAILED")
        named = answer["fields"]
    assert all(field["message"] for field in named)
    return [(".".join(field["path"]), field["code"]) for field in named]


# ---------------------------------------------------------------- the directory
@pytest.mark.parametrize(
    ("variables", "field", "code"),
    [
        ({"first": 51}, "first", "PAGE_SIZE"),
        ({"first": 0}, "first", "PAGE_SIZE"),
        ({"first": -1}, "first", "PAGE_SIZE"),
        ({"last": 51}, "last", "PAGE_SIZE"),
        ({"first": 2, "last": 2}, "last", "TWO_DIRECTIONS"),
        ({"after": "nonsense"}, "after", "BAD_CURSOR"),
        ({"after": ""}, "after", "BAD_CURSOR"),
        ({"before": "é"}, "before", "BAD_CURSOR"),
        ({"after": cursor("1", "distance", 1.0, ID)}, "after", "BAD_CURSOR"),
        ({"after": cursor("1", "name", "a\0b", ID)}, "after", "BAD_CURSOR"),
        ({"after": cursor("1", "name", "a", "no id")}, "after", "BAD_CURSOR"),
        ({"after": cursor("2", "name", "a", ID)}, "after", "BAD_CURSOR"),
        ({"filter": {"near": {"text": "  "}}}, "filter.near.text", "EMPTY"),
        ({"filter": {"near": {"text": "Xyzzyqwertyplugh"}}}, "filter.near.text", "UNKNOWN_PLACE"),
        ({"filter": {"near": {"text": "a\0b"}}}, "filter.near.text", "UNKNOWN_PLACE"),
        ({"filter": {"near": {"place": ID}}}, "filter.near.place", "UNKNOWN_PLACE"),
        ({"filter": {"near": {"place": "no id"}}}, "filter.near.place", "BAD_ID"),
        ({"filter": {"near": {"point": {"latitude": 91, "longitude": 0}}}}, "filter.near.point", "OUT_OF_RANGE"),
        ({"filter": {"near": {"point": {"latitude": 0, "longitude": -181}}}}, "filter.near.point", "OUT_OF_RANGE"),
        ({"filter": {"near": {"text": "Brownsville"}, "radiusKm": 0}}, "filter.radiusKm", "OUT_OF_RANGE"),
        ({"filter": {"near": {"text": "Brownsville"}, "radiusKm": 1e300}}, "filter.radiusKm", "OUT_OF_RANGE"),
        ({"filter": {"radiusKm": 5}}, "filter.radiusKm", "NEEDS_NEAR"),
        ({"filter": {"languages": ["es", "klingon"]}}, "filter.languages.1", "UNKNOWN_LANGUAGE"),
        ({"filter": {"languages": ["e\0s"]}}, "filter.languages.0", "UNKNOWN_LANGUAGE"),
        ({"filter": {"languages": []}}, "filter.languages", "EMPTY"),
        ({"filter": {"helpTypes": []}}, "filter.helpTypes", "EMPTY"),
        ({"filter": {"openness": []}}, "filter.openness", "EMPTY"),
    ],
)
async def test_a_search_that_cannot_be_run_names_the_field(
    desk: Desk, variables: dict[str, Any], field: str, code: str
) -> None:
    body = await desk.answered(FIND, variables)
    assert fields_of(body) == [(field, code)]
    assert body["data"] is None


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ('{ provider(id: "no id") { id } }', "id", "BAD_ID"),
        ('{ provider(id: "") { id } }', "id", "BAD_ID"),
        ('{ places(query: "  ") { id } }', "query", "EMPTY"),
        ('{ places(query: "Paris", first: 51) { id } }', "first", "PAGE_SIZE"),
        ('{ languages(query: "es", first: 0) { tag } }', "first", "PAGE_SIZE"),
    ],
)
async def test_a_look_up_that_cannot_be_run_names_the_argument(desk: Desk, query: str, field: str, code: str) -> None:
    assert fields_of(await desk.answered(query)) == [(field, code)]


async def test_a_cursor_of_another_order_is_refused_and_one_of_this_order_taken(desk: Desk) -> None:
    for name in ("A", "B"):
        await given.office(desk.database, name=name)
    page = await desk.published("public/FindProviders", first=1)
    after = page["pageInfo"]["endCursor"]
    assert (await desk.published("public/FindProviders", first=1, after=after))["edges"][0]["node"]["name"] == "B"
    near = {"filter": {"near": {"text": "Brownsville TX"}}, "after": after}
    assert fields_of(await desk.answered(FIND, near)) == [("after", "BAD_CURSOR")]
    far = {**near, "after": cursor("1", "distance", 1e300, ID)}
    assert fields_of(await desk.answered(FIND, far)) == [("after", "BAD_CURSOR")]


async def test_a_search_may_guess_a_place_since_it_shows_what_it_took(desk: Desk) -> None:
    found = await desk.published("public/FindProviders", filter={"near": {"text": "Nogales"}})
    meanings = [found["origin"], *found["alternatives"]]
    assert len(meanings) == 3
    assert {meaning["name"] for meaning in meanings} == {"Nogales"}
    assert len({meaning["id"] for meaning in meanings}) == 3


# ---------------------------------------------------------------- what the schema refuses
@pytest.mark.parametrize(
    ("query", "variables", "code", "named"),
    [
        ("{ providers(filter: {helpTypes: [LEGAL_ASYLU]}) { totalCount } }", None, "GRAPHQL_VALIDATION_FAILED", "Help"),
        (FIND, {"filter": {"helpTypes": ["LEGAL_ASYLU"]}}, "BAD_INPUT", "helpTypes[0]"),
        (FIND, {"filter": {"helpTypes": ["legal.asylum"]}}, "BAD_INPUT", "helpTypes[0]"),
        (FIND, {"filter": {"openness": ["OPE"]}}, "BAD_INPUT", "openness[0]"),
        (FIND, {"filter": {"near": {"text": "Paris", "place": ID}}}, "BAD_INPUT", "NearInput"),
        (FIND, {"filter": {"near": {}}}, "BAD_INPUT", "NearInput"),
        (FIND, {"filter": {"near": {"text": None}}}, "BAD_INPUT", "text"),
        (FIND, {"filter": {"nea": {"text": "Paris"}}}, "BAD_INPUT", "nea"),
        (FIND, {"first": 99_999_999_999}, "BAD_INPUT", "$first"),
        (FIND, {"first": "2"}, "BAD_INPUT", "$first"),
        ("{ provide { id } }", None, "GRAPHQL_VALIDATION_FAILED", "provide"),
        ('{ provider(id: "x") { nam } }', None, "GRAPHQL_VALIDATION_FAILED", "nam"),
        ('{ provider(idd: "x") { name } }', None, "GRAPHQL_VALIDATION_FAILED", "idd"),
        ("query { ... on Provide { name } languages { tag } }", None, "GRAPHQL_VALIDATION_FAILED", "Provide"),
        ("{ languages { tag } ", None, "GRAPHQL_PARSE_FAILED", ""),
        ("{ languages { tag } } { languages { tag } }", None, "GRAPHQL_VALIDATION_FAILED", ""),
        ("subscription { queue { id } }", None, "GRAPHQL_VALIDATION_FAILED", "subscription"),
        ("{ providers" + "{nodes{organization{providers" * 100 + "}}}" * 100, None, "GRAPHQL_PARSE_FAILED", "deep"),
        ("{ languages { " + "tag " * 3000 + "} }", None, "GRAPHQL_PARSE_FAILED", ""),
        (SUBMIT, {"input": given.asking(country="HND")}, "BAD_INPUT", "country"),
        (SUBMIT, {"input": given.asking(arrivedOn="2026-02-30")}, "BAD_INPUT", "arrivedOn"),
        (SUBMIT, {"input": given.asking(nextHearingOn="tomorrow")}, "BAD_INPUT", "nextHearingOn"),
        (SUBMIT, {"input": given.asking(consents=None)}, "BAD_INPUT", "consents"),
        (SUBMIT, {"input": {"idempotencyKey": ID}}, "BAD_INPUT", "representation"),
        (SUBMIT, {}, "BAD_INPUT", "input"),
    ],
)
async def test_what_the_schema_does_not_know_is_named_and_nothing_is_suggested(
    desk: Desk, query: str, variables: dict[str, Any] | None, code: str, named: str
) -> None:
    kept = await desk.kept()
    response = await desk.post(query, variables)
    body = response.json()
    assert response.status_code == 200
    assert "data" not in body
    assert {error["extensions"]["code"] for error in body["errors"]} == {code}
    assert any(named in error["message"] for error in body["errors"])
    assert "Did you mean" not in response.text
    strict = await desk.post(query, variables, Accept="application/graphql-response+json")
    assert (strict.status_code, strict.json()) == (400, body)
    assert await desk.kept() == kept


@pytest.mark.parametrize(
    "person",
    [
        {"nmae": CANARY},
        {"name": {"first": CANARY}},
        {"name": [CANARY]},
        {"contacts": [{"channel": "PHONE", "valeu": CANARY}]},
        {"contacts": [{"channel": CANARY.split(), "value": "1"}]},
        {"contacts": [{"channel": "PHONE", "value": "1", "mayLeaveMessage": CANARY}]},
        {"contacts": CANARY},
        [CANARY],
        CANARY,
    ],
)
async def test_a_form_that_does_not_fit_is_not_repeated_in_the_answer_or_the_log(
    desk: Desk, caplog: pytest.LogCaptureFixture, person: object
) -> None:
    with caplog.at_level(logging.DEBUG):
        response = await desk.post(SUBMIT, {"input": given.asking(person=person)})
        inline = await desk.post('{ provider(id: {name: "' + CANARY + '"}) { id } }')
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_INPUT"
    assert "person" in response.text or "Person" in response.text or "contact" in response.text
    assert CANARY.split()[1] not in response.text
    assert inline.json()["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert CANARY not in caplog.text


@pytest.mark.parametrize(
    "probe",
    [
        "{ queue { totalCount } }",
        "{ me { email } }",
        "{ request(id: 1) { id } }",
        "{ offers { nodes { id } } }",
        "{ viewer { name } }",
        "{ helpRequest(receipt: 1) { matches { rank } } }",
        '{ helpRequest(receipt: "1") { whyNot(providerId: 1) { feasible } } }',
        '{ helpRequest(receipt: "1") { onBehalf { relationship } } }',
        '{ referral(token: "1") { notes { text } } }',
        "mutation { offerReferral(input: {}) { __typename } }",
        "mutation { submitHelpRequestOnBehalf(input: {}) { __typename } }",
        "{ __type(name: 1) { name } }",
        "mutation { submitHelpReques(input: {representatio: NON}) { __typename } }",
    ],
)
async def test_the_public_schema_does_not_know_what_is_for_others(desk: Desk, probe: str) -> None:
    response = await desk.post(probe)
    assert {error["extensions"]["code"] for error in response.json()["errors"]} == {"GRAPHQL_VALIDATION_FAILED"}
    assert "Did you mean" not in response.text


async def test_the_public_schema_shows_itself_and_no_type_of_the_others(desk: Desk) -> None:
    types = (await desk.ask("{ __schema { types { name } } }"))["__schema"]["types"]
    names = {one["name"] for one in types}
    assert "Provider" in names
    assert not names & {"StaffMember", "QueueFilter", "MatchVerdict", "Note", "OfferReferralInput", "PartnerApp"}


# ---------------------------------------------------------------- asking for help
@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"idempotencyKey": "short"}, "idempotencyKey", "LENGTH"),
        ({"idempotencyKey": "x" * 201}, "idempotencyKey", "LENGTH"),
        ({"helpTypes": []}, "helpTypes", "EMPTY"),
        ({"helpTypes": ["LEGAL_ASYLUM"] * 11}, "helpTypes", "TOO_MANY"),
        ({"claims": ["ASYLUM"] * 11}, "claims", "TOO_MANY"),
        ({"languages": []}, "languages", "EMPTY"),
        ({"languages": ["es", ""]}, "languages.1", "UNKNOWN_LANGUAGE"),
        ({"languages": ["e\0s"]}, "languages.0", "UNKNOWN_LANGUAGE"),
        ({"readingLanguage": "klingon"}, "readingLanguage", "UNKNOWN_LANGUAGE"),
        ({"uiLanguage": "klingon"}, "uiLanguage", "UNKNOWN_LANGUAGE"),
        ({"near": {"text": ""}}, "near.text", "EMPTY"),
        ({"near": {"text": "Xyzzyqwertyplugh"}}, "near.text", "UNKNOWN_PLACE"),
        ({"near": {"text": "Nogales"}}, "near.text", "AMBIGUOUS_PLACE"),
        ({"near": {"text": "78520"}}, "near.text", "AMBIGUOUS_PLACE"),
        ({"near": {"place": ID}}, "near.place", "UNKNOWN_PLACE"),
        ({"near": {"place": "no id"}}, "near.place", "BAD_ID"),
        ({"near": {"point": {"latitude": -90.1, "longitude": 0}}}, "near.point", "OUT_OF_RANGE"),
        ({"householdSize": 0}, "householdSize", "OUT_OF_RANGE"),
        ({"arrivedOn": "2199-01-01"}, "arrivedOn", "OUT_OF_RANGE"),
        ({"nextHearingOn": "2199-01-01"}, "nextHearingOn", "OUT_OF_RANGE"),
        ({"court": "no id"}, "court", "BAD_ID"),
        ({"court": ID}, "court", "UNKNOWN_COURT"),
        ({"person": {"name": "x" * 201}}, "person.name", "TOO_LONG"),
        ({"person": {"note": "x" * 501}}, "person.note", "TOO_LONG"),
        ({"person": {"note": "My number is A 123-456-789."}}, "person.note", "IDENTITY_NUMBER"),
        ({"person": {"contacts": [{"channel": "PHONE", "value": " "}]}}, "person.contacts.0.value", "EMPTY"),
        ({"person": {"contacts": [{"channel": "EMAIL", "value": "no"}]}}, "person.contacts.0.value", "NOT_AN_EMAIL"),
        ({"person": {"contacts": [{"channel": "SMS", "value": "12"}]}}, "person.contacts.0.value", "NOT_A_PHONE"),
        (
            {"onBehalf": {"relationship": "FRIEND", "personKnows": False}},
            "onBehalf.personKnows",
            "PERSON_DOES_NOT_KNOW",
        ),
    ],
)
async def test_a_form_with_a_slip_names_the_field_and_nothing_is_kept(
    desk: Desk, changes: dict[str, Any], field: str, code: str
) -> None:
    kept = await desk.kept()
    assert fields_of(await desk.answered(SUBMIT, {"input": given.asking(**changes)})) == [(field, code)]
    assert await desk.kept() == kept


async def test_every_slip_is_named_at_once(desk: Desk) -> None:
    body = await desk.answered(
        SUBMIT,
        {"input": given.asking(languages=["klingon"], near={"text": "Nogales"}, householdSize=99, helpTypes=[])},
    )
    assert sorted(fields_of(body)) == [
        ("helpTypes", "EMPTY"),
        ("householdSize", "OUT_OF_RANGE"),
        ("languages.0", "UNKNOWN_LANGUAGE"),
        ("near.text", "AMBIGUOUS_PLACE"),
    ]


async def test_a_key_with_another_body_is_a_conflict_and_the_first_request_stays(desk: Desk) -> None:
    first = given.asking()
    asked = await desk.published("public/SubmitHelpRequest", input=first)
    kept = await desk.kept()
    for change in ({"languages": ["en"]}, {"person": {"name": "Someone else"}}, {"near": {"text": "McAllen TX"}}):
        answer = await desk.published("public/SubmitHelpRequest", input={**first, **change})
        assert (answer["__typename"], answer["code"]) == ("ConflictProblem", "IDEMPOTENCY_KEY_REUSED")
        assert answer["path"] == ["idempotencyKey"]
        assert "receipt" not in answer
    assert await desk.kept() == kept
    assert (await desk.published("public/SubmitHelpRequest", input=first))["receipt"] == asked["receipt"]


# ---------------------------------------------------------------- links
async def test_a_link_that_is_forged_run_out_or_for_something_else_opens_nothing(desk: Desk) -> None:
    office = await given.office(desk.database)
    await desk.submit()
    await desk.work()
    token = desk.token(office)
    referral = UUID(str(await desk.sql("SELECT id FROM referral")))
    body, _, signature = token.rpartition(".")
    forged = (
        f"{body}.{signature[::-1]}",
        f"{body}.",
        body,
        "",
        "a\0b.ü",
        token[:-1],
        desk.signed("state-capacity", referral),
        urlsafe_b64encode(json.dumps([referral.hex, 2**31]).encode()).decode() + "." + signature,
    )
    run_out = desk.signed("answer-referral", referral, timedelta(seconds=-2))
    kept = await desk.kept()
    for wrong, code in [*((one, "NOT_FOUND") for one in forged), (run_out, "EXPIRED")]:
        said = await desk.respond(wrong, "ACCEPT")
        assert (said["__typename"], said["code"]) == (f"{code.title().replace('_', '')}Problem", code)
        assert said["path"] == ["token"]
        seen = await desk.answered(operation("public/ReferralByToken"), {"token": wrong})
        assert seen["data"] == {"referral": None}
        assert seen["errors"][0]["extensions"] == {"code": code, "path": ["token"]}
        stated = await desk.published("public/StateCapacity", input={"token": wrong, "openness": "OPEN"})
        assert stated["__typename"] in {"NotFoundProblem", "ExpiredProblem"}
        assert stated["path"] == ["token"]
    assert await desk.kept() == kept


async def test_a_link_to_what_is_gone_says_so(desk: Desk) -> None:
    for purpose in ("answer-referral", "state-capacity"):
        token = desk.signed(purpose, uuid4())
        answered = await desk.respond(token, "ACCEPT")
        stated = await desk.published("public/StateCapacity", input={"token": token, "openness": "OPEN"})
        for said in (answered, stated):
            assert (said["__typename"], said["path"]) == ("NotFoundProblem", ["token"])


async def test_a_used_link_and_an_offer_that_ran_out_name_the_token(desk: Desk) -> None:
    office = await given.office(desk.database)
    await desk.submit()
    await desk.work()
    token = desk.token(office)
    await desk.sql("UPDATE referral SET expires_at = now() - interval '1 second'")
    late = await desk.respond(token, "ACCEPT")
    assert (late["__typename"], late["path"]) == ("ExpiredProblem", ["token"])
    await desk.sql("UPDATE referral SET expires_at = now() + interval '1 day'")
    await desk.respond(token, "DECLINE", declineReason="OTHER")
    used = await desk.respond(token, "ACCEPT")
    assert (used["__typename"], used["code"], used["path"]) == ("ConflictProblem", "ALREADY_ANSWERED", ["token"])


async def test_an_answer_needs_a_link_or_a_key_and_not_both(desk: Desk) -> None:
    respond, state = operation("public/RespondToReferral"), operation("public/StateCapacity")
    for which in ({}, {"token": "a", "referralId": ID}):
        assert fields_of(await desk.answered(respond, {"input": {"answer": "ACCEPT", **which}})) == [
            ("token", "ONE_OF")
        ]
    for which in ({}, {"token": "a", "providerId": ID}):
        assert fields_of(await desk.answered(state, {"input": {"openness": "OPEN", **which}})) == [("token", "ONE_OF")]
    bad = await desk.answered(respond, {"input": {"answer": "ACCEPT", "referralId": "no id"}})
    assert fields_of(bad) == [("referralId", "BAD_ID")]
    nobody = await desk.answered(respond, {"input": {"answer": "ACCEPT", "referralId": ID}})
    assert nobody["errors"][0]["extensions"]["code"] == "NOT_ALLOWED"


async def test_a_statement_out_of_range_names_each_count_and_changes_nothing(desk: Desk) -> None:
    office = await given.office(desk.database, places=3)
    kept = await desk.kept()
    stated = {
        "token": desk.signed("state-capacity", office.id),
        "openness": "OPEN",
        "waitlistEstimateDays": -1,
        "capacities": [
            {"unit": "FULL_CASES", "available": -1},
            {"unit": "BEDS_TONIGHT", "available": 5, "maximum": 4},
            {"unit": "BEDS_TONIGHT", "available": 5},
        ],
    }
    assert fields_of(await desk.answered(operation("public/StateCapacity"), {"input": stated})) == [
        ("waitlistEstimateDays", "OUT_OF_RANGE"),
        ("capacities.0.available", "OUT_OF_RANGE"),
        ("capacities.1.maximum", "OUT_OF_RANGE"),
        ("capacities.2", "TWICE"),
    ]
    assert await desk.kept() == kept


async def test_a_statement_about_a_listing_that_is_not_published_is_refused_whole(desk: Desk) -> None:
    office = await given.office(desk.database)
    await desk.sql("UPDATE service SET status = 'inactive'")
    kept = await desk.kept()
    token = desk.signed("state-capacity", office.id)
    said = await desk.published("public/StateCapacity", input={"token": token, "openness": "CLOSED"})
    assert (said["__typename"], said["path"]) == ("NotFoundProblem", ["token"])
    assert await desk.kept() == kept


# ---------------------------------------------------------------- before anything is read as GraphQL
@pytest.mark.parametrize(
    ("content", "headers", "status", "code"),
    [
        (b"{", JSON, 400, "NOT_JSON"),
        (b"", JSON, 400, "NOT_JSON"),
        (b"\xff\xfe", JSON, 400, "NOT_JSON"),
        (b'{"query": "\\ud800"}', JSON, 400, "NOT_JSON"),
        (b"[" * 60_000, JSON, 400, "NOT_JSON"),
        (b'{"query": {"a":' * 2000 + b"1" + b"}}" * 2000, JSON, 400, "NOT_JSON"),
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
        assert response.json() == {"data": {"languages": [{"tag": "es"}]}}


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
    ],
)
async def test_get_is_for_trusted_documents_only(desk: Desk, path: str, query: str, status: int, code: str) -> None:
    response = await desk.http.get(f"{path}?{query}")
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (status, code)
    assert response.headers.get("Allow") == ("POST" if status == 405 else None)


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
    pool = desk.database.pool
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
