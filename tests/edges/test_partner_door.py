"""A key opens what it names and nothing else: sending for people who agreed, and answering for one organization."""

import asyncio
import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import given
from desk import Desk, operation

from referral.edges import auth
from referral.edges.graphql.schemas import Audience
from referral.foundation.actors import Scope
from referral.foundation.clock import now
from referral.partners import accounts

ID = str(UUID(int=7))


async def answered(desk: Desk, headers: dict[str, str], name: str, **asked: object) -> Any:
    """A mutation of everyone's, asked at the partners' door."""
    data = await desk.ask(operation(f"public/{name}"), {"input": asked}, Audience.PARTNER, **headers)
    (answer,) = data.values()
    return answer


async def refusal(desk: Desk, headers: dict[str, str], query: str, variables: object = None) -> Any:
    body = await desk.answered(query, variables, Audience.PARTNER, **headers)
    return body["errors"][0]["extensions"]


async def test_a_key_says_whose_it_is_and_what_it_opens(desk: Desk) -> None:
    headers = await desk.partner(Scope.DIRECTORY_READ, Scope.REQUEST_SUBMIT)
    viewer = await desk.published("partner/Viewer", headers)
    assert (viewer["name"], sorted(viewer["scopes"])) == ("Synthetic App", ["DIRECTORY_READ", "REQUEST_SUBMIT"])


async def test_a_key_past_its_time_opens_nothing(desk: Desk) -> None:
    headers = await desk.partner(Scope.DIRECTORY_READ)
    await desk.sql("UPDATE api_key SET expires_at = now() - interval '1 second'")
    response = await desk.post("{ viewer { name } }", None, Audience.PARTNER, **headers)
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "Bearer")


async def test_a_key_that_ends_soon_says_so_with_every_answer(desk: Desk) -> None:
    headers = await desk.partner(Scope.DIRECTORY_READ)
    query = "{ viewer { key { id expiresAt lastUsedOn } } }"
    await desk.sql("UPDATE api_key SET expires_at = now() + interval '31 days'")
    response = await desk.post(query, None, Audience.PARTNER, **headers)
    assert "Referral-Key-Expires" not in response.headers
    assert response.json()["data"]["viewer"]["key"]["lastUsedOn"] is None  # before this
    ends = now() + timedelta(days=29)
    await desk.sql("UPDATE api_key SET expires_at = $1", ends)
    response = await desk.post(query, None, Audience.PARTNER, **headers)
    assert response.headers["Referral-Key-Expires"] == f"{ends:%Y-%m-%d}"
    key = response.json()["data"]["viewer"]["key"]
    assert (key["lastUsedOn"], key["id"]) == (f"{now():%Y-%m-%d}", await desk.sql("SELECT id FROM api_key"))


async def test_a_key_that_is_revoked_opens_nothing_from_then_on(desk: Desk) -> None:
    headers = await desk.partner(Scope.DIRECTORY_READ)
    assert (await desk.post("{ viewer { name } }", None, Audience.PARTNER, **headers)).status_code == 200
    async with desk.database.transaction() as tx:
        await accounts.revoke(tx, await desk.sql("SELECT id FROM api_key"))
    assert (await desk.post("{ viewer { name } }", None, Audience.PARTNER, **headers)).status_code == 401


async def test_guessing_at_keys_is_slowed_and_a_right_key_never_waits_for_it(desk: Desk) -> None:
    headers = await desk.partner(Scope.DIRECTORY_READ)
    wrong = {"Authorization": headers["Authorization"][:-1] + "g"}
    tries = 2 * auth.MOST_MISTAKES + 2  # two minutes may share them
    answers = await asyncio.gather(
        *(desk.post("{ viewer { name } }", None, Audience.PARTNER, **wrong) for _ in range(tries))
    )
    statuses = {answer.status_code for answer in answers}
    assert statuses == {401, 429}
    (late, *_) = [answer for answer in answers if answer.status_code == 429]
    assert late.headers["Retry-After"] == "60"
    assert late.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert (await desk.post("{ viewer { name } }", None, Audience.PARTNER, **headers)).status_code == 200


def test_each_wrong_key_of_a_minute_waits_longer_than_the_one_before() -> None:
    keys, at = auth.WrongKeys(), datetime(2026, 3, 1, 12, tzinfo=UTC)
    pauses = [keys.pause(at) for _ in range(auth.MOST_MISTAKES + 1)]
    assert pauses[: auth.FREE_MISTAKES] == [0.0] * auth.FREE_MISTAKES
    slowed = [pause for pause in pauses[auth.FREE_MISTAKES : -1] if pause is not None]
    assert slowed == sorted(slowed)
    assert (slowed[0], slowed[-1]) == (auth.SHORTEST_PAUSE_SECONDS, auth.LONGEST_PAUSE_SECONDS)
    assert pauses[-1] is None
    assert keys.pause(at + timedelta(minutes=1)) == 0.0


