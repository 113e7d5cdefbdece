"""One policy in one world, from the first hour to the last."""

from functools import partial

from referral.edges.simulation import policies
from referral.edges.simulation.desk import Desk
from referral.edges.simulation.policies import Policy
from referral.edges.simulation.ways import Ways
from referral.edges.simulation.world import DAY_HOURS, World

MORNING_HOUR = 8.0


def run(world: World, ways: Ways, policy: Policy) -> Desk:
    """Everything that happens; the desk as it stands at the end."""
    desk = Desk(world, ways)
    for day in range(world.size.all_days):
        desk.agenda.put(day * DAY_HOURS + MORNING_HOUR, partial(begin_day, desk, policy, day))
    for number, person in enumerate(world.people):
        desk.agenda.put(person.came, partial(arrive, desk, policy, number))
        desk.agenda.put(person.gone, partial(desk.leave, number))
    while deed := desk.agenda.next_before(world.hours):
        deed()
        if desk.opened:
            opened, desk.opened = sorted(set(desk.opened)), []
            policies.places_opened(desk, policy, opened)
    return desk


def arrive(desk: Desk, policy: Policy, person: int) -> None:
    desk.arrive(person)
    policies.someone_came(desk, policy, person)


def begin_day(desk: Desk, policy: Policy, day: int) -> None:
    policies.morning(desk, policy, desk.refill(day))
