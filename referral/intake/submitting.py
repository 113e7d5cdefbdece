"""A request for help is sent once: checked, sealed and kept, with its consents and the order to match."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import LiteralString
from uuid import UUID, uuid4

import msgspec

from referral.foundation import outbox
from referral.foundation.actors import ActorKind, Partner, Visitor
from referral.foundation.claims import Kind
from referral.foundation.db import Reader, Tx, one, show, value
from referral.foundation.errors import IdempotencyKeyReused, ValidationFailed
from referral.foundation.vault import Kept, Vault, seal
from referral.intake import form, receipts, reevaluating
from referral.intake.asking import questions
from referral.intake.form import Answers, LookedUp, Submission
from referral.intake.receipts import Lock, Receipt
from referral.intake.requests import REQUEST, TABLE, HelpRequest, RequestId, urgency_of
from referral.intake.words import HelpRequestStatus, Suspicion

QUESTION_SET = questions.VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """What a person gets back: the receipt is shown now and never stored."""

    receipt: Receipt = field(repr=False)
    request: HelpRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What follows from the idempotency key alone, made before a transaction begins, since the lock takes a while.

    The receipt is derived from a hash that is kept nowhere: whoever has the database and the pepper besides cannot
    make it. `hashes` are those that tell a retry; the second one is as older versions kept it.
    """

    receipt: Receipt = field(repr=False)
    lock: Lock = field(repr=False)
    hashes: tuple[bytes, bytes]
    body_hash: bytes


async def sending(vault: Vault, who: Visitor | Partner, answers: Answers) -> Sending:
    partner_id = who.id if isinstance(who, Partner) else None
    key_hash = vault.digest("idempotency", f"{partner_id}/{answers.idempotency_key}")
    receipt = receipts.derive(vault, key_hash)
    return Sending(
        receipt=receipt,
        lock=await receipts.lock(receipt),
        hashes=(kept_hash(vault, key_hash), key_hash),
        body_hash=vault.digest("body", msgspec.json.encode(answers, order="sorted")),
    )


def kept_hash(vault: Vault, key_hash: bytes) -> bytes:
    """The hash of an idempotency key as the database keeps it."""
    return vault.digest("idempotency kept", key_hash)


async def submit(
    tx: Tx,
    vault: Vault,
    who: Visitor | Partner,
    answers: Answers,
    found: LookedUp,
    *,
    sent: Sending | None = None,
    suspicion: Suspicion | None = None,
    now: datetime,
) -> Submitted:
    """Store a request once. A retry with the same key and body gets the first receipt; another body is refused.

    `sent` is made before the transaction where others wait for its connection. What is suspicious is kept and answered
    as all else, and no machine does anything with it. Raises ValidationFailed and IdempotencyKeyReused.
    """
    partner_id = who.id if isinstance(who, Partner) else None
    sent = sent or await sending(vault, who, answers)
    await show(tx, Kind.SUBMISSION, *(key_hash.hex() for key_hash in sent.hashes))
    try:
        submission = form.parse(answers, found, today=now.date())
    except ValidationFailed:
        # A retry gets its receipt whatever the look-ups say today, such as of a place renamed since.
        if not await one_of_key(tx, sent):
            raise
        created = None
    else:
        created = await insert(tx, vault, submission, sent, partner_id, suspicion, now)
    return Submitted(receipt=sent.receipt, request=created or await first_of_key(tx, vault, sent))


ORDERS: LiteralString = """
    SELECT 'match', id, now() FROM made WHERE $23::text IS NULL
    UNION ALL
    SELECT 're_evaluate', id, $20::timestamptz FROM made WHERE $20::timestamptz IS NOT NULL"""

