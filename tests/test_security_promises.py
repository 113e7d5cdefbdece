"""What docs/security.md promises names a test that is there, with stories in it that are told on any machine."""

import ast
import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "security.md"
FILE = re.compile(r"`?([\w/-]+\.py)`?")


def promises() -> dict[str, str]:
    """Each row of the table: what is promised, and what is named beside it."""
    table = PAGE.read_text(encoding="utf-8").partition("| promise | test |")[2].partition("\n\n")[0]
    rows = [row.strip("|").rsplit("|", 1) for row in table.splitlines()[2:]]
    return {said.strip(): named.strip() for said, named in rows}


def stories(path: Path) -> list[ast.AsyncFunctionDef | ast.FunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        step
        for step in tree.body
        if isinstance(step, ast.AsyncFunctionDef | ast.FunctionDef) and step.name.startswith("test_")
    ]


def is_left_out(story: ast.AsyncFunctionDef | ast.FunctionDef) -> bool:
    """Whether it may be skipped."""
    return any("skip" in ast.unparse(mark) or "xfail" in ast.unparse(mark) for mark in story.decorator_list)


def asserts(story: ast.AsyncFunctionDef | ast.FunctionDef) -> bool:
    """Whether something in it can fail: an assertion, an expected refusal, or a step of another name that asserts."""
    return any(isinstance(step, ast.Assert | ast.Call) for step in ast.walk(story))


def test_every_promise_names_a_test() -> None:
    found = promises()
    assert len(found) >= 40
    unproved = [said for said, named in found.items() if not any((HERE / one).exists() for one in FILE.findall(named))]
    assert unproved == []


@pytest.mark.parametrize("named", sorted({one for row in promises().values() for one in FILE.findall(row)}))
def test_what_is_named_is_there_and_tells_a_story(named: str) -> None:
    if named.startswith("benchmarks/"):
        assert (HERE.parent / named).is_file()
        return
    told = stories(HERE / named)
    assert told
    assert all(asserts(story) for story in told)
    assert [story.name for story in told if is_left_out(story)] == []


def test_no_page_names_a_test_that_is_not_there() -> None:
    named = re.compile(r"(?:tests/)?((?:[\w-]+/)*test_\w+\.py)")
    pages = [*PAGE.parent.glob("*.md"), HERE.parent / "README.md", HERE.parent / "ARCHITECTURE.md"]
    told = [(page.name, one) for page in pages for one in named.findall(page.read_text(encoding="utf-8"))]
    assert [(page, one) for page, one in told if not (HERE / one).exists()] == []
