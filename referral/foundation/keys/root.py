"""What wraps the keys that are kept: a root key behind four calls, in a file or in a key service.

wrap and unwrap are what a key service calls encrypt and decrypt; `about` says what is wrapped, and the same must be
said to unwrap it. rotate makes a new root key for what is wrapped from now on, while all that was goes on opening;
destroy ends every root key but the newest, once everything has been wrapped anew.
"""

import secrets
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from referral.foundation.keys import files as key_files
from referral.foundation.keys.refusals import KeyFileUnusable, SealBroken

KEY_BYTES = 32
ID_BYTES = 8
NONCE_BYTES = 12


class RootKey(Protocol):
    """A key that never leaves its place, and what can be asked of it."""

    @property
    def place(self) -> str: ...

    def wrap(self, plain: bytes, *, about: str) -> bytes: ...

    def unwrap(self, wrapped: bytes, *, about: str) -> bytes: ...

    def rotate(self) -> None: ...

    def destroy(self) -> None: ...


@dataclass(frozen=True, slots=True)
class FileRoot:
    """32 bytes in a file that only its owner can read, outside the database and its backups."""

    path: Path

    @property
    def place(self) -> str:
        return str(self.path)

    @property
    def exists(self) -> bool:
        return self.path.exists()

    @property
    def before(self) -> Path:
        """The root key before this one, while not everything has been wrapped anew."""
        return self.path.with_name(f"{self.path.name}.before")

    def create(self) -> None:
        """Make a key where there is none; when two processes start at once, the first one's stays."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        key_files.write_once(self.path, secrets.token_bytes(KEY_BYTES))

    def read(self) -> bytes:
        """The key itself, for what older versions made of it. Raises KeyFileUnusable."""
        return whole(self.path)

    def wrap(self, plain: bytes, *, about: str) -> bytes:
        root, nonce = self.read(), secrets.token_bytes(NONCE_BYTES)
        return named(root) + nonce + AESGCM(wrapping(root)).encrypt(nonce, plain, about.encode())

    def unwrap(self, wrapped: bytes, *, about: str) -> bytes:
        """Raises SealBroken where none of our root keys has wrapped it, or it was wrapped as something else."""
        by, nonce = wrapped[:ID_BYTES], wrapped[ID_BYTES : ID_BYTES + NONCE_BYTES]
        for path in (self.path, self.before):
            if path.exists() and named(root := whole(path)) == by:
                try:
                    return AESGCM(wrapping(root)).decrypt(nonce, wrapped[ID_BYTES + NONCE_BYTES :], about.encode())
                except InvalidTag:
                    break
        raise SealBroken

    def rotate(self) -> None:
        """Begin with a new key; one that was begun with and not ended goes on."""
        now = self.read()
        if not self.before.exists():
            key_files.write_once(self.before, now)
        if whole(self.before) == now:
            key_files.replace(self.path, secrets.token_bytes(KEY_BYTES))

    def destroy(self) -> None:
        key_files.destroy(self.before)


def whole(path: Path) -> bytes:
    try:
        key_files.checked(path)
        root = path.read_bytes()
    except OSError as error:
        raise KeyFileUnusable(f"{path} cannot be read ({error.strerror}). Restore it from your key backup.") from None
    if len(root) != KEY_BYTES:
        raise KeyFileUnusable(f"{path} holds {len(root)} bytes, not {KEY_BYTES}. Restore it from your key backup.")
    return root


def named(root: bytes) -> bytes:
    """Which key it is, without telling anything of it."""
    return sha256(derived(root, "name")).digest()[:ID_BYTES]


def wrapping(root: bytes) -> bytes:
    return derived(root, "root wrap")


def derived(root: bytes, purpose: str) -> bytes:
    """A key of its own for each purpose."""
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"referral/{purpose}".encode()).derive(root)
