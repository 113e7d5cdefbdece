# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownLambdaType=false
# (graphql-core leaves some types open)
"""A page that is written at once is the page that graphql-core would have made: data, errors and paths."""

import random
from typing import Any

import given
import orjson
import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLObjectType, get_named_type, is_required_argument

from referral.directory import capacity
from referral.directory.words import Openness
from referral.edges.commands.importing import SHIPPED
from referral.edges.graphql import context, execution, shortcuts
from referral.edges.graphql.door import Door
from referral.edges.graphql.kept import OVERHEAD, Kept, entry
from referral.edges.graphql.schemas import Audience, schema
from referral.edges.house import House
from referral.edges.hsds.importing import import_hsds
from referral.foundation.actors import Visitor
from referral.foundation.claims import Claims
from referral.foundation.clock import now
from referral.foundation.db import execute

CORE = schema(Audience.PUBLIC).core
PAGE = CORE.type_map["ProviderConnection"]
DOCUMENTS = 400
ASYNCHRONOUS = {"facets", "providers"}
VARIABLES = {"yes": "Boolean!", "in": "LanguageTag"}


@pytest.fixture
def door(house: House) -> Door:
    return Door(house, Audience.PUBLIC, {})


async def answered(door: Door, query: str, **variables: object) -> dict[str, Any]:
    context = await door.context(door.house.claiming(Claims()), Visitor())
    prepared = execution.prepare(CORE, query)
    outcome = await execution.run(CORE, prepared, variables=variables, operation_name=None, context=context)
    return orjson.loads(orjson.dumps(outcome.body))


async def ordinarily(door: Door, patch: pytest.MonkeyPatch, query: str, **variables: object) -> dict[str, Any]:
    """The same through graphql-core alone."""
    with patch.context() as only:
        only.setattr(context.Context, "selection", lambda _self, _info: None)
        only.setattr(shortcuts, "shortcut", lambda *_: None)
        execution.sound.cache_clear()
        answer = await answered(door, query, **variables)
    execution.sound.cache_clear()
    return answer


class Writer:
    """Makes up documents: any fields, aliases, fragments, @skip and @include, nested as the schema allows."""

    def __init__(self, chance: random.Random) -> None:
        self.chance, self.fragments = chance, list[str]()

    def selection(self, of: GraphQLObjectType, depth: int) -> str:
        names = [name for name in of.fields if name not in ASYNCHRONOUS]
        chosen = self.chance.sample(names, self.chance.randint(1, min(6, len(names))))
        parts = [self.field(of, name, depth) for name in chosen] + ["__typename"] * self.chance.randint(0, 1)
        match self.chance.randint(0, 5):
            case 0:
                parts.append(f"... on {of.name} {{ {self.field(of, chosen[0], depth)} }}")
            case 1:
                self.fragments.append(f"fragment F{len(self.fragments)} on {of.name} {{ {' '.join(parts)} }}")
                return f"{{ ...F{len(self.fragments) - 1} ...F{len(self.fragments) - 1} }}"
            case 2:
                parts.append(f"... {{ {self.field(of, chosen[-1], depth)} }}")
            case _:
                pass
        return "{ " + " ".join(parts) + " }"

    def field(self, of: GraphQLObjectType, name: str, depth: int) -> str:
        definition = of.fields[name]
        kind = get_named_type(definition.type)
        arguments = "(in: $in)" if "in" in definition.args and self.chance.random() < 0.5 else ""
        assert not any(is_required_argument(one) for one in definition.args.values())
        alias = f"a{self.chance.randint(0, 10_000_000)}: " if arguments or self.chance.random() < 0.2 else ""
        left = self.chance.choice([""] * 8 + [" @skip(if: $yes)", " @include(if: $yes)", " @include(if: false)"])
        below = self.selection(kind, depth + 1) if isinstance(kind, GraphQLObjectType) else ""
        return f"{alias or self.own(name, kind)}{name}{arguments}{left} {below}"

    def own(self, name: str, kind: object) -> str:
        """Two selections of one object under one name would have to agree in every alias; so each has its own."""
        return f"o{self.chance.randint(0, 10_000_000)}: " if isinstance(kind, GraphQLObjectType) else ""

    def document(self, filters: str) -> str:
        assert isinstance(PAGE, GraphQLObjectType)
        page = self.selection(PAGE, 0)
        other = "other: providers(first: 1) { pageInfo { hasNextPage } }" if self.chance.random() < 0.3 else ""
        body = " ".join([f"providers({filters}) {page} {other}", *self.fragments])
        used = [f"${name}: {kind}" for name, kind in VARIABLES.items() if f"${name}" in body]
        head = f"query Q({', '.join(used)})" if used else "query Q"
        query = f"{head} {{ providers({filters}) {page} {other} }}"
        return " ".join([query, *self.fragments])


