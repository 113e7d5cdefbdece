"""What a referral is, and reading referrals with their histories."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString, NewType
from uuid import UUID

from referral.foundation import cursors
from referral.foundation.actors import ActorKind
from referral.foundation.cursors import Page
from referral.foundation.db import Reader, many, one
from referral.foundation.vocabulary import HelpType
from referral.referrals.words import DeclineReason, ReferralOutcome, ReferralStatus

ReferralId = NewType("ReferralId", UUID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """One offer of one request to one provider."""

    id: ReferralId
    request_id: UUID
    provider_id: UUID
    organization_id: UUID
    help_type: HelpType
    needs: tuple[HelpType, ...]
    status: ReferralStatus
    capacity_id: UUID | None
    holds: bool
    offered_at: datetime
    expires_at: datetime
    responded_at: datetime | None
    decline_reason: DeclineReason | None
    outcome: ReferralOutcome | None
    offered_by: ActorKind
    score: int

    @property
    def shows_person(self) -> bool:
        """Contact is released by acceptance, and only then."""
        return self.status in {ReferralStatus.ACCEPTED, ReferralStatus.IN_PROGRESS}


REFERRAL: LiteralString = """
    id, request_id, provider_id, organization_id, help_type, needs, status, capacity_id, holds, offered_at,
    expires_at, responded_at, decline_reason, outcome, offered_by, score"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralEvent:
    """One step in a referral's history."""

    referral_id: UUID
    at: datetime
    status: ReferralStatus
    actor: ActorKind


async def referral(at: Reader, id: UUID) -> Referral | None:
    """The referral with this id."""
    return await one(at, Referral, f"SELECT {REFERRAL} FROM referral WHERE id = $1", id)


async def of_request(at: Reader, request_id: UUID) -> list[Referral]:
    """All referrals of a request, oldest first."""
    return await many(
        at, Referral, f"SELECT {REFERRAL} FROM referral WHERE request_id = $1 ORDER BY offered_at, id", request_id
    )


async def of_requests(at: Reader, request_ids: Sequence[UUID]) -> list[Referral]:
    """All referrals of these requests, oldest first."""
    return await many(
        at,
        Referral,
        f"SELECT {REFERRAL} FROM referral WHERE request_id = ANY($1::uuid[]) ORDER BY offered_at, id",
        list(request_ids),
    )


async def histories(at: Reader, ids: Sequence[UUID]) -> list[ReferralEvent]:
    """The histories of these referrals, each in order."""
    return await many(
        at,
        ReferralEvent,
        "SELECT referral_id, at, status, actor FROM referral_event WHERE referral_id = ANY($1::uuid[]) ORDER BY id",
        list(ids),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """One page of offers."""

    referrals: tuple[Referral, ...]
    page: Page


async def of_organization(
    at: Reader,
    organization_id: UUID,
    statuses: tuple[ReferralStatus, ...] | None,
    *,
    first: int | None,
    after: str | None,
) -> Offers:
    """Offers made to an organization, the newest first. ValidationFailed for a bad size or cursor."""
    window = cursors.window("offers", float, first=first, after=after)
    rows = await many(
        at,
        Referral,
        f"""
        SELECT {REFERRAL} FROM referral
         WHERE organization_id = $1
           AND ($2::text[] IS NULL OR status = ANY($2))
           AND ($3::float8 IS NULL OR (offered_at, id) < (to_timestamp($3), $4))
         ORDER BY offered_at DESC, id DESC
         LIMIT $5""",
        organization_id,
        list(statuses) if statuses else None,
        window.mark.key if window.mark else None,
        window.mark.id if window.mark else None,
        window.size + 1,
    )
    return Offers(referrals=cursors.in_order(window, rows), page=cursors.page_of(window, len(rows)))


def cursor(referral: Referral) -> str:
    """Where an offer stands in its organization's list."""
    return cursors.written("offers", referral.offered_at.timestamp(), referral.id)
