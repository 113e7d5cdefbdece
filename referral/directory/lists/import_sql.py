"""Upserts of the directory's tables: rows that differ are written, all others are not even locked for long.

Each takes the rows as json ($1) and the name of the list ($2), and counts the rows it inserted and updated. Composed of
literals only: a column is named once instead of four times.
"""

from typing import LiteralString

Columns = tuple[LiteralString, ...]

ORGANIZATION: Columns = (
    "id", "name", "alternate_name", "description", "website", "email", "kind", "identifiers", "source",
)  # fmt: skip
LOCATION: Columns = (
    "id", "organization_id", "name", "description", "transportation", "accessibility", "latitude", "longitude",
    "time_zone", "lines", "city", "state", "postal_code", "country", "source",
)  # fmt: skip
SERVICE: Columns = (
    "id", "organization_id", "name", "alternate_name", "description", "status", "url", "email", "fees",
    "application_process", "interpretation", "eligibility", "minimum_age", "maximum_age", "help_types",
    "required_documents", "facts", "accepts_detained", "accepts_minors", "free", "interpreter_for_other",
    "restrictions", "assured_on",
)  # fmt: skip
PROVIDER: Columns = (
    "id", "organization_id", "service_id", "location_id", "name", "description", "source", "retired_at",
)  # fmt: skip
LANGUAGE: Columns = ("id", "service_id", "location_id", "tag", "mode", "note")
AREA: Columns = (
    "id", "service_id", "provider_id", "name", "kind", "country", "state", "place_id", "border",
)  # fmt: skip
PHONE: Columns = (
    "id", "organization_id", "service_id", "location_id", "provider_id", "number", "extension", "kind", "languages",
)  # fmt: skip
SCHEDULE: Columns = (
    "id", "service_id", "location_id", "provider_id", "weekdays", "opens_at", "closes_at", "valid_from", "valid_to",
    "note", "weeks_of_month", "is_closure",
)  # fmt: skip


# Near a border the nearest town may keep another time, so a town of the same country goes first. But only among a few:
# with a sign lost in a coordinate, the nearest town of that country is at the other end of a long search.
def zone_of_town(latitude: LiteralString, longitude: LiteralString) -> LiteralString:
    """The time of the nearest town; null without a point. `r` is the place, whose country goes first."""
    return f"""
    (SELECT near.time_zone
       FROM (SELECT p.time_zone, p.country, p.point <-> unit_point(here.latitude, here.longitude) AS away
               FROM (SELECT {latitude} AS latitude, {longitude} AS longitude) AS here
               JOIN place p ON p.kind = 'town' AND here.latitude IS NOT NULL
              ORDER BY p.point <-> unit_point(here.latitude, here.longitude)
              LIMIT 20) AS near
      ORDER BY near.country IS DISTINCT FROM r.country, near.away
      LIMIT 1)"""


# A place with a point comes with a time zone only where one was agreed on.
TIME_ZONE: LiteralString = f"coalesce(r.time_zone, {zone_of_town('r.latitude', 'r.longitude')}, 'UTC')"

HAS_NO_PLACE_YET: LiteralString = """r.location_id IS NOT NULL OR NOT EXISTS (
    SELECT FROM provider p WHERE p.service_id = r.service_id AND p.location_id IS NOT NULL)"""


# What a list says of a place that somebody here has hidden would tell where it is: numbers and hours too.
IS_OF_NO_HIDDEN_PLACE: LiteralString = """NOT EXISTS (
    SELECT FROM location l
     WHERE l.id = coalesce(r.location_id, (SELECT p.location_id FROM provider p WHERE p.id = r.provider_id))
       AND l.visibility <> 'public')"""

# A listing does not leave a place that somebody here has hidden; whether it comes or stays there, nothing tells of it.
HIDDEN_PLACE: LiteralString = """(
    SELECT k.location_id FROM provider k JOIN location l ON l.id = k.location_id
     WHERE k.id = r.id AND l.visibility <> 'public')"""
IS_AT_HIDDEN_PLACE: LiteralString = f"""EXISTS (
    SELECT FROM location l WHERE l.id = coalesce({HIDDEN_PLACE}, r.location_id) AND l.visibility <> 'public')"""

KNOWN_NAME: LiteralString = (
    "(SELECT k.name FROM provider k WHERE k.id = r.id AND k.organization_id = r.organization_id)"
)
PLAIN_NAME: LiteralString = "(SELECT o.name FROM organization o WHERE o.id = r.organization_id)"


def of(alias: LiteralString, columns: Columns) -> LiteralString:
    return ", ".join([f"{alias}.{column}" for column in columns])


