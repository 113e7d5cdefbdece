"""How many searches a second does a process serve, next to its peers? On one database, in turns, in one run.

Each server is a process of its own and is asked by the same 16 connections: the same 200 positions again and again, as
everybody asks for a few large towns, or positions that nobody has asked for before. Before anything is measured, all
must have found the same listings. What is compared: requests a second, latency, and the processor time of the server
and of Postgres for each request, read from the system.
"""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from pathlib import Path
from random import Random
from statistics import median
from typing import Any
from urllib.parse import quote

from referral.foundation.clock import now
from referral.foundation.db import Database, connect, value
from referral.foundation.keys import folder as key_folder
from referral.foundation.keys.root import FileRoot

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent
OPERATION = PROJECT / "schema" / "operations" / "public" / "NearestProviders.graphql"
NPM = PROJECT / "build" / "benchmarks" / "npm"
PACKAGES = ("node@22", "postgraphile@5.1.5")
POSITIONS = 200
STARTS = 20_000  # near which positions are made up that nobody has asked for
ASIDE = 0.01  # degrees
NEW = 20_000  # positions for one round: more than any server answers in it
CONNECTIONS = 16
ROUNDS = 5
SECONDS = 4.0
PREPARING_SECONDS = 1800
RADIUS_KM = 300
HELP, HELP_NAME, TAG = "legal.asylum", "LEGAL_ASYLUM", "es"
TICKS = os.sysconf("SC_CLK_TCK")

POSTGRAPHILE = """
query Nearest($lat: Float!, $lon: Float!, $km: Float!, $help: String!, $tag: String!) {
  nearest(lat: $lat, lon: $lon, km: $km, help: $help, tag: $tag) { nodes {
    distanceKm id: rowId name openness opennessStatedAt helpTypes claims interpreterForOther acceptsDetained
    acceptsMinors waitlistEstimateDays restrictions organization { name website } service { name description depth }
    location { latitude longitude timeZone address { lines city state postalCode country } }
    languages { tag mode name } phones { number kind } } }
}"""
USUAL = """
query Nearest($lat: Float!, $lon: Float!, $km: Float!, $help: String!, $tag: String!) {
  providers(lat: $lat, lon: $lon, km: $km, help: $help, tag: $tag) { edges { distanceKm node {
    id name openness opennessStatedAt helpTypes claims interpreterForOther acceptsDetained acceptsMinors
    waitlistEstimateDays restrictions organization { name website } service { name description depth }
    location { latitude longitude timeZone address { lines city state postalCode country } }
    languages { tag mode name } phones { number kind } } } }
}"""

Request = dict[str, str]


@dataclass(slots=True, kw_only=True)
class Case:
    """One way of asking one server, and what was measured, round by round."""

    name: str
    server: str
    request: Callable[[tuple[float, float]], Request]
    is_new: bool = False  # whether each position is asked for the first time
    rounds: list[dict[str, float]] = field(default_factory=list[dict[str, float]])

    def typical(self, of: str) -> float:
        return median(one[of] for one in self.rounds)


def flat(lat: float, lon: float) -> dict[str, Any]:
    return {"lat": lat, "lon": lon, "km": float(RADIUS_KM), "help": HELP, "tag": TAG}


def ours(at: tuple[float, float]) -> dict[str, Any]:
    return {
        "latitude": at[0],
        "longitude": at[1],
        "radiusKm": RADIUS_KM,
        "helpTypes": [HELP_NAME],
        "languages": [TAG],
    }


def posted(path: str, body: object) -> Request:
    return {"method": "POST", "path": path, "body": json.dumps(body)}


def cases() -> list[Case]:
    text = OPERATION.read_text(encoding="utf-8")
    id = f"sha256:{sha256(text.encode()).hexdigest()}"

    def trusted(at: tuple[float, float]) -> Request:
        return {"method": "GET", "path": f"/graphql?documentId={id}&variables={quote(json.dumps(ours(at)))}"}

    def any_document(at: tuple[float, float]) -> Request:
        return posted("/graphql", {"query": text, "variables": ours(at)})

    def postgraphile(at: tuple[float, float]) -> Request:
        return posted("/graphql", {"query": POSTGRAPHILE, "variables": flat(*at)})

    def plainly(at: tuple[float, float]) -> Request:
        return posted("/", flat(*at))

    return [
        Case(name="this service, any document", server="ours", request=any_document),
        Case(name="this service, trusted document", server="ours", request=trusted),
        Case(name="PostGraphile 5.1.5 on the same index", server="postgraphile", request=postgraphile),
        Case(
            name="Strawberry with DataLoaders, as usual",
            server="usual",
            request=lambda at: posted("/", {"query": USUAL, "variables": flat(*at)}),
        ),
        Case(name="ceiling: JSON that Postgres built, passed on", server="passed", request=plainly),
        Case(name="ceiling: cards kept as text", server="cards", request=plainly),
        Case(name="new positions: this service, any document", server="ours", request=any_document, is_new=True),
        Case(name="new positions: this service, trusted document", server="ours", request=trusted, is_new=True),
        Case(name="new positions: PostGraphile", server="postgraphile", request=postgraphile, is_new=True),
        Case(name="new positions: JSON passed on", server="passed", request=plainly, is_new=True),
        Case(name="new positions: cards", server="cards", request=plainly, is_new=True),
    ]


