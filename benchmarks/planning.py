"""What does a plan cost? So many requests and providers, judged, solved and explained, next to the solver's own time.

The question is made here, as the database would give it: what people need, what offices give, where both are. It goes
to a process of its own, as from a server, and then the parts are measured in this one. The value of the plan is
compared with what HiGHS finds for the same costs. Everything is synthetic.
"""

import argparse
import gc
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from math import cos, radians, sin
from pathlib import Path
from random import Random
from typing import Any, TypeVar
from uuid import UUID

import numpy as np

from referral.directory.words import Answer, DeliveryMode, LanguageMode, Openness, ServiceAreaKind, ServiceDepth
from referral.foundation.vocabulary import CasePosture, HelpType, ProtectionClaim
from referral.intake.words import AgeBand, CanAfford, ConsentScope, Representation, UrgencyLevel
from referral.matching.languages import LanguagePairs
from referral.matching.pair import Area, Need, OfferedLanguage, Spot
from referral.matching.planning import answering, flow, frames, goals, judging
from referral.matching.planning.choices import Choices
from referral.matching.planning.goals import Worth
from referral.matching.planning.question import Count, Office, Terms, Wanted

SEED = 20261126
REQUESTS, PROVIDERS = 10_000, 1_000
ROUNDS = 3
NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
HELP = list(HelpType)[:12]
LANGUAGES = [f"x-synthetic{number}" for number in range(60)]
TOWNS, STATES = 400, 40
PROJECT = Path(__file__).resolve().parents[1]
LEVELS = tuple(UrgencyLevel)
Found = TypeVar("Found")
Table = list[tuple[str, ...]]


