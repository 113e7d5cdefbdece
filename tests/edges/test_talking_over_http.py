"""After sending: by the receipt a person corrects and writes, the team writes back, and a letter says there is news."""

from typing import Any
from uuid import UUID, uuid4

import given
import pytest
from desk import Desk, operation
from jinja2 import meta

from referral.edges import letters
from referral.edges.graphql.schemas import Audience
from referral.foundation import mail
from referral.foundation.actors import Scope, StaffRole
from referral.foundation.mail import Letter

WRONG = "0000 0000 0000 0000 0000 00"
EMAIL = "canary.person@demo.invalid"
CANARY = "quetzal"


async def amended(desk: Desk, receipt: str, **named: Any) -> Any:
    return await desk.published("public/AmendHelpRequest", input={"receipt": receipt, **named})


async def written(desk: Desk, receipt: str, text: str = f"A {CANARY} word.", key: str | None = None) -> Any:
    sent = {"receipt": receipt, "text": text, "idempotencyKey": key or str(uuid4())}
    return await desk.published("public/SendMessage", input=sent)


async def replied(desk: Desk, headers: dict[str, str], id: str, text: str = "We read you.", **changes: Any) -> Any:
    sent = {"requestId": id, "text": text, "idempotencyKey": str(uuid4()), **changes}
    return await desk.published("staff/ReplyToRequest", headers, input=sent)


def to_the_person(desk: Desk) -> list[Letter]:
    return [letter for letter in mail.letters(desk.house.settings.mail_folder) if letter.to == EMAIL]


def reachable(**changes: object) -> dict[str, Any]:
    """Someone who gave a mail address, and may be written to openly if nothing else is said."""
    return {"person": {"contacts": [{"channel": "EMAIL", "value": EMAIL, "maySayWhoWeAre": True, **changes}]}}


# ---------------------------------------------------------------- correcting
async def test_what_is_named_changes_null_clears_and_the_rest_stays(desk: Desk) -> None:
    kept = await desk.submit(circumstances=["PREGNANCY_OR_NEWBORN"])
    changed = await amended(desk, kept["receipt"], languages=["mam", "es"], person=None, nextHearingOn="2026-12-01")
    request = changed["helpRequest"]
    assert (request["languages"], request["helpTypes"]) == (["mam", "es"], ["LEGAL_ASYLUM"])
    assert request["urgency"]["level"] == "URGENT"
    seen = await desk.status(kept["receipt"])
    assert (seen["person"], seen["place"]["name"]) == (None, "Brownsville")


async def test_a_place_is_looked_up_as_at_first(desk: Desk) -> None:
    kept = await desk.submit()
    await amended(desk, kept["receipt"], near={"text": "McAllen TX"})
    assert (await desk.status(kept["receipt"]))["place"]["name"] == "McAllen"
    unknown = await amended(desk, kept["receipt"], near={"text": "Nowhereville at the Sea"})
    assert [field["path"] for field in unknown["fields"]] == [["near", "text"]]
    await amended(desk, kept["receipt"], near=None)
    assert (await desk.status(kept["receipt"]))["place"] is None


@pytest.mark.parametrize(
    ("named", "path"),
    [
        ({"helpTypes": []}, ["helpTypes"]),
        ({"languages": ["xx"]}, ["languages", "0"]),
        ({"householdSize": 0}, ["householdSize"]),
        ({"court": "x"}, ["court"]),
        ({"court": str(UUID(int=9))}, ["court"]),
        ({"person": {"note": "A123456789"}}, ["person", "note"]),
    ],
)
async def test_what_is_wrong_is_named_and_nothing_is_half_done(
    desk: Desk, named: dict[str, Any], path: list[str]
) -> None:
    kept = await desk.submit()
    before = await desk.kept()
    answer = await amended(desk, kept["receipt"], **named)
    assert answer["__typename"] == "ValidationProblem"
    assert [field["path"] for field in answer["fields"]] == [path]
    assert await desk.kept() == before


@pytest.mark.parametrize("name", ["helpTypes", "languages", "consents", "posture", "representation"])
async def test_null_where_there_must_be_something_is_an_input_error_that_names_it(desk: Desk, name: str) -> None:
    kept = await desk.submit()
    before = await desk.kept()
    answer = await amended(desk, kept["receipt"], **{name: None})
    assert [(field["path"], field["code"]) for field in answer["fields"]] == [([name], "NULL")]
    assert await desk.kept() == before


