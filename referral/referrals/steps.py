"""One step in a referral's life, and the line of history that tells of it, in one statement: there is never one alone.

The caller has locked the request, but where a provider merely looks (`offers.view`): that step is overtaken by any
other, and takes nothing back.
"""

from datetime import timedelta
from uuid import UUID

from referral.foundation.db import Reader, Tx, execute, many, one
from referral.foundation.errors import AlreadyAnswered, Conflict, Expired, NotFound
from referral.referrals import states
from referral.referrals.notes import By
from referral.referrals.reading import REFERRAL, Referral, referral
from referral.referrals.words import DeclineReason, ReferralOutcome, ReferralStatus


async def move(
    tx: Tx,
    id: UUID,
    to: ReferralStatus,
    allowed: frozenset[ReferralStatus],
    by: By,
    *,
    reason: DeclineReason | None = None,
    not_again_for: timedelta | None = None,
) -> Referral | None:
    """Change the status of an open offer whose clock runs; None where it stands elsewhere or has run out.

    `not_again_for` says how long after this end its provider is not asked again about the person; None for good.
    """
    return await one(
        tx,
        Referral,
        f"""
        WITH moved AS (
             UPDATE referral
                SET status = $2, decline_reason = coalesce($4, decline_reason),
                    responded_at = CASE WHEN $2 IN ('declined', 'more_info') THEN now() ELSE responded_at END,
                    excluded_until = coalesce(now() + $7::interval, excluded_until)
              WHERE id = $1 AND status = ANY($3::text[]) AND expires_at > now()
             RETURNING {REFERRAL}
        ), noted AS (
             INSERT INTO referral_event (referral_id, at, status, actor, actor_id)
             SELECT id, clock_timestamp(), status, $5, $6 FROM moved
        )
        SELECT {REFERRAL} FROM moved""",
        id,
        to.value,
        [status.value for status in allowed],
        reason,
        by.kind.value,
        by.id,
        not_again_for,
    )


async def move_at_any_time(
    tx: Tx,
    id: UUID,
    to: ReferralStatus,
    allowed: frozenset[ReferralStatus],
    by: By,
    *,
    outcome: ReferralOutcome | None = None,
    reason: DeclineReason | None = None,
    not_again_for: timedelta | None = None,
) -> Referral | None:
    """Change the status whatever the offer's clock says, as after a yes; None where it stands elsewhere."""
    return await one(
        tx,
        Referral,
        f"""
        WITH moved AS (
             UPDATE referral
                SET status = $2, outcome = $4, decline_reason = coalesce($5, decline_reason),
                    excluded_until = coalesce(now() + $8::interval, excluded_until)
              WHERE id = $1 AND status = ANY($3::text[])
             RETURNING {REFERRAL}
        ), noted AS (
             INSERT INTO referral_event (referral_id, at, status, actor, actor_id)
             SELECT id, clock_timestamp(), status, $6, $7 FROM moved
        )
        SELECT {REFERRAL} FROM moved""",
        id,
        to.value,
        [status.value for status in allowed],
        outcome,
        reason,
        by.kind.value,
        by.id,
        not_again_for,
    )


async def accept(tx: Tx, id: UUID, by: By) -> list[Referral]:
    """Accept an open offer whose clock runs, and recall every other open offer of the same needs.

    A provider whose offer is recalled so has refused nothing, and may be asked again.

    The accepted one comes first, then those recalled, as they were. Empty where it stands elsewhere or has run out.
    """
    return await many(
        tx,
        Referral,
        f"""
        WITH accepted AS (
             UPDATE referral SET status = 'accepted', responded_at = now()
              WHERE id = $1 AND status = ANY($2::text[]) AND expires_at > now()
             RETURNING {REFERRAL}
        ), rivals AS (
             SELECT {REFERRAL} FROM referral
              WHERE request_id = (SELECT request_id FROM accepted) AND status = ANY($2::text[]) AND id <> $1
                AND needs && (SELECT needs FROM accepted)
        ), recalled AS (
             UPDATE referral SET status = 'recalled', excluded_until = now() WHERE id IN (SELECT id FROM rivals)
        ), noted AS (
             INSERT INTO referral_event (referral_id, at, status, actor, actor_id)
             SELECT id, clock_timestamp(), 'accepted', $3, $4::uuid FROM accepted
             UNION ALL
             (SELECT id, clock_timestamp(), 'recalled', 'system', NULL FROM rivals ORDER BY id)
        )
        SELECT {REFERRAL}, 0 AS place FROM accepted
        UNION ALL
        SELECT {REFERRAL}, 1 FROM rivals
        ORDER BY place, id""",
        id,
        [status.value for status in states.OPEN],
        by.kind.value,
        by.id,
    )


async def why_not(at: Reader, id: UUID, to: ReferralStatus) -> Expired | Conflict | NotFound:
    """The refusal that says why a referral could not move."""
    found = await referral(at, id)
    if found is None:
        return NotFound("There is no such referral.")
    try:
        states.advance(found.status, to)
    except AlreadyAnswered as refusal:
        return refusal
    except Conflict as refusal:
        return Expired("This offer has run out.") if found.status is ReferralStatus.EXPIRED else refusal
    return Expired("This offer has run out.")


async def note(tx: Tx, id: UUID, status: ReferralStatus, by: By) -> None:
    await execute(
        tx,
        """
        INSERT INTO referral_event (referral_id, at, status, actor, actor_id)
        VALUES ($1, clock_timestamp(), $2, $3, $4)""",
        id,
        status.value,
        by.kind.value,
        by.id,
    )


async def end(tx: Tx, request_id: UUID, to: ReferralStatus, by: By, *, of: frozenset[ReferralStatus]) -> list[Referral]:
    """End a request's referrals that stand so; returns them as they were."""
    return await many(
        tx,
        Referral,
        f"""
        WITH live AS (
             SELECT {REFERRAL} FROM referral WHERE request_id = $1 AND status = ANY($2::text[])
        ), ended AS (
             UPDATE referral SET status = $3, excluded_until = now() WHERE id IN (SELECT id FROM live)
        ), noted AS (
             INSERT INTO referral_event (referral_id, at, status, actor, actor_id)
             SELECT id, clock_timestamp(), $3, $4, $5 FROM live ORDER BY id
        )
        SELECT {REFERRAL} FROM live ORDER BY id""",
        request_id,
        [status.value for status in of],
        to.value,
        by.kind.value,
        by.id,
    )
