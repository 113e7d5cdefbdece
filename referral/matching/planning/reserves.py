"""How many places should wait for urgent people who will come before there are new ones? A number for each provider.

Futures are drawn from the arrivals of the last weeks, and each is solved together with who waits now. What the best
plan gives, on the mean, to urgent people who are still to come is what a provider should expect of them.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from referral.intake.words import UrgencyLevel
from referral.matching.planning import flow
from referral.matching.planning.model import Ask, Places

FUTURES = 8
MORE_COME = 0.4  # the chance that more urgent people come than places are kept
MAY_USE_ALL = frozenset({UrgencyLevel.CRITICAL, UrgencyLevel.URGENT})
NO_TIME = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """The free places of a provider, and how long until its next ones come."""

    places: Places
    refill_in: timedelta


def keep(
    waiting: Iterable[Ask], recent: Iterable[Ask], supplies: Iterable[Supply], *, seen: timedelta, salt: bytes
) -> dict[UUID, int]:
    """How many places each provider keeps; those that keep none are left out.

    `recent` are all who came within `seen`. The nearer a refill is, the fewer come before it, and the fewer are kept.
    """
    supply = {one.places.provider_id: one for one in supplies if one.places.free > 0}
    queue, came = list(waiting), list(recent)
    if not supply or not came or seen <= NO_TIME:
        return {}
    places = [replace(one.places, kept=0) for one in supply.values()]
    given: Counter[UUID] = Counter()
    for number in range(FUTURES):
        future = list(drawn(came, supply, seen=seen, salt=salt + number.to_bytes(2)))
        urgent = {ask.request_id for ask in future if ask.level in MAY_USE_ALL}
        plan = flow.solve([*queue, *future], places, salt=salt)
        given.update(one.provider_id for one in plan.given if one.request_id in urgent)
    expected = {id: min(quantile(count / FUTURES), supply[id].places.free) for id, count in given.items()}
    return {id: count for id, count in expected.items() if count > 0}


def drawn(came: Sequence[Ask], supply: Mapping[UUID, Supply], *, seen: timedelta, salt: bytes) -> Iterator[Ask]:
    """One future: people like those who came, as often as they came, until the last refill.

    Each finds the places whose refill is still to come when they arrive; later there are new ones.
    """
    ahead = max(one.refill_in for one in supply.values())
    for ask in came:
        for copy in range(times(ahead / seen, uniform(salt, ask.request_id, 0))):
            after = ahead * uniform(salt, ask.request_id, copy + 1)
            options = tuple(
                option
                for option in ask.options
                if option.provider_id in supply and supply[option.provider_id].refill_in > after
            )
            if options:
                yield replace(ask, request_id=lot(salt, ask.request_id, copy), waited=NO_TIME, options=options)


def quantile(mean: float) -> int:
    """The fewest places with which more urgent people than places come with a chance of at most MORE_COME."""
    return times(mean, 1 - MORE_COME)


def times(mean: float, chance: float) -> int:
    """The count of a Poisson draw: the smallest one that is reached with this chance."""
    count, term = 0, math.exp(-mean)
    total = term
    while total < chance and term > 0:
        count += 1
        term *= mean / count
        total += term
    return count


def uniform(salt: bytes, id: UUID, number: int) -> float:
    """A number from 0 up to 1, the same for everyone who draws with this salt."""
    return int.from_bytes(digest(salt, id, number)[:6]) / 2**48


def lot(salt: bytes, id: UUID, number: int) -> UUID:
    """The id of someone who has not come yet."""
    return UUID(bytes=digest(salt, id, -1 - number)[:16])


def digest(salt: bytes, id: UUID, number: int) -> bytes:
    return hashlib.sha256(salt + id.bytes + number.to_bytes(4, signed=True)).digest()
