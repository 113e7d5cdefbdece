"""Kills worker processes with SIGKILL while they work, starts others, and counts what came of it."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from random import Random
from uuid import UUID

from aiosmtpd.smtp import Envelope

from referral.foundation.actors import Visitor
from referral.foundation.clock import now
from referral.foundation.db import Database
from referral.foundation.vault import Vault
from referral.foundation.vocabulary import CasePosture, HelpType, ProtectionClaim
from referral.intake import submitting
from referral.intake.form import Answers, LookedUp, Spot
from referral.intake.words import AgeBand, CanAfford, ConsentScope, Representation

ROOT = Path(__file__).resolve().parents[1]
AT_ONCE = 250
LEASE_SECONDS = "1"  # as short as may be set, so that nobody waits long for a dead worker's jobs
SECONDS_TO_COUNT = 600.0
SECONDS_FOR_A_JOB = 30.0  # without any job done in this time the story has failed
HERE = Spot(
    place_id=UUID(int=1),
    name="Synthetic City",
    kind="city",
    country="US",
    state="TX",
    county=None,
    latitude=25.9017,
    longitude=-97.4975,
)
FOUND = LookedUp(languages={"es": "es"}, place=HERE)

# What is struck off, written down by the database itself in the transaction that does it.
WATCH = """
    CREATE TABLE struck_off (kind text NOT NULL, subject_id uuid NOT NULL, attempts integer NOT NULL, error_code text);
    CREATE FUNCTION strike() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    BEGIN
        INSERT INTO struck_off VALUES (OLD.kind, OLD.subject_id, OLD.attempts, OLD.error_code);
        RETURN NULL;
    END $$;
    CREATE TRIGGER struck AFTER DELETE ON outbox FOR EACH ROW EXECUTE FUNCTION strike();"""
UNWATCH = "DROP TRIGGER struck ON outbox; DROP FUNCTION strike(); DROP TABLE struck_off;"

# Each is a count of what there must be none of.
BROKEN = {
    "people without exactly one offer": """
        SELECT count(*) FROM (SELECT FROM help_request h LEFT JOIN referral r ON r.request_id = h.id
                               GROUP BY h.id HAVING count(r.id) <> 1) AS broken""",
    "offers whose history does not begin once": """
        SELECT count(*) FROM (SELECT FROM referral r
                                LEFT JOIN referral_event e ON e.referral_id = r.id AND e.status = 'offered'
                               GROUP BY r.id HAVING count(e.referral_id) <> 1) AS broken""",
    "people whose history does not tell of the offer once": """
        SELECT count(*) FROM (SELECT FROM help_request h
                                LEFT JOIN request_event e ON e.request_id = h.id AND e.kind = 'offered'
                               GROUP BY h.id HAVING count(e.request_id) <> 1) AS broken""",
    "people whose history does not tell of the letter once": """
        SELECT count(*) FROM (SELECT FROM help_request h
                                LEFT JOIN request_event e ON e.request_id = h.id AND e.kind = 'provider_told'
                               GROUP BY h.id HAVING count(e.request_id) <> 1) AS broken""",
    "places held without an offer, or twice": """
        SELECT abs((SELECT sum(held) FROM capacity) - (SELECT count(*) FROM referral WHERE holds))::bigint""",
    "offers counted wrongly at their providers": """
        SELECT abs((SELECT sum(offers_made) FROM provider) - (SELECT count(*) FROM referral))::bigint""",
    "offers that will not run out once": """
        SELECT count(*) FROM (SELECT FROM referral r
                                LEFT JOIN outbox o ON o.subject_id = r.id AND o.kind = 'expire_offer'
                               GROUP BY r.id HAVING count(o.subject_id) <> 1) AS broken""",
    "jobs struck off twice": """
        SELECT count(*) FROM (SELECT FROM struck_off GROUP BY kind, subject_id HAVING count(*) > 1) AS twice""",
    "jobs parked": "SELECT count(*) FROM outbox WHERE parked_at IS NOT NULL",
    "jobs that are due and not done": "SELECT count(*) FROM outbox WHERE kind IN ('match', 'tell_provider')",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What came of it."""

    kills: int
    jobs: int
    taken_over: int  # done by another worker than the one that began
    failed_once: int  # put back with an error, then done
    letters: int
    different_letters: int  # by their Message-ID
    broken: dict[str, int]
    ended: list[int]  # how the last workers ended when they were asked to


@dataclass(slots=True, kw_only=True)
class Worker:
    """A process that works until it is killed."""

    process: asyncio.subprocess.Process
    ready: asyncio.Task[None]

    @property
    def works(self) -> bool:
        return self.ready.done() and not self.ready.cancelled() and self.process.returncode is None


