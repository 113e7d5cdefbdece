"""The demonstration, from start to signal: real offices, a story that ends well, a card that scripts can use."""

import json
import stat
from pathlib import Path
from typing import Any

import httpx
from commands_given import start

from referral.foundation.db import Database, value
from referral.foundation.earth import km

NEAREST = """{
  providers(filter: {near: {text: "Brownsville TX"}, radiusKm: 1200, languages: ["es"], helpTypes: [LEGAL_ASYLUM]}) {
    origin { latitude longitude }
    edges { distanceKm node { name location { latitude longitude } verification { sourceDate } } }
  }
}"""


async def test_the_demonstration_tells_its_story_and_leaves_a_card(fresh_db: Database, tmp_path: Path) -> None:
    running = start(fresh_db.dsn, tmp_path, "demo", "--port", "0")
    try:
        lines = running.until("Ready.")
        card = json.loads((tmp_path / "demo.json").read_text(encoding="utf-8"))
        assert lines[-1] == f"Ready. {card['base_url']} (Ctrl-C stops everything, Postgres included)"
        told = "\n".join(lines)
        assert "REFERRED" in told
        assert "confirm by phone" in told
        async with httpx.AsyncClient(base_url=card["base_url"]) as client:
            await directory_is_real(client)
            await card_opens_doors(client, card)
    finally:
        code = running.stop()
    assert code == 0
    assert stat.S_IMODE((tmp_path / "demo.json").stat().st_mode) == 0o600
    letters = await value(
        fresh_db.reader, "SELECT count(*) FROM provider WHERE referral_email NOT LIKE '%@demo.invalid'"
    )
    assert letters == 0
    assert await value(fresh_db.reader, "SELECT count(*) FROM help_request") == 61
    await again_it_keeps_what_there_was(fresh_db, tmp_path, card)


async def directory_is_real(client: httpx.AsyncClient) -> None:
    """Distances are great circles, nearest first, and every listing shows the date of its source."""
    found = (await client.post("/graphql", json={"query": NEAREST})).json()["data"]["providers"]
    here = found["origin"]
    distances = [edge["distanceKm"] for edge in found["edges"]]
    assert len(distances) > 5
    assert distances == sorted(distances)
    for edge in found["edges"]:
        there = edge["node"]["location"]
        true = km(here["latitude"], here["longitude"], there["latitude"], there["longitude"])
        assert abs(edge["distanceKm"] - true) <= 0.005 * true
        assert edge["node"]["verification"]["sourceDate"] == "2026-09-10"


async def card_opens_doors(client: httpx.AsyncClient, card: dict[str, Any]) -> None:
    login = {"email": card["staff"]["email"], "password": card["staff"]["password"]}
    assert (await client.post("/staff/login", json=login)).status_code == 200
    queue = await client.post("/graphql/staff", json={"query": "{ queue { totalCount } }"})
    assert queue.json()["data"]["queue"]["totalCount"] == 61
    key = card["api_keys"][0]
    asked = await client.post(
        "/graphql/partner",
        json={"query": "{ viewer { scopes } offers { nodes { status } } }"},
        headers={"Authorization": f"Bearer {key['key']}"},
    )
    assert set(asked.json()["data"]["viewer"]["scopes"]) == {"DIRECTORY_READ", "REQUEST_SUBMIT", "REFERRAL_RESPOND"}
    assert asked.json()["data"]["offers"]["nodes"]
    for address in card["addresses"].values():
        assert (await client.get(address)).status_code in {200, 401, 405}
    link = card["provider_links"][0]["state_capacity_url"]
    assert (await client.get(link)).status_code == 200


async def again_it_keeps_what_there_was(fresh_db: Database, tmp_path: Path, card: dict[str, Any]) -> None:
    running = start(fresh_db.dsn, tmp_path, "demo", "--port", "0")
    try:
        running.until("Ready.")
        kept = json.loads((tmp_path / "demo.json").read_text(encoding="utf-8"))
        assert (kept["staff"]["email"], kept["api_keys"]) == (card["staff"]["email"], card["api_keys"])
        assert await value(fresh_db.reader, "SELECT count(*) FROM help_request") == 62
    finally:
        code = running.stop()
    assert code == 0
