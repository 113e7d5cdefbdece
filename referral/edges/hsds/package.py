"""Is this path an HSDS package, and which rows does it hold? Opens folders, zip archives and JSON."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec
import orjson

from referral.edges.hsds.csv_rows import read_csv
from referral.edges.hsds.nesting import Nest, as_object
from referral.edges.hsds.rows import TABLES, NotHsds, Package, RowError

Progress = Callable[[str, int, int], object]

DESCRIPTOR = "datapackage.json"
REQUIRED = ("organization", "service")  # without these two there is nothing to list
LARGEST_BYTES = 1_000_000_000  # of all files together, unpacked
SUFFIXES_OF_LINES = frozenset({".ndjson", ".jsonl"})
BOM = b"\xef\xbb\xbf"

Files = dict[str, Callable[[], bytes]]


class Resource(msgspec.Struct):
    """One file of a tabular data package, as its descriptor names it."""

    name: str = ""
    path: str = ""


class Named(msgspec.Struct):
    """Where a package came from, as its descriptor says."""

    title: str


class Descriptor(msgspec.Struct):
    """The part of datapackage.json that matters here."""

    resources: list[Resource]
    sources: Any = None  # what others write there is no reason to refuse a package


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file of the package that holds one table."""

    table: str
    file: str


def named_source(path: Path) -> str | None:
    """The one list that a package says it came from; None where it names none, several, or nothing readable."""
    try:
        if path.is_dir():
            written = (path / DESCRIPTOR).read_bytes()
        elif zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                written = _unpacked(archive)[DESCRIPTOR]()
        else:
            return None
        sources = msgspec.json.decode(written.removeprefix(BOM), type=Descriptor).sources
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, NotHsds):
        return None
    try:
        named = msgspec.convert(sources, list[Named])
    except msgspec.ValidationError:
        return None
    titles = {one.title.strip() for one in named} - {""}
    return titles.pop() if len(titles) == 1 else None


def read(path: Path, progress: Progress) -> Package:
    """Everything in a package at `path`; raises NotHsds where there is none."""
    try:
        if path.is_dir():
            return _tabular({file.name: file.read_bytes for file in path.iterdir() if file.is_file()}, progress)
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                return _tabular(_unpacked(archive), progress)
        content = path.read_bytes().removeprefix(BOM)
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise NotHsds(f"{path.name} cannot be read: {error}") from error
    progress("reading the package", 0, 1)
    package = _lines(path.name, content) if path.suffix in SUFFIXES_OF_LINES else _document(path.name, content)
    progress("reading the package", 1, 1)
    return package


def _unpacked(archive: zipfile.ZipFile) -> Files:
    """The files beside the descriptor (or, without one, beside services.csv); packages often lie in a folder."""
    members = {name: PurePosixPath(name) for name in archive.namelist() if not name.endswith("/")}
    marks = [place for place in members.values() if place.name in {DESCRIPTOR, TABLES["service"].file}]
    if not marks:
        return {}
    root = min(marks, key=lambda place: len(place.parts)).parent
    if sum(archive.getinfo(name).file_size for name in members) > LARGEST_BYTES:
        raise NotHsds(f"The archive unpacks to more than {LARGEST_BYTES:,} bytes.")
    return {place.name: _member(archive, name) for name, place in members.items() if place.parent == root}


def _member(archive: zipfile.ZipFile, name: str) -> Callable[[], bytes]:
    return lambda: archive.read(name)


def _tabular(files: Files, progress: Progress) -> Package:
    sources = _sources(files)
    missing = [TABLES[table].file for table in REQUIRED if table not in {source.table for source in sources}]
    if missing:
        raise NotHsds(f"This is no HSDS package: it has no {' and no '.join(missing)}.")
    package = Package()
    for done, source in enumerate(sources):
        progress("reading the package", done, len(sources))
        content = files[source.file]()
        if source.table in REQUIRED:
            _require_columns(source, content)
        read_csv(package, source.table, source.file, content)
        package.whole.add(source.table)
    progress("reading the package", len(sources), len(sources))
    return package


def _sources(files: Files) -> list[Source]:
    """Which file holds which table: by the descriptor, else by the usual names. Files named but absent are optional."""
    named = {table.file: name for name, table in TABLES.items()}
    if DESCRIPTOR in files:
        try:
            descriptor = msgspec.json.decode(files[DESCRIPTOR]().removeprefix(BOM), type=Descriptor)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise NotHsds(f"{DESCRIPTOR} is no data package descriptor: {error}") from error
        for resource in descriptor.resources:
            table = resource.name if resource.name in TABLES else named.get(resource.path)
            if table is not None:
                named[PurePosixPath(resource.path).name] = table
    found = {file: table for file, table in named.items() if file in files}
    order = list(TABLES)
    return [Source(table=table, file=file) for file, table in sorted(found.items(), key=lambda f: order.index(f[1]))]


def _require_columns(source: Source, content: bytes) -> None:
    """Refuse a file that merely has the name of one of ours."""
    header = content.removeprefix(BOM).partition(b"\n")[0].decode("utf-8", errors="replace")
    names = {name.strip().strip('"').lower() for name in header.split(",")}
    missing = {"id", "name"} - names
    if missing:
        raise NotHsds(f"{source.file} is no HSDS table: it has no column {' and no column '.join(sorted(missing))}.")


def _document(file: str, content: bytes) -> Package:
    """A list of services, a page of them ({"contents": [...]}), or one service."""
    try:
        document: object = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise NotHsds(f"{file} is no JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from error
    page = as_object(document)
    listed = page["contents"] if page and "contents" in page else document if page is None else [page]
    try:
        items = msgspec.convert(listed, list[object])
    except msgspec.ValidationError:
        raise NotHsds(f"{file} holds no list of HSDS services.") from None
    return _services(file, list(enumerate(items, 1)), Package())


def _lines(file: str, content: bytes) -> Package:
    """One service a line."""
    package = Package()
    items: list[tuple[int, object]] = []
    for number, line in enumerate(io.BytesIO(content), 1):
        if not line.strip():
            continue
        try:
            items.append((number, orjson.loads(line)))
        except orjson.JSONDecodeError as error:
            reason = f"the line is no JSON: {error.msg} at column {error.colno}"
            package.errors.append(RowError(file=file, row=number, field="", reason=reason))
            package.unread["service"] = package.unread.get("service", 0) + 1
    return _services(file, items, package)


def _services(file: str, items: list[tuple[int, object]], package: Package) -> Package:
    if not any(_is_service(item) for _, item in items):
        raise NotHsds(f"{file} holds no HSDS service: an object with a name and an organization.")
    nest = Nest(package=package, file=file)
    for number, item in items:
        nest.add_service(number, item)
    return package


def _is_service(item: object) -> bool:
    service = as_object(item)
    return service is not None and "name" in service and bool({"organization", "organization_id"} & service.keys())
