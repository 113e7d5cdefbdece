# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false, reportUnknownVariableType=false
# (graphql-core leaves some types open)
"""What is read of variables and arguments is what graphql-core reads of them."""

import random
from typing import Any

import orjson
import pytest
from graphql import FieldNode, GraphQLError, OperationDefinitionNode, build_schema, parse
from graphql.execution import VariableValues, get_argument_values, get_variable_values

from referral.edges.graphql.arguments import arguments_taker, named_reader, variables_reader
from referral.edges.graphql.writers import NotPlain

SCHEMA = build_schema("""
    enum Colour { RED GREEN }
    input Inner { id: ID, depth: Int! = 3, colours: [Colour!], again: Inner }
    input Choice @oneOf { point: Inner, name: String }
    input Outer { inner: Inner!, choice: Choice, rate: Float = 1.5, flags: [Boolean] = [true], deep: [[Int!]] }
    type Query {
        all(
            outer: Outer, size: Int = 20, must: String!, colour: Colour = GREEN, plain: [String!]! = ["a"], any: ID
        ): Int
    }
""")
QUERY = SCHEMA.query_type
DEFINITIONS = (
    "$outer: Outer", "$inner: Inner", "$inner1: Inner!", "$choice: Choice", "$size: Int", "$size5: Int = 5",
    "$must: String!", "$text: String", "$colour: Colour", "$colours: [Colour!]", "$plain: [String!]", "$rate: Float",
    "$flag: Boolean", "$flags: [Boolean]", "$depth: Int! = 9", "$deep: [[Int!]]",
)  # fmt: skip
INNER = (
    "$inner", "$inner1", "{}", "{id: 7}", '{id: "x", depth: $depth}', "{depth: $size}", "{colours: RED}",
    "{colours: [RED, $colour]}", "{colours: $colours, again: {again: $inner}}", "{again: null}", "null",
)  # fmt: skip
CHOICE = (
    "$choice", "{name: $text}", "{name: null}", "{point: {depth: $depth}}", '{name: "a", point: {}}', "{}",
    '{name: "a", point: $inner}',
)  # fmt: skip
VALUES: dict[str, tuple[str, ...]] = {
    "outer": ("$outer", "null", "{}"),
    "size": ("1", "null", "$size", "$size5", "$depth", '"no"'),
    "must": ('"yes"', "$must", "$text"),
    "colour": ("RED", "$colour", "null", "BLUE"),
    "plain": ('"a"', '["a", "b"]', "[$must, $text]", "$plain", "[]", "null"),
    "any": ("1", '"x"', "$text", "$size"),
}
JSON = (
    None, True, False, 0, 1, -1, 3.0, 3.5, 1e400, 2**40, "", "RED", "GREEN", "BLUE", "7", [], ["RED"], ["RED", None],
    [[1], [2, 3]], [[1, None]], [1], {}, {"id": 1}, {"id": [], "depth": 2}, {"depth": None}, {"colours": "RED"},
    {"colours": ["RED", "GREEN"], "again": {"again": {"depth": 1}}}, {"unknown": 1}, {"name": "a"}, {"name": None},
    {"point": {}}, {"name": "a", "point": {}}, {"inner": {}}, {"inner": {"depth": 2}, "rate": 2, "flags": None},
    {"inner": {}, "choice": {"name": "x"}, "deep": [[1]]}, {"inner": None}, {"inner": {}, "choice": {}},
)  # fmt: skip
FITTING: dict[str, tuple[Any, ...]] = {
    "$outer": ({"inner": {}}, {"inner": {"depth": 2}, "rate": 2}), "$inner": ({}, {"id": "1"}), "$inner1": ({},),
    "$choice": ({"name": "a"}, {"point": {}}), "$size": (1,), "$size5": (2,), "$must": ("a",), "$text": ("b",),
    "$colour": ("RED",), "$colours": (["RED"], "RED"), "$plain": (["x"], "x"), "$rate": (1, 2.5), "$flag": (True,),
    "$flags": ([True, None],), "$depth": (4,), "$deep": ([[1]], [1]),
}  # fmt: skip


