"""The demonstration, from start to signal: real offices, a story that ends well, a card that scripts can use."""

import json
import stat
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import given
import httpx
from commands_given import start

from referral.directory import capacity
from referral.directory.capacity import Statement
from referral.directory.words import Openness
from referral.edges.demo import overlay
from referral.edges.demo.story import Teller
from referral.edges.house import House
from referral.foundation import links
from referral.foundation.actors import Scope
from referral.foundation.clock import now
from referral.foundation.db import Database, execute, value
from referral.foundation.earth import km
from referral.foundation.links import Link
from referral.foundation.mail import Letter

NEAREST = """query Nearest($km: Float!) {
  providers(filter: {near: {text: "Brownsville TX"}, radiusKm: $km, languages: ["es"], helpTypes: [LEGAL_ASYLUM]}) {
    origin { latitude longitude }
    edges { distanceKm node { name location { latitude longitude } verification { sourceDate } } }
  }
}"""


async def test_the_demonstration_tells_its_story_and_leaves_a_card(fresh_db: Database, tmp_path: Path) -> None:
    mail = {"REFERRAL_SMTP_URL": "smtp://127.0.0.1:1", "REFERRAL_ASK_PROVIDERS": "listed"}  # neither is used
    running = start(fresh_db.dsn, tmp_path, "demo", "--port", "0", **mail)
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
    assert await value(fresh_db.reader, "SELECT count(*) FROM confirmation") == 0  # real offices are not asked
    assert await value(fresh_db.reader, "SELECT count(*) FROM help_request") == 61
    await again_it_keeps_what_there_was(fresh_db, tmp_path, card)


async def directory_is_real(client: httpx.AsyncClient) -> None:
    """Distances are great circles, nearest first, and every listing shows the date of its source."""
    assert await true_distances(client, 400)  # the list holds few offices so far south
    assert len(await true_distances(client, 1200)) > 5


async def true_distances(client: httpx.AsyncClient, radius_km: int) -> list[float]:
    asked = {"query": NEAREST, "variables": {"km": radius_km}}
    found = (await client.post("/graphql", json=asked)).json()["data"]["providers"]
    here = found["origin"]
    distances = [edge["distanceKm"] for edge in found["edges"]]
    assert distances == sorted(distances)
    assert all(distance <= radius_km for distance in distances)
    for edge in found["edges"]:
        there = edge["node"]["location"]
        true = km(here["latitude"], here["longitude"], there["latitude"], there["longitude"])
        assert abs(edge["distanceKm"] - true) <= 0.005 * true
        assert edge["node"]["verification"]["sourceDate"] == "2026-09-10"
    return distances


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
    assert set(asked.json()["data"]["viewer"]["scopes"]) == {scope.name for scope in Scope}
    assert asked.json()["data"]["offers"]["nodes"]
    for address in card["addresses"].values():
        assert (await client.get(address)).status_code in {200, 401, 405}
    link = card["provider_links"][0]["state_capacity_url"]
    assert (await client.get(link)).status_code == 200


async def again_it_keeps_what_there_was(fresh_db: Database, tmp_path: Path, card: dict[str, Any]) -> None:
    async with fresh_db.transaction() as tx:
        await execute(tx, "UPDATE capacity SET taken = stated - held")  # after many starts every place is gone
    running = start(fresh_db.dsn, tmp_path, "demo", PORT="0")
    try:
        told = "\n".join(running.until("Ready."))
        assert "REFERRED" in told
        assert "http://127.0.0.1:8000" not in told
        kept = json.loads((tmp_path / "demo.json").read_text(encoding="utf-8"))
        assert (kept["staff"]["password"], kept["api_keys"]) == (card["staff"]["password"], card["api_keys"])
        assert datetime.fromisoformat(kept["started_at"]) > datetime.fromisoformat(card["started_at"])
        assert await value(fresh_db.reader, "SELECT count(*) FROM help_request") == 62
    finally:
        code = running.stop()
    assert code == 0


async def test_the_story_opens_the_letter_about_its_own_offer(house: House) -> None:
    ours, somebody_elses = uuid4(), uuid4()
    for referral_id in (ours, somebody_elses):
        await house.mailer.send(letter_about(house, referral_id))
    token = await Teller(house=house, base_url="", say=print).token_for(str(ours))
    assert token is not None
    assert links.peek(house.vault, "answer-referral", token).subject == ours


def letter_about(house: House, referral_id: UUID) -> Letter:
    link = Link(purpose="answer-referral", subject=referral_id, expires_at=now() + timedelta(days=1))
    return Letter(to="office@demo.invalid", subject="A request", text=f"http://x/r/{links.sign(house.vault, link)}\n")


async def test_the_demonstration_keeps_away_from_real_work(fresh_db: Database) -> None:
    assert not await overlay.belongs_to_others(fresh_db.reader)
    office = await given.office(fresh_db)  # it said itself that it is open
    assert await overlay.belongs_to_others(fresh_db.reader)
    async with fresh_db.transaction() as tx:
        await capacity.state(tx, office.id, Statement(openness=Openness.OPEN), by=overlay.STATED_BY, now=now())
    assert not await overlay.belongs_to_others(fresh_db.reader)
