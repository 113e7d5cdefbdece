"""Where does the embedded Postgres live, and which account runs it?

A home holds everything:

    home/  lock  place.json  owner-password  log/postgres.log     what the person who starts Referral owns
    base/  data/  socket/  postgresql.conf                        what Postgres works on

`base` is the home itself, unless root starts Referral in a folder the unprivileged account cannot reach. Then it is a
folder below /var/lib/referral, and `place.json` in the home says which.
"""

import fcntl
import json
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Final

_STATE: Final = Path("/var/lib/referral")
_ACCOUNT: Final = "referral"
_SOCKET_NAME: Final = ".s.PGSQL.65535"
_SOCKET_PATH_BYTES: Final = 103  # Linux allows 107, macOS 103


class ClusterError(Exception):
    """The embedded Postgres cannot do what was asked; the message says what to do about it."""


class HomeError(ClusterError):
    """A folder or file is missing, belongs to someone else, or cannot be reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The system account Postgres runs under; `steps_down` when root must become it first."""

    uid: int
    gid: int
    steps_down: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one cluster lies."""

    home: Path
    base: Path
    socket: Path

    @property
    def data(self) -> Path:
        return self.base / "data"

    @property
    def configuration(self) -> Path:
        return self.base / "postgresql.conf"

    @property
    def log(self) -> Path:
        return self.home / "log" / "postgres.log"

    @property
    def password(self) -> Path:
        return self.home / "owner-password"

    @property
    def record(self) -> Path:
        return self.home / "place.json"


def opened(home: Path) -> Path:
    """Return the real path of the home, made private if it did not exist."""
    home = home.expanduser().resolve()
    try:
        if not home.exists():
            home.parent.mkdir(parents=True, exist_ok=True)
            # Root's Postgres account must pass through to data/ and socket/; it can neither list nor read the rest.
            home.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, exist_ok=True)
        (home / "log").mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise HomeError(f"{home} cannot be used ({error.strerror}). Choose a folder this account can write.") from error
    return home


def known_place(home: Path) -> Place | None:
    """Return what the home says about its cluster, or None when it has none yet."""
    home = home.expanduser().resolve()
    try:
        record = json.loads((home / "place.json").read_text())
        return Place(home=home, base=home / record["base"], socket=Path(record["socket"]))
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise HomeError(f"{home} belongs to another account. Run Referral as the account that made it.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise HomeError(f"{home / 'place.json'} is damaged. Restore it from a backup of the home.") from error


def ready_place(home: Path) -> tuple[Place, Account]:
    """Return the place and account of the home's cluster, choosing and recording them the first time."""
    known = known_place(home)
    account = _account(known.data if known else None)
    if known is None:
        base = home if reachable(home / "data", account) else _outside_base(home)
        known = Place(home=home, base=base, socket=base / "socket")
    if not known.base.is_dir():
        raise HomeError(f"{known.base} is gone; the data of {home} was there. Restore it from a backup.")
    if not reachable(known.data, account):
        raise HomeError(f"The account with uid {account.uid} cannot reach {known.data}. Open its parent folders (x).")
    place = replace(known, socket=_socket_folder(known, account))
    record = json.dumps({"base": "." if place.base == home else str(place.base), "socket": str(place.socket)})
    if not place.record.exists() or place.record.read_text() != record:
        write(place.record, record, mode=0o600)
    return place, account


def _account(data: Path | None) -> Account:
    """Return who runs Postgres: ourselves, or for root the owner of the data, or else a dedicated account."""
    if os.geteuid() != 0:
        if data and data.exists() and data.stat().st_uid != os.geteuid():
            raise HomeError(f"{data} belongs to uid {data.stat().st_uid}. Run Referral as the account that made it.")
        return Account(uid=os.geteuid(), gid=os.getegid(), steps_down=False)
    if data and data.exists():
        owner = data.stat()
        if owner.st_uid == 0:
            raise HomeError(f"{data} belongs to root, and Postgres refuses root. Try: chown -R {_ACCOUNT}: {data}")
        return Account(uid=owner.st_uid, gid=owner.st_gid, steps_down=True)
    entry = _system_account()
    return Account(uid=entry.pw_uid, gid=entry.pw_gid, steps_down=True)


def _system_account() -> pwd.struct_passwd:
    useradd = shutil.which("useradd")
    if _entry(_ACCOUNT) is None and useradd:
        _add_account(useradd)
    found = _entry(_ACCOUNT) or _entry("postgres") or _entry("nobody")
    if found is None:
        raise HomeError(f"Postgres refuses root and there is no other account. Try: useradd --system {_ACCOUNT}")
    return found


