"""How much does a document ask for? Counted before it runs, so that nobody can ask for everything at once.

A field costs one point, and what stands in a page counts once for each entry of the page. Each fragment is weighed
once however often it is spread, so the weighing is linear in the document; sums stop at the limit.

A document that is new is weighed twice: before it is checked against the schema, with every size that only a variable
tells taken for one, so that what is too much anyhow costs no checking; and with the sizes that were sent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
)

from referral.foundation.cursors import DEFAULT_PAGE, LARGEST_PAGE

MOST_POINTS = 10_000
MOST_LEVELS = 10
MOST_ROOT_FIELDS = 15
MOST_ALIASES = 15
MOST_DIRECTIVES = 10
MOST_FRAGMENTS = 50
MOST_LISTED = 100
MOST_BILLS = 64
NOBODY_ASKS_MORE = MOST_POINTS + 1  # where sums stop
TOO_MANY_POINTS = (
    f"This asks for more than {MOST_POINTS:,} fields at once. Take smaller pages, or ask for less of each."
)
PAGED = frozenset({"first", "last"})
IN_A_PAGE = frozenset({"edges", "nodes"})
MUTATION = 10
# Behind these stands more than a row: a ranking of the whole directory, keys to open, the schema itself.
HEAVY = {
    "suggestions": 900,
    "matches": 900,
    "whyNot": 100,
    "facets": 100,
    "possibleDuplicates": 500,
    "planAssignments": 900,
    "applyAssignmentPlan": 900,
    "helpRequest": 20,
    "__schema": 300,
    "__type": 20,
}
# Lists that have a size even where nobody says which. A connection is known by its edges or nodes.
PAGED_FIELDS: dict[str, int] = {
    **dict.fromkeys("places languages matches whyNot leftOver".split(), DEFAULT_PAGE),
    "changes": 100,
}
LARGEST_FEED = 500
SUBMISSIONS = frozenset({"submitHelpRequest", "submitHelpRequestOnBehalf"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """What a selection comes to."""

    points: int = 0  # once
    each: int = 0  # for each entry of the page that it is the selection of
    levels: int = 0
    aliases: int = 0

    def __add__(self, other: "Weight") -> "Weight":
        return Weight(
            points=min(self.points + other.points, NOBODY_ASKS_MORE),
            each=min(self.each + other.each, NOBODY_ASKS_MORE),
            levels=max(self.levels, other.levels),
            aliases=min(self.aliases + other.aliases, NOBODY_ASKS_MORE),
        )


NOTHING = Weight()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page at the top of a document: what each entry that it turns out not to hold gives back."""

    key: str
    size: int
    each: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What one document asks for, or why that is too much."""

    points: int = 0
    pages: tuple[Page, ...] = ()
    is_submission: bool = False
    sentence: str | None = None

    def actual(self, data: Mapping[str, Any] | None) -> int:
        """What the answer turned out to be: pages at the top count by what they hold."""
        if not self.pages or data is None:
            return self.points
        back = sum((page.size - held(data.get(page.key), page.size)) * page.each for page in self.pages)
        return max(1, self.points - back)


def held(answer: object, size: int) -> int:
    """How many entries a page in an answer has."""
    if isinstance(answer, list):
        return min(len(cast("list[object]", answer)), size)
    if not isinstance(answer, dict):
        return 0
    parts = cast("dict[str, object]", answer).values()
    return min(max((len(cast("list[object]", one)) for one in parts if isinstance(one, list)), default=0), size)


@dataclass(slots=True, kw_only=True)
class Scale:
    """Weighs one document; each fragment is weighed once."""

    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, object] | None  # None: not known yet
    weighed: dict[str, Weight] = field(default_factory=dict[str, Weight])
    asked: set[str] = field(default_factory=set[str])  # variables that sizes depend on
    pages: dict[int, tuple[int, int]] = field(default_factory=dict[int, tuple[int, int]])  # of a field: size, each
    directives: int = 0
    longest: int = 0  # of the lists that stand in the document
    visits: int = 0

    def selection(self, selections: SelectionSetNode | None) -> Weight:
        total = NOTHING
        for node in selections.selections if selections else ():
            total += self.node(node)
        return total

    def node(self, node: SelectionNode) -> Weight:
        self.visits += 1
        self.directives += len(node.directives or ())
        if isinstance(node, FieldNode):
            return self.one_field(node)
        if isinstance(node, FragmentSpreadNode):
            return self.fragment(node.name.value)
        return self.selection(cast("InlineFragmentNode", node).selection_set)

    def fragment(self, name: str) -> Weight:
        if name not in self.weighed:
            self.weighed[name] = NOTHING  # a fragment that spreads itself is refused by validation
            definition = self.fragments.get(name)
            self.directives += len(definition.directives or ()) if definition else 0
            self.weighed[name] = self.selection(definition.selection_set if definition else None)
        return self.weighed[name]

    def one_field(self, node: FieldNode) -> Weight:
        below, name = self.selection(node.selection_set), node.name.value
        for argument in node.arguments or ():
            self.listed(argument.value)
        aliases = below.aliases + (node.alias is not None)
        own = HEAVY.get(name, 1)
        if name.startswith("__"):  # the schema describes itself; its depth has a rule of its own
            return Weight(points=own, levels=1, aliases=aliases)
        points, each = self.in_a_page(below) if name in IN_A_PAGE else (own + self.inside(node, below), 0)
        return Weight(
            points=min(points, NOBODY_ASKS_MORE),
            each=min(each, NOBODY_ASKS_MORE),
            levels=below.levels + 1,
            aliases=aliases,
        )

    @staticmethod
    def in_a_page(below: Weight) -> tuple[int, int]:
        return 0, 1 + below.points + below.each

    def inside(self, node: FieldNode, below: Weight) -> int:
        """What stands below a field: of a connection its edges count for each entry and the rest once."""
        once, each = (below.points, below.each) if below.each else (0, below.points)
        entries = self.entries(node, below)
        if entries > 1:
            self.pages[id(node)] = (entries, each)
        return once + entries * each

    def entries(self, node: FieldNode, below: Weight) -> int:
        """How many times what stands below is asked for."""
        for argument in node.arguments or ():
            if argument.name.value in PAGED:
                return self.number(argument.value)
        return PAGED_FIELDS.get(node.name.value, DEFAULT_PAGE if below.each else 1)

    def number(self, value: object) -> int:
        """The page asked for; a size that is refused later counts as the largest."""
        said = None
        if isinstance(value, VariableNode):
            if self.variables is None:
                return 1
            self.asked.add(value.name.value)
            said = self.variables.get(value.name.value)
        size = int(value.value) if isinstance(value, IntValueNode) else said
        return size if isinstance(size, int) and 1 <= size <= LARGEST_FEED else LARGEST_PAGE

    def listed(self, value: object) -> None:
        """How long the lists are that stand in the document itself."""
        if isinstance(value, ListValueNode):
            self.longest = max(self.longest, len(value.values))
        for part in getattr(value, "values", None) or getattr(value, "fields", None) or ():
            self.listed(getattr(part, "value", part))


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}


def operations_of(document: DocumentNode, name: str | None) -> list[OperationDefinitionNode]:
    """Those of this name, all where none is named."""
    found = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    return found if name is None else [one for one in found if one.name and one.name.value == name]


def too_much_anyhow(document: DocumentNode) -> str | None:
    """What is too much of a document whatever is sent with it, as a sentence: asked before it is checked."""
    fragments = fragments_of(document)
    if len(fragments) > MOST_FRAGMENTS:
        return f"Write at most {MOST_FRAGMENTS} fragments."
    scale = Scale(fragments=fragments, variables=None)
    try:
        sentences = [weighed(scale, operation).sentence for operation in operations_of(document, None)]
        for name in fragments:
            scale.fragment(name)
    except RecursionError:
        return "This document is nested too deeply."
    if scale.directives > MOST_DIRECTIVES:
        return f"Write at most {MOST_DIRECTIVES} directives."
    if scale.longest > MOST_LISTED:
        return f"Write at most {MOST_LISTED} things in a list."
    return next(filter(None, sentences), None)


def weighed(scale: Scale, operation: OperationDefinitionNode) -> Bill:  # noqa: PLR0911 - a sentence for each limit
    """The bill of one operation."""
    scale.directives += len(operation.directives or ())
    scale.directives += sum(len(one.directives or ()) for one in operation.variable_definitions or ())
    roots = roots_of(operation.selection_set, scale.fragments)
    if len(roots) > MOST_ROOT_FIELDS:
        return Bill(sentence=f"Ask for at most {MOST_ROOT_FIELDS} things at the top of a document.")
    names = [root.name.value for root in roots]
    is_mutation = operation.operation is OperationType.MUTATION
    is_submission = is_mutation and not SUBMISSIONS.isdisjoint(names)
    if is_mutation and len(set(names)) < len(names):
        return Bill(sentence="Do the same thing once in a document: send another one for the next.")
    if is_submission and not SUBMISSIONS.issuperset({*names} - {"__typename"}):
        return Bill(sentence="Send a request for help in a document of its own.")
    weight = scale.selection(operation.selection_set)
    points = weight.points + weight.each + MUTATION * len(roots) * is_mutation
    if weight.levels > MOST_LEVELS:
        return Bill(sentence=f"This goes {weight.levels} levels deep; at most {MOST_LEVELS} are allowed.")
    if weight.aliases > MOST_ALIASES:
        return Bill(sentence=f"Give at most {MOST_ALIASES} aliases.")
    if points > MOST_POINTS:
        return Bill(sentence=TOO_MANY_POINTS)
    return Bill(
        points=max(1, points),
        pages=tuple(pages_of(scale, roots)),
        is_submission=is_submission,
    )


def roots_of(selections: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]) -> list[FieldNode]:
    """The fields at the top of an operation, fragments taken apart; of too many no more than show that they are."""
    found: list[FieldNode] = []
    waiting, seen = [selections], set[str]()
    while waiting:
        for node in waiting.pop().selections:
            if isinstance(node, FieldNode):
                found.append(node)
            elif isinstance(node, FragmentSpreadNode):
                name = node.name.value
                if name in fragments and name not in seen:
                    seen.add(name)
                    waiting.append(fragments[name].selection_set)
            else:
                waiting.append(cast("InlineFragmentNode", node).selection_set)
        if len(found) > MOST_ROOT_FIELDS:
            break
    return found


def pages_of(scale: Scale, roots: Iterable[FieldNode]) -> Iterable[Page]:
    for root in roots:
        if (page := scale.pages.get(id(root))) is not None:
            yield Page(key=root.alias.value if root.alias else root.name.value, size=page[0], each=page[1])


class Bills:
    """What one document was found to cost, by the sizes its variables ask for. Belongs to a remembered document."""

    def __init__(self) -> None:
        self.asked: tuple[str, ...] | None = None
        self.known: dict[tuple[object, ...], Bill] = {}

    def bill(self, document: DocumentNode, operation_name: str | None, variables: Mapping[str, object]) -> Bill:
        """Counted once for all values that make no difference."""
        if self.asked is not None and (found := self.known.get(self.key(operation_name, variables))) is not None:
            return found
        scale = Scale(fragments=fragments_of(document), variables=variables)
        bills = [weighed(scale, operation) for operation in operations_of(document, operation_name)]
        bill = next((one for one in bills if one.sentence), bills[0] if bills else Bill(points=1))
        self.asked = tuple(sorted({*(self.asked or ()), *scale.asked}))
        if len(self.known) >= MOST_BILLS:
            self.known.clear()
        self.known[self.key(operation_name, variables)] = bill
        return bill

    def key(self, operation_name: str | None, variables: Mapping[str, object]) -> tuple[object, ...]:
        sizes = [variables.get(name) for name in self.asked or ()]
        return (operation_name, *(size if isinstance(size, int) else None for size in sizes))
