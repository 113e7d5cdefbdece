"""Who opens a case over HTTP: whoever has it in hand, whoever was let in for a reason, nobody who opens too many."""

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from desk import Desk, at_once, operation, standing

from referral.edges.graphql.schemas import Audience
from referral.edges.house import House
from referral.foundation import mail
from referral.foundation.actors import StaffRole
from referral.foundation.clock import now

NAME = "Synthetic Person"
CONTACTS = "query ($id: ID!) { request(id: $id) { person { name note withheld contacts { value } } } }"
MESSAGES = "query ($id: ID!) { request(id: $id) { messages { nodes { text } } } }"
NOTES = "query ($id: ID!) { request(id: $id) { notes { text } } }"


async def asked(desk: Desk) -> str:
    return (await desk.submit())["helpRequest"]["id"]


async def person(desk: Desk, headers: dict[str, str], id: str) -> tuple[Any, str | None]:
    """What is shown of the person, and the code of what stood in the way."""
    body = await desk.answered(CONTACTS, {"id": id}, Audience.STAFF, **headers)
    shown = body["data"] and body["data"]["request"] and body["data"]["request"]["person"]
    return shown, body["errors"][0]["extensions"]["code"] if "errors" in body else None


async def code(desk: Desk, query: str, headers: dict[str, str], id: str) -> str | None:
    body = await desk.answered(query, {"id": id}, Audience.STAFF, **headers)
    return body["errors"][0]["extensions"]["code"] if "errors" in body else None


async def ask_in(
    desk: Desk, headers: dict[str, str], id: str, depth: str = "WHOLE", reason: str = "She called."
) -> Any:
    return await desk.published("staff/AskCaseAccess", headers, requestId=id, depth=depth, reason=reason)


async def turned_away(desk: Desk, name: str, headers: dict[str, str], **variables: object) -> str:
    body = await desk.answered(operation(name), variables, Audience.STAFF, **headers)
    return body["errors"][0]["extensions"]["code"]


async def acts(desk: Desk, id: str) -> list[str]:
    """What happened to a case, but for looks at why access was asked for."""
    rows = await desk.database.pool.fetch(
        "SELECT act FROM audit_event WHERE subject_id = $1::uuid AND act <> 'access_read' ORDER BY id", id
    )
    return [act for (act,) in rows]


# ---------------------------------------------------------------- in hand
async def test_nobody_opens_a_case_that_is_not_theirs_and_nothing_says_they_did(desk: Desk) -> None:
    id, anna = await asked(desk), await desk.staff()
    chief = await desk.staff_named("chief@demo.invalid", StaffRole.SUPERVISOR)
    for headers in (anna, chief):
        assert await person(desk, headers, id) == (None, "NO_ACCESS")
        assert await code(desk, MESSAGES, headers, id) == "NO_ACCESS"
    assert await code(desk, NOTES, anna, id) == "NO_ACCESS"
    assert await code(desk, NOTES, chief, id) is None  # supervisors read what colleagues write for each other
    assert "person_read" not in await acts(desk, id)
    admin = await desk.staff_named("admin@demo.invalid", StaffRole.ADMIN)
    assert await person(desk, admin, id) == (None, "NOT_ALLOWED")


async def test_whoever_has_it_in_hand_opens_it_until_they_let_it_go(desk: Desk) -> None:
    id, anna = await asked(desk), await desk.staff()
    await desk.published("staff/ClaimHelpRequest", anna, id=id)
    shown, _ = await person(desk, anna, id)
    assert (shown["name"], shown["withheld"]) == (NAME, False)
    assert await code(desk, MESSAGES, anna, id) is None
    await desk.published("staff/ReleaseHelpRequest", anna, id=id)
    assert await person(desk, anna, id) == (None, "NO_ACCESS")


async def test_a_claim_whose_time_is_over_opens_nothing_although_nobody_ended_it_yet(desk: Desk) -> None:
    id, anna = await asked(desk), await desk.staff()
    await desk.published("staff/ClaimHelpRequest", anna, id=id)
    await desk.sql("UPDATE request_claim SET until = now() - interval '1 second'")
    assert await person(desk, anna, id) == (None, "NO_ACCESS")


