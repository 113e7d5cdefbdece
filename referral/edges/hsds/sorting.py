"""Which rows of a package can be used? Each is read on its own; what is wrong with it is named, and the rest goes on.

A row that belongs to a rejected one is left out with it, and the rejected row's error says how many there are.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TypeVar
from uuid import UUID

from referral.directory.written import shortened
from referral.edges.hsds.fields import Fields, RejectedRow, as_id
from referral.edges.hsds.rows import TABLES, Package, RowError, SourceRow, key_of

Read = TypeVar("Read")


class OrphanedRow(Exception):  # noqa: N818 - not a mistake in the program but in the package
    """The row belongs to one that was rejected; `cause` is the place of that one's error."""

    def __init__(self, cause: int) -> None:
        self.cause = cause
        super().__init__(cause)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorting:
    """One pass over a package. `landed` and `lost` know, by table and id as written, what became of each row."""

    package: Package
    source: str
    errors: list[RowError]
    failed: dict[str, int]
    landed: dict[tuple[str, str], SourceRow] = field(default_factory=dict[tuple[str, str], SourceRow])
    lost: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    orphans: dict[int, int] = field(default_factory=dict[int, int])

    def each(self, table: str, read: Callable[[Fields], Read]) -> list[Read]:
        """All rows of a table that can be read."""
        found: list[Read] = []
        for row in self.package.rows.get(table, []):
            fields = Fields(row=row, source=self.source, errors=self.errors)
            said = len(self.errors)
            try:
                self._must_be_new(row)
                found.append(read(fields))
            except RejectedRow as rejected:
                del self.errors[said:]  # what else is wrong with a row that does not land helps nobody
                self._lose(row, len(self.errors))
                self.errors.append(row.error(rejected.field, rejected.reason, landed=row.is_part))
            except OrphanedRow as orphaned:
                del self.errors[said:]
                self._lose(row, orphaned.cause)
                self.orphans[orphaned.cause] = self.orphans.get(orphaned.cause, 0) + 1
            else:
                self.landed[table, row.key] = row
        return found

    def _must_be_new(self, row: SourceRow) -> None:
        first = self.landed.get((row.table, row.key))
        if first and row.key:
            raise RejectedRow("id", f'"{shortened(row.key)}" stands in row {first.row} already')

    def _lose(self, row: SourceRow, cause: int) -> None:
        self.failed[row.table] = self.failed.get(row.table, 0) + 1
        if (row.table, row.key) not in self.landed:
            self.lost[row.table, row.key] = cause

    def reference(self, fields: Fields, name: str, table: str) -> UUID:
        """The id of the landed row that a field points to."""
        written = fields.required(name)
        key = table, key_of(written)
        if key in self.lost:
            raise OrphanedRow(self.lost[key])
        if key not in self.landed:
            raise RejectedRow(name, f'no row of {TABLES[table].file} has the id "{shortened(written)}"')
        return self.id_of(self.landed[key], name)

    def id_of(self, row: SourceRow, name: str = "id") -> UUID:
        """Its id here."""
        return as_id(row.table, name, row.values["id"].strip(), self.source)

    def owner(self, fields: Fields, tables: dict[str, str]) -> dict[str, UUID]:
        """The one owner of a row, by the name of the field that points to it."""
        for name, table in tables.items():
            if fields.row.values.get(name, "").strip():
                return {name: self.reference(fields, name, table)}
        raise RejectedRow(next(iter(tables)), f"is missing, and so is {' and '.join(list(tables)[1:])}")

    def report(self) -> Iterable[RowError]:
        """The errors; each says how many rows were left out with its own."""
        for place, error in enumerate(self.errors):
            others = self.orphans.get(place, 0)
            reason = f"{error.reason} ({others} rows that belong to this one are left out with it)"
            yield replace(error, reason=reason) if others else error
