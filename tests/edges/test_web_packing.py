"""Pages are packed for the way, and nothing of one person helps to tell what else stands in the same page."""

import gzip
import re
from pathlib import Path
from random import Random

import given
import pytest
from referrals_given import submitted
from web_given import visiting

from referral.edges.house import House
from referral.edges.web import assets, pages
from referral.edges.web.assets import takes_gzip
from referral.edges.web.marking import CLOSES, OPENS, Part, ours, parts_of, unmarked
from referral.edges.web.packing import packed

STYLE = assets.STYLE.encode()
PHYSICAL = re.compile(
    r"(?:margin|padding|border|inset|scroll-margin|scroll-padding)-(?:left|right|top|bottom)|(?<![-\w])(?:left|right|top|bottom)\s*:"
    r"|text-align\s*:\s*(?:left|right)|float\s*:\s*(?:left|right)|border-(?:top|bottom)-(?:left|right)-radius"
    r"|(?<![-\w])(?:min-|max-)?(?:width|height)\s*:(?![^{]*\)\s*{)"
)
WORDS = [b"code", b"code 4711", b"<p>", b"our own words, as ever", b"\x00", b"\xff" * 40, b"x" * 70_000, b"", STYLE]


def own(text: bytes) -> Part:
    return Part(text=text, is_ours=False)


def known(text: bytes) -> Part:
    return Part(text=text, is_ours=True)


def test_our_style_knows_no_left_and_right() -> None:
    css = "".join(file.read_text(encoding="utf-8") for file in Path(assets.FOLDER).glob("*.css"))
    assert PHYSICAL.findall(css) == []
    assert PHYSICAL.search("p { margin-left: 1rem }")
    assert PHYSICAL.search("p { left: 0 }")
    assert "@import" not in css
    assert "url(" not in css
    assert "@font-face" not in css


def test_what_is_packed_comes_out_as_it_went_in() -> None:
    """Whatever comes after whatever: 400 made-up pages, some of nothing, some longer than a block and a window."""
    chance = Random(4711)  # noqa: S311 - the same pages every time
    for _ in range(400):
        texts = chance.choices(WORDS, k=chance.randint(0, 12))
        parts = [Part(text=text, is_ours=b"\x00" not in text and chance.random() < 0.5) for text in texts]
        assert gzip.decompress(packed(parts)) == b"".join(texts)


def test_our_own_words_hold_no_zero_since_zeros_stand_for_the_words_of_others() -> None:
    with pytest.raises(ValueError, match="zero"):
        packed([known(b"one\x00two")])


@pytest.mark.parametrize(
    "guess", [b"code 4711 8150 9921", b"code 4711 8150 0000", b"our own words, as e", b"\x00" * 19]
)
def test_a_guess_of_what_stands_in_a_page_makes_it_no_shorter(guess: bytes) -> None:
    """The one who guesses sees lengths alone: right guesses and wrong ones are as long, of a code and of our words."""

    def page(typed: bytes) -> list[Part]:
        code, words = own(b"code 4711 8150 9921"), known(b"<p>our own words, as ever, are packed</p>")
        return [known(STYLE), code, words, own(typed), words, own(b"code 4711 8150 9921"), known(b"</p>")]

    assert len(packed(page(guess))) == len(packed(page(b"qzjx 8263 1054 7736")))
    assert len(packed(page(guess))) < len(STYLE) / 3


def test_packed_whole_a_page_would_tell_which_is_why_it_is_not() -> None:
    page = b"<style>%s</style><p>code 4711 8150 9921</p><p>%s</p>"
    told = [len(packed([known(page % (STYLE, guess))])) for guess in (b"code 4711 8150 9921", b"cude 1234 5678 9012")]
    assert told[0] < told[1]


def test_of_a_template_its_own_words_are_ours_and_no_value_that_does_not_say_so() -> None:
    made = pages.TEMPLATE.from_string('<p class="a">{{ typed }}</p>{{ name | ours }}{{ bold }}').render(
        typed="<b>", name="<i>", bold=pages.strong("<u>")
    )
    parts = parts_of(made)
    assert b"".join(part.text for part in parts).decode() == unmarked(made)
    assert [part.text for part in parts if not part.is_ours] == [b"&lt;b&gt;", b"<strong>&lt;u&gt;</strong>"]
    assert b"".join(part.text for part in parts if part.is_ours) == b'<p class="a"></p>&lt;i&gt;'


def test_nobody_can_type_the_marks() -> None:
    assert OPENS != CLOSES
    assert len(OPENS) > 16
    assert OPENS in ours("x")
    other = parts_of(f"typed {OPENS[:-1]}")
    assert [part.is_ours for part in other] == [False]


async def test_of_a_page_about_a_person_nothing_that_tells_of_them_is_packed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page of a request: its code, what was written to the team, and what was typed just now."""
    sent = list[list[Part]]()

    def noticed(parts: list[Part]) -> bytes:
        sent.append(parts)
        return packed(parts)

    monkeypatch.setattr("referral.edges.web.packing.packed", noticed)
    code = (await submitted(house)).receipt
    said = "Synthetic words of one person."
    async with visiting(house) as browser:
        for act, text in (("write", said), ("write", "A-Number 123456789 " + said)):
            told = {"code": code, "act": act, "text": text, "key": "k" * 20}
            answer = await browser.post("/en/status", data=told, follow_redirects=True)
            assert said in answer.text
    assert len(sent) == 2  # at once without a cookie; with the one that came with it, held and then shown
    for parts in sent:
        packed_words = b"".join(part.text for part in parts if part.is_ours)
        assert code.encode() not in packed_words
        assert said.encode() not in packed_words
        assert b"<textarea" in packed_words


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
            assert OPENS[:2] not in plain.text
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
    assert int(whole.headers["content-length"]) < 2_000
    assert whole.content == written
    assert "content-encoding" not in part.headers
    assert (part.status_code, part.content) == (206, written[:12])
