"""What is sealed opens in its own place only, says little by its length, and is lost without its key."""

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from uuid import UUID, uuid4

import pytest

from referral.foundation.vault import (
    NONCE_BYTES,
    VERSION,
    DataKey,
    KeyFileUnusable,
    SealBroken,
    Vault,
    open_vault,
    seal,
    unseal,
)

ROOT = Path(__file__).resolve().parents[2]
VAULT = Vault(bytes(range(32)))
KEY = DataKey(bytes(32))
ROW, OTHER = UUID(int=1), UUID(int=2)
TAG_BYTES = 16
PLAIN = "Ñandú, +1 956 555 0100".encode()


def test_what_is_sealed_opens_again_and_shows_nothing() -> None:
    sealed = seal(KEY, PLAIN, table="help_request", row=ROW, name="person")
    assert unseal(KEY, sealed, table="help_request", row=ROW, name="person") == PLAIN
    assert PLAIN not in sealed
    assert PLAIN[:4] not in sealed


def test_the_same_words_are_sealed_differently_each_time() -> None:
    sealed = {seal(KEY, PLAIN, table="t", row=ROW, name="f") for _ in range(50)}
    assert len(sealed) == 50
    assert len({one[1 : 1 + NONCE_BYTES] for one in sealed}) == 50


@pytest.mark.parametrize(
    ("table", "row", "name"),
    [
        ("help_request", OTHER, "person"),
        ("help_request", ROW, "facts"),
        ("referral_note", ROW, "person"),
        ("help_request/", ROW, "person"),
    ],
)
def test_a_value_moved_to_another_place_does_not_open(table: str, row: UUID, name: str) -> None:
    sealed = seal(KEY, PLAIN, table="help_request", row=ROW, name="person")
    with pytest.raises(SealBroken):
        unseal(KEY, sealed, table=table, row=row, name=name)


def test_a_changed_bit_or_another_key_does_not_open() -> None:
    sealed = seal(KEY, PLAIN, table="t", row=ROW, name="f")
    for place in (0, 1, NONCE_BYTES, NONCE_BYTES + 1, len(sealed) // 2, len(sealed) - 1):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(SealBroken):
            unseal(KEY, bytes(changed), table="t", row=ROW, name="f")
    with pytest.raises(SealBroken):
        unseal(DataKey(b"\1" * 32), sealed, table="t", row=ROW, name="f")


@pytest.mark.parametrize(
    ("length", "padded"),
    [(0, 512), (508, 512), (509, 2048), (2044, 2048), (2045, 8192), (8188, 8192), (8189, 32768), (32764, 32768)],
)
def test_what_is_sealed_is_padded_to_the_next_of_four_sizes(length: int, padded: int) -> None:
    sealed = seal(KEY, b"x" * length, table="t", row=ROW, name="f")
    assert len(sealed) - len(VERSION) - NONCE_BYTES - TAG_BYTES == padded


def test_lengths_say_little() -> None:
    lengths = {len(seal(KEY, b"x" * size, table="t", row=ROW, name="f")) for size in range(509)}
    assert len(lengths) == 1
    several = {len(seal(KEY, b"x" * size, table="t", row=ROW, name="f")) for size in range(0, 32_765, 101)}
    assert len(several) == 4


@pytest.mark.parametrize("plain", [b"", b"\0", b"\0" * 600, b"x" * 508, b"x" * 509, b"x" * 100_000])
def test_every_length_comes_back_whole(plain: bytes) -> None:
    assert unseal(KEY, seal(KEY, plain, table="t", row=ROW, name="f"), table="t", row=ROW, name="f") == plain


def test_a_data_key_is_wrapped_for_its_subject_only() -> None:
    subject = uuid4()
    key, wrapped = VAULT.new_key(subject)
    assert VAULT.unwrap(subject, wrapped) == key
    assert key not in wrapped
    assert VAULT.new_key(subject)[0] != key
    with pytest.raises(SealBroken):
        VAULT.unwrap(uuid4(), wrapped)
    with pytest.raises(SealBroken):
        Vault(bytes(32)).unwrap(subject, wrapped)


def test_a_keyed_hash_needs_the_root_key_and_serves_one_purpose() -> None:
    hashed = VAULT.digest("receipt", "1234")
    assert hashed == VAULT.digest("receipt", b"1234")
    others = {
        VAULT.digest("idempotency", "1234"),
        Vault(bytes(32)).digest("receipt", "1234"),
        VAULT.digest("receipt", ""),
    }
    assert len({hashed, *others}) == 4


def test_nothing_tells_a_key() -> None:
    assert "root" not in repr(VAULT)
    assert repr(VAULT.root)[2:10] not in repr(VAULT)


# ---------------------------------------------------------------- the key file
def test_the_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "root.key"
    first = open_vault(path)
    assert len(first.root) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert open_vault(path) == first
    assert list(path.parent.iterdir()) == [path]
    assert open_vault(tmp_path / "other.key") != first


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644, 0o610])
def test_a_key_that_others_could_read_is_not_used(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "root.key"
    open_vault(path)
    path.chmod(mode)
    with pytest.raises(KeyFileUnusable, match="chmod 600"):
        open_vault(path)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_key_of_another_length_is_not_used_and_not_replaced(tmp_path: Path, size: int) -> None:
    path = tmp_path / "root.key"
    path.write_bytes(b"x" * size)
    path.chmod(0o600)
    with pytest.raises(KeyFileUnusable, match="backup"):
        open_vault(path)
    assert path.read_bytes() == b"x" * size


SECOND_PROCESS = """
import sys
from pathlib import Path
from referral.foundation.vault import open_vault
print("ready", flush=True)
sys.stdin.read()
print(open_vault(Path(sys.argv[1])).digest("who", "am I").hex())
"""


def test_processes_that_start_at_once_share_the_key_that_was_first(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "root.key"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", SECOND_PROCESS, str(path)],
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
    told: set[str] = set()
    for process in started:
        assert process.stdout
        told.add(process.stdout.read().strip())
        assert process.wait(30) == 0
        process.stdout.close()
    assert told == {open_vault(path).digest("who", "am I").hex()}
    assert list(path.parent.iterdir()) == [path]


def test_threads_that_open_at_once_share_the_key_that_was_first(tmp_path: Path) -> None:
    path = tmp_path / "root.key"
    all_at_once = Barrier(8)

    def opened(_: int) -> Vault:
        all_at_once.wait(30)
        return open_vault(path)

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(opened, range(8)))
    assert {vault.root for vault in found} == {path.read_bytes()}


def test_a_draft_that_a_dead_process_left_is_in_nobodys_way(tmp_path: Path) -> None:
    path = tmp_path / "root.key"
    path.with_name(f"{path.name}.{os.getpid()}").write_bytes(b"half a k")
    assert len(open_vault(path).root) == 32
