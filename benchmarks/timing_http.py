"""The times of whole answers, over real HTTP, of a server that runs: for `timing.py`.

Many connections ask at once, since an answer waits for its tick most of the time. Each pauses for a random part of a
tick before it asks again, so that they do not all ask in the same moment. What is timed is from the request's last byte
to the answer's first: how long an answer is, is no secret of its time. Each answer is looked at: was it the right one?
Where the machine is so busy that the server says so, that is counted, and no time of it.
"""

import asyncio
import json
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf
from pathlib import Path
from urllib.parse import urlencode

from serving import wait_for
from timing_compared import Times

HERE = Path(__file__).resolve().parent
QUERY = (HERE.parent / "schema/operations/public/HelpRequestByReceipt.graphql").read_text(encoding="utf-8")
HOST = "127.0.0.1"
DICE = random.Random(20261127)  # noqa: S311 - the order of questions is no secret
ENDLESS = str(10**9)
WARMING = 20
SLOWEST_SECONDS = 60
STARTING_SECONDS = 240
TOO_BUSY = (b"HTTP/1.1 503", b"HTTP/1.1 429", b'"UNAVAILABLE"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Doorbell:
    """One door: what is sent to it, and how its answer shows that it was the right one."""

    surface: str
    sent: Callable[[str, int], bytes]  # by kind and number
    was_right: Callable[[bytes], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """How the server runs that is asked."""

    dsn: str
    folder: Path
    tick_milliseconds: int
    is_cheap: bool
    has_ticks: bool = True


def posted(path: str, body: bytes, kind: str) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: {kind}\r\nSec-Fetch-Site: same-origin\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def graphql(codes: Mapping[str, list[str]]) -> Doorbell:
    def sent(kind: str, number: int) -> bytes:
        receipt = codes[kind][number % len(codes[kind])]
        body = json.dumps({"query": QUERY, "variables": {"receipt": receipt}}).encode()
        return posted("/graphql", body, "application/json")

    return Doorbell(surface="public", sent=sent, was_right=lambda answer: b'"helpRequest":{' in answer)


def page(codes: Mapping[str, list[str]]) -> Doorbell:
    def sent(kind: str, number: int) -> bytes:
        body = urlencode({"code": codes[kind][number % len(codes[kind])], "act": "look"}).encode()
        return posted("/en/status", body, "application/x-www-form-urlencoded")

    return Doorbell(surface="public", sent=sent, was_right=lambda answer: answer.startswith(b"HTTP/1.1 200"))


def login(accounts: Mapping[str, list[tuple[str, str]]]) -> Doorbell:
    def sent(kind: str, number: int) -> bytes:
        email, password = accounts[kind][number % len(accounts[kind])]
        return posted("/staff/login", json.dumps({"email": email, "password": password}).encode(), "application/json")

    return Doorbell(surface="console", sent=sent, was_right=lambda answer: answer.startswith(b"HTTP/1.1 200"))


@contextmanager
def serving(how: Served, surface: str) -> Generator[int]:
    """A server process for a block: its port."""
    with socket.create_server((HOST, 0)) as taken:
        port: int = taken.getsockname()[1]
    home = how.folder / "served"
    home.mkdir(exist_ok=True)
    surroundings = {
        **os.environ,
        "REFERRAL_DATABASE_URL": how.dsn,
        "REFERRAL_HOME": str(home),
        "REFERRAL_KEYS": str(how.folder / "keys"),
        "REFERRAL_TICK_MILLISECONDS": str(how.tick_milliseconds),
        "REFERRAL_PAGE_VIEWS": ENDLESS,
        "REFERRAL_VISITOR_POINTS": ENDLESS,
        "TIMING_CHEAP": "1" if how.is_cheap else "",
        "TIMING_NO_TICKS": "" if how.has_ticks else "1",
    }
    words = [sys.executable, str(HERE / "timing_served.py"), "serve", "--port", str(port), "--surface", surface]
    log = home / f"{surface}.log"
    with log.open("wb") as out, subprocess.Popen(words, env=surroundings, stdout=out, stderr=out) as process:
        try:
            wait_for(port, process, log, tenths=10 * STARTING_SECONDS)
            yield port
        finally:
            process.terminate()
            process.wait(timeout=30)


async def knocked(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sent: bytes, rest: float
) -> tuple[float, bytes]:
    """After how many seconds the answer began, and the answer."""
    await asyncio.sleep(rest)
    writer.write(sent)
    began = time.perf_counter()
    first = await reader.read(1)
    took = time.perf_counter() - began
    head = first + await reader.readuntil(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    return took, head + await reader.readexactly(length)


async def asked(port: int, bell: Doorbell, orders: Iterator[tuple[str, int]], took: Times, pause: float) -> None:
    """One connection: it asks what comes next until nothing does."""
    reader, writer = await asyncio.open_connection(HOST, port)
    for kind, number in orders:
        async with asyncio.timeout(SLOWEST_SECONDS):
            seconds, answer = await knocked(reader, writer, bell.sent(kind, number), DICE.uniform(0, pause))
        if any(said in answer for said in TOO_BUSY):
            took[kind].append(inf)
            continue
        if bell.was_right(answer) is not (kind == "right"):
            raise SystemExit(f"This is no answer to one that is {kind}:\n{answer[-1000:].decode(errors='replace')}")
        took[kind].append(seconds)
    writer.close()


async def timed(how: Served, bell: Doorbell, pairs: int, connections: int) -> Times:
    """So many answers of each kind, in random order."""
    order = [(kind, number) for number in range(pairs) for kind in ("right", "wrong", "missing")]
    DICE.shuffle(order)
    took: Times = {"right": [], "wrong": [], "missing": []}
    with serving(how, bell.surface) as port:
        first = iter(order[:WARMING])
        await asked(port, bell, first, {kind: [] for kind in took}, 0.0)
        orders, pause = iter(order), how.tick_milliseconds / 1_000
        await asyncio.gather(*(asked(port, bell, orders, took, pause) for _ in range(connections)))
    return took


def answered(took: Times, tick_milliseconds: int) -> Times:
    """The times of what was answered; says how much of it was so in its first tick."""
    kept = {kind: [one for one in all_of_it if one < inf] for kind, all_of_it in took.items()}
    for kind, times in kept.items():
        at_first = sum(one < 2 * tick_milliseconds / 1_000 for one in times) / max(1, len(times))
        print(f"    {kind:>7}: {at_first:.2%} in the first tick, {len(took[kind]) - len(times)} too busy", flush=True)
    return kept