# ------------------------------------------------------------- servers
def command(server: str, dsn: str, port: int) -> list[str]:
    peers = HERE / "peers"
    match server:
        case "ours":
            return [sys.executable, "-m", "referral", "serve", "--port", str(port)]
        case "postgraphile":
            node = NPM / "node_modules" / "node" / "bin" / "node"
            return [str(node), str(peers / "postgraphile.mjs"), dsn, str(port)]
        case "usual":
            return [sys.executable, str(peers / "usual.py"), dsn, str(port)]
        case other:
            return [sys.executable, str(peers / "ceilings.py"), other, dsn, str(port)]


def public_keys(home: Path) -> Path:
    """The public halves of keys that are made for this: a process that the public reaches holds no others."""
    private, public = home / "private", home / "public"
    vault = key_folder.open_vault(private, FileRoot(private / "root.key"))
    if vault.ring is not None:
        vault.ring.make_ahead(now(), 0)
    key_folder.export_public(private, public)
    return public


@contextmanager
def served(server: str, dsn: str, home: Path) -> Generator[tuple[int, int]]:
    """A server process for a block: its port and process id."""
    home.mkdir(parents=True, exist_ok=True)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    surroundings = {
        **os.environ,
        "REFERRAL_DATABASE_URL": dsn,
        "REFERRAL_SURFACE": "public",
        "REFERRAL_HOME": str(home),
        "REFERRAL_KEYS": str(public_keys(home)),
        # All that is measured comes from one network; it is counted all the same.
        "REFERRAL_VISITOR_POINTS": str(10**12),
        "REFERRAL_VISITOR_SUBMISSIONS": str(10**9),
        "REFERRAL_PAGE_VIEWS": str(10**9),
        "REFERRAL_HSDS_READS": str(10**9),
        "NODE_ENV": "production",
        "GRAPHILE_ENV": "production",
        "NPM_FOLDER": str(NPM),
    }
    log = (home / f"{server}.log").open("wb")
    process = subprocess.Popen(command(server, dsn, port), env=surroundings, cwd=PROJECT, stdout=log, stderr=log)
    try:
        wait_for(port, process, home / f"{server}.log")
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(timeout=20)
        log.close()


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path, *, tenths: int = 300) -> None:
    for _ in range(tenths):
        if process.poll() is not None:
            raise SystemExit(f"A server ended by itself:\n{log.read_text()[-2000:]}")
        with socket.socket() as probe:
            probe.settimeout(0.2)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        process_wait(process)
    raise SystemExit(f"A server did not answer:\n{log.read_text()[-2000:]}")