def seldom(things: int) -> list[float]:
    """The first are common, the last are rare."""
    return list(accumulate(1 / (rank + 1) for rank in range(things)))


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Where people live, and how common each town and language is."""

    chance: Random
    towns: list[Spot]

    def town(self) -> Spot:
        return self.chance.choices(self.towns, cum_weights=seldom(len(self.towns)))[0]

    def tags(self, most: int) -> tuple[str, ...]:
        drawn = self.chance.choices(LANGUAGES, cum_weights=seldom(len(LANGUAGES)), k=self.chance.randint(1, most))
        return tuple(dict.fromkeys(drawn))

    def near(self, town: Spot) -> tuple[float, float]:
        return town.latitude + self.chance.uniform(-0.15, 0.15), town.longitude + self.chance.uniform(-0.15, 0.15)

    def id(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128))


def world() -> World:
    chance = Random(SEED)  # noqa: S311 - the same world each time, no secret
    middles = [(chance.uniform(27, 47), chance.uniform(-120, -75)) for _ in range(STATES)]
    towns = [
        Spot(
            latitude=middles[number % STATES][0] + chance.uniform(-1.5, 1.5),
            longitude=middles[number % STATES][1] + chance.uniform(-1.5, 1.5),
            name=f"Synthetic Town {number}",
            country="US",
            state=f"S{number % STATES:02d}",
            county=f"Synthetic County {number // 4}",
        )
        for number in range(TOWNS)
    ]
    return World(chance=chance, towns=towns)


def person(world: World) -> Wanted:
    chance, town = world.chance, world.town()
    latitude, longitude = world.near(town)
    need = Need(
        request_id=world.id(),
        help_types=tuple(chance.sample(HELP, chance.choice([1, 1, 2, 3]))),
        claims=tuple(chance.sample(list(ProtectionClaim), chance.randint(0, 2))),
        posture=chance.choice([CasePosture.IN_REMOVAL_PROCEEDINGS, CasePosture.DETAINED_ICE, CasePosture.UNKNOWN]),
        languages=world.tags(2),
        place=Spot(
            latitude=latitude,
            longitude=longitude,
            name=town.name,
            country="US",
            state=town.state,
            county=town.county,
        ),
        age=chance.choice([AgeBand.ADULT, AgeBand.ADULT, AgeBand.UNDER_18, AgeBand.UNKNOWN]),
        can_afford=chance.choice(list(CanAfford)),
        representation=Representation.NONE,
        urgency=chance.choices(LEVELS, (5, 20, 35, 40))[0],
        consents=frozenset({ConsentScope.STORE_REQUEST, ConsentScope.SHARE_SUMMARY}),
    )
    return Wanted(need=need, waited=timedelta(hours=chance.randrange(900)))


def office(world: World) -> Office:
    chance, town = world.chance, world.town()
    latitude, longitude = map(radians, world.near(town))
    areas = (Area(name=str(town.state), kind=ServiceAreaKind.STATE, country="US", state=town.state),)
    places = chance.randint(1, 12)
    return Office(
        provider_id=world.id(),
        organization_id=world.id(),
        name="Synthetic office",
        help_types=tuple(chance.sample(HELP, chance.randint(1, 3))),
        claims=tuple(chance.sample(list(ProtectionClaim), chance.choice([0, 0, 0, 3]))),
        languages=tuple(
            OfferedLanguage(tag=tag, mode=chance.choice([LanguageMode.STAFF_FLUENT, LanguageMode.INTERPRETER_PHONE]))
            for tag in world.tags(4)
        ),
        interpreter_for_other=chance.choice([Answer.YES, Answer.UNKNOWN]),
        openness=Openness.OPEN,
        openness_stated_at=NOW - timedelta(days=chance.randrange(30)),
        free_places=None,
        stated_places=None,
        accepts_detained=chance.choice([Answer.YES, Answer.YES, Answer.NO]),
        accepts_minors=chance.choice([Answer.YES, Answer.YES, Answer.UNKNOWN]),
        minimum_age=None,
        maximum_age=None,
        facts={"low_income_only": "yes"} if chance.random() < 0.1 else {},
        depth=chance.choice(list(ServiceDepth)),
        delivery_modes=(DeliveryMode.IN_PERSON, *([DeliveryMode.PHONE] if chance.random() < 0.3 else [])),
        areas=areas if chance.random() < 0.4 else (),
        country="US",
        state=town.state,
        distance_km=None,
        offers_made=chance.randint(3, 9),
        offers_accepted=chance.randint(0, 3),
        last_offered_at=None,
        point=(cos(latitude) * cos(longitude), cos(latitude) * sin(longitude), sin(latitude)),
        counts=(Count(id=world.id(), free=places, stated=places + chance.randint(0, 5)),),
    )


def question(requests: int, providers: int) -> tuple[list[Wanted], Terms]:
    made = world()
    terms = Terms(
        offices=tuple(office(made) for _ in range(providers)),
        pairs=LanguagePairs(),
        allows_unknown=False,
        salt=b"drawn for a benchmark",
        now=NOW,
    )
    return [person(made) for _ in range(requests)], terms


# ------------------------------------------------------------- the whole, in a process of its own
CHILD = f"""
import resource, runpy, sys
runpy.run_module("{answering.__package__}", run_name="__main__")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, file=sys.stderr)
"""


def asked_aside(wanted: list[Wanted], terms: Terms) -> tuple[float, int, int]:
    """Seconds from question to answer as whoever serves would wait, megabytes of the other process, and proposals."""
    start = time.perf_counter()
    frames_sent = frames.of_terms(terms) + b"".join(
        frames.of_wanted(wanted[at : at + 250]) for at in range(0, len(wanted), 250)
    )
    done = subprocess.run(
        [sys.executable, "-c", CHILD], input=frames_sent, capture_output=True, check=True, cwd=PROJECT
    )
    answer = frames.answered(done.stdout)
    return time.perf_counter() - start, int(done.stderr), len(answer.proposed)


# ------------------------------------------------------------- its parts, here
@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Seconds of each part, and what came out."""

    judging: float
    solving: float
    solver: float
    explaining: float
    choices: Choices
    worth: Worth
    total: int
    served: int

    @property
    def whole(self) -> float:
        return self.judging + self.solving + self.explaining


def timed(step: Callable[[], Found]) -> tuple[float, Found]:
    start = time.perf_counter()
    found = step()
    return time.perf_counter() - start, found


