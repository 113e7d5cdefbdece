"""What we publish is what we serve: every word of it explained, every operation answerable, no secret in a URL."""

from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import given
import orjson
import pytest
from desk import Desk, operation
from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    OperationDefinitionNode,
    build_schema,
    parse,
    validate,
)

from referral.edges.graphql import schemas
from referral.edges.graphql.routes import ASKED_BY_GET, OPERATIONS, PATHS, document_id, trusted_documents
from referral.edges.graphql.schemas import Audience

SCHEMA = OPERATIONS.parent
DIRECTORY = ("FindProviders", "Languages", "NearestProviders", "Places", "Provider")
EXPECTED = {
    Audience.PUBLIC: {
        *DIRECTORY,
        "HelpRequestByReceipt",
        "ReferralByToken",
        "RespondToReferral",
        "StateCapacity",
        "SubmitHelpRequest",
        "WithdrawHelpRequest",
    },
    Audience.PARTNER: {"Changes", "Offers", "SubmitOnBehalf", "Viewer"},
    Audience.STAFF: {"Matches", "Me", "OfferReferral", "Queue", "Request", "StaleListings", "WhyNot"},
}


def files(audience: Audience) -> list[Path]:
    return sorted((OPERATIONS / audience.value).glob("*.graphql"))


def undescribed(audience: Audience) -> list[str]:
    missing: list[str] = []
    for name, kind in schemas.schema(audience).core.type_map.items():
        if name.startswith("__"):
            continue
        parts = {name: kind.description}
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            parts |= {f"{name}.{field}": one.description for field, one in kind.fields.items()}
            parts |= {
                f"{name}.{field}({argument}:)": each.description
                for field, one in kind.fields.items()
                for argument, each in one.args.items()
            }
        if isinstance(kind, GraphQLInputObjectType):
            parts |= {f"{name}.{field}": one.description for field, one in kind.fields.items()}
        if isinstance(kind, GraphQLEnumType):
            parts |= {f"{name}.{value}": one.description for value, one in kind.values.items()}
        missing += [part for part, words in parts.items() if not (words or "").strip()]
    return missing


@pytest.mark.parametrize("audience", Audience)
def test_every_word_of_a_schema_is_explained(audience: Audience) -> None:
    assert undescribed(audience) == []


@pytest.mark.parametrize("audience", Audience)
def test_the_published_file_is_the_schema_that_is_served(audience: Audience) -> None:
    published = (SCHEMA / f"{audience.value}.graphql").read_text(encoding="utf-8")
    assert published == schemas.sdl(audience), "Run `referral contract schema`, and look at what changed."
    build_schema(published)


@pytest.mark.parametrize("audience", Audience)
def test_the_trusted_operations_fit_their_schema(audience: Audience) -> None:
    assert {path.stem for path in files(audience)} >= EXPECTED[audience]
    for path in files(audience):
        document = parse(path.read_text(encoding="utf-8"))
        assert validate(schemas.schema(audience).core, document) == [], path.name
        (definition,) = document.definitions
        assert isinstance(definition, OperationDefinitionNode)
        assert definition.name
        assert definition.name.value == path.stem


@pytest.mark.parametrize("audience", [Audience.PARTNER, Audience.STAFF])
def test_the_other_schemas_hold_everything_public(audience: Audience) -> None:
    for path in files(Audience.PUBLIC):
        assert validate(schemas.schema(audience).core, parse(path.read_text(encoding="utf-8"))) == [], path.name


def test_only_the_directory_is_asked_by_url() -> None:
    """A receipt or a token in a URL would be kept by histories, caches and logs."""
    trusted = trusted_documents(OPERATIONS / Audience.PUBLIC.value)
    assert set(trusted) == {document_id(operation(f"public/{name}")) for name in DIRECTORY}
    assert set(ASKED_BY_GET) == {"providers", "provider", "places", "languages"}
    for text in trusted.values():
        (definition,) = parse(text).definitions
        assert isinstance(definition, OperationDefinitionNode)
        roots = {root.name.value for root in definition.selection_set.selections if isinstance(root, FieldNode)}
        assert roots <= ASKED_BY_GET


