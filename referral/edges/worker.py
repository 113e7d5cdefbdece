"""Does what commits have ordered: matches, tells and asks providers, ends offers whose time has passed.

Many workers may run at once, on many machines. Each effect commits together with the end of its job, so a worker may
die at any line.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from referral.directory import providers
from referral.directory.upkeep import asking, verifying
from referral.edges import letters
from referral.edges.house import House
from referral.foundation import outbox
from referral.foundation.actors import ActorKind
from referral.foundation.clock import now
from referral.foundation.outbox import Job, JobKind, LeaseLost
from referral.foundation.trouble import traced
from referral.intake import requests
from referral.referrals import following, offers, placing, reading, states, suspending, telling
from referral.referrals.words import ReferralStatus

PAUSE_SECONDS = 1.0  # new work is noticed within this time
PAUSE_AFTER_TROUBLE_SECONDS = 5.0
LOOK_WHO_IS_DUE_SECONDS = 3600.0
REMINDED = frozenset({ReferralStatus.OFFERED, ReferralStatus.VIEWED})  # who has asked a question waits for us
log = logging.getLogger(__name__)
Work = Callable[[House, Job], Awaitable[None]]


async def run(house: House, stopping: asyncio.Event) -> None:
    """Work until told to stop; the jobs at hand are finished first."""
    rounds = [go_round(house, stopping, kinds) for kinds in (tuple(DECISIONS), tuple(LETTERS))]
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
    await JOBS[job.kind](house, job)


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


async def remind_provider(house: House, job: Job) -> None:
    """Half of an offer's time is gone and nobody has answered: one more letter, and no third."""
    referral = await reading.referral(house.database.reader, job.subject_id)
    if referral is not None and referral.status in REMINDED and referral.expires_at > now():
        address = await providers.referral_email(house.database.reader, referral.provider_id)
        if address is not None:
            await house.mailer.send(letters.reminder(house, referral, address))
    async with house.database.transaction() as tx:
        await outbox.finish(tx, job)


async def follow_up(house: House, job: Job) -> None:
    """After a yes: has the person been reached, and what became of it? A silent provider becomes a person's work."""
    referral = await reading.referral(house.database.reader, job.subject_id)
    if referral is not None and referral.status in states.AFTER_YES:
        address = await providers.referral_email(house.database.reader, referral.provider_id)
        if address is not None:
            await house.mailer.send(letters.what_became(house, referral, address, now=now()))
    async with house.database.transaction() as tx:
        await following.asked(tx, job.subject_id, now=now())
        await outbox.finish(tx, job)


async def tell_withdrawn(house: House, job: Job) -> None:
    """Whoever may be at work on it hears that it was taken back: they may have the person's contact."""
    at = house.database.reader
    referral = await reading.referral(at, job.subject_id)
    if referral is not None:
        address = await providers.referral_email(at, referral.provider_id)
        request = await requests.request(at, referral.request_id)
        if address is not None:
            still_asks = request is not None and request.is_live
            await house.mailer.send(letters.recalled(address) if still_asks else letters.withdrawn(address))
    async with house.database.transaction() as tx:
        await outbox.finish(tx, job)


async def tell_requester(house: House, job: Job) -> None:
    """A letter that there is news, to each address the person gave for it; that it was used leaves a trace."""
    async with house.database.transaction() as tx:
        told = await telling.addresses(tx, house.vault, job.subject_id)
    for one in told:
        await house.mailer.send(letters.news(house, one.address, one.language, discreet=one.discreet))
    async with house.database.transaction() as tx:
        if told:
            await requests.record(tx, job.subject_id, "requester_told", ActorKind.SYSTEM, at=now())
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


# Letters wait for mail servers, and nobody's match may wait for a letter.
LETTERS: dict[JobKind, Work] = {
    JobKind.TELL_PROVIDER: tell_provider,
    JobKind.REMIND_PROVIDER: remind_provider,
    JobKind.FOLLOW_UP: follow_up,
    JobKind.TELL_REQUESTER: tell_requester,
    JobKind.TELL_WITHDRAWN: tell_withdrawn,
    JobKind.ASK_PROVIDER: ask_provider,
}
DECISIONS: dict[JobKind, Work] = {
    JobKind.MATCH: match_request,
    JobKind.EXPIRE_OFFER: expire_offer,
    JobKind.RECALL_OFFER: recall_offer,
    JobKind.EXPIRE_VERIFICATION: expire_verification,
}
JOBS = DECISIONS | LETTERS
