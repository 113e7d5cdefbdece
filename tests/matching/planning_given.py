"""Worlds to plan for: so many people, so many offices, and who could go where, all drawn from a seed."""

from datetime import timedelta
from random import Random
from uuid import UUID

from referral.intake.words import UrgencyLevel
from referral.matching.planning.model import Ask, Option, Places

SALT = b"drawn in public"
LEVELS = tuple(UrgencyLevel)
HERE, THERE = UUID(int=1), UUID(int=2)


def at(provider: UUID, free: int = 1, kept: int = 0) -> Places:
    return Places(provider_id=provider, organization_id=provider, free=free, kept=kept)


def someone(
    number: int,
    *options: tuple[UUID, int],
    level: UrgencyLevel = UrgencyLevel.NORMAL,
    waited: timedelta = timedelta(0),
    takes: int = 1,
    certain: bool = True,
) -> Ask:
    return Ask(
        request_id=UUID(int=100 + number),
        level=level,
        waited=waited,
        takes=takes,
        options=tuple(Option(provider_id=id, points=points, certain=certain) for id, points in options),
    )


def world(
    seed: int, *, asks: int = 300, providers: int = 60, most_options: int = 12, families: bool = False
) -> tuple[list[Ask], list[Places]]:
    """Too few places for everyone, so that somebody is always left."""
    chance = Random(seed)  # noqa: S311 - the same world each time, no secret
    places = [
        Places(
            provider_id=some_id(chance),
            organization_id=UUID(int=chance.randrange(providers)),
            free=chance.choice([0, 1, 2, 3, 5, 12]),
        )
        for _ in range(providers)
    ]
    return [ask(chance, places, most_options, families=families) for _ in range(asks)], places


def ask(chance: Random, places: list[Places], most_options: int, *, families: bool) -> Ask:
    chosen = chance.sample(places, chance.randrange(min(most_options, len(places)) + 1))
    return Ask(
        request_id=some_id(chance),
        level=chance.choices(LEVELS, (5, 20, 35, 40))[0],
        waited=timedelta(hours=chance.randrange(900)),
        takes=chance.choice([1, 1, 2, 4]) if families else 1,
        options=tuple(
            Option(provider_id=one.provider_id, points=chance.randrange(150, 1000), certain=chance.random() < 0.7)
            for one in chosen
        ),
    )


def some_id(chance: Random) -> UUID:
    return UUID(int=chance.getrandbits(128))
