"""Which columns of a plain list are what? A mapping file (TOML), checked against the list's header before it is read.

source = "Example list, 2026"            # as people will read it
delimiter = ","                          # and encoding = "utf-8", if they are not these
lines_without_help = "leave out"         # or "keep"
help_always = ["hum.info"]               # for every line
any_language = ["Any language"]          # words that mean an interpreter, no language
yes = ["yes", "true"]                    # how a column says yes

[columns]                                # our field = the column, or several, joined
[constants]                              # our field = what every line says
[split]                                  # our field = what stands between several
[patterns]                               # our field = an expression whose named groups fill other fields
[languages]                              # a word of the list = a BCP 47 tag
[help]                                   # a word of the list = kinds of help; [] for none
[limits]                                 # south, north, west, east: coordinates beyond them are no coordinates
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from referral.edges.hsds.rows import NotHsds
from referral.foundation.vocabulary import HelpType

FIELDS = (
    "id", "organization", "service", "description", "location", "address", "city", "state", "postal_code", "country",
    "latitude", "longitude", "phone", "email", "website", "languages", "interpreter", "help", "area",
    "application_process", "fees", "eligibility",
)  # fmt: skip
SPLIT = ("phone", "languages", "help", "area")
NEEDED = ("id",)
SETTINGS = {
    "source": str, "delimiter": str, "encoding": str, "lines_without_help": str, "help_always": list,
    "any_language": list, "yes": list, "columns": dict, "constants": dict, "split": dict, "patterns": dict,
    "languages": dict, "help": dict, "limits": dict,
}  # fmt: skip
SIDES = ("south", "north", "west", "east")
YES = ("yes", "y", "true", "1", "x")
WITHOUT_HELP = ("leave out", "keep")
# Which of our fields the columns of a table come from, for telling what is wrong in the words of the list.
SOURCES = {
    "organization": {"name": "organization", "website": "website"},
    "service": {"name": "service", "url": "website", "email": "email", "fees_description": "fees"},
    "location": {"name": "location", "latitude": "latitude", "longitude": "longitude"},
    "address": {
        "address_1": "address", "city": "city", "state_province": "state", "postal_code": "postal_code",
        "country": "country",
    },
}  # fmt: skip

Mapped = dict[str, str]


class WrongMapping(NotHsds):
    """The mapping file cannot be used for this list; nothing was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Where the list's places can lie, in degrees."""

    south: float
    north: float
    west: float
    east: float

    def hold(self, latitude: float, longitude: float) -> bool:
        return self.south <= latitude <= self.north and self.west <= longitude <= self.east


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """How one list is read."""

    columns: Mapping[str, tuple[str, ...]]
    constants: Mapping[str, str]
    split: Mapping[str, str]
    patterns: Mapping[str, re.Pattern[str]]
    tags: Mapping[str, str]
    kinds: Mapping[str, tuple[str, ...]]
    any_language: frozenset[str]
    yes: frozenset[str]
    help_always: tuple[str, ...]
    leaves_out_helpless: bool
    limits: Limits | None

    def values(self, cells: Mapping[str, str]) -> Mapped:
        """Our fields of one line."""
        found = {
            name: " ".join(cells[column].strip() for column in self.columns[name] if cells[column].strip())
            if name in self.columns
            else self.constants.get(name, "")
            for name in FIELDS
        }
        for name, pattern in self.patterns.items():
            if match := pattern.fullmatch(found[name].strip()):
                found |= {group: text or "" for group, text in match.groupdict().items()}
        return found

    def key_of(self, cells: Mapping[str, str]) -> str:
        """What tells a line apart from all others."""
        return "\x1f".join(cells[column].strip() for column in self.columns["id"])

    def column(self, field: str) -> str:
        """Our field as the list calls it."""
        return " + ".join(self.columns.get(field, (field,)))

    def columns_of(self, table: str) -> Mapping[str, str]:
        return {name: self.column(field) for name, field in SOURCES.get(table, {}).items()} | {"id": self.column("id")}

    def parts(self, field: str, values: Mapped) -> list[str]:
        between = self.split.get(field)
        written = values[field].split(between) if between else [values[field]]
        return [part.strip() for part in written if part.strip()]

    def language(self, written: str) -> str:
        return self.tags.get(written.casefold(), written)

    def help(self, written: str) -> tuple[str, ...]:
        return self.kinds.get(written.casefold(), ())

    def is_any_language(self, written: str) -> bool:
        return written.casefold() in self.any_language

    def is_yes(self, written: str) -> bool:
        return written.strip().casefold() in self.yes

    def misplaced(self, latitude: str, longitude: str) -> str | None:
        """Why coordinates cannot be this place's; what is no number at all is told where it is read."""
        try:
            lat, lon = float(latitude), float(longitude)
        except ValueError:
            return None
        if self.limits is None or self.limits.hold(lat, lon):
            return None
        if self.limits.hold(lon, lat):
            return f"{latitude}, {longitude} are the wrong way round; the place is listed without a point"
        if self.limits.hold(lat, -lon):
            return f"{longitude} has lost its sign; the place is listed without a point"
        return f"{latitude}, {longitude} lies outside the limits of this list; the place is listed without a point"