# ---------------------------------------------------------------- let in
async def test_a_supervisor_lets_intake_in_and_it_ends_by_itself(desk: Desk) -> None:
    id, anna = await asked(desk), await desk.staff()
    chief = await desk.staff_named("chief@demo.invalid", StaffRole.SUPERVISOR)
    made = (await ask_in(desk, anna, id))["access"]
    assert (made["state"], made["reason"]) == ("ASKED", "She called.")
    assert await person(desk, anna, id) == (None, "NO_ACCESS")
    (waits,) = await desk.published("staff/CaseAccessAsked", chief)
    assert (waits["id"], waits["reason"], waits["staff"]["name"]) == (made["id"], "She called.", "Anna")
    looks = "SELECT array_agg(DISTINCT actor ORDER BY actor) FROM audit_event WHERE act = 'access_read'"
    assert await desk.sql(looks) == ["intake_staff", "supervisor"]
    given = (await desk.published("staff/GiveCaseAccess", chief, id=made["id"]))["access"]
    assert given["state"] == "GIVEN"
    assert (await person(desk, anna, id))[0]["name"] == NAME
    again = await desk.published("staff/GiveCaseAccess", chief, id=made["id"])
    assert again["__typename"] == "ConflictProblem"
    assert await acts(desk, id) == [
        "access_asked_whole", "request_read", "access_given_whole", "request_read", "person_read"
    ]  # fmt: skip
    await desk.sql("UPDATE case_access SET until = now()")
    assert await person(desk, anna, id) == (None, "NO_ACCESS")
    assert b"called" not in await desk.sql("SELECT reason_sealed FROM case_access")


async def test_a_no_and_an_end_hold_at_once(desk: Desk) -> None:
    id, anna = await asked(desk), await desk.staff()
    chief = await desk.staff_named("chief@demo.invalid", StaffRole.SUPERVISOR)
    first = (await ask_in(desk, anna, id))["access"]
    refused = (await desk.published("staff/RefuseCaseAccess", chief, id=first["id"]))["access"]
    assert refused["state"] == "REFUSED"
    second = (await ask_in(desk, anna, id))["access"]
    await desk.published("staff/GiveCaseAccess", chief, id=second["id"])
    assert (await person(desk, anna, id))[1] is None
    ended = (await desk.published("staff/EndCaseAccess", anna, id=second["id"]))["access"]
    assert ended["state"] == "ENDED"
    assert await person(desk, anna, id) == (None, "NO_ACCESS")


async def test_intake_lets_nobody_in_and_admins_neither_ask_nor_give(desk: Desk) -> None:
    id, anna = await asked(desk), await desk.staff()
    berta = await desk.staff_named("berta@demo.invalid")
    admin = await desk.staff_named("admin@demo.invalid", StaffRole.ADMIN)
    made = (await ask_in(desk, anna, id))["access"]
    for headers in (anna, berta, admin):
        assert await turned_away(desk, "staff/GiveCaseAccess", headers, id=made["id"]) == "NOT_ALLOWED"
    assert await turned_away(desk, "staff/EndCaseAccess", berta, id=made["id"]) == "NOT_ALLOWED"
    assert await turned_away(desk, "staff/CaseAccessAsked", anna) == "NOT_ALLOWED"
    asking = {"requestId": id, "depth": "CONTACT", "reason": "To look."}
    assert await turned_away(desk, "staff/AskCaseAccess", admin, **asking) == "NOT_ALLOWED"
    assert await desk.sql("SELECT state FROM case_access") == "asked"


async def test_asking_says_why_and_for_what_there_is(desk: Desk) -> None:
    id, anna = await asked(desk), await desk.staff()
    for reason, wrong in (("", "EMPTY"), ("x" * 2001, "TOO_LONG"), ("A 123-456-789", "IDENTITY_NUMBER")):
        answer = await ask_in(desk, anna, id, reason=reason)
        assert [(one["path"], one["code"]) for one in answer["fields"]] == [(["reason"], wrong)]
    assert (await ask_in(desk, anna, str(uuid4())))["__typename"] == "NotFoundProblem"
    assert (await ask_in(desk, anna, "no id"))["fields"][0]["code"] == "BAD_ID"
    assert await desk.sql("SELECT count(*) FROM case_access") == 0


