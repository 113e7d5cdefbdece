"""A real Chromium, driven by Playwright: one for the whole run, and a profile of its own for each story."""

import asyncio
import shutil
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import playwright.async_api as driver
import uvicorn

from referral.app import build
from referral.edges.house import House

MISSING = "These tests need Chromium. Run: apt-get install -y --no-install-recommends chromium"
PHONE = 600
WAIT_MILLISECONDS = 30_000
FLAGS = (
    *("--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
KEEPS_PAGES = "--disable-back-forward-cache"  # Playwright's own flag: with it, going back proves nothing


def program() -> str:
    """Under the names that tools/system-package.sh takes for one."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert found, MISSING
    return found


@dataclass(kw_only=True)
class Tab:
    """One page after another, what went wrong on them, what they asked for, and how much came over the wire."""

    page: driver.Page
    wire: driver.CDPSession
    troubles: list[str] = field(default_factory=list[str])
    requested: list[str] = field(default_factory=list[str])
    loaded_bytes: int = 0
    on_the_way: set[str] = field(default_factory=set[str])

    async def tell(self, method: str, **params: object) -> dict[str, Any]:
        """An order to the browser itself, for what a person's hands cannot do."""
        sent = await self.wire.send(method, params)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - it says `dict`
        return cast("dict[str, Any]", sent)

    async def listen(self) -> None:
        """Hear of everything that this tab does."""
        self.page.on("request", lambda asked: self.requested.append(asked.url))
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("console", self.notice_words)
        self.wire.on("Network.requestWillBeSent", self.notice_going)
        self.wire.on("Network.loadingFailed", self.notice_failed)
        self.wire.on("Network.loadingFinished", self.notice_bytes)
        self.wire.on("Audits.issueAdded", self.notice_issue)
        for domain in ("Network", "Audits"):
            await self.tell(f"{domain}.enable")

    def notice_words(self, said: driver.ConsoleMessage) -> None:
        if said.type in {"error", "assert"}:
            self.troubles.append(f"{said.text} {said.location.get('url', '')}")

    def notice_going(self, sent: dict[str, Any]) -> None:
        if sent.get("type") != "Other":  # the mark in the title bar: some load it, some do not, and it is kept for ever
            self.on_the_way.add(str(sent["requestId"]))

    def notice_failed(self, failed: dict[str, Any]) -> None:
        self.on_the_way.discard(str(failed["requestId"]))

    def notice_bytes(self, finished: dict[str, Any]) -> None:
        if (asked := str(finished["requestId"])) in self.on_the_way:
            self.loaded_bytes += int(finished["encodedDataLength"])
            self.on_the_way.remove(asked)

    def notice_issue(self, added: dict[str, Any]) -> None:
        if added["issue"]["code"] == "ContentSecurityPolicyIssue":
            self.troubles.append(str(added["issue"]))

    async def weight(self) -> int:
        """How many bytes came over the wire, headers and all, once the page and all its parts are here."""
        async with asyncio.timeout(WAIT_MILLISECONDS / 1000):
            while self.on_the_way or not self.loaded_bytes:
                await asyncio.sleep(0.02)
        return self.loaded_bytes

    async def open(self, url: str) -> None:
        """Go to a page and wait until it has loaded."""
        await self.page.goto(url)

    async def press(self, selector: str) -> None:
        """Press a button or a link and wait for the page it leads to."""
        async with self.page.expect_navigation():
            await self.page.eval_on_selector(selector, "one => one.click()")

    async def key(self, name: str) -> None:
        await self.page.keyboard.press(name)

    async def run(self, script: str) -> Any:
        """Run a script in the page and bring back its value."""
        return await self.page.evaluate(script)

    async def until(self, condition: str) -> None:
        """Wait until a script's value is true; polled by us, since a strict page lets no text become code."""
        await self.run(
            f"() => new Promise(done => {{ const look = () => {condition} ? done() : setTimeout(look, 50); look() }})"
        )

    async def text(self) -> str:
        return await self.run("document.body.innerText")

    async def spills(self) -> bool:
        """Whether a reader must scroll sideways."""
        return await self.run("document.documentElement.scrollWidth > document.documentElement.clientWidth")

    async def picture(self, path: Path) -> None:
        """The whole page as a picture, for people who look."""
        await self.page.screenshot(path=path, full_page=True)


@dataclass(kw_only=True)
class Browser:
    """The one Chromium; each tab has cookies and a cache of its own."""

    engine: driver.Browser

    async def tab(self, *, width: int = 1280, height: int = 900, scripts: bool = True, lang: str | None = None) -> Tab:
        """A tab of this width; narrow ones are phones. Without scripts, for what must work so."""
        context = await self.engine.new_context(
            viewport={"width": width, "height": height},
            is_mobile=width < PHONE,
            has_touch=width < PHONE,
            java_script_enabled=scripts,
            locale=lang or "en-US",
        )
        return await tab_of(context)

    async def leave(self) -> None:
        """Close whatever a story left open."""
        for context in self.engine.contexts:
            await context.close()


async def tab_of(context: driver.BrowserContext) -> Tab:
    context.set_default_timeout(WAIT_MILLISECONDS)
    page = context.pages[0] if context.pages else await context.new_page()
    tab = Tab(page=page, wire=await context.new_cdp_session(page))
    await tab.listen()
    return tab


@asynccontextmanager
async def chromium() -> AsyncGenerator[Browser]:
    """Chromium for a block, with profiles that are gone afterwards."""
    async with driver.async_playwright() as playwright:
        engine = await playwright.chromium.launch(
            executable_path=program(), args=[*FLAGS], chromium_sandbox=False, headless=True
        )
        try:
            yield Browser(engine=engine)
        finally:
            await engine.close()


@asynccontextmanager
async def remembering(profile: Path, *, scripts: bool) -> AsyncGenerator[Tab]:
    """A phone whose browser keeps pages for going back, as people's browsers do, with its profile in this folder."""
    async with driver.async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            profile,
            executable_path=program(),
            args=[*FLAGS],
            chromium_sandbox=False,
            headless=True,
            ignore_default_args=[KEEPS_PAGES],
            java_script_enabled=scripts,
            viewport={"width": 360, "height": 740},
        )
        try:
            yield await tab_of(context)
        finally:
            await context.close()


@asynccontextmanager
async def served(house: House, *, host: str = "127.0.0.1", **settings: object) -> AsyncGenerator[House]:
    """The whole application on a free port of this machine, as its public address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        changed = {"public_url": f"http://{host}:{listening.getsockname()[1]}", **settings}
        here = replace(house, settings=house.settings.model_copy(update=changed))
        config = uvicorn.Config(build(here), server_header=False, access_log=False, log_level="error", lifespan="off")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield here
        finally:
            server.should_exit = True
            await serving
