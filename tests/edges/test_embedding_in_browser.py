"""In a real Chromium: a site that is named shows the frame, another does not, and nothing is remembered anywhere."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import given
import pytest
import uvicorn
from browser import Browser, Tab, chromium
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from referral.app import build
from referral.edges.house import House
from referral.edges.web.snippets import Kind, snippet
from referral.foundation.branding import Embedding

PATIENCE = 400
SAID = {Kind.NEAR: "Encuentre ayuda legal gratis", Kind.FORM: "¿Quién necesita ayuda?"}
HEAD = '<!doctype html><meta name="viewport" content="width=device-width">'
LOOKS = """[
    document.body.innerText,
    getComputedStyle(document.querySelector('button') ?? document.body).backgroundColor,
    document.documentElement.scrollWidth <= document.documentElement.clientWidth,
    document.documentElement.scrollHeight <= document.documentElement.clientHeight,
]"""


@pytest.fixture(scope="module")
async def browser() -> AsyncGenerator[Browser]:
    async with chromium() as started:
        yield started


@asynccontextmanager
async def serving(app: ASGIApp, listening: socket.socket) -> AsyncGenerator[None]:
    server = uvicorn.Server(uvicorn.Config(app, access_log=False, log_level="error", lifespan="off"))
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def both(house: House, *, is_named: bool) -> AsyncGenerator[tuple[str, str]]:
    """Our pages at one name of this machine, and a site of somebody else's, with the frame in it, at another."""
    with socket.create_server(("127.0.0.1", 0)) as ours, socket.create_server(("127.0.0.1", 0)) as theirs:
        here = f"http://127.0.0.1:{ours.getsockname()[1]}"
        site = f"http://localhost:{theirs.getsockname()[1]}"
        brand = replace(
            house.branding, embedding=Embedding(sites=(site,) if is_named else ("https://www.example.org",))
        )
        settings = house.settings.model_copy(update={"public_url": here})
        code = snippet(Kind.NEAR, "es", "#14564f", here)

        async def page(_: Request) -> HTMLResponse:
            return HTMLResponse(f"{HEAD}<title>A synthetic site</title><h1>Us</h1>{code}")

        us, them = build(replace(house, settings=settings, branding=brand)), Starlette(routes=[Route("/", page)])
        async with serving(us, ours), serving(them, theirs):
            yield here, site


async def inside(browser: Browser, address: str) -> str:
    """The session of the frame that was to show this address, once something stands in it."""
    for _ in range(PATIENCE):
        targets = (await browser.tell("Target.getTargets", filter=[{"type": "iframe"}]))["targetInfos"]
        for one in targets:
            if one["url"].startswith(address):
                attached = await browser.tell("Target.attachToTarget", targetId=one["targetId"], flatten=True)
                session: str = attached["sessionId"]
                if await evaluated(
                    browser, session, "document.readyState === 'complete' && !!document.body?.innerText"
                ):
                    return session
        await asyncio.sleep(0.05)
    raise AssertionError("No frame was ever shown.")


async def evaluated(browser: Browser, session: str, script: str) -> Any:
    return (await browser.tell("Runtime.evaluate", session, expression=script, returnByValue=True))["result"].get(
        "value"
    )


async def press_inside(tab: Tab, session: str, selector: str) -> None:
    """Press what stands at this place of the frame, as a finger does: only then may the frame lead to a full page."""
    edge = await tab.run("(box => [box.x, box.y])(document.querySelector('iframe').getBoundingClientRect())")
    script = (
        f"(box => [box.x + box.width / 2, box.y + box.height / 2])"
        f"(document.querySelector('{selector}').getBoundingClientRect())"
    )
    point = await evaluated(tab.browser, session, script)
    where = {"x": edge[0] + point[0], "y": edge[1] + point[1], "button": "left", "clickCount": 1}
    for kind in ("mousePressed", "mouseReleased"):
        await tab.tell("Input.dispatchMouseEvent", type=kind, **where)


async def test_a_site_that_is_named_shows_the_frame_and_leads_to_a_full_page(house: House, browser: Browser) -> None:
    office = await given.office(house.database)
    async with both(house, is_named=True) as (here, site):
        tab = await browser.tab(width=320)
        await tab.open(site)
        frame = await inside(browser, f"{here}/es/embed/near")
        text, colour, fits_across, fits_down = await evaluated(browser, frame, LOOKS)
        assert "Encuentre ayuda legal gratis" in text
        assert colour == "rgb(20, 86, 79)"
        assert fits_across
        assert fits_down
        await press_inside(tab, frame, "#where")
        await tab.tell("Input.insertText", text="Brownsville TX")
        tab.loaded.clear()
        await press_inside(tab, frame, "button")
        await asyncio.wait_for(tab.loaded.wait(), 30)
        assert (await tab.run("location.href")).startswith(f"{here}/es/find/")
        assert office.name in await tab.text()
        assert (await browser.tell("Storage.getCookies"))["cookies"] == []
        assert await tab.run("localStorage.length + sessionStorage.length") == 0
    assert [one for one in tab.troubles if "favicon" not in one] == []


async def test_a_site_that_is_not_named_shows_nothing_of_ours(house: House, browser: Browser) -> None:
    async with both(house, is_named=False) as (here, site):
        tab = await browser.tab(width=360)
        await tab.open(site)
        frame = await inside(browser, here)
        text, colour, _, _ = await evaluated(browser, frame, LOOKS)
    assert "Encuentre" not in text
    assert colour != "rgb(20, 86, 79)"
    assert any("frame-ancestors" in trouble for trouble in tab.troubles)


@pytest.mark.parametrize("kind", list(Kind))
async def test_the_page_that_makes_the_code_shows_it_in_its_colours(house: House, browser: Browser, kind: Kind) -> None:
    with socket.create_server(("127.0.0.1", 0)) as ours:
        here = f"http://127.0.0.1:{ours.getsockname()[1]}"
        async with serving(
            build(replace(house, settings=house.settings.model_copy(update={"public_url": here}))), ours
        ):
            tab = await browser.tab(width=320)
            await tab.open(f"{here}/en/embed?kind={kind}&speaks=es&colour=%231f4e79")
            assert not await tab.spills()
            shown = f".card {'iframe' if kind.is_frame else 'a'}"
            background = await tab.run(f"getComputedStyle(document.querySelector('{shown}')).backgroundColor")
            if kind.is_frame:
                frame = await inside(browser, f"{here}/es/embed/{kind}")
                assert SAID[kind] in await evaluated(browser, frame, "document.body.innerText")
    assert (background == "rgb(31, 78, 121)") == (kind in {Kind.BUTTON, Kind.LANGUAGES})
    assert tab.troubles == []