# ---------------------------------------------------------------- supervisors: two for the whole of it
async def test_a_supervisor_sees_contacts_with_a_reason_and_the_name_only_with_a_second(desk: Desk) -> None:
    id = await asked(desk)
    chief = await desk.staff_named("chief@demo.invalid", StaffRole.SUPERVISOR)
    other = await desk.staff_named("other@demo.invalid", StaffRole.SUPERVISOR)
    assert (await ask_in(desk, chief, id, "CONTACT"))["access"]["state"] == "GIVEN"
    shown, _ = await person(desk, chief, id)
    assert (shown["name"], shown["note"], shown["withheld"]) == (None, None, True)
    assert shown["contacts"] != []
    whole = (await ask_in(desk, chief, id, "WHOLE"))["access"]
    assert whole["state"] == "ASKED"
    assert await turned_away(desk, "staff/GiveCaseAccess", chief, id=whole["id"]) == "NOT_ALLOWED"
    assert (await person(desk, chief, id))[0]["name"] is None
    await desk.published("staff/GiveCaseAccess", other, id=whole["id"])
    assert (await person(desk, chief, id))[0]["name"] == NAME
    hours = await desk.sql(
        "SELECT extract(epoch FROM until - decided_at) / 3600 FROM case_access WHERE depth = 'whole'"
    )
    assert hours == 1
    trail = await acts(desk, id)
    assert {"access_taken_contact", "access_asked_whole", "access_given_whole", "person_read"} <= set(trail)


async def test_the_database_itself_lets_nobody_break_the_glass_alone(desk: Desk) -> None:
    id = await asked(desk)
    chief = await desk.staff_named("chief@demo.invalid", StaffRole.SUPERVISOR)
    await ask_in(desk, chief, id, "WHOLE")
    with pytest.raises(Exception, match="case_access_by_two"):
        await desk.sql("UPDATE case_access SET state = 'given', decided_by = staff_id, decided_at = now()")


