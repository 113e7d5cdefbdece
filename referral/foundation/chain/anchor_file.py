"""The anchors outside the database: a file that is only added to, one anchor on each line."""

import fcntl
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import msgspec
import orjson

from referral.foundation.chain.anchors import Anchor

LONGEST_LINE = 4096  # a line has about 600 signs


class AnchorsUnreadable(Exception):  # noqa: N818 - said to the operator as a sentence
    """The file of anchors cannot be read or written; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An anchor as it stands in the file."""

    number: int
    trail: str
    at: datetime
    position: int
    hash: str
    is_checkpoint: bool
    previous: str
    public_key: str
    signature: str

    @property
    def anchor(self) -> Anchor:
        return Anchor(
            number=self.number,
            trail=UUID(self.trail),
            at=self.at,
            position=self.position,
            hash=bytes.fromhex(self.hash),
            is_checkpoint=self.is_checkpoint,
            previous=bytes.fromhex(self.previous),
            public_key=bytes.fromhex(self.public_key),
            signature=bytes.fromhex(self.signature),
        )


def line(anchor: Anchor) -> bytes:
    """The line of an anchor, as in the file and in a letter."""
    told = Line(
        number=anchor.number,
        trail=str(anchor.trail),
        at=anchor.at,
        position=anchor.position,
        hash=anchor.hash.hex(),
        is_checkpoint=anchor.is_checkpoint,
        previous=anchor.previous.hex(),
        public_key=anchor.public_key.hex(),
        signature=anchor.signature.hex(),
    )
    return msgspec.json.encode(told)


def add(path: Path, anchors: Sequence[Anchor]) -> None:
    """Add anchors at the end, on the disk before this returns. Raises AnchorsUnreadable."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600), "rb+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # workers of one machine share it
            known = newest_of(file.fileno(), anchors[0].trail) if anchors else 0
            cut_off = ends_within_a_line(file.fileno())
            lines = b"".join(line(one) + b"\n" for one in anchors if one.number > known)
            if lines:
                file.write(b"\n" + lines if cut_off else lines)
                file.flush()
                os.fsync(file.fileno())
    except OSError as error:
        raise AnchorsUnreadable(f"{path} cannot be written ({error.strerror}).") from None


def newest(path: Path, trail: UUID) -> int:
    """The number of the last anchor of this trail in the file; 0 where there is none. Raises AnchorsUnreadable."""
    if not path.exists():
        return 0
    try:
        with path.open("rb") as file:
            return newest_of(file.fileno(), trail)
    except OSError as error:
        raise AnchorsUnreadable(f"{path} cannot be read ({error.strerror}).") from None


def newest_of(file: int, trail: UUID) -> int:
    """Read from the end: the file may be long."""
    size = os.fstat(file).st_size
    last = os.pread(file, 16 * LONGEST_LINE, max(0, size - 16 * LONGEST_LINE))
    return max((one.number for one in readable(last.splitlines()) if one.trail == trail), default=0)


def ends_within_a_line(file: int) -> bool:
    """Whether whoever wrote last died of it."""
    size = os.fstat(file).st_size
    return size > 0 and os.pread(file, 1, size - 1) != b"\n"


def readable(lines: Sequence[bytes]) -> Iterator[Anchor]:
    for text in lines:
        if (anchor := read_line(text)) is not None:
            yield anchor


def read_line(text: bytes) -> Anchor | None:
    """The anchor of a line; None where it is not one."""
    try:
        return msgspec.convert(orjson.loads(text), Line).anchor
    except (ValueError, msgspec.ValidationError):
        return None


def read(path: Path) -> tuple[list[Anchor], list[int]]:
    """All anchors of a file, and the numbers of the lines that are none. Raises AnchorsUnreadable."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise AnchorsUnreadable(f"{path} cannot be read ({error.strerror}).") from None
    told = [(number, read_line(text)) for number, text in enumerate(lines, start=1) if text.strip()]
    return [one for _, one in told if one is not None], [number for number, one in told if one is None]
