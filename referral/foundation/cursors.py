"""Keyset cursors: where a page ended, so that the next begins there however rows come and go."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar, cast
from uuid import UUID

import msgspec

from referral.foundation.clock import in_utc
from referral.foundation.errors import FieldProblem, ValidationFailed, problem

Key = TypeVar("Key", str, float, int, datetime, tuple[int, str], tuple[int, float], tuple[datetime, str])
Row = TypeVar("Row")

DEFAULT_PAGE = 20
LARGEST_PAGE = 50
LARGEST_KEY = 1e11  # numbers are distances and moments in seconds
VERSION = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark(Generic[Key]):
    """The sort key and id of a page's last row."""

    key: Key
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Window(Generic[Key]):
    """Which page: so many rows after a mark, or before one, counted backwards from it."""

    size: int
    mark: Mark[Key] | None
    backwards: bool


def written(order: str, key: Key, id: UUID) -> str:
    """The cursor of a row under an order. Opaque to clients."""
    return urlsafe_b64encode(msgspec.json.encode((VERSION, order, key, id))).decode().rstrip("=")


def read(cursor: str, order: str, kind: type[Key]) -> Mark[Key] | None:
    """The mark behind a cursor; None if it was not made by us for this order."""
    try:
        text = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        version, made_for, key, id = msgspec.json.decode(text, type=tuple[str, str, kind, UUID])
    except (ValueError, msgspec.DecodeError):
        return None
    return Mark(key=key, id=id) if (version, made_for) == (VERSION, order) and is_possible(key) else None


def is_possible(key: str | float | datetime | tuple[object, ...]) -> bool:
    """Whether Postgres can compare with this key at all: it knows no text with a zero, and time ends somewhere."""
    if isinstance(key, tuple):
        return all(is_possible(cast("str | float | datetime", part)) for part in key)
    if isinstance(key, datetime):
        return is_moment(key)
    return "\0" not in key if isinstance(key, str) else abs(key) <= LARGEST_KEY


def is_moment(key: datetime) -> bool:
    """Whether it is one moment everywhere, and in UTC too."""
    try:
        return key.tzinfo is not None and bool(in_utc(key))
    except ValueError:
        return False


def window(
    order: str,
    kind: type[Key],
    *,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Window[Key]:
    """The page these arguments ask for; ValidationFailed names the argument that is wrong."""
    problems: list[FieldProblem] = []
    if (first is not None or after is not None) and (last is not None or before is not None):
        problems.append(problem("last", "TWO_DIRECTIONS", "Send first with after, or last with before."))
    backwards = last is not None or before is not None
    for name, size in (("first", first), ("last", last)):
        if size is not None and not 1 <= size <= LARGEST_PAGE:
            problems.append(problem(name, "PAGE_SIZE", f"Send 1 to {LARGEST_PAGE}."))
    marks: dict[str, Mark[Key] | None] = {}
    for name, cursor in (("after", after), ("before", before)):
        marks[name] = None if cursor is None else read(cursor, order, kind)
        if cursor is not None and marks[name] is None:
            problems.append(problem(name, "BAD_CURSOR", "This cursor is not one of this list's."))
    if problems:
        raise ValidationFailed(problems)
    return Window(
        size=(last if backwards else first) or DEFAULT_PAGE,
        mark=marks["before" if backwards else "after"],
        backwards=backwards,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Whether there is more on either side of a page."""

    has_next: bool
    has_previous: bool


def page_of(window: Window[Key], rows_found: int) -> Page:
    """What one row more than the page's size tells about its neighbours."""
    more, marked = rows_found > window.size, window.mark is not None
    return Page(has_next=marked if window.backwards else more, has_previous=more if window.backwards else marked)


def in_order(window: Window[Key], rows: list[Row]) -> tuple[Row, ...]:
    """The rows of the page, in the order of the list whichever way it was walked."""
    rows = rows[: window.size]
    return tuple(reversed(rows) if window.backwards else rows)
