"""What we give away as HSDS, taken in again, is what we had."""

from pathlib import Path
from uuid import uuid4

import hsds_given as hsds
import orjson
from desk import Desk

from referral.edges.hsds import exporting
from referral.edges.hsds.exporting import Form


async def test_the_whole_directory_read_and_imported_again_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    await hsds.load(desk.database, hsds.EOIR)
    response = await desk.http.get("/hsds/services", params={"format": "ndjson", "full": "true"})
    services = [orjson.loads(line) for line in response.text.splitlines()]
    assert len(services) == 154
    package = tmp_path / "services.json"
    package.write_bytes(orjson.dumps(services))
    report = await hsds.load(desk.database, package)
    assert (report.errors, report.missing, report.changed) == ((), (), 0)


def silent(_what: str, _done: int, _total: int) -> None:
    """Nobody watches."""


def listed_hours() -> list[dict[str, object]]:
    return [
        {"id": str(uuid4()), "byday": "MO,TU", "opens_at": "09:00", "closes_at": "17:00"},
        {"id": str(uuid4()), "byday": "SA", "opens_at": "22:00", "closes_at": "02:00", "valid_from": "2020-01-01"},
        {"id": str(uuid4()), "byday": "SU", "opens_at": "10:00", "closes_at": "12:00", "valid_from": "2020-01-01",
         "valid_to": "2099-12-31", "notes": "Ring twice"},
        {"id": str(uuid4()), "freq": "MONTHLY", "byday": "1TU,3TU", "opens_at": "09:00", "closes_at": "12:00"},
        {"id": str(uuid4()), "freq": "MONTHLY", "byday": "1MO,3WE", "opens_at": "10:00", "closes_at": "11:00"},
        {"id": str(uuid4()), "description": "closed", "opens_at": "12:00", "closes_at": "13:00"},
        {"id": str(uuid4()), "description": "closed", "valid_from": "2026-12-25", "valid_to": "2026-12-25"},
    ]  # fmt: skip


async def test_what_is_read_or_exported_and_imported_again_changes_no_hours(desk: Desk, tmp_path: Path) -> None:
    place = {"id": str(uuid4()), "location_type": "physical", "latitude": 40.7, "longitude": -74.0,
             "schedules": listed_hours()}  # fmt: skip
    at_place = hsds.office(location=place, schedules=listed_hours())
    await hsds.load_json(desk.database, tmp_path, hsds.small(schedules=listed_hours(), service_at_locations=[at_place]))
    kept = await desk.kept()
    assert kept["schedule"][0] == 3 * len(listed_hours())
    lines = await desk.http.get("/hsds/services", params={"format": "ndjson", "full": "true"})
    (service,) = [orjson.loads(line) for line in lines.text.splitlines()]
    assert len(service["schedules"]) > len(listed_hours())  # New York changes its clock
    assert any(row["opens_at"].endswith("-05:00") for row in service["schedules"] if "opens_at" in row)
    (tmp_path / "read.json").write_bytes(orjson.dumps([service]))
    for form, name in ((Form.JSON, "list.json"), (Form.TABULAR, "tables")):
        await exporting.export_hsds(desk.database, tmp_path / name, form=form, replace=False, progress=silent)
    for package in ("read.json", "list.json", "tables"):
        report = await hsds.load(desk.database, tmp_path / package, "test")
        assert (report.errors, report.changed) == ((), 0), (package, report.counts)
    assert (await desk.kept())["schedule"] == kept["schedule"]
