"""Services at their places, as another HSDS system finds them: by postcode, around a point, and never the hidden."""

import json
from typing import Any
from uuid import UUID, uuid4

import given
import pytest
from desk import Desk

from referral.directory.words import Openness

BROWNSVILLE_LAT, BROWNSVILLE_LON = (str(degrees) for degrees in given.BROWNSVILLE)
ENVELOPE = {"total_items", "total_pages", "page_number", "size", "first_page", "last_page", "empty", "contents"}


async def found(desk: Desk, path: str = "service_at_locations", **parameters: str) -> list[Any]:
    response = await desk.http.get(f"/hsds/{path}", params=parameters)
    assert response.status_code == 200, response.text
    page = response.json()
    assert set(page) == ENVELOPE
    assert page["total_items"] == len(page["contents"])
    return page["contents"]


async def ids(desk: Desk, **parameters: str) -> set[UUID]:
    return {UUID(one["id"]) for one in await found(desk, **parameters)}


async def names(desk: Desk, **parameters: str) -> list[str]:
    return sorted(one["name"] for one in await found(desk, "services", **parameters))


async def placed(desk: Desk, postal_code: str, point: tuple[float, float] = given.BROWNSVILLE, **more: Any) -> UUID:
    """An office with a postal code in its address."""
    office = await given.office(desk.database, point=point, **more)
    await desk.sql(
        """UPDATE location SET postal_code = $2, lines = '{1 Synthetic Street}'
            WHERE id = (SELECT location_id FROM provider WHERE id = $1)""",
        office.id,
        postal_code,
    )
    return office.id


async def serves(desk: Desk, provider: UUID, kind: str, state: str | None = "TX", name: str = "An area") -> None:
    await desk.sql(
        """INSERT INTO service_area (id, service_id, name, kind, country, state)
           SELECT $2, service_id, $5, $3, 'US', $4 FROM provider WHERE id = $1""",
        provider,
        uuid4(),
        kind,
        state,
        name,
    )


async def test_a_service_at_a_place_names_its_service_and_comes_whole_by_its_id(desk: Desk) -> None:
    office = await given.office(desk.database)
    (short,) = await found(desk)
    assert not any(isinstance(value, list) for value in (*short.values(), *short["location"].values()))
    (whole,) = await found(desk, full="true")
    assert whole == (await desk.http.get(f"/hsds/service_at_locations/{office.id}")).json()
    assert whole["attributes"][0]["value"] == "capacity"
    service = (await desk.http.get(f"/hsds/services/{whole['service_id']}")).json()
    assert [one["id"] for one in service["service_at_locations"]] == [str(office.id)]


async def test_a_service_without_a_place_is_at_none(desk: Desk) -> None:
    office = await given.office(desk.database)
    await desk.sql("UPDATE provider SET location_id = NULL WHERE id = $1", office.id)
    assert await found(desk) == []
    assert len(await found(desk, "services")) == 1


async def test_an_id_of_nothing_is_no_place(desk: Desk) -> None:
    for id in (uuid4(), "nonsense"):
        assert (await desk.http.get(f"/hsds/service_at_locations/{id}")).status_code == 404


async def test_a_postcode_finds_who_stands_there_and_not_next_door(desk: Desk) -> None:
    here = await placed(desk, "78520")
    by_route = await placed(desk, "78520-4321")
    await placed(desk, "78521")
    assert await ids(desk, postcode="78520") == {here, by_route}
    assert await ids(desk, postcode="78520-1111") == {here, by_route}


async def test_a_mexican_postcode_is_known_too(desk: Desk) -> None:
    here = await placed(desk, "87300", country="MX", state="TAM")
    assert await ids(desk, postcode="87300") == {here}


async def test_a_postcode_respects_the_areas_that_are_served(desk: Desk) -> None:
    far_but_serving = await placed(desk, "79901", given.EL_PASO)
    await serves(desk, far_but_serving, "state")
    here_but_not_serving = await placed(desk, "78520")
    await serves(desk, here_but_not_serving, "state", "CA")
    before_a_court = await placed(desk, "78520")
    await serves(desk, before_a_court, "court", None, "Harlingen Immigration Court")
    assert await ids(desk, postcode="78520") == {far_but_serving, before_a_court}


async def test_proximity_is_metres_from_the_middle_of_the_postcode(desk: Desk) -> None:
    near = await placed(desk, "78521")
    farther = await placed(desk, "78501", given.MCALLEN)
    assert await ids(desk, postcode="78520", proximity="20000") == {near}
    assert await ids(desk, postcode="78520", proximity="120000") == {near, farther}
    assert await ids(desk, postcode="78520", proximity="1") == set()


