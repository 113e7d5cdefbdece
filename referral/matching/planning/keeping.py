"""How many places wait for urgent people who will come? The same as `reserves`, over arrays: for whole queues.

`reserves.keep` says it of options one by one, and a test holds the two to each other. Only those who may use every
place are drawn to come: nobody else is kept a place, and the urgent go before them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import numpy as np

from referral.matching.planning import flow, goals, reserves
from referral.matching.planning.choices import Choices, Flags, Whole, numbers
from referral.matching.planning.reserves import FUTURES


def kept(queue: Choices, came: Choices, refill: Whole, *, seen: timedelta, salt: bytes) -> Whole:
    """How many places each provider keeps. `came` are the urgent of the time `seen`, with the providers of `queue`;
    `refill` says in how many seconds each provider's next places come.
    """
    has_places = (queue.free > 0) & (refill > 0)
    ahead = float(refill[has_places].max(initial=0))
    given = np.zeros(queue.providers, dtype=np.int64)
    if came.asks == 0 or seen <= timedelta(0) or ahead == 0:
        return given
    unreserved = replace(queue, kept=np.zeros_like(queue.free))
    for number in range(FUTURES):
        future = with_those_to_come(unreserved, came, refill, ahead, seen, salt + number.to_bytes(2))
        chosen = flow.chosen(future, goals.worth(future, salt=salt))
        expected = chosen[future.ask[chosen] >= queue.asks]
        given += np.bincount(future.place[expected], minlength=queue.providers)
    most = [reserves.quantile(count / FUTURES) if count else 0 for count in numbers(given)]
    return np.minimum(np.array(most, dtype=np.int64), queue.free) * has_places


def with_those_to_come(
    queue: Choices, came: Choices, refill: Whole, ahead: float, seen: timedelta, salt: bytes
) -> Choices:
    """The queue and one future behind it: people like those who came, as often as they came, until the last refill."""
    begins = np.searchsorted(came.ask, np.arange(came.asks + 1))
    drawn = [
        (ask, copy, pairs)
        for ask, copy, after in arrivals(came, ahead / seen.total_seconds(), ahead, salt)
        if len(pairs := within(came, begins, ask, refill > after))
    ]
    asks = np.array([ask for ask, _, _ in drawn], dtype=np.int64)
    pairs = np.concatenate([np.zeros(0, dtype=np.int64), *(some for _, _, some in drawn)])
    number = queue.asks + np.repeat(np.arange(len(drawn)), [len(some) for _, _, some in drawn])
    ids = [reserves.lot(salt, came.request_ids[ask], copy) for ask, copy, _ in drawn]
    return replace(
        queue,
        request_ids=[*queue.request_ids, *ids],
        level=np.concatenate((queue.level, came.level[asks])),
        waited=np.concatenate((queue.waited, np.zeros_like(asks))),
        takes=np.concatenate((queue.takes, came.takes[asks])),
        ask=np.concatenate((queue.ask, number)),
        place=np.concatenate((queue.place, came.place[pairs])),
        points=np.concatenate((queue.points, came.points[pairs])),
        certain=np.concatenate((queue.certain, came.certain[pairs])),
    )


def arrivals(came: Choices, times: float, ahead: float, salt: bytes) -> Iterator[tuple[int, int, float]]:
    """Who comes, the how manieth like them, and after how many seconds."""
    for ask, id in enumerate(came.request_ids):
        for copy in range(reserves.times(times, reserves.uniform(salt, id, 0))):
            yield ask, copy, ahead * reserves.uniform(salt, id, copy + 1)


def within(came: Choices, begins: Whole, ask: int, still: Flags) -> Whole:
    """The pairs of one request whose provider still has places of today when they come."""
    first, last = int(begins[ask]), int(begins[ask + 1])
    return first + np.flatnonzero(still[came.place[first:last]])


def seated_alike(came: Choices, seats: Sequence[UUID], known: Mapping[UUID, int], queue: Choices) -> Choices:
    """`came`, whose providers are `seats`, with the numbers that `queue` has for them; the rest is nobody's."""
    number = np.array([known.get(seat, -1) for seat in seats], dtype=np.int64)
    place = number[came.place] if len(number) else came.place
    is_known = place >= 0
    return replace(
        came,
        provider_ids=queue.provider_ids,
        free=queue.free,
        kept=queue.kept,
        organization=queue.organization,
        cap=queue.cap,
        ask=came.ask[is_known],
        place=place[is_known],
        points=came.points[is_known],
        certain=came.certain[is_known],
    )
