"""Nobody can ask for everything at once: what a document may cost, and that honest ones do not come near it."""

from pathlib import Path

import pytest
from graphql import get_introspection_query, parse

from referral.edges.graphql.cost import MOST_POINTS, Bills

OPERATIONS = sorted((Path(__file__).parents[2] / "schema" / "operations").glob("*/*.graphql"))


def refused(query: str, **variables: object) -> str | None:
    return Bills().too_much(parse(query), None, variables)


@pytest.mark.parametrize("path", OPERATIONS, ids=lambda path: path.stem)
def test_every_published_operation_may_run(path: Path) -> None:
    assert refused(path.read_text(encoding="utf-8"), first=50, last=50) is None


def test_the_schema_may_be_asked_to_describe_itself() -> None:
    assert refused(get_introspection_query()) is None


def test_lists_in_lists_are_refused() -> None:
    inner = "id"
    for _ in range(3):
        inner = f"nodes {{ organization {{ name providers {{ {inner} }} }} }}"
    sentence = refused(f"{{ providers {{ {inner} }} }}")
    assert sentence is not None
    assert f"{MOST_POINTS:,}" in sentence


def test_a_page_counts_by_its_size_wherever_the_size_stands() -> None:
    fields = " ".join(f"a{number}: name" for number in range(450))
    query = f"query($n: Int) {{ providers(first: $n) {{ nodes {{ {fields} }} }} }}"
    assert refused(query, n=5) is None
    assert refused(query, n=50) is not None
    assert refused(query) is not None  # a size nobody knows yet counts as the largest
    assert refused(query.replace("$n)", "3)").replace("query($n: Int) ", "")) is None


def test_depth_and_breadth_have_limits() -> None:
    deep = "{ provider(id: 1) " + "{ organization " * 12 + "{ id }" + "}" * 12 + " }"
    assert "levels deep" in (refused(deep) or "")
    wide = "{ " + " ".join(f'a{number}: places(query: "x") {{ id }}' for number in range(16)) + " }"
    assert "at the top" in (refused(wide) or "")


def test_fragments_that_fan_out_are_counted_once_each() -> None:
    """Sixty fragments, each spreading the next twice: 2^60 fields for a naive counter."""
    spreads = [f"fragment F{n} on Provider {{ ...F{n + 1} ...F{n + 1} }}" for n in range(60)]
    document = "{ provider(id: 1) { ...F0 } } " + " ".join(spreads) + " fragment F60 on Provider { name }"
    assert refused(document) is not None
