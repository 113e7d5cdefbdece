"""In a real Chromium, the pages that a person in need meets: read, enlarged, spaced, by keyboard, without scripts, and
weighed on the wire.
"""

import sys
from urllib.parse import urlsplit

import pytest
from barriers import ENLARGED, MOBILE, barriers, clipped_when_spaced, stops
from browser import Browser, Tab, served
from public_pages import LANGUAGES, LATER, Street, street

from referral.edges.house import House

HELLO = "A synthetic question."


async def look_at_request(tab: Tab, here: House, lang: str, code: str) -> None:
    """Open how a request stands, as its person does."""
    await tab.open(f"{here.settings.public_url}/{lang}/status")
    await tab.page.fill("#code", code)
    await tab.press("main form button")


async def each_page(tab: Tab, here: House, lang: str, town: Street) -> list[str]:
    """Open every page one after the other; what is wrong with each, by its name."""
    wrong = list[str]()
    for page in town.pages(lang):
        await tab.open(here.settings.public_url + page.path)
        wrong += [f"{page.name}: {one}" for one in await troubles_of(tab, lang)]
    await look_at_request(tab, here, lang, town.code)
    wrong += [f"status: {one}" for one in await troubles_of(tab, lang)]
    return wrong


async def troubles_of(tab: Tab, lang: str) -> list[str]:
    said = await tab.run("document.documentElement.lang")
    return [
        *([] if said == lang else [f"says that it is {said}"]),
        *(["is wider than the screen"] if await tab.spills() else []),
        *await barriers(tab),
        *(f"cut off: {one}" for one in await clipped_when_spaced(tab)),
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("screen", [MOBILE, ENLARGED])
async def test_nobody_is_kept_out_of_any_page(
    house: House, browser: Browser, screen: tuple[int, int], lang: str
) -> None:
    town = await street(house)
    async with served(house) as here:
        tab = await browser.tab(width=screen[0], height=screen[1])
        assert await each_page(tab, here, lang, town) == []
    assert [one for one in tab.troubles if "404" not in one] == []


async def test_what_would_keep_people_out_is_found(house: House, browser: Browser) -> None:
    """A page with one mistake of each kind: without this, an eye that sees nothing would praise every page."""
    async with served(house) as here:
        tab = await browser.tab(width=MOBILE[0])
        await tab.open(f"{here.settings.public_url}/en/find")
        await tab.run("document.querySelector('label').remove()")
        await tab.run("document.querySelector('.lead').style.color = '#ccc'")
        await tab.run("Object.assign(document.querySelector('h1').style, { overflow: 'hidden', blockSize: '1em' })")
        await tab.run("document.querySelector('button').tabIndex = 1")
        found = {one.partition(":")[0] for one in await barriers(tab)}
        assert {"label", "color-contrast", "tabindex"} <= found
        assert [one[:3] for one in await clipped_when_spaced(tab)] == ["<h1"]
        await tab.run("document.querySelector('.skip').style.outline = 'none'")
        assert not next(one.is_seen for one in await stops(tab))


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_the_keyboard_gets_everywhere_in_the_order_that_is_read_and_is_seen_there(
    house: House, browser: Browser, lang: str
) -> None:
    town = await street(house)
    async with served(house) as here:
        tab = await browser.tab(width=MOBILE[0], height=MOBILE[1])
        for page in town.pages(lang):
            await tab.open(here.settings.public_url + page.path)
            found = await stops(tab)
            assert [one.number for one in found] == list(range(len(found))), (page.name, found)
            assert [one.html for one in found if not one.is_seen] == [], page.name
            assert 'class="skip"' in found[0].html, page.name


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_a_page_weighs_little_and_asks_nobody_else(house: House, browser: Browser, lang: str) -> None:
    town = await street(house)
    asked, too_heavy, said = set[str](), list[str](), list[str]()

    def judge(name: str, weight: int, most: int) -> None:
        said.append(f"{lang} {name}: {weight} of at most {most} bytes on the wire")
        too_heavy.extend([name] if weight > most else [])

    async with served(house) as here:
        for page in town.pages(lang):
            tab = await browser.tab(width=MOBILE[0], height=MOBILE[1])
            await tab.open(here.settings.public_url + page.path)
            judge(page.name, await tab.weight(), page.most_bytes)
            asked |= {urlsplit(url).netloc for url in tab.requested}
            assert len(await tab.page.context.cookies()) <= 1
        tab = await browser.tab(width=MOBILE[0])
        await tab.open(f"{here.settings.public_url}/{lang}/help")  # the one script came with the form, and was kept
        await tab.open(f"{here.settings.public_url}/{lang}/status")
        await tab.page.fill("#code", town.code)
        await tab.weight()
        tab.loaded_bytes = 0
        await tab.press("main form button")
        judge("status", await tab.weight(), LATER)
    sys.stdout.write("\n" + "\n".join(said) + "\n")
    assert too_heavy == []
    assert asked == {urlsplit(here.settings.public_url).netloc}


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_without_scripts_a_place_is_found_a_mistake_reported_and_a_message_sent(
    house: House, browser: Browser, lang: str
) -> None:
    town = await street(house)
    async with served(house) as here:
        tab = await browser.tab(width=MOBILE[0], height=MOBILE[1], scripts=False)
        await tab.open(f"{here.settings.public_url}/{lang}/find")
        await tab.page.fill("#where", "Brownsville TX")
        await tab.press("main form button")
        assert "Synthetic Legal Aid 0" in await tab.text()
        assert "?" not in tab.page.url
        await tab.press(".ways a[href$=wrong]")
        await tab.page.check("input[name=reason] >> nth=0")
        await tab.press("main form button")
        assert tab.page.url.endswith("sent=1")
        await look_at_request(tab, here, lang, town.code)
        await tab.page.fill("#text", HELLO)
        async with tab.page.expect_navigation():
            await tab.page.locator("form:has(#text) button").click()
        assert HELLO in await tab.text()
    assert tab.troubles == []
    assert town.code not in "".join(tab.requested)