def checked(given: dict[str, Any], header: Sequence[str]) -> Listing:
    """A mapping file that fits the list. Raises WrongMapping, naming the key that is wrong."""
    for key, value in given.items():
        if key not in SETTINGS:
            raise WrongMapping(f"{key}: there is no such setting. There are: {', '.join(SETTINGS)}.")
        if not isinstance(value, SETTINGS[key]):
            raise WrongMapping(f"{key}: this must be a {SETTINGS[key].__name__}.")
    columns = {name: named(name, value, header) for name, value in fields(given, "columns", FIELDS).items()}
    for name in NEEDED:
        if name not in columns:
            raise WrongMapping(f"columns.{name}: name the columns that tell one line from all others.")
    if not {"organization", "service"} & columns.keys():
        raise WrongMapping("columns: name at least organization or service.")
    without = given.get("lines_without_help", "leave out")
    if without not in WITHOUT_HELP:
        raise WrongMapping(f'lines_without_help: write "{WITHOUT_HELP[0]}" or "{WITHOUT_HELP[1]}".')
    return Listing(
        columns=columns,
        constants={name: str(value) for name, value in fields(given, "constants", FIELDS).items()},
        split={name: str(value) for name, value in fields(given, "split", SPLIT).items()},
        patterns={name: expression(name, value) for name, value in fields(given, "patterns", FIELDS).items()},
        tags={word.casefold(): str(tag) for word, tag in given.get("languages", {}).items()},
        kinds={word.casefold(): slugs(f"help.{word}", value) for word, value in given.get("help", {}).items()},
        any_language=frozenset(str(word).casefold() for word in given.get("any_language", ())),
        yes=frozenset(str(word).casefold() for word in given.get("yes", YES)),
        help_always=slugs("help_always", given.get("help_always", [])),
        leaves_out_helpless=without == WITHOUT_HELP[0],
        limits=limits(given),
    )


def fields(given: dict[str, Any], key: str, known: Sequence[str]) -> dict[str, Any]:
    for name in given.get(key, {}):
        if name not in known:
            raise WrongMapping(f"{key}.{name}: there is no such field here. There are: {', '.join(known)}.")
    return given.get(key, {})


def named(name: str, value: object, header: Sequence[str]) -> tuple[str, ...]:
    columns = [str(one) for one in value] if isinstance(value, list) else [str(value)]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - any TOML
    for column in columns:
        if column not in header:
            raise WrongMapping(f'columns.{name}: the list has no column "{column}". It has: {", ".join(header)}.')
    return tuple(columns)


def expression(name: str, value: object) -> re.Pattern[str]:
    try:
        pattern = re.compile(str(value))
    except re.error as error:
        raise WrongMapping(f"patterns.{name}: this is no regular expression ({error}).") from None
    if unknown := set(pattern.groupindex) - set(FIELDS):
        raise WrongMapping(f"patterns.{name}: there is no field {', '.join(sorted(unknown))}.")
    return pattern


def slugs(key: str, value: object) -> tuple[str, ...]:
    written = [str(one) for one in value] if isinstance(value, list) else [str(value)]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - any TOML
    for slug in written:
        if slug not in set(HelpType):
            raise WrongMapping(f'{key}: "{slug}" is no kind of help. There are: {", ".join(HelpType)}.')
    return tuple(written)


def limits(given: dict[str, Any]) -> Limits | None:
    sides = fields(given, "limits", SIDES)
    if not sides:
        return None
    if missing := [side for side in SIDES if not isinstance(sides.get(side), int | float)]:
        raise WrongMapping(f"limits.{missing[0]}: write degrees.")
    return Limits(**{side: float(sides[side]) for side in SIDES})
