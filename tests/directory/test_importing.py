"""Real data in: the shipped list and broken copies of it."""

import csv
import json
import shutil
import zipfile
from pathlib import Path
from uuid import UUID

import pytest
from hsds_given import EOIR, SOURCE, edit, listed, load, nested, read, said, write

from referral.directory import capacity, providers
from referral.directory.capacity import Count, Statement
from referral.directory.providers import ProviderId
from referral.directory.upkeep import merging
from referral.directory.words import Answer, CapacityUnit, Openness, OrganizationKind, ServiceAreaKind
from referral.edges.hsds import eligibility
from referral.edges.hsds.importing import import_hsds
from referral.edges.hsds.rows import NotHsds
from referral.foundation.actors import Staff, StaffId, StaffRole
from referral.foundation.clock import now
from referral.foundation.db import Database, execute, value
from referral.foundation.vocabulary import HelpType

ABA_HOTLINE = ProviderId(UUID("56e7835d-f0f5-5211-9570-aced057d46f3"))  # detained people only
FLORENCE = UUID("4500528a-01e7-5927-a6d4-66bae4bc163e")
NO_PLACE = UUID("40e20bb3-90d6-590c-adc6-e1f9d47f7e8b")  # a service without an office, reached by web form


STAFF = Staff(id=StaffId(UUID(int=1)), email="anna@demo.invalid", name="Anna", role=StaffRole.SUPERVISOR)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the shipped list, to be broken."""
    return Path(shutil.copytree(EOIR, tmp_path / "package"))


# ---------------------------------------------------------------- the shipped list


async def test_the_shipped_list_lands_whole_and_a_second_run_changes_nothing(fresh_db: Database) -> None:
    first = await load(fresh_db, EOIR)
    assert first.errors == ()
    inserted = {table: counts.inserted for table, counts in first.counts.items()}
    assert inserted == {
        "organization": 122,
        "location": 151,
        "service": 154,
        "provider": 154,
        "language_offered": 112,
        "service_area": 286,
        "phone": 151,
        "schedule": 0,
    }
    second = await load(fresh_db, EOIR)
    assert (second.errors, second.changed) == ((), 0)
    assert second.counts["service"].unchanged == 154


async def test_languages_facts_and_areas_read_as_the_list_states_them(fresh_db: Database) -> None:
    await load(fresh_db, EOIR)
    listings = await listed(fresh_db)
    tags = {language.tag for listing in listings for language in listing.languages}
    assert {"en", "es", "ht", "cmn", "prs"} <= tags
    assert not {"eng", "spa", "hat"} & tags
    detained = [listing.accepts_detained for listing in listings]
    assert [detained.count(answer) for answer in (Answer.YES, Answer.ONLY, Answer.NO)] == [36, 6, 17]
    assert sum(listing.accepts_minors is Answer.ONLY for listing in listings) == 22
    assert {listing.free for listing in listings} == {Answer.YES}
    assert sum(listing.interpreter_for_other is Answer.YES for listing in listings) == 37
    assert sum("Limits where people must live" in listing.restrictions for listing in listings) == 39
    assert sum(listing.service.facts.get("low_income_only") == "yes" for listing in listings) == 13
    assert not any("=" in (listing.service.eligibility or "") for listing in listings)
    areas = [area for listing in listings for area in listing.service_areas]
    assert {area.kind for area in areas} == {ServiceAreaKind.COURT}
    assert [area.name for area in areas if area.place_id is None] == [
        "Harlingen - Brownsville Hearing Location Immigration Court"  # not among the courts we have coordinates of
    ]


@pytest.mark.parametrize(
    ("fees", "answer"),
    [
        ("Free of charge (pro bono)", Answer.YES), ("free.", Answer.YES), ("No cost", Answer.YES),
        ("Gratuito", Answer.YES), (" sin costo ", Answer.YES), (None, Answer.UNKNOWN), ("", Answer.UNKNOWN),
        ("Free for members", Answer.UNKNOWN), ("Sliding scale", Answer.UNKNOWN), ("Not free", Answer.UNKNOWN),
        ("First talk free, then $50", Answer.UNKNOWN), ("freely chosen", Answer.UNKNOWN),
    ],
)  # fmt: skip
def test_help_is_free_where_the_list_says_no_more_than_that(fees: str | None, answer: Answer) -> None:
    assert eligibility.free(fees) is answer


async def test_help_types_follow_the_codes_and_the_court(fresh_db: Database) -> None:
    await load(fresh_db, EOIR)
    listings = await listed(fresh_db)
    for listing in listings:
        asylum = listing.service.facts.get("asylum")
        assert (HelpType.LEGAL_ASYLUM in listing.help_types) == (asylum != "no_asylum")
        assert (HelpType.LEGAL_REMOVAL_DEFENSE in listing.help_types) == (asylum != "asylum_only")
    assert sum(HelpType.LEGAL_DETENTION_BOND in listing.help_types for listing in listings) == 42
    assert {listing.organization.kind for listing in listings} == {OrganizationKind.LEGAL}


async def test_places_keep_their_own_time_and_offices_their_own_names(fresh_db: Database) -> None:
    await load(fresh_db, EOIR)
    listings = await listed(fresh_db)
    zones = {(listing.location.state, listing.location.time_zone) for listing in listings if listing.location}
    assert {("AZ", "America/Phoenix"), ("HI", "Pacific/Honolulu"), ("TX", "America/Chicago")} <= zones
    assert "UTC" not in {zone for _, zone in zones}
    assert ("TX", "America/Denver") in zones  # El Paso
    names = {listing.id: listing.name for listing in listings}
    assert names[ABA_HOTLINE] == "ABA Commission on Immigration Detention - Information Hotline"
    nowhere = await providers.provider(fresh_db.reader, NO_PLACE)
    assert nowhere is not None
    assert (nowhere.location, nowhere.name) == (None, nowhere.organization.name)
    assert {listing.openness for listing in listings} == {Openness.UNKNOWN}


async def test_the_same_list_as_json_or_zip_gives_identical_listings(fresh_db: Database, tmp_path: Path) -> None:
    await load(fresh_db, EOIR)
    as_csv = await listed(fresh_db)
    path = tmp_path / "page.json"
    path.write_text(json.dumps({"total_items": 154, "contents": nested(EOIR)}), encoding="utf-8")
    report = await load(fresh_db, path)
    assert (report.errors, report.changed) == ((), 0)
    lines = tmp_path / "services.ndjson"
    lines.write_text("\n".join(json.dumps(service) for service in nested(EOIR)), encoding="utf-8")
    assert (await load(fresh_db, lines)).changed == 0
    packed = tmp_path / "package.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for file in EOIR.iterdir():
            archive.write(file, f"eoir/{file.name}")
    assert (await load(fresh_db, packed)).changed == 0
    assert await listed(fresh_db) == as_csv


async def test_a_new_name_updates_one_row_only(fresh_db: Database, package: Path) -> None:
    await load(fresh_db, EOIR)
    changed = edit(package, "service", 3, name="Pro bono legal help in Florence")
    report = await load(fresh_db, package)
    assert {table: counts.updated for table, counts in report.counts.items() if counts.updated} == {"service": 1}
    assert (
        await value(fresh_db.reader, "SELECT name FROM service WHERE id = $1", UUID(changed["id"])) == changed["name"]
    )


async def test_what_a_provider_states_survives_a_new_import(fresh_db: Database, package: Path) -> None:
    await load(fresh_db, EOIR)
    statement = Statement(openness=Openness.OPEN, counts=(Count(unit=CapacityUnit.INTAKE_SLOTS_WEEK, available=3),))
    async with fresh_db.transaction() as tx:
        await capacity.state(tx, ABA_HOTLINE, statement, by="provider", now=now())
        await execute(tx, "UPDATE provider SET referral_email = 'intake@example.org', verification = 'verified'")
    edit(package, "location", 2, name="ABA Commission on Immigration Detention, the hotline")
    report = await load(fresh_db, package)
    assert report.counts["provider"].updated == 1
    listing = await providers.provider(fresh_db.reader, ABA_HOTLINE)
    assert listing is not None
    assert listing.name == "ABA Commission on Immigration Detention, the hotline"
    assert listing.openness is Openness.OPEN
    assert [count.available for count in listing.capacities] == [3]
    assert await value(fresh_db.reader, "SELECT count(*) FROM provider WHERE referral_email IS NULL") == 0


async def shown(db: Database, id: UUID) -> providers.Provider:
    found = await providers.provider(db.reader, ProviderId(id))
    assert found is not None
    return found


async def test_what_was_taken_over_stays_when_the_list_comes_again(fresh_db: Database) -> None:
    """And all is as the list has it once they are taken apart."""
    await load(fresh_db, EOIR)
    as_listed = await listed(fresh_db)
    kept, other = [
        row["id"]
        for row in await fresh_db.pool.fetch(
            """SELECT DISTINCT ON (c.organization_id) c.id
                 FROM listing_card c
                WHERE json_array_length(c.phones) > 0 AND json_array_length(c.languages) > 0
                ORDER BY c.organization_id LIMIT 2"""
        )
    ]
    async with fresh_db.transaction() as tx:
        await merging.merge(tx, STAFF, other, kept)
    merged = await shown(fresh_db, kept)
    before = next(one for one in as_listed if one.id == kept)
    assert len(merged.phones) > len(before.phones)
    await load(fresh_db, EOIR)
    assert await shown(fresh_db, kept) == merged
    async with fresh_db.transaction() as tx:
        await merging.take_apart(tx, STAFF, other)
    assert await listed(fresh_db) == as_listed


async def test_a_place_we_have_hidden_stays_hidden(fresh_db: Database, package: Path) -> None:
    await load(fresh_db, EOIR)
    async with fresh_db.transaction() as tx:
        await execute(
            tx,
            """UPDATE location
                  SET visibility = 'confidential', latitude = NULL, longitude = NULL, lines = '{}'
                WHERE name LIKE 'Florence%'""",
        )
    edit(package, "location", 3, description="New words")
    assert (await load(fresh_db, package)).changed == 0


# ---------------------------------------------------------------- broken rows


async def test_ten_broken_rows_are_named_and_everything_else_lands(fresh_db: Database, package: Path) -> None:
    rows = read(package, "service")
    rows[9] |= {"status": "unsure"}
    theirs = sum(row["service_id"] == rows[9]["id"] for row in read(package, "language"))
    rows[19] |= {"assured_date": "in September"}
    rows[29] |= {"minimum_age": "-4"}
    write(package, "service", rows)
    edit(package, "organization", 5, website="javascript:alert(1)")
    edit(package, "organization", 6, email="nobody at all")
    edit(package, "location", 7, latitude="340.0")
    edit(package, "language", 8, code="xx-unknown")
    edit(package, "service_area", 9, service_id="deadbeef-0000-4000-8000-000000000000")
    edit(package, "phone", 14, id="fba4a8d1-9fbc-548f-bb48-6d7517cda18")
    duplicate = read(package, "phone")[10]
    with (package / "phones.csv").open("a", encoding="utf-8", newline="") as lines:
        csv.DictWriter(lines, duplicate.keys()).writerow(duplicate)
    report = await load(fresh_db, package)
    assert said(report) == [
        ("languages.csv", 8, "code"),
        ("locations.csv", 7, "latitude"),
        ("organizations.csv", 5, "website"),
        ("organizations.csv", 6, "email"),
        ("phones.csv", 14, "id"),
        ("phones.csv", 153, "id"),
        ("service_areas.csv", 9, "service_id"),
        ("services.csv", 11, "status"),
        ("services.csv", 21, "assured_date"),
        ("services.csv", 31, "minimum_age"),
    ]
    assert {error.field for error in report.errors if error.landed} == {
        "assured_date", "minimum_age", "website", "email", "latitude",
    }  # fmt: skip
    status = next(error for error in report.errors if error.field == "status")
    assert status.reason.startswith('"unsure" is none of active, inactive, defunct, temporarily closed')
    assert "rows that belong to this one" in status.reason
    inserted = {table: counts.inserted for table, counts in report.counts.items()}
    assert (inserted["organization"], inserted["location"], inserted["service"]) == (122, 151, 153)
    assert (inserted["provider"], inserted["language_offered"]) == (153, 112 - 1 - theirs)
    assert report.counts["phone"].failed == 3
    nowhere = read(package, "location")[5]["id"]
    assert await value(fresh_db.reader, "SELECT latitude FROM location WHERE id = $1", UUID(nowhere)) is None
    assert (await load(fresh_db, package)).changed == 0


async def test_broken_lines_take_no_other_line_with_them(fresh_db: Database, package: Path) -> None:
    file = package / "languages.csv"
    lines = file.read_bytes().splitlines()
    lines[4] = lines[4].replace(b"Spanish", b"Espa\xf1ol").replace(b"English", b"Ingl\xe9s")
    lines[9] += b",one field more"
    lines[14] = b'"' + lines[14]
    file.write_bytes(b"\xef\xbb\xbf" + b"\r\n".join(lines) + b"\r\n")
    report = await load(fresh_db, package)
    assert said(report) == [("languages.csv", 5, ""), ("languages.csv", 10, ""), ("languages.csv", 15, "")]
    assert report.counts["language_offered"].inserted == 109
    assert report.counts["language_offered"].failed == 3


async def test_an_organization_that_is_rejected_takes_what_belongs_to_it(fresh_db: Database, package: Path) -> None:
    edit(package, "organization", 3, name="")
    report = await load(fresh_db, package)
    assert said(report) == [("organizations.csv", 3, "name")]
    assert report.counts["organization"].failed == 1
    assert report.counts["service"].failed == 2
    assert await value(fresh_db.reader, "SELECT count(*) FROM service WHERE organization_id = $1", FLORENCE) == 0


async def test_files_that_are_no_hsds_are_refused_and_write_nothing(fresh_db: Database, tmp_path: Path) -> None:
    files = {
        "poem.json": '{"title": "no service at all"}',
        "cut.json": '[{"id": "1", "name": ',
        "numbers.json": "[1, 2, 3]",
        "words.txt": "Dear sir,",
        "table.csv": "id,name\n1,2\n",
        "empty.json": "",
    }
    for name, content in files.items():
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        with pytest.raises(NotHsds):
            await load(fresh_db, path)
    with pytest.raises(NotHsds, match="line 1, column"):
        await load(fresh_db, tmp_path / "cut.json")
    with pytest.raises(NotHsds, match=r"no organizations\.csv and no services\.csv"):
        await load(fresh_db, tmp_path)
    with pytest.raises(NotHsds):
        await load(fresh_db, tmp_path / "absent")
    assert await value(fresh_db.reader, "SELECT count(*) FROM organization") == 0


async def test_a_crash_half_way_leaves_nothing_behind(fresh_db: Database) -> None:
    def stop(what: str, _done: int, _total: int) -> None:
        if what == "phone":
            raise InterruptedError

    with pytest.raises(InterruptedError):
        await import_hsds(fresh_db, EOIR, source=SOURCE, progress=stop)
    assert await value(fresh_db.reader, "SELECT count(*) FROM organization") == 0
