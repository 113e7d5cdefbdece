# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (the types of graphql-core are generic without a parameter)
"""What anyone can ask of the directory by HTTP, at random and the same every time, most of it about hidden places.

Filters are made from the published schema, and HSDS parameters from their table, so a new one is asked about by itself;
one of a kind that is not known here stops the run.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import orjson
from desk import operation
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    build_schema,
)

from referral.edges.hsds.openapi import LISTINGS
from referral.edges.hsds.parameters import PARAMETERS

SCHEMA = build_schema((Path(__file__).parents[2] / "schema" / "public.graphql").read_text(encoding="utf-8"))
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

PARTS = (
    "totalCount", "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }", "origin { id name state }",
    "alternatives { id name state }", "facets { languages { tag count } }", "facets { helpTypes { helpType count } }",
    "facets { openness { openness count } }", "edges { cursor distanceKm node { id name } }",
    """nodes { id name isOpenNow openness service { name description } organization { name description }
       location { id visibility timeZone name latitude longitude transportation accessibility
                  address { lines city state postalCode country } }
       phones { number extension } schedules { weekdays opensAt closesAt note } serviceAreas { name state }
       languages { tag mode note } restrictions verification { status } }""",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One request."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict[str, str])
    content: bytes = b""
    goes_on: bool = False  # with the next page, from the cursor of the answer


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the questions are about: ids that exist, words and points of the secrets, places of the gazetteer."""

    listings: Sequence[UUID]
    services: Sequence[UUID]
    organizations: Sequence[UUID]
    places: Sequence[UUID]
    points: Sequence[tuple[float, float]]
    words: Sequence[str]
    postcodes: Sequence[str]
    towns: Sequence[str]
    etags: Sequence[str]
    key: dict[str, str]
    origin: str


