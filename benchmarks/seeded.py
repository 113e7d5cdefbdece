"""A directory worth measuring: the real offices, and 5,000 made-up ones in the towns where most people live."""

from pathlib import Path

from referral.edges.hsds.importing import import_hsds
from referral.foundation import reference
from referral.foundation.db import Database, execute, value

OFFICES = 5_000
SOURCE = "synthetic, for benchmarks"
EOIR = Path(reference.DATA, "eoir_pro_bono")

TOWNS = """
    CREATE TEMPORARY TABLE town ON COMMIT DROP AS
    SELECT n, name, country, state, latitude, longitude, time_zone, $2::text AS source,
           md5('organization ' || n)::uuid AS organization_id, md5('service ' || n)::uuid AS service_id,
           md5('location ' || n)::uuid AS location_id, md5('provider ' || n)::uuid AS provider_id
      FROM (SELECT row_number() OVER (ORDER BY population DESC, id) AS n, place.*
              FROM place
             WHERE kind = 'town' AND country IN ('US', 'MX')) AS towns
     WHERE n <= $1"""

# One organization, service, place and listing for each town; two in three give legal help, half count their places.
LISTINGS = (
    """
    INSERT INTO organization (id, name, kind, source)
    SELECT organization_id, 'Synthetic ' || n, 'legal', source FROM town""",
    """
    INSERT INTO location (id, organization_id, latitude, longitude, time_zone, city, country, state, source)
    SELECT location_id, organization_id, latitude, longitude, time_zone, name, country, state, source FROM town""",
    """
    INSERT INTO service (id, organization_id, name, status, depth, help_types, delivery_modes, facts,
                         accepts_detained, accepts_minors, last_modified, source)
    SELECT service_id, organization_id, 'Synthetic service ' || n, 'active', 'full_representation',
           CASE n % 3 WHEN 0 THEN '{legal.asylum}'
                      WHEN 1 THEN '{legal.asylum,legal.removal_defense}'
                      ELSE '{hum.shelter,hum.food}' END::text[],
           '{in_person}', '{}', CASE n % 4 WHEN 0 THEN 'unknown' ELSE 'yes' END, 'yes', now(), source
      FROM town""",
    """
    INSERT INTO provider (id, organization_id, service_id, location_id, name, source,
                          openness, openness_stated_at, openness_expires_at)
    SELECT provider_id, organization_id, service_id, location_id, 'Synthetic Office ' || n, source,
           'open', now(), now() + interval '3650 days'
      FROM town""",
    """
    INSERT INTO language_offered (id, service_id, tag, mode)
    SELECT gen_random_uuid(), service_id, tag, 'staff_fluent'
      FROM town, unnest(CASE n % 2 WHEN 0 THEN '{en}' ELSE '{en,es}' END::text[]) AS tag""",
    """
    INSERT INTO capacity (provider_id, unit, stated, stated_at, expires_at)
    SELECT provider_id, 'full_cases', 5, now(), now() + interval '3650 days' FROM town WHERE n % 2 = 0""",
)


async def build(database: Database) -> None:
    """Fill the database once; a second run finds it full."""
    await reference.load(database, progress=quiet)
    if await value(database.reader, "SELECT count(*) FROM provider WHERE source = $1", SOURCE) == OFFICES:
        return
    await import_hsds(database, EOIR, source="eoir", progress=quiet)
    async with database.transaction() as tx:
        await execute(tx, TOWNS, OFFICES, SOURCE)
        for statement in LISTINGS:
            await execute(tx, statement)
    await database.pool.execute("ANALYZE")


def quiet(_what: str, _done: int, _total: int) -> None:
    """Nobody watches."""
