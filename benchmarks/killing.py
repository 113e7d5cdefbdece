"""Is each effect there exactly once when workers are killed all the time? 100 kills by SIGKILL over 10,000 jobs.

Two worker processes (`referral worker`) match 5,000 fictional people and write to whom they are offered, by way of a
real mail server on loopback. Whenever another hundredth of the jobs is done one of them is killed at a random moment
and a new one started. At the end every effect is counted: what must not be is printed with its number, which is to be
0, and the exit code is 1 if one is not. The database is made for this and taken away again.

    .venv/bin/python benchmarks/killing.py
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from referral.foundation import embedded, migrate, reference  # noqa: E402
from referral.foundation.db import connect  # noqa: E402
from referral.foundation.keys.folder import open_vault  # noqa: E402
from referral.foundation.keys.root import FileRoot  # noqa: E402
from referral.foundation.settings import Settings  # noqa: E402
from tests import given, killer  # noqa: E402
from tests.killer import Came  # noqa: E402
from tests.postbox import Postbox, listening  # noqa: E402

OFFICES = 40
MOST_PLACES = 100_000


async def killing(home: Path, *, jobs: int, kills: int, seed: int) -> Came:
    people, post = jobs // 2, Postbox()
    with embedded.running(home) as cluster:
        await migrate.upgrade(cluster.dsn)
        database = await connect(cluster.dsn)
        try:
            await reference.load(database, progress=lambda _what, _done, _total: None)
            for number in range(OFFICES):
                await given.office(database, name=f"Office {number}", places=min(people, MOST_PLACES))
            await killer.ask(database, open_vault(home / "keys", FileRoot(Settings(home=home).key_file)), people)
            print(f"{people:,} people have asked. Killing begins.", flush=True)
            async with killer.watched(database):
                with listening(post) as port:
                    surroundings = {
                        "REFERRAL_HOME": str(home),
                        "REFERRAL_DATABASE_URL": cluster.dsn,
                        "REFERRAL_SMTP_URL": f"smtp://127.0.0.1:{port}",
                    }
                    return await killer.work(
                        database, surroundings, post.received, jobs=2 * people, kills=kills, seed=seed
                    )
        finally:
            await database.close()


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--jobs", type=int, default=10_000, help="how many jobs, half of them matches")
    asked.add_argument("--kills", type=int, default=100, help="how many workers are killed")
    asked.add_argument("--seed", type=int, default=20261126, help="decides the moments")
    chosen = asked.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="referral-killing-") as folder:
        try:
            came = asyncio.run(killing(Path(folder), jobs=chosen.jobs, kills=chosen.kills, seed=chosen.seed))
        finally:
            embedded.erase(Path(folder))
    print(f"{came.kills} workers killed over {came.jobs:,} jobs in {time.monotonic() - began:.0f} s.")
    print(f"Begun by one worker and done by another: {came.taken_over}. Failed and tried again: {came.failed_once}.")
    print(f"Letters: {came.letters:,}; different ones by their Message-ID: {came.different_letters:,}.")
    for what, number in came.broken.items():
        print(f"{number:>6}  {what}")
    return 1 if any(came.broken.values()) or came.different_letters != came.jobs // 2 else 0


if __name__ == "__main__":
    sys.exit(main())
