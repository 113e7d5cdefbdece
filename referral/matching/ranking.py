"""Who could help this person, best first? The same people give the same order, however they were read."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from referral.matching import places, rules, score
from referral.matching.answers import Room, RuleResult, Term
from referral.matching.languages import LanguagePairs
from referral.matching.pair import Candidate, Need

NOTHING_RELAXED: frozenset[str] = frozenset()
ROOM_ORDER = {Room.OPEN: 0, Room.UNKNOWN: 0, Room.WAITING_LIST: 1, Room.FULL: 2, Room.NONE: 3}
NEVER = datetime.min.replace(tzinfo=UTC)

Key = tuple[int, int, int, datetime, float, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What matching says of one pair, with every reason."""

    candidate: Candidate
    results: tuple[RuleResult, ...] = field(repr=False)
    terms: tuple[Term, ...] = field(repr=False)
    points: int
    doubt_points: int  # what the doubts cost in the order; the points themselves stay what the terms add up to
    room: Room
    distance_km: float | None = field(repr=False)
    is_feasible: bool
    is_doubtful: bool
    is_offerable: bool


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
    return in_order(need, feasible(need, candidates, pairs=pairs, now=now, relaxed=relaxed), salt=salt)


def feasible(
    need: Need,
    candidates: Iterable[Candidate],
    *,
    pairs: LanguagePairs,
    now: datetime,
    relaxed: frozenset[str] = NOTHING_RELAXED,
) -> list[Verdict]:
    """The verdicts on those that no rule excludes; nobody counts the points of the others."""
    judged = ((candidate, rules.judge(need, candidate, pairs=pairs, now=now)) for candidate in candidates)
    return [
        verdict_of(need, candidate, results, pairs=pairs, now=now, relaxed=relaxed)
        for candidate, results in judged
        if rules.is_feasible(results)
    ]


def in_order(need: Need, verdicts: Iterable[Verdict], *, salt: bytes) -> tuple[Verdict, ...]:
    """These, best first."""
    return tuple(sorted(verdicts, key=lambda verdict: place_in_order(verdict, need.request_id, salt)))


def why(
    need: Need,
    candidate: Candidate,
    *,
    pairs: LanguagePairs,
    now: datetime,
    relaxed: frozenset[str] = NOTHING_RELAXED,
) -> Verdict:
    """The verdict on one pair, feasible or not."""
    results = rules.judge(need, candidate, pairs=pairs, now=now)
    return verdict_of(need, candidate, results, pairs=pairs, now=now, relaxed=relaxed)


def verdict_of(
    need: Need,
    candidate: Candidate,
    results: tuple[RuleResult, ...],
    *,
    pairs: LanguagePairs,
    now: datetime,
    relaxed: frozenset[str],
) -> Verdict:
    terms = score.score(need, candidate, results, pairs=pairs, now=now)
    return Verdict(
        candidate=candidate,
        results=results,
        terms=terms,
        points=score.total(terms),
        doubt_points=score.doubt(rules.doubts_in(results)),
        room=rules.room_in(results),
        distance_km=places.distance_km(need, candidate),
        is_feasible=rules.is_feasible(results),
        is_doubtful=rules.is_doubtful(results),
        is_offerable=rules.is_offerable(results, relaxed),
    )


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