def outer(chance: random.Random) -> str:
    parts = [f"inner: {chance.choice(INNER)}"] if chance.random() < 0.9 else []
    for name, values in (
        ("choice", CHOICE),
        ("rate", ("2", "$rate", "null")),
        ("flags", ("true", "[$flag, true]", "$flags")),
        ("deep", ("[[1], [2]]", "$deep", "1")),
        ("unknown", ("1",)),
    ):
        if chance.random() < (0.02 if name == "unknown" else 0.35):
            parts.append(f"{name}: {chance.choice(values)}")
    return "{" + ", ".join(parts) + "}"


def document(chance: random.Random) -> OperationDefinitionNode:
    given: list[str] = []
    for name, values in VALUES.items():
        if chance.random() < (0.95 if name == "must" else 0.5):
            value = outer(chance) if name == "outer" and chance.random() < 0.8 else chance.choice(values)
            given.append(f"{name}: {value}")
    text = ", ".join(given)
    used = [one for one in DEFINITIONS if one.partition(":")[0] in text.replace(",", " ").replace("}", " ").split(" ")]
    used = [one for one in DEFINITIONS if one.partition(":")[0] in used or one in used or chance.random() < 0.1]
    head = f"({', '.join(used)})" if used else ""
    node = parse(f"query {head} {{ all{f'({text})' if given else ''} }}").definitions[0]
    assert isinstance(node, OperationDefinitionNode)
    return node


def sent(chance: random.Random, operation: OperationDefinitionNode) -> dict[str, Any]:
    found: dict[str, Any] = {"unasked": 1} if chance.random() < 0.1 else {}
    for definition in operation.variable_definitions or ():
        name = definition.variable.name.value
        if chance.random() < 0.85:
            found[name] = chance.choice(FITTING[f"${name}"] if chance.random() < 0.85 else JSON)
    return found


def by_the_library(operation: OperationDefinitionNode, given: dict[str, Any]) -> dict[str, Any] | None:
    """What graphql-core reads; None where it refuses."""
    values = get_variable_values(SCHEMA, operation.variable_definitions or (), given)
    if not isinstance(values, VariableValues):
        return None
    field = operation.selection_set.selections[0]
    assert isinstance(field, FieldNode)
    assert QUERY is not None
    try:
        return get_argument_values(QUERY.fields["all"], field, values)
    except GraphQLError:
        return None


def by_us(operation: OperationDefinitionNode, given: dict[str, Any]) -> dict[str, Any] | None:
    field = operation.selection_set.selections[0]
    assert isinstance(field, FieldNode)
    assert QUERY is not None
    try:
        read = variables_reader(SCHEMA, operation.variable_definitions or ())
        return arguments_taker(QUERY.fields["all"], field)(read(given))
    except NotPlain:
        return None


def exactly(values: object) -> bytes:
    """As text, where 1 is not 1.0 and not true."""
    return orjson.dumps(values, option=orjson.OPT_SORT_KEYS)


def test_documents_made_up_are_read_as_graphql_core_reads_them() -> None:
    chance, read, left = random.Random(11), 0, 0  # noqa: S311 - the same documents every time, not a secret
    for _ in range(20_000):
        operation = document(chance)
        given = sent(chance, operation)
        ours, theirs = by_us(operation, given), by_the_library(operation, given)
        if ours is not None:
            assert exactly(ours) == exactly(theirs), (operation.loc and operation.loc.source.body, given)
            read += 1
        else:
            left += theirs is not None
    assert read > 4_000
    assert left < read / 20  # what could be read, and was left to the library


@pytest.mark.parametrize("value", [[[]], {"a": 1}, float("nan")])
def test_what_a_scalar_refuses_is_left_to_the_library(value: object) -> None:
    operation = parse('query ($size: Int) { all(must: "a", size: $size) }').definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    assert by_us(operation, {"size": value}) is None


def test_documents_that_are_forgotten_leave_no_readers_behind() -> None:
    document = 'query ($plain: [String!]!, $outer: Outer!) { all(plain: $plain, outer: $outer, must: "a") }'
    known = set[int]()
    for _ in range(20):
        operation = parse(document).definitions[0]
        assert isinstance(operation, OperationDefinitionNode)
        variables_reader(SCHEMA, operation.variable_definitions or ())({"plain": ["a"], "outer": {"inner": {}}})
        known.add(named_reader.cache_info().currsize)
    assert len(known) == 1


def test_what_is_read_twice_is_not_the_same_object() -> None:
    """A resolver that changes what it is given must not change it for the next."""
    operation = parse('query { all(must: "a") }').definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    one, two = by_us(operation, {}), by_us(operation, {})
    assert one == two
    assert one is not two
