"""A plain list comes in as its mapping says: what fits lands, and the rest is told by line and column."""

import gzip
import tomllib
from pathlib import Path
from typing import Any

import pytest

from referral.directory.providers import Provider
from referral.directory.searching import search
from referral.directory.searching.filters import Area
from referral.directory.searching.search import Search
from referral.edges.hsds.flat_mapping import WrongMapping
from referral.edges.hsds.importing import ImportReport, import_flat
from referral.edges.hsds.rows import NotHsds
from referral.foundation.db import Database

PROJECT = Path(__file__).resolve().parents[2]
EXAMPLES = PROJECT / "docs" / "examples"
REAL = PROJECT.parent / "shared" / "data" / "import"
HEADER = "key,who,what,street,town,zip,lat,lon,call,speaks,gives\n"
PHONES = "520-555-0100 x4; 520-555-0101"
CASA = f"a1,Casa Abierta,Legal clinic,1 Calle Uno,Tucson,85701,32.22,-110.97,{PHONES},Spanish;Mam,law;food\n"
MAPPING: dict[str, Any] = {
    "columns": {
        "id": "key", "organization": "who", "service": "what", "address": "street", "city": "town",
        "postal_code": "zip", "latitude": "lat", "longitude": "lon", "phone": "call", "languages": "speaks",
        "help": "gives",
    },
    "constants": {"country": "US", "state": "AZ"},
    "split": {"phone": ";", "languages": ";", "help": ";"},
    "help": {"law": "legal.asylum", "food": "hum.food"},
    "any_language": ["Any language"],
    "limits": {"south": 31.0, "north": 37.0, "west": -115.0, "east": -109.0},
}  # fmt: skip


def quiet(_what: str, _done: int, _total: int) -> None:
    """Nobody watches."""


async def load(
    db: Database, folder: Path, lines: str, given: dict[str, Any] = MAPPING, *, header: str = HEADER
) -> ImportReport:
    path = folder / "list.csv"
    path.write_bytes((header + lines).encode(str(given.get("encoding", "utf-8")), errors="surrogateescape"))
    return await import_flat(db, path, given, source="a list", progress=quiet)


async def listings(db: Database) -> list[Provider]:
    return list((await search.find(db.reader, Search())).hits)


def told(report: ImportReport) -> list[tuple[int, str, bool]]:
    return [(error.row, error.field, error.landed) for error in report.errors]


async def test_a_line_becomes_an_office_with_all_it_says(fresh_db: Database, tmp_path: Path) -> None:
    report = await load(fresh_db, tmp_path, CASA)
    assert report.errors == ()
    (office,) = await listings(fresh_db)
    assert (office.organization.name, office.service.name) == ("Casa Abierta", "Legal clinic")
    assert {kind.value for kind in office.help_types} == {"legal.asylum", "hum.food"}
    assert {language.tag for language in office.languages} == {"es", "mam"}
    assert {(phone.number, phone.extension) for phone in office.phones} == {
        ("520-555-0100", "4"), ("520-555-0101", None),
    }  # fmt: skip
    assert office.location is not None
    assert (office.location.latitude, office.location.lines, office.location.state) == (32.22, ("1 Calle Uno",), "AZ")


async def test_a_point_far_from_its_postal_code_is_not_believed(fresh_db: Database, tmp_path: Path) -> None:
    """Each of the two may be wrong, but people who are near the one would be sent to the other."""
    elsewhere = CASA.replace("a1", "a2").replace("32.22,-110.97", "34.9,-109.8")
    report = await load(fresh_db, tmp_path, CASA + elsewhere.replace("1 Calle Uno", "2 Calle Dos"))
    assert told(report) == [(3, "lat", True)]
    assert "km from the middle of 85701" in report.errors[0].reason
    points = [office.location.latitude for office in await listings(fresh_db) if office.location]
    assert sorted(points, key=str) == [32.22, None]


async def test_a_line_that_tells_the_state_alone_is_found_by_it(fresh_db: Database, tmp_path: Path) -> None:
    await load(fresh_db, tmp_path, "a1,Casa Abierta,Legal clinic,,,,,,520-555-0100,Spanish,law\n")
    found = (await search.find(fresh_db.reader, Search(within=Area(country="US", state="AZ")))).hits
    assert [office.service.name for office in found] == ["Legal clinic"]


async def test_the_same_list_again_changes_nothing(fresh_db: Database, tmp_path: Path) -> None:
    await load(fresh_db, tmp_path, CASA)
    again = await load(fresh_db, tmp_path, CASA)
    assert again.changed == 0
    moved = await load(fresh_db, tmp_path, CASA.replace("Legal clinic", "Free legal clinic"))
    assert (moved.counts["service"].updated, moved.counts["organization"].unchanged) == (1, 1)


