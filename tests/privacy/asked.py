# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false
# (graphql-core leaves some types open)
"""Every question that can be put to a door about a request: paths through its schema, as documents."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_object_type,
    is_required_argument,
    is_required_input_field,
)

from referral.edges.graphql.schemas import Audience, sdl
from referral.privacy.matrix import OF_A_REQUEST, group_of

DEEPEST = 4
NAMED = frozenset({"HelpRequest", "Referral"})
WHICH = "which: id"
SHELLS = frozenset({"HelpRequest.messages"})  # there for everybody, and empty where nothing may be seen
ARGUMENTS = {"HelpRequest.whyNot": "(providerId: $provider)", "HelpRequest.matches": "(first: 5)"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """Fields from one type downwards, and the leaves that are read at the end."""

    fields: tuple[str, ...]  # as coordinates: HelpRequest.person
    leaves: tuple[str, ...]

    def selected(self, leaves: tuple[str, ...]) -> str:
        """The selection as text; each request and referral on the way says which one it is."""
        inner = " ".join(f"{leaf.partition('.')[2]}{ARGUMENTS.get(leaf, '')}" for leaf in leaves)
        inner = f"{WHICH if names(leaves) else '__typename'} {inner}"
        if self.fields[-1:] == ("HelpRequest.place",):
            inner = "kind"
        for field in reversed(self.fields):
            kind, _, name = field.partition(".")
            inner = f"{name}{ARGUMENTS.get(field, '')} {{ {inner} }}"
            if kind in NAMED:
                inner = f"{WHICH} {inner}"
        return inner


def names(leaves: tuple[str, ...]) -> bool:
    return leaves != () and leaves[0].partition(".")[0] in NAMED


@cache
def schema_of(audience: Audience) -> GraphQLSchema:
    return build_schema(sdl(audience))


def coordinates(audience: Audience) -> Iterator[str]:
    """All that this door publishes, as Type.field."""
    for name, kind in schema_of(audience).type_map.items():
        if isinstance(kind, GraphQLObjectType) and not name.startswith("__"):
            for field in kind.fields:
                yield f"{name}.{field}"


def is_of_a_request(field: str) -> bool:
    return group_of(field) in OF_A_REQUEST


@cache
def paths(audience: Audience, start: str) -> tuple[Path, ...]:
    """Every way down from a type through what belongs to a request; no field twice on one way."""
    return tuple(sorted(down(schema_of(audience), start, ()), key=lambda path: path.fields))


def down(schema: GraphQLSchema, kind: str, before: tuple[str, ...]) -> Iterator[Path]:
    here = schema.type_map[kind]
    assert isinstance(here, GraphQLObjectType)
    leaves: list[str] = []
    deeper: list[tuple[str, str]] = []
    for name, field in here.fields.items():
        coordinate, found = f"{kind}.{name}", get_named_type(field.type)
        if not is_of_a_request(coordinate) and before == ():
            continue
        if is_leaf_type(found):
            leaves.append(coordinate)
        elif is_object_type(found) and coordinate not in before:
            deeper.append((coordinate, found.name))
    if leaves:
        yield Path(fields=before, leaves=tuple(leaves))
    for coordinate, name in deeper:
        way = (*before, coordinate)
        if len(way) > DEEPEST:
            continue
        if any(is_of_a_request(f"{name}.{field}") for field in fields_of(schema, name)):
            yield from down(schema, name, way)
        else:
            yield Path(fields=way, leaves=())


def fields_of(schema: GraphQLSchema, name: str) -> tuple[str, ...]:
    kind = schema.type_map[name]
    assert isinstance(kind, GraphQLObjectType)
    return tuple(kind.fields)


def seen_in(answer: Any, path: Path, ids: frozenset[str]) -> frozenset[str]:
    """Which coordinates of the way, and of its leaves, an answer tells of one of these requests or referrals."""
    return frozenset(told(answer, path, 0, ids))


def told(found: Any, path: Path, depth: int, ids: frozenset[str]) -> Iterator[str]:
    if isinstance(found, list):
        for one in cast("list[object]", found):
            yield from told(one, path, depth, ids)
        return
    if not isinstance(found, dict) or found.get("which") not in (*ids, None):
        return
    if depth < len(path.fields):
        field = path.fields[depth]
        value = found.get(field.partition(".")[2])
        if tells(field, value):
            below = tuple(told(value, path, depth + 1, ids))
            if field not in SHELLS or any(map(is_of_a_request, below)):
                yield field
            yield from below
        return
    for leaf in path.leaves:
        if tells(leaf, found.get(leaf.partition(".")[2])):
            yield leaf


def tells(field: str, value: Any) -> bool:
    """Whether a value says anything: not what stands where the viewer may not see it."""
    match field:
        case "HelpRequest.posture":
            return value not in (None, "UNKNOWN")
        case "HelpRequest.place":
            return value is not None and value.get("kind", "TOWN") not in {"STATE", "COUNTRY"}
        case _:
            return value is not None and value != []


# ------------------------------------------------------------- root fields
def roots(audience: Audience) -> tuple[str, ...]:
    """What can be asked and done at a door."""
    return tuple(field for field in coordinates(audience) if field.partition(".")[0] in {"Query", "Mutation"})


@cache
def reached(audience: Audience, root: str) -> frozenset[str]:
    """Every field that an answer to this root field may hold, however deep."""
    schema, found, waiting = schema_of(audience), set[str](), [get_named_type(field_of(audience, root).type)]
    while waiting:
        kind = waiting.pop()
        if is_abstract_type(kind):
            waiting += schema.get_possible_types(kind)
        if not isinstance(kind, GraphQLObjectType) or f"{kind.name}." in found:
            continue
        found |= {f"{kind.name}.", *(f"{kind.name}.{name}" for name in kind.fields)}
        waiting += [get_named_type(field.type) for field in kind.fields.values()]
    return frozenset(field for field in found if not field.endswith("."))


def field_of(audience: Audience, root: str) -> GraphQLField:
    kind, _, name = root.partition(".")
    found = schema_of(audience).type_map[kind]
    assert isinstance(found, GraphQLObjectType)
    return found.fields[name]


def question(audience: Audience, root: str, known: Mapping[str, object]) -> tuple[str, dict[str, object]]:
    """One root field with the least that it asks for; values by the name of the argument, else by its type."""
    kind, _, name = root.partition(".")
    field = field_of(audience, root)
    given = {
        key: value_for(key, argument.type, known)
        for key, argument in field.args.items()
        if is_required_argument(argument) or key in known
    }
    named = get_named_type(field.type)
    selected = "" if is_leaf_type(named) else "{ __typename }"
    declared = ", ".join(f"${key}: {field.args[key].type}" for key in given)
    used = ", ".join(f"{key}: ${key}" for key in given)
    head = f"{kind.lower()}{f'({declared})' if given else ''}"
    return f"{head} {{ {name}{f'({used})' if given else ''} {selected} }}", given


def value_for(name: str, kind: Any, known: Mapping[str, object]) -> object:
    """The least that this argument takes."""
    if name in known:
        return known[name]
    match kind:
        case GraphQLNonNull():
            found = value_for(name, kind.of_type, known)
        case GraphQLList():
            found = [value_for(name, kind.of_type, known)]
        case GraphQLEnumType():
            found = next(iter(kind.values))
        case GraphQLInputObjectType() if kind.is_one_of:
            key, one = next(iter(kind.fields.items()))
            found = {key: value_for(key, one.type, known)}
        case GraphQLInputObjectType():
            asked = (key for key, one in kind.fields.items() if is_required_input_field(one) or key in known)
            found = {key: value_for(key, kind.fields[key].type, known) for key in asked}
        case _:
            found = BY_TYPE[get_named_type(kind).name]
    return found


BY_TYPE: Mapping[str, object] = {
    "ID": "00000000-0000-4000-8000-000000000000",
    "String": "synthetic words",
    "Int": 1,
    "Float": 1.0,
    "Boolean": True,
    "Date": "2026-11-01",
    "DateTime": "2026-11-01T12:00:00Z",
    "LanguageTag": "es",
    "CountryCode": "US",
    "Cursor": "x",
}
