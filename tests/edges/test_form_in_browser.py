"""In a real Chromium, the way from the first question to the code and to nothing left, by keyboard alone and without
scripts; and what a browser that keeps pages still shows after somebody has left in haste.
"""

from contextlib import suppress
from pathlib import Path

import playwright.async_api as driver
import pytest
from barriers import ENLARGED, MOBILE, barriers
from browser import Browser, Tab, remembering, served

from referral.edges.house import House

ANSWERS = {
    "who": "me", "danger": "no", "held": "no", "age": "adult", "lawyer": "no", "speak": "es", "contact": "code",
    "consent": "yes",
}  # fmt: skip
TYPED = "Zyxsynthetictown"
FARTHEST = 90  # stops of the Tab key
HERE = "selector => document.activeElement !== null && document.activeElement.matches(selector)"
SHOWN = (
    "() => [document.body.innerText, ...[...document.querySelectorAll('input, textarea')].map(one => one.value)].join()"
)


async def reach(tab: Tab, selector: str) -> None:
    """Press Tab until the keyboard stands on it."""
    for _ in range(FARTHEST):
        await tab.key("Tab")
        if await tab.page.evaluate(HERE, selector):
            return
    raise AssertionError(f"The keyboard does not reach {selector} on {tab.page.url}.")


async def enter(tab: Tab) -> None:
    async with tab.page.expect_navigation():
        await tab.key("Enter")


async def choose(tab: Tab, name: str, value: str) -> None:
    """One of a group, a box, or a line of a list; by arrows and the space bar."""
    wanted = f"[name='{name}'][value='{value}']"
    await reach(tab, f"[name='{name}']")
    if await tab.page.evaluate(HERE, "select"):
        label = await tab.page.eval_on_selector(f"select[name='{name}'] option[value='{value}']", "one => one.label")
        await tab.page.keyboard.type(str(label))
        return
    for _ in range(FARTHEST):
        if await tab.page.evaluate(HERE, wanted):
            break
        await tab.key("ArrowDown")
    await tab.key("Space")


def page_of(tab: Tab) -> str:
    return tab.page.url.partition("?")[0].rsplit("/", 1)[-1]


async def through(tab: Tab, until: str) -> list[str]:
    """Answer what must be answered, page after page, until one is come to."""
    been = list[str]()
    while (here := page_of(tab)) != until:
        assert here not in been, f"{here} is asked twice: {await tab.text()}"
        been.append(here)
        if here in ANSWERS:
            await choose(tab, here, ANSWERS[here])
        await reach(tab, "main form button[value=on], main form button:not([value])")
        await enter(tab)
    return been


@pytest.mark.parametrize(("lang", "screen"), [("en", MOBILE), ("es", ENLARGED)])
async def test_from_the_first_question_to_nothing_left_by_keyboard_alone_without_scripts(
    house: House, browser: Browser, lang: str, screen: tuple[int, int]
) -> None:
    async with served(house) as here:
        tab = await browser.tab(width=screen[0], height=screen[1], scripts=False)
        await tab.open(f"{here.settings.public_url}/{lang}/help")
        await reach(tab, "main form button")
        await enter(tab)
        been = await through(tab, "check")
        assert {"who", "danger", "consent"} <= set(been)
        await reach(tab, "main form button")
        await enter(tab)
        assert page_of(tab) == "receipt"
        assert not await tab.spills()
        code = (await tab.page.inner_text(".code")).replace(" ", "").replace("\n", "")
        await tab.open(f"{here.settings.public_url}/{lang}/status")
        await reach(tab, "#code")
        await tab.page.keyboard.type(code)
        await enter(tab)
        await reach(tab, "#text")
        await tab.page.keyboard.type("A synthetic question.")
        await reach(tab, "form:has(#text) button")
        await enter(tab)
        assert "A synthetic question." in await tab.text()
        await reach(tab, "details:has(input[value=erase]) > summary")
        await tab.key("Enter")
        await reach(tab, "form:has(input[value=erase]) button")
        await enter(tab)
        assert "A synthetic question." not in await tab.text()
        assert not await tab.spills()
    assert await house.database.pool.fetchval("SELECT count(*) FROM help_request WHERE data_key IS NOT NULL") == 0
    assert code not in "".join(tab.requested)
    assert all(url.startswith(here.settings.public_url) for url in tab.requested)


@pytest.mark.parametrize("lang", ["en", "es"])
async def test_no_page_of_the_form_keeps_anybody_out(house: House, browser: Browser, lang: str) -> None:
    wrong = list[str]()
    async with served(house) as here:
        tab = await browser.tab(width=ENLARGED[0], height=ENLARGED[1])
        await tab.open(f"{here.settings.public_url}/{lang}/help")
        for _ in range(40):
            name = page_of(tab)
            wrong += [f"{name}: {one}" for one in await barriers(tab)]
            wrong += [f"{name}: wider than the screen"] if await tab.spills() else []
            if name == "receipt":
                break
            if name in ANSWERS:
                await choose(tab, name, ANSWERS[name])
            await reach(tab, "main form button")
            await enter(tab)
    assert page_of(tab) == "receipt"
    assert wrong == []
    assert len(await tab.page.context.cookies()) <= 1


async def back(tab: Tab) -> str:
    """Go back once, and read all that the page shows."""
    try:
        await tab.page.go_back(wait_until="commit", timeout=8_000)
    except driver.Error:  # a page that comes out of the cache is no navigation to the driver
        await tab.page.wait_for_timeout(500)
    return str(await tab.page.evaluate(SHOWN))


@pytest.mark.parametrize("scripts", [True, False])
async def test_after_leaving_no_step_back_shows_an_answer_and_the_profile_holds_none(
    house: House, tmp_path: Path, scripts: bool
) -> None:
    async with served(house) as here, remembering(tmp_path / "profile", scripts=scripts) as tab:
        await tab.open(f"{here.settings.public_url}/en/help")
        await reach(tab, "main form button")
        await enter(tab)
        await through(tab, "place")
        await tab.page.fill("input[name=place]", TYPED)
        with suppress(driver.Error):  # the weather is another site, and nothing outside this machine answers
            async with tab.page.expect_navigation():
                await tab.page.click(".leave a")
        shown = [await back(tab) for _ in range(3)]
        assert all(TYPED not in one for one in shown)
        assert await tab.page.context.cookies() == []
    files = [file for file in (tmp_path / "profile").rglob("*") if file.is_file()]
    assert files
    kept = [
        file for file in files if TYPED.encode() in (text := file.read_bytes()) or TYPED.encode("utf-16-le") in text
    ]
    assert kept == []
