"""How far is it, and what lies nearest? Pure arithmetic on a sphere."""

from collections import defaultdict
from collections.abc import Iterator
from math import asin, cos, floor, radians, sin, sqrt
from typing import Generic, Protocol, TypeVar

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG
KM_PER_DEGREE = 111.2
CELL_DEGREES = 0.25
CELLS_AROUND = 360 / CELL_DEGREES


class Located(Protocol):
    """Anything that lies somewhere."""

    @property
    def latitude(self) -> float: ...
    @property
    def longitude(self) -> float: ...


Spot = TypeVar("Spot", bound=Located)


def km_between(one: Located, other: Located) -> float:
    """Great-circle kilometres (haversine)."""
    return km(one.latitude, one.longitude, other.latitude, other.longitude)


def km(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Great-circle kilometres between two points in degrees (haversine)."""
    north = sin(radians(other_latitude - latitude) / 2) ** 2
    east = sin(radians(other_longitude - longitude) / 2) ** 2
    chord = north + cos(radians(latitude)) * cos(radians(other_latitude)) * east
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(chord)))


class Grid(Generic[Spot]):
    """Spots in cells of a quarter of a degree, to ask what lies near without asking everyone."""

    def __init__(self, spots: list[Spot]) -> None:
        self.cells: defaultdict[tuple[int, int], list[Spot]] = defaultdict(list)
        for spot in spots:
            self.cells[cell(spot)].append(spot)

    def within(self, here: Located, radius_km: float) -> Iterator[tuple[float, Spot]]:
        """Spots no farther than `radius_km`, each with its distance, in no order."""
        north = radius_km / KM_PER_DEGREE
        east = min(180.0, north / max(0.01, cos(radians(here.latitude))))
        row, column = cell(here)
        for i in range(row - reach(north), row + reach(north) + 1):
            for j in range(column - reach(east), column + reach(east) + 1):
                for spot in self.cells.get((i, int(j % CELLS_AROUND)), ()):
                    if is_close(here, spot, north, east) and (away := km_between(here, spot)) <= radius_km:
                        yield away, spot

    def nearest(self, here: Located, radius_km: float) -> Spot | None:
        """The nearest spot, if one lies within `radius_km`."""
        return min(self.within(here, radius_km), key=lambda found: found[0], default=(0.0, None))[1]


def is_close(here: Located, spot: Located, north: float, east: float) -> bool:
    """Whether a spot lies in the box around here: cheaper to know than its distance."""
    if abs(spot.latitude - here.latitude) > north:
        return False
    apart = abs(spot.longitude - here.longitude)
    return min(apart, 360.0 - apart) <= east


def cell(spot: Located) -> tuple[int, int]:
    return floor(spot.latitude / CELL_DEGREES), int(floor(spot.longitude / CELL_DEGREES) % CELLS_AROUND)


def reach(degrees: float) -> int:
    return floor(degrees / CELL_DEGREES) + 1
