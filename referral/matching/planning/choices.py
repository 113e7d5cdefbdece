"""Who could go where, as arrays: the same order whatever order it came in, drawn with the salt."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID

import numpy as np
import numpy.typing as npt

from referral.intake.words import UrgencyLevel
from referral.matching.planning.model import NO_CAPS, Ask, Assignment, Given, Places

Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# The most pressing first; the index of a level here is its code in the arrays.
LEVELS = (UrgencyLevel.CRITICAL, UrgencyLevel.URGENT, UrgencyLevel.ELEVATED, UrgencyLevel.NORMAL)
CODE = {level: code for code, level in enumerate(LEVELS)}
URGENT_CODE = CODE[UrgencyLevel.URGENT]
NO_CAP = -1
NOBODY = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """Requests, providers, and the pairs that may be: pair k is request `ask[k]` with provider `place[k]`.

    Pairs are sorted by request, then provider. `cap` says for each organization how many it may be given.
    """

    request_ids: Sequence[UUID]
    provider_ids: Sequence[UUID]
    level: Whole
    waited: Whole  # seconds
    takes: Whole
    free: Whole
    kept: Whole
    organization: Whole
    cap: Whole
    ask: Whole
    place: Whole
    points: Whole
    certain: Flags

    @property
    def asks(self) -> int:
        return len(self.request_ids)

    @property
    def providers(self) -> int:
        return len(self.provider_ids)

    @property
    def pairs(self) -> int:
        return len(self.ask)


def choices_of(
    asks: Iterable[Ask], places: Iterable[Places], caps: Mapping[UUID, int] = NO_CAPS, *, salt: bytes
) -> Choices:
    """The arrays of these requests and providers. An option at a provider that is not listed is none."""
    drawn = sorted(asks, key=lambda ask: lot(salt, ask.request_id))
    offered = sorted(places, key=lambda place: lot(salt, place.provider_id))
    index = {place.provider_id: number for number, place in enumerate(offered)}
    organizations = {id: number for number, id in enumerate(sorted({place.organization_id for place in offered}))}
    pairs = sorted(
        (number, index[option.provider_id], option.points, option.certain)
        for number, ask in enumerate(drawn)
        for option in ask.options
        if option.provider_id in index
    )
    columns = np.array(pairs, dtype=np.int64).reshape(len(pairs), 4)
    return Choices(
        request_ids=[ask.request_id for ask in drawn],
        provider_ids=[place.provider_id for place in offered],
        level=whole(CODE[ask.level] for ask in drawn),
        waited=whole(int(ask.waited.total_seconds()) for ask in drawn),
        takes=whole(ask.takes for ask in drawn),
        free=whole(max(0, place.free) for place in offered),
        kept=whole(min(max(0, place.kept), max(0, place.free)) for place in offered),
        organization=whole(organizations[place.organization_id] for place in offered),
        cap=whole(caps.get(id, NO_CAP) for id in organizations),
        ask=columns[:, 0],
        place=columns[:, 1],
        points=columns[:, 2],
        certain=columns[:, 3].astype(np.bool_),
    )


def lot(salt: bytes, id: UUID) -> bytes:
    """Where someone stands among equals: published with its salt, so that anyone can draw it again."""
    return hashlib.sha256(salt + id.bytes).digest()


def whole(values: Iterable[int]) -> Whole:
    return np.fromiter(values, dtype=np.int64)


def flags(values: Iterable[bool]) -> Flags:
    return np.fromiter(values, dtype=np.bool_)


def numbers(values: Whole) -> list[int]:
    """An array as a list, of which the driver of arrays does not tell the type."""
    return cast("list[int]", values.tolist())


def pair_of_each(choices: Choices, chosen: Whole) -> Whole:
    """The chosen pair of each request; NOBODY where it is left."""
    at = np.full(choices.asks, NOBODY, dtype=np.int64)
    at[choices.ask[chosen]] = chosen
    return at


def assignment(choices: Choices, chosen: Whole, value: Whole) -> Assignment:
    """The pairs that were chosen, in words again; `value` is of each pair."""
    pairs = zip(numbers(chosen), numbers(choices.ask[chosen]), numbers(choices.place[chosen]), strict=True)
    given = tuple(
        Given(
            request_id=choices.request_ids[ask],
            provider_id=choices.provider_ids[place],
            points=int(choices.points[pair]),
            certain=bool(choices.certain[pair]),
            value=int(value[pair]),
        )
        for pair, ask, place in pairs
    )
    served = set(numbers(choices.ask[chosen]))
    left = tuple(id for number, id in enumerate(choices.request_ids) if number not in served)
    return Assignment(given=given, left=left)
