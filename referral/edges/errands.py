"""What each kind of job does. Its effect and its end are one transaction, so a worker may die at any line.

A letter goes out first, and then it is written down that it did: one that comes twice is better than one that never
comes. Both bear the same Message-ID.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from referral.directory import providers
from referral.directory.upkeep import asking, verifying
from referral.edges import letters
from referral.edges.house import House
from referral.foundation import outbox
from referral.foundation.actors import ActorKind
from referral.foundation.chain import anchors
from referral.foundation.clock import now
from referral.foundation.db import moment
from referral.foundation.mail import Letter
from referral.foundation.outbox import Job, JobKind
from referral.intake import contacts, reevaluating, requests
from referral.referrals import following, offers, placing, reading, retention, states, suspending, telling
from referral.referrals.words import ReferralStatus
from referral.triage import alarms, claiming, daily

Work = Callable[[House, Job], Awaitable[None]]
REMINDED = frozenset({ReferralStatus.OFFERED, ReferralStatus.VIEWED})  # who has asked a question waits for us


async def match_request(house: House, job: Job) -> None:
    async with house.database.transaction() as tx:
        await placing.offer_best(
            tx,
            house.vault,
            job.subject_id,
            now=now(),
            relaxed=house.settings.relaxed_rules,
            calm_wait=house.settings.plan == "apply",
        )
        await contacts.index(tx, house.vault, job.subject_id)
        await outbox.finish(tx, job)


async def offer_planned(house: House, job: Job) -> None:
    async with house.database.transaction() as tx:
        await daily.offer_planned(tx, house.vault, job.subject_id, now=now())
        await outbox.finish(tx, job)


async def reevaluate(house: House, job: Job) -> None:
    async with house.database.transaction() as tx:
        await reevaluating.reevaluate(tx, house.vault, job.subject_id, now=await moment(tx))
        await contacts.index(tx, house.vault, job.subject_id)  # a correction orders this job and not always a match
        await outbox.finish(tx, job)


async def keep_no_longer(house: House, job: Job) -> None:
    async with house.database.transaction() as tx:
        await retention.keep(tx, house.kept, job.subject_id, now=await moment(tx))
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
            await send(house, job, letters.offer(house, referral, address))
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
            await send(house, job, letters.reminder(house, referral, address))
    async with house.database.transaction() as tx:
        await outbox.finish(tx, job)


async def follow_up(house: House, job: Job) -> None:
    """After a yes: has the person been reached, and what became of it? A silent provider becomes a person's work."""
    referral = await reading.referral(house.database.reader, job.subject_id)
    if referral is not None and referral.status in states.AFTER_YES:
        address = await providers.referral_email(house.database.reader, referral.provider_id)
        if address is not None:
            await send(house, job, letters.what_became(house, referral, address, now=now()))
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
            await send(house, job, letters.recalled(address) if still_asks else letters.withdrawn(address))
    async with house.database.transaction() as tx:
        await outbox.finish(tx, job)


async def tell_requester(house: House, job: Job) -> None:
    """A letter that there is news, to each address the person gave for it; that it was used leaves a trace."""
    async with house.database.transaction() as tx:
        told = await telling.addresses(tx, house.vault, job.subject_id)
    for one in told:
        await send(house, job, letters.news(house, one.address, one.language, discreet=one.discreet))
    async with house.database.transaction() as tx:
        if told:
            await requests.record(tx, job.subject_id, "requester_told", ActorKind.SYSTEM, at=now())
        await outbox.finish(tx, job)


async def ask_provider(house: House, job: Job) -> None:
    """Ask whether an office still takes people, unless it has said so, or the operator has switched asking off."""
    asked = house.settings.asked
    ask = await asking.ordered(house.database.reader, job.subject_id, with_listed=asked == "listed", now=now())
    if ask is not None and asked != "nobody":
        await send(house, job, letters.still_open(house, ask, now=now()))
    async with house.database.transaction() as tx:
        await outbox.finish(tx, job)


async def mail_anchor(house: House, job: Job) -> None:
    """The newest anchor of the audit trail goes to whoever keeps it elsewhere."""
    newest = await anchors.last(house.database.reader)
    if newest is not None and house.settings.audit_mail is not None:
        await send(house, job, letters.anchor(newest, house.settings.audit_mail))
    async with house.database.transaction() as tx:
        await outbox.finish(tx, job)


async def tell_alarm(house: House, job: Job) -> None:
    """Whoever oversees the team hears that a colleague opened very many cases, but for the colleague."""
    at = house.database.reader
    if (about := await alarms.about(at, job.subject_id)) is not None:
        for address in await alarms.whom_to_tell(at, about):
            await send(house, job, letters.alarm(house, address, about.email))
    async with house.database.transaction() as tx:
        await alarms.told(tx, job.subject_id, now=now())
        await outbox.finish(tx, job)


async def send(house: House, job: Job, letter: Letter) -> None:
    """Send a job's letter to one address. Sent again by a job that was tried again, it bears the same Message-ID, so
    that a mail server can tell twins.
    """
    key = house.vault.digest("letter", f"{job.kind.value} {job.id} {letter.to}").hex()[:32]
    await house.mailer.send(replace(letter, key=key))


# Letters wait for mail servers, and nobody's match may wait for a letter.
LETTERS: dict[JobKind, Work] = {
    JobKind.TELL_PROVIDER: tell_provider,
    JobKind.REMIND_PROVIDER: remind_provider,
    JobKind.FOLLOW_UP: follow_up,
    JobKind.TELL_WITHDRAWN: tell_withdrawn,
    JobKind.TELL_REQUESTER: tell_requester,
    JobKind.ASK_PROVIDER: ask_provider,
    JobKind.MAIL_ANCHOR: mail_anchor,
    JobKind.TELL_ALARM: tell_alarm,
}
DECISIONS: dict[JobKind, Work] = {
    JobKind.MATCH: match_request,
    JobKind.OFFER_PLANNED: offer_planned,
    JobKind.EXPIRE_OFFER: expire_offer,
    JobKind.RECALL_OFFER: recall_offer,
    JobKind.RE_EVALUATE: reevaluate,
    JobKind.RETENTION: keep_no_longer,
    JobKind.EXPIRE_VERIFICATION: expire_verification,
    JobKind.END_CLAIM: end_claim,
}
