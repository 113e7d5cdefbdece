"""How far had the chain come, and who says so? Signed anchors: in the database, and outside it, where they count.

An anchor names a position of the chain and the hash there, and is chained to the anchor before it. Whoever can write
the database can make another chain that holds together; the anchors they have not got are what shows it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import LiteralString
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from referral.foundation.chain import linking
from referral.foundation.chain.acts import START, microseconds
from referral.foundation.db import Reader, Tx, execute, many, one
from referral.foundation.vault import Vault

FORM = "referral audit anchor 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """Signed words: at this moment the act at this position had this hash; or, of a checkpoint, all up to it went."""

    number: int
    trail: UUID
    at: datetime
    position: int
    hash: bytes
    is_checkpoint: bool
    previous: bytes
    public_key: bytes
    signature: bytes

    @property
    def words(self) -> bytes:
        """What is signed."""
        return orjson.dumps(
            [
                FORM,
                self.number,
                str(self.trail),
                microseconds(self.at),
                self.position,
                self.hash.hex(),
                self.is_checkpoint,
                self.previous.hex(),
                self.public_key.hex(),
            ]
        )

    @property
    def hashed(self) -> bytes:
        """What the next anchor is chained to."""
        return sha256(self.words + self.signature).digest()

    def is_signed_by(self, keys: Sequence[bytes]) -> bool:
        """Whether one of these public keys signed it."""
        if self.public_key not in keys:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(self.signature, self.words)
        except (InvalidSignature, ValueError):
            return False
        return True


ANCHOR: LiteralString = "number, trail, at, position, hash, is_checkpoint, previous, public_key, signature"


def anchor_key(vault: Vault) -> Ed25519PrivateKey:
    """The key that signs anchors."""
    return Ed25519PrivateKey.from_private_bytes(vault.derive("audit anchor"))


def public_key(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


async def drop(tx: Tx, key: Ed25519PrivateKey, *, now: datetime) -> Anchor | None:
    """Sign how far the chain has come; None where it has not moved, or somebody else is at it."""
    end = await linking.held(tx)
    newest = await last(tx)
    if end is None or end.position <= (newest.position if newest else 0):
        return None
    return await sign(tx, key, end.trail, end.position, end.hash, is_checkpoint=False, now=now)


async def sign(
    tx: Tx, key: Ed25519PrivateKey, trail: UUID, position: int, hashed: bytes, *, is_checkpoint: bool, now: datetime
) -> Anchor:
    """Write the next anchor. The caller holds the end of the chain: one at a time."""
    newest = await last(tx)
    unsigned = Anchor(
        number=newest.number + 1 if newest else 1,
        trail=trail,
        at=now,
        position=position,
        hash=hashed,
        is_checkpoint=is_checkpoint,
        previous=newest.hashed if newest else START,
        public_key=public_key(key),
        signature=b"",
    )
    anchor = replace(unsigned, signature=key.sign(unsigned.words))
    await execute(
        tx,
        f"INSERT INTO audit_anchor ({ANCHOR}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        anchor.number,
        anchor.trail,
        anchor.at,
        anchor.position,
        anchor.hash,
        anchor.is_checkpoint,
        anchor.previous,
        anchor.public_key,
        anchor.signature,
    )
    return anchor


async def last(at: Reader) -> Anchor | None:
    """The newest anchor."""
    return await one(at, Anchor, f"SELECT {ANCHOR} FROM audit_anchor ORDER BY number DESC LIMIT 1")


async def after(at: Reader, number: int, *, at_most: int) -> list[Anchor]:
    """Anchors that follow this one, in order."""
    return await many(
        at, Anchor, f"SELECT {ANCHOR} FROM audit_anchor WHERE number > $1 ORDER BY number LIMIT $2", number, at_most
    )
