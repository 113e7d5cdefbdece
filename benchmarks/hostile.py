"""What does a hostile body cost? Each is sent to a real server of its own: the answer, its time, memory, lines of log.

    python benchmarks/hostile.py --times 200

The server is the public surface in a process of its own, over an embedded Postgres that is gone afterwards. Times are
those of the client on the same machine; processor time is the server's, for each. Bodies of 20 MB are sent a tenth as
often. What is turned away for the same reason within a minute is one line of log.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import httpx  # noqa: E402

from referral.foundation import embedded, migrate  # noqa: E402
from referral.foundation.clock import now  # noqa: E402
from referral.foundation.keys import folder  # noqa: E402
from referral.foundation.keys.root import FileRoot  # noqa: E402

JSON = {"Content-Type": "application/json"}
LANGUAGES = b'{"query": "{ languages { tag } }"}'
MEGABYTES = 20
PIECE = b" " * 65_536
WARMING = 20
ENDLESS = "1000000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What is sent; `pieces` of 64 KiB follow it, without saying how many."""

    name: str
    content: bytes
    headers: dict[str, str]
    pieces: int = 0

    def sent(self) -> bytes | Iterator[bytes]:
        return (PIECE for _ in range(self.pieces)) if self.pieces else self.content


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A process that serves."""

    pid: int
    url: str
    log: Path

    @property
    def lines(self) -> int:
        return len(self.log.read_bytes().splitlines())

    @property
    def busy_ms(self) -> float:
        """Processor time that it has taken."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return 1_000 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def resident_kib(self) -> int:
        """Memory that it has in hand."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8")
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS:")).split()[1])


def document(text: str) -> bytes:
    return json.dumps({"query": text}).encode()


def fanned(count: int) -> str:
    """Each fragment spreads the next twice: 2 to the `count` fields, for who counts them one by one."""
    spreads = "".join(f"fragment f{n} on T{{...f{n + 1} ...f{n + 1}}}" for n in range(count))
    return "{...f0}" + spreads + f"fragment f{count} on T{{a}}"


def bodies() -> Iterator[Body]:
    """From what is honest to what is not."""
    yield Body(name="an honest question", content=document("{ languages(first: 5) { tag } }"), headers=JSON)
    yield Body(name="40 nested fragment spreads", content=document(fanned(40)), headers=JSON)
    aliases = " ".join(f"a{n}: __typename" for n in range(1_000))
    yield Body(name="1,000 aliases", content=document("{" + aliases + "}"), headers=JSON)
    directives = "@include(if: true) " * 1_000
    yield Body(name="1,000 directives", content=document("{ __typename " + directives + "}"), headers=JSON)
    reports = " ".join(f"a{n}: reportListing(input: {{}}) {{ id }}" for n in range(500))
    yield Body(name="500 mutations", content=document("mutation {" + reports + "}"), headers=JSON)
    deep = b'{"query": "{ languages { tag } }", "variables": {"a": ' + b"[" * 5_000 + b"]" * 5_000 + b"}}"
    yield Body(name="JSON 5,000 deep", content=deep, headers=JSON)
    yield Body(name="null", content=b"null", headers=JSON)
    yield Body(name="a number", content=b"7", headers=JSON)
    yield Body(name="application/jsonfoo", content=LANGUAGES, headers={"Content-Type": "application/jsonfoo"})
    yield Body(name="20 MB, announced", content=b" " * (MEGABYTES << 20), headers=JSON)
    yield Body(name="20 MB, in pieces", content=b"", headers=JSON, pieces=(MEGABYTES << 20) // len(PIECE))


@contextmanager
def serving(home: Path) -> Generator[Server]:
    """The public surface over a database with its tables and nothing in them, until the block ends."""
    log = home / "server.log"
    with embedded.running(home / "postgres") as cluster, log.open("wb") as written:
        asyncio.run(migrate.upgrade(cluster.dsn))
        keys = home / "keys"
        vault = folder.open_vault(keys, FileRoot(keys / "root.key"))
        if vault.ring:
            vault.ring.make_ahead(now(), 0)
        folder.export_public(keys, home / "public-keys")
        settings = {
            "REFERRAL_DATABASE_URL": cluster.dsn, "REFERRAL_HOME": str(home / "house"), "PYTHONUNBUFFERED": "1",
            "REFERRAL_VISITOR_POINTS": ENDLESS, "REFERRAL_KEYS": str(home / "public-keys"),
        }  # fmt: skip
        command = [sys.executable, "-m", "referral", "serve", "--surface", "public", "--port", "0"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=written, env=os.environ | settings) as process:
            try:
                said = next((line for line in process.stdout or () if b"Serving at" in line), None)
                if said is None:
                    sys.exit(log.read_text(encoding="utf-8"))
                yield Server(pid=process.pid, url=said.split()[-1].decode(), log=log)
            finally:
                process.terminate()
    embedded.erase(home / "postgres")


def measured(server: Server, http: httpx.Client, body: Body, times: int) -> str:
    """A row of the table."""
    statuses, took = set[int](), list[float]()
    before, lines, busy = server.resident_kib, server.lines, server.busy_ms
    for _ in range(times):
        began = perf_counter()
        statuses.add(http.post("/graphql", content=body.sent(), headers=body.headers).status_code)
        took.append(1_000 * (perf_counter() - began))
    grown, written, busy = server.resident_kib - before, server.lines - lines, server.busy_ms - busy
    size = len(body.content) or body.pieces * len(PIECE)
    answers = ", ".join(map(str, sorted(statuses)))
    return (
        f"| {body.name} | {size:,} | {times} | {answers} | {median(took):.1f} | {max(took):.1f} | {busy / times:.1f} "
        f"| {before / 1024:.1f} | {grown / 1024:+.1f} | {written} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=200, help="how often each body is sent")
    times = parser.parse_args().times
    print(
        "| body | bytes | times | answer | median ms | longest ms | processor ms | MB before | MB more | lines of log |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    with (
        tempfile.TemporaryDirectory(prefix="referral-hostile-") as home,
        serving(Path(home)) as server,
        httpx.Client(base_url=server.url, timeout=60, trust_env=False) as http,
    ):
        for _ in range(WARMING):
            http.post("/graphql", content=LANGUAGES, headers=JSON)
        for body in bodies():
            is_large = body.pieces or len(body.content) > len(PIECE)
            print(measured(server, http, body, max(1, times // 10) if is_large else times), flush=True)


if __name__ == "__main__":
    main()
