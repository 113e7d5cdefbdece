"""Pictures of every public page, as a phone shows it, for people who look: `make screenshots` writes docs/screens/."""

from pathlib import Path

import pytest
from barriers import MOBILE
from browser import Browser, served
from public_pages import street

from referral.edges.house import House

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screens"
TALLEST = 2400


@pytest.mark.parametrize("lang", ["en", "ar"])
async def test_every_page_is_drawn(house: House, browser: Browser, lang: str) -> None:
    town = await street(house)
    FOLDER.mkdir(exist_ok=True)
    async with served(house) as here:
        tab = await browser.tab(width=MOBILE[0], height=MOBILE[1])
        for name, path in (
            *((page.name, page.path) for page in town.pages(lang)),
            *((f"help_{name or 'start'}", f"/{lang}/help/{name}".rstrip("/")) for name in ("", "all", "code")),
        ):
            await tab.open(here.settings.public_url + path)
            tall = await tab.run("document.documentElement.scrollHeight")
            file = FOLDER / f"{lang}_{name}.png"
            await tab.page.screenshot(
                path=file, full_page=True, clip={"x": 0, "y": 0, "width": MOBILE[0], "height": min(tall, TALLEST)}
            )
            assert file.stat().st_size