# ---------------------------------------------------------------- sending for someone
async def test_a_partner_sends_for_someone_and_the_receipt_is_theirs(desk: Desk) -> None:
    await given.office(desk.database)
    headers = await desk.partner(Scope.REQUEST_SUBMIT)
    body = given.asking(onBehalf={"relationship": "SHELTER", "personKnows": True})
    kept = await desk.published("partner/SubmitOnBehalf", headers, input=body)
    assert kept["__typename"] == "SubmitHelpRequestPayload"
    assert await desk.sql("SELECT partner_id = (SELECT id FROM partner) FROM help_request")
    assert await desk.sql("SELECT actor FROM request_event") == "helper"
    assert (await desk.status(kept["receipt"]))["person"]["name"] == "Synthetic Person"

    again = await desk.published("partner/SubmitOnBehalf", headers, input=body)
    assert again["receipt"] == kept["receipt"]
    # The same key from somebody else is another request, with another receipt.
    public = await desk.published("public/SubmitHelpRequest", input=body)
    other = await desk.partner(Scope.REQUEST_SUBMIT, name="Other App")
    others = await desk.published("partner/SubmitOnBehalf", other, input=body)
    assert len({kept["receipt"], public["receipt"], others["receipt"]}) == 3
    assert await desk.sql("SELECT count(*) FROM help_request") == 3


async def test_a_key_without_the_scope_sends_nothing(desk: Desk) -> None:
    headers = await desk.partner(Scope.DIRECTORY_READ, Scope.REFERRAL_RESPOND)
    variables = {"input": given.asking()}
    assert (await refusal(desk, headers, operation("partner/SubmitOnBehalf"), variables))["code"] == "NOT_ALLOWED"
    assert await desk.sql("SELECT count(*) FROM help_request") == 0


async def test_a_slip_is_named_at_this_door_too(desk: Desk) -> None:
    headers = await desk.partner(Scope.REQUEST_SUBMIT)
    answer = await desk.published("partner/SubmitOnBehalf", headers, input=given.asking(near={"text": "Nogales"}))
    assert [(field["path"], field["code"]) for field in answer["fields"]] == [(["near", "text"], "AMBIGUOUS_PLACE")]


