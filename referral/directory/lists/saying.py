"""What does a listing say now, fact by fact? And saying a fact anew, wherever it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, LiteralString, cast
from uuid import UUID

from referral.directory import facts
from referral.directory.facts import WHERE, Fact, Laid, Owners, Row, Value
from referral.directory.lists.import_sql import zone_of_town
from referral.directory.lists.listed import ListedLocation
from referral.directory.lists.listed_areas import with_time_zones
from referral.directory.words import LocationVisibility
from referral.foundation.db import Reader, Tx, execute, execute_many, many, value

# An import and whoever changes single facts do not meet: each takes one of these, an import for itself alone.
CHANGING_KEY = 7_362_004
ONE_BY_ONE_KEY = 7_362_005


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """All facts of a listing. `others` says of how many other published listings each of its rows is a part."""

    provider: UUID
    service: UUID
    organization: UUID
    location: UUID | None
    name: str
    visibility: LocationVisibility | None
    is_merged: bool
    is_published: bool
    said: Mapping[str, Any]
    phones: tuple[Row, ...]
    hours: tuple[Row, ...]
    languages: tuple[Row, ...]
    others: Mapping[str, int]

    @property
    def owners(self) -> Owners:
        return Owners(
            provider=self.provider, service=self.service, organization=self.organization, location=self.location
        )

    def may_say(self, fact: Fact) -> bool:
        """Whether there is such a fact of this listing, and it tells nothing that must not be known."""
        if WHERE[fact].owner == "location" and self.location is None:
            return False
        return fact not in facts.TELLS_WHERE or self.visibility in (None, LocationVisibility.PUBLIC)

    def value(self, fact: Fact) -> Value:
        """What the listing says."""
        match fact:
            case Fact.PHONES | Fact.LANGUAGES:
                return facts.tidy(fact, [row.said for row in self.rows(fact)])
            case Fact.HOURS:
                return facts.tidy(fact, facts.shown_hours(self.provider, self.service, self.hours))
            case _:
                return facts.tidy(fact, self.said[fact.value])

    def listed(self, fact: Fact) -> Value:
        """What its list says of that: not what was taken over from a listing merged into it."""
        if fact not in facts.ROWS or not any(row.is_taken_over for row in self.rows(fact)):
            return self.value(fact)
        return facts.tidy(fact, [row.said for row in self.rows(fact) if not row.is_taken_over])

    def rows(self, fact: Fact) -> tuple[Row, ...]:
        return {Fact.PHONES: self.phones, Fact.HOURS: self.hours, Fact.LANGUAGES: self.languages}[fact]

    def laid(self, fact: Fact, wanted: Value) -> Laid:
        """What would become of the rows of a fact. What was taken over is agreed on like the rest, or goes."""
        rows = self.rows(fact)
        taken = tuple(row for row in rows if row.is_taken_over)
        others = tuple(row for row in rows if not row.is_taken_over)
        change = facts.laid(fact, self.owners.of(fact), others, wanted)
        return replace(change, gone=(*change.gone, *taken))

    def touches(self, fact: Fact, wanted: Value) -> int:
        """How many other published listings would say it too, or say it no longer."""
        if fact not in facts.ROWS:
            return self.others[WHERE[fact].owner]
        tables = {self.service: "service", self.organization: "organization", self.location: "location"}
        change = self.laid(fact, wanted)
        touched = [tables[row.owner] for row in change.gone if row.owner in tables and row.is_shared]
        if fact is Fact.LANGUAGES and change.added:
            touched.append("service")
        return max((self.others[table] for table in touched), default=0)


def of_columns() -> LiteralString:
    """The facts that stand in one column each, as a JSON object."""
    alias: dict[LiteralString, LiteralString] = {
        "provider": "p", "organization": "o", "service": "s", "location": "l",
    }  # fmt: skip
    parts: list[LiteralString] = []
    for fact in Fact:
        where = WHERE[fact]
        if len(where.columns) == 1:
            parts.append(f"'{NAMES[fact]}', {alias[where.owner]}.{where.columns[0]}")
    return ", ".join(parts)


# The words of `Fact` once more, for SQL knows literals only. A test compares them.
NAMES: dict[Fact, LiteralString] = dict(
    zip(
        Fact,
        (
            "name", "organization_description", "website", "email", "phones", "place", "place_name", "transportation",
            "accessibility", "hours", "languages", "interpreter_for_other", "service_name", "description", "url",
            "status", "fees", "free", "application_process", "eligibility", "minimum_age", "maximum_age",
            "required_documents", "restrictions", "help_types", "claims", "postures", "delivery_modes", "credentials",
            "depth", "accepts_detained", "accepts_minors",
        ),
        strict=True,
    )
)  # fmt: skip


def own_rows(
    table: LiteralString,
    owners: tuple[LiteralString, ...],
    said: LiteralString,
    is_taken_over: LiteralString = "false",
) -> LiteralString:
    """Rows of a table that belong to the listing, each with its owner and whether another listing shows it."""
    alias: dict[LiteralString, LiteralString] = {"provider": "p", "organization": "o", "service": "s", "location": "l"}
    ids = ", ".join([f"t.{owner}_id" for owner in owners])
    own = " OR ".join([f"t.{owner}_id = {alias[owner]}.id" for owner in owners])
    shared = " OR ".join([f"c.{owner}_id = t.{owner}_id" for owner in owners if owner != "provider"])
    return f"""
       (SELECT coalesce(json_agg(json_build_object(
                   'id', t.id, 'owner', coalesce({ids}), 'said', json_build_object({said}),
                   'is_taken_over', {is_taken_over},
                   'is_shared', EXISTS (SELECT FROM listing_card c WHERE c.id <> p.id AND ({shared})))), '[]')
          FROM {table} t
         WHERE {own})"""


SAYING: LiteralString = f"""
    SELECT p.id AS provider, p.service_id AS service, p.organization_id AS organization, p.location_id AS location,
           p.name, l.visibility, p.merged_into IS NOT NULL AS is_merged,
           EXISTS (SELECT FROM listing_card c WHERE c.id = p.id) AS is_published,
           (jsonb_build_object({of_columns()})
            || jsonb_build_object('place', json_build_object(
                   'lines', l.lines, 'city', l.city, 'state', l.state, 'postal_code', l.postal_code,
                   'country', l.country, 'latitude', l.latitude, 'longitude', l.longitude,
                   'time_zone', l.time_zone))) AS said,
           {
    own_rows(
        "phone",
        ("provider", "service", "organization", "location"),
        "'number', t.number, 'extension', t.extension, 'kind', t.kind, 'languages', t.languages",
        "t.taken_from IS NOT NULL",
    )
} AS phones,
           {
    own_rows(
        "schedule",
        ("provider", "service", "location"),
        "'weekdays', t.weekdays, 'opens_at', t.opens_at, 'closes_at', t.closes_at, 'valid_from', t.valid_from, "
        "'valid_to', t.valid_to, 'note', t.note, 'weeks_of_month', t.weeks_of_month, 'is_closure', t.is_closure",
    )
} AS hours,
           {
    own_rows(
        "language_offered",
        ("service", "location"),
        "'tag', t.tag, 'mode', t.mode, 'note', t.note",
        "t.taken_from IS NOT NULL",
    )
} AS languages,
           json_build_object(
               'provider', 0,
               'service', (SELECT count(*) FROM listing_card c WHERE c.service_id = s.id AND c.id <> p.id),
               'organization', (SELECT count(*) FROM listing_card c WHERE c.organization_id = o.id AND c.id <> p.id),
               'location', (SELECT count(*) FROM listing_card c WHERE c.location_id = l.id AND c.id <> p.id)) AS others
      FROM provider p
      JOIN service s ON s.id = p.service_id
      JOIN organization o ON o.id = p.organization_id
      LEFT JOIN location l ON l.id = p.location_id"""


async def now(at: Reader, listings: Sequence[UUID]) -> dict[UUID, Saying]:
    """What these listings say; whoever is not known is absent."""
    found = await many(at, Saying, f"{SAYING} WHERE p.id = ANY($1::uuid[])", list(listings))
    return {one.provider: one for one in found}


async def alone(tx: Tx) -> bool:
    """Whether single facts may be changed now, until the end of the transaction; False while an import runs.

    Whoever else changes facts waits meanwhile: what one has compared with what is listed is still so when it writes.
    """
    if not await value(tx, "SELECT pg_try_advisory_xact_lock_shared($1)", CHANGING_KEY):
        return False
    await one_by_one(tx)
    return True


async def one_by_one(tx: Tx) -> None:
    """Wait for whoever changes single facts just now; nobody else does until the end of the transaction."""
    await execute(tx, "SELECT pg_advisory_xact_lock($1)", ONE_BY_ONE_KEY)


# ------------------------------------------------------------- saying it anew
def updating(fact: Fact) -> LiteralString:
    """$1 the row, $2 its columns as an object."""
    where = WHERE[fact]
    columns = ", ".join(where.columns)
    read = ", ".join([f"r.{name}" for name in where.columns])
    return f"""
        UPDATE {where.owner} SET ({columns}) = ROW({read})
          FROM json_populate_record(NULL::{where.owner}, $2::json) AS r
         WHERE {where.owner}.id = $1"""


UPDATES: dict[Fact, LiteralString] = {
    fact: updating(fact) for fact in Fact if fact not in facts.ROWS and fact is not Fact.PLACE
}
PLACES: LiteralString = f"""
    UPDATE location l
       SET lines = r.lines, city = r.city, state = r.state, postal_code = r.postal_code, country = r.country,
           latitude = r.latitude, longitude = r.longitude,
           time_zone = coalesce($3, {zone_of_town("r.latitude", "r.longitude")}, r.time_zone, l.time_zone)
      FROM json_populate_record(NULL::location, $2::json) AS r
     WHERE l.id = $1 AND l.visibility = 'public'"""
DELETED: dict[Fact, LiteralString] = {
    Fact.PHONES: "DELETE FROM phone WHERE id = ANY($1::uuid[])",
    Fact.HOURS: "DELETE FROM schedule WHERE id = ANY($1::uuid[])",
    Fact.LANGUAGES: "DELETE FROM language_offered WHERE id = ANY($1::uuid[])",
}


def inserting(table: LiteralString, owner: LiteralString, columns: tuple[LiteralString, ...]) -> LiteralString:
    read = ", ".join([f"r.{name}" for name in columns])
    return f"""
        INSERT INTO {table} (id, {owner}, {", ".join(columns)})
        SELECT $1, $2, {read} FROM json_populate_record(NULL::{table}, $3::json) AS r
        ON CONFLICT (id) DO NOTHING"""


INSERTED: dict[Fact, LiteralString] = {
    Fact.PHONES: inserting("phone", "provider_id", ("number", "extension", "kind", "languages")),
    Fact.HOURS: inserting(
        "schedule",
        "provider_id",
        ("weekdays", "opens_at", "closes_at", "valid_from", "valid_to", "note", "weeks_of_month", "is_closure"),
    ),
    Fact.LANGUAGES: inserting("language_offered", "service_id", ("tag", "mode", "note")),
}


async def say(tx: Tx, listing: Saying, fact: Fact, wanted: Value) -> None:
    """Write one fact of a listing. What the listing says must not have changed since it was read."""
    owner = listing.owners.of(fact)
    if fact is Fact.PLACE:
        await move(tx, owner, cast("Mapping[str, Any]", wanted))
    elif fact in facts.ROWS:
        change = listing.laid(fact, wanted)
        await execute(tx, DELETED[fact], [row.id for row in change.gone])
        await execute_many(tx, INSERTED[fact], [(facts.row_id(fact, owner, row), owner, row) for row in change.added])
    else:
        await execute(tx, UPDATES[fact], owner, {WHERE[fact].columns[0]: wanted})


async def move(tx: Tx, location: UUID, place: Mapping[str, Any]) -> None:
    """A place keeps the time that is said; else that of the nearest town, of its postal code, or of its state."""
    (found,) = await with_time_zones(
        tx,
        [
            ListedLocation(
                id=location,
                latitude=place["latitude"],
                state=place["state"],
                postal_code=place["postal_code"],
                country=place["country"],
            )
        ],
    )
    await execute(tx, PLACES, location, {**place, "time_zone": found.time_zone}, place["time_zone"])


async def touch(tx: Tx, service: UUID, at: datetime) -> None:
    """Whoever keeps a copy by the date of the last change hears of it."""
    await execute(tx, "UPDATE service SET last_modified = $2 WHERE id = $1", service, at)
