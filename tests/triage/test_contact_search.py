"""Staff find a request by the phone or the address it gives, say why, and leave a trace; nobody else finds anyone."""

from typing import Any
from uuid import UUID

import pytest
from desk import Desk

from referral.edges.graphql.schemas import Audience
from referral.foundation.actors import StaffRole
from referral.foundation.vault import Secret, Vault
from referral.intake import contacts
from referral.triage import contact_search

ASK = """
    query Search($contact: String!, $reason: ContactSearchReason!) {
        requestsByContact(contact: $contact, reason: $reason) { id status } }"""


def person(*values: str) -> dict[str, Any]:
    channels = ["EMAIL" if "@" in value else "PHONE" for value in values]
    return {
        "name": "Synthetic Person",
        "contacts": [{"channel": channel, "value": value} for channel, value in zip(channels, values, strict=True)],
    }


async def searched(desk: Desk, contact: str, headers: dict[str, str], reason: str = "PERSON_CALLED") -> Any:
    variables = {"contact": contact, "reason": reason}
    return await desk.answered(ASK, variables, Audience.STAFF, **headers)


def ids(answer: Any) -> list[str]:
    return [one["id"] for one in answer["data"]["requestsByContact"]]


async def test_a_number_is_found_however_it_is_written_and_an_address_too(desk: Desk) -> None:
    sent = await desk.submit(person=person("(956) 555-0100", "Ana.Synthetic@Demo.invalid"))
    await desk.submit(person=person("+1 956 555 0199"))
    await desk.work()
    headers, id = await desk.staff(), sent["helpRequest"]["id"]
    for written in (
        "+1 956 555 0100",
        "9565550100",
        "001 (956) 555-0100",
        "٩٥٦ ٥٥٥ ٠١٠٠",
        " ana.synthetic@demo.INVALID ",
    ):
        assert ids(await searched(desk, written, headers)) == [id], written
    for other in ("+52 956 555 0100", "956 555 0101", "ana@demo.invalid"):
        assert ids(await searched(desk, other, headers)) == [], other


async def test_who_looked_and_why_is_written_before_anything_is_shown(desk: Desk) -> None:
    sent = await desk.submit()
    await desk.work()
    headers = await desk.staff()
    await searched(desk, "+1 956 555 0100", headers, "ERASURE_ASKED")
    assert await desk.sql("SELECT reason || ' ' || found FROM contact_search") == "erasure_asked 1"
    acts = """SELECT array_agg(act ORDER BY id) FROM audit_event
               WHERE actor_id = (SELECT id FROM staff) AND act !~ '^signed'"""
    assert await desk.sql(acts) == ["contact_searched", "request_read"]
    assert (
        await desk.sql("SELECT count(*) FROM audit_event WHERE subject_id = $1", UUID(sent["helpRequest"]["id"])) == 1
    )
    await desk.sql("ALTER TABLE audit_event ADD CONSTRAINT never CHECK (act <> 'contact_searched') NOT VALID")
    try:
        answer = await searched(desk, "+1 956 555 0100", headers)
    finally:
        await desk.sql("ALTER TABLE audit_event DROP CONSTRAINT never")
    assert answer["data"] is None
    assert "9565550100" not in str(answer)


async def test_twenty_within_an_hour_and_no_more(desk: Desk) -> None:
    headers, others = await desk.staff(), await desk.staff_named("bela@demo.invalid")
    for _ in range(contact_search.MOST_AN_HOUR):
        assert "errors" not in await searched(desk, "+1 956 555 0100", headers)
    refused = await searched(desk, "+1 956 555 0100", headers)
    assert refused["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert "errors" not in await searched(desk, "+1 956 555 0100", others)
    await desk.sql("UPDATE contact_search SET at = at - interval '61 minutes'")
    assert "errors" not in await searched(desk, "+1 956 555 0100", headers)


@pytest.mark.parametrize("written", ["", "Ana", "555 01", "1" * 201])
async def test_what_is_no_contact_is_refused(desk: Desk, written: str) -> None:
    refused = await searched(desk, written, await desk.staff())
    assert refused["errors"][0]["extensions"]["fields"][0]["path"] == ["contact"]
    assert await desk.sql("SELECT count(*) FROM contact_search") == 0


async def test_nobody_else_may_search(desk: Desk) -> None:
    await desk.submit()
    await desk.work()
    nobody = await searched(desk, "+1 956 555 0100", {})
    admin = await searched(desk, "+1 956 555 0100", await desk.staff(StaffRole.ADMIN))
    public = await desk.answered(ASK, {"contact": "+1 956 555 0100", "reason": "PERSON_CALLED"})
    for refused in (nobody, admin, public):
        assert refused.get("data") is None
        assert refused["errors"]


async def test_what_was_corrected_or_erased_is_found_no_more(desk: Desk) -> None:
    sent = await desk.submit()
    await desk.work()
    headers = await desk.staff()
    amend = "mutation A($input: AmendHelpRequestInput!) { amendHelpRequest(input: $input) { __typename } }"
    await desk.ask(amend, {"input": {"receipt": sent["receipt"], "person": person("+52 868 555 0100")}})
    await desk.work()
    assert ids(await searched(desk, "+1 956 555 0100", headers)) == []
    assert ids(await searched(desk, "868 555 0100", headers)) == [sent["helpRequest"]["id"]]
    await desk.withdraw(sent["receipt"], erase=True)
    assert await desk.sql("SELECT count(*) FROM contact_index") == 0


def test_without_private_keys_no_hash_of_a_number_can_be_made() -> None:
    pepper = Secret(b"p" * 32)
    found = contacts.as_searched("+1 956 555 0100")
    assert found
    assert contacts.digests(Vault(pepper, Secret(b"i" * 32)), found) != contacts.digests(
        Vault(pepper, Secret(b"j" * 32)), found
    )
    with pytest.raises(Exception, match="cannot be opened"):
        contacts.digests(Vault(pepper), found)
