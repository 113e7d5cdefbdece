# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false, reportUnknownVariableType=false
# (graphql-core leaves some types open)
"""How is an object written as a document selects it? One function from a row to what the answer holds.

All plain fields are taken out at once, then those that are not spelled as published are changed. A field that asks the
database by itself cannot be written so.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from operator import itemgetter
from typing import Any, cast

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    InlineFragmentNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
)
from strawberry.types.field import StrawberryField

from referral.foundation.languages import Language

Row = Mapping[str, Any]
Written = dict[str, Any]
Writer = Callable[[Any], Any]
Names = Mapping[str, Language]  # of languages, by tag

TYPENAME = "__typename"
STRAWBERRY = "strawberry-definition"
LONGEST_READER = 12  # letters of a language to answer in; a longer one is no tag we know


class NotPlain(Exception):  # noqa: N818 - no mistake: the other way is taken
    """The selection holds something that a writer cannot write."""


@dataclass(slots=True, kw_only=True)
class Scope:
    """The document around a selection. `asked` gathers the variables that what is written depends on."""

    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    names: Names
    asked: set[str] = field(default_factory=set[str])

    def value(self, node: ValueNode) -> Any:  # noqa: ANN401 - any literal
        if isinstance(node, VariableNode):
            self.asked.add(node.name.value)
            return self.variables.get(node.name.value)
        return getattr(node, "value", None)

    def argument(self, node: FieldNode, name: str) -> Any:  # noqa: ANN401 - any literal
        return next((self.value(one.value) for one in node.arguments or () if one.name.value == name), None)

    def is_left_out(self, node: FieldNode | InlineFragmentNode | FragmentSpreadNode) -> bool:
        """By @skip or @include."""
        for directive in node.directives or ():
            name = directive.name.value
            if name not in {"skip", "include"}:
                raise NotPlain(name)
            condition = next((self.value(one.value) for one in directive.arguments or ()), None)
            if condition is (name == "skip"):
                return True
        return False

    def fields(self, of: GraphQLObjectType, sets: Iterable[SelectionSetNode | None]) -> dict[str, list[FieldNode]]:
        """The fields by their names in the answer, in its order; each with all nodes that ask for it."""
        found: dict[str, list[FieldNode]] = {}
        seen: set[str] = set()
        for selections in sets:
            for node in self.nodes(of, selections, seen):
                found.setdefault((node.alias or node.name).value, []).append(node)
        return found

    def nodes(self, of: GraphQLObjectType, selections: SelectionSetNode | None, seen: set[str]) -> Iterator[FieldNode]:
        for node in selections.selections if selections else ():
            if not isinstance(node, FieldNode | InlineFragmentNode | FragmentSpreadNode):
                raise NotPlain(type(node).__name__)
            if self.is_left_out(node):
                continue
            if isinstance(node, FieldNode):
                yield node
                continue
            part = self.fragment(node, seen) if isinstance(node, FragmentSpreadNode) else node
            if part and (part.type_condition is None or part.type_condition.name.value == of.name):
                yield from self.nodes(of, part.selection_set, seen)

    def fragment(self, node: FragmentSpreadNode, seen: set[str]) -> FragmentDefinitionNode | None:
        if node.name.value in seen:
            return None
        seen.add(node.name.value)
        return self.fragments.get(node.name.value)


# ------------------------------------------------------------- objects
def object_writer(
    scope: Scope, of: GraphQLObjectType, nodes: list[FieldNode], columns: set[str] | None = None
) -> Writer:
    """All fields are taken out at once, then those that need it are changed. `columns` gathers what was taken."""
    chosen = scope.fields(of, [node.selection_set for node in nodes])
    if not chosen:  # all of it is left out
        return lambda _row: {}
    taken: list[str] = []
    changes: list[tuple[str, Writer]] = []
    computed: list[tuple[str, Writer]] = []
    for name, asked in chosen.items():
        taken.append(source_of(of, asked[0]))
        change, is_of_whole = change_for(scope, of, asked)
        if change is not None:
            (computed if is_of_whole else changes).append((name, change))
    if columns is not None:
        columns.update(taken)
    return assembled(tuple(chosen), taken, changes, computed)


def assembled(
    names: tuple[str, ...],
    taken: list[str],
    changes: list[tuple[str, Writer]],
    computed: list[tuple[str, Writer]],
) -> Writer:
    take: Writer = itemgetter(*taken) if len(taken) > 1 else one_of(taken[0])

    def write(row: Row) -> Written:
        written = dict(zip(names, take(row), strict=True))
        for name, change in changes:
            written[name] = change(written[name])
        for name, compute in computed:
            written[name] = compute(row)
        return written

    return write


def one_of(name: str) -> Writer:
    return lambda row: (row[name],)


def source_of(of: GraphQLObjectType, node: FieldNode) -> str:
    """The column or key a field is taken from; for one that is computed, one that is always there."""
    if node.name.value == TYPENAME or (of.name, node.name.value) in COMPUTED:
        return ALWAYS_THERE[of.name]
    if (of.name, node.name.value) in OWN_COLUMNS:
        return OWN_COLUMNS[of.name, node.name.value]
    definition = of.fields[node.name.value].extensions.get(STRAWBERRY)
    if not isinstance(definition, StrawberryField) or definition.base_resolver is not None:
        raise NotPlain(node.name.value)
    return definition.python_name


def change_for(scope: Scope, of: GraphQLObjectType, nodes: list[FieldNode]) -> tuple[Writer | None, bool]:
    """How a value is changed on its way out (None: not at all), and whether it is made from the whole row instead."""
    name = nodes[0].name.value
    if name == TYPENAME:
        return constant(of.name), False
    if made := COMPUTED.get((of.name, name)):
        return made(scope, of, nodes), True
    return change_to(scope, of.fields[name].type, nodes), False


def change_to(scope: Scope, kind: Any, nodes: list[FieldNode]) -> Writer | None:  # noqa: ANN401 - any output type
    if isinstance(kind, GraphQLNonNull):
        return change_of_value(scope, kind.of_type, nodes)
    change = change_of_value(scope, kind, nodes)
    return None if change is None else lambda value: None if value is None else change(value)


def change_of_value(scope: Scope, kind: Any, nodes: list[FieldNode]) -> Writer | None:  # noqa: ANN401 - any output type
    if isinstance(kind, GraphQLList):
        each = change_to(scope, kind.of_type, nodes)
        return None if each is None else lambda values: [each(value) for value in values]
    if isinstance(kind, GraphQLEnumType):
        return names_of(kind).__getitem__
    if isinstance(kind, GraphQLObjectType):
        return object_writer(scope, kind, nodes)
    if kind.name in SCALARS:
        return SCALARS[kind.name]
    raise NotPlain(kind.name)


def object_of(field: GraphQLField) -> GraphQLObjectType:
    return cast("GraphQLObjectType", get_named_type(field.type))


def constant(value: str) -> Writer:
    return lambda _row: value


@cache
def names_of(kind: GraphQLEnumType) -> dict[str, str]:
    """The published name of each word, by the word as the database holds it."""
    return {str(value.value): name for name, value in kind.values.items()}


def moment(value: datetime | str) -> str:
    """As `scalars` writes it. Inside json, Postgres leaves out the zeros at the end of a fraction."""
    return (datetime.fromisoformat(value) if isinstance(value, str) else value).isoformat()


def day(value: date | str) -> str:
    return value if isinstance(value, str) else value.isoformat()


# None: as it stands.
SCALARS: Mapping[str, Writer | None] = {
    "ID": str,
    "String": None,
    "Int": None,
    "Boolean": None,
    "Float": float,
    "LanguageTag": None,
    "CountryCode": None,
    "Cursor": None,
    "DateTime": moment,
    "Date": day,
}
ALWAYS_THERE = {"Provider": "id", "Location": "id", "ProviderLanguage": "tag", "Organization": "id", "Service": "id",
                "Identifier": "scheme", "Capacity": "unit", "Schedule": "weekdays", "Phone": "number",
                "ServiceArea": "name", "Verification": "status", "Address": "city", "GroupSource": "group"}  # fmt: skip


# Asked for by themselves where a listing is presented field by field; a column like others where it is written at once.
OWN_COLUMNS = {("Provider", "sources"): "sources"}


# ------------------------------------------------------------- computed fields
def language_name(scope: Scope, _of: GraphQLObjectType, nodes: list[FieldNode]) -> Writer:
    reader, names = scope.argument(nodes[0], "in") or "en", scope.names
    if len(reader) > LONGEST_READER:
        raise NotPlain(nodes[0].name.value)
    called = {tag: language.name_in(reader) for tag, language in names.items()}
    return lambda row: called.get(row["tag"]) or row["tag"]


def autonym(scope: Scope, _of: GraphQLObjectType, _nodes: list[FieldNode]) -> Writer:
    called = {tag: language.autonym for tag, language in scope.names.items()}
    return lambda row: called.get(row["tag"])


def address(scope: Scope, of: GraphQLObjectType, nodes: list[FieldNode]) -> Writer:
    write = object_writer(scope, object_of(of.fields["address"]), nodes)

    def shown(row: Row) -> Written | None:
        if row["visibility"] == "confidential" or row["country"] is None:
            return None
        is_public = row["visibility"] == "public"
        return write(
            {
                "lines": row["lines"] if is_public else [],
                "city": row["city"] or "",
                "state": row["state"] or "",
                "postal_code": (row["postal_code"] or "") if is_public else "",
                "country": row["country"],
            }
        )

    return shown


COMPUTED: Mapping[tuple[str, str], Callable[[Scope, GraphQLObjectType, list[FieldNode]], Writer]] = {
    ("ProviderLanguage", "name"): language_name,
    ("ProviderLanguage", "autonym"): autonym,
    ("Location", "address"): address,
}
