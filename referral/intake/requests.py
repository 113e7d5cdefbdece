"""A request for help: sent once, found again by its receipt, withdrawn or erased by the person who sent it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import LiteralString, NewType
from uuid import UUID, uuid4

import msgspec

from referral.foundation import audit, outbox
from referral.foundation.actors import ActorKind, Partner, Visitor
from referral.foundation.db import Reader, Tx, execute, many, one, value
from referral.foundation.errors import IdempotencyKeyReused, NotFound, ValidationFailed
from referral.foundation.vault import Vault, seal, unseal
from referral.foundation.vocabulary import HelpType
from referral.intake import form, receipts, urgency
from referral.intake.form import Answers, Facts, LookedUp, Person, Submission
from referral.intake.receipts import Receipt
from referral.intake.urgency import Urgency
from referral.intake.words import CloseReason, HelpRequestStatus, UrgencyLevel

RequestId = NewType("RequestId", UUID)

QUESTION_SET = "2026-11"
TABLE = "help_request"


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpRequest:
    """A request as it is stored: what work is routed by, and the sealed rest."""

    id: RequestId
    status: HelpRequestStatus
    close_reason: CloseReason | None
    created_at: datetime
    updated_at: datetime
    help_types: tuple[HelpType, ...]
    languages: tuple[str, ...]
    country: str | None
    state: str | None
    urgency: UrgencyLevel
    respond_by: datetime
    partner_id: UUID | None
    data_key: bytes | None = field(repr=False)
    facts: bytes | None = field(repr=False)
    person: bytes | None = field(repr=False)

    @property
    def is_live(self) -> bool:
        """Neither closed nor erased."""
        return self.status is not HelpRequestStatus.CLOSED and self.data_key is not None


REQUEST: LiteralString = """
    id, status, close_reason, created_at, updated_at, help_types, languages, country, state, urgency, respond_by,
    partner_id, data_key, facts, person"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """What a person gets back: the receipt is shown now and never stored."""

    receipt: Receipt = field(repr=False)
    request: HelpRequest


async def submit(
    tx: Tx, vault: Vault, who: Visitor | Partner, answers: Answers, found: LookedUp, *, now: datetime
) -> Submitted:
    """Store a request once. A retry with the same key and body gets the first receipt; another body is refused.

    Raises ValidationFailed and IdempotencyKeyReused.
    """
    partner_id = who.id if isinstance(who, Partner) else None
    key_hash = vault.digest("idempotency", f"{partner_id}/{answers.idempotency_key}")
    body_hash = vault.digest("body", msgspec.json.encode(answers, order="sorted"))
    receipt = receipts.derive(vault, key_hash)
    try:
        submission = form.parse(answers, found, today=now.date())
    except ValidationFailed:
        # A retry gets its receipt whatever the look-ups say today, such as of a place renamed since.
        if not await one_of_key(tx, key_hash):
            raise
        created = None
    else:
        created = await insert(tx, vault, submission, receipt, key_hash, body_hash, partner_id, now)
    if created is None:
        return Submitted(receipt=receipt, request=await first_of_key(tx, key_hash, body_hash))
    return Submitted(receipt=receipt, request=created)


# With its consents, its first line of history and the order to match.
MADE: LiteralString = f"""
    WITH made AS (
         INSERT INTO help_request (id, status, created_at, updated_at, help_types, languages, country, state,
                                   urgency, respond_by, partner_id, data_key, facts, person, question_set,
                                   receipt_hash, idempotency_hash, body_hash)
         VALUES ($1, 'submitted', $2, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
         ON CONFLICT DO NOTHING
         RETURNING id
    ), agreed AS (
         INSERT INTO consent (request_id, scope, given_at, text_version, language)
         SELECT made.id, scope, $2, $13, $17 FROM made, unnest($18::text[]) AS scope
    ), told AS (
         INSERT INTO request_event (request_id, at, kind, actor) SELECT id, $2, 'submitted', $19 FROM made
    ), ordered AS ({outbox.PUT.format(rows="SELECT 'match', id, now() FROM made")})
    SELECT count(*) > 0 FROM made"""


async def insert(
    tx: Tx,
    vault: Vault,
    submission: Submission,
    receipt: Receipt,
    key_hash: bytes,
    body_hash: bytes,
    partner_id: UUID | None,
    now: datetime,
) -> HelpRequest | None:
    """The new row, with its consents, its first line of history and the order to match; None where the key has one.

    A parallel twin is waited for, then seen. No index is named as the one to conflict with: twins have one receipt too,
    and may meet at that index first.
    """
    id, facts = RequestId(uuid4()), submission.facts
    how_urgent = urgency_of(facts, asked_at=now, now=now)
    key, wrapped = vault.new_key(id)
    created = HelpRequest(
        id=id,
        status=HelpRequestStatus.SUBMITTED,
        close_reason=None,
        created_at=now,
        updated_at=now,
        help_types=submission.help_types,
        languages=submission.languages,
        country=facts.place.country if facts.place else None,
        state=facts.place.state if facts.place else None,
        urgency=how_urgent.level,
        respond_by=how_urgent.respond_by,
        partner_id=partner_id,
        data_key=wrapped,
        facts=seal(key, msgspec.json.encode(facts), table=TABLE, row=id, name="facts"),
        person=None
        if submission.person is None
        else seal(key, msgspec.json.encode(submission.person), table=TABLE, row=id, name="person"),
    )
    is_new = await value(
        tx,
        MADE,
        created.id,
        created.created_at,
        list(created.help_types),
        list(created.languages),
        created.country,
        created.state,
        created.urgency.value,
        created.respond_by,
        created.partner_id,
        created.data_key,
        created.facts,
        created.person,
        QUESTION_SET,
        receipts.hashed(vault, receipt),
        key_hash,
        body_hash,
        facts.ui_language,
        sorted(scope.value for scope in submission.consents),
        (ActorKind.HELPER if facts.on_behalf else ActorKind.REQUESTER).value,
    )
    return created if is_new else None


async def one_of_key(at: Reader, key_hash: bytes) -> bool:
    """Whether this key has made a request."""
    return await value(at, "SELECT EXISTS (SELECT FROM help_request WHERE idempotency_hash = $1)", key_hash)


async def first_of_key(at: Reader, key_hash: bytes, body_hash: bytes) -> HelpRequest:
    """The request this key made; IdempotencyKeyReused if it came with another body, or was erased since."""
    request = await one(
        at,
        HelpRequest,
        f"SELECT {REQUEST} FROM help_request WHERE idempotency_hash = $1 AND body_hash = $2",
        key_hash,
        body_hash,
    )
    if request is None or request.data_key is None:
        raise IdempotencyKeyReused("This idempotency key was used for another request. Make a new key.")
    return request


async def request(at: Reader, id: UUID) -> HelpRequest | None:
    """The request with this id."""
    return await one(at, HelpRequest, f"SELECT {REQUEST} FROM help_request WHERE id = $1", id)


async def locked(tx: Tx, id: UUID) -> HelpRequest | None:
    """The request, held still until the transaction ends: one decision about it at a time."""
    return await one(tx, HelpRequest, f"SELECT {REQUEST} FROM help_request WHERE id = $1 FOR UPDATE", id)


async def by_receipt(at: Reader, vault: Vault, written: str) -> HelpRequest | None:
    """The request this receipt was given for; None alike for a wrong one and one that cannot be a receipt."""
    receipt = receipts.read(written) or Receipt("")
    return await one(
        at,
        HelpRequest,
        f"SELECT {REQUEST} FROM help_request WHERE receipt_hash = $1",
        receipts.hashed(vault, receipt),
    )


async def close(tx: Tx, vault: Vault, written: str, *, erase: bool, now: datetime) -> HelpRequest:
    """Withdraw the request of this receipt, and on wish erase it. NotFound if there is none.

    Erasing leaves an empty row, so that a retried submit cannot bring the request back. Live offers are the caller's
    to recall in the same transaction.
    """
    found = await by_receipt(tx, vault, written)
    held = await locked(tx, found.id) if found else None
    if held is None:
        raise NotFound("No request has this receipt. Check the digits.")
    if held.status is not HelpRequestStatus.CLOSED:
        await set_status(tx, held.id, HelpRequestStatus.CLOSED, reason=CloseReason.WITHDRAWN_BY_PERSON, now=now)
        await record(tx, held.id, "consent_withdrawn", ActorKind.REQUESTER, at=now)
        await execute(
            tx, "UPDATE consent SET withdrawn_at = $2 WHERE request_id = $1 AND withdrawn_at IS NULL", held.id, now
        )
    if erase:
        await wipe(tx, held.id, now)
    return await request(tx, held.id) or held


async def wipe(tx: Tx, id: UUID, now: datetime) -> None:
    """Leave a row that says only that something was here and is gone."""
    await record(tx, id, "erased", ActorKind.REQUESTER, at=now)
    await execute(
        tx,
        """
        WITH notes AS (DELETE FROM request_note WHERE request_id = $1),
             acts AS (DELETE FROM triage_act WHERE request_id = $1),
             claims AS (DELETE FROM request_claim WHERE request_id = $1),
             agreed AS (UPDATE consent SET language = '', recorded_by = NULL, heard_by = NULL,
                               withdrawal_recorded_by = NULL, withdrawal_heard_by = NULL WHERE request_id = $1)
        UPDATE help_request
           SET data_key = NULL, facts = NULL, person = NULL, receipt_hash = NULL, help_types = '{}', languages = '{}',
               country = NULL, state = NULL, urgency = 'normal', respond_by = created_at, partner_id = NULL,
               body_hash = ''
         WHERE id = $1""",
        id,
    )


async def set_status(
    tx: Tx, id: UUID, status: HelpRequestStatus, *, now: datetime, reason: CloseReason | None = None
) -> None:
    await execute(
        tx,
        "UPDATE help_request SET status = $2, close_reason = $3, updated_at = $4 WHERE id = $1",
        id,
        status.value,
        reason,
        now,
    )


RELEASED: LiteralString = """
    SELECT DISTINCT $3, $5::uuid, 'contact_released', request_id FROM consent
     WHERE request_id = $1 AND scope = 'share_contact' AND withdrawn_at IS NULL"""


async def refer(tx: Tx, id: UUID, actor: ActorKind, actor_id: UUID | None, *, subject_id: UUID, now: datetime) -> None:
    """A provider has said yes to the request, which the caller has locked.

    Where the person agrees to be contacted, an audit row says that the contact is released by it.
    """
    await execute(
        tx,
        f"""
        WITH told AS (
             INSERT INTO request_event (request_id, at, kind, actor, subject_id) VALUES ($1, $2, 'accepted', $3, $4)
        ), released AS ({audit.RECORD.format(rows=RELEASED)})
        UPDATE help_request SET status = 'referred', close_reason = NULL, updated_at = $2 WHERE id = $1""",
        id,
        now,
        actor.value,
        subject_id,
        actor_id,
    )


async def record(
    tx: Tx,
    id: UUID,
    kind: str,
    actor: ActorKind,
    *,
    at: datetime,
    subject_id: UUID | None = None,
    actor_id: UUID | None = None,
) -> None:
    """Add to the request's history. The history names kinds of acts and ids, never what was said."""
    await execute(
        tx,
        "INSERT INTO request_event (request_id, at, kind, actor, subject_id, actor_id) VALUES ($1, $2, $3, $4, $5, $6)",
        id,
        at,
        kind,
        actor.value,
        subject_id,
        actor_id,
    )


def facts_of(vault: Vault, request: HelpRequest) -> Facts:
    """The sealed facts, opened. NotFound once the request has been erased."""
    return msgspec.json.decode(opened(vault, request, request.facts, "facts"), type=Facts)


def person_of(vault: Vault, request: HelpRequest) -> Person | None:
    """Who asks, opened. The caller has written the audit row, or is the person."""
    if request.person is None:
        return None
    return msgspec.json.decode(opened(vault, request, request.person, "person"), type=Person)


def opened(vault: Vault, request: HelpRequest, sealed: bytes | None, name: str) -> bytes:
    if request.data_key is None or sealed is None:
        raise NotFound("This request has been erased.")
    return unseal(vault.unwrap(request.id, request.data_key), sealed, table=TABLE, row=request.id, name=name)


def urgency_of(facts: Facts, *, asked_at: datetime, now: datetime) -> Urgency:
    """How urgent these facts are at `now`."""
    return urgency.judge(
        circumstances=facts.circumstances,
        posture=facts.posture,
        age=facts.age,
        next_hearing_on=facts.next_hearing_on,
        arrived_on=facts.arrived_on,
        asked_at=asked_at,
        now=now,
    )


async def requests(at: Reader, ids: Sequence[UUID]) -> dict[UUID, HelpRequest]:
    """Requests by id, in one question."""
    rows = await many(at, HelpRequest, f"SELECT {REQUEST} FROM help_request WHERE id = ANY($1::uuid[])", list(ids))
    return {row.id: row for row in rows}
