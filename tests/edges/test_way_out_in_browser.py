"""In a real Chromium on a phone, "Leave this page now" is in reach however far somebody has read, and hides nothing."""

import pytest
from barriers import MOBILE, stops
from browser import Browser, Tab, served
from referrals_given import submitted

from referral.edges.house import House

TOP = "document.querySelector('.leave').getBoundingClientRect().top"
# What the keyboard stands on, where the bar lies over any of it; the link to the content lies over the bar.
COVERED = """() => {
    const at = document.activeElement, bar = document.querySelector(".leave");
    const covers = at.getBoundingClientRect().top < bar.getBoundingClientRect().bottom - 1;
    return covers && !bar.contains(at) && !at.matches(".skip") ? at.outerHTML.slice(0, 120) : null }"""


async def to_the_end(tab: Tab) -> None:
    await tab.run("scrollTo({ top: document.documentElement.scrollHeight, behavior: 'instant' })")


@pytest.mark.parametrize("lang", ["en", "ar"])
async def test_the_way_out_stays_on_top_of_a_long_page(house: House, browser: Browser, lang: str) -> None:
    kept = await submitted(house)
    async with served(house) as here:
        tab = await browser.tab(width=MOBILE[0], height=MOBILE[1])
        await tab.open(f"{here.settings.public_url}/{lang}/help/all")
        await to_the_end(tab)
        assert await tab.run("scrollY") > MOBILE[1]
        assert await tab.run(TOP) == 0
        await tab.open(f"{here.settings.public_url}/{lang}/status")
        await tab.page.fill("#code", kept.receipt)
        await tab.press("main form button")
        await to_the_end(tab)
        assert await tab.run("scrollY") > 0
        assert await tab.run(TOP) == 0


async def test_going_back_up_by_keyboard_nothing_one_stands_on_is_under_it(house: House, browser: Browser) -> None:
    async with served(house) as here:
        tab = await browser.tab(width=MOBILE[0], height=MOBILE[1])
        await tab.open(f"{here.settings.public_url}/en/help/all")
        count = len(await stops(tab))
        assert count > 30
        covered = list[str]()
        for _ in range(count - 1):
            await tab.key("Shift+Tab")
            covered += [found] if (found := await tab.run(COVERED)) else []
    assert covered == []
