"""Somebody with a browser in front of a house, and the album of what they see."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from album import Album
from barriers import MOBILE
from browser import Browser, Tab, served

from referral.edges.house import House
from referral.edges.web.help.held import AT
from referral.intake.asking.questions import BY_ID

LANGUAGES = ("en", "ar")
FORM = "main form[action*='/help/']"
Said = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Somebody with a browser in front of a house, and the album of what they see."""

    here: House
    album: Album
    tab: Tab

    @property
    def lang(self) -> str:
        return self.album.lang

    @property
    def page(self) -> str:
        return self.tab.page.url.partition("?")[0].removesuffix(AT).rsplit("/", 1)[-1]

    async def open(self, path: str, name: str | None = None) -> None:
        await self.tab.open(self.here.settings.public_url + path)
        if name:
            await self.album.keep(self.tab, name)

    async def say(self, **said: str) -> None:
        """Write, choose or tick, as the field wants it."""
        for field, value in said.items():
            one = self.tab.page.locator(f"main [name='{field}']").first
            await one.evaluate("one => one.closest('details')?.setAttribute('open', '')")
            match await one.evaluate("one => one.type"):
                case "radio" | "checkbox":
                    await self.tab.page.check(f"main [name='{field}'][value='{value}']")
                case "select-one":
                    await one.select_option(value)
                case _:
                    await one.fill(value)

    async def press(self, selector: str, name: str | None = None) -> None:
        await self.tab.press(selector)
        if name:
            await self.album.keep(self.tab, name)

    async def begin(self, name: str = "help-start") -> None:
        await self.tab.page.context.clear_cookies()
        await self.open(f"/{self.lang}/help", name)
        await self.press("main form button")

    async def walk(self, said: Said, until: str = "check") -> None:
        """Through the questions, with a picture of each."""
        while True:
            await self.album.keep(self.tab, f"help-{self.page.replace('_', '-')}")
            if self.page == until or BY_ID[self.page].stops:
                return
            await self.say(**said.get(self.page, {}))
            await self.press(f"{FORM} button[value=on]")


@asynccontextmanager
async def visiting(
    house: House, browser: Browser, lang: str, *, screen: tuple[int, int] = MOBILE, **settings: object
) -> AsyncGenerator[Visit]:
    async with served(house, host="127.0.0.1", **settings) as here:
        reader = await browser.tab(width=MOBILE[0], height=MOBILE[1])
        tab = await browser.tab(width=screen[0], height=screen[1])
        yield Visit(here=here, album=Album(lang=lang, reader=reader), tab=tab)
