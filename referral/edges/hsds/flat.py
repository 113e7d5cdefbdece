"""A plain CSV list becomes a package: a mapping file says which columns are what. One line, one service at its place.

The mapping is checked against the file before anything is read, so a slip in it is told at once. What is wrong in a
line is told by line and column as the file calls them; a part that cannot be used (a language, a coordinate) is left
out, and the rest of the line lands.
"""

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from referral.directory.written import shortened
from referral.edges.hsds.csv_rows import Broken, records
from referral.edges.hsds.eligibility import INTERPRETER_FOR_OTHER
from referral.edges.hsds.flat_mapping import Listing, Mapped, checked
from referral.edges.hsds.package import Progress
from referral.edges.hsds.rows import TABLES, NotHsds, Package, RowError, SourceRow, content_id

EXTENSION = re.compile(r"\s*(?:x|ext\.?|extension)\s*(\d+)\s*$", re.IGNORECASE)
AT_ONCE = 500
GZIPPED = b"\x1f\x8b"
PARTS = {"phone": "phone", "language": "languages", "service_area": "area"}
UTF_8 = frozenset({"utf-8", "utf8", "utf-8-sig"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the list: its cells by the columns' names."""

    file: str
    number: int
    cells: Mapping[str, str]


class Flat:
    """Turns lines into rows of a package."""

    def __init__(self, given: Listing, file: str) -> None:
        self.given, self.file = given, file
        self.package = Package()
        self.first: dict[tuple[str, str], int] = {}
        self.terms: set[str] = set()
        self.package.whole |= {table for table, field in PARTS.items() if field in given.columns}

    def add(self, line: Line) -> None:
        values = self.given.values(line.cells)
        if problem := self.refusal(line, values):
            self.complain(line, *problem)
            self.package.unread["service"] = self.package.unread.get("service", 0) + 1
            return
        name = values["organization"].strip() or values["service"].strip()
        organization = self.shared("organization", line, {"name": name, "website": values["website"]}, name)
        key = self.given.key_of(line.cells)
        service = self.row(
            "service",
            line,
            id=content_id("service", key),
            organization_id=organization,
            name=values["service"].strip() or name,
            description=values["description"],
            status="active",
            url=values["website"],
            email=values["email"],
            fees_description=values["fees"],
            application_process=values["application_process"],
            eligibility_description=values["eligibility"],
            interpretation_services=INTERPRETER_FOR_OTHER if self.interprets(values) else "",
        )
        location = self.place(line, values)
        if location:  # a service without a place is listed by itself
            id = content_id("service_at_location", key)
            self.row("service_at_location", line, id=id, service_id=service, location_id=location)
        self.add_parts(line, values, service)

    def refusal(self, line: Line, values: Mapped) -> tuple[str, str] | None:
        """Why the whole line is left out: the field, and a reason that a data steward understands."""
        if not (values["organization"].strip() or values["service"].strip()):
            return "organization", "the line names neither an organization nor a service"
        key = self.given.key_of(line.cells)
        if not key.strip("\x1f "):
            return "id", "what tells lines apart is empty here"
        first = self.first.setdefault(("line", key), line.number)
        if first != line.number:
            return "id", f"line {first} has the same"
        if self.given.leaves_out_helpless and not self.kinds(values):
            said = values["help"].strip()
            if not said:
                return "help", "no kind of help is said"
            return "help", f'"{shortened(said)}" is none of the kinds of help that the mapping names'
        return None

    # ------------------------------------------------------------- parts of a line
    def add_parts(self, line: Line, values: Mapped, service: str) -> None:
        for kind in self.kinds(values):
            if kind not in self.terms:
                self.terms.add(kind)
                self.row("taxonomy_term", line, id=f"term:{kind}", code=kind, name=kind)
            self.row("attribute", line, id=content_id("attribute", service, kind), link_id=service,
                     link_entity="service", taxonomy_term_id=f"term:{kind}")  # fmt: skip
        for number in self.given.parts("phone", values):
            extension = EXTENSION.search(number)
            bare = number[: extension.start()] if extension else number
            self.part("phone", line, "phone", id=content_id("phone", service, number), service_id=service, number=bare,
                      extension=extension[1] if extension else "")  # fmt: skip
        for written in self.given.parts("languages", values):
            if self.given.is_any_language(written):
                continue
            code = self.given.language(written)
            self.part("language", line, "languages", id=content_id("language", service, code), service_id=service,
                      code=code)  # fmt: skip
        for area in self.given.parts("area", values):
            self.part("service_area", line, "area", id=content_id("service_area", service, area), service_id=service,
                      name=area)  # fmt: skip

    def kinds(self, values: Mapped) -> list[str]:
        found = [kind for word in self.given.parts("help", values) for kind in self.given.help(word)]
        return list(dict.fromkeys([*found, *self.given.help_always]))

    def interprets(self, values: Mapped) -> bool:
        said = any(self.given.is_any_language(word) for word in self.given.parts("languages", values))
        return said or self.given.is_yes(values["interpreter"])

    def place(self, line: Line, values: Mapped) -> str | None:
        address = [values[name].strip() for name in ("address", "city", "state", "postal_code", "country")]
        latitude, longitude = self.point(line, values)
        if not (any(address[:-1]) or latitude):  # a state is a place, if a large one; a country alone is none
            return None
        key = "\x1f".join([*address, latitude, longitude])
        name = values["location"].strip()
        fields = {"name": name, "latitude": latitude, "longitude": longitude, "location_type": "physical"}
        location = self.shared("location", line, fields, key)
        self.shared(
            "address",
            line,
            dict(zip(("address_1", "city", "state_province", "postal_code", "country"), address, strict=True))
            | {"location_id": location, "address_type": "physical"},
            key,
        )
        return location

    def point(self, line: Line, values: Mapped) -> tuple[str, str]:
        """Degrees as written; none where they cannot be this place's."""
        latitude, longitude = values["latitude"].strip(), values["longitude"].strip()
        if reason := self.given.misplaced(latitude, longitude):
            self.complain(line, "latitude", reason, landed=True)
            return "", ""
        return latitude, longitude

    # ------------------------------------------------------------- rows
    def shared(self, table: str, line: Line, fields: dict[str, str], key: str) -> str:
        """A row that many lines may name, once; its id."""
        id = content_id(table, key.lower())
        if (table, id) not in self.first:
            self.first[table, id] = line.number
            self.row(table, line, id=id, **fields)
        return id

    def part(self, table: str, line: Line, of: str, **values: str) -> None:
        """A row that the line lands without; said twice, it is one."""
        if (table, values["id"]) not in self.first:
            self.first[table, values["id"]] = line.number
            self.write(table, line, values, dict.fromkeys(values, self.given.column(of)), is_part=True)

    def row(self, table: str, line: Line, **values: str) -> str:
        self.write(table, line, values, self.given.columns_of(table), is_part=False)
        return values["id"]

    def write(
        self, table: str, line: Line, values: dict[str, str], columns: Mapping[str, str], *, is_part: bool
    ) -> None:
        whole = dict.fromkeys(TABLES[table].columns, "") | values
        self.package.add(
            SourceRow(table=table, file=self.file, row=line.number, values=whole, columns=columns, is_part=is_part)
        )

    def complain(self, line: Line, field: str, reason: str, *, landed: bool = False) -> None:
        column = self.given.column(field)
        self.package.errors.append(
            RowError(file=self.file, row=line.number, field=column, reason=reason, landed=landed)
        )


def read(path: Path, given: dict[str, Any], progress: Progress) -> Package:
    """The lines of a list as a package. Raises NotHsds for a mapping or a file that cannot be used."""
    content = text_of(path, given)
    lines = records(content, delimiter=str(given.get("delimiter", ",")))
    _, header = next(lines, (1, Broken("the file is empty")))
    if isinstance(header, Broken):
        raise NotHsds(f"{path.name}: {header}.")
    names = [name.strip() for name in header]
    flat = Flat(checked(given, names), path.name)
    for done, (number, cells) in enumerate(lines):
        if done % AT_ONCE == 0:
            progress("reading the list", done, done + AT_ONCE)
        if isinstance(cells, Broken):
            flat.package.errors.append(RowError(file=path.name, row=number, field="", reason=cells))
            flat.package.unread["service"] = flat.package.unread.get("service", 0) + 1
            continue
        flat.add(Line(file=path.name, number=number, cells=dict(zip(names, cells, strict=True))))
    progress("reading the list", 1, 1)
    return flat.package


def text_of(path: Path, given: dict[str, Any]) -> bytes:
    """The file as UTF-8, unpacked. Bytes that are no UTF-8 stay, and their lines are told."""
    try:
        packed = path.read_bytes()
        content = gzip.decompress(packed) if packed[:2] == GZIPPED else packed
    except (OSError, EOFError) as error:
        raise NotHsds(f"{path.name} cannot be read: {error}") from None
    encoding = str(given.get("encoding", "utf-8"))
    if encoding.replace("_", "-").lower() in UTF_8:
        return content
    try:
        return content.decode(encoding).encode()
    except LookupError:
        raise NotHsds(f'encoding: "{encoding}" is no encoding that we know.') from None
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise NotHsds(f"{path.name}: line {line} holds bytes that are not {encoding}.") from None
