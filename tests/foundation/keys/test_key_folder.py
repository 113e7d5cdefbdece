"""The folder of keys is made once, trusted only if it is its owner's alone, and opens what older versions sealed."""

import secrets
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from given import vault_in

from referral.foundation import links
from referral.foundation.keys import folder as key_folder
from referral.foundation.keys.epochs import Epoch, Kept
from referral.foundation.keys.folder import open_vault
from referral.foundation.keys.refusals import KeyDestroyed, KeyElsewhere, KeyFileUnusable, SealBroken
from referral.foundation.keys.ring import Ring
from referral.foundation.keys.root import FileRoot, derived
from referral.foundation.links import Link
from referral.foundation.vault import Vault, encrypt, epoch_of

ROOT = Path(__file__).resolve().parents[2]
MONDAY = datetime(2026, 11, 30, 9, tzinfo=UTC)
WEEK = timedelta(weeks=1)


def ring_of(vault: Vault) -> Ring:
    assert vault.ring
    return vault.ring


# ---------------------------------------------------------------- made and trusted
def test_keys_are_made_once_for_their_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    first = vault_in(folder)
    first.new_key(uuid4(), now=MONDAY)
    assert {path.name for path in folder.iterdir()} == {"root.key", "pepper", "inner", "epochs"}
    for path in (folder, *folder.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    assert vault_in(folder) == first
    assert vault_in(tmp_path / "others") != first


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644, 0o610])
@pytest.mark.parametrize("name", ["root.key", "pepper", "inner", "epochs", "epochs/standing-2026-W49.private", "."])
def test_keys_that_others_could_read_are_not_used(tmp_path: Path, name: str, mode: int) -> None:
    folder = tmp_path / "keys"
    vault_in(folder).new_key(uuid4(), now=MONDAY)
    path = folder / name
    path.chmod(mode | 0o100 if path.is_dir() else mode)
    with pytest.raises(KeyFileUnusable, match=r"chmod [67]00"):
        vault_in(folder)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_root_key_of_another_length_is_not_used_and_not_replaced(tmp_path: Path, size: int) -> None:
    path = tmp_path / "root.key"
    path.write_bytes(b"x" * size)
    path.chmod(0o600)
    tmp_path.chmod(0o700)
    with pytest.raises(KeyFileUnusable, match="backup"):
        vault_in(tmp_path)
    assert path.read_bytes() == b"x" * size


def test_keys_inside_the_databases_own_folder_are_refused(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    inside = data / "base" / ".." / "keys"
    (data / "base").mkdir()
    with pytest.raises(KeyFileUnusable, match="REFERRAL_KEYS"):
        open_vault(inside, FileRoot(tmp_path / "root.key"), data=data)
    assert not (data / "keys").exists()
    open_vault(tmp_path / "keys", FileRoot(tmp_path / "root.key"), data=data)


def test_a_root_key_that_wrapped_nothing_here_is_refused(tmp_path: Path) -> None:
    vault_in(tmp_path / "keys")
    (tmp_path / "keys" / "root.key").write_bytes(secrets.token_bytes(32))
    with pytest.raises(KeyFileUnusable, match="is not the key"):
        vault_in(tmp_path / "keys")


def test_a_lost_root_key_is_never_replaced(tmp_path: Path) -> None:
    vault_in(tmp_path / "keys")
    (tmp_path / "keys" / "root.key").unlink()
    with pytest.raises(KeyFileUnusable, match="is missing"):
        vault_in(tmp_path / "keys")
    assert not (tmp_path / "keys" / "root.key").exists()


SECOND_PROCESS = """
import sys
from pathlib import Path
from datetime import datetime, UTC
from uuid import UUID
from referral.foundation.keys.folder import open_vault
from referral.foundation.keys.root import FileRoot
print("ready", flush=True)
sys.stdin.read()
folder = Path(sys.argv[1])
vault = open_vault(folder, FileRoot(folder / "root.key"))
_, wrapped = vault.new_key(UUID(int=1), now=datetime(2026, 11, 30, tzinfo=UTC))
print(vault.digest("who", "am I").hex(), vault.derive("who").hex(), wrapped.hex())
"""


def test_processes_that_start_at_once_share_the_keys_that_were_first(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", SECOND_PROCESS, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for _ in range(4)
    ]
    for process in started:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in started:  # now all of them
        assert process.stdin
        process.stdin.close()
    told: list[list[str]] = []
    for process in started:
        assert process.stdout
        told.append(process.stdout.read().split())
        assert process.wait(30) == 0
        process.stdout.close()
    vault = vault_in(folder)
    assert {(one, other) for one, other, _ in told} == {
        (vault.digest("who", "am I").hex(), vault.derive("who").hex()),
    }

    assert len({vault.unwrap(UUID(int=1), bytes.fromhex(wrapped)) for *_, wrapped in told}) == 4


def test_threads_that_open_at_once_share_the_keys_that_were_first(tmp_path: Path) -> None:
    all_at_once = Barrier(8)

    def opened(_: int) -> Vault:
        all_at_once.wait(30)
        return vault_in(tmp_path / "keys")

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(opened, range(8)))
    assert len({(vault.digest("who", "I"), vault.derive("who")) for vault in found}) == 1


