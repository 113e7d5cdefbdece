"""Staff see what waits, open a person with a trace, learn who fits and why, and offer where the machine does not."""

import json
from base64 import urlsafe_b64encode
from typing import Any
from uuid import UUID, uuid4

import given
import pytest
from desk import Desk, at_once, operation
from given import Office

from referral.edges.graphql.schemas import Audience
from referral.foundation.actors import StaffRole
from referral.matching.answers import Part, Rule

ID = str(UUID(int=7))
NO_MATCHING = ["STORE_REQUEST", "SHARE_SUMMARY", "SHARE_CONTACT"]


async def asked(desk: Desk, **changes: object) -> str:
    return (await desk.submit(**changes))["helpRequest"]["id"]


async def offer(desk: Desk, headers: dict[str, str], request: str, office: Office, **changes: object) -> Any:
    chosen = {"idempotencyKey": str(uuid4()), "requestId": request, "providerId": str(office.id), **changes}
    return await desk.published("staff/OfferReferral", headers, input=chosen)


async def refused(desk: Desk, headers: dict[str, str], name: str, **variables: object) -> list[tuple[str, str]]:
    """The fields that a query's error names."""
    body = await desk.answered(operation(name), variables, Audience.STAFF, **headers)
    return [(".".join(field["path"]), field["code"]) for field in body["errors"][0]["extensions"]["fields"]]


# ---------------------------------------------------------------- who
@pytest.mark.parametrize("role", [StaffRole.INTAKE, StaffRole.SUPERVISOR])
async def test_staff_learn_who_they_are(desk: Desk, role: StaffRole) -> None:
    me = await desk.published("staff/Me", await desk.staff(role))
    assert (me["name"], me["email"], me["role"]) == ("Anna", "anna@demo.invalid", role.name)


async def test_who_keeps_accounts_sees_no_request(desk: Desk) -> None:
    office = await given.office(desk.database)
    id = await asked(desk)
    headers = await desk.staff(StaffRole.ADMIN)
    kept = await desk.kept()
    chosen = {"idempotencyKey": str(uuid4()), "requestId": id, "providerId": str(office.id)}
    for name, variables in (
        ("staff/Queue", {}),
        ("staff/StaleListings", {}),
        ("staff/Request", {"id": id}),
        ("staff/Matches", {"id": id}),
        ("staff/WhyNot", {"id": id, "providerId": str(office.id)}),
        ("staff/OfferReferral", {"input": chosen}),
    ):
        body = await desk.answered(operation(name), variables, Audience.STAFF, **headers)
        assert body["data"] in (None, {"request": None})
        assert body["errors"][0]["extensions"]["code"] == "NOT_ALLOWED"
    assert await desk.kept() == kept
    assert (await desk.published("staff/Me", headers))["role"] == "ADMIN"


async def test_whoever_has_signed_out_is_out(desk: Desk) -> None:
    headers = await desk.staff()
    await desk.http.post("/staff/logout", json={}, headers=headers)
    assert (await desk.post("{ me { id } }", None, Audience.STAFF, **headers)).status_code == 401


# ---------------------------------------------------------------- the queue
async def test_the_queue_shows_the_most_pressing_first_and_pages_hold_while_it_moves(desk: Desk) -> None:
    headers = await desk.staff()
    normal = [await asked(desk) for _ in range(3)]
    urgent = await asked(desk, circumstances=["DETAINED"])
    critical = await asked(desk, circumstances=["MEDICAL_EMERGENCY"])
    expected = [critical, urgent, *normal]

    seen: list[str] = []
    page: Any = {"pageInfo": {"endCursor": None}}
    for _ in range(3):
        after = page["pageInfo"]["endCursor"]
        page = await desk.published("staff/Queue", headers, first=2, after=after)
        seen += [edge["node"]["id"] for edge in page["edges"]]
        if len(seen) == 2:  # somebody more pressing comes, and one that was seen goes
            await asked(desk, circumstances=["IMMINENT_REMOVAL"])
            await desk.sql("DELETE FROM help_request WHERE id = $1", UUID(critical))
    # The newcomer is pressing, but was sent after the first: due after it, before the urgent one.
    assert [id for id in seen if id in expected] == expected
    assert page["pageInfo"]["hasNextPage"] is False

    oldest = await desk.published("staff/Queue", headers, orderBy="OLDEST", first=3)
    assert [edge["node"]["id"] for edge in oldest["edges"]] == normal
    assert (oldest["totalCount"], oldest["pageInfo"]["hasNextPage"]) == (5, True)


