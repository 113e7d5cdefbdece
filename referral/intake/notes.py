"""What staff write for each other about a request, sealed with its own key: gone when the request is erased."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from referral.foundation.actors import ActorKind, Staff, StaffId
from referral.foundation.db import Reader, Tx, execute, many, value
from referral.foundation.errors import FieldProblem, problem
from referral.foundation.vault import Vault, seal, unseal
from referral.intake import form, requests
from referral.intake.requests import HelpRequest

TABLE = "request_note"
LIMIT = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestNote:
    """A note as colleagues read it."""

    at: datetime
    actor: ActorKind
    actor_id: StaffId
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A note as it is stored."""

    id: UUID
    at: datetime
    actor: ActorKind
    actor_id: StaffId
    sealed: bytes = field(repr=False)


def wrong_in(path: str, text: str) -> list[FieldProblem]:
    """Empty, too long, or with numbers from identity papers."""
    if not any(sign.isalnum() for sign in text):
        return [problem(path, "EMPTY", "Write a few words.")]
    return form.of_text(path, text, LIMIT)


async def keep(tx: Tx, vault: Vault, request: HelpRequest, staff: Staff, text: str, *, now: datetime) -> None:
    """Seal the words and keep them; nothing is kept of a request that has been erased."""
    if request.data_key is None:
        return
    id, key = uuid4(), requests.key_of(vault, request)
    await execute(
        tx,
        "INSERT INTO request_note (id, request_id, at, actor, actor_id, sealed) VALUES ($1, $2, $3, $4, $5, $6)",
        id,
        request.id,
        now,
        staff.kind.value,
        staff.id,
        seal(key, text.encode(), table=TABLE, row=id, name="text"),
    )


async def any_of(at: Reader, request_id: UUID) -> bool:
    """Whether staff wrote anything: what is not there needs no audit row."""
    return await value(at, "SELECT EXISTS (SELECT FROM request_note WHERE request_id = $1)", request_id)


async def of(at: Reader, vault: Vault, request: HelpRequest) -> list[RequestNote]:
    """All of them, the oldest first. The caller has written the audit row."""
    if request.data_key is None:
        return []
    rows = await many(
        at,
        Sealed,
        "SELECT id, at, actor, actor_id, sealed FROM request_note WHERE request_id = $1 ORDER BY at, id",
        request.id,
    )
    key = requests.key_of(vault, request)
    return [
        RequestNote(
            at=row.at,
            actor=row.actor,
            actor_id=row.actor_id,
            text=unseal(key, row.sealed, table=TABLE, row=row.id, name="text").decode(),
        )
        for row in rows
    ]
