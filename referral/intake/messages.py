"""What the person and the team write to each other. Sealed with the request's own key, and erased with it.

The person writes and reads with the receipt, so nothing of a message is ever in a letter.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from referral.foundation import audit, cursors
from referral.foundation.actors import ActorKind, Staff
from referral.foundation.cursors import Page
from referral.foundation.db import Reader, Tx, execute, many, one, value
from referral.foundation.errors import Conflict, FieldProblem, IdempotencyKeyReused, ValidationFailed, problem
from referral.foundation.vault import DataKey, Vault, seal, unseal
from referral.intake import requests
from referral.intake.form import KEY_LENGTH, of_text
from referral.intake.requests import HelpRequest
from referral.intake.words import HelpRequestStatus

TABLE = "message"
LONGEST = 1000
MOST_A_DAY = 20  # of one request, from either side
ORDER = "messages"
OF_PERSON = frozenset({ActorKind.REQUESTER, ActorKind.HELPER})


class TooManyMessages(Conflict):
    """So many messages within a day are somebody's machine, or an emergency that needs a telephone."""

    code = "TOO_MANY_MESSAGES"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message, opened."""

    id: UUID
    at: datetime
    actor: ActorKind
    read_at: datetime | None
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A message as it is stored."""

    id: UUID
    request_id: UUID
    at: datetime
    actor: ActorKind
    read_at: datetime | None
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Messages:
    """One page of what was written, the oldest first."""

    messages: tuple[Message, ...]
    page: Page


def wrong_in(text: str, idempotency_key: str) -> list[FieldProblem]:
    problems = of_text("text", text, LONGEST)
    if not any(sign.isalnum() for sign in text):
        problems.append(problem("text", "EMPTY", "Write what you want to say."))
    if "\0" in text:
        problems.append(problem("text", "UNREADABLE", "This holds a sign that is no text."))
    if len(idempotency_key) not in KEY_LENGTH:
        problems.append(problem("idempotency_key", "LENGTH", "Send 8 to 200 characters; a random UUID is best."))
    return problems


async def from_person(
    tx: Tx, vault: Vault, request: HelpRequest, text: str, idempotency_key: str, *, now: datetime
) -> None:
    """Keep what the person wrote; where something was wanted of them, the team looks again.

    The caller has locked the request. Raises ValidationFailed, TooManyMessages, IdempotencyKeyReused, and Conflict for
    a request that is closed.
    """
    if await keep(tx, vault, request, text, idempotency_key, ActorKind.REQUESTER, None, now=now):
        if request.status is HelpRequestStatus.NEEDS_INFO:
            await requests.set_status(tx, request.id, HelpRequestStatus.IN_TRIAGE, now=now)
        await requests.record(tx, request.id, "message_received", ActorKind.REQUESTER, at=now)


async def from_staff(
    tx: Tx, vault: Vault, staff: Staff, request: HelpRequest, text: str, idempotency_key: str, *, now: datetime
) -> bool:
    """Keep what the team wrote to the person; whether it is new. The same refusals as of the person's."""
    if new := await keep(tx, vault, request, text, idempotency_key, staff.kind, staff.id, now=now):
        await requests.record(tx, request.id, "message_sent", staff.kind, at=now)
    return new


async def keep(
    tx: Tx,
    vault: Vault,
    request: HelpRequest,
    text: str,
    idempotency_key: str,
    actor: ActorKind,
    actor_id: UUID | None,
    *,
    now: datetime,
) -> bool:
    """Seal and keep a message once; whether it is new."""
    if problems := wrong_in(text, idempotency_key):
        raise ValidationFailed(problems)
    id, key_hash = uuid4(), vault.digest("message", f"{request.id}/{actor.value}/{idempotency_key}")
    if request.data_key is None or not request.is_live:
        raise Conflict("This request is closed. Send a new one, if help is needed again.")
    key = requests.key_of(vault, request)
    if (said := await of_key(tx, key_hash)) is not None:
        if opened(key, said).text != text:
            raise IdempotencyKeyReused("This idempotency key was used for another message. Make a new key.")
        return False
    lately: int = await value(
        tx, "SELECT count(*) FROM message WHERE request_id = $1 AND at > $2", request.id, now - timedelta(days=1)
    )
    if lately >= MOST_A_DAY:
        raise TooManyMessages("So many messages in one day. If this cannot wait, call the numbers in the next steps.")
    await execute(
        tx,
        """
        INSERT INTO message (id, request_id, at, actor, actor_id, sealed, idempotency_hash)
        VALUES ($1, $2, $3, $4, $5, $6, $7)""",
        id,
        request.id,
        now,
        actor.value,
        actor_id,
        seal(key, text.encode(), table=TABLE, row=id, name="text"),
        key_hash,
    )
    return True


