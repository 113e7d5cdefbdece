# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# (asyncpg ships no types)
"""A point that staff found before agreements were remembered is one from now on."""

from uuid import UUID

from referral.foundation import migrate
from referral.foundation.db import connect

ID = UUID(int=7)


async def test_points_of_before_are_agreements(empty_dsn: str) -> None:
    await migrate.upgrade(empty_dsn, "0019")
    db = await connect(empty_dsn, size=1)
    await db.pool.execute(f"""
        INSERT INTO organization (id, name, source) VALUES ('{ID}', 'One', 'a list');
        INSERT INTO location (id, latitude, longitude, time_zone, lines, city, state, country, source)
        VALUES ('{ID}', 26.2, -98.2, 'America/Chicago', '{{1 Example Street}}', 'McAllen', 'TX', 'US', 'a list');
        INSERT INTO service (id, organization_id, name, status, last_modified, source)
        VALUES ('{ID}', '{ID}', 'One', 'active', now(), 'a list');
        INSERT INTO provider (id, organization_id, service_id, location_id, name, source)
        VALUES ('{ID}', '{ID}', '{ID}', '{ID}', 'One', 'a list');
        INSERT INTO audit_event (actor, act, subject_id)
        VALUES ('intake_staff', 'listing_located', '{ID}'), ('intake_staff', 'listing_located', '{ID}')""")
    await db.close()
    await migrate.upgrade(empty_dsn)
    db = await connect(empty_dsn, size=1)
    (row,) = await db.pool.fetch("SELECT owner, fact, base, approved, said_by FROM listing_override")
    await db.close()
    assert (row["owner"], row["fact"], row["said_by"]) == (ID, "place", "staff")
    assert (row["base"]["lines"], row["base"]["latitude"]) == (["1 Example Street"], None)
    assert row["approved"] == {**row["base"], "latitude": 26.2, "longitude": -98.2}
