"""A real Chromium, told what to do through a pipe, so that no driver is needed and nothing it does goes unseen."""

import asyncio
import base64
import json
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MISSING = "These tests need Chromium. Run: apt-get install -y --no-install-recommends chromium"
PHONE = 600
WAIT_SECONDS = 30
LONGEST_MESSAGE = 64 * 1024 * 1024
# Chromium reads orders from descriptor 3 and answers on 4.
ON_THREE_AND_FOUR = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4); os.execvp(sys.argv[3], sys.argv[3:])"
)


@dataclass(kw_only=True)
class Tab:
    """One page after another, what went wrong on them, and what they asked for."""

    browser: "Browser"
    session: str
    troubles: list[str] = field(default_factory=list[str])
    requested: list[str] = field(default_factory=list[str])
    loaded: asyncio.Event = field(default_factory=asyncio.Event)

    async def tell(self, method: str, **params: object) -> dict[str, Any]:
        return await self.browser.tell(method, self.session, **params)

    def notice(self, event: str, details: dict[str, Any]) -> None:
        match event:
            case "Page.loadEventFired":
                self.loaded.set()
            case "Network.requestWillBeSent":
                self.requested.append(details["request"]["url"])
            case "Runtime.exceptionThrown":
                self.troubles.append(json.dumps(details["exceptionDetails"]))
            case "Runtime.consoleAPICalled" if details["type"] in {"error", "assert"}:
                self.troubles.append(json.dumps(details["args"]))
            case "Log.entryAdded" if details["entry"]["level"] == "error":
                self.troubles.append(f"{details['entry']['text']} {details['entry'].get('url', '')}")
            case "Audits.issueAdded" if details["issue"]["code"] == "ContentSecurityPolicyIssue":
                self.troubles.append(json.dumps(details["issue"]))
            case _:
                pass

    async def open(self, url: str) -> None:
        """Go to a page and wait until it has loaded."""
        self.loaded.clear()
        await self.tell("Page.navigate", url=url)
        await asyncio.wait_for(self.loaded.wait(), WAIT_SECONDS)

    async def press(self, selector: str) -> None:
        """Press a button or a link and wait for the page it leads to."""
        self.loaded.clear()
        await self.run(f"document.querySelector({json.dumps(selector)}).click()")
        await asyncio.wait_for(self.loaded.wait(), WAIT_SECONDS)

    async def run(self, script: str) -> Any:
        """Run a script in the page and bring back its value."""
        answer = await self.tell("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def until(self, condition: str) -> None:
        """Wait until a script's value is true."""
        await self.run(
            f"new Promise(done => {{ const look = () => {condition} ? done() : setTimeout(look, 50); look() }})"
        )

    async def text(self) -> str:
        return await self.run("document.body.innerText")

    async def spills(self) -> bool:
        """Whether a reader must scroll sideways."""
        return await self.run("document.documentElement.scrollWidth > document.documentElement.clientWidth")

    async def picture(self, path: Path) -> None:
        """The whole page as a picture, for people who look."""
        taken = await self.tell("Page.captureScreenshot", captureBeyondViewport=True)
        await asyncio.to_thread(path.write_bytes, base64.b64decode(taken["data"]))


@dataclass(kw_only=True)
class Browser:
    """The two ends of the pipe, and who waits for which answer."""

    orders: int
    answers: asyncio.StreamReader
    waiting: dict[int, asyncio.Future[dict[str, Any]]] = field(
        default_factory=dict[int, asyncio.Future[dict[str, Any]]]
    )
    tabs: dict[str, Tab] = field(default_factory=dict[str, Tab])

    async def tell(self, method: str, session: str | None = None, **params: object) -> dict[str, Any]:
        """Give an order and wait for its answer."""
        number = len(self.waiting) + 1
        self.waiting[number] = asyncio.get_running_loop().create_future()
        order = {"id": number, "method": method, "params": params} | ({"sessionId": session} if session else {})
        os.write(self.orders, json.dumps(order).encode() + b"\0")
        answer = await asyncio.wait_for(self.waiting[number], WAIT_SECONDS)
        assert "error" not in answer, f"{method}: {answer['error']}"
        return answer["result"]

    async def listen(self) -> None:
        """Hand answers to who waits for them, and events to their tabs, until the browser goes."""
        while True:
            try:
                message = json.loads((await self.answers.readuntil(b"\0"))[:-1])
            except asyncio.IncompleteReadError:
                return
            if "id" in message:
                self.waiting[message["id"]].set_result(message)
            elif message.get("sessionId") in self.tabs:
                self.tabs[message["sessionId"]].notice(message["method"], message["params"])

    async def tab(self, *, width: int = 1280, height: int = 900) -> Tab:
        """A tab of this width; narrow ones are phones."""
        target = (await self.tell("Target.createTarget", url="about:blank"))["targetId"]
        session = (await self.tell("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
        tab = self.tabs[session] = Tab(browser=self, session=session)
        for domain in ("Page", "Network", "Runtime", "Log", "Audits"):
            await tab.tell(f"{domain}.enable")
        await tab.tell(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < PHONE
        )
        return tab


@asynccontextmanager
async def chromium() -> AsyncGenerator[Browser]:
    """Chromium for a block, with a profile that is gone afterwards."""
    program = shutil.which("chromium")
    assert program, MISSING
    with tempfile.TemporaryDirectory(prefix="referral-browser-") as profile:
        async with started(program, profile) as browser:
            yield browser


@asynccontextmanager
async def started(program: str, profile: str) -> AsyncGenerator[Browser]:
    orders_out, orders_in = os.pipe()
    answers_out, answers_in = os.pipe()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", ON_THREE_AND_FOUR, str(orders_out), str(answers_in), program),
        *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
        *("--disable-background-networking", "--remote-debugging-pipe", f"--user-data-dir={profile}"),
        pass_fds=(orders_out, answers_in),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    os.close(orders_out)
    os.close(answers_in)
    answers = asyncio.StreamReader(limit=LONGEST_MESSAGE)
    ear, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(answers), os.fdopen(answers_out, "rb", 0)
    )
    browser = Browser(orders=orders_in, answers=answers)
    listening = asyncio.create_task(browser.listen())
    try:
        yield browser
    finally:
        os.close(orders_in)  # the browser ends when nobody can give it orders any more
        await asyncio.wait_for(process.wait(), WAIT_SECONDS)
        await listening
        ear.close()
