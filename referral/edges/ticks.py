"""When does an answer go that hangs on a receipt, a password or a code? At a tick, counted from when it was read.

A right one has more to be done than a wrong one, and what is done takes time: whoever sees no more of an answer than
when it passes could tell which it was. So it waits for the end of its tick, which is longer than either takes. It is
counted from when all of what was sent has been read: else a sender could stop in the middle, and so choose where in
a tick the work falls.

An answer that waits is done. It holds a socket, and neither a connection to the database nor a place in a lane, so a
flood of wrong codes shuts nobody out. More work than fits into a tick takes two: then which one it was may tell.
"""

import asyncio
import random
from dataclasses import dataclass
from time import monotonic

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BEGAN = "referral.ticks.began"
# Timers ring at whole milliseconds, counted from when they are set, and that is when the work ends. A random part of
# one millisecond more makes the mean the same wherever that was.
SPREAD_SECONDS = 0.001


def begin(request: HTTPConnection, at: float | None = None) -> None:
    """The answer to this goes at a tick, counted from now, or from `at` of `time.monotonic`."""
    request.scope[BEGAN] = monotonic() if at is None else at


def left(spent: float, tick: float) -> float:
    """For how long an answer waits that is done after so many seconds."""
    return -spent % tick


@dataclass(frozen=True, slots=True)
class Ticking:
    """Lets answers go at their tick. Outside of all that takes time, such as packing; what is not posted passes."""

    app: ASGIApp
    tick_seconds: float

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def at_its_tick(message: Message) -> None:
            if message["type"] == "http.response.start" and (began := scope.get(BEGAN)) is not None:
                wait = left(monotonic() - began, self.tick_seconds)
                await asyncio.sleep(wait + random.random() * SPREAD_SECONDS)  # noqa: S311 - it hides nothing by itself
            await send(message)

        await self.app(scope, receive, at_its_tick if scope.get("method") == "POST" else send)
