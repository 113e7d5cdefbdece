"""What was typed is answered with an address, and the page waits there: for one browser, and not for long."""

from datetime import timedelta

import pytest
from markup import seen
from seeker import all_of, code_in, count, somebody
from web_given import visiting

from referral.edges.house import House
from referral.foundation.clock import now
from referral.intake import form_tokens

STORY = "Synthetic words about two children."
AT = "/en/help/all/answer"


async def test_what_was_typed_stands_in_no_answer_to_a_form_but_where_it_leads(house: House) -> None:
    async with somebody(house) as person:
        await person.go("/help/all")
        answer = await person.browser.post("/en/help/all", data={"more": STORY})
        assert (answer.status_code, answer.headers["location"], answer.content) == (303, AT, b"")
        assert answer.headers["cache-control"] == "no-store"
        for _ in range(2):  # a bad network asks twice
            shown = await person.browser.get(AT)
            assert shown.status_code == 422
            assert STORY in shown.text
            assert shown.headers["cache-control"] == "no-store"
            assert "script-src" in shown.headers["content-security-policy"]


async def test_the_page_waits_for_the_browser_that_sent_the_form_and_no_other(house: House) -> None:
    async with somebody(house) as person, somebody(house) as other:
        await person.go("/help/all")
        await person.browser.post("/en/help/all", data={"more": STORY})
        await other.go("/help/all")
        async with visiting(house) as nobody:
            for browser in (other.browser, nobody):
                answer = await browser.get(AT)
                assert (answer.status_code, answer.headers["location"]) == (303, "/en/help/all")
        kept = await house.database.pool.fetch("SELECT * FROM help_draft")
        assert len(kept) == 1
        assert all(STORY.encode() not in held for held in kept[0].values() if isinstance(held, bytes))


async def test_two_minutes_later_it_waits_no_more(house: House) -> None:
    async with somebody(house) as person:
        await person.go("/help/all")
        await person.browser.post("/en/help/all", data={"more": STORY})
        await house.database.pool.execute("UPDATE help_draft SET touched_at = now() - interval '121 seconds'")
        await person.go("/help/all/answer")
        assert person.page == "all"
        assert STORY not in person.text


@pytest.mark.parametrize("way", ["/exit", "/status"])
async def test_leaving_and_closing_the_page_let_it_go(house: House, way: str) -> None:
    async with somebody(house) as person, somebody(house) as before:
        code = await before.finish()
        await person.go("/status")
        answer = await person.browser.post("/en/status", data={"act": "look", "code": code})
        assert answer.headers["location"] == "/en/status/answer"
        await person.go("/status/answer")
        assert code in person.text
        await person.browser.get(f"/en{way}")
        answer = await person.browser.get("/en/status/answer")
        assert (answer.status_code, answer.headers["location"]) == (303, "/en/status")


async def test_a_second_answer_takes_the_place_of_the_first(house: House) -> None:
    async with somebody(house) as person:
        await person.go("/help/all")
        for words in (STORY, "Other synthetic words."):
            await person.browser.post("/en/help/all", data={"more": words})
        await person.go("/help/all/answer")
        assert "Other synthetic words." in person.text
        assert STORY not in person.text
    assert await count(house, "help_draft") == 1


async def test_a_browser_that_keeps_no_cookie_gets_the_page_at_once(house: House) -> None:
    async with somebody(house) as person:
        answer = await person.browser.post("/en/help/all", data={"more": STORY})
        assert answer.status_code == 422
        assert STORY in answer.text
        person.browser.cookies.set("d", "short~value")  # nobody made this
        assert (await person.browser.post("/en/help/all", data={"more": STORY})).status_code == 422


async def test_who_has_sent_the_one_page_finds_the_code_again_for_as_long_as_the_browser_is_open(house: House) -> None:
    async with somebody(house) as person:
        await person.go("/help/all")
        token = form_tokens.issue(house.vault, now=now() - timedelta(minutes=1))  # they took their time to write
        await person.say("all", **{**seen(person.answer.text).form.held, **all_of(), "token": token})
        code = code_in(person.text)
        await house.database.pool.execute("UPDATE help_draft SET touched_at = now() - interval '3 minutes'")
        await person.go("/help/receipt")
        assert code_in(person.text) == code


async def test_each_trouble_on_the_one_page_says_of_which_question_it_is(house: House) -> None:
    async with somebody(house) as person:
        await person.go("/help/all")
        await person.say("all", more=STORY)
        assert 'href="#danger-1"><strong>Is someone in danger today?</strong> Choose one answer' in person.text


async def test_who_goes_back_after_sending_the_one_page_hears_that_it_is_sent(house: House) -> None:
    async with somebody(house) as person:
        await person.go("/help/all")
        assert "You already sent this" not in person.text
        token = form_tokens.issue(house.vault, now=now() - timedelta(minutes=1))
        await person.say("all", **{**seen(person.answer.text).form.held, **all_of(), "token": token})
        await person.go("/help/all")
        assert "You already sent this" in person.text
        assert 'href="/en/help/receipt"' in person.text
