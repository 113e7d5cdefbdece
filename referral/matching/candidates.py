"""Which providers come into question, and what does matching know of each? The SQL that narrows before rules judge."""

from collections.abc import Iterable, Mapping, Sequence
from typing import LiteralString
from uuid import UUID

from referral.directory.searching.search import Point, as_cube
from referral.foundation.db import Reader, many, value
from referral.matching.narrowing import Asked, Found, serving
from referral.matching.pair import Candidate, Need

CANDIDATE: LiteralString = """
    p.id AS provider_id, p.organization_id, p.name, s.help_types, s.claims, listing.languages, s.interpreter_for_other,
    listing.openness, p.openness_stated_at, places.free_places, places.stated_places, s.accepts_detained,
    s.accepts_minors, s.minimum_age, s.maximum_age, s.facts, s.depth, s.delivery_modes,
    listing.service_areas AS areas, listing.country, listing.state,
    arc_km(listing.point <-> cube($3::float8[])) AS distance_km, p.offers_made, p.offers_accepted, p.last_offered_at,
    listing.waitlist_estimate_days AS waitlist_days, pace.answer_hours, pace.start_hours,
    EXISTS (SELECT FROM referral r
             WHERE r.request_id = $1
               AND (r.provider_id = p.id AND r.excluded_until > now()
                    OR r.organization_id = p.organization_id AND r.decline_reason = 'conflict_of_interest'))
        AS asked_before,
    (p.referral_email IS NOT NULL
     OR EXISTS (SELECT FROM partner app JOIN api_key k ON k.partner_id = app.id
                 WHERE app.organization_id = p.organization_id AND k.expires_at > now()
                   AND 'referral:respond' = ANY(k.scopes))) AS can_be_told"""

# $2: what serves the need, best first. The count that an offer would draw on is the one of the best help given here,
# and of the help asked for where none is stated: what placing.help_offered names.
SOURCES: LiteralString = """
    FROM listing
    JOIN provider p ON p.id = listing.id
    JOIN service s ON s.id = p.service_id
    LEFT JOIN provider_pace pace ON pace.provider_id = p.id
    LEFT JOIN LATERAL (
         SELECT c.stated - c.taken - c.held AS free_places, c.stated AS stated_places
           FROM capacity c
          WHERE c.provider_id = p.id AND c.expires_at > now()
            AND (c.help_type IS NULL
                 OR c.help_type = coalesce((SELECT help.name
                                              FROM unnest(s.help_types) AS help(name)
                                             ORDER BY array_position($2::text[], help.name), help.name DESC
                                             LIMIT 1),
                                           ($2::text[])[1]))
          ORDER BY c.help_type NULLS LAST, free_places DESC, c.id
          LIMIT 1) AS places ON true"""


async def offered_tags(at: Reader, spoken: Iterable[str]) -> list[str]:
    """The tags under which listings name any of these languages: es and es-MX for es. One step in an index for each."""
    return await value(
        at,
        """
        WITH RECURSIVE steps AS (
             SELECT wanted.tag AS root,
                    (SELECT min(g.tag COLLATE "C") FROM language_offered g
                      WHERE g.tag COLLATE "C" >= wanted.tag AND g.tag COLLATE "C" < wanted.tag || '.') AS tag
               FROM unnest($1::text[]) AS wanted(tag)
             UNION ALL
             SELECT root, (SELECT min(g.tag COLLATE "C") FROM language_offered g
                            WHERE g.tag COLLATE "C" > steps.tag AND g.tag COLLATE "C" < steps.root || '.')
               FROM steps
              WHERE tag IS NOT NULL
        )
        SELECT coalesce(array_agg(DISTINCT tag), '{}') FROM steps WHERE tag IS NOT NULL""",
        sorted(spoken),
    )


# One part for each of narrowing.Known: an index serves a condition that is written, not one that is handed in.
STREAM: LiteralString = """
    SELECT s.stream, near.id, arc_km(near.chord) AS km
      FROM unnest($2::int[], $3::text[], $4::text[], $5::text[]) AS s(stream, help_type, tag, known)
     CROSS JOIN LATERAL (
           SELECT o.listing_id AS id, o.point <-> cube($1::float8[]) AS chord
             FROM listing_offer o
            WHERE o.key = offer_key(s.help_type, s.tag) AND {which}
            ORDER BY o.point <-> cube($1::float8[])
            LIMIT $6) AS near
     WHERE s.known = '{known}'"""
STREAMS: LiteralString = f"""
    {STREAM.format(which="o.is_open", known="OPEN")}
    UNION ALL
    {STREAM.format(which="o.stands_out", known="ANSWERED")}
    UNION ALL
    {STREAM.format(which="NOT o.is_open AND NOT o.stands_out", known="SILENT")}
    ORDER BY 1, 3 NULLS FIRST, 2"""


async def nearest(at: Reader, need: Need, asked: Mapping[int, Asked], limit: int) -> list[Found]:
    """So many of each stream, by its number: the nearest first."""
    return await many(
        at.steady,
        Found,
        STREAMS,
        where(need),
        list(asked),
        [one.help_type for one in asked.values()],
        [one.tag for one in asked.values()],
        [one.known.name for one in asked.values()],
        limit,
    )


async def at_areas(at: Reader, need: Need, areas: Sequence[str], limit: int) -> list[UUID]:
    """Listings that state one of these areas, as a court, and may give the help."""
    if not areas:
        return []
    found: list[UUID] = await value(
        at,
        """
        SELECT coalesce(array_agg(id), '{}')
          FROM (SELECT c.id FROM listing_card c
                 WHERE c.areas && $1::text[] AND (c.help_types && $2::text[] OR c.help_types = '{}')
                 LIMIT $3) AS few""",
        list(areas),
        list(serving(need)),
        limit,
    )
    return found


async def without_point(at: Reader, need: Need, limit: int) -> list[UUID]:
    """Listings of which nobody may know where they are, or nobody does; those in the person's state first."""
    here = need.place
    home = f"in:{here.country}-{here.state}" if here is not None and here.state is not None else ""
    found: list[UUID] = await value(
        at,
        """
        SELECT coalesce(array_agg(id), '{}')
          FROM (SELECT c.id FROM listing_card c
                 WHERE c.point IS NULL AND (c.help_types && $2::text[] OR c.help_types = '{}')
                 ORDER BY c.areas @> ARRAY[$1::text] DESC, c.id
                 LIMIT $3) AS few""",
        home,
        list(serving(need)),
        limit,
    )
    return found


async def known(at: Reader, need: Need, ids: Sequence[UUID]) -> list[Candidate]:
    """What matching knows of these, where they take people."""
    return await many(
        at.steady,
        Candidate,
        f"""
        SELECT {CANDIDATE}
        {SOURCES}
         WHERE p.id = ANY($4::uuid[]) AND listing.openness NOT IN ('paused', 'closed')""",
        need.request_id,
        list(serving(need)),
        where(need),
        list(ids),
    )


async def candidate(at: Reader, need: Need, provider_id: UUID) -> Candidate | None:
    """One provider, however unfit: the question may be why it does not fit."""
    found = await many(
        at,
        Candidate,
        f"""
        SELECT {CANDIDATE}
        {SOURCES}
         WHERE p.id = $4""",
        need.request_id,
        list(serving(need)),
        where(need),
        provider_id,
    )
    return found[0] if found else None


def where(need: Need) -> list[float] | None:
    """The person's place as a query point, computed once; None where it is not known."""
    return as_cube(Point(latitude=need.place.latitude, longitude=need.place.longitude)) if need.place else None
