"""Nobody can ask for everything at once: what a document may cost, and that honest ones do not come near it."""

from pathlib import Path

import pytest
from graphql import DocumentNode, get_introspection_query, parse

from referral.edges.graphql.cost import (
    MOST_POINTS,
    Bill,
    Bills,
    Scale,
    fragments_of,
    operations_of,
    too_much_anyhow,
    weighed,
)

OPERATIONS = sorted((Path(__file__).parents[2] / "schema" / "operations").glob("*/*.graphql"))


def bill(query: str, **variables: object) -> Bill:
    return Bills().bill(parse(query), None, variables)


def refused(query: str, **variables: object) -> str | None:
    """Why a document may not run; before it is compared with the schema, where that can be told."""
    return too_much_anyhow(parse(query)) or bill(query, **variables).sentence


@pytest.mark.parametrize("path", OPERATIONS, ids=lambda path: path.stem)
def test_every_published_operation_may_run(path: Path) -> None:
    assert refused(path.read_text(encoding="utf-8"), first=50, last=50) is None


def test_the_schema_may_be_asked_to_describe_itself() -> None:
    assert refused(get_introspection_query()) is None


def test_lists_in_lists_are_refused() -> None:
    inner = "id"
    for _ in range(2):
        inner = f"nodes {{ organization {{ name providers(first: 50) {{ {inner} }} }} }}"
    sentence = refused(f"{{ providers {{ {inner} }} }}")
    assert sentence is not None
    assert f"{MOST_POINTS:,}" in sentence


def test_a_page_counts_by_its_size_wherever_the_size_stands() -> None:
    fields = "name " * 300
    query = f"query($n: Int) {{ providers(first: $n) {{ totalCount nodes {{ {fields} }} }} }}"
    assert refused(query, n=5) is None
    assert too_much_anyhow(parse(query)) is None  # with a page of one it might run
    assert refused(query, n=50) is not None
    assert refused(query) is not None  # a size nobody knows yet counts as the largest
    assert refused(query.replace("$n)", "3)").replace("query($n: Int) ", "")) is None
    assert bill(query, n=5).points == 1 + 1 + 5 * 301


def test_what_an_answer_does_not_hold_is_not_paid_for() -> None:
    query = "{ found: providers(first: 20) { totalCount edges { node { id name } } } languages(first: 3) { tag } }"
    asked = bill(query)
    of_an_edge, of_a_language = 1 + 3, 1
    assert asked.points == 1 + 1 + 20 * of_an_edge + 1 + 3 * of_a_language
    answer: dict[str, object] = {
        "found": {"totalCount": 2, "edges": [{"node": {}}, {"node": {}}]},
        "languages": [{"tag": "es"}],
    }
    assert asked.actual(answer) == 1 + 1 + 2 * of_an_edge + 1 + of_a_language
    assert asked.actual({"found": None, "languages": None}) == 3
    assert asked.actual(None) == asked.points


def test_depth_and_breadth_have_limits() -> None:
    deep = "{ provider(id: 1) " + "{ organization " * 10 + "{ id }" + "}" * 10 + " }"
    assert "levels deep" in (refused(deep) or "")
    wide = "{ " + " ".join("a: id" for _ in range(16)) + " }"
    assert "at the top" in (refused(wide) or "")
    hidden = "{ ...A } fragment A on Query { " + "id " * 8 + "...B } fragment B on Query { " + "id " * 8 + "}"
    assert "at the top" in (refused(hidden) or "")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("{ provider(id: 1) { " + " ".join(f"a{n}: name" for n in range(16)) + " } }", "aliases"),
        ("{ a: provider(id: 1) { ...N ...N ...N } } fragment N on Provider { a: id b: id c: id d: id e: id }", "alias"),
        ("{ provider(id: 1) { name " + "@include(if: true) " * 11 + "} }", "directives"),
        ("query " + "@x " * 11 + "{ providers { totalCount } }", "directives"),
        ("query ($a: Int " + "@x " * 11 + ") { providers { totalCount } }", "directives"),
        ("{ providers { totalCount } } fragment N on Provider " + "@x " * 11 + "{ id }", "directives"),
        ("{ providers(filter: {languages: [" + '"es" ' * 101 + "]}) { totalCount } }", "in a list"),
        ("{ providers(filter: {deep: [[" + "1 " * 101 + "]]}) { totalCount } }", "in a list"),
        ("mutation { reportListing(input: {}) { id } reportListing(input: {}) { id } }", "once"),
        (
            "mutation { a: reportListing(input: {}) { id } ...F } fragment F on Mutation { reportListing { id } }",
            "once",
        ),
        ("{ a } " + " ".join(f"fragment F{n} on Provider {{ id }}" for n in range(51)), "fragments"),
    ],
)
def test_each_way_to_ask_for_too_much_is_named(query: str, said: str) -> None:
    assert said in (too_much_anyhow(parse(query)) or "")


def fan(count: int) -> DocumentNode:
    """Fragments that each spread the next twice: 2 to the `count` fields, for who counts them one by one."""
    spreads = [f"fragment f{n} on Provider{{...f{n + 1} ...f{n + 1}}}" for n in range(count)]
    return parse("{provider(id:1){...f0}}" + "".join(spreads) + f"fragment f{count} on Provider{{id}}")


def test_fragments_that_fan_out_are_looked_at_once_each() -> None:
    assert too_much_anyhow(fan(40)) is not None
    looked = dict[int, int]()
    for count in (10, 20, 40):
        document = fan(count)
        scale = Scale(fragments=fragments_of(document), variables=None)
        weighed(scale, operations_of(document, None)[0])
        looked[count] = scale.visits
    assert looked == {count: 2 + 2 * count + 1 for count in looked}


def test_a_fragment_that_spreads_itself_is_weighed_to_an_end() -> None:
    assert too_much_anyhow(parse("{ ...A } fragment A on Query { id ...B } fragment B on Query { id ...A }")) is None


def test_asking_for_help_is_known_from_everything_else() -> None:
    submit = "submitHelpRequest(input: {}) { __typename }"
    assert bill(f"mutation {{ {submit} }}").is_submission
    assert bill(f"mutation {{ a: {submit} }}").is_submission
    assert bill(f"mutation {{ ...A }} fragment A on Mutation {{ {submit} }}").is_submission
    assert not bill(f"mutation {{ {submit} reportListing(input: {{}}) {{ id }} }}").is_submission
    assert not bill(f"query {{ {submit} }}").is_submission
    assert not bill("{ providers { totalCount } } # submitHelpRequest").is_submission
