"""Many clients that write through the domain functions, as the doors do: a transaction around one call.

A process of its own, so that two of them may use two cores as pgbench does. What is measured is printed as JSON.
"""

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from hashlib import md5
from itertools import count
from pathlib import Path
from uuid import UUID

import hot_paths
import uvloop

from referral.foundation.actors import ActorKind
from referral.foundation.clock import now
from referral.foundation.db import Database, connect
from referral.foundation.errors import AlreadyAnswered, NoCapacity
from referral.foundation.keys.folder import open_vault
from referral.foundation.keys.root import FileRoot
from referral.foundation.vault import Vault
from referral.referrals import answering
from referral.referrals.notes import By
from referral.referrals.words import ReferralAnswer

PROVIDER = By(kind=ActorKind.PROVIDER_STAFF)


@dataclass(slots=True)
class Tally:
    """What the clients of one process have done."""

    counts_from: float
    cpu: float = 0.0  # of this process, when counting begins
    done: int = 0
    in_all: int = 0
    gave_up: int = 0


def made(kind: str, number: int) -> UUID:
    """The id of a row that writing.py prepared."""
    return UUID(md5(f"{kind} {number}".encode(), usedforsecurity=False).hexdigest())


async def accept(database: Database, vault: Vault, id: UUID) -> None:
    """A provider says yes to one offer."""
    async with database.transaction() as tx:
        await answering.answer(tx, vault, id, ReferralAnswer.ACCEPT, PROVIDER, now=now())


async def client(once: Callable[[], Awaitable[object]], until: float, tally: Tally) -> None:
    """Write until the time is over, or nothing is left."""
    while time.perf_counter() < until:
        try:
            await once()
        except (NoCapacity, AlreadyAnswered):  # a process that died had answered it
            continue
        except TimeoutError:  # waited for the place as long as the pool allows; a door says: try again
            tally.gave_up += 1
        except Exhausted:
            return
        else:
            tally.in_all += 1
            if time.perf_counter() >= tally.counts_from:
                tally.cpu = tally.cpu or time.process_time()
                tally.done += 1


class Exhausted(Exception):  # noqa: N818 - not an error: every offer has been answered
    """No prepared offer is left."""


def following(numbers: Iterator[int], last: int) -> int:
    number = next(numbers)
    if number > last:
        raise Exhausted
    return number


async def run(asked: argparse.Namespace) -> dict[str, float]:
    database = await connect(os.environ["REFERRAL_DATABASE_URL"], size=asked.clients)
    numbers = count(asked.start, asked.step)
    with tempfile.TemporaryDirectory() as keys:
        vault = open_vault(Path(keys), FileRoot(Path(keys) / "root.key"))
        stretched = await hot_paths.stretched_once(vault)

        async def once() -> None:
            if asked.what == "submit":
                await hot_paths.submitted(database, vault, stretched)
            else:
                await accept(database, vault, made("referral", following(numbers, asked.last)))

        await asyncio.gather(*(database.pool.fetchval("SELECT pg_sleep(0.1)") for _ in range(asked.clients)))
        began = time.perf_counter()
        tally = Tally(counts_from=began + asked.warming)
        async with asyncio.TaskGroup() as clients:
            for _ in range(asked.clients):
                clients.create_task(client(once, tally.counts_from + asked.seconds, tally))
        seconds = time.perf_counter() - tally.counts_from
        cpu_seconds = (time.process_time() - tally.cpu) / max(1, tally.done) * tally.in_all
    await database.close()
    return {
        "per_second": tally.done / seconds,
        "in_all": tally.in_all,
        "cpu_seconds": cpu_seconds,
        "gave_up": tally.gave_up,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("submit", "take"))
    parser.add_argument("--clients", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--warming", type=float, default=0, help="seconds before anything is counted")
    parser.add_argument("--start", type=int, default=1, help="the first offer to answer")
    parser.add_argument("--step", type=int, default=1, help="to the next one")
    parser.add_argument("--last", type=int, default=0, help="the last one there is")
    print(json.dumps(uvloop.run(run(parser.parse_args()))))


if __name__ == "__main__":
    main()
