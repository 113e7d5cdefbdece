"""`make bench`: what this service costs, side by side with its peers, in one run on one machine.

Seven parts, each of which can be asked for alone: `search` (does it find what brute force finds, and how does it grow),
`ranking` (one ranking with every reason, for ordinary and for hard requests),
`serving` (next to PostGraphile, the usual Strawberry application and two ceilings), `mixed` (ten minutes of everything
at once), `writing` (submissions and places taken, next to pgbench), `paths` (the hot paths), `planning` (many requests
and few places, next to the solver alone). Databases are kept under build/benchmarks, so only the first run makes them:
10,000 listings take half a minute, 100,000 two, a million about fifteen. With --write the tables go into
docs/performance.md.
"""

import argparse
import os
import platform
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import hot_paths
import mixed
import planning
import ranking
import searching
import seeded
import serving
import uvloop
import writing
from chart import Bar, svg

from referral.foundation import embedded, migrate
from referral.foundation.db import Database, connect, value

PROJECT = Path(__file__).resolve().parents[1]
HOME = PROJECT / "build" / "benchmarks"
PAGE = PROJECT / "docs" / "performance.md"
PLOT = PROJECT / "docs" / "performance.svg"
PARTS = ("search", "ranking", "serving", "mixed", "writing", "paths", "planning")
SIZES = (10_000, 100_000, 1_000_000)
SERVED = 100_000
SEARCHES = 2_000
MIXED_SECONDS = 600
Table = list[tuple[str, ...]]


@asynccontextmanager
async def directory(size: int) -> AsyncGenerator[tuple[Database, int]]:
    """A database with so many synthetic listings, and the process id of its Postgres."""
    print(f"Preparing {size:,} listings.", flush=True)
    with embedded.running(HOME / str(size), tell=print) as cluster:
        await migrate.upgrade(cluster.dsn)
        database = await connect(cluster.dsn)
        try:
            await seeded.build(database, size)
            yield database, cluster.pid
        finally:
            await database.close()


async def searched(sizes: list[int]) -> Table:
    lines: Table = [("listings", "searches equal to brute force", "p50 ms", "p99 ms", "p50 x smallest")]
    smallest = 0.0
    for size in sizes:
        async with directory(size) as (database, _):
            result = await searching.measured(database, size, SEARCHES)
        smallest = smallest or result.p50
        lines.append(
            (
                f"{size:,}",
                f"{result.searches:,}",
                f"{result.p50:.2f}",
                f"{result.p99:.2f}",
                f"{result.p50 / smallest:.2f}",
            )
        )
    return lines


async def ranked(sizes: list[int]) -> Table:
    results: list[ranking.Result] = []
    for size in sizes:
        async with directory(size) as (database, _):
            results += await ranking.measured(database, size)
    return ranking.rows(results)


async def served(size: int) -> tuple[Table, list[Bar], list[str]]:
    async with directory(size) as (database, postmaster):
        chosen, left_out = await serving.measured(database, postmaster, HOME / "serving")
    bars = [
        Bar(one.name, one.typical("per_second"), f"{one.typical('per_second'):,.0f}", one.server == "ours")
        for one in chosen
        if not one.is_new
    ]
    return serving.rows(chosen), bars, left_out


async def run(parts: list[str], sizes: list[int], size: int, *, write: bool) -> None:
    tables: dict[str, Table] = {}
    if "search" in parts:
        tables["search"] = await searched(sizes)
    tables |= {"ranking": await ranked(sizes)} if "ranking" in parts else {}
    if "serving" in parts:
        tables["serving"], bars, left_out = await served(size)
        print(*left_out, sep="\n")
        if write:
            PLOT.write_text(
                svg(f"Searches answered a second, {size:,} listings, 16 connections", bars), encoding="utf-8"
            )
    if "mixed" in parts:
        async with directory(size) as (database, _):
            tables["mixed"] = mixed.rows(await mixed.measured(database, HOME / "serving", MIXED_SECONDS))
    if "writing" in parts:
        async with directory(sizes[0]) as (database, postmaster):
            tables["writing"] = writing.rows(await writing.measured(database, postmaster))
    if "paths" in parts:
        async with directory(sizes[0]) as (database, _):
            tables["paths"] = await hot_paths.rows(database)
    tables |= {"planning": planning.rows()} if "planning" in parts else {}
    async with directory(sizes[0]) as (database, _):
        server = await value(database.reader, "SHOW server_version")
    machine = (
        f"Python {platform.python_version()}, Postgres {server}, {os.cpu_count()} shared cores, "
        f"load {os.getloadavg()[0]:.1f}, {datetime.now(tz=UTC):%d %B %Y}"
    )
    print(machine)
    for name, lines in tables.items():
        print(f"\n{name}\n{aligned(lines)}")
    if write:
        page = PAGE.read_text(encoding="utf-8")
        for name, lines in tables.items():
            page = between(page, name, f"{machine}\n\n{marked_down(lines)}")
        PAGE.write_text(page, encoding="utf-8")


def aligned(lines: Table) -> str:
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        line[0].ljust(widths[0])
        + "".join(f"  {cell.rjust(width)}" for cell, width in zip(line[1:], widths[1:], strict=True))
        for line in lines
    )


def marked_down(lines: Table) -> str:
    head, *body = lines
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, rule, *body))


def between(page: str, name: str, text: str) -> str:
    """The page with another text between the marks of a part."""
    start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    return re.sub(f"{start}.*?{end}", lambda _: f"{start}\n{text}\n{end}", page, flags=re.DOTALL)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all if none is named")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="listings to search in, smallest first")
    parser.add_argument("--served", type=int, default=SERVED, help="listings to serve")
    parser.add_argument("--write", action="store_true", help="write the tables and the plot into docs/")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    sizes = sorted(int(size) for size in asked.sizes.split(","))
    uvloop.run(run(asked.parts or list(PARTS), sizes, asked.served, write=asked.write))


if __name__ == "__main__":
    main()
