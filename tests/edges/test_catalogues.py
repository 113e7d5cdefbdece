"""Catalogues of words: a page speaks one language, whole, and says so where nobody has reviewed it."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from markupsafe import Markup
from typer.testing import CliRunner

from referral.edges import catalogues, refreshing, translations
from referral.edges.catalogues import catalogue, speaks
from referral.edges.commands.translating import commands
from referral.edges.refreshing import Refreshed

Write = Callable[[str, str], None]
HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: {}\\n"\n\n'
ENGLISH = (
    HEAD.format("nplurals=2; plural=(n != 1);")
    + """
msgid "boats.leave"
msgstr "{name} leaves."

msgid "boats.count"
msgid_plural "boats.count"
msgstr[0] "{n} boat"
msgstr[1] "{n} boats"
"""
)
ARABIC_PLURALS = (
    "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 && n%100<=99 ? 4 : 5);"
)
ARABIC = (
    HEAD.format(ARABIC_PLURALS)
    + """
#. reviewed: AB 2026-11-26 translator
msgid "boats.leave"
msgstr "يغادر {name}."

#. draft: 2026-11-26
#, fuzzy
msgid "boats.count"
msgid_plural "boats.count"
msgstr[0] "لا قوارب"
msgstr[1] "قارب واحد"
msgstr[2] "قاربان"
msgstr[3] "{n} قوارب"
msgstr[4] "{n} قاربًا"
msgstr[5] "{n} قارب"
"""
)


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Catalogues of our own: a function that writes one for a language."""
    cached = (catalogues.catalogue, catalogues.speaks, catalogues.lacking, catalogues.read, catalogues.domains)

    def written(lang: str, text: str) -> None:
        (tmp_path / lang).mkdir(exist_ok=True)
        (tmp_path / lang / "boats.po").write_text(text, encoding="utf-8")
        for one in cached:
            one.cache_clear()

    monkeypatch.setattr(catalogues, "LOCALES", tmp_path)
    written("en", ENGLISH)
    yield written
    monkeypatch.undo()
    for one in cached:
        one.cache_clear()


def test_a_text_is_said_with_its_values_and_in_the_plural_of_its_language(write: Write) -> None:
    write("ar", ARABIC)
    english, arabic = catalogue("en", "boats"), catalogue("ar", "boats")
    assert (english("boats.count", n=1), english("boats.count", n=2)) == ("1 boat", "2 boats")
    assert [arabic("boats.count", n=n) for n in (0, 1, 2, 3, 11, 100)] == [
        "لا قوارب", "قارب واحد", "قاربان", "3 قوارب", "11 قاربًا", "100 قارب",
    ]  # fmt: skip
    assert (arabic.lang, arabic.dir, arabic.is_draft, arabic.stands_in) == ("ar", "rtl", True, False)
    assert (english.dir, english.is_draft) == ("ltr", False)


def test_what_lacks_one_word_is_shown_in_english_as_a_whole(write: Write) -> None:
    write("ar", ARABIC.replace('msgstr[2] "قاربان"', 'msgstr[2] ""'))
    words = catalogue("ar", "boats")
    assert (words.lang, words.wanted, words.dir, words.stands_in) == ("en", "ar", "ltr", True)
    assert words("boats.leave", name="Ark") == "Ark leaves."
    assert speaks("boats") == ("en",)
    write("ar", ARABIC)
    assert speaks("boats") == ("en", "ar")


def test_a_language_without_a_catalogue_or_that_nobody_knows_reads_english(write: Write) -> None:
    assert catalogue("ht", "boats").lang == "en"
    assert catalogue("tlh", "boats").lang == "en"


def test_what_somebody_wrote_is_no_html_and_what_is_html_stays_so(write: Write) -> None:
    words = catalogue("en", "boats")
    assert words("boats.leave", name=Markup("<bdi>{}</bdi>").format("A<b")) == Markup("<bdi>A&lt;b</bdi> leaves.")
    assert not hasattr(words("boats.leave", name="<b>"), "__html__")  # so that the page escapes it


def test_an_id_that_nobody_wrote_is_an_error_and_no_gap(write: Write) -> None:
    with pytest.raises(KeyError):
        catalogue("en", "boats")("boats.sink")
    with pytest.raises(LookupError):
        catalogue("en", "ships")


def again(written: str, today: date = date(2026, 11, 27)) -> Refreshed:
    return refreshing.refreshed(written, catalogues.read("en", "boats"), today)


def test_each_translation_says_which_english_it_was_made_from(write: Write) -> None:
    write("ar", ARABIC)
    assert [one for one in translations.faults() if "leave was not made from the English" in one]
    made = again(ARABIC)
    assert made.drafts == ()  # what is reviewed stays so
    write("ar", made.text)
    assert translations.faults() == ()
    assert catalogues.read("ar", "boats")["boats.leave"].reviews == ("AB 2026-11-26 translator",)
    assert again(made.text).text == made.text


@pytest.mark.parametrize(("old", "new", "drafts"), [
    ("{name} leaves.", "{name} leaves now.", ("boats.leave",)),
    ("{n} boats", "{n} ships", ("boats.count",)),
    ("\\n\\nmsgid", "\\n\\n#. Another remark.\\nmsgid", ()),
])  # fmt: skip
def test_a_changed_english_text_makes_a_draft_of_its_translations(
    write: Write, old: str, new: str, drafts: tuple[str, ...]
) -> None:
    written = again(ARABIC).text
    write("ar", written)
    write("en", ENGLISH.replace(old, new, 1))
    assert len(translations.faults()) == len(drafts)
    made = again(written)
    assert made.drafts == drafts
    write("ar", made.text)
    assert translations.faults() == ()
    for id in drafts:
        entry = catalogues.read("ar", "boats")[id]
        assert (entry.is_draft, entry.reviews) == (True, ())
        assert "draft: 2026-11-27" in entry.remarks
        assert made.text.count(entry.forms[-1]) == written.count(entry.forms[-1])


def test_the_command_writes_the_files_and_names_what_became_a_draft(write: Write) -> None:
    write("ar", ARABIC)
    assert "0 became drafts." in CliRunner().invoke(commands, ["refresh"]).output
    write("en", ENGLISH.replace("leaves.", "goes."))
    said = CliRunner().invoke(commands, ["refresh"]).output
    assert "ar/boats.po: boats.leave is a draft again." in said
    assert "1 became drafts." in said