async def test_what_cannot_be_used_is_told_by_line_and_column_and_the_rest_lands(
    fresh_db: Database, tmp_path: Path
) -> None:
    lines = (
        CASA
        + "a2,Otra Casa,Food,2 Calle Dos,Tucson,85701,-110.97,32.22,,Klingon;English,food\n"  # the wrong way round
        + "a3,Tercera Casa,Food,3 Calle Tres,Tucson,85701,32.22,110.97,,Any language,food\n"  # a sign lost
        + "a4,Cuarta Casa,Singing,,,,0,0,,,song\n"  # no help of ours
        + "a1,Casa Doble,Food,,,,,,,,food\n"  # an id that is taken
        + ",Casa Sin Nombre,Food,,,,,,,,food\n"  # no id
        + "a7,,,,,,,,,,food\n"  # nobody
        + "a8,Casa Corta,Food\n"  # cells are missing
        + "a9,Casa Lejos,Food,9 Calle Nueve,Tucson,85701,north,-110,,,food\n"  # no number
    )
    report = await load(fresh_db, tmp_path, lines)
    assert sorted(told(report)) == [
        (3, "lat", True), (3, "speaks", True), (4, "lat", True), (5, "gives", False), (6, "key", False),
        (7, "key", False), (8, "who", False), (9, "", False), (10, "lat", True), (10, "lat", True),
    ]  # fmt: skip
    reasons = " ".join(error.reason for error in report.errors)
    assert all(
        words in reasons for words in ("wrong way round", "lost its sign", '"song" is none', "line 2 has the same")
    )
    names = {office.organization.name: office for office in await listings(fresh_db)}
    assert set(names) == {"Casa Abierta", "Otra Casa", "Tercera Casa", "Casa Lejos"}
    assert {language.tag for language in names["Otra Casa"].languages} == {"en"}
    assert names["Tercera Casa"].interpreter_for_other == "yes"
    for name in ("Otra Casa", "Tercera Casa", "Casa Lejos"):
        location = names[name].location
        assert location is not None
        assert location.latitude is None


async def test_bytes_of_another_encoding_are_told_by_line(fresh_db: Database, tmp_path: Path) -> None:
    broken = "a2,Clínica,Food,,,,,,,,food\n".encode("cp1252").decode("utf-8", errors="surrogateescape")
    report = await load(fresh_db, tmp_path, CASA + broken)
    assert told(report) == [(3, "", False)]
    assert "UTF-8" in report.errors[0].reason
    declared = MAPPING | {"encoding": "windows-1252"}
    await load(fresh_db, tmp_path, "a2,Clínica,Food,,,,,,,,food\n", declared)
    assert "Clínica" in {office.organization.name for office in await listings(fresh_db)}


async def test_a_packed_list_with_another_delimiter_is_read_too(fresh_db: Database, tmp_path: Path) -> None:
    path = tmp_path / "list.csv.gz"
    path.write_bytes(gzip.compress(b"key;who;gives\n1;Casa;law,food\n"))
    given = {"delimiter": ";", "columns": {"id": "key", "organization": "who", "help": "gives"},
             "split": {"help": ","}, "help": MAPPING["help"]}  # fmt: skip
    report = await import_flat(fresh_db, path, given, source="a list", progress=quiet)
    assert report.errors == ()
    (office,) = await listings(fresh_db)
    assert len(office.help_types) == 2
    assert office.location is None


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"colums": {}}, "colums"),
        ({"columns": {"id": "key", "organization": "whom"}}, "columns.organization"),
        ({"columns": {"id": "key", "organisation": "who"}}, "columns.organisation"),
        ({"columns": {"organization": "who"}}, "columns.id"),
        ({"columns": {"id": "key"}}, "columns"),
        ({"help": {"law": "legal.magic"}}, "help.law"),
        ({"help_always": "hum.food"}, "help_always"),
        ({"split": {"who": ";"}}, "split.who"),
        ({"limits": {"south": 1.0}}, "limits.north"),
        ({"patterns": {"address": "("}}, "patterns.address"),
        ({"patterns": {"address": "(?P<house>.*)"}}, "patterns.address"),
        ({"lines_without_help": "drop"}, "lines_without_help"),
    ],
)
async def test_a_mapping_that_does_not_fit_is_refused_by_its_key(
    fresh_db: Database, tmp_path: Path, change: dict[str, Any], key: str
) -> None:
    with pytest.raises(WrongMapping) as refused:
        await load(fresh_db, tmp_path, CASA, MAPPING | change)
    assert refused.value.message.startswith(f"{key}:")
    assert await listings(fresh_db) == []


async def test_a_file_that_is_no_list_is_refused(fresh_db: Database, tmp_path: Path) -> None:
    for content in (b"", b'"never closed\n'):
        path = tmp_path / "list.csv"
        path.write_bytes(content)
        with pytest.raises(NotHsds):
            await import_flat(fresh_db, path, MAPPING, source="a list", progress=quiet)


@pytest.mark.parametrize(
    ("file", "mapping", "landed", "left_out"),
    [("miami_services_flat.csv.gz", "miami.toml", 1_734, 2_355), ("nyc_community_orgs.csv", "new_york.toml", 124, 0)],
)
async def test_two_real_lists_come_in_with_the_mappings_that_ship(
    fresh_db: Database, file: str, mapping: str, landed: int, left_out: int
) -> None:
    if not REAL.is_dir():
        pytest.skip("the two lists are not beside this project: they may not be passed on")
    given = tomllib.loads((EXAMPLES / mapping).read_text(encoding="utf-8"))
    report = await import_flat(fresh_db, REAL / file, given, source=str(given["source"]), progress=quiet)
    assert report.counts["service"].inserted == landed
    assert sum(not error.landed for error in report.errors) == left_out
    assert all(error.row > 1 and error.field and error.reason for error in report.errors)
    again = await import_flat(fresh_db, REAL / file, given, source=str(given["source"]), progress=quiet)
    assert again.changed == 0


def test_the_examples_fit_the_settings_that_there_are() -> None:
    mappings = [path for path in EXAMPLES.glob("*.toml") if path.name != "referral.toml"]
    assert mappings
    for path in mappings:
        assert tomllib.loads(path.read_text(encoding="utf-8"))["source"]
