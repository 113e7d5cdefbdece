"""How do keys lie on a disk? Each in a file of its owner alone, written whole or not at all, and destroyed by writing
over it before it goes.
"""

import os
import secrets
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from referral.foundation.keys.refusals import KeyFileUnusable

OTHERS = 0o077


def ready(folder: Path) -> None:
    """Make a folder for its owner alone. Raises KeyFileUnusable where it cannot be made, or others may look into it."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise KeyFileUnusable(
            f"{folder} cannot be made ({error.strerror}). Choose another with REFERRAL_KEYS."
        ) from None
    checked(folder)


def checked(path: Path) -> None:
    """Raises KeyFileUnusable where anyone but its owner may use it."""
    mode = path.stat()
    if stat.S_IMODE(mode.st_mode) & OTHERS:
        change = "700" if stat.S_ISDIR(mode.st_mode) else "600"
        raise KeyFileUnusable(f"{path} can be read by others. Run: chmod {change} {path}")


def outside(folder: Path, data: Path | None) -> None:
    """Raises KeyFileUnusable where keys would lie in the database's own folder, and so in each base backup of it."""
    if data is not None and folder.resolve().is_relative_to(data.resolve()):
        raise KeyFileUnusable(
            f"{folder} lies inside the database's own folder, and a backup of that would hold the keys too. "
            "Set REFERRAL_KEYS to a folder outside of it."
        )


def write_once(path: Path, content: bytes) -> bool:
    """Write a new file whole or not at all; False where there is one already, which stays as it is."""
    draft = drafted(path, content)
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    settle(path.parent)
    return True


def replace(path: Path, content: bytes) -> None:
    """Write a file anew, whole or not at all; what it held before is written over."""
    before = path.with_name(f"{path.name}.{secrets.token_hex(8)}.gone")
    with suppress(FileNotFoundError):
        before.hardlink_to(path)
    drafted(path, content).replace(path)
    settle(path.parent)
    destroy(before)


def drafted(path: Path, content: bytes) -> Path:
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")  # in two containers a process has one number
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return draft


def destroy(path: Path) -> bool:
    """Write over what a file holds, and delete it; whether there was one.

    A disk that moves what is written over, or a snapshot of it, may still hold it: docs/keys.md says what to do there.
    """
    try:
        size = path.stat().st_size
        with path.open("r+b", buffering=0) as file:
            file.write(secrets.token_bytes(size))
            os.fsync(file.fileno())
    except FileNotFoundError:
        return False
    path.unlink(missing_ok=True)
    settle(path.parent)
    return True


def settle(folder: Path) -> None:
    """Let what was written or deleted in a folder outlast a power cut."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def copied(paths: Iterable[Path], into: Path) -> None:
    """Put copies of files beside each other, where they are not yet."""
    ready(into)
    for path in paths:
        write_once(into / path.name, path.read_bytes())
