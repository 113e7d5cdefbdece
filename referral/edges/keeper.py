"""Ends weeks: their keys go, then their rows are emptied. Whatever is interrupted between the two is made up for."""

import asyncio
import logging

from referral.edges.house import House
from referral.foundation.clock import now
from referral.foundation.keys.epochs import Epoch
from referral.sealed import ending

log = logging.getLogger(__name__)


async def make_keys(house: House) -> int:
    """Make the keys of the coming weeks, so that processes without private keys can take requests in; how many."""
    ring = house.vault.ring
    return len(await asyncio.to_thread(ring.make_ahead, now())) if ring else 0


async def end(house: House, epoch: Epoch) -> int:
    """Destroy an epoch, for good; how many requests were emptied. A process without private keys empties none."""
    assert house.vault.ring is not None  # noqa: S101 - every open house has one
    await asyncio.to_thread(house.vault.ring.destroy, epoch)
    log.info("the keys of %s are destroyed", epoch.name)
    return await give_up(house) if house.vault.opens else 0


async def end_outlived(house: House) -> int:
    """End the weeks of which everything has been deleted, and empty what is left of others; how many weeks ended."""
    assert house.vault.ring is not None  # noqa: S101 - as above
    over = await ending.outlived(house.database.reader, house.vault.ring, today=now().date())
    for epoch in over:
        await end(house, epoch)
    await give_up(house)
    return len(over)


async def give_up(house: House) -> int:
    """Empty the rows whose key is destroyed, as after a backup from before was restored; how many requests."""
    assert house.vault.ring is not None  # noqa: S101 - as above
    heads, count = ending.heads_of_destroyed(house.vault.ring), 0
    if not heads:
        return 0
    while ids := await ending.unreadable(house.database.reader, heads):
        for id in ids:
            async with house.database.transaction() as tx:
                count += await ending.empty(tx, id, heads, now=now())
    async with house.database.transaction() as tx:
        await ending.empty_words(tx, heads)
    return count
