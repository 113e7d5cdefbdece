"""What each surface may do in the database is written down, and nothing of people is open by an oversight."""

from collections.abc import Mapping
from pathlib import Path

from referral.foundation import grants_dump
from referral.foundation.db import Database
from referral.foundation.logins import Login

GRANTS = Path(__file__).parents[1] / "migrations" / "grants.txt"

# Whoever adds a table says here, once, whether it holds anything of people, accounts or what is written about them.
WITHOUT_PEOPLE = {
    "alembic_version", "area_ring", "audit_anchor", "audit_head", "capacity", "claim.link_key", "help_type",
    "language", "language_name", "language_offered", "language_pair", "language_tag", "listing_card",
    "listing_change", "listing_history", "listing_offer", "listing_override", "listing_word", "location",
    "opening_hours", "organization", "phone", "place", "place_name", "provider", "provider_pace", "reference_file",
    "schedule", "service", "service_area", "stale_listing", "verification_step",
}  # fmt: skip
GROUPS = [login.group for login in Login]
OURS = "'public'::regnamespace, 'conf'::regnamespace, 'claim'::regnamespace"
# Of an extension, not of ours.
OF_EXTENSION = "EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"


async def words(database: Database, sql: str, *args: object) -> list[str]:
    return [row[0] for row in await database.pool.fetch(sql, *args)]


async def test_grants_are_what_is_written_down(database: Database) -> None:
    assert await grants_dump.written(database.reader) == GRANTS.read_text(), "Grants changed: run `make contract`."


async def test_row_level_security_is_forced_on_every_table_that_may_hold_people(database: Database) -> None:
    tables = await database.pool.fetch(
        f"""SELECT oid::regclass::text AS name, relrowsecurity AND relforcerowsecurity AS is_forced FROM pg_class
             WHERE relkind IN ('r', 'p') AND relnamespace IN ({OURS})"""
    )
    names = {row["name"] for row in tables}
    assert {row["name"] for row in tables if not row["is_forced"]} == WITHOUT_PEOPLE & names
    assert names >= WITHOUT_PEOPLE
    assert len(names - WITHOUT_PEOPLE) >= 25


async def test_every_view_asks_as_its_reader(database: Database) -> None:
    views = await database.pool.fetch(
        f"SELECT oid::regclass::text, reloptions FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace IN ({OURS})"
    )
    assert views
    assert [name for name, options in views if "security_invoker=true" not in (options or [])] == []


async def test_every_function_that_has_its_owners_rights_looks_for_names_in_fixed_places(database: Database) -> None:
    definers = await database.pool.fetch(
        f"""SELECT p.oid::regprocedure::text, p.proconfig FROM pg_proc p
             WHERE p.prosecdef AND p.pronamespace IN ({OURS}) AND NOT {OF_EXTENSION}"""
    )
    fixed = {"search_path=pg_catalog, pg_temp", "search_path=pg_catalog, public, pg_temp"}
    assert len(definers) >= 20
    assert [name for name, options in definers if not fixed & set(options or [])] == []


async def test_no_surface_owns_or_makes_or_bypasses_anything(
    database: Database, surfaces: Mapping[Login, Database]
) -> None:
    """Neither the groups nor their logins: no attribute, no membership but the one, nothing owned, no right to make."""
    logins = await words(
        database,
        """SELECT m.member::regrole::text FROM pg_auth_members m WHERE m.roleid::regrole::text = ANY($1::text[])""",
        GROUPS,
    )
    assert len(logins) >= len(surfaces) == len(GROUPS)
    everyone = [*GROUPS, *logins]
    assert (
        await words(
            database,
            """SELECT rolname FROM pg_roles WHERE rolname = ANY($1::text[])
                  AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)""",
            everyone,
        )
        == []
    )
    assert (
        await words(database, "SELECT rolname FROM pg_roles WHERE rolname = ANY($1::text[]) AND rolcanlogin", GROUPS)
        == []
    )
    owned = """SELECT s.objid::text FROM pg_shdepend s
                WHERE s.deptype = 'o' AND s.refobjid IN (SELECT oid FROM pg_roles WHERE rolname = ANY($1::text[]))"""
    assert await words(database, owned, everyone) == []
    memberships = await words(
        database,
        "SELECT roleid::regrole::text FROM pg_auth_members WHERE member::regrole::text = ANY($1::text[])",
        everyone,
    )
    assert sorted(memberships) == sorted(f"referral_{name.rsplit('_', 2)[1]}" for name in logins)
    may_make = """SELECT r.rolname || ' ' || n.nspname FROM pg_roles r, pg_namespace n
                   WHERE r.rolname = ANY($1::text[]) AND has_schema_privilege(r.oid, n.oid, 'CREATE')"""
    assert await words(database, may_make, everyone) == []
    may_temp = """SELECT rolname FROM pg_roles WHERE rolname = ANY($1::text[])
                     AND has_database_privilege(oid, current_database(), 'TEMP')"""
    assert await words(database, may_temp, everyone) == []
    truncates = f"""SELECT r.rolname || ' ' || c.relname FROM pg_roles r, pg_class c
                     WHERE r.rolname = ANY($1::text[]) AND c.relnamespace IN ({OURS}) AND c.relkind = 'r'
                       AND has_table_privilege(r.oid, c.oid, 'TRUNCATE, REFERENCES, TRIGGER')"""
    assert await words(database, truncates, everyone) == []


async def test_hidden_places_and_the_key_of_links_are_open_to_no_surface(database: Database) -> None:
    seen = """SELECT DISTINCT r FROM unnest($1::text[]) r, unnest($2::text[]) c
               WHERE has_column_privilege(r, 'staff', c, 'SELECT')"""
    secrets, names = ["password_hash", "code_sealed", "code_pending"], ["email", "name"]
    assert set(await words(database, seen, GROUPS, secrets)) == {Login.CONSOLE.group}
    # The worker writes to those who oversee.
    assert set(await words(database, seen, GROUPS, names)) == {Login.CONSOLE.group, Login.WORKER.group}
    sessions = """SELECT r FROM unnest($1::text[]) r
                   WHERE has_any_column_privilege(r, 'staff_session', 'SELECT, INSERT, UPDATE')"""
    assert await words(database, sessions, GROUPS) == [Login.CONSOLE.group]


async def test_every_login_has_its_limits_by_itself(surfaces: dict[Login, Database], database: Database) -> None:
    """A pool asks for its own; a connection that asks for nothing has those of the role."""
    told = await database.pool.fetch(
        """SELECT setrole::regrole::text, setconfig FROM pg_db_role_setting
            WHERE setrole::regrole::text LIKE '%\\_home' AND setdatabase = (SELECT oid FROM pg_database
                                                                            WHERE datname = current_database())"""
    )
    assert len(told) == len(Login) == len(surfaces)
    for role, settings in told:
        names = {setting.partition("=")[0] for setting in settings}
        assert names >= {
            "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "transaction_timeout",
            "search_path", "synchronous_commit",
        }, role  # fmt: skip
