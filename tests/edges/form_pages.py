"""The pages of somebody who asks for help, opened one after another in a real browser: each stands open while its name
is given. Pages of questions come by themselves, since questions are data.
"""

from collections.abc import AsyncGenerator, Iterable, Mapping
from dataclasses import dataclass

from browser import Tab
from seeker import PLAIN, draft_of
from walked import CHECK, Stand, soonest

from referral.edges.house import House
from referral.edges.web.help import browser
from referral.intake.asking.fields import Page
from referral.intake.asking.questions import PAGES

Names = AsyncGenerator[str]
ON = "main form button[value=on], main form button:not([value])"
A_PAPER = "A123 456 789"  # a number as papers have them: refused, even where it slipped in
MUSTS = {name: said for page in PAGES for name, said in PLAIN.get(page.id, {}).items()}
DAY = {"day": "99", "month": "2", "year": "2027"}
PLACES = {"place_unknown": "Zzyzxqq", "place_of_several": "Springfield"}
EVERYTHING_OPEN = "document.querySelectorAll('details').forEach(one => one.open = true)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A tab of somebody at this house, in this language."""

    tab: Tab
    here: House
    lang: str

    async def open(self, path: str) -> None:
        await self.tab.open(f"{self.here.settings.public_url}/{self.lang}{path}")

    async def press(self, selector: str = ON) -> None:
        await self.tab.press(selector)

    async def write(self, **said: str) -> None:
        for name, words in said.items():
            await self.tab.page.fill(f"[name='{name}']", words)

    async def choose(self, said: Mapping[str, str]) -> None:
        for name, value in said.items():
            if await self.tab.page.locator(f"select[name='{name}']").count():
                await self.tab.page.select_option(f"select[name='{name}']", value)
            else:
                await self.tab.page.check(f"[name='{name}'][value='{value}']")

    async def stand_on(self, there: Stand, **more: str) -> None:
        """Be somebody who has come so far, at the page that is asked next."""
        draft = await draft_of(self.here, there, **more)
        name, url = browser.name(self.here), self.here.settings.public_url
        await self.tab.page.context.clear_cookies()
        await self.tab.page.context.add_cookies([{"name": name, "value": draft.token, "url": url, "httpOnly": True}])
        await self.open(f"/help/{there.name}")

    async def act(self, name: str) -> None:
        """Press the button that does this to a request that was sent."""
        await self.press(f"form:has(input[name=act][value={name}]) button")


async def of_questions(visit: Visit, pages: Iterable[Page]) -> Names:
    """These questions, and what is told between them."""
    for page in pages:
        await visit.stand_on(soonest(page.id))
        yield page.id


async def of_slips(visit: Visit) -> Names:
    """What questions look like where something is wrong with the answer."""
    for name in ("who", "helper", "contact", "speak"):
        await visit.stand_on(soonest(name))
        await visit.press()
        yield f"{name}_unanswered"
    for name, words in PLACES.items():
        await visit.stand_on(soonest("place"))
        await visit.write(place=words)
        await visit.press()
        yield name
    await visit.stand_on(soonest("court_date"))
    await visit.write(**{"court_day.day": DAY["day"], "court_day.year": DAY["year"]})
    await visit.press()
    yield "court_date_wrong"


async def of_sending(visit: Visit) -> Names:
    """Before the questions and after them: starting, stopping, checking, the code, and what stands where pages were."""
    await visit.open("/help")
    yield "start"
    await visit.open("/help/code")
    yield "code"
    await visit.press()
    yield "code_wrong"
    await visit.stand_on(soonest(CHECK), more=A_PAPER)
    yield CHECK
    await visit.press()
    yield "check_to_mend"
    await visit.stand_on(soonest("more"))
    await visit.press("main form button[value=later]")
    yield "later"
    await visit.press()
    yield "later_code"
    await visit.stand_on(soonest(CHECK))
    await visit.press()
    yield "receipt"
    await visit.write(last="0")
    await visit.press()
    yield "receipt_wrong"
    await visit.open("/help/done")
    yield "done"
    await visit.open("/help/who")
    yield "sent"
    await visit.stand_on(soonest("who"))
    await visit.tab.page.context.clear_cookies()
    await visit.press()
    yield "wiped"
    await visit.tab.page.context.clear_cookies()
    await visit.open("/help/who")
    yield "gone"
    await visit.open("/ended")
    yield "ended"
    await visit.open("/nothing")
    yield "not_found"
    await visit.tab.open(f"{visit.here.settings.public_url}/help")
    yield "languages"


async def of_one_page(visit: Visit) -> Names:
    """The same questions on one page: empty, with slips, sent, and sent again."""
    await visit.open("/help/all")
    yield "all"
    await visit.press()
    yield "all_unanswered"
    await visit.choose({**MUSTS, "who": "someone", "knows": "no"})
    await visit.press()
    yield "all_ask_them"
    await visit.open("/help/all")
    await visit.choose({name: said for name, said in MUSTS.items() if name not in {"knows", "relation"}})
    await visit.press()
    yield "all_receipt"


async def of_standing(visit: Visit, code: str) -> Names:
    """How a request stands, and all that can be done with it, up to erasing it."""
    await visit.open("/status")
    await visit.press("main form button")
    yield "status_unknown"
    await visit.write(code=code)
    await visit.press("main form button")
    await visit.tab.run(EVERYTHING_OPEN)
    yield "status"
    await visit.act("write")
    yield "status_nothing_written"
    for name, field in (("hearing", "court_day-day"), ("contact", "contact-1"), ("consent", "consent-1")):
        await visit.act(name)
        assert await visit.tab.page.locator(f"#{field}").is_visible()
        yield f"status_{name}_wrong"
    await visit.choose({"consent": "no"})
    await visit.act("consent")
    yield "status_changed"
    await visit.act("renew")
    yield "status_renewed"
    await visit.act("withdraw")
    await visit.tab.run(EVERYTHING_OPEN)
    yield "status_closed"
    await visit.act("erase")
    yield "status_erased"
