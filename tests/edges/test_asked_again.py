"""An answer is kept when it was asked for a second time. What that does, test_remembered.py tells."""

import asyncio

import pytest
from test_remembered import A_VILLAGE, ELSEWHERE, asked, asked_as, offices, questions, told, visiting

from referral.directory.searching import moments
from referral.edges.graphql import remembered
from referral.edges.graphql.door import Door
from referral.edges.graphql.remembered import Remembered
from referral.edges.graphql.routes import OPERATIONS, trusted_documents
from referral.edges.graphql.schemas import Audience
from referral.edges.house import House
from referral.foundation.logins import Login


async def test_what_is_asked_once_is_not_kept_and_what_is_asked_twice_is(house: House) -> None:
    await offices(house)
    door = Door(house.facing(Login.PUBLIC), Audience.PUBLIC, trusted_documents(OPERATIONS / "public"))
    async with visiting(door) as http, visiting(door, ELSEWHERE) as other:
        first = await told(http, asked(*A_VILLAGE))
        await told(other, asked(*A_VILLAGE))  # another network asks for the first time, too
        assert not door.remembered.answers
        assert await told(http, asked(*A_VILLAGE)) == first
        assert len(door.remembered.answers) == 1
        async with questions(house) as seen:
            assert await told(http, asked(*A_VILLAGE)) == first
    assert seen == [moments.STILL]


async def test_an_answer_that_is_true_no_more_is_made_and_kept_anew_at_once(house: House) -> None:
    ids = await offices(house)
    door = Door(house.facing(Login.PUBLIC), Audience.PUBLIC, trusted_documents(OPERATIONS / "public"))
    async with visiting(door) as http:
        for _ in range(2):
            await told(http, asked(*A_VILLAGE))
        await house.database.pool.execute("UPDATE provider SET name = 'Newer' WHERE id = $1", ids[-1])
        after = await told(http, asked(*A_VILLAGE))
        async with questions(house) as seen:
            assert await told(http, asked(*A_VILLAGE)) == after
    assert "Newer" in str(after)
    assert seen == [moments.STILL]


async def test_marks_of_what_was_asked_once_are_few_and_go_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "LIVES_SECONDS", 0.2)
    monkeypatch.setattr(remembered, "MOST_SEEN", 3)
    memory = Remembered()
    one = [memory.question(asked_as(f"{{ a{number} }}"), b"net") for number in range(5)]
    assert [memory.is_asked_again(asked) for asked in one] == [False] * 5
    assert list(memory.seen) == [asked.of_network for asked in one[-3:]]
    assert memory.is_asked_again(one[-1])
    nobody = memory.question(asked_as("{ a4 }"), b"")
    assert not memory.is_asked_again(nobody)
    assert not memory.is_asked_again(nobody)
    while memory.seen:
        await asyncio.sleep(0.01)
    assert memory.sweeping is None
