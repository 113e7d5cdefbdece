"""Somebody who asks for help, page after page, with a browser that runs no script, as far as HTTP can tell."""

import html
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
from walked import Stand
from web_given import visiting

from referral.edges.house import House
from referral.intake import drafts, requests
from referral.intake.asking.questions import BY_ID, PAGES
from referral.intake.drafts import Draft

PLAIN = {
    "who": {"who": "me"}, "danger": {"danger": "no"}, "held": {"held": "no"}, "age": {"age": "adult"},
    "lawyer": {"lawyer": "no"}, "speak": {"speak": "es"}, "contact": {"contact": "code"}, "consent": {"consent": "yes"},
    "helper": {"knows": "yes", "relation": "friend"}, "safe": {"announce": "no", "message": "no"},
    "adult": {"adult": "no"}, "lawyer_why": {"lawyer_why": "different"},
}  # fmt: skip


@dataclass(kw_only=True)
class Person:
    """Somebody with a browser, and where it has brought them."""

    browser: httpx.AsyncClient
    lang: str = "en"
    been: list[str] = field(default_factory=list[str])
    answer: httpx.Response = field(default_factory=lambda: httpx.Response(200))

    @property
    def page(self) -> str:
        return str(self.answer.request.url.path).rsplit("/", 1)[-1]

    @property
    def text(self) -> str:
        return html.unescape(self.answer.text)

    async def go(self, path: str) -> None:
        self.answer = await self.browser.get(f"/{self.lang}{path}", follow_redirects=True)

    async def start(self) -> None:
        self.answer = await self.browser.post(f"/{self.lang}/help", data={"act": "on"}, follow_redirects=True)

    async def say(self, page: str | None = None, /, **said: str) -> None:
        """Send a page as its form does."""
        self.been.append(page or self.page)
        self.answer = await self.browser.post(
            f"/{self.lang}/help/{page or self.page}", data={"act": "on", **said}, follow_redirects=True
        )

    async def through(self, until: str = "check", /, **said: dict[str, str]) -> None:
        """Answer what is asked, as said or plainly, until a page is come to or somebody stops."""
        while self.page != until and not (self.page in BY_ID and BY_ID[self.page].stops):
            before = self.page
            await self.say(None, **(said.get(before) or PLAIN.get(before, {})))
            assert self.page != before, self.text

    async def finish(self, **said: dict[str, str]) -> str:
        """Everything to the receipt; the code."""
        await self.start()
        await self.through("check", **said)
        await self.say("check")
        assert self.page == "receipt", self.text
        return code_in(self.text)


def all_of(**said: dict[str, str]) -> dict[str, str]:
    """What the page that asks all at once sends: said, or plain."""
    pages = {**PLAIN, **said}
    return {name: told for page in PAGES for name, told in pages.get(page.id, {}).items()}


def code_in(text: str) -> str:
    found = re.search(r'<p class="code"[^>]*>(.*?)</p>', text)
    assert found
    return "".join(re.findall(r"\d", found[1]))


@asynccontextmanager
async def somebody(house: House, lang: str = "en") -> AsyncGenerator[Person]:
    async with visiting(house) as browser:
        yield Person(browser=browser, lang=lang)


async def kept(house: House, code: str) -> requests.HelpRequest:
    async with house.database.transaction() as tx:
        found = await requests.by_receipt(tx, house.vault, code)
    assert found is not None
    return found


async def count(house: House, table: str = "help_request") -> int:
    return await house.database.pool.fetchval(f"SELECT count(*) FROM {table}")


async def draft_of(house: House, there: Stand, **more: str) -> Draft:
    """The draft of somebody who has come so far, and has answered what must be answered on the way."""
    asked = [must for step in there.steps for must in BY_ID[step.page].musts if must.answers]
    musts = {must.name: must.answers[0] for must in asked if not there.given[must.name]}
    async with house.database.transaction() as tx:
        return await drafts.begin(tx, house.vault, {**there.given, **musts, **more})
