"""In a Chromium that keeps pages for going back, as people's browsers do: what the next one at this phone can find.

Whoever leaves in haste, closes a page, erases or has sent, leaves nothing behind: no step back shows it, and no file of
the browser's profile holds it. Only the list of sites visited remains.
"""

import asyncio
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import playwright.async_api as driver
import pytest
import uvicorn
from browser import Tab, remembering, served
from hands import page_of
from seeker import PLAIN
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from referral.edges.house import House
from referral.foundation.branding import ANY

ON = "main form button[value=on], main form button:not([value])"
NAME, TOWN, NUMBER, STORY = "Zyxsyntheticname", "Ypsilanti, MI", "+1 956 555 0199", "Zyxsynthetic words."
TYPED = (NAME, TOWN, NUMBER, STORY)
SUNNY = "Sunny, 25 degrees."
SHOWN = """() => [document.documentElement.outerHTML,
    ...[...document.querySelectorAll("input, textarea")].map(one => one.value)].join()"""
WRITTEN = {
    "place": {"place": TOWN},
    "name": {"name": NAME},
    "contact": {"contact_to": NUMBER},
    "more": {"more": STORY},
}
CHOSEN = {**PLAIN, "contact": {"contact": "text"}}


@asynccontextmanager
async def outside(house: House) -> AsyncGenerator[House]:
    """Our pages, and at another name of this machine the weather that leaving leads to."""

    async def weather(_: Request) -> HTMLResponse:
        return HTMLResponse(f"<title>Weather</title><p>{SUNNY}</p>")

    page = Starlette(routes=[Route("/", weather)])
    with socket.create_server(("127.0.0.1", 0)) as listening:
        site = f"http://localhost:{listening.getsockname()[1]}/"
        server = uvicorn.Server(uvicorn.Config(page, log_level="error", lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            async with served(replace(house, branding=replace(house.branding, weather={ANY: site}))) as here:
                yield here
        finally:
            server.should_exit = True
            await serving


async def fill(tab: Tab, page: str) -> None:
    """Choose and type what this person says on a page, with the keys of a keyboard."""
    for name, said in CHOSEN.get(page, {}).items():
        await tab.page.check(f"[name='{name}'][value='{said}']")
    for name, said in WRITTEN.get(page, {}).items():
        await tab.page.click(f"[name='{name}']")
        await tab.page.keyboard.type(said)


async def begin(tab: Tab, here: House, until: str) -> None:
    """Go through the questions, and fill in the page that is come to."""
    await tab.open(f"{here.settings.public_url}/en/help")
    await tab.press(ON)
    while (page := page_of(tab)) != until:
        await fill(tab, page)
        await tab.press(ON)
    await fill(tab, until)


async def in_the_middle(tab: Tab, here: House) -> tuple[str, ...]:
    """With words typed and not sent."""
    await begin(tab, here, "more")
    return TYPED


async def checking(tab: Tab, here: House) -> tuple[str, ...]:
    """All answers stand on one page."""
    await begin(tab, here, "check")
    assert STORY in await tab.text()
    return TYPED


async def code_shown(tab: Tab, here: House) -> tuple[str, ...]:
    await checking(tab, here)
    await tab.press(ON)
    shown = await tab.page.inner_text(".code")
    code = "".join(shown.split())
    await tab.page.click("#last")
    await tab.page.keyboard.type(code[-4:])
    return (*TYPED, code, " ".join(shown.split()), "</span> <span>".join(shown.split()))


async def request_open(tab: Tab, here: House) -> tuple[str, ...]:
    """How it stands, with a message that was sent and one that was begun."""
    told = await code_shown(tab, here)
    await tab.open(f"{here.settings.public_url}/en/status")
    await tab.page.click("#code")
    await tab.page.keyboard.type(told[len(TYPED)])
    await tab.press("main form button")
    for words in ("Zyxsent", "Zyxbegun"):
        await tab.page.click("#text")
        await tab.page.keyboard.type(words)
        if words == "Zyxsent":
            await tab.press("form:has(#text) button")
            assert words in await tab.text()
    return (*told, "Zyxsent", "Zyxbegun")


async def all_on_one_page(tab: Tab, here: House) -> tuple[str, ...]:
    """Everything typed, nothing sent."""
    await tab.open(f"{here.settings.public_url}/en/help/all")
    for page in WRITTEN:
        await fill(tab, page)
    return TYPED


async def refused_on_one_page(tab: Tab, here: House) -> tuple[str, ...]:
    """Sent with what is missing, and shown again with what was typed."""
    words = await all_on_one_page(tab, here)
    await tab.press("main form button:not([value]), main form button[value=send]")
    assert NAME in await tab.page.evaluate(SHOWN)
    return words


async def refused_question(tab: Tab, here: House) -> tuple[str, ...]:
    """A number that is none, shown again as it was typed."""
    await begin(tab, here, "contact")
    await tab.page.fill("[name=contact_to]", "Zyxnonumber")
    await tab.press(ON)
    assert "Zyxnonumber" in await tab.page.evaluate(SHOWN)
    return (NAME, TOWN, "Zyxnonumber")


async def wrong_code(tab: Tab, here: House) -> tuple[str, ...]:
    """Nearly the right one."""
    await tab.open(f"{here.settings.public_url}/en/status")
    await tab.page.click("#code")
    await tab.page.keyboard.type("4711 0815 4711 0815")
    await tab.press("main form button")
    assert await tab.page.locator("#trouble").count() == 1
    await tab.open(f"{here.settings.public_url}/en/help")
    await tab.press(ON)
    return ("4711 0815", "4711+0815", "471108154711")


async def back(tab: Tab) -> str:
    """Go back once, and take all that the page holds, seen or not."""
    try:
        await tab.page.go_back(wait_until="commit", timeout=8_000)
    except driver.Error:  # a page that comes out of the cache is no navigation to the driver
        await tab.page.wait_for_timeout(500)
    await tab.page.wait_for_load_state()  # an answer that waits no more leads on to another page
    return str(await tab.page.evaluate(SHOWN))


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A word that a file of the profile holds."""

    word: str
    folder: str
    file: str


def holding(profile: Path, words: tuple[str, ...]) -> list[Held]:
    """Which files of a browser's profile hold which of these words."""
    files = [(file, file.read_bytes()) for file in profile.rglob("*") if file.is_file()]
    assert any(b"/en/help" in held for _, held in files)  # the list of sites visited: so it was written, and is read
    return [
        Held(word=one, folder=file.parent.name, file=file.name)
        for file, held in files
        for one in words
        if one.encode() in held or one.encode("utf-16-le") in held
    ]


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize(
    "where",
    [
        in_the_middle,
        checking,
        code_shown,
        request_open,
        all_on_one_page,
        refused_on_one_page,
        refused_question,
        wrong_code,
    ],
)
async def test_after_leaving_in_haste_no_step_back_shows_a_word_and_the_profile_holds_none(
    house: House,
    tmp_path: Path,
    scripts: bool,
    where: Callable[[Tab, House], Awaitable[tuple[str, ...]]],
) -> None:
    profile = tmp_path / "profile"
    async with outside(house) as here, remembering(profile, scripts=scripts) as tab:
        words = await where(tab, here)
        await tab.press(".leave a")
        assert SUNNY in await tab.text()
        assert await tab.page.context.cookies() == []
        shown = [await back(tab) for _ in range(3)]
        assert [(one, step) for step, page in enumerate(shown) for one in words if one in page] == []
    assert holding(profile, words) == []


@pytest.mark.parametrize("button", ["main > p > a.button", "form:has(input[value=erase]) button"])
async def test_after_closing_or_erasing_a_request_no_step_back_shows_it(
    house: House, tmp_path: Path, button: str
) -> None:
    async with outside(house) as here, remembering(tmp_path / "profile", scripts=False) as tab:
        words = await request_open(tab, here)
        await tab.press(button)
        shown = [await back(tab) for _ in range(2)]
        assert [(one, step) for step, page in enumerate(shown) for one in words if one in page] == []


@pytest.mark.parametrize("scripts", [True, False])
async def test_after_sending_a_step_back_says_that_it_is_sent_and_shows_no_answer(
    house: House, tmp_path: Path, scripts: bool
) -> None:
    async with outside(house) as here, remembering(tmp_path / "profile", scripts=scripts) as tab:
        await code_shown(tab, here)
        for _ in range(2):
            shown = await back(tab)
            assert "You already sent this" in shown
            assert [one for one in TYPED if one in shown] == []
    assert await house.database.pool.fetchval("SELECT count(*) FROM help_request") == 1
