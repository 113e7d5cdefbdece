# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false, reportUnknownVariableType=false
# (graphql-core leaves some types open)
"""How is a listing written as a document selects it? Found out once for each document, instead of field by field.

A selection of plain fields becomes a writer: from a row of the directory to what the answer holds, in one call. Only
the columns it needs are asked for. What a writer cannot do, a field that asks the database by itself, is left to
graphql-core, and so is a row that does not fit: the answer is the same either way.

A listing that is written once is kept (`kept`) for as long as its row stays the same.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from operator import itemgetter
from typing import Any, cast

import orjson
from graphql import FieldNode, GraphQLObjectType, GraphQLResolveInfo, get_named_type
from orjson import Fragment

from referral.directory.searching import search
from referral.edges.graphql.writers import Names, NotPlain, Row, Scope, Writer, object_of, object_writer

Info = GraphQLResolveInfo[Any]
AS_TEXT = frozenset({"capacities", "sources"})  # so that they can stand in a key
MOST_VARIANTS = 16  # of one document: what its variables include and skip


@dataclass(frozen=True, slots=True)
class Ready:
    """A value that is already what the answer holds. graphql-core passes it on as it is."""

    value: object


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingWriter:
    """Writes one listing. `fixed` columns change with the row's version only, `changing` ones by themselves. A row has
    the same `key` as long as the listing would be written the same.
    """

    write: Writer
    fixed: frozenset[str]
    changing: tuple[str, ...]
    key: Callable[[Row], tuple[object, ...]]
    number: int = field(default_factory=count().__next__)

    def written(self, fixed: Row, changing: Row) -> bytes:
        """Raises KeyError, TypeError or ValueError for a row that does not fit the schema."""
        values = {name: changing[name] for name in self.changing}
        for name in AS_TEXT & values.keys():
            values[name] = orjson.loads(values[name])
        return orjson.dumps(self.write({**fixed, **values}))


Piece = ListingWriter | Callable[[Row], object]  # of an entry
Listings = Mapping[int, Sequence[Fragment]]  # of each writer, in the order of the rows


@dataclass(frozen=True, slots=True, kw_only=True)
class ListWriter:
    """Writes the entries of `edges`, each of named pieces, or of `nodes`, where a listing is the whole entry."""

    pieces: Mapping[str, Piece]
    node: ListingWriter | None = None

    def written(self, rows: Sequence[Row], listings: Listings) -> Sequence[object]:
        if self.node is not None:
            return listings[self.node.number]
        if not self.pieces:  # all of it is left out
            return [{} for _ in rows]
        columns = [
            listings[piece.number] if isinstance(piece, ListingWriter) else map(piece, rows)
            for piece in self.pieces.values()
        ]
        return [dict(zip(self.pieces, entry, strict=True)) for entry in zip(*columns, strict=True)]


class Selection:
    """What a document selects of a page of listings: a writer for each list, by its name in the answer."""

    def __init__(self, lists: Mapping[str, ListWriter], names: Names) -> None:
        self.lists = lists
        self.names = names  # kept, so that its identity stays its own
        self.listings = [
            piece
            for one in lists.values()
            for piece in (*one.pieces.values(), one.node)
            if isinstance(piece, ListingWriter)
        ]
        self.changing = frozenset(name for one in self.listings for name in one.changing)

    def written(self, rows: Sequence[Row], listings: Listings) -> dict[str, Sequence[object]]:
        return {name: one.written(rows, listings) for name, one in self.lists.items()}


# ------------------------------------------------------------- remembered
@dataclass(frozen=True, slots=True)
class Variants:
    """The selections of one field of one document, by the values of the variables they depend on."""

    field: FieldNode
    asked: tuple[str, ...]
    known: dict[tuple[object, ...], Selection | None]


class Memory:
    """Selections of documents that are remembered. Belongs to a remembered document, and goes with it."""

    def __init__(self) -> None:
        self.variants: dict[int, Variants] = {}

    def selection(self, info: Info, names: Names) -> Selection | None:
        """What `info`'s field, a page of listings, selects; None where a writer cannot write it."""
        first, values = info.field_nodes[0], values_of(info)
        known = self.variants.get(id(first))
        if known is not None:
            found = known.known.get(key_of(known.asked, values, names), self)
            if found is not self:
                return cast("Selection | None", found)
        scope = Scope(fragments=info.fragments, variables=values, names=names)
        selected = page_selection(scope, info)
        asked = tuple(sorted(scope.asked))
        if known is None or known.asked != asked or len(known.known) >= MOST_VARIANTS:
            known = self.variants[id(first)] = Variants(first, asked, {})
        known.known[key_of(asked, values, names)] = selected
        return selected


def values_of(info: Info) -> Mapping[str, Any]:
    """Of the variables. strawberry hands on the values alone, graphql-core their sources too."""
    values: Any = info.variable_values
    return getattr(values, "coerced", values)


def key_of(asked: tuple[str, ...], values: Mapping[str, Any], names: Names) -> tuple[object, ...]:
    return (id(names), *(values.get(name) for name in asked))


# ------------------------------------------------------------- a page of listings
def page_selection(scope: Scope, info: Info) -> Selection | None:
    """The writers of `edges` and `nodes`; all else of a page is asked as it always is."""
    page = cast("GraphQLObjectType", get_named_type(info.return_type))
    try:
        return Selection(
            lists=list_writers(scope, page, scope.fields(page, [node.selection_set for node in info.field_nodes])),
            names=scope.names,
        )
    except NotPlain:
        return None


def list_writers(scope: Scope, page: GraphQLObjectType, chosen: dict[str, list[FieldNode]]) -> dict[str, ListWriter]:
    """Raises NotPlain."""
    return {
        name: edge_writer(scope, page, nodes) if nodes[0].name.value == "edges" else node_writer(scope, page, nodes)
        for name, nodes in chosen.items()
        if nodes[0].name.value in {"edges", "nodes"}
    }


def node_writer(scope: Scope, page: GraphQLObjectType, nodes: list[FieldNode]) -> ListWriter:
    return ListWriter(pieces={}, node=listing_writer(scope, object_of(page.fields["nodes"]), nodes))


def edge_writer(scope: Scope, page: GraphQLObjectType, nodes: list[FieldNode]) -> ListWriter:
    """An edge has no row of its own: the cursor and the distance come from the listing's."""
    edge = object_of(page.fields["edges"])
    asked = scope.fields(edge, [node.selection_set for node in nodes])
    return ListWriter(pieces={name: edge_piece(scope, edge, found) for name, found in asked.items()})


def edge_piece(scope: Scope, edge: GraphQLObjectType, nodes: list[FieldNode]) -> Piece:
    match nodes[0].name.value:
        case "node":
            return listing_writer(scope, object_of(edge.fields["node"]), nodes)
        case "cursor":
            return search.cursor
        case "distanceKm":
            return itemgetter("distance_km")
        case "__typename":
            return lambda _row: edge.name
        case other:
            raise NotPlain(other)


def listing_writer(scope: Scope, of: GraphQLObjectType, nodes: list[FieldNode]) -> ListingWriter:
    columns: set[str] = set()
    write = object_writer(scope, of, nodes, columns)
    changing = tuple(sorted(columns & search.CHANGING.keys()))
    return ListingWriter(
        write=write,
        fixed=frozenset(columns - search.CHANGING.keys()),
        changing=changing,
        key=itemgetter("id", "version", *changing),
    )