async def ask(database: Database, vault: Vault, people: int) -> None:
    """So many people ask for help; each is one job, and the offer that it makes another."""
    for start in range(0, people, AT_ONCE):
        async with database.transaction() as tx:
            for number in range(start, min(people, start + AT_ONCE)):
                await submitting.submit(tx, vault, Visitor(), someone(number), FOUND, now=now())


def someone(number: int) -> Answers:
    return Answers(
        idempotency_key=f"synthetic person {number}",
        representation=Representation.NONE,
        can_afford=CanAfford.NO,
        help_types=(HelpType.LEGAL_ASYLUM,),
        claims=(ProtectionClaim.ASYLUM,),
        posture=CasePosture.IN_REMOVAL_PROCEEDINGS,
        age=AgeBand.ADULT,
        languages=("es",),
        consents=tuple(ConsentScope),
    )


@asynccontextmanager
async def watched(database: Database) -> AsyncGenerator[None]:
    """The database writes down every job that is struck off, for a block."""
    await database.pool.execute(WATCH)
    try:
        yield
    finally:
        await database.pool.execute(UNWATCH)


async def work(
    database: Database, environment: dict[str, str], received: Sequence[Envelope], *, jobs: int, kills: int, seed: int
) -> Came:
    """Two workers at a time do so many jobs, and are killed so many times, evenly over the jobs at random moments."""
    chance = Random(seed)  # noqa: S311 - when to kill is no secret
    workers = [await started(environment) for _ in range(2)]
    try:
        for kill in range(kills):
            await until_done(database, workers, int((kill + chance.random()) * jobs / kills))
            await asyncio.sleep(chance.uniform(0, 0.05))
            victim = chance.choice([worker for worker in workers if worker.works] or [await one_that_works(workers)])
            victim.process.kill()
            await victim.process.wait()
            workers.remove(victim)
            workers.append(await started(environment))
        await until_done(database, workers, jobs)
        await asyncio.gather(*(worker.ready for worker in workers))
        for worker in workers:
            worker.process.terminate()
        ended = [await asyncio.wait_for(worker.process.wait(), SECONDS_FOR_A_JOB) for worker in workers]
    finally:
        for worker in workers:
            worker.ready.cancel()
            with suppress(ProcessLookupError):
                worker.process.kill()
            await worker.process.wait()
    return await counted(database, received, kills, ended)


async def started(environment: dict[str, str]) -> Worker:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "referral", "worker"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=ROOT,
        env=os.environ
        | environment
        | {"REFERRAL_LEASE_SECONDS": LEASE_SECONDS, "REFERRAL_PLAN": "off", "PYTHONUNBUFFERED": "1"},
    )
    return Worker(process=process, ready=asyncio.create_task(said_so(process)))


async def said_so(process: asyncio.subprocess.Process) -> None:
    """Until the process says that it works."""
    assert process.stdout
    async for line in process.stdout:
        if line.startswith(b"Working."):
            return
    raise AssertionError("A worker ended before it began.")


async def one_that_works(workers: Sequence[Worker]) -> Worker:
    await asyncio.wait([worker.ready for worker in workers], return_when=asyncio.FIRST_COMPLETED)
    return next(worker for worker in workers if worker.works)


async def until_done(database: Database, workers: Sequence[Worker], jobs: int) -> None:
    """Until so many jobs are struck off. Fails where nothing is done for long."""
    clock = asyncio.get_running_loop()
    done, since = -1, clock.time()
    while done < jobs:
        found: int = await database.pool.fetchval("SELECT count(*) FROM struck_off")
        if found > done:
            done, since = found, clock.time()
        assert clock.time() - since < SECONDS_FOR_A_JOB, f"Nothing was done for long; {done} of {jobs} jobs are."
        assert all(worker.process.returncode is None for worker in workers), "A worker ended by itself."
        await asyncio.sleep(0.01)


async def counted(database: Database, received: Sequence[Envelope], kills: int, ended: list[int]) -> Came:
    jobs, taken_over, failed_once = await database.pool.fetchrow(
        """
        SELECT count(*), count(*) FILTER (WHERE attempts > 1 AND error_code IS NULL),
               count(*) FILTER (WHERE error_code IS NOT NULL)
          FROM struck_off"""
    )
    async with database.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL statement_timeout = 0")  # these look at every row of every table
        broken = {
            what: await connection.fetchval(question, timeout=SECONDS_TO_COUNT) for what, question in BROKEN.items()
        }
    ids = [str(message_from_bytes(one.original_content or b"", policy=policy.SMTP)["Message-ID"]) for one in received]
    return Came(
        kills=kills,
        jobs=jobs,
        taken_over=taken_over,
        failed_once=failed_once,
        letters=len(ids),
        different_letters=len(set(ids)),
        broken=broken,
        ended=ended,
    )
