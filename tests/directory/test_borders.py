"""Areas that a list draws: who covers a spot from afar is found inside them and nowhere else."""

import json
from dataclasses import replace
from math import asin, atan2, cos, degrees, radians, sin
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hsds_given import listed, load_json, said, small, small_listing

from referral.directory.lists import borders
from referral.directory.searching import search
from referral.directory.searching.search import Point, Search
from referral.directory.words import ServiceAreaKind
from referral.edges.hsds import exporting
from referral.edges.hsds.exporting import Form
from referral.foundation.db import Database
from referral.foundation.vocabulary import HelpType
from referral.intake.words import CanAfford, Representation, UrgencyLevel
from referral.matching import finding, places
from referral.matching.answers import RuleAnswer
from referral.matching.candidates import candidate
from referral.matching.pair import Need, Spot

VALLEY = [[-98.6, 25.8], [-97.1, 25.8], [-97.1, 26.6], [-98.6, 26.6], [-98.6, 25.8]]
HOLE = [[-98.0, 26.0], [-97.8, 26.0], [-97.8, 26.2], [-98.0, 26.2], [-98.0, 26.0]]
NOGALES = [[-111.0, 31.2], [-110.8, 31.2], [-110.8, 31.5], [-111.0, 31.5], [-111.0, 31.2]]
INSIDE, IN_HOLE, OUTSIDE, AT_NOGALES = (25.9, -97.5), (26.1, -97.9), (29.4, -98.5), (31.3, -110.9)
POLYGON = {"type": "Polygon", "coordinates": [VALLEY, HOLE]}
BOTH = {"type": "MultiPolygon", "coordinates": [[VALLEY, HOLE], [NOGALES]]}
CIRCLE = {"type": "Point", "coordinates": [-97.5, 25.9], "radius": 50_000}


def covering(border: object) -> dict[str, object]:
    """A service by phone, without a place, for whoever is within a border."""
    area = {"id": str(UUID(int=8)), "name": "The valley", "extent": json.dumps(border), "extent_type": "geojson"}
    return small(service_areas=[area], service_at_locations=[])


def silent(_what: str, _done: int, _total: int | None) -> None:
    """Nobody watches."""


async def is_found(database: Database, spot: tuple[float, float]) -> bool:
    wanted = Search(near=Point(latitude=spot[0], longitude=spot[1]), radius_km=30)
    found = [bool((await search.find(database.reader, one)).hits) for one in (wanted, replace(wanted, covered_by=()))]
    assert found[0] == found[1]
    return found[0]


@pytest.mark.parametrize(
    ("border", "inside", "outside"),
    [
        (POLYGON, [INSIDE], [IN_HOLE, OUTSIDE, AT_NOGALES]),
        (BOTH, [INSIDE, AT_NOGALES], [IN_HOLE, OUTSIDE]),
        ({"type": "Feature", "properties": {}, "geometry": POLYGON}, [INSIDE], [IN_HOLE]),
        (CIRCLE, [INSIDE, (26.3, -97.5)], [OUTSIDE, (26.4, -97.5)]),
    ],
    ids=["polygon", "two polygons", "feature", "circle"],
)
async def test_who_covers_a_spot_from_afar_is_found_inside_and_nowhere_else(
    fresh_db: Database,
    tmp_path: Path,
    border: object,
    inside: list[tuple[float, float]],
    outside: list[tuple[float, float]],
) -> None:
    report = await load_json(fresh_db, tmp_path, covering(border))
    assert report.errors == ()
    assert [await is_found(fresh_db, spot) for spot in inside] == [True] * len(inside)
    assert [await is_found(fresh_db, spot) for spot in outside] == [False] * len(outside)
    assert (await load_json(fresh_db, tmp_path, covering(border))).changed == 0


async def test_another_border_takes_the_place_of_the_first(fresh_db: Database, tmp_path: Path) -> None:
    await load_json(fresh_db, tmp_path, covering(POLYGON))
    await load_json(fresh_db, tmp_path, covering({"type": "Polygon", "coordinates": [NOGALES]}))
    assert [await is_found(fresh_db, spot) for spot in (INSIDE, AT_NOGALES)] == [False, True]
    await fresh_db.pool.execute("DELETE FROM service_area")
    assert await fresh_db.pool.fetchval("SELECT count(*) FROM area_ring") == 0


async def test_a_circle_is_round_everywhere(database: Database) -> None:
    chance = Random(3)  # noqa: S311 - the same circles each time
    for _ in range(40):
        lat, lon, km = chance.uniform(-75, 75), chance.uniform(-160, 160), chance.uniform(1, 400)
        border = {"type": "Point", "coordinates": [lon, lat], "radius": km * 1000}
        for share, expected in ((0.98, True), (1.02, False)):
            bearing, arc = chance.uniform(0, 360), share * km / 6371.0088
            there = asin(sin(radians(lat)) * cos(arc) + cos(radians(lat)) * sin(arc) * cos(radians(bearing)))
            east = atan2(
                sin(radians(bearing)) * sin(arc) * cos(radians(lat)), cos(arc) - sin(radians(lat)) * sin(there)
            )
            inside = await database.pool.fetchval(
                "SELECT bool_or(r.ring @> point($2, $3)) FROM rings_of($1) AS r",
                border,
                lon + degrees(east),
                degrees(there),
            )
            assert inside is expected, (lat, lon, km, bearing)


