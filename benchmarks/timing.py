"""Does the time of an answer tell a wrong receipt or password from one that nobody has? Right ones stand beside them.

    python benchmarks/timing.py --pairs 20000            # all but the stretching (Argon2id)
    python benchmarks/timing.py --whole 300              # with it, through the real functions, in a database of its own

Right, wrong and missing are asked in random order, one after the other. Welch's t compares each two of them, of all
times and of those below several percentiles, as dudect does it: above 4.5 at any of them there is a difference. The
stretching costs 20 ms (a receipt) to 100 ms (a password) each time whatever is right, so that 20,000 pairs of it take
hours; it is left out by `--pairs`, where a difference of all else would be lost in its noise. Whoever is right sees it
by the answer, so that its time tells nothing more, and does not count for the exit code.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from itertools import combinations
from math import sqrt
from pathlib import Path
from statistics import fmean, median, variance
from uuid import uuid4

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from referral.foundation import embedded, migrate, reference  # noqa: E402
from referral.foundation.actors import StaffRole, Visitor  # noqa: E402
from referral.foundation.db import Database, connect  # noqa: E402
from referral.foundation.errors import NotAllowed  # noqa: E402
from referral.foundation.keys.folder import open_vault  # noqa: E402
from referral.foundation.keys.root import FileRoot  # noqa: E402
from referral.foundation.vault import Vault  # noqa: E402
from referral.intake import receipts, requests, submitting  # noqa: E402
from referral.intake.receipts import Receipt  # noqa: E402
from referral.triage import staff  # noqa: E402
from referral.triage.entry import passwords, signing_in  # noqa: E402
from referral.triage.entry.sessions import Policy  # noqa: E402
from tests import killer  # noqa: E402

LIMIT = 4.5
DICE = random.Random(20261126)  # noqa: S311 - the order of questions is no secret
CROPS = (1.0, 0.99, 0.95, 0.9, 0.75, 0.5)
WARMING = 50
FEWEST = 20  # below, a percentile says nothing
PEOPLE = 20
KNOWN, UNKNOWN = "synthetic-known@demo.invalid", "synthetic-other@demo.invalid"
PASSWORD, WRONG = "seven grey herons wade", "seven grey herons walk"
Ask = Callable[[], Awaitable[object]]
Times = dict[str, list[float]]


class Undone(Exception):  # noqa: N818 - no error: nothing that was measured is kept
    """The transaction is taken back."""


def welch(one: list[float], other: list[float]) -> float:
    """Welch's t of two samples."""
    if min(len(one), len(other)) < FEWEST:
        return 0.0
    error = sqrt(variance(one) / len(one) + variance(other) / len(other))
    return (fmean(one) - fmean(other)) / error if error else 0.0


def worst(one: list[float], other: list[float]) -> float:
    """The t that is farthest from zero, of all times and of those that are not above a percentile of both together."""
    both, found = sorted([*one, *other]), 0.0
    for share in CROPS:
        most = both[int(len(both) * share) - 1]
        t = welch([a for a in one if a <= most], [b for b in other if b <= most])
        found = max(found, t, key=abs)
    return found


async def timed(kinds: Mapping[str, Ask], pairs: int) -> Times:
    """So many times of each, in random order."""
    order = [*kinds] * pairs
    DICE.shuffle(order)
    for name in [*kinds] * WARMING:
        await kinds[name]()
    took: Times = {name: [] for name in kinds}
    for name in order:
        began = time.perf_counter()
        await kinds[name]()
        took[name].append(time.perf_counter() - began)
    return took


def told(what: str, took: Times) -> bool:
    """Print the comparison; whether every t is below the limit."""
    well = True
    for one, other in combinations(took, 2):
        t = worst(took[one], took[other])
        well &= abs(t) < LIMIT or "right" in (one, other)
        print(
            f"{what:24} {one:>8} {median(took[one]) * 1e6:>9,.1f} us {other:>8} {median(took[other]) * 1e6:>9,.1f} us"
            f"  {len(took[one]):>7,} pairs  t = {t:>7.2f}  {'' if abs(t) < LIMIT else 'TELLS'}",
            flush=True,
        )
    return well


