"""One office, listed twice: which of the two is kept? The other's id leads to it for good, so that no old link breaks.

Nothing is deleted: the other stays in the table, since referrals point to it, and can be taken apart again. What only
the other said, a telephone or a language or an area, is taken over, and given up again when they are taken apart. Lists
that name the other go on naming it, and it stays merged.
"""

from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from referral.directory import history
from referral.foundation import audit
from referral.foundation.actors import Staff
from referral.foundation.db import Reader, Tx, execute, many, value
from referral.foundation.errors import Conflict, NotFound
from referral.foundation.vocabulary import Word

MOST_PAIRS = 50
MOST_ALIKE = 100
NEAR_CHORD = 1 / 6371  # a kilometre, as a straight line through the unit sphere


class Likeness(Word):
    """Why two listings may be one."""

    SAME_PHONE = "same_phone", "They have a telephone number in common."
    SAME_NAME_NEARBY = "same_name_nearby", "They have the same name, within a kilometre."


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two listings of different organizations that may be one; the older id first."""

    one: UUID
    other: UUID
    likeness: Likeness


# $1 how near, $2 so many pairs, $3 so many listings of one number or name.
ALIKE: LiteralString = """
    WITH same_phone AS (
         SELECT pair.one, pair.other
           FROM (SELECT phone_digits(number) AS digits
                   FROM phone
                  WHERE length(phone_digits(number)) >= 7
                  GROUP BY phone_digits(number)
                 HAVING count(*) > 1
                  ORDER BY phone_digits(number)) AS shared
          CROSS JOIN LATERAL (
                WITH alike AS MATERIALIZED (
                     SELECT DISTINCT has.id, has.organization_id
                       FROM phone t
                      CROSS JOIN LATERAL (
                            SELECT id, organization_id FROM listing_card WHERE id = t.provider_id
                            UNION ALL
                            SELECT id, organization_id FROM listing_card WHERE service_id = t.service_id
                            UNION ALL
                            SELECT id, organization_id FROM listing_card WHERE organization_id = t.organization_id
                            UNION ALL
                            SELECT c.id, c.organization_id
                              FROM provider p JOIN listing_card c USING (id, location_id)
                             WHERE p.location_id = t.location_id) AS has
                      WHERE phone_digits(t.number) = shared.digits AND length(phone_digits(t.number)) >= 7
                      ORDER BY has.id
                      LIMIT $3
                )
                SELECT a.id AS one, b.id AS other
                  FROM alike a JOIN alike b ON b.id > a.id AND b.organization_id <> a.organization_id) AS pair
          LIMIT $2
    ), same_name AS (
         SELECT pair.one, pair.other
           FROM (SELECT searchable(name) AS name
                   FROM listing_card
                  GROUP BY searchable(name)
                 HAVING count(*) > 1
                  ORDER BY searchable(name)) AS shared
          CROSS JOIN LATERAL (
                WITH alike AS MATERIALIZED (
                     SELECT id, organization_id, point
                       FROM listing_card
                      WHERE searchable(name) = shared.name
                      ORDER BY id
                      LIMIT $3
                )
                SELECT a.id AS one, b.id AS other
                  FROM alike a JOIN alike b ON b.id > a.id AND b.organization_id <> a.organization_id
                 WHERE a.point <-> b.point <= $1) AS pair
          LIMIT $2
    )
    SELECT DISTINCT ON (one, other) one, other, likeness
      FROM (SELECT one, other, 'same_phone' AS likeness FROM same_phone
            UNION ALL
            SELECT one, other, 'same_name_nearby' FROM same_name) AS found
     ORDER BY one, other, likeness DESC
     LIMIT $2"""


async def pairs(at: Reader) -> list[Pair]:
    """Published listings that may stand there twice, at most MOST_PAIRS. Places that are not shown take no part.

    Numbers and names are walked along their indexes, until there are enough pairs; only those that stand there more
    than once are looked at, and of each no more than MOST_ALIKE listings are compared.
    """
    return await many(
        at,
        Pair,
        ALIKE,
        NEAR_CHORD,
        MOST_PAIRS,
        MOST_ALIKE,
    )


async def merge(tx: Tx, staff: Staff, other: UUID, kept: UUID) -> None:
    """Keep one of two; whoever had been merged into the other is led on.

    Raises NotFound, and Conflict where they are the same, or one is merged already or not published.
    """
    if other == kept:
        raise Conflict("A listing cannot be merged into itself.")
    found = await value(
        tx,
        """SELECT count(*) FROM (SELECT FROM provider WHERE id IN ($1, $2) ORDER BY id FOR UPDATE) AS two""",
        other,
        kept,
    )
    if found < 2:
        raise NotFound("There is no such listing.")
    if await kept_for(tx, other) or await kept_for(tx, kept):
        raise Conflict("One of them has been merged already.")
    if not await value(tx, "SELECT EXISTS (SELECT FROM listing_card WHERE id = $1)", kept):
        raise Conflict("The one to keep is not published.")
    await history.on_word_of(tx, f"merged from {other}")
    for taken in TAKEN_OVER:
        await execute(tx, taken, other, kept)
    await execute(tx, "UPDATE provider SET merged_into = $2 WHERE id = $1 OR merged_into = $1", other, kept)
    await audit.record(tx, actor=staff.kind, actor_id=staff.id, act="listing_merged", subject_id=other)


async def take_apart(tx: Tx, staff: Staff, other: UUID) -> None:
    """It was another office after all: what was taken over from it goes again. NotFound where it is not merged."""
    if not await execute(tx, "UPDATE provider SET merged_into = NULL WHERE id = $1 AND merged_into IS NOT NULL", other):
        raise NotFound("There is no such listing, or it is not merged.")
    await history.on_word_of(tx, f"taken apart from {other}")
    for given_up in GIVEN_UP:
        await execute(tx, given_up, other)
    await audit.record(tx, actor=staff.kind, actor_id=staff.id, act="listing_taken_apart", subject_id=other)


async def kept_for(at: Reader, id: UUID) -> UUID | None:
    """The listing that is kept in place of this one; None where it is not merged."""
    return await value(at, "SELECT merged_into FROM provider WHERE id = $1", id)


async def service_kept_for(at: Reader, service: UUID) -> UUID | None:
    """The service of the listing that is kept in place of one of this service's; None where there is none."""
    return await value(
        at,
        """SELECT k.service_id FROM provider p JOIN provider k ON k.id = p.merged_into
            WHERE p.service_id = $1
            ORDER BY k.id
            LIMIT 1""",
        service,
    )


