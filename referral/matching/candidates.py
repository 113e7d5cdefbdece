"""Which providers come into question, and what does matching know of each? The SQL that narrows before rules judge."""

from typing import LiteralString
from uuid import UUID

from referral.directory.searching.search import Point, as_cube
from referral.foundation.db import Reader, many
from referral.matching import tables
from referral.matching.pair import Candidate, Need

# Beyond these the far ones cannot matter: nearer offices that serve the need fill every list anyone looks at.
MOST_CANDIDATES = 1_000

CANDIDATE: LiteralString = """
    p.id AS provider_id, p.organization_id, p.name, s.help_types, s.claims, listing.languages, s.interpreter_for_other,
    listing.openness, p.openness_stated_at, places.free_places, places.stated_places, s.accepts_detained,
    s.accepts_minors, s.minimum_age, s.maximum_age, s.facts, s.depth, s.delivery_modes,
    listing.service_areas AS areas, listing.country, listing.state,
    arc_km(listing.point <-> cube($3::float8[])) AS distance_km, p.offers_made, p.offers_accepted, p.last_offered_at,
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


async def candidates(at: Reader, need: Need) -> list[Candidate]:
    """Providers that may give the help needed first and take people, nearest first; at most MOST_CANDIDATES.

    A provider that states no help stays in: what is not known does not exclude.
    """
    return await many(
        at,
        Candidate,
        f"""
        SELECT {CANDIDATE}
        {SOURCES}
         WHERE (s.help_types && $2::text[] OR s.help_types = '{{}}')
           AND listing.openness NOT IN ('paused', 'closed')
         ORDER BY listing.point <-> cube($3::float8[]) NULLS LAST, p.id
         LIMIT $4""",
        need.request_id,
        serving(need),
        where(need),
        MOST_CANDIDATES,
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
        serving(need),
        where(need),
        provider_id,
    )
    return found[0] if found else None


def serving(need: Need) -> list[str]:
    """The kinds of help that serve the first need, best first."""
    worth = tables.SUBSTITUTES[need.help_types[0]]
    fit = [help_type for help_type, permille in worth.items() if permille >= tables.LEAST_HELP_PERMILLE]
    return [help_type.value for help_type in sorted(fit, key=lambda one: (worth[one], one.value), reverse=True)]


def where(need: Need) -> list[float] | None:
    """The person's place as a query point, computed once; None where it is not known."""
    return as_cube(Point(latitude=need.place.latitude, longitude=need.place.longitude)) if need.place else None