async def of_key(at: Reader, key_hash: bytes) -> Sealed | None:
    """The message this key sent."""
    return await one(
        at,
        Sealed,
        "SELECT id, request_id, at, actor, read_at, sealed FROM message WHERE idempotency_hash = $1",
        key_hash,
    )


async def written(
    at: Reader, vault: Vault, request: HelpRequest, *, first: int | None = None, after: str | None = None
) -> Messages:
    """A page of what was written, the oldest first; nothing of an erased request. ValidationFailed for a bad page."""
    window = cursors.window(ORDER, datetime, first=first, after=after)
    rows = await many(
        at,
        Sealed,
        """
        SELECT id, request_id, at, actor, read_at, sealed FROM message
         WHERE request_id = $1 AND ($2::timestamptz IS NULL OR (at, id) > ($2, $3::uuid))
         ORDER BY at, id
         LIMIT $4""",
        request.id,
        window.mark.key if window.mark else None,
        window.mark.id if window.mark else None,
        window.size + 1,
    )
    shown = cursors.in_order(window, rows)
    if request.data_key is None:
        return Messages(messages=(), page=Page(has_next=False, has_previous=False))
    key = requests.key_of(vault, request)
    return Messages(messages=tuple(opened(key, row) for row in shown), page=cursors.page_of(window, len(rows)))


async def for_staff(
    tx: Tx, vault: Vault, staff: Staff, request: HelpRequest, *, first: int | None, after: str | None, now: datetime
) -> Messages:
    """A page for the team: an audit row says who looks, then it is opened, and is unread no longer."""
    await audit.record(tx, actor=staff.kind, actor_id=staff.id, act="messages_read", subject_id=request.id)
    found = await written(tx, vault, request, first=first, after=after)
    await seen_by_staff(tx, [one.id for one in found.messages], now=now)
    return found


async def seen_by_staff(tx: Tx, ids: Sequence[UUID], *, now: datetime) -> None:
    """The team has these before it: what the person wrote is unread no longer."""
    await execute(
        tx,
        """
        UPDATE message SET read_at = $2
         WHERE id = ANY($1::uuid[]) AND read_at IS NULL AND actor IN ('requester', 'helper')""",
        list(ids),
        now,
    )


async def seen_by_person(tx: Tx, ids: Sequence[UUID], *, now: datetime) -> None:
    """The person has these before them."""
    await execute(
        tx,
        """
        UPDATE message SET read_at = $2
         WHERE id = ANY($1::uuid[]) AND read_at IS NULL AND actor NOT IN ('requester', 'helper')""",
        list(ids),
        now,
    )


async def unread(at: Reader, request_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many messages from the person nobody of the team has seen."""
    found: dict[str, int] = await value(
        at,
        """
        SELECT coalesce(jsonb_object_agg(request_id, unread), '{}')
          FROM (SELECT request_id, count(*) AS unread FROM message
                 WHERE request_id = ANY($1::uuid[]) AND read_at IS NULL AND actor IN ('requester', 'helper')
                 GROUP BY request_id) AS waiting""",
        list(request_ids),
    )
    return {UUID(id): count for id, count in found.items()}


def opened(key: DataKey, kept: Sealed) -> Message:
    text = unseal(key, kept.sealed, table=TABLE, row=kept.id, name="text").decode()
    return Message(id=kept.id, at=kept.at, actor=kept.actor, read_at=kept.read_at, text=text)


def cursor(message: Message) -> str:
    """Where a message stands."""
    return cursors.written(ORDER, message.at, message.id)