async def test_the_queue_is_filtered(desk: Desk) -> None:
    headers = await desk.staff()
    spanish = await asked(desk)
    creole = await asked(desk, languages=["ht", "fr"], helpTypes=["HUM_SHELTER"], circumstances=["DETAINED"])
    closed = await desk.submit()
    await desk.withdraw(closed["receipt"])
    for asked_for, expected in (
        ({}, [creole, spanish]),
        ({"statuses": ["SUBMITTED"]}, [creole, spanish]),
        ({"statuses": ["CLOSED"]}, [closed["helpRequest"]["id"]]),
        ({"urgencies": ["URGENT"]}, [creole]),
        ({"helpTypes": ["LEGAL_ASYLUM", "LEGAL_APPEAL"]}, [spanish]),
        ({"languages": ["fr"]}, [creole]),
        ({"languages": ["fr"], "urgencies": ["NORMAL"]}, []),
    ):
        page = await desk.published("staff/Queue", headers, filter=asked_for)
        assert [edge["node"]["id"] for edge in page["edges"]] == expected, asked_for
        assert page["totalCount"] == len(expected)
    # Each request that a page showed is written down, and no person was opened.
    assert await desk.sql("SELECT count(*) FROM audit_event WHERE act = 'request_read'") == 8
    assert await desk.sql("SELECT count(*) FROM audit_event WHERE act = 'person_read'") == 0


async def test_a_queue_that_cannot_be_shown_names_the_argument(desk: Desk) -> None:
    headers = await desk.staff()
    far = urlsafe_b64encode(json.dumps(["1", "queue respond_by", 1e300, ID]).encode()).decode()
    wrong: list[tuple[dict[str, Any], str, str]] = [
        ({"first": 51}, "first", "PAGE_SIZE"),
        ({"after": "nonsense"}, "after", "BAD_CURSOR"),
        ({"after": far}, "after", "BAD_CURSOR"),
        ({"filter": {"statuses": []}}, "filter.statuses", "EMPTY"),
        ({"filter": {"languages": []}}, "filter.languages", "EMPTY"),
        ({"filter": {"languages": ["klingon"]}}, "filter.languages.0", "UNKNOWN_LANGUAGE"),
    ]
    for variables, field, code in wrong:
        assert await refused(desk, headers, "staff/Queue", **variables) == [(field, code)]
    cursor = (await desk.published("staff/Queue", headers))["pageInfo"]["endCursor"]
    assert cursor is None
    await asked(desk)
    cursor = (await desk.published("staff/Queue", headers))["pageInfo"]["endCursor"]
    assert await refused(desk, headers, "staff/Queue", after=cursor, orderBy="OLDEST") == [("after", "BAD_CURSOR")]


# ---------------------------------------------------------------- one request
async def test_a_look_at_a_request_leaves_a_trace_with_a_name(desk: Desk) -> None:
    staff = await desk.hire()
    headers = await desk.signed_in()
    behalf = {"relationship": "SHELTER", "personKnows": True}
    id = await asked(desk, onBehalf=behalf)
    await desk.let_in(id)
    seen = await desk.published("staff/Request", headers, id=id, open=True)
    assert seen["person"]["name"] == "Synthetic Person"
    assert seen["onBehalf"] == behalf
    assert (seen["place"]["name"], seen["posture"]) == ("Brownsville", "IN_REMOVAL_PROCEEDINGS")
    rows = await desk.database.pool.fetch("SELECT act, actor, actor_id, subject_id::text FROM audit_event ORDER BY id")
    assert [tuple(row) for row in rows if "_read" in row["act"]] == [
        ("request_read", "intake_staff", staff.id, id),
        ("person_read", "intake_staff", staff.id, id),
    ]


async def test_no_request_has_no_trace(desk: Desk) -> None:
    headers = await desk.staff()
    assert await desk.published("staff/Request", headers, id=ID) is None
    assert await refused(desk, headers, "staff/Request", id="no id") == [("id", "BAD_ID")]
    assert await desk.sql("SELECT count(*) FROM audit_event WHERE act LIKE '%_read'") == 0


async def test_no_trace_no_person(desk: Desk) -> None:
    id = await asked(desk)
    headers = await desk.staff()
    await desk.let_in(id)
    await desk.sql("ALTER TABLE audit_event ADD CONSTRAINT never CHECK (act <> 'person_read') NOT VALID")
    try:
        body = await desk.answered(operation("staff/Request"), {"id": id, "open": True}, Audience.STAFF, **headers)
    finally:
        await desk.sql("ALTER TABLE audit_event DROP CONSTRAINT never")
    assert body["data"]["request"]["person"] is None
    assert body["errors"][0]["extensions"]["code"] == "INTERNAL"


