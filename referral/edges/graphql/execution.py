# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportIncompatibleMethodOverride=false
# (graphql-core leaves some types open)
"""A document read, checked and run, and its errors made safe to show.

Parsing and checking are remembered by document. An error that is not a refusal shows a code and nothing of itself.
"""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from inspect import isawaitable
from time import monotonic
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    OperationType,
    execute,
    parse,
    specified_rules,
    validate,
)
from strawberry.exceptions import StrawberryInputCoercionError
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from referral.directory.searching.moments import Moment
from referral.edges.graphql import shortcuts
from referral.edges.graphql.codes import Code
from referral.edges.graphql.context import Context
from referral.edges.graphql.cost import Bill, Bills, fragments_of, operations_of, roots_of, too_much_anyhow
from referral.edges.graphql.kept import Kept
from referral.edges.graphql.problems import extensions_of
from referral.edges.graphql.selections import Memory, Ready
from referral.edges.graphql.shortcuts import Shortcuts
from referral.edges.repeats import Folded
from referral.foundation.errors import Refused
from referral.foundation.trouble import traced

MOST_TOKENS = 1_000
MOST_ERRORS = 20
REMEMBERED = 256
RULES = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)
NOT_NOW = "We cannot answer right now. Try again in a minute."
NOT_READ = "A value of the input cannot be read, such as null where there must be one. Leave it out, or send another."
SOMETHING_WENT_WRONG = "Something went wrong here. Nothing is wrong with what you sent. Try again later."
# How the library repeats what was sent. A client may log its errors, and a whole person could stand in one.
ECHO = re.compile(r"(?:[,;] found|(cannot represent [^:]*value)): .*", re.DOTALL)
WORD = re.compile(r"Value '.*' does not exist in", re.DOTALL)
# A key of the input, or what stands behind a text that a quote of its own has ended: words, where a name was meant.
STRAY = re.compile(r"(unknown field|Unknown operation named|(?:Unexpected|found) [A-Z]\w+) ['\"].*", re.DOTALL)
MEASURELESS = ("Document contains more than", "Document is nested too deeply")  # as the parser says it
TOO_DEEP = "This document is nested too deeply."
log = logging.getLogger(__name__)
faults = Folded(log=log, level=logging.ERROR)  # a field that fails for each of fifty entries is one line


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A document that can be run, or what is wrong with it."""

    document: DocumentNode | None = None
    errors: tuple[GraphQLError, ...] = ()
    code: Code = Code.GRAPHQL_VALIDATION_FAILED
    is_remembered: bool = False
    memory: Memory = field(default_factory=Memory)
    shortcuts: Shortcuts = field(default_factory=Shortcuts)
    bills: Bills = field(default_factory=Bills)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What goes back. `refused` is the code where the document or its variables were refused before anything ran; when
    all of it was `read` is known where it can be told how long it stays the same.
    """

    body: dict[str, Any]
    refused: Code | None = None
    read: Moment | None = None

    @property
    def was_run(self) -> bool:
        return self.refused is None


class PassingOn(StrawberryGraphQLCoreExecutionContext):
    """Completes values as graphql-core does, except those that are complete."""

    def complete_value(self, return_type: Any, details: Any, info: Any, path: Any, result: Any, position: Any) -> Any:  # noqa: ANN401 - the library's
        if type(result) is Ready:
            return result.value
        return super().complete_value(return_type, details, info, path, result, position)


class Unsound(Exception):  # noqa: N818 - how a document that is refused gets past the memory of sound ones
    """The document does not fit the schema."""

    def __init__(self, prepared: Prepared) -> None:
        super().__init__()
        self.prepared = prepared


def prepare(schema: GraphQLSchema, query: str) -> Prepared:
    """Parse and check a document. Only a sound one without texts in it is remembered.

    A text may be a receipt, a name or a note, written into the document instead of a variable; a refused document may
    hold one without quotes. Neither may stay in memory after its answer.
    """
    if '"' in query:
        return checked(schema, query)
    try:
        return sound(schema, query)
    except Unsound as refusal:
        return refusal.prepared


@lru_cache(maxsize=REMEMBERED)
def sound(schema: GraphQLSchema, query: str) -> Prepared:
    """Raises Unsound, which the memory does not keep."""
    prepared = checked(schema, query)
    if prepared.errors:
        raise Unsound(prepared)
    return replace(prepared, is_remembered=True)


def checked(schema: GraphQLSchema, query: str) -> Prepared:
    """What is too much is not even compared with the schema. Suggestions are hidden: they spell out what it holds."""
    try:
        document = parse(query, max_tokens=MOST_TOKENS)
        if sentence := too_much_anyhow(document):
            return unfit(GraphQLError(sentence), Code.TOO_MUCH)
        errors = validate(schema, document, RULES, max_errors=MOST_ERRORS, hide_suggestions=True)
    except GraphQLError as error:
        is_measureless = any(words in error.message for words in MEASURELESS)
        return unfit(error, Code.TOO_MUCH if is_measureless else Code.GRAPHQL_PARSE_FAILED)
    except RecursionError:
        return unfit(GraphQLError(TOO_DEEP), Code.TOO_MUCH)
    return Prepared(document=document, errors=tuple(errors))


