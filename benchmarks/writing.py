"""What does writing cost through the domain functions, next to the bare rows by pgbench? In turns, on one database.

Two things are written: a submission (checked, sealed, with consents, history and the job to match, in one transaction;
without the stretching of its receipt, which is slow on purpose and done before)
and the taking of a place (a provider accepts an offer, while many others do). pgbench comes with the embedded Postgres
and writes what the SQL in `peers/` says: the same rows of a submission, and for a place the one statement that takes it
and writes the referral. Settings, indexes and triggers are the same, since it is the same database; fsync is on.

After every round the places are counted: no provider may have accepted more people than it has places.
"""

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import mean, median
from typing import LiteralString
from urllib.parse import parse_qs, unquote, urlsplit

from serving import TICKS, postgres_seconds

from referral.foundation.db import Database, connect, value
from referral.foundation.embedded_programs import installed

HERE = Path(__file__).resolve().parent
PROCESSES = max(1, min(2, os.cpu_count() or 1))
ROUNDS = 3
SECONDS = 10.0
WARMING_SECONDS = 3  # a connection's first statements are planned anew each time; they are counted on neither side
OFFERS = 60_000  # more than can be answered in a round
PLACES = 100_000  # the most a provider may state: in a race for time the places do not run out
LAST_PLACES, LAST_OFFERS = 1_000, 2_000
PREPARING_SECONDS = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What one side did in a round."""

    per_second: float  # once warm
    in_all: int
    cpu_seconds: float = 0.0  # its own and that of Postgres
    gave_up: int = 0  # waited for a lock for longer than the service waits


@dataclass(slots=True, kw_only=True)
class Case:
    """One kind of writing by so many clients, and what each side did in a second, round by round."""

    name: str
    what: str
    clients: int
    providers: int = 0
    places: int = PLACES
    offers: int = OFFERS
    ours: list[Ran] = field(default_factory=list[Ran])
    pgbench: list[Ran] = field(default_factory=list[Ran])
    oversubscribed: int = 0


def cases() -> list[Case]:
    hot, spread = "take a place at one provider", "take a place at one of 1,000"
    return [
        Case(name="submit a request, 16 clients", what="submit", clients=16),
        Case(name=f"{hot}, 16 clients", what="take", clients=16, providers=1),
        Case(name=f"{hot}, 64 clients", what="take", clients=64, providers=1),
        Case(name=f"{spread}, 16 clients", what="take", clients=16, providers=1_000),
        Case(name=f"{spread}, 64 clients", what="take", clients=64, providers=1_000),
    ]


def last_places() -> Case:
    """Twice as many offers as places: half of them must be refused."""
    return Case(
        name="", what="take", clients=64, providers=1, places=LAST_PLACES, offers=LAST_OFFERS
    )  # fmt: skip


# Everything that people have written is emptied before a round, so that each begins with the same tables.
# Nothing empties the trail unless its guards are switched off; the one transaction of this statement does.
EMPTIED = """
    BEGIN;
    SET LOCAL session_replication_role = replica;
    TRUNCATE help_request, outbox, audit_event CASCADE;
    COMMIT"""
PREPARED: tuple[LiteralString, ...] = (
    """
    DELETE FROM capacity WHERE id IN (SELECT md5('slots ' || n)::uuid FROM generate_series(1, $1::int + 1000) AS n)
                           AND $2::int + $3::int > 0""",
    """
    INSERT INTO capacity (id, provider_id, help_type, unit, stated, stated_at, expires_at)
    SELECT md5('slots ' || n)::uuid, md5('provider ' || n)::uuid, 'legal.asylum', 'intake_slots_week', $2, now(),
           now() + interval '30 days'
      FROM generate_series(1, $1::int) AS n
     WHERE $3::int > 0""",
    """
    INSERT INTO help_request (id, status, created_at, updated_at, help_types, languages, country, state, urgency,
                              respond_by, question_set, data_key, facts, person, receipt_hash, idempotency_hash,
                              body_hash)
    SELECT md5('request ' || n)::uuid, 'offered', now(), now(), '{legal.asylum}', '{es}', 'US', 'TX', 'normal',
           now() + interval '14 days', 'measured', decode(repeat('5a', 61), 'hex'), decode(repeat('5a', 541), 'hex'),
           decode(repeat('5a', 541), 'hex'), sha256(('receipt ' || n)::bytea), sha256(('key ' || n)::bytea), ''
      FROM generate_series(1, $3::int) AS n
     WHERE $1::int + $2::int > 0""",
    """
    INSERT INTO consent (request_id, scope, given_at, text_version, language)
    SELECT md5('request ' || n)::uuid, scope, now(), 'measured', 'es'
      FROM generate_series(1, $3::int) AS n,
           unnest('{store_request, match_automatically, share_summary, share_contact}'::text[]) AS scope
     WHERE $1::int + $2::int > 0""",
)
OFFERED: LiteralString = """
    INSERT INTO referral (id, request_id, provider_id, organization_id, help_type, needs, status, capacity_id,
                          holds, offered_at, expires_at, offered_by, score, rules_version)
    SELECT md5('referral ' || n)::uuid, md5('request ' || n)::uuid, md5('provider ' || (n % $1::int + 1))::uuid,
           md5('organization ' || (n % $1::int + 1))::uuid, 'legal.asylum', '{legal.asylum}',
           'offered',
           md5('slots ' || (n % $1::int + 1))::uuid, false, now(), now() + interval '1 day', 'system', 500, 'measured'
      FROM generate_series(1, $2::int) AS n"""


async def prepare(database: Database, case: Case, *, with_offers: bool) -> None:
    """Empty tables, and for a case about places the requests, the places and, if asked, open offers of them."""
    await database.pool.execute(EMPTIED)
    if case.what == "take":
        for statement in PREPARED:
            await database.pool.execute(statement, case.providers, case.places, case.offers)
        if with_offers:
            await database.pool.execute(OFFERED, case.providers, case.offers)
        await database.pool.execute("CREATE SEQUENCE IF NOT EXISTS asked")
        await database.pool.execute("ALTER SEQUENCE asked RESTART")
    await database.pool.execute("VACUUM ANALYZE help_request, consent, referral, capacity, provider, listing_change")
    await database.pool.execute("CHECKPOINT")


async def too_many(database: Database) -> int:
    """People accepted beyond what a provider has, or beyond what its count says."""
    return await value(
        database.reader,
        """
        SELECT coalesce(sum(greatest(0, accepted - stated) + abs(accepted - taken)), 0)::int
          FROM capacity c
          JOIN (SELECT capacity_id, count(*) AS accepted FROM referral WHERE status = 'accepted' GROUP BY 1) r
            ON r.capacity_id = c.id""",
    )


# ------------------------------------------------------------- the two sides
def through_domain(dsn: str, case: Case, seconds: float) -> Ran:
    surroundings = {**os.environ, "REFERRAL_DATABASE_URL": dsn}
    processes = [
        subprocess.Popen(
            [sys.executable, str(HERE / "writers.py"), case.what, f"--clients={case.clients // PROCESSES}",
             f"--seconds={seconds}", f"--warming={WARMING_SECONDS}", f"--start={number + 1}", f"--step={PROCESSES}",
             f"--last={case.offers}"],
            env=surroundings, stdout=subprocess.PIPE, text=True,
        )
        for number in range(PROCESSES)
    ]  # fmt: skip
    told: list[dict[str, float]] = []
    for process in processes:
        out, _ = process.communicate(timeout=seconds + 120)
        if process.returncode != 0:
            for other in processes:
                other.kill()
            raise SystemExit(f"{case.name}: the clients ended with {process.returncode}.")
        told.append(json.loads(out))
    return Ran(
        per_second=sum(one["per_second"] for one in told),
        in_all=int(sum(one["in_all"] for one in told)),
        cpu_seconds=sum(one["cpu_seconds"] for one in told),
        gave_up=int(sum(one["gave_up"] for one in told)),
    )


def by_pgbench(dsn: str, case: Case, seconds: float) -> Ran:
    """The same of pgbench, from its report of each second."""
    before = getrusage(RUSAGE_CHILDREN)
    done = subprocess.run(
        [str(installed() / "pgbench"), "--no-vacuum", "--protocol=prepared", f"--client={case.clients}",
         f"--jobs={PROCESSES}", f"--time={seconds + WARMING_SECONDS:.0f}", "--progress=1",
         f"--define=providers={max(1, case.providers)}", f"--file={HERE / 'peers' / f'{case.what}.sql'}"],
        env={**os.environ, **address(dsn)}, check=False, capture_output=True, text=True, timeout=seconds + 120,
    )  # fmt: skip
    rates = re.findall(r"^progress: [\d.]+ s, ([\d.]+) tps", done.stderr, re.MULTILINE)[WARMING_SECONDS:]
    count = re.search(r"^number of transactions actually processed: (\d+)", done.stdout, re.MULTILINE)
    if done.returncode != 0 or not rates or count is None:
        raise SystemExit(f"{case.name}: pgbench ended with {done.returncode}: {done.stderr[-2000:]}")
    spent = getrusage(RUSAGE_CHILDREN)
    return Ran(
        per_second=mean(map(float, rates)),
        in_all=int(count[1]),
        cpu_seconds=spent.ru_utime + spent.ru_stime - before.ru_utime - before.ru_stime,
    )


def with_postgres(
    side: Callable[[str, Case, float], Ran], dsn: str, case: Case, seconds: float, postmaster: int
) -> Ran:
    """The same, and what it cost Postgres by the system's own count."""
    before = all_of_postgres(postmaster)
    ran = side(dsn, case, seconds)
    time.sleep(1)  # backends that are just ending stand in neither count
    return replace(ran, cpu_seconds=ran.cpu_seconds + all_of_postgres(postmaster) - before)


