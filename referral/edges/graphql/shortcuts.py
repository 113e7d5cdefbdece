# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false, reportUnknownVariableType=false
# (graphql-core leaves some types open)
"""How is a document answered that asks for one page of listings and no more? Without walking it field by field.

That is most of what the directory is asked. Variables and arguments are read by `arguments`; then there is one
question to the database, and rows are written by `selections`. Whatever else a document asks, and whatever goes wrong,
goes the ordinary way, so data, errors and paths are the same.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    get_named_type,
)
from strawberry import Some

from referral.directory.searching import search
from referral.directory.searching.moments import Moment
from referral.directory.searching.search import Found, Paging, Row, Search
from referral.edges.graphql.arguments import Values, arguments_taker, variables_reader
from referral.edges.graphql.context import Context
from referral.edges.graphql.inputs import AreaInput, NearInput, PointInput, ProviderFilter, near_of, search_of
from referral.edges.graphql.kept import written_page
from referral.edges.graphql.selections import MOST_VARIANTS, Selection, key_of, list_writers
from referral.edges.graphql.writers import Names, NotPlain, Scope
from referral.edges.lookups import origin
from referral.foundation.errors import Refused

PAGE_OF_LISTINGS = "providers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of listings that was found, for the parts of the answer that are about the page."""

    context: Context
    wanted: Search
    found: Found[Row]
    lists: Mapping[str, object]