GIVEN_UP: tuple[LiteralString, ...] = (
    "DELETE FROM phone WHERE taken_from = $1",
    "DELETE FROM language_offered WHERE taken_from = $1",
    "DELETE FROM service_area WHERE taken_from = $1",
)

# $1 the other, $2 the one that is kept. Of a place that is not shown no number is taken over: it tells where it is. Nor
# does such a place get one: the other office may be the same, before somebody hid it.
TAKEN_OVER: tuple[LiteralString, ...] = (
    """
    INSERT INTO phone (id, provider_id, number, extension, kind, languages, taken_from)
    SELECT DISTINCT ON (t.number) gen_random_uuid(), $2, t.number, t.extension, t.kind, t.languages,
           coalesce(t.taken_from, $1)
      FROM provider p
      LEFT JOIN location l ON l.id = p.location_id
      JOIN phone t ON t.provider_id = p.id OR t.service_id = p.service_id OR t.organization_id = p.organization_id
                   OR t.location_id = l.id AND l.visibility = 'public'
     WHERE p.id = $1
       AND NOT EXISTS (SELECT FROM provider k JOIN location h ON h.id = k.location_id
                        WHERE k.id = $2 AND h.visibility <> 'public')
       AND NOT EXISTS (SELECT FROM listing_card c, json_array_elements(c.phones) AS has
                        WHERE c.id = $2 AND phone_digits(has ->> 'number') = phone_digits(t.number))
     ORDER BY t.number, t.id""",
    """
    INSERT INTO language_offered (id, service_id, tag, mode, note, taken_from)
    SELECT DISTINCT ON (g.tag) gen_random_uuid(), k.service_id, g.tag, g.mode, g.note, coalesce(g.taken_from, $1)
      FROM provider p
      JOIN provider k ON k.id = $2
      JOIN language_offered g ON g.service_id = p.service_id OR g.location_id = p.location_id
     WHERE p.id = $1
       AND NOT EXISTS (SELECT FROM language_offered has
                        WHERE has.tag = g.tag AND (has.service_id = k.service_id OR has.location_id = k.location_id))
     ORDER BY g.tag, g.id""",
    """
    INSERT INTO service_area (id, provider_id, name, kind, country, state, place_id, border, taken_from)
    SELECT DISTINCT ON (a.kind, a.country, a.state, a.name) gen_random_uuid(), $2, a.name, a.kind, a.country, a.state,
           a.place_id, a.border, coalesce(a.taken_from, $1)
      FROM provider p
      JOIN provider k ON k.id = $2
      JOIN service_area a ON a.service_id = p.service_id OR a.provider_id = p.id
     WHERE p.id = $1
       AND NOT EXISTS (SELECT FROM service_area has
                        WHERE (has.service_id = k.service_id OR has.provider_id = k.id)
                          AND (has.kind, has.name) = (a.kind, a.name)
                          AND (has.country, has.state) IS NOT DISTINCT FROM (a.country, a.state))
     ORDER BY a.kind, a.country, a.state, a.name, a.id""",
)
