"""A request for help as it is kept: found again by its receipt, withdrawn or erased by the person who sent it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import LiteralString, NewType
from uuid import UUID

import msgspec

from referral.foundation import audit, outbox
from referral.foundation.actors import ActorKind
from referral.foundation.claims import Kind
from referral.foundation.db import Reader, Tx, execute, many, one, show, value
from referral.foundation.errors import NotFound
from referral.foundation.keys.refusals import KeyDestroyed
from referral.foundation.vault import DataKey, Vault, unseal
from referral.foundation.vocabulary import HelpType
from referral.intake import receipts, urgency
from referral.intake.form import Facts, Person
from referral.intake.receipts import Receipt
from referral.intake.urgency import Urgency
from referral.intake.words import CloseReason, HelpRequestStatus, Suspicion, UrgencyLevel

RequestId = NewType("RequestId", UUID)

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
    raised_to: UrgencyLevel | None
    partner_id: UUID | None
    data_key: bytes | None = field(repr=False)
    facts: bytes | None = field(repr=False)
    person: bytes | None = field(repr=False)
    requester_key: bytes | None = field(default=None, repr=False)
    quarantined: Suspicion | None = None  # why no machine does anything with it until staff say that it is a request
    key: DataKey | None = field(default=None, repr=False, compare=False)  # opened by its receipt; in no column

    @property
    def is_live(self) -> bool:
        """Neither closed nor erased."""
        return self.status is not HelpRequestStatus.CLOSED and self.data_key is not None


REQUEST: LiteralString = """
    id, status, close_reason, created_at, updated_at, help_types, languages, country, state, urgency, respond_by,
    raised_to, partner_id, data_key, facts, person, requester_key, quarantined"""


async def request(at: Reader, id: UUID) -> HelpRequest | None:
    """The request with this id."""
    return await one(at, HelpRequest, f"SELECT {REQUEST} FROM help_request WHERE id = $1", id)


async def locked(tx: Tx, id: UUID) -> HelpRequest | None:
    """The request, held still until the transaction ends: one decision about it at a time."""
    return await one(tx, HelpRequest, f"SELECT {REQUEST} FROM help_request WHERE id = $1 FOR UPDATE", id)


async def by_receipt(at: Reader, vault: Vault, written: str) -> HelpRequest | None:
    """The request this receipt was given for, with its key, wherever private keys are; None, after as long a time, for
    a wrong receipt and for what cannot be one.
    """
    receipt = receipts.read(written) or Receipt("")
    hashed = receipts.hashed(vault, receipt)
    await show(at, Kind.RECEIPT, hashed.hex())
    found = await one(at, HelpRequest, f"SELECT {REQUEST} FROM help_request WHERE receipt_hash = $1", hashed)
    try:
        key = await receipts.opened(vault, receipt, found and found.id, found and found.requester_key)
    except KeyDestroyed:
        # Its data key may have moved to a newer key of its week, which the receipt has no copy under.
        if found is None or found.data_key is None or vault.is_gone(found.data_key):
            return None
        key = None
    return replace(found, key=key) if found else None


async def held_by_receipt(tx: Tx, vault: Vault, written: str) -> HelpRequest | None:
    """The same, held still until the transaction ends."""
    known = await by_receipt(tx, vault, written)
    return with_key(await locked(tx, known.id), known.key) if known else None


def with_key(request: HelpRequest | None, key: DataKey | None) -> HelpRequest | None:
    """The request as it was read anew, with the key that opened it before."""
    return replace(request, key=key) if request else None


async def show_sending(tx: Tx, id: UUID) -> None:
    """Whoever asks has the request of this id, and keeps it until the transaction ends, also once its receipt is gone:
    from here on it is theirs by the key it was sent with.
    """
    sent: bytes = await value(tx, "SELECT idempotency_hash FROM help_request WHERE id = $1", id)
    await show(tx, Kind.SUBMISSION, sent.hex())


async def close(tx: Tx, vault: Vault, written: str, *, now: datetime) -> HelpRequest:
    """Withdraw the request of this receipt. NotFound if there is none.

    Live offers are the caller's to recall in the same transaction, and then to erase the request where that is wished:
    a receipt opens nothing any more once its request is erased.
    """
    held = await held_by_receipt(tx, vault, written)
    if held is None:
        raise NotFound("No request has this receipt. Check the digits.")
    if held.status is not HelpRequestStatus.CLOSED:
        await set_status(tx, held.id, HelpRequestStatus.CLOSED, reason=CloseReason.WITHDRAWN_BY_PERSON, now=now)
        await record(tx, held.id, "consent_withdrawn", ActorKind.REQUESTER, at=now)
        await execute(
            tx, "UPDATE consent SET withdrawn_at = $2 WHERE request_id = $1 AND withdrawn_at IS NULL", held.id, now
        )
    return with_key(await request(tx, held.id), held.key) or held


async def wipe(tx: Tx, id: UUID, now: datetime, *, by: ActorKind = ActorKind.REQUESTER) -> HelpRequest | None:
    """Leave a row that says only that something was here and is gone, so that a retried submit cannot bring it back."""
    await record(tx, id, "erased", by, at=now)
    return await one(
        tx,
        HelpRequest,
        f"""
        WITH notes AS (DELETE FROM request_note WHERE request_id = $1),
             messages AS (DELETE FROM message WHERE request_id = $1),
             acts AS (DELETE FROM triage_act WHERE request_id = $1),
             claims AS (DELETE FROM request_claim WHERE request_id = $1),
             indexed AS (DELETE FROM contact_index WHERE request_id = $1),
             asked AS (DELETE FROM case_access WHERE request_id = $1),
             opened AS (DELETE FROM case_opening WHERE request_id = $1),
             agreed AS (UPDATE consent SET language = '', recorded_by = NULL, heard_by = NULL,
                               withdrawal_recorded_by = NULL, withdrawal_heard_by = NULL WHERE request_id = $1)
        UPDATE help_request
           SET data_key = NULL, requester_key = NULL, facts = NULL, person = NULL, receipt_hash = NULL,
               help_types = '{{}}', languages = '{{}}', country = NULL, state = NULL, urgency = 'normal',
               respond_by = created_at, partner_id = NULL, raised_to = NULL, body_hash = ''
         WHERE id = $1
        RETURNING {REQUEST}""",
        id,
    )


async def forget_person(tx: Tx, id: UUID, *, now: datetime) -> None:
    """Delete who asked and how they are reached, which nobody needs once the request is closed; the rest stays."""
    await record(tx, id, "contact_erased", ActorKind.SYSTEM, at=now)
    await execute(
        tx,
        """
        WITH indexed AS (DELETE FROM contact_index WHERE request_id = $1)
        UPDATE help_request SET person = NULL WHERE id = $1""",
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


async def let_out(tx: Tx, id: UUID) -> None:
    """Out of quarantine, for good."""
    await execute(tx, "UPDATE help_request SET quarantined = NULL WHERE id = $1", id)


async def raise_to(tx: Tx, id: UUID, level: UrgencyLevel, *, now: datetime) -> None:
    """The request, which the caller has locked, is at least so urgent from now on."""
    raised = await execute(
        tx,
        """
        UPDATE help_request
           SET raised_to = $2, urgency = $2, respond_by = least(respond_by, created_at + $3), updated_at = $4
         WHERE id = $1 AND urgency = ANY($5::text[])""",
        id,
        level.value,
        level.first_answer_within,
        now,
        [one.value for one in urgency.ORDER[urgency.ORDER.index(level) + 1 :]],
    )
    if raised:
        await record(tx, id, "urgency_changed", ActorKind.SYSTEM, at=now)


RELEASED: LiteralString = """
    SELECT DISTINCT $3, $5::uuid, 'contact_released', request_id FROM consent
     WHERE request_id = $1 AND scope = 'share_contact' AND withdrawn_at IS NULL"""


# Where more was asked for, another need may still be without anybody.
AFTER_YES: LiteralString = """
    SELECT 'follow_up', $4::uuid, $6::timestamptz
    UNION ALL
    SELECT 'tell_requester', $1::uuid, $7::timestamptz
    UNION ALL
    SELECT 'match', id, now() FROM help_request WHERE id = $1 AND cardinality(help_types) > 1"""


async def refer(
    tx: Tx,
    id: UUID,
    actor: ActorKind,
    actor_id: UUID | None,
    *,
    referral_id: UUID,
    asked_at: datetime,
    told_at: datetime,
    now: datetime,
) -> None:
    """A provider has said yes to the request, which the caller has locked: the history, and the orders to ask the
    provider later what became of it and to tell the person.

    Where the person agrees to be contacted, an audit row says that the contact is released by it.
    """
    await execute(
        tx,
        f"""
        WITH told AS (
             INSERT INTO request_event (request_id, at, kind, actor, subject_id) VALUES ($1, $2, 'accepted', $3, $4)
        ), released AS ({audit.RECORD.format(rows=RELEASED)}
        ), ordered AS ({outbox.PUT.format(rows=AFTER_YES)})
        UPDATE help_request SET status = 'referred', close_reason = NULL, updated_at = $2 WHERE id = $1""",
        id,
        now,
        actor.value,
        referral_id,
        actor_id,
        asked_at,
        told_at,
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
    if sealed is None:
        raise NotFound("This request has been erased.")
    return unseal(key_of(vault, request), sealed, table=TABLE, row=request.id, name=name)


def key_of(vault: Vault, request: HelpRequest) -> DataKey:
    """The key that everything of a request is sealed with: its receipt has opened it, or the private keys do.

    NotFound once the request has been erased, KeyElsewhere where there is neither.
    """
    if request.data_key is None:
        raise NotFound("This request has been erased.")
    return request.key or vault.unwrap(request.id, request.data_key, table=TABLE)


def urgency_of(
    facts: Facts,
    *,
    asked_at: datetime,
    now: datetime,
    raised_to: UrgencyLevel | None = None,
    waited_until: datetime | None = None,
) -> Urgency:
    """How urgent these facts are at `now`; never below what a provider's answer has raised the request to."""
    return urgency.judge(
        circumstances=facts.circumstances,
        posture=facts.posture,
        age=facts.age,
        next_hearing_on=facts.next_hearing_on,
        arrived_on=facts.arrived_on,
        asked_at=asked_at,
        now=now,
        at_least=raised_to,
        waited_until=waited_until,
    )


async def waited_until(at: Reader, id: UUID) -> datetime | None:
    """When the last need got its yes, of those that still stand; None while a need has nobody and the wait goes on."""
    return await value(
        at,
        """
        SELECT max(got.at)
          FROM help_request h
         CROSS JOIN unnest(h.help_types) AS asked(need)
          LEFT JOIN LATERAL (
               SELECT min(coalesce(r.responded_at, r.offered_at)) AS at FROM referral r
                WHERE r.request_id = h.id AND asked.need = ANY(r.needs)
                  AND r.status IN ('accepted', 'in_progress', 'completed')) AS got ON true
         WHERE h.id = $1
        HAVING bool_and(got.at IS NOT NULL)""",
        id,
    )


async def requests(at: Reader, ids: Sequence[UUID]) -> dict[UUID, HelpRequest]:
    """Requests by id, in one question."""
    rows = await many(at, HelpRequest, f"SELECT {REQUEST} FROM help_request WHERE id = ANY($1::uuid[])", list(ids))
    return {row.id: row for row in rows}
