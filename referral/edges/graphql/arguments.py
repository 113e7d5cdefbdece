# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false, reportUnknownVariableType=false
# (graphql-core leaves some types open)
"""How are variables and arguments read? Found out once for each document, instead of type by type for each request.

What is read is what graphql-core reads. Whatever does not fit raises NotPlain: then graphql-core does it again, and
says what is wrong.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from graphql import (
    ArgumentNode,
    FieldNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    ListValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    is_input_type,
    type_from_ast,
)
from graphql.utilities.coerce_input_value import coerce_default_value, coerce_input_literal

from referral.edges.graphql.writers import NotPlain

Values = Mapping[str, Any]  # of variables, as they are meant
Read = Callable[[Any], Any]  # a value as JSON has it, to what is meant
Take = Callable[[Values], Any]  # a value as a document has it, once its variables are known
Given = Mapping[str, Any]


# ------------------------------------------------------------- variables
def variables_reader(schema: GraphQLSchema, definitions: Iterable[VariableDefinitionNode]) -> Callable[[Given], Values]:
    """What a request sends as variables, to what is meant. Raises NotPlain, here for a type that cannot be sent."""
    reads: list[tuple[str, Read]] = []
    defaults: dict[str, Any] = {}
    for definition in definitions:
        name, kind = definition.variable.name.value, type_from_ast(schema, definition.type)
        if kind is None or not is_input_type(kind):
            raise NotPlain(name)
        reads.append((name, reader(kind)))
        if definition.default_value is not None:
            defaults[name] = certain(coerce_input_literal(definition.default_value, kind))
    must = frozenset(
        one.variable.name.value
        for one in definitions
        if one.default_value is None and isinstance(type_from_ast(schema, one.type), GraphQLNonNull)
    )

    def read(given: Given) -> Values:
        if not must <= given.keys():
            raise NotPlain
        meant = defaults.copy()
        for name, read_one in reads:
            if name in given:
                meant[name] = read_one(given[name])
        return meant

    return read


def reader(kind: Any) -> Read:  # noqa: ANN401 - any input type
    """How a value of this type is read."""
    if isinstance(kind, GraphQLNonNull):
        return of_something(reader(kind.of_type))
    if isinstance(kind, GraphQLList):
        return list_reader(reader(kind.of_type))
    return named_reader(kind)


@cache
def named_reader(kind: Any) -> Read:  # noqa: ANN401 - any input type that has a name
    """Remembered, for the schema has each once. A document brings lists of it and what must not be null anew."""
    if isinstance(kind, GraphQLInputObjectType):
        return object_reader(kind)
    return leaf_reader(kind.coerce_input_value)


def of_something(read: Read) -> Read:
    def something(value: Any) -> Any:  # noqa: ANN401 - any JSON
        if value is None:
            raise NotPlain
        return read(value)

    return something


def list_reader(read: Read) -> Read:
    def items(value: Any) -> Any:  # noqa: ANN401 - any JSON
        if value is None:
            return None
        return [read(one) for one in value] if isinstance(value, list) else [read(value)]

    return items


def leaf_reader(coerce: Read) -> Read:
    def leaf(value: Any) -> Any:  # noqa: ANN401 - any JSON
        if value is None:
            return None
        try:
            return coerce(value)
        except Exception:  # noqa: BLE001 - a scalar may fail in any way; graphql-core then says how
            raise NotPlain from None

    return leaf


def object_reader(kind: GraphQLInputObjectType) -> Read:
    """Its fields are looked at when it is first read: a type may hold itself."""
    ready: list[tuple[dict[str, tuple[str, Read]], frozenset[str], dict[str, Any]]] = []

    def read(value: Any) -> Any:  # noqa: ANN401 - any JSON
        if value is None:
            return None
        if not isinstance(value, dict):
            raise NotPlain
        if not ready:
            ready.append((reads_of(kind), required(kind.fields), defaults_of(kind.fields)))
        reads, must, defaults = ready[0]
        if not must <= value.keys():
            raise NotPlain
        meant = defaults.copy()
        for name, one in value.items():
            if name not in reads:
                raise NotPlain
            out_name, read_one = reads[name]
            meant[out_name] = read_one(one)
        return finished(kind, meant, len(value))

    return read


def reads_of(kind: GraphQLInputObjectType) -> dict[str, tuple[str, Read]]:
    return {name: (one.out_name or name, reader(one.type)) for name, one in kind.fields.items()}


def finished(kind: GraphQLInputObjectType, meant: dict[str, Any], given: int) -> Any:  # noqa: ANN401 - what the type makes of it
    if kind.is_one_of and (given != 1 or len(meant) != 1 or None in meant.values()):
        raise NotPlain
    return kind.out_type(meant)


# ------------------------------------------------------------- arguments
def arguments_taker(definition: GraphQLField, node: FieldNode) -> Callable[[Values], dict[str, Any]]:
    """The arguments of a field as its resolver gets them, once variables are known. Raises NotPlain."""
    return taker_of(definition.args, node.arguments or ())


def taker_of(
    definitions: Mapping[str, GraphQLArgument] | Mapping[str, GraphQLInputField],
    nodes: Iterable[ArgumentNode | ObjectFieldNode],
) -> Callable[[Values], dict[str, Any]]:
    """Of arguments, or of the fields of an object written in a document."""
    given = {node.name.value: node.value for node in nodes}
    must = required(definitions)
    if not must <= given.keys() <= definitions.keys():
        raise NotPlain
    constant: dict[str, Any] = {}
    takes: list[tuple[str, str | None, Take]] = []
    for name, definition in definitions.items():
        out_name, value = definition.out_name or name, given.get(name)
        if value is None or isinstance(value, VariableNode):
            constant.update(default_of(out_name, definition))
        if value is not None and has_variables(value):
            may_be_missing = value.name.value if isinstance(value, VariableNode) and name not in must else None
            takes.append((out_name, may_be_missing, taker(value, definition.type)))
        elif value is not None:
            constant[out_name] = certain(coerce_input_literal(value, definition.type))

    def take(values: Values) -> dict[str, Any]:
        meant = constant.copy()
        for out_name, may_be_missing, take_one in takes:
            if may_be_missing is None or may_be_missing in values:
                meant[out_name] = take_one(values)
        return meant

    return take


def taker(node: ValueNode, kind: Any) -> Take:  # noqa: ANN401 - any input type
    """A value of a document that holds variables."""
    if isinstance(node, VariableNode):
        return variable_taker(node.name.value, may_be_null=not isinstance(kind, GraphQLNonNull))
    kind = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    if isinstance(kind, GraphQLList) and isinstance(node, ListValueNode):
        items = tuple(item_taker(item, kind.of_type) for item in node.values)
        return lambda values: [take(values) for take in items]
    if isinstance(kind, GraphQLInputObjectType) and isinstance(node, ObjectValueNode):
        take, given = taker_of(kind.fields, node.fields), len(node.fields)
        return lambda values: finished(kind, take(values), given)
    raise NotPlain


def variable_taker(name: str, *, may_be_null: bool) -> Take:
    def take(values: Values) -> Any:  # noqa: ANN401 - any value
        if name not in values:
            raise NotPlain
        value = values[name]
        if value is None and not may_be_null:
            raise NotPlain
        return value

    return take


def item_taker(node: ValueNode, kind: Any) -> Take:  # noqa: ANN401 - any input type
    if has_variables(node):
        return taker(node, kind)
    value = certain(coerce_input_literal(node, kind))
    return lambda _values: value


# ------------------------------------------------------------- both
def required(definitions: Mapping[str, GraphQLArgument] | Mapping[str, GraphQLInputField]) -> frozenset[str]:
    return frozenset(
        name for name, one in definitions.items() if isinstance(one.type, GraphQLNonNull) and not default_of(name, one)
    )


def defaults_of(definitions: Mapping[str, GraphQLInputField]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, one in definitions.items():
        found.update(default_of(one.out_name or name, one))
    return found


def default_of(name: str, definition: GraphQLArgument | GraphQLInputField) -> dict[str, Any]:
    """Under this name; empty where there is none."""
    value = coerce_default_value(definition)
    return {} if value is Undefined else {name: value}


def certain(value: Any) -> Any:  # noqa: ANN401 - any value
    """What was read; NotPlain where it could not be."""
    if value is Undefined:
        raise NotPlain
    return value


def has_variables(node: ValueNode) -> bool:
    if isinstance(node, ListValueNode):
        return any(has_variables(one) for one in node.values)
    if isinstance(node, ObjectValueNode):
        return any(has_variables(one.value) for one in node.fields)
    return isinstance(node, VariableNode)
