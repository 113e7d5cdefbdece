"""The worker's rounds along the audit trail: acts are linked, the chain is anchored outside, what is old goes."""

import asyncio
from datetime import timedelta

from referral.edges.house import House
from referral.foundation import outbox
from referral.foundation.chain import ageing, anchor_file, anchors, linking
from referral.foundation.chain.anchor_file import AnchorsUnreadable
from referral.foundation.clock import now
from referral.foundation.outbox import JobKind

LINKED_WITHIN_SECONDS = 0.5
ANCHORED_WITHIN_SECONDS = 60.0
ANCHORS_AT_ONCE = 1000


async def link(house: House) -> int:
    """Chain every act that is not chained yet; how many."""
    done = 0
    while await linking.any_unlinked(house.database.reader):
        async with house.database.transaction() as tx:
            some = await linking.link_some(tx)
        if not some:  # another worker is at it
            break
        done += some
    return done


async def anchor(house: House) -> int:
    """Sign how far the chain has come, and add to the files outside what they lack; how many anchors that was.

    Raises AnchorsUnreadable once every file that can be written has been.
    """
    async with house.database.transaction() as tx:
        await anchors.drop(tx, anchors.anchor_key(house.vault), now=now())
    trail = (await linking.head(house.database.reader)).trail
    added, unusable = 0, None
    for path in house.settings.anchor_files:
        try:
            known = await asyncio.to_thread(anchor_file.newest, path, trail)
            while news := await anchors.after(house.database.reader, known, at_most=ANCHORS_AT_ONCE):
                await asyncio.to_thread(anchor_file.add, path, news)
                known, added = news[-1].number, added + len(news)
        except AnchorsUnreadable as error:
            unusable = error
    if unusable is not None:
        raise unusable
    return added


async def forget(house: House) -> int:
    """Delete acts that are as old as the trail is kept; how many."""
    moment, key, done = now(), anchors.anchor_key(house.vault), 0
    before = moment - timedelta(days=house.settings.audit_days)
    while True:
        async with house.database.transaction() as tx:
            gone = await ageing.forget(tx, key, before=before, now=moment)
        done += gone
        if gone < ageing.MOST_AT_ONCE:
            return done


async def order_letter(house: House) -> int:
    """Once a day order a letter with the newest anchor, where somebody is to have it; how many."""
    if house.settings.audit_mail is None:
        return 0
    async with house.database.transaction() as tx:
        trail = await linking.mailed(tx, day=now().date())
        if trail is None:
            return 0
        await outbox.put(tx, JobKind.MAIL_ANCHOR, trail)
    return 1
