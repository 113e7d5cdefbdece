"""May the details of several people be taken out at once? Two supervisors must want it, and it is done once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID, uuid4

from referral.foundation import audit
from referral.foundation.actors import Staff, StaffId, StaffRole
from referral.foundation.db import Tx, execute, many, one
from referral.foundation.errors import Conflict, FieldProblem, NotAllowed, NotFound, ValidationFailed, problem
from referral.foundation.vault import Vault, seal, unseal
from referral.intake import form, requests
from referral.intake.access import Depth
from referral.intake.requests import HelpRequest
from referral.intake.words import ConsentScope
from referral.referrals import views
from referral.referrals.views import SeenPerson

MOST = 200
LONGEST_REASON = 500
ASKED_LIVES = timedelta(hours=24)
AGREED_LIVES = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """Who asked for whose details, and who agreed. The details themselves are kept nowhere."""

    id: UUID
    request_ids: list[UUID]
    reason_sealed: bytes | None = field(repr=False)  # None once it was taken
    asked_by: StaffId
    asked_at: datetime
    agreed_by: StaffId | None
    agreed_at: datetime | None
    until: datetime
    taken_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One person of an export."""

    request_id: UUID
    person: SeenPerson | None = field(repr=False)


TABLE = "people_export"
EXPORT: LiteralString = "id, request_ids, reason_sealed, asked_by, asked_at, agreed_by, agreed_at, until, taken_at"


async def ask(tx: Tx, vault: Vault, staff: Staff, request_ids: Sequence[UUID], reason: str, *, now: datetime) -> Export:
    """The first of two. Raises NotAllowed, ValidationFailed, NotFound where one of the requests is not there."""
    supervisor(staff)
    if problems := wrong_in(request_ids, reason):
        raise ValidationFailed(problems)
    named = list(dict.fromkeys(request_ids))
    known = await requests.requests(tx, named)
    if any(id not in known or known[id].data_key is None for id in named):
        raise NotFound("There is no such request, or it was erased.")
    await note(tx, staff, "export_asked", named)
    id = uuid4()
    asked = await one(
        tx,
        Export,
        f"""
        INSERT INTO people_export (id, request_ids, reason_sealed, asked_by, asked_at, until)
        VALUES ($1, $2, $3, $4, $5, $6)
        RETURNING {EXPORT}""",
        id,
        named,
        sealed_reason(vault, known[named[0]], id, reason),
        staff.id,
        now,
        now + ASKED_LIVES,
    )
    return there(asked)


def sealed_reason(vault: Vault, request: HelpRequest, id: UUID, reason: str) -> bytes:
    """Words of staff may name somebody. Sealed with the first request's own key: gone when that is erased."""
    return seal(requests.key_of(vault, request), reason.strip().encode(), table=TABLE, row=id, name="reason")


async def reasons(tx: Tx, vault: Vault, exports: Sequence[Export]) -> dict[UUID, str]:
    """Why each was asked for; nothing where it was taken, or the first request was erased."""
    known = await requests.requests(tx, list({export.request_ids[0] for export in exports}))
    return {
        export.id: unseal(
            requests.key_of(vault, request), export.reason_sealed, table=TABLE, row=export.id, name="reason"
        ).decode()
        for export in exports
        if export.reason_sealed is not None
        and (request := known.get(export.request_ids[0])) is not None
        and request.data_key is not None
    }


def wrong_in(request_ids: Sequence[UUID], reason: str) -> list[FieldProblem]:
    found = form.of_text("reason", reason, LONGEST_REASON)
    if not any(sign.isalnum() for sign in reason) or "\0" in reason:
        found.append(problem("reason", "EMPTY", "Write a few words."))
    if not 1 <= len(request_ids) <= MOST:
        found.append(problem("request_ids", "BAD_SIZE", f"Name 1 to {MOST} requests."))
    return found


async def agree(tx: Tx, staff: Staff, id: UUID, *, now: datetime) -> Export:
    """The second of two. Raises NotFound, NotAllowed for whoever asked, Conflict where it is too late."""
    supervisor(staff)
    asked = await locked(tx, id)
    if asked.asked_by == staff.id:
        raise NotAllowed("It takes a second supervisor.")
    if asked.agreed_by is not None or asked.until <= now:
        raise Conflict("This has been agreed on, or was asked too long ago.")
    agreed = await one(
        tx,
        Export,
        f"UPDATE people_export SET agreed_by = $2, agreed_at = $3, until = $4 WHERE id = $1 RETURNING {EXPORT}",
        id,
        staff.id,
        now,
        now + AGREED_LIVES,
    )
    await note(tx, staff, "export_agreed", asked.request_ids)
    return there(agreed)


async def take(tx: Tx, vault: Vault, staff: Staff, id: UUID, *, now: datetime) -> tuple[Export, tuple[Taken, ...]]:
    """The details, once, for whoever asked; an audit row for each person before they are opened.

    Why it was asked for is wiped: the trail says that it was, by whom, and for whom.

    Raises NotFound, NotAllowed for anyone else, Conflict where nobody agreed, it was taken, or it is too late.
    """
    supervisor(staff)
    known = await locked(tx, id)
    if known.asked_by != staff.id:
        raise NotAllowed("Whoever asked for it takes it.")
    if known.agreed_by is None:
        raise Conflict("A second supervisor must agree first.")
    if known.taken_at is not None or known.until <= now:
        raise Conflict("It has been taken, or an hour has passed since it was agreed on. Ask again.")
    await execute(tx, "UPDATE people_export SET taken_at = $2, reason_sealed = NULL WHERE id = $1", id, now)
    await audit.record_each(
        tx, actor=staff.kind, actor_id=staff.id, act="person_exported", subject_ids=known.request_ids
    )
    found = await requests.requests(tx, known.request_ids)
    taken: list[Taken] = []
    for request_id in known.request_ids:  # as many as were named, and 200 at most
        request = found.get(request_id)
        stays = request is not None and request.person is not None
        agrees = stays and await views.agrees(tx, request_id, ConsentScope.STORE_REQUEST)
        person = requests.person_of(vault, request) if request is not None and agrees else None
        taken.append(Taken(request_id=request_id, person=views.seen_person(person, Depth.WHOLE)))
    return there(await one(tx, Export, f"SELECT {EXPORT} FROM people_export WHERE id = $1", id)), tuple(taken)


async def waiting(tx: Tx, staff: Staff, *, now: datetime) -> list[Export]:
    """What waits for a second supervisor or to be taken, the oldest first; that it was looked at leaves a trace."""
    supervisor(staff)
    found = await many(
        tx,
        Export,
        f"""
        SELECT {EXPORT} FROM people_export
         WHERE taken_at IS NULL AND until > $1
         ORDER BY asked_at, id
         LIMIT 50""",
        now,
    )
    await note(tx, staff, "export_read", list({id for export in found for id in export.request_ids}))
    return found


async def locked(tx: Tx, id: UUID) -> Export:
    return there(await one(tx, Export, f"SELECT {EXPORT} FROM people_export WHERE id = $1 FOR UPDATE", id))


def there(row: Export | None) -> Export:
    if row is None:
        raise NotFound("Nobody asks for this.")
    return row


def supervisor(staff: Staff) -> None:
    if staff.role is not StaffRole.SUPERVISOR:
        raise NotAllowed("Supervisors see to this.")


async def note(tx: Tx, staff: Staff, act: str, request_ids: list[UUID]) -> None:
    await audit.record_each(tx, actor=staff.kind, actor_id=staff.id, act=act, subject_ids=request_ids)
