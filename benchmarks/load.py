"""Sends HTTP requests over kept-open connections and says how long each took.

    python benchmarks/load.py PORT REQUESTS.json --seconds 5 --connections 16

REQUESTS.json is a list of {"method", "path", "headers", "body"}; they are sent in turn, over and over. The answer is a
line of JSON: requests, failures, seconds, requests per second, and the latencies p50, p95 and p99 in milliseconds. It
runs in a process of its own, so that measuring costs every server the same.
"""

import argparse
import asyncio
import json
import statistics
import time
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import cast

import uvloop

HOST = "127.0.0.1"


@dataclass(slots=True, kw_only=True)
class Tally:
    """What the connections have seen."""

    ends_at: float
    requests: "cycle[bytes]"
    seconds: list[float] = field(default_factory=list[float])
    failures: int = 0
    sample: bytes = b""


class Client(asyncio.Protocol):
    """One connection: the next request leaves when the last answer is whole."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.parts: list[bytes] = []
        self.missing = -1  # bytes of the body still to come; -1 before the head is read

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # TCP gives no other, whatever class it is of
        self.send()

    def send(self) -> None:
        self.parts, self.missing = [], -1
        self.began = time.perf_counter()
        if self.began >= self.tally.ends_at:
            self.transport.close()
            return
        self.transport.write(next(self.tally.requests))

    def data_received(self, data: bytes) -> None:
        self.parts.append(data)
        if self.missing < 0:
            whole = b"".join(self.parts)
            head, found, body = whole.partition(b"\r\n\r\n")
            if not found:
                return
            self.parts, self.missing = [head, body], length_in(head) - len(body)
        else:
            self.missing -= len(data)
        if self.missing == 0:
            self.answered()

    def answered(self) -> None:
        self.tally.seconds.append(time.perf_counter() - self.began)
        head, body = self.parts[0], b"".join(self.parts[1:])
        if not head.startswith(b"HTTP/1.1 200") or b'"errors"' in body:
            self.tally.failures += 1
            self.tally.sample = head[:200] + body[:500]
        self.send()

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is not None or time.perf_counter() < self.tally.ends_at:
            self.tally.failures += 1
        if not self.ended.done():
            self.ended.set_result(None)


def length_in(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, text = line.partition(b":")
        if name.lower() == b"content-length":
            return int(text)
    raise ValueError("The server did not say how long its answer is.")


def encoded(request: dict[str, str]) -> bytes:
    body = request.get("body", "").encode()
    head = [f"{request['method']} {request['path']} HTTP/1.1", f"Host: {HOST}", "Accept: application/json"]
    if body:
        head += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


async def load(port: int, requests: list[dict[str, str]], *, seconds: float, connections: int) -> dict[str, object]:
    tally = Tally(ends_at=time.perf_counter() + seconds, requests=cycle(encoded(one) for one in requests))
    loop, began = asyncio.get_running_loop(), time.perf_counter()
    clients = [(await loop.create_connection(lambda: Client(tally), HOST, port))[1] for _ in range(connections)]
    await asyncio.gather(*(client.ended for client in clients))
    took = time.perf_counter() - began
    cuts = statistics.quantiles(tally.seconds, n=100) if len(tally.seconds) > 1 else [0.0] * 99
    return {
        "requests": len(tally.seconds),
        "failures": tally.failures,
        "sample": tally.sample.decode(errors="replace"),
        "seconds": took,
        "per_second": len(tally.seconds) / took,
        "p50": cuts[49] * 1e3,
        "p95": cuts[94] * 1e3,
        "p99": cuts[98] * 1e3,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("port", type=int)
    parser.add_argument("requests", type=Path)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--connections", type=int, default=16)
    asked = parser.parse_args()
    requests = json.loads(asked.requests.read_text())
    answer = uvloop.run(load(asked.port, requests, seconds=asked.seconds, connections=asked.connections))
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
