"""What a schema does not know is named; nothing is suggested, and nothing that a person sent is repeated."""

import logging
from typing import Any
from uuid import UUID

import given
import pytest
from desk import Desk, operation

SUBMIT = operation("public/SubmitHelpRequest")
FIND = operation("public/FindProviders")
CANARY = "Canary Quetzalli"
ID = str(UUID(int=7))


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
        (FIND, {"filter": {"nea": {"text": "Paris"}}}, "BAD_INPUT", "unknown field"),
        (FIND, {"first": 99_999_999_999}, "BAD_INPUT", "$first"),
        (FIND, {"first": "2"}, "BAD_INPUT", "$first"),
        ("{ provide { id } }", None, "GRAPHQL_VALIDATION_FAILED", "provide"),
        ('{ provider(id: "x") { nam } }', None, "GRAPHQL_VALIDATION_FAILED", "nam"),
        ('{ provider(idd: "x") { name } }', None, "GRAPHQL_VALIDATION_FAILED", "idd"),
        ("query { ... on Provide { name } languages { tag } }", None, "GRAPHQL_VALIDATION_FAILED", "Provide"),
        ("{ languages { tag } ", None, "GRAPHQL_PARSE_FAILED", ""),
        ("{ languages { tag } } { languages { tag } }", None, "GRAPHQL_VALIDATION_FAILED", ""),
        ("subscription { queue { id } }", None, "GRAPHQL_VALIDATION_FAILED", "subscription"),
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
    assert (strict.status_code, strict.json()["errors"]) == (400, body["errors"])
    assert await desk.kept() == kept


@pytest.mark.parametrize(
    "query",
    [
        "{ providers" + "{nodes{organization{providers" * 100 + "}}}" * 100,
        "{ languages { " + "tag " * 3000 + "} }",
        "{ providers { nodes { organization " * 4 + "{ id }" + "} } }" * 4,
    ],
)
async def test_a_document_without_measure_is_refused_by_its_measure(desk: Desk, query: str) -> None:
    for accept in ("application/json", "application/graphql-response+json"):
        response = await desk.post(query, Accept=accept)
        (error,) = response.json()["errors"]
        assert (response.status_code, error["extensions"]) == (400, {"code": "TOO_MUCH"})


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
