"""What may each surface's role do? The answer is kept in migrations/grants.txt, for people to read.

Read from the database itself, so that a difference means a changed permission, whoever changed it.
"""

from dataclasses import dataclass
from itertools import groupby
from typing import Final

from referral.foundation.db import Reader, many
from referral.foundation.logins import Login

HEADER: Final = (
    "# What the role of each surface may do, as Postgres tells it: nothing else. `make contract` writes this file;\n"
    "# a test compares it. Which rows it may do it to, the policies in schema.sql say.\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What one role may do to one thing; `columns` where it may not do it to all."""

    role: str
    thing: str
    verb: str
    columns: str | None


async def written(at: Reader) -> str:
    """All grants, one line for each role and thing."""
    grants = await many(
        at,
        Grant,
        """
        WITH granted AS (
             SELECT a.grantee, c.oid::regclass::text AS thing, a.privilege_type AS verb, NULL::name AS columns
               FROM pg_class c, aclexplode(c.relacl) AS a
              WHERE c.relnamespace IN ('public'::regnamespace, 'conf'::regnamespace, 'claim'::regnamespace)
             UNION ALL
             SELECT a.grantee, t.attrelid::regclass::text, a.privilege_type, t.attname
               FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid, aclexplode(t.attacl) AS a
              WHERE c.relnamespace IN ('public'::regnamespace, 'conf'::regnamespace, 'claim'::regnamespace)
             UNION ALL
             SELECT a.grantee, p.oid::regprocedure::text, a.privilege_type, NULL
               FROM pg_proc p, aclexplode(p.proacl) AS a
              WHERE p.pronamespace IN ('public'::regnamespace, 'claim'::regnamespace)
             UNION ALL
             SELECT a.grantee, 'schema ' || n.nspname, a.privilege_type, NULL
               FROM pg_namespace n, aclexplode(n.nspacl) AS a
              WHERE n.nspname IN ('public', 'conf', 'claim')
        )
        SELECT CASE g.grantee WHEN 0 THEN 'everybody' ELSE g.grantee::regrole::text END AS role, g.thing, g.verb,
               string_agg(g.columns::text, ', ' ORDER BY g.columns::text COLLATE "C") AS columns
          FROM granted g
         WHERE g.grantee = 0 OR g.grantee::regrole::text = ANY($1::text[])
         GROUP BY g.grantee, g.thing, g.verb, g.columns IS NULL""",
        [login.group for login in Login],
    )
    lines = [HEADER]
    for role, of_role in groupby(sorted(grants, key=place_of), key=lambda grant: grant.role):
        lines.append(f"\n{role}\n")
        for thing, of_thing in groupby(of_role, key=lambda grant: grant.thing):
            lines.append(f"  {thing}: {', '.join(verb(grant) for grant in of_thing)}\n")
    return "".join(lines)


def place_of(grant: Grant) -> tuple[str, str, str, str]:
    return grant.role, grant.thing, grant.verb, grant.columns or ""


def verb(grant: Grant) -> str:
    return grant.verb if grant.columns is None else f"{grant.verb} ({grant.columns})"