FILTERS = (
    "first: 3",
    "first: 7, orderBy: NAME",
    "first: 5, filter: {near: {point: {latitude: 25.9, longitude: -97.5}}}",
    "last: 4, filter: {near: {point: {latitude: 34.05, longitude: -118.24}}, radiusKm: 300}",
    "filter: {helpTypes: [LEGAL_ASYLUM], openness: [OPEN, LIMITED, UNKNOWN]}, first: 20",
    "first: 50, orderBy: MOST_CAPACITY",
    "first: 0",  # refused
    "filter: {radiusKm: 5}",  # refused
)


async def filled(house: House) -> None:
    """The shipped list, and statements of all kinds, so that what changes by itself is there too."""
    await import_hsds(house.database, SHIPPED, source="the shipped list", progress=lambda _what, _done, _total: None)
    rows = await house.database.pool.fetch("SELECT id FROM provider ORDER BY id LIMIT 12")
    for number, row in enumerate(rows):
        said = capacity.Statement(
            openness=list(Openness)[number % 6],
            counts=(
                capacity.Count(help_type=None, unit=capacity.CapacityUnit.FULL_CASES, available=number, maximum=99),
            )
            if number % 6 < 2 and number
            else (),
            waitlist_days=number if number % 2 else None,
        )
        async with house.database.transaction() as tx:
            await capacity.state(tx, row["id"], said, by="a test", now=now())


