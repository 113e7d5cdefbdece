"""What becomes of listings that a newer edition of their list leaves out? They are named, and retired if asked.

A retired listing is not published and gets no referral. It stays in the table, since referrals point to it, and comes
back when a list names it again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from referral.directory.lists.listed import Batch
from referral.foundation.db import Reader, Tx, execute, many, value
from referral.foundation.errors import Conflict
from referral.foundation.vocabulary import Word

MOST_PERCENT = 20


class MissingPolicy(Word):
    """What is done with listings that the list no longer has."""

    KEEP = "keep", "Nothing, and nothing is said."
    REPORT = "report", "They are named, and stay."
    RETIRE = "retire", "They are taken out of the directory until a list names them again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A published listing of this list that its newer edition leaves out."""

    id: UUID
    name: str


async def missing(at: Reader, batch: Batch, *, edition_of: str) -> list[Missing]:
    """Published listings from a list whose name begins with `edition_of` that the batch does not have.

    Asked after the batch is written, so that an office that moved or got another id is found as what it is now. A
    service that is listed without its places has lost none of them: the list only says less.
    """
    return await many(
        at,
        Missing,
        """SELECT p.id, p.name
             FROM provider p
             JOIN service s ON s.id = p.service_id
            WHERE starts_with(p.source, $1) AND p.retired_at IS NULL AND s.status IN ('active', 'temporarily closed')
              AND NOT EXISTS (
                  SELECT FROM unnest($2::uuid[], $3::uuid[]) AS listed (service_id, location_id)
                   WHERE listed.service_id = p.service_id
                     AND (listed.location_id = p.location_id OR listed.location_id IS NULL OR p.location_id IS NULL))
            ORDER BY p.name, p.id""",
        edition_of,
        [provider.service_id for provider in batch.providers],
        [provider.location_id for provider in batch.providers],
    )


async def retire(tx: Tx, gone: Sequence[Missing], *, edition_of: str, most_percent: int = MOST_PERCENT) -> int:
    """Take listings out of the directory. Raises Conflict where they are so many that the file may be cut short."""
    standing = await value(
        tx, "SELECT count(*) FROM provider WHERE starts_with(source, $1) AND retired_at IS NULL", edition_of
    )
    if 100 * len(gone) > most_percent * standing:
        raise Conflict(
            f"This would retire {len(gone):,} of {standing:,} listings, more than {most_percent} %. Is the file whole? "
            "Nothing was written. If it is right, allow more with --retire-up-to."
        )
    return await execute(
        tx, "UPDATE provider SET retired_at = now() WHERE id = ANY($1::uuid[])", [listing.id for listing in gone]
    )
