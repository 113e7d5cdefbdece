"""What other sites show of us: the HTML they copy, the frame, and whose pages they lead to."""

import re
from dataclasses import replace
from html import unescape

import given
import httpx
import pytest
from web_given import visiting

from referral.edges.house import House
from referral.edges.web.snippets import hashed
from referral.foundation import branding_reading
from referral.foundation.branding import Branding

SITE = "https://www.example.org"
OWN = f"""
[organization]
name = "Synthetic & Friends"
phone = "+1 202 555 0100"
privacy = {{ en = "https://www.example.org/privacy", es = "https://www.example.org/privacidad" }}
[words.en]
lead = "We find a free lawyer."
conditions_lead = "Ask us if all are true:"
conditions = ["You have no lawyer.", "You live near <Example Town>."]
promises = ["We tell nobody."]
[weather]
"*" = "https://weather.example/"
es = "https://tiempo.example/"
[colours]
accent = "#1f4e79"
[embedding]
sites = ["{SITE}", "https://other.example:8443"]
"""
NAVIGATING = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "origin": "null"}


def own() -> Branding:
    return branding_reading.parsed(OWN)


def of(house: House, brand: Branding) -> House:
    return replace(house, branding=brand)


def policy(response: httpx.Response) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in response.headers["content-security-policy"].split(";"))
    return {name: rest for name, _, rest in parts}


def copied(response: httpx.Response) -> str:
    """The HTML in the box."""
    found = re.search(r"<textarea[^>]*>(.*?)</textarea>", response.text, re.DOTALL)
    assert found
    return unescape(found[1])


async def test_the_first_page_says_what_the_organization_says(house: House) -> None:
    async with visiting(of(house, own())) as browser:
        text = (await browser.get("/?lang=en")).text
        spanish = (await browser.get("/?lang=es")).text
    assert "<bdi>Synthetic &amp; Friends</bdi></a>" in text
    assert "<li>You live near &lt;Example Town&gt;.</li>" in text
    assert all(said in text for said in ("We find a free lawyer.", "Ask us if all are true:", "We tell nobody."))
    assert 'href="https://www.example.org/privacy"' in text
    assert 'href="https://www.example.org/privacidad"' in spanish
    assert 'href="tel:+12025550100"' in text
    assert re.search(r'<div lang="en" dir="auto">\s*<p>Ask us if all are true:', spanish)  # and says so


async def test_what_ships_is_nobodys_and_names_numbers_for_danger(house: House) -> None:
    async with visiting(house) as browser:
        text = (await browser.get("/?lang=en")).text
    assert "you have no lawyer," in text
    assert "runs these pages" not in text
    assert 'href="tel:+18007997233"' in text
    assert 'href="sms:88788"><span>Text <bdi>START</bdi> to <bdi>88788</bdi>' in text
    assert text.index('href="tel:911"') < text.index('href="tel:988"')
    assert "colours.css" not in text


async def test_colours_are_a_stylesheet_that_changes_its_address_with_them(house: House) -> None:
    async with visiting(of(house, own())) as browser:
        found = re.search(r'href="(/static/colours\.css\?v=\w+)"', (await browser.get("/nothing")).text)
        assert found
        css = await browser.get(found[1])
        stale = await browser.get("/static/colours.css?v=0")
    assert css.text == own().colours.css
    assert css.headers["content-type"].startswith("text/css")
    assert "immutable" in css.headers["cache-control"]
    assert stale.headers["cache-control"] == "public, max-age=3600"


@pytest.mark.parametrize(
    ("kind", "begins"),
    [("link", "<a "), ("button", "<a "), ("languages", "<a "), ("near", "<iframe "), ("form", "<iframe ")],
)
async def test_the_code_is_shown_as_it_is_copied_and_holds_nothing_of_a_visitor(
    house: House, kind: str, begins: str
) -> None:
    async with visiting(of(house, own())) as browser:
        page = await browser.get("/en/embed", params={"kind": kind, "speaks": "es", "colour": "#14564F"})
    code = copied(page)
    assert page.status_code == 200
    assert code.startswith(begins)
    assert code in page.text  # the preview is the same
    assert "http://127.0.0.1:8000/" in code
    assert "<script" not in code
    assert "noreferrer" in code or 'referrerpolicy="no-referrer"' in code
    assert ("background:#14564f" in code) == (kind in {"button", "languages"})
    for style in set(re.findall(r'style="([^"]*)"', code)):
        assert hashed(style) in policy(page)["style-src"]


async def test_a_frame_names_its_language_its_title_and_what_it_may_not(house: House) -> None:
    async with visiting(of(house, own())) as browser:
        page = await browser.get("/es/embed?kind=near&speaks=es")
    code = copied(page)
    assert 'src="http://127.0.0.1:8000/es/embed/near" title="Encuentre ayuda legal gratis"' in code
    assert 'sandbox="allow-forms allow-top-navigation-by-user-activation"' in code
    assert all(f">{site}<" in page.text for site in (SITE, "https://other.example:8443"))


