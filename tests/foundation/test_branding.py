"""An organization's file is understood whole, or each mistake is told with its key and line."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from referral.foundation import branding, branding_reading
from referral.foundation.branding import Danger
from referral.foundation.branding_reading import BrandingUnusable

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "referral.toml"
TODAY = date(2026, 11, 26)
HOTLINE = """
[[hotlines]]
name = "Synthetic line, for tests"
number = "+1 202 555 0100"
dangers = ["violence"]
source = "https://example.org/"
seen_on = 2026-11-26
"""


@dataclass(frozen=True)
class Spot:
    latitude: float
    longitude: float


def mistakes(text: str) -> list[str]:
    with pytest.raises(BrandingUnusable) as refused:
        branding_reading.parsed(text)
    return str(refused.value).split("\n")


def test_what_ships_is_nobodys_and_every_number_in_it_has_its_source() -> None:
    shipped = branding_reading.read(None)
    assert shipped.name == "Referral"
    assert not shipped.embedding.sites
    assert shipped.colours.css == ""
    assert {one.number for one in shipped.hotlines} == {"911", "988", "1-800-799-7233", "1-888-373-7888"}
    assert all(one.source.startswith("https://") and one.checked_on is None for one in shipped.hotlines)


def test_the_example_says_its_conditions_in_both_languages_and_keeps_the_shipped_numbers() -> None:
    example = branding_reading.read(EXAMPLE)
    for lang in ("en", "es"):
        said, known = example.promised(lang)
        assert (known, len(said.conditions)) == (lang, 4)
    assert example.hotlines == branding_reading.neutral().hotlines
    assert example.colours.css.startswith(":root{--deep:#1f4e79;")


def test_what_is_not_said_in_a_language_is_said_in_english_and_marked_so() -> None:
    example = branding_reading.read(EXAMPLE)
    assert example.promised("ht")[1] == "en"
    assert branding.chosen({"en": "Emergency", "es": "Emergencia"}, "ht") == branding.Spoken(
        text="Emergency", lang="en"
    )
    assert branding.chosen({"*": "Línea"}, "ar") == branding.Spoken(text="Línea", lang="ar")
    assert branding.chosen({"es": "Emergencia"}, "ar").lang == "es"


def test_an_area_holds_its_states_and_what_lies_around_its_point() -> None:
    example = branding_reading.read(EXAMPLE)
    assert example.serves(Spot(40.65, -73.95), "NY")
    assert not example.serves(Spot(42.89, -78.88), "NY")  # Buffalo
    assert not example.serves(None, None)
    assert branding_reading.neutral().serves(None, None)
    texas = branding_reading.parsed('[[areas]]\nname = "Texas"\nstates = ["TX"]')
    assert texas.serves(None, "TX")
    assert not texas.serves(None, "NM")


def test_whom_to_call_comes_in_an_order_that_suits_the_language() -> None:
    other = HOTLINE + 'languages = ["ht"]\ninterpreters = true\n'
    found = branding_reading.parsed(
        HOTLINE.replace("0100", "0101") + other + HOTLINE.replace("0100", "0102") + "emergency = true"
    )
    numbers = [one.number[-4:] for one in found.hotlines_for(Danger.VIOLENCE, "ht")]
    assert numbers == ["0102", "0100", "0101"]
    assert found.hotlines_for(Danger.DETENTION, "ht") == ()
    assert found.hotlines_for(Danger.VIOLENCE, "ht", country="MX") == ()
    assert found.hotlines[0].dials == "tel:+12025550101"


def test_short_numbers_are_dialled_as_they_stand() -> None:
    dialled = {one.number: (one.dials, one.texts) for one in branding_reading.neutral().hotlines}
    assert dialled["911"] == ("tel:911", None)
    assert dialled["988"] == ("tel:988", "sms:988")
    assert dialled["1-888-373-7888"] == ("tel:+18883737888", "sms:233733")


def test_every_mistake_is_told_at_once_with_its_key_and_line() -> None:
    found = mistakes(
        '# a comment = 1\n[organization]\nname = ""\nphone = "1-800-CALL-NOW"\ncolour = "x"\n\n[words.EN]\nlead = "a"\n'
        f'{HOTLINE}\n[[hotlines]]\nname = """\n[not a table]\n"""\nnumber = "12a"\n'
        'dangers = [\n  "violence",\n  "fire",\n]\n'
        'source = "http://example.org"\nseen_on = "soon"\n[embedding]\nsites = ["https://a.example; script-src *"]\n'
    )
    assert [one.partition(": ")[0] for one in found] == [
        "line 3, organization.name",
        "line 4, organization.phone",
        "line 5, organization.colour",
        "line 7, words.EN",
        "line 21, hotlines.2.number",
        "line 22, hotlines.2.dangers.2",
        "line 26, hotlines.2.source",
        "line 27, hotlines.2.seen_on",
        "line 29, embedding.sites.1",
    ]
    assert "there are about, name, phone, privacy" in found[2]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[colours]\naccent = "#cccccc"', r"line 2, colours\.accent: white words on accent has a contrast of 1\.61:1"),
        (
            '[colours]\npaper = "#c9c9c9"',
            r"line 2, colours\.paper: small grey words on paper has a contrast of 4\.4\d:1",
        ),
        ('[colours]\naccent = "teal"', r"line 2, colours\.accent: write a colour"),
        ('[embedding]\nsites = ["*"]', r"line 2, embedding\.sites\.1: write an address that begins with https://"),
        ('[embedding]\nsites = ["https://*.example"]', r"line 2, embedding\.sites\.1: write the beginning"),
        ('[embedding]\nsites = ["https://example.org/page"]', r"line 2, embedding\.sites\.1: write the beginning"),
        ('[embedding]\nsites = ["http://example.org"]', r"line 2, embedding\.sites\.1: write an address"),
        ('[weather]\nes = "javascript:alert(1)"', r"line 2, weather\.es: write an address"),
        ("words = 3", r"line 1, words: this is a list or a table"),
        ("a = [", r"this is no TOML: .*"),
        ('[organisation]\nname = "x"', r"line 1, organisation: there is no such key here; there are areas, .*words"),
        ("[organization]", r"line 1, organization\.name: this has to be said"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(text: str, told: str) -> None:
    assert re.match(told, mistakes(text)[0])


def test_a_file_that_is_none_is_told_as_such(tmp_path: Path) -> None:
    for content, told in ((None, "No such file"), (b"\xff\xfe", "no UTF-8"), (b" " * 1_000_001, "no more than")):
        file = tmp_path / "referral.toml"
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(BrandingUnusable, match=told):
            branding_reading.read(file)


def test_numbers_that_nobody_has_called_lately_are_left_to_do_before_launch() -> None:
    def left(day: date | None) -> list[str]:
        text = HOTLINE + (f"checked_on = {day}" if day else "")
        own = '[organization]\nname = "Synthetic"\nphone = "+1 202 555 0100"\nprivacy = "https://example.org/privacy"\n'
        return branding_reading.before_launch(branding_reading.parsed(own + text), TODAY)

    assert left(TODAY - timedelta(days=90)) == []
    for day in (None, TODAY - timedelta(days=91), TODAY + timedelta(days=1)):
        assert [one.partition(": ")[0] for one in left(day)] == ["hotlines.1, +1 202 555 0100"]
    shipped = " ".join(branding_reading.before_launch(branding_reading.neutral(), TODAY))
    assert all(word in shipped for word in ("organization.phone", "organization.privacy", "organization.name", "988"))
