"""Data keys are wrapped anew while people come in: how many rows a second, and does anybody notice?

    python benchmarks/rewrapping.py --rows 100000

A database of its own is filled with so many sealed requests; this week's key is replaced by a newer generation; then
all are wrapped anew while people go on asking and reading by their receipts. Each refusal and failure is counted.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import LiteralString
from uuid import uuid4

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from referral.foundation import embedded, migrate, reference  # noqa: E402
from referral.foundation.actors import Visitor  # noqa: E402
from referral.foundation.db import Database, connect, execute  # noqa: E402
from referral.foundation.keys.epochs import Kept  # noqa: E402
from referral.foundation.keys.folder import open_vault  # noqa: E402
from referral.foundation.keys.root import FileRoot  # noqa: E402
from referral.foundation.vault import Vault, seal  # noqa: E402
from referral.intake import requests, submitting  # noqa: E402
from referral.sealed import rewrapping  # noqa: E402
from tests import killer  # noqa: E402

AT_ONCE = 2000
PEOPLE = 2

FILL: LiteralString = """
    INSERT INTO help_request (id, status, close_reason, created_at, updated_at, help_types, languages, urgency,
                              respond_by, data_key, facts, question_set, idempotency_hash, body_hash)
    SELECT id, 'closed', 'spam', $4, $4, '{legal_asylum}', '{es}', 'normal', $4, data_key, facts, 'bench',
           uuid_send(id), ''
      FROM unnest($1::uuid[], $2::bytea[], $3::bytea[]) AS made(id, data_key, facts)"""


async def fill(database: Database, vault: Vault, rows: int, now: datetime) -> None:
    for start in range(0, rows, AT_ONCE):
        ids = [uuid4() for _ in range(min(AT_ONCE, rows - start))]
        keys = [vault.new_key(id, table=requests.TABLE, kept=Kept.REQUEST, now=now) for id in ids]
        facts = [
            seal(key, b"{}", table=requests.TABLE, row=id, name="facts") for id, (key, _) in zip(ids, keys, strict=True)
        ]
        async with database.transaction() as tx:
            await execute(tx, FILL, ids, [wrapped for _, wrapped in keys], facts, now)


async def coming(
    database: Database, vault: Vault, stopping: asyncio.Event, took: list[float], wrong: list[str]
) -> None:
    """Somebody asks and reads by the receipt, again and again."""
    while not stopping.is_set():
        began = time.perf_counter()
        try:
            answers = replace(killer.someone(0), idempotency_key=str(uuid4()))
            sent = await submitting.sending(vault, Visitor(), answers)
            async with database.transaction() as tx:
                kept = await submitting.submit(
                    tx, vault, Visitor(), answers, killer.FOUND, sent=sent, now=datetime.now(UTC)
                )
            found = await requests.by_receipt(database.reader, vault, kept.receipt)
            if found is None or not requests.facts_of(vault, found):
                wrong.append("not found")
        except Exception as error:  # noqa: BLE001 - what is counted here
            wrong.append(type(error).__name__)
        took.append(time.perf_counter() - began)


async def main(rows: int) -> None:
    with tempfile.TemporaryDirectory(prefix="referral-bench-") as folder, embedded.running(Path(folder)) as cluster:
        await migrate.upgrade(cluster.dsn)
        database = await connect(cluster.dsn)
        try:
            await reference.load(database, progress=lambda _what, _done, _total: None)
            vault = open_vault(Path(folder) / "keys", FileRoot(Path(folder) / "keys" / "root.key"))
            assert vault.ring  # noqa: S101 - a vault that opens has one
            now, began = datetime.now(UTC), time.perf_counter()
            await fill(database, vault, rows, now)
            print(f"{rows:,} rows sealed in {time.perf_counter() - began:.1f} s.", flush=True)
            vault.ring.make_anew(now)
            stopping, took, wrong = asyncio.Event(), list[float](), list[str]()
            people = [asyncio.ensure_future(coming(database, vault, stopping, took, wrong)) for _ in range(PEOPLE)]
            began = time.perf_counter()
            done = await rewrapping.rewrap(database, vault, now=now)
            seconds = time.perf_counter() - began
            stopping.set()
            await asyncio.gather(*people)
            left = await rewrapping.left(database.reader, vault.ring)
        finally:
            await database.close()
        embedded.erase(Path(folder))
    print(f"{done:,} rows wrapped anew in {seconds:.1f} s: {done / seconds:,.0f} a second; {left} left.")
    print(
        f"Meanwhile {len(took):,} people asked and read, in {median(took) * 1000:.0f} ms (median); {len(wrong)} errors."
    )
    if wrong:
        print(f"They were: {sorted(set(wrong))}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    asyncio.run(main(parser.parse_args().rows))