# ---------------------------------------------------------------- too many
async def test_whoever_opens_too_many_in_an_hour_is_stopped_and_others_hear_of_it(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    few = replace(house, settings=house.settings.model_copy(update={"opened_per_hour": 3}))
    async with standing(few) as desk:
        ids, anna = [await asked(desk) for _ in range(5)], await desk.staff()
        await desk.hire("chief@demo.invalid", StaffRole.SUPERVISOR)
        await desk.hire("admin@demo.invalid", StaffRole.ADMIN)
        for id in ids:
            await desk.published("staff/ClaimHelpRequest", anna, id=id)
        with caplog.at_level(logging.WARNING):
            answers = await at_once(person(desk, anna, id) for id in ids)
        assert sorted(why or "" for _, why in answers) == ["", "", "", "RATE_LIMITED", "RATE_LIMITED"]
        assert await desk.sql("SELECT count(*) FROM audit_event WHERE act = 'person_read'") == 3
        opened = next(id for id, (shown, _) in zip(ids, answers, strict=True) if shown)
        assert (await person(desk, anna, opened))[1] is None  # what is open stays open
        assert await desk.sql("SELECT count(*) FROM audit_event WHERE act = 'stopped_opening_too_many'") == 1
        assert "more than 3 cases opened within an hour" in caplog.text
        assert "anna" not in caplog.text
        due = await desk.sql("SELECT run_at <= now() + interval '60 seconds' FROM outbox WHERE kind = 'tell_alarm'")
        assert due
        await desk.work()
        told = {letter.to: letter.text for letter in mail.letters(house.settings.mail_folder)}
        assert {"chief@demo.invalid", "admin@demo.invalid"} <= set(told)
        assert "anna@demo.invalid" not in told
        assert "anna@demo.invalid opened more than 3 cases" in told["chief@demo.invalid"]
        assert NAME not in str(told)
        await desk.sql("UPDATE case_opening SET opened_at = opened_at - interval '61 minutes'")
        assert all([(await person(desk, anna, id))[1] is None for id in ids[:3]])


# ---------------------------------------------------------------- export
async def test_two_supervisors_take_people_out_once_and_each_leaves_a_trace(desk: Desk) -> None:
    ids = [await asked(desk) for _ in range(2)]
    chief = await desk.staff_named("chief@demo.invalid", StaffRole.SUPERVISOR)
    other = await desk.staff_named("other@demo.invalid", StaffRole.SUPERVISOR)
    made = await desk.published("staff/AskPeopleExport", chief, requestIds=ids, reason="The court asks for a list.")
    id = made["export"]["id"]
    (waits,) = (await desk.ask("{ peopleExports { id reason } }", {}, Audience.STAFF, **other))["peopleExports"]
    assert (waits["id"], waits["reason"]) == (id, "The court asks for a list.")
    assert b"court" not in await desk.sql("SELECT reason_sealed FROM people_export")
    with pytest.raises(Exception, match="export_by_two"):
        await desk.sql("UPDATE people_export SET agreed_by = asked_by, agreed_at = now()")
    early = await desk.published("staff/TakePeopleExport", chief, id=id)
    assert early["__typename"] == "ConflictProblem"
    assert await turned_away(desk, "staff/AgreeToPeopleExport", chief, id=id) == "NOT_ALLOWED"
    agreed = await desk.published("staff/AgreeToPeopleExport", other, id=id)
    assert (agreed["people"], agreed["export"]["agreedAt"] is None) == ([], False)
    assert await turned_away(desk, "staff/TakePeopleExport", other, id=id) == "NOT_ALLOWED"
    answers = await at_once(desk.published("staff/TakePeopleExport", chief, id=id) for _ in range(5))
    (taken,) = [one for one in answers if one["__typename"] == "PeopleExportPayload"]
    assert [one["person"]["name"] for one in taken["people"]] == [NAME, NAME]
    assert taken["export"]["reason"] == ""
    assert await desk.sql("SELECT reason_sealed IS NULL FROM people_export")
    for one in ids:
        assert await acts(desk, one) == ["export_asked", "export_read", "export_agreed", "person_exported"]


async def test_an_export_is_for_supervisors_and_an_hour_and_says_why(desk: Desk) -> None:
    id, anna = await asked(desk), await desk.staff()
    admin = await desk.staff_named("admin@demo.invalid", StaffRole.ADMIN)
    for headers in (anna, admin):
        sent = {"requestIds": [id], "reason": "To have it."}
        assert await turned_away(desk, "staff/AskPeopleExport", headers, **sent) == "NOT_ALLOWED"
    chief = await desk.staff_named("chief@demo.invalid", StaffRole.SUPERVISOR)
    other = await desk.staff_named("other@demo.invalid", StaffRole.SUPERVISOR)
    for ids, reason, path in (([], "Why.", "requestIds"), ([id] * 201, "Why.", "requestIds"), ([id], " ", "reason")):
        answer = await desk.published("staff/AskPeopleExport", chief, requestIds=ids, reason=reason)
        assert [one["path"] for one in answer["fields"]] == [[path]]
    nobody = await desk.published("staff/AskPeopleExport", chief, requestIds=[id, str(uuid4())], reason="Why.")
    assert nobody["__typename"] == "NotFoundProblem"
    made = await desk.published("staff/AskPeopleExport", chief, requestIds=[id], reason="Why.")
    await desk.published("staff/AgreeToPeopleExport", other, id=made["export"]["id"])
    late = now() - timedelta(seconds=1)
    await desk.database.pool.execute("UPDATE people_export SET until = $1", late)
    answer = await desk.published("staff/TakePeopleExport", chief, id=made["export"]["id"])
    assert answer["__typename"] == "ConflictProblem"
    assert await desk.sql("SELECT count(*) FROM audit_event WHERE act = 'person_exported'") == 0
