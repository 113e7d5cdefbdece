"""What an answer costs is told with it; what is over the budget is refused, and a request for help is not."""

import asyncio
import logging
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import ANY

import desk as desks
import given
import httpx
import pytest
from desk import Desk, operation

from referral.edges.graphql.routes import document_id
from referral.edges.graphql.schemas import Audience
from referral.edges.house import House
from referral.foundation.actors import Scope
from referral.foundation.db import connect, many
from referral.foundation.logins import Login


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    quarantined: str | None


LANGUAGES = "{ languages(first: 50) { tag } }"
FIND = "{ providers(first: 50) { edges { node { id name } } } }"
SUBMIT = operation("public/SubmitHelpRequest")
SMALL = {"visitor_points": 1_000, "partner_points": 1_000, "staff_points": 1_000, "visitor_submissions": 3}
FROM_HERE, FROM_THERE = {"X-Forwarded-For": "192.0.2.7"}, {"X-Forwarded-For": "198.51.100.7"}


@asynccontextmanager
async def standing(house: House, **settings: int) -> AsyncGenerator[Desk]:
    """A server whose callers may spend little."""
    small = replace(house, settings=house.settings.model_copy(update={**SMALL, **settings}))
    async with desks.standing(small) as desk:
        yield desk


def cost_of(response: httpx.Response) -> Any:
    return response.json()["extensions"]["cost"]


def left_in(response: httpx.Response) -> int:
    """As the RateLimit field says it."""
    found = re.fullmatch(r'"(?:points|submissions)";r=(\d+);t=(\d+)', response.headers["RateLimit"])
    assert found
    assert 1 <= int(found[2]) <= 60
    return int(found[1])


async def spend(desk: Desk, audience: Audience = Audience.PUBLIC, **headers: str) -> None:
    """Ask until the budget is gone."""
    for _ in range(200):
        response = await desk.post("{ nothing }", None, audience, **headers)
        if response.status_code == 429:
            return
    raise AssertionError("The budget never ends.")


async def test_an_answer_tells_what_it_cost_and_what_is_left(house: House) -> None:
    await given.office(house.database)
    async with standing(house) as desk:
        response = await desk.post(FIND)
        asked, held = 1 + 50 * 4, 1 + 1 * 4
        assert cost_of(response) == {
            "requested": asked,
            "actual": held,
            "budget": {"name": "points", "limit": 1_000, "left": 1_000 - held, "resetSeconds": 60},
        }
        assert response.headers["RateLimit-Policy"] == '"points";q=1000;qu="cost-points";w=60'
        assert left_in(response) == 1_000 - held
        again = await desk.post(FIND)
        assert left_in(again) == 1_000 - 2 * held


async def test_a_document_that_cannot_be_run_costs_something_too(house: House) -> None:
    async with standing(house) as desk:
        for number, query in enumerate(("{ nothing }", "{", "{ " + "languages { tag } " * 16 + " }"), 1):
            response = await desk.post(query)
            assert cost_of(response) == {"requested": 0, "actual": 10, "budget": ANY}
            assert left_in(response) == 1_000 - 10 * number


