"""Where do states lie? Their borders, thinned to what a drawing as wide as a phone can show."""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import msgspec

FILE = Path(__file__).resolve().parents[2] / "data" / "reference" / "outlines.json"

Spot = tuple[float, float]  # east and north, in degrees


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A piece of the map, in degrees."""

    west: float
    south: float
    east: float
    north: float

    def touches(self, other: "Box") -> bool:
        apart = self.east < other.west or other.east < self.west or self.north < other.south or other.north < self.south
        return not apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """One closed border, and the box that it fills."""

    spots: tuple[Spot, ...]
    box: Box


@cache
def outlines() -> dict[str, tuple[Ring, ...]]:
    """By country, or by country and state where the states are known: "US-TX", "MX"."""
    written = msgspec.json.decode(FILE.read_bytes(), type=dict[str, list[list[int]]])
    return {name: tuple(ring(steps) for steps in rings) for name, rings in written.items()}


def ring(steps: list[int]) -> Ring:
    """A border from its steps, which are hundredths of a degree, east and north by turns."""
    spots = list[Spot]()
    east = north = 0
    for over, up in zip(steps[::2], steps[1::2], strict=True):
        east, north = east + over, north + up
        spots.append((east / 100, north / 100))
    return Ring(spots=tuple(spots), box=box_of(spots))


def box_of(spots: list[Spot]) -> Box:
    across, up = [spot[0] for spot in spots], [spot[1] for spot in spots]
    return Box(west=min(across), south=min(up), east=max(across), north=max(up))


def within(box: Box) -> list[tuple[str, list[Spot]]]:
    """The borders that show in a box, cut off at its edges, by the name of whose they are."""
    found = list[tuple[str, list[Spot]]]()
    for name, rings in outlines().items():
        for one in rings:
            if one.box.touches(box) and len(cut := cut_to(list(one.spots), box)) > 2:
                found.append((name, cut))
    return found


def cut_to(spots: list[Spot], box: Box) -> list[Spot]:
    """What of a closed line lies in the box, closed along the edges (Sutherland and Hodgman)."""
    for axis, limit, sign in ((0, box.west, 1), (0, box.east, -1), (1, box.south, 1), (1, box.north, -1)):
        spots = cut_at(spots, axis, limit, sign)
    return spots


def cut_at(spots: list[Spot], axis: int, limit: float, sign: int) -> list[Spot]:
    kept = list[Spot]()
    for one, other in pairwise([*spots[-1:], *spots]):
        is_in, was_in = (other[axis] - limit) * sign >= 0, (one[axis] - limit) * sign >= 0
        if is_in != was_in:
            part = (limit - one[axis]) / (other[axis] - one[axis])
            kept.append((one[0] + part * (other[0] - one[0]), one[1] + part * (other[1] - one[1])))
        if is_in:
            kept.append(other)
    return kept
