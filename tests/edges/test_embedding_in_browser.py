"""In a real Chromium: a site that is named shows the frames, another does not, and nothing is remembered anywhere."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

import given
import pytest
import uvicorn
from browser import Browser, Tab, served
from playwright.async_api import Frame
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from referral.edges.house import House
from referral.edges.web.snippets import Kind, snippet
from referral.foundation.branding import Embedding

HEAD = '<!doctype html><meta name="viewport" content="width=device-width">'
ACCENT = "rgb(20, 86, 79)"
SAID = {Kind.NEAR: "Encuentre ayuda legal gratis", Kind.FORM: "¿Quién necesita ayuda?"}
FRAMES = list(SAID)
COLOUR = "getComputedStyle(document.querySelector('button')).backgroundColor"
FITS_ACROSS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
FITS_DOWN = "document.documentElement.scrollHeight <= document.documentElement.clientHeight"


@asynccontextmanager
async def both(house: House, kind: Kind, *, is_named: bool) -> AsyncGenerator[tuple[str, str]]:
    """Our pages at one name of this machine, and a site of somebody else's, with the frame in it, at another."""
    with socket.create_server(("127.0.0.1", 0)) as theirs:
        site = f"http://localhost:{theirs.getsockname()[1]}"
        brand = replace(house.branding, embedding=Embedding(sites=(site if is_named else "https://www.example.org",)))
        async with served(replace(house, branding=brand)) as here:
            code = snippet(kind, "es", "#14564f", here.settings.public_url)

            async def page(_: Request) -> HTMLResponse:
                return HTMLResponse(f"{HEAD}<title>A synthetic site</title><h1>Us</h1>{code}")

            config = uvicorn.Config(Starlette(routes=[Route("/", page)]), log_level="error", lifespan="off")
            server = uvicorn.Server(config)
            serving = asyncio.create_task(server.serve(sockets=[theirs]))
            try:
                yield here.settings.public_url, site
            finally:
                server.should_exit = True
                await serving


def framed(tab: Tab) -> Frame:
    (frame,) = tab.page.main_frame.child_frames
    return frame


async def remembered(tab: Tab) -> list[str]:
    """What the browser keeps for any site: values of cookies, and what pages store."""
    state = await tab.page.context.storage_state()
    cookies = [cookie.get("value", "") for cookie in state.get("cookies", [])]
    return [*cookies, *(str(kept) for kept in state.get("origins", []))]


async def test_a_site_that_is_named_shows_the_box_and_leads_to_a_full_page(house: House, browser: Browser) -> None:
    office = await given.office(house.database)
    async with both(house, Kind.NEAR, is_named=True) as (here, site):
        tab = await browser.tab(width=320)
        await tab.open(site)
        frame = framed(tab)
        assert frame.url == f"{here}/es/embed/near"
        assert SAID[Kind.NEAR] in await frame.inner_text("body")
        assert [await frame.evaluate(one) for one in (COLOUR, FITS_ACROSS, FITS_DOWN)] == [ACCENT, True, True]
        await frame.fill("#where", "Brownsville TX")
        async with tab.page.expect_navigation():
            await frame.click("button")
        assert tab.page.url.startswith(f"{here}/es/find/")
        assert office.name in await tab.text()
        assert await remembered(tab) == []
    assert [one for one in tab.troubles if "favicon" not in one] == []


async def test_what_is_written_in_a_framed_form_stands_on_a_full_page_and_is_sent_from_there(
    house: House, browser: Browser
) -> None:
    async with both(house, Kind.FORM, is_named=True) as (here, site):
        tab = await browser.tab(width=320)
        await tab.open(site)
        frame = framed(tab)
        assert SAID[Kind.FORM] in await frame.inner_text("body")
        assert [await frame.evaluate(one) for one in (COLOUR, FITS_ACROSS)] == [ACCENT, True]
        await frame.fill("#more", "Synthetic words of a test")
        async with tab.page.expect_navigation():
            await frame.click("form button:not([name])")
        assert tab.page.url == f"{here}/es/embed/answers"
        assert await tab.page.input_value("#more") == "Synthetic words of a test"
        assert [kept[0] for kept in await remembered(tab)] == ["~"]  # of our own page, and of nobody
        async with tab.page.expect_navigation():
            await tab.page.click("form[action='/es/help/all'] button:not([name])")
        assert tab.page.url == f"{here}/es/help/all/answer"  # our own page now, which says what is still to be answered
        assert await tab.page.input_value("#more") == "Synthetic words of a test"
    assert await house.database.pool.fetchval("SELECT count(*) FROM help_request") == 0


async def test_whoever_leaves_from_a_frame_leaves_the_whole_page(house: House, browser: Browser) -> None:
    async with both(house, Kind.FORM, is_named=True) as (_, site):
        tab = await browser.tab(width=320)
        await tab.open(site)
        assert await framed(tab).get_attribute("a[href='/es/exit']", "rel") == "noreferrer"
        assert await framed(tab).evaluate("document.querySelector('base').target") == "_top"


@pytest.mark.parametrize("kind", FRAMES)
async def test_a_site_that_is_not_named_shows_nothing_of_ours(house: House, browser: Browser, kind: Kind) -> None:
    async with both(house, kind, is_named=False) as (here, site):
        tab = await browser.tab(width=360)
        await tab.open(site)
        assert not framed(tab).url.startswith(here)
        assert SAID[kind] not in await framed(tab).inner_text("body")
    assert any("frame-ancestors" in trouble for trouble in tab.troubles)


@pytest.mark.parametrize("kind", list(Kind))
async def test_the_page_that_makes_the_code_shows_it_in_its_colours(house: House, browser: Browser, kind: Kind) -> None:
    async with served(house) as house_here:
        here = house_here.settings.public_url
        tab = await browser.tab(width=320)
        await tab.open(f"{here}/en/embed?kind={kind}&speaks=es&colour=%231f4e79")
        assert not await tab.spills()
        shown = f".card {'iframe' if kind.is_frame else 'a'}"
        background = await tab.run(f"getComputedStyle(document.querySelector('{shown}')).backgroundColor")
        if kind.is_frame:
            assert framed(tab).url == f"{here}/es/embed/{kind}"
            assert SAID[kind] in await framed(tab).inner_text("body")
    assert (background == "rgb(31, 78, 121)") == (kind in {Kind.BUTTON, Kind.LANGUAGES})
    assert tab.troubles == []
