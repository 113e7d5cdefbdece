"""The receipt: 20 digits and 2 check digits that let a person come back without an account.

Digits can be typed in every script and dictated over a phone. The digits come by a keyed function from the caller's
idempotency key, so a retry gets the same receipt without its being stored; the database keeps only a keyed hash.
Check digits are ISO 7064 MOD 97-10: they find every single slip and every swap of neighbours.
"""

import asyncio
import secrets
import unicodedata
from dataclasses import dataclass, field
from typing import NewType
from uuid import UUID

from argon2.low_level import Type, hash_secret_raw

from referral.foundation.vault import SALT_BYTES, DataKey, Vault, salt_of

Receipt = NewType("Receipt", str)

DIGITS = 20
# What OWASP asks of Argon2id at least; 66 bits are guessed, so it is the digits that hold, and this what is in front.
MEMORY_KIB, ROUNDS, LANES, KEY_BYTES = 19 * 1024, 2, 1, 32
TABLE = "help_request"


@dataclass(frozen=True, slots=True)
class Lock:
    """What a receipt makes of a salt of its own: the first half of what opens one request."""

    salt: bytes = field(repr=False)
    stretched: bytes = field(repr=False)


def derive(vault: Vault, idempotency_hash: bytes) -> Receipt:
    """The receipt that belongs to one submission."""
    return checked(int.from_bytes(vault.digest("receipt", idempotency_hash)) % 10**DIGITS)


def checked(number: int) -> Receipt:
    """A number with its check digits."""
    return Receipt(f"{number:0{DIGITS}d}{98 - number * 100 % 97:02d}")


def read(written: str) -> Receipt | None:
    """The receipt someone typed, in any script's digits, with any spacing; None if it cannot be one."""
    digits = "".join(str(unicodedata.digit(sign)) for sign in written if unicodedata.digit(sign, None) is not None)
    strange = any(sign.isalpha() for sign in written)
    if strange or len(digits) != DIGITS + 2 or int(digits) % 97 != 1:
        return None
    return Receipt(digits)


def written(receipt: Receipt) -> str:
    """In groups of four, as it is shown and printed."""
    return " ".join(receipt[start : start + 4] for start in range(0, len(receipt), 4))


def hashed(vault: Vault, receipt: Receipt) -> bytes:
    """What the database keeps."""
    return vault.digest("receipt look-up", receipt)


async def lock(receipt: Receipt) -> Lock:
    """A new lock that this receipt opens. It takes a thread some 20 ms, so it is made before a transaction begins."""
    salt = secrets.token_bytes(SALT_BYTES)
    return Lock(salt, await asyncio.to_thread(stretched, receipt, salt))


async def opened(vault: Vault, receipt: Receipt, id: UUID | None, copy: bytes | None) -> DataKey | None:
    """The key of the request of this receipt; None where there is no copy that a receipt opens.

    Whether there is a request or not, the same work is done: an answer takes as long for a wrong receipt. Raises
    KeyDestroyed.
    """
    salt = salt_of(copy) if copy else vault.digest("receipt of nobody", receipt)[:SALT_BYTES]
    key = await asyncio.to_thread(stretched, receipt, salt)
    if id is None or copy is None:
        vault.by_nobody(key, salt)
        return None
    return vault.by_requester(id, copy, key, table=TABLE)


def stretched(receipt: Receipt, salt: bytes) -> bytes:
    """Slow on purpose."""
    return hash_secret_raw(receipt.encode(), salt, ROUNDS, MEMORY_KIB, LANES, KEY_BYTES, Type.ID)
