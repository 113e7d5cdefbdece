"""Every way through the form, by nothing but its own pages: what they offer is sent, and where they lead is gone."""

import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

import pytest
from markup import Seen, seen
from seeker import PLAIN, Person, code_in, count, draft_of, somebody
from walked import CHECK, SERVED, Stand, Step, soonest, ways

from referral.edges.house import House
from referral.edges.web.help import browser
from referral.foundation import branding_reading
from referral.foundation.clock import now
from referral.intake import form_tokens
from referral.intake.asking import reading
from referral.intake.asking.fields import Kind
from referral.intake.asking.questions import BY_ID, PAGES

# What must be answered and decides nothing: how somebody is reached, where it is not by the code alone.
TO = {"email": "synthetic@example.org"}
FORM = {"content-type": "application/x-www-form-urlencoded"}  # also of a form in which there is nothing
NUMBER = "+1 956 555 0100"
TEXAS = "[[areas]]\nname = { en = 'Synthetic Texas', es = 'Texas sintético' }\nstates = ['TX']"
PLACES = {"yes": "Brownsville, TX", "no": "Albuquerque, NM"}  # inside that area, and outside
BACK = re.compile(r'<p class="back"><a href="([^"]+)">')
HURRIED = [page.id for page in PAGES if page.sends_now or page.id == "danger_help"]


@dataclass(kw_only=True)
class Walker:
    """Somebody who reads each page and sends what it offers; and what was met on the way."""

    person: Person
    been: set[str] = field(default_factory=set[str])
    links: set[str] = field(default_factory=set[str])

    @property
    def page(self) -> Seen:
        return seen(self.person.answer.text)

    async def go(self, path: str) -> None:
        self.person.answer = await self.person.browser.get(path, follow_redirects=True)

    def look(self) -> Seen:
        """A page that somebody comes to says where they are."""
        page = self.page
        assert self.person.answer.status_code == 200, self.person.text
        assert len(page.headings) == 1, page.headings
        assert page.headings[0].strip() in page.title
        self.been.add(self.person.page)
        self.links |= set(page.links)
        return page

    async def send(self, said: dict[str, str], press: str | None = None) -> None:
        form = self.page.form
        self.person.answer = await self.person.browser.post(
            form.action, content=urlencode(form.sent(said, press=press)), headers=FORM, follow_redirects=True
        )

    async def step(self, one: Step, before: dict[str, str]) -> dict[str, str]:
        """Answer a page, once it was seen that Back shows the one before it with its answer."""
        page, here = self.look(), str(self.person.answer.request.url.path)
        back = BACK.search(self.person.answer.text)
        assert back, one.page
        await self.go(back[1])
        held = self.page.form.held
        assert {name: held.get(name) for name in before} == before, f"back from {one.page}"
        await self.go(here)
        said = answered(one, page)
        await self.send(said, "on")
        assert self.person.page == one.leads_to, f"{one.page}: {said}: {self.person.text}"
        return said


def answered(one: Step, page: Seen) -> dict[str, str]:
    """The answers of a step as its page sends them, and whatever else must be answered there."""
    said = {
        name: told for name, told in reading.written(one.said).items() if told and name not in {reading.PAST, SERVED}
    }
    for must in BY_ID[one.page].musts:
        if must.kind in {Kind.ONE, Kind.LANGUAGE} and not said.get(must.name):
            said[must.name] = page.form.offered[must.name][0]
    if (reached := said.get("contact", "code")) != "code":
        said["contact_to"] = TO.get(reached, NUMBER)
    if served := one.said.get(SERVED):
        said["place"] = PLACES[served]
    if one.said.get(reading.PAST):
        day = now().date() - timedelta(days=40)
        said |= {"court_day.day": str(day.day), "court_day.month": str(day.month), "court_day.year": str(day.year)}
    return said


async def through(walker: Walker, to: Stand) -> None:
    """From the first page to an end, and what is to be done there."""
    await walker.go("/en/help")
    walker.look()
    await walker.send({})
    said = dict[str, str]()
    for one in to.steps:
        said = await walker.step(one, said)
    page = walker.look()
    if to.name == CHECK:
        await walker.send({})
        assert walker.person.page == "receipt", walker.person.text
        assert len(code_in(walker.look() and walker.person.text)) == 22
        return
    assert not page.forms  # nobody goes on from here
    assert "/en/find" in page.links  # but to somebody else
    back = BACK.search(walker.person.answer.text)
    assert back
    await walker.go(back[1])  # and who slipped can say so
    assert walker.page.form.offered


async def test_every_page_is_come_to_and_every_way_leads_to_a_code_or_to_somebody_else(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(form_tokens, "YOUNGEST", timedelta(0))  # a person takes longer to read than this one
    been, sent = set[str](), 0
    texan = replace(house, branding=branding_reading.parsed(TEXAS))
    for to in ways():
        async with somebody(texan) as person:
            walker = Walker(person=person)
            await through(walker, to)
            been |= walker.been
            sent += to.name == CHECK
    assert set(BY_ID) <= been
    assert await count(house) == sent > 0


@pytest.mark.parametrize("page", HURRIED)
async def test_who_sends_now_with_what_there_is_comes_to_the_end_from_every_page_that_offers_it(
    house: House, page: str
) -> None:
    async with somebody(house) as person:
        walker = Walker(person=person)
        await stand_on(house, person, soonest(page))
        await walker.go(f"/en/help/{page}")
        assert person.page == page
        await walker.send(PLAIN.get(page, {}), "hurry")
        await person.through()
        assert not {"kind", "country", "read", "name", "more"} & set(person.been)
        await person.say("check")
        assert person.page == "receipt"


@pytest.mark.parametrize("lang", ["en", "ar"])
async def test_no_link_on_any_page_of_the_form_leads_nowhere(house: House, lang: str) -> None:
    links = set[str]()
    async with somebody(house, lang) as person:
        walker = Walker(person=person)
        for page in (*BY_ID, CHECK):
            await stand_on(house, person, soonest(page))
            await walker.go(f"/{lang}/help/{page}")
            assert person.page == page
            walker.look()
        for path in ("/help", f"/{lang}/help", f"/{lang}/help/all", f"/{lang}/help/code", f"/{lang}/ended", "/ended"):
            await walker.go(path)
            walker.look()
        links |= {link for link in walker.links if link.startswith("/")}
        assert {urlsplit(link).scheme for link in walker.links - links} <= {"", "https", "tel", "sms"}
        assert all(link[0] == "#" for link in walker.links - links if not urlsplit(link).scheme)
        for link in sorted(links - {f"/{lang}/exit"}):
            answer = await person.browser.get(link)
            assert answer.status_code in {200, 303}, (link, answer.status_code)
        left = await person.browser.get(f"/{lang}/exit")
        assert (left.status_code, left.headers["location"][:8]) == (303, "https://")


async def stand_on(house: House, person: Person, there: Stand) -> None:
    """A draft of somebody who has come so far, in their browser."""
    draft = await draft_of(house, there)
    person.browser.cookies.clear()
    person.browser.cookies.set(browser.name(house), draft.token)