async def test_matches_come_best_first_with_every_reason_in_the_readers_language(desk: Desk) -> None:
    headers = await desk.staff()
    far = await given.office(desk.database, name="Far", point=given.MCALLEN)
    near = await given.office(desk.database, name="Near")
    silent = await given.office(desk.database, name="Silent", openness=None)
    await given.office(desk.database, name="Other help", help_types=(given.HelpType.HUM_FOOD,))
    id = await asked(desk)
    found = (await desk.published("staff/Matches", headers, id=id))["matches"]
    assert [match["provider"]["id"] for match in found] == [str(one.id) for one in (near, far, silent)]
    assert [match["rank"] for match in found] == [1, 2, 3]
    assert found[0]["score"] > found[1]["score"]
    assert found[0]["distanceKm"] < found[1]["distanceKm"]
    for match in found:
        rules = [reason["rule"] for reason in match["reasons"]]
        assert rules == [*(rule.value for rule in Rule), *(f"points.{part.value}" for part in Part)]
        assert sum(reason["points"] for reason in match["reasons"]) == match["score"]
        assert all(reason["text"] for reason in match["reasons"])
    spanish = (await desk.published("staff/Matches", headers, id=id, first=1, **{"in": "es"}))["matches"]
    assert len(spanish) == 1
    assert spanish[0]["reasons"][0]["text"] != found[0]["reasons"][0]["text"]
    assert await refused(desk, headers, "staff/Matches", id=id, first=0) == [("first", "PAGE_SIZE")]


async def test_why_not_names_every_rule(desk: Desk) -> None:
    headers = await desk.staff()
    full = await given.office(desk.database, help_types=(given.HelpType.HUM_FOOD,), accepts_detained="only")
    id = await asked(desk)
    verdict = (await desk.published("staff/WhyNot", headers, id=id, providerId=str(full.id)))["whyNot"]
    assert verdict["feasible"] is False
    assert [rule["rule"] for rule in verdict["rules"]] == [rule.value for rule in Rule]
    failed = {rule["rule"] for rule in verdict["rules"] if rule["answer"] == "FAIL"}
    assert failed == {"help", "detained"}
    assert all(rule["text"] for rule in verdict["rules"])

    body = await desk.answered(operation("staff/WhyNot"), {"id": id, "providerId": ID}, Audience.STAFF, **headers)
    assert body["errors"][0]["extensions"] == {"code": "NOT_FOUND", "path": ["providerId"]}
    assert await refused(desk, headers, "staff/WhyNot", id=id, providerId="x") == [("providerId", "BAD_ID")]


# ---------------------------------------------------------------- offers
async def test_staff_offer_what_the_machine_may_not(desk: Desk) -> None:
    headers = await desk.staff()
    office = await given.office(desk.database)
    id = await asked(desk, consents=NO_MATCHING)
    await desk.work()
    key = str(uuid4())
    made = await offer(desk, headers, id, office, idempotencyKey=key, expiresInHours=5)
    assert (made["referral"]["status"], made["referral"]["request"]["status"]) == ("OFFERED", "OFFERED")
    assert await desk.sql("SELECT expires_at - offered_at = interval '5 hours' FROM referral")
    kept = await desk.kept()
    assert await offer(desk, headers, id, office, idempotencyKey=key, expiresInHours=5) == made
    again = await desk.kept()
    assert again.pop("audit_event") != kept.pop("audit_event")  # the request was shown a second time
    assert again == kept

    again = await offer(desk, headers, id, office, overrideReason="They did not get it.")
    assert (again["__typename"], again["code"]) == ("ConflictProblem", "CONFLICT")
    other = await given.office(desk.database, name="Other")
    reused = await offer(desk, headers, id, other, idempotencyKey=key)
    assert (reused["code"], reused["path"]) == ("IDEMPOTENCY_KEY_REUSED", ["idempotencyKey"])
    await desk.work()
    assert (await desk.respond(desk.token(office), "ACCEPT"))["__typename"] == "ReferralPayload"


async def test_the_same_offer_at_once_is_made_once(desk: Desk) -> None:
    headers = await desk.staff()
    office = await given.office(desk.database)
    id = await asked(desk)
    key = str(uuid4())
    made = await at_once(offer(desk, headers, id, office, idempotencyKey=key) for _ in range(8))
    assert all(one == made[0] for one in made)
    assert await desk.sql("SELECT count(*) FROM referral") == 1
    assert await desk.sql("SELECT held FROM capacity") == 1


