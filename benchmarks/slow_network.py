"""How long does each page of a running service take on a slow network? This tells.

A real Chromium, without scripts, at 50 kbit/s each way and with a second for each round trip, goes the whole way of
somebody who asks for help: from the first page to the code, to how the request stands, and on until all is erased. Of
each page: the seconds from pressing the button until the page is loaded, and the bytes that came, what only led on
included. First it goes the same way without that network: what a page takes then is the machine's and not the page's.
It prints a table, and asserts nothing: bytes and round trips are held by tests/edges/test_weight.py.
"""

import argparse
import asyncio
import shutil
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import playwright.async_api as driver

NETWORK = {"offline": False, "latency": 1000, "downloadThroughput": 50_000 / 8, "uploadThroughput": 50_000 / 8}
FLAGS = ("--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--disable-background-networking")
PHONE: Any = {"width": 360, "height": 740}
# What is answered on the pages where something must be.
ANSWERS = {
    "who": "me", "danger": "no", "held": "no", "age": "adult", "lawyer": "no", "speak": "es", "contact": "code",
    "consent": "yes",
}  # fmt: skip
BUTTON = "main form button:not([value=later], [value=hurry])"
MOST_PAGES = 40
TELLING_SECONDS = 0.3  # the count of a page's bytes may come after the page
PATIENCE_MS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A page that was come to."""

    page: str
    seconds: float
    loaded_bytes: int


@dataclass(kw_only=True)
class Visit:
    """One tab on that network, and what was measured."""

    page: driver.Page
    address: str
    lang: str
    loaded_bytes: int = 0
    rows: list[Row] = field(default_factory=list[Row])

    @property
    def here(self) -> str:
        return urlsplit(self.page.url).path

    @asynccontextmanager
    async def measured(self) -> AsyncGenerator[None]:
        """The time of whatever leads to the next page."""
        self.loaded_bytes, began = 0, time.perf_counter()
        async with self.page.expect_navigation(wait_until="load"):
            yield
        took = time.perf_counter() - began
        await asyncio.sleep(TELLING_SECONDS)
        self.rows.append(Row(page=self.here, seconds=took, loaded_bytes=self.loaded_bytes))

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
                return "".join((await self.page.inner_text(".code")).split())
            if asked in ANSWERS:
                await self.page.check(f"input[name='{asked}'][value='{ANSWERS[asked]}']")
            await self.press()
        raise RuntimeError("The form does not end.")

    async def go_all_the_way(self) -> None:
        await self.open(f"/?lang={self.lang}")
        await self.open(f"/{self.lang}/help")
        code = await self.ask_for_help()
        await self.page.fill("#last", code[-4:])
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


async def way(engine: driver.Browser, address: str, lang: str, *, is_slow: bool) -> list[Row]:
    context = await engine.new_context(viewport=PHONE, java_script_enabled=False)
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    wire = await context.new_cdp_session(page)
    visit = Visit(page=page, address=address.rstrip("/"), lang=lang)
    wire.on("Network.loadingFinished", visit.count)
    wire.on("Network.requestWillBeSent", visit.count_redirect)
    await wire.send("Network.enable")  # pyright: ignore[reportUnknownMemberType] - it says `dict`
    if is_slow:
        await wire.send("Network.emulateNetworkConditions", NETWORK)  # pyright: ignore[reportUnknownMemberType]
    await visit.go_all_the_way()
    await context.close()
    return visit.rows


async def measure(address: str, lang: str) -> None:
    async with driver.async_playwright() as playwright:
        engine = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=[*FLAGS], chromium_sandbox=False
        )
        quick, slow = [await way(engine, address, lang, is_slow=is_slow) for is_slow in (False, True)]
        await engine.close()
    print("| page | bytes | seconds | without that network |\n| --- | ---: | ---: | ---: |")
    for here, there in zip(slow, quick, strict=True):
        print(f"| {here.page} | {here.loaded_bytes:,} | {here.seconds:.1f} | {there.seconds:.1f} |")
    slowest = max(slow, key=lambda row: row.seconds)
    whole = sum(row.loaded_bytes for row in slow)
    print(f"\n{len(slow)} pages, {whole:,} bytes; the slowest, {slowest.page}, took {slowest.seconds:.1f} s.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address", help="of a service that runs, such as http://127.0.0.1:8000")
    parser.add_argument("language", nargs="?", default="en")
    told = parser.parse_args()
    asyncio.run(measure(told.address, told.language))
