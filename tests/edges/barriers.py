"""What a reader in need would get stuck on, asked of a page in a real browser."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, cast

from browser import Tab

MOBILE, ENLARGED = (360, 740), (320, 256)  # a phone; and a small screen enlarged to 400 %, as WCAG 1.4.10 has it
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# WCAG 1.4.12: what a reader may set and lose nothing by. Set as a sheet of its own, since a strict page takes no other.
SPACED = """() => { const sheet = new CSSStyleSheet();
    sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important }
        * { word-spacing: .16em !important }
        p { margin-block-end: 2em !important }`);
    document.adoptedStyleSheets = [sheet] }"""
CLIPPED = """[...document.querySelectorAll("body *")].filter(one =>
    one.innerText && getComputedStyle(one).overflow !== "visible"
    && !one.closest("svg, textarea, select, .trap, .unseen")
    && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1)).map(one => one.outerHTML)"""
# With a reader's own colours no background is left: what is pressed or filled in shows by a line around it, what is
# a link by a line under it, and no words stand in the colour of what is behind them.
SHAPELESS = """[...document.querySelectorAll(
        "button, .button, .call, .answer, input, select, textarea, main a, .leave a")]
    .filter(one => one.checkVisibility({ visibilityProperty: true }) && !one.closest(".trap") && one.type !== "hidden")
    .filter(one => { const look = getComputedStyle(one);
        const isLined = look.borderBlockStartStyle !== "none" && parseFloat(look.borderBlockStartWidth) >= 1
            && look.borderBlockStartColor !== getComputedStyle(document.documentElement).backgroundColor;
        const isNative = one.matches("input[type=radio], input[type=checkbox]") && look.appearance !== "none";
        return !(isLined || isNative || look.textDecorationLine === "underline")
            || look.color === look.backgroundColor })
    .map(one => one.outerHTML.slice(0, 120))"""
REACHABLE = """[...document.querySelectorAll("a[href], button, input, select, textarea, summary, audio[controls]")]
    .filter(one => one.type !== "hidden" && !one.disabled && one.tabIndex >= 0)
    .filter(one => one.checkVisibility({ visibilityProperty: true }))"""
# Of a group of radio buttons one stop is reached; arrows go on from there. A page may have put the reader at a problem,
# so the keyboard is brought back to the top.
STOPS = f"""() => {{ const seen = new Set(), body = document.body;
    body.tabIndex = -1; body.focus({{ preventScroll: true }}); body.removeAttribute("tabindex");
    window.stops = {REACHABLE}.filter(one => {{
        if (one.type !== "radio") return true;
        const group = [...document.querySelectorAll(`input[name="${{one.name}}"]`)];
        const stop = group.find(other => other.checked) ?? group[0];
        return stop === one && !seen.has(one.name) && seen.add(one.name) }});
    return window.stops.length }}"""
# Where the keyboard stands: whether a line around it shows that, and what lies over it, such as a bar that stays in
# place; its middle must be on the screen. An answer is its whole box, with the words in it. A link of several lines,
# and a box to write several in, is looked at on the first of them.
STAND = """selector => {
    const at = document.activeElement, box = at.closest(".answer") ?? at, line = box.getClientRects()[0];
    const look = getComputedStyle(box), across = line.x + line.width / 2;
    const height = at.matches("textarea") ? parseFloat(look.lineHeight) : line.height;
    const over = [3, height / 2, height - 3].map(down => line.y + down)
        .filter((y, at) => at === 1 || y > 1 && y < innerHeight - 1)
        .map(y => document.elementFromPoint(across, y))
        .find(one => !one || !(box.contains(one) || one.contains(box)));
    return { html: at.outerHTML.slice(0, 120), isWanted: Boolean(selector) && at.matches(selector),
             number: window.stops?.indexOf(at),
             isSeen: look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2,
             under: over === undefined ? "" : over === null ? "the edge" : over.outerHTML.slice(0, 120) } }"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Where the Tab key has led, and what lies over it there."""

    number: int
    html: str
    is_seen: bool
    under: str


@cache
def axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


async def barriers(tab: Tab) -> list[str]:
    """What axe-core finds on the page that stands open: rule, and the first places."""
    await tab.run(axe())
    options = {"runOnly": {"type": "tag", "values": AXE_TAGS}, "resultTypes": ["violations"]}
    found = cast("dict[str, Any]", await tab.page.evaluate("options => axe.run(document, options)", options))
    return [
        f"{one['id']}: {one['help']}: " + " | ".join(str(node["html"])[:160] for node in one["nodes"][:3])
        for one in found["violations"]
    ]


async def clipped_when_spaced(tab: Tab) -> list[str]:
    """What is cut off, or must be scrolled to sideways, once letters and lines stand wider apart."""
    await tab.run(SPACED)
    found = cast("list[str]", await tab.run(CLIPPED))
    return [*(["the page is wider than the screen"] if await tab.spills() else []), *found]


async def unspaced(tab: Tab) -> None:
    """The page as it was written."""
    await tab.run("document.adoptedStyleSheets = []")


async def shapeless(tab: Tab) -> list[str]:
    """What a reader with colours of their own could not tell from plain words."""
    return cast("list[str]", await tab.run(SHAPELESS))


async def stops(tab: Tab) -> list[Stop]:
    """Where Tab leads from the top of the page to its end."""
    return [await stop(tab, "Tab") for _ in range(int(await tab.run(STOPS)))]


async def stops_back(tab: Tab) -> list[Stop]:
    """Where Shift+Tab leads from the last stop to the first, by which bars on top cover more than on the way there."""
    return [await stop(tab, "Shift+Tab") for _ in range(int(await tab.run("window.stops.length - 1")))]


async def stop(tab: Tab, key: str) -> Stop:
    await tab.key(key)
    at = cast("dict[str, Any]", await tab.page.evaluate(STAND, ""))
    return Stop(number=at["number"], html=at["html"], is_seen=at["isSeen"], under=at["under"])
