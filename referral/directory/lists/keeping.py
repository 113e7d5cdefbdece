"""A list comes in, and some of what it says was agreed on otherwise: what is kept, and what the list has said anew?

The list is changed before it is written, so that nothing is written twice and a list that says the same changes
nothing. Without agreements it costs one question.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, TypeVar, cast
from uuid import UUID

from referral.directory import facts
from referral.directory.facts import WHERE, Fact, Row, Value
from referral.directory.lists import saying
from referral.directory.lists.listed import (
    Batch,
    ListedLanguage,
    ListedLocation,
    ListedOrganization,
    ListedPhone,
    ListedProvider,
    ListedSchedule,
    ListedService,
)
from referral.foundation.db import Reader, Tx, execute, many
from referral.foundation.vocabulary import Word

Listing = TypeVar("Listing", ListedOrganization, ListedLocation, ListedService, ListedProvider)
Listed = ListedPhone | ListedSchedule | ListedLanguage
Edits = dict[str, dict[UUID, dict[str, Any]]]  # by table and row: what stands in which field instead


class Outcome(Word):
    """What a list says of a fact that was agreed on otherwise."""

    KEPT = "kept", "What it said before; the agreed value is kept."
    AGREES = "agrees", "What was agreed on; nothing stands against it any more."
    NEWER = "newer", "Something new; the list's word is taken, and staff look."
    OLDER = "older", "Something else, from before it was agreed on; the agreed value is kept, and staff look."


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A value that was agreed on. `is_kept` False: a list has said something newer, and nobody has looked yet."""

    owner: UUID
    fact: Fact
    base: Value
    approved: Value
    approved_at: datetime
    is_kept: bool
    listed: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One fact of which the list says something else than was agreed on."""

    listing: str
    fact: Fact
    listed: Value
    approved: Value
    outcome: Outcome
    override: Override = field(repr=False)


def outcome(known: Override, listed: Value, dated: date | None, *, is_whole: bool = True) -> Outcome:
    """The newer word wins. A list that dates its word before the agreement has not heard of it; one that says something
    new without a date has, since it has changed since. Silence says nothing against anybody.
    """
    fact = known.fact
    if facts.is_agreed(fact, listed, known.approved):
        return Outcome.AGREES
    if facts.is_same(fact, listed, known.approved):
        return Outcome.KEPT  # all but the time zone, which no list gives
    if not known.is_kept:
        return Outcome.NEWER
    if facts.is_same(fact, listed, known.base) or facts.says_nothing(fact, listed):
        return Outcome.KEPT
    if not is_whole and set(map(facts.text_of, cast("list[Value]", listed))) <= set(
        map(facts.text_of, cast("list[Value]", known.base))
    ):
        return Outcome.KEPT
    return Outcome.OLDER if dated and dated < known.approved_at.astimezone(UTC).date() else Outcome.NEWER


# ------------------------------------------------------------- a list as it will be written
@dataclass(slots=True, kw_only=True)
class Laying:
    """A batch over which agreements are laid. `edits`, `gone` and `added` are what that changes."""

    batch: Batch
    providers: Mapping[UUID, ListedProvider]
    listings: Mapping[UUID, Sequence[ListedProvider]]  # by each of the four rows of a listing
    rows: Mapping[str, Mapping[UUID, Any]]
    parts: Mapping[Fact, Mapping[UUID, Sequence[Listed]]]
    edits: Edits = field(default_factory=lambda: defaultdict(lambda: defaultdict(dict)))
    gone: set[UUID] = field(default_factory=set[UUID])
    wanted: list[Kept] = field(default_factory=list[Kept])

    def value(self, known: Override) -> Value:
        """What the list says. Raises KeyError where it does not have the row."""
        fact, owner = known.fact, known.owner
        if fact in facts.ROWS:
            rows = self.rows_of(fact, owner)
            shown = facts.shown_hours(owner, self.providers[owner].service_id, rows) if fact is Fact.HOURS else None
            return facts.tidy(fact, [row.said for row in rows] if shown is None else shown)
        row = self.rows[WHERE[fact].owner][owner]
        if fact is Fact.PLACE:
            return facts.tidy(fact, {name: getattr(row, name) for name in facts.ADDRESS})
        return facts.tidy(fact, getattr(row, WHERE[fact].columns[0]))

    def rows_of(self, fact: Fact, owner: UUID) -> tuple[Row, ...]:
        """The list's rows of a fact. Raises KeyError where it does not have their owner."""
        listings = self.listings[owner]
        owners = {owner} | {
            id
            for one in listings
            for id in (one.service_id, one.location_id, one.organization_id if fact is Fact.PHONES else None)
            if id is not None
        }
        return tuple(
            Row(
                id=row.id,
                owner=id,
                is_shared=len(self.listings.get(id, ())) > 1,
                said=cast("Mapping[str, Value]", cast("list[Value]", facts.tidy(fact, [as_row(row)]))[0]),
            )
            for id in sorted(owners)
            for row in self.parts[fact].get(id, ())
        )

    def lay(self, kept: Kept) -> None:
        fact, owner = kept.fact, kept.override.owner
        if fact in facts.ROWS:
            self.gone |= {row.id for row in facts.laid(fact, owner, self.rows_of(fact, owner), kept.approved).gone}
            self.wanted.append(kept)
        elif fact is Fact.PLACE:
            place = cast("Mapping[str, Any]", kept.approved)
            self.edits["location"][owner] |= {**place, "lines": tuple(place["lines"])}
        else:
            said = tuple(cast("list[Value]", kept.approved)) if fact in facts.SEVERAL else kept.approved
            self.edits[WHERE[fact].owner][owner][WHERE[fact].columns[0]] = said

    def added(self, fact: Fact) -> Iterator[dict[str, Any]]:
        """Rows that were agreed on and that the list does not have; looked for once all that go are known."""
        for kept in self.wanted:
            if kept.fact is fact:
                owner = kept.override.owner
                left = tuple(row for row in self.rows_of(fact, owner) if row.id not in self.gone)
                for row in facts.laid(fact, owner, left, kept.approved).added:
                    yield {**row, "id": facts.row_id(fact, owner, row), f"{WHERE[fact].owner}_id": owner}

    def touched(self, kept: Sequence[Kept]) -> dict[UUID, datetime]:
        """When a service was last changed by an agreement, for whoever keeps a copy by that date."""
        found: dict[UUID, datetime] = {}
        for one in kept:
            for listing in self.listings.get(one.override.owner, ()):
                at = one.override.approved_at
                found[listing.service_id] = max(at, found.get(listing.service_id, at))
        return found

    def dated(self, owner: UUID) -> date | None:
        """When the list last looked, as it says itself."""
        services = self.rows["service"]
        days = [day for one in self.listings.get(owner, ()) for day in days_of(services.get(one.service_id))]
        return max(days, default=None)

    def laid(self, kept: Sequence[Kept]) -> Batch:
        """The batch with all of it."""
        for one in kept:
            if one.outcome in (Outcome.KEPT, Outcome.OLDER):
                self.lay(one)
        at = self.touched(kept)
        for service in self.batch.services:
            if service.last_modified is not None and service.id in at:
                self.edits["service"][service.id]["last_modified"] = max(service.last_modified, at[service.id])
        changed = self.edits
        batch = self.batch
        return replace(
            batch,
            organizations=edited(batch.organizations, changed["organization"]),
            locations=edited(batch.locations, changed["location"]),
            services=edited(batch.services, changed["service"]),
            providers=edited(batch.providers, changed["provider"]),
            phones=[*self.left(batch.phones), *(ListedPhone(**row) for row in self.added(Fact.PHONES))],
            schedules=[*self.left(batch.schedules), *(ListedSchedule(**row) for row in self.added(Fact.HOURS))],
            languages=[*self.left(batch.languages), *(ListedLanguage(**row) for row in self.added(Fact.LANGUAGES))],
        )

    def left(self, rows: Sequence[Any]) -> Iterator[Any]:
        return (row for row in rows if row.id not in self.gone)


