"""`referral import hsds PATH`: a whole HSDS package into the directory, in one transaction."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from referral.directory import history
from referral.directory.lists import importing, retiring
from referral.directory.lists.differences import Difference, differences, snapshot
from referral.directory.lists.keeping import Kept
from referral.directory.lists.listed import Counts, TableCounts
from referral.directory.lists.retiring import MOST_PERCENT, Missing, MissingPolicy
from referral.edges.hsds import flat, mapping, package
from referral.edges.hsds.mapping import Reading
from referral.edges.hsds.package import Progress
from referral.edges.hsds.rows import Package, RowError
from referral.foundation import languages, places
from referral.foundation.db import Database, Reader, Tx
from referral.foundation.folding import fold
from referral.foundation.languages import Language

LONGEST_CODE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What became of a package: numbers by table, and every row or field that could not be used.

    `kept`: every fact that was agreed on with a provider and of which the list says something else.
    """

    counts: TableCounts
    errors: tuple[RowError, ...]
    missing: tuple[Missing, ...] = ()
    retired: int = 0
    differences: tuple[Difference, ...] = ()
    kept: tuple[Kept, ...] = ()

    @property
    def changed(self) -> int:
        """How many rows of the directory are other than before."""
        return self.retired + sum(table.inserted + table.updated + table.removed for table in self.counts.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How a list is brought in. `edition_of`: how the names of its editions begin; the whole name if not said."""

    missing: MissingPolicy = MissingPolicy.REPORT
    edition_of: str | None = None
    retire_up_to: int = MOST_PERCENT
    dry_run: bool = False


AS_USUAL = Terms()


class Undone(Exception):  # noqa: N818 - no mistake: a dry run ends so
    """What was written is taken back."""


async def import_hsds(
    database: Database, path: Path, *, source: str, progress: Progress, terms: Terms = AS_USUAL
) -> ImportReport:
    """Insert or update everything a package lists; `progress` hears (what, done, of how many), also from a thread.

    Rows that are broken are left out and named; then nothing is retired, since a broken row is no missing one. A dry
    run does all of it, tells what would be different, and takes it back. Raises NotHsds where the path holds no
    package, and Conflict where more would be retired than `terms` allow; nothing is written then.
    """
    found = await asyncio.to_thread(package.read, path, progress)
    return await import_package(database, found, source=source, progress=progress, terms=terms)


async def import_flat(
    database: Database, path: Path, given: dict[str, Any], *, source: str, progress: Progress, terms: Terms = AS_USUAL
) -> ImportReport:
    """The same for a plain list, read as the mapping `given` says. Raises NotHsds for a mapping that does not fit."""
    found = await asyncio.to_thread(flat.read, path, given, progress)
    return await import_package(database, found, source=source, progress=progress, terms=terms)


async def import_package(
    database: Database, found: Package, *, source: str, progress: Progress, terms: Terms
) -> ImportReport:
    """What `import_hsds` does with a package that has been read."""
    tags = await tags_of(database.reader, mapping.languages_in(found))
    middles = await places.middles_of_codes(database.reader, mapping.postal_codes_in(found))
    reading = await asyncio.to_thread(mapping.listings, found, tags, middles, source=source)
    report = ImportReport(counts={}, errors=reading.errors)
    with suppress(Undone):
        async with database.transaction() as tx:
            await history.on_word_of(tx, f"list: {source}")
            report = await written(tx, reading, source, progress, terms)
            if terms.dry_run:
                raise Undone
    for table, failed in reading.failed.items():
        report.counts[table] = replace(report.counts.get(table, Counts()), failed=failed)
    return report


async def written(tx: Tx, reading: Reading, source: str, progress: Progress, terms: Terms) -> ImportReport:
    """The whole list, as one transaction sees it."""
    batch, edition_of = reading.batch, terms.edition_of or source
    services = batch.services_listed
    before = await snapshot(tx, services) if terms.dry_run else {}
    done = await importing.upsert(tx, batch, source=source, progress=progress)
    gone = [] if terms.missing is MissingPolicy.KEEP else await retiring.missing(tx, batch, edition_of=edition_of)
    retired = 0
    if terms.missing is MissingPolicy.RETIRE and gone and all(error.landed for error in reading.errors):
        retired = await retiring.retire(tx, gone, edition_of=edition_of, most_percent=terms.retire_up_to)
    after = await snapshot(tx, services) if terms.dry_run else {}
    return ImportReport(
        counts=done.counts,
        kept=done.kept,
        errors=reading.errors,
        missing=tuple(gone),
        retired=retired,
        differences=tuple(differences(before, after)),
    )


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
