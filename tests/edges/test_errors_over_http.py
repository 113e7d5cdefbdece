"""Every no has a code, names its field, repeats nothing of what was sent, and leaves nothing half written."""

import json
from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import given
import pytest
from desk import Desk, operation

from referral.intake.form import PERSON_NOTE_LIMIT

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
        ({"after": cursor("1", "nearest", [0, 1.0], ID)}, "after", "BAD_CURSOR"),
        ({"after": cursor("1", "name", [0, "a\0b"], ID)}, "after", "BAD_CURSOR"),
        ({"after": cursor("1", "name", [0, "a"], "no id")}, "after", "BAD_CURSOR"),
        ({"after": cursor("1", "name", [2**40, "a"], ID)}, "after", "BAD_CURSOR"),
        ({"after": cursor("1", "name", "a", ID)}, "after", "BAD_CURSOR"),
        ({"after": cursor("2", "name", [0, "a"], ID)}, "after", "BAD_CURSOR"),
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
        ({"filter": {"languageModes": []}}, "filter.languageModes", "EMPTY"),
        ({"filter": {"claims": []}}, "filter.claims", "EMPTY"),
        ({"filter": {"postures": []}}, "filter.postures", "EMPTY"),
        ({"filter": {"minCapacity": 0}}, "filter.minCapacity", "OUT_OF_RANGE"),
        ({"filter": {"text": " "}}, "filter.text", "EMPTY"),
        ({"filter": {"text": "a" * 201}}, "filter.text", "TOO_LONG"),
        ({"filter": {"within": {"country": "QQ"}}}, "filter.within.country", "UNKNOWN_AREA"),
        ({"filter": {"within": {"country": "US", "state": "Nowhere"}}}, "filter.within.state", "UNKNOWN_AREA"),
        ({"filter": {"within": {"country": "US", "state": "T\0X"}}}, "filter.within.state", "UNKNOWN_AREA"),
        ({"orderBy": "NEAREST"}, "orderBy", "NEEDS_NEAR"),
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
    far = {**near, "after": cursor("1", "nearest", [0, 1e300], ID)}
    assert fields_of(await desk.answered(FIND, far)) == [("after", "BAD_CURSOR")]


async def test_a_search_may_guess_a_place_since_it_shows_what_it_took(desk: Desk) -> None:
    found = await desk.published("public/FindProviders", filter={"near": {"text": "Nogales"}})
    meanings = [found["origin"], *found["alternatives"]]
    assert len(meanings) == 3
    assert {meaning["name"] for meaning in meanings} == {"Nogales"}
    assert len({meaning["id"] for meaning in meanings}) == 3


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
        ({"near": {"text": "Brownsvile"}}, "near.text", "AMBIGUOUS_PLACE"),
        ({"near": {"text": "Dilly"}}, "near.text", "AMBIGUOUS_PLACE"),
        ({"near": {"text": "💥"}}, "near.text", "UNKNOWN_PLACE"),
        ({"near": {"place": ID}}, "near.place", "UNKNOWN_PLACE"),
        ({"near": {"place": "no id"}}, "near.place", "BAD_ID"),
        ({"near": {"point": {"latitude": -90.1, "longitude": 0}}}, "near.point", "OUT_OF_RANGE"),
        ({"householdSize": 0}, "householdSize", "OUT_OF_RANGE"),
        ({"arrivedOn": "2199-01-01"}, "arrivedOn", "OUT_OF_RANGE"),
        ({"nextHearingOn": "2199-01-01"}, "nextHearingOn", "OUT_OF_RANGE"),
        ({"court": "no id"}, "court", "BAD_ID"),
        ({"court": ID}, "court", "UNKNOWN_COURT"),
        ({"person": {"name": "x" * 201}}, "person.name", "TOO_LONG"),
        ({"person": {"note": "x" * (PERSON_NOTE_LIMIT + 1)}}, "person.note", "TOO_LONG"),
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


# ---------------------------------------------------------------- words where a name was meant
STRAY: dict[str, tuple[str, dict[str, object], str]] = {
    "behind a quote": ('{ places(query: "a "CanaryQuetzalli" b") { id } }', {}, "found String."),
    "for a keyword": ("CanaryQuetzalli { languages { tag } }", {}, "Unexpected Name."),
    "as a key": (SUBMIT, {"person": {CANARY: 1}}, "not to include unknown field."),
    "as a key that looks like more": (SUBMIT, {f"a', found: {CANARY}": 1}, "not to include unknown field"),
    "as a key in the document": (
        f'mutation {{ submitHelpRequest(input: {{CanaryQuetzalli: "{CANARY}"}}) {{ __typename }} }}',
        {},
        "unknown field.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("query", "changes", "said"), STRAY.values(), ids=STRAY)
async def test_words_are_not_repeated_where_a_name_was_meant(
    desk: Desk, query: str, changes: dict[str, object], said: str
) -> None:
    response = await desk.post(query, {"input": {**given.asking(), **changes}} if changes else None)
    assert said in response.text
    assert "Canary" not in response.text
