"""A newer edition of a list leaves offices out: they are named, retired if asked, and come back when listed again."""

import shutil
from pathlib import Path

import hsds_given as hsds
import pytest

from referral.directory import providers
from referral.directory.lists.retiring import MissingPolicy
from referral.directory.searching import search
from referral.directory.searching.search import Search
from referral.edges.hsds.importing import Terms
from referral.foundation.db import Database, value
from referral.foundation.errors import Conflict

RETIRE = Terms(missing=MissingPolicy.RETIRE)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    shutil.copytree(hsds.EOIR, tmp_path / "edition")
    return tmp_path / "edition"


async def listed(database: Database) -> int | None:
    return await search.count(database.reader, Search())


async def test_who_is_left_out_is_named_and_stays_unless_retiring_is_asked(fresh_db: Database, package: Path) -> None:
    await hsds.load(fresh_db, package)
    hsds.leave_out(package, hsds.read(package, "service")[3]["id"])
    report = await hsds.load(fresh_db, package)
    assert len(report.missing) == 1
    assert (report.retired, await listed(fresh_db)) == (0, 154)
    silent = await hsds.load(fresh_db, package, terms=Terms(missing=MissingPolicy.KEEP))
    assert silent.missing == ()


async def test_who_is_retired_is_not_listed_and_comes_back_with_the_list(fresh_db: Database, package: Path) -> None:
    await hsds.load(fresh_db, package)
    whole = package.with_name("whole")
    shutil.copytree(package, whole)
    hsds.leave_out(package, *(row["id"] for row in hsds.read(package, "service")[3:6]))
    report = await hsds.load(fresh_db, package, terms=RETIRE)
    assert (report.retired, await listed(fresh_db)) == (3, 151)
    gone = report.missing[0].id
    assert await providers.provider(fresh_db.reader, gone) is None
    assert gone in await providers.known(fresh_db.reader, [gone])  # a referral to it can still be read
    again = await hsds.load(fresh_db, package, terms=RETIRE)
    assert (again.missing, again.changed) == ((), 0)
    back = await hsds.load(fresh_db, whole)
    assert (back.counts["provider"].updated, await listed(fresh_db)) == (3, 154)


async def test_a_newer_edition_has_another_name_and_another_list_is_left_alone(
    fresh_db: Database, package: Path
) -> None:
    await hsds.load(fresh_db, package, source="EOIR list, September 2026")
    hsds.leave_out(package, hsds.read(package, "service")[0]["id"])
    other = await hsds.load(fresh_db, package, source="Another list", terms=RETIRE)
    assert other.missing == ()
    terms = Terms(missing=MissingPolicy.RETIRE, edition_of="EOIR list")
    newer = await hsds.load(fresh_db, package, source="EOIR list, December 2026", terms=terms)
    assert newer.retired == 1


async def test_a_file_cut_short_empties_no_directory(fresh_db: Database, package: Path) -> None:
    await hsds.load(fresh_db, package)
    hsds.leave_out(package, *(row["id"] for row in hsds.read(package, "service")[40:]))
    with pytest.raises(Conflict, match="would retire 114 of 154 listings, more than 20 %"):
        await hsds.load(fresh_db, package, source=hsds.SOURCE, terms=RETIRE)
    assert await listed(fresh_db) == 154
    allowed = Terms(missing=MissingPolicy.RETIRE, retire_up_to=80)
    assert (await hsds.load(fresh_db, package, terms=allowed)).retired == 114


async def test_a_broken_row_is_no_missing_one(fresh_db: Database, package: Path) -> None:
    await hsds.load(fresh_db, package)
    hsds.edit(package, "service", 5, name="")
    report = await hsds.load(fresh_db, package, terms=RETIRE)
    assert report.errors
    assert (report.retired, await listed(fresh_db)) == (0, 154)


async def test_a_dry_run_tells_field_by_field_and_writes_nothing(fresh_db: Database, package: Path) -> None:
    await hsds.load(fresh_db, package)
    edited = hsds.edit(package, "service", 5, description="Another description")
    hsds.leave_out(package, hsds.read(package, "service")[9]["id"])
    report = await hsds.load(fresh_db, package, terms=Terms(missing=MissingPolicy.RETIRE, dry_run=True))
    assert [(one.field, one.after) for one in report.differences] == [("service.description", "Another description")]
    assert (report.counts["service"].updated, report.retired) == (1, 1)
    assert await listed(fresh_db) == 154
    kept = await value(fresh_db.reader, "SELECT description FROM service WHERE id = $1::text::uuid", edited["id"])
    assert kept != "Another description"


async def test_one_office_that_is_left_out_of_two_is_named(fresh_db: Database, tmp_path: Path) -> None:
    place = {"id": "44444444-4444-4444-8444-444444444445", "location_type": "physical", "name": "Tucson"}
    second = hsds.office(id="33333333-3333-4333-8333-333333333334", location=place)
    await hsds.load_json(fresh_db, tmp_path, hsds.small(service_at_locations=[hsds.office(), second]))
    report = await hsds.load_json(fresh_db, tmp_path, hsds.small())
    assert [listing.name for listing in report.missing] == ["Casa Abierta – Tucson"]
    silent = await hsds.load_json(fresh_db, tmp_path, hsds.small(service_at_locations=[]))
    assert silent.missing == ()  # a list that no longer says where has closed no office


async def phones(database: Database) -> int:
    return await value(database.reader, "SELECT count(*) FROM phone")


async def test_a_number_that_the_list_no_longer_has_is_gone(fresh_db: Database, package: Path) -> None:
    await hsds.load(fresh_db, package)
    before = await phones(fresh_db)
    hsds.write(package, "phone", hsds.read(package, "phone")[1:])
    report = await hsds.load(fresh_db, package)
    assert (report.counts["phone"].removed, await phones(fresh_db)) == (1, before - 1)
    assert (await hsds.load(fresh_db, package)).changed == 0


async def test_a_list_that_does_not_speak_of_numbers_takes_none_away(fresh_db: Database, package: Path) -> None:
    await hsds.load(fresh_db, package)
    before = await phones(fresh_db)
    (package / "phones.csv").unlink()
    assert (await hsds.load(fresh_db, package)).counts["phone"].removed == 0
    assert await phones(fresh_db) == before


async def test_where_a_row_cannot_be_read_nothing_of_its_table_is_taken_away(fresh_db: Database, package: Path) -> None:
    await hsds.load(fresh_db, package)
    before = await phones(fresh_db)
    hsds.write(package, "phone", hsds.read(package, "phone")[1:])
    hsds.edit(package, "phone", 2, number="")
    report = await hsds.load(fresh_db, package)
    assert report.errors
    assert await phones(fresh_db) == before
