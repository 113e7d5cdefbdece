"""In a real Chromium, what the one script of the form adds: a warning before the end, a way out, one sending only."""

import asyncio
import gzip
import re
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import playwright.async_api as driver
import pytest
from barriers import barriers
from browser import Browser, Tab, remembering, served
from referrals_given import submitted

from referral.edges.house import House
from referral.edges.web import assets
from referral.edges.web.help.staying import WARNED_MINUTES
from referral.foundation.branding import Branding
from referral.intake import drafts

TYPED = "Zyxsynthetictown"
MOST_BYTES = 2 * 1024
SHOWN = (
    "() => [document.title, document.body.innerText,"
    " ...[...document.querySelectorAll('input, textarea')].map(one => one.value)].join()"
)


def with_weather(house: House, weather: str) -> House:
    """A house whose way out leads to this page, as nothing outside this machine answers."""
    brand: Branding = replace(house.branding, weather={"*": weather})
    return replace(house, branding=brand)


async def asked(house: House, tab: Tab) -> None:
    """Open the first question that asks something, by the clock of the page."""
    await tab.page.clock.install()
    await tab.open(f"{house.settings.public_url}/en/help")
    await tab.press("main form button")
    await tab.press("main form button")
    assert tab.page.url.endswith("/who")


async def wait_minutes(tab: Tab, minutes: float) -> None:
    await tab.page.clock.fast_forward(int(minutes * 60_000))
    await tab.page.clock.run_for(2_000)


async def touched(house: House) -> object:
    return await house.database.pool.fetchval("SELECT touched_at FROM help_draft")


def test_the_script_is_small_on_the_way_and_counts_as_the_server_does() -> None:
    written = (assets.FOLDER / "guard.js").read_text(encoding="utf-8")
    assert len(gzip.compress(written.encode())) <= MOST_BYTES
    assert f"ENDS = {drafts.IDLE // timedelta(minutes=1)} * 60;" in written
    assert f"WARNED = {WARNED_MINUTES} * 60;" in written


async def test_what_is_nowhere_but_on_the_page_is_not_taken_away_without_a_warning(
    house: House, browser: Browser
) -> None:
    async with served(house) as here:
        tab = await browser.tab()
        await tab.page.clock.install()
        await tab.open(f"{here.settings.public_url}/en/help/all")
        await tab.page.fill("input[name=place]", TYPED)
        await tab.page.route("**/help/stay", lambda route: route.abort())  # no signal
        await wait_minutes(tab, 40)
        assert TYPED in str(await tab.page.evaluate(SHOWN))


async def test_after_25_minutes_it_asks_and_who_stays_has_as_long_again_without_limit(
    house: House, browser: Browser
) -> None:
    async with served(house) as here:
        tab = await browser.tab(width=360)
        await asked(here, tab)
        for _ in range(3):
            await wait_minutes(tab, 24)
            assert not await tab.page.is_visible("#idle")
            await wait_minutes(tab, 1.5)
            await tab.page.wait_for_selector("#idle")
            await tab.page.clock.run_for(2_000)
            assert re.fullmatch("4:[0-5][0-9]", await tab.page.inner_text("#idle [aria-hidden=true]"))
            assert (await tab.page.inner_text("#idle [role=status]")).startswith("Minutes left: 5")
            assert await barriers(tab) == []
            assert not await tab.spills()
            before = await touched(house)
            async with tab.page.expect_response(re.compile("/help/stay$")) as answer:
                await tab.key("Enter")  # the button has the keyboard
            assert (await answer.value).status == 204
            assert await touched(house) != before
            await tab.until("!document.getElementById('idle').open")
            await tab.page.clock.run_for(2_000)
        assert tab.page.url.endswith("/who")
    assert tab.troubles == []


async def test_who_is_away_for_half_an_hour_finds_that_the_page_has_ended(house: House, browser: Browser) -> None:
    async with served(house) as here:
        tab = await browser.tab()
        await asked(here, tab)
        async with tab.page.expect_navigation():
            await wait_minutes(tab, 31)
        assert tab.page.url.endswith("/en/ended")
        assert "This page has ended" in await tab.text()


async def test_who_stays_after_the_draft_is_gone_is_told_so(house: House, browser: Browser) -> None:
    async with served(house) as here:
        tab = await browser.tab()
        await asked(here, tab)
        await wait_minutes(tab, 26)
        await house.database.pool.execute("DELETE FROM help_draft")
        async with tab.page.expect_navigation():
            await tab.page.click("#idle button")
        assert "This page has ended" in await tab.text()


