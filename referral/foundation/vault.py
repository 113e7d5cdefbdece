"""Sealing: what could tell who a person is reaches the database only as ciphertext.

Each subject (a request) has a data key of its own. It is sealed to the public half of the week's key (`epochs`), so a
process without private keys can take a request in and never open it again; and once more for the person, to what
follows from their receipt. Sealed values are AES-256-GCM, padded so that lengths say little, and bound to the table,
row and field they stand in: a value copied to another row does not open.

What is hashed with a key comes from the pepper, which every process has and which opens nothing. Whatever else is
derived comes from a secret that only processes with private keys have.
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import NewType
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from referral.foundation import clock
from referral.foundation.keys.epochs import PREFIX_BYTES, Epoch, Kept
from referral.foundation.keys.refusals import KeyDestroyed, KeyElsewhere, KeyFileUnusable, NoKeyNow, SealBroken
from referral.foundation.keys.ring import Ring

__all__ = ["DataKey", "Kept", "KeyFileUnusable", "SealBroken", "Secret", "Vault", "seal", "unseal"]

DataKey = NewType("DataKey", bytes)

KEY_BYTES = 32
NONCE_BYTES = 12
SALT_BYTES = 16
VERSION = b"\x01"  # of sealed values; of data keys: wrapped by what was derived from one root key, for good
BY_EPOCH = b"\x02"  # sealed to an epoch's public half
BY_REQUESTER = b"\x03"  # wrapped by what follows from a receipt
PADDING_STEPS = (1 << 10, 1 << 12, 1 << 14, 1 << 16)
OLD_WRAP = "wrap"


@dataclass(frozen=True, slots=True)
class Secret:
    """32 bytes, and what is derived from them: a key of its own for each purpose, made once.

    `known` holds what an older version derived from its root key, so that what it signed and hashed stays valid.
    """

    value: bytes = field(repr=False)
    known: Mapping[str, bytes] = field(default_factory=dict[str, bytes], repr=False)
    derived: dict[str, bytes] = field(default_factory=dict[str, bytes], repr=False, compare=False)

    def derive(self, purpose: str) -> bytes:
        if (found := self.known.get(purpose) or self.derived.get(purpose)) is None:
            found = HKDF(SHA256(), KEY_BYTES, salt=None, info=f"referral/{purpose}".encode()).derive(self.value)
            self.derived[purpose] = found
        return found


@dataclass(frozen=True, slots=True)
class Vault:
    """The keys of this process, and what can be done with them; `inner` is None where no private keys are held."""

    pepper: Secret = field(repr=False)
    inner: Secret | None = field(default=None, repr=False)
    ring: Ring | None = field(default=None, repr=False, compare=False)

    @property
    def opens(self) -> bool:
        """Whether this process can open what was sealed."""
        return self.inner is not None

    def can_seal(self, now: datetime) -> bool:
        """Whether a request of this moment could be taken in."""
        return self.ring is not None and (self.opens or self.ring.newest(Epoch.of(Kept.REQUEST, now)) is not None)

    def new_key(
        self, subject: UUID, *, table: str = "", kept: Kept = Kept.STANDING, now: datetime | None = None
    ) -> tuple[DataKey, bytes]:
        """A fresh data key for `subject`, and the same sealed to the week's public half, to be stored beside the row.

        NoKeyNow where this week's public half is missing and cannot be made here.
        """
        key = DataKey(secrets.token_bytes(KEY_BYTES))
        return key, self.wrapped(key, subject, table=table, kept=kept, now=now or clock.now())

    def wrapped(self, key: DataKey, subject: UUID, *, table: str, kept: Kept, now: datetime) -> bytes:
        """A data key sealed to the public half of the week of `now`."""
        if self.ring is None:
            raise NoKeyNow
        epoch, half = self.ring.sealing(kept, now)
        head = BY_EPOCH + epoch.prefix
        return head + half.seal(key, info=bound(head, table, subject))

    def unwrap(self, subject: UUID, wrapped: bytes, *, table: str = "") -> DataKey:
        """The data key. Raises KeyElsewhere, KeyDestroyed, or SealBroken for a wrong key or a moved value."""
        if wrapped[:1] == VERSION:
            return self.unwrap_old(subject, wrapped)
        epoch = epoch_of(wrapped)
        if wrapped[:1] != BY_EPOCH or epoch is None:
            raise SealBroken
        if self.ring is None or self.inner is None:
            raise KeyElsewhere
        head, body = wrapped[: 1 + PREFIX_BYTES], wrapped[1 + PREFIX_BYTES :]
        return DataKey(self.ring.opening(epoch).open(body, info=bound(head, table, subject)))

    def is_gone(self, wrapped: bytes) -> bool:
        """Whether the epoch of a data key has been destroyed."""
        epoch = epoch_of(wrapped)
        return epoch is not None and self.ring is not None and self.ring.is_destroyed(epoch)

    def unwrap_old(self, subject: UUID, wrapped: bytes) -> DataKey:
        """The data key as it was wrapped before there were epochs."""
        if self.inner is None:
            raise KeyElsewhere
        if OLD_WRAP not in self.inner.known:
            raise KeyDestroyed
        return DataKey(decrypt(self.inner.known[OLD_WRAP], wrapped, bound_to=subject.bytes))

    # ---------------------------------------------------------------- the person's own copy
    def for_requester(
        self, key: DataKey, subject: UUID, wrapped: bytes, stretched: bytes, salt: bytes, *, table: str
    ) -> bytes:
        """A data key once more, for whoever has the receipt that `stretched` was made of with `salt`.

        It goes with the epoch of `wrapped`, and needs the pepper and the epoch's share besides.
        """
        epoch = epoch_of(wrapped)
        if epoch is None or self.ring is None:
            raise SealBroken
        head = BY_REQUESTER + epoch.prefix + salt
        opener, nonce = self.requester_key(epoch, stretched, salt), secrets.token_bytes(NONCE_BYTES)
        return head + nonce + AESGCM(opener).encrypt(nonce, key, bound(head, table, subject))

    def by_requester(self, subject: UUID, copy: bytes, stretched: bytes, *, table: str) -> DataKey:
        """The data key, by the receipt. Raises KeyDestroyed, or SealBroken for another receipt or a moved value."""
        epoch = epoch_of(copy)
        if copy[:1] != BY_REQUESTER or epoch is None or self.ring is None:
            raise SealBroken
        after_head = 1 + PREFIX_BYTES + SALT_BYTES
        head, nonce, body = copy[:after_head], copy[after_head:][:NONCE_BYTES], copy[after_head + NONCE_BYTES :]
        opener = self.requester_key(epoch, stretched, salt_of(copy))
        try:
            return DataKey(AESGCM(opener).decrypt(nonce, body, bound(head, table, subject)))
        except InvalidTag:
            raise SealBroken from None

    def by_nobody(self, stretched: bytes, salt: bytes) -> None:
        """The same work as by_requester for a copy that is not there, so that an answer takes as long."""
        share = self.ring.any_share() if self.ring is not None else b""
        AESGCM(self.opener(stretched, share, salt, b"nobody")).encrypt(bytes(NONCE_BYTES), salt, None)

    def requester_key(self, epoch: Epoch, stretched: bytes, salt: bytes) -> bytes:
        assert self.ring is not None  # noqa: S101 - both callers have looked
        return self.opener(stretched, self.ring.share(epoch), salt, epoch.prefix)

    def opener(self, stretched: bytes, share: bytes, salt: bytes, epoch: bytes) -> bytes:
        parts = stretched + self.pepper.derive("requester") + share
        return HKDF(SHA256(), KEY_BYTES, salt=salt, info=b"referral/requester/" + epoch).derive(parts)

    # ---------------------------------------------------------------- what is derived
    def digest(self, purpose: str, value: str | bytes) -> bytes:
        """A keyed hash for look-ups: useless without the pepper, so a stolen table cannot be tried offline."""
        text = value.encode() if isinstance(value, str) else value
        return hmac.digest(self.pepper.derive(f"digest {purpose}"), text, sha256)

    def derive(self, purpose: str) -> bytes:
        """A key of its own for each purpose, for processes with private keys: whoever takes over a machine that the
        public can reach must be able to sign nothing. KeyElsewhere there.
        """
        if self.inner is None:
            raise KeyElsewhere
        return self.inner.derive(purpose)

    def index(self, field_name: str, value: str) -> bytes:
        """A keyed hash by which an exact value is found again; only processes with private keys can make one."""
        return hmac.digest(self.derive(f"index {field_name}"), value.encode(), sha256)


def epoch_of(wrapped: bytes) -> Epoch | None:
    """The epoch that a data key goes with; None for one from before there were epochs."""
    return Epoch.read(wrapped[1 : 1 + PREFIX_BYTES]) if wrapped[:1] in {BY_EPOCH, BY_REQUESTER} else None


def salt_of(copy: bytes) -> bytes:
    return copy[1 + PREFIX_BYTES : 1 + PREFIX_BYTES + SALT_BYTES]


def bound(head: bytes, table: str, subject: UUID) -> bytes:
    """What a wrapped key is bound to: version, epoch, table and subject."""
    return b"referral/data key/" + head + table.encode() + b"/" + subject.bytes


def seal(key: DataKey, plain: bytes, *, table: str, row: UUID, name: str) -> bytes:
    """Encrypt one field of one row."""
    return encrypt(key, pad(plain), bound_to=position(table, row, name))


def unseal(key: DataKey, sealed: bytes, *, table: str, row: UUID, name: str) -> bytes:
    """The plain value, or SealBroken if it was sealed for another place or with another key."""
    return unpad(decrypt(key, sealed, bound_to=position(table, row, name)))


def position(table: str, row: UUID, name: str) -> bytes:
    return f"{table}/{row}/{name}".encode()


def encrypt(key: bytes, plain: bytes, *, bound_to: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return VERSION + nonce + AESGCM(key).encrypt(nonce, plain, VERSION + bound_to)


def decrypt(key: bytes, sealed: bytes, *, bound_to: bytes) -> bytes:
    nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, body, sealed[:1] + bound_to)
    except InvalidTag:
        raise SealBroken from None


def pad(plain: bytes) -> bytes:
    """Length, value, zeros up to the next of a few sizes."""
    whole = len(plain).to_bytes(4) + plain
    size = next((step for step in PADDING_STEPS if len(whole) <= step), len(whole))
    return whole.ljust(size, b"\0")


def unpad(padded: bytes) -> bytes:
    return padded[4 : 4 + int.from_bytes(padded[:4])]