async def test_a_wrong_receipt_is_not_found_and_a_closed_request_a_conflict(desk: Desk) -> None:
    kept = await desk.submit()
    for answer in (await amended(desk, WRONG, householdSize=2), await written(desk, WRONG)):
        assert (answer["__typename"], answer["path"]) == ("NotFoundProblem", ["receipt"])
    await desk.withdraw(kept["receipt"])
    before = await desk.kept()
    for answer in (await amended(desk, kept["receipt"], householdSize=2), await written(desk, kept["receipt"])):
        assert answer["__typename"] == "ConflictProblem"
    assert await desk.kept() == before


# ---------------------------------------------------------------- writing
async def test_the_person_writes_the_team_reads_with_a_trace_and_answers(desk: Desk) -> None:
    kept = await desk.submit()
    sent = await written(desk, kept["receipt"])
    assert [one["text"] for one in sent["helpRequest"]["messages"]["nodes"]] == [f"A {CANARY} word."]
    headers = await desk.staff()
    await desk.let_in(kept["helpRequest"]["id"])
    async with desk.database.transaction() as tx:
        await given.no_trail(tx)
    answer = await replied(desk, headers, kept["helpRequest"]["id"])
    seen = answer["helpRequest"]["messages"]["nodes"]
    assert [(one["actor"], one["text"]) for one in seen] == [
        ("REQUESTER", f"A {CANARY} word."),
        ("INTAKE_STAFF", "We read you."),
    ]
    assert await desk.sql("SELECT array_agg(act ORDER BY act) FROM audit_event") == ["messages_read", "request_read"]
    query = "query ($receipt: String!) { helpRequest(receipt: $receipt) { messages { nodes { text readAt } } } }"
    read = (await desk.ask(query, {"receipt": kept["receipt"]}))["helpRequest"]["messages"]["nodes"]
    assert [one["text"] for one in read] == [f"A {CANARY} word.", "We read you."]
    assert read[0]["readAt"] is not None
    assert await desk.sql("SELECT count(*) FROM message WHERE read_at IS NULL") == 0


async def test_a_message_sent_again_is_one(desk: Desk) -> None:
    kept = await desk.submit()
    for _ in range(2):
        await written(desk, kept["receipt"], key="the same key")
    assert await desk.sql("SELECT count(*) FROM message") == 1
    other = await written(desk, kept["receipt"], "Another text.", key="the same key")
    assert (other["__typename"], other["code"]) == ("ConflictProblem", "IDEMPOTENCY_KEY_REUSED")
    wrong = await written(desk, kept["receipt"], "x" * 1001)
    assert [(field["path"], field["code"]) for field in wrong["fields"]] == [(["text"], "TOO_LONG")]


async def test_a_provider_sees_no_message_before_or_after_its_yes(desk: Desk) -> None:
    office = await given.office(desk.database)
    kept = await desk.submit()
    await written(desk, kept["receipt"])
    await desk.work()
    query = "query ($t: String!) { referral(token: $t) { request { messages { nodes { text } } } } }"
    for _ in range(2):
        seen = await desk.ask(query, {"t": desk.token(office)})
        assert seen["referral"]["request"]["messages"]["nodes"] == []
        await desk.respond(desk.token(office), "ACCEPT")


async def test_only_the_team_answers(desk: Desk) -> None:
    kept = await desk.submit()
    id = kept["helpRequest"]["id"]
    document = operation("staff/ReplyToRequest")
    variables = {"input": {"requestId": id, "text": "Hello.", "idempotencyKey": str(uuid4())}}
    admin = await desk.staff(StaffRole.ADMIN)
    body = await desk.answered(document, variables, Audience.STAFF, **admin)
    assert body["errors"][0]["extensions"]["code"] == "NOT_ALLOWED"
    assert (await desk.post(document, variables, Audience.STAFF)).status_code == 401
    key = await desk.partner(Scope.REQUEST_SUBMIT)
    assert "errors" in await desk.answered(document, variables, Audience.PARTNER, **key)
    assert await desk.sql("SELECT count(*) FROM message") == 0
    await desk.hire("berta@demo.invalid")
    headers = await desk.signed_in("berta@demo.invalid")
    for wrong, path in ((str(UUID(int=7)), ["requestId"]), ("x", None)):
        answer = await replied(desk, headers, wrong)
        assert answer["__typename"] == ("NotFoundProblem" if path else "ValidationProblem")