async def test_where_nobody_may_frame_the_page_says_so(house: House) -> None:
    async with visiting(house) as browser:
        text = (await browser.get("/en/embed?kind=near")).text
    assert "No site may show the frame yet" in text


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"kind": "banner"}, "Choose one of the five."),
        ({"speaks": "tlh"}, "Choose a language of the list."),
        ({"colour": "teal"}, "Write a # and six digits, such as #14564f."),
        ({"colour": "red;}</style>"}, "Write a # and six digits, such as #14564f."),
        ({"colour": "#cccccc"}, "Its contrast is 1.61 to 1. It must be 4.5 to 1 or more."),
    ],
)
async def test_what_cannot_be_made_is_told_at_its_field_and_no_code_is_made(
    house: House, asked: dict[str, str], told: str
) -> None:
    async with visiting(house) as browser:
        page = await browser.get("/en/embed", params=asked)
    assert page.status_code == 422
    assert page.text.count(told) == 2
    assert f'href="#{next(iter(asked))}"' in page.text
    assert "<textarea" not in page.text


async def test_only_the_frames_may_be_framed_and_only_by_the_sites_that_are_named(house: House) -> None:
    async with visiting(of(house, own())) as browser:
        frames = [await browser.get(path) for path in ("/en/embed/form", "/en/embed/near", "/es/embed/form")]
        paths = ("/", "/en/embed", "/en/find", "/en/help/all", "/en/embed/form/x", "/embed/form", "/en/embed/answers")
        others = [await browser.get(path) for path in paths]
        wrong = await browser.get("/tlh/embed/form")
    for frame in frames:
        assert policy(frame)["frame-ancestors"] == f"'self' {SITE} https://other.example:8443"
        assert "x-frame-options" not in frame.headers
        assert frame.headers["cross-origin-resource-policy"] == "cross-origin"
    for response in others:
        assert policy(response)["frame-ancestors"] == "'none'"
        assert response.headers["x-frame-options"] == "DENY"
        assert response.headers["cross-origin-resource-policy"] == "same-origin"
    assert (wrong.status_code, policy(wrong)["frame-ancestors"]) == (404, "'none'")


async def test_unless_sites_are_named_only_our_own_page_shows_the_frame(house: House) -> None:
    async with visiting(house) as browser:
        frame = await browser.get("/en/embed/form")
    assert policy(frame)["frame-ancestors"] == "'self'"


async def test_the_frame_sets_no_cookie_loads_nothing_and_has_the_way_out(house: House) -> None:
    async with visiting(of(house, own())) as browser:
        frame = await browser.get("/es/embed/near", headers={"cookie": "anything=1"})
    assert "set-cookie" not in frame.headers
    assert re.findall(r"(?:src|url\()", frame.text) == []
    assert '<html lang="es" dir="ltr">' in frame.text
    assert 'class="leave" href="https://tiempo.example/" target="_top" rel="noreferrer"' in frame.text
    assert frame.text.count('target="_top"') == 3  # the way out, the list, and the first page: all on a full page
    assert "--deep:#1f4e79" in frame.text


async def test_what_is_written_in_the_frame_leads_to_the_full_page_of_the_place(house: House) -> None:
    await given.office(house.database)
    async with visiting(house) as browser:
        found = await browser.post("/en/embed/find", data={"where": "Brownsville TX"}, headers=NAVIGATING)
        nowhere = await browser.post("/es/embed/find", data={"where": "Xyzzyville"}, headers=NAVIGATING)
        elsewhere = await browser.post("/en/find", data={"where": "Brownsville TX"}, headers=NAVIGATING)
        plain = await browser.post("/en/embed/find", content=b"{}", headers={"content-type": "application/json"})
    assert found.status_code == 303
    assert re.fullmatch(r"/en/find/[0-9a-f-]{36}", found.headers["location"])
    assert "set-cookie" not in found.headers
    assert (nowhere.status_code, nowhere.headers["x-frame-options"]) == (422, "DENY")
    assert '<html lang="es"' in nowhere.text
    assert elsewhere.status_code == 403
    assert plain.status_code == 415


async def test_the_form_in_a_frame_is_the_whole_form_and_opens_all_on_a_full_page(house: House) -> None:
    async with visiting(of(house, own())) as browser:
        frame = await browser.get("/en/embed/form")
        whole = await browser.get("/en/help/all")
    asked = re.compile(r'name="([^"]+)"')
    assert asked.findall(frame.text) == asked.findall(whole.text)
    assert '<base target="_top">' in frame.text
    assert 'action="/en/embed/answers"' in frame.text
    assert "--deep:#1f4e79" in frame.text
    assert "colours.css" not in frame.text
    assert "set-cookie" not in frame.headers
    assert frame.headers["cache-control"] == "no-store"


async def test_what_is_written_in_a_framed_form_is_looked_over_here_and_nothing_is_kept_of_it(house: House) -> None:
    pool = house.database.pool
    async with visiting(house) as browser:
        written = {"key": "5b0d3f0e-6a43-4a8e-9b3f-0f6d7f2c9a11", "who": "me", "more": "I need a ramp. <b>"}
        wrong = await browser.post("/en/embed/answers", data=written, headers=NAVIGATING)
        direct = await browser.post("/en/help/all", data=written, headers=NAVIGATING)
    assert wrong.status_code == 422  # the questions that must be answered are not
    assert 'action="/en/help/all"' in wrong.text
    assert "I need a ramp. &lt;b&gt;" in wrong.text
    assert written["key"] in wrong.text
    assert (wrong.headers["x-frame-options"], policy(wrong)["frame-ancestors"]) == ("DENY", "'none'")
    assert wrong.headers["set-cookie"].startswith("d=~")  # of nobody
    assert direct.status_code == 403
    assert await pool.fetchval("SELECT count(*) FROM help_request") == 0
    assert await pool.fetchval("SELECT count(*) FROM help_draft") == 0
