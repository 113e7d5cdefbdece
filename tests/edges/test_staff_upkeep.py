"""Two people verify a provider; a supervisor suspends one, and from then on it is listed nowhere and gets nobody."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import given
import pytest
from desk import Desk, at_once, operation
from given import Office

from referral.edges.graphql.schemas import Audience
from referral.foundation.actors import StaffRole
from referral.foundation.clock import now

FOUND = {
    "register": "Synthetic roster of accredited representatives",
    "number": "S-17",
    "url": "https://register.example.org/S-17",
    "lookedUpOn": now().date().isoformat(),
}
NEAR = {"near": {"point": {"latitude": given.BROWNSVILLE[0], "longitude": given.BROWNSVILLE[1]}}}
LISTED = "query Listed($filter: ProviderFilter) { providers(filter: $filter) { totalCount nodes { id } } }"


async def people(desk: Desk) -> tuple[dict[str, str], dict[str, str]]:
    """An intake worker and a supervisor, signed in."""
    await desk.hire("ines@demo.invalid")
    await desk.hire("sara@demo.invalid", StaffRole.SUPERVISOR)
    return await desk.signed_in("ines@demo.invalid"), await desk.signed_in("sara@demo.invalid")


async def step(desk: Desk, who: dict[str, str], office: Office, **said: object) -> Any:
    return await desk.published("staff/VerifyProvider", who, providerId=str(office.id), step=said)


async def refused(desk: Desk, who: dict[str, str], office: Office, **said: object) -> str:
    """The code of a refusal that is no answer of the mutation."""
    variables = {"providerId": str(office.id), "step": said}
    body = await desk.answered(operation("staff/VerifyProvider"), variables, Audience.STAFF, **who)
    return body["errors"][0]["extensions"]["code"]


def in_days(days: int) -> str:
    return (now() + timedelta(days=days)).isoformat()


async def verified(desk: Desk, office: Office, ines: dict[str, str], sara: dict[str, str]) -> Any:
    await step(desk, ines, office, check=FOUND)
    return await step(desk, sara, office, confirmUntil=in_days(300))


async def listed(desk: Desk) -> list[str]:
    """Who is in the public directory near here, on every surface that lists."""
    page = (await desk.ask(LISTED, {"filter": NEAR}))["providers"]
    by_word = (await desk.ask(LISTED, {"filter": {"text": "Synthetic"}}))["providers"]
    hsds = (await desk.http.get("/hsds/service_at_locations")).json()
    ids = sorted(one["id"] for one in page["nodes"])
    assert page["totalCount"] == len(ids) == hsds["total_items"]
    assert ids == sorted(one["id"] for one in by_word["nodes"]) == sorted(one["id"] for one in hsds["contents"])
    return ids


# ---------------------------------------------------------------- two people
async def test_two_people_verify_a_provider_and_everyone_sees_since_when(desk: Desk) -> None:
    office = await given.office(desk.database)
    ines, sara = await people(desk)
    assert (await step(desk, ines, office, apply=True))["record"]["status"] == "APPLIED"
    assert (await step(desk, ines, office, check=FOUND))["record"]["status"] == "CHECKED"
    record = (await step(desk, sara, office, confirmUntil=in_days(300)))["record"]
    assert record["status"] == "VERIFIED"
    assert [(one["step"], one["actor"]) for one in record["events"]] == [
        ("APPLIED", "INTAKE_STAFF"),
        ("CHECKED", "INTAKE_STAFF"),
        ("CONFIRMED", "SUPERVISOR"),
    ]
    assert record["events"][1]["evidence"] == FOUND
    shown = (await desk.published("public/Provider", id=str(office.id)))["verification"]
    assert shown["status"] == "VERIFIED"
    assert shown["verifiedAt"] is not None
    assert await desk.sql("SELECT count(*) FROM audit_event WHERE subject_id = $1", office.id) == 3


async def test_nobody_confirms_what_they_checked_and_only_supervisors_confirm(desk: Desk) -> None:
    office = await given.office(desk.database)
    ines, sara = await people(desk)
    await step(desk, sara, office, check=FOUND)
    assert await refused(desk, sara, office, confirmUntil=in_days(30)) == "NOT_ALLOWED"
    assert await refused(desk, ines, office, confirmUntil=in_days(30)) == "NOT_ALLOWED"
    assert await refused(desk, ines, office, suspend="OTHER") == "NOT_ALLOWED"
    assert await desk.sql("SELECT verification FROM provider WHERE id = $1", office.id) == "checked"


async def test_who_keeps_accounts_or_is_nobody_verifies_nothing(desk: Desk) -> None:
    office = await given.office(desk.database)
    headers = await desk.staff(StaffRole.ADMIN)
    kept = await desk.kept()
    assert await refused(desk, headers, office, check=FOUND) == "NOT_ALLOWED"
    body = await desk.answered(operation("staff/Verifications"), {"status": "CHECKED"}, Audience.STAFF, **headers)
    assert body["errors"][0]["extensions"]["code"] == "NOT_ALLOWED"
    variables = {"providerId": str(office.id), "step": {"check": FOUND}}
    assert (await desk.post(operation("staff/VerifyProvider"), variables, Audience.STAFF)).status_code == 401
    assert await desk.kept() == kept


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ({"check": {**FOUND, "register": " "}}, ["evidence.register"]),
        ({"check": {**FOUND, "number": "", "url": "x" * 501}}, ["evidence.number", "evidence.url"]),
        ({"check": {**FOUND, "url": "http://register.example.org"}}, ["evidence.url"]),
        ({"check": {**FOUND, "lookedUpOn": "2020-01-01"}}, ["evidence.lookedUpOn"]),
        ({"confirmUntil": "2020-01-01T00:00:00Z"}, ["until"]),
        ({"confirmUntil": "2099-01-01T00:00:00Z"}, ["until"]),
        ({"apply": False}, ["step"]),
    ],
)
async def test_what_cannot_be_evidence_is_named(desk: Desk, said: dict[str, Any], fields: list[str]) -> None:
    office = await given.office(desk.database)
    _, sara = await people(desk)
    kept = await desk.kept()
    answer = await step(desk, sara, office, **said)
    assert (answer["__typename"], [".".join(one["path"]) for one in answer["fields"]]) == ("ValidationProblem", fields)
    assert await desk.kept() == kept


async def test_two_who_confirm_at_once_confirm_once(desk: Desk) -> None:
    office = await given.office(desk.database)
    ines, sara = await people(desk)
    await desk.hire("olga@demo.invalid", StaffRole.SUPERVISOR)
    olga = await desk.signed_in("olga@demo.invalid")
    await step(desk, ines, office, check=FOUND)
    answers = await at_once(step(desk, who, office, confirmUntil=in_days(30)) for who in (sara, olga, sara, olga))
    assert sorted(one["__typename"] for one in answers) == ["ConflictProblem"] * 3 + ["VerificationPayload"]


async def test_a_check_ends_when_its_time_has_come_and_can_be_renewed_before(desk: Desk) -> None:
    office = await given.office(desk.database)
    ines, sara = await people(desk)
    await verified(desk, office, ines, sara)
    assert (await step(desk, ines, office, check=FOUND))["record"]["status"] == "VERIFIED"
    assert (await step(desk, sara, office, confirmUntil=in_days(360)))["record"]["status"] == "VERIFIED"
    assert await desk.work() == 0
    await desk.sql("UPDATE provider SET verified_until = now() - interval '1 minute'")
    await desk.sql("UPDATE outbox SET run_at = now() - interval '1 minute'")
    await desk.work()
    shown = (await desk.published("public/Provider", id=str(office.id)))["verification"]
    assert shown["status"] == "EXPIRED"
    page = await desk.published("staff/Verifications", ines, status="EXPIRED")
    assert [one["providerId"] for one in page["nodes"]] == [str(office.id)]


async def test_who_waits_is_listed_page_by_page(desk: Desk) -> None:
    offices = [await given.office(desk.database, name=f"Synthetic {number}") for number in range(5)]
    ines, _ = await people(desk)
    for office in offices[:4]:
        await step(desk, ines, office, apply=True)
    found: list[str] = []
    after = None
    while True:
        page = await desk.published("staff/Verifications", ines, status="APPLIED", first=3, after=after)
        found += [one["providerId"] for one in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert found == sorted(str(office.id) for office in offices[:4])


# ---------------------------------------------------------------- suspended
async def test_who_is_suspended_is_listed_nowhere_and_comes_back_unverified(desk: Desk) -> None:
    office, other = await given.office(desk.database), await given.office(desk.database, name="Synthetic Neighbour")
    ines, sara = await people(desk)
    await verified(desk, office, ines, sara)
    assert await listed(desk) == sorted([str(office.id), str(other.id)])
    record = (await step(desk, sara, office, suspend="ASKED_FOR_MONEY"))["record"]
    assert (record["status"], record["events"][-1]["reason"]) == ("SUSPENDED", "ASKED_FOR_MONEY")
    assert await listed(desk) == [str(other.id)]
    assert await desk.published("public/Provider", id=str(office.id)) is None
    assert await desk.sql("SELECT kind FROM listing_change WHERE listing_id = $1", office.id) == "deleted"
    for said in ({"check": FOUND}, {"suspend": "OTHER"}, {"apply": True}):
        assert (await step(desk, ines if "check" in said else sara, office, **said))["__typename"] == "ConflictProblem"
    assert (await step(desk, sara, office, reinstate=True))["record"]["status"] == "APPLIED"
    assert await listed(desk) == sorted([str(office.id), str(other.id)])


async def test_an_open_offer_is_recalled_and_goes_to_the_next(desk: Desk) -> None:
    best = await given.office(desk.database)
    _, sara = await people(desk)
    receipt = (await desk.submit())["receipt"]
    await desk.work()
    token = desk.token(best)
    following = await given.office(desk.database, name="Synthetic Neighbour", point=given.MCALLEN)
    await step(desk, sara, best, suspend="NOT_LICENSED")

    answer = await desk.respond(token, "ACCEPT")  # even before the worker has come to recall it
    assert answer["__typename"] == "ConflictProblem"
    assert await desk.sql("SELECT status FROM referral WHERE provider_id = $1", best.id) in ("offered", "viewed")
    assert await desk.sql("SELECT held + taken FROM capacity WHERE provider_id = $1", best.id) == 1

    await desk.work()
    assert await desk.sql("SELECT status FROM referral WHERE provider_id = $1", best.id) == "recalled"
    assert await desk.sql("SELECT held + taken FROM capacity WHERE provider_id = $1", best.id) == 0
    assert len(desk.letters(following)) == 1
    assert (await desk.respond(desk.token(following), "ACCEPT"))["__typename"] == "ReferralPayload"
    assert (await desk.status(receipt))["status"] == "REFERRED"


async def test_staff_cannot_offer_to_it_either(desk: Desk) -> None:
    office = await given.office(desk.database)
    ines, sara = await people(desk)
    request = (await desk.submit(consents=["STORE_REQUEST", "SHARE_SUMMARY", "SHARE_CONTACT"]))["helpRequest"]["id"]
    await step(desk, sara, office, suspend="ENDANGERED")
    chosen = {
        "idempotencyKey": "synthetic-key-1", "requestId": request, "providerId": str(office.id),
        "overrideReason": "They are the only ones here.",
    }  # fmt: skip
    answer = await desk.published("staff/OfferReferral", ines, input=chosen)
    assert answer["__typename"] in ("NotFoundProblem", "ConflictProblem")
    assert await desk.sql("SELECT count(*) FROM referral") == 0


async def test_a_suspension_waits_for_no_offer_that_is_being_made(desk: Desk) -> None:
    """Whichever commits first, no offer is left open to a suspended provider once the worker is done."""
    office = await given.office(desk.database, places=50)
    _, sara = await people(desk)
    for _ in range(6):
        await desk.submit()
    await at_once([desk.work(), step(desk, sara, office, suspend="OTHER"), desk.work()])
    await desk.work()
    left = await desk.sql("SELECT count(*) FROM referral WHERE status IN ('offered', 'viewed', 'more_info')")
    assert left == 0
    assert await desk.sql("SELECT held FROM capacity WHERE provider_id = $1", office.id) == 0


async def test_a_listing_that_is_not_there_is_named(desk: Desk) -> None:
    _, sara = await people(desk)
    nobody = Office(id=UUID(int=9), organization_id=UUID(int=9), name="Nobody")
    assert (await step(desk, sara, nobody, suspend="OTHER"))["__typename"] == "NotFoundProblem"
    body = await desk.ask(
        "query One($id: ID!) { verification(providerId: $id) { status } }", {"id": str(nobody.id)}, Audience.STAFF,
        **sara,
    )  # fmt: skip
    assert body == {"verification": None}
