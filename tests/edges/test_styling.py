"""A page holds the rules of the style that it needs, and looks as it would with all of them."""

import pytest
from browser import Browser, Tab, served
from public_pages import street
from web_given import offered, token, visiting
from wire import phone

from referral.edges.house import House
from referral.edges.web import assets, styling

# All that a browser computes for every element, and where it comes to stand.
LOOK = """() => [...document.querySelectorAll("html, body, body *")].map(one => {
    const { x, y, width, height } = one.getBoundingClientRect(), beside = getComputedStyle(one, "::after");
    return [one.outerHTML.slice(0, 80), x, y, width, height, getComputedStyle(one).cssText, beside.content,
            getComputedStyle(one, "::marker").color].join(" | ") })"""
WITH_ALL = "css => { document.querySelector('style').textContent = css }"


def test_a_page_with_everything_gets_the_whole_style() -> None:
    names = frozenset(styling.WORDS.findall(assets.STYLE))
    assert "".join(styling.rules_for(assets.STYLE, names)) == assets.STYLE


@pytest.mark.parametrize(
    ("rule", "names", "left"),
    [
        (".a{x:y}", "b", ""),
        (".a,.b{x:y}", "b", ".b{x:y}"),
        ("p > .b{x:y}", "b", ""),
        ("p > .b:hover::after{x:y}", "p b", "p > .b:hover::after{x:y}"),
        ("a:not(.c,.d){x:y}", "a", "a:not(.c,.d){x:y}"),
        (":is(.c,.d) > p{x:y}", "p", ""),
        (":is(.c,.d) > p,*{x:y}", "p d", ":is(.c,.d) > p,*{x:y}"),
        ("a:has(input:checked){x:y}", "a", ""),
        ('[dir="rtl"] h1{x:y}', "h1", '[dir="rtl"] h1{x:y}'),
        ("@media print{.a{x:y}p{x:y}}", "p", "@media print{p{x:y}}"),
        ("@media print{.a{x:y}}", "p", ""),
        ("@keyframes turn{from{x:y}to{x:z}}", "p", "@keyframes turn{from{x:y}to{x:z}}"),
        ("@page{margin:1cm}", "p", "@page{margin:1cm}"),
    ],
)
def test_a_rule_stays_where_something_may_meet_it(rule: str, names: str, left: str) -> None:
    assert "".join(styling.rules_for(rule, frozenset(names.split()))) == left


def test_a_page_is_asked_for_its_elements_and_classes_and_not_for_its_words() -> None:
    style = styling.style_of('<main><p class="quiet lead">Leave a card on paper, .code</p></main>')
    assert ".quiet{" in style
    assert ".lead{" in style
    assert ".code{" not in style
    assert "textarea" not in style
    assert len(style) < len(assets.STYLE) / 3


def test_what_a_script_may_add_to_its_page_is_styled_and_what_it_only_talks_of_is_not() -> None:
    style = styling.style_of('<script src="/static/passkeys.js?v=1"></script>')
    assert ".quiet{" in style  # told.className = "quiet"
    assert "button" in (assets.FOLDER / "passkeys.js").read_text(encoding="utf-8")
    assert "button" not in style


async def everywhere(house: House) -> list[tuple[str, str]]:
    """A page of each kind, by its address: on the way of whoever asks for help, of providers, and of staff."""
    town, letter = await street(house), await offered(house)
    statement = f"/c/{token(house, 'state-capacity', letter.office.id)}"
    async with served(house) as here, phone(here.settings.public_url, "ar") as person:
        await person.ask_for_help()
        await person.come_back()
        found = [(page.name, page.text) for page in person.weighed]
    async with visiting(house) as browser:
        paths = (
            *(page.path for page in town.pages("en")),
            *("/help", "/en/help/all", "/en/help/code", "/en/embed", "/en/embed?kind=near", "/staff/login", "/mailbox"),
            *(letter.path, statement, f"{statement}/facts"),
        )
        found += [(path, (await browser.get(path)).text) for path in paths]
        said_yes = await browser.post(letter.path, data={"answer": "accept"})
        return [*found, ("said yes", said_yes.text)]


async def look(tab: Tab) -> list[str]:
    found: list[str] = await tab.page.evaluate(LOOK)
    return found


async def test_with_the_rules_it_needs_a_page_looks_as_with_all_of_them(house: House, browser: Browser) -> None:
    tab, lean = await browser.tab(width=360, height=740), list[str]()
    kinds = {styling.style_of(text): (name, text) for name, text in await everywhere(house)}
    for name, text in kinds.values():
        assert "<style>" in text, name
        for media in ("screen", "print"):
            await tab.page.emulate_media(media=media)
            await tab.page.set_content(text)
            lean = await look(tab)
            await tab.page.evaluate(WITH_ALL, assets.STYLE)
            assert await look(tab) == lean, (name, media)
    await tab.page.evaluate(WITH_ALL, "p { color: red }")
    assert await look(tab) != lean
    assert len(kinds) > 20
