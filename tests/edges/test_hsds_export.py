"""The directory given away as an HSDS package: whole, valid, never half, and the same when it comes back."""

import csv
import json
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import commands_given as commands
import given
import pytest

from referral.directory import capacity
from referral.directory.capacity import Count, Statement
from referral.directory.words import CapacityUnit, Openness
from referral.edges.hsds import exporting
from referral.edges.hsds.exporting import Form, PathTaken
from referral.edges.hsds.importing import import_hsds
from referral.edges.hsds.package import named_source
from referral.edges.hsds.tabular import TABLES
from referral.foundation import migrate, reference
from referral.foundation.clock import now
from referral.foundation.db import Database, connect
from referral.foundation.vocabulary import HelpType

EOIR = Path(__file__).parents[2] / "referral" / "data" / "eoir_pro_bono"
OFFICIAL = Path(__file__).parents[3] / "shared" / "data" / "hsds" / "datapackage_3.1.json"
SOURCE = "EOIR list, September 2026"
LISTINGS = 154

Rows = list[dict[str, str]]


def silent(_what: str, _done: int, _total: int) -> None:
    """Nobody watches."""


async def load(database: Database, path: Path) -> Any:
    return await import_hsds(database, path, source=SOURCE, progress=silent)


async def write(database: Database, path: Path, form: Form = Form.TABULAR, *, replace: bool = False) -> dict[str, int]:
    return await exporting.export_hsds(database, path, form=form, replace=replace, progress=silent)


async def state_some(database: Database) -> None:
    """A few offices say what they can take."""
    async with database.transaction() as tx:
        for row in await database.pool.fetch("SELECT id FROM provider ORDER BY id LIMIT 3"):
            counts = (
                Count(unit=CapacityUnit.FULL_CASES, available=2, maximum=4),
                Count(unit=CapacityUnit.INTAKE_SLOTS_WEEK, available=7, help_type=HelpType.LEGAL_ASYLUM),
            )
            await capacity.state(tx, row["id"], Statement(openness=Openness.OPEN, counts=counts), by="test", now=now())


def tables(package: Path) -> dict[str, Rows]:
    read: dict[str, Rows] = {}
    for resource in json.loads((package / "datapackage.json").read_text(encoding="utf-8"))["resources"]:
        with (package / resource["path"]).open(encoding="utf-8", newline="") as lines:
            read[resource["name"]] = list(csv.DictReader(lines))
    return read


def contents(package: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in package.iterdir()}


async def test_what_is_given_away_and_taken_in_again_changes_nothing(fresh_db: Database, tmp_path: Path) -> None:
    await load(fresh_db, EOIR)
    counts = await write(fresh_db, tmp_path / "package")
    assert counts["service"] == LISTINGS
    report = await load(fresh_db, tmp_path / "package")
    assert (report.errors, report.missing, report.changed) == ((), (), 0)


async def test_a_package_names_the_list_it_came_from(fresh_db: Database, tmp_path: Path) -> None:
    """So that whoever takes it in need not be told, and what comes back is still of that list."""
    await load(fresh_db, EOIR)
    for name in ("package", "package.zip"):
        await write(fresh_db, tmp_path / name)
        assert named_source(tmp_path / name) == SOURCE
    await fresh_db.pool.execute(
        "UPDATE provider SET source = 'Another' WHERE id = (SELECT min(id::text)::uuid FROM provider)"
    )
    await write(fresh_db, tmp_path / "two")
    named = json.loads((tmp_path / "two" / "datapackage.json").read_bytes())["sources"]
    assert named == [{"title": title} for title in sorted([SOURCE, "Another"])]
    assert named_source(tmp_path / "two") is None
    await write(fresh_db, tmp_path / "services.json", Form.JSON)
    assert named_source(tmp_path / "services.json") is None


@pytest.mark.parametrize("sources", ["a list", [1, None], [{"path": "x"}], {"title": "x"}, [{"title": ""}]])
def test_other_words_about_sources_are_passed_over(tmp_path: Path, sources: object) -> None:
    (tmp_path / "datapackage.json").write_text(json.dumps({"resources": [], "sources": sources}))
    assert named_source(tmp_path) is None