def unfit(error: GraphQLError, code: Code) -> Prepared:
    return Prepared(errors=(error,), code=code)


def billed(prepared: Prepared, operation_name: str | None, variables: Mapping[str, object] | None) -> Bill | Outcome:
    """What the document will cost, or why it cannot be run."""
    if prepared.document is None or prepared.errors:
        return refused(prepared.errors, prepared.code)
    bill = prepared.bills.bill(prepared.document, operation_name, variables or {})
    return refused([GraphQLError(bill.sentence)], Code.TOO_MUCH) if bill.sentence else bill


def is_of_schema(prepared: Prepared) -> bool:
    """Whether a sound document asks for nothing but what the schema says of itself."""
    if prepared.document is None or prepared.errors:
        return False
    operations, fragments = operations_of(prepared.document, None), fragments_of(prepared.document)
    return all(
        operation.operation is OperationType.QUERY
        and all(root.name.value.startswith("__") for root in roots_of(operation.selection_set, fragments))
        for operation in operations
    )


async def run(
    schema: GraphQLSchema,
    prepared: Prepared,
    *,
    variables: Mapping[str, object] | None,
    operation_name: str | None,
    context: Context,
) -> Outcome:
    """Run a document that `billed` found sound."""
    if prepared.document is None:
        return refused(prepared.errors, prepared.code)
    if not prepared.is_remembered:  # nobody will ever come for what such a document has written
        context = replace(context, kept=Kept())
    found = await shortcuts.answered(
        schema,
        prepared.document,
        prepared.shortcuts,
        variables=variables or {},
        operation_name=operation_name,
        context=context,
    )
    if found is not None:
        return Outcome(body={"data": found.data}, read=found.read)
    answer = execute(
        schema,
        prepared.document,
        variable_values=dict(variables or {}),
        operation_name=operation_name,
        context_value=replace(context, memory=prepared.memory),
        executor_class=PassingOn,
        hide_suggestions=True,
    )
    result = await answer if isawaitable(answer) else answer
    if result.data is None and result.errors and all(error.path is None for error in result.errors):
        return refused(result.errors, Code.BAD_INPUT)
    return Outcome(body=answered(result))


def refused(errors: tuple[GraphQLError, ...] | list[GraphQLError], code: Code) -> Outcome:
    """The document or its variables are wrong: the library's own words, which name the argument or field."""
    shown = [
        {"message": words(error), **where(error), "extensions": {"code": code.value}} for error in errors[:MOST_ERRORS]
    ]
    return Outcome(body={"errors": shown}, refused=code)


def words(error: GraphQLError) -> str:
    """What the library says, without what was sent."""
    return STRAY.sub(r"\1.", ECHO.sub(r"\1.", WORD.sub("This value does not exist in", error.message)))


def answered(result: ExecutionResult) -> dict[str, Any]:
    body: dict[str, Any] = {"data": result.data}
    if result.errors:
        body["errors"] = [presented(error) for error in result.errors]
    return body


def presented(error: GraphQLError) -> dict[str, Any]:
    """A refusal with its code and path; anything else as a code alone, with a line in the log that holds no data."""
    cause = error.original_error
    if isinstance(cause, Refused):
        return {"message": cause.message, **where(error), "extensions": extensions_of(cause)}
    if isinstance(cause, StrawberryInputCoercionError):  # its own words hold what was sent
        return {"message": NOT_READ, **where(error), "extensions": {"code": Code.BAD_INPUT.value}}
    if cause is None and is_argument(error):
        return {"message": words(error), **where(error), "extensions": {"code": Code.BAD_INPUT.value}}
    node = error.nodes[0] if error.nodes else None
    field = getattr(getattr(node, "name", None), "value", "?")  # a name of the schema, unlike the path's aliases
    faults.note(f"field {field} failed: {traced(cause or error)}", monotonic())
    if isinstance(cause, TimeoutError | OSError):  # no connection was free in time, or the database is away
        return {"message": NOT_NOW, **where(error), "extensions": {"code": Code.UNAVAILABLE.value}}
    return {"message": SOMETHING_WENT_WRONG, **where(error), "extensions": {"code": Code.INTERNAL.value}}


def is_argument(error: GraphQLError) -> bool:
    """Whether an argument could not be read once variables stood in it, such as null in a @oneOf."""
    return error.message.startswith(("Argument ", "Expected ", "Variable "))


def where(error: GraphQLError) -> dict[str, Any]:
    place: dict[str, Any] = {}
    if error.locations:
        place["locations"] = [{"line": one.line, "column": one.column} for one in error.locations]
    if error.path:
        place["path"] = error.path
    return place
