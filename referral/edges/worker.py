"""Takes the jobs that commits have ordered, many at once, and sees to it that each is done (`errands` says how).

Many workers may run at once, on many machines. A job that fails is put back; one whose worker dies is taken by another
when its lease has run out.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import timedelta

from referral.directory.upkeep import asking
from referral.edges import chaining, errands, keeper, planner
from referral.edges.errands import LETTERS
from referral.edges.house import House
from referral.foundation import outbox
from referral.foundation.clock import now
from referral.foundation.db import UNREACHABLE
from referral.foundation.logins import Login
from referral.foundation.mail import MailFailed
from referral.foundation.outbox import Job, JobKind, LeaseLost
from referral.foundation.trouble import traced
from referral.intake import drafts, proofs
from referral.referrals import retention
from referral.triage import daily

PAUSE_SECONDS = 1.0  # new work is noticed within this time
SHORTEST_PAUSE_SECONDS = 0.05  # what is due may be another worker's for a moment: nobody spins meanwhile
PAUSE_AFTER_TROUBLE_SECONDS = 5.0
LONGEST_JOB_SECONDS = 120.0  # whatever hangs longer is given up, and tried again
RENEWALS = 3  # so often within a lease a worker says that it lives
STRIKING_OFF_SECONDS = 1.0
LOOK_WHO_IS_DUE_SECONDS = 3600.0
LOOK_FOR_PLACES_SECONDS = 60.0
WIPE_DRAFTS_SECONDS = 60.0
DECISIONS = {**errands.DECISIONS, JobKind.PLAN: planner.make_daily}
JOBS = {**DECISIONS, **LETTERS}
log = logging.getLogger(__name__)


async def run(house: House, stopping: asyncio.Event) -> None:
    """Work until told to stop; the jobs at hand are finished first."""
    house = house.facing(Login.WORKER)
    orders = [
        order_forgetting,
        forget_proofs,
        keeper.make_keys,
        keeper.end_outlived,
        chaining.forget,
        chaining.order_letter,
    ]
    if house.settings.asked != "nobody":
        orders.append(order_asking)
    planning = [] if house.settings.plan == "off" else [order_plan]
    await asyncio.gather(
        *(go_round(house, stopping, kinds) for kinds in (tuple(DECISIONS), tuple(LETTERS))),
        *(keep_ordering(house, stopping, order) for order in orders),
        *(keep_ordering(house, stopping, order, LOOK_FOR_PLACES_SECONDS) for order in planning),
        keep_ordering(house, stopping, wipe_drafts, WIPE_DRAFTS_SECONDS),
        keep_ordering(house, stopping, chaining.link, chaining.LINKED_WITHIN_SECONDS),
        keep_ordering(house, stopping, chaining.anchor, chaining.ANCHORED_WITHIN_SECONDS),
    )


async def go_round(house: House, stopping: asyncio.Event, kinds: Sequence[JobKind]) -> None:
    """Work on some kinds of jobs, as many at once as is set, until told to stop."""
    at_hand: set[asyncio.Task[None]] = set()
    told = asyncio.ensure_future(stopping.wait())
    try:
        while not stopping.is_set():
            taken, pause = await next_of(house, kinds, at_most=house.settings.jobs_at_once - len(at_hand))
            at_hand |= {asyncio.ensure_future(go_on(house, job, stopping, kinds)) for job in taken}
            is_full = len(at_hand) >= house.settings.jobs_at_once
            await asyncio.wait(
                {told, *at_hand}, timeout=None if is_full else pause, return_when=asyncio.FIRST_COMPLETED
            )
            at_hand = {job for job in at_hand if not job.done()}
    finally:
        told.cancel()
        await asyncio.gather(*at_hand)


async def go_on(house: House, job: Job, stopping: asyncio.Event, kinds: Sequence[JobKind]) -> None:
    """Do a job, and then the next one and the next, until none is due or the worker is told to stop."""
    jobs = [job]
    while jobs:
        await attend(house, jobs[0])
        jobs = [] if stopping.is_set() else (await next_of(house, kinds, at_most=1))[0]


async def next_of(house: House, kinds: Sequence[JobKind], *, at_most: int) -> tuple[list[Job], float]:
    """Jobs to begin now, and for how long to look for no others while there is room for more."""
    try:
        taken = await outbox.take_some(
            house.database, kinds, at_most=at_most, lease_seconds=house.settings.lease_seconds
        )
        if len(taken) == at_most:
            return taken, 0.0
        pause = await outbox.seconds_until_next(house.database, kinds, at_most=PAUSE_SECONDS)
    except Exception as error:  # noqa: BLE001 - the loop outlives whatever happens, such as a database restart
        log.error("the worker could not go on: %s", traced(error))  # noqa: TRY400 - a traceback may hold data
        return [], PAUSE_AFTER_TROUBLE_SECONDS
    return taken, max(SHORTEST_PAUSE_SECONDS, pause)


async def keep_ordering(
    house: House,
    stopping: asyncio.Event,
    order: Callable[[House], Awaitable[int]],
    every: float = LOOK_WHO_IS_DUE_SECONDS,
) -> None:
    """Now and every so often do what nothing else orders; another worker that does so too finds nothing left."""
    while not stopping.is_set():
        pause = every
        try:
            await order(house)
        except Exception as error:  # noqa: BLE001 - as above
            log.error("%s: could not go on: %s", order.__name__, traced(error))  # noqa: TRY400 - a traceback may hold data
            pause = PAUSE_AFTER_TROUBLE_SECONDS
        await wait(stopping, pause)


async def order_asking(house: House) -> int:
    """Order a letter to every office that is due; how many."""
    async with house.database.transaction() as tx:
        return await asking.order(tx, with_listed=house.settings.asked == "listed", now=now())


async def order_forgetting(house: House) -> int:
    """Order what was kept long enough to be deleted, and the silent to be put before staff; how many requests."""
    async with house.database.transaction() as tx:
        return await retention.order(tx, house.kept, now=now())


async def wipe_drafts(house: House) -> int:
    """Delete the drafts of the form that nobody goes on with; how many."""
    async with house.database.transaction() as tx:
        return await drafts.wipe_idle(tx)


async def forget_proofs(house: House) -> int:
    """Forget proofs of work that nobody could spend again; how many."""
    async with house.database.transaction() as tx:
        return await proofs.forget(tx)


async def order_plan(house: House) -> int:
    """Order the plan of the whole queue if it is due; how many plans that is."""
    set_to = house.settings
    async with house.database.transaction() as tx:
        is_due = await daily.is_due(
            tx, every=timedelta(hours=set_to.plan_hours), when_places_open=set_to.plan == "apply", now=now()
        )
        if is_due:
            await outbox.put(tx, JobKind.PLAN, daily.THE_QUEUE)
    return int(is_due)


async def work_off(house: House) -> int:
    """Do everything that is due now; how many jobs that was."""
    done = 0
    while await work_once(house):
        done += 1
    return done


async def work_once(house: House, kinds: Sequence[JobKind] = tuple(JobKind)) -> bool:
    """Take the next due job and do it; False if there is none."""
    house = house.facing(Login.WORKER)
    job = await outbox.take(house.database, kinds, lease_seconds=house.settings.lease_seconds)
    if job is None:
        return False
    await attend(house, job)
    return True


async def attend(house: House, job: Job) -> None:
    """Do a job that was taken, or put it back with what it failed of; whatever happens ends here."""
    try:
        async with asyncio.timeout(LONGEST_JOB_SECONDS):
            await do(house, job)
    except LeaseLost:
        log.info("%s job %d went to another worker", job.kind.value, job.id)
    except Exception as error:  # noqa: BLE001 - whatever a job dies of, it is tried again and at last parked
        log.error("%s job %d failed: %s", job.kind.value, job.id, traced(error))  # noqa: TRY400 - may hold data
        await put_back(house, job, error)


async def put_back(house: House, job: Job, error: Exception) -> None:
    try:
        async with house.database.transaction() as tx:
            await outbox.postpone(tx, job, error_code=code_of(error))
    except Exception as second:  # noqa: BLE001 - the lease runs out by itself, and then the job is taken again
        log.error("%s job %d was not put back: %s", job.kind.value, job.id, traced(second))  # noqa: TRY400 - as above


def code_of(error: Exception) -> str:
    """What is written down of a failure: a code, never its words, which may name a person."""
    return error.code if isinstance(error, MailFailed) else type(error).__name__


async def do(house: House, job: Job) -> None:
    """Do a job and renew its lease until it is done. LeaseLost where another worker has it meanwhile."""
    doing = asyncio.ensure_future(JOBS[job.kind](house, job))
    seconds = house.settings.lease_seconds
    try:
        while not (await asyncio.wait({doing}, timeout=seconds / RENEWALS))[0]:
            # Where the database is away for a moment the job goes on: at its end the fencing number decides.
            with suppress(*UNREACHABLE):
                if not await outbox.renew(house.database, job, lease_seconds=seconds):
                    await finished_or_lost(doing)
        await doing
    finally:
        doing.cancel()
        await asyncio.gather(doing, return_exceptions=True)


async def finished_or_lost(doing: asyncio.Future[None]) -> None:
    """A job whose row is gone: either it has struck itself off this moment, or another worker took it over."""
    if not (await asyncio.wait({doing}, timeout=STRIKING_OFF_SECONDS))[0]:
        raise LeaseLost


async def wait(stopping: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return
