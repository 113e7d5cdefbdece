"""A synthetic directory worth measuring: services at places that stand where people live, as many as asked for.

What performance depends on is made like the real thing: towns by population, 12 kinds of help, 60 languages of which
the common are common and the rare rare, openness that is mostly unknown. Everything says that it is synthetic.
"""

import asyncio
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from referral.foundation import reference
from referral.foundation.db import Database, Tx, connect, copy_rows, execute, many, value
from referral.foundation.vocabulary import HelpType

SOURCE = "synthetic, for benchmarks"
SEED = 20261125
COUNTRIES = ["US", "MX"]
AROUND_TOWN = 0.15  # degrees: an office stands somewhere in its town, not on its centre
HELP = list(HelpType)[:12]
LANGUAGES = 60
COLUMNS = ["n", "town", "country", "state", "latitude", "longitude", "time_zone", "help", "tags", "openness", "places"]
AT_ONCE = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """Where people live, and how many."""

    name: str
    country: str
    state: str | None
    latitude: float
    longitude: float
    time_zone: str
    population: int


# Whole tables at once. Ids follow from the number, so every run makes the same directory.
LISTINGS = (
    """
    INSERT INTO organization (id, name, description, website, email, kind, source)
    SELECT md5('organization ' || n)::uuid, 'Synthetic organization ' || n,
           'Made up for measuring. It gives no help, and nobody works there.',
           'https://organization-' || n || '.example.org', 'office@organization-' || n || '.example.org', 'both', $1
      FROM made""",
    """
    INSERT INTO location (id, organization_id, name, latitude, longitude, time_zone, lines, city, postal_code, country,
                          state, source)
    SELECT md5('location ' || n)::uuid, md5('organization ' || n)::uuid, 'Synthetic office ' || n, latitude, longitude,
           time_zone, ARRAY[n || ' Example Street'], town, lpad((n % 100000)::text, 5, '0'), country, state, $1
      FROM made""",
    """
    INSERT INTO service (id, organization_id, name, description, status, fees, application_process, depth, help_types,
                         delivery_modes, facts, accepts_detained, accepts_minors, assured_on, last_modified, source)
    SELECT md5('service ' || n)::uuid, md5('organization ' || n)::uuid, 'Synthetic service ' || n,
           'Made up for measuring, with as many words as a service commonly has: whom it is for, what is done there, '
           'and what to bring on the first visit.',
           'active', 'Free', 'Call first', 'full_representation', help, '{in_person}', '{}',
           CASE n % 4 WHEN 0 THEN 'yes' WHEN 1 THEN 'no' ELSE 'unknown' END, 'unknown', '2026-09-01',
           '2026-09-01T12:00:00Z'::timestamptz + n % 86400 * interval '1 second', $1
      FROM made""",
    """
    INSERT INTO provider (id, organization_id, service_id, location_id, name, description, source,
                          openness, openness_stated_at, openness_expires_at)
    SELECT md5('provider ' || n)::uuid, md5('organization ' || n)::uuid, md5('service ' || n)::uuid,
           md5('location ' || n)::uuid, 'Synthetic office ' || n, 'Made up for measuring.', $1, openness,
           CASE WHEN openness <> 'unknown' THEN now() END,
           CASE WHEN openness <> 'unknown' THEN now() + interval '3650 days' END
      FROM made""",
    """
    INSERT INTO language_offered (id, service_id, tag, mode)
    SELECT md5(tag || n)::uuid, md5('service ' || n)::uuid, tag,
           CASE WHEN n % 5 = 0 THEN 'interpreter_phone' ELSE 'staff_fluent' END
      FROM made, unnest(tags) AS tag
     WHERE $1::text IS NOT NULL""",
    """
    INSERT INTO phone (id, location_id, number, kind, languages)
    SELECT md5('phone ' || n)::uuid, md5('location ' || n)::uuid, '+1 202 555 0' || lpad((n % 200)::text, 3, '1'),
           'voice', '{en}'
      FROM made
     WHERE $1::text IS NOT NULL""",
    """
    INSERT INTO schedule (id, location_id, weekdays, opens_at, closes_at)
    SELECT md5('schedule ' || n)::uuid, md5('location ' || n)::uuid, '{MO,TU,WE,TH,FR}', '09:00', '17:00'
      FROM made
     WHERE n % 2 = 0 AND $1::text IS NOT NULL""",
    """
    INSERT INTO service_area (id, service_id, name, kind, country, state)
    SELECT md5('area ' || n)::uuid, md5('service ' || n)::uuid, state, 'state', country, state
      FROM made
     WHERE n % 5 = 0 AND state IS NOT NULL AND $1::text IS NOT NULL""",
    """
    INSERT INTO capacity (provider_id, unit, stated, stated_at, expires_at)
    SELECT md5('provider ' || n)::uuid, 'full_cases', places, now(), now() + interval '3650 days'
      FROM made
     WHERE places > 0 AND $1::text IS NOT NULL""",
)


