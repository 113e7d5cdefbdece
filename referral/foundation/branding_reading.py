"""What does referral.toml say? All of it is understood, or every mistake is told by its key and line."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from referral.foundation.branding import (
    Area,
    Branding,
    Circle,
    Colours,
    Embedding,
    Hotline,
    Organization,
    Promised,
)
from referral.foundation.toml_lines import Path as Key
from referral.foundation.toml_lines import key_lines, line_of

NEUTRAL = Path(__file__).parents[1] / "data" / "referral.toml"
MOST_BYTES = 1_000_000
CHECKED_FOR = timedelta(days=90)  # numbers change; whoever prints one for people in danger calls it now and then
ADAPTER: TypeAdapter[Branding] = TypeAdapter(Branding)
TABLES: Mapping[str, type] = {
    "organization": Organization,
    "words": Promised,
    "areas": Area,
    "around": Circle,
    "hotlines": Hotline,
    "colours": Colours,
    "embedding": Embedding,
}


class BrandingUnusable(ValueError):  # noqa: N818 - named as KeyFileUnusable is, for what it says of a file
    """The file of the organization cannot be used; the text names every mistake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """What is wrong, and where."""

    key: str
    line: int | None
    sentence: str

    def __str__(self) -> str:
        return f"{f'line {self.line}, ' if self.line else ''}{self.key}: {self.sentence}"


@cache
def neutral() -> Branding:
    """The file that ships: nobody's name, and numbers with their sources."""
    return understood(tomllib.loads(NEUTRAL.read_text("utf-8")), {})


def read(path: Path | None) -> Branding:
    """The operator's file; the tables it leaves out are those of the file that ships. Raises BrandingUnusable."""
    if path is None:
        return neutral()
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BrandingUnusable(f"{path}: no more than {MOST_BYTES} bytes are read")
        text = path.read_text("utf-8")
    except OSError as trouble:
        raise BrandingUnusable(f"{path}: {trouble.strerror}") from None
    except UnicodeDecodeError:
        raise BrandingUnusable(f"{path}: this is no UTF-8 text") from None
    try:
        return parsed(text)
    except BrandingUnusable as wrong:
        raise BrandingUnusable("\n".join(f"{path}: {one}" for one in str(wrong).split("\n"))) from None


def parsed(text: str) -> Branding:
    """The same of a text."""
    try:
        own = tomllib.loads(text)
    except tomllib.TOMLDecodeError as trouble:
        raise BrandingUnusable(f"this is no TOML: {trouble}") from None
    return understood({**tomllib.loads(NEUTRAL.read_text("utf-8")), **own}, key_lines(text.replace("\r\n", "\n")))


def understood(document: dict[str, Any], lines: dict[Key, int]) -> Branding:
    try:
        found = ADAPTER.validate_python(document)
    except ValidationError as wrong:
        mistakes = [told(one["loc"], sentence(one), lines) for one in wrong.errors(include_url=False)]
        raise BrandingUnusable("\n".join(map(str, mistakes))) from None
    if faint := found.colours.too_faint():
        raise BrandingUnusable("\n".join(str(told(("colours", key), what, lines)) for key, what in faint))
    return found


def told(path: Key, what: str, lines: dict[Key, int]) -> Mistake:
    """List places are counted from 1, as people do."""
    named = ".".join(str(part + 1) if isinstance(part, int) else part for part in path if part != "[key]")
    return Mistake(key=named or "the file", line=line_of(lines, path), sentence=what)


def sentence(wrong: Mapping[str, Any]) -> str:
    """In words of ours where those of the library speak of programs."""
    match wrong["type"]:
        case "missing":
            return "this has to be said"
        case "unexpected_keyword_argument":
            return f"there is no such key here; there are {known_at(wrong['loc'])}"
        case "value_error":
            return str(wrong["ctx"]["error"])
        case "string_pattern_mismatch" if "[key]" in wrong["loc"]:
            return "write a language as a tag, such as en, pt-BR or zh-Hans"
        case "tuple_type" | "dict_type" | "mapping_type" | "dataclass_type":
            return "this is a list or a table, written in another way; see docs/examples/referral.toml"
        case _:
            return str(wrong["msg"])


def known_at(path: Sequence[str | int]) -> str:
    table = next((TABLES[part] for part in reversed(path[:-1]) if isinstance(part, str) and part in TABLES), Branding)
    return ", ".join(sorted(one.name for one in fields(table)))


def before_launch(found: Branding, today: date) -> list[str]:
    """What a person of the organization has still to do before others rely on it."""
    shown = found.organization
    wanted = [
        (shown.phone is None, "organization.phone: people who cannot use the pages have nobody to call"),
        (shown.privacy is None, "organization.privacy: nothing says what becomes of what people write"),
        (not found.hotlines, "hotlines: people in danger are shown no number"),
        (found.organization == neutral().organization, "organization.name: nobody stands behind these pages yet"),
    ]
    return [what for is_wanted, what in wanted if is_wanted] + [
        f"hotlines.{place}, {one.number}: {unchecked(one.checked_on)} Call it, and write checked_on"
        for place, one in enumerate(found.hotlines, start=1)
        if one.checked_on is None or not timedelta(0) <= today - one.checked_on <= CHECKED_FOR
    ]


def unchecked(day: date | None) -> str:
    return "nobody has called it yet." if day is None else f"the day it was called, {day}, is not within 90 days."
