"""The words of the form: none lacks, none is left over, and none is one that nobody outside an office says."""

import re
from pathlib import Path

import pytest

from referral.edges.catalogues import catalogue, read, speaks
from referral.edges.web.help import ids, shown
from referral.foundation.languages import Lexicon
from referral.intake.asking.questions import PAGES

WEB = Path(ids.__file__).parents[1]
WRITTEN = re.compile(r"""["']((?:form|receipt|change)\.[a-z_0-9]+(?:\.[a-z_0-9]+)*)["']""")
DOMAINS = ("form", "receipt", "change")


def written() -> set[str]:
    """Every id that stands as it is in a template or in code."""
    files = [*WEB.rglob("*.html"), *WEB.rglob("*.py")]
    return {id for file in files for id in WRITTEN.findall(file.read_text(encoding="utf-8"))}


def test_the_catalogue_has_what_the_questions_need_and_nothing_that_nobody_says() -> None:
    known = {id for domain in DOMAINS for id in read("en", domain)}
    assert ids.needed() - known == set()
    families = {"form.section", "form.wrong", "form.only", "form.idle", "receipt.ease"}  # said with a value
    assert written() - known - families == set()
    assert known - written() - ids.needed() - ids.possible() == set()


def test_the_form_speaks_english_and_spanish_whole() -> None:
    assert {"en", "es"} <= set(speaks("common", *DOMAINS))


@pytest.mark.parametrize("lang", ["en", "es"])
def test_every_question_and_every_answer_has_words(lang: str) -> None:
    t, nothing = catalogue(lang, "form"), Lexicon(languages={}, tags={}, described={}, served={})
    for page in PAGES:
        for one in page.fields:
            if one.kind.value != "language":
                assert all(option.label for option in shown.options(one, t, nothing, {}))
    assert len(dict(shown.months(lang))) == 12
