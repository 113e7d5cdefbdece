"""The vault of a key folder: made at first use, refused where it cannot be trusted, taken over from older versions."""

import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from referral.foundation.keys import files as key_files
from referral.foundation.keys.hybrid import PrivateHalf
from referral.foundation.keys.refusals import KeyFileUnusable, SealBroken
from referral.foundation.keys.ring import PRIVATE, PUBLIC, SHARE, Ring
from referral.foundation.keys.root import KEY_BYTES, FileRoot, RootKey, derived
from referral.foundation.vault import OLD_WRAP, Secret, Vault

PEPPER, INNER = "pepper", "inner"
# What was derived from the one root key before there were two secrets, and is still in the database or in letters.
HASHED_BEFORE = (
    "idempotency", "body", "receipt", "receipt look-up", "message", "offer", "act", "plan", "plan body", "letter",
)  # fmt: skip
DERIVED_BEFORE = ("links", OLD_WRAP)


class Stored(msgspec.Struct):
    """A secret as a file holds it."""

    value: bytes
    known: dict[str, bytes]


def open_vault(
    folder: Path,
    root: RootKey | None = None,
    *,
    may_create: bool = True,
    data: Path | None = None,
    backup: Path | None = None,
) -> Vault:
    """The vault of this folder: with `root` it opens what was sealed, without it it only takes in.

    `data` is the database's own folder, in which no keys may lie. Raises KeyFileUnusable.
    """
    key_files.outside(folder, data)
    if root is None:
        return without_private_keys(folder)
    key_files.ready(folder)
    was_there = found_or_made(root, folder, may_create=may_create)
    all_checked(folder)
    if not (folder / PEPPER).exists() or not (folder / INNER).exists():
        make_secrets(folder, root, was_there=was_there)
    if backup is not None:
        key_files.copied([folder / PEPPER, folder / INNER], backup)
    pepper, inner = read_pepper(folder), read_inner(folder, root)
    return Vault(as_secret(pepper), as_secret(inner), Ring(folder, root, backup))


def without_private_keys(folder: Path) -> Vault:
    if not (folder / PEPPER).exists():
        raise KeyFileUnusable(
            f"{folder} holds no keys to seal with. Run `referral keys export-public` where the private keys are, and "
            "bring that folder here."
        )
    all_checked(folder)
    return Vault(as_secret(read_pepper(folder)), None, Ring(folder, None))


def found_or_made(root: RootKey, folder: Path, *, may_create: bool) -> bool:
    """Make a root key at first use; whether there was one. Raises KeyFileUnusable where one must have been."""
    if not isinstance(root, FileRoot):
        if not may_create and not (folder / INNER).exists():
            raise missing(folder / INNER)
        return False
    if root.exists:
        return True
    if (folder / PEPPER).exists() and not (folder / INNER).exists():
        raise KeyFileUnusable(
            f"{folder} holds no private keys: it is for `referral serve --surface public`. Run this where they are."
        )
    if not may_create or (folder / INNER).exists():
        raise missing(root.path)
    root.create()
    return False


def missing(path: Path) -> KeyFileUnusable:
    return KeyFileUnusable(
        f"{path} is missing, and the database holds requests that only its key opens. Restore the file from your "
        "key backup. No new key is made: with it nobody could read them again."
    )


def all_checked(folder: Path) -> None:
    key_files.checked(folder)
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):  # another process is just making its keys
            key_files.checked(path)


def make_secrets(folder: Path, root: RootKey, *, was_there: bool) -> None:
    """New secrets. Where a root key was there before them they keep what older versions derived from it."""
    pepper, inner = (Stored(value=secrets.token_bytes(KEY_BYTES), known={}) for _ in range(2))
    if was_there and isinstance(root, FileRoot):
        old = root.read()
        pepper.known = {f"digest {one}": derived(old, f"digest {one}") for one in HASHED_BEFORE}
        inner.known = {one: derived(old, one) for one in DERIVED_BEFORE}
    key_files.write_once(folder / INNER, root.wrap(msgspec.json.encode(inner), about=INNER))
    key_files.write_once(folder / PEPPER, msgspec.json.encode(pepper))


def read_pepper(folder: Path) -> Stored:
    try:
        return msgspec.json.decode((folder / PEPPER).read_bytes(), type=Stored)
    except (OSError, msgspec.DecodeError):
        raise KeyFileUnusable(f"{folder / PEPPER} cannot be read. Restore it from your key backup.") from None


