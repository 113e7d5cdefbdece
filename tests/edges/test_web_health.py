"""Whoever runs the service is told whether it lives and whether it can serve."""

from dataclasses import replace

from web_given import visiting

from referral.edges.house import House
from referral.edges.web import health
from referral.foundation.db import connect
from referral.foundation.logins import Login


async def test_a_process_that_lives_says_ok(house: House):
    async with visiting(house) as browser:
        answer = await browser.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok")


async def test_it_is_ready_with_a_database_at_the_newest_migration(house: House):
    async with visiting(house) as browser:
        answer = await browser.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True})


async def test_it_is_not_ready_before_the_first_migration(house: House, empty_dsn: str):
    database = await connect(empty_dsn)
    try:
        async with visiting(replace(house, surfaces={**house.surfaces, Login.PUBLIC: database})) as browser:
            answer = await browser.get("/readyz")
    finally:
        await database.close()
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "reason": "migrations"})


async def test_it_is_not_ready_at_an_older_migration(house: House):
    assert await health.lacking(house.database, "9999") == "migrations"


async def test_it_is_alive_but_not_ready_without_a_database(house: House, dsn: str):
    database = await connect(dsn)
    await database.close()
    async with visiting(replace(house, surfaces={**house.surfaces, Login.PUBLIC: database})) as browser:
        alive, ready = await browser.get("/healthz"), await browser.get("/readyz")
    assert alive.status_code == 200
    assert (ready.status_code, ready.json()) == (503, {"ready": False, "reason": "database"})
