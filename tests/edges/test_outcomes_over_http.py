"""What became of a yes is told by link, by key or by staff; staff take back; and providers are asked by letter."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import given
import pytest
from desk import Desk, operation

from referral.edges.graphql.schemas import Audience
from referral.foundation.actors import Scope, StaffRole
from referral.foundation.mail import Letter
from referral.referrals import following, offers

ID = str(UUID(int=7))


async def accepted(desk: Desk) -> tuple[given.Office, str, str]:
    """An office that has said yes by its letter's link: the office, the token, and the referral's id."""
    office = await given.office(desk.database)
    await desk.submit()
    await desk.work()
    token = desk.token(office)
    yes = await desk.respond(token, "ACCEPT")
    return office, token, yes["referral"]["id"]


async def told(
    desk: Desk, headers: dict[str, str] | None = None, audience: Audience = Audience.PUBLIC, **fields: Any
) -> Any:
    data = await desk.ask(operation("public/RecordOutcome"), {"input": fields}, audience, **(headers or {}))
    return data["recordOutcome"]


async def code(desk: Desk, headers: dict[str, str], audience: Audience, **fields: Any) -> str:
    """The code of an error or of a problem."""
    body = await desk.answered(operation("public/RecordOutcome"), {"input": fields}, audience, **headers)
    if body.get("errors"):
        return body["errors"][0]["extensions"]["code"]
    return body["data"]["recordOutcome"]["code"]


async def sooner(desk: Desk, kind: str) -> None:
    """What is ordered for later is due now."""
    await desk.sql("UPDATE outbox SET run_at = now() WHERE kind = $1", kind)


def subjects(letters: list[Letter]) -> list[str]:
    """The English half of each subject, the oldest letter first."""
    return [letter.subject.partition(" / ")[0] for letter in reversed(letters)]


# ---------------------------------------------------------------- by whom
async def test_by_its_link_a_provider_tells_that_they_are_in_touch_and_then_how_it_ended(desk: Desk) -> None:
    _, token, _ = await accepted(desk)
    reached = await told(desk, token=token, reached=True)
    assert (reached["referral"]["status"], reached["referral"]["request"]["status"]) == ("IN_PROGRESS", "IN_SERVICE")
    done = await told(desk, token=token, outcome="SERVED_FULL", note="Filed.")
    assert (done["referral"]["status"], done["referral"]["outcome"]) == ("COMPLETED", "SERVED_FULL")
    assert done["referral"]["request"] is None  # access ends with the referral
    assert await desk.sql("SELECT close_reason FROM help_request") == "served_full"


async def test_with_its_key_an_organization_tells_of_its_own_and_of_no_others(desk: Desk) -> None:
    office, _, id = await accepted(desk)
    own = await desk.partner(Scope.REFERRAL_RESPOND, organization_id=office.organization_id)
    other = await given.office(desk.database)
    stranger = await desk.partner(Scope.REFERRAL_RESPOND, organization_id=other.organization_id, name="Other App")
    reader = await desk.partner(Scope.DIRECTORY_READ, organization_id=office.organization_id, name="Reading App")
    kept = await desk.kept()
    assert await code(desk, stranger, Audience.PARTNER, referralId=id, reached=True) == "NOT_FOUND"
    assert await code(desk, reader, Audience.PARTNER, referralId=id, reached=True) == "NOT_ALLOWED"
    assert await code(desk, {}, Audience.PUBLIC, referralId=id, reached=True) == "NOT_ALLOWED"
    assert await desk.kept() == kept
    done = await told(desk, own, Audience.PARTNER, referralId=id, outcome="ADVICE_GIVEN")
    assert done["referral"]["status"] == "COMPLETED"


async def test_staff_write_down_what_a_provider_says_on_the_phone(desk: Desk) -> None:
    _, _, id = await accepted(desk)
    admin = await desk.staff(StaffRole.ADMIN)
    assert await code(desk, admin, Audience.STAFF, referralId=id, outcome="UNREACHABLE") == "NOT_ALLOWED"
    await desk.hire("berta@demo.invalid")
    headers = await desk.signed_in("berta@demo.invalid")
    done = await told(desk, headers, Audience.STAFF, referralId=id, outcome="UNREACHABLE")
    assert done["referral"]["status"] == "FAILED"
    assert await desk.sql("SELECT actor FROM referral_event ORDER BY id DESC LIMIT 1") == "intake_staff"


async def test_staff_do_not_say_yes_or_no_for_a_provider(desk: Desk) -> None:
    await given.office(desk.database)
    await desk.submit()
    await desk.work()
    id = str(await desk.sql("SELECT id FROM referral"))
    headers = await desk.staff()
    kept = await desk.kept()
    for answer in ("ACCEPT", "DECLINE", "ASK"):
        sent = {"input": {"referralId": id, "answer": answer, "declineReason": "OTHER", "note": "A word."}}
        body = await desk.answered(operation("public/RespondToReferral"), sent, Audience.STAFF, **headers)
        assert body["errors"][0]["extensions"]["code"] == "NOT_ALLOWED"
    assert await desk.kept() == kept


@pytest.mark.parametrize(
    ("fields", "path", "problem"),
    [
        ({}, ["outcome"], "EMPTY"),
        ({"outcome": "NOT_SERVED"}, ["reason"], "EMPTY"),
        ({"outcome": "SERVED_FULL", "reason": "OTHER"}, ["reason"], "ONLY_NOT_SERVED"),
        ({"reached": True, "note": "A123456789"}, ["note"], "IDENTITY_NUMBER"),
    ],
)
async def test_what_is_wrong_is_named_by_field(
    desk: Desk, fields: dict[str, Any], path: list[str], problem: str
) -> None:
    _, token, _ = await accepted(desk)
    kept = await desk.kept()
    answer = await told(desk, token=token, **fields)
    assert answer["__typename"] == "ValidationProblem"
    assert [(one["path"], one["code"]) for one in answer["fields"]] == [(path, problem)]
    assert await desk.kept() == kept


async def test_a_link_that_has_run_out_or_was_made_for_something_else_tells_nothing(desk: Desk) -> None:
    office, _, id = await accepted(desk)
    kept = await desk.kept()
    old = desk.signed("answer-referral", UUID(id), lives=timedelta(seconds=-1))
    assert (await told(desk, token=old, reached=True))["__typename"] == "ExpiredProblem"
    wrong = desk.signed("state-capacity", office.id)
    assert (await told(desk, token=wrong, reached=True))["__typename"] == "NotFoundProblem"
    assert await desk.kept() == kept


# ---------------------------------------------------------------- taken back
async def test_staff_take_a_yes_back_and_its_provider_is_told_without_a_reason(desk: Desk) -> None:
    office, token, id = await accepted(desk)
    headers = await desk.staff()
    taken = await desk.published("staff/RecallReferral", headers, id=id, reason="A secret reason.")
    assert (taken["referral"]["status"], taken["referral"]["request"]["status"]) == ("RECALLED", "IN_TRIAGE")
    await desk.work()
    newest = desk.letters(office)[0]
    assert newest.subject == "A request was taken back / Se retiró una solicitud"
    assert "We have taken back" in newest.text
    assert "Hemos retirado" in newest.text
    assert "secret" not in newest.text
    assert (await desk.look(token))["request"] is None
    again = await desk.published("staff/RecallReferral", headers, id=id, reason="Once more.")
    assert again["__typename"] == "ConflictProblem"
    for wrong, kind in ((ID, "NotFoundProblem"), ("x", "ValidationProblem")):
        answer = await desk.published("staff/RecallReferral", headers, id=wrong, reason="Why.")
        assert answer["__typename"] == kind


async def test_whoever_keeps_accounts_takes_nothing_back(desk: Desk) -> None:
    _, _, id = await accepted(desk)
    headers = await desk.staff(StaffRole.ADMIN)
    variables = {"id": id, "reason": "Why."}
    body = await desk.answered(operation("staff/RecallReferral"), variables, Audience.STAFF, **headers)
    assert body["errors"][0]["extensions"]["code"] == "NOT_ALLOWED"
    assert await desk.sql("SELECT status FROM referral") == "accepted"


# ---------------------------------------------------------------- letters
async def test_an_offer_that_lies_unanswered_is_brought_to_mind_once(desk: Desk) -> None:
    office = await given.office(desk.database)
    await desk.submit()
    await desk.work()
    await sooner(desk, "remind_provider")
    await desk.work()
    assert subjects(desk.letters(office)) == [
        "A request for your organization",
        "A request still waits for your answer",
    ]
    assert (await desk.look(desk.token(office)))["status"] == "VIEWED"  # its link opens the same offer
    assert await desk.sql("SELECT count(*) FROM outbox WHERE kind = 'remind_provider'") == 0


@pytest.mark.parametrize("answer", ["ACCEPT", "ASK"])
async def test_whoever_has_answered_or_asked_is_not_reminded(desk: Desk, answer: str) -> None:
    office = await given.office(desk.database)
    await desk.submit()
    await desk.work()
    await desk.respond(desk.token(office), answer, **({"note": "Which town?"} if answer == "ASK" else {}))
    await sooner(desk, "remind_provider")
    await desk.work()
    assert subjects(desk.letters(office)) == ["A request for your organization"]


async def test_after_a_yes_the_provider_is_asked_and_its_silence_becomes_a_persons_work(desk: Desk) -> None:
    office, _, _ = await accepted(desk)
    for _ in range(following.MOST_UNREACHED + 1):
        await sooner(desk, "follow_up")
        await desk.work()
    asked = [subject for subject in subjects(desk.letters(office)) if subject == "Have you reached the person?"]
    assert len(asked) == following.MOST_UNREACHED
    assert await desk.sql("SELECT kind FROM request_event ORDER BY id DESC LIMIT 1") == "needs_person"
    assert await desk.sql("SELECT count(*) FROM outbox WHERE kind = 'follow_up'") == 0
    assert (await told(desk, token=desk.token(office), reached=True))["referral"]["status"] == "IN_PROGRESS"


async def test_while_work_goes_on_the_letters_come_seldom_and_end_with_the_outcome(desk: Desk) -> None:
    office, token, _ = await accepted(desk)
    due = await desk.sql(
        "SELECT o.run_at - r.responded_at FROM outbox o JOIN referral r ON r.id = o.subject_id"
        " WHERE o.kind = 'follow_up'"
    )
    assert abs((due - offers.FIRST_FOLLOW_UP).total_seconds()) < 60
    await told(desk, token=token, reached=True)
    await sooner(desk, "follow_up")
    await desk.work()
    pause = await desk.sql("SELECT run_at - now() FROM outbox WHERE kind = 'follow_up'")
    assert pause > following.AGAIN_UNREACHED
    await told(desk, token=token, outcome="SERVED_FULL")
    written = len(desk.letters(office))
    await sooner(desk, "follow_up")
    await desk.work()
    assert len(desk.letters(office)) == written
    assert await desk.sql("SELECT count(*) FROM outbox WHERE kind = 'follow_up'") == 0
