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
    one.innerText && getComputedStyle(one).overflow !== "visible" && !one.closest("svg, textarea, select")
    && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1)).map(one => one.outerHTML)"""
REACHABLE = """[...document.querySelectorAll("a[href], button, input, select, textarea, summary, audio[controls]")]
    .filter(one => one.type !== "hidden" && !one.disabled && one.checkVisibility({ visibilityProperty: true }))"""
# Of a group of radio buttons one stop is reached; arrows go on from there.
STOPS = f"""() => {{ const seen = new Set();
    window.stops = {REACHABLE}.filter(one => {{
        if (one.type !== "radio") return true;
        const group = [...document.querySelectorAll(`input[name="${{one.name}}"]`)];
        const stop = group.find(other => other.checked) ?? group[0];
        return stop === one && !seen.has(one.name) && seen.add(one.name) }});
    return window.stops.length }}"""
HERE = """() => { const at = document.activeElement, look = getComputedStyle(at);
    return { number: window.stops.indexOf(at), html: at.outerHTML.slice(0, 120),
             isSeen: look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2 } }"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Where the Tab key has led."""

    number: int
    html: str
    is_seen: bool


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


async def stops(tab: Tab) -> list[Stop]:
    """Where Tab leads from the top of the page to its end."""
    count = int(await tab.run(STOPS))
    found = list[Stop]()
    for _ in range(count):
        await tab.key("Tab")
        at = cast("dict[str, Any]", await tab.run(HERE))
        found.append(Stop(number=at["number"], html=at["html"], is_seen=at["isSeen"]))
    return found
