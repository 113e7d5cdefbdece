"""Proof of work: whoever has a machine compute a little is no cheap flood. Asked for only while very many ask for help.

A challenge is signed and not kept, so giving one costs next to nothing; what is kept is that a proof was spent, until
its challenge runs out by the database's clock. It is good for one body: the same body sent again spends it again. The
form is ALTCHA's, for which there are solvers in many languages; PBKDF2, since every browser has it built in.
"""

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, cast

from altcha import (
    Challenge,
    Payload,
    create_challenge,  # pyright: ignore[reportUnknownVariableType] - of its parameters only `data` has no type
    verify_solution,
)

from referral.foundation.db import Reader, Tx, execute, value
from referral.foundation.vault import Vault

ALGORITHM = "PBKDF2/SHA-256"
# What a key must begin with, and the rounds of one derivation. Each price is twice the one before; 00 takes 256
# derivations on average, 000 takes 4,096. Checking takes one, so no one of them is long.
PRICES = (("00", 300), ("00", 600), ("00", 1_200), ("00", 2_400), ("000", 300), ("000", 600), ("000", 1_200))
LIVES = timedelta(minutes=20)
MOST_WRITTEN = 4_000  # characters that are looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Work that was done for a challenge of ours."""

    mark: bytes = field(repr=False)  # what it is told from all others by
    good_until: datetime


def challenge(vault: Vault, *, price: int, now: datetime) -> Challenge:
    """Something to compute. What it costs stands in it, signed: a price that rises meanwhile is for others."""
    prefix, rounds = PRICES[min(price, len(PRICES) - 1)]
    return create_challenge(
        ALGORITHM, rounds, key_prefix=prefix, expires_at=int((now + LIVES).timestamp()), hmac_secret=secret(vault)
    )


def written(challenge: Challenge) -> dict[str, Any]:
    """The same as it is handed out."""
    return cast("dict[str, Any]", challenge.to_dict())  # pyright: ignore[reportUnknownMemberType] - `dict`, it says


def check(vault: Vault, written: str) -> Proof | None:
    """The proof in a header or a field; None for one that is not ours, not solved or past its time."""
    payload = read(written)
    if payload is None or not verify_solution(payload, secret(vault)).verified:
        return None
    asked = payload.challenge.parameters
    until = datetime.fromtimestamp(asked.expires_at or 0, UTC)
    return Proof(mark=sha256(asked.nonce.encode()).digest(), good_until=until)


def read(written: str) -> Payload | None:
    """What was sent, if it has the form of a proof; it may say anything still."""
    if not written or len(written) > MOST_WRITTEN:
        return None
    try:
        sent: Any = json.loads(base64.b64decode(written, validate=True))
        return Payload.from_dict(sent)  # pyright: ignore[reportUnknownMemberType] - takes any dict
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


async def spend(at: Reader, proof: Proof, by: bytes) -> bool:
    """Whether it is good still, by the database's clock, and was not spent on another body."""
    return await value(at, "SELECT claim.spend_proof($1, $2, $3)", proof.mark, by, proof.good_until)


async def forget(tx: Tx) -> int:
    """Delete what was spent on challenges that have run out; how many."""
    return await execute(tx, "DELETE FROM spent_proof WHERE expires_at <= now()")


def secret(vault: Vault) -> bytes:
    """By the pepper, which every process has."""
    return vault.pepper.derive("proofs of work")
