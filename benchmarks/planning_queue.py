"""What does a plan of a real queue cost whoever serves? 10,000 sealed requests and 1,000 offices in a database.

The question is read from the database by the same path as `planAssignments`, goes to the process that solves, and the
answer is kept. Measured are the seconds until the plan is kept, how long anybody else who is served here waits at most
meanwhile, and what the memory of whoever serves rises to (`planning.py` has that of the other). All is synthetic; the
database is made for this and taken away again.

    .venv/bin/python benchmarks/planning_queue.py
"""

import argparse
import asyncio
import resource
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from uuid import uuid4

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from referral.edges import planner  # noqa: E402
from referral.edges.house import House  # noqa: E402
from referral.foundation import embedded, mail, migrate, reference  # noqa: E402
from referral.foundation.actors import StaffRole, Visitor  # noqa: E402
from referral.foundation.clock import now  # noqa: E402
from referral.foundation.db import connect, many  # noqa: E402
from referral.foundation.keys.folder import open_vault  # noqa: E402
from referral.foundation.keys.root import FileRoot  # noqa: E402
from referral.foundation.settings import Settings  # noqa: E402
from referral.foundation.vocabulary import HelpType  # noqa: E402
from referral.intake import submitting  # noqa: E402
from referral.intake.words import UrgencyCriterion  # noqa: E402
from referral.triage import plans, staff  # noqa: E402
from referral.triage.plans import Asked  # noqa: E402
from tests import given, killer  # noqa: E402

REQUESTS, OFFICES = 10_000, 1_000
TOWNS = 400
SEED = 20261126
SECONDS = 120.0
LANGUAGES = ("es", "ht", "mam", "ar", "fa", "pt", "fr", "zh", "ru", "quc")
HELP = (HelpType.LEGAL_ASYLUM, HelpType.LEGAL_REMOVAL_DEFENSE, HelpType.LEGAL_ORIENTATION, HelpType.HUM_SHELTER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    latitude: float
    longitude: float


@asynccontextmanager
async def seeded(folder: Path, requests: int, offices: int) -> AsyncGenerator[House]:
    """A house with so many people in its queue."""
    chance = Random(SEED)  # noqa: S311 - the same world each time, no secret
    with embedded.running(folder) as cluster:
        await migrate.upgrade(cluster.dsn)
        database = await connect(cluster.dsn)
        try:
            await reference.load(database, progress=lambda _what, _done, _total: None)
            towns = await many(
                database.reader,
                Town,
                """
                SELECT latitude, longitude FROM place
                 WHERE kind = 'town' AND country = 'US' ORDER BY population DESC, id LIMIT $1""",
                TOWNS,
            )
            settings = Settings(home=folder)
            house = House(
                settings=settings,
                database=database,
                vault=open_vault(settings.key_folder, FileRoot(settings.key_file)),
                mailer=mail.mailer(settings),
            )
            for number in range(offices):
                town = chance.choice(towns)
                await given.office(
                    database,
                    name=f"Synthetic Office {number}",
                    point=(town.latitude, town.longitude),
                    languages=tuple(chance.sample(LANGUAGES, 3)),
                    help_types=tuple(chance.sample(HELP, 2)),
                    places=chance.randint(1, 12),
                )
            await ask(house, chance, towns, requests)
            yield house
        finally:
            await database.close()


async def ask(house: House, chance: Random, towns: list[Town], requests: int) -> None:
    for start in range(0, requests, killer.AT_ONCE):
        async with house.database.transaction() as tx:
            for number in range(start, min(requests, start + killer.AT_ONCE)):
                town, spoken = chance.choice(towns), tuple(chance.sample(LANGUAGES, chance.randint(1, 2)))
                here = replace(killer.HERE, latitude=town.latitude, longitude=town.longitude)
                found = replace(killer.FOUND, languages={tag: tag for tag in spoken}, place=here)
                answers = replace(
                    killer.someone(number),
                    languages=spoken,
                    help_types=tuple(chance.sample(HELP, 1)),
                    circumstances=(UrgencyCriterion.MEDICAL_EMERGENCY,) if chance.random() < 0.1 else (),
                )
                await submitting.submit(tx, house.vault, Visitor(), answers, found, now=now())


class Watched:
    """How long somebody else who is served by this process would have waited at most, and how large it becomes."""

    def __init__(self) -> None:
        self.longest, self.largest = 0.0, memory_mb()

    async def watch(self) -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.005)
            self.longest = max(self.longest, time.perf_counter() - began - 0.005)
            self.largest = max(self.largest, memory_mb())


async def measured(requests: int, offices: int) -> list[tuple[str, str]]:
    with tempfile.TemporaryDirectory(prefix="referral-planning-") as folder:
        try:
            async with seeded(Path(folder), requests, offices) as house:
                async with house.database.transaction() as tx:
                    anna = await staff.add(
                        tx, email="anna@demo.invalid", name="Anna", role=StaffRole.INTAKE, password="x" * 20, now=now()
                    )
                planner.SECONDS = SECONDS  # a busy machine is measured too, not refused
                before, watched = memory_mb(), Watched()
                watching = asyncio.ensure_future(watched.watch())
                began, used = time.perf_counter(), time.process_time()
                id = await planner.make(house, anna, Asked(idempotency_key=str(uuid4())))
                seconds, own = time.perf_counter() - began, time.process_time() - used
                watching.cancel()
                made = await plans.plan(house.database.reader, id)
                assert made is not None  # noqa: S101 - it was kept a moment ago
                return [
                    ("a queue in the database", f"{requests:,} requests, {offices:,} offices"),
                    ("proposed", f"{made.matched:,}"),
                    ("read, solved and kept, s", f"{seconds:.2f}"),
                    ("of it computing of whoever serves, s", f"{own:.2f}"),
                    ("anybody else waits at most, s", f"{watched.longest:.2f}"),
                    ("memory of whoever serves, MB before", f"{before:.0f}"),
                    ("memory of whoever serves, MB at most", f"{watched.largest:.0f}"),
                ]
        finally:
            embedded.erase(Path(folder))


def memory_mb() -> float:
    """As of now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", nargs="*", type=int, metavar="N", help="requests and offices")
    asked = parser.parse_args().sizes[:2]
    for name, value in asyncio.run(measured(*(asked or (REQUESTS, OFFICES)))):
        print(f"{name:48}{value}")