def edited(rows: Sequence[Listing], edits: Mapping[UUID, dict[str, Any]]) -> list[Listing]:
    return [replace(row, **edits[row.id]) if row.id in edits else row for row in rows]


def laying(batch: Batch) -> Laying:
    listings: defaultdict[UUID, list[ListedProvider]] = defaultdict(list)
    for one in batch.providers:
        for owner in {one.id, one.service_id, one.organization_id, one.location_id} - {None}:
            listings[cast("UUID", owner)].append(one)
    return Laying(
        batch=batch,
        providers={one.id: one for one in batch.providers},
        listings=dict(listings),
        rows={
            "organization": {row.id: row for row in batch.organizations},
            "location": {row.id: row for row in batch.locations},
            "service": {row.id: row for row in batch.services},
            "provider": {row.id: row for row in batch.providers},
        },
        parts={
            Fact.PHONES: by_owner(batch.phones),
            Fact.HOURS: by_owner(batch.schedules),
            Fact.LANGUAGES: by_owner(batch.languages),
        },
    )


OWNER_COLUMNS = ("provider_id", "service_id", "organization_id", "location_id")


def by_owner(rows: Sequence[Listed]) -> Mapping[UUID, Sequence[Listed]]:
    groups: defaultdict[UUID, list[Listed]] = defaultdict(list)
    for row in rows:
        groups[next(id for name in OWNER_COLUMNS if (id := getattr(row, name, None)) is not None)].append(row)
    return groups


