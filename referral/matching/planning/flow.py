"""Which pairs together are worth most, where each request takes one place? A flow of least cost, in whole numbers.

Request -> provider -> organization -> out, and request -> out for whoever is left. Places kept for the urgent who will
come are beside the way of everyone else: request -> the rest -> provider.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np

from referral.matching.planning import exact, goals
from referral.matching.planning.choices import NO_CAP, URGENT_CODE, Choices, Whole, assignment, choices_of
from referral.matching.planning.model import NO_CAPS, Ask, Assignment, Places


class Unsolved(Exception):  # noqa: N818 - a bug if it ever happens: every plan has the answer "nobody"
    """The solver gave no optimum."""


def solve(
    asks: Iterable[Ask], places: Iterable[Places], caps: Mapping[UUID, int] = NO_CAPS, *, salt: bytes
) -> Assignment:
    """The best assignment: as many as possible level by level, then the most value, then the lottery.

    The same people and places give the same answer in whatever order they come.
    """
    choices = choices_of(asks, places, caps, salt=salt)
    worth = goals.worth(choices, salt=salt)
    return assignment(choices, chosen(choices, worth), worth.value)


def chosen(choices: Choices, worth: goals.Worth) -> Whole:
    """The chosen pairs. Where someone takes several places it is no flow any more, and HiGHS finds them."""
    if choices.pairs == 0:
        return np.zeros(0, dtype=np.int64)
    if (choices.takes > 1).any():
        return exact.chosen(choices, worth)
    return np.flatnonzero(flows(choices, -worth.total))


@dataclass(frozen=True, slots=True, kw_only=True)
class Arcs:
    """Arcs from `tail` to `head`."""

    tail: Whole
    head: Whole
    capacity: Whole
    cost: Whole


def arcs(tail: Whole, head: Whole | int, capacity: Whole | int, cost: Whole | int = 0) -> Arcs:
    def alike(values: Whole | int) -> Whole:
        return np.broadcast_to(np.asarray(values, dtype=np.int64), tail.shape)

    return Arcs(tail=tail, head=alike(head), capacity=alike(capacity), cost=alike(cost))


def network(choices: Choices, cost: Whole) -> tuple[Arcs, ...]:
    """Every arc; first those of the pairs, in order. The last node is the way out."""
    ask, place = np.arange(choices.asks), choices.asks + np.arange(choices.providers)
    rest, organization = place + choices.providers, choices.asks + 2 * choices.providers
    out = organization + len(choices.cap)
    waits_behind = (choices.kept[choices.place] > 0) & (choices.level[choices.ask] > URGENT_CODE)
    is_capped = choices.cap[choices.organization] != NO_CAP
    return (
        arcs(choices.ask, np.where(waits_behind, rest[choices.place], place[choices.place]), 1, cost),
        arcs(ask, out, 1),
        arcs(rest, place, choices.free - choices.kept),
        arcs(place, np.where(is_capped, organization + choices.organization, out), choices.free),
        arcs(organization + np.arange(len(choices.cap)), out, np.maximum(choices.cap, 0)),
    )


def flows(choices: Choices, cost: Whole) -> Whole:
    """What flows on the arc of each pair: 0 or 1."""
    solver, numbers = solver_of(choices, network(choices, cost))
    status = solver.solve()
    if status != solver.OPTIMAL:
        raise Unsolved(f"The solver answered {status}.")
    return solver.flows(numbers[: choices.pairs])


def solver_of(choices: Choices, parts: tuple[Arcs, ...]) -> tuple[Any, Whole]:
    """The solver that knows the arcs and who sets out, and the numbers of its arcs."""
    from ortools.graph.python import min_cost_flow  # noqa: PLC0415 - 20 MB

    solver: Any = min_cost_flow.SimpleMinCostFlow()
    numbers = solver.add_arcs_with_capacity_and_unit_cost(
        np.concatenate([part.tail for part in parts]),
        np.concatenate([part.head for part in parts]),
        np.concatenate([part.capacity for part in parts]),
        np.concatenate([part.cost for part in parts]),
    )
    everyone = np.arange(choices.asks)
    solver.set_nodes_supplies(everyone, np.ones_like(everyone))
    solver.set_node_supply(choices.asks + 2 * choices.providers + len(choices.cap), -choices.asks)
    return solver, numbers
