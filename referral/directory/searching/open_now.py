"""Who is open now, nearest first? Looked for among the nearest; where few of those are, by the hours that are open now.

By day every third office is open, and a walk outwards soon has a page. At night it would pass all the closed ones of a
continent. So it goes no further than NEAREST; if they are not enough, each of the weeks of hours that are open at this
moment is walked outwards for itself: they are few at night.
"""

from collections.abc import Callable, Collection
from typing import LiteralString

from referral.directory.searching import filters
from referral.directory.searching.filters import OPEN_NOW, Fact
from referral.directory.searching.search_sql import (
    ASKED,
    LIMITS,
    NUMBERS,
    SORTED_BY,
    Columns,
    Sorting,
    along,
    anywhere,
    choices,
    is_keyed,
    keys,
    must_hold,
    point,
    taken,
    within_box,
)

NEAREST: LiteralString = "300"
LONG_KEY: LiteralString = f"""EXISTS (SELECT FROM listing_offer o
                                                WHERE o.key = offer.key AND {within_box("o.point")} OFFSET {NEAREST})"""
# Whether a page of nobody may be one that was cut short; with the first five of `filters.arguments`.
MAY_BE_CUT_SHORT: LiteralString = f"""
    WITH {ASKED}
    SELECT EXISTS (SELECT FROM offer_keys($3::text[], $5::text[]) AS offer(key)
                    WHERE {LONG_KEY} AND ($4::text[] IS NULL OR true))"""


def among_nearest(sorting: Sorting, columns: Columns) -> LiteralString:
    """The page, if enough are open among the nearest of each key; else nobody.

    Each key: of one that is cut short, somebody farther away may stand before whom another key has found.
    """
    walks: list[LiteralString] = []
    walks.extend(nearest(sorting, doubtful) for doubtful in asked(sorting))
    is_long: LiteralString = LONG_KEY if is_keyed(sorting.search) else "true"
    whole: LiteralString = f"""
             WHERE NOT EXISTS (SELECT FROM {keys(sorting.search)} AS offer(key)
                                WHERE (SELECT count(*) FROM hit WHERE hit.of = offer.key AND hit.doubt = 0)
                                      < {sorting.limit} AND {is_long})"""
    return page(sorting, columns, walks, whole)


def nearest(sorting: Sorting, doubtful: Collection[Fact]) -> LiteralString:
    """Whoever is open, or of whom it is not known, of the nearest that everything else holds of."""
    here = point(sorting.search)
    is_open = OPEN_NOW.not_known if OPEN_NOW in doubtful else OPEN_NOW.said
    return f"""
             SELECT offer.key AS of, reached.*
               FROM {keys(sorting.search)} AS offer(key)
              CROSS JOIN LATERAL (
                    SELECT listing.id, {NUMBERS[len(doubtful)]} AS doubt, listing.key
                      FROM (SELECT listing.id, listing.hours, {here} <-> (SELECT here FROM asked) AS key
                              FROM {along(sorting, other_facts(sorting), doubtful)}
                             ORDER BY {here} <-> (SELECT here FROM asked)
                             FETCH FIRST {NEAREST} ROWS WITH TIES) AS listing
                     WHERE {is_open}
                     ORDER BY listing.key
                     FETCH FIRST {sorting.limit} ROWS WITH TIES) AS reached"""


def by_hours(sorting: Sorting, columns: Columns) -> LiteralString:
    """The page, whoever is open and however far away."""
    walks: list[LiteralString] = []
    for doubtful in asked(sorting):
        if OPEN_NOW not in doubtful:
            walks.append(keeping(sorting, doubtful, "is_open"))
        else:
            walks.extend((keeping(sorting, doubtful, "is_open IS NULL"), silent(sorting, doubtful)))
    return page(sorting, columns, walks, "")


def keeping(sorting: Sorting, doubtful: Collection[Fact], so: LiteralString) -> LiteralString:
    """Outwards among those who keep hours that are so now, for each such hours.

    First one of each hours: how far away the last of a page of those is, nobody on the page is farther. So the hours
    that begin beyond are left out, and of a hundred weeks of hours few are walked.
    """
    same: LiteralString = "listing.hours = kept.hours"
    last = LIMITS[sorting.size - 1]
    return f"""
             SELECT reached.*
               FROM (WITH first AS MATERIALIZED (
                          SELECT kept.hours, met.key
                            FROM (SELECT DISTINCT id FROM opening_hours_now WHERE {so}) AS kept(hours)
                           CROSS JOIN LATERAL ({walk(sorting, doubtful, same, "1")}) AS met)
                     SELECT hours FROM first
                      WHERE key <= coalesce((SELECT key FROM first ORDER BY key LIMIT 1 OFFSET {last}), 3)) AS kept
              CROSS JOIN LATERAL ({walk(sorting, doubtful, same, sorting.limit)}) AS reached"""


def silent(sorting: Sorting, doubtful: Collection[Fact]) -> LiteralString:
    """Outwards among those who state no hours. How many they are the planner knows, and needs no box to walk."""
    reach = anywhere if sorting.search.radius_km is None else within_box
    outwards = walk(sorting, doubtful, "listing.hours IS NULL", sorting.limit, reach)
    return f"""
             SELECT reached.* FROM ({outwards}) AS reached"""


def walk(
    sorting: Sorting,
    doubtful: Collection[Fact],
    keeps: LiteralString,
    limit: LiteralString,
    reach: Callable[[LiteralString], LiteralString] = within_box,
) -> LiteralString:
    others = other_facts(sorting)
    return f"""
                    SELECT listing.id, {NUMBERS[len(doubtful)]} AS doubt,
                           listing.point <-> (SELECT here FROM asked) AS key
                      FROM listing
                     WHERE {keeps}
                       AND {reach("listing.point")}
                       AND {must_hold(sorting, others, doubtful, "listing.point", walked=True)}
                     ORDER BY listing.point <-> (SELECT here FROM asked)
                     FETCH FIRST {limit} ROWS WITH TIES"""


def asked(sorting: Sorting) -> list[tuple[Fact, ...]]:
    return choices(filters.facts(sorting.search))


def other_facts(sorting: Sorting) -> list[Fact]:
    return [fact for fact in filters.facts(sorting.search) if fact is not OPEN_NOW]


def page(sorting: Sorting, columns: Columns, walks: list[LiteralString], only: LiteralString) -> LiteralString:
    """What the walks reached, each listing once and nearest first; then the columns, of the rows of the page alone."""
    reached: LiteralString = "\n              UNION ALL".join(walks)
    return f"""
        WITH {ASKED}, hit AS MATERIALIZED ({reached}
        ), page AS MATERIALIZED (
             SELECT near.* FROM (SELECT DISTINCT ON (hit.id) hit.id, hit.doubt, hit.key FROM hit) AS near{only}
              ORDER BY doubt, key, id
              LIMIT {sorting.limit}
        )
        SELECT listing.id{taken(columns)}, page.doubt, page.key, {SORTED_BY[sorting.order]} AS sorted_by,
               arc_km(page.key) AS distance_km
          FROM page
          JOIN listing ON listing.id = page.id
         ORDER BY page.doubt, page.key, page.id"""
