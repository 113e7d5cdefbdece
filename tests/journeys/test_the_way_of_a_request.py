"""From asking to an answer, and every turn on the way: no, silence, nobody, a question, a change of mind."""

import given
from desk import Desk

from referral.foundation.clock import now


async def test_an_office_says_yes_and_the_receipt_tells_the_person(desk: Desk) -> None:
    office = await given.office(desk.database, name="Synthetic Legal Aid")
    asked = await desk.submit()
    assert asked["__typename"] == "SubmitHelpRequestPayload"
    assert asked["helpRequest"]["status"] == "SUBMITTED"
    assert asked["nextSteps"][0]["kind"] == "WAIT_FOR_ANSWER"
    assert [match["provider"]["name"] for match in asked["suggestions"]] == ["Synthetic Legal Aid"]

    assert await desk.work() == 2  # it is matched, and the office is told
    (letter,) = desk.letters(office)
    for personal in ("Synthetic Person", "555 0100", "synthetic note", "Brownsville", "asylum"):
        assert personal.lower() not in letter.text.lower()

    before = await desk.look(desk.token(office))
    assert before["status"] == "VIEWED"
    assert before["request"]["person"] is None
    assert (before["request"]["helpTypes"], before["request"]["languages"]) == (["LEGAL_ASYLUM"], ["es"])
    assert await desk.sql("SELECT count(*) FROM audit_event") == 0

    accepted = await desk.respond(desk.token(office), "ACCEPT")
    assert accepted["referral"]["status"] == "ACCEPTED"
    assert accepted["referral"]["request"]["person"] == {
        "name": "Synthetic Person",
        "contacts": [
            {
                "channel": "PHONE",
                "value": "+1 956 555 0100",
                "mayLeaveMessage": False,
                "maySayWhoWeAre": False,
                "safeTimes": None,
            }
        ],
        "note": "A synthetic note.",
    }
    looks = await desk.database.pool.fetch("SELECT act, actor, subject_id::text FROM audit_event ORDER BY id")
    request_id = asked["helpRequest"]["id"]
    assert [tuple(look) for look in looks] == [
        ("contact_released", "provider_staff", request_id),
        ("request_read", "provider_staff", request_id),
        ("person_read", "provider_staff", request_id),
    ]

    seen = await desk.status(asked["receipt"])
    assert (seen["id"], seen["status"]) == (request_id, "REFERRED")
    (referral,) = seen["referrals"]
    assert referral["provider"]["id"] == str(office.id)
    history = referral["history"]
    assert [(step["status"], step["actor"]) for step in history] == [
        ("OFFERED", "SYSTEM"),
        ("VIEWED", "PROVIDER_STAFF"),
        ("ACCEPTED", "PROVIDER_STAFF"),
    ]
    assert [step["at"] for step in history] == sorted({step["at"] for step in history})
    assert await desk.sql("SELECT (taken, held) = (1, 0) FROM capacity")
    assert await desk.work() == 0  # the offer's clock goes on, and nothing is due


async def test_a_no_brings_the_next_office_its_letter(desk: Desk) -> None:
    near = await given.office(desk.database, name="Near")
    next_one = await given.office(desk.database, name="Next", point=given.MCALLEN)
    receipt = (await desk.submit())["receipt"]
    await desk.work()
    assert (len(desk.letters(near)), len(desk.letters(next_one))) == (1, 0)

    no = await desk.respond(desk.token(near), "DECLINE")
    assert (no["__typename"], no["fields"][0]["path"]) == ("ValidationProblem", ["declineReason"])
    no = await desk.respond(desk.token(near), "DECLINE", declineReason="OUTSIDE_CLAIM_TYPE")
    assert (no["referral"]["status"], no["referral"]["declineReason"]) == ("DECLINED", "OUTSIDE_CLAIM_TYPE")
    assert no["referral"]["request"] is None
    assert (await desk.status(receipt))["status"] == "MATCHING"

    await desk.work()
    assert (len(desk.letters(near)), len(desk.letters(next_one))) == (1, 1)
    seen = await desk.status(receipt)
    assert seen["status"] == "OFFERED"
    assert [(one["provider"]["name"], one["status"]) for one in seen["referrals"]] == [
        ("Near", "DECLINED"),
        ("Next", "OFFERED"),
    ]
    assert await desk.sql("SELECT sum(held) FROM capacity WHERE provider_id = $1", near.id) == 0


