"""A place that must not be known, such as a shelter for people who flee violence: hidden, and shown again.

What tells where it is (name, street, town, coordinates, phones, hours, time zone; of the place, and of what is offered
there) is taken out of the directory and sealed into a table of its own, which nothing that answers a question reads.
The listing stays: people find it by its state, by what it offers and in which language, never by distance; they call
its service or its organization. An import brings none of it back.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

import msgspec

from referral.directory import history
from referral.directory.lists import saying
from referral.directory.proposals import proposing
from referral.foundation.actors import ActorKind
from referral.foundation.audit import record
from referral.foundation.db import Tx, execute, one, value
from referral.foundation.errors import Conflict, NotFound
from referral.foundation.vault import Vault, seal, unseal

TABLE = "conf.place"
FIELD = "details"

# A state of two zones, or a border where towns keep their neighbours' time: the zone of a place would tell which part.
ZONE_OF_STATE: LiteralString = """(
    SELECT p.time_zone
      FROM place p
     WHERE p.country = l.country AND (p.kind = 'country' OR p.kind = 'state' AND p.state = l.state)
     ORDER BY p.kind = 'state' DESC, p.weight DESC, p.id
     LIMIT 1)"""

# Meanwhile a listing may have gone for good.
IS_OWNED: LiteralString = "(r.provider_id IS NULL OR EXISTS (SELECT FROM provider p WHERE p.id = r.provider_id))"
# Or the listing that a number was taken over from may have been taken apart again.
IS_STILL_MERGED: LiteralString = """(r.taken_from IS NULL OR EXISTS (
    SELECT FROM provider m WHERE m.id = r.taken_from AND m.merged_into IS NOT NULL))"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a listing there was called, and what it said of being there."""

    name: str
    description: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """Everything of a place that tells where it is; phones and hours as rows of their tables."""

    name: str | None
    description: str | None
    transportation: str | None
    accessibility: tuple[str, ...]
    latitude: float | None
    longitude: float | None
    lines: tuple[str, ...]
    city: str | None
    postal_code: str | None
    time_zone: str
    listings: dict[str, Words]  # by id
    phones: list[dict[str, object]]
    schedules: list[dict[str, object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A hidden place as it is kept."""

    data_key: bytes
    details: bytes


async def hide(tx: Tx, vault: Vault, listing: UUID, *, now: datetime) -> None:
    """Make the place of a listing confidential, for all listings there.

    Raises NotFound where there is no such listing or it has no place, Conflict where it is hidden already.
    """
    await saying.one_by_one(tx)
    place = await place_of(tx, listing)
    there = await held(tx, place)
    details = await one(
        tx,
        Details,
        """SELECT l.name, l.description, l.transportation, l.accessibility, l.latitude, l.longitude, l.lines, l.city,
                  l.postal_code, l.time_zone,
                  (SELECT json_object_agg(p.id, json_build_object('name', p.name, 'description', p.description))
                     FROM provider p WHERE p.location_id = l.id) AS listings,
                  (SELECT coalesce(json_agg(to_json(t)), '[]')
                     FROM phone t WHERE t.location_id = l.id OR t.provider_id = ANY($2) OR t.taken_from = ANY($2))
                     AS phones,
                  (SELECT coalesce(json_agg(to_json(h)), '[]')
                     FROM schedule h WHERE h.location_id = l.id OR h.provider_id = ANY($2)) AS schedules
             FROM location l
            WHERE l.id = $1 AND l.visibility <> 'confidential'""",
        place,
        there,
    )
    if details is None:
        raise Conflict("This place is hidden already.")
    key, wrapped = vault.new_key(place, table=TABLE, now=now)
    sealed = seal(key, msgspec.json.encode(details), table=TABLE, row=place, name=FIELD)
    await execute(
        tx, "INSERT INTO conf.place (location_id, data_key, details, hidden_at) VALUES ($1, $2, $3, $4)",
        place, wrapped, sealed, now,
    )  # fmt: skip
    await take_out(tx, place, there)
    await history.forget(tx, place)
    await proposing.forget(tx, place)
    await execute(tx, "SET CONSTRAINTS refresh_at_commit IMMEDIATE")  # then no listing holds the words of its name
    await execute(tx, "SELECT forget_words(), forget_hours()")
    await execute(tx, "SET CONSTRAINTS refresh_at_commit DEFERRED")
    await record(tx, actor=ActorKind.SYSTEM, actor_id=None, act="place_hidden", subject_id=place)


async def held(tx: Tx, place: UUID) -> list[UUID]:
    """The listings at a place, held still with it: what a merger or a proposal is about to say of them is waited for,
    and goes with the rest. The place first, as an import locks them.
    """
    await execute(tx, "SELECT FROM location WHERE id = $1 FOR UPDATE", place)
    return await value(
        tx,
        """SELECT array_agg(id)
             FROM (SELECT id FROM provider WHERE location_id = $1 ORDER BY id FOR NO KEY UPDATE) AS there""",
        place,
    )


async def take_out(tx: Tx, place: UUID, listings: list[UUID]) -> None:
    """Leave nothing in the directory that tells where it is; hours of its services are read by its state's clock."""
    await execute(
        tx,
        f"""UPDATE location l
               SET visibility = 'confidential', name = NULL, description = NULL, transportation = NULL,
                   accessibility = '{{}}', latitude = NULL, longitude = NULL, lines = '{{}}', city = NULL,
                   postal_code = NULL, time_zone = coalesce({ZONE_OF_STATE}, 'UTC')
             WHERE id = $1""",
        place,
    )
    await execute(
        tx,
        "DELETE FROM phone WHERE location_id = $1 OR provider_id = ANY($2) OR taken_from = ANY($2)",
        place,
        listings,
    )
    await execute(tx, "DELETE FROM schedule WHERE location_id = $1 OR provider_id = ANY($2)", place, listings)
    await execute(
        tx,
        """UPDATE provider p SET name = o.name, description = NULL FROM organization o
            WHERE p.location_id = $1 AND o.id = p.organization_id""",
        place,
    )


async def show(tx: Tx, vault: Vault, listing: UUID) -> None:
    """Make the place public again, as it was. Raises NotFound, and Conflict where it is not hidden."""
    place = await place_of(tx, listing)
    await record(tx, actor=ActorKind.SYSTEM, actor_id=None, act="place_shown", subject_id=place)
    kept = await one(tx, Sealed, "DELETE FROM conf.place WHERE location_id = $1 RETURNING data_key, details", place)
    if kept is None:
        raise Conflict("This place is not hidden.")
    plain = unseal(vault.unwrap(place, kept.data_key, table=TABLE), kept.details, table=TABLE, row=place, name=FIELD)
    details = msgspec.json.decode(plain, type=Details)
    await execute(
        tx,
        """UPDATE location
              SET visibility = 'public', name = $2, description = $3, transportation = $4, accessibility = $5,
                  latitude = $6, longitude = $7, lines = $8, city = $9, postal_code = $10, time_zone = $11
            WHERE id = $1""",
        place,
        details.name,
        details.description,
        details.transportation,
        list(details.accessibility),
        details.latitude,
        details.longitude,
        list(details.lines),
        details.city,
        details.postal_code,
        details.time_zone,
    )
    await execute(
        tx,
        f"""INSERT INTO phone SELECT * FROM json_populate_recordset(NULL::phone, $1) AS r
             WHERE {IS_OWNED} AND {IS_STILL_MERGED}""",
        details.phones,
    )
    await execute(
        tx,
        f"INSERT INTO schedule SELECT * FROM json_populate_recordset(NULL::schedule, $1) AS r WHERE {IS_OWNED}",
        details.schedules,
    )
    await execute(
        tx,
        """UPDATE provider SET name = said.value ->> 'name', description = said.value ->> 'description'
             FROM json_each($1) AS said
            WHERE provider.id = said.key::uuid""",
        msgspec.to_builtins(details.listings),
    )


async def place_of(tx: Tx, listing: UUID) -> UUID:
    found: UUID | None = await value(tx, "SELECT location_id FROM provider WHERE id = $1", listing)
    if found is None:
        raise NotFound("There is no such listing, or it has no place.")
    return found
