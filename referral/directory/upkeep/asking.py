"""Whose statement of openness has gone stale, and whom may we ask to say it anew?

Asking goes by address: one letter for all listings of an office, at most one a week, none after it has said so.
That a letter was ordered is written in the transaction that orders it, so two who order at once order one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from referral.foundation import audit, cursors, outbox
from referral.foundation.actors import ActorKind, Staff
from referral.foundation.cursors import Page, Window
from referral.foundation.db import Reader, Tx, many, value
from referral.foundation.errors import Conflict
from referral.foundation.mail import ADDRESS
from referral.foundation.outbox import JobKind

QUIET: LiteralString = "interval '7 days'"
AHEAD: LiteralString = "interval '2 days'"  # before what was said lapses
MOST_AT_ONCE = 200
MOST_IN_A_LETTER = 50
ONE_ADDRESS = f"^{ADDRESS}$"
ORDER = "stale listings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A listing as a letter names it; of a place that is hidden only the state is told."""

    id: UUID
    name: str
    place: str | None
    is_due: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One letter: an address, and every listing that is reached there, those that are due first."""

    address: str = field(repr=False)
    listings: tuple[Listed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An address with a listing that is due."""

    address: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """A letter that was ordered."""

    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """A published listing of which nobody knows whether it takes people; `lapsed_at` is None where it never said."""

    id: UUID
    email: str | None = field(repr=False)
    lapsed_at: datetime | None
    asked_at: datetime | None
    asks_no_more: bool

    @property
    def cursor(self) -> str:
        return cursors.written(ORDER, self.lapsed_at.timestamp() if self.lapsed_at else 0.0, self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaleOnes:
    """One page of them."""

    listings: tuple[Stale, ...]
    page: Page


# Whoever a list says is closed for now is not asked: its answer would not be shown. $1 is now, $2 whether an address
# counts that only a list gives. Whoever spoke in the last days is left in peace, as beds of one night lapse every day.
REACHED: LiteralString = f"""
    (SELECT p.id, coalesce(p.referral_email, CASE WHEN $2::boolean THEN o.email END) AS address,
            coalesce(p.openness_expires_at < $1::timestamptz + {AHEAD}, TRUE)
            AND coalesce(p.openness_stated_at <= $1::timestamptz - {QUIET}, TRUE) AS is_due
       FROM provider p
       JOIN organization o ON o.id = p.organization_id
       JOIN service s ON s.id = p.service_id
       JOIN listing k ON k.id = p.id
      WHERE s.status = 'active' AND p.verification <> 'suspended')"""
MAY_BE_ASKED: LiteralString = f"""
    c.opted_out_at IS NULL AND coalesce(c.asked_at <= $1::timestamptz - {QUIET}, TRUE)"""
ITS_ADDRESS: LiteralString = "lower(coalesce(p.referral_email, o.email))"


async def due(at: Reader, *, with_listed: bool, now: datetime) -> list[str]:
    """The addresses that may be asked now, at most MOST_AT_ONCE; `with_listed`: also those that only a list gives."""
    found = await many(
        at,
        Asked,
        f"""
        SELECT DISTINCT lower(m.address) AS address
          FROM {REACHED} AS m
          LEFT JOIN confirmation c ON c.address = lower(m.address)
         WHERE m.is_due AND m.address ~ $3 AND {MAY_BE_ASKED}
         ORDER BY 1
         LIMIT $4""",
        now,
        with_listed,
        ONE_ADDRESS,
        MOST_AT_ONCE,
    )
    return [one.address for one in found]


async def asks(at: Reader, addresses: Sequence[str], *, with_listed: bool, now: datetime) -> list[Ask]:
    """What a letter to each of these addresses is about."""
    return await many(
        at,
        Ask,
        f"""
        SELECT min(m.address) AS address,
               json_agg(json_build_object('id', m.id, 'name', k.name, 'is_due', m.is_due,
                                          'place', coalesce(k.location ->> 'city', k.state))
                        ORDER BY m.is_due DESC, k.name, m.id) AS listings
          FROM {REACHED} AS m
          JOIN listing k ON k.id = m.id
         WHERE lower(m.address) = ANY($3::text[])
         GROUP BY lower(m.address)
         ORDER BY lower(m.address)""",
        now,
        with_listed,
        list(addresses),
    )


async def order(tx: Tx, *, with_listed: bool, now: datetime) -> int:
    """Order a letter to everyone who is due; how many. Whoever orders at the same moment waits here, and finds none."""
    made = await many(
        tx,
        Ordered,
        f"""
        INSERT INTO confirmation AS c (address, asked_at)
        SELECT address, $1::timestamptz FROM unnest($2::text[]) AS address ORDER BY address
        ON CONFLICT (address) DO UPDATE SET asked_at = excluded.asked_at
         WHERE {MAY_BE_ASKED}
        RETURNING id""",
        now,
        await due(tx, with_listed=with_listed, now=now),
    )
    await outbox.put_each(tx, JobKind.ASK_PROVIDER, [one.id for one in made])
    return len(made)


async def ordered(at: Reader, id: UUID, *, with_listed: bool, now: datetime) -> Ask | None:
    """What the letter is about now; None where everything has been said meanwhile, or it is not wanted any more."""
    address = await value(at, "SELECT address FROM confirmation WHERE id = $1 AND opted_out_at IS NULL", id)
    found = await asks(at, [address], with_listed=with_listed, now=now) if address else []
    return next((ask for ask in found if any(one.is_due for one in ask.listings)), None)


# ---------------------------------------------------------------- not again


async def is_asked(at: Reader, provider_id: UUID) -> bool | None:
    """Whether a provider may be asked by mail; None where there is no address."""
    return await value(
        at,
        f"""
        SELECT c.opted_out_at IS NULL
          FROM provider p
          JOIN organization o ON o.id = p.organization_id
          LEFT JOIN confirmation c ON c.address = {ITS_ADDRESS}
         WHERE p.id = $1 AND {ITS_ADDRESS} IS NOT NULL""",
        provider_id,
    )


async def ask_no_more(tx: Tx, provider_id: UUID, *, now: datetime) -> None:
    """Never write to the address of a provider again. Raises Conflict where it has none."""
    await remember(tx, provider_id, now, act="asking_ended")


async def ask_again(tx: Tx, provider_id: UUID) -> None:
    """Take that back. Raises Conflict where there is no address."""
    await remember(tx, provider_id, None, act="asking_resumed")


async def remember(tx: Tx, provider_id: UUID, opted_out_at: datetime | None, *, act: str) -> None:
    known = await value(
        tx,
        f"""
        INSERT INTO confirmation AS c (address, opted_out_at)
        SELECT {ITS_ADDRESS}, $2::timestamptz
          FROM provider p
          JOIN organization o ON o.id = p.organization_id
         WHERE p.id = $1 AND {ITS_ADDRESS} IS NOT NULL
        ON CONFLICT (address) DO UPDATE SET opted_out_at = excluded.opted_out_at
        RETURNING id""",
        provider_id,
        opted_out_at,
    )
    if known is None:
        raise Conflict("We have no address to write to.")
    await audit.record(tx, actor=ActorKind.PROVIDER_STAFF, actor_id=None, act=act, subject_id=provider_id)


# ---------------------------------------------------------------- for staff

SHOWN_AS_UNKNOWN: LiteralString = """
      FROM listing k
      JOIN provider p ON p.id = k.id
      JOIN organization o ON o.id = p.organization_id
     WHERE k.openness = 'unknown'"""
# Whoever never said anything has been silent longest.
SILENT_SINCE: LiteralString = "coalesce(p.openness_expires_at, to_timestamp(0))"


async def stale(at: Reader, _staff: Staff, *, first: int | None, after: str | None) -> StaleOnes:
    """Listings that are shown as not known, the longest silent first. ValidationFailed for a bad size or cursor."""
    window: Window[float] = cursors.window(ORDER, float, first=first, after=after)
    rows = await many(
        at,
        Stale,
        f"""
        SELECT s.id, s.email, s.lapsed_at, c.asked_at, c.opted_out_at IS NOT NULL AS asks_no_more
          FROM (SELECT k.id, coalesce(p.referral_email, o.email) AS email, p.openness_expires_at AS lapsed_at,
                       {SILENT_SINCE} AS silent_since
                  {SHOWN_AS_UNKNOWN}
                   AND ($1::float8 IS NULL OR ({SILENT_SINCE}, k.id) > (to_timestamp($1), $2))
                 ORDER BY silent_since, k.id
                 LIMIT $3) AS s
          LEFT JOIN confirmation c ON c.address = lower(s.email)
         ORDER BY s.silent_since, s.id""",
        window.mark.key if window.mark else None,
        window.mark.id if window.mark else None,
        window.size + 1,
    )
    return StaleOnes(listings=cursors.in_order(window, rows), page=cursors.page_of(window, len(rows)))


async def count_stale(at: Reader, _staff: Staff) -> int:
    """How many there are."""
    return await value(at, f"SELECT count(*) {SHOWN_AS_UNKNOWN}")