def all_of_postgres(postmaster: int) -> float:
    """Processor seconds of Postgres, with those of backends that have ended."""
    fields = Path(f"/proc/{postmaster}/stat").read_text().rpartition(")")[2].split()
    return postgres_seconds(postmaster) + (int(fields[13]) + int(fields[14])) / TICKS


def address(dsn: str) -> dict[str, str]:
    """The database as the environment that Postgres' own programs read: a password belongs in no command line."""
    parts = urlsplit(dsn)
    asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return {
        "PGHOST": asked.get("host") or parts.hostname or "",
        "PGPORT": asked.get("port") or str(parts.port or 5432),
        "PGUSER": unquote(asked.get("user") or parts.username or ""),
        "PGPASSWORD": unquote(asked.get("password") or parts.password or ""),
        "PGDATABASE": unquote(parts.path.lstrip("/")),
    }


# ------------------------------------------------------------- measuring
async def one_round(database: Database, case: Case, seconds: float, postmaster: int) -> None:
    await prepare(database, case, with_offers=True)
    ours = await asyncio.to_thread(with_postgres, through_domain, database.dsn, case, seconds, postmaster)
    if case.what == "take" and ours.in_all >= case.offers:
        print(f"{case.name}: all {case.offers:,} offers were answered before the time was over.", flush=True)
    if ours.gave_up:
        print(f"{case.name}: {ours.gave_up} waited too long for a place and gave up.", flush=True)
    case.oversubscribed += await too_many(database)
    await prepare(database, case, with_offers=False)
    pgbench = await asyncio.to_thread(with_postgres, by_pgbench, database.dsn, case, seconds, postmaster)
    case.ours.append(ours)
    case.pgbench.append(pgbench)


