"""What goes when a request is erased, and what is written down of it: how much of which table, why, and never what.

The count is in the audit trail, in the transaction of the erasure: it is linked and anchored like every other act, and
goes with it by age.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from referral.foundation import audit
from referral.foundation.actors import ActorKind
from referral.foundation.db import Reader, Tx, execute, many, value
from referral.foundation.vocabulary import Word
from referral.intake import requests
from referral.referrals import notes

MOST_LINES = 5000

# What of a request is left on purpose, by table. Ids, codes and times; nothing that anybody told us.
KEPT = {
    "help_request": "an empty row, so that a submit that is sent again does not bring the request back",
    "request_event": "when what kind of act happened, for statistics that point at nobody",
    "consent": "which text was agreed to and when, to answer for what was done",
    "referral": "which listing was asked when and where that ended, for its own counts",
    "referral_event": "the same, step by step",
    "audit_event": "who looked, let go or erased; it goes by age",
    "plan_proposal": "ids and points of a plan; they go with the plan",
    "plan_left_over": "ids and codes of a plan; they go with the plan",
    "outbox": "jobs that were ordered before; each finds nothing to do and goes",
}


class Why(Word):
    """Why something was erased, as the trail names the act."""

    ON_REQUEST = "erased_on_request", "The person asked for it."
    BY_AGE = "erased_by_age", "It was kept as long as promised."
    CONTACT_BY_AGE = "contact_erased_by_age", "Name and contacts were kept as long as promised."
    BY_KEY = "erased_by_key", "The key that opened it was destroyed."


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """On one day, for one reason: how much went of one table, or of one of its columns."""

    day: date
    why: Why
    what: str
    number: int


async def erase(tx: Tx, id: UUID, why: Why, by: ActorKind, *, now: datetime) -> None:
    """Leave a row that says only that something was here and is gone. The caller has locked the request."""
    before = await tally(tx, id)
    await requests.wipe(tx, id, now, by=by)
    await notes.forget(tx, id)
    await blank(tx, id)
    await write_down(tx, id, why, by, before)


async def erase_contact(tx: Tx, id: UUID, *, now: datetime) -> None:
    """Delete who asked and how they are reached; the rest stays. The caller has locked the request."""
    before = await tally(tx, id)
    await requests.forget_person(tx, id, now=now)
    await write_down(tx, id, Why.CONTACT_BY_AGE, ActorKind.SYSTEM, before)


async def write_down(tx: Tx, id: UUID, why: Why, by: ActorKind, before: Mapping[str, int]) -> None:
    """Compare what is there with what was, so that nothing is reported as gone that is still there."""
    after = await tally(tx, id)
    counts = {"request": 1} | {name: number - after.get(name, 0) for name, number in before.items()}
    await audit.record_erasure(tx, actor=by, actor_id=None, act=why.value, subject_id=id, counts=counts)


async def tally(at: Reader, id: UUID) -> dict[str, int]:
    """How much there is of a request: rows by table, and by column where the row stays."""
    return await value(
        at,
        """
        SELECT jsonb_build_object(
               'help_request.data_key', num_nonnulls(h.data_key),
               'help_request.requester_key', num_nonnulls(h.requester_key),
               'help_request.facts', num_nonnulls(h.facts),
               'help_request.person', num_nonnulls(h.person),
               'help_request.receipt_hash', num_nonnulls(h.receipt_hash),
               'help_request.help_types', cardinality(h.help_types),
               'help_request.languages', cardinality(h.languages),
               'help_request.place', num_nonnulls(h.country, h.state),
               'message', (SELECT count(*) FROM message WHERE request_id = h.id),
               'request_note', (SELECT count(*) FROM request_note WHERE request_id = h.id),
               'request_claim', (SELECT count(*) FROM request_claim WHERE request_id = h.id),
               'contact_index', (SELECT count(*) FROM contact_index WHERE request_id = h.id),
               'case_access', (SELECT count(*) FROM case_access WHERE request_id = h.id),
               'case_opening', (SELECT count(*) FROM case_opening WHERE request_id = h.id),
               'triage_act', (SELECT count(*) FROM triage_act WHERE request_id = h.id),
               'consent.language', (SELECT count(*) FROM consent WHERE request_id = h.id AND language <> ''),
               'referral_note', (SELECT count(*) FROM referral_note n JOIN referral r ON r.id = n.referral_id
                                  WHERE r.request_id = h.id),
               'referral.answers', (SELECT count(*) FROM referral
                                     WHERE request_id = h.id AND num_nonnulls(decline_reason, outcome) > 0))
          FROM help_request h
         WHERE h.id = $1""",
        id,
    )


async def blank(tx: Tx, request_id: UUID) -> None:
    """Blank what the referrals of an erased request could still tell: why not, how well it fit, how urgent it was."""
    await execute(
        tx,
        """
        UPDATE referral SET decline_reason = NULL, outcome = NULL, needs = ARRAY[help_type], score = 0,
                            expires_at = offered_at
         WHERE request_id = $1""",
        request_id,
    )


async def report(at: Reader, *, since: datetime, until: datetime) -> list[Erased]:
    """What was erased between two moments, the last day first."""
    return await many(
        at,
        Erased,
        """
        SELECT (e.at AT TIME ZONE 'UTC')::date AS day, e.act AS why, went.key AS what,
               sum(went.value::bigint)::bigint AS number
          FROM audit_event e
         CROSS JOIN jsonb_each_text(e.counts) AS went
         WHERE e.counts IS NOT NULL AND e.at >= $1 AND e.at < $2
         GROUP BY day, e.act, went.key
         ORDER BY day DESC, e.act, went.key
         LIMIT $3""",
        since,
        until,
        MOST_LINES,
    )
