"""What brings the private keys back when the root key is lost: parts for several people, of whom some must come.

Each recovery officer has a key pair made by `made`, and keeps the private half away from the machine. `sealed` takes
one secret of its own for each call, splits it, and seals a part to each officer; under that secret stand the inner
secret and every private half. A copy of it is worth nothing without enough officers.
"""

import secrets
from collections.abc import Mapping, Sequence

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from referral.foundation.keys import sharing
from referral.foundation.keys.hybrid import PrivateHalf, PublicHalf
from referral.foundation.keys.refusals import SealBroken

KEY_BYTES = 32
NONCE_BYTES = 12
ABOUT = b"referral/escrow/1"


class Escrow(msgspec.Struct, kw_only=True):
    """What is written down: how many are needed, a part for each officer, and what lies under the secret."""

    needed: int
    parts: dict[str, bytes]  # by the officer's number, sealed to them
    contents: dict[str, bytes]  # by name, under the secret


def sealed(contents: Mapping[str, bytes], officers: Sequence[bytes], *, needed: int) -> bytes:
    """The contents for these public halves. ValueError where more are needed than there are, or one is no key."""
    key = secrets.token_bytes(KEY_BYTES)
    halves = [PublicHalf.read(raw) for raw in officers]
    parts = sharing.split(key, parts=len(halves), needed=needed)
    return msgspec.json.encode(
        Escrow(
            needed=needed,
            parts={
                str(number): half.seal(parts[number], info=ABOUT + bytes([number]))
                for number, half in enumerate(halves, start=1)
            },
            contents={name: under(key, plain, name) for name, plain in contents.items()},
        )
    )


def under(key: bytes, plain: bytes, name: str) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, ABOUT + name.encode())


def opened(written: bytes, officers: Sequence[bytes]) -> dict[str, bytes]:
    """What lies in escrow, by the private halves of enough officers.

    SealBroken where too few of them are its officers, ValueError where it cannot be read.
    """
    try:
        escrow = msgspec.json.decode(written, type=Escrow)
    except msgspec.DecodeError:
        raise ValueError("This is no escrow.") from None
    parts: dict[int, bytes] = {}
    for half in map(PrivateHalf.read, officers):
        for number, part in escrow.parts.items():
            try:
                parts[int(number)] = half.open(part, info=ABOUT + bytes([int(number)]))
            except SealBroken:
                continue
    if len(parts) < escrow.needed:
        raise SealBroken
    key = sharing.joined(dict(list(parts.items())[: escrow.needed]))
    try:
        return {
            name: AESGCM(key).decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], ABOUT + name.encode())
            for name, body in escrow.contents.items()
        }
    except InvalidTag:
        raise SealBroken from None