async def test_another_database_gives_away_the_same_byte_for_byte(
    fresh_db: Database, empty_dsn: str, tmp_path: Path
) -> None:
    await load(fresh_db, EOIR)
    await write(fresh_db, tmp_path / "first")
    await migrate.upgrade(empty_dsn)
    other = await connect(empty_dsn)
    try:
        await reference.load(other, progress=silent)
        report = await load(other, tmp_path / "first")
        assert report.errors == ()
        await write(other, tmp_path / "second")
    finally:
        await other.close()
    assert contents(tmp_path / "second") == contents(tmp_path / "first")


async def test_an_archive_holds_the_same_files_and_is_taken_in(fresh_db: Database, tmp_path: Path) -> None:
    await load(fresh_db, EOIR)
    await write(fresh_db, tmp_path / "folder")
    await write(fresh_db, tmp_path / "package.zip")
    with zipfile.ZipFile(tmp_path / "package.zip") as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == contents(tmp_path / "folder")
    assert (await load(fresh_db, tmp_path / "package.zip")).changed == 0


async def test_json_is_an_array_of_whole_services(fresh_db: Database, tmp_path: Path) -> None:
    await load(fresh_db, EOIR)
    await write(fresh_db, tmp_path / "services.json", Form.JSON)
    services = json.loads((tmp_path / "services.json").read_bytes())
    assert len(services) == LISTINGS
    places = [place["location"] for service in services for place in service.get("service_at_locations", ())]
    assert sum("addresses" in place for place in places) > LISTINGS // 2
    assert (await load(fresh_db, tmp_path / "services.json")).changed == 0


async def test_an_empty_directory_is_an_empty_package(fresh_db: Database, tmp_path: Path) -> None:
    assert await write(fresh_db, tmp_path / "package") == {}
    assert set(contents(tmp_path / "package")) == {"datapackage.json"}
    await write(fresh_db, tmp_path / "none.json", Form.JSON)
    assert json.loads((tmp_path / "none.json").read_bytes()) == []


async def test_capacities_come_along_with_their_units(fresh_db: Database, tmp_path: Path) -> None:
    await load(fresh_db, EOIR)
    await state_some(fresh_db)
    await write(fresh_db, tmp_path / "package")
    read = tables(tmp_path / "package")
    units = {unit["id"]: unit["identifier"] for unit in read["unit"]}
    counted = [(units[one["unit_id"]], one["available"], one["maximum"]) for one in read["service_capacity"]]
    assert sorted(counted) == [("full_cases", "2", "4")] * 3 + [("intake_slots_week", "7", "")] * 3
    assert {"capacity-status"} <= {one["link_type"] for one in read["attribute"]}


async def test_a_hidden_place_has_no_address_no_point_and_says_so(fresh_db: Database, tmp_path: Path) -> None:
    office = await given.office(fresh_db, name="Safe house (synthetic)")
    await fresh_db.pool.execute(
        """UPDATE location SET visibility = 'confidential', latitude = NULL, longitude = NULL, name = 'Canary House',
                               lines = '{1 Canary Street}', postal_code = '78520', description = 'Canary words'
            WHERE id = (SELECT location_id FROM provider WHERE id = $1)""",
        office.id,
    )
    await write(fresh_db, tmp_path / "package")
    read = tables(tmp_path / "package")
    (location,) = read["location"]
    assert {location[name] for name in ("name", "description", "latitude", "longitude")} == {""}
    assert "address" not in read
    (hidden,) = [one for one in read["attribute"] if one["link_entity"] == "location"]
    assert (hidden["link_type"], hidden["link_id"]) == ("confidential", location["id"])
    everything = b"".join(contents(tmp_path / "package").values())
    assert not any(word in everything for word in (b"Canary", b"78520", b"Synthetic City"))


