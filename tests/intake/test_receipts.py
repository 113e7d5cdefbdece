"""A receipt can be read over a phone and typed in any script, and a slip is noticed."""

import secrets
from itertools import pairwise

import pytest

from referral.foundation.vault import Secret, Vault
from referral.intake import receipts
from referral.intake.receipts import Receipt

VAULT = Vault(Secret(bytes(range(32))))
SOME = [receipts.derive(VAULT, f"key {number}".encode()) for number in range(40)]


def test_a_receipt_has_twenty_digits_and_two_that_check_them_in_groups() -> None:
    for receipt in SOME:
        assert len(receipt) == 22
        assert receipt.isdecimal()
        assert int(receipt) % 97 == 1
        assert [len(group) for group in receipts.written(receipt).split(" ")] == [4, 4, 4, 4, 4, 2]
        assert receipts.read(receipts.written(receipt)) == receipt


def test_every_single_slip_is_noticed() -> None:
    for receipt in SOME:
        for place, digit in enumerate(receipt):
            for slip in "0123456789".replace(digit, ""):
                assert receipts.read(receipt[:place] + slip + receipt[place + 1 :]) is None


def test_every_swap_of_neighbours_is_noticed() -> None:
    for receipt in SOME:
        for place, (one, other) in enumerate(pairwise(receipt)):
            if one != other:
                assert receipts.read(receipt[:place] + other + one + receipt[place + 2 :]) is None


@pytest.mark.parametrize("zero", ["٠", "۰", "०", "０", "๐", "𝟎"])
@pytest.mark.parametrize("gap", ["", " ", "-", " - ", ".", "\N{NO-BREAK SPACE}", "\n", "\N{RIGHT-TO-LEFT MARK}"])
def test_digits_are_read_in_any_script_and_spacing(zero: str, gap: str) -> None:
    receipt = SOME[0]
    typed = gap.join(chr(ord(zero) + int(digit)) for digit in receipt)
    assert receipts.read(f" {typed} ") == receipt


@pytest.mark.parametrize("wrong", ["", " ", "1", "1" * 21, "1" * 23, "no receipt", "9" * 5000, SOME[0] + "x", "²" * 22])
def test_what_cannot_be_a_receipt_is_none(wrong: str) -> None:
    assert receipts.read(wrong) is None


def test_the_same_key_gives_the_same_receipt_and_nobody_without_the_root_key_can_tell_it() -> None:
    assert receipts.derive(VAULT, b"key 0") == SOME[0]
    assert len(set(SOME)) == len(SOME)
    assert receipts.derive(Vault(Secret(secrets.token_bytes(32))), b"key 0") != SOME[0]
    assert receipts.hashed(VAULT, SOME[0]) != receipts.hashed(Vault(Secret(secrets.token_bytes(32))), SOME[0])
    assert SOME[0].encode() not in receipts.hashed(VAULT, SOME[0])


def test_the_digits_are_spread_evenly() -> None:
    many = "".join(receipts.derive(VAULT, f"other {number}".encode())[:20] for number in range(500))
    for digit in "0123456789":
        assert 800 < many.count(digit) < 1200


def test_a_number_that_begins_with_zeros_keeps_them() -> None:
    number = 42
    receipt = Receipt(f"{number:020d}{98 - number * 100 % 97:02d}")
    assert receipts.read(receipt) == receipt
