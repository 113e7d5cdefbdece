"""What leaves the house on every response, and what never does.

Strict headers on all of it, and no word of an unhandled exception: its text may hold what somebody typed.
"""

import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from referral.edges.web import policies, refusals
from referral.foundation.settings import Settings
from referral.foundation.trouble import traced

log = logging.getLogger(__name__)

POWERS = (
    "accelerometer", "ambient-light-sensor", "attribution-reporting", "autoplay", "bluetooth", "browsing-topics",
    "camera", "clipboard-read", "clipboard-write", "compute-pressure", "display-capture", "encrypted-media",
    "fullscreen", "gamepad", "geolocation", "gyroscope", "hid", "identity-credentials-get", "idle-detection",
    "local-fonts", "magnetometer", "microphone", "midi", "otp-credentials", "payment", "picture-in-picture",
    "screen-wake-lock", "serial", "storage-access", "usb",
    "web-share", "window-management", "xr-spatial-tracking",
)  # fmt: skip
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Permitted-Cross-Domain-Policies": "none",
    "X-DNS-Prefetch-Control": "off",
    "Origin-Agent-Cluster": "?1",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Not passkeys, which staff sign in with: unless something is said of them, browsers leave them to our own pages.
    "Permissions-Policy": ", ".join(f"{power}=()" for power in POWERS),
    "X-Frame-Options": "DENY",
}
# The pages that others may show in a frame. Which others, its own policy says (frame-ancestors), for X-Frame-Options
# can name nobody; and a site that keeps strict rules itself may show it too.
FRAMED_PATH = re.compile(r"/[A-Za-z-]{2,12}/embed/(form|near)")
WHEN_FRAMED = {
    **{name: text for name, text in ALWAYS.items() if name != "X-Frame-Options"},
    "Cross-Origin-Resource-Policy": "cross-origin",
}
# What a response may say of itself, and what is said of it where it says nothing.
UNLESS_SAID = {
    "Content-Security-Policy": policies.PLAIN_PAGE,
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
}
TWO_YEARS = "max-age=63072000; includeSubDomains"
TELLTALES = ("server", "x-powered-by")

RawHeader = tuple[bytes, bytes]  # a lower-case name and its value, as ASGI has them


def raw(headers: Mapping[str, str]) -> tuple[RawHeader, ...]:
    return tuple((name.lower().encode("latin-1"), text.encode("latin-1")) for name, text in headers.items())


STRICT = raw(ALWAYS)
OVER_TLS = raw({"Strict-Transport-Security": TWO_YEARS})
FRAMED = raw(WHEN_FRAMED)
DEFAULTS = raw(UNLESS_SAID)
LEADING_ON = range(300, 400)
OF_DOCUMENTS = frozenset({b"permissions-policy"})
REPLACED = frozenset(name for name, _ in (*STRICT, *OVER_TLS)) | {name.encode() for name in TELLTALES}


def layers(settings: Settings) -> list[Middleware]:
    """The outer one first: a masked failure wears the strict headers too."""
    return [Middleware(StrictHeaders, is_https=settings.is_https), Middleware(Mask)]


@dataclass(frozen=True, slots=True)
class StrictHeaders:
    """Puts the headers on every HTTP response; only those of UNLESS_SAID may be set by the response itself."""

    app: ASGIApp
    is_https: bool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_framed = FRAMED_PATH.fullmatch(str(scope.get("path", ""))) is not None

        async def strictly(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = dressed(message.get("headers", ()), is_https=self.is_https, is_framed=is_framed)
                # What leads on holds no document that could use a power, and each form waits for it on a slow network.
                has_none = message["status"] in LEADING_ON
                message["headers"] = [one for one in headers if not (has_none and one[0] in OF_DOCUMENTS)]
            await send(message)

        await self.app(scope, receive, strictly if scope["type"] == "http" else send)


def dressed(headers: Iterable[RawHeader], *, is_https: bool, is_framed: bool) -> list[RawHeader]:
    """The response's own, but for what is ours to say or tells too much, and ours."""
    own, said = list[RawHeader](), set[bytes]()
    for header in headers:
        if (name := header[0].lower()) not in REPLACED:
            own.append(header)
            said.add(name)
    own += [header for header in DEFAULTS if header[0] not in said]
    return [*own, *(FRAMED if is_framed else STRICT), *(OVER_TLS if is_https else ())]


@dataclass(frozen=True, slots=True)
class Mask:
    """Turns an unhandled exception into a plain 500, and logs its type and where it happened, nothing else."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        has_started = False

        async def watched(message: Message) -> None:
            nonlocal has_started
            has_started = True
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as bug:  # noqa: BLE001 - the server would log its message, and that may hold a person's words
            log.error("%s in route %s", traced(bug), route_name(scope))  # noqa: TRY400 - as above
            if not has_started:
                # No connection was free in time, or the database is away: that passes, so say so.
                passes = isinstance(bug, TimeoutError | OSError)
                status = HTTPStatus.SERVICE_UNAVAILABLE if passes else HTTPStatus.INTERNAL_SERVER_ERROR
                response = refusals.answer(Request(scope), status)
                await response(scope, receive, send)


def route_name(scope: Scope) -> str:
    """The name of the route that was taken; never the path, which may hold a signed link."""
    return str(getattr(scope.get("route"), "name", None) or "unknown")
