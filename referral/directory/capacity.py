"""Places: what a provider says it can give, and the counting of what is held and taken since.

Free places are stated - taken - held. An offer holds one, an acceptance takes it, every other end gives it back. Each
change is one statement whose WHERE decides, so no two people get the last place, at any concurrency. A statement is
believed for a while (LIFETIME) and then openness reads UNKNOWN again.

Every path locks in one order: request, referral, capacity, provider. So none waits for another in a ring.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID

from referral.directory.words import CapacityUnit, Openness
from referral.foundation.db import Reader, Tx, execute, execute_many, value
from referral.foundation.errors import Conflict, FieldProblem, NoCapacity, NotFound, ValidationFailed, problem
from referral.foundation.vocabulary import HelpType

LIFETIME = timedelta(days=30)
SHORT_LIFETIME = {CapacityUnit.BEDS_TONIGHT: timedelta(days=1), CapacityUnit.HOTLINE_CALLS_DAY: timedelta(days=1)}
# What lasts. All other units count what is given out within a day, a week or a month.
COME_BACK = frozenset({CapacityUnit.FULL_CASES, CapacityUnit.BEDS_TONIGHT, CapacityUnit.BEDS_LONGER})
LONGEST_PAUSE = timedelta(days=366)
MOST_PLACES = 100_000
MOST_COUNTS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """So many places for one kind of help, or for any."""

    help_type: HelpType | None = None
    unit: CapacityUnit
    available: int
    maximum: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a provider says of itself at one moment; `until` ends a pause."""

    openness: Openness
    counts: tuple[Count, ...] = ()
    waitlist_days: int | None = None
    until: datetime | None = None


async def state(tx: Tx, provider_id: UUID, statement: Statement, *, by: str, now: datetime) -> None:
    """Keep what a provider says, as a whole: counts it does not repeat are believed no longer.

    What it says is free is free beside the places that open offers hold, as it was shown to them. Openness is believed
    as long as the shortest-lived count, so that a shelter's beds of yesterday take nobody in today; a pause with an end
    is believed until then.

    Raises ValidationFailed, and NotFound where there is no such provider.
    """
    if problems := wrong_in(statement, now):
        raise ValidationFailed(problems)
    if not await value(tx, "SELECT EXISTS (SELECT FROM provider WHERE id = $1)", provider_id):
        raise NotFound("There is no such provider.")
    await lock_counts(tx, provider_id)
    await execute(
        tx, "UPDATE capacity SET expires_at = $2 WHERE provider_id = $1 AND expires_at > $2", provider_id, now
    )
    await keep_counts(tx, provider_id, statement.counts, now)
    await execute(
        tx,
        """
        UPDATE provider
           SET openness = $2, openness_stated_at = $3, openness_expires_at = $4, openness_stated_by = $5,
               waitlist_estimate_days = $6
         WHERE id = $1""",
        provider_id,
        statement.openness.value,
        now,
        statement.until
        or now + min((SHORT_LIFETIME.get(count.unit, LIFETIME) for count in statement.counts), default=LIFETIME),
        by,
        statement.waitlist_days,
    )


async def keep_counts(tx: Tx, provider_id: UUID, counts: tuple[Count, ...], now: datetime) -> None:
    await execute_many(
        tx,
        """
        INSERT INTO capacity (provider_id, help_type, unit, stated, maximum, stated_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (provider_id, help_type, unit) DO UPDATE
           SET stated = least($8, excluded.stated + capacity.held), maximum = excluded.maximum, taken = 0,
               stated_at = excluded.stated_at, expires_at = excluded.expires_at""",
        [
            (
                provider_id,
                count.help_type.value if count.help_type else None,
                count.unit.value,
                count.available,
                count.maximum,
                now,
                now + SHORT_LIFETIME.get(count.unit, LIFETIME),
                MOST_PLACES,
            )
            for count in sorted(counts, key=lambda count: (count.help_type or "", count.unit))
        ],
    )


async def believed_until(at: Reader, provider_id: UUID, *, now: datetime) -> datetime | None:
    """When the last statement lapses; None where it has, or there was none."""
    return await value(
        at, "SELECT openness_expires_at FROM provider WHERE id = $1 AND openness_expires_at > $2", provider_id, now
    )


def wrong_in(statement: Statement, now: datetime) -> list[FieldProblem]:
    problems: list[FieldProblem] = []
    if len(statement.counts) > MOST_COUNTS:
        return [problem("capacities", "TOO_MANY", f"Send at most {MOST_COUNTS}.")]
    if statement.waitlist_days is not None and not 0 <= statement.waitlist_days <= 3650:
        problems.append(problem("waitlist_estimate_days", "OUT_OF_RANGE", "Send 0 to 3650 days."))
    if statement.until is not None:
        if statement.openness is not Openness.PAUSED:
            problems.append(problem("until", "ONLY_A_PAUSE", "Only a pause has an end."))
        elif not now < statement.until <= now + LONGEST_PAUSE:
            problems.append(problem("until", "OUT_OF_RANGE", "Send a date after today, at most a year ahead."))
    seen: set[tuple[HelpType | None, CapacityUnit]] = set()
    for index, count in enumerate(statement.counts):
        path = f"capacities.{index}"
        if not 0 <= count.available <= MOST_PLACES:
            problems.append(problem(f"{path}.available", "OUT_OF_RANGE", f"Send 0 to {MOST_PLACES}."))
        if count.maximum is not None and not max(0, count.available) <= count.maximum <= MOST_PLACES:
            problems.append(
                problem(f"{path}.maximum", "OUT_OF_RANGE", f"Send at least what is available, at most {MOST_PLACES}.")
            )
        if (count.help_type, count.unit) in seen:
            problems.append(problem(path, "TWICE", "This kind of help and unit is counted twice."))
        seen.add((count.help_type, count.unit))
    return problems


