"""The directory through its front door: what a partner asks, and what it is told of what it did not ask."""

import given
from desk import Desk

SEARCH = """
    query ($filter: ProviderFilter, $orderBy: ProviderOrder) {
      providers(filter: $filter, orderBy: $orderBy, first: 50) {
        totalCount
        origin { name state }
        nodes { name isOpenNow schedules { weekdays weeksOfMonth isClosure } }
      }
    }"""


async def names(desk: Desk, order: str | None = None, **asked: object) -> list[str]:
    found = (await desk.ask(SEARCH, {"filter": asked, "orderBy": order}))["providers"]
    assert found["totalCount"] == len(found["nodes"])
    return [node["name"] for node in found["nodes"]]


async def test_every_filter_at_once_finds_who_fits_them_all(desk: Desk) -> None:
    fits = await given.office(desk.database, name="Refugio (synthetic)", languages=("es", "mam"), places=4)
    await given.office(desk.database, name="Elsewhere (synthetic)", point=given.EL_PASO)
    await desk.database.pool.execute(
        """UPDATE service SET free = 'yes', delivery_modes = '{in_person,phone}', claims = '{asylum}',
                              postures = '{detained_ice}'
            WHERE id = (SELECT service_id FROM provider WHERE id = $1)""",
        fits.id,
    )
    await desk.database.pool.execute(
        """INSERT INTO schedule (id, provider_id, weekdays, opens_at, closes_at)
           VALUES (gen_random_uuid(), $1, '{MO,TU,WE,TH,FR,SA,SU}', '00:00', '24:00')""",
        fits.id,
    )
    await desk.database.pool.execute("UPDATE provider SET verified_at = now() WHERE id = $1", fits.id)
    found = await names(
        desk,
        near={"text": "Brownsville TX"},
        radiusKm=100,
        within={"country": "US", "state": "tx"},
        languages=["mam"],
        languageModes=["STAFF_FLUENT"],
        helpTypes=["LEGAL_ASYLUM"],
        claims=["ASYLUM"],
        postures=["DETAINED_ICE"],
        openness=["OPEN"],
        minCapacity=4,
        openNow=True,
        remote=True,
        free=True,
        acceptsDetained=True,
        acceptsMinors=True,
        text="refujio",
        verifiedSince="2026-01-01",
    )
    assert found == ["Refugio (synthetic)"]


async def test_a_remote_service_is_found_wherever_it_covers(desk: Desk) -> None:
    hotline = await given.office(desk.database, name="Hotline (synthetic)", point=(38.9, -77.0), state="DC")
    await desk.database.pool.execute(
        """UPDATE service SET delivery_modes = '{phone}'
            WHERE id = (SELECT service_id FROM provider WHERE id = $1)""",
        hotline.id,
    )
    await desk.database.pool.execute(
        """INSERT INTO service_area (id, provider_id, name, kind, country, state)
           VALUES (gen_random_uuid(), $1, 'Texas', 'state', 'US', 'TX')""",
        hotline.id,
    )
    assert await names(desk, near={"text": "El Paso TX"}, radiusKm=50) == ["Hotline (synthetic)"]
    at_a_point = {"point": {"latitude": 31.76, "longitude": -106.49}}
    assert await names(desk, near=at_a_point, radiusKm=50) == ["Hotline (synthetic)"]
    assert await names(desk, near={"text": "Nogales AZ"}, radiusKm=50) == []
    assert await names(desk, within={"country": "US", "state": "TX"}) == ["Hotline (synthetic)"]
    assert await names(desk, within={"country": "US", "state": "AZ"}) == []


async def test_orders_are_told_by_name(desk: Desk) -> None:
    await given.office(desk.database, name="A", point=given.EL_PASO, places=1)
    await given.office(desk.database, name="B", point=given.BROWNSVILLE, places=9)
    near = {"text": "Brownsville TX"}
    assert await names(desk, near=near) == ["B", "A"]
    assert await names(desk, "NEAREST", near=near) == ["B", "A"]
    assert await names(desk, "NAME", near=near) == ["A", "B"]
    assert await names(desk, "MOST_CAPACITY") == ["B", "A"]
    assert await names(desk) == ["A", "B"]