class Questions:
    """The same questions every time for the same seed."""

    def __init__(self, about: About, seed: int) -> None:
        self.about, self.chance = about, Random(seed)  # noqa: S311 - the same questions every time
        self.makers: Sequence[tuple[Callable[[], Question], int]] = (
            (self.search, 50), (self.listing, 12), (self.named, 6), (self.feed, 3), (self.hsds_list, 24),
            (self.hsds_one, 8), (self.page, 5), (self.written_place, 2), (self.nonsense, 3),
        )  # fmt: skip

    def next(self) -> Question:
        makers, weights = zip(*self.makers, strict=True)
        return self.chance.choices(makers, weights)[0]()

    # ------------------------------------------------------------- GraphQL
    def search(self) -> Question:
        """Any filters, orders, sizes and parts of an answer."""
        size = self.chance.choice((1, 2, 3, 5, 20))
        order = self.chance.choice((None, None, "NEAREST", "NAME", "RECENTLY_VERIFIED", "MOST_CAPACITY"))
        variables = {
            "filter": self.value(SCHEMA.get_type("ProviderFilter")),
            "orderBy": order,
            self.chance.choice(("first", "first", "last")): size,
        }
        if self.chance.random() < 0.2:
            return self.graphql(operation("public/FindProviders"), variables, goes_on=True)
        return self.graphql(self.document(), variables, goes_on=self.chance.random() < 0.3)

    def document(self) -> str:
        """One of few documents: a server keeps what it has read, and there are hidden corners in that too."""
        chosen = Random(self.chance.randint(0, 30)).sample(PARTS, 4)  # noqa: S311 - the same documents every time
        asked = "filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before"
        return (
            "query ($filter: ProviderFilter, $orderBy: ProviderOrder, $first: Int, $after: Cursor, $last: Int,"
            f" $before: Cursor) {{ providers({asked}) {{ {PARTS[1]} {' '.join(chosen)} }} }}"
        )

    def listing(self) -> Question:
        return self.graphql(operation("public/Provider"), {"id": str(self.chance.choice(self.about.listings))})

    def named(self) -> Question:
        """What words may mean, as a place or as a language."""
        if self.chance.random() < 0.7:
            return self.graphql(operation("public/Places"), {"query": self.word(), "first": 5})
        return self.graphql(operation("public/Languages"), {"query": self.word()})

    def feed(self) -> Question:
        document = "query ($first: Int) { changes(first: $first) { nodes { id kind provider { name } } } }"
        return self.graphql(document, {"first": self.chance.randint(1, 40)}, "/graphql/partner", headers=self.about.key)

    def graphql(
        self,
        query: str,
        variables: object,
        path: str = "/graphql",
        *,
        headers: dict[str, str] | None = None,
        goes_on: bool = False,
    ) -> Question:
        content, sent = (
            orjson.dumps({"query": query, "variables": variables}),
            {"Content-Type": JSON, **(headers or {})},
        )
        return Question(method="POST", path=path, headers=sent, content=content, goes_on=goes_on)

    def value(self, of: Any, name: str = "") -> object:
        """A value of a type of the schema: for known names one that is about the secrets."""
        asked: Any = of.of_type if isinstance(of, GraphQLNonNull) else of
        match asked:
            case GraphQLList():
                return [self.value(asked.of_type, name) for _ in range(self.chance.randint(1, 2))]
            case GraphQLEnumType():
                common = {"helpTypes": ("HUM_SHELTER", "LEGAL_ASYLUM"), "openness": ("OPEN",)}.get(name, ())
                return self.chance.choice((*asked.values, *common, *common, *common))
            case GraphQLInputObjectType():
                return self.input(asked)
            case _:
                return self.scalar(asked.name, name)

    def input(self, of: GraphQLInputObjectType) -> dict[str, object]:
        if of.name == "PointInput":
            latitude, longitude = self.near()
            return {"latitude": latitude, "longitude": longitude}
        if of.is_one_of:
            name = self.chance.choice(list(of.fields))
            return {name: self.value(of.fields[name].type, f"{of.name}.{name}")}
        likely = {"near": 0.6, "radiusKm": 0.4, "helpTypes": 0.3, "languages": 0.3, "text": 0.3, "within": 0.2}
        return {
            name: self.value(one.type, name)
            for name, one in of.fields.items()
            if isinstance(one.type, GraphQLNonNull) or self.chance.random() < likely.get(name, 0.06)
        }

    def scalar(self, of: str, name: str) -> object:
        """Stops where a kind of value is asked for that is not known here."""
        words = {
            "text": self.word,
            "NearInput.text": lambda: self.chance.choice(self.about.towns),
            "state": lambda: self.pick("TX", "TX", "CA", "TAM"),
        }
        known: dict[str, Callable[[], object]] = {
            "Boolean": lambda: self.chance.random() < 0.8,
            "Int": lambda: self.chance.choice((1, 2, 5)),
            "Float": lambda: self.chance.choice((0.5, 1.0, 5.0, 20.0, 100.0, 400.0, 1_000.0, 20_000.0)),
            "Date": lambda: self.pick("2020-01-01", "2026-01-01", "2099-01-01"),
            "LanguageTag": lambda: self.pick("es", "ht", "en", "zh", "mam"),
            "CountryCode": lambda: self.pick("US", "US", "MX"),
            "ID": lambda: str(self.chance.choice(self.about.places)),
        }
        return words[name]() if of == "String" else known[of]()

    def near(self) -> tuple[float, float]:
        """Where a secret is, to the metre or about."""
        latitude, longitude = self.chance.choice(self.about.points)
        spread = self.chance.choice((0.0, 0.001, 0.1, 1.0))
        return latitude + self.chance.gauss(0, spread), longitude + self.chance.gauss(0, spread)

    def word(self) -> str:
        """A word of a secret, whole, misspelt or with another."""
        word = self.chance.choice(self.about.words)
        at = self.chance.randrange(len(word))
        return self.chance.choice((word, word, word[:at] + word[at + 1 :] or word, f"{word} refuge"))

    # ------------------------------------------------------------- HSDS
    def hsds_list(self) -> Question:
        """A list with any of its parameters; by GET, or by POST as JSON or as a form."""
        kind = self.chance.choice(("services", "services", "service_at_locations", "service_at_locations", *LISTINGS))
        asked = {name: self.parameter(name) for name in LISTINGS[kind].asked if self.chance.random() < 0.12}
        if {"lat", "lon"} <= set(LISTINGS[kind].asked) and self.chance.random() < 0.3:
            latitude, longitude = self.near()
            asked |= {"lat": f"{latitude:.6f}", "lon": f"{longitude:.6f}", "radius_m": self.parameter("radius_m")}
        path, sent = f"/hsds/{kind}", "&".join(f"{name}={word}" for name, word in asked.items())
        match self.chance.choice(("GET", "GET", "GET", "HEAD", JSON, FORM)):
            case "GET" | "HEAD" as method:
                return Question(method=method, path=f"{path}?{sent}", headers=self.condition())
            case kind_of_body:
                content = orjson.dumps(asked) if kind_of_body == JSON else sent.encode()
                return Question(method="POST", path=path, headers={"Content-Type": kind_of_body}, content=content)

    def hsds_one(self) -> Question:
        kinds = {
            "services": self.about.services,
            "service_at_locations": self.about.listings,
            "organizations": self.about.organizations,
        }
        kind = self.chance.choice(list(kinds))
        query = self.chance.choice(("", "?full_service=true")) if kind == "organizations" else ""
        path = f"/hsds/{kind}/{self.chance.choice(kinds[kind])}{query}"
        return Question(method=self.chance.choice(("GET", "GET", "HEAD")), path=path, headers=self.condition())

    def parameter(self, name: str) -> str:
        latitude, longitude = self.near()
        known = {
            "search": self.word(), "page": self.pick("1", "1", "2"), "per_page": self.pick("1", "2", "25"),
            "format": self.pick("json", "ndjson"), "modified_after": self.pick("2026-01-01", "2099-01-01"),
            "taxonomy_term_id": str(UUID(int=1)), "taxonomy_id": str(UUID(int=2)), "parent_id": str(UUID(int=3)),
            "organization_id": str(self.chance.choice(self.about.organizations)),
            "postcode": self.chance.choice(self.about.postcodes), "proximity": self.pick("100", "20000", "900000"),
            "lat": f"{latitude:.6f}", "lon": f"{longitude:.6f}", "radius_m": self.pick("50", "5000", "1000000"),
            "language": self.pick("es", "ht", "es,ht", "xx"),
        }  # fmt: skip
        is_flag = PARAMETERS[name].schema.get("type") == "boolean"
        return self.pick("true", "true", "false") if is_flag else known[name]

    def pick(self, *words: str) -> str:
        return self.chance.choice(words)

    def condition(self) -> dict[str, str]:
        """Sometimes: only if it is other than what I have."""
        match self.chance.randint(0, 9):
            case 0 if self.about.etags:
                return {"If-None-Match": self.chance.choice(self.about.etags)}
            case 1:
                return {"If-Modified-Since": "Thu, 01 Jan 2026 00:00:00 GMT"}
            case _:
                return {}

    # ------------------------------------------------------------- pages, and what is refused
    def page(self) -> Question:
        lang, place = self.pick("en", "es"), self.chance.choice(self.about.places)
        listing = self.chance.choice(self.about.listings)
        path = self.pick(*[f"/{lang}/find/{place}"] * 4, f"/{lang}/listings/{listing}/wrong", f"/{lang}/find", "/")
        return Question(method="GET", path=path)

    def written_place(self) -> Question:
        words = self.chance.choice((*self.about.towns, *self.about.words)).replace(" ", "+")
        path, headers = f"/{self.pick('en', 'es')}/find", {"Content-Type": FORM, "Origin": self.about.origin}
        return Question(method="POST", path=path, headers=headers, content=f"where={words}".encode())

    def nonsense(self) -> Question:
        """What is refused says why; it must say so in the same words."""
        word, listing = self.word(), self.chance.choice(self.about.listings)
        asked: Sequence[tuple[str, object]] = (
            ("query ($i: ID!) { provider(id: $i) { id location { nothing } } }", {"i": str(listing)}),
            ("query ($i: ID!) { provider(id: $i) { name } }", {"i": word}),
            ("query ($f: ProviderFilter) { providers(filter: $f) { totalCount } }", {"f": {"radiusKm": 5}}),
            ("query ($f: ProviderFilter) { providers(filter: $f) { totalCount } }", {"f": {"near": {"text": word}}}),
            ("query ($a: Cursor) { providers(first: 2, after: $a) { totalCount } }", {"a": f"{word}="}),
        )
        if self.chance.random() < 0.2:
            headers = {"Content-Type": self.pick(JSON, "text/plain")}
            return Question(method="POST", path="/hsds/services", headers=headers, content=f'["{word}"]'.encode())
        if self.chance.random() < 0.5:
            path = self.pick(f"/hsds/services?postcode={word}", f"/hsds/service_at_locations?lat={word}&lon=1",
                             f"/hsds/service_at_locations/{word}", f"/hsds/services?{word}=1")  # fmt: skip
            return Question(method="GET", path=path)
        return self.graphql(*self.chance.choice(asked))


def next_page(question: Question, answer: bytes) -> Question | None:
    """The same question from where the answer's page ends, or begins where it was asked for backwards."""
    found: Any = (orjson.loads(answer).get("data") or {}).get("providers")
    asked = orjson.loads(question.content)
    is_backwards = "last" in asked["variables"]
    if not found or found["pageInfo"]["startCursor"] is None:
        return None
    cursor = found["pageInfo"]["startCursor" if is_backwards else "endCursor"]
    asked["variables"]["before" if is_backwards else "after"] = cursor
    return Question(method="POST", path=question.path, headers=question.headers, content=orjson.dumps(asked))