async def test_silence_until_the_clock_runs_out_brings_the_next_office(desk: Desk) -> None:
    near = await given.office(desk.database, name="Near")
    next_one = await given.office(desk.database, name="Next", point=given.MCALLEN)
    receipt = (await desk.submit())["receipt"]
    await desk.work()
    token = desk.token(near)
    await desk.sql("UPDATE referral SET expires_at = now() - interval '1 minute'")
    late = await desk.respond(token, "ACCEPT")
    assert (late["__typename"], late["code"]) == ("ExpiredProblem", "EXPIRED")

    await desk.sql("UPDATE outbox SET run_at = now() - interval '1 minute' WHERE kind = 'expire_offer'")
    await desk.work()
    assert len(desk.letters(next_one)) == 1
    seen = await desk.status(receipt)
    assert [(one["provider"]["name"], one["status"]) for one in seen["referrals"]] == [
        ("Near", "EXPIRED"),
        ("Next", "OFFERED"),
    ]
    history = seen["referrals"][0]["history"]
    assert [step["status"] for step in history] == ["OFFERED", "EXPIRED"]
    assert await desk.sql("SELECT sum(held) FROM capacity WHERE provider_id = $1", near.id) == 0
    assert (await desk.look(token))["request"] is None
    assert (await desk.respond(token, "ACCEPT"))["__typename"] == "ExpiredProblem"


async def test_where_nobody_fits_a_person_looks_and_there_are_steps_to_take(desk: Desk) -> None:
    await given.office(desk.database, openness=None)  # what has not said that it is open is not asked by machine
    asked = await desk.submit()
    assert asked["suggestions"] == []
    assert asked["nextSteps"]
    assert await desk.work() == 1

    seen = await desk.status(asked["receipt"])
    assert (seen["status"], seen["referrals"]) == ("IN_TRIAGE", [])
    kinds = [step["kind"] for step in seen["nextSteps"]]
    assert {"GIVE_MORE_INFORMATION", "USE_DIRECTORY"} <= set(kinds)
    assert all(step["text"] for step in seen["nextSteps"])

    queue = await desk.published("staff/Queue", await desk.staff())
    assert [edge["node"]["id"] for edge in queue["edges"]] == [asked["helpRequest"]["id"]]
    assert queue["edges"][0]["node"]["status"] == "IN_TRIAGE"


async def test_two_are_asked_at_once_where_a_life_is_in_danger_and_the_first_yes_wins(desk: Desk) -> None:
    first, second = await given.office(desk.database, name="First"), await given.office(desk.database, name="Second")
    asked = await desk.submit(circumstances=["IMMEDIATE_DANGER_TO_LIFE"])
    assert asked["helpRequest"]["urgency"]["level"] == "CRITICAL"
    await desk.work()
    assert (len(desk.letters(first)), len(desk.letters(second))) == (1, 1)
    assert await desk.sql("SELECT sum(held) FROM capacity") == 2

    assert (await desk.respond(desk.token(second), "ACCEPT"))["__typename"] == "ReferralPayload"
    seen = await desk.status(asked["receipt"])
    assert {one["provider"]["name"]: one["status"] for one in seen["referrals"]} == {
        "First": "RECALLED",
        "Second": "ACCEPTED",
    }
    too_late = await desk.respond(desk.token(first), "ACCEPT")
    assert (too_late["__typename"], too_late["code"]) == ("ConflictProblem", "CONFLICT")
    assert (await desk.look(desk.token(first)))["request"] is None
    assert await desk.sql("SELECT (sum(taken), sum(held)) = (1, 0) FROM capacity")


async def test_without_consent_to_matching_a_person_decides(desk: Desk) -> None:
    office = await given.office(desk.database)
    receipt = (await desk.submit(consents=["STORE_REQUEST", "SHARE_SUMMARY", "SHARE_CONTACT"]))["receipt"]
    await desk.work()
    assert (await desk.status(receipt))["status"] == "IN_TRIAGE"
    assert desk.letters(office) == []


async def test_a_full_office_is_passed_over(desk: Desk) -> None:
    near = await given.office(desk.database, name="Near", places=1)
    next_one = await given.office(desk.database, name="Next", point=given.MCALLEN)
    await desk.submit()
    await desk.work()
    await desk.submit()
    await desk.work()
    assert (len(desk.letters(near)), len(desk.letters(next_one))) == (1, 1)
    assert await desk.sql("SELECT held FROM capacity WHERE provider_id = $1", near.id) == 1


