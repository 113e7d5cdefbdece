"""How much does a document ask for? Counted before it runs, so that nobody can ask for everything at once.

A field costs one point, and what stands below a paged list counts once for each entry of the page. Fragments are
counted once however often they are spread, so the counting is linear in the document; sums stop at the limit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)

from referral.foundation.cursors import DEFAULT_PAGE, LARGEST_PAGE

MOST_POINTS = 20_000
MOST_LEVELS = 12
MOST_ROOT_FIELDS = 15
MOST_BILLS = 64
PAGED = frozenset({"first", "last"})
# A ranking of the whole directory stands behind these.
HEAVY = {
    "suggestions": 900,
    "matches": 900,
    "whyNot": 100,
    "facets": 100,
    "possibleDuplicates": 500,
    "planAssignments": 900,
    "applyAssignmentPlan": 900,
}
# Fields that are paged even where nobody says how many.
PAGED_FIELDS: dict[str, int] = {
    **dict.fromkeys("providers offers queue matches languages places".split(), DEFAULT_PAGE),
    **dict.fromkeys(
        "verifications listingHistory listingReports staleListings unlocatedListings proposedChanges listingProposals "
        "listingConflicts proposals leftOver".split(),
        DEFAULT_PAGE,
    ),
    "changes": 100,
}
LARGEST_FEED = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """Points, and how many levels deep."""

    points: int
    levels: int


@dataclass(slots=True, kw_only=True)
class Scale:
    """Weighs one document; each fragment is weighed once."""

    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, object]
    weighed: dict[str, Weight] = field(default_factory=dict[str, Weight])
    asked: set[str] = field(default_factory=set[str])  # variables that sizes depend on

    def selection(self, selections: SelectionSetNode | None) -> Weight:
        points, levels = 0, 0
        for node in selections.selections if selections else ():
            weight = self.node(node)
            points, levels = min(points + weight.points, MOST_POINTS + 1), max(levels, weight.levels)
        return Weight(points=points, levels=levels)

    def node(self, node: object) -> Weight:
        if isinstance(node, FieldNode):
            return self.one_field(node)
        if isinstance(node, FragmentSpreadNode):
            return self.fragment(node.name.value)
        return self.selection(getattr(node, "selection_set", None))

    def fragment(self, name: str) -> Weight:
        if name not in self.weighed:
            self.weighed[name] = Weight(points=0, levels=0)  # a fragment that spreads itself is refused by validation
            definition = self.fragments.get(name)
            self.weighed[name] = self.selection(definition.selection_set if definition else None)
        return self.weighed[name]

    def one_field(self, node: FieldNode) -> Weight:
        if node.name.value.startswith("__"):  # the schema describes itself; its depth has a rule of its own
            return Weight(points=1, levels=1)
        below = self.selection(node.selection_set)
        points = HEAVY.get(node.name.value, 1) + below.points * (self.entries(node) if node.selection_set else 1)
        return Weight(points=min(points, MOST_POINTS + 1), levels=below.levels + 1)

    def entries(self, node: FieldNode) -> int:
        """How many times what stands below is asked for."""
        for argument in node.arguments or ():
            if argument.name.value in PAGED:
                return self.number(argument.value)
        return PAGED_FIELDS.get(node.name.value, 1)

    def number(self, value: object) -> int:
        """The page asked for; a size that is refused later counts as the largest."""
        said = None
        if isinstance(value, VariableNode):
            self.asked.add(value.name.value)
            said = self.variables.get(value.name.value)
        size = int(value.value) if isinstance(value, IntValueNode) else said
        return size if isinstance(size, int) and 1 <= size <= LARGEST_FEED else LARGEST_PAGE


class Bills:
    """What one document was found to cost, by the sizes its variables ask for. Belongs to a remembered document."""

    def __init__(self) -> None:
        self.asked: tuple[str, ...] | None = None
        self.known: dict[tuple[object, ...], str | None] = {}

    def too_much(
        self, document: DocumentNode, operation_name: str | None, variables: Mapping[str, object]
    ) -> str | None:
        """The sentence that says why a document is refused; None where it may run.

        Counted once for all values that make no difference.
        """
        if self.asked is not None and (key := self.key(operation_name, variables)) in self.known:
            return self.known[key]
        scale = Scale(fragments=fragments_of(document), variables=variables)
        sentence = weighed(scale, document, operation_name)
        self.asked = tuple(sorted({*(self.asked or ()), *scale.asked}))
        if len(self.known) >= MOST_BILLS:
            self.known.clear()
        self.known[self.key(operation_name, variables)] = sentence
        return sentence

    def key(self, operation_name: str | None, variables: Mapping[str, object]) -> tuple[object, ...]:
        sizes = [variables.get(name) for name in self.asked or ()]
        return (operation_name, *(size if isinstance(size, int) else None for size in sizes))


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}


def weighed(scale: Scale, document: DocumentNode, operation_name: str | None) -> str | None:
    for operation in document.definitions:
        if not isinstance(operation, OperationDefinitionNode):
            continue
        if operation_name is not None and (operation.name is None or operation.name.value != operation_name):
            continue
        if len(operation.selection_set.selections) > MOST_ROOT_FIELDS:
            return f"Ask for at most {MOST_ROOT_FIELDS} things at the top of a document."
        weight = scale.selection(operation.selection_set)
        if weight.levels > MOST_LEVELS:
            return f"This goes {weight.levels} levels deep; at most {MOST_LEVELS} are allowed."
        if weight.points > MOST_POINTS:
            return (
                f"This asks for more than {MOST_POINTS:,} fields at once. Take smaller pages, or ask for less of each."
            )
    return None
