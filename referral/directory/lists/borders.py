"""What does a list draw? GeoJSON (RFC 7946): polygons, or a point with a radius, checked before they are kept."""

from collections.abc import Sequence
from typing import cast

import orjson

MOST_CORNERS = 10_000
LARGEST_RADIUS_M = 1_000_000
HALF_OF_THE_EARTH = 180


class NoBorder(ValueError):  # noqa: N818 - said to whoever mends the list
    """The text draws no area; the message says why."""


def read(text: str) -> str:
    """The area as one line of GeoJSON: a Polygon, a MultiPolygon, or a Point with `radius` in metres beside it.

    A Feature gives its geometry. Raises NoBorder, with what is wrong in words.
    """
    try:
        drawn = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise NoBorder("is no JSON") from None
    if not isinstance(drawn, dict):
        raise NoBorder("is no GeoJSON object")
    shape = cast("dict[str, object]", drawn)
    if shape.get("type") == "Feature":
        return read(orjson.dumps(shape.get("geometry")).decode())
    match shape.get("type"):
        case "Polygon":
            checked: dict[str, object] = {"type": "Polygon", "coordinates": rings(shape.get("coordinates"))}
        case "MultiPolygon":
            checked = {"type": "MultiPolygon", "coordinates": [rings(one) for one in listed(shape.get("coordinates"))]}
        case "Point":
            checked = {"type": "Point", "coordinates": corner(shape.get("coordinates")), "radius": radius(shape)}
        case other:
            raise NoBorder(f'is of the type "{other}"; send a Polygon, a MultiPolygon, or a Point with a radius')
    if str(checked).count("[") > MOST_CORNERS:
        raise NoBorder(f"has more than {MOST_CORNERS:,} corners")
    return orjson.dumps(checked).decode()


def rings(written: object) -> list[list[list[float]]]:
    """The outer ring, then its holes: each closed, of at least four corners, on one side of the 180th meridian."""
    found = [[corner(one) for one in listed(ring)] for ring in listed(written)]
    for ring in found:
        if len(ring) < 4 or ring[0] != ring[-1]:
            raise NoBorder("has a ring that is not closed, or has fewer than four corners")
        longitudes = [one[0] for one in ring]
        if max(longitudes) - min(longitudes) > HALF_OF_THE_EARTH:
            raise NoBorder("spans half of the Earth; cut it in two at the 180th meridian")
    return found


def corner(written: object) -> list[float]:
    numbers = listed(written)
    if len(numbers) < 2 or not all(isinstance(one, int | float) and not isinstance(one, bool) for one in numbers):
        raise NoBorder("has a corner that is no longitude and latitude")
    longitude, latitude = (float(cast("float", one)) for one in numbers[:2])
    if not (abs(longitude) <= 180 and abs(latitude) <= 90):
        raise NoBorder("has a corner that is not on Earth; longitude comes first")
    return [longitude, latitude]


def radius(shape: dict[str, object]) -> float:
    metres = shape.get("radius")
    if isinstance(metres, bool) or not isinstance(metres, int | float) or not 0 < metres <= LARGEST_RADIUS_M:
        raise NoBorder(f"is a point; send a radius in metres beside it, at most {LARGEST_RADIUS_M:,}")
    return float(metres)


def listed(written: object) -> Sequence[object]:
    if not isinstance(written, list) or not written:
        raise NoBorder("has coordinates that are no list")
    return cast("list[object]", written)
