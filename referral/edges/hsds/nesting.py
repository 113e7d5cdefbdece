"""Which rows stand in a list of nested HSDS services? The same tables as in the tabular form, so one mapper reads both.

Objects that several services share (an organization, a location) count once: the first stands.
"""

from dataclasses import dataclass, field

import msgspec
import orjson

from referral.edges.hsds.rows import TABLES, Package, RowError, SourceRow, content_id

SHARED = frozenset({"organization", "location", "taxonomy", "taxonomy_term"})

Object = dict[str, object]


@dataclass(slots=True, kw_only=True)
class Nest:
    """One pass over a file of services. `owners` remembers whose each object was."""

    package: Package
    file: str
    item: int = 0
    owners: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])

    def add_service(self, item: int, service: object) -> None:
        self.item = item
        if as_object(service) is None:
            self.package.errors.append(RowError(file=self.file, row=item, field="", reason="this is not an object"))
            self.package.unread["service"] = self.package.unread.get("service", 0) + 1
            return
        self._add("service", as_object(service) or {}, {}, "")

    def _add(self, table: str, item: Object, parent: dict[str, str], path: str) -> str:
        """Add an object and all that is nested in it; returns its id as written, or one made from its content."""
        values = self._values(table, item, path) | parent
        owner = "" if table in SHARED else "".join(parent.values())
        values["id"] = values.get("id") or self._id(table, item, owner)
        known = self.owners.get((table, values["id"]))
        if known is not None and known != owner:
            values["id"] = self._id(table, item, owner)  # listed again for another owner: that is another row
        elif known is not None and table != "service":
            return values["id"]
        self.owners[table, values["id"]] = owner
        for key, child, column in TABLES[table].objects:
            nested = as_object(item.get(key))
            if nested is not None:
                values[column] = self._add(child, nested, {}, f"{path}{key}.")
        columns = {name: values.get(name, "") for name in TABLES[table].columns}
        self.package.add(SourceRow(table=table, file=self.file, row=self.item, values=columns, path=path))
        for key, child, column in TABLES[table].lists:
            for index, nested in enumerate(self._items(item, key, path)):
                back = {column: values["id"]} | ({"link_entity": table} if child == "attribute" else {})
                self._add(child, nested, back, f"{path}{key}[{index}].")
        return values["id"]

    def _id(self, table: str, item: Object, owner: str) -> str:
        if table == "organization":
            return content_id(table, str(item.get("name")))
        return content_id(table, owner, orjson.dumps(item, option=orjson.OPT_SORT_KEYS).decode())

    def _values(self, table: str, item: Object, path: str) -> dict[str, str]:
        """The plain fields as text."""
        values: dict[str, str] = {}
        for name in TABLES[table].columns:
            value = item.get(name)
            if isinstance(value, str | int | float) and not isinstance(value, bool):
                values[name] = str(value)
            elif value is not None:
                self._complain(f"{path}{name}", "this is no text or number")
        return {name: text for name, text in values.items() if text}

    def _items(self, item: Object, key: str, path: str) -> list[Object]:
        value = item.get(key)
        if value is None:
            return []
        try:
            return msgspec.convert(value, list[Object])
        except msgspec.ValidationError:
            self._complain(f"{path}{key}", "this is no list of objects")
            return []

    def _complain(self, field_name: str, reason: str) -> None:
        self.package.errors.append(
            RowError(file=self.file, row=self.item, field=field_name, reason=reason, landed=True)
        )


def as_object(value: object) -> Object | None:
    try:
        return msgspec.convert(value, Object)
    except msgspec.ValidationError:
        return None
