"""Is the process alive, and can it serve?"""

import asyncio
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from referral.edges.house import House
from referral.foundation import clock, revisions
from referral.foundation.db import Database
from referral.foundation.vault import Vault

ANSWER_SECONDS = 2
UNKEPT = {"Cache-Control": "no-store"}


def health_routes(house: House) -> list[Route]:
    """Two questions that a supervisor asks: start it anew? send people to it?"""
    door = Door(database=house.database, head=revisions.newest(), vault=house.vault)
    return [
        Route("/healthz", door.alive, methods=["GET"], name="healthz"),
        Route("/readyz", door.ready, methods=["GET"], name="readyz"),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Answers without asking who asks, and so says one word at most."""

    database: Database
    head: str
    vault: Vault

    async def alive(self, _request: Request) -> Response:
        return PlainTextResponse("ok", headers=UNKEPT)

    async def ready(self, _request: Request) -> Response:
        reason = await lacking(self.database, self.head) or self.without_key()
        if reason is None:
            return JSONResponse({"ready": True}, headers=UNKEPT)
        return JSONResponse({"ready": False, "reason": reason}, 503, headers=UNKEPT)

    def without_key(self) -> str | None:
        """The word for a public half that is missing this week: nothing can be taken in."""
        return None if self.vault.can_seal(clock.now()) else "keys"


async def lacking(database: Database, head: str) -> str | None:
    """What is missing, in one word: the database, its migrations, or nothing."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return None if await revisions.applied(database.reader) == head else "migrations"
    except Exception:  # noqa: BLE001 - whatever went wrong on the way to the database, nobody should be sent here
        return "database"
