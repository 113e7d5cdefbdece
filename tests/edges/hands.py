"""A person who uses the keyboard alone: Tab, arrows, the space bar, Enter, typing. Wherever it stands, it is seen."""

from typing import Any, cast

from barriers import STAND
from browser import Tab

from referral.edges.web.help.held import AT

FARTHEST = 160  # stops of the Tab key
ON = "main form button[value=on], main form button:not([value])"


async def stands_on(tab: Tab, selector: str) -> bool:
    """Whether the keyboard stands on it; wherever it stands, a line shows it and nothing lies over it."""
    at = cast("dict[str, Any]", await tab.page.evaluate(STAND, selector))
    assert at["isSeen"], f"Nothing shows that the keyboard stands on {at['html']} of {tab.page.url}."
    assert not at["under"], f"{at['html']} of {tab.page.url} lies under {at['under']}."
    return bool(at["isWanted"])


async def reach(tab: Tab, selector: str) -> None:
    """Press Tab until the keyboard stands on it."""
    for _ in range(FARTHEST):
        await tab.key("Tab")
        if await stands_on(tab, selector):
            return
    raise AssertionError(f"The keyboard does not reach {selector} on {tab.page.url}.")


async def enter(tab: Tab, selector: str | None = None) -> None:
    """Go there, press it, and wait for the page it leads to."""
    if selector is not None:
        await reach(tab, selector)
    async with tab.page.expect_navigation():
        await tab.key("Enter")


async def choose(tab: Tab, name: str, value: str) -> None:
    """One of a group, a box, or a line of a list; by arrows and the space bar."""
    await reach(tab, f"[name='{name}']")
    if await tab.page.evaluate("document.activeElement.matches('select')"):
        for _ in range(FARTHEST):  # of a list that is closed, the next line each time
            if await tab.page.evaluate("document.activeElement.value") == value:
                return
            await tab.key("ArrowDown")
        raise AssertionError(f"{name} does not offer {value}.")
    for _ in range(FARTHEST):
        if await stands_on(tab, f"[name='{name}'][value='{value}']"):
            break
        await tab.key("ArrowDown")
    await tab.key("Space")


async def write(tab: Tab, selector: str, words: str) -> None:
    """Go there and type."""
    await reach(tab, selector)
    await tab.page.keyboard.type(words)


def page_of(tab: Tab) -> str:
    return tab.page.url.partition("?")[0].removesuffix(AT).rsplit("/", 1)[-1]


async def through(tab: Tab, answers: dict[str, dict[str, str]], until: str) -> list[str]:
    """Answer page after page, as said or not at all, until one is come to; the pages in between."""
    been = list[str]()
    while (here := page_of(tab)) != until:
        assert here not in been, f"{here} is asked twice: {await tab.text()}"
        been.append(here)
        for name, said in answers.get(here, {}).items():
            is_choice = await tab.page.locator(f"[name='{name}']:is([type=radio], [type=checkbox], select)").count()
            await (choose(tab, name, said) if is_choice else write(tab, f"[name='{name}']", said))
        await enter(tab, ON)
    return been
