"""Does a process stay as it is under everything at once? Memory, failures and latencies over minutes of mixed load.

Searches of all kinds by GraphQL, trusted and not; facets and counts; single listings; HSDS lists and pages of the web.
"""

import asyncio
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import serving
from serving import Request, memory_mb, ours, posted, served

from referral.foundation.db import Database, value

HERE = Path(__file__).resolve().parent
REQUESTS = 600
SAMPLE_SECONDS = 10
FIELDS = (
    "id name openness isOpenNow helpTypes languages { tag name(in: $in) } phones { number } "
    "location { address { city } }"
)
TEXTS = ("synthetic office", "legal aid", "refugio", "asilo", "sintetic ofice")
LANGUAGES = ("es", "ht", "mam", "ar", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What was seen."""

    requests: int
    failures: int
    per_second: float
    p50: float
    p99: float
    memory: list[float]


def mixed(spots: list[tuple[float, float]], ids: list[str], towns: list[str]) -> list[Request]:
    chance = Random(7)  # noqa: S311 - the same load every time, not a secret
    trusted = next(case for case in serving.cases() if "trusted" in case.name)
    found: list[Request] = []
    for _ in range(REQUESTS):
        lat, lon = chance.choice(spots)
        match chance.randint(0, 9):
            case 0:
                found.append(posted("/graphql", asked(f'text: "{chance.choice(TEXTS)}"', "totalCount")))
            case 1:
                found.append(posted("/graphql", asked('helpTypes: [LEGAL_ASYLUM], within: {country: "MX"}', COUNTS)))
            case 2:
                query = "query One($id: ID!, $in: LanguageTag) { provider(id: $id) { " + FIELDS + " } }"
                found.append(posted("/graphql", {"query": query, "variables": {"id": chance.choice(ids)}}))
            case 3:
                found.append({"method": "GET", "path": f"/hsds/services?per_page=10&page={chance.randint(1, 50)}"})
            case 4:
                path = f"/hsds/service_at_locations?lat={lat:.3f}&lon={lon:.3f}&radius_m=30000&full=true&per_page=5"
                found.append({"method": "GET", "path": path})
            case 5:
                found.append({"method": "GET", "path": f"/{chance.choice(('en', 'es'))}/find/{chance.choice(towns)}"})
            case 6:
                near = f"near: {{point: {{latitude: {lat}, longitude: {lon}}}}}, openNow: true, acceptsMinors: true"
                found.append(posted("/graphql", asked(near, "pageInfo { endCursor }")))
            case 7:
                query = serving.OPERATION.read_text(encoding="utf-8")
                variables = ours((lat, lon)) | {"languages": [chance.choice(LANGUAGES)]}
                found.append(posted("/graphql", {"query": query, "variables": variables}))
            case _:
                found.append(trusted.request((lat, lon)))
    return found


COUNTS = "totalCount facets { languages { tag count } openness { openness count } }"


def asked(filters: str, besides: str) -> dict[str, object]:
    page = f"{besides} edges {{ distanceKm node {{ {FIELDS} }} }}"
    query = f"query Mixed($in: LanguageTag) {{ providers(first: 10, filter: {{{filters}}}) {{ {page} }} }}"
    return {"query": query, "variables": {"in": "es"}}


async def measured(database: Database, home: Path, seconds: float) -> Result:
    """Raises SystemExit, with an example, if a request failed."""
    ids: list[str] = await value(
        database.reader,
        "SELECT array_agg(id::text) FROM (SELECT id FROM listing_card ORDER BY md5(id::text) LIMIT 200) AS some_ids",
    )
    towns: list[str] = await value(
        database.reader,
        """SELECT array_agg(id::text)
             FROM (SELECT id FROM place WHERE kind = 'town' AND country IN ('US', 'MX')
                    ORDER BY population DESC LIMIT 300) AS large""",
    )
    requests = home / "mixed.json"
    with served("ours", database.dsn, home) as (port, pid):
        requests.write_text(json.dumps(mixed(await serving.positions(database), ids, towns)))
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(HERE / "load.py"),
            str(port),
            str(requests),
            f"--seconds={seconds}",
            stdout=subprocess.PIPE,
        )
        memory: list[float] = []
        while process.returncode is None:
            memory.append(memory_mb(pid))
            await asyncio.wait([asyncio.ensure_future(process.wait())], timeout=SAMPLE_SECONDS)
        said: dict[str, Any] = json.loads(await process.stdout.read()) if process.stdout else {}
    if said["failures"]:
        print(f"{said['failures']} requests failed, such as {said['sample']}")
    return Result(
        requests=said["requests"],
        failures=said["failures"],
        per_second=said["per_second"],
        p50=said["p50"],
        p99=said["p99"],
        memory=memory,
    )


def rows(result: Result) -> list[tuple[str, ...]]:
    minute = max(1, 60 // SAMPLE_SECONDS)
    return [
        ("requests", "failed", "requests/s", "p50 ms", "p99 ms", "MB after a minute", "MB at the end"),
        (
            f"{result.requests:,}",
            f"{result.failures:,}",
            f"{result.per_second:,.0f}",
            f"{result.p50:.1f}",
            f"{result.p99:.1f}",
            f"{result.memory[min(minute, len(result.memory) - 1)]:.0f}",
            f"{result.memory[-1]:.0f}",
        ),
    ]
