"""Is the last place given once when 10,000 want one of 100? Two processes, 64 connections; then one of them is killed.

All offers are of one provider, and everyone says yes at once. In the second round one of the two processes is ended by
SIGKILL in the middle of its transactions, and a third answers what the dead one left. What must not be is printed with
its number, which is to be 0, and the exit code is 1 if one is not.

    .venv/bin/python benchmarks/last_places.py
"""

import argparse
import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import bench  # noqa: E402
import writing  # noqa: E402
from writing import Case  # noqa: E402

from referral.foundation.db import Database, connect, value  # noqa: E402

LISTINGS = 10_000
PLACES, OFFERS, CLIENTS = 100, 10_000, 64
LONGEST_SECONDS = 600.0


def answering(dsn: str, *, clients: int, start: int, step: int) -> subprocess.Popen[str]:
    """A process whose clients say yes to each step-th offer."""
    return subprocess.Popen(
        [sys.executable, str(HERE / "writers.py"), "take", f"--clients={clients}", f"--seconds={LONGEST_SECONDS}",
         f"--start={start}", f"--step={step}", f"--last={OFFERS}"],
        env={**os.environ, "REFERRAL_DATABASE_URL": dsn}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


async def accepted(database: Database) -> int:
    return await value(database.reader, "SELECT count(*) FROM referral WHERE status = 'accepted'")


async def ended(process: subprocess.Popen[str]) -> None:
    await asyncio.to_thread(process.communicate, timeout=LONGEST_SECONDS + 60)
    if process.returncode != 0:
        raise SystemExit(f"The clients ended with {process.returncode}.")


async def one_round(database: Database, *, kills: bool) -> dict[str, int]:
    """What came out, by what it is called when it is wrong."""
    await writing.prepare(
        database,
        Case(name="", what="take", clients=CLIENTS, providers=1, places=PLACES, offers=OFFERS),
        with_offers=True,
    )
    both = [answering(database.dsn, clients=CLIENTS // 2, start=start, step=2) for start in (1, 2)]
    killed_at = 0
    if kills:
        while (killed_at := await accepted(database)) < PLACES // 4:
            await asyncio.sleep(0.002)
        both[0].kill()
        await asyncio.to_thread(both[0].wait)
        both[0] = answering(database.dsn, clients=CLIENTS // 2, start=1, step=2)
        print(f"One process was killed when {killed_at} places had been given.", flush=True)
    for process in both:
        await ended(process)
    taken: int = await value(database.reader, "SELECT max(taken) FROM capacity WHERE stated = $1", PLACES)
    given = await accepted(database)
    without_history: int = await value(
        database.reader,
        """
        SELECT count(*) FROM referral r
         WHERE r.status = 'accepted'
           AND (SELECT count(*) FROM referral_event e WHERE e.referral_id = r.id AND e.status = 'accepted') <> 1""",
    )
    print(f"{OFFERS:,} said yes to {PLACES} places: {given} were given, {taken} are counted as taken.", flush=True)
    return {
        "places given beyond those there are": max(0, given - PLACES),
        "places nobody got": max(0, PLACES - given),
        "places that the count does not know": abs(given - taken),
        "a yes without its one line of history": without_history,
    }


async def run() -> int:
    wrong = 0
    async with bench.directory(LISTINGS) as (found, _):
        database = await connect(found.dsn, statement_seconds=writing.PREPARING_SECONDS)
        try:
            for kills in (False, True):
                began = time.perf_counter()
                came = await one_round(database, kills=kills)
                for what, count in came.items():
                    print(f"  {what}: {count}")
                print(f"  in {time.perf_counter() - began:.0f} s", flush=True)
                wrong += sum(came.values())
        finally:
            await database.close()
    return 1 if wrong else 0


def main() -> int:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    return asyncio.run(run())


if __name__ == "__main__":
    raise SystemExit(main())