def upserting(
    table: LiteralString,
    columns: Columns,
    *,
    computed: dict[LiteralString, LiteralString] | None = None,
    among: LiteralString = "true",
    only: LiteralString = "true",
) -> LiteralString:
    """`computed` columns do not come from the rows; `among` picks rows, `only` picks what may be updated."""
    expressions: dict[LiteralString, LiteralString] = {"source": "list.source", **(computed or {})}
    read = ", ".join([expressions.get(column, f"r.{column}") for column in columns])
    # xmax is 0 only in a row version that no transaction has replaced or locked: one that was just inserted.
    return f"""
        WITH touched AS (
            INSERT INTO {table} AS t ({", ".join(columns)})
            SELECT {read}
              FROM json_populate_recordset(NULL::{table}, $1::json) AS r
             CROSS JOIN (VALUES ($2::text)) AS list (source)
             WHERE {among}
            ON CONFLICT (id) DO UPDATE SET ({", ".join(columns)}) = ROW({of("excluded", columns)})
             WHERE {only} AND ({of("t", columns)}) IS DISTINCT FROM ({of("excluded", columns)})
            RETURNING xmax = 0 AS is_new
        )
        SELECT count(*) FILTER (WHERE is_new) AS inserted, count(*) FILTER (WHERE NOT is_new) AS updated
          FROM touched"""


ORGANIZATIONS = upserting("organization", ORGANIZATION)
# A place that somebody here has hidden is never touched again: the list would bring its address back.
LOCATIONS = upserting(
    "location",
    LOCATION,
    computed={"time_zone": TIME_ZONE},
    only="t.visibility = 'public'",
)
# Whoever is listed again is no longer retired.
PROVIDERS = upserting(
    "provider",
    PROVIDER,
    computed={
        "retired_at": "NULL::timestamptz",
        "location_id": f"coalesce({HIDDEN_PLACE}, r.location_id)",
        "name": f"CASE WHEN {IS_AT_HIDDEN_PLACE} THEN coalesce({KNOWN_NAME}, {PLAIN_NAME}) ELSE r.name END",
        "description": f"CASE WHEN {IS_AT_HIDDEN_PLACE} THEN NULL ELSE r.description END",
    },
    among=HAS_NO_PLACE_YET,
)
LANGUAGES = upserting("language_offered", LANGUAGE)
AREAS = upserting("service_area", AREA)
PHONES = upserting("phone", PHONE, among=IS_OF_NO_HIDDEN_PLACE)
SCHEDULES = upserting("schedule", SCHEDULE, among=IS_OF_NO_HIDDEN_PLACE)

# What belongs to rows that were just written ($1 has their ids) and is not in the list any more ($2 has what is).
# What was taken over from a listing that was merged is no word of theirs.
LEFT_OUT: dict[str, LiteralString] = {
    "language_offered": """
        DELETE FROM language_offered
         WHERE (service_id = ANY($1::uuid[]) OR location_id = ANY($1::uuid[])) AND id <> ALL($2::uuid[])
           AND taken_from IS NULL""",
    "service_area": """
        DELETE FROM service_area
         WHERE (service_id = ANY($1::uuid[]) OR provider_id = ANY($1::uuid[])) AND id <> ALL($2::uuid[])
           AND taken_from IS NULL""",
    "phone": """
        DELETE FROM phone
         WHERE (organization_id = ANY($1::uuid[]) OR service_id = ANY($1::uuid[])
                OR location_id = ANY($1::uuid[]) OR provider_id = ANY($1::uuid[]))
           AND id <> ALL($2::uuid[]) AND taken_from IS NULL""",
    "schedule": """
        DELETE FROM schedule
         WHERE (service_id = ANY($1::uuid[]) OR location_id = ANY($1::uuid[]) OR provider_id = ANY($1::uuid[]))
           AND id <> ALL($2::uuid[])""",
}

# "infinity" stands for: the list does not say, and the service is known here. Then only a difference moves the date.
SERVICES: LiteralString = f"""
    WITH touched AS (
        INSERT INTO service AS t ({", ".join(SERVICE)}, source, last_modified)
        SELECT {of("r", SERVICE)}, $2,
               coalesce(r.last_modified, CASE WHEN known.id IS NULL THEN now() ELSE 'infinity' END)
          FROM json_populate_recordset(NULL::service, $1::json) AS r
          LEFT JOIN service known ON known.id = r.id
        ON CONFLICT (id) DO UPDATE
           SET ({", ".join(SERVICE)}) = ROW({of("excluded", SERVICE)}),
               source = excluded.source,
               last_modified = CASE excluded.last_modified WHEN 'infinity' THEN now() ELSE excluded.last_modified END
         WHERE ({of("t", SERVICE)}, t.source) IS DISTINCT FROM ({of("excluded", SERVICE)}, excluded.source)
            OR excluded.last_modified NOT IN (t.last_modified, 'infinity')
        RETURNING xmax = 0 AS is_new
    )
    SELECT count(*) FILTER (WHERE is_new) AS inserted, count(*) FILTER (WHERE NOT is_new) AS updated
      FROM touched"""
