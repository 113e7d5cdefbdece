"""A request at every stage of its life, and everybody who may come to ask about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import given
from desk import Desk
from given import Office

from referral.edges.graphql.schemas import Audience
from referral.foundation.actors import Scope, StaffRole
from referral.foundation.clock import now
from referral.intake import requests
from referral.privacy.matrix import Stage, Viewer
from referral.referrals import offers
from referral.referrals.offers import THE_SYSTEM

Headers = Mapping[str, str]
ACCEPTED = frozenset({Stage.ACCEPTED, Stage.UNAGREED, Stage.SERVED, Stage.WITHDRAWN, Stage.ERASED})
ALL_BUT_CONTACT = ["STORE_REQUEST", "MATCH_AUTOMATICALLY", "SHARE_SUMMARY", "NOTIFY_ME", "STATISTICS_DEIDENTIFIED"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request, its receipt, and the office that it was offered to."""

    id: UUID
    receipt: str
    office: Office
    referral: UUID | None
    token: str
    key: Headers

    @property
    def ids(self) -> frozenset[str]:
        return frozenset({str(self.id), str(self.referral)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One way in: a door, what is brought along, and the question down to the request or referral."""

    audience: Audience
    headers: Headers
    question: str  # {inner} stands where the selection goes
    leads_to: str
    variables: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Everybody:
    """One request for each stage, another that has nothing to do with them, and the team."""

    at: Mapping[Stage, Asked]
    other: Asked
    staff: Mapping[Viewer, Headers]

    def entries(self, viewer: Viewer, stage: Stage) -> list[Entry]:
        """How this viewer can come to the request of this stage, by what is theirs."""
        asked, other = self.at[stage], self.other
        if viewer in self.staff:
            return [by_id(self.staff[viewer], asked.id), queued(self.staff[viewer])]
        return {
            Viewer.VISITOR: [by_receipt("1234 5678 9012 3456 7890 12"), by_token("not.signed")],
            Viewer.REQUESTER: [by_receipt(asked.receipt)],
            Viewer.OTHER_REQUESTER: [by_receipt(other.receipt)],
            Viewer.PROVIDER: [by_token(asked.token)],
            Viewer.OTHER_PROVIDER: [by_token(other.token)],
            Viewer.PROVIDER_KEY: [offered(asked.key)],
            Viewer.OTHER_KEY: [offered(other.key)],
        }[viewer]

    def headers(self, viewer: Viewer) -> list[tuple[Audience, Headers]]:
        """Each door with what this viewer brings to it."""
        brought = {
            Viewer.PROVIDER_KEY: self.at[Stage.OFFERED].key,
            Viewer.OTHER_KEY: self.other.key,
            **self.staff,
        }.get(viewer, {})
        return [(audience, brought) for audience in Audience]


def by_receipt(receipt: str) -> Entry:
    return Entry(
        audience=Audience.PUBLIC,
        headers={},
        question="query($receipt: String!) {{ found: helpRequest(receipt: $receipt) {{ {inner} }} }}",
        leads_to="HelpRequest",
        variables={"receipt": receipt},
    )


def by_token(token: str) -> Entry:
    return Entry(
        audience=Audience.PUBLIC,
        headers={},
        question="query($token: String!) {{ found: referral(token: $token) {{ {inner} }} }}",
        leads_to="Referral",
        variables={"token": token},
    )


def offered(headers: Headers) -> Entry:
    return Entry(
        audience=Audience.PARTNER,
        headers=headers,
        question="query {{ offers(first: 50) {{ found: nodes {{ {inner} }} }} }}",
        leads_to="Referral",
        variables={},
    )


def by_id(headers: Headers, id: UUID) -> Entry:
    return Entry(
        audience=Audience.STAFF,
        headers=headers,
        question="query($id: ID!, $provider: ID!) {{ found: request(id: $id) {{ {inner} }} }}",
        leads_to="HelpRequest",
        variables={"id": str(id)},
    )


def queued(headers: Headers) -> Entry:
    every = "{{ statuses: [SUBMITTED, IN_TRIAGE, MATCHING, WAITING_FOR_YOU, WAITLISTED, REFERRED, CLOSED] }}"
    return Entry(
        audience=Audience.STAFF,
        headers=headers,
        question=f"query($provider: ID!) {{{{ queue(first: 50, filter: {every}) "
        "{{ found: nodes {{ {inner} }} }} }}",
        leads_to="HelpRequest",
        variables={},
    )


async def everybody(desk: Desk, stages: Iterable[Stage] = Stage) -> Everybody:
    """The whole cast, made through the front doors as far as they reach; a request for each of these stages."""
    staff = {
        Viewer.INTAKE: await desk.staff_named("intake@demo.invalid"),
        Viewer.INTAKE_ELSEWHERE: await desk.staff_named("elsewhere@demo.invalid"),
        Viewer.SUPERVISOR: await desk.staff_named("supervisor@demo.invalid", StaffRole.SUPERVISOR),
        Viewer.ADMIN: await desk.staff_named("admin@demo.invalid", StaffRole.ADMIN),
    }
    at = {stage: await brought_to(desk, stage, staff[Viewer.INTAKE]) for stage in stages}
    return Everybody(at=at, other=await brought_to(desk, Stage.ACCEPTED, staff[Viewer.INTAKE]), staff=staff)


async def brought_to(desk: Desk, stage: Stage, intake: Headers) -> Asked:
    """A request with everything in it, brought to this stage."""
    office = await given.office(desk.database, name=f"Synthetic Office of {stage.value}")
    key = await desk.partner(*Scope, organization_id=office.organization_id, name=f"Synthetic App {uuid4()}")
    changes: dict[str, object] = {} if stage is not Stage.UNAGREED else {"consents": ALL_BUT_CONTACT}
    sent = await desk.submit(onBehalf={"relationship": "FAMILY", "personKnows": True}, person=SOMEONE, **changes)
    receipt, id = sent["receipt"], UUID(sent["helpRequest"]["id"])
    await talked(desk, id, receipt, intake)
    referral = None if stage is Stage.SENT else await offer(desk, id, office)
    token = desk.signed("answer-referral", referral or id)
    if referral is not None:
        await answered(desk, stage, token)
    for email in ("intake@demo.invalid", "supervisor@demo.invalid"):  # a claim may end on the way
        await desk.let_in(str(id), email)
    if stage in {Stage.WITHDRAWN, Stage.ERASED}:
        await desk.withdraw(receipt, erase=stage is Stage.ERASED)
    return Asked(id=id, receipt=receipt, office=office, referral=referral, token=token, key=key)


SOMEONE: Mapping[str, Any] = {
    "name": "Synthetic Person",
    "contacts": [
        {
            "channel": "PHONE",
            "value": "+1 956 555 0100",
            "mayLeaveMessage": True,
            "maySayWhoWeAre": True,
            "safeTimes": "after six",
        }
    ],
    "note": "A synthetic note.",
}


async def talked(desk: Desk, id: UUID, receipt: str, intake: Headers) -> None:
    """The person and the team write to each other, and staff write down what they heard."""
    await desk.published(
        "public/SendMessage", input={"receipt": receipt, "text": "Synthetic words.", "idempotencyKey": str(uuid4())}
    )
    mine = dict(intake)
    await desk.published("staff/ClaimHelpRequest", mine, id=str(id))
    await desk.published("staff/AddNote", mine, requestId=str(id), text="A synthetic note of staff.")
    await desk.published(
        "staff/ReplyToRequest",
        mine,
        input={"requestId": str(id), "text": "A synthetic reply.", "idempotencyKey": str(uuid4())},
    )
    heard = {"requestId": str(id), "scope": "STATISTICS_DEIDENTIFIED", "heardBy": "PHONE", "language": "es"}
    await desk.published("staff/RecordConsent", mine, input={**heard, "agrees": True})
    await desk.published("staff/RecordConsent", mine, input={**heard, "agrees": False})
    looked = "query($id: ID!) { request(id: $id) { messages(first: 5) { nodes { text } } } }"
    await desk.ask(looked, {"id": str(id)}, Audience.STAFF, **mine)  # so that the person's words have been read
    await desk.published("public/HelpRequestByReceipt", receipt=receipt)


async def offer(desk: Desk, id: UUID, office: Office) -> UUID:
    async with desk.database.transaction() as tx:
        request = await requests.locked(tx, id)
        assert request
        made = await offers.offer(tx, request, given.terms(office, lives=timedelta(days=2)), THE_SYSTEM, now=now())
    return made.id


async def answered(desk: Desk, stage: Stage, token: str) -> None:
    """What the provider does until this stage; it asks first, so that there are words of its own."""
    await desk.respond(token, "ASK", note="A synthetic question.")
    if stage in ACCEPTED:
        assert (await desk.respond(token, "ACCEPT"))["__typename"] == "ReferralPayload"
    if stage is Stage.DECLINED:
        await desk.respond(token, "DECLINE", declineReason="NO_CAPACITY")
    if stage is Stage.SERVED:
        await desk.published("public/RecordOutcome", input={"token": token, "outcome": "SERVED_FULL"})