# ---------------------------------------------------------------- being told
async def soon(desk: Desk) -> None:
    await desk.sql("UPDATE outbox SET run_at = now() WHERE kind = 'tell_requester'")
    await desk.work()


async def test_after_a_yes_the_person_hears_that_there_is_news_and_nothing_of_what(desk: Desk) -> None:
    office = await given.office(desk.database)
    await desk.submit(uiLanguage="en", **reachable())
    await desk.work()
    await desk.respond(desk.token(office), "ACCEPT")
    assert to_the_person(desk) == []  # news comes in company
    await soon(desk)
    (letter,) = to_the_person(desk)
    assert letter.subject == "There is news for you"
    assert f"{desk.house.settings.public_url}/en/status" in letter.text
    for word in ("asylum", "lawyer", office.name, "Synthetic", "yes"):
        assert word not in letter.text
    acts = await desk.sql("SELECT array_agg(act) FROM audit_event WHERE actor = 'system'")
    assert acts == ["contact_opened"]


@pytest.mark.parametrize(("language", "subject"), [("es", "Un mensaje para usted"), ("ht", "Yon mesaj pou ou")])
async def test_where_others_may_look_the_letter_says_neither_who_nor_where(
    desk: Desk, language: str, subject: str
) -> None:
    kept = await desk.submit(uiLanguage=language, **reachable(maySayWhoWeAre=False))
    headers = await desk.staff()
    await desk.let_in(kept["helpRequest"]["id"])
    for _ in range(2):
        await replied(desk, headers, kept["helpRequest"]["id"], f"Two messages, {CANARY}, one letter.")
    await soon(desk)
    (letter,) = to_the_person(desk)
    assert letter.subject == subject
    assert not any(word in letter.text for word in ("http", "status", CANARY, "Referral", "request"))
    (folder,) = {desk.house.settings.mail_folder}
    raw = b"".join(path.read_bytes() for path in folder.iterdir())
    assert b"From: referral@localhost" in raw


@pytest.mark.parametrize(
    "changes",
    [
        {**reachable(), "consents": ["STORE_REQUEST", "SHARE_SUMMARY"]},
        {"person": {"contacts": [{"channel": "PHONE", "value": "+1 956 555 0100"}]}},
        {"person": None},
        {"person": {"contacts": [{"channel": "EMAIL", "value": "señora@demo.invalid"}]}},
    ],
    ids=["did not agree", "gave a telephone", "gave nothing", "an address that mail does not know"],
)
async def test_nobody_is_written_to_who_did_not_agree_or_cannot_be(desk: Desk, changes: dict[str, Any]) -> None:
    kept = await desk.submit(**changes)
    headers = await desk.staff()
    await desk.let_in(kept["helpRequest"]["id"])
    await replied(desk, headers, kept["helpRequest"]["id"])
    await soon(desk)
    assert mail.letters(desk.house.settings.mail_folder) == []
    assert await desk.sql("SELECT count(*) FROM outbox WHERE kind = 'tell_requester'") == 0
    # Whether there is an address is seen only by looking.
    looks = await desk.sql("SELECT count(*) FROM audit_event WHERE act = 'contact_opened'")
    assert looks == bool("consents" not in changes and changes["person"])


async def test_whoever_erased_the_request_meanwhile_hears_nothing(desk: Desk) -> None:
    kept = await desk.submit(**reachable())
    headers = await desk.staff()
    await desk.let_in(kept["helpRequest"]["id"])
    await replied(desk, headers, kept["helpRequest"]["id"])
    await desk.withdraw(kept["receipt"], erase=True)
    await soon(desk)
    assert to_the_person(desk) == []


def test_every_language_has_every_text_with_the_same_values() -> None:
    texts = letters.TEXTS
    found = {
        language: {name.partition("/")[2] for name in texts.list_templates() if name.startswith(f"{language}/")}
        for language in letters.LANGUAGES
    }
    assert len(set(map(frozenset, found.values()))) == 1
    for name in found["en"]:
        asks: set[frozenset[str]] = set()
        for language in letters.LANGUAGES:
            assert texts.loader
            source, _, _ = texts.loader.get_source(texts, f"{language}/{name}")
            asks.add(frozenset(meta.find_undeclared_variables(texts.parse(source))))
            subject, _, body = source.partition("\n")
            assert subject
            assert len(body.strip()) > 20
        assert len(asks) == 1, name
