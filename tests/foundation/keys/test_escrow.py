"""A lost root key is made up for by enough recovery officers, and by no fewer."""

import secrets
from itertools import combinations

import pytest

from referral.foundation.keys import escrow, sharing
from referral.foundation.keys.hybrid import PrivateHalf
from referral.foundation.keys.refusals import SealBroken

CONTENTS = {"inner": b"a secret", "request-2026-W49": secrets.token_bytes(96)}


def test_bytes_are_multiplied_as_in_aes() -> None:
    assert sharing.multiplied(0x57, 0x83) == 0xC1  # FIPS 197, 4.2
    assert sharing.multiplied(0x57, 0x13) == 0xFE
    assert all(sharing.multiplied(one, sharing.inverse(one)) == 1 for one in range(1, 256))


@pytest.mark.parametrize(("parts", "needed"), [(1, 1), (3, 2), (5, 3), (5, 5)])
def test_any_parts_that_are_enough_give_the_secret_back(parts: int, needed: int) -> None:
    secret = secrets.token_bytes(32)
    made = sharing.split(secret, parts=parts, needed=needed)
    for some in combinations(made.items(), needed):
        assert sharing.joined(dict(some)) == secret
    for few in combinations(made.items(), needed - 1):
        assert not few or sharing.joined(dict(few)) != secret


def test_one_part_of_two_says_nothing() -> None:
    """The same part can belong to every secret: over many splits each byte of a part is as likely as any other."""
    seen = {sharing.split(b"\0", parts=2, needed=2)[1][0] for _ in range(4000)}
    assert len(seen) == 256


@pytest.mark.parametrize(("parts", "needed"), [(2, 3), (0, 0), (256, 2), (3, 0)])
def test_what_cannot_be_split_is_refused(parts: int, needed: int) -> None:
    with pytest.raises(ValueError, match="cannot be made"):
        sharing.split(b"x", parts=parts, needed=needed)


def test_two_of_three_officers_bring_the_keys_back_and_one_does_not() -> None:
    officers = [PrivateHalf.made() for _ in range(3)]
    written = escrow.sealed(CONTENTS, [one.public for one in officers], needed=2)
    for pair in combinations(officers, 2):
        assert escrow.opened(written, [one.raw for one in pair]) == CONTENTS
    for few in ([officers[0]], [officers[0], officers[0]], [officers[1], PrivateHalf.made()], []):
        with pytest.raises(SealBroken):
            escrow.opened(written, [one.raw for one in few])
    for plain in CONTENTS.values():
        assert plain not in written


def test_what_is_no_escrow_or_no_key_is_named() -> None:
    officer = PrivateHalf.made()
    with pytest.raises(ValueError, match="no escrow"):
        escrow.opened(b"{}", [officer.raw])
    with pytest.raises(ValueError, match="bytes"):
        escrow.sealed(CONTENTS, [b"short"], needed=1)
