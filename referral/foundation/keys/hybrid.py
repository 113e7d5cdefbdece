"""Sealing to somebody who is not here: HPKE (RFC 9180) with a hybrid of ML-KEM-768 and X25519.

Whoever records today and has a quantum computer later opens nothing while either half holds. What is sealed is bound
to `info`: a wrapped key that is moved elsewhere does not open there.
"""

from dataclasses import dataclass, field
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from referral.foundation.keys.refusals import SealBroken

SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
LATTICE_PUBLIC_BYTES, CURVE_BYTES, LATTICE_SEED_BYTES = 1184, 32, 64
PUBLIC_BYTES = LATTICE_PUBLIC_BYTES + CURVE_BYTES
PRIVATE_BYTES = LATTICE_SEED_BYTES + CURVE_BYTES


@dataclass(frozen=True, slots=True)
class PublicHalf:
    """Seals, and opens nothing."""

    key: MLKEM768X25519PublicKey

    @classmethod
    def read(cls, raw: bytes) -> Self:
        """Raises ValueError for what is no public half."""
        if len(raw) != PUBLIC_BYTES:
            raise ValueError(f"A public half has {PUBLIC_BYTES} bytes, not {len(raw)}.")
        lattice = MLKEM768PublicKey.from_public_bytes(raw[:LATTICE_PUBLIC_BYTES])
        return cls(MLKEM768X25519PublicKey(lattice, X25519PublicKey.from_public_bytes(raw[LATTICE_PUBLIC_BYTES:])))

    def seal(self, plain: bytes, *, info: bytes) -> bytes:
        return SUITE.encrypt(plain, self.key, info=info)


@dataclass(frozen=True, slots=True)
class PrivateHalf:
    """Opens what was sealed to its public half."""

    raw: bytes = field(repr=False)
    key: MLKEM768X25519PrivateKey = field(repr=False, compare=False)
    public: bytes = field(repr=False, compare=False)

    @classmethod
    def made(cls) -> Self:
        return cls.read(
            MLKEM768PrivateKey.generate().private_bytes_raw() + X25519PrivateKey.generate().private_bytes_raw()
        )

    @classmethod
    def read(cls, raw: bytes) -> Self:
        """Raises ValueError for what is no private half."""
        if len(raw) != PRIVATE_BYTES:
            raise ValueError(f"A private half has {PRIVATE_BYTES} bytes, not {len(raw)}.")
        lattice = MLKEM768PrivateKey.from_seed_bytes(raw[:LATTICE_SEED_BYTES])
        curve = X25519PrivateKey.from_private_bytes(raw[LATTICE_SEED_BYTES:])
        public = lattice.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()
        return cls(raw, MLKEM768X25519PrivateKey(lattice, curve), public)

    def open(self, sealed: bytes, *, info: bytes) -> bytes:
        """Raises SealBroken where it was sealed to another half or for another place."""
        try:
            return SUITE.decrypt(sealed, self.key, info=info)
        except InvalidTag:
            raise SealBroken from None
