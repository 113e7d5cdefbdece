"""A new receipt for a request: whoever has seen the old one sees nothing by it from now on."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from referral.foundation.actors import ActorKind
from referral.foundation.claims import Kind
from referral.foundation.db import Tx, execute, show
from referral.foundation.errors import Conflict, NotFound
from referral.foundation.vault import Vault
from referral.intake import receipts, requests
from referral.intake.receipts import Lock, Receipt
from referral.intake.requests import TABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """A receipt that nobody has had, and its lock. It is made before a transaction, since the lock takes a while."""

    receipt: Receipt = field(repr=False)
    lock: Lock = field(repr=False)


async def new_receipt() -> Renewed:
    receipt = receipts.checked(secrets.randbelow(10**receipts.DIGITS))
    return Renewed(receipt=receipt, lock=await receipts.lock(receipt))


async def renew(tx: Tx, vault: Vault, written: str, new: Renewed, *, now: datetime) -> None:
    """Put the new receipt in the place of the old. Raises NotFound, Conflict for a request that is closed."""
    held = await requests.held_by_receipt(tx, vault, written)
    if held is None or held.data_key is None:
        raise NotFound("No request has this receipt. Check the digits.")
    if not held.is_live:
        raise Conflict("This request is closed. Send a new one, if help is needed again.")
    hashed = receipts.hashed(vault, new.receipt)
    await show(tx, Kind.RECEIPT, hashed.hex())
    key = requests.key_of(vault, held)
    copy = vault.for_requester(key, held.id, held.data_key, new.lock.stretched, new.lock.salt, table=TABLE)
    await execute(
        tx, "UPDATE help_request SET receipt_hash = $2, requester_key = $3 WHERE id = $1", held.id, hashed, copy
    )
    await requests.record(tx, held.id, "receipt_renewed", ActorKind.REQUESTER, at=now)