@pytest.mark.parametrize(("keys", "leaves"), [
    (("Shift", "Shift", "Shift"), True),
    (("Shift", "a", "Shift", "Shift"), False),
    (("Escape", "Escape", "Escape"), False),
])  # fmt: skip
async def test_shift_three_times_leaves_and_nothing_else_does(
    house: House, browser: Browser, keys: tuple[str, ...], leaves: bool
) -> None:
    async with served(house) as first, served(with_weather(first, f"{first.settings.public_url}/en/find")) as here:
        tab = await browser.tab()
        await tab.open(f"{here.settings.public_url}/en/help")
        await tab.press("main form button")
        assert "press Shift three times" in await tab.text()
        before = tab.page.url
        for key in keys:
            await tab.key(key)
        if leaves:
            await tab.page.wait_for_url("**/en/find")
        assert (tab.page.url != before) is leaves
        assert await house.database.pool.fetchval("SELECT count(*) FROM help_draft") == (0 if leaves else 1)


async def test_without_the_script_no_key_is_promised(house: House, browser: Browser) -> None:
    async with served(house) as here:
        tab = await browser.tab(scripts=False)
        await tab.open(f"{here.settings.public_url}/en/help")
        await tab.press("main form button")
        assert "Leave this page now" in await tab.text()
        assert "Shift" not in await tab.text()
        assert not await tab.page.is_visible("#idle")


async def test_leaving_blanks_the_page_before_anything_answers_and_takes_its_place_in_the_history(
    house: House, browser: Browser
) -> None:
    async with served(house) as first, served(with_weather(first, f"{first.settings.public_url}/en/find")) as here:
        tab = await browser.tab()
        await tab.open(f"{here.settings.public_url}/en/help/all")
        await tab.page.fill("input[name=place]", TYPED)
        length = await tab.run("history.length")
        shown = await tab.run(f"() => {{ document.querySelector('.leave a').click(); return ({SHOWN})() }}")
        assert str(shown).strip(",") == "\u2026"
        await tab.page.wait_for_url("**/en/find")
        assert await tab.run("history.length") == length


async def test_a_button_that_was_pressed_rests_five_seconds_and_what_it_says_is_sent(
    house: House, browser: Browser
) -> None:
    async with served(house) as here:
        tab = await browser.tab()
        await asked(here, tab)
        sent = list[str | None]()

        async def take(route: driver.Route) -> None:
            sent.append(route.request.post_data)
            await route.fulfill(status=204)  # the page stays, as it does while an answer is slow

        await tab.page.route("**/en/help/who", take)
        press = "() => { const one = document.querySelector('button[value=on]'); one.click(); return one.disabled }"
        assert await tab.run(press) is False
        await tab.page.clock.run_for(100)
        assert await tab.run(press) is True
        await tab.page.clock.run_for(5_000)
        assert await tab.run(press) is False
        async with asyncio.timeout(30):
            while len(sent) < 2:
                await asyncio.sleep(0.05)
        assert ["act=on" in str(one) for one in sent] == [True, True]  # the press in between was none


@pytest.mark.parametrize("is_gone", [False, True])
async def test_a_page_that_the_browser_has_kept_is_shown_again_only_while_it_holds(
    house: House, tmp_path: Path, is_gone: bool
) -> None:
    """Chromium forgets kept pages when the cookie goes; where the draft alone is gone, the script asks."""
    async with served(house) as here, remembering(tmp_path / "profile", scripts=True) as tab:
        await tab.open(f"{here.settings.public_url}/en/help")
        for _ in range(2):
            await tab.press("main form button")
        await tab.run("window.isKept = true")
        await tab.open(f"{here.settings.public_url}/en/find")
        if is_gone:
            await house.database.pool.execute("DELETE FROM help_draft")
        with suppress(driver.Error):  # a page that comes out of the memory is no navigation to the driver
            await tab.page.go_back(wait_until="commit", timeout=3_000)
        if is_gone:
            await tab.page.wait_for_url("**/en/ended")
            assert "This page has ended" in await tab.text()
        else:
            await tab.until("window.isKept && !document.documentElement.hidden")
            assert "Who needs help?" in await tab.text()


async def test_how_a_request_stands_is_guarded_too(house: House, browser: Browser) -> None:
    code = (await submitted(house)).receipt
    async with served(house) as here:
        tab = await browser.tab()
        await tab.page.clock.install()
        await tab.open(f"{here.settings.public_url}/en/status")
        await tab.page.fill("#code", code)
        await tab.press("main form button")
        await wait_minutes(tab, 26)
        await tab.page.click("#idle button")
        await wait_minutes(tab, 24)
        assert not await tab.page.is_visible("#idle")
        await wait_minutes(tab, 2)
        await tab.page.wait_for_selector("#idle")
        async with tab.page.expect_navigation():
            await wait_minutes(tab, 5)
        assert tab.page.url.endswith("/en/ended")
        assert code not in str(await tab.page.evaluate(SHOWN))
    assert tab.troubles == []
