"""Does a flood with valid proofs of work shut out who needs help? A running server is asked over real HTTP.

Start it with `referral serve` (its surface must be `public` or `all`) and give its REFERRAL_HOME by the same variable:
the flood signs challenges of its own with the keys there, so it stands for somebody whose computing costs nothing. It
is a process of its own and comes from many networks (X-Forwarded-For). Whoever is honest computes what is asked.
"""

import argparse
import asyncio
import json
import subprocess
import sys
from http import HTTPStatus
from pathlib import Path
from statistics import quantiles
from time import perf_counter, time
from typing import Any
from uuid import uuid4

import httpx
from altcha import (
    Challenge,
    Payload,
    create_challenge,  # pyright: ignore[reportUnknownVariableType] - of its parameters only `data`
    solve_challenge,
)

from referral.foundation.keys.folder import open_vault
from referral.foundation.settings import Settings
from referral.intake import proofs

OPERATION = Path(__file__).resolve().parents[1] / "schema/operations/public/SubmitHelpRequest.graphql"
QUERY = OPERATION.read_text(encoding="utf-8")


def asking() -> dict[str, Any]:
    """Somebody who does not exist."""
    return {
        "idempotencyKey": str(uuid4()), "representation": "NONE", "canAfford": "NO", "helpTypes": ["LEGAL_ASYLUM"],
        "languages": ["es"], "country": "HN", "age": "ADULT", "circumstances": [], "uiLanguage": "es",
        "person": {"name": "Synthetic Person", "contacts": [{"channel": "PHONE", "value": "+1 956 555 0100"}]},
        "consents": ["STORE_REQUEST"],
    }  # fmt: skip


def solved(challenge: Challenge) -> str:
    solution = solve_challenge(challenge)
    if solution is None:
        sys.exit("A challenge took longer than a minute and a half.")
    return Payload(challenge, solution).to_base64()


async def send(http: httpx.AsyncClient, proved: str, network: str) -> tuple[int, float]:
    """The status, and after how many seconds; 0 where nothing was kept though it was answered."""
    began = perf_counter()
    headers = {"X-Forwarded-For": network, "Referral-Proof": proved}
    body = {"query": QUERY, "variables": {"input": asking()}}
    try:
        answer = await http.post("/graphql", json=body, headers=headers)
    except httpx.HTTPError:
        return 0, perf_counter() - began
    data: dict[str, Any] = answer.json().get("data") or {}
    made: dict[str, Any] = data.get("submitHelpRequest") or {}
    kept = bool(made.get("receipt"))
    return (200 if kept else answer.status_code if answer.status_code != 200 else 0), perf_counter() - began


async def honest(http: httpx.AsyncClient, number: int) -> tuple[int, float]:
    """Who is sent away without a proof, because the flood began meanwhile, computes one and sends it at once."""
    network = f"203.0.{number % 250}.1"
    status, took = await send(http, await proof(http, network), network)
    if status != HTTPStatus.TOO_MANY_REQUESTS:
        return status, took
    status, again = await send(http, await proof(http, network), network)
    return status, took + again


async def proof(http: httpx.AsyncClient, network: str) -> str:
    """What is asked for at this moment; nothing at a calm one."""
    asked = (await http.get("/challenge", headers={"X-Forwarded-For": network})).json()
    made = Challenge.from_dict(asked)  # pyright: ignore[reportUnknownMemberType] - takes any dict
    return await asyncio.to_thread(solved, made) if asked["asked"] else ""


async def flooding(http: httpx.AsyncClient, number: int, networks: int) -> tuple[int, float]:
    network = f"198.{18 + number % networks // 250}.{number % networks % 250}.1"
    return await send(http, FREE[number], network)


FREE: dict[int, str] = {}


async def run(url: str, rate: float, seconds: float, networks: int | None) -> list[tuple[int, float]]:
    limits = httpx.Limits(max_connections=400)
    async with httpx.AsyncClient(base_url=url, timeout=30, limits=limits) as http:
        sent: list[asyncio.Task[tuple[int, float]]] = []
        began = perf_counter()
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, began + number / rate - perf_counter()))
            one = honest(http, number) if networks is None else flooding(http, number, networks)
            sent.append(asyncio.create_task(one))
        return list(await asyncio.gather(*sent))


def table(name: str, answers: list[tuple[int, float]]) -> str:
    kept = sum(status == 200 for status, _ in answers)
    away = sum(status == 429 for status, _ in answers)
    p95 = quantiles([took for _, took in answers], n=20)[-1]
    return f"{name:8} {len(answers):7} {kept:7} {100 * kept / len(answers):6.1f} % {away:7} {p95:8.2f} s"


def prepare(count: int) -> None:
    """Valid proofs that cost their sender nothing to compute, and the server as much to check as any."""
    vault = open_vault(Settings().key_folder, None, may_create=False)
    until = int((proofs.LIVES.total_seconds() / 2) + time())
    for number in range(count):
        made = create_challenge(
            proofs.ALGORITHM, 2_400, key_prefix="", expires_at=until, hmac_secret=proofs.secret(vault)
        )
        FREE[number] = solved(made)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--rate", type=float, default=0.5, help="honest requests a second")
    parser.add_argument("--times", type=int, default=100, help="so many times as many flood")
    parser.add_argument("--networks", type=int, default=100, help="that the flood comes from")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--part", choices=("all", "flood"), default="all", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.part == "flood":
        prepare(int(asked.rate * asked.times * asked.seconds))
        print("ready", flush=True)
        answers = asyncio.run(run(asked.url, asked.rate * asked.times, asked.seconds, asked.networks))
        print(json.dumps(answers))
        return
    with subprocess.Popen(
        [sys.executable, __file__, *sys.argv[1:], "--part", "flood"], stdout=subprocess.PIPE
    ) as flood:
        if flood.stdout is None:
            sys.exit("The flood cannot be heard.")
        flood.stdout.readline()
        mine = asyncio.run(run(asked.url, asked.rate, asked.seconds, None))
        theirs = json.loads(flood.stdout.read())
    print("who         sent    kept            sent away      p95")
    print(table("honest", mine))
    print(table("flood", theirs))


if __name__ == "__main__":
    main()
