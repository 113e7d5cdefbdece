"""What did a listing say before, and who changed it? The database writes down every field, whoever changes it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from referral.foundation import cursors
from referral.foundation.cursors import Page
from referral.foundation.db import Reader, Tx, execute, many
from referral.foundation.vocabulary import Word

ORDER = "listing history"


class ListingPart(Word):
    """Which part of a listing."""

    ORGANIZATION = "organization", "The organization."
    SERVICE = "service", "The service."
    LOCATION = "location", "The place."
    PROVIDER = "provider", "The service at this place."
    PHONE = "phone", "A telephone number."
    SCHEDULE = "schedule", "Hours."
    LANGUAGE_OFFERED = "language_offered", "A language."
    SERVICE_AREA = "service_area", "An area it covers."


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One field before and after, as JSON would write it; `field` is None where a whole row came or went.

    `by_whom` says on whose word: an importer with its list, a provider, a member of staff; None: nobody said.
    """

    id: int
    at: datetime
    part: ListingPart
    row_id: UUID
    field: str | None
    before: str | None
    after: str | None
    by_whom: str | None

    @property
    def cursor(self) -> str:
        return cursors.written(ORDER, self.id, self.row_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    """A page of a listing's history, the newest first."""

    edits: tuple[Edit, ...]
    page: Page


async def on_word_of(tx: Tx, whom: str) -> None:
    """From here to the end of the transaction, history says that it was changed on this word."""
    await execute(tx, "SELECT set_config('referral.by_whom', $1, true)", whom)


async def of(at: Reader, provider: UUID, *, first: int | None = None, after: str | None = None) -> Edits:
    """What changed of a listing: of its service, its place and its organization too. Raises ValidationFailed."""
    window = cursors.window(ORDER, int, first=first, after=after)
    rows = await many(
        at,
        Edit,
        """SELECT h.id, h.at, h.part, h.row_id, h.field, h.before, h.after, h.by_whom
             FROM provider p
             JOIN listing_history h ON h.owner IN (p.id, p.service_id, p.location_id, p.organization_id)
            WHERE p.id = $1 AND ($2::bigint IS NULL OR h.id < $2)
            ORDER BY h.id DESC
            LIMIT $3""",
        provider,
        window.mark.key if window.mark else None,
        window.size + 1,
    )
    return Edits(edits=cursors.in_order(window, rows), page=cursors.page_of(window, len(rows)))


async def forget(tx: Tx, place: UUID) -> None:
    """Nothing of a place that is to be hidden stays: not where it was, not its numbers, not what it was called."""
    await execute(
        tx,
        "DELETE FROM listing_history WHERE owner = $1 OR owner IN (SELECT id FROM provider WHERE location_id = $1)",
        place,
    )
