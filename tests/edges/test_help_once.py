"""However often a form is sent, and however many send one at the same moment: one request, one code, nothing lost."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from markup import seen
from seeker import PLAIN, Person, code_in, count, somebody
from web_given import visiting

from referral.edges.catalogues import catalogue
from referral.edges.house import House
from referral.foundation.clock import now
from referral.intake import form_tokens
from referral.intake.asking.questions import PAGES

STORY = "Synthetic words about two children."
AT_ONCE = 20
ALL = {name: said for page in PAGES for name, said in PLAIN.get(page.id, {}).items()}


async def test_twenty_sends_at_once_by_way_of_two_processes_are_one_request_and_one_code(house: House) -> None:
    async with somebody(house) as person, visiting(house) as other:
        await person.start()
        await person.through()
        other.cookies = person.browser.cookies
        ways = [person.browser, other] * (AT_ONCE // 2)
        answers = await asyncio.gather(*(one.post("/en/help/check", data={"act": "on"}) for one in ways))
        assert {answer.status_code for answer in answers} == {303}
        await person.go("/help/receipt")
        assert len(code_in(person.text)) == 22
    assert await count(house) == 1


async def test_twenty_sends_at_once_of_the_form_on_one_page_are_one_request_and_one_code(house: House) -> None:
    async with somebody(house) as person, visiting(house) as other:
        await person.go("/help/all")
        token = form_tokens.issue(house.vault, now=now() - timedelta(minutes=1))  # they took their time to write
        sent = {**seen(person.answer.text).form.held, **ALL, "token": token}
        other.cookies = person.browser.cookies
        ways = [person.browser, other] * (AT_ONCE // 2)
        answers = await asyncio.gather(*(one.post("/en/help/all", data=sent) for one in ways))
        assert {answer.status_code for answer in answers} == {303}
        # On a busy machine some wait too long for their turn, and are told to send the same again.
        assert {answer.headers["location"] for answer in answers} <= {"/en/help/receipt", "/en/help/all/answer"}
        codes = {await code_of(house, one) for one in answers if one.headers["location"] == "/en/help/receipt"}
        await person.say("all", **sent)
        assert codes == {code_in(person.text)}
    assert await count(house) == 1


async def code_of(house: House, answer: httpx.Response) -> str:
    """The code on the page that an answer leads to, in a browser that got this answer alone."""
    cookie = answer.headers["set-cookie"].partition(";")[0]
    async with visiting(house) as browser:
        return code_in((await browser.get(answer.headers["location"], headers={"Cookie": cookie})).text)


def full(house: House) -> House:
    """The same house at a moment in which it takes nothing that looks as if no person had sent it so quickly."""
    return replace(house, settings=house.settings.model_copy(update={"quarantine_most": 0}))


@pytest.mark.parametrize("lang", ["en", "es"])
async def test_who_sends_one_page_when_nothing_can_be_taken_hears_so_and_finds_every_word_again(
    house: House, lang: str
) -> None:
    async with somebody(full(house), lang) as person:
        await person.go("/help/all")
        sent = {**seen(person.answer.text).form.held, **ALL, "more": STORY}
        await person.say("all", **sent)
        told_to_wait(person, lang)
        again = seen(person.answer.text).form.held
        assert again["more"] == STORY
        assert {name: again[name] for name in ALL} == ALL
    async with somebody(house, lang) as person:
        await person.say("all", **again)
        assert len(code_in(person.text)) == 22


async def test_who_sends_the_answers_when_nothing_can_be_taken_hears_so_and_sends_the_same_again(house: House) -> None:
    async with somebody(full(house)) as person, somebody(house) as later:
        await person.start()
        await person.through("check", more={"more": STORY})
        await person.say("check")
        told_to_wait(person, "en")
        assert STORY in person.text
        later.browser.cookies = person.browser.cookies
        await later.say("check")
        assert later.page == "receipt"
    assert await count(house) == 1


def told_to_wait(person: Person, lang: str) -> None:
    t = catalogue(lang, "refusals")
    assert person.answer.status_code == 429
    assert int(person.answer.headers["retry-after"]) > 0
    assert t.of("refusals.sentences", 429) in person.text
    assert "/challenge" not in person.text  # that is for programs
    assert seen(person.answer.text).title.startswith(catalogue(lang, "form")("form.error"))


async def test_a_page_that_was_loaded_hours_ago_says_why_it_is_shown_again(house: House) -> None:
    old = form_tokens.issue(house.vault, now=now() - timedelta(hours=3))
    async with somebody(house) as person:
        await person.say("all", **ALL, token=old)
        assert "Check your answers, then send them" in person.text
    assert await count(house) == 0