async def test_over_the_budget_one_is_told_when_to_come_back_and_nobody_else_is(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    async with standing(house) as desk:
        with caplog.at_level(logging.WARNING, logger="referral"):
            await spend(desk, Audience.PUBLIC, **FROM_HERE)
            for _ in range(20):
                await desk.post(LANGUAGES, None, Audience.PUBLIC, **FROM_HERE)
        response = await desk.post(LANGUAGES, None, Audience.PUBLIC, **FROM_HERE)
        assert response.status_code == 429
        (error,) = response.json()["errors"]
        assert error["extensions"] == {"code": "RATE_LIMITED"}
        assert "data" not in response.json()
        assert 1 <= int(response.headers["Retry-After"]) <= 60
        assert response.headers["RateLimit-Policy"] == '"points";q=1000;qu="cost-points";w=60'
        assert left_in(response) == 0
        neighbour = {"X-Forwarded-For": "192.0.2.200"}
        assert (await desk.post(LANGUAGES, None, Audience.PUBLIC, **neighbour)).status_code == 429
        assert (await desk.post(LANGUAGES, None, Audience.PUBLIC, **FROM_THERE)).status_code == 200
    told = [line for line in caplog.messages if "RATE_LIMITED" in line]
    assert told == ["the public door turned a request away: RATE_LIMITED"]
    assert "192.0" not in caplog.text


async def test_a_flood_of_questions_holds_no_request_for_help_up(house: House) -> None:
    async with standing(house) as desk:
        await spend(desk)
        assert (await desk.post(LANGUAGES)).status_code == 429
        response = await desk.post(SUBMIT, {"input": given.asking()})
        assert response.json()["data"]["submitHelpRequest"]["receipt"]
        assert cost_of(response) == {
            "requested": 1,
            "actual": 1,
            "budget": {"name": "submissions", "limit": 3, "left": 2, "resetSeconds": 60},
        }
        assert response.headers["RateLimit-Policy"] == '"submissions";q=3;w=60'
        by_another_name = "query { languages { tag } } # submitHelpRequest"
        assert (await desk.post(by_another_name)).status_code == 429


async def test_beyond_the_limit_of_a_network_requests_are_kept_for_staff_to_look_at(house: House) -> None:
    async with standing(house, quarantine_submissions=1) as desk:
        for _ in range(4):
            assert (await desk.post(SUBMIT, {"input": given.asking()})).json()["data"]["submitHelpRequest"]["receipt"]
        kept = await desk.kept()
        response = await desk.post(SUBMIT, {"input": given.asking()})
        assert response.status_code == 429
        assert response.json()["errors"][0]["extensions"] == {"code": "RATE_LIMITED"}
        assert 1 <= int(response.headers["Retry-After"]) <= 60
        assert await desk.kept() == kept
        assert (await desk.post(LANGUAGES)).status_code == 200
        assert (await desk.post(SUBMIT, {"input": given.asking()}, Audience.PUBLIC, **FROM_THERE)).status_code == 200
    waiting = await many(house.database.reader, Kept, "SELECT quarantined FROM help_request ORDER BY created_at")
    assert [one.quarantined for one in waiting] == [None, None, None, "over_limit", None]


async def test_a_request_waits_for_no_connection_that_readers_hold(house: House) -> None:
    public = house.surfaces[Login.PUBLIC]
    reserved = await connect(public.dsn, size=2, least=0)
    try:
        async with standing(replace(house, reserved=reserved)) as desk:
            await desk.published("public/Languages", first=1)
            held = [await public.pool.acquire() for _ in range(public.pool.get_max_size())]
            reading = asyncio.ensure_future(desk.post(FIND))
            try:
                answer = await desk.submit()
                assert not reading.done()
            finally:
                for connection in held:
                    await public.pool.release(connection)
            assert answer["receipt"]
            assert (await reading).status_code == 200
    finally:
        await reserved.close()


async def test_each_key_and_each_session_has_a_budget_of_its_own(house: House) -> None:
    async with standing(house) as desk:
        one, other = await desk.partner(Scope.DIRECTORY_READ), await desk.partner(Scope.DIRECTORY_READ, name="Another")
        await spend(desk, Audience.PARTNER, **one)
        assert (await desk.post(LANGUAGES, None, Audience.PARTNER, **one)).status_code == 429
        assert (await desk.post(LANGUAGES, None, Audience.PARTNER, **other)).status_code == 200
        anna, berta = await desk.staff(), await desk.staff_named("berta@demo.invalid")
        await spend(desk, Audience.STAFF, **anna)
        assert (await desk.post(LANGUAGES, None, Audience.STAFF, **anna)).status_code == 429
        assert (await desk.post(LANGUAGES, None, Audience.STAFF, **berta)).status_code == 200
        assert (await desk.post(LANGUAGES)).status_code == 200


async def test_an_answer_that_others_may_keep_tells_of_no_budget_and_is_paid_for(house: House) -> None:
    id = document_id(operation("public/Languages"))
    async with standing(house) as desk:
        response = await desk.http.get("/graphql", params={"documentId": id, "variables": '{"first": 5}'})
        assert "extensions" not in response.json()
        assert "RateLimit" not in response.headers
        assert response.headers["Cache-Control"] == "public, max-age=60"
        after = await desk.post("{ __typename }")
        assert left_in(after) < 1_000 - 5
        await spend(desk)
        refused = await desk.http.get("/graphql", params={"documentId": id, "variables": '{"first": 5}'})
        assert (refused.status_code, refused.headers["Cache-Control"]) == (429, "no-store")
        assert left_in(refused) == 0
