"""Pages are packed for the way, and nothing of one person helps to tell what else stands in the same page."""

import gzip
import re
import zlib
from pathlib import Path

import given
import pytest
from web_given import visiting

from referral.edges.house import House
from referral.edges.web import assets
from referral.edges.web.packing import packed, takes_gzip

STYLE = assets.STYLE.encode()
PHYSICAL = re.compile(
    r"(?:margin|padding|border|inset|scroll-margin|scroll-padding)-(?:left|right|top|bottom)|(?<![-\w])(?:left|right|top|bottom)\s*:"
    r"|text-align\s*:\s*(?:left|right)|float\s*:\s*(?:left|right)|border-(?:top|bottom)-(?:left|right)-radius"
    r"|(?<![-\w])(?:min-|max-)?(?:width|height)\s*:(?![^{]*\)\s*{)"
)


def test_our_style_knows_no_left_and_right() -> None:
    css = "".join(file.read_text(encoding="utf-8") for file in Path(assets.FOLDER).glob("*.css"))
    assert PHYSICAL.findall(css) == []
    assert PHYSICAL.search("p { margin-left: 1rem }")
    assert PHYSICAL.search("p { left: 0 }")
    assert "@import" not in css
    assert "url(" not in css
    assert "@font-face" not in css


@pytest.mark.parametrize("is_public", [True, False])
def test_what_is_packed_comes_out_as_it_went_in(is_public: bool) -> None:
    for page in (b"<p>", b"<style>" + STYLE + b"</style>" + b"words " * 40_000, b"x" * 70_000 + b"<main " + STYLE):
        assert gzip.decompress(packed(page, is_public=is_public)) == page


def test_a_guess_of_what_stands_in_a_page_makes_it_no_shorter() -> None:
    """The one who guesses sees lengths alone: a right guess and a wrong one are as long."""
    page = b"<style>%s</style><main ><p>code 4711 8150 9921</p><p>%s</p>"
    right = packed(page % (STYLE, b"code 4711 8150 9921"), is_public=False)
    wrong = packed(page % (STYLE, b"code 1234 5678 9012"), is_public=False)
    assert len(right) == len(wrong)
    assert len(right) < len(STYLE) < len(page % (STYLE, b""))
    told = [
        len(packed(page % (STYLE, guess), is_public=True)) for guess in (b"code 4711 8150 9921", b"cude 1234 5678 9012")
    ]
    assert told[0] < told[1], "packed whole, the page would tell: that is why it is not"


def test_the_whole_of_a_public_page_is_packed(house: House) -> None:
    page = b"<style>" + STYLE + b"</style><main >" + b"<li>one office after the other</li>" * 200
    assert len(packed(page, is_public=True)) < len(zlib.compress(STYLE, 9)) + 600
    assert len(packed(page, is_public=False)) > 7_000


@pytest.mark.parametrize(
    ("accepted", "does"),
    [
        ("gzip, deflate, br", True),
        ("br;q=1, gzip;q=0.5", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("", False),
        ("br", False),
    ],
)
def test_who_takes_no_gzip_is_sent_none(accepted: str, does: bool) -> None:
    assert takes_gzip(accepted) is does


async def test_a_page_says_how_it_is_packed_and_means_the_same(house: House) -> None:
    await given.office(house.database)
    place = await house.database.pool.fetchval(
        "SELECT id FROM place WHERE name = 'Brownsville' AND state = 'TX' LIMIT 1"
    )
    async with visiting(house) as browser:
        for path in ("/", "/es/find", f"/en/find/{place}", "/nothing"):
            plain = await browser.get(path, headers={"accept-encoding": "identity"})
            thin = await browser.get(path, headers={"accept-encoding": "gzip"})
            assert thin.text == plain.text
            assert thin.headers["content-encoding"] == "gzip"
            assert "content-encoding" not in plain.headers
            assert plain.headers["vary"] == thin.headers["vary"] == "Accept-Encoding"
            assert int(thin.headers["content-length"]) < int(plain.headers["content-length"])
            assert (await browser.head(path)).headers.get("content-encoding") is None
        answer = await browser.post(
            "/graphql", json={"query": "{ languages { tag } }"}, headers={"accept-encoding": "gzip"}
        )
        assert "content-encoding" not in answer.headers


async def test_the_script_of_the_form_is_packed_and_a_part_of_it_is_not(house: House) -> None:
    written = (assets.FOLDER / "guard.js").read_bytes()
    async with visiting(house) as browser:
        whole = await browser.get(assets.address("guard.js"), headers={"Accept-Encoding": "gzip"})
        part = await browser.get(assets.address("guard.js"), headers={"Accept-Encoding": "gzip", "Range": "bytes=0-11"})
    assert whole.headers["content-encoding"] == "gzip"
    assert int(whole.headers["content-length"]) < 1_500
    assert whole.content == written
    assert "content-encoding" not in part.headers
    assert (part.status_code, part.content) == (206, written[:12])
