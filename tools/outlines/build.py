"""Writes referral/data/reference/outlines.json from the packages us-atlas and world-atlas (npm), unpacked.

    python tools/outlines/build.py FOLDER_OF_US_ATLAS FOLDER_OF_WORLD_ATLAS

Borders are thinned to what a drawing as wide as a phone can show, and written in hundredths of a degree, each point as
the step from the one before.
"""

import json
import sys
from pathlib import Path
from typing import Any

# How far a border may be moved, and how large an island must be: less of those next door, who are seen at the edge.
OURS, NEXT_DOOR = (0.025, 0.2), (0.06, 0.8)
NEIGHBOURS = {"Mexico": "MX", "Canada": "CA"}
TARGET = Path(__file__).resolve().parents[2] / "referral" / "data" / "reference" / "outlines.json"
STATES = Path(__file__).resolve().parents[2] / "referral" / "data" / "reference" / "states.csv"

Point = tuple[float, float]


def arcs_of(atlas: dict[str, Any], slack: float) -> list[list[Point]]:
    """The borders of a TopoJSON file, in degrees."""
    (across, up), (west, south) = atlas["transform"]["scale"], atlas["transform"]["translate"]
    found: list[list[Point]] = []
    for arc in atlas["arcs"]:
        x = y = 0
        points: list[Point] = []
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            points.append((x * across + west, y * up + south))
        found.append(thinned(points, slack))
    return found


def thinned(points: list[Point], slack: float) -> list[Point]:
    """Without the points that lie nearly on the line between their neighbours (Douglas and Peucker)."""
    if len(points) < 3:
        return points
    first, last = points[0], points[-1]
    away = [distance(point, first, last) for point in points[1:-1]]
    farthest = max(range(len(away)), key=away.__getitem__)
    if away[farthest] <= slack:
        return [first, last]
    return [*thinned(points[: farthest + 2], slack)[:-1], *thinned(points[farthest + 1 :], slack)]


def distance(point: Point, first: Point, last: Point) -> float:
    along, up = last[0] - first[0], last[1] - first[1]
    length = (along**2 + up**2) ** 0.5
    if length == 0:
        return ((point[0] - first[0]) ** 2 + (point[1] - first[1]) ** 2) ** 0.5
    return abs(along * (first[1] - point[1]) - (first[0] - point[0]) * up) / length


def rings_of(shape: dict[str, Any], arcs: list[list[Point]], smallest: float) -> list[list[Point]]:
    parts = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
    found: list[list[Point]] = []
    for ring in (part[0] for part in parts):  # what lies inside a state and is none of it is too small to show
        points: list[Point] = []
        for number in ring:
            arc = arcs[number] if number >= 0 else arcs[~number][::-1]
            points += arc[1:] if points else arc
        if max(size(points, 0), size(points, 1)) >= smallest and size(points, 0) < 180:
            found.append(points)
    return found


def size(points: list[Point], axis: int) -> float:
    return max(point[axis] for point in points) - min(point[axis] for point in points)


def written(ring: list[Point]) -> list[int]:
    """Steps in hundredths of a degree, east and north by turns; the first from 0, 0."""
    found: list[int] = []
    x = y = 0
    for east, north in ring:
        to = (round(east * 100), round(north * 100))
        if not found or to != (x, y):
            found += [to[0] - x, to[1] - y]
        x, y = to
    return found


def main(us: Path, world: Path) -> None:
    codes = {
        row[3]: row[2]
        for row in (line.split(",") for line in STATES.read_text(encoding="utf-8").splitlines()[1:])
        if row[0] == "US"
    }
    found: dict[str, list[list[int]]] = {}
    states = json.loads((us / "states-10m.json").read_text())
    arcs = arcs_of(states, OURS[0])
    for shape in states["objects"]["states"]["geometries"]:
        if code := codes.get(shape["properties"]["name"]):
            found[f"US-{code}"] = [written(ring) for ring in rings_of(shape, arcs, OURS[1])]
    countries = json.loads((world / "countries-50m.json").read_text())
    arcs = arcs_of(countries, NEXT_DOOR[0])
    for shape in countries["objects"]["countries"]["geometries"]:
        if code := NEIGHBOURS.get(shape["properties"]["name"]):
            found[code] = [written(ring) for ring in rings_of(shape, arcs, NEXT_DOOR[1])]
    lines = [f"{json.dumps(name)}: {json.dumps(rings, separators=(',', ':'))}" for name, rings in sorted(found.items())]
    TARGET.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