def as_row(row: Listed) -> dict[str, Value]:
    return {name: getattr(row, name) for name in row.__dataclass_fields__}


def days_of(service: ListedService | None) -> list[date]:
    if service is None:
        return []
    modified = service.last_modified.astimezone(UTC).date() if service.last_modified else None
    return [day for day in (service.assured_on, modified) if day is not None]


# ------------------------------------------------------------- the agreements
async def lay_over(at: Reader, batch: Batch) -> tuple[Batch, list[Kept]]:
    """The batch as it is written, and every fact of it that was agreed on otherwise."""
    known = await many(
        at,
        Override,
        """SELECT owner::text, fact, base, approved, approved_at, is_kept, listed
             FROM listing_override
            ORDER BY owner, fact""",
    )
    if not known:
        return batch, []
    over = laying(batch)
    found: list[Kept] = []
    for one in known:
        table = WHERE[one.fact].table
        is_whole = table is None or table in batch.whole
        try:
            listed = over.value(one)
        except (KeyError, AttributeError):  # the list does not have it, or lists never do
            continue
        found.append(
            Kept(
                listing=next((each.name for each in over.listings.get(one.owner, ())), str(one.owner)),
                fact=one.fact,
                listed=listed,
                approved=one.approved,
                outcome=outcome(one, listed, over.dated(one.owner), is_whole=is_whole),
                override=one,
            )
        )
    return over.laid(found), found


async def note(tx: Tx, kept: Sequence[Kept], source: str) -> None:
    """Agreements that the list agrees with are done; of what it says anew staff are told."""
    if not kept:
        return
    for one in kept:
        if one.fact in facts.ROWS and one.outcome in (Outcome.AGREES, Outcome.NEWER) and one.override.is_kept:
            rows = cast("list[Value]", one.approved)
            owner = one.override.owner
            await execute(tx, saying.DELETED[one.fact], [facts.row_id(one.fact, owner, row) for row in rows])
    done = [one.override for one in kept if one.outcome is Outcome.AGREES]
    await execute(
        tx,
        """DELETE FROM listing_override k USING unnest($1::uuid[], $2::text[]) AS done (owner, fact)
            WHERE k.owner = done.owner AND k.fact = done.fact""",
        [one.owner for one in done],
        [one.fact.value for one in done],
    )
    back = [one.override for one in kept if one.outcome is Outcome.KEPT and one.override.listed is not None]
    await execute(
        tx,
        """UPDATE listing_override k SET is_kept = true, listed = NULL, listed_at = NULL, listed_by = NULL
             FROM unnest($1::uuid[], $2::text[]) AS back (owner, fact)
            WHERE k.owner = back.owner AND k.fact = back.fact""",
        [one.owner for one in back],
        [one.fact.value for one in back],
    )
    told = [
        one
        for one in kept
        if one.outcome in (Outcome.NEWER, Outcome.OLDER)
        and (one.listed != one.override.listed or one.override.is_kept is (one.outcome is Outcome.NEWER))
    ]
    await execute(
        tx,
        """
        UPDATE listing_override k
           SET listed = one -> 'listed', is_kept = (one ->> 'is_kept')::boolean, listed_at = now(), listed_by = $2
          FROM jsonb_array_elements($1) AS one
         WHERE k.owner = (one ->> 'owner')::uuid AND k.fact = one ->> 'fact'""",
        [
            {
                "owner": one.override.owner,
                "fact": one.fact.value,
                "listed": one.listed,
                "is_kept": one.outcome is Outcome.OLDER,
            }
            for one in told
        ],
        source,
    )


async def not_while_facts_change(tx: Tx) -> None:
    """Wait for whoever changes a single fact just now; nobody else does until the list is in."""
    await execute(tx, "SELECT pg_advisory_xact_lock($1)", saying.CHANGING_KEY)
