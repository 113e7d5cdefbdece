"""A cursor says where a page ended, and nothing else is taken for one."""

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given, settings, strategies

from referral.foundation import cursors
from referral.foundation.cursors import Mark, Window
from referral.foundation.errors import ValidationFailed

ID = UUID(int=7)


def forged(*parts: object) -> str:
    return urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def problems(**asked: object) -> list[tuple[str, str]]:
    with pytest.raises(ValidationFailed) as refused:
        cursors.window("name", str, **asked)  # pyright: ignore[reportArgumentType] - what a test sends wrong
    return [(".".join(one.path), one.code) for one in refused.value.problems]


@settings(max_examples=60, derandomize=True, deadline=None)
@given(key=strategies.text(strategies.characters(exclude_characters="\0", codec="utf-8")), id=strategies.uuids())
def test_a_name_comes_back_as_it_was(key: str, id: UUID) -> None:
    assert cursors.read(cursors.written("name", key, id), "name", str) == Mark(key=key, id=id)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(key=strategies.floats(-1e11, 1e11), id=strategies.uuids())
def test_a_number_comes_back_to_the_last_bit(key: float, id: UUID) -> None:
    mark = cursors.read(cursors.written("distance", key, id), "distance", float)
    assert mark == Mark(key=key, id=id)


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "nonsense",
        "é",
        "=",
        "\0",
        forged("1", "distance", "a", str(ID)),
        forged("2", "name", "a", str(ID)),
        forged("1", "name", "a", "no id"),
        forged("1", "name", 1, str(ID)),
        forged("1", "name", None, str(ID)),
        forged("1", "name", "a\0", str(ID)),
        forged("1", "name", "a"),
        forged("1", "name", "a", str(ID), "more"),
        urlsafe_b64encode(b'{"a": 1}').decode(),
        urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
)
def test_what_we_did_not_write_is_no_cursor(cursor: str) -> None:
    assert cursors.read(cursor, "name", str) is None
    assert problems(after=cursor) == [("after", "BAD_CURSOR")]


@pytest.mark.parametrize("key", [1e12, -1e300, float("inf"), "1"])
def test_a_number_that_no_row_can_have_is_no_cursor(key: object) -> None:
    assert cursors.read(forged("1", "distance", key, str(ID)), "distance", float) is None


@pytest.mark.parametrize(
    "key",
    ["yesterday", "2026-11-24", "2026-11-24T12:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", 7],
)
def test_what_is_no_moment_is_no_cursor_of_a_list_by_moments(key: object) -> None:
    assert cursors.read(forged("1", "proposals", key, str(ID)), "proposals", datetime) is None
    assert cursors.read(forged("1", "proposals", [key, "fees"], str(ID)), "proposals", tuple[datetime, str]) is None


def test_a_moment_comes_back_as_it_was() -> None:
    key = datetime(2026, 11, 24, 12, 0, 0, 123_456, tzinfo=UTC)
    assert cursors.read(cursors.written("proposals", key, ID), "proposals", datetime) == Mark(key=key, id=ID)


def test_a_page_goes_one_way_and_has_a_size() -> None:
    mark, read = cursors.written("name", "a", ID), Mark(key="a", id=ID)
    assert cursors.window("name", str) == Window(size=20, mark=None, backwards=False)
    assert cursors.window("name", str, first=50, after=mark) == Window(
        size=50, mark=Mark(key="a", id=ID), backwards=False
    )
    assert cursors.window("name", str, last=3, before=mark) == Window(size=3, mark=read, backwards=True)
    assert cursors.window("name", str, before=mark).backwards
    assert problems(first=0) == [("first", "PAGE_SIZE")]
    assert problems(last=51) == [("last", "PAGE_SIZE")]
    assert problems(first=1, before=mark) == [("last", "TWO_DIRECTIONS")]
    assert problems(first=0, last=0, after="x") == [
        ("last", "TWO_DIRECTIONS"),
        ("first", "PAGE_SIZE"),
        ("last", "PAGE_SIZE"),
        ("after", "BAD_CURSOR"),
    ]


@pytest.mark.parametrize(
    ("backwards", "marked", "rows", "has_next", "has_previous"),
    [
        (False, False, 3, True, False),
        (False, False, 2, False, False),
        (False, True, 3, True, True),
        (True, False, 3, False, True),
        (True, True, 3, True, True),
        (True, True, 1, True, False),
    ],
)
def test_one_row_more_tells_whether_the_list_goes_on(
    *, backwards: bool, marked: bool, rows: int, has_next: bool, has_previous: bool
) -> None:
    window = Window(size=2, mark=Mark(key="a", id=ID) if marked else None, backwards=backwards)
    page = cursors.page_of(window, rows)
    assert (page.has_next, page.has_previous) == (has_next, has_previous)
    found = list(range(rows))
    expected = tuple(reversed(found[:2])) if backwards else tuple(found[:2])
    assert cursors.in_order(window, found) == expected
