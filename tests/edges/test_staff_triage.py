"""Staff work on a request through the front door: in hand, let go, noted."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import given
import pytest
from desk import Desk, operation

from referral.edges.graphql.schemas import Audience
from referral.foundation.actors import Scope, StaffRole
from referral.foundation.clock import now

ID = str(UUID(int=7))
CANARY = "canary words for colleagues"
SENT: dict[str, dict[str, Any]] = {
    "staff/ClaimHelpRequest": {"id": ID},
    "staff/ReleaseHelpRequest": {"id": ID},
    "staff/AddNote": {"requestId": ID, "text": "A note."},
    "staff/RecordConsent": {
        "input": {"requestId": ID, "scope": "SHARE_SUMMARY", "agrees": True, "heardBy": "PHONE", "language": "es"}
    },
    "staff/TriageHelpRequest": {"input": {"id": ID, "idempotencyKey": "a key for each", "step": "WAITLIST"}},
}


async def asked(desk: Desk, **changes: object) -> str:
    return (await desk.submit(**changes))["helpRequest"]["id"]


async def as_read(desk: Desk, headers: dict[str, str], id: str, fields: str) -> Any:
    found = await desk.ask(
        f"query ($id: ID!) {{ request(id: $id) {{ {fields} }} }}", {"id": id}, Audience.STAFF, **headers
    )
    return found["request"]


def about(name: str, id: str) -> dict[str, Any]:
    """What is sent, about this request."""
    return json.loads(json.dumps(SENT[name]).replace(ID, id))


async def decided(desk: Desk, headers: dict[str, str], id: str, **act: object) -> Any:
    return await desk.published(
        "staff/TriageHelpRequest", headers, input={"id": id, "idempotencyKey": str(uuid4()), **act}
    )


def fields(problem: Any) -> list[tuple[str, str]]:
    return [(".".join(one["path"]), one["code"]) for one in problem["fields"]]


@pytest.mark.parametrize("name", SENT)
async def test_nobody_else_works_on_a_request(desk: Desk, name: str) -> None:
    id = await asked(desk)
    headers = await desk.staff()
    chief = await desk.staff_named("chief@demo.invalid", StaffRole.ADMIN)
    partner = await desk.partner(*Scope)
    kept = await desk.kept()
    variables = about(name, id)
    assert (await desk.post(operation(name), variables, Audience.STAFF)).status_code == 401
    assert (await desk.post(operation(name), variables, Audience.STAFF, **partner)).status_code == 401
    body = await desk.answered(operation(name), variables, Audience.STAFF, **chief)
    assert body["errors"][0]["extensions"]["code"] == "NOT_ALLOWED"
    for audience, who in ((Audience.PUBLIC, {}), (Audience.PARTNER, partner)):
        body = await desk.answered(operation(name), variables, audience, **who)
        assert (body.get("data"), body["errors"][0]["extensions"]["code"]) == (None, "GRAPHQL_VALIDATION_FAILED")
    await desk.sql("UPDATE staff SET disabled_at = now() WHERE email = 'anna@demo.invalid'")
    assert (await desk.post(operation(name), variables, Audience.STAFF, **headers)).status_code == 401
    await desk.sql("UPDATE staff SET disabled_at = NULL")
    assert await desk.kept() == kept


@pytest.mark.parametrize("name", SENT)
async def test_what_is_not_there_is_named(desk: Desk, name: str) -> None:
    headers = await desk.staff()
    assert (await desk.published(name, headers, **SENT[name]))["code"] == "NOT_FOUND"
    problem = await desk.published(name, headers, **about(name, "no id"))
    assert [field["code"] for field in problem["fields"]] == ["BAD_ID"]


async def test_whoever_has_a_request_in_hand_stands_at_it_until_they_let_it_go(desk: Desk) -> None:
    id, headers = await asked(desk), await desk.staff()
    assert (await as_read(desk, headers, id, "assignee { name }"))["assignee"] is None
    claimed = await desk.published("staff/ClaimHelpRequest", headers, id=id)
    assert claimed["helpRequest"]["assignee"]["name"] == "Anna"
    assert claimed["helpRequest"]["status"] == "IN_TRIAGE"
    other = await desk.staff_named("berta@demo.invalid")
    refused = await desk.published("staff/ClaimHelpRequest", other, id=id)
    assert (refused["__typename"], refused["code"]) == ("ConflictProblem", "HELD_BY_ANOTHER")
    released = await desk.published("staff/ReleaseHelpRequest", headers, id=id)
    assert (released["helpRequest"]["assignee"], released["helpRequest"]["status"]) == (None, "MATCHING")


async def test_a_supervisor_takes_over_and_says_why(desk: Desk) -> None:
    id, headers = await asked(desk), await desk.staff()
    await desk.published("staff/ClaimHelpRequest", headers, id=id)
    chief = await desk.staff_named("chief@demo.invalid", StaffRole.SUPERVISOR)
    unfit = await desk.published("staff/ClaimHelpRequest", chief, id=id, reason="A-number A 123-456-789")
    assert [(one["path"], one["code"]) for one in unfit["fields"]] == [(["reason"], "IDENTITY_NUMBER")]
    taken = await desk.published("staff/ClaimHelpRequest", chief, id=id, reason="Anna is away.")
    assert taken["helpRequest"]["assignee"]["name"] == "Anna"  # everyone here is called so
    (note,) = (await as_read(desk, chief, id, "notes { text author { email } }"))["notes"]
    assert note == {"text": "Anna is away.", "author": {"email": "chief@demo.invalid"}}


async def test_an_offer_is_work_on_what_one_has_in_hand_and_takes_nothing_in_hand(desk: Desk) -> None:
    office = await given.office(desk.database)
    id, free = await asked(desk), await asked(desk)
    headers = await desk.staff()
    await desk.published("staff/ClaimHelpRequest", headers, id=id)
    await desk.sql("UPDATE request_claim SET until = now() + interval '1 hour'")
    for each in (id, free):
        chosen = {"idempotencyKey": str(uuid4()), "requestId": each, "providerId": str(office.id)}
        made = await desk.published("staff/OfferReferral", headers, input=chosen)
        assert made["__typename"] == "ReferralPayload"
    assert await desk.sql("SELECT count(*) FROM request_claim") == 1
    assert await desk.sql("SELECT until > now() + interval '23 hours' FROM request_claim")


# ---------------------------------------------------------------- notes
async def test_colleagues_read_a_note_with_a_trace_and_nobody_else_does(desk: Desk) -> None:
    sent = await desk.submit()
    id, headers = sent["helpRequest"]["id"], await desk.staff()
    await desk.let_in(id)
    assert (await as_read(desk, headers, id, "notes { text }"))["notes"] == []
    assert await desk.sql("SELECT count(*) FROM audit_event WHERE act = 'notes_read'") == 0
    written = await desk.published("staff/AddNote", headers, requestId=id, text=f"  {CANARY} ")
    (note,) = written["helpRequest"]["notes"]
    assert (note["text"], note["actor"], note["author"]["name"]) == (CANARY, "INTAKE_STAFF", "Anna")
    assert await desk.sql("SELECT count(*) FROM audit_event WHERE act = 'notes_read'") == 1
    assert CANARY.encode() not in await desk.sql("SELECT sealed FROM request_note")
    assert CANARY not in str(await desk.status(sent["receipt"]))
    query = "query ($receipt: String!) { helpRequest(receipt: $receipt) { notes { text } } }"
    assert "Cannot query field 'notes'" in str(await desk.answered(query, {"receipt": sent["receipt"]}))


async def test_a_note_sent_twice_is_one_note_and_a_key_is_for_one_note(desk: Desk) -> None:
    id, headers = await asked(desk), await desk.staff()
    await desk.let_in(id)
    sent = {"requestId": id, "text": CANARY, "idempotencyKey": str(uuid4())}
    for _ in range(2):
        answer = await desk.published("staff/AddNote", headers, **sent)
        assert len(answer["helpRequest"]["notes"]) == 1
    other = await desk.published("staff/AddNote", headers, **{**sent, "text": "Other words."})
    assert other["code"] == "IDEMPOTENCY_KEY_REUSED"
    short = await desk.published("staff/AddNote", headers, **{**sent, "idempotencyKey": "short"})
    assert [(one["path"], one["code"]) for one in short["fields"]] == [(["idempotencyKey"], "LENGTH")]


@pytest.mark.parametrize(
    ("text", "code"), [("", "EMPTY"), (" \n", "EMPTY"), ("x" * 2001, "TOO_LONG"), ("A 123-456-789", "IDENTITY_NUMBER")]
)
async def test_an_unfit_note_is_refused_by_name(desk: Desk, text: str, code: str) -> None:
    id, headers = await asked(desk), await desk.staff()
    await desk.let_in(id)
    refused = await desk.published("staff/AddNote", headers, requestId=id, text=text)
    assert [(one["path"], one["code"]) for one in refused["fields"]] == [(["text"], code)]
    assert await desk.sql("SELECT count(*) FROM request_note") == 0


async def test_a_note_goes_with_the_request(desk: Desk) -> None:
    sent = await desk.submit()
    id, headers = sent["helpRequest"]["id"], await desk.staff()
    await desk.published("staff/ClaimHelpRequest", headers, id=id)
    await desk.published("staff/AddNote", headers, requestId=id, text=CANARY, idempotencyKey=str(uuid4()))
    await desk.withdraw(sent["receipt"])
    assert await desk.sql("SELECT count(*) FROM request_note") == 1
    await desk.withdraw(sent["receipt"], erase=True)
    for table in ("request_note", "request_claim", "triage_act"):
        assert await desk.sql(f"SELECT count(*) FROM {table}") == 0
    assert (await desk.published("staff/AddNote", headers, requestId=id, text=CANARY))["code"] == "NOT_FOUND"


# ---------------------------------------------------------------- triage
async def test_facts_that_staff_correct_make_the_level_and_colleagues_read_why(desk: Desk) -> None:
    id, headers = await asked(desk, circumstances=["NO_SHELTER_TONIGHT"]), await desk.staff()
    unexplained = await decided(desk, headers, id, facts={"circumstancesStruck": ["NO_SHELTER_TONIGHT"]})
    assert fields(unexplained) == [("reason", "EMPTY")]
    changed = await decided(
        desk,
        headers,
        id,
        facts={
            "circumstancesAdded": ["MEDICAL_EMERGENCY"],
            "circumstancesStruck": ["NO_SHELTER_TONIGHT"],
            "languages": ["mam", "es"],
            "helpTypes": ["HUM_HEALTH"],
            "posture": "UNKNOWN",
        },
        reason="Her sister called.",
    )
    seen = changed["helpRequest"]
    assert (seen["urgency"]["level"], seen["urgency"]["criteria"]) == ("CRITICAL", ["MEDICAL_EMERGENCY"])
    assert (seen["languages"], seen["helpTypes"], seen["posture"]) == (["mam", "es"], ["HUM_HEALTH"], "UNKNOWN")
    assert (seen["status"], seen["assignee"]["name"]) == ("IN_TRIAGE", "Anna")
    assert await desk.sql("SELECT urgency FROM help_request") == "critical"
    (note,) = (await as_read(desk, headers, id, "notes { text }"))["notes"]
    assert note["text"] == "Her sister called."


async def test_a_date_is_corrected_left_alone_or_forgotten(desk: Desk) -> None:
    soon = str(now().date() + timedelta(days=5))
    id, headers = await asked(desk, nextHearingOn=soon), await desk.staff()

    async def criteria(facts: dict[str, object]) -> list[str]:
        return (await decided(desk, headers, id, facts=facts))["helpRequest"]["urgency"]["criteria"]

    assert await criteria({"age": "ADULT"}) == ["HEARING_WITHIN_14D"]
    assert await criteria({"nextHearingOn": str(now().date() + timedelta(days=50))}) == ["HEARING_WITHIN_60D"]
    assert await criteria({"nextHearingOn": None}) == ["NONE"]


async def test_what_cannot_be_decided_is_named_and_nothing_changes(desk: Desk) -> None:
    id, headers = await asked(desk), await desk.staff()
    kept = await desk.kept()
    wrong: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
        ({}, [("step", "EMPTY")]),
        ({"step": "CLOSE"}, [("closeReason", "EMPTY")]),
        ({"step": "WAITLIST", "closeReason": "SPAM"}, [("closeReason", "NOT_CLOSING")]),
        ({"step": "CLOSE", "closeReason": "WITHDRAWN_BY_PERSON"}, [("closeReason", "NOT_FOR_STAFF")]),
        ({"step": "WAITLIST", "reason": "SSN 123456789"}, [("reason", "IDENTITY_NUMBER")]),
        ({"step": "WAITLIST", "question": "Where?"}, [("question", "NOT_ASKING")]),
        ({"step": "ASK_PERSON", "question": " "}, [("question", "EMPTY")]),
        ({"step": "ASK_PERSON", "question": "x" * 1001}, [("question", "TOO_LONG")]),
        ({"facts": {"helpTypes": []}}, [("facts.helpTypes", "EMPTY")]),
        ({"facts": {"languages": ["klingon"]}}, [("facts.languages.0", "UNKNOWN_LANGUAGE")]),
        ({"facts": {"nextHearingOn": "1990-01-01"}}, [("facts.nextHearingOn", "OUT_OF_RANGE")]),
        (
            {"facts": {"circumstancesStruck": ["DETAINED"]}, "reason": "Not so."},
            [("facts.circumstancesStruck", "NOT_STATED")],
        ),
    ]
    for act, expected in wrong:
        assert fields(await decided(desk, headers, id, **act)) == expected, act
    assert await desk.kept() == kept


async def test_an_act_sent_twice_is_done_once(desk: Desk) -> None:
    id, headers = await asked(desk), await desk.staff()
    act = {"id": id, "idempotencyKey": str(uuid4()), "step": "ASK_PERSON", "reason": "Which court?"}
    for _ in range(2):
        answer = await desk.published("staff/TriageHelpRequest", headers, input=act)
        assert answer["helpRequest"]["status"] == "NEEDS_INFO"
    assert await desk.sql("SELECT count(*) FROM request_note") == 1
    other = await desk.published("staff/TriageHelpRequest", headers, input={**act, "step": "WAITLIST"})
    assert other["code"] == "IDEMPOTENCY_KEY_REUSED"


async def test_what_a_colleague_has_in_hand_is_not_decided(desk: Desk) -> None:
    id, headers = await asked(desk), await desk.staff()
    await desk.published("staff/ClaimHelpRequest", headers, id=id)
    other = await desk.staff_named("berta@demo.invalid")
    kept = await desk.kept()
    assert (await decided(desk, other, id, step="WAITLIST"))["code"] == "HELD_BY_ANOTHER"
    assert await desk.kept() == kept


async def test_a_request_is_closed_and_reopened_unless_the_person_took_it_back(desk: Desk) -> None:
    sent = await desk.submit()
    id, headers = sent["helpRequest"]["id"], await desk.staff()
    closed = await decided(desk, headers, id, step="CLOSE", closeReason="UNREACHABLE")
    assert (closed["helpRequest"]["status"], closed["helpRequest"]["assignee"]) == ("CLOSED", None)
    assert (await decided(desk, headers, id, step="WAITLIST"))["code"] == "CONFLICT"
    again = await decided(desk, headers, id, step="REOPEN")
    assert (again["helpRequest"]["status"], again["helpRequest"]["assignee"]["name"]) == ("IN_TRIAGE", "Anna")
    await desk.withdraw(sent["receipt"])
    assert (await decided(desk, headers, id, step="REOPEN"))["code"] == "CONFLICT"


# ---------------------------------------------------------------- consent by word of mouth
async def heard(desk: Desk, headers: dict[str, str], id: str, scope: str, *, agrees: bool, **changes: object) -> Any:
    told = {"requestId": id, "scope": scope, "agrees": agrees, "heardBy": "PHONE", "language": "es", **changes}
    return await desk.published("staff/RecordConsent", headers, input=told)


def standing(answer: Any) -> set[str]:
    return {one["scope"] for one in answer["helpRequest"]["consents"] if one["withdrawnAt"] is None}


async def test_what_a_person_agrees_to_on_the_telephone_lets_the_machine_go_on(desk: Desk) -> None:
    office = await given.office(desk.database)
    sent = await desk.submit(consents=["STORE_REQUEST"])
    id, headers = sent["helpRequest"]["id"], await desk.staff()
    await desk.work()
    assert (await desk.status(sent["receipt"]))["status"] == "IN_TRIAGE"
    for scope in ("SHARE_SUMMARY", "MATCH_AUTOMATICALLY"):
        answer = await heard(desk, headers, id, scope, agrees=True)
    assert standing(answer) == {"STORE_REQUEST", "SHARE_SUMMARY", "MATCH_AUTOMATICALLY"}
    await heard(desk, headers, id, "SHARE_SUMMARY", agrees=True)
    rows = await desk.database.pool.fetch("SELECT actor_id, kind FROM request_event WHERE kind LIKE 'consent%'")
    anna = await desk.sql("SELECT id FROM staff")
    assert [tuple(row) for row in rows] == [(anna, "consent_given")] * 2
    channels = {one["scope"]: one["heardBy"] for one in answer["helpRequest"]["consents"]}
    assert channels == {"STORE_REQUEST": None, "SHARE_SUMMARY": "PHONE", "MATCH_AUTOMATICALLY": "PHONE"}
    await decided(desk, headers, id, step="HAND_BACK")
    await desk.work()
    assert (await desk.status(sent["receipt"]))["status"] == "OFFERED"
    query = "query ($token: String!) { referral(token: $token) { request { consents { scope heardBy } } } }"
    seen = (await desk.ask(query, {"token": desk.token(office)}))["referral"]["request"]["consents"]
    assert {one["scope"]: one["heardBy"] for one in seen} == dict.fromkeys(channels)


async def test_an_offer_is_taken_back_when_the_summary_may_not_be_seen_any_more(desk: Desk) -> None:
    office = await given.office(desk.database)
    id = await asked(desk)
    await desk.work()
    token, headers = desk.token(office), await desk.staff()
    answer = await heard(desk, headers, id, "SHARE_SUMMARY", agrees=False, heardBy="HELPER")
    (gone,) = [one for one in answer["helpRequest"]["consents"] if one["scope"] == "SHARE_SUMMARY"]
    assert (gone["heardBy"], gone["withdrawalHeardBy"]) == (None, "HELPER")
    await desk.work()
    seen = await desk.look(token)
    assert (seen["status"], seen["request"]) == ("RECALLED", None)
    assert await desk.sql("SELECT held FROM capacity") == 0
    assert (await as_read(desk, headers, id, "status"))["status"] == "IN_TRIAGE"


async def test_who_heard_a_consent_and_how_is_forgotten_with_the_request(desk: Desk) -> None:
    sent = await desk.submit(consents=["STORE_REQUEST", "SHARE_CONTACT"])
    id, headers = sent["helpRequest"]["id"], await desk.staff()
    await heard(desk, headers, id, "SHARE_SUMMARY", agrees=True)
    await heard(desk, headers, id, "SHARE_CONTACT", agrees=False)
    told = "SELECT count(*) FROM consent WHERE heard_by IS NOT NULL OR withdrawal_heard_by IS NOT NULL"
    assert await desk.sql(told) == 2
    await desk.withdraw(sent["receipt"], erase=True)
    assert await desk.sql(told) == 0


async def test_what_cannot_be_heard_or_taken_back_so_is_named(desk: Desk) -> None:
    sent = await desk.submit()
    id, headers = sent["helpRequest"]["id"], await desk.staff()
    kept = await desk.kept()
    receipt = await heard(desk, headers, id, "SHARE_CONTACT", agrees=True, heardBy="RECEIPT_ONLY")
    assert fields(receipt) == [("heardBy", "NOT_A_WAY")]
    assert fields(await heard(desk, headers, id, "STORE_REQUEST", agrees=False)) == [("scope", "CLOSE_INSTEAD")]
    unknown = await heard(desk, headers, id, "SHARE_CONTACT", agrees=True, language="klingon")
    assert fields(unknown) == [("language", "UNKNOWN_LANGUAGE")]
    assert await desk.kept() == kept
    await desk.withdraw(sent["receipt"])
    assert (await heard(desk, headers, id, "SHARE_CONTACT", agrees=True))["code"] == "CONFLICT"
