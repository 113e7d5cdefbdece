"""In a real Chromium: pages fit a phone, ask nobody else for anything, keep their own rules, and their forms work."""

from urllib.parse import urlsplit

import given
import pytest
from browser import Browser, Tab, served
from web_given import NAME, PHONE, offered, token

from referral.edges.house import House

PHONE_WIDTH, DESK_WIDTH = 320, 1280


def hosts(tab: Tab) -> set[str]:
    return {urlsplit(url).netloc for url in tab.requested}


@pytest.mark.parametrize("width", [PHONE_WIDTH, DESK_WIDTH])
async def test_every_page_fits_and_asks_nobody_else(house: House, browser: Browser, width: int):
    letter = await offered(house)
    statement = f"/c/{token(house, 'state-capacity', letter.office.id)}"
    paths = ("/", "/?lang=es", letter.path, statement, f"{statement}?lang=es", "/mailbox")
    async with served(house, show_mailbox=True) as here:
        tab = await browser.tab(width=width)
        for path in (*paths, "/staff/login"):
            await tab.open(here.settings.public_url + path)
            assert not await tab.spills(), f"{path} is wider than {width} pixels"
            await tab.run("document.documentElement.dir = 'rtl'")
            assert not await tab.spills(), f"{path} is wider than {width} pixels from right to left"
    assert tab.troubles == []
    assert hosts(tab) == {urlsplit(here.settings.public_url).netloc}


@pytest.mark.parametrize("width", [PHONE_WIDTH, 360, DESK_WIDTH])
async def test_whoever_looks_for_help_can_press_to_call_with_a_thumb(house: House, browser: Browser, width: int):
    office = await given.office(house.database, accepts_minors="only")
    pool = house.database.pool
    number = "INSERT INTO phone (id, provider_id, number) VALUES (gen_random_uuid(), $1, '(956) 555-0100')"
    await pool.execute(number, office.id)
    await pool.execute("UPDATE service SET url = 'https://office.example', description = repeat('long', 80)")
    place = await pool.fetchval("SELECT id FROM place WHERE kind = 'town' AND name = 'Brownsville' AND state = 'TX'")
    links = "[...document.querySelectorAll('.call, .choices a, .ways a')]"
    async with served(house, show_mailbox=True) as here:
        tab = await browser.tab(width=width)
        for path in (f"/en/find/{place}/child", f"/es/find/{place}/child"):
            await tab.open(here.settings.public_url + path)
            assert await tab.run("document.querySelector('.call').href") == "tel:+19565550100"
            assert await tab.run(f"Math.min(...{links}.map(link => link.getBoundingClientRect().height))") >= 44
            await tab.run("document.querySelectorAll('details').forEach(one => one.open = true)")
            assert not await tab.spills()
            await tab.run("document.documentElement.dir = 'rtl'")
            assert not await tab.spills()
    assert tab.troubles == []


async def test_graphiql_answers_its_first_query_under_its_own_strict_rules(house: House, browser: Browser):
    office = await given.office(house.database)
    async with served(house, show_mailbox=True) as here:
        tab = await browser.tab()
        await tab.open(f"{here.settings.public_url}/graphiql")
        await tab.until("document.querySelector('.graphiql-execute-button') !== null")
        await tab.run("document.querySelector('.graphiql-execute-button').click()")
        await tab.until("document.querySelector('.result-window')?.innerText.includes('totalCount')")
        answer = await tab.run("document.querySelector('.result-window').innerText")
    assert office.name in answer
    assert tab.troubles == []
    assert hosts(tab) == {urlsplit(here.settings.public_url).netloc}


async def test_a_provider_says_yes_and_sees_whom_to_call(house: House, browser: Browser):
    letter = await offered(house)
    async with served(house, show_mailbox=True) as here:
        tab = await browser.tab(width=PHONE_WIDTH)
        await tab.open(here.settings.public_url + letter.path)
        assert NAME not in await tab.text()
        await tab.press("button[value=accept]")
        assert PHONE in await tab.text()
        assert not await tab.spills()
    assert tab.troubles == []


async def test_a_no_without_a_reason_puts_the_reader_at_the_problem(house: House, browser: Browser):
    letter = await offered(house)
    async with served(house, show_mailbox=True) as here:
        tab = await browser.tab()
        await tab.open(here.settings.public_url + letter.path)
        await tab.press("button[value=decline]")
        assert "There is a problem" in await tab.run("document.activeElement.innerText")
        assert await tab.run("document.querySelector('#reason').checkVisibility()")


async def test_a_provider_says_how_many_it_can_take(house: House, browser: Browser):
    office = await given.office(house.database, openness=None)
    async with served(house, show_mailbox=True) as here:
        tab = await browser.tab()
        await tab.open(f"{here.settings.public_url}/c/{token(house, 'state-capacity', office.id)}")
        await tab.run("document.querySelector('#available').value = '3'")
        await tab.press("button[value=open]")
        assert "3 free" in await tab.text()
    assert tab.troubles == []


async def test_a_provider_pauses_until_a_day_and_wants_no_letters_on_a_phone(house: House, browser: Browser):
    office = await given.office(house.database, openness=None)
    async with served(house, show_mailbox=True) as here:
        tab = await browser.tab(width=PHONE_WIDTH)
        await tab.open(f"{here.settings.public_url}/c/{token(house, 'state-capacity', office.id)}?lang=es")
        await tab.press("button[value=paused]")
        assert "Hay un problema." in await tab.run("document.activeElement.innerText")
        await tab.run("document.querySelector('#until').value = '1'")
        await tab.run("document.querySelector('#year').selectedIndex = 1")
        assert not await tab.spills()
        await tab.press("button[value=paused]")
        assert "No recibe a nadie hasta una fecha." in await tab.text()
        await tab.press("button[value=never]")
        assert "Nos pidieron no escribir más" in await tab.text()
    assert [trouble for trouble in tab.troubles if "422" not in trouble] == []


async def test_the_keyboard_reaches_the_content_first(house: House, browser: Browser):
    async with served(house, show_mailbox=True) as here:
        tab = await browser.tab()
        await tab.open(here.settings.public_url)
        await tab.key("Tab")
        assert await tab.run("document.activeElement.innerText") == "Skip to the content"
        assert await tab.run("document.activeElement.getBoundingClientRect().top >= 0")