def read_inner(folder: Path, root: RootKey) -> Stored:
    try:
        return msgspec.json.decode(root.unwrap((folder / INNER).read_bytes(), about=INNER), type=Stored)
    except SealBroken:
        raise KeyFileUnusable(
            f"{root.place} is not the key that {folder} was wrapped with. Restore the right one from your key backup."
        ) from None


def as_secret(stored: Stored) -> Secret:
    return Secret(stored.value, stored.known)


# ---------------------------------------------------------------- what an operator does with a folder
def rotate(folder: Path, root: RootKey, ring: Ring) -> int:
    """Make a new root key, wrap everything by it and destroy the one before; how many private halves there are.

    Interrupted, it goes on where it was when it is called again.
    """
    root.rotate()
    count = ring.wrap_anew()
    key_files.replace(folder / INNER, root.wrap(root.unwrap((folder / INNER).read_bytes(), about=INNER), about=INNER))
    if ring.backup is not None:
        key_files.replace(ring.backup / INNER, (folder / INNER).read_bytes())
    root.destroy()
    return count


def forget_old_wrap(folder: Path, root: RootKey, backup: Path | None = None) -> bool:
    """Destroy what opened the data keys of older versions; whether there was something to destroy.

    The root key of then could derive it again: it is gone only once the root key is rotated, too.
    """
    stored = read_inner(folder, root)
    if stored.known.pop(OLD_WRAP, None) is None:
        return False
    key_files.replace(folder / INNER, root.wrap(msgspec.json.encode(stored), about=INNER))
    if backup is not None:
        key_files.replace(backup / INNER, (folder / INNER).read_bytes())
    return True


def export_public(folder: Path, into: Path) -> int:
    """Bring a folder up to date for a machine that the public can reach: it seals, and opens nothing; how many epochs.

    What has been destroyed here is destroyed there. Raises KeyFileUnusable where private keys lie there.
    """
    key_files.ready(into)
    if (into / INNER).exists() or any(into.rglob("*.private")):
        raise KeyFileUnusable(f"{into} holds private keys. Choose an empty folder.")
    source, there = folder / "epochs", Ring(into, None)
    ours = Ring(folder, None)
    key_files.copied([folder / PEPPER], into)
    for one in ours.held():
        if one.is_destroyed:
            there.destroy(one.epoch)
        elif one.seals:
            key_files.copied([source / f"{one.epoch.name}.{part}" for part in (SHARE, PUBLIC)], into / "epochs")
    return sum(one.seals for one in there.held())


def to_escrow(folder: Path, root: RootKey, ring: Ring) -> dict[str, bytes]:
    """What recovery officers are to be able to bring back: everything but the root key, which wraps it."""
    found = {PEPPER: (folder / PEPPER).read_bytes(), INNER: root.unwrap((folder / INNER).read_bytes(), about=INNER)}
    for one in ring.held():
        if one.opens:
            found[f"{one.epoch.name}.{PRIVATE}"] = ring.opening(one.epoch).raw
            found[f"{one.epoch.name}.{SHARE}"] = ring.share(one.epoch)
    return found


def from_escrow(contents: Mapping[str, bytes], folder: Path, root: RootKey) -> int:
    """Make a key folder of what was in escrow, under a new root key; how many epochs open again.

    Raises KeyFileUnusable for a folder that holds keys already.
    """
    if folder.exists() and any(folder.iterdir()):
        raise KeyFileUnusable(f"{folder} is not empty. Choose a new folder: nothing is written over.")
    epochs = folder / "epochs"
    key_files.ready(folder)
    key_files.ready(epochs)
    if isinstance(root, FileRoot):
        root.create()
    key_files.write_once(folder / INNER, root.wrap(contents[INNER], about=INNER))
    key_files.write_once(folder / PEPPER, contents[PEPPER])
    count = 0
    for name, plain in contents.items():
        epoch_name, _, part = name.rpartition(".")
        if part == SHARE:
            key_files.write_once(epochs / name, plain)
        elif part == PRIVATE:
            key_files.write_once(epochs / name, root.wrap(plain, about=epoch_name))
            key_files.write_once(epochs / f"{epoch_name}.{PUBLIC}", PrivateHalf.read(plain).public)
            count += 1
    return count
