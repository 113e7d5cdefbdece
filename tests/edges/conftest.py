"""What stories in a real browser share: one Chromium for the whole run."""

from collections.abc import AsyncGenerator

import pytest
from browser import Browser, chromium


@pytest.fixture(scope="session")
async def one_chromium() -> AsyncGenerator[Browser]:
    async with chromium() as started:
        yield started


@pytest.fixture
async def browser(one_chromium: Browser) -> AsyncGenerator[Browser]:
    """The browser, without anything that an earlier story left in it."""
    yield one_chromium
    await one_chromium.leave()