# ---------------------------------------------------------------- what is asked
async def people(database: Database, vault: Vault) -> list[Receipt]:
    """Receipts of requests that are there."""
    found: list[Receipt] = []
    for number in range(PEOPLE):
        answers = killer.someone(number)
        sent = await submitting.sending(vault, Visitor(), answers)
        async with database.transaction() as tx:
            await submitting.submit(tx, vault, Visitor(), answers, killer.FOUND, sent=sent, now=datetime.now(UTC))
        found.append(sent.receipt)
    return found


def nobodys(vault: Vault) -> Receipt:
    """With check digits that are right, and no request."""
    return receipts.derive(vault, uuid4().bytes)


def mistyped(receipt: Receipt) -> str:
    """With one digit that is wrong, so that it can be no receipt."""
    at = DICE.randrange(len(receipt))
    return receipt[:at] + str((int(receipt[at]) + DICE.randrange(1, 10)) % 10) + receipt[at + 1 :]


def by_receipt(database: Database, vault: Vault, given_out: list[Receipt]) -> dict[str, Ask]:
    right = [DICE.choice(given_out) for _ in range(997)]
    wrong, missing = [nobodys(vault) for _ in right], [mistyped(one) for one in right]

    def asking(written: list[str]) -> Ask:
        return lambda: requests.by_receipt(database.reader, vault, DICE.choice(written))

    return {"right": asking([*right]), "wrong": asking([*wrong]), "missing": asking([*missing])}


async def by_password(database: Database, vault: Vault) -> dict[str, Ask]:
    async with database.transaction() as tx:
        await staff.add(
            tx, email=KNOWN, name="Synthetic", role=StaffRole.INTAKE, password=PASSWORD, now=datetime.now(UTC)
        )

    def asking(email: str, password: str) -> Ask:
        async def asked() -> None:
            """As the door does it, but nothing is kept."""
            with suppress(NotAllowed, Undone):
                async with database.transaction() as tx:
                    await signing_in.sign_in(tx, vault, Policy(), email=email, password=password, now=datetime.now(UTC))
                    raise Undone

        return asked

    return {"right": asking(KNOWN, PASSWORD), "wrong": asking(KNOWN, WRONG), "missing": asking(UNKNOWN, WRONG)}


async def main(pairs: int, whole: int) -> bool:
    with tempfile.TemporaryDirectory(prefix="referral-bench-") as folder, embedded.running(Path(folder)) as cluster:
        await migrate.upgrade(cluster.dsn)
        database = await connect(cluster.dsn)
        try:
            await reference.load(database, progress=lambda _what, _done, _total: None)
            vault = open_vault(Path(folder) / "keys", FileRoot(Path(folder) / "keys" / "root.key"))
            kinds = by_receipt(database, vault, await people(database, vault))
            well = told("receipt, whole", await timed(kinds, whole)) if whole else True
            doors = await by_password(database, vault)
            well &= told("login, whole", await timed(doors, whole)) if whole else True
            if pairs:
                slow = receipts.stretched, passwords.is_right
                receipts.stretched, passwords.is_right = nothing_stretched, nothing_hashed
                try:
                    well &= told("receipt, but stretching", await timed(unstretched(kinds), pairs))
                    well &= told("login, but stretching", await timed(doors, pairs))
                finally:
                    receipts.stretched, passwords.is_right = slow
        finally:
            await database.close()
        embedded.erase(Path(folder))
    return well


def nothing_stretched(_receipt: Receipt, _salt: bytes) -> bytes:
    return bytes(receipts.KEY_BYTES)


def nothing_hashed(known: str, password: str) -> bool:
    return known != passwords.DECOY and password == PASSWORD


def unstretched(kinds: Mapping[str, Ask]) -> dict[str, Ask]:
    """The same, where a right receipt ends at its copy that does not open: nothing was stretched."""

    def asking(ask: Ask) -> Ask:
        async def asked() -> None:
            try:
                await ask()
            except Exception:  # noqa: BLE001 - what was left out here makes the copy not open
                return

        return asked

    return {name: asking(ask) for name, ask in kinds.items()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=20_000, help="without the stretching; 0 leaves it out")
    parser.add_argument("--whole", type=int, default=300, help="with the stretching; 0 leaves it out")
    words = parser.parse_args()
    sys.exit(0 if asyncio.run(main(words.pairs, words.whole)) else 1)
