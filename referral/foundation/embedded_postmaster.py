"""Is the server of this data alive, which process is it, and how is it ended without harming another?"""

import contextlib
import logging
import os
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from referral.foundation.embedded_home import ClusterError, Place, write

_STOP_SECONDS: Final = 60
_KILL_SECONDS: Final = 15  # an immediate shutdown kills its stubborn children after 5
_ANSWER_SECONDS: Final = 2
_SPEAKS_TLS: Final = struct.pack("!ii", 8, 80877103)  # SSLRequest of the frontend/backend protocol
_NOBODY: Final = 2**31 - 1  # above every system's largest pid
_log = logging.getLogger(__name__)


class StopError(ClusterError):
    """Postgres does not go away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Postmaster:
    """What postmaster.pid says about a server that was seen to be alive."""

    pid: int
    port: int = 0
    socket: Path = Path()
    listens: bool = False
    state: str = "starting"

    @property
    def door(self) -> Path:
        return self.socket / f".s.PGSQL.{self.port}"


def answers(server: Postmaster) -> bool:
    """Ask the server itself: one that has just been killed looks alive for a moment, and its socket file stays.

    The question is the protocol's first ("do you speak TLS?"), which needs no password and leaves no line in the log.
    """
    if server.state != "ready":
        return False
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(_ANSWER_SECONDS)
            line.connect(str(server.door))
            line.sendall(_SPEAKS_TLS)
            return line.recv(1) in (b"N", b"S")
    except OSError:
        return False


def end(server: Postmaster, place: Place) -> None:
    """Stop the server: rolling back what is open, and if that takes too long at once."""
    for way, seconds in ((signal.SIGINT, _STOP_SECONDS), (signal.SIGQUIT, _KILL_SECONDS)):
        if not _serves(server.pid, place.data):
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(server.pid, way)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not _serves(server.pid, place.data):
                return
            time.sleep(0.02)
    raise StopError(f"Postgres (process {server.pid}) does not stop. Look at {place.log}, then stop it by hand.")


def found(place: Place) -> Postmaster | None:
    """Read postmaster.pid, and believe it only if that process is a Postgres on this very data."""
    pid, lines = _lock_file(place.data / "postmaster.pid")
    if pid is None or not _serves(pid, place.data):
        return None
    if len(lines) < 8:
        return Postmaster(pid=pid)
    return Postmaster(
        pid=pid, port=int(lines[3]), socket=Path(lines[4]), listens=bool(lines[5].strip()), state=lines[7].strip()
    )


def _lock_file(path: Path) -> tuple[int | None, list[str]]:
    try:
        lines = path.read_text().splitlines()
        return int(lines[0]), lines
    except (OSError, ValueError, IndexError):
        return None, []


def _serves(pid: int, data: Path) -> bool:
    """Say whether the process is the server of this data: pids are used again, and we signal nobody else."""
    try:
        if Path("/proc/self").exists():
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")  # empty for a zombie
            mine = words[0].endswith(b"/postgres") and words[1:3] == [b"-D", os.fsencode(data)]
            return mine and Path(f"/proc/{pid}").stat().st_uid == data.stat().st_uid
    except OSError:
        return False
    command = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
    found = subprocess.run(command, capture_output=True, check=False, timeout=10)  # noqa: S603  # ours, and a number
    return os.fsencode(f"/postgres -D {data} -c config_file=") in found.stdout


def correct_lock_files(place: Place) -> None:
    """Tell Postgres that the process named in a stale lock file is not a Postgres on this data.

    It would refuse to start as long as any process of the same account has that pid. The file is not deleted: Postgres
    makes its other checks with it (shared memory that orphans still use) and removes it itself.
    """
    for path in (place.data / "postmaster.pid", *place.socket.glob(".s.PGSQL.*.lock")):
        pid, lines = _lock_file(path)
        in_the_way = path.exists() and (pid is None or Path("/proc", str(pid)).exists())
        if in_the_way and not any(_could_serve(one, place.data) for one in _suspects(pid)):
            _log.info("%s names process %s, which is no Postgres of ours", path, pid)
            write(path, "\n".join([str(_NOBODY), *lines[1:], ""]), mode=0o600)


def foreign(place: Place) -> bool:
    """Say whether a Postgres that we did not start may be at work on the data."""
    pid, _ = _lock_file(place.data / "postmaster.pid")
    return pid is not None and found(place) is None and _could_serve(pid, place.data)


def _suspects(pid: int | None) -> Iterable[int]:
    """Return the one pid, or every pid when a power cut left a lock file without one."""
    return [pid] if pid is not None else (int(path.name) for path in Path("/proc").glob("[0-9]*"))


def _could_serve(pid: int, data: Path) -> bool:
    """Say whether the process may be a Postgres on this data, perhaps started by hand; doubt counts as yes."""
    process = Path(f"/proc/{pid}")
    try:
        words = (process / "cmdline").read_bytes().split(b"\0")
        if (process / "comm").read_text().strip() != "postgres" or words == [b""]:  # no words: a zombie
            return False
        if process.stat().st_uid != data.stat().st_uid:
            return False
        with contextlib.suppress(PermissionError):  # root in a container may not read it
            return (process / "cwd").readlink() == data
    except OSError:  # it has just ended; or there is no /proc, and then only Postgres itself can judge
        return not Path("/proc/self").exists() and _exists(pid)
    return words[1:2] != [b"-D"] or not words[2].startswith(b"/") or words[2] == os.fsencode(data)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