async def lock_counts(tx: Tx, provider_id: UUID) -> None:
    """Hold all counts of a provider, always in one order, before more than one of them is changed.

    The order is that of keep_counts: two first statements at once find nothing to lock, and meet there.
    """
    await execute(
        tx,
        "SELECT FROM capacity WHERE provider_id = $1 ORDER BY coalesce(help_type, ''), unit FOR UPDATE",
        provider_id,
    )


async def counted(at: Reader, provider_id: UUID, help_type: HelpType) -> UUID | None:
    """The count an offer of this help draws on: its own, else the general one; None where nothing is counted."""
    return await value(
        at,
        """
        SELECT id FROM capacity
         WHERE provider_id = $1 AND (help_type = $2 OR help_type IS NULL) AND expires_at > now()
         ORDER BY help_type NULLS LAST, stated - taken - held DESC, id
         LIMIT 1""",
        provider_id,
        help_type.value,
    )


async def hold(tx: Tx, capacity_id: UUID) -> None:
    """Hold one place for an offer. NoCapacity where all are taken or held."""
    held = await execute(tx, "UPDATE capacity SET held = held + 1 WHERE id = $1 AND taken + held < stated", capacity_id)
    if held == 0:
        raise NoCapacity("Every place of this provider is taken or held.")


# $1 the count, $2 whether a place of it is held for this.
TAKE: LiteralString = """
    UPDATE capacity
       SET taken = taken + 1, held = held - CASE WHEN $2 THEN 1 ELSE 0 END
     WHERE id = $1 AND taken + CASE WHEN $2 THEN 0 ELSE held END < stated"""
TAKEN = "Every place is taken. If you have room after all, say how many first, then accept."


async def take(tx: Tx, capacity_id: UUID, *, held: bool) -> None:
    """Turn a held place into a taken one, or take a free one. NoCapacity where there is none."""
    if not await execute(tx, TAKE, capacity_id, held):
        raise NoCapacity(TAKEN)


async def say_yes(tx: Tx, provider_id: UUID, capacity_id: UUID | None, *, held: bool) -> None:
    """Count a provider's yes, and take the place where one is counted: the last statement of an acceptance.

    One statement, so that whoever else wants a place there waits for no more than it and the commit. NoCapacity where
    there is none; Conflict where the provider is suspended: a suspension under way is waited for, and then seen.
    """
    taken, counted = await value(
        tx,
        f"""
        WITH taken AS ({TAKE} RETURNING id),
             counted AS (UPDATE provider SET offers_accepted = offers_accepted + 1
                          WHERE id = $3 AND verification <> 'suspended'
                            AND ($1::uuid IS NULL OR EXISTS (SELECT FROM taken))
                         RETURNING id)
        SELECT ARRAY[EXISTS (SELECT FROM taken), EXISTS (SELECT FROM counted)]""",
        capacity_id,
        held,
        provider_id,
    )
    if capacity_id is not None and not taken:
        raise NoCapacity(TAKEN)
    if not counted:
        raise Conflict("This provider is suspended and can accept nobody.")


async def release(tx: Tx, capacity_id: UUID, *, taken: bool) -> None:
    """Give a held or taken place back. A newer statement may have set the count anew; it never falls below zero."""
    await execute(
        tx,
        """
        UPDATE capacity
           SET taken = greatest(0, taken - CASE WHEN $2 THEN 1 ELSE 0 END),
               held = greatest(0, held - CASE WHEN $2 THEN 0 ELSE 1 END)
         WHERE id = $1""",
        capacity_id,
        taken,
    )


async def comes_back(at: Reader, capacity_id: UUID) -> bool:
    """Whether a place is free again once the person has been helped: a bed is, a slot of this week has been used."""
    unit: str | None = await value(at, "SELECT unit FROM capacity WHERE id = $1", capacity_id)
    return unit in COME_BACK


async def declare_full(tx: Tx, provider_id: UUID) -> None:
    """A provider that declines for want of room is full until it says otherwise; held places stay held.

    The caller has locked the provider's counts.
    """
    await execute(tx, "UPDATE capacity SET stated = taken + held WHERE provider_id = $1", provider_id)
    await execute(
        tx,
        "UPDATE provider SET openness = 'closed' WHERE id = $1 AND openness_expires_at > now()",
        provider_id,
    )
