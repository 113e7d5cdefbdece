# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (schemathesis, jsonschema and referencing are typed in part)
"""The OpenAPI document of the HSDS API says what the API does, path by path, word by word, and under fire."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import given
import pytest
import schemathesis
from desk import Desk
from hypothesis import HealthCheck, seed, settings
from hypothesis import given as hypothesis_given
from hypothesis.errors import Unsatisfiable
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from schemathesis import GenerationMode, checks
from starlette.routing import Route

from referral.edges.house import House
from referral.edges.hsds import openapi, reading
from referral.edges.hsds.parameters import PARAMETERS

FILE = Path(__file__).parents[2] / "schema" / openapi.FILE
DOCUMENT: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))


def operations() -> set[tuple[str, str]]:
    return {(path, method.upper()) for path, methods in DOCUMENT["paths"].items() for method in methods}


def test_the_published_document_is_what_the_code_says() -> None:
    assert FILE.read_text(encoding="utf-8") == openapi.written(), "Run `referral contract schema`, and look."


def test_every_path_that_is_answered_is_described_and_no_other(house: House) -> None:
    answered = {
        (route.path.removeprefix("/hsds") or "/", method)
        for route in reading.routes(house)
        if isinstance(route, Route)
        for method in route.methods or ()
        if method != "HEAD"
    }
    undescribed = {("/profile", "GET"), ("/profile/{name}", "GET"), ("/openapi.json", "GET")}
    assert answered - undescribed == operations()


async def test_the_document_is_served_where_the_root_says(desk: Desk) -> None:
    root = (await desk.http.get("/hsds/")).json()
    base = desk.house.settings.public_url.rstrip("/")
    served = await desk.http.get(root["openapi_url"].removeprefix(base))
    assert served.json() == DOCUMENT


async def test_the_profile_is_a_set_of_merge_patches_that_name_what_is_ours(desk: Desk) -> None:
    profile = (await desk.http.get("/hsds/profile")).json()
    base = desk.house.settings.public_url.rstrip("/")
    patches: dict[str, Any] = {}
    for name, address in profile["patches"].items():
        response = await desk.http.get(address.removeprefix(base))
        assert response.headers["content-type"] == "application/merge-patch+json"
        patches[name] = response.json()
    ours = {name for name, one in PARAMETERS.items() if one.is_ours}
    assert ours == {"lat", "lon", "radius_m", "language", "open_now", "accepting"}
    for path in ("/services", "/service_at_locations"):
        for method in ("get", "post"):
            listed = {
                one["$ref"].rpartition("/")[2] for one in patches["openapi.json"]["paths"][path][method]["parameters"]
            }
            assert ours < listed
    assert set(patches["service.json"]["properties"]) == {"modified_date"}
    assert (await desk.http.get("/hsds/profile/organization.json")).status_code == 404


@pytest.mark.parametrize(
    "path", ["/services", "/service_at_locations", "/organizations", "/taxonomies", "/taxonomy_terms"]
)
async def test_what_is_answered_says_nothing_that_is_not_described(desk: Desk, path: str) -> None:
    """Stricter than the document: there, properties that others add are allowed."""
    await given.office(desk.database)
    strict = closed(DOCUMENT)
    page = f"document:#/paths/{path.replace('/', '~1')}/get/responses/200/content/application~1json/schema"
    empty: Any = Registry()
    registry = empty.with_resource("document:", Resource.opaque(strict))
    validator: Any = Draft202012Validator({"$ref": page}, registry=registry)
    known = {one["$ref"].rpartition("/")[2] for one in DOCUMENT["paths"][path]["get"]["parameters"]}
    for name in {"page", "full", "full_service", "minimal"} & known:
        answer = (await desk.http.get(f"/hsds{path}", params={name: "1" if name == "page" else "true"})).json()
        assert answer["contents"]
        validator.validate(answer)


def closed(document: Any) -> Any:
    """The same with objects that have nothing but what is described; a page is described in two halves."""
    if isinstance(document, list):
        parts: list[Any] = document
        return [closed(one) for one in parts]
    if not isinstance(document, dict):
        return document
    fields: dict[str, Any] = document
    inner = {name: closed(one) for name, one in fields.items()}
    is_whole = inner.get("type") == "object" and "contents" not in inner["properties"]
    return {**inner, "additionalProperties": False} if is_whole else inner


# ------------------------------------------------------------- under fire
checks.load_all_checks()
SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
CHECKED: list[Any] = checks.CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
        "negative_data_rejection",
        "positive_data_acceptance",
    ]
)
(ACCEPTED,) = checks.CHECKS.get_by_names(["positive_data_acceptance"])
# What no schema of a parameter can say, so that a question may fit it and be refused all the same: which languages and
# postcodes we know is data, and OpenAPI has no words for what stands in an address together.
SAID_BY_NO_SCHEMA = {
    ("language", "UNKNOWN_LANGUAGE"),
    ("postcode", "UNKNOWN_PLACE"),
    ("postcode", "MISSING"),  # proximity alone
    ("postcode", "TWICE"),  # beside lat and lon
    ("lat", "MISSING"),
    ("lon", "MISSING"),
}
EXAMPLES = 40  # of each operation, well asked and badly asked


@pytest.mark.timeout(120)
async def test_every_operation_withstands_whatever_is_sent(desk: Desk) -> None:
    """Generated questions, good and bad, over HTTP: no crash, and no answer that the document does not describe."""
    office = await given.office(desk.database)
    service = await desk.sql("SELECT service_id FROM provider WHERE id = $1", office.id)
    ids = {"services": service, "service_at_locations": office.id, "organizations": office.organization_id}
    base = f"{str(desk.http.base_url).rstrip('/')}/hsds"
    asked = await asyncio.to_thread(bombard, base, {name: str(id) for name, id in ids.items()})
    assert set(asked) == operations()
    assert all(statuses & {200, 404} for statuses in asked.values()), asked
    assert {422} <= set().union(*asked.values())


def bombard(base: str, ids: dict[str, str]) -> dict[tuple[str, str], set[int]]:
    """The statuses that came, by operation; half of the things asked for by id are there."""
    schema: Any = schemathesis.openapi.from_dict(DOCUMENT)
    asked: dict[tuple[str, str], set[int]] = {}

    def ask(case: Any) -> None:
        name = case.path.split("/")[1]
        if "id" in case.path_parameters and name in ids and len(asked.get((case.path, case.method), ())) % 2 == 0:
            case.path_parameters["id"] = ids[name]
        response = case.call(base_url=base)
        is_understood = response.status_code == 422 and problems_of(response) <= SAID_BY_NO_SCHEMA
        case.validate_response(response, checks=[one for one in CHECKED if one is not ACCEPTED or not is_understood])
        asked.setdefault((case.path, case.method), set()).add(response.status_code)

    for path, method in sorted(operations()):
        for mode in GenerationMode:
            try:
                cases = schema[path][method].as_strategy(generation_mode=mode)
                fired(cases, ask)
            except Unsatisfiable:  # nothing can be asked badly where nothing is asked
                assert mode is GenerationMode.NEGATIVE
    return asked


def problems_of(response: Any) -> set[tuple[str, str]]:
    return {(one["path"][0], one["code"]) for one in response.json()["fields"]}


def fired(cases: Any, ask: Callable[[Any], None]) -> None:
    @seed(1)
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=SLOW)
    @hypothesis_given(cases)
    def each(case: Any) -> None:
        ask(case)

    each()
