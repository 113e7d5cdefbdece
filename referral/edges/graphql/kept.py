"""Listings as they were written, kept for as long as their rows stay the same.

Whether one may be used is asked of the database each time, with the page itself: a row that was touched has another
version, so what is kept can be forgotten at any time and is never out of date.
"""

from collections.abc import Sequence

from orjson import Fragment

from referral.directory import search
from referral.directory.search import Found, Paging, Row, Search
from referral.edges.graphql.selections import ListingWriter, Selection
from referral.foundation.db import Reader

MOST_BYTES = 8 * 1024 * 1024  # of each of two generations
OVERHEAD = 300  # bytes that an entry takes beside its text

Key = tuple[object, ...]


class Kept:
    """Two generations: what is asked for moves to the young one; when that is full, the old one is forgotten."""

    def __init__(self) -> None:
        self.young: dict[Key, bytes] = {}
        self.old: dict[Key, bytes] = {}
        self.size = 0

    def get(self, key: Key) -> bytes | None:
        if (found := self.young.get(key)) is not None:
            return found
        if (found := self.old.get(key)) is not None:
            self.put(key, found)
        return found

    def put(self, key: Key, written: bytes) -> None:
        if self.size > MOST_BYTES:
            self.young, self.old, self.size = {}, self.young, 0
        self.young[key] = bytes(memoryview(written))  # its own size: the writer's buffer is longer
        self.size += len(written) + OVERHEAD


async def written_page(
    at: Reader, kept: Kept, selection: Selection, wanted: Search, paging: Paging
) -> tuple[Found[Row], dict[str, Fragment]]:
    """A page of a search, and its lists as they stand in the answer.

    Raises ValidationFailed as `search.find` does, and KeyError, TypeError or ValueError where a row does not fit the
    schema or was taken back just now.
    """
    found = await search.find_columns(at, wanted, selection.changing, paging)
    listings: dict[tuple[int, object], bytes] = {}
    unknown: list[tuple[ListingWriter, Row]] = []
    for writer in selection.listings:
        for row in found.hits:
            known = kept.get(writer.key(row))
            if known is None:
                unknown.append((writer, row))
            else:
                listings[writer.number, row["id"]] = known
    if unknown:
        listings |= await written_anew(at, kept, unknown)
    return found, selection.written(found.hits, listings)


async def written_anew(
    at: Reader, kept: Kept, unknown: Sequence[tuple[ListingWriter, Row]]
) -> dict[tuple[int, object], bytes]:
    columns = frozenset(name for writer, _ in unknown for name in writer.fixed)
    rows = await search.fixed_columns(at, [row["id"] for _, row in unknown], columns)
    listings: dict[tuple[int, object], bytes] = {}
    for writer, row in unknown:
        fixed = rows[row["id"]]
        written = writer.written(fixed, row)
        listings[writer.number, row["id"]] = written
        kept.put(writer.key({**row, "version": fixed["version"]}), written)
    return listings
