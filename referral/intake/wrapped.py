"""Are the keys at hand those that sealed what is stored? One wrapped key of each epoch tells."""

from dataclasses import dataclass, field
from uuid import UUID

from referral.foundation.db import Reader, many


@dataclass(frozen=True, slots=True, kw_only=True)
class WrappedKey:
    """A data key as it was sealed, and whose it is."""

    id: UUID
    data_key: bytes = field(repr=False)


async def one_of_each_epoch(at: Reader) -> list[WrappedKey]:
    """Those that must open, if these are the right keys; none where nothing is sealed yet. One of older versions."""
    return await many(
        at,
        WrappedKey,
        """
        WITH RECURSIVE epoch AS (
             (SELECT substring(data_key FOR 6) AS head FROM help_request
               WHERE data_key IS NOT NULL ORDER BY substring(data_key FOR 6) LIMIT 1)
             UNION ALL
             SELECT (SELECT substring(data_key FOR 6) FROM help_request
                      WHERE data_key IS NOT NULL
                        AND substring(data_key FOR 6) > (SELECT CASE WHEN head < '\\x02' THEN '\\x02' ELSE head END)
                      ORDER BY substring(data_key FOR 6) LIMIT 1)
               FROM epoch WHERE head IS NOT NULL
        )
        SELECT found.id, found.data_key
          FROM epoch
          JOIN LATERAL (SELECT id, data_key FROM help_request
                         WHERE data_key IS NOT NULL AND substring(data_key FOR 6) = epoch.head LIMIT 1) AS found ON true
         WHERE epoch.head IS NOT NULL""",
    )