async def race(database: Database) -> int:
    """How many of 1,000 places were given to more than one. SystemExit where not all of them were given."""
    case = last_places()
    await prepare(database, case, with_offers=True)
    done = (await asyncio.to_thread(through_domain, database.dsn, case, SECONDS * 6)).in_all
    if done < LAST_PLACES:
        raise SystemExit(f"Only {done:,} of {LAST_PLACES:,} places were given, and {LAST_OFFERS:,} wanted one.")
    return max(done - LAST_PLACES, await too_many(database))


async def measured(database: Database, postmaster: int, seconds: float = SECONDS) -> list[Case]:
    """Both sides of every case in turns. The database must hold 1,000 synthetic listings; it keeps nothing else."""
    chosen = cases()
    slow = await connect(database.dsn, statement_seconds=PREPARING_SECONDS)
    try:
        for number in range(1, ROUNDS + 1):
            for case in chosen:
                await one_round(slow, case, seconds, postmaster)
                ours, theirs = case.ours[-1].per_second, case.pgbench[-1].per_second
                print(f"Writing: {case.name}, round {number} of {ROUNDS}: {ours:,.0f} and {theirs:,.0f} a second.",
                      flush=True)  # fmt: skip
        chosen[1].oversubscribed += await race(slow)
        await prepare(slow, Case(name="", what="take", clients=0, places=0, offers=0), with_offers=False)
        await slow.pool.execute("DROP SEQUENCE IF EXISTS asked")
    finally:
        await slow.close()
    return chosen


def rows(chosen: list[Case]) -> list[tuple[str, ...]]:
    lines = [("", "a second", "by pgbench", "ratio", "CPU ms each", "by pgbench", "given twice")]
    lines += [
        (
            case.name,
            f"{typical(case.ours):,.0f}",
            f"{typical(case.pgbench):,.0f}",
            f"{typical(case.ours) / typical(case.pgbench):.2f}",
            f"{cpu_ms(case.ours):.2f}",
            f"{cpu_ms(case.pgbench):.2f}",
            f"{case.oversubscribed}" if case.what == "take" else "",
        )
        for case in chosen
    ]
    return lines


def typical(side: list[Ran]) -> float:
    return median(one.per_second for one in side)


def cpu_ms(side: list[Ran]) -> float:
    return median(one.cpu_seconds / one.in_all for one in side) * 1e3
