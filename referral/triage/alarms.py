"""A colleague opened very many cases: about whom is it, and who hears of it?"""

from datetime import datetime
from uuid import UUID

from referral.foundation.actors import Staff
from referral.foundation.db import Reader, Tx, execute, one, value


async def about(at: Reader, alarm_id: UUID) -> Staff | None:
    """About whom an alarm is that nobody has been told of yet."""
    return await one(
        at,
        Staff,
        """
        SELECT s.id, s.email, s.name, s.role
          FROM staff_alarm a
          JOIN staff s ON s.id = a.staff_id
         WHERE a.id = $1 AND a.told_at IS NULL""",
        alarm_id,
    )


async def whom_to_tell(at: Reader, colleague: Staff) -> list[str]:
    """The addresses of all who oversee the team, but for whom it is about."""
    return await value(
        at,
        """
        SELECT coalesce(array_agg(email ORDER BY email), '{}') FROM staff
         WHERE role IN ('supervisor', 'admin') AND disabled_at IS NULL AND id <> $1""",
        colleague.id,
    )


async def told(tx: Tx, alarm_id: UUID, *, now: datetime) -> None:
    await execute(tx, "UPDATE staff_alarm SET told_at = $2 WHERE id = $1", alarm_id, now)
