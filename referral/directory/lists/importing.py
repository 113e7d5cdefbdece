"""How does a list get into the directory? Rows are inserted, or updated where something differs, or left alone.

What becomes of listings that a newer edition of their list leaves out is the business of `retiring`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import LiteralString, TypeVar
from uuid import UUID

from referral.directory.lists import import_sql, keeping
from referral.directory.lists.keeping import Kept
from referral.directory.lists.listed import (
    Batch,
    Counts,
    ListedArea,
    ListedPhone,
    ListedProvider,
    ListedSchedule,
    TableCounts,
)
from referral.directory.lists.listed_areas import placed, with_time_zones
from referral.foundation.db import Reader, Tx, execute, many, value
from referral.foundation.errors import Conflict

Progress = Callable[[str, int, int], object]
Owned = TypeVar("Owned", ListedArea, ListedPhone, ListedSchedule)

LOCK_KEY = 7_362_003  # any number, as long as no one else uses it for an advisory lock
ROWS_AT_ONCE = 500  # so that no statement comes near the pool's time limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """How many rows one statement inserted and updated."""

    inserted: int
    updated: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A provider that stands under another id than the one the list now gives it."""

    listed_id: UUID
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of a list: numbers by table, and what of it was agreed on otherwise."""

    counts: TableCounts
    kept: tuple[Kept, ...]


async def upsert(tx: Tx, batch: Batch, *, source: str, progress: Progress) -> Written:
    """Write a whole list. One import at a time: another one is refused, not queued.

    What was agreed on with a provider is kept as `keeping` says.
    """
    if not await value(tx, "SELECT pg_try_advisory_xact_lock($1)", LOCK_KEY):
        raise Conflict("Another import is running. Wait for its end, then start again.")
    await keeping.not_while_facts_change(tx)
    batch, kept = await keeping.lay_over(tx, with_ids(batch, await kept_ids(tx, batch.providers)))
    counts: TableCounts = {}

    async def write(table: str, rows: Sequence[object], sql: LiteralString) -> None:
        counts[table] = await written(tx, table, rows, sql, source, progress)

    await write("organization", batch.organizations, import_sql.ORGANIZATIONS)
    await write("location", await with_time_zones(tx, batch.locations), import_sql.LOCATIONS)
    await write("service", batch.services, import_sql.SERVICES)
    await write("provider", batch.providers, import_sql.PROVIDERS)
    counts["provider"] = replace(counts["provider"], removed=await remove_stubs(tx, batch.providers))
    await write("language_offered", batch.languages, import_sql.LANGUAGES)
    await write("service_area", await placed(tx, batch.areas), import_sql.AREAS)
    await write("phone", batch.phones, import_sql.PHONES)
    await write("schedule", batch.schedules, import_sql.SCHEDULES)
    for table, gone in (await remove_left_out(tx, batch)).items():
        counts[table] = replace(counts[table], removed=gone)
    await keeping.note(tx, kept, source)
    return Written(counts=counts, kept=tuple(kept))


async def written(
    tx: Tx, table: str, rows: Sequence[object], sql: LiteralString, source: str, progress: Progress
) -> Counts:
    """Send the rows in big parts."""
    inserted = updated = 0
    for start in range(0, len(rows), ROWS_AT_ONCE):
        progress(table, start, len(rows))
        for touched in await many(tx, Touched, sql, rows[start : start + ROWS_AT_ONCE], source):
            inserted += touched.inserted
            updated += touched.updated
    progress(table, len(rows), len(rows))
    return Counts(inserted=inserted, updated=updated, unchanged=len(rows) - inserted - updated)


async def kept_ids(at: Reader, providers: Sequence[ListedProvider]) -> dict[UUID, UUID]:
    """Under which id a listed provider is known here, where that differs: referrals point to it, so it stays."""
    standing: dict[UUID, UUID] = {}
    for start in range(0, len(providers), ROWS_AT_ONCE):
        found = await many(
            at,
            Standing,
            """SELECT r.id::text AS listed_id, p.id::text
                 FROM json_to_recordset($1::json) AS r (id uuid, service_id uuid, location_id uuid)
                 JOIN provider p ON p.service_id = r.service_id AND p.location_id IS NOT DISTINCT FROM r.location_id
                WHERE p.id <> r.id""",
            providers[start : start + ROWS_AT_ONCE],
        )
        standing |= {row.listed_id: row.id for row in found}
    return settled([provider.id for provider in providers], standing)


def settled(listed: Sequence[UUID], standing: dict[UUID, UUID]) -> dict[UUID, UUID]:
    """Give each listed row an id of its own: one whose id belongs to another row takes an id that became free."""
    claimed = set(standing.values())
    free = [id for id in standing if id not in claimed]
    homeless = [id for id in listed if id in claimed and id not in standing]
    return standing | dict(zip(homeless, free, strict=False))


def with_ids(batch: Batch, kept: dict[UUID, UUID]) -> Batch:
    """The batch, where some of its providers are known under other ids."""
    if not kept:
        return batch
    return replace(
        batch,
        providers=[replace(row, id=kept.get(row.id, row.id)) for row in batch.providers],
        areas=[owned(area, kept) for area in batch.areas],
        phones=[owned(phone, kept) for phone in batch.phones],
        schedules=[owned(hours, kept) for hours in batch.schedules],
    )


def owned(row: Owned, kept: dict[UUID, UUID]) -> Owned:
    if row.provider_id is None:
        return row
    return replace(row, provider_id=kept.get(row.provider_id, row.provider_id))


async def remove_left_out(tx: Tx, batch: Batch) -> dict[str, int]:
    """Take away languages, areas, numbers and hours that listed offices no longer have: an old number is a wrong one.

    Only of tables that the list gives whole. One of which a row could not be read is not: the broken row may be the
    one that seems gone.
    """
    owners = [
        row.id for rows in (batch.organizations, batch.locations, batch.services, batch.providers) for row in rows
    ]
    parts: dict[str, list[UUID]] = {
        "language_offered": [row.id for row in batch.languages],
        "service_area": [row.id for row in batch.areas],
        "phone": [row.id for row in batch.phones],
        "schedule": [row.id for row in batch.schedules],
    }
    return {
        table: await execute(tx, import_sql.LEFT_OUT[table], owners, ids)
        for table, ids in parts.items()
        if table in batch.whole
    }


async def remove_stubs(tx: Tx, providers: Sequence[ListedProvider]) -> int:
    """Take away listings without a place whose service has one now.

    One that a referral points to stays, and one about which a provider or we have said anything.
    """
    return await execute(
        tx,
        """DELETE FROM provider p
            WHERE p.service_id = ANY($1::uuid[]) AND p.id = p.service_id AND p.location_id IS NULL
              AND p.openness_stated_at IS NULL AND p.referral_email IS NULL AND p.verification = 'unverified'
              AND NOT EXISTS (SELECT FROM capacity c WHERE c.provider_id = p.id)
              AND NOT EXISTS (SELECT FROM referral r WHERE r.provider_id = p.id)
              AND NOT EXISTS (SELECT FROM listing_proposal q WHERE q.provider_id = p.id)""",
        [provider.service_id for provider in providers if provider.location_id is not None],
    )
