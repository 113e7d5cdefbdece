"""How does a map of the listed groups look? Borders, the place, and a numbered pin for each group: drawn here, so that
no map service learns who looks for help where.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians

from referral.edges.web import outlines
from referral.edges.web.outlines import Box, Spot
from referral.foundation.earth import KM_PER_DEGREE

WIDE, HIGH, EDGE = 360, 260, 22  # in the units of the drawing, about pixels on a phone
LEAST_DEGREES = 0.6  # from edge to edge; nearer, and a map of one town would be an empty square
FLATTEST, STEEPEST = -65.0, 75.0
PIN_HIGH = 20
TOUCHING = 15  # pins that stand closer are drawn as one
LENGTHS_KM = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
LONGEST_BAR = WIDE / 3
KM_PER_MILE = 1.609344
MOST_NAMED = 3  # of a pin for several
UNDER, OVER = 18, -10  # of a place's point: where the foot of its name stands
NAME_WIDE, NAME_HIGH = 60, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """Where the groups with these numbers are, on the drawing."""

    x: int
    y: int
    numbers: tuple[int, ...]

    @property
    def label(self) -> str:
        """ "4", "1, 3", and for many the first and how many more: "1 +7"."""
        shown = self.numbers if len(self.numbers) <= MOST_NAMED else self.numbers[:1]
        more = len(self.numbers) - len(shown)
        return ", ".join(map(str, shown)) + (f" +{more}" if more else "")

    @property
    def wide(self) -> int:
        return max(20, 10 + 7 * len(self.label))


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What the page writes as SVG. `middle` is the place itself, none for a whole state; the bar is a length for both
    kinds of reader.
    """

    borders: tuple[str, ...]
    pins: tuple[Pin, ...]
    middle: tuple[int, int] | None
    bar: int
    bar_km: int
    wide: int = WIDE
    high: int = HIGH

    @property
    def bar_miles(self) -> int:
        return round(self.bar_km / KM_PER_MILE)

    @property
    def name_foot(self) -> int:
        """How far below the place its name stands: over the point where pins lie under it, and under it otherwise."""
        return OVER if self.is_covered(UNDER) and not self.is_covered(OVER) else UNDER

    def is_covered(self, foot: int) -> bool:
        """Whether a pin lies on a name that stands there; how wide the name is, is guessed."""
        if self.middle is None:
            return False
        x, y = self.middle[0], self.middle[1] + foot - NAME_HIGH // 2
        return any(
            abs(pin.x - x) < (NAME_WIDE + pin.wide) / 2 and abs(pin.y - y) < (NAME_HIGH + PIN_HIGH) / 2
            for pin in self.pins
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Which piece of the earth is drawn, and how large: a degree north is `scale` long, one east less."""

    box: Box
    scale: float
    narrowing: float

    def at(self, spot: Spot) -> tuple[int, int]:
        return (
            round((spot[0] - self.box.west) * self.narrowing * self.scale),
            round((self.box.north - spot[1]) * self.scale),
        )


def drawn(groups: Sequence[Spot | None], middle: Spot | None) -> Drawing | None:
    """A map of the groups in their order, numbered from 1; those without a point have no pin. None without any pin."""
    placed = [(number, spot) for number, spot in enumerate(groups, start=1) if spot is not None]
    if not placed:
        return None
    frame = framed([spot for _, spot in placed] + ([middle] if middle else []))
    bar_km = max((km for km in LENGTHS_KM if length(frame, km) <= LONGEST_BAR), default=LENGTHS_KM[0])
    return Drawing(
        borders=tuple(path([frame.at(spot) for spot in ring]) for _, ring in outlines.within(frame.box)),
        pins=gathered([(number, frame.at(spot)) for number, spot in placed]),
        middle=frame.at(middle) if middle else None,
        bar=round(length(frame, bar_km)),
        bar_km=bar_km,
    )


def length(frame: Frame, km: float) -> float:
    return km / KM_PER_DEGREE * frame.scale


def framed(spots: list[Spot]) -> Frame:
    """The smallest piece of this shape that holds all of them, and a little around."""
    box = outlines.box_of(spots)
    east, north = (box.west + box.east) / 2, min(max((box.south + box.north) / 2, FLATTEST), STEEPEST)
    narrowing = cos(radians(north))
    scale = min(
        (WIDE - 2 * EDGE) / max((box.east - box.west) * narrowing, LEAST_DEGREES),
        (HIGH - 2 * EDGE) / max(box.north - box.south, LEAST_DEGREES),
    )
    across, up = WIDE / scale / narrowing / 2, HIGH / scale / 2
    return Frame(
        box=Box(west=east - across, south=north - up, east=east + across, north=north + up),
        scale=scale,
        narrowing=narrowing,
    )


def path(points: list[tuple[int, int]]) -> str:
    """A closed line as SVG writes it, in steps, which are shorter than points."""
    (x, y), *others = points
    written = f"M{x} {y}l"
    steps = list[str]()
    for over, up in others:
        if (over, up) != (x, y):
            steps.append(f"{over - x} {up - y}")
            x, y = over, up
    return written + " ".join(steps) + "z" if steps else ""


def gathered(placed: list[tuple[int, tuple[int, int]]]) -> tuple[Pin, ...]:
    """A pin for each, or one for those that would cover each other; the first of the list lies on top."""
    heaps = list[tuple[tuple[int, int], list[int]]]()
    for number, (x, y) in placed:
        near = next((heap for heap in heaps if abs(heap[0][0] - x) < TOUCHING and abs(heap[0][1] - y) < TOUCHING), None)
        if near is None:
            heaps.append(((x, y), [number]))
        else:
            near[1].append(number)
    return tuple(Pin(x=x, y=y, numbers=tuple(numbers)) for (x, y), numbers in reversed(heaps))