# With its consents, its first line of history, and the orders to match and to look at it when its level changes.
MADE: LiteralString = f"""
    WITH made AS (
         INSERT INTO help_request (id, status, created_at, updated_at, help_types, languages, country, state,
                                   urgency, respond_by, partner_id, data_key, facts, person, question_set,
                                   receipt_hash, idempotency_hash, body_hash, requester_key, quarantined)
         SELECT $1, 'submitted', $2, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $21, $23
          WHERE NOT EXISTS (SELECT FROM help_request WHERE idempotency_hash = $22)
         ON CONFLICT DO NOTHING
         RETURNING id
    ), agreed AS (
         INSERT INTO consent (request_id, scope, given_at, text_version, language)
         SELECT made.id, scope, $2, $13, $17 FROM made, unnest($18::text[]) AS scope
    ), told AS (
         INSERT INTO request_event (request_id, at, kind, actor) SELECT id, $2, 'submitted', $19 FROM made
    ), ordered AS ({outbox.PUT.format(rows=ORDERS)})
    SELECT count(*) > 0 FROM made"""


def unsaved(
    vault: Vault,
    submission: Submission,
    sent: Sending,
    partner_id: UUID | None,
    suspicion: Suspicion | None,
    now: datetime,
) -> HelpRequest:
    """The request as its row will be, sealed under a key of its own."""
    id, facts = RequestId(uuid4()), submission.facts
    person, how_urgent = submission.person, urgency_of(facts, asked_at=now, now=now)
    key, wrapped = vault.new_key(id, table=TABLE, kept=Kept.REQUEST, now=now)
    return HelpRequest(
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
        raised_to=None,
        partner_id=partner_id,
        data_key=wrapped,
        facts=seal(key, msgspec.json.encode(facts), table=TABLE, row=id, name="facts"),
        person=seal(key, msgspec.json.encode(person), table=TABLE, row=id, name="person") if person else None,
        requester_key=vault.for_requester(key, id, wrapped, sent.lock.stretched, sent.lock.salt, table=TABLE),
        quarantined=suspicion,
        key=key,
    )


async def insert(
    tx: Tx,
    vault: Vault,
    submission: Submission,
    sent: Sending,
    partner_id: UUID | None,
    suspicion: Suspicion | None,
    now: datetime,
) -> HelpRequest | None:
    """The new row, with its consents, its first line of history and the order to match; None where the key has one.

    A parallel twin is waited for, then seen. No index is named to conflict with: twins may meet at the receipt's first.
    """
    created, facts = unsaved(vault, submission, sent, partner_id, suspicion, now), submission.facts
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
        receipts.hashed(vault, sent.receipt),
        sent.hashes[0],
        sent.body_hash,
        facts.ui_language,
        sorted(scope.value for scope in submission.consents),
        (ActorKind.HELPER if facts.on_behalf else ActorKind.REQUESTER).value,
        reevaluating.next_look(facts, asked_at=now, now=now),
        created.requester_key,
        sent.hashes[1],
        created.quarantined,
    )
    return created if is_new else None


async def one_of_key(at: Reader, sent: Sending) -> bool:
    """Whether this key has made a request."""
    return await value(
        at,
        "SELECT EXISTS (SELECT FROM help_request WHERE idempotency_hash = ANY($1::bytea[]))",
        list(sent.hashes),
    )


async def first_of_key(at: Reader, vault: Vault, sent: Sending) -> HelpRequest:
    """The request this key made; IdempotencyKeyReused if it came with another body, or was erased since."""
    request = await one(
        at,
        HelpRequest,
        f"SELECT {REQUEST} FROM help_request WHERE idempotency_hash = ANY($1::bytea[])"
        " AND body_hash = $2 AND receipt_hash = $3",  # not once it has got another receipt
        list(sent.hashes),
        sent.body_hash,
        receipts.hashed(vault, sent.receipt),
    )
    if request is None or request.data_key is None:
        raise IdempotencyKeyReused("This idempotency key was used for another request. Make a new key.")
    key = await receipts.opened(vault, sent.receipt, request.id, request.requester_key)
    return replace(request, key=key)
