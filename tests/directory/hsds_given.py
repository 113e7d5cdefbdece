"""HSDS packages to import: the shipped list, taken apart and put together again, and one small service."""

import csv
import json
from collections import defaultdict
from pathlib import Path
from uuid import UUID

from referral.directory import providers
from referral.directory.providers import Provider
from referral.edges.hsds.importing import AS_USUAL, ImportReport, Terms, import_hsds
from referral.edges.hsds.rows import TABLES
from referral.foundation.db import Database, value

EOIR = Path(__file__).parents[2] / "referral" / "data" / "eoir_pro_bono"
SHARED = Path(__file__).parents[3] / "shared" / "data"
SOURCE = "EOIR list, September 2026"

Rows = list[dict[str, str]]
OFFICE = "33333333-3333-4333-8333-333333333333"


async def load(db: Database, path: Path, source: str = SOURCE, terms: Terms = AS_USUAL) -> ImportReport:
    return await import_hsds(db, path, source=source, progress=lambda _what, _done, _total: None, terms=terms)


def leave_out(package: Path, *services: str) -> None:
    """Take services out of a package, with everything that belongs to them."""
    gone = set(services)
    for table in TABLES:
        if (package / TABLES[table].file).exists():
            rows = read(package, table)
            keep = [row for row in rows if gone.isdisjoint((row.get("service_id"), row.get("link_id")))]
            write(package, table, [row for row in keep if table != "service" or row["id"] not in gone] or rows[:1])


def read(package: Path, table: str) -> Rows:
    with (package / TABLES[table].file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def write(package: Path, table: str, rows: Rows) -> None:
    with (package / TABLES[table].file).open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def edit(package: Path, table: str, line: int, **fields: str) -> dict[str, str]:
    """Change the row that begins on a line of the file; returns it."""
    rows = read(package, table)
    rows[line - 2] |= fields
    write(package, table, rows)
    return rows[line - 2]


def nested(package: Path) -> list[dict[str, object]]:
    """The package as a list of whole HSDS services."""

    def by(table: str, column: str) -> dict[str, Rows]:
        groups: dict[str, Rows] = defaultdict(list)
        for row in read(package, table):
            groups[row[column]].append({key: text for key, text in row.items() if text})
        return groups

    organizations, terms = by("organization", "id"), by("taxonomy_term", "id")
    locations, addresses = by("location", "id"), by("address", "location_id")
    offices, attributes = by("service_at_location", "service_id"), by("attribute", "link_id")
    parts = {
        key: by(table, "service_id")
        for key, table in (("phones", "phone"), ("languages", "language"), ("service_areas", "service_area"))
    }

    def place(id: str) -> dict[str, object]:
        plain = locations[id][0]
        point = {name: float(plain[name]) for name in ("latitude", "longitude")}
        return {**plain, **point, "addresses": addresses[id]}

    return [
        {
            **{key: text for key, text in service.items() if text},
            "organization": organizations[service["organization_id"]][0],
            "service_at_locations": [{**o, "location": place(o["location_id"])} for o in offices[service["id"]]],
            "attributes": [{**a, "taxonomy_term": terms[a["taxonomy_term_id"]][0]} for a in attributes[service["id"]]],
            **{key: groups[service["id"]] for key, groups in parts.items()},
        }
        for service in read(package, "service")
    ]


def office(**changes: object) -> dict[str, object]:
    """A small service at a place, as HSDS nests it."""
    return {
        "id": OFFICE,
        "location": {
            "id": "44444444-4444-4444-8444-444444444444",
            "location_type": "physical",
            "name": "Nogales",
            "latitude": 31.3404,
            "longitude": -110.9343,
            "addresses": [{"city": "Nogales", "state_province": "AZ", "country": "US", "address_1": "1 Main St"}],
        },
        **changes,
    }


def small(**changes: object) -> dict[str, object]:
    """One service at one place."""
    return {
        "id": "11111111-1111-4111-8111-111111111111",
        "name": "Legal clinic",
        "status": "active",
        "organization": {"id": "22222222-2222-4222-8222-222222222222", "name": "Casa Abierta"},
        "service_at_locations": [office()],
        **changes,
    }


async def load_json(db: Database, tmp_path: Path, *services: object) -> ImportReport:
    path = tmp_path / "services.json"
    path.write_text(json.dumps(services), encoding="utf-8")
    return await load(db, path, "test")


async def small_listing(db: Database) -> Provider:
    listing = await providers.provider(db.reader, UUID(OFFICE))
    assert listing is not None
    return listing


async def listed(db: Database) -> list[Provider]:
    ids: list[UUID] = await value(db.reader, "SELECT array_agg(id ORDER BY name, id) FROM provider")
    found = await providers.providers(db.reader, ids)
    return [found[id] for id in ids]


def said(report: ImportReport) -> list[tuple[str, int, str]]:
    return sorted((error.file, error.row, error.field) for error in report.errors)
