"""Is a request as urgent as it was? Dates come nearer, and people wait: the level that is kept follows what is judged.

Each request has one job that is due when its level changes next, so that nobody looks through all of them every night.
Whoever changes what a request is judged by orders the job anew, due now: other facts, or a yes that came to nothing.
"""

from datetime import datetime
from uuid import UUID

from referral.foundation import outbox
from referral.foundation.actors import ActorKind
from referral.foundation.db import Tx, execute
from referral.foundation.outbox import JobKind
from referral.foundation.vault import Vault
from referral.intake import requests, urgency
from referral.intake.form import Facts
from referral.intake.words import UrgencyLevel


async def reevaluate(tx: Tx, vault: Vault, id: UUID, *, now: datetime) -> None:
    """Bring the level of a live request up to date, and order the next look at it.

    `now` is by the database's clock: by another one the job could come too early, find nothing, and be due again.
    """
    request = await requests.locked(tx, id)
    if request is None or not request.is_live:
        return
    facts = requests.facts_of(vault, request)
    asked_at, raised_to = request.created_at, request.raised_to
    answered_at = await requests.waited_until(tx, id)
    judged = requests.urgency_of(facts, asked_at=asked_at, now=now, raised_to=raised_to, waited_until=answered_at)
    if judged.level is not request.urgency:
        await execute(
            tx,
            "UPDATE help_request SET urgency = $2, respond_by = $3 WHERE id = $1",
            id,
            judged.level.value,
            judged.respond_by,
        )
        await requests.record(tx, id, "urgency_changed", ActorKind.SYSTEM, at=now)
        if urgency.ORDER.index(judged.level) < urgency.ORDER.index(request.urgency):
            await outbox.put(tx, JobKind.MATCH, id)  # more offers at once may be due to it now
    changes_at = next_look(facts, asked_at=asked_at, now=now, raised_to=raised_to, waited_until=answered_at)
    if changes_at is not None:
        await outbox.put(tx, JobKind.RE_EVALUATE, id, run_at=changes_at)


def next_look(
    facts: Facts,
    *,
    asked_at: datetime,
    now: datetime,
    raised_to: UrgencyLevel | None = None,
    waited_until: datetime | None = None,
) -> datetime | None:
    """When the level of these facts changes next by itself; None where it never will."""

    def level_at(moment: datetime) -> UrgencyLevel:
        return requests.urgency_of(
            facts, asked_at=asked_at, now=moment, raised_to=raised_to, waited_until=waited_until
        ).level

    return urgency.next_change(
        level_at,
        next_hearing_on=facts.next_hearing_on,
        arrived_on=facts.arrived_on,
        asked_at=asked_at,
        now=now,
    )
