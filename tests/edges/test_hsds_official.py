# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (jsonschema has types for some of it only)
"""Everything that the HSDS API says of the shipped directory is valid by the official 3.1 schemas, formats included."""

import gzip
import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from desk import Desk
from jsonschema import Draft202012Validator, FormatChecker
from test_hsds_export import EOIR, LISTINGS, load, state_some

OFFICIAL = Path(__file__).parents[3] / "shared" / "data" / "hsds"
pytestmark = pytest.mark.skipif(not OFFICIAL.is_dir(), reason="The official schemas do not lie beside the project.")

# Without these two, the validator would pass any text where the schemas ask for a moment or an address.
FORMATS = FormatChecker(["uuid", "email", "date"])


@FORMATS.checks("date-time", raises=ValueError)
def is_moment(text: object) -> bool:
    return not isinstance(text, str) or datetime.fromisoformat(text).tzinfo is not None


@FORMATS.checks("uri", raises=ValueError)
def is_address(text: object) -> bool:
    return not isinstance(text, str) or bool(urlsplit(text).scheme and urlsplit(text).netloc)


@cache
def validator(name: str) -> Any:
    """The schemas are compiled: every object stands where it is used, so there is no reference that could be missed."""
    compiled = gzip.decompress((OFFICIAL / f"{name}_3.1.json.gz").read_bytes())
    assert b'"$ref"' not in compiled
    schema = json.loads(compiled)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FORMATS)


def of_places() -> Any:
    places = validator("service").schema["properties"]["service_at_locations"]["items"]
    return Draft202012Validator(places, format_checker=FORMATS)


def problems(checked: Any, document: Any) -> list[str]:
    return [f"{error.json_path}: {error.message[:80]}" for error in checked.iter_errors(document)]


async def everything(desk: Desk, path: str, **parameters: str) -> list[Any]:
    response = await desk.http.get(f"/hsds/{path}", params={"format": "ndjson", **parameters})
    assert response.status_code == 200, response.text
    return [json.loads(line) for line in response.text.splitlines()]


def test_the_check_sees_what_is_wrong() -> None:
    right = {"id": "11111111-1111-4111-8111-111111111111", "name": "Clinic", "status": "active"}
    assert problems(validator("service"), right) == []
    for wrong in (
        {"id": "7"},
        {"status": "open"},
        {"name": 7},
        {"url": "example"},
        {"last_modified": "yesterday"},
        {"capacities": [{"id": right["id"], "available": 1, "updated": "2026-01-01T00:00:00Z"}]},
    ):
        assert len(problems(validator("service"), right | wrong)) == 1, wrong


@pytest.fixture
async def directory(desk: Desk) -> Desk:
    """The shipped directory, where some offices say what they can take, and one place is hidden."""
    await load(desk.database, EOIR)
    await state_some(desk.database)
    await desk.sql(
        """UPDATE location SET visibility = 'confidential', latitude = NULL, longitude = NULL
            WHERE id = (SELECT location_id FROM provider WHERE location_id IS NOT NULL ORDER BY id DESC LIMIT 1)"""
    )
    return desk


@pytest.mark.parametrize("full", ["false", "true"])
async def test_services_are_as_the_official_schema_has_them(directory: Desk, full: str) -> None:
    services = await everything(directory, "services", full=full)
    assert len(services) == LISTINGS
    assert {one["id"]: found for one in services if (found := problems(validator("service"), one))} == {}
    capacities = [capacity for one in services for capacity in one.get("capacities", ())]
    assert len(capacities) == (6 if full == "true" else 0)


@pytest.mark.parametrize("parameters", [{}, {"full": "true"}, {"full_service": "true"}])
async def test_organizations_are_as_the_official_schema_has_them(directory: Desk, parameters: dict[str, str]) -> None:
    organizations = await everything(directory, "organizations", **parameters)
    assert len(organizations) > 100
    assert {one["id"]: found for one in organizations if (found := problems(validator("organization"), one))} == {}


@pytest.mark.parametrize("full", ["false", "true"])
async def test_services_at_places_are_as_the_official_schema_has_them(directory: Desk, full: str) -> None:
    places = await everything(directory, "service_at_locations", full=full)
    assert len(places) == await directory.sql("SELECT count(*) FROM provider WHERE location_id IS NOT NULL")
    assert {one["id"]: found for one in places if (found := problems(of_places(), one))} == {}
    assert all(UUID(one["service_id"]) for one in places)
    hidden = [
        one for one in places if "confidential" in {a["link_type"] for a in one["location"].get("attributes", ())}
    ]
    assert len(hidden) == (1 if full == "true" else 0)


async def test_one_by_one_they_say_the_same_as_in_the_list(directory: Desk) -> None:
    for path in ("services", "service_at_locations"):
        for one in (await everything(directory, path, full="true"))[::20]:
            assert (await directory.http.get(f"/hsds/{path}/{one['id']}")).json() == one
