"""Does the time of an answer tell a wrong receipt or password from one that nobody has, or from the right one?

    python benchmarks/timing.py                  # all of it: an hour at the least
    python benchmarks/timing.py --pairs 20000 --whole 0 --http 0 --http-whole 0

Right, wrong and missing are asked in random order. Welch's t compares each two of them (`timing_compared`): above 4.5
there is a difference. "Seen from" says how large one has to be to be found among so many answers in so much noise.

--pairs       the domain functions alone, one after the other, with the stretching (Argon2id) at its cheapest: it costs
              20 ms (a receipt) to 100 ms (a password) each time whatever is right, so that 20,000 pairs take hours and
              a difference of all else is lost in its noise. What is right has more to be done there, and shows it: it
              does not count for the exit code.
--whole       the same with the stretching as it is.
--http        whole answers over HTTP of a running server (`timing_http`), the stretching at its cheapest. Here what is
              right counts: answers go at ticks.
--http-whole  the same with the stretching as it is.
--control     over HTTP without ticks, so that one sees that a difference would be found. It does not count.
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
from itertools import count
from pathlib import Path
from uuid import uuid4

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import timing_http  # noqa: E402
from timing_compared import Times, told  # noqa: E402
from timing_http import Doorbell, Served  # noqa: E402
from timing_served import cheap  # noqa: E402

from referral.foundation import embedded, migrate, reference  # noqa: E402
from referral.foundation.actors import StaffRole, Visitor  # noqa: E402
from referral.foundation.db import Database, connect, execute  # noqa: E402
from referral.foundation.errors import NotAllowed  # noqa: E402
from referral.foundation.keys.folder import open_vault  # noqa: E402
from referral.foundation.keys.root import FileRoot  # noqa: E402
from referral.foundation.vault import Vault  # noqa: E402
from referral.intake import receipts, requests, submitting  # noqa: E402
from referral.intake.receipts import Receipt  # noqa: E402
from referral.triage import staff  # noqa: E402
from referral.triage.entry import signing_in  # noqa: E402
from referral.triage.entry.sessions import Policy  # noqa: E402
from tests import killer  # noqa: E402

DICE = random.Random(20261126)  # noqa: S311 - the order of questions is no secret
WARMING = 50
PEOPLE = 20
DOORS = ("graphql", "page", "login")
RECEIPTS = 997
TRIES_OF_ONE = 8  # of ten that an account has in a quarter of an hour
PASSWORD, WRONG = "seven grey herons wade", "seven grey herons walk"
NUMBERS = count()  # of people and accounts, none of whom exists
Ask = Callable[[], Awaitable[object]]


class Undone(Exception):  # noqa: N818 - no error: nothing that was measured is kept
    """The transaction is taken back."""


async def timed(kinds: Mapping[str, Ask], pairs: int) -> Times:
    """So many times of each, one after the other in random order."""
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


# ---------------------------------------------------------------- what is asked
async def people(database: Database, vault: Vault) -> list[Receipt]:
    """Receipts of requests that are there."""
    found: list[Receipt] = []
    for _ in range(PEOPLE):
        answers = killer.someone(next(NUMBERS))
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


def codes(vault: Vault, given_out: list[Receipt]) -> dict[str, list[str]]:
    """As many of each kind."""
    right = [DICE.choice(given_out) for _ in range(RECEIPTS)]
    return {
        "right": [*right],
        "wrong": [nobodys(vault) for _ in right],
        "missing": [mistyped(one) for one in right],
    }


async def accounts(database: Database, many: int) -> dict[str, list[tuple[str, str]]]:
    """So many accounts of one password, with it and with a wrong one, and as many addresses of nobody."""
    mark = next(NUMBERS)
    known = [f"synthetic-known-{mark}-{number}@demo.invalid" for number in range(many)]
    async with database.transaction() as tx:
        first = await staff.add(
            tx, email=known[0], name="Synthetic", role=StaffRole.INTAKE, password=PASSWORD, now=datetime.now(UTC)
        )
        await execute(
            tx,
            """
            INSERT INTO staff (id, email, name, role, password_hash, created_at)
            SELECT gen_random_uuid(), other, name, role, password_hash, created_at
              FROM staff CROSS JOIN unnest($2::text[]) AS other
             WHERE id = $1""",
            first.id,
            known[1:],
        )
        await execute(tx, "ANALYZE staff")
    return {
        "right": [(email, PASSWORD) for email in known],
        "wrong": [(email, WRONG) for email in known],
        "missing": [(email.replace("known", "other"), WRONG) for email in known],
    }


# ---------------------------------------------------------------- asked of the domain
def by_receipt(database: Database, vault: Vault, written: Mapping[str, list[str]]) -> dict[str, Ask]:
    def asking(kind: str) -> Ask:
        return lambda: requests.by_receipt(database.reader, vault, DICE.choice(written[kind]))

    return {kind: asking(kind) for kind in written}


def by_password(database: Database, vault: Vault, known: Mapping[str, list[tuple[str, str]]]) -> dict[str, Ask]:
    def asking(kind: str) -> Ask:
        async def asked() -> None:
            """As the door does it, but nothing is kept."""
            email, password = DICE.choice(known[kind])
            with suppress(NotAllowed, Undone):
                async with database.transaction() as tx:
                    await signing_in.sign_in(tx, vault, Policy(), email=email, password=password, now=datetime.now(UTC))
                    raise Undone

        return asked

    return {kind: asking(kind) for kind in known}


async def of_domain(database: Database, vault: Vault, pairs: int, *, how: str) -> bool:
    if not pairs:
        return True
    by_code = by_receipt(database, vault, codes(vault, await people(database, vault)))
    well = told(f"receipt, domain, {how}", await timed(by_code, pairs), right_counts=False)
    by_word = by_password(database, vault, await accounts(database, PEOPLE))
    return told(f"login, domain, {how}", await timed(by_word, pairs), right_counts=False) and well


# ---------------------------------------------------------------- asked over HTTP
async def over_http(
    database: Database, vault: Vault, served: Served, pairs: int, asked: argparse.Namespace, *, how: str
) -> bool:
    if not pairs:
        return True
    well, connections = True, asked.connections if served.is_cheap else asked.connections_whole
    for name in asked.doors:
        bell = await doorbell(name, database, vault, pairs)
        # A password takes five times as long as a receipt, and two are looked at at once.
        many = connections if served.is_cheap or name != "login" else 1
        took = timing_http.answered(await timing_http.timed(served, bell, pairs, many), asked.tick)
        well &= told(f"{name}, HTTP, {how}", took, right_counts=True)
    return well


async def doorbell(name: str, database: Database, vault: Vault, pairs: int) -> Doorbell:
    if name == "login":
        return timing_http.login(await accounts(database, -(-pairs // TRIES_OF_ONE)))
    written = codes(vault, await people(database, vault))
    return timing_http.graphql(written) if name == "graphql" else timing_http.page(written)


async def main(asked: argparse.Namespace) -> bool:
    with tempfile.TemporaryDirectory(prefix="referral-bench-") as name, embedded.running(Path(name)) as cluster:
        folder = Path(name)
        await migrate.upgrade(cluster.dsn)
        database = await connect(cluster.dsn)
        try:
            await reference.load(database, progress=lambda _what, _done, _total: None)
            vault = open_vault(folder / "keys", FileRoot(folder / "keys" / "root.key"))
            well = await measured(database, vault, cluster.dsn, folder, asked)
        finally:
            await database.close()
        embedded.erase(folder)
    return well


async def measured(database: Database, vault: Vault, dsn: str, folder: Path, asked: argparse.Namespace) -> bool:
    def served(*, is_cheap: bool, has_ticks: bool = True) -> Served:
        tick = asked.tick
        return Served(dsn=dsn, folder=folder, tick_milliseconds=tick, is_cheap=is_cheap, has_ticks=has_ticks)

    well = await of_domain(database, vault, asked.whole, how="whole")
    well &= await over_http(database, vault, served(is_cheap=False), asked.http_whole, asked, how="whole")
    with cheap():
        well &= await of_domain(database, vault, asked.pairs, how="cheap")
        well &= await over_http(database, vault, served(is_cheap=True), asked.http, asked, how="cheap")
        tickless = served(is_cheap=True, has_ticks=False)
        await over_http(database, vault, tickless, asked.control, asked, how="no ticks")
    return well


def words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=20_000, help="0 leaves it out, here and below")
    parser.add_argument("--whole", type=int, default=300)
    parser.add_argument("--http", type=int, default=20_000)
    parser.add_argument("--http-whole", type=int, default=1_000)
    parser.add_argument("--control", type=int, default=2_000)
    parser.add_argument(
        "--doors", nargs="+", choices=("graphql", "page", "login"), default=["graphql", "page", "login"]
    )
    parser.add_argument("--connections", type=int, default=32, help="at once")
    parser.add_argument("--connections-whole", type=int, default=4, help="at once, where hashes take their time")
    parser.add_argument("--tick", type=int, default=250, help="milliseconds")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(main(words())) else 1)
