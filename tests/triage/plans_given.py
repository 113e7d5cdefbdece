"""People who wait, offices with few places, and staff who plan for them."""

from typing import Any
from uuid import UUID, uuid4

from desk import Desk

from referral.edges import planner
from referral.foundation.actors import Staff
from referral.triage import plans
from referral.triage.plans import Asked, LeftOver, Plan, Proposal

MANY = 500


async def asks(desk: Desk, **changes: object) -> UUID:
    """Somebody asks for help; nothing has been matched yet."""
    return UUID((await desk.submit(**changes))["helpRequest"]["id"])


def asked(*ids: UUID, allows_unknown: bool = False, key: str | None = None) -> Asked:
    return Asked(idempotency_key=key or str(uuid4()), request_ids=ids or None, allows_unknown=allows_unknown)


async def planned(desk: Desk, staff: Staff, *ids: UUID, allows_unknown: bool = False) -> Plan:
    return await kept(desk, await planner.make(desk.house, staff, asked(*ids, allows_unknown=allows_unknown)))


async def kept(desk: Desk, id: UUID) -> Plan:
    found = await plans.plan(desk.database.reader, id)
    assert found is not None
    return found


async def proposals(desk: Desk, plan: Plan) -> list[Proposal]:
    return await plans.proposals(desk.database.reader, plan.id, after=-1, first=MANY)


async def left_over(desk: Desk, plan: Plan) -> list[LeftOver]:
    return await plans.left_over(desk.database.reader, plan.id, after=-1, first=MANY)


async def offers(desk: Desk) -> list[dict[str, Any]]:
    """Every offer there is, the oldest first."""
    rows = await desk.database.pool.fetch("SELECT request_id, provider_id, status FROM referral ORDER BY offered_at")
    return [{name: str(value) for name, value in row.items()} for row in rows]


async def apply(desk: Desk, staff: Staff, plan: Plan) -> None:
    """Apply all of it."""
    await planner.apply(desk.house, staff, plan.id, None)
