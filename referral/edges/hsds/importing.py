"""`referral import hsds PATH`: a whole HSDS package into the directory, in one transaction."""

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path

from referral.directory import importing
from referral.directory.listed import Counts, TableCounts
from referral.edges.hsds import mapping, package
from referral.edges.hsds.package import Progress
from referral.edges.hsds.rows import RowError
from referral.foundation import languages
from referral.foundation.db import Database, Reader
from referral.foundation.folding import fold
from referral.foundation.languages import Language

LONGEST_CODE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What became of a package: numbers by table, and every row or field that could not be used."""

    counts: TableCounts
    errors: tuple[RowError, ...]

    @property
    def changed(self) -> int:
        """How many rows of the directory are other than before."""
        return sum(table.inserted + table.updated + table.removed for table in self.counts.values())


async def import_hsds(database: Database, path: Path, *, source: str, progress: Progress) -> ImportReport:
    """Insert or update everything a package lists; `progress` hears (what, done, of how many), also from a thread.

    Rows that are broken are left out and named. Raises NotHsds, with nothing written, where the path holds no package.
    """
    found = await asyncio.to_thread(package.read, path, progress)
    tags = await tags_of(database.reader, mapping.languages_in(found))
    reading = await asyncio.to_thread(mapping.listings, found, tags, source=source)
    async with database.transaction() as tx:
        counts = await importing.upsert(tx, reading.batch, source=source, progress=progress)
    for table, failed in reading.failed.items():
        counts[table] = replace(counts.get(table, Counts()), failed=failed)
    return ImportReport(counts=counts, errors=reading.errors)


async def tags_of(at: Reader, written: list[str]) -> dict[str, str]:
    """Canonical tags of codes and, as many publishers give nothing else, of whole names that only one language has."""
    tags = await languages.known_tags(at, written)
    owners: dict[str, set[str]] = {}
    for language in await languages.listed(at):
        for name in names_of(language):
            owners.setdefault(fold(name), set()).add(language.tag)
    for text in written:
        called = owners.get(fold(text), set())
        if text not in tags and len(text) > LONGEST_CODE and len(called) == 1:
            tags[text] = next(iter(called))
    return tags


def names_of(language: Language) -> tuple[str, ...]:
    return language.name_en, language.autonym, *language.names.values(), *language.aliases
