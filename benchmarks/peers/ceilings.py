"""The least that an answer can cost: python ceilings.py passed|cards DSN PORT

passed: Postgres builds the JSON of the page, and Starlette passes it on. cards: listings are kept as text, ready made,
and a bare ASGI application joins them.
"""

import sys
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import orjson
import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

ASKED = ("lat", "lon", "km", "help", "tag")
PASSED = """
    SELECT json_build_object('data', json_build_object('edges', coalesce(json_agg(
               json_build_object('distanceKm', n.distance_km, 'node', json_build_object(
                   'id', c.id, 'name', c.name, 'openness', c.openness, 'opennessStatedAt', c.openness_stated_at,
                   'helpTypes', c.help_types, 'claims', c.claims, 'interpreterForOther', c.interpreter_for_other,
                   'acceptsDetained', c.accepts_detained, 'acceptsMinors', c.accepts_minors,
                   'waitlistEstimateDays', c.waitlist_estimate_days, 'restrictions', c.restrictions,
                   'organization', c.organization, 'service', c.service, 'location', c.location,
                   'languages', c.languages, 'phones', c.phones)) ORDER BY n.distance_km), '[]')))::text
      FROM bench.nearest_ids($1, $2, $3, $4, $5) n
      JOIN bench.card c ON c.id = n.id"""
CARDS = """
    SELECT n.distance_km, c.body
      FROM bench.nearest_ids($1, $2, $3, $4, $5) n
      JOIN bench.card c ON c.id = n.id
     ORDER BY n.distance_km"""

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


def passed(pool: Any) -> Any:
    async def answer(request: Request) -> Response:
        asked = orjson.loads(await request.body())
        return Response(await pool.fetchval(PASSED, *(asked[name] for name in ASKED)), media_type="application/json")

    return Starlette(routes=[Route("/", answer, methods=["POST"])])


def cards(pool: Any) -> Any:
    async def answer(_scope: dict[str, Any], receive: Receive, send: Send) -> None:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        asked = orjson.loads(body)
        rows = await pool.fetch(CARDS, *(asked[name] for name in ASKED))
        written = ",".join([f'{{"distanceKm":{km!r},"node":{card}}}' for km, card in rows])
        whole = f'{{"data":{{"edges":[{written}]}}}}'.encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(whole)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": whole})

    return answer


async def no_reset(_connection: object) -> None:
    """As the product does."""


async def main(which: str, dsn: str, port: int) -> None:
    settings = {"jit": "off", "plan_cache_mode": "force_generic_plan"}
    pool = await asyncpg.create_pool(dsn, min_size=8, max_size=8, reset=no_reset, server_settings=settings)
    app = {"passed": passed, "cards": cards}[which](pool)
    config = uvicorn.Config(
        app, port=port, http="httptools", ws="none", lifespan="off", access_log=False, log_level="warning", loop="none"
    )
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
