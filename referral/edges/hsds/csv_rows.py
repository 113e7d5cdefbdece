"""Which rows does a CSV file hold, and which of its lines are broken? One broken row never takes others with it."""

import csv
import io
from collections.abc import Iterator
from itertools import islice

from referral.edges.hsds.rows import POINTED_AT, TABLES, Package, RowError, SourceRow, content_id

MOST_BROKEN_ROWS = 1000  # each costs a new start of the parser; a file with more is not CSV
SURROGATES = range(0xDC80, 0xDD00)  # where bytes go that are no UTF-8


class Broken(str):
    """Why a line is no row."""

    __slots__ = ()


Record = tuple[int, list[str] | Broken]


def read_csv(package: Package, table: str, file: str, content: bytes) -> None:
    """Add the file's rows to the package, and its broken lines to the errors."""
    lines = records(content)
    _, header = next(lines, (1, Broken("the file is empty")))
    if isinstance(header, Broken):
        package.errors.append(RowError(file=file, row=1, field="", reason=f"{header}; the file was not read"))
        return
    names = [name.strip().lower() for name in header]
    broken = 0
    for line, cells in lines:
        if isinstance(cells, Broken):
            broken += 1
            package.errors.append(RowError(file=file, row=line, field="", reason=cells))
            package.unread[table] = package.unread.get(table, 0) + 1
        else:
            package.add(_row(table, file, line, dict(zip(names, cells, strict=True))))
        if broken == MOST_BROKEN_ROWS:
            reason = f"{broken} lines are broken; the rest of the file was not read"
            package.errors.append(RowError(file=file, row=line, field="", reason=reason))
            return


def _row(table: str, file: str, line: int, cells: dict[str, str]) -> SourceRow:
    values = {name: cells.get(name, "") for name in TABLES[table].columns}
    if not values["id"].strip() and table not in POINTED_AT:
        values["id"] = content_id(table, *values.values())
    return SourceRow(table=table, file=file, row=line, values=values)


def records(content: bytes, *, delimiter: str = ",") -> Iterator[Record]:
    """Rows with the line each begins on. After a broken row, reading goes on with the very next line."""
    text = content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="surrogateescape")
    lines = list(io.StringIO(text, newline=""))
    width, start = 0, 0
    while start < len(lines):
        reader = csv.reader(islice(lines, start, None), strict=True, delimiter=delimiter)
        line = start
        while True:
            try:
                cells = next(reader, None)
                problem = None if cells is None else _problem(cells, width)
            except csv.Error as error:
                cells, problem = [], Broken(f"this is not CSV: {error}")
            if cells is None:
                return
            begun, line = line, start + reader.line_num
            if problem is not None:
                yield begun + 1, problem
                start = begun + 1
                break
            if cells:  # an empty line says nothing
                width = width or len(cells)
                yield begun + 1, cells


def _problem(cells: list[str], width: int) -> Broken | None:
    if width and cells and len(cells) != width:
        return Broken(f"the row has {len(cells)} fields where the header has {width}")
    if any(ord(letter) in SURROGATES for cell in cells if not cell.isascii() for letter in cell):
        return Broken("the row holds bytes that are not UTF-8")
    return None