async def test_an_office_that_declines_for_want_of_room_counts_as_full(desk: Desk) -> None:
    office = await given.office(desk.database)
    await desk.submit()
    await desk.work()
    await desk.respond(desk.token(office), "DECLINE", declineReason="NO_CAPACITY")
    listed = await desk.published("public/Provider", id=str(office.id))
    assert listed["openness"] == "CLOSED"
    assert [count["available"] for count in listed["capacities"]] == [0]

    receipt = (await desk.submit())["receipt"]
    await desk.work()
    assert (await desk.status(receipt))["status"] == "IN_TRIAGE"


async def test_a_question_reaches_staff_and_no_one_else(desk: Desk) -> None:
    office = await given.office(desk.database)
    asked = await desk.submit()
    await desk.work()
    token, question = desk.token(office), "Canary: does she have the notice to appear?"
    wordless = await desk.respond(token, "ASK", note="  ")
    assert [field["path"] for field in wordless["fields"]] == [["note"]]
    put = await desk.respond(token, "ASK", note=question)
    assert put["referral"]["status"] == "MORE_INFO"

    seen = await desk.status(asked["receipt"])
    assert [step["status"] for step in seen["referrals"][0]["history"]] == ["OFFERED", "MORE_INFO"]
    headers, id = await desk.staff(), asked["helpRequest"]["id"]
    await desk.let_in(id)
    request = await desk.published("staff/Request", headers, id=id, open=True)
    (note,) = request["referrals"][0]["notes"]
    assert (note["actor"], note["text"]) == ("PROVIDER_STAFF", question)
    sealed = await desk.sql("SELECT sealed FROM referral_note")
    assert b"Canary" not in sealed
    assert len(sealed) > 500  # padded: its length says nothing of the question's
    assert (await desk.respond(token, "ACCEPT"))["referral"]["status"] == "ACCEPTED"


async def test_an_offer_is_answered_once(desk: Desk) -> None:
    office = await given.office(desk.database)
    await desk.submit()
    await desk.work()
    token = desk.token(office)
    await desk.respond(token, "ACCEPT")
    kept = await desk.kept()
    for answer in (
        await desk.respond(token, "ACCEPT"),
        await desk.respond(token, "DECLINE", declineReason="OTHER"),
        await desk.respond(token, "ASK", note="Is it true?"),
    ):
        assert (answer["__typename"], answer["code"]) == ("ConflictProblem", "ALREADY_ANSWERED")
    assert await desk.kept() == kept


async def test_a_withdrawn_request_leaves_every_office_without_it(desk: Desk) -> None:
    offices = [await given.office(desk.database, name=name) for name in ("First", "Second")]
    receipt = (await desk.submit(circumstances=["MEDICAL_EMERGENCY"]))["receipt"]
    await desk.work()
    assert await desk.sql("SELECT sum(held) FROM capacity") == 2

    gone = (await desk.withdraw(receipt))["helpRequest"]
    assert gone["status"] == "CLOSED"
    assert gone["nextSteps"]
    assert [referral["status"] for referral in gone["referrals"]] == ["RECALLED", "RECALLED"]
    assert await desk.sql("SELECT sum(held) FROM capacity") == 0
    for office in offices:
        seen = await desk.look(desk.token(office))
        assert (seen["status"], seen["request"]) == ("RECALLED", None)
        assert (await desk.respond(desk.token(office), "ACCEPT"))["__typename"] == "ConflictProblem"

    await desk.sql("UPDATE outbox SET run_at = now()")
    await desk.work()
    assert (await desk.status(receipt))["status"] == "CLOSED"
    consents = (await desk.status(receipt))["consents"]
    assert all(consent["withdrawnAt"] <= now().isoformat() for consent in consents)
    assert (await desk.withdraw(receipt))["helpRequest"]["status"] == "CLOSED"  # twice is no harm


