"""In which ways can people be brought to offices? Eight of them, from a plain directory to the product's own."""

from collections.abc import Callable
from dataclasses import dataclass, field

from referral.edges.simulation.desk import URGENT, Desk
from referral.edges.simulation.ways import Way
from referral.foundation.vocabulary import Word
from referral.intake.words import UrgencyLevel
from referral.matching.planning.choices import CODE


class Style(Word):
    """How a policy finds an office."""

    RING = "ring", "People ring down a list themselves."
    GREEDY = "greedy", "One after the other, each takes the best that is left."
    PLAN = "plan", "All together, the best assignment there is."


def nearest(way: Way) -> tuple[float, ...]:
    return (way.km, way.office)


def best(way: Way) -> tuple[float, ...]:
    """As the product ranks: the certain first, then points, then nearer."""
    return (not way.is_certain, -way.points, way.km, way.office)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One way to match, by its names."""

    code: str
    short: str
    title: str
    style: Style
    rank: Callable[[Way], tuple[float, ...]] = field(default=best)
    urgent_first: bool = False
    at_once: bool = False  # critical and urgent people are matched on every event, the rest when places open
    has_reserves: bool = False
    offers_for_critical: int = 1


DIRECTORY = Policy(
    code="directory", short="directory", title="a plain directory: people ring down a list", style=Style.RING
)
NEAREST = Policy(
    code="nearest", short="nearest first", title="first come, each to the nearest", style=Style.GREEDY, rank=nearest
)
POINTS = Policy(code="points", short="first come", title="first come, each to the best by points", style=Style.GREEDY)
URGENT_FIRST = Policy(
    code="urgent_first",
    short="urgent first",
    title="the most urgent first, each to the best by points",
    style=Style.GREEDY,
    urgent_first=True,
)
DAILY = Policy(code="daily", short="daily plan", title="everyone by one plan each morning", style=Style.PLAN)
AT_ONCE = Policy(
    code="at_once",
    short="at once",
    title="critical and urgent people at once, the rest by the daily plan and when places open",
    style=Style.PLAN,
    at_once=True,
)
NO_RESERVES = Policy(
    code="no_reserves",
    short="two offers",
    title="at once, and two offers at a time for critical people",
    style=Style.PLAN,
    at_once=True,
    offers_for_critical=2,
)
DEFAULT = Policy(
    code="default",
    short="default",
    title="two offers, and places kept by number for the urgent who will come",
    style=Style.PLAN,
    at_once=True,
    has_reserves=True,
    offers_for_critical=2,
)
POLICIES = (DIRECTORY, NEAREST, POINTS, URGENT_FIRST, DAILY, AT_ONCE, NO_RESERVES, DEFAULT)


# ------------------------------------------------------------- what each does, and when
def someone_came(desk: Desk, policy: Policy, person: int) -> None:
    match policy.style:
        case Style.RING:
            desk.calls.begin(person)
        case Style.GREEDY:
            one_by_one(desk, policy, [person])
        case Style.PLAN if policy.at_once and desk.level(person) in URGENT:
            one_by_one(desk, policy, [person])
            offer_more(desk, policy)
        case Style.PLAN:
            pass


def places_opened(desk: Desk, policy: Policy, offices: list[int]) -> None:
    if policy.style is Style.GREEDY:
        one_by_one(desk, policy, desk.waiting_for(offices))
    elif policy.at_once:
        plan(desk, policy)


def morning(desk: Desk, policy: Policy, refilled: list[int]) -> None:
    """New places have come, and the day begins."""
    if policy.has_reserves:
        desk.keep_places()
    if policy.style is Style.PLAN:
        plan(desk, policy)
    elif policy.style is Style.GREEDY:
        one_by_one(desk, policy, desk.waiting_for(refilled))


def plan(desk: Desk, policy: Policy) -> None:
    """All who wait, together. Second offers for the critical come before the places of those who can wait."""
    if policy.offers_for_critical > 1:
        desk.plan([person for person in desk.waiting() if desk.level(person) in URGENT])
        offer_more(desk, policy)
    desk.plan(desk.waiting())


def one_by_one(desk: Desk, policy: Policy, people: list[int]) -> None:
    def turn(person: int) -> tuple[int, float]:
        return (CODE[desk.level(person)] if policy.urgent_first else 0, desk.came(person))

    for person in sorted(people, key=turn):
        if way := min(desk.free_ways(person), key=policy.rank, default=None):
            desk.offer(person, way)


def offer_more(desk: Desk, policy: Policy) -> None:
    """Another offer, at another organization, for each critical person who waits for fewer than they may have."""
    if policy.offers_for_critical < 2:
        return
    for person in desk.hoping(UrgencyLevel.CRITICAL, fewer_than=policy.offers_for_critical):
        asked = desk.organizations_asked(person)
        ways = [way for way in desk.free_ways(person) if desk.organization(way) not in asked]
        if ways:
            desk.offer(person, min(ways, key=policy.rank))
