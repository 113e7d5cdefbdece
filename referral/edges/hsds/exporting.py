"""`referral export hsds PATH`: everything published, as an HSDS package that another directory can take in.

It is written beside its name and moved there when it is whole, so that nobody ever reads half a package.
"""

import csv
import os
import shutil
import tempfile
import zipfile
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import IO

import orjson

from referral.directory.publishing import pages, whole
from referral.directory.publishing.wanted import Wanted
from referral.edges.hsds import published
from referral.edges.hsds.flattening import rows
from referral.edges.hsds.package import DESCRIPTOR
from referral.edges.hsds.published import Document
from referral.edges.hsds.tabular import TABLES, descriptor
from referral.foundation.clock import now
from referral.foundation.db import Database, Tx, execute
from referral.foundation.errors import Refused

Progress = Callable[[str, int, int], object]

WRITING = "writing services"
FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # of zip archives: two exports of the same are the same, byte for byte
READABLE = 0o644 << 16


class PathTaken(Refused):
    """Something stands where the package is to go. Nothing was written."""

    code = "PATH_TAKEN"


class Form(StrEnum):
    """How a package is written."""

    TABULAR = "tabular"
    JSON = "json"


@dataclass(slots=True, kw_only=True)
class Tables:
    """Files that grow row by row; one is made when its first row comes. What many share is written once."""

    folder: Path
    files: ExitStack
    writers: dict[str, "csv.DictWriter[str]"] = field(default_factory=dict[str, "csv.DictWriter[str]"])
    counts: dict[str, int] = field(default_factory=dict[str, int])
    seen: set[tuple[str, object]] = field(default_factory=set[tuple[str, object]])

    def add(self, service: Document) -> None:
        for table, row in rows(service):
            key = table, row["id"]
            if key in self.seen:
                continue
            self.seen.add(key)
            self._writer(table).writerow(row)
            self.counts[table] = self.counts.get(table, 0) + 1

    def _writer(self, table: str) -> "csv.DictWriter[str]":
        if table not in self.writers:
            path = self.folder / TABLES[table].file
            file = self.files.enter_context(path.open("w", encoding="utf-8", newline=""))
            self.writers[table] = csv.DictWriter(file, TABLES[table].columns, lineterminator="\n")
            self.writers[table].writeheader()
        return self.writers[table]


async def export_hsds(
    database: Database, path: Path, *, form: Form, replace: bool, progress: Progress
) -> dict[str, int]:
    """How many rows of each table were written; one moment of the directory, however long the writing takes.

    Raises PathTaken where something stands at `path`, unless it is to be replaced and is a package itself; OSError
    where nothing can be written.
    """
    refuse_taken(path, form, replace=replace)
    path.parent.mkdir(parents=True, exist_ok=True)
    with workshop(path) as folder:
        async with database.transaction() as tx:
            await execute(tx, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            made, counts = await (
                listed(tx, folder, progress) if form is Form.JSON else tabulated(tx, folder, progress)
            )
        put(zipped(made, folder / path.name) if is_archive(path, form) else made, path)
    return counts


async def tabulated(tx: Tx, folder: Path, progress: Progress) -> tuple[Path, dict[str, int]]:
    package = folder / "package"
    package.mkdir()
    with ExitStack() as files:
        tables = Tables(folder=package, files=files)
        async for service in everything(tx, progress):
            tables.add(service)
    described = descriptor(tables.counts, await whole.lists_behind(tx))
    words = orjson.dumps(described, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    (package / DESCRIPTOR).write_bytes(words)
    return package, {table: tables.counts[table] for table in TABLES if table in tables.counts}


async def listed(tx: Tx, folder: Path, progress: Progress) -> tuple[Path, dict[str, int]]:
    """An array of whole services, one a line."""
    document, count = folder / "services.json", 0
    with ExitStack() as files:
        file: IO[bytes] = files.enter_context(document.open("wb"))
        file.write(b"[")
        async for service in everything(tx, progress):
            file.write((b",\n" if count else b"\n") + orjson.dumps(service))
            count += 1
        file.write(b"\n]\n")
    return document, {"service": count}


async def everything(tx: Tx, progress: Progress) -> AsyncIterator[Document]:
    """Every published service, whole, by id."""
    everyone, at, done = Wanted(), now(), 0
    total = await pages.count(tx, pages.SERVICES, everyone)
    progress(WRITING, 0, total)
    async for ids in pages.walk(tx, pages.SERVICES, everyone):
        for one in await whole.of(tx, ids):
            yield published.service(one, at, is_full=True)
        done += len(ids)
        progress(WRITING, done, total)


# ------------------------------------------------------------- files
def is_archive(path: Path, form: Form) -> bool:
    return form is Form.TABULAR and path.suffix.lower() == ".zip"


def refuse_taken(path: Path, form: Form, *, replace: bool) -> None:
    """Nothing is overwritten unasked; and a folder that is no package is not emptied, whoever asks."""
    if not path.exists() or (path.is_dir() and not any(path.iterdir()) and is_folder(path, form)):
        return
    if path.is_dir() != is_folder(path, form):
        raise PathTaken(f"{path} is {'a folder' if path.is_dir() else 'a file'}. Name another path.")
    if not replace:
        raise PathTaken(f"{path} is there already. To put the new package in its place: --replace.")
    if path.is_dir() and {file.name for file in path.iterdir()} - package_files():
        raise PathTaken(f"{path} holds other files than an HSDS package, so it is not replaced. Name another path.")


def is_folder(path: Path, form: Form) -> bool:
    return form is Form.TABULAR and not is_archive(path, form)


def package_files() -> set[str]:
    return {DESCRIPTOR, *(table.file for table in TABLES.values())}


@contextmanager
def workshop(path: Path) -> Generator[Path]:
    """A folder beside the path, on the same disk, that is gone afterwards whatever happens."""
    with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
        yield Path(folder)


def zipped(package: Path, archive: Path) -> Path:
    with zipfile.ZipFile(archive, "w", compression=zipfile.ZIP_DEFLATED) as file:
        for member in sorted(package.iterdir()):
            entry = zipfile.ZipInfo(member.name, FIRST_DAY)
            entry.external_attr = READABLE
            entry.compress_type = zipfile.ZIP_DEFLATED
            with member.open("rb") as source, file.open(entry, "w") as target:
                shutil.copyfileobj(source, target)
    return archive


def put(made: Path, path: Path) -> None:
    """Move what was made to its place; what stood there goes into the workshop, and with it."""
    if path.is_dir():
        os.replace(path, made.parent / "replaced")  # noqa: PTH105 - the counterpart of the next line
    try:
        os.replace(made, path)  # noqa: PTH105 - what stands there is replaced at once
    except OSError:
        with suppress(OSError):
            os.replace(made.parent / "replaced", path)  # noqa: PTH105 - back to where it stood
        raise