@pytest.mark.timeout(300)
async def test_documents_made_up_are_answered_as_graphql_core_answers_them(
    house: House, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(house)
    chance = random.Random(7)  # noqa: S311 - the same documents every time, not a secret
    written = 0
    for number in range(DOCUMENTS):
        query = Writer(chance).document(FILTERS[number % len(FILTERS)])
        variables = {"yes": chance.random() < 0.5, "in": chance.choice(["es", "fr", "pt-BR", None, "xx"])}
        expected = await ordinarily(door, monkeypatch, query, **variables)
        for _ in range(2):  # compiled, then remembered
            assert await answered(door, query, **variables) == expected, query
        written += "errors" not in expected
    assert written > DOCUMENTS / 2
    assert door.kept.entries  # some of them were written at once


async def test_a_listing_that_changes_is_written_anew(house: House, door: Door) -> None:
    await given.office(house.database, name="One")
    await given.office(house.database, name="Two")
    query = "{ providers(first: 50) { nodes { id name openness phones { number } organization { name } } } }"
    before = (await answered(door, query))["data"]["providers"]["nodes"]
    one = before[0]["id"]
    async with house.database.transaction() as tx:
        await execute(tx, "UPDATE provider SET name = 'Another name' WHERE id = $1::text::uuid", one)
    async with house.database.transaction() as tx:
        await execute(
            tx,
            """UPDATE provider SET openness = 'limited', openness_stated_at = now(),
                                   openness_expires_at = now() + interval '1 hour'
                WHERE id = $1::text::uuid""",
            one,
        )
    after = {node["id"]: node for node in (await answered(door, query + " "))["data"]["providers"]["nodes"]}
    assert (after[one]["name"], after[one]["openness"]) == ("Another name", "LIMITED")
    for node in before[1:]:
        assert after.get(node["id"], node) == node


async def test_openness_ages_out_of_what_is_kept(house: House, door: Door) -> None:
    await given.office(house.database, name="One")
    await given.office(house.database, name="Two")
    query = "{ providers(first: 50) { nodes { id openness } } }"
    one = (await answered(door, query))["data"]["providers"]["nodes"][0]["id"]
    for openness, until in (("open", "1 hour"), ("unknown", "-1 second")):
        async with house.database.transaction() as tx:
            await execute(
                tx,
                """UPDATE provider SET openness = 'open', openness_expires_at = now() + $2::text::interval
                    WHERE id = $1::text::uuid""",
                one,
                until,
            )
        shown = {node["id"]: node["openness"] for node in (await answered(door, query))["data"]["providers"]["nodes"]}
        assert shown[one] == openness.upper()


async def test_an_unpublished_listing_is_not_shown_from_memory(house: House, door: Door) -> None:
    await given.office(house.database, name="One")
    await given.office(house.database, name="Two")
    query = "{ providers(first: 50) { nodes { id } } }"
    one = (await answered(door, query))["data"]["providers"]["nodes"][0]["id"]
    async with house.database.transaction() as tx:
        await execute(tx, "UPDATE provider SET retired_at = now() WHERE id = $1::text::uuid", one)
    assert one not in {node["id"] for node in (await answered(door, query))["data"]["providers"]["nodes"]}


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("referral.edges.graphql.kept.MOST_BYTES", 10_000)
    kept = Kept()
    for number in range(1_000):
        kept.put((1, (number,)), entry(b"x" * 100))
        kept.get(1, [(0,)])
    assert len(kept.entries) == 10_000 // (100 + OVERHEAD)
    assert kept.size == len(kept.entries) * (100 + OVERHEAD)
    assert kept.get(1, [(0,)]) != [None]  # what is asked for all the time stays
    assert kept.get(1, [(500,)]) == [None]
    kept.put((1, (0,)), entry(b"x"))
    assert kept.size == len(kept.entries) * (100 + OVERHEAD) - 99


def test_every_plain_type_is_known_to_the_writers() -> None:
    """Documents are made up over all fields that the page leads to; a type without a plain way would go unnoticed."""
    seen: set[str] = set()

    def visit(of: GraphQLObjectType) -> None:
        if of.name in seen:
            return
        seen.add(of.name)
        for name, one in of.fields.items():
            kind = get_named_type(one.type)
            if isinstance(kind, GraphQLObjectType) and name not in ASYNCHRONOUS:
                visit(kind)

    assert isinstance(PAGE, GraphQLObjectType)
    visit(PAGE)
    assert {"Provider", "Organization", "Location", "Address", "Capacity", "Schedule", "Verification"} <= seen
    assert isinstance(CORE.type_map["ProviderFilter"], GraphQLInputObjectType)
    assert isinstance(CORE.type_map["Openness"], GraphQLEnumType)


async def test_filters_reach_the_search_by_the_short_way(
    house: House, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each argument alone, both ways."""
    await given.office(house.database, name="Free Legal Aid")
    texts = {
        "languages": '["es"]', "languageModes": "[STAFF_FLUENT]", "helpTypes": "[LEGAL_ASYLUM]", "claims": "[ASYLUM]",
        "postures": "[IN_REMOVAL_PROCEEDINGS]", "openness": "[UNKNOWN]", "minCapacity": "1", "openNow": "true",
        "remote": "true", "free": "true", "acceptsDetained": "true", "acceptsMinors": "false", "text": '"legal aid"',
        "verifiedSince": '"2020-01-01"', "within": '{country: "US", state: "TX"}',
        "near": '{text: "El Paso TX"}',
    }  # fmt: skip
    assert isinstance(kind := CORE.type_map["ProviderFilter"], GraphQLInputObjectType)
    assert set(kind.fields) == {*texts, "radiusKm"}
    for name, value in texts.items():
        query = f"{{ providers(first: 50, filter: {{{name}: {value}}}) {{ totalCount nodes {{ id }} }} }}"
        assert await answered(door, query) == await ordinarily(door, monkeypatch, query), name
