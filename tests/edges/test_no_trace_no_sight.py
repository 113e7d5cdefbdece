"""Where the audit trail cannot be written nothing sealed is opened and nobody is let go, whoever asks."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import given
import pytest
from desk import Desk, operation, standing
from referrals_given import PROVIDER, SOMEONE, as_it_stands, offered, submitted

from referral.directory.proposals import proposed
from referral.directory.proposals.proposed import ProposalState
from referral.directory.upkeep import hiding, reports
from referral.edges.graphql.schemas import Audience
from referral.edges.house import House
from referral.edges.web.offered import with_person
from referral.foundation.actors import Scope, Staff, StaffId, StaffRole
from referral.foundation.clock import now
from referral.foundation.db import Tx, value
from referral.foundation.vault import DataKey, Vault
from referral.intake import messages, requests
from referral.intake.access import Depth, Opened
from referral.intake.form import SafeContact
from referral.intake.words import ContactChannel
from referral.referrals import answering, reading, telling, views
from referral.referrals.notes import By
from referral.referrals.reading import Referral
from referral.referrals.words import ReferralAnswer, ReferralStatus

TRIES = 125
ANNA = Staff(id=StaffId(UUID(int=1)), email="anna@demo.invalid", name="Anna", role=StaffRole.INTAKE)
MAIL = SafeContact(channel=ContactChannel.EMAIL, value="person@demo.invalid")
Look = Callable[[Tx], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class WatchedVault(Vault):
    """The real vault, which writes down whose key was unwrapped: nothing sealed is opened without that."""

    opened: list[UUID] = field(default_factory=list[UUID])

    def unwrap(self, subject: UUID, wrapped: bytes, *, table: str = "") -> DataKey:
        self.opened.append(subject)
        return Vault.unwrap(self, subject, wrapped, table=table)


@pytest.fixture
def watched(house: House) -> House:
    return replace(house, vault=WatchedVault(house.vault.pepper, house.vault.inner, house.vault.ring))


def opened(house: House) -> list[UUID]:
    assert isinstance(house.vault, WatchedVault)
    return house.vault.opened


@asynccontextmanager
async def no_storage(house: House, *acts: str) -> AsyncGenerator[None]:
    """The trail takes nothing, or nothing of these acts."""
    which = " AND ".join(f"act <> '{act}'" for act in acts) or "false"
    await house.database.pool.execute(f"ALTER TABLE audit_event ADD CONSTRAINT never CHECK ({which}) NOT VALID")
    try:
        yield
    finally:
        await house.database.pool.execute("ALTER TABLE audit_event DROP CONSTRAINT never")


async def a_yes(house: House) -> tuple[requests.HelpRequest, Referral]:
    office = await given.office(house.database)
    sent = await submitted(house, person=replace(SOMEONE, contacts=(MAIL,)))
    made = await offered(house, sent.request, given.terms(office))
    async with house.database.transaction() as tx:
        await messages.from_person(tx, house.vault, sent.request, "Words of the person.", str(uuid4()), now=now())
        taken = await answering.answer(
            tx, house.vault, made.id, ReferralAnswer.ACCEPT, PROVIDER, reason=None, words=None, now=now()
        )
    return await as_it_stands(house, sent.request), taken


async def looks(house: House) -> dict[str, Look]:
    """Every way to something sealed that is no answer to the person themselves, ready to be gone."""
    request, taken = await a_yes(house)
    vault, moment = house.vault, now()
    office = await given.office(house.database)
    async with house.database.transaction() as tx:
        await reports.send(tx, vault, office.id, reports.ReportReason.OTHER, "Something is wrong.", now=moment)
    hidden = await given.office(house.database)
    async with house.database.transaction() as tx:
        await hiding.hide(tx, vault, hidden.id, now=moment)
    whole = views.for_staff(vault, request, now=moment)
    (accepted,) = await views.for_providers(house.database.reader, vault, [(request, taken)], now=moment)
    assert accepted is not None
    let_in = Opened(request_id=request.id, staff_id=ANNA.id, depth=Depth.WHOLE)
    return {
        "the person, for staff": lambda tx: views.person(
            tx, vault, whole, By(kind=ANNA.kind, id=ANNA.id), opened=let_in
        ),
        "the person, for a provider": lambda tx: views.person(tx, vault, accepted, PROVIDER),
        "all of it, for a provider": lambda tx: with_person(tx, vault, taken, PROVIDER, now=moment),
        "messages, for staff": lambda tx: messages.for_staff(
            tx, vault, ANNA, request, first=None, after=None, now=moment
        ),
        "the address, for a letter": lambda tx: telling.addresses(tx, vault, request.id),
        "what is wrong with a listing": lambda tx: reports.waiting(tx, vault, ANNA),
        "proposed changes": lambda tx: proposed.waiting(tx, vault, ANNA, tuple(ProposalState)),
        "a hidden place": lambda tx: hiding.show(tx, vault, hidden.id),
    }


async def test_a_thousand_looks_without_a_trace_open_nothing(watched: House) -> None:
    async with standing(watched) as desk:
        office = await given.office(watched.database)
        headers = await desk.partner(Scope.DIRECTORY_PROPOSE, organization_id=office.organization_id)
        asked = {"providerId": str(office.id), "changes": {"name": "Synthetic Aid"}, "note": "Words beside it."}
        await desk.ask(operation("public/ProposeListingChange"), {"input": asked}, Audience.PARTNER, **headers)
    ways = await looks(watched)
    assert TRIES * len(ways) == 1000
    opened(watched).clear()
    async with no_storage(watched):
        for look in ways.values():
            for _ in range(TRIES):
                with pytest.raises(asyncpg.CheckViolationError):
                    async with watched.database.transaction() as tx:
                        await look(tx)
    assert opened(watched) == []
    # The same looks with a trail: each opens something, so that the list above is no list of nothing.
    for name, look in ways.items():
        async with watched.database.transaction() as tx:
            assert await look(tx) is not None or name == "a hidden place"
        assert opened(watched), name
        opened(watched).clear()


async def test_without_a_trace_a_yes_lets_nobody_go(watched: House) -> None:
    office = await given.office(watched.database)
    sent = await submitted(watched)
    made = await offered(watched, sent.request, given.terms(office))
    async with no_storage(watched):
        with pytest.raises(asyncpg.CheckViolationError):
            async with watched.database.transaction() as tx:
                await answering.answer(
                    tx, watched.vault, made.id, ReferralAnswer.ACCEPT, PROVIDER, reason=None, words=None, now=now()
                )
    found = await reading.referral(watched.database.reader, made.id)
    assert found
    assert found.status is ReferralStatus.OFFERED


# ---------------------------------------------------------------- through the doors
STAFF_ASK = {
    "the queue": "{ queue { nodes { id posture place { name } } } }",
    "a request": "query ($id: ID!) { request(id: $id) { id posture place { name } } }",
    "its trail": "query ($id: ID!) { auditTrail(subject: $id) { nodes { act } } }",
    "a claim": """
        mutation ($id: ID!) { claimHelpRequest(id: $id) { ... on HelpRequestPayload { helpRequest { posture } } } }""",
}
PARTS = {
    "person_read": "person { name }",
    "messages_read": "messages { nodes { text } }",
    "notes_read": "notes { text }",
}


async def asked_by_staff(desk: Desk, query: str, id: str, headers: dict[str, str]) -> Any:
    variables = {"id": id} if "$id" in query else {}
    return await desk.answered(query, variables, Audience.STAFF, **headers)


@pytest.mark.parametrize("name", STAFF_ASK)
async def test_staff_are_shown_nothing_without_a_trace(watched: House, name: str) -> None:
    async with standing(watched) as desk:
        kept = await desk.submit()
        headers = await desk.staff(StaffRole.SUPERVISOR)
        opened(watched).clear()
        async with no_storage(watched):
            body = await asked_by_staff(desk, STAFF_ASK[name], kept["helpRequest"]["id"], headers)
        assert body["errors"][0]["extensions"]["code"] == "INTERNAL"
        data: dict[str, object] = body["data"] or {}
        assert not any(data.values())
        assert opened(watched) == []
        body = await asked_by_staff(desk, STAFF_ASK[name], kept["helpRequest"]["id"], headers)
        assert "errors" not in body


@pytest.mark.parametrize("act", PARTS)
async def test_of_a_request_that_is_shown_each_part_waits_for_its_own_trace(watched: House, act: str) -> None:
    async with standing(watched) as desk:
        kept = await desk.submit()
        id, headers = kept["helpRequest"]["id"], await desk.staff()
        await desk.published("staff/ClaimHelpRequest", headers, id=id)
        noted = {"requestId": id, "text": "A note of the team.", "idempotencyKey": str(uuid4())}
        await desk.published("staff/AddNote", headers, **noted)
        reply = {"requestId": id, "text": "A word of the team.", "idempotencyKey": str(uuid4())}
        await desk.published("staff/ReplyToRequest", headers, input=reply)
        query = "query ($id: ID!) { request(id: $id) { id posture %s } }"
        opened(watched).clear()
        await asked_by_staff(desk, query % "", id, headers)
        alone = len(opened(watched))
        opened(watched).clear()
        async with no_storage(watched, act):
            body = await asked_by_staff(desk, query % PARTS[act], id, headers)
        assert body["errors"][0]["extensions"]["code"] == "INTERNAL"
        assert len(opened(watched)) == alone
        opened(watched).clear()
        body = await asked_by_staff(desk, query % PARTS[act], id, headers)
        assert "errors" not in body
        assert len(opened(watched)) == alone + 1


async def test_a_provider_is_shown_nothing_more_without_a_trace(watched: House) -> None:
    async with standing(watched) as desk:
        office = await given.office(desk.database)
        await desk.submit()
        await desk.work()
        token = desk.token(office)
        await desk.respond(token, "ACCEPT")
        query = "query ($token: String!) { referral(token: $token) { id request { place { name } person { name } } } }"
        opened(watched).clear()
        async with no_storage(watched):
            body = await desk.answered(query, {"token": token}, Audience.PUBLIC)
        assert (body["data"], body["errors"][0]["extensions"]["code"]) == ({"referral": None}, "INTERNAL")
        assert opened(watched) == []
        body = await desk.answered(query, {"token": token}, Audience.PUBLIC)
        assert body["data"]["referral"]["request"]["person"]["name"] == "Synthetic Person"
        acts = await value(desk.database.reader, "SELECT array_agg(act ORDER BY id) FROM audit_event")
        assert acts == ["contact_released", "request_read", "person_read", "request_read", "person_read"]


async def test_a_letter_to_the_person_waits_for_its_trace(watched: House) -> None:
    request, _ = await a_yes(watched)
    async with no_storage(watched, "contact_opened"):
        before = opened(watched).copy()
        async with watched.database.transaction() as tx:
            with pytest.raises(asyncpg.CheckViolationError):
                await telling.addresses(tx, watched.vault, request.id)
        assert opened(watched) == before


# ---------------------------------------------------------------- what the person sees of it
async def test_the_person_asks_who_has_opened_it_and_nobody_else_is_told(house: House) -> None:
    async with standing(house) as desk:
        office = await given.office(desk.database)
        kept = await desk.submit()
        query = "query ($receipt: String!) { helpRequest(receipt: $receipt) { openings { hour actor } } }"
        mine = {"receipt": kept["receipt"]}
        assert (await desk.ask(query, mine))["helpRequest"]["openings"] == []
        await desk.work()
        await desk.respond(desk.token(office), "ACCEPT")
        headers = await desk.staff(StaffRole.SUPERVISOR)
        await desk.published("staff/Request", headers, id=kept["helpRequest"]["id"])
        told = (await desk.ask(query, mine))["helpRequest"]["openings"]
        assert {one["actor"] for one in told} == {"PROVIDER_STAFF", "SUPERVISOR"}
        assert all(one["hour"].endswith((":00:00Z", ":00:00+00:00")) for one in told)
        by_link = "query ($token: String!) { referral(token: $token) { request { openings { actor } } } }"
        seen = await desk.ask(by_link, {"token": desk.token(office)})
        assert seen["referral"]["request"]["openings"] == []
        wrong = {"receipt": "0" * 22}
        assert (await desk.ask(query, wrong))["helpRequest"] is None
