"""Which listings have an address and no point? They are found by what they cover only, until somebody says where.

A point that staff set is an agreed value like others (`overriding`): a list that knows none does not take it away, as
long as it names the same address.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from referral.directory import history
from referral.directory.facts import Fact, Value
from referral.directory.lists import overriding, saying
from referral.directory.lists.overriding import Agreed, ImportRunning
from referral.directory.words import SaidBy
from referral.foundation import audit, cursors
from referral.foundation.actors import Staff
from referral.foundation.cursors import Page
from referral.foundation.db import Reader, Tx, many
from referral.foundation.errors import NotFound, ValidationFailed, problem

ORDER = "unlocated listings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlocated:
    """A published listing whose place has no point, and what its address says."""

    id: UUID
    name: str
    source: str
    address: str | None

    @property
    def cursor(self) -> str:
        return cursors.written(ORDER, self.name, self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlocatedOnes:
    """A page of them, by name."""

    found: tuple[Unlocated, ...]
    page: Page


async def unlocated(at: Reader, *, first: int | None = None, after: str | None = None) -> UnlocatedOnes:
    """Published listings at a place that is shown and has no point, by name. Raises ValidationFailed."""
    window = cursors.window(ORDER, str, first=first, after=after)
    rows = await many(
        at,
        Unlocated,
        """SELECT c.id, c.name, c.source,
                  nullif(concat_ws(', ', array_to_string(l.lines, ', '), l.city, l.state, l.postal_code, l.country), '')
                      AS address
             FROM listing_card c
             JOIN location l ON l.id = c.location_id
            WHERE c.point IS NULL AND l.visibility = 'public'
              AND ($1::text IS NULL OR (c.name, c.id) > ($1, $2::uuid))
            ORDER BY c.name, c.id
            LIMIT $3""",
        window.mark.key if window.mark else None,
        window.mark.id if window.mark else None,
        window.size + 1,
    )
    return UnlocatedOnes(found=cursors.in_order(window, rows), page=cursors.page_of(window, len(rows)))


async def locate(tx: Tx, staff: Staff, listing: UUID, latitude: float, longitude: float, *, now: datetime) -> None:
    """Say where a listing's place is.

    Raises ValidationFailed, NotFound where it has no place that is shown, and ImportRunning.
    """
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        raise ValidationFailed(
            [problem("point", "OUT_OF_RANGE", "Latitude is -90 to 90, longitude -180 to 180 degrees.")]
        )
    if not await saying.alone(tx):
        raise ImportRunning("A list is being imported. Try again when it is done.")
    found = (await saying.now(tx, [listing])).get(listing)
    if found is None or found.location is None or not found.may_say(Fact.PLACE):
        raise NotFound("There is no such listing, or its place is not shown.")
    place = cast("Mapping[str, Value]", found.value(Fact.PLACE))
    wanted = {**place, "latitude": latitude, "longitude": longitude, "time_zone": None}
    await history.on_word_of(tx, "staff")
    await overriding.agree(tx, found, [Agreed(fact=Fact.PLACE, wanted=wanted, said_by=SaidBy.STAFF, at=now)])
    await audit.record(tx, actor=staff.kind, actor_id=staff.id, act="listing_located", subject_id=listing)