# ---------------------------------------------------------------- answering for an organization
async def test_offers_come_newest_first_page_by_page(desk: Desk) -> None:
    office = await given.office(desk.database, places=20)
    await given.office(desk.database, name="Elsewhere", point=given.EL_PASO)
    headers = await desk.partner(Scope.REFERRAL_RESPOND, organization_id=office.organization_id)
    for _ in range(5):
        await desk.submit()
        await desk.work()
    newest = [
        str(row["id"]) for row in await desk.database.pool.fetch("SELECT id FROM referral ORDER BY offered_at DESC")
    ]
    assert len(newest) == 5
    seen: list[str] = []
    after = None
    while True:
        page = await desk.published("partner/Offers", headers, first=2, after=after)
        seen += [edge["node"]["id"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert seen == newest
    node = page["edges"][0]["node"]
    assert node["request"]["person"] is None
    assert (node["request"]["helpTypes"], node["request"]["place"]["name"]) == (["LEGAL_ASYLUM"], "Texas")

    await answered(desk, headers, "RespondToReferral", referralId=newest[0], answer="ACCEPT")
    accepted = await desk.published("partner/Offers", headers, status=["ACCEPTED"])
    (edge,) = accepted["edges"]
    assert edge["node"]["request"]["person"]["name"] == "Synthetic Person"


async def test_offers_that_cannot_be_shown_name_the_argument(desk: Desk) -> None:
    office = await given.office(desk.database)
    headers = await desk.partner(Scope.REFERRAL_RESPOND, organization_id=office.organization_id)
    far = urlsafe_b64encode(json.dumps(["1", "offers", -1e300, ID]).encode()).decode()
    wrong: list[tuple[dict[str, Any], list[str], str]] = [
        ({"first": 0}, ["first"], "PAGE_SIZE"),
        ({"after": "nonsense"}, ["after"], "BAD_CURSOR"),
        ({"after": far}, ["after"], "BAD_CURSOR"),
        ({"status": []}, ["status"], "EMPTY"),
    ]
    for variables, field, code in wrong:
        said = await refusal(desk, headers, operation("partner/Offers"), variables)
        assert [(one["path"], one["code"]) for one in said["fields"]] == [(field, code)]


async def test_only_a_key_of_an_organization_with_the_scope_sees_offers(desk: Desk) -> None:
    office = await given.office(desk.database)
    for headers in (
        await desk.partner(Scope.REFERRAL_RESPOND, name="Without organization"),
        await desk.partner(Scope.DIRECTORY_READ, organization_id=office.organization_id, name="Without scope"),
    ):
        assert (await refusal(desk, headers, operation("partner/Offers")))["code"] == "NOT_ALLOWED"


async def test_an_organization_answers_its_own_offers_and_nobody_elses(desk: Desk) -> None:
    office, other = await given.office(desk.database), await given.office(desk.database, point=given.EL_PASO)
    ours = await desk.partner(Scope.REFERRAL_RESPOND, organization_id=office.organization_id, name="Ours")
    theirs = await desk.partner(Scope.REFERRAL_RESPOND, organization_id=other.organization_id, name="Theirs")
    request = await desk.submit()
    await desk.work()
    referral = str(await desk.sql("SELECT id FROM referral"))
    kept = await desk.kept()
    for headers, id in ((theirs, referral), (ours, str(uuid4()))):
        said = await answered(desk, headers, "RespondToReferral", referralId=id, answer="ACCEPT")
        assert (said["__typename"], said["path"]) == ("NotFoundProblem", ["referralId"])
        assert said["message"] == "There is no such referral, or it is not your organization's."
    assert await desk.kept() == kept

    yes = await answered(desk, ours, "RespondToReferral", referralId=referral, answer="ACCEPT")
    assert yes["referral"]["request"]["person"]["name"] == "Synthetic Person"
    looks = await desk.database.pool.fetch(
        """
        SELECT act, actor, actor_id = (SELECT id FROM partner WHERE name = 'Ours') AS ours
          FROM audit_event WHERE act <> 'key_issued' ORDER BY id"""
    )
    assert [tuple(look) for look in looks] == [
        ("contact_released", "partner_app", True),
        ("request_read", "partner_app", True),
        ("person_read", "partner_app", True),
    ]
    again = await answered(
        desk, ours, "RespondToReferral", referralId=referral, answer="DECLINE", declineReason="OTHER"
    )
    assert (again["code"], again["path"]) == ("ALREADY_ANSWERED", ["referralId"])
    assert (await desk.status(request["receipt"]))["status"] == "REFERRED"


async def test_without_consent_to_share_contact_a_yes_shows_nobody(desk: Desk) -> None:
    office = await given.office(desk.database)
    headers = await desk.partner(Scope.REFERRAL_RESPOND, organization_id=office.organization_id)
    await desk.submit(consents=["STORE_REQUEST", "MATCH_AUTOMATICALLY", "SHARE_SUMMARY"])
    await desk.work()
    referral = str(await desk.sql("SELECT id FROM referral"))
    yes = await answered(desk, headers, "RespondToReferral", referralId=referral, answer="ACCEPT")
    assert yes["referral"]["request"]["person"] is None
    assert await desk.sql("SELECT count(*) FROM audit_event WHERE act <> 'key_issued'") == 0


async def test_capacity_is_stated_by_key_and_by_link(desk: Desk) -> None:
    office, other = await given.office(desk.database), await given.office(desk.database)
    headers = await desk.partner(Scope.REFERRAL_RESPOND, organization_id=office.organization_id)
    said = {
        "openness": "WAITLIST",
        "waitlistEstimateDays": 20,
        "capacities": [{"helpType": "LEGAL_ASYLUM", "unit": "FULL_CASES", "available": 2, "maximum": 9}],
    }
    by_key = await answered(desk, headers, "StateCapacity", providerId=str(office.id), **said)
    assert (by_key["provider"]["openness"], by_key["provider"]["waitlistEstimateDays"]) == ("WAITLIST", 20)
    by_link = await desk.published(
        "public/StateCapacity", input={"token": desk.signed("state-capacity", other.id), **said}
    )
    assert by_link["provider"]["id"] == str(other.id)
    listed = await desk.published("public/Provider", id=str(other.id))
    counts = [(one["helpType"], one["unit"], one["available"], one["maximum"]) for one in listed["capacities"]]
    assert counts == [("LEGAL_ASYLUM", "FULL_CASES", 2, 9)]  # a statement is whole: the older count is gone

    kept = await desk.kept()
    for id in (str(other.id), ID):
        wrong = await answered(desk, headers, "StateCapacity", providerId=id, **said)
        assert (wrong["__typename"], wrong["path"]) == ("NotFoundProblem", ["providerId"])
    assert await desk.kept() == kept


async def test_a_partner_keeps_a_copy_of_the_directory(desk: Desk) -> None:
    office = await given.office(desk.database, name="Office")
    headers = await desk.partner(Scope.DIRECTORY_READ)
    feed = await desk.published("partner/Changes", headers, first=10)
    (change,) = feed["edges"]
    assert (change["node"]["id"], change["node"]["kind"]) == (str(office.id), "CHANGED")
    assert change["node"]["provider"]["name"] == "Office"
    since = feed["pageInfo"]["endCursor"]
    nothing = await desk.published("partner/Changes", headers, since=since)
    assert (nothing["edges"], nothing["pageInfo"]["endCursor"]) == ([], since)
    await desk.sql("UPDATE provider SET retired_at = now()")
    (gone,) = (await desk.published("partner/Changes", headers, since=since))["edges"]
    assert (gone["node"]["kind"], gone["node"]["provider"]) == ("DELETED", None)
    other = await desk.partner(Scope.REQUEST_SUBMIT, name="Other")
    refused = await desk.answered("{ changes { nodes { id } } }", None, Audience.PARTNER, **other)
    assert refused["errors"][0]["extensions"]["code"] == "NOT_ALLOWED"