async def test_a_withdrawal_after_a_yes_takes_the_person_back(desk: Desk) -> None:
    office = await given.office(desk.database)
    receipt = (await desk.submit())["receipt"]
    await desk.work()
    await desk.respond(desk.token(office), "ACCEPT")
    assert (await desk.look(desk.token(office)))["request"]["person"]["name"] == "Synthetic Person"
    token = desk.token(office)
    await desk.withdraw(receipt)
    assert (await desk.look(token))["request"] is None
    assert await desk.sql("SELECT (taken, held) = (0, 0) FROM capacity")
    await desk.work()
    letter = desk.letters(office)[0]
    assert letter.subject == "A request was taken back / Se retiró una solicitud"
    assert "Synthetic Person" not in letter.text
    page = await desk.http.get(f"/r/{token}")
    assert "The person no longer asks for help here" in page.text


async def test_an_erased_request_is_gone_and_a_retry_does_not_bring_it_back(desk: Desk) -> None:
    office = await given.office(desk.database)
    body = given.asking()
    asked = await desk.published("public/SubmitHelpRequest", input=body)
    await desk.work()
    await desk.respond(desk.token(office), "ASK", note="Canary: one more thing.")
    headers, id = await desk.staff(), asked["helpRequest"]["id"]

    assert await desk.withdraw(asked["receipt"], erase=True) == {
        "__typename": "HelpRequestPayload",
        "helpRequest": None,
    }
    assert await desk.status(asked["receipt"]) is None
    assert await desk.sql(
        """
        SELECT num_nonnulls(data_key, facts, person, receipt_hash, country, state, partner_id) = 0
               AND help_types = '{}' AND languages = '{}' AND urgency = 'normal' AND status = 'closed'
          FROM help_request"""
    )
    assert await desk.published("staff/Request", headers, id=id) is None
    assert (await desk.published("staff/Queue", headers, filter={"statuses": ["CLOSED"]}))["totalCount"] == 0
    seen = await desk.look(desk.token(office))
    assert (seen["status"], seen["request"]) == ("RECALLED", None)
    assert await desk.sql("SELECT held FROM capacity") == 0
    assert await desk.sql("SELECT data_key IS NULL FROM help_request")  # what alone would open the office's question

    again = await desk.published("public/SubmitHelpRequest", input=body)
    assert (again["__typename"], again["path"]) == ("ConflictProblem", ["idempotencyKey"])
    assert await desk.sql("SELECT count(*) FROM help_request") == 1
    gone = await desk.withdraw(asked["receipt"], erase=True)
    assert (gone["__typename"], gone["path"]) == ("NotFoundProblem", ["receipt"])


async def test_a_place_with_several_meanings_is_asked_back_and_nothing_is_kept(desk: Desk) -> None:
    kept = await desk.kept()
    answer = await desk.submit(near={"text": "Nogales"})
    assert answer["__typename"] == "ValidationProblem"
    (field,) = answer["fields"]
    assert (field["path"], field["code"]) == (["near", "text"], "AMBIGUOUS_PLACE")
    named = field["message"].removeprefix("This may be: ").partition(". ")[0].split("; ")
    assert len(named) == 3
    assert {name.rpartition(", ")[2] for name in named} == {"MX", "US"}
    assert await desk.kept() == kept

    meanings = await desk.published("public/Places", query="Nogales")
    assert len(meanings) == 3
    chosen = await desk.submit(near={"place": meanings[0]["id"]})
    assert chosen["__typename"] == "SubmitHelpRequestPayload"


async def test_a_language_nobody_knows_is_named(desk: Desk) -> None:
    kept = await desk.kept()
    answer = await desk.submit(languages=["qqx", "es", "klingon"])
    assert answer["__typename"] == "ValidationProblem"
    assert [(field["path"], field["code"]) for field in answer["fields"]] == [
        (["languages", "0"], "UNKNOWN_LANGUAGE"),
        (["languages", "2"], "UNKNOWN_LANGUAGE"),
    ]
    assert await desk.kept() == kept


async def test_a_wrong_receipt_opens_nothing_and_closes_nothing(desk: Desk) -> None:
    receipt = (await desk.submit())["receipt"]
    kept = await desk.kept()
    slip = receipt[:-1] + ("1" if receipt[-1] == "0" else "0")
    for wrong in (slip, "1111 2222", "", "no receipt", "९" * 22, receipt * 2):
        assert await desk.status(wrong) is None
        for erase in (False, True):
            answer = await desk.withdraw(wrong, erase=erase)
            assert (answer["__typename"], answer["path"]) == ("NotFoundProblem", ["receipt"])
    assert await desk.kept() == kept
    spoken = receipt.replace(" ", "-").translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert (await desk.status(f" {spoken} "))["status"] == "SUBMITTED"
