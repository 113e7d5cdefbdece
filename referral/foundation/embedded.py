"""How does the Postgres that comes with Referral start, get found, recover and stop?

    ClusterError            the base of all, in embedded_home
    ├── HomeError           a folder or file is missing, foreign or out of reach
    ├── BinariesError       the programs are not installed, or cannot be run
    ├── VersionError        another major version made the data
    ├── InitError           a new cluster could not be made
    ├── BusyError           another process keeps the home locked
    ├── StartError          Postgres does not come up
    └── StopError           Postgres does not go away

The server outlives the process that started it. Whoever comes next finds it running, or recovers it, and stops it at
the end if its owner is gone.
"""

import contextlib
import fcntl
import logging
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import quote

from referral.foundation import embedded_postmaster as postmaster
from referral.foundation.embedded_home import (
    Account,
    ClusterError,
    HomeError,
    Place,
    drop_socket_folder,
    known_place,
    opened,
    ready_place,
    write,
)
from referral.foundation.embedded_postmaster import Postmaster, StopError
from referral.foundation.embedded_programs import (
    DATABASE,
    OWNER_ROLE,
    BinariesError,
    InitError,
    VersionError,
    binaries,
    ensure_data,
    spawn,
)

__all__ = [
    "BinariesError",
    "BusyError",
    "Cluster",
    "ClusterError",
    "HomeError",
    "InitError",
    "StartError",
    "StopError",
    "VersionError",
    "erase",
    "running",
    "start",
    "status",
    "stop",
]

Tell = Callable[[str], object]

_PORT: Final = 5432  # without TCP it only names the socket
_RECOVERY_SECONDS: Final = 600
_PASSING_SECONDS: Final = 60
_LOCK_SECONDS: Final = 90
_ATTEMPTS: Final = 4
_TELL_SECONDS: Final = 5
_LOG_BYTES: Final = 10_000_000
_log = logging.getLogger(__name__)

# After kill -9 the old server's children need a moment to die; until then Postgres says one of these and means "later".
_PASSING: Final = ("already exists", "pre-existing shared memory block")

# Postgres reads this file and no other (besides ALTER SYSTEM), and it is written at every start: an upgrade of Referral
# changes settings, and the promise never to log a person holds on old clusters too.
_CONFIGURATION: Final = """\
# Written by Referral at every start. Changes made here are lost.
listen_addresses = '{addresses}'
port = {port}
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 128MB
password_encryption = scram-sha-256
fsync = on
full_page_writes = on
synchronous_commit = on
track_commit_timestamp = off
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
log_destination = stderr
logging_collector = off
log_error_verbosity = terse
log_min_error_statement = panic
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_statement = none
log_min_duration_statement = -1
"""


class BusyError(ClusterError):
    """Another process has been starting or stopping this cluster for too long."""


class StartError(ClusterError):
    """Postgres does not come up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A running Postgres; `dsn` is for the owner, who is superuser: for migrations and supervision only."""

    home: Path
    data: Path
    socket: Path
    log: Path
    port: int
    tcp_port: int | None
    pid: int
    dsn: str = field(repr=False)


def start(home: Path, *, tcp_port: int | None = None, tell: Tell = _log.info) -> Cluster:
    """Return the home's running cluster; make, start or recover it when needed. `tell` hears about long waits."""
    return _ensure(home, tcp_port=tcp_port, tell=tell)[0]


@contextlib.contextmanager
def running(home: Path, *, tcp_port: int | None = None, tell: Tell = _log.info) -> Generator[Cluster]:
    """Keep a cluster running for a block, and stop it afterwards if this call started it, or whoever did is gone."""
    cluster, started = _ensure(home, tcp_port=tcp_port, tell=tell)
    with _owned(cluster, started=started) as ours:
        try:
            yield cluster
        finally:
            if ours:
                stop(cluster.home)


def status(home: Path) -> Cluster | None:
    """Return the home's cluster if it takes connections now."""
    place = known_place(home)
    server = postmaster.found(place) if place else None
    return _cluster(place, server) if place and server and postmaster.answers(server) else None


def stop(home: Path) -> None:
    """Stop the home's cluster: rolling back what is open first, and at once if that takes too long."""
    place = known_place(home)
    if place is None:
        return
    with _locked(place.home, _LOCK_SECONDS, _log.info):
        server = postmaster.found(place)
        if server:
            postmaster.end(server, place)
        if not postmaster.foreign(place):
            drop_socket_folder(place)


def erase(home: Path) -> None:
    """Stop the cluster and delete all its data, wherever it lies. Deleting the home would not always be enough."""
    place = known_place(home)
    if place is None:
        return
    stop(home)
    with _locked(place.home, _LOCK_SECONDS, _log.info):
        if postmaster.foreign(place):
            raise StopError(f"A Postgres started by hand works on {place.data}. Stop it first; nothing was deleted.")
        outside = place.base != place.home
        for folder in (place.base,) if outside else (place.data, place.base / "socket", *place.base.glob("init-*")):
            shutil.rmtree(folder, ignore_errors=True)
        for file in (place.configuration, place.password, place.record):
            file.unlink(missing_ok=True)


def _ensure(home: Path, *, tcp_port: int | None, tell: Tell) -> tuple[Cluster, bool]:
    """Return the cluster, and whether this call started it."""
    home = opened(home)
    with _locked(home, _RECOVERY_SECONDS, tell) as lock:
        place, account = ready_place(home)
        programs = binaries(account)
        ensure_data(place, account, programs, lock=lock)
        server = postmaster.found(place)
        if server and server.state == "ready" and not server.door.exists():
            tell(f"The socket in {server.socket} is gone: Postgres is started again.")
            postmaster.end(server, place)
        server, started = _until_ready(place, account, programs, tcp_port=tcp_port, tell=tell)
        cluster = _cluster(place, server)
    if tcp_port not in (None, cluster.tcp_port):
        raise StartError(f"Postgres of {home} already runs without TCP port {tcp_port}. Stop it first, then start it.")
    return cluster, started