# ---------------------------------------------------------------- older versions
def test_what_older_versions_sealed_hashed_and_signed_stays_valid(tmp_path: Path) -> None:
    old, subject, key = secrets.token_bytes(32), uuid4(), secrets.token_bytes(32)
    tmp_path.chmod(0o700)
    (tmp_path / "root.key").write_bytes(old)
    (tmp_path / "root.key").chmod(0o600)
    wrapped = encrypt(derived(old, "wrap"), key, bound_to=subject.bytes)
    vault = vault_in(tmp_path)
    assert vault.unwrap(subject, wrapped, table="help_request") == key
    assert vault.pepper.derive("digest receipt") == derived(old, "digest receipt")
    assert vault.derive("links") == derived(old, "links")
    assert epoch_of(vault.new_key(subject, now=MONDAY)[1]) == Epoch(Kept.STANDING, 2026, 49)
    assert vault_in(tmp_path).unwrap(subject, wrapped) == key
    with pytest.raises(KeyElsewhere):
        open_vault(tmp_path).unwrap(subject, wrapped)

    assert vault.ring
    assert vault.ring.root
    assert key_folder.forget_old_wrap(tmp_path, vault.ring.root)
    with pytest.raises(KeyDestroyed):
        vault_in(tmp_path).unwrap(subject, wrapped)
    assert vault_in(tmp_path).derive("links") == derived(old, "links")


