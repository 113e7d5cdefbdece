"""Sealing: what could tell who a person is reaches the database only as ciphertext.

Each subject (a request) has a data key of its own, wrapped by the root key. The root key is 32 bytes in a file that
only its owner can read, outside the database and its backups. From it come, by HKDF, one wrapping key and one key for
each kind of keyed hash. Sealed values are AES-256-GCM, padded so that lengths say little, and bound to the table, row
and field they stand in: a value copied to another row does not open.
"""

import hmac
import os
import secrets
import stat
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import NewType
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

DataKey = NewType("DataKey", bytes)

KEY_BYTES = 32
NONCE_BYTES = 12
VERSION = b"\x01"
PADDING_STEPS = (512, 2048, 8192, 32768)


class KeyFileUnusable(Exception):  # noqa: N818 - said to the operator as a sentence
    """The root key file cannot be trusted or read; the message says what to do."""


class SealBroken(Exception):  # noqa: N818 - never an answer to anyone: wrong key, or the row was tampered with
    """A sealed value did not open."""


@dataclass(frozen=True, slots=True)
class Vault:
    """Holds the root key in memory and hands out what is derived from it."""

    root: bytes = field(repr=False)
    derived: dict[str, bytes] = field(default_factory=dict[str, bytes], repr=False, compare=False)

    def new_key(self, subject: UUID) -> tuple[DataKey, bytes]:
        """A fresh data key for `subject`, and the same wrapped by the root key, to be stored beside the row."""
        key = DataKey(secrets.token_bytes(KEY_BYTES))
        return key, encrypt(self.derive("wrap"), key, bound_to=subject.bytes)

    def unwrap(self, subject: UUID, wrapped: bytes) -> DataKey:
        return DataKey(decrypt(self.derive("wrap"), wrapped, bound_to=subject.bytes))

    def digest(self, purpose: str, value: str | bytes) -> bytes:
        """A keyed hash for look-ups: useless without the root key, so a stolen table cannot be tried offline."""
        text = value.encode() if isinstance(value, str) else value
        return hmac.digest(self.derive(f"digest {purpose}"), text, sha256)

    def derive(self, purpose: str) -> bytes:
        """A key of its own for each purpose; there are a handful, and each is made once."""
        if (known := self.derived.get(purpose)) is None:
            known = HKDF(SHA256(), KEY_BYTES, salt=None, info=f"referral/{purpose}".encode()).derive(self.root)
            self.derived[purpose] = known
        return known


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


def open_vault(path: Path, *, may_create: bool = True) -> Vault:
    """The vault of this key file; makes the key at first use, if it may.

    Raises KeyFileUnusable if the file is missing, others could read it, or it does not hold 32 bytes.
    """
    if not path.exists() and not may_create:
        raise KeyFileUnusable(
            f"{path} is missing, and the database holds requests that only its key opens. Restore the file from your "
            "key backup. No new key is made: with it nobody could read them again."
        )
    if not path.exists():
        create_key_file(path)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise KeyFileUnusable(f"{path} can be read by others. Run: chmod 600 {path}")
    root = path.read_bytes()
    if len(root) != KEY_BYTES:
        raise KeyFileUnusable(f"{path} holds {len(root)} bytes, not {KEY_BYTES}. Restore it from your key backup.")
    return Vault(root)


def create_key_file(path: Path) -> None:
    """Write a new key whole or not at all; when two processes start at once, the first one's key stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")  # in two containers a process has one number
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()
