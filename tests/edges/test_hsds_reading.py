"""The directory as another HSDS system reads it: the envelope, every filter, posting, and what is hidden."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import given
import pytest
from desk import Desk

from referral.edges.hsds.published import TAXONOMY_ID, term_id
from referral.foundation.clock import now
from referral.foundation.vocabulary import HelpType

NOBODYS_ID = UUID(int=404)  # in the name of a test, which has to be the same in every process
ENVELOPE = {
    "total_items", "total_pages", "page_number", "size", "first_page", "last_page", "empty", "contents",
}  # fmt: skip


async def read(desk: Desk, path: str, **parameters: str) -> Any:
    response = await desk.http.get(f"/hsds{path}", params=parameters)
    assert response.status_code == 200, response.text
    return response.json()


async def names(desk: Desk, **parameters: str) -> list[str]:
    return sorted(one["name"] for one in (await read(desk, "/services", **parameters))["contents"])


async def test_the_root_names_the_version_and_a_profile_that_is_there(desk: Desk) -> None:
    root = await read(desk, "/")
    assert root["version"] == "3.1"
    path = root["profile"].removeprefix(desk.house.settings.public_url.rstrip("/"))
    assert (await desk.http.get(path)).status_code == 200


async def test_a_list_comes_in_the_envelope_page_by_page(desk: Desk) -> None:
    await given.offices(desk.database, [given.BROWNSVILLE] * 5)
    pages = [await read(desk, "/services", per_page="2", page=str(number)) for number in (1, 2, 3, 4)]
    assert all(set(page) == ENVELOPE for page in pages)
    assert [page["size"] for page in pages] == [2, 2, 1, 0]
    assert [(page["first_page"], page["last_page"], page["empty"]) for page in pages] == [
        (True, False, False), (False, False, False), (False, True, False), (False, True, True),
    ]  # fmt: skip
    assert {(page["total_items"], page["total_pages"]) for page in pages} == {(5, 3)}
    assert len({one["id"] for page in pages for one in page["contents"]}) == 5


async def test_a_list_shows_its_organization_and_no_lists_unless_all_is_asked(desk: Desk) -> None:
    await given.office(desk.database, name="Office")
    short = (await read(desk, "/services"))["contents"][0]
    assert short["organization"]["name"] == "Office (organization)"
    assert not any(isinstance(value, list) for value in short.values())
    whole = (await read(desk, "/services", full="true"))["contents"][0]
    assert [one["code"] for one in whole["languages"]] == ["en", "es"]
    assert whole == await read(desk, f"/services/{short['id']}")
    place = whole["service_at_locations"][0]
    assert (place["location"]["latitude"], place["location"]["longitude"]) == given.BROWNSVILLE
    assert place["attributes"][0]["value"] == "capacity"
    assert [(one["unit"]["identifier"], one["available"]) for one in whole["capacities"]] == [("full_cases", 5)]


async def test_what_nobody_stated_is_left_out_and_never_guessed(desk: Desk) -> None:
    await given.office(desk.database, name="Silent", openness=None, languages=())
    whole = (await read(desk, "/services", full="true"))["contents"][0]
    assert {"capacities", "languages", "fees_description"}.isdisjoint(whole)
    assert "attributes" not in whole["service_at_locations"][0]
    assert None not in whole.values()


async def test_filters_combine_with_and(desk: Desk) -> None:
    lawyer = await given.office(desk.database, name="Refugio lawyer", help_types=(HelpType.LEGAL_ASYLUM,))
    await given.office(desk.database, name="Refugio kitchen", help_types=(HelpType.HUM_FOOD,))
    assert await names(desk, search="refujio") == ["Refugio kitchen", "Refugio lawyer"]
    term = term_id(HelpType.LEGAL_ASYLUM)
    assert await names(desk, search="refugio", taxonomy_term_id=term) == ["Refugio lawyer"]
    assert await names(desk, organization_id=str(lawyer.organization_id)) == ["Refugio lawyer"]
    food = term_id(HelpType.HUM_FOOD)
    assert await names(desk, organization_id=str(lawyer.organization_id), taxonomy_term_id=food) == []
    assert await names(desk, taxonomy_id=TAXONOMY_ID, search="kitchen") == ["Refugio kitchen"]
    assert await names(desk, taxonomy_id=str(uuid4())) == []
    assert await names(desk, taxonomy_term_id=str(uuid4())) == []


async def test_modified_after_is_on_or_after(desk: Desk) -> None:
    await given.office(desk.database, name="Office")
    changed = (await read(desk, "/services", minimal="true"))["contents"][0]
    assert set(changed) == {"id", "last_modified", "modified_date"}
    assert await names(desk, modified_after=changed["last_modified"]) == ["Office"]
    later = (now() + timedelta(days=1)).date().isoformat()
    assert await names(desk, modified_after=later) == []


async def test_ndjson_gives_everything_a_line_each(desk: Desk) -> None:
    await given.offices(desk.database, [given.BROWNSVILLE] * 230)
    response = await desk.http.get("/hsds/services", params={"format": "ndjson", "per_page": "2"})
    assert response.headers["content-type"].startswith("application/x-ndjson")
    lines = [json.loads(line) for line in response.text.splitlines()]
    assert len({line["id"] for line in lines}) == 230


async def test_what_is_asked_need_not_stand_in_an_address(desk: Desk) -> None:
    for name in ("Alpha", "Beta"):
        await given.office(desk.database, name=name)
    form = await desk.http.post("/hsds/services", data={"search": "alpha", "per_page": "1"})
    document = await desk.http.post("/hsds/services", json={"search": "alpha", "per_page": 1, "full": False})
    query = await desk.http.get("/hsds/services", params={"search": "alpha", "per_page": "1"})
    both = await desk.http.post("/hsds/services?search=beta&per_page=1", json={"search": "alpha"})
    assert [one["name"] for one in query.json()["contents"]] == ["Alpha"]
    assert form.json() == document.json() == query.json() == both.json()


@pytest.mark.parametrize(
    ("path", "asked", "count"),
    [
        ("services", {"search": "alpha", "minimal": True}, 1),
        ("service_at_locations", {"search": "alpha", "full": True}, 1),
        ("organizations", {"search": "alpha", "full_service": True}, 1),
        ("taxonomies", {"search": "kinds"}, 1),
        ("taxonomy_terms", {"top_only": True, "taxonomy_id": TAXONOMY_ID, "per_page": 100}, len(HelpType)),
    ],
)
async def test_every_list_is_asked_by_get_by_form_and_by_json_alike(
    desk: Desk, path: str, asked: dict[str, object], count: int
) -> None:
    for name in ("Alpha", "Beta"):
        await given.office(desk.database, name=name)
    plain = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in asked.items()}
    query = await desk.http.get(f"/hsds/{path}", params=plain)
    form = await desk.http.post(f"/hsds/{path}", data=plain)
    document = await desk.http.post(f"/hsds/{path}", json=asked)
    bare = await desk.http.post(f"/hsds/{path}", params=plain)
    assert set(query.json()) == ENVELOPE
    assert query.json()["total_items"] == count
    assert query.json() == form.json() == document.json() == bare.json()
    lines = await desk.http.post(f"/hsds/{path}", json={**asked, "format": "ndjson"})
    assert [json.loads(line) for line in lines.text.splitlines()] == query.json()["contents"]
    for method in ("PUT", "PATCH", "DELETE"):
        refused = await desk.http.request(method, f"/hsds/{path}")
        assert (refused.status_code, set(refused.headers["Allow"].split(", "))) == (405, {"GET", "HEAD", "POST"})


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ({"page": "0"}, "page"),
        ({"page": "x"}, "page"),
        ({"per_page": "101"}, "per_page"),
        ({"format": "xml"}, "format"),
        ({"full": "perhaps"}, "full"),
        ({"organization_id": "7"}, "organization_id"),
        ({"taxonomy_term_id": "7"}, "taxonomy_term_id"),
        ({"modified_after": "yesterday"}, "modified_after"),
        ({"modified_after": "0001-01-01T00:00:00+14:00"}, "modified_after"),
        ({"modified_after": "9999-12-31T23:59:59-14:00"}, "modified_after"),
        ({"search": "a" * 201}, "search"),
        ({"postcode": "78520"}, "postcode"),
    ],
)
async def test_a_parameter_that_cannot_be_used_is_refused_and_not_ignored(
    desk: Desk, parameters: dict[str, str], name: str
) -> None:
    response = await desk.http.get("/hsds/services", params=parameters)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert [field["path"] for field in response.json()["fields"]] == [[name]]


@pytest.mark.parametrize(
    "path",
    ["/", f"/services/{NOBODYS_ID}", f"/service_at_locations/{NOBODYS_ID}", f"/organizations/{NOBODYS_ID}",
     f"/taxonomies/{TAXONOMY_ID}", f"/taxonomy_terms/{NOBODYS_ID}"],
)  # fmt: skip
async def test_one_thing_is_asked_for_without_parameters_that_do_nothing(desk: Desk, path: str) -> None:
    response = await desk.http.get(f"/hsds{path}", params={"minimal": "true"})
    assert response.status_code == 422
    assert [field["path"] for field in response.json()["fields"]] == [["minimal"]]


@pytest.mark.parametrize(
    ("query", "document", "names"),
    [
        ("page=1&page=2", {}, ["page"]),
        ("page=x", {"page": 1}, ["page"]),  # the body counts first, and the address is no place for nonsense
        ("", {"nonsense": None}, ["nonsense"]),
        ("", {"page": None, "per_page": 7.0}, []),
        ("", {"page": "2"}, ["page"]),  # JSON has types
        ("", {"search": 77, "full": "true", "format": ["json"]}, ["search", "full", "format"]),
        ("page=2&search=nobody", {"page": 1}, []),
    ],
)
async def test_nothing_that_is_sent_is_passed_over(
    desk: Desk, query: str, document: dict[str, object], names: list[str]
) -> None:
    response = await desk.http.post(f"/hsds/services?{query}", json=document)
    assert [field["path"][0] for field in response.json().get("fields", [])] == names
    assert response.status_code == (422 if names else 200)


async def test_a_form_that_says_a_thing_twice_is_refused(desk: Desk) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    response = await desk.http.post("/hsds/services", content="search=a&search=b", headers=form)
    assert response.status_code == 422
    assert [field["code"] for field in response.json()["fields"]] == ["REPEATED"]


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [(b"[1]", "application/json", 400), (b"{", "application/json", 400), (b"a", "text/plain", 415)],
)
async def test_a_body_that_is_no_question_is_refused(desk: Desk, content: bytes, kind: str, status: int) -> None:
    response = await desk.http.post("/hsds/services", content=content, headers={"content-type": kind})
    assert response.status_code == status


@pytest.mark.parametrize("path", ["services", "organizations", "taxonomies", "taxonomy_terms"])
async def test_an_id_of_nothing_is_not_found(desk: Desk, path: str) -> None:
    for id in (uuid4(), "nonsense"):
        assert (await desk.http.get(f"/hsds/{path}/{id}")).status_code == 404


async def test_a_hidden_place_is_given_without_address_point_or_name(desk: Desk) -> None:
    office = await given.office(desk.database, name="Safe house (synthetic)")
    await desk.database.pool.execute(
        """UPDATE location SET visibility = 'confidential', latitude = NULL, longitude = NULL, name = 'Canary House',
                               lines = '{1 Canary Street}', postal_code = '78520', description = 'Canary words'
            WHERE id = (SELECT location_id FROM provider WHERE id = $1)""",
        office.id,
    )
    response = await desk.http.get("/hsds/services", params={"full": "true"})
    location = response.json()["contents"][0]["service_at_locations"][0]["location"]
    assert {"latitude", "longitude", "addresses", "name"}.isdisjoint(location)
    assert [(one["link_type"], one["value"]) for one in location["attributes"]] == [("confidential", "confidential")]
    assert not any(word in response.text for word in ("Canary", "78520", "Synthetic City", "America/Chicago"))


async def test_what_is_not_published_is_not_exchanged(desk: Desk) -> None:
    office = await given.office(desk.database, name="Office")
    service = (await read(desk, "/services"))["contents"][0]["id"]
    await desk.database.pool.execute("UPDATE provider SET retired_at = now() WHERE id = $1", office.id)
    assert await names(desk) == []
    assert (await desk.http.get(f"/hsds/services/{service}")).status_code == 404
    assert (await read(desk, "/organizations"))["total_items"] == 0


async def test_an_organization_comes_with_its_services_if_asked(desk: Desk) -> None:
    office = await given.office(desk.database, name="First")
    await given.office(desk.database, name="Second", organization_id=office.organization_id)
    listed = await read(desk, "/organizations")
    assert [(one["name"], one["description"]) for one in listed["contents"]] == [("First (organization)",) * 2]
    path = f"/organizations/{office.organization_id}"
    short, whole = await read(desk, path), await read(desk, path, full_service="true")
    assert sorted(one["name"] for one in short["services"]) == ["First", "Second"]
    assert all("service_at_locations" in one for one in whole["services"])


async def test_our_terms_are_one_flat_taxonomy(desk: Desk) -> None:
    taxonomies = await read(desk, "/taxonomies")
    assert [one["id"] for one in taxonomies["contents"]] == [TAXONOMY_ID]
    terms = await read(desk, "/taxonomy_terms", taxonomy_id=TAXONOMY_ID, top_only="true", per_page="100")
    assert {one["code"] for one in terms["contents"]} == {kind.value for kind in HelpType}
    assert (await read(desk, "/taxonomy_terms", parent_id=str(uuid4())))["total_items"] == 0
    found = await read(desk, "/taxonomy_terms", search="shelter")
    assert "hum.shelter" in [one["code"] for one in found["contents"]]
    term = term_id(HelpType.HUM_FOOD)
    assert (await read(desk, f"/taxonomy_terms/{term}"))["code"] == "hum.food"