# ------------------------------------------------------------- the path
async def test_nothing_is_overwritten_unasked(fresh_db: Database, tmp_path: Path) -> None:
    await given.office(fresh_db)
    for name, form in (("package", Form.TABULAR), ("package.zip", Form.TABULAR), ("services.json", Form.JSON)):
        path = tmp_path / name
        await write(fresh_db, path, form)
        with pytest.raises(PathTaken):
            await write(fresh_db, path, form)
        await write(fresh_db, path, form, replace=True)
        with pytest.raises(PathTaken):
            await write(fresh_db, path, Form.JSON if path.is_dir() else Form.TABULAR, replace=path.is_dir())
    assert sorted(file.name for file in tmp_path.iterdir()) == ["package", "package.zip", "services.json"]


async def test_a_folder_with_anything_else_in_it_is_never_replaced(fresh_db: Database, tmp_path: Path) -> None:
    await given.office(fresh_db)
    mine = tmp_path / "folder" / "my letters.txt"
    mine.parent.mkdir()
    await write(fresh_db, mine.parent)  # empty, so it may be filled
    mine.write_text("mine", encoding="utf-8")
    with pytest.raises(PathTaken):
        await write(fresh_db, mine.parent, replace=True)
    assert mine.read_text(encoding="utf-8") == "mine"


async def test_a_package_that_fails_midway_leaves_what_was_there(fresh_db: Database, tmp_path: Path) -> None:
    await given.office(fresh_db)
    await write(fresh_db, tmp_path / "package")
    before = contents(tmp_path / "package")
    await given.office(fresh_db)

    def full(_what: str, done: int, _total: int) -> None:
        if done:
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        await exporting.export_hsds(fresh_db, tmp_path / "package", form=Form.TABULAR, replace=True, progress=full)
    assert contents(tmp_path / "package") == before
    assert [file.name for file in tmp_path.iterdir()] == ["package"]


async def test_the_command_says_what_it_wrote_and_refuses_with_a_sentence(fresh_db: Database, tmp_path: Path) -> None:
    await given.office(fresh_db)
    words = ("export", "hsds", str(tmp_path / "package"))
    done = commands.referral(fresh_db.dsn, tmp_path / "home", *words)
    assert done.code == 0, done.complaints
    assert "Written:" in done.said
    again = commands.referral(fresh_db.dsn, tmp_path / "home", *words)
    assert (again.code, "--replace" in again.complaints) == (1, True)
    assert len(tables(tmp_path / "package")["service"]) == 1


# ------------------------------------------------------------- the official descriptor
async def test_the_package_is_as_the_official_descriptor_has_it(fresh_db: Database, tmp_path: Path) -> None:
    if not OFFICIAL.is_file():
        pytest.skip("The official descriptor does not lie beside the project.")
    await load(fresh_db, EOIR)
    await state_some(fresh_db)
    await write(fresh_db, tmp_path / "package")
    read = tables(tmp_path / "package")
    official = {one["name"]: one for one in json.loads(OFFICIAL.read_text(encoding="utf-8"))["resources"]}
    assert read.keys() <= official.keys()
    ids = {table: {row["id"] for row in rows} for table, rows in read.items()}
    wrong: dict[str, list[str]] = defaultdict(list)
    for table, rows in read.items():
        assert TABLES[table].file == official[table]["path"]
        assert len(ids[table]) == len(rows)
        fields = {field["name"]: field for field in official[table]["schema"]["fields"]}
        if table not in {"unit", "service_capacity"}:  # of these the descriptor lists no or two columns
            assert set(rows[0]) <= fields.keys(), table
        for row in rows:
            wrong[table] += [
                problem for name, field in fields.items() if (problem := wrong_in(field, row.get(name, "")))
            ]
        for key in official[table]["schema"].get("foreignKeys") or ():
            pointed_at = {row[key["fields"]] for row in rows if row.get(key["fields"])}
            assert pointed_at <= ids.get(key["reference"]["resource"], set()), (table, key)
    assert {table: problems[:3] for table, problems in wrong.items() if problems} == {}


def wrong_in(field: Any, text: str) -> str | None:
    constraints: dict[str, Any] = field.get("constraints") or {}
    if not text:
        return f"{field['name']} is missing" if constraints.get("required") else None
    if "enum" in constraints and text not in constraints["enum"]:
        return f"{field['name']}: {text} is no such word"
    try:
        if field["type"] == "number":
            float(text)
    except ValueError:
        return f"{field['name']}: {text} is no number"
    return None
