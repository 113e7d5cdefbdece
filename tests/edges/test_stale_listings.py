"""Staff see of whom nobody knows whether they take people: the longest silent first, page by page, with who to call."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import given
from desk import Desk, operation
from given import Office

from referral.directory import capacity
from referral.directory.capacity import Statement
from referral.directory.upkeep import asking
from referral.directory.words import Openness
from referral.edges import worker
from referral.edges.graphql.schemas import Audience
from referral.foundation.clock import now


async def lapsed(desk: Desk, days_ago: float | None, **about: Any) -> Office:
    """An office whose word lapsed so long ago; None: it never said any."""
    office = await given.office(desk.database, openness=None, **about)
    if days_ago is not None:
        await desk.sql(
            "UPDATE provider SET openness = 'open', openness_stated_at = $2, openness_expires_at = $3 WHERE id = $1",
            office.id,
            now() - timedelta(days=days_ago + 30),
            now() - timedelta(days=days_ago),
        )
    return office


def ids(page: Any) -> list[UUID]:
    return [UUID(edge["node"]["provider"]["id"]) for edge in page["edges"]]


async def test_the_longest_silent_come_first_and_who_is_heard_does_not_come_at_all(desk: Desk) -> None:
    week, year, never = await lapsed(desk, 7), await lapsed(desk, 365), await lapsed(desk, None)
    await given.office(desk.database, openness=Openness.CLOSED)
    retired, paused, gone = await lapsed(desk, 9), await lapsed(desk, 9), await lapsed(desk, 9)
    await desk.sql("UPDATE provider SET retired_at = now() WHERE id = $1", retired.id)
    for office, status in ((paused, "temporarily closed"), (gone, "defunct")):
        await desk.sql(
            "UPDATE service SET status = $2 WHERE id = (SELECT service_id FROM provider WHERE id = $1)",
            office.id,
            status,
        )
    page = await desk.published("staff/StaleListings", await desk.staff())
    assert ids(page) == [never.id, year.id, week.id]
    assert page["totalCount"] == 3
    assert page["edges"][0]["node"]["lapsedAt"] is None
    assert page["edges"][1]["node"]["lapsedAt"] < page["edges"][2]["node"]["lapsedAt"]


async def test_pages_hold_while_offices_speak_and_fall_silent(desk: Desk) -> None:
    headers = await desk.staff()
    never = sorted([(await lapsed(desk, None)).id for _ in range(2)])
    later = [(await lapsed(desk, days)).id for days in (50, 40, 30)]
    expected, seen = [*never, *later], list[UUID]()
    page: Any = {"pageInfo": {"endCursor": None}}
    for _ in range(3):
        page = await desk.published("staff/StaleListings", headers, first=2, after=page["pageInfo"]["endCursor"])
        seen += ids(page)
        if len(seen) == 2:  # one that was seen speaks, and one falls silent that stands before the mark
            async with desk.database.transaction() as tx:
                await capacity.state(tx, never[0], Statement(openness=Openness.OPEN), by="test", now=now())
            await lapsed(desk, None, name="Newly listed")
    assert [id for id in seen if id in expected] == expected
    assert page["pageInfo"]["hasNextPage"] is False
    assert page["pageInfo"]["hasPreviousPage"] is True


async def test_each_comes_with_phone_address_and_when_it_was_asked(desk: Desk) -> None:
    headers = await desk.staff()
    known, listed, refuses = await lapsed(desk, 30), await lapsed(desk, 20), await lapsed(desk, 10)
    await desk.sql("UPDATE provider SET referral_email = NULL WHERE id = $1", listed.id)
    await desk.sql("UPDATE organization SET email = 'Listed@demo.invalid' WHERE id = $1", listed.organization_id)
    await desk.sql(
        "INSERT INTO phone (id, organization_id, number) VALUES ($1, $2, '+1 956 555 0100')",
        uuid4(),
        known.organization_id,
    )
    async with desk.database.transaction() as tx:
        await asking.ask_no_more(tx, refuses.id, now=now())
    await worker.order_asking(desk.house)
    nodes = [edge["node"] for edge in (await desk.published("staff/StaleListings", headers))["edges"]]
    assert [phone["number"] for phone in nodes[0]["provider"]["phones"]] == ["+1 956 555 0100"]
    assert [node["email"] for node in nodes] == [
        f"{known.id}@demo.invalid",
        "Listed@demo.invalid",
        f"{refuses.id}@demo.invalid",
    ]
    assert [node["askedAt"] is not None for node in nodes] == [True, False, False]
    assert [node["asksNoMore"] for node in nodes] == [False, False, True]


async def test_a_page_that_cannot_be_shown_names_the_argument(desk: Desk) -> None:
    headers = await desk.staff()
    for variables, path, code in (
        ({"first": 51}, "first", "PAGE_SIZE"),
        ({"after": "nonsense"}, "after", "BAD_CURSOR"),
    ):
        body = await desk.answered(operation("staff/StaleListings"), variables, Audience.STAFF, **headers)
        (field,) = body["errors"][0]["extensions"]["fields"]
        assert (field["path"], field["code"]) == ([path], code)
