"""How much of a page is packed for the way? All of it where it is the same for everybody, else its frame alone.

Packed, a page is shorter the more its parts are alike. Whoever can make a stranger's browser send words that come to
stand in the page, and can see how long the answer is, finds out letter by letter what else stands there (BREACH). So
nothing that may belong to one person is packed, be it a code, an answer or a message: it travels as it is, in blocks
that are stored, and the length of the page tells how many letters it has and no more. The frame is what stands before
the content: the style, and the links to other languages. It repeats nothing that anybody typed, and is most of a page.
"""

import re
import zlib
from dataclasses import dataclass
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"  # gzip, without a name or a date
RAW = -15  # zlib's word for deflate without a frame
NOT_AT_ALL = re.compile(r"q\s*=\s*0(\.0*)?")
CONTENT = b"<main "


def squeezed(part: bytes) -> bytes:
    """A part of a deflate stream that refers to nothing before it."""
    squeezing = zlib.compressobj(9, zlib.DEFLATED, RAW)
    return squeezing.compress(part) + squeezing.flush(zlib.Z_FULL_FLUSH)


def stored(part: bytes, *, is_last: bool = False) -> bytes:
    """The same of a part that is left as it is."""
    storing = zlib.compressobj(0, zlib.DEFLATED, RAW)
    return storing.compress(part) + storing.flush(zlib.Z_FINISH if is_last else zlib.Z_FULL_FLUSH)


LAST = stored(b"", is_last=True)


def packed(page: bytes, *, is_public: bool) -> bytes:
    """A page as gzip."""
    if is_public:
        body = squeezed(page)
    else:
        frame, main, content = page.partition(CONTENT)
        body = squeezed(frame) + stored(main + content) if main else stored(page)
    return b"".join((HEAD, body, LAST, zlib.crc32(page).to_bytes(4, "little"), len(page).to_bytes(4, "little")))


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header names it, and not with q=0."""
    for part in accepted.split(","):
        name, _, liking = part.partition(";")
        if name.strip().lower() == "gzip":
            return NOT_AT_ALL.fullmatch(liking.strip()) is None
    return False


def is_public(status: int, headers: Headers) -> bool:
    """Whether the page is the same for everybody: one that caches between us and the reader may keep."""
    return status == HTTPStatus.OK and headers.get("cache-control", "").startswith("public")


@dataclass(frozen=True, slots=True)
class Packed:
    """Packs pages for browsers that take them so; all else passes as it is."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] == "HEAD":
            await self.app(scope, receive, send)
            return
        does_take = takes_gzip(Headers(scope=scope).get("accept-encoding", ""))
        begun: Message | None = None

        async def packing(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start" and is_page(message):
                begun = message
            elif begun is not None and message["type"] == "http.response.body":
                start, begun = begun, None
                await send_page(start, message, send, does_take=does_take)
            else:
                await send(message)

        await self.app(scope, receive, packing)


def is_page(start: Message) -> bool:
    """Whether it is a page, or a script of ours, whole, which is the same for everybody."""
    headers = Headers(raw=start["headers"])
    kind = headers.get("content-type", "").partition(";")[0]
    is_script = kind.endswith("/javascript") and is_public(start["status"], headers)
    return (kind == "text/html" or is_script) and "content-encoding" not in headers


async def send_page(start: Message, body: Message, send: Send, *, does_take: bool) -> None:
    """The page whose start was held back; one that comes in several parts is no page of ours, and passes as it is."""
    headers = MutableHeaders(raw=start["headers"])
    headers.add_vary_header("Accept-Encoding")
    page = body.get("body", b"")
    if does_take and page and not body.get("more_body", False):
        page = packed(page, is_public=is_public(start["status"], headers))
        headers["content-encoding"] = "gzip"
        headers["content-length"] = str(len(page))
    await send({**start, "headers": headers.raw})
    await send({**body, "body": page})
