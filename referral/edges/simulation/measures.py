"""What came of it? The figures of one run, by level, and the most that whoever knew the future could have reached."""

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from uuid import UUID

from referral.edges.simulation.desk import Desk, Match
from referral.edges.simulation.ways import Ways
from referral.edges.simulation.world import DAY_HOURS, Person, World
from referral.intake.words import UrgencyLevel
from referral.matching.planning import flow
from referral.matching.planning.choices import LEVELS
from referral.matching.planning.model import Ask, Option, Places

# What one person helped counts, towards the value of a run.
WEIGHT = MappingProxyType(
    {UrgencyLevel.CRITICAL: 8, UrgencyLevel.URGENT: 4, UrgencyLevel.ELEVATED: 2, UrgencyLevel.NORMAL: 1}
)
NOBODY = math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class OfLevel:
    """Everyone of one level: how many, how many helped and in time, and the hours it took."""

    matched: float  # percent
    in_time: float  # percent
    hours: tuple[float, ...] = field(repr=False)
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One policy in one world, in percent, kilometres and hours."""

    seed: int
    policy: str
    made: float  # matches made in the counted days, for each hundred who came in them
    matched: float  # of those who came in the counted days, whenever they were matched
    levels: dict[UrgencyLevel, OfLevel]
    rare: float
    worst_region: float
    km: float
    envy: float
    offers_per_match: float
    value: float


def bound(world: World, ways: Ways) -> int:
    """The most value there could be for who knows the future: who comes, and what every office will answer.

    Each person may use any place that was new before they are gone. Whoever helps the urgent first loses no matches,
    as the sets of people that can be served form a matroid; so the plan, level by level, is the most for any weights
    that fall with the level.
    """
    slots = {
        (office, week): UUID(int=(office << 32) + week + 1)
        for office, one in enumerate(world.offices)
        for week in range((world.size.all_days - one.weekday + 6) // 7)
    }
    places = [
        Places(provider_id=id, organization_id=id, free=world.offices[office].places)
        for (office, _), id in slots.items()
    ]
    asks = [
        Ask(
            request_id=person.id,
            level=person.level,
            waited=timedelta(0),
            options=tuple(
                Option(provider_id=slots[way.office, week], points=0)
                for way in ways.of[number]
                if way.says_yes
                for week in weeks_before(person.gone, world, way.office)
            ),
        )
        for number, person in enumerate(world.people)
    ]
    found = flow.solve((ask for ask in asks if ask.options), places, salt=b"")
    level = {person.id: person.level for person in world.people}
    return sum(WEIGHT[level[one.request_id]] for one in found.given)


def weeks_before(hour: float, world: World, office: int) -> range:
    """The weeks whose places are there before this hour. Days begin at midnight here, which only helps the bound."""
    last_day = min(int(hour // DAY_HOURS), world.size.all_days - 1)
    return range((last_day - world.offices[office].weekday) // 7 + 1)


def measure(desk: Desk, policy: str, most: int) -> Figures:
    """The figures of one run, of which `most` is the bound: of the whole run, and so is the value."""
    world = desk.world
    counted = [
        number for number, person in enumerate(world.people) if world.counted_from <= person.came < world.counted_until
    ]
    matches = {number: desk.matches[number] for number in counted if number in desk.matches}
    made = [match for match in desk.matches.values() if world.counted_from <= match.hour < world.counted_until]
    in_person = [match.way.km for match in matches.values() if not match.way.is_remote]
    value = sum(WEIGHT[desk.level(number)] for number in desk.matches)
    return Figures(
        seed=world.seed,
        policy=policy,
        made=percent(len(made), len(counted)),
        matched=percent(len(matches), len(counted)),
        levels={level: of_level(world, [n for n in counted if desk.level(n) is level], matches) for level in LEVELS},
        rare=share([number for number in counted if world.people[number].is_rare], matches),
        worst_region=worst_region(world, counted, matches),
        km=statistics.fmean(in_person) if in_person else NOBODY,
        envy=percent(sum(match.passed_over for match in matches.values()), len(matches)),
        offers_per_match=desk.offers / len(desk.matches) if desk.matches else NOBODY,
        value=percent(value, most),
    )


def of_level(world: World, people: Sequence[int], matches: dict[int, Match]) -> OfLevel:
    hours = {number: matches[number].hour - world.people[number].came for number in people if number in matches}
    in_time = [number for number, taken in hours.items() if taken <= target_hours(world.people[number])]
    return OfLevel(
        matched=percent(len(hours), len(people)),
        in_time=percent(len(in_time), len(people)),
        hours=tuple(hours.values()),
        people=len(people),
    )


def target_hours(person: Person) -> float:
    return person.level.first_answer_within.total_seconds() / 3600


def worst_region(world: World, people: Sequence[int], matches: dict[int, Match]) -> float:
    """The share matched in the region where it is least."""
    came = Counter(world.people[number].region for number in people)
    helped = Counter(world.people[number].region for number in matches)
    return min((percent(helped[region], count) for region, count in came.items()), default=NOBODY)


def share(people: Sequence[int], matches: dict[int, Match]) -> float:
    return percent(sum(number in matches for number in people), len(people))


def percent(part: float, whole: float) -> float:
    return 100 * part / whole if whole else NOBODY


def at_share(hours: Iterable[float], part: float) -> float:
    """The hours within which this part of all matches came."""
    ordered = sorted(hours)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else NOBODY
