"""Which acts are old enough to go? They go from the beginning of the chain, behind a signed checkpoint."""

from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from referral.foundation.chain import anchors, linking
from referral.foundation.db import Tx, execute, one

MOST_AT_ONCE = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Furthest:
    """The last act that may go."""

    position: int
    hash: bytes


async def forget(tx: Tx, key: Ed25519PrivateKey, *, before: datetime, now: datetime) -> int:
    """Delete the oldest acts written before a moment; how many, of at most MOST_AT_ONCE.

    The checkpoint is signed first: without it the database lets nothing go, whoever asks.
    """
    end = await linking.held(tx)
    furthest = await oldest(tx, before) if end else None
    if end is None or furthest is None:
        return 0
    checkpoint = await anchors.sign(tx, key, end.trail, furthest.position, furthest.hash, is_checkpoint=True, now=now)
    gone = await execute(tx, "DELETE FROM audit_event WHERE position <= $1", furthest.position)
    await execute(
        tx,
        "DELETE FROM audit_anchor WHERE number < $1 AND position < $2",
        checkpoint.number,
        checkpoint.position,
    )
    return gone


async def oldest(tx: Tx, before: datetime) -> Furthest | None:
    return await one(
        tx,
        Furthest,
        """
        SELECT position, hash
          FROM (SELECT position, hash, bool_and(at < $1) OVER (ORDER BY position) AS is_old
                  FROM audit_event
                 WHERE position > 0
                 ORDER BY position
                 LIMIT $2) AS oldest
         WHERE is_old
         ORDER BY position DESC
         LIMIT 1""",
        before,
        MOST_AT_ONCE,
    )
