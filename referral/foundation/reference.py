"""Loads the reference data: places, languages, kinds of help. Loading again changes nothing and is quick."""

import asyncio
import csv
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

from referral.foundation import atlas, language_files
from referral.foundation.atlas_entries import Entry, Sense, is_guessable
from referral.foundation.db import Database, Reader, Tx, connect, copy_rows, execute, execute_many, value
from referral.foundation.folding import fold

DATA = Path(__file__).resolve().parent.parent / "data"
EDITION = "2"  # raise it when the same files should load differently, as after a change to folding
LOCK_KEY = 7_362_002  # any number, as long as no one else uses it for an advisory lock
BATCH = 50_000
LONGEST_NAME = 80
LOAD_SECONDS = 300  # a slow disk may need minutes for the first load; nobody waits on these rows meanwhile

PLACE_COLUMNS = [
    "id", "kind", "name", "country", "state", "admin1", "county", "latitude", "longitude",
    "population", "time_zone", "weight", "source",
]  # fmt: skip
NAME_COLUMNS = ["place_id", "name", "folded", "sense", "is_guessable"]

Progress = Callable[[str, int, int], None]
Rows = list[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many rows a load changed; all zero when the data had not changed."""

    places: int = 0
    names: int = 0
    languages: int = 0


async def load(db: Database, folder: Path | None = None, *, progress: Progress) -> Counts:
    """Bring the reference tables in line with the files; `progress` hears (what, done, of how many)."""
    data = folder or DATA
    checksum = await asyncio.to_thread(checksum_of, data)
    if await remembered(db.reader) == checksum:
        progress("reference data", 1, 1)
        return Counts()
    patient = await connect(db.dsn, size=1, statement_seconds=LOAD_SECONDS)
    try:
        async with patient.transaction() as tx:
            await take_turns(tx)
            if await remembered(tx) == checksum:
                return Counts()
            counts = await load_all(tx, data, progress)
            await remember(tx, checksum)
        await analyze(patient)
    finally:
        await patient.close()
    return counts


async def take_turns(tx: Tx) -> None:
    """Wait for another process that loads now, and allow this transaction the pauses in which files are read."""
    await execute(tx, "SELECT set_config('lock_timeout', $1, true)", f"{LOAD_SECONDS}s")
    await execute(tx, "SELECT set_config('idle_in_transaction_session_timeout', $1, true)", f"{LOAD_SECONDS}s")
    await execute(tx, "SELECT pg_advisory_xact_lock($1)", LOCK_KEY)


async def load_all(tx: Tx, data: Path, progress: Progress) -> Counts:
    progress("reading places", 0, 1)
    places, names = await asyncio.to_thread(place_rows, data)
    progress("reading places", 1, 1)
    await load_help_types(tx, data / "reference" / "help_taxonomy.csv")
    return Counts(
        languages=await language_files.load(tx, data / "reference"),
        places=await load_places(tx, places, progress),
        names=await load_names(tx, names, progress),
    )


def checksum_of(folder: Path) -> str:
    """One checksum over the files that are read here, whatever the order the disk lists them in."""
    digest = hashlib.sha256(EDITION.encode())
    for path in sorted([*(folder / "reference").glob("*.*sv*"), folder / "eoir_pro_bono" / "courts.csv"]):
        digest.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


async def remembered(at: Reader) -> str | None:
    return await value(at, "SELECT checksum FROM reference_file WHERE name = 'reference'")


async def remember(tx: Tx, checksum: str) -> None:
    await execute(
        tx,
        """INSERT INTO reference_file (name, checksum) VALUES ('reference', $1)
           ON CONFLICT (name) DO UPDATE SET checksum = excluded.checksum, loaded_at = now()""",
        checksum,
    )


async def analyze(db: Database) -> None:
    """Let the planner know the new sizes at once."""
    async with db.transaction() as tx:
        await execute(tx, "ANALYZE place, place_name, language, language_name, language_tag")


def place_rows(folder: Path) -> tuple[Rows, Rows]:
    """Rows of `place` and `place_name`."""
    entries = atlas.read(folder)
    places: Rows = [
        (
            entry.id, entry.kind, entry.name, entry.country, entry.state, entry.admin1, entry.county,
            entry.latitude, entry.longitude, entry.population, entry.time_zone, entry.weight, entry.source,
        )
        for entry in entries
    ]  # fmt: skip
    return places, [row for entry in entries for row in name_rows(entry)]


def name_rows(entry: Entry) -> Iterator[tuple[object, ...]]:
    """Each folded name once, in its strongest sense."""
    strength = {Sense.DOMINANT: 0, Sense.OWN: 1, Sense.OTHER: 2}
    seen: set[str] = set()
    key = entry.id
    for name in sorted(entry.names, key=lambda name: strength[name.sense]):
        folded = fold(name.text)
        if folded and folded not in seen and len(folded) <= LONGEST_NAME:
            seen.add(folded)
            yield key, name.text, folded, name.sense.value, is_guessable(entry, name)


async def load_help_types(tx: Tx, path: Path) -> None:
    """What kinds of help are called in English and Spanish: text search reads it."""
    with path.open(newline="", encoding="utf-8") as lines:
        rows: Rows = [(row["slug"], row["label_en"], row["label_es"]) for row in csv.DictReader(lines)]
    await execute_many(
        tx,
        """INSERT INTO help_type AS h (slug, label_en, label_es) VALUES ($1, $2, $3)
           ON CONFLICT (slug) DO UPDATE SET label_en = excluded.label_en, label_es = excluded.label_es
            WHERE (h.label_en, h.label_es) IS DISTINCT FROM (excluded.label_en, excluded.label_es)""",
        rows,
    )


async def load_places(tx: Tx, rows: Rows, progress: Progress) -> int:
    """Insert and update places. One that left the files stays, since a request may point to it; its names go."""
    await execute(tx, "CREATE TEMP TABLE new_place (LIKE place INCLUDING GENERATED) ON COMMIT DROP")
    await copy_in_batches(tx, "new_place", PLACE_COLUMNS, rows, "places", progress)
    return await execute(
        tx,
        """INSERT INTO place AS p (id, kind, name, country, state, admin1, county, latitude, longitude,
                                   population, time_zone, weight, source)
           SELECT id, kind, name, country, state, admin1, county, latitude, longitude,
                  population, time_zone, weight, source
             FROM new_place
           ON CONFLICT (id) DO UPDATE
              SET kind = excluded.kind, name = excluded.name, country = excluded.country, state = excluded.state,
                  admin1 = excluded.admin1, county = excluded.county, latitude = excluded.latitude,
                  longitude = excluded.longitude, population = excluded.population,
                  time_zone = excluded.time_zone, weight = excluded.weight, source = excluded.source
            WHERE (p.kind, p.name, p.country, p.state, p.admin1, p.county, p.latitude, p.longitude,
                   p.population, p.time_zone, p.weight, p.source)
                  IS DISTINCT FROM
                  (excluded.kind, excluded.name, excluded.country, excluded.state, excluded.admin1, excluded.county,
                   excluded.latitude, excluded.longitude, excluded.population, excluded.time_zone,
                   excluded.weight, excluded.source)""",
    )


async def load_names(tx: Tx, rows: Rows, progress: Progress) -> int:
    """Insert, update and remove names."""
    await execute(tx, "CREATE TEMP TABLE new_name (LIKE place_name) ON COMMIT DROP")
    await copy_in_batches(tx, "new_name", NAME_COLUMNS, rows, "names", progress)
    await execute(tx, "ANALYZE new_name")
    progress("indexing names", 0, 1)
    removed = await execute(
        tx,
        """DELETE FROM place_name n
            WHERE NOT EXISTS (SELECT FROM new_name w WHERE w.place_id = n.place_id AND w.folded = n.folded)""",
    )
    changed = await execute(
        tx,
        """INSERT INTO place_name AS n (place_id, name, folded, sense, is_guessable)
           SELECT place_id, name, folded, sense, is_guessable
             FROM new_name
           ON CONFLICT (place_id, folded) DO UPDATE
              SET name = excluded.name, sense = excluded.sense, is_guessable = excluded.is_guessable
            WHERE (n.name, n.sense, n.is_guessable) IS DISTINCT FROM
                  (excluded.name, excluded.sense, excluded.is_guessable)""",
    )
    progress("indexing names", 1, 1)
    return removed + changed


async def copy_in_batches(
    tx: Tx, table: LiteralString, columns: list[str], rows: Rows, what: str, progress: Progress
) -> None:
    for start in range(0, len(rows), BATCH):
        await copy_rows(tx, table, columns, rows[start : start + BATCH])
        progress(what, min(start + BATCH, len(rows)), len(rows))