# ---------------------------------------------------------------- matching
def need(spot: tuple[float, float] | None, *, is_area: bool = False) -> Need:
    where = spot and Spot(latitude=spot[0], longitude=spot[1], name="Here", country="US", state="TX", is_area=is_area)
    return Need(
        request_id=UUID(int=1),
        help_types=(HelpType.HUM_SHELTER,),
        languages=("es",),
        place=where or None,
        can_afford=CanAfford.NO,
        representation=Representation.NONE,
        urgency=UrgencyLevel.NORMAL,
        consents=frozenset(),
    )


@pytest.mark.parametrize(
    ("spot", "is_area", "answer"),
    [
        (INSIDE, False, RuleAnswer.PASS),
        (OUTSIDE, False, RuleAnswer.FAIL),
        (IN_HOLE, False, RuleAnswer.FAIL),
        (INSIDE, True, RuleAnswer.UNKNOWN),
        (None, False, RuleAnswer.UNKNOWN),
    ],
)
async def test_a_border_decides_whom_a_provider_may_be_asked_for(
    fresh_db: Database, tmp_path: Path, spot: tuple[float, float] | None, is_area: bool, answer: RuleAnswer
) -> None:
    await load_json(fresh_db, tmp_path, covering(POLYGON))
    (listing,) = await listed(fresh_db)
    asked = need(spot, is_area=is_area)
    if asked.place is not None:
        around = await finding.drawn_at(fresh_db.reader, asked.place.latitude, asked.place.longitude)
        asked = replace(asked, drawn=around)
    found = await candidate(fresh_db.reader, asked, listing.id)
    assert found is not None
    assert places.place(asked, found).answer is answer


# ---------------------------------------------------------------- in and out
async def test_what_is_drawn_goes_out_as_it_came_in(fresh_db: Database, tmp_path: Path) -> None:
    await load_json(fresh_db, tmp_path, covering(BOTH))
    (listing,) = await listed(fresh_db)
    (area,) = listing.service_areas
    assert (area.name, area.kind.value) == ("The valley", "custom")
    written = tmp_path / "out.json"
    await exporting.export_hsds(fresh_db, written, form=Form.JSON, replace=False, progress=silent)
    (service,) = json.loads(written.read_text(encoding="utf-8"))
    (told,) = service["service_areas"]
    assert (told["extent_type"], json.loads(told["extent"])) == ("geojson", BOTH)


@pytest.mark.parametrize(
    ("border", "said_why"),
    [
        ("not json", "is no JSON"),
        ([], "is no GeoJSON object"),
        ({"type": "LineString", "coordinates": VALLEY}, 'is of the type "LineString"'),
        ({"type": "Polygon", "coordinates": [VALLEY[:4]]}, "is not closed"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]]}, "fewer than four corners"),
        ({"type": "Polygon", "coordinates": [[[-98.6, 25.8]] * 3 + [["x", 1]]]}, "no longitude and latitude"),
        ({"type": "Polygon", "coordinates": [[[25.8, -98.6], [200, 0], [1, 1], [25.8, -98.6]]]}, "not on Earth"),
        ({"type": "Polygon", "coordinates": [[[-179, 1], [179, 1], [179, 2], [-179, 1]]]}, "180th meridian"),
        ({"type": "Polygon", "coordinates": {}}, "no list"),
        ({"type": "Point", "coordinates": [0, 0]}, "send a radius"),
        ({"type": "Point", "coordinates": [0, 0], "radius": True}, "send a radius"),
        ({"type": "Point", "coordinates": [0, 0], "radius": 2e6}, "send a radius"),
        ({"type": "Feature", "geometry": None}, "is no GeoJSON object"),
    ],
)
async def test_what_draws_no_area_is_reported_and_the_area_is_known_by_its_name_only(
    fresh_db: Database, tmp_path: Path, border: Any, said_why: str
) -> None:
    text = border if isinstance(border, str) else json.dumps(border)
    with pytest.raises(borders.NoBorder, match=said_why.replace("(", ".")):
        borders.read(text)
    # By name it would be the whole state: what was meant is what was drawn, and nobody knows where that is.
    service = small(service_areas=[{"name": "Texas", "extent": text, "extent_type": "geojson"}])
    report = await load_json(fresh_db, tmp_path, service)
    assert said(report) == [("services.json", 1, "service_areas[0].extent")]
    (area,) = (await small_listing(fresh_db)).service_areas
    assert (area.name, area.kind, area.state) == ("Texas", ServiceAreaKind.CUSTOM, None)
    assert (await load_json(fresh_db, tmp_path, service)).changed == 0
