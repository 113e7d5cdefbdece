# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false
# (graphql-core leaves some types open)
"""Whatever is sent to any field of any schema, each error that leaves has a code from one closed list."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import given
import pytest
from desk import Desk
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_non_null_type,
)

from referral.edges.graphql.codes import Code
from referral.edges.graphql.schemas import Audience, schema
from referral.foundation.actors import Scope, StaffRole
from referral.foundation.errors import Refused

CANARY = "Canary Quetzalli"
NOBODY = str(UUID(int=7))
PLAUSIBLE: dict[str, object] = {
    "ID": NOBODY, "String": CANARY, "Int": 1, "Float": 1.0, "Boolean": True, "Date": "2026-01-01",
    "DateTime": "2026-01-01T00:00:00Z", "LanguageTag": "es", "CountryCode": "HN", "Cursor": "AAAA", "Time": "09:00:00",
}  # fmt: skip
STRANGE: tuple[object, ...] = ("", "\u202e" * 300, 2**31, -1, 1e308, True, [], {}, [[CANARY]], {"a": CANARY})
NUL = "a\0b"  # what the database takes in no text
# A plan is made in a process of its own, which has tests of its own.
LONG = frozenset({"planAssignments"})


def plausible(of: Any, depth: int = 0) -> Any:
    """A value that the schema takes."""
    match of:
        case GraphQLNonNull():
            return plausible(of.of_type, depth)
        case GraphQLList():
            return [plausible(of.of_type, depth)]
        case GraphQLEnumType():
            return next(iter(of.values))
        case GraphQLInputObjectType():
            fields = of.fields.items()
            if of.is_one_of:
                name, one = next(iter(fields))
                return {name: plausible(GraphQLNonNull(get_named_type(one.type)), depth + 1)}
            return {
                name: plausible(one.type, depth + 1) for name, one in fields if is_non_null_type(one.type) or depth < 2
            }
        case GraphQLScalarType():
            return PLAUSIBLE[of.name]
        case other:
            raise TypeError(other)


def spoilt(value: Any, strange: object) -> Iterator[Any]:
    """The same with one thing in it that is strange, or null, or left out."""
    yield strange
    if isinstance(value, dict):
        for name, inside in value.items():
            yield {**value, name: None}
            yield {key: one for key, one in value.items() if key != name}
            for worse in spoilt(inside, strange):
                yield {**value, name: worse}
    if isinstance(value, list) and value:
        for worse in spoilt(value[0], strange):
            yield [worse]


def asked(kind: str, name: str, field: GraphQLField) -> str:
    """A document that asks this one field, with everything it takes as variables."""
    declared = ", ".join(f"${one}: {argument.type}" for one, argument in field.args.items())
    given_ = ", ".join(f"{one}: ${one}" for one in field.args)
    of = get_named_type(field.type)
    selection = " { __typename }" if is_composite_type(of) else ""
    if is_abstract_type(of):
        selection = " { __typename ... on Problem { code } }"
    return f"{kind} {f'({declared})' if declared else ''} {{ {name}{f'({given_})' if given_ else ''}{selection} }}"


def variants(field: GraphQLField) -> Iterator[dict[str, Any]]:
    """What is sent along: nothing, something plausible, and each part of that spoilt in turn by something else."""
    well = {name: plausible(argument.type) for name, argument in field.args.items()}
    yield {}
    yield well
    yield dict.fromkeys(field.args)
    number = 0
    for name, value in well.items():
        for worse in spoilt(value, STRANGE[number % len(STRANGE)]):
            number += 1
            yield {**well, name: worse}
        for worse in spoilt(value, NUL):
            yield {**well, name: worse}


def fields_of(audience: Audience) -> Iterator[tuple[str, str, GraphQLField]]:
    core = schema(audience).core
    for kind, root in (("query", core.query_type), ("mutation", core.mutation_type)):
        for name, field in root.fields.items() if root else ():
            yield kind, name, field


def codes_in(body: dict[str, Any]) -> Iterator[str | None]:
    """The code of every error and every problem of an answer."""
    for error in body.get("errors") or ():
        yield error.get("extensions", {}).get("code")
    for answer in (body.get("data") or {}).values():
        if isinstance(answer, dict) and str(answer.get("__typename")).endswith("Problem"):
            yield answer["code"]


async def everyone(desk: Desk, audience: Audience) -> list[dict[str, str]]:
    """Who may do everything at a door, and who may do little."""
    match audience:
        case Audience.PUBLIC:
            return [{}]
        case Audience.PARTNER:
            return [await desk.partner(*Scope, name="All"), await desk.partner(Scope.DIRECTORY_READ, name="Little")]
        case Audience.STAFF:
            names = {role: f"{role.value}@demo.invalid" for role in (StaffRole.SUPERVISOR, StaffRole.ADMIN)}
            return [await desk.staff_named(email, role) for role, email in names.items()]


@pytest.mark.parametrize("audience", list(Audience))
async def test_every_error_of_every_field_has_a_code_of_the_list(desk: Desk, audience: Audience) -> None:
    await given.office(desk.database)
    found, uncoded, told = set[str](), list[str](), list[str]()
    for headers in await everyone(desk, audience):
        for kind, name, field in fields_of(audience):
            if name in LONG:
                continue
            for variables in variants(field):
                response = await desk.post(asked(kind, name, field), variables, audience, **headers)
                for code in codes_in(response.json()):
                    if code not in set(Code):
                        uncoded.append(f"{name}: {code} for {variables}")
                    elif code == Code.INTERNAL.value:
                        uncoded.append(f"{name}: INTERNAL for {variables}")
                    found.add(str(code))
                if any(CANARY in str(error) for error in response.json().get("errors") or ()):
                    told.append(f"{name}: {response.json()['errors']}")
    assert uncoded == []
    assert told == []
    assert Code.GRAPHQL_VALIDATION_FAILED not in found  # each document fits; what is sent with it may not
    assert {Code.BAD_INPUT, Code.NOT_FOUND, Code.VALIDATION_FAILED} <= found


def kinds(of: type[Refused]) -> Iterator[type[Refused]]:
    for kind in of.__subclasses__():
        yield kind
        yield from kinds(kind)


def test_whatever_the_house_refuses_with_is_on_the_list() -> None:
    ours = [kind for kind in kinds(Refused) if kind.__module__.startswith("referral.")]
    assert {kind.code for kind in ours} <= set(Code)
    assert len(ours) >= 8


def test_the_list_says_what_each_code_means() -> None:
    assert all(code.value == code.name and code.meaning.endswith(".") for code in Code)
