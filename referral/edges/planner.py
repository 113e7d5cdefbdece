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
from datetime import datetime
from pathlib import Path
from uuid import UUID

from referral.edges.house import House
from referral.foundation.actors import Staff
from referral.foundation.clock import now
from referral.foundation.errors import Conflict
from referral.matching.planning import frames
from referral.matching.planning.question import Answer
from referral.triage import applying, plans
from referral.triage.plans import Asked

SECONDS = 8.0  # less than a door waits for its answer
SALT_BYTES = 16
PACKAGE = Path(__file__).resolve().parents[2]
SOLVER = "referral.matching.planning"


class TooLarge(Conflict):
    """There was no plan in time."""

    code = "PLAN_TOO_LARGE"


class SolverFailed(Exception):  # noqa: N818 - a bug; whoever asks sees no more than that
    """The other process ended without an answer."""


async def make(house: House, staff: Staff, asked: Asked) -> UUID:
    """Plan, and keep the plan; the same key and question again is the same plan. Raises TooLarge."""
    at = house.database.reader
    if made := await plans.made_before(at, house.vault, staff, asked):
        return made
    salt, moment = secrets.token_bytes(SALT_BYTES), now()
    ids = await plans.waiting_ids(at, asked)
    try:
        async with asyncio.timeout(SECONDS):
            terms = await plans.terms_of(at, asked, salt=salt, now=moment)
            answer = await solved(frames.of_terms(terms), framed(house, ids, moment))
    except TimeoutError:
        raise TooLarge("This plan takes too long. Name fewer requests, such as those of one region.") from None
    async with house.database.transaction() as tx:
        return await plans.keep(tx, house.vault, staff, asked, answer, salt=salt, now=moment)


async def framed(house: House, ids: Sequence[UUID], moment: datetime) -> AsyncIterator[bytes]:
    async for some in plans.wanted(house.database.reader, house.vault, ids, now=moment):
        yield frames.of_wanted(some)


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