def measured(wanted: list[Wanted], terms: Terms) -> Parts:
    gc.collect()
    gc.disable()  # as in a process that ends with its answer
    drawing_s, ordered = timed(lambda: answering.drawn(wanted, terms))
    judging_s, found = timed(lambda: judging.judged(ordered, terms))
    choices_s, choices = timed(lambda: answering.choices_of(found, ordered))
    worth_s, worth = timed(lambda: goals.worth(choices, salt=terms.salt))
    flow_s, chosen = timed(lambda: flow.chosen(choices, worth))
    told_s, _ = timed(lambda: answering.told(choices, worth, chosen, found.nowhere))
    gc.enable()
    return Parts(
        judging=drawing_s + judging_s,
        solving=choices_s + worth_s + flow_s,
        solver=solver_alone(choices, worth),
        explaining=told_s,
        choices=choices,
        worth=worth,
        total=int(worth.total[chosen].sum()),
        served=len(chosen),
    )


def solver_alone(choices: Choices, worth: Worth) -> float:
    """Seconds of OR-Tools itself, from the arrays to its answer."""
    solver, _ = flow.solver_of(choices, flow.network(choices, -worth.total))
    seconds, status = timed(solver.solve)
    if status != solver.OPTIMAL:
        raise flow.Unsolved(f"The solver answered {status}.")
    return seconds


def highs(choices: Choices, worth: Worth) -> tuple[float, int]:
    """Seconds of HiGHS and the total it finds, for the same pairs and places as a linear programme."""
    import highspy  # noqa: PLC0415 - only here

    model = highspy.Highs()
    model.setOptionValue("output_flag", False)  # noqa: FBT003 - as it wants it
    rows, columns = choices.asks + choices.providers, choices.pairs
    programme: Any = highspy.HighsLp()
    programme.num_col_, programme.num_row_ = columns, rows
    programme.sense_ = highspy.ObjSense.kMaximize
    programme.col_cost_ = worth.total.astype(float)
    programme.col_lower_, programme.col_upper_ = np.zeros(columns), np.ones(columns)
    programme.row_lower_ = np.full(rows, -highspy.kHighsInf)
    programme.row_upper_ = np.concatenate((np.ones(choices.asks), choices.free)).astype(float)
    programme.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    programme.a_matrix_.start_ = np.arange(0, 2 * columns + 1, 2)
    programme.a_matrix_.index_ = np.column_stack((choices.ask, choices.asks + choices.place)).ravel()
    programme.a_matrix_.value_ = np.ones(2 * columns)
    model.passModel(programme)
    seconds, _ = timed(model.run)
    picked = np.array(model.getSolution().col_value) > 0.5
    return seconds, int(worth.total[picked].sum())


def rows(requests: int = REQUESTS, providers: int = PROVIDERS) -> Table:
    """The table: the best of some rounds, since a busy machine only ever adds."""
    wanted, terms = question(requests, providers)
    aside = min(asked_aside(wanted, terms) for _ in range(ROUNDS))
    parts = min((measured(wanted, terms) for _ in range(ROUNDS)), key=lambda one: one.whole)
    seconds, total = highs(parts.choices, parts.worth)
    if total != parts.total:
        raise AssertionError(f"HiGHS finds {total}, the plan {parts.total}.")
    return [
        ("a plan", f"{requests:,} requests, {providers:,} providers"),
        ("pairs that may be", f"{parts.choices.pairs:,}"),
        ("proposed", f"{parts.served:,}"),
        ("rules and points, s", f"{parts.judging:.2f}"),
        ("costs, network and solver, s", f"{parts.solving:.2f}"),
        ("reasons and margins, s", f"{parts.explaining:.2f}"),
        ("together, s", f"{parts.whole:.2f}"),
        ("OR-Tools alone, s", f"{parts.solver:.2f}"),
        ("together x OR-Tools alone", f"{parts.whole / parts.solver:.2f}"),
        ("HiGHS, the same value, s", f"{seconds:.2f}"),
        ("in a process of its own, sent and answered, s", f"{aside[0]:.2f}"),
        ("memory of that process, MB", f"{aside[1]:,}"),
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "sizes", nargs="*", type=int, metavar="N", help="requests, and providers; 10,000 and 1,000 if not said"
    )
    for name, value in rows(*parser.parse_args().sizes[:2]):
        print(f"{name:48}{value}")
