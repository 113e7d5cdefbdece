"""Words of pages: each that is used is written, each that is written is used, none is broken, all are easy to read."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from jinja2 import nodes
from reading import grade, sentences, words
from typer.testing import CliRunner

from referral.directory.facts import FactGroup
from referral.directory.words import Openness, ReportReason, SaidBy
from referral.edges import catalogues, translations
from referral.edges.catalogues import catalogue, domains
from referral.edges.commands.translating import commands
from referral.edges.web.limits import Limit
from referral.edges.web.pages import TEMPLATE
from referral.edges.web.serving import STEPS, Who
from referral.foundation.actors import ActorKind
from referral.foundation.meanings import PlaceKind
from referral.foundation.vocabulary import HelpType
from referral.intake.next_steps import Advice
from referral.intake.words import HelpRequestStatus

HERE = Path(catalogues.__file__).parent
MOVED = (
    "advice", "common", "find", "help", "home", "mail", "notice", "refusals", "status", "wrong",
)  # fmt: skip
# The families of ids whose last part is a value, and the values that each must have.
FAMILIES: dict[str, Iterable[object]] = {
    "advice": Advice,
    "find.ask": ("phone", "site", "mail"),
    "find.first": Who,
    "find.for_whom": Who,
    "find.groups": [one for one in FactGroup if one is not FactGroup.CAPACITY],
    "find.kinds": PlaceKind,
    "find.limits": [one.name.lower() for one in Limit],
    "find.openness": Openness,
    "find.said_by": [one for one in SaidBy if one is not SaidBy.LIST],
    "find.steps": STEPS.values(),
    "find.trouble": ("not_known", "empty"),
    "help": HelpType,
    "refusals.titles": (403, 404, 405, 409, 410, 413, 429, 500, 503),
    "refusals.sentences": (403, 404, 409, 410, 413, 422, 429, 500, 503),
    "status": ("unknown", "too_many", "other_problem"),
    "status.problems": ("EMPTY", "TOO_LONG", "IDENTITY_NUMBER"),
    "status.roles": ActorKind,
    "status.stands": HelpRequestStatus,
    "wrong": ("choose", "too_long", "enough"),
    "wrong.reasons": ReportReason,
}
BANNED = re.compile(r"\b(eligib|pursuant|attorney|representation|status)", re.IGNORECASE)


def in_code() -> Iterator[tuple[str, str]]:
    """(kind, id) of each call of a catalogue in the code: kind is `of` for a family."""
    for path in HERE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                said, name = node.args[0].value, node.func
                if isinstance(name, ast.Attribute) and name.attr in {"of", "has"} and isinstance(said, str):
                    yield "of", said
                elif isinstance(name, ast.Name) and name.id in {"t", "english"} and isinstance(said, str):
                    yield "one", said


def in_templates() -> Iterator[tuple[str, str]]:
    for name in TEMPLATE.list_templates(extensions=["html"]):
        assert TEMPLATE.loader
        source = TEMPLATE.loader.get_source(TEMPLATE, name)[0]
        for call in TEMPLATE.parse(source).find_all(nodes.Call):
            if not call.args or not isinstance(call.args[0], nodes.Const):
                continue
            if isinstance(call.node, nodes.Name) and call.node.name == "t":
                yield "one", str(call.args[0].value)
            elif isinstance(call.node, nodes.Getattr) and call.node.attr in {"of", "has"}:
                yield "of", str(call.args[0].value)
            elif isinstance(call.node, nodes.Getattr) and call.node.attr == "notice":
                yield "one", str(call.args[0].value)


def used() -> set[str]:
    found = {*in_code(), *in_templates()}
    families = {id for kind, id in found if kind == "of" and id.partition(".")[0] in MOVED}
    assert families == set(FAMILIES)
    ids = {id for kind, id in found if kind == "one" and "." in id and id.partition(".")[0] in MOVED}
    return ids | {f"{family}.{value}" for family in families for value in FAMILIES[family]}


def test_each_word_that_is_used_is_written_and_each_that_is_written_is_used() -> None:
    written = {id for domain in MOVED for id in catalogues.read("en", domain)}
    asked = used()
    assert sorted(asked - written) == []
    assert sorted(written - asked) == []


def test_no_catalogue_is_broken() -> None:
    assert translations.faults() == ()


def test_spanish_is_whole_and_says_that_nobody_has_reviewed_it() -> None:
    words_of = catalogue("es", *domains())
    assert (words_of.lang, words_of.is_draft) == ("es", True)


@pytest.mark.parametrize("domain", domains())
def test_english_is_easy_to_read(domain: str) -> None:
    texts = [re.sub(r"\{\w+\}", "5", form) for entry in catalogues.read("en", domain).values() for form in entry.forms]
    assert [one for text in texts for one in sentences(text) if len(words(one)) > 15] == []
    assert [text for text in texts if BANNED.search(text)] == []
    assert grade(texts) <= 4.0


def test_the_scorer_tells_a_hard_text_from_an_easy_one() -> None:
    hard = "Representation is unavailable to ineligible individuals, notwithstanding extraordinary circumstances."
    assert grade([hard]) > 12
    assert grade(["Do you have a lawyer now? We can help you find one."]) < 4


def test_the_command_says_what_lacks_review() -> None:
    said = CliRunner().invoke(commands, ["status"])
    assert said.exit_code == 1
    assert "es: " in said.output
    assert "whole, a draft" in said.output
    assert CliRunner().invoke(commands, ["check"]).exit_code == 0
