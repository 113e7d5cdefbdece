"""How many rows are sealed under which epoch? Every table that keeps wrapped data keys is named here, and only here."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import LiteralString
from uuid import UUID

from referral.foundation.db import Reader, many, value
from referral.foundation.keys.epochs import Epoch
from referral.foundation.vault import BY_EPOCH, VERSION

# Each with the table that its data keys are bound to, and whose they are.
WRAPPED: LiteralString = """
    SELECT 'help_request' AS bound_to, 'help_request' AS kept_in, id AS subject, data_key FROM help_request
     WHERE data_key IS NOT NULL
    UNION ALL
    SELECT 'listing_report', 'listing_report', id, data_key FROM listing_report WHERE data_key IS NOT NULL
    UNION ALL
    SELECT 'listing_proposal', 'listing_proposal', id, data_key FROM listing_proposal WHERE data_key IS NOT NULL
    UNION ALL
    SELECT 'listing_proposal', 'proposed_fact', proposal_id, data_key FROM proposed_fact WHERE data_key IS NOT NULL
    UNION ALL
    SELECT 'conf.place', 'conf.place', location_id, data_key FROM conf.place"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """How many rows of a table begin alike."""

    kept_in: str
    head: bytes
    rows: int

    @property
    def epoch(self) -> Epoch | None:
        """None for what was sealed before there were epochs."""
        return Epoch.read(self.head[1:]) if self.head[:1] == BY_EPOCH else None


async def numbers(at: Reader) -> list[Number]:
    """Rows by table and epoch; all of older versions together."""
    return await many(
        at,
        Number,
        f"""
        SELECT kept_in, head, count(*) AS rows
          FROM (SELECT kept_in, CASE WHEN substring(data_key FOR 1) = $1 THEN $1 ELSE substring(data_key FOR 6) END
                       AS head FROM ({WRAPPED}) AS wrapped) AS headed
         GROUP BY kept_in, head
         ORDER BY head, kept_in""",
        VERSION,
    )


async def of_epoch(at: Reader, epoch: Epoch) -> dict[str, int]:
    """How many rows of which table an epoch's end would make unreadable."""
    return {one.kept_in: one.rows for one in await numbers(at) if one.epoch == epoch}


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A wrapped data key, and whose it is."""

    bound_to: str
    kept_in: str
    subject: UUID
    data_key: bytes = field(repr=False)


async def old_ones_left(at: Reader) -> bool:
    """Whether anything is wrapped as before there were epochs."""
    return await value(
        at, f"SELECT EXISTS (SELECT FROM ({WRAPPED}) AS wrapped WHERE substring(data_key FOR 1) = $1)", VERSION
    )


async def with_heads(at: Reader, kept_in: str, heads: Sequence[bytes], *, most: int) -> list[Key]:
    """Keys of one table but of requests, that begin so."""
    return await many(
        at,
        Key,
        f"""
        SELECT bound_to, kept_in, subject, data_key FROM ({WRAPPED}) AS wrapped
         WHERE kept_in = $1 AND (substring(data_key FOR 6) = ANY($2::bytea[]) OR substring(data_key FOR 1) = $3)
         LIMIT $4""",
        kept_in,
        list(heads),
        VERSION,
        most,
    )