def test_a_document_that_hides_a_secret_beside_the_directory_is_not_trusted(tmp_path: Path) -> None:
    for number, text in enumerate(
        (
            '{ languages { tag } helpRequest(receipt: "1") { id } }',
            '{ languages: referral(token: "1") { id } }',
            'query { ... { helpRequest(receipt: "1") { id } } }',
            'query { ...Sly } fragment Sly on Query { helpRequest(receipt: "1") { id } }',
            'mutation { withdrawHelpRequest(receipt: "1") { __typename } }',
            'query One { languages { tag } } query Two { helpRequest(receipt: "1") { id } }',
        )
    ):
        (tmp_path / f"{number}.graphql").write_text(text, encoding="utf-8")
    assert trusted_documents(tmp_path) == {}


# ---------------------------------------------------------------- GET
def address(name: str, variables: object = None, audience: Audience = Audience.PUBLIC) -> str:
    """Where a published operation is asked by GET: its hash is that of the file, as sha256sum tells it."""
    path = OPERATIONS / f"{name}.graphql"
    id = f"sha256:{sha256(path.read_bytes()).hexdigest()}"
    said = "" if variables is None else f"&variables={quote(orjson.dumps(variables).decode())}"
    return f"{PATHS[audience]}?documentId={id}{said}"


async def test_the_directory_is_asked_by_get_and_kept_for_a_minute(desk: Desk) -> None:
    office = await given.office(desk.database, name="Synthetic Legal Aid")
    asked = {"near": {"text": "Brownsville TX"}, "helpTypes": ["LEGAL_ASYLUM"]}
    response = await desk.http.get(address("public/FindProviders", {"filter": asked}))
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "public, max-age=60"
    assert response.headers["Vary"] == "Accept"
    assert response.json()["data"]["providers"] == await desk.published("public/FindProviders", filter=asked)
    for name, variables in (
        ("Provider", {"id": str(office.id)}),
        ("Places", {"query": "cd juarez"}),
        ("Languages", {"query": "kreyol"}),
        ("Languages", None),
    ):
        response = await desk.http.get(address(f"public/{name}", variables))
        assert response.headers["Cache-Control"] == "public, max-age=60"
        assert next(iter(response.json()["data"].values()))
    posted = await desk.post(operation("public/Languages"))
    assert posted.headers["Cache-Control"] == "no-store"


async def test_a_wrong_question_by_get_is_not_kept(desk: Desk) -> None:
    for variables in ({"first": 51}, {"filter": {"helpTypes": ["NOPE"]}}):
        response = await desk.http.get(address("public/FindProviders", variables))
        assert response.json()["errors"]
        assert response.headers["Cache-Control"] == "no-store"
    url = address("public/FindProviders")
    for variables, code in (("nonsense", "NOT_JSON"), ("[]", "BAD_REQUEST")):
        response = await desk.http.get(f"{url}&variables={variables}")
        assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (400, code)


async def test_nothing_with_a_receipt_or_a_token_is_answered_by_get(desk: Desk) -> None:
    receipt = (await desk.submit())["receipt"]
    kept = await desk.kept()
    for name in sorted(EXPECTED[Audience.PUBLIC] - set(DIRECTORY)):
        response = await desk.http.get(address(f"public/{name}", {"receipt": receipt, "token": "x", "input": {}}))
        assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (404, "UNKNOWN_DOCUMENT")
    assert await desk.kept() == kept


async def test_the_other_doors_answer_no_get(desk: Desk) -> None:
    headers = await desk.staff()
    for audience in (Audience.PARTNER, Audience.STAFF):
        response = await desk.http.get(address("public/Languages", audience=audience), headers=headers)
        assert (response.status_code, response.headers["Allow"]) == (405, "POST")
