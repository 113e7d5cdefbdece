"""What nobody else has, and the search for it: in files, in every way that a text may be written."""

import base64
import gzip
import mmap
import re
import secrets
import subprocess
import zlib
from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit, urlunsplit

from referral.foundation.embedded_programs import installed

if TYPE_CHECKING:
    from collections.abc import Generator

RECEIPT = re.compile(rb"\d{22}|\d{4}(?: \d{4}){4} \d{2}")
PACKED = b"\x1f\x8b"


@dataclass(frozen=True, slots=True, kw_only=True)
class Canaries:
    """What nobody else has: one mark in every text, one in every number, and one that a document takes for a name.

    Names in a document are a program's own words: an answer may repeat them, nothing may keep them.
    """

    text: str
    number: str
    name: str

    @property
    def core(self) -> str:
        """The part of the text's mark that a mail address or a name of GraphQL may hold."""
        return self.text.removeprefix("Ñ")

    @property
    def spellings(self) -> frozenset[bytes]:
        return frozenset({*self.values, *spellings(self.name)})

    @property
    def values(self) -> frozenset[bytes]:
        """What no refusal and no header may hold either."""
        return frozenset({*spellings(self.text), *spellings(self.number)})


def hatched() -> Canaries:
    """Letters alone in a text: digits among them might be taken for a number of somebody's papers, and refused."""
    text, name = ("q" + of("bcdfghjklmnpqrstvwxz", 13) for _ in range(2))
    return Canaries(text=f"Ñ{text}", number=of("123456789", 10), name=name)


def of(signs: str, size: int) -> str:
    return "".join(secrets.choice(signs) for _ in range(size))


def spellings(mark: str) -> Iterable[bytes]:
    """How a text may stand in a file: as itself, wide, in hex, in base64 of both alphabets, thrice begun, sign by sign.

    It is ASCII and holds nothing that JSON, a URL or a letter would write in another way: there it stands as itself.
    """
    core = mark.removeprefix("Ñ")
    yield core.encode()
    for written in (core.encode(), core.encode("utf-16-le"), core.encode("utf-16-be")):
        yield written
        yield written.hex().encode()
        yield written.hex().upper().encode()
        yield from in_base64(written)
    yield "".join(f"\\u{ord(sign):04x}" for sign in core).encode()
    yield "".join(f"%{ord(sign):02X}" for sign in core).encode()
    yield "".join(f"%{ord(sign):02x}" for sign in core).encode()


def in_base64(written: bytes) -> Iterable[bytes]:
    """What of it does not depend on its neighbours, wherever among three bytes it begins."""
    for shift in range(3):
        lead, whole = -(-shift * 4 // 3), base64.b64encode(b"\0" * shift + written)
        part = whole[lead + bool(shift) : len(whole) // 4 * 4 - 4]
        yield part
        yield part.translate(bytes.maketrans(b"+/", b"-_"))


def person(canaries: Canaries, index: int) -> dict[str, Any]:
    return {
        "name": f"{canaries.text} {index}",
        "contacts": [
            {"channel": "PHONE", "value": f"+{canaries.number} {index:02d}", "safeTimes": f"{canaries.text} mañana"},
            {"channel": "EMAIL", "value": address(canaries, index)},
        ],
        "note": f"Necesito ayuda, {canaries.text}.",
    }


def address(canaries: Canaries, index: int) -> str:
    """One that letters can be sent to."""
    return f"{canaries.core}.{index}@demo.invalid"


# ---------------------------------------------------------------- the search
@contextmanager
def opened(path: Path) -> "Generator[Any]":
    """What stands in a file; unpacked where it is packed by gzip."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content[:2] == PACKED:
            try:
                yield gzip.decompress(content)
            except (OSError, EOFError, zlib.error):  # it only begins like that
                yield content
        else:
            yield content


def found_in(files: Iterable[Path], patterns: frozenset[bytes]) -> list[tuple[str, bytes]]:
    """In which file, and what stands around it."""
    found: list[tuple[str, bytes]] = []
    for path in files:
        if path.is_file() and path.stat().st_size:
            with opened(path) as content:
                places = [(content.find(pattern), len(pattern)) for pattern in patterns]
                found += [(path.name, content[max(0, at - 150) : at + size + 50]) for at, size in places if at >= 0]
    return found


def receipts_in(path: Path) -> frozenset[bytes]:
    if path.stat().st_size == 0:
        return frozenset()
    with opened(path) as content:
        return frozenset(RECEIPT.findall(content))


def dumped(dsn: str, into: Path, *how: str) -> Path:
    """A dump of the whole database."""
    parts = urlsplit(dsn)
    user, _, where = parts.netloc.rpartition("@")
    name, _, password = user.partition(":")
    address = urlunsplit(parts._replace(netloc=f"{name}@{where}"))
    subprocess.run(
        [installed() / "pg_dump", *how, f"--file={into}", f"--dbname={address}"],
        check=True,
        timeout=300,
        env={"PGPASSWORD": unquote(password), "LC_ALL": "C"},
    )
    return into