Part = Callable[[str, Page], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The data of an answer; where it can be told how long it stays the same, when it was read (`context.is_dated`)."""

    data: dict[str, Any]
    read: Moment | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortcut:
    """What one operation asks, once its variables have said what it includes."""

    name: str
    selection: Selection
    arguments: Callable[[Values], dict[str, Any]]
    parts: tuple[tuple[str, Part], ...]
    is_counted: bool

    async def answer(self, context: Context, arguments: Mapping[str, Any]) -> Answer:
        asked = provider_filter(arguments["filter"] or {})
        where = near_of(asked.near, "filter.near")
        near = await origin(context.house, where, "filter.near") if where else None
        wanted = await search_of(context.house, asked, near)
        is_dated = context.is_dated and not self.is_counted  # a count goes beyond the page
        found, lists = await written_page(
            context.at, context.kept, self.selection, wanted, paging(arguments), is_dated=is_dated
        )
        page = Page(context=context, wanted=wanted, found=found, lists=lists)
        data = {self.name: {name: await part(name, page) for name, part in self.parts}}
        return Answer(data=data, read=found.read)


@dataclass(slots=True, kw_only=True)
class Way:
    """One operation of a document, and its shortcuts: one for each set of values that changes what it selects."""

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Callable[[Mapping[str, Any]], Values]
    asked: tuple[str, ...] = ()
    known: dict[tuple[object, ...], Shortcut | None] = field(default_factory=dict[tuple[object, ...], Shortcut | None])

    def shortcut(self, values: Values, names: Names) -> Shortcut | None:
        """The shortcut for these values of the variables; None where there is none."""
        key = key_of(self.asked, values, names)
        if key not in self.known:
            scope = Scope(fragments=self.fragments, variables=values, names=names)
            found = shortcut(self.schema, self.operation, scope)
            asked = tuple(sorted(scope.asked))
            if asked != self.asked or len(self.known) >= MOST_VARIANTS:
                self.asked, self.known = asked, {}
                key = key_of(asked, values, names)
            self.known[key] = found
        return self.known[key]


class Shortcuts:
    """The ways through one document. Belongs to a remembered document, and goes with it."""

    def __init__(self) -> None:
        self.known: dict[str | None, Way | None] = {}

    def way(self, schema: GraphQLSchema, document: DocumentNode, name: str | None) -> Way | None:
        """Of the operation of this name. Names that the document does not hold are not remembered."""
        if name in self.known:
            return self.known[name]
        operation = operation_of(document, name)
        if operation is None:
            return None
        self.known[name] = way_of(schema, document, operation)
        return self.known[name]


def way_of(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> Way | None:
    try:
        variables = variables_reader(schema, operation.variable_definitions or ())
    except NotPlain:
        return None
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    return Way(schema=schema, operation=operation, fragments=fragments, variables=variables)


async def answered(
    schema: GraphQLSchema,
    document: DocumentNode,
    shortcuts: Shortcuts,
    *,
    variables: Mapping[str, object],
    operation_name: str | None,
    context: Context,
) -> Answer | None:
    """None where the ordinary way must be taken."""
    way = shortcuts.way(schema, document, operation_name)
    if way is None:
        return None
    try:
        values = way.variables(variables)
        found = way.shortcut(values, context.lexicon)
        return None if found is None else await found.answer(context, found.arguments(values))
    except (NotPlain, GraphQLError, Refused, KeyError, TypeError, ValueError):
        return None  # the ordinary way says what is wrong, and where


def operation_of(document: DocumentNode, name: str | None) -> OperationDefinitionNode | None:
    """The one query that is asked to run."""
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    if name is not None:
        operations = [one for one in operations if one.name and one.name.value == name]
    if len(operations) != 1 or operations[0].operation is not OperationType.QUERY or operations[0].directives:
        return None
    return operations[0]


# ------------------------------------------------------------- what is asked
def shortcut(schema: GraphQLSchema, operation: OperationDefinitionNode, scope: Scope) -> Shortcut | None:
    query = schema.query_type
    if query is None:
        return None
    try:
        roots = scope.fields(query, [operation.selection_set])
        if [nodes[0].name.value for nodes in roots.values()] != [PAGE_OF_LISTINGS]:
            return None
        ((name, nodes),) = roots.items()
        page = cast("GraphQLObjectType", get_named_type(query.fields[PAGE_OF_LISTINGS].type))
        chosen = scope.fields(page, [node.selection_set for node in nodes])
        arguments = arguments_taker(query.fields[PAGE_OF_LISTINGS], nodes[0])
        selection = Selection(lists=list_writers(scope, page, chosen), names=scope.names)
        parts = tuple((key, part_of(scope, page, asked)) for key, asked in chosen.items())
    except NotPlain:
        return None
    is_counted = any(part is the_count for _, part in parts)
    return Shortcut(name=name, selection=selection, arguments=arguments, parts=parts, is_counted=is_counted)


def part_of(scope: Scope, page: GraphQLObjectType, nodes: list[FieldNode]) -> Part:
    """How a field of the page is answered. Raises NotPlain for one that must be walked."""
    match nodes[0].name.value:
        case "edges" | "nodes":
            return the_list
        case "totalCount":
            return the_count
        case "pageInfo":
            return ends_of(scope, cast("GraphQLObjectType", get_named_type(page.fields["pageInfo"].type)), nodes)
        case "__typename":
            return constantly(page.name)
        case other:
            raise NotPlain(other)


async def the_list(name: str, page: Page) -> object:
    return page.lists[name]


async def the_count(_name: str, page: Page) -> object:
    return await search.count(page.context.at, page.wanted)


def constantly(value: object) -> Part:
    async def said(_name: str, _page: Page) -> object:
        return value

    return said


def ends_of(scope: Scope, of: GraphQLObjectType, nodes: list[FieldNode]) -> Part:
    chosen = scope.fields(of, [node.selection_set for node in nodes])
    asked = tuple((name, found[0].name.value) for name, found in chosen.items())

    async def ends(_name: str, page: Page) -> object:
        hits, around = page.found.hits, page.found.page
        return {name: end(field, hits, around.has_next, around.has_previous, of.name) for name, field in asked}

    return ends


def end(field: str, hits: tuple[Row, ...], has_next: bool, has_previous: bool, typename: str) -> object:  # noqa: FBT001 - as they come
    match field:
        case "hasNextPage":
            return has_next
        case "hasPreviousPage":
            return has_previous
        case "startCursor":
            return search.cursor(hits[0]) if hits else None
        case "endCursor":
            return search.cursor(hits[-1]) if hits else None
        case _:
            return typename


# ------------------------------------------------------------- arguments
def provider_filter(given: Mapping[str, Any]) -> ProviderFilter:
    """The filter that graphql-core has read: names as published, values already ours."""
    within = given.get("within")
    return ProviderFilter(
        near=near_input(given.get("near")),
        radius_km=given.get("radiusKm"),
        within=AreaInput(country=within["country"], state=within.get("state")) if within else None,
        languages=given.get("languages"),
        language_modes=given.get("languageModes"),
        help_types=given.get("helpTypes"),
        claims=given.get("claims"),
        postures=given.get("postures"),
        openness=given.get("openness"),
        min_capacity=given.get("minCapacity"),
        open_now=given.get("openNow"),
        remote=given.get("remote"),
        free=given.get("free"),
        accepts_detained=given.get("acceptsDetained"),
        accepts_minors=given.get("acceptsMinors"),
        text=given.get("text"),
        verified_since=given.get("verifiedSince"),
    )


def near_input(given: Mapping[str, Any] | None) -> NearInput | None:
    if given is None:
        return None
    point = given.get("point")
    return NearInput(
        point=Some(PointInput(latitude=point["latitude"], longitude=point["longitude"])) if point else None,
        place=Some(given["place"]) if "place" in given else None,
        text=Some(given["text"]) if "text" in given else None,
    )


def paging(arguments: Mapping[str, Any]) -> Paging:
    return Paging(
        order=arguments["orderBy"],
        first=arguments["first"],
        after=arguments["after"],
        last=arguments["last"],
        before=arguments["before"],
    )
