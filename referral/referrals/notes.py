"""Who acts on a referral, and the few words they write beside it, sealed with the request's own key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from referral.foundation.actors import ActorKind
from referral.foundation.db import Reader, Tx, execute, many
from referral.foundation.errors import FieldProblem
from referral.foundation.vault import Vault, seal, unseal
from referral.intake.form import NOTE_LIMIT, of_text
from referral.intake.requests import HelpRequest, key_of

TABLE = "referral_note"


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who acts: the kind shown in histories, and an id that only staff see."""

    kind: ActorKind
    id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What someone wrote beside an act."""

    at: datetime
    actor: ActorKind
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A note as it is stored."""

    id: UUID
    referral_id: UUID
    at: datetime
    actor: ActorKind
    sealed: bytes = field(repr=False)


def wrong_in(path: str, text: str | None) -> list[FieldProblem]:
    """Too long, or with numbers from identity papers."""
    return of_text(path, text, NOTE_LIMIT)


def says_something(text: str | None) -> bool:
    """Whether there is anything in it to read."""
    return any(sign.isalnum() for sign in text or "")


async def keep(tx: Tx, vault: Vault, request: HelpRequest, referral_id: UUID, text: str, by: By) -> None:
    """Seal the words and keep them; nothing is kept of a request that has been erased."""
    if request.data_key is None:
        return
    id, key = uuid4(), key_of(vault, request)
    await execute(
        tx,
        "INSERT INTO referral_note (id, referral_id, actor, actor_id, sealed) VALUES ($1, $2, $3, $4, $5)",
        id,
        referral_id,
        by.kind.value,
        by.id,
        seal(key, text.encode(), table=TABLE, row=id, name="text"),
    )


async def forget(tx: Tx, request_id: UUID) -> None:
    """Delete the notes of a request that is being erased."""
    await execute(
        tx, "DELETE FROM referral_note WHERE referral_id IN (SELECT id FROM referral WHERE request_id = $1)", request_id
    )


async def of_referrals(
    at: Reader, vault: Vault, request: HelpRequest, referral_ids: Sequence[UUID]
) -> dict[UUID, list[Note]]:
    """The notes of a request's referrals, each in order; for staff."""
    return await of_many(at, vault, dict.fromkeys(referral_ids, request))


async def of_many(at: Reader, vault: Vault, requests: Mapping[UUID, HelpRequest]) -> dict[UUID, list[Note]]:
    """The same for referrals of many requests, each given with its own; of an erased one nothing can be read."""
    rows = await many(
        at,
        Sealed,
        """
        SELECT id, referral_id, at, actor, sealed FROM referral_note
         WHERE referral_id = ANY($1::uuid[])
         ORDER BY at, id""",
        [id for id, request in requests.items() if request.data_key is not None],
    )
    found: dict[UUID, list[Note]] = {}
    for row in rows:
        request = requests[row.referral_id]
        key = key_of(vault, request)
        text = unseal(key, row.sealed, table=TABLE, row=row.id, name="text").decode()
        found.setdefault(row.referral_id, []).append(Note(at=row.at, actor=row.actor, text=text))
    return found
