"""A provider's people propose what their listing should say; nothing changes until staff agree (`deciding`).

Of each fact a proposal holds what the listing said then and what it should say. Of what one proposer says of one fact
the newest counts: older ones that nobody has decided are superseded.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from referral.directory import facts
from referral.directory.facts import Fact, Value
from referral.directory.lists import saying
from referral.directory.lists.saying import Saying
from referral.directory.proposals import usable
from referral.directory.proposals.usable import Known, Reading
from referral.directory.words import SaidBy
from referral.foundation import languages
from referral.foundation.db import Reader, Tx, execute, many, value
from referral.foundation.errors import FieldProblem, NotFound, RateLimited, ValidationFailed, problem
from referral.foundation.vault import Kept, Vault, seal

TABLE = "listing_proposal"
LONGEST_NOTE = 500
MOST_OPEN = 10  # of one proposer for one listing: staff look at each
MOST_A_DAY = 100  # of the same: whatever is superseded is kept too


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposer:
    """Who proposes: an application of the provider's organization, or (no partner) whoever holds its link.

    The door has checked that the listing is theirs to speak for.
    """

    partner_id: UUID | None

    @property
    def said_by(self) -> SaidBy:
        return SaidBy.PROVIDER if self.partner_id is None else SaidBy.PARTNER


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A time zone that Postgres keeps."""

    name: str


async def propose(
    tx: Tx,
    vault: Vault,
    listing: UUID,
    by: Proposer,
    said: Mapping[Fact, Value],
    *,
    words: str | None = None,
    now: datetime,
) -> UUID:
    """Keep a proposal; its id. Raises ValidationFailed naming every fact that cannot be kept, NotFound for a listing
    that is not published, RateLimited where too many of the same proposer wait, or were made since yesterday.
    """
    # One at a time for each listing, so that the number that wait is what it says.
    await execute(tx, "SELECT FROM provider WHERE id = $1 FOR NO KEY UPDATE", listing)
    found = (await saying.now(tx, [listing])).get(listing)
    if found is None or not found.is_published:
        raise NotFound("There is no such listing.")
    note = (words or "").strip()
    wanted, problems = await read(tx, found, said)
    if len(note) > LONGEST_NOTE or "\0" in note:
        problems.append(problem("note", "TOO_LONG", f"Write at most {LONGEST_NOTE} characters."))
    if problems:
        raise ValidationFailed(problems)
    proposer = by.partner_id or listing
    await supersede(tx, listing, proposer, list(wanted), now)
    waiting: int = await value(
        tx,
        """SELECT count(DISTINCT proposal_id) FROM proposed_fact
            WHERE provider_id = $1 AND proposer = $2 AND state = 'open'""",
        listing,
        proposer,
    )
    if waiting >= MOST_OPEN or await lately(tx, listing, by, now) >= MOST_A_DAY:
        raise RateLimited("Enough of yours wait for this listing. Somebody will look.", retry_after_seconds=86_400)
    id = uuid4()
    key, wrapped = vault.new_key(id, table=TABLE, kept=Kept.WORDS, now=now) if note else (None, None)
    await execute(
        tx,
        """INSERT INTO listing_proposal (id, provider_id, said_by, partner_id, proposed_at, data_key, words)
           VALUES ($1, $2, $3, $4, $5, $6, $7)""",
        id,
        listing,
        by.said_by.value,
        by.partner_id,
        now,
        wrapped,
        seal(key, note.encode(), table=TABLE, row=id, name="words") if key else None,
    )
    await execute(
        tx,
        """INSERT INTO proposed_fact (proposal_id, fact, provider_id, proposer, base, wanted)
           SELECT $1, one ->> 'fact', $2, $3, one -> 'base', one -> 'wanted' FROM jsonb_array_elements($4) AS one""",
        id,
        listing,
        proposer,
        [{"fact": fact.value, "base": found.value(fact), "wanted": wanted[fact]} for fact in wanted],
    )
    return id


async def lately(at: Reader, listing: UUID, by: Proposer, now: datetime) -> int:
    """How many proposals of the same proposer for the same listing are younger than a day."""
    return await value(
        at,
        """SELECT count(*) FROM listing_proposal
            WHERE provider_id = $1 AND partner_id IS NOT DISTINCT FROM $2 AND proposed_at > $3""",
        listing,
        by.partner_id,
        now - timedelta(days=1),
    )