def _add_account(useradd: str) -> None:
    """Make the account, one process at a time: two at once were seen to give it two numbers, of which one was lost."""
    descriptor = os.open(state_folder(), os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if _entry(_ACCOUNT) is None:
            options = ["--system", "--user-group", "--no-create-home", "--home-dir", str(_STATE)]
            command = [useradd, *options, "--shell", "/usr/sbin/nologin", _ACCOUNT]
            subprocess.run(command, capture_output=True, check=False, timeout=30)  # noqa: S603  # our own constants
    finally:
        os.close(descriptor)


def _entry(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def allows(path: Path, account: Account, wanted: int) -> bool:
    """Say whether the mode of one path gives the account r (4), w (2), x (1)."""
    found = path.stat()
    shift = 6 if found.st_uid == account.uid else 3 if found.st_gid == account.gid else 0
    return (found.st_mode >> shift) & wanted == wanted


def reachable(path: Path, account: Account) -> bool:
    """Say whether the account can pass through every folder above the path."""
    return not account.steps_down or all(allows(parent, account, 1) for parent in path.parents)


def state_folder(name: str = "") -> Path:
    """Return root's own folder for what an unprivileged account must reach."""
    for folder in (_STATE, _STATE / name):
        folder.mkdir(parents=True, exist_ok=True)
        found = folder.stat()
        if found.st_uid != 0 or not stat.S_ISDIR(found.st_mode) or found.st_mode & 0o022:
            raise HomeError(
                f"{folder} must be a folder only root can write. Try: chown root {folder}; chmod 755 {folder}"
            )
        folder.chmod(0o755)
    return (_STATE / name).resolve()


def _outside_base(home: Path) -> Path:
    # Never the hash alone: a home deleted and made again must not meet the data of the old one, whose password is gone.
    name = sha256(os.fsencode(home)).hexdigest()[:16] + "-" + secrets.token_hex(4)
    base = state_folder("clusters") / name
    base.mkdir()
    base.chmod(0o711)
    return base


def _socket_folder(place: Place, account: Account) -> Path:
    """Return a private folder whose path is short enough for a Unix socket."""
    own = place.base / "socket"
    if len(os.fsencode(own / _SOCKET_NAME)) <= _SOCKET_PATH_BYTES:
        own.mkdir(mode=0o700, exist_ok=True)
        give(own, account)
        return own
    if place.socket != own and _is_private(place.socket, account):
        return place.socket
    for parent in (tempfile.gettempdir(), "/tmp"):  # noqa: S108  # mkdtemp makes a private folder in it
        fits = len(os.fsencode(parent)) + len("/referral-12345678/" + _SOCKET_NAME) <= _SOCKET_PATH_BYTES
        if fits and reachable(Path(parent).resolve() / "x", account):
            folder = Path(tempfile.mkdtemp(prefix="referral-", dir=parent))
            give(folder, account)
            return folder
    raise HomeError(f"The path {own} is too long for a Unix socket. Choose a shorter home or set TMPDIR.")


def drop_socket_folder(place: Place) -> None:
    """Remove the short socket folder in the system's temporary one, if there is one and it is still ours."""
    if place.socket.parent != place.base and place.data.is_dir() and _is_private(place.socket, _account(place.data)):
        shutil.rmtree(place.socket, ignore_errors=True)


def _is_private(folder: Path, account: Account) -> bool:
    """Say whether the folder is really ours: others may write beside it and could have put their own in its place."""
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == account.uid and stat.S_IMODE(found.st_mode) == 0o700


def give(folder: Path, account: Account) -> None:
    """Make one folder of ours private to the account."""
    if folder.is_symlink() or not folder.is_dir():
        raise HomeError(f"{folder} is not a folder. Remove it and start again.")
    if account.steps_down:
        os.chown(folder, account.uid, account.gid, follow_symlinks=False)
    folder.chmod(0o700)


def write(path: Path, text: str, *, mode: int) -> None:
    """Replace a file whole, never through a link; it belongs to whoever owns its folder."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        if os.geteuid() == 0:
            folder = path.parent.stat()
            os.fchown(descriptor, folder.st_uid, folder.st_gid)
        os.fchmod(descriptor, mode)
        file.flush()
        os.fsync(descriptor)
    draft.replace(path)
    sync(path.parent)


def sync(folder: Path) -> None:
    """Make a rename in the folder outlast a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
