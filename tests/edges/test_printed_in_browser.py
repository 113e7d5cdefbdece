"""In a real Chromium, what comes out of a printer: the code on one sheet, the list on two, and no button in the way."""

import re

import playwright.async_api as driver
import pytest
from browser import Browser, Tab, served
from public_pages import street

from referral.edges.house import House

MARGINS: driver.PdfMargins = {"top": "1cm", "right": "1cm", "bottom": "1cm", "left": "1cm"}
POINT = 96 / 72  # in pixels of a page
ANSWERS = {
    "who": "me", "danger": "no", "held": "no", "age": "adult", "lawyer": "no", "contact": "code", "consent": "yes",
}  # fmt: skip
SHEET = re.compile(rb"/Type\s*/Page\b")


async def sheets(tab: Tab) -> int:
    """How many sheets of Letter paper the page takes."""
    return len(SHEET.findall(await tab.page.pdf(format="Letter", margin=MARGINS)))


async def is_on_paper(tab: Tab, selector: str) -> bool:
    return bool(await tab.run(f"document.querySelector('{selector}').checkVisibility()"))


@pytest.mark.parametrize("lang", ["en", "ar"])
async def test_the_code_is_printed_large_on_one_sheet_without_the_way_out(
    house: House, browser: Browser, lang: str
) -> None:
    async with served(house) as here:
        tab = await browser.tab()
        await tab.open(f"{here.settings.public_url}/{lang}/help/all")
        for name, value in ANSWERS.items():
            await tab.page.check(f"[name={name}][value={value}]")
        await tab.page.select_option("[name=speak]", "es")
        await tab.press("main form button:not([name])")
        code = await tab.page.inner_text("p.code")
        await tab.page.emulate_media(media="print")
        assert float(await tab.run("parseFloat(getComputedStyle(document.querySelector('p.code')).fontSize)")) >= (
            18 * POINT
        )
        assert len(re.sub(r"\D", "", code)) == 22
        assert [await is_on_paper(tab, one) for one in ("p.code", ".qr", ".leave", ".mast", "main form")] == [
            *(True, True),
            *(False, False, False),
        ]
        assert await sheets(tab) == 1


@pytest.mark.parametrize("lang", ["en", "es", "ar"])
async def test_a_list_of_twenty_groups_takes_two_sheets_and_shows_their_numbers(
    house: House, browser: Browser, lang: str
) -> None:
    town = await street(house)
    async with served(house) as here:
        tab = await browser.tab()
        await tab.open(f"{here.settings.public_url}/{lang}/find/{town.place}")
        await tab.page.emulate_media(media="print")
        assert await tab.page.locator(".cards > li").count() == 20
        assert await is_on_paper(tab, ".call")
        assert await is_on_paper(tab, ".on-paper")
        assert not await is_on_paper(tab, ".mast")
        assert await sheets(tab) <= 2