async def read(at: Reader, listing: Saying, said: Mapping[Fact, Value]) -> tuple[dict[Fact, Value], list[FieldProblem]]:
    """What is proposed as it would be kept, and what is wrong with it."""
    if not said:
        return {}, [problem("changes", "EMPTY", "Say at least one fact.")]
    reading = Reading(known=await looked_up(at, said))
    wanted: dict[Fact, Value] = {}
    for fact, given in said.items():
        before = len(reading.problems)
        if not listing.may_say(fact):
            reading.complain(fact.value, "NOT_SHOWN", "This listing has no place, or one that is not shown.")
            continue
        read_value = reading.value(fact, given)
        if len(reading.problems) == before:
            wanted[fact] = facts.tidy(fact, read_value)
            reading.problems += wrong_in(listing, fact, wanted[fact])
    if not reading.problems:
        reading.problems += usable.wrong_ages(
            *(wanted.get(fact, listing.value(fact)) for fact in (Fact.MINIMUM_AGE, Fact.MAXIMUM_AGE))
        )
    return wanted, reading.problems


async def looked_up(at: Reader, said: Mapping[Fact, Value]) -> Known:
    zones = usable.zones_in(said)
    return Known(
        tags=await languages.known_tags(at, usable.tags_in(said)),
        zones=frozenset(
            # The view reads many files, so it is asked only where somebody says a zone.
            [one.name for one in await many(at, Zone, "SELECT name FROM pg_timezone_names WHERE name = ANY($1)", zones)]
            if zones
            else ()
        ),
    )


def wrong_in(listing: Saying, fact: Fact, wanted: Value) -> list[FieldProblem]:
    path = f"changes.{fact.value}"
    if facts.is_agreed(fact, listing.value(fact), wanted):
        return [problem(path, "SAME", "The listing says so already.")]
    if fact in facts.ROWS and listing.laid(fact, wanted).left:
        return [problem(path, "SHARED", "Other listings have these hours too: say other hours, not none.")]
    return []


async def supersede(tx: Tx, listing: UUID, proposer: UUID, newer: list[Fact], now: datetime) -> None:
    """Whoever says something newer of a fact means that."""
    gone = await many(
        tx,
        Superseded,
        """UPDATE proposed_fact SET state = 'superseded', decided_at = $4
            WHERE provider_id = $1 AND proposer = $2 AND fact = ANY($3::text[]) AND state = 'open'
        RETURNING proposal_id""",
        listing,
        proposer,
        [fact.value for fact in newer],
        now,
    )
    await settle(tx, [one.proposal_id for one in gone])


@dataclass(frozen=True, slots=True, kw_only=True)
class Superseded:
    """The proposal one of whose facts was superseded."""

    proposal_id: UUID


async def settle(tx: Tx, ids: list[UUID]) -> None:
    """Where proposals stand after their facts; of those that are decided the proposer's words are erased."""
    await execute(
        tx,
        """
        WITH counted AS (
             SELECT f.proposal_id, bool_or(f.state = 'open') AS is_open, bool_or(f.state = 'approved') AS has_approved,
                    bool_or(f.state = 'rejected') AS has_rejected
               FROM proposed_fact f
              WHERE f.proposal_id = ANY($1::uuid[])
              GROUP BY f.proposal_id
        )
        UPDATE listing_proposal p
           SET state = CASE WHEN c.has_approved AND c.has_rejected THEN 'partly_approved'
                            WHEN c.has_approved THEN 'approved'
                            WHEN c.has_rejected THEN 'rejected'
                            ELSE 'superseded' END,
               data_key = NULL, words = NULL
          FROM counted c
         WHERE p.id = c.proposal_id AND NOT c.is_open""",
        ids,
    )


async def forget(tx: Tx, place: UUID) -> None:
    """Nothing of a place that is to be hidden stays: neither what was proposed nor what was agreed on."""
    names = [fact.value for fact in facts.TELLS_WHERE]
    gone = await many(
        tx,
        Superseded,
        """DELETE FROM proposed_fact f USING provider p
            WHERE p.id = f.provider_id AND p.location_id = $1 AND f.fact = ANY($2::text[])
        RETURNING f.proposal_id""",
        place,
        names,
    )
    await settle(tx, [one.proposal_id for one in gone])
    await execute(
        tx,
        """DELETE FROM listing_proposal p USING provider l
            WHERE l.id = p.provider_id AND l.location_id = $1
              AND NOT EXISTS (SELECT FROM proposed_fact f WHERE f.proposal_id = p.id)""",
        place,
    )
    # Words may tell it too, and what was written to a proposer.
    await execute(
        tx,
        """UPDATE listing_proposal p SET data_key = NULL, words = NULL FROM provider l
            WHERE l.id = p.provider_id AND l.location_id = $1 AND p.words IS NOT NULL""",
        place,
    )
    await execute(
        tx,
        """UPDATE proposed_fact f SET data_key = NULL, words = NULL FROM provider l
            WHERE l.id = f.provider_id AND l.location_id = $1 AND f.words IS NOT NULL""",
        place,
    )
    await execute(
        tx,
        """DELETE FROM listing_override
            WHERE fact = ANY($2::text[])
              AND (owner = $1 OR owner IN (SELECT id FROM provider WHERE location_id = $1))""",
        place,
        names,
    )
