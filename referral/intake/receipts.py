"""The receipt: 20 digits and 2 check digits that let a person come back without an account.

Digits can be typed in every script and dictated over a phone. The digits come by a keyed function from the caller's
idempotency key, so a retry gets the same receipt without its being stored; the database keeps only a keyed hash.
Check digits are ISO 7064 MOD 97-10: they find every single slip and every swap of neighbours.
"""

import unicodedata
from typing import NewType

from referral.foundation.vault import Vault

Receipt = NewType("Receipt", str)

DIGITS = 20


def derive(vault: Vault, idempotency_hash: bytes) -> Receipt:
    """The receipt that belongs to one submission."""
    number = int.from_bytes(vault.digest("receipt", idempotency_hash)) % 10**DIGITS
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
