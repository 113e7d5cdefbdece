"""What is sealed opens in its own place only, says little by its length, and is lost without its key."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from given import vault_in

from referral.foundation.keys.epochs import Epoch, Kept
from referral.foundation.keys.folder import open_vault
from referral.foundation.keys.refusals import KeyElsewhere, SealBroken
from referral.foundation.vault import (
    NONCE_BYTES,
    SALT_BYTES,
    VERSION,
    DataKey,
    Secret,
    Vault,
    epoch_of,
    seal,
    unseal,
)

VAULT = Vault(Secret(bytes(32)), Secret(bytes(range(32))))
MONDAY = datetime(2026, 11, 30, 9, tzinfo=UTC)
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
    [
        (0, 1024),
        (1020, 1024),
        (1021, 4096),
        (4092, 4096),
        (4093, 16384),
        (16380, 16384),
        (16381, 65536),
        (65532, 65536),
    ],
)
def test_what_is_sealed_is_padded_to_the_next_of_four_sizes(length: int, padded: int) -> None:
    sealed = seal(KEY, b"x" * length, table="t", row=ROW, name="f")
    assert len(sealed) - len(VERSION) - NONCE_BYTES - TAG_BYTES == padded


def test_lengths_say_little() -> None:
    lengths = {len(seal(KEY, b"x" * size, table="t", row=ROW, name="f")) for size in range(1021)}
    assert len(lengths) == 1
    several = {len(seal(KEY, b"x" * size, table="t", row=ROW, name="f")) for size in range(0, 65_533, 101)}
    assert len(several) == 4


@pytest.mark.parametrize("plain", [b"", b"\0", b"\0" * 1200, b"x" * 1020, b"x" * 1021, b"x" * 200_000])
def test_every_length_comes_back_whole(plain: bytes) -> None:
    assert unseal(KEY, seal(KEY, plain, table="t", row=ROW, name="f"), table="t", row=ROW, name="f") == plain


def test_a_data_key_opens_for_its_subject_and_table_only(tmp_path: Path) -> None:
    vault, subject = vault_in(tmp_path / "keys"), uuid4()
    key, wrapped = vault.new_key(subject, table="help_request", kept=Kept.REQUEST, now=MONDAY)
    assert vault.unwrap(subject, wrapped, table="help_request") == key
    assert key not in wrapped
    assert vault.new_key(subject)[0] != key
    for who, table in ((uuid4(), "help_request"), (subject, "listing_report")):
        with pytest.raises(SealBroken):
            vault.unwrap(who, wrapped, table=table)
    with pytest.raises(SealBroken):
        vault_in(tmp_path / "others").unwrap(subject, wrapped, table="help_request")


def test_a_wrapped_key_says_its_week_and_cannot_be_passed_off_as_of_another(tmp_path: Path) -> None:
    vault, subject = vault_in(tmp_path), uuid4()
    _, wrapped = vault.new_key(subject, kept=Kept.REQUEST, now=MONDAY)
    assert epoch_of(wrapped) == Epoch(Kept.REQUEST, 2026, 49)
    vault.new_key(subject, kept=Kept.REQUEST, now=MONDAY + timedelta(weeks=1))
    for place in range(len(wrapped)):
        changed = bytearray(wrapped)
        changed[place] ^= 1
        with pytest.raises(SealBroken):
            vault.unwrap(subject, bytes(changed))


@pytest.mark.parametrize("cut", [0, 1, 5, 6, 7, 600])
def test_half_a_wrapped_key_is_broken_and_nothing_worse(tmp_path: Path, cut: int) -> None:
    vault, subject = vault_in(tmp_path), uuid4()
    _, wrapped = vault.new_key(subject, now=MONDAY)
    with pytest.raises(SealBroken):
        vault.unwrap(subject, wrapped[:cut])


def test_a_keyed_hash_needs_the_pepper_and_serves_one_purpose() -> None:
    hashed = VAULT.digest("receipt", "1234")
    assert hashed == VAULT.digest("receipt", b"1234")
    others = {
        VAULT.digest("idempotency", "1234"),
        Vault(Secret(b"1" * 32)).digest("receipt", "1234"),
        VAULT.digest("receipt", ""),
    }
    assert len({hashed, *others}) == 4


def test_without_private_keys_there_are_hashes_and_nothing_can_be_signed_or_indexed() -> None:
    public = Vault(VAULT.pepper)
    assert public.digest("receipt", "1234") == VAULT.digest("receipt", "1234")
    for refused in (lambda: public.derive("links"), lambda: public.index("phone", "+19565550100")):
        with pytest.raises(KeyElsewhere):
            refused()
    assert not public.opens
    assert VAULT.opens


def test_nothing_tells_a_key(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    _, wrapped = vault.new_key(uuid4(), now=MONDAY)
    assert vault.ring
    epoch = epoch_of(wrapped)
    assert epoch
    half = vault.ring.opening(epoch)
    for shown in (repr(vault), repr(half), repr(vault.pepper)):
        for secret in (vault.pepper.value, vault.inner and vault.inner.value, half.raw):
            assert secret
            assert repr(secret)[2:10] not in shown


# ---------------------------------------------------------------- the person's own copy
def test_what_follows_from_a_receipt_opens_one_request_without_private_keys(tmp_path: Path) -> None:
    vault, subject, salt = vault_in(tmp_path), uuid4(), b"s" * SALT_BYTES
    key, wrapped = vault.new_key(subject, table="help_request", kept=Kept.REQUEST, now=MONDAY)
    copy = vault.for_requester(key, subject, wrapped, b"stretched", salt, table="help_request")
    public = open_vault(tmp_path)
    assert public.by_requester(subject, copy, b"stretched", table="help_request") == key
    for who, stretched in ((subject, b"another"), (uuid4(), b"stretched")):
        with pytest.raises(SealBroken):
            public.by_requester(who, copy, stretched, table="help_request")
    with pytest.raises(KeyElsewhere):
        public.unwrap(subject, wrapped, table="help_request")


def test_the_persons_copy_needs_the_pepper_and_the_weeks_share_too(tmp_path: Path) -> None:
    vault, other, subject = vault_in(tmp_path / "one"), vault_in(tmp_path / "two"), uuid4()
    key, wrapped = vault.new_key(subject, now=MONDAY)
    other.new_key(subject, now=MONDAY)
    copy = vault.for_requester(key, subject, wrapped, b"stretched", b"s" * SALT_BYTES, table="t")
    for pepper, ring in ((other.pepper, vault.ring), (vault.pepper, other.ring)):
        with pytest.raises(SealBroken):
            Vault(pepper, None, ring).by_requester(subject, copy, b"stretched", table="t")
