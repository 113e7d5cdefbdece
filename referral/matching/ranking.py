"""Who could help this person, best first? The same people give the same order, however they were read."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from referral.matching.answers import Room
from referral.matching.languages import LanguagePairs
from referral.matching.pair import Candidate, Need
from referral.matching.verdicts import NOTHING_RELAXED, Judge, Verdict

ROOM_ORDER = {Room.OPEN: 0, Room.UNKNOWN: 0, Room.WAITING_LIST: 1, Room.FULL: 2, Room.NONE: 3}
NEVER = datetime.min.replace(tzinfo=UTC)

Key = tuple[int, int, int, datetime, float, bytes]


def rank(
    need: Need,
    candidates: Iterable[Candidate],
    *,
    pairs: LanguagePairs,
    now: datetime,
    salt: bytes,
    relaxed: frozenset[str] = NOTHING_RELAXED,
) -> tuple[Verdict, ...]:
    """The candidates that no rule excludes, best first.

    Those with room before a waiting list before full; in each by points, of which every doubt takes some away, so that
    a doubtful one comes after an equal certain one; then more free places, longest since the last offer, nearer, and
    at last the lottery. `relaxed` decides who is offerable, never the order.
    """
    judge = Judge(need, pairs=pairs, now=now, relaxed=relaxed)
    return in_order(need, judge.feasible(candidates), salt=salt)


def in_order(need: Need, verdicts: Iterable[Verdict], *, salt: bytes) -> tuple[Verdict, ...]:
    """These, best first."""
    return tuple(sorted(verdicts, key=lambda verdict: place_in_order(verdict, need.request_id, salt)))


def place_in_order(verdict: Verdict, request_id: UUID, salt: bytes) -> Key:
    """What two verdicts are compared by. A full provider comes after every one with room, certain or not."""
    candidate = verdict.candidate
    return (
        ROOM_ORDER[verdict.room],
        -standing(verdict),
        -(candidate.free_places or 0),
        candidate.last_offered_at or NEVER,
        float("inf") if verdict.distance_km is None else verdict.distance_km,
        lottery(salt, request_id, candidate.provider_id),
    )


def standing(verdict: Verdict) -> int:
    """The points that count in the order."""
    return verdict.points - verdict.doubt_points


def lottery(salt: bytes, request_id: UUID, provider_id: UUID) -> bytes:
    """The last resort between equals. Published with its salt, so that anyone can draw it again."""
    return hashlib.sha256(salt + request_id.bytes + provider_id.bytes).digest()
