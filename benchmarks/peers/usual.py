"""The usual way: Strawberry types, a resolver for each relation, a DataLoader for each: python usual.py DSN PORT"""

import sys
from collections import defaultdict
from datetime import datetime
from typing import Any

import asyncpg
import strawberry
import uvicorn
import uvloop
from starlette.applications import Starlette
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader

# The nearest by the index on the position alone, then filtered, as most would write it first.
NEAREST = """
    SELECT p.id, p.name, p.openness, p.openness_stated_at, s.help_types, s.claims, s.interpreter_for_other,
           s.accepts_detained, s.accepts_minors, p.waitlist_estimate_days, s.restrictions, p.organization_id, p.service_id,
           p.location_id, arc_km(l.point <-> unit_point($1, $2)) AS distance_km
      FROM location l
      JOIN provider p ON p.location_id = l.id
      JOIN service s ON s.id = p.service_id
     WHERE l.point <@ cube_enlarge(unit_point($1, $2), 2 * sin($3 / 6371.0088 / 2), 3)
       AND arc_km(l.point <-> unit_point($1, $2)) <= $3
       AND p.openness IN ('open', 'limited') AND p.openness_expires_at > now()
       AND $4 = ANY(s.help_types)
       AND EXISTS (SELECT FROM language_offered g WHERE g.service_id = s.id AND g.tag = $5)
     ORDER BY l.point <-> unit_point($1, $2)
     LIMIT 20"""


@strawberry.type
class Organization:
    id: strawberry.ID
    name: str
    website: str | None


@strawberry.type
class Service:
    id: strawberry.ID
    name: str
    description: str | None
    depth: str


@strawberry.type
class Address:
    lines: list[str]
    city: str
    state: str
    postal_code: str
    country: str


@strawberry.type
class Location:
    id: strawberry.ID
    latitude: float
    longitude: float
    time_zone: str
    address: Address


@strawberry.type
class Language:
    tag: str
    mode: str
    name: str


@strawberry.type
class Phone:
    number: str
    kind: str


@strawberry.type
class Provider:
    id: strawberry.ID
    name: str
    openness: str
    openness_stated_at: datetime | None
    help_types: list[str]
    claims: list[str]
    interpreter_for_other: str
    accepts_detained: str
    accepts_minors: str
    waitlist_estimate_days: int | None
    restrictions: list[str]
    row: strawberry.Private[Any]

    @strawberry.field
    async def organization(self, info: strawberry.Info) -> Organization:
        return await info.context["organizations"].load(self.row["organization_id"])

    @strawberry.field
    async def service(self, info: strawberry.Info) -> Service:
        return await info.context["services"].load(self.row["service_id"])

    @strawberry.field
    async def location(self, info: strawberry.Info) -> Location:
        return await info.context["locations"].load(self.row["location_id"])

    @strawberry.field
    async def languages(self, info: strawberry.Info) -> list[Language]:
        return await info.context["languages"].load(self.row["service_id"])

    @strawberry.field
    async def phones(self, info: strawberry.Info) -> list[Phone]:
        return await info.context["phones"].load(self.row["location_id"])


@strawberry.type
class Edge:
    distance_km: float
    node: Provider


@strawberry.type
class Connection:
    edges: list[Edge]


@strawberry.type
class Query:
    @strawberry.field
    async def providers(
        self,
        info: strawberry.Info,
        lat: float,
        lon: float,
        km: float,
        help: str,
        tag: str,  # noqa: A002
    ) -> Connection:
        rows = await info.context["pool"].fetch(NEAREST, lat, lon, km, help, tag)
        return Connection(edges=[Edge(distance_km=row["distance_km"], node=provider(row)) for row in rows])


def provider(row: Any) -> Provider:
    own = ("name", "openness", "openness_stated_at", "help_types", "claims", "interpreter_for_other", "accepts_detained",
           "accepts_minors", "waitlist_estimate_days", "restrictions")  # fmt: skip
    return Provider(id=strawberry.ID(str(row["id"])), row=row, **{name: row[name] for name in own})


class App(GraphQL):
    """A context of loaders for each request."""

    def __init__(self, pool: Any) -> None:
        super().__init__(strawberry.Schema(query=Query), graphql_ide=None)
        self.pool = pool

    async def get_context(self, request: Any, response: Any) -> dict[str, Any]:
        pool = self.pool

        async def organizations(ids: list[Any]) -> list[Any]:
            rows = await pool.fetch("SELECT id, name, website FROM organization WHERE id = ANY($1)", ids)
            found = {row["id"]: Organization(**row) for row in rows}
            return [found[id] for id in ids]

        async def services(ids: list[Any]) -> list[Any]:
            rows = await pool.fetch("SELECT id, name, description, depth FROM service WHERE id = ANY($1)", ids)
            found = {row["id"]: Service(**row) for row in rows}
            return [found[id] for id in ids]

        async def locations(ids: list[Any]) -> list[Any]:
            rows = await pool.fetch("SELECT * FROM location WHERE id = ANY($1)", ids)
            found = {row["id"]: location(row) for row in rows}
            return [found[id] for id in ids]

        async def languages(ids: list[Any]) -> list[Any]:
            rows = await pool.fetch(
                """SELECT g.service_id, g.tag, g.mode, l.name_en AS name FROM language_offered g
                   JOIN language l ON l.tag = g.tag WHERE g.service_id = ANY($1)""",
                ids,
            )
            found = defaultdict(list)
            for row in rows:
                found[row["service_id"]].append(Language(tag=row["tag"], mode=row["mode"], name=row["name"]))
            return [found[id] for id in ids]

        async def phones(ids: list[Any]) -> list[Any]:
            rows = await pool.fetch("SELECT location_id, number, kind FROM phone WHERE location_id = ANY($1)", ids)
            found = defaultdict(list)
            for row in rows:
                found[row["location_id"]].append(Phone(number=row["number"], kind=row["kind"]))
            return [found[id] for id in ids]

        loads = {"organizations": organizations, "services": services, "locations": locations,
                 "languages": languages, "phones": phones}  # fmt: skip
        return {"pool": pool, **{name: DataLoader(load_fn=load) for name, load in loads.items()}}


def location(row: Any) -> Location:
    address = {name: row[name] for name in ("lines", "city", "state", "postal_code", "country")}
    own = {name: row[name] for name in ("id", "latitude", "longitude", "time_zone")}
    return Location(address=Address(**address), **own)


async def main(dsn: str, port: int) -> None:
    pool = await asyncpg.create_pool(dsn, min_size=8, max_size=8, server_settings={"jit": "off"})
    app = Starlette()
    app.mount("/", App(pool))
    config = uvicorn.Config(
        app, port=port, http="httptools", ws="none", lifespan="off", access_log=False, log_level="warning", loop="none"
    )
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2])))