async def build(database: Database, size: int) -> None:
    """Fill an empty database with `size` listings; a full one keeps its own."""
    await reference.load(database, progress=quiet)
    is_full = await value(database.reader, "SELECT count(*) FROM listing_card WHERE source = $1", SOURCE) == size
    slow = await connect(database.dsn, statement_seconds=3600)
    try:
        if not is_full:
            async with slow.transaction() as tx:
                await fill(tx, size)
            await asyncio.gather(*(make_cards(slow, half, size) for half in range(2)))
        # Also of one that was there: migrations since have rewritten its tables.
        await slow.pool.execute("VACUUM ANALYZE", timeout=3600)
    finally:
        await slow.close()


async def fill(tx: Tx, size: int) -> None:
    """Everything but the search rows, without a trigger for each row."""
    await execute(tx, "SET LOCAL session_replication_role = replica")
    await execute(tx, "SET LOCAL idle_in_transaction_session_timeout = 0")
    await execute(
        tx,
        """CREATE TEMPORARY TABLE made (n integer, town text, country text, state text, latitude float8,
               longitude float8, time_zone text, help text[], tags text[], openness text, places integer)
               ON COMMIT DROP""",
    )
    towns, tags = await where_people_live(tx), await tags_by_use(tx)
    await copy_rows(tx, "made", COLUMNS, made(size, towns, tags))
    for statement in LISTINGS:
        await execute(tx, statement, SOURCE)


def made(size: int, towns: list[Town], tags: list[str]) -> list[tuple[object, ...]]:
    chance = Random(SEED)  # noqa: S311 - the same directory every time, not a secret
    reach = list(accumulate(town.population + 1 for town in towns))
    use = list(accumulate(1 / (rank + 1) for rank in range(len(tags))))
    return [
        one(n, town, chance, tags, use)
        for n, town in enumerate(chance.choices(towns, cum_weights=reach, k=size), start=1)
    ]


def one(n: int, town: Town, chance: Random, tags: list[str], use: list[float]) -> tuple[object, ...]:
    openness = chance.choices(("open", "limited", "waitlist", "closed", "unknown"), (40, 10, 5, 5, 40))[0]
    return (
        n,
        town.name,
        town.country,
        town.state,
        max(-90.0, min(90.0, town.latitude + chance.uniform(-AROUND_TOWN, AROUND_TOWN))),
        town.longitude + chance.uniform(-AROUND_TOWN, AROUND_TOWN),
        town.time_zone,
        [kind.value for kind in chance.sample(HELP, chance.randint(1, 3))],
        sorted(set(chance.choices(tags, cum_weights=use, k=chance.randint(1, 4)))),
        openness,
        chance.randint(1, 20) if openness in {"open", "limited"} else 0,
    )


async def where_people_live(tx: Tx) -> list[Town]:
    return await many(
        tx,
        Town,
        """SELECT name, country, state, latitude, longitude, time_zone, population
             FROM place
            WHERE kind = 'town' AND country = ANY($1) AND abs(longitude) < 179
            ORDER BY population DESC, id""",
        COUNTRIES,
    )


async def tags_by_use(tx: Tx) -> list[str]:
    """The reviewed list's own order: common ones first."""
    found: list[str] = await value(
        tx,
        "SELECT array_agg(tag ORDER BY position) FROM (SELECT * FROM language ORDER BY position LIMIT $1) l",
        LANGUAGES,
    )
    return found


async def make_cards(database: Database, half: int, size: int) -> None:
    """The search rows, as the database itself makes them; two halves at once."""
    for start in range(half * AT_ONCE, size, 2 * AT_ONCE):
        async with database.transaction() as tx:
            await execute(
                tx,
                """SELECT refresh_listings(array_agg(md5('provider ' || n)::uuid))
                     FROM generate_series($1::int + 1, least($1::int + $2::int, $3::int)) AS n""",
                start,
                AT_ONCE,
                size,
            )


def quiet(_what: str, _done: int, _total: int) -> None:
    """Nobody watches."""
