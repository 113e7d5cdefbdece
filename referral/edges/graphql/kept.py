"""Listings as they were written, kept for as long as their rows stay the same.

Whether one may be used is asked of the database each time, with the page itself: a row that was touched has another
version, so what is kept can be forgotten at any time and is never out of date.
"""

from collections.abc import Iterable, Sequence
from typing import cast

from orjson import Fragment

from referral.directory.searching import search
from referral.directory.searching.search import Found, Paging, Row, Search
from referral.edges.graphql.selections import ListingWriter, Selection
from referral.foundation.db import Reader

MOST_BYTES = 8 * 1024 * 1024  # of each of two generations
OVERHEAD = 300  # bytes that an entry takes beside its text

Key = tuple[int, tuple[object, ...]]  # of the writer, and of the row
Entry = tuple[Fragment, int]  # and its size


class Kept:
    """Two generations: what is asked for moves to the young one; when that is full, the old one is forgotten."""

    def __init__(self) -> None:
        self.young: dict[Key, Entry] = {}
        self.old: dict[Key, Entry] = {}
        self.size = 0

    def get(self, number: int, rows: Iterable[tuple[object, ...]]) -> list[Fragment | None]:
        """What a writer has written for these rows; None for each that it has not."""
        young = self.young
        return [found[0] if (found := young.get((number, row))) else self.from_old((number, row)) for row in rows]

    def from_old(self, key: Key) -> Fragment | None:
        found = self.old.get(key)
        if found is None:
            return None
        self.put(key, found)
        return found[0]

    def put(self, key: Key, entry: Entry) -> None:
        if self.size > MOST_BYTES:
            self.young, self.old, self.size = {}, self.young, 0
        self.young[key] = entry
        self.size += entry[1]


def entry(written: bytes) -> Entry:
    own = bytes(memoryview(written))  # its own size: the writer's buffer is longer
    return Fragment(own), len(own) + OVERHEAD


async def written_page(
    at: Reader, kept: Kept, selection: Selection, wanted: Search, paging: Paging
) -> tuple[Found[Row], dict[str, Sequence[object]]]:
    """A page of a search, and its lists as they stand in the answer.

    Raises ValidationFailed as `search.find` does, and KeyError, TypeError or ValueError where a row does not fit the
    schema or was taken back just now.
    """
    found = await search.find_columns(at, wanted, selection.changing, paging)
    listings: dict[int, list[Fragment]] = {}
    for writer in selection.listings:
        known = kept.get(writer.number, map(writer.key, found.hits))
        if None in known:
            await write_missing(at, kept, writer, found.hits, known)
        listings[writer.number] = cast("list[Fragment]", known)
    return found, selection.written(found.hits, listings)


async def write_missing(
    at: Reader, kept: Kept, writer: ListingWriter, hits: Sequence[Row], known: list[Fragment | None]
) -> None:
    """Write anew what is not known, and keep it."""
    missing = [(place, row) for place, row in enumerate(hits) if known[place] is None]
    rows = await search.fixed_columns(at, [row["id"] for _, row in missing], writer.fixed)
    for place, row in missing:
        fixed = rows[row["id"]]
        new = entry(writer.written(fixed, row))
        kept.put((writer.number, writer.key({**row, "version": fixed["version"]})), new)
        known[place] = new[0]
