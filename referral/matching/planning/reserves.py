"""How many places wait for urgent people who will come before the places come back?

A number for each provider, not a price: futures are drawn from who came in the last weeks, each is planned together
with everyone who waits, and what the best plans give to urgent people of the future is what is kept. Whoever is urgent
may use every place, the others only the rest (`Places.kept`).
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from math import exp
from uuid import UUID

from referral.intake.words import UrgencyLevel
from referral.matching.planning import flow
from referral.matching.planning.model import Ask, Places

FUTURES = 8
MAY_RUN_SHORT = 0.4  # how likely more urgent people come than places are kept
URGENT = frozenset({UrgencyLevel.CRITICAL, UrgencyLevel.URGENT})


def reserved(
    asks: Sequence[Ask], places: Sequence[Places], past: Sequence[Sequence[Ask]], *, days: int, salt: bytes
) -> tuple[Places, ...]:
    """The places with what is kept at each, `days` before they come back; nothing is kept on the last day.

    `past` holds who asked on each of the last days, with where they could go now; a day without anybody counts too.
    """
    counted = Counter[UUID]()
    if past:
        for number in range(FUTURES):
            counted.update(urgent_of_future(asks, places, future(past, days, salt, number), salt))
    return tuple(
        replace(place, kept=min(max(0, place.free), enough(counted[place.provider_id] / FUTURES))) for place in places
    )


def future(past: Sequence[Sequence[Ask]], days: int, salt: bytes, number: int) -> list[Ask]:
    """Who may come: each coming day is like one of the past, drawn with the salt. Everyone is somebody new."""
    coming: list[Ask] = []
    for day in range(days):
        drawn = digest(salt, number, day)
        like = past[int.from_bytes(drawn[:8]) % len(past)]
        coming += [
            replace(ask, request_id=UUID(bytes=digest(drawn, place, 0)[:16]), waited=timedelta(0))
            for place, ask in enumerate(sorted(like, key=lambda one: one.request_id))
        ]
    return coming


def urgent_of_future(asks: Iterable[Ask], places: Iterable[Places], coming: Sequence[Ask], salt: bytes) -> list[UUID]:
    """Where the best plan sends urgent people who are still to come."""
    urgent = {ask.request_id for ask in coming if ask.level in URGENT}
    made = flow.solve([*asks, *coming], [replace(place, kept=0) for place in places], salt=salt)
    return [one.provider_id for one in made.given if one.request_id in urgent]


def enough(mean: float) -> int:
    """The fewest places such that more people come, where so many are expected, with MAY_RUN_SHORT at most."""
    chance = exp(-mean)
    within, places = chance, 0
    while 1 - within > MAY_RUN_SHORT:
        places += 1
        chance *= mean / places
        within += chance
    return places


def digest(salt: bytes, number: int, other: int) -> bytes:
    return hashlib.sha256(salt + number.to_bytes(4) + other.to_bytes(4)).digest()
