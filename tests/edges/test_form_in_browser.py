"""In a real Chromium, the way from the first question to the code, the answer and nothing left: by keyboard alone and
without scripts, question after question, and all on one page.
"""

import pytest
from barriers import ENLARGED, MOBILE
from browser import Browser, Tab, served
from hands import ON, choose, enter, page_of, reach, through, write
from public_pages import LANGUAGES
from seeker import PLAIN

from referral.edges.house import House
from referral.intake.asking.questions import PAGES

ME = {name: said for name, said in PLAIN.items() if name not in {"helper", "safe", "adult", "lawyer_why"}}
HELLO = "A synthetic question."
SCREENS = [MOBILE, ENLARGED]
Screen = tuple[int, int]


async def from_the_code_to_nothing_left(tab: Tab, lang: str) -> str:
    """Type the code back, see how it stands, write, and have all of it erased; the code."""
    assert not await tab.spills()
    code = "".join((await tab.page.inner_text(".code")).split())
    await write(tab, "#last", code[-4:])
    await enter(tab)
    assert page_of(tab) == "done"
    await enter(tab, f"main a[href='/{lang}/status']")
    await write(tab, "#code", code)
    await enter(tab)
    assert not await tab.spills()
    await write(tab, "#text", HELLO)
    await enter(tab, "form:has(#text) button")
    assert HELLO in await tab.text()
    await reach(tab, "details:has(input[value=erase]) > summary")
    await tab.key("Enter")
    await enter(tab, "form:has(input[value=erase]) button")
    assert HELLO not in await tab.text()
    assert not await tab.spills()
    return code


def told_nobody(tab: Tab, here: House, code: str) -> None:
    """Everything that was asked for was asked of our own pages, and no address held the code."""
    assert tab.requested
    assert [url for url in tab.requested if not url.startswith(f"{here.settings.public_url}/")] == []
    assert code not in "".join(tab.requested)
    assert tab.troubles == []


async def left(house: House) -> int:
    return await house.database.pool.fetchval("SELECT count(*) FROM help_request WHERE data_key IS NOT NULL")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("screen", SCREENS)
async def test_question_after_question_to_nothing_left_by_keyboard_alone_without_scripts(
    house: House, browser: Browser, screen: Screen, lang: str
) -> None:
    async with served(house) as here:
        tab = await browser.tab(width=screen[0], height=screen[1], scripts=False)
        await tab.open(f"{here.settings.public_url}/{lang}/help")
        await enter(tab, ON)
        been = await through(tab, ME, "check")
        assert {"who", "danger", "consent"} <= set(been)
        assert not await tab.spills()
        await enter(tab, ON)
        assert page_of(tab) == "receipt"
        told_nobody(tab, here, await from_the_code_to_nothing_left(tab, lang))
        assert len(await tab.page.context.cookies()) == 1
    assert await left(house) == 0


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("screen", SCREENS)
async def test_all_on_one_page_to_nothing_left_by_keyboard_alone_without_scripts(
    house: House, browser: Browser, screen: Screen, lang: str
) -> None:
    async with served(house) as here:
        tab = await browser.tab(width=screen[0], height=screen[1], scripts=False)
        await tab.open(f"{here.settings.public_url}/{lang}/help")
        await enter(tab, f"main a[href='/{lang}/help/all']")
        for page in PAGES:  # in the order in which they stand there
            for name, said in ME.get(page.id, {}).items():
                await choose(tab, name, said)
        assert not await tab.spills()
        await enter(tab, "main form button")
        told_nobody(tab, here, await from_the_code_to_nothing_left(tab, lang))
    assert await left(house) == 0
