"""Makes a plan: reads what is wanted, lets another process solve it, keeps the answer.

A solver takes much memory and a whole core for a moment. In a process of its own it blocks nobody who is served here,
gives its memory back, and can be ended when it takes too long.
"""

import asyncio
import os
import secrets
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from uuid import UUID

from referral.edges.house import House
from referral.foundation import outbox
from referral.foundation.actors import Staff
from referral.foundation.clock import now
from referral.foundation.errors import Conflict
from referral.foundation.outbox import Job
from referral.matching.planning import frames
from referral.matching.planning.question import Answer
from referral.referrals.notes import By
from referral.referrals.offers import THE_SYSTEM
from referral.triage import applying, daily, plans
from referral.triage.daily import Arrivals
from referral.triage.plans import Asked

SECONDS = 8.0  # less than a door waits for its answer
DAILY_SECONDS = 100.0  # less than a worker gives a job
SALT_BYTES = 16
PACKAGE = Path(__file__).resolve().parents[2]
SOLVER = "referral.matching.planning"


class TooLarge(Conflict):
    """There was no plan in time."""

    code = "PLAN_TOO_LARGE"


class SolverFailed(Exception):  # noqa: N818 - a bug; whoever asks sees no more than that
    """The other process ended without an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Who is planned for, and who lets expect whom."""

    asked: Asked
    ids: Sequence[UUID]
    came: Arrivals = daily.NONE_SEEN
    kept: dict[UUID, int]
    salt: bytes
    now: datetime


async def make(house: House, staff: Staff, asked: Asked) -> UUID:
    """Plan, and keep the plan; the same key and question again is the same plan. Raises TooLarge."""
    at, by, moment = house.database.reader, By(kind=staff.kind, id=staff.id), now()
    if made := await plans.made_before(at, house.vault, by, asked):
        return made
    ids = await plans.waiting_ids(at, asked)
    kept = await daily.kept_of_last(at, now=moment) if house.settings.reserves else {}
    question = Question(asked=asked, ids=ids, kept=kept, salt=secrets.token_bytes(SALT_BYTES), now=moment)
    answer = await answered(house, question, seconds=SECONDS)
    async with house.database.transaction() as tx:
        return await plans.keep(tx, house.vault, by, asked, answer, salt=question.salt, now=moment)


async def make_daily(house: House, job: Job) -> None:
    """Plan for the whole queue, keep the plan, and where that is set order what of it needs no person's look."""
    at, moment = house.database.reader, now()
    asked = Asked(idempotency_key=f"made by job {job.id}")
    ids = await daily.waiting_ids(at)
    came = await daily.arrivals(at, now=moment) if house.settings.reserves else daily.NONE_SEEN
    question = Question(asked=asked, ids=ids, came=came, kept={}, salt=secrets.token_bytes(SALT_BYTES), now=moment)
    answer = await answered(house, question, seconds=DAILY_SECONDS)
    async with house.database.transaction() as tx:
        await plans.keep(tx, house.vault, THE_SYSTEM, asked, answer, salt=question.salt, now=moment)
        if house.settings.plan == "apply":
            await daily.order(tx, answer)
        await outbox.finish(tx, job)


async def answered(house: House, question: Question, *, seconds: float) -> Answer:
    try:
        async with asyncio.timeout(seconds):
            terms = await plans.terms_of(
                house.database.reader,
                question.asked,
                kept=question.kept,
                seen=question.came.within,
                salt=question.salt,
                now=question.now,
            )
            return await solved(frames.of_terms(terms), framed(house, question))
    except TimeoutError:
        raise TooLarge("This plan takes too long. Name fewer requests, such as those of one region.") from None


async def framed(house: House, question: Question) -> AsyncIterator[bytes]:
    at, vault = house.database.reader, house.vault
    async for some in plans.wanted(at, vault, question.ids, now=question.now):
        yield frames.of_wanted(some)
    async for some in plans.wanted(at, vault, question.came.ids, now=question.now):
        yield frames.of_wanted([replace(one, has_come=True) for one in some])


async def solved(terms: bytes, wanted: AsyncIterator[bytes]) -> Answer:
    """What another process makes of it."""
    async with solver() as process:
        assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - both are pipes
        try:
            process.stdin.write(terms)
            async for frame in wanted:
                process.stdin.write(frame)
                await process.stdin.drain()
            process.stdin.close()
        except ConnectionError:
            raise SolverFailed("It ended before it was asked.") from None
        body = await process.stdout.read()
        if await process.wait() != 0:
            raise SolverFailed(f"It ended with {process.returncode}.")
    return frames.answered(body)


@asynccontextmanager
async def solver() -> AsyncGenerator[asyncio.subprocess.Process]:
    """A process that solves one question; it is ended with the block, whether it has answered or not."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        SOLVER,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # a traceback may hold what people said
        env={**without_secrets(), "PYTHONPATH": str(PACKAGE), "OMP_NUM_THREADS": "1"},
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def without_secrets() -> dict[str, str]:
    """What a process needs to find its libraries, and none of our settings."""
    return {name: value for name, value in os.environ.items() if not name.upper().startswith("REFERRAL_")}


async def apply(house: House, staff: Staff, id: UUID, only: Sequence[UUID] | None) -> None:
    """Apply a plan, one transaction for each proposal."""
    moment = now()
    for request_id in await applying.to_apply(house.database.reader, id, only, now=moment):
        async with house.database.transaction() as tx:
            await applying.apply(tx, house.vault, staff, id, request_id, now=moment)
