"""What a referral is, and reading referrals with their histories."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString, NewType
from uuid import UUID

from referral.foundation.actors import ActorKind
from referral.foundation.db import Reader, many, one, value
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
    status: ReferralStatus
    capacity_id: UUID | None
    holds: bool
    offered_at: datetime
    expires_at: datetime
    responded_at: datetime | None
    decline_reason: DeclineReason | None
    outcome: ReferralOutcome | None
    score: int

    @property
    def shows_person(self) -> bool:
        """Contact is released by acceptance, and only then."""
        return self.status in {ReferralStatus.ACCEPTED, ReferralStatus.IN_PROGRESS}


REFERRAL: LiteralString = """
    id, request_id, provider_id, organization_id, help_type, status, capacity_id, holds, offered_at, expires_at,
    responded_at, decline_reason, outcome, score"""


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


async def histories(at: Reader, ids: Sequence[UUID]) -> list[ReferralEvent]:
    """The histories of these referrals, each in order."""
    return await many(
        at,
        ReferralEvent,
        "SELECT referral_id, at, status, actor FROM referral_event WHERE referral_id = ANY($1::uuid[]) ORDER BY id",
        list(ids),
    )


async def open_offers(at: Reader, request_id: UUID) -> int:
    """How many offers of a request wait for an answer."""
    return await value(
        at,
        "SELECT count(*) FROM referral WHERE request_id = $1 AND status IN ('offered', 'viewed', 'more_info')",
        request_id,
    )
