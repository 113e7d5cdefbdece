"""In a real Chromium, every page of somebody who asks for help: nobody is kept out of any, however they read it."""

from collections.abc import AsyncGenerator, Callable
from functools import partial

import pytest
from barriers import ENLARGED, MOBILE, barriers, clipped_when_spaced, shapeless, stops, stops_back, unspaced
from browser import Browser, Tab, served
from form_pages import Names, Visit, of_one_page, of_questions, of_sending, of_slips, of_standing
from public_pages import LANGUAGES
from referrals_given import submitted

from referral.edges.house import House
from referral.intake.asking.questions import CASE, CONTACT, PLACE, SAFETY

Screen = tuple[int, int]
SCREENS = [MOBILE, ENLARGED]
GROUPS = (SAFETY, CASE, (*PLACE, *CONTACT))


async def standing(visit: Visit) -> Names:
    """The pages of a request that was sent a moment ago."""
    async for name in of_standing(visit, (await submitted(visit.here)).receipt):
        yield name


PARTS: dict[str, Callable[[Visit], Names]] = {
    **{f"questions_{part}": partial(of_questions, pages=pages) for part, pages in enumerate(GROUPS, 1)},
    "slips": of_slips,
    "sending": of_sending,
    "one_page": of_one_page,
    "standing": standing,
}


async def opened(tab: Tab, house: House, part: str, lang: str) -> AsyncGenerator[str]:
    async with served(house) as here:
        async for name in PARTS[part](Visit(tab=tab, here=here, lang=lang)):
            yield name


async def troubles_of(tab: Tab) -> list[str]:
    await tab.run("scrollTo(0, 0)")  # what a page scrolls to may leave a link halfway under the bar that stays
    wrong = [*(["is wider than the screen"] if await tab.spills() else []), *await barriers(tab)]
    wrong += [f"cut off: {one}" for one in await clipped_when_spaced(tab)]
    await unspaced(tab)
    return wrong


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("screen", SCREENS)
async def test_nobody_is_kept_out_of_any_page_of_the_form(
    house: House, browser: Browser, screen: Screen, lang: str, part: str
) -> None:
    tab, wrong = await browser.tab(width=screen[0], height=screen[1]), list[str]()
    async for name in opened(tab, house, part, lang):
        wrong += [f"{name}: {one}" for one in await troubles_of(tab)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(("lang", "screen"), [("en", MOBILE), ("ar", MOBILE), ("es", ENLARGED)])
async def test_there_and_back_the_keyboard_is_seen_on_every_page_of_the_form_and_nothing_lies_over_it(
    house: House, browser: Browser, screen: Screen, lang: str, part: str
) -> None:
    tab = await browser.tab(width=screen[0], height=screen[1])
    async for name in opened(tab, house, part, lang):
        there, back = await stops(tab), await stops_back(tab)
        assert [one.html for one in (*there, *back) if not one.is_seen] == [], name
        assert [one for one in (*there, *back) if one.under] == [], name
        assert [one.number for one in there] == list(range(len(there))), name
        assert [one.number for one in back] == list(range(len(there) - 1))[::-1], name


@pytest.mark.parametrize("part", PARTS)
async def test_with_colours_of_the_readers_own_every_control_keeps_its_shape(
    house: House, browser: Browser, part: str
) -> None:
    tab = await browser.tab(width=MOBILE[0], height=MOBILE[1])
    await tab.page.emulate_media(forced_colors="active", color_scheme="dark")
    async for name in opened(tab, house, part, "en"):
        assert await shapeless(tab) == [], name
        assert [one.html for one in await stops(tab) if not one.is_seen] == [], name
