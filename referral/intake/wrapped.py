"""Is the root key the one that sealed what is stored? One wrapped key tells."""

from dataclasses import dataclass, field
from uuid import UUID

from referral.foundation.db import Reader, one


@dataclass(frozen=True, slots=True, kw_only=True)
class WrappedKey:
    """A data key as the root key wrapped it, and whose it is."""

    id: UUID
    data_key: bytes = field(repr=False)


async def any_wrapped_key(at: Reader) -> WrappedKey | None:
    """One that must open, if the root key is the right one; None where nothing is sealed yet."""
    return await one(at, WrappedKey, "SELECT id, data_key FROM help_request WHERE data_key IS NOT NULL LIMIT 1")