async def test_a_point_and_a_radius_find_places_and_their_services(desk: Desk) -> None:
    near = await placed(desk, "78521", name="Near")
    farther = await placed(desk, "78501", given.MCALLEN, name="Farther")
    here = {"lat": BROWNSVILLE_LAT, "lon": BROWNSVILLE_LON}
    assert await ids(desk, **here) == {near}
    assert await ids(desk, **here, radius_m="120000") == {near, farther}
    assert await names(desk, **here, radius_m="120000") == ["Farther", "Near"]
    assert await names(desk, **here, radius_m="1000") == ["Near"]


@pytest.mark.parametrize("visibility", ["town", "confidential"])
async def test_a_hidden_place_is_found_by_no_postcode_and_no_point(desk: Desk, visibility: str) -> None:
    hidden = await placed(desk, "78520", name="Safe house (synthetic)")
    await serves(desk, hidden, "state")
    await desk.sql(
        """UPDATE location SET visibility = $2, latitude = NULL, longitude = NULL
            WHERE id = (SELECT location_id FROM provider WHERE id = $1)""",
        hidden,
        visibility,
    )
    assert await ids(desk) == {hidden}
    for where in (
        {"postcode": "78520"},
        {"postcode": "78520", "proximity": "20000000"},
        {"lat": BROWNSVILLE_LAT, "lon": BROWNSVILLE_LON, "radius_m": "20000000"},
    ):
        assert await ids(desk, **where) == set()
    text = (await desk.http.get(f"/hsds/service_at_locations/{hidden}")).text
    assert "78520" not in text
    assert "Synthetic Street" not in text


async def test_language_and_openness_ask_the_same_place(desk: Desk) -> None:
    spanish = (await given.office(desk.database, name="Spanish", languages=("es",))).id
    silent = (await given.office(desk.database, name="Silent", languages=(), openness=None)).id
    await given.office(desk.database, name="Creole", languages=("ht",))
    full = (await given.office(desk.database, name="Full", languages=("es",), openness=Openness.CLOSED)).id
    assert await ids(desk, language="es") == {spanish, silent, full}
    assert await ids(desk, language="es", accepting="true") == {spanish}
    assert await names(desk, language="fr,ht") == ["Creole", "Silent"]
    assert len(await ids(desk, accepting="false")) == 4


async def test_open_now_leaves_out_who_is_closed_and_keeps_who_states_no_hours(desk: Desk) -> None:
    hours = "INSERT INTO schedule (id, provider_id, weekdays, opens_at, closes_at) VALUES ($1, $2, $3::text[], $4, $5)"
    every_day = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
    always, never, silent = [(await given.office(desk.database)).id for _ in range(3)]
    await desk.sql(hours, uuid4(), always, every_day, "00:00", "23:59")
    await desk.sql(hours, uuid4(), never, [], "00:00", "00:00")
    assert {always, silent} <= await ids(desk, open_now="true")
    assert await ids(desk, open_now="false") == {always, never, silent}


async def test_a_place_is_asked_by_post_and_line_by_line(desk: Desk) -> None:
    here = await placed(desk, "78520")
    await placed(desk, "79901", given.EL_PASO)
    document = await desk.http.post("/hsds/service_at_locations", json={"postcode": "78520", "proximity": 20000})
    form = await desk.http.post(
        "/hsds/service_at_locations?proximity=1", data={"postcode": "78520", "proximity": "20000"}
    )
    assert [one["id"] for one in document.json()["contents"]] == [str(here)]
    assert form.json() == document.json()
    lines = await desk.http.get("/hsds/service_at_locations", params={"format": "ndjson"})
    assert len({json.loads(line)["id"] for line in lines.text.splitlines()}) == 2


@pytest.mark.parametrize(
    ("parameters", "names"),
    [
        ({"proximity": "100"}, {"postcode"}),
        ({"postcode": "78520", "proximity": "near"}, {"proximity"}),
        ({"postcode": "ZZ999"}, {"postcode"}),
        ({"postcode": "Brownsville"}, {"postcode"}),
        ({"postcode": "78520\0"}, {"postcode"}),
        ({"postcode": "78520", "lat": "25", "lon": "-97"}, {"postcode"}),
        ({"lat": "25"}, {"lon"}),
        ({"radius_m": "100"}, {"lat", "lon"}),
        ({"lat": "91", "lon": "-97"}, {"lat"}),
        ({"lat": "nan", "lon": "inf"}, {"lat", "lon"}),
        ({"lat": "25", "lon": "-97", "radius_m": "0"}, {"radius_m"}),
        ({"language": "es,,"}, {"language"}),
        ({"language": "tlh-nonsense"}, {"language"}),
        ({"open_now": "perhaps"}, {"open_now"}),
        ({"minimal": "true"}, {"minimal"}),
    ],
)
async def test_a_place_that_cannot_be_asked_for_is_refused_by_name(
    desk: Desk, parameters: dict[str, str], names: set[str]
) -> None:
    response = await desk.http.get("/hsds/service_at_locations", params=parameters)
    assert response.status_code == 422
    assert {field["path"][0] for field in response.json()["fields"]} == names
