"""A new receipt takes the place of the old one, for everything that the old one opened."""

from dataclasses import replace
from uuid import uuid4

import pytest
from referrals_given import ANSWERS, HERE, KNOWN, SOMEONE

from referral.edges.house import House
from referral.foundation.actors import Visitor
from referral.foundation.clock import now
from referral.foundation.errors import Conflict, IdempotencyKeyReused, NotFound
from referral.foundation.logins import Login
from referral.intake import receipts, renewing, requests, submitting
from referral.intake.form import LookedUp
from referral.intake.submitting import Submitted


async def sent(house: House, key: str) -> Submitted:
    answers, found = replace(ANSWERS, idempotency_key=key), LookedUp(languages=KNOWN, place=HERE)
    async with house.database.transaction() as tx:
        return await submitting.submit(tx, house.vault, Visitor(), answers, found, now=now())


async def renewed(house: House, receipt: str) -> str:
    """As the public surface does it, which sees nothing but what a receipt opens."""
    new = await renewing.new_receipt()
    async with house.surfaces[Login.PUBLIC].transaction() as tx:
        await renewing.renew(tx, house.vault, receipt, new, now=now())
    return new.receipt


async def test_the_new_one_opens_what_the_old_one_did_and_the_old_one_nothing(house: House) -> None:
    kept = await sent(house, str(uuid4()))
    new = await renewed(house, kept.receipt)
    assert receipts.read(new) == new
    public = replace(house.vault, inner=None)  # no private keys
    async with house.surfaces[Login.PUBLIC].transaction() as tx:
        found = await requests.by_receipt(tx, public, new)
        assert found is not None
        assert requests.person_of(public, found) == SOMEONE
    async with house.surfaces[Login.PUBLIC].transaction() as tx:
        assert await requests.by_receipt(tx, public, kept.receipt) is None


async def test_a_retry_of_sending_is_told_no_receipt_any_more(house: House) -> None:
    key = str(uuid4())
    kept = await sent(house, key)
    await renewed(house, kept.receipt)
    with pytest.raises(IdempotencyKeyReused):
        await sent(house, key)


async def test_nobody_renews_by_another_code_or_what_is_closed(house: House) -> None:
    kept = await sent(house, str(uuid4()))
    with pytest.raises(NotFound):
        await renewed(house, "0000 0000 0000 0000 0000 97")
    async with house.database.transaction() as tx:
        await requests.close(tx, house.vault, kept.receipt, now=now())
    with pytest.raises(Conflict):
        await renewed(house, kept.receipt)