@contextlib.contextmanager
def _owned(cluster: Cluster, *, started: bool) -> Generator[bool]:
    """Whether this process is to stop the server. The lock ends with its holder, even by kill -9; then whoever finds
    the server that the file names is its owner. A server that `start` left running is named nowhere.
    """
    owner = os.open(cluster.home / "owner", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        if started:
            fcntl.flock(owner, fcntl.LOCK_EX)  # somebody may be looking, for a moment
            os.ftruncate(owner, 0)
            os.pwrite(owner, str(cluster.pid).encode(), 0)
            yield True
        else:
            yield _is_orphan(owner, cluster.pid)
    finally:
        os.close(owner)


def _is_orphan(owner: int, pid: int) -> bool:
    """Whether the server's owner is gone; then the lock is ours from here on."""
    try:
        fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    if os.pread(owner, 20, 0) == str(pid).encode():
        return True
    fcntl.flock(owner, fcntl.LOCK_UN)
    return False


def _cluster(place: Place, server: Postmaster) -> Cluster:
    try:
        password = place.password.read_text()
    except OSError as error:
        raise HomeError(f"{place.password} cannot be read. Run Referral as the account that made it.") from error
    where = f"host={quote(str(server.socket), safe='/')}&port={server.port}"
    return Cluster(
        home=place.home,
        data=place.data,
        socket=server.socket,
        log=place.log,
        port=server.port,
        tcp_port=server.port if server.listens else None,
        pid=server.pid,
        dsn=f"postgresql://{OWNER_ROLE}:{quote(password)}@/{DATABASE}?{where}",
    )


def _configure(place: Place, tcp_port: int | None) -> None:
    text = _CONFIGURATION.format(
        addresses="" if tcp_port is None else "127.0.0.1",
        port=_PORT if tcp_port is None else tcp_port,
        socket=str(place.socket).replace("'", "''"),
    )
    write(place.configuration, text, mode=0o644)  # no secrets in it, and an unprivileged account must read it


def _until_ready(
    place: Place, account: Account, programs: Path, *, tcp_port: int | None, tell: Tell
) -> tuple[Postmaster, bool]:
    """Wait for a server that is there, or start one and try again as long as the reason passes by itself."""
    began = told = time.monotonic()
    child: subprocess.Popen[bytes] | None = None
    failures = mark = 0
    while time.monotonic() - began < _RECOVERY_SECONDS:
        server = postmaster.found(place)
        if server and postmaster.answers(server):
            return server, child is not None and child.pid == server.pid
        if server is None and (child is None or child.poll() is not None):
            if child is not None:
                failures += 1
                _judge(place, mark, failures, time.monotonic() - began)
                time.sleep(min(0.05 * 2**failures, 2))
            postmaster.correct_lock_files(place)
            _configure(place, tcp_port)
            child, mark = _launched(place, account, programs)
        if time.monotonic() - told > _TELL_SECONDS:
            told = time.monotonic()
            tell(f"Waiting for Postgres, perhaps it recovers from a crash ({told - began:.0f} s so far).")
        time.sleep(0.02)
    raise StartError(f"Postgres is not ready after {_RECOVERY_SECONDS} s. Look at {place.log}, then start again.")


def _launched(place: Place, account: Account, programs: Path) -> tuple[subprocess.Popen[bytes], int]:
    """Start the server once; return it and where its words begin in the log."""
    if place.log.exists() and place.log.stat().st_size > _LOG_BYTES:
        place.log.replace(place.log.with_suffix(".old.log"))
    command = [programs / "postgres", "-D", place.data, "-c", f"config_file={place.configuration}"]
    descriptor = os.open(place.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "ab") as log:
        os.fchmod(descriptor, 0o600)
        mark = log.tell()
        child = spawn(command, account, output=log)
    # Somebody must wait for a child, or it stays as a zombie that looks alive to the next start.
    threading.Thread(target=child.wait, name="postgres", daemon=True).start()
    return child, mark


def _judge(place: Place, mark: int, failures: int, seconds: float) -> None:
    """Raise when the last attempt failed for a reason that does not pass by itself."""
    with place.log.open("rb") as log:
        log.seek(mark)
        said = [line for line in log.read(100_000).decode(errors="replace").splitlines() if "FATAL" in line]
    passing = seconds < _PASSING_SECONDS and any(word in line for word in _PASSING for line in said)
    if failures >= _ATTEMPTS and not passing:
        raise StartError(f"Postgres does not start. It says: {' '.join(said)[-600:] or 'nothing'}. See {place.log}.")


@contextlib.contextmanager
def _locked(home: Path, seconds: float, tell: Tell) -> Generator[int]:
    """Let one process at a time start or stop the home's cluster; the lock ends with its holder, even by kill -9."""
    try:
        lock = os.open(home / "lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise HomeError(
            f"{home} cannot be used ({error.strerror}). Run Referral as the account that made it."
        ) from error
    try:
        _wait_for(lock, home, seconds, tell)
        yield lock
    finally:
        os.close(lock)


def _wait_for(lock: int, home: Path, seconds: float, tell: Tell) -> None:
    began = told = time.monotonic()
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() - began > seconds:
                raise BusyError(
                    f"Another process holds {home / 'lock'} for {seconds:.0f} s. End it, then try again."
                ) from None
        if time.monotonic() - told > _TELL_SECONDS:
            told = time.monotonic()
            tell(f"Waiting for another process that starts or stops Postgres ({told - began:.0f} s so far).")
        time.sleep(0.02)
