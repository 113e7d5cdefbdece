"""How long does each page of a running service take on a slow network? `slow_network.py ADDRESS [LANG]` tells.

A real Chromium, without scripts, at 50 kbit/s each way and with a second for each round trip, goes the whole way of
somebody who asks for help: from the first page to the code, to how the request stands, and on until all is erased. Of
each page: the seconds from pressing the button until the page is loaded, and the bytes that came, what only led on
included. It prints a table, and asserts nothing: bytes and round trips are held by tests/edges/test_weight.py.
"""

import asyncio
import shutil
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import playwright.async_api as driver

LATENCY_MS, BYTES_PER_SECOND = 1000, 50_000 // 8
FLAGS = ("--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--disable-background-networking")
PHONE: Any = {"width": 360, "height": 740}
# What is answered on the pages where something must be.
ANSWERS = {
    "who": "me", "danger": "no", "held": "no", "age": "adult", "lawyer": "no", "speak": "es", "contact": "code",
    "consent": "yes",
}  # fmt: skip
BUTTON = "main form button:not([value=later], [value=hurry])"
MOST_PAGES = 40
PATIENCE_MS = 60_000


@dataclass(kw_only=True)
class Visit:
    """One tab on that network, and what was measured."""

    page: driver.Page
    address: str
    lang: str
    loaded_bytes: int = 0
    rows: list[tuple[str, float, int]] = field(default_factory=list[tuple[str, float, int]])

    @property
    def here(self) -> str:
        return urlsplit(self.page.url).path

    @asynccontextmanager
    async def measured(self) -> AsyncGenerator[None]:
        """The time of whatever leads to the next page."""
        self.loaded_bytes, began = 0, time.perf_counter()
        async with self.page.expect_navigation(wait_until="load"):
            yield
        self.rows.append((self.here, time.perf_counter() - began, self.loaded_bytes))
        print(f"| {self.here} | {self.rows[-1][1]:.1f} | {self.rows[-1][2]:,} |", flush=True)

    async def open(self, path: str) -> None:
        async with self.measured():
            await self.page.goto(f"{self.address}{path}")

    async def press(self, selector: str = BUTTON) -> None:
        async with self.measured():
            await self.page.locator(selector).first.click(no_wait_after=True)

    async def ask_for_help(self) -> str:
        """Question after question; the code."""
        for _ in range(MOST_PAGES):
            asked = self.here.rsplit("/", 1)[-1]
            if asked == "receipt":
                return await self.page.inner_text(".code")
            if asked in ANSWERS:
                await self.page.check(f"input[name='{asked}'][value='{ANSWERS[asked]}']")
            await self.press()
        raise RuntimeError("The form does not end.")

    async def go_all_the_way(self) -> None:
        await self.open(f"/?lang={self.lang}")
        await self.open(f"/{self.lang}/help")
        code = await self.ask_for_help()
        await self.page.fill("#last", code.replace(" ", "")[-4:])
        await self.press()
        await self.open(f"/{self.lang}/status")
        await self.page.fill("#code", code)
        await self.press()
        await self.page.fill("#text", "A synthetic question.")
        await self.press("form:has(#text) button")
        await self.page.click("details:has(input[value=erase]) > summary")
        await self.press("form:has(input[value=erase]) button")
        await self.open(f"/{self.lang}/help/all")
        await self.open(f"/{self.lang}/find")
        await self.page.fill("#where", "Houston TX")
        await self.press()

    def count(self, finished: dict[str, Any]) -> None:
        self.loaded_bytes += int(finished["encodedDataLength"])

    def count_redirect(self, sent: dict[str, Any]) -> None:
        self.loaded_bytes += int(sent.get("redirectResponse", {}).get("encodedDataLength", 0))


async def measure(address: str, lang: str) -> None:
    async with driver.async_playwright() as playwright:
        engine = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=[*FLAGS], chromium_sandbox=False
        )
        context = await engine.new_context(viewport=PHONE, java_script_enabled=False)
        context.set_default_timeout(PATIENCE_MS)
        page = await context.new_page()
        wire = await context.new_cdp_session(page)
        visit = Visit(page=page, address=address.rstrip("/"), lang=lang)
        wire.on("Network.loadingFinished", visit.count)
        wire.on("Network.requestWillBeSent", visit.count_redirect)
        await wire.send("Network.enable")
        await wire.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": LATENCY_MS,
                "downloadThroughput": BYTES_PER_SECOND,
                "uploadThroughput": BYTES_PER_SECOND,
            },
        )
        print("| page | seconds | bytes |\n| --- | ---: | ---: |", flush=True)
        await visit.go_all_the_way()
        slowest = max(visit.rows, key=lambda row: row[1])
        print(f"\n{len(visit.rows)} pages; the slowest, {slowest[0]}, took {slowest[1]:.1f} s.")
        await engine.close()


if __name__ == "__main__":
    asyncio.run(measure(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "en"))
