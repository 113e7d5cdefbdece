"""How much of a page is packed for the way? What stands in our own files, and nothing else.

Packed, a page is shorter the more its parts are alike. Whoever can make a stranger's browser send words that come to
stand in the page, and can see how long the answer is, finds out letter by letter what else stands there (BREACH). So
nothing that may belong to one person is packed, be it a code, an answer, a token or a message: it travels as it is, and
adds to the length of the page the number of its bytes and no more. Templates and catalogues are packed around it: they
are the same for everybody, they repeat nothing that anybody typed, and they are most of a page.

One stream of deflate holds both. What is ours is squeezed, and each flush ends with a stored block of no bytes
(RFC 1951, 3.2.4): the person's words go into that block. The squeezing itself is shown zeros in their place, as many as
they are long. Our own words hold no zero, so nothing that is packed ever refers to them.
"""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from itertools import groupby
from operator import attrgetter

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse
from starlette.types import Receive, Scope, Send

from referral.edges.web.assets import source_of, takes_gzip
from referral.edges.web.marking import Part
from referral.edges.web.policies import PLAIN_PAGE, with_style

HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"  # gzip, without a name or a date
RAW = -15  # zlib's word for deflate without a frame
EMPTY_BLOCK = b"\x00\x00\xff\xff"  # how long a stored block is, and the same turned round: where a flush ends
LONGEST_BLOCK = 0xFFFF
SHORTEST_WORTH = 12  # bytes; a shorter piece of ours between two that are not costs more packed than as it is


def packed(parts: Sequence[Part]) -> bytes:
    """A page as gzip, of which only our own parts are squeezed."""
    whole = b"".join(part.text for part in parts)
    end = (zlib.crc32(whole).to_bytes(4, "little"), (len(whole) & 0xFFFFFFFF).to_bytes(4, "little"))
    return b"".join((HEAD, *deflated(worthwhile(parts)), *end))


def deflated(parts: Iterable[Part]) -> Iterable[bytes]:
    """The stream; pieces of ours and others take turns."""
    squeezing = zlib.compressobj(9, zlib.DEFLATED, RAW)
    for part in parts:
        if part.is_ours:
            if b"\x00" in part.text:
                raise ValueError("Our own words hold no zero: zeros stand for the words of others.")
            yield squeezing.compress(part.text)
            continue
        yield squeezing.flush(zlib.Z_SYNC_FLUSH).removesuffix(EMPTY_BLOCK)
        yield stored(part.text)
        squeezing.compress(bytes(len(part.text)))
        squeezing.flush(zlib.Z_SYNC_FLUSH)  # thrown away: what the reader has in this place is in the block
    yield squeezing.flush(zlib.Z_FINISH)


def stored(text: bytes) -> bytes:
    """What follows the head of a stored block: the text, in as many more blocks as it needs."""
    blocks = [text[at : at + LONGEST_BLOCK] for at in range(0, len(text), LONGEST_BLOCK)]
    return b"\x00".join(
        len(one).to_bytes(2, "little") + (len(one) ^ LONGEST_BLOCK).to_bytes(2, "little") + one for one in blocks
    )


def worthwhile(parts: Sequence[Part]) -> list[Part]:
    """Ours and others' in turns. A piece of ours that is too short to be worth packing goes as it is; whether it is
    depends on our own words alone.
    """
    turns = joined(one for one in parts if one.text)
    last = len(turns) - 1
    return joined(
        Part(text=one.text, is_ours=one.is_ours and (index in {0, last} or len(one.text) >= SHORTEST_WORTH))
        for index, one in enumerate(turns)
    )


def joined(parts: Iterable[Part]) -> list[Part]:
    return [
        Part(text=b"".join(one.text for one in alike), is_ours=is_ours)
        for is_ours, alike in groupby(parts, key=attrgetter("is_ours"))
    ]


class Page(HTMLResponse):
    """A page of ours, with the style that stands in it, which travels packed to browsers that take it so."""

    def __init__(
        self, parts: Sequence[Part], status_code: int, headers: Mapping[str, str], *, style: str | None = None
    ) -> None:
        self.parts, self.style = parts, style
        whole = b"".join(part.text for part in self.parts)
        super().__init__(whole, status_code, {**headers, "Vary": "Accept-Encoding"})

    @property
    def is_public(self) -> bool:
        """Whether it is the same for everybody: one that caches between us and the reader may keep."""
        return self.status_code == HTTPStatus.OK and self.headers["cache-control"].startswith("public")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        policy = self.headers.get("content-security-policy", PLAIN_PAGE)
        self.headers["content-security-policy"] = with_style(policy, source_of(self.style)) if self.style else policy
        if scope["method"] != "HEAD" and takes_gzip(Headers(scope=scope).get("accept-encoding", "")):
            parts = [Part(text=bytes(self.body), is_ours=True)] if self.is_public else self.parts
            self.body = packed(parts)
            self.headers["content-encoding"] = "gzip"
            self.headers["content-length"] = str(len(self.body))
        await super().__call__(scope, receive, send)
