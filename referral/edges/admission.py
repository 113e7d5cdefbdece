"""Who asks for help here, a program or a page, and by which lane are they let in?

Programs send a proof of work as `Referral-Proof`; pages send what `Page` put in them. Whoever was let in has their turn
(`turn`), and what is suspicious goes with the request: `intake.submitting` keeps it in quarantine.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from time import monotonic

import orjson
from starlette.requests import HTTPConnection

from referral.edges import callers
from referral.edges.house import House
from referral.edges.lanes import Lane, Pass, full
from referral.foundation.db import Database, Reader, value
from referral.intake import form_tokens, proofs
from referral.intake.words import Suspicion

HEADER = "referral-proof"
TOKEN, TRAP, PROOF = "token", "website", "proof"  # fields of a page; the second one no person sees
QUARANTINE_FULL_SECONDS = 600  # until staff have looked at some


class Verdict(StrEnum):
    """What becomes of a posted page."""

    TAKEN = "taken"
    QUARANTINED = "quarantined"  # kept and answered as if it were taken
    COME_BACK = "come_back"  # show the page again, with what was typed and a new token


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A posted page: what becomes of it, and the key by which it makes one request, however often it is sent."""

    verdict: Verdict
    idempotency_key: str = field(default="", repr=False)
    entered: Pass | None = None

    @property
    def suspicion(self) -> Suspicion | None:
        return None if self.entered is None else self.entered.suspicion


def token(house: House, *, now: datetime) -> str:
    """For the hidden field TOKEN of a page that asks for help; beside it stands the empty field TRAP."""
    return form_tokens.issue(house.vault, now=now)


async def of_form(house: House, request: HTTPConnection, posted: Mapping[str, str], *, now: datetime) -> Judged:
    """What becomes of a posted page. RateLimited where nothing can be taken in this minute."""
    found = form_tokens.read(house.vault, posted.get(TOKEN, ""))
    if found is None or found.is_old(now):
        return Judged(verdict=Verdict.COME_BACK)
    suspicion = None
    if posted.get(TRAP):
        suspicion = Suspicion.TRAP_FILLED
    elif found.is_quick(now):
        suspicion = Suspicion.TOO_QUICK
    by, written = sha256(found.nonce.encode()).digest(), posted.get(PROOF, "")
    entered = await let_in(house, request, written, by, at=monotonic(), suspicion=suspicion, is_form=True)
    verdict = Verdict.TAKEN if entered.suspicion is None else Verdict.QUARANTINED
    return Judged(verdict=verdict, idempotency_key=found.idempotency_key, entered=entered)


async def of_program(house: House, request: HTTPConnection, sent: object, *, at: float) -> Pass:
    """By which lane a program that sends this is let in, at a moment of a clock that only goes forward. RateLimited as
    above.
    """
    by = sha256(orjson.dumps(sent)).digest()
    return await let_in(house, request, request.headers.get(HEADER, ""), by, at=at)


async def let_in(
    house: House,
    request: HTTPConnection,
    written: str,
    by: bytes,
    *,
    at: float,
    suspicion: Suspicion | None = None,
    is_form: bool = False,
) -> Pass:
    settings = house.settings
    network = callers.network(request, settings.trusted_proxies)
    purse = house.lanes.purse(settings, network, at)
    proof = proofs.check(house.vault, written) if written and suspicion is None and purse.left else None
    has_paid = proof is not None and await proofs.spend(reserved(house).reader, proof, by)
    entered = house.lanes.let_in(settings, purse, network, at, has_paid=has_paid, is_form=is_form, suspicion=suspicion)
    if entered.lane is Lane.QUARANTINE and await is_full(house.database.reader, settings.quarantine_most):
        raise full(QUARANTINE_FULL_SECONDS)
    return entered


async def is_full(at: Reader, most: int) -> bool:
    """Whether so many wait in quarantine, whoever let them in, that a flood would fill the disk."""
    return await value(at, "SELECT claim.in_quarantine($1)", most) >= most


@asynccontextmanager
async def turn(house: House, entered: Pass) -> AsyncGenerator[House]:
    """Have one's turn for the block, in a house whose connections are kept for it. RateLimited where too many wait.

    Readers wait for other connections, and what goes to quarantine for those of readers: neither holds up the rest.
    """
    async with house.lanes.turn(entered):
        is_kept = entered.lane is not Lane.QUARANTINE
        yield replace(house, database=reserved(house)) if is_kept else house


def reserved(house: House) -> Database:
    return house.reserved or house.database
