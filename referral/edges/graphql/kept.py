"""Listings as they were written, kept for as long as their rows stay the same.

Whether one may be used is asked of the database each time, with the page itself: a row that was touched has another
version, so what is kept can be forgotten at any time and is never out of date.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import cast

from orjson import Fragment

from referral.directory.searching import search
from referral.directory.searching.search import Found, Paging, Row, Search
from referral.edges.graphql.selections import ListingWriter, Selection
from referral.foundation.db import Reader

MOST_BYTES = 8 * 1024 * 1024
OVERHEAD = 400  # bytes that an entry takes beside its text, as measured: its key, and what the memory itself needs

Key = tuple[int, tuple[object, ...]]  # of the writer, and of the row
Entry = tuple[Fragment, int]  # and its size


class Kept:
    """What was asked for longest ago goes first where there is no more room."""

    def __init__(self) -> None:
        self.entries: OrderedDict[Key, Entry] = OrderedDict()
        self.size = 0

    def get(self, number: int, rows: Iterable[tuple[object, ...]]) -> list[Fragment | None]:
        """What a writer has written for these rows; None for each that it has not."""
        found: list[Fragment | None] = []
        for row in rows:
            known = self.entries.get((number, row))
            if known is not None:
                self.entries.move_to_end((number, row))
            found.append(known and known[0])
        return found

    def put(self, key: Key, entry: Entry) -> None:
        before = self.entries.pop(key, None)
        self.entries[key] = entry
        self.size += entry[1] - (before[1] if before else 0)
        while self.size > MOST_BYTES:
            _, (_, size) = self.entries.popitem(last=False)
            self.size -= size


def entry(written: bytes) -> Entry:
    own = bytes(memoryview(written))  # its own size: the writer's buffer is longer
    return Fragment(own), len(own) + OVERHEAD


async def written_page(
    at: Reader, kept: Kept, selection: Selection, wanted: Search, paging: Paging, *, is_dated: bool = False
) -> tuple[Found[Row], dict[str, Sequence[object]]]:
    """A page of a search, and its lists as they stand in the answer. `is_dated` as in `search.find_columns`.

    Raises ValidationFailed as `search.find` does, and KeyError, TypeError or ValueError where a row does not fit the
    schema or was taken back just now.
    """
    found = await search.find_columns(at, wanted, selection.changing, paging, is_dated=is_dated)
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
