"""Does what commits have ordered: matches, tells and asks providers, ends offers whose time has passed.

Many workers may run at once, on many machines. Each effect commits together with the end of its job, so a worker may
die at any line.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import assert_never

from referral.directory import providers
from referral.directory.upkeep import asking, verifying
from referral.edges import letters
from referral.edges.house import House
from referral.foundation import outbox
from referral.foundation.actors import ActorKind
from referral.foundation.clock import now
from referral.foundation.outbox import Job, JobKind, LeaseLost
from referral.foundation.trouble import traced
from referral.intake import judging, requests
from referral.referrals import offers, placing, reading, states, suspending
from referral.triage import claiming

PAUSE_SECONDS = 1.0  # new work is noticed within this time
PAUSE_AFTER_TROUBLE_SECONDS = 5.0
LOOK_WHO_IS_DUE_SECONDS = 3600.0
log = logging.getLogger(__name__)


# Letters wait for mail servers, and nobody's match may wait for a letter.
LETTERS = (JobKind.TELL_PROVIDER, JobKind.TELL_WITHDRAWN, JobKind.ASK_PROVIDER)
DECISIONS = tuple(kind for kind in JobKind if kind not in LETTERS)


async def run(house: House, stopping: asyncio.Event) -> None:
    """Work until told to stop; the jobs at hand are finished first."""
    rounds = [go_round(house, stopping, kinds) for kinds in (DECISIONS, LETTERS)]
    rounds.append(keep_judging(house, stopping))
    if house.settings.asked != "nobody":
        rounds.append(keep_asking(house, stopping))
    await asyncio.gather(*rounds)


async def go_round(house: House, stopping: asyncio.Event, kinds: Sequence[JobKind]) -> None:
    """Work on some kinds of jobs until told to stop."""
    while not stopping.is_set():
        try:
            busy = await work_once(house, kinds)
            pause = 0.0 if busy else await outbox.seconds_until_next(house.database, at_most=PAUSE_SECONDS)
        except Exception as error:  # noqa: BLE001 - the loop outlives whatever happens, such as a database restart
            log.error("the worker could not go on: %s", traced(error))  # noqa: TRY400 - a traceback may hold data
            pause = PAUSE_AFTER_TROUBLE_SECONDS
        if pause > 0:
            await wait(stopping, pause)


async def keep_asking(house: House, stopping: asyncio.Event) -> None:
    """Now and every hour order letters to whoever is due; another worker that does so too finds nobody left."""
    while not stopping.is_set():
        pause = LOOK_WHO_IS_DUE_SECONDS
        try:
            await order_asking(house)
        except Exception as error:  # noqa: BLE001 - as above
            log.error("who is due could not be asked: %s", traced(error))  # noqa: TRY400 - a traceback may hold data
            pause = PAUSE_AFTER_TROUBLE_SECONDS
        await wait(stopping, pause)


async def keep_judging(house: House, stopping: asyncio.Event) -> None:
    """Now and every hour judge how urgent is what waits: on most rounds it is the same day, and nothing is left."""
    while not stopping.is_set():
        pause = LOOK_WHO_IS_DUE_SECONDS
        try:
            while not stopping.is_set() and await judge_some(house):
                pass
        except Exception as error:  # noqa: BLE001 - as above
            log.error("urgency could not be judged: %s", traced(error))  # noqa: TRY400 - a traceback may hold data
            pause = PAUSE_AFTER_TROUBLE_SECONDS
        await wait(stopping, pause)


async def judge_some(house: House) -> int:
    """Judge a few; how many."""
    async with house.database.transaction() as tx:
        return await judging.judge_some(tx, house.vault, now=now())


async def order_asking(house: House) -> int:
    """Order a letter to every office that is due; how many."""
    async with house.database.transaction() as tx:
        return await asking.order(tx, with_listed=house.settings.asked == "listed", now=now())


async def work_off(house: House) -> int:
    """Do everything that is due now; how many jobs that was."""
    done = 0
    while await work_once(house):
        done += 1
    return done


async def work_once(house: House, kinds: Sequence[JobKind] = tuple(JobKind)) -> bool:
    """Take the next due job and do it; False if there is none."""
    job = await outbox.take(house.database, kinds)
    if job is None:
        return False
    try:
        await do(house, job)
    except LeaseLost:
        log.info("%s job %d went to another worker", job.kind.value, job.id)
    except Exception as error:  # noqa: BLE001 - whatever a job dies of, it is tried again and at last parked
        log.error("%s job %d failed: %s", job.kind.value, job.id, traced(error))  # noqa: TRY400 - may hold data
        async with house.database.transaction() as tx:
            await outbox.postpone(tx, job, error_code=type(error).__name__)
    return True


async def do(house: House, job: Job) -> None:
    match job.kind:
        case JobKind.MATCH:
            await match_request(house, job)
        case JobKind.TELL_PROVIDER:
            await tell_provider(house, job)
        case JobKind.EXPIRE_OFFER:
            await expire_offer(house, job)
        case JobKind.TELL_WITHDRAWN:
            await tell_withdrawn(house, job)
        case JobKind.RECALL_OFFER:
            await recall_offer(house, job)
        case JobKind.EXPIRE_VERIFICATION:
            await expire_verification(house, job)
        case JobKind.ASK_PROVIDER:
            await ask_provider(house, job)
        case JobKind.END_CLAIM:
            await end_claim(house, job)
        case _:
            assert_never(job.kind)


async def match_request(house: House, job: Job) -> None:
    async with house.database.transaction() as tx:
        await placing.offer_best(tx, house.vault, job.subject_id, now=now(), relaxed=house.settings.relaxed_rules)
        await outbox.finish(tx, job)


async def expire_offer(house: House, job: Job) -> None:
    async with house.database.transaction() as tx:
        await offers.expire(tx, job.subject_id, now=now())
        await outbox.finish(tx, job)


async def recall_offer(house: House, job: Job) -> None:
    async with house.database.transaction() as tx:
        await suspending.recall(tx, job.subject_id, now=now())
        await outbox.finish(tx, job)


async def expire_verification(house: House, job: Job) -> None:
    async with house.database.transaction() as tx:
        await verifying.expire(tx, job.subject_id, now=now())
        await outbox.finish(tx, job)


async def end_claim(house: House, job: Job) -> None:
    async with house.database.transaction() as tx:
        await claiming.lapse(tx, job.subject_id, now=now())
        await outbox.finish(tx, job)


async def tell_provider(house: House, job: Job) -> None:
    """Send first, then write down that it was sent: a letter that comes twice is better than one that never comes."""
    referral = await reading.referral(house.database.reader, job.subject_id)
    became = None
    if referral is not None and referral.status in states.OPEN:
        address = await providers.referral_email(house.database.reader, referral.provider_id)
        if address is not None:
            await house.mailer.send(letters.offer(house, referral, address))
        became = "provider_told" if address else "provider_has_no_address"
    async with house.database.transaction() as tx:
        if referral is not None and became is not None:
            await requests.record(tx, referral.request_id, became, ActorKind.SYSTEM, at=now(), subject_id=referral.id)
        await outbox.finish(tx, job)


async def tell_withdrawn(house: House, job: Job) -> None:
    """Whoever had said yes hears that the person no longer asks: they may have the person's contact."""
    referral = await reading.referral(house.database.reader, job.subject_id)
    if referral is not None:
        address = await providers.referral_email(house.database.reader, referral.provider_id)
        if address is not None:
            await house.mailer.send(letters.withdrawn(address))
    async with house.database.transaction() as tx:
        await outbox.finish(tx, job)


async def ask_provider(house: House, job: Job) -> None:
    """Ask whether an office still takes people, unless it has said so, or the operator has switched asking off."""
    asked = house.settings.asked
    ask = await asking.ordered(house.database.reader, job.subject_id, with_listed=asked == "listed", now=now())
    if ask is not None and asked != "nobody":
        await house.mailer.send(letters.still_open(house, ask, now=now()))
    async with house.database.transaction() as tx:
        await outbox.finish(tx, job)


async def wait(stopping: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return
