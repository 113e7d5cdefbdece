"""What matching knows of many requests and of all providers at once: a few questions for all, not some for each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import LiteralString
from uuid import UUID

from referral.directory.searching.search import Point, as_cube
from referral.foundation import places
from referral.foundation.db import Reader, many
from referral.foundation.earth import km
from referral.foundation.vault import Vault
from referral.intake import requests
from referral.intake.form import Facts
from referral.intake.requests import HelpRequest
from referral.intake.words import ConsentScope
from referral.matching import finding, tables
from referral.matching.candidates import CANDIDATE, SOURCES
from referral.matching.finding import MOST_COURTS
from referral.matching.pair import Court, Need
from referral.matching.planning.question import Office, Wanted

# Those who take people and hear of it come first; beyond these nobody plans.
MOST_OFFICES = 2_000

Position = tuple[float, float]

# Until the next places of a count come: what is given out by the day, the week or the month comes again so long after
# it was stated, and what lasts is believed until its statement lapses.
REFILL_SECONDS: LiteralString = """
    CASE WHEN c.unit IN ('full_cases', 'beds_tonight', 'beds_longer')
         THEN extract(epoch FROM c.expires_at - now())::bigint
         ELSE (SELECT period.seconds - mod(greatest(extract(epoch FROM now() - c.stated_at)::bigint, 0), period.seconds)
                 FROM (SELECT CASE WHEN c.unit LIKE '%\\_day' THEN 86400
                                   WHEN c.unit LIKE '%\\_month' THEN 2592000
                                   ELSE 604800 END AS seconds) AS period) END"""


async def offices(at: Reader) -> tuple[Office, ...]:
    """Every provider that may take people, with all that it counts, as nobody in particular sees it."""
    found = await many(
        at,
        Office,
        f"""
        SELECT {CANDIDATE},
               CASE WHEN listing.point IS NOT NULL
                    THEN ARRAY[cube_ll_coord(listing.point, 1), cube_ll_coord(listing.point, 2),
                               cube_ll_coord(listing.point, 3)] END AS point,
               coalesce((SELECT json_agg(json_build_object('id', c.id, 'help_type', c.help_type,
                                                           'free', c.stated - c.taken - c.held, 'stated', c.stated,
                                                           'refill_seconds', {REFILL_SECONDS})
                                         ORDER BY c.stated - c.taken - c.held DESC, c.id)
                           FROM capacity c
                          WHERE c.provider_id = p.id AND c.expires_at > now()), '[]') AS counts
        {SOURCES}
         WHERE listing.openness NOT IN ('paused', 'closed')
         ORDER BY can_be_told DESC, listing.openness = 'unknown', p.id
         LIMIT $4""",
        None,
        [],
        None,
        MOST_OFFICES,
    )
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What became of a request so far, as far as rules care."""

    request_id: UUID
    consents: frozenset[ConsentScope]
    met: frozenset[str]
    asked: frozenset[UUID]
    refused_by: frozenset[UUID]


async def before(at: Reader, ids: Sequence[UUID]) -> dict[UUID, Before]:
    rows = await many(
        at,
        Before,
        """
        SELECT h.id AS request_id,
               ARRAY(SELECT c.scope FROM consent c WHERE c.request_id = h.id AND c.withdrawn_at IS NULL) AS consents,
               ARRAY(SELECT unnest(r.needs) FROM referral r
                      WHERE r.request_id = h.id AND r.status IN ('accepted', 'in_progress', 'completed')) AS met,
               ARRAY(SELECT r.provider_id FROM referral r
                      WHERE r.request_id = h.id AND r.excluded_until > now()) AS asked,
               ARRAY(SELECT r.organization_id FROM referral r
                      WHERE r.request_id = h.id AND r.decline_reason = 'conflict_of_interest') AS refused_by
          FROM help_request h
         WHERE h.id = ANY($1::uuid[])""",
        list(ids),
    )
    return {row.request_id: row for row in rows}


class Gatherer:
    """Reads requests some at a time, and remembers where the courts are and what is drawn round places seen before."""

    def __init__(self, vault: Vault, *, now: datetime) -> None:
        self.vault, self.now = vault, now
        self.courts: Sequence[places.Place] | None = None
        self.drawn: dict[Position, frozenset[UUID]] = {}
        self.courts_near = cache(self.near)

    async def wanted(self, at: Reader, some: Sequence[HelpRequest]) -> list[Wanted]:
        """Each as rules read it. The requests have not been erased."""
        if self.courts is None:
            self.courts = await places.nearest_courts(at, 0.0, 0.0, MOST_COURTS)
        facts = [requests.facts_of(self.vault, request) for request in some]
        await self.learn_drawn(at, {position for one in facts if (position := position_of(one))})
        past = await before(at, [request.id for request in some])
        return [
            Wanted(
                need=self.need(request, one, past[request.id]),
                waited=self.now - request.created_at,
                asked=past[request.id].asked,
                refused_by=past[request.id].refused_by,
            )
            for request, one in zip(some, facts, strict=True)
        ]

    def need(self, request: HelpRequest, facts: Facts, past: Before) -> Need:
        """What is planned for: the first need that nobody has said yes to."""
        here = position_of(facts)
        need = finding.need_from(
            request,
            facts,
            drawn=self.drawn[here] if here else frozenset(),
            courts_near=self.courts_near(here) if here and facts.court is None else (),
            consents=past.consents,
            now=self.now,
        )
        unmet = tuple(one for one in need.help_types if one.value not in past.met)
        return replace(need, help_types=unmet) if unmet else need

    def near(self, here: Position) -> tuple[Court, ...]:
        """The courts within reach of a position, the nearest first."""
        found = [(km(*here, court.latitude, court.longitude), court.name, court) for court in self.courts or ()]
        return tuple(
            Court(id=court.id, name=court.name, state=court.state, distance_km=away)
            for away, _, court in sorted(found, key=lambda one: one[:2])
            if away <= tables.COURT_DOUBT_KM
        )

    async def learn_drawn(self, at: Reader, positions: set[Position]) -> None:
        """Which drawn areas the positions lie in that were not seen before."""
        new = sorted(positions - self.drawn.keys())
        cubes = [as_cube(Point(latitude=latitude, longitude=longitude)) for latitude, longitude in new]
        rows = await many(
            at,
            Drawn,
            """
            SELECT at.number, drawn_areas(cube(ARRAY[at.x, at.y, at.z])) AS areas
              FROM unnest($1::float8[], $2::float8[], $3::float8[]) WITH ORDINALITY AS at(x, y, z, number)""",
            [x for x, _, _ in cubes],
            [y for _, y, _ in cubes],
            [z for _, _, z in cubes],
        )
        for row in rows:
            self.drawn[new[row.number - 1]] = frozenset(UUID(key.removeprefix("for:")) for key in row.areas)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The areas that one of the positions lies in."""

    number: int
    areas: tuple[str, ...]


def position_of(facts: Facts) -> Position | None:
    return (facts.place.latitude, facts.place.longitude) if facts.place else None