def process_wait(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(timeout=0.1)
    except subprocess.TimeoutExpired:
        return


def has_postgraphile() -> bool:
    """Installed from npm the first time; without npm it is left out, and the table says so."""
    if (NPM / "node_modules" / "postgraphile").exists():
        return True
    npm = shutil.which("npm")
    if npm is None:
        return False
    NPM.mkdir(parents=True, exist_ok=True)
    print("Fetching PostGraphile from npm.", flush=True)
    done = subprocess.run(
        [npm, "install", "--no-save", "--prefix", str(NPM), *PACKAGES], check=False, capture_output=True
    )
    return done.returncode == 0


# ------------------------------------------------------------- the system's own counts
def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def children(parent: int) -> list[int]:
    found: list[int] = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                of = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if of == parent:
                found.append(int(folder.name))
    return found


def postgres_seconds(postmaster: int) -> float:
    """Of all its processes: of those that have ended meanwhile, the system keeps the sum at the postmaster."""
    fields = Path(f"/proc/{postmaster}/stat").read_text().rpartition(")")[2].split()
    spent = (int(fields[13]) + int(fields[14])) / TICKS
    for pid in children(postmaster):
        try:
            spent += cpu_seconds(pid)
        except OSError:
            continue
    return spent


def memory_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


# ------------------------------------------------------------- measuring
async def positions(database: Database, most: int = POSITIONS) -> list[tuple[float, float]]:
    """Where synthetic listings stand, spread over all of them."""
    found: list[list[float]] = await value(
        database.reader,
        """SELECT json_agg(json_build_array(latitude, longitude))
             FROM (SELECT latitude, longitude FROM listing_card
                    WHERE latitude IS NOT NULL ORDER BY md5(id::text) LIMIT $1) AS spread""",
        most,
    )
    return [(lat, lon) for lat, lon in found]


def never_asked(chance: Random, starts: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Positions beside those of listings, each another one."""
    near = chance.choices(starts, k=NEW)
    return [(lat + chance.uniform(-ASIDE, ASIDE), lon + chance.uniform(-ASIDE, ASIDE)) for lat, lon in near]


def ids_in(document: dict[str, Any]) -> list[str]:
    """Every listing of an answer, in its order."""
    data: dict[str, Any] = document["data"]
    page: dict[str, list[Any]] = data.get("providers") or data.get("nearest") or data
    return [one["id"] if "id" in one else one["node"]["id"] for one in page.get("edges") or page.get("nodes") or ()]


def asked_once(port: int, request: Request) -> list[str]:
    body = request.get("body", "").encode() or None
    headers = {"Content-Type": "application/json"} if body else {}
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{request['path']}", data=body, headers=headers)
    try:
        with urllib.request.urlopen(asked, timeout=20) as answer:  # noqa: S310
            return ids_in(json.loads(answer.read()))
    except urllib.error.HTTPError as error:
        raise SystemExit(f"{request} was refused: {error.read().decode(errors='replace')[:1000]}") from None


def one_round(case: Case, port: int, pid: int, postmaster: int, spots: list[tuple[float, float]], home: Path) -> None:
    requests = home / "requests.json"
    requests.write_text(json.dumps([case.request(at) for at in spots]))
    before = cpu_seconds(pid), postgres_seconds(postmaster)
    done = subprocess.run(
        [sys.executable, str(HERE / "load.py"), str(port), str(requests), f"--seconds={SECONDS}",
         f"--connections={CONNECTIONS}"], check=True, capture_output=True, text=True,
        timeout=60,
    )  # fmt: skip
    answer = json.loads(done.stdout)
    if answer["failures"]:
        raise SystemExit(f"{case.name}: {answer['failures']} requests failed, such as {answer['sample']}")
    count = answer["requests"]
    case.rounds.append(
        {
            "per_second": answer["per_second"],
            "p50": answer["p50"],
            "p99": answer["p99"],
            "app": (cpu_seconds(pid) - before[0]) / count * 1e3,
            "postgres": (postgres_seconds(postmaster) - before[1]) / count * 1e3,
            "memory": memory_mb(pid),
        }
    )


async def measured(database: Database, postmaster: int, home: Path) -> tuple[list[Case], list[str]]:
    """All cases, and what was left out and why."""
    home.mkdir(parents=True, exist_ok=True)
    slow = await connect(database.dsn, statement_seconds=PREPARING_SECONDS)
    try:
        await slow.pool.execute((HERE / "peers" / "prepare.sql").read_text(encoding="utf-8"))
    finally:
        await slow.close()
    spots, chosen, left_out = await positions(database), cases(), list[str]()
    starts, chance = await positions(database, STARTS), Random(11)  # noqa: S311 - the same load every time, not a secret
    if not has_postgraphile():
        chosen = [case for case in chosen if case.server != "postgraphile"]
        left_out.append("PostGraphile was left out: npm is not installed, or could not fetch it.")
    with ExitStack() as stack:
        doors = {
            server: stack.enter_context(served(server, database.dsn, home))
            for server in {case.server for case in chosen}
        }
        for at in islice(spots, 20):
            answers = {case.name: asked_once(doors[case.server][0], case.request(at)) for case in chosen}
            if len({tuple(ids) for ids in answers.values()}) != 1:
                raise SystemExit(f"The servers do not find the same at {at}: {answers}")
        for number in range(ROUNDS + 1):  # the first is for nothing: plans and caches
            for case in chosen:
                asked = never_asked(chance, starts) if case.is_new else spots
                await asyncio.to_thread(one_round, case, *doors[case.server], postmaster, asked, home)
                if number == 0:
                    case.rounds.clear()
            print(f"Serving: round {number} of {ROUNDS}.", flush=True)
    return chosen, left_out


def rows(chosen: list[Case]) -> list[tuple[str, ...]]:
    found = [("", "requests/s", "p50 ms", "p99 ms", "app ms", "Postgres ms", "MB")]
    found += [
        (
            case.name,
            f"{case.typical('per_second'):,.0f}",
            f"{case.typical('p50'):.1f}",
            f"{case.typical('p99'):.1f}",
            f"{case.typical('app'):.2f}",
            f"{case.typical('postgres'):.2f}",
            f"{case.typical('memory'):.0f}",
        )
        for case in chosen
    ]
    return found