# ---------------------------------------------------------------- epochs
def test_each_week_and_class_has_a_key_of_its_own(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    heads = {
        epoch_of(vault.new_key(uuid4(), kept=kept, now=moment)[1])
        for kept in Kept
        for moment in (MONDAY, MONDAY + timedelta(days=6), MONDAY + WEEK)
    }
    assert heads == {Epoch(kept, 2026, week) for kept in Kept for week in (49, 50)}


def test_weeks_are_counted_as_calendars_do_at_the_turn_of_the_year(tmp_path: Path) -> None:
    last, first = datetime(2027, 1, 3, 23, 59, tzinfo=UTC), datetime(2027, 1, 4, tzinfo=UTC)
    assert Epoch.of(Kept.REQUEST, last).name == "request-2026-W53"
    assert Epoch.of(Kept.REQUEST, first).name == "request-2027-W01"
    for moment in (last, first):
        epoch = Epoch.of(Kept.REQUEST, moment)
        assert Epoch.named(epoch.name) == epoch == Epoch.read(epoch.prefix)
        assert epoch.begins_on <= moment.date() < epoch.ends_on
    for wrong in ("", "request", "request-2026-W54", "request-2026-W00", "nobody-2026-W10", "request-2026-W10.256"):
        assert Epoch.named(wrong) is None


def test_what_was_sealed_under_a_destroyed_epoch_opens_for_nobody_and_the_rest_does(tmp_path: Path) -> None:
    vault, one, other = vault_in(tmp_path), uuid4(), uuid4()
    _, gone = vault.new_key(one, kept=Kept.REQUEST, now=MONDAY)
    key, stays = vault.new_key(other, kept=Kept.REQUEST, now=MONDAY + WEEK)
    running = vault_in(tmp_path)
    assert running.unwrap(one, gone)  # it has the private half in memory
    epoch = epoch_of(gone)
    assert epoch
    ring_of(vault).destroy(epoch)
    for keys in (vault, running, vault_in(tmp_path)):
        with pytest.raises(KeyDestroyed):
            keys.unwrap(one, gone)
        assert keys.unwrap(other, stays) == key
        assert epoch not in ring_of(keys).privates
    left = [path.name for path in (tmp_path / "epochs").iterdir() if path.name.startswith(epoch.name)]
    assert left == [f"{epoch.name}.destroyed"]
    after, _ = ring_of(vault).sealing(Kept.REQUEST, MONDAY)
    assert after == Epoch(Kept.REQUEST, 2026, 49, 1)  # a new generation, never the same name again


def test_what_is_destroyed_is_written_over_first_here_and_in_the_backup(tmp_path: Path) -> None:
    root = FileRoot(tmp_path / "keys" / "root.key")
    vault = open_vault(tmp_path / "keys", root, backup=tmp_path / "backup")
    epoch, _ = ring_of(vault).sealing(Kept.REQUEST, MONDAY)
    name = f"epochs/{epoch.name}.private"
    twins = [tmp_path / f"twin-{folder}" for folder in ("keys", "backup")]
    before = (tmp_path / "keys" / name).read_bytes()
    for twin in twins:  # another name for the same place on the disk
        twin.hardlink_to(tmp_path / twin.name.removeprefix("twin-") / name)
        assert twin.read_bytes() == before
    ring_of(vault).destroy(epoch)
    for twin in twins:
        assert len(twin.read_bytes()) == len(before)
        assert before[:64] not in twin.read_bytes()
        assert not (tmp_path / twin.name.removeprefix("twin-") / name).exists()


def test_weeks_are_made_ahead_once(tmp_path: Path) -> None:
    ring = ring_of(vault_in(tmp_path))
    assert len(ring.make_ahead(MONDAY, 3)) == 4 * len(Kept)
    assert ring.make_ahead(MONDAY, 3) == []
    assert len(ring.make_ahead(MONDAY + WEEK, 3)) == len(Kept)


# ---------------------------------------------------------------- a machine that the public can reach
def test_a_public_folder_takes_in_and_opens_nothing(tmp_path: Path) -> None:
    vault, away, subject = vault_in(tmp_path / "keys"), tmp_path / "away", uuid4()
    ring_of(vault).make_ahead(MONDAY, 1)
    assert key_folder.export_public(tmp_path / "keys", away) == 2 * len(Kept)
    assert not [path for path in away.rglob("*") if path.suffix == ".private" or path.name in {"inner", "root.key"}]
    public = open_vault(away)
    key, wrapped = public.new_key(subject, kept=Kept.REQUEST, now=MONDAY)
    assert vault.unwrap(subject, wrapped) == key
    assert public.digest("receipt", "1") == vault.digest("receipt", "1")
    with pytest.raises(KeyElsewhere):
        public.unwrap(subject, wrapped)
    link = Link(purpose="answer-referral", subject=subject, expires_at=MONDAY)
    with pytest.raises(KeyElsewhere):
        links.sign(public, link)
    with pytest.raises(KeyElsewhere):
        public.new_key(subject, kept=Kept.REQUEST, now=MONDAY + 2 * WEEK)  # its week has not been brought here

    ring_of(vault).destroy(Epoch(Kept.REQUEST, 2026, 49))
    key_folder.export_public(tmp_path / "keys", away)
    assert sorted(path.name for path in (away / "epochs").glob("request-2026-W49*")) == ["request-2026-W49.destroyed"]
    with pytest.raises(KeyElsewhere):
        public.new_key(subject, kept=Kept.REQUEST, now=MONDAY)


def test_a_public_folder_is_no_place_for_who_needs_private_keys_and_the_other_way_round(tmp_path: Path) -> None:
    vault = vault_in(tmp_path / "keys")
    ring_of(vault).make_ahead(MONDAY, 1)
    key_folder.export_public(tmp_path / "keys", tmp_path / "away")
    with pytest.raises(KeyFileUnusable, match="no private keys"):
        vault_in(tmp_path / "away")
    with pytest.raises(KeyFileUnusable, match="export-public"):
        open_vault(tmp_path / "nothing")
    with pytest.raises(KeyFileUnusable, match="private keys"):
        key_folder.export_public(tmp_path / "away", tmp_path / "keys")


# ---------------------------------------------------------------- the root key
def test_a_new_root_key_wraps_everything_anew_and_the_one_before_opens_nothing(tmp_path: Path) -> None:
    folder, subject = tmp_path / "keys", uuid4()
    root = FileRoot(folder / "root.key")
    vault = open_vault(folder, root, backup=tmp_path / "backup")
    key, wrapped = vault.new_key(subject, now=MONDAY)
    before = root.read()
    assert key_folder.rotate(folder, root, ring_of(vault)) == 1
    assert root.read() != before
    assert not root.before.exists()
    again = vault_in(folder)
    assert again.unwrap(subject, wrapped) == key
    assert again == vault
    assert (folder / "inner").read_bytes() == (tmp_path / "backup" / "inner").read_bytes()
    (folder / "root.key").write_bytes(before)
    with pytest.raises(KeyFileUnusable, match="is not the key"):
        vault_in(folder)


@pytest.mark.parametrize("step", ["saved", "replaced", "half"])
def test_a_change_of_the_root_key_that_was_interrupted_goes_on(tmp_path: Path, step: str) -> None:
    folder, subject = tmp_path / "keys", uuid4()
    vault, root = vault_in(folder), FileRoot(folder / "root.key")
    key, wrapped = vault.new_key(subject, now=MONDAY)
    vault.new_key(subject, now=MONDAY + WEEK)
    if step == "saved":
        root.before.write_bytes(root.read())
        root.before.chmod(0o600)
    else:
        root.rotate()
    if step == "half":
        path = folder / "epochs" / "standing-2026-W49.private"
        plain = root.unwrap(path.read_bytes(), about="standing-2026-W49")
        path.write_bytes(root.wrap(plain, about="standing-2026-W49"))
    assert vault_in(folder).unwrap(subject, wrapped) == key  # meanwhile all goes on
    key_folder.rotate(folder, root, ring_of(vault))
    assert not root.before.exists()
    assert vault_in(folder).unwrap(subject, wrapped) == key


def test_what_is_wrapped_as_one_thing_is_not_unwrapped_as_another(tmp_path: Path) -> None:
    root = FileRoot(tmp_path / "root.key")
    root.create()
    wrapped = root.wrap(b"a private half", about="request-2026-W49")
    assert root.unwrap(wrapped, about="request-2026-W49") == b"a private half"
    for other, about in ((wrapped, "request-2026-W50"), (wrapped[:-1] + b"\0", "request-2026-W49"), (b"", "x")):
        with pytest.raises(SealBroken):
            root.unwrap(other, about=about)
