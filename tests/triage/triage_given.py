"""The desk: colleagues, and requests in their hands."""

from datetime import datetime, timedelta
from uuid import UUID

from referral.edges.house import House
from referral.foundation.actors import Staff, StaffRole
from referral.foundation.clock import now
from referral.foundation.db import Tx
from referral.intake import claims
from referral.triage import claiming, staff

LATER = claims.LASTS + timedelta(minutes=1)


async def colleague(house: House, name: str = "anna", role: StaffRole = StaffRole.INTAKE) -> Staff:
    async with house.database.transaction() as tx:
        return await staff.add(
            tx, email=f"{name}@demo.invalid", name=name.title(), role=role, password="canary horse battery", now=now()
        )


async def claim(
    house: House, who: Staff, request_id: UUID, *, reason: str | None = None, at: datetime | None = None
) -> None:
    async with house.database.transaction() as tx:
        await claiming.claim(tx, house.vault, who, request_id, reason=reason, now=at or now())


async def release(house: House, who: Staff, request_id: UUID) -> None:
    async with house.database.transaction() as tx:
        await claiming.release(tx, who, request_id, now=now())


async def lapse(tx: Tx, request_id: UUID, *, after: timedelta = LATER) -> None:
    await claiming.lapse(tx, request_id, now=now() + after)


async def holder(house: House, request_id: UUID) -> UUID | None:
    held = await claims.of(house.database.reader, request_id)
    return held.staff_id if held else None