async def test_without_consent_nothing_is_offered_whatever_staff_say(desk: Desk) -> None:
    headers = await desk.staff()
    office = await given.office(desk.database)
    id = await asked(desk, consents=["STORE_REQUEST", "MATCH_AUTOMATICALLY"])
    kept = await desk.kept()
    for reason in (None, "The person asked me to."):
        answer = await offer(desk, headers, id, office, overrideReason=reason)
        assert (answer["__typename"], answer["code"]) == ("ConflictProblem", "CONSENT_MISSING")
    assert await desk.kept() == kept


async def test_against_a_rule_staff_must_say_why(desk: Desk) -> None:
    headers = await desk.staff()
    office = await given.office(desk.database, help_types=(given.HelpType.HUM_FOOD,))
    id = await asked(desk)
    kept = await desk.kept()
    for reason in (None, "  "):
        answer = await offer(desk, headers, id, office, overrideReason=reason)
        assert answer["__typename"] == "ValidationProblem"
        assert [(field["path"], field["code"]) for field in answer["fields"]] == [(["overrideReason"], "EMPTY")]
    assert await desk.kept() == kept
    made = await offer(desk, headers, id, office, overrideReason="Canary: they know the family.")
    assert made["referral"]["status"] == "OFFERED"
    await desk.let_in(id)
    notes = (await desk.published("staff/Request", headers, id=id, open=True))["referrals"][0]["notes"]
    assert [(note["actor"], note["text"]) for note in notes] == [("INTAKE_STAFF", "Canary: they know the family.")]
    assert b"Canary" not in await desk.sql("SELECT sealed FROM referral_note")


async def test_a_full_office_is_offered_to_only_with_a_reason_and_others_are_named(desk: Desk) -> None:
    headers = await desk.staff()
    full = await given.office(desk.database, name="Full", places=0)
    open_one = await given.office(desk.database, name="Open", point=given.MCALLEN)
    id = await asked(desk)
    answer = await offer(desk, headers, id, full)
    assert (answer["__typename"], answer["code"]) == ("NoCapacityProblem", "NO_CAPACITY")
    assert [match["provider"]["id"] for match in answer["alternatives"]] == [str(open_one.id)]
    assert await desk.sql("SELECT count(*) FROM referral") == 0
    made = await offer(desk, headers, id, full, overrideReason="They promised.")
    assert made["referral"]["status"] == "OFFERED"
    assert await desk.sql("SELECT (held, taken) = (0, 0) FROM capacity WHERE provider_id = $1", full.id)
    await desk.work()
    no_room = await desk.respond(desk.token(full), "ACCEPT")
    assert no_room["__typename"] == "NoCapacityProblem"
    assert await desk.sql("SELECT status FROM referral") == "offered"


async def test_an_offer_that_cannot_be_made_names_the_argument(desk: Desk) -> None:
    headers = await desk.staff()
    office = await given.office(desk.database)
    closed = await desk.submit()
    await desk.withdraw(closed["receipt"])
    id = await asked(desk)
    kept = await desk.kept()
    for changes, field, code in (
        ({"idempotencyKey": "short"}, "idempotencyKey", "LENGTH"),
        ({"expiresInHours": 0}, "expiresInHours", "OUT_OF_RANGE"),
        ({"expiresInHours": 337}, "expiresInHours", "OUT_OF_RANGE"),
        ({"overrideReason": "x" * 501}, "overrideReason", "TOO_LONG"),
        ({"overrideReason": "SSN 123-45-6789"}, "overrideReason", "IDENTITY_NUMBER"),
        ({"requestId": "x"}, "requestId", "BAD_ID"),
        ({"providerId": "x"}, "providerId", "BAD_ID"),
    ):
        answer = await offer(desk, headers, id, office, **changes)
        assert [(".".join(one["path"]), one["code"]) for one in answer["fields"]] == [(field, code)]
    for changes, path in (({"requestId": ID}, ["requestId"]), ({"providerId": ID}, ["providerId"])):
        answer = await offer(desk, headers, id, office, **changes)
        assert (answer["__typename"], answer["path"]) == ("NotFoundProblem", path)
    gone = await offer(desk, headers, closed["helpRequest"]["id"], office)
    assert gone["__typename"] == "ConflictProblem"
    assert await desk.kept() == kept
