"""A link opens what it was signed for, until it runs out."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from itsdangerous import URLSafeSerializer

from referral.foundation import links
from referral.foundation.errors import Expired, NotFound
from referral.foundation.links import Link
from referral.foundation.vault import Secret, Vault

VAULT = Vault(Secret(bytes(32)), Secret(bytes(range(32))))
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LINK = Link(purpose="answer-referral", subject=UUID(int=7), expires_at=NOW + timedelta(days=3))


def test_a_link_says_what_was_signed_and_fits_a_path() -> None:
    token = links.sign(VAULT, LINK)
    assert links.read(VAULT, "answer-referral", token, now=NOW) == LINK
    assert re.fullmatch(r"[A-Za-z0-9_.-]+", token)


def test_a_link_runs_out_to_the_second_and_can_still_be_told_apart() -> None:
    token = links.sign(VAULT, LINK)
    assert links.read(VAULT, "answer-referral", token, now=LINK.expires_at - timedelta(seconds=1))
    for late in (timedelta(0), timedelta(days=99)):
        with pytest.raises(Expired):
            links.read(VAULT, "answer-referral", token, now=LINK.expires_at + late)
    assert links.peek(VAULT, "answer-referral", token) == LINK


def test_a_link_for_one_thing_opens_no_other() -> None:
    token = links.sign(VAULT, LINK)
    with pytest.raises(NotFound):
        links.read(VAULT, "state-capacity", token, now=NOW)


def test_a_changed_letter_anywhere_opens_nothing() -> None:
    token = links.sign(VAULT, LINK)
    for place, letter in enumerate(token):
        changed = token[:place] + ("A" if letter != "A" else "B") + token[place + 1 :]
        try:
            found = links.read(VAULT, "answer-referral", changed, now=NOW)
        except NotFound:
            continue
        # The last letter of base64 holds two bits that count for nothing: another spelling of the same link.
        assert (place, found) == (len(token) - 1, LINK)


@pytest.mark.parametrize("token", ["", ".", "..", "a", "a.b", "é.ß", "\0", "A" * 10_000, "null.AAAA"])
def test_nonsense_opens_nothing(token: str) -> None:
    with pytest.raises(NotFound):
        links.read(VAULT, "answer-referral", token, now=NOW)


def test_another_house_signs_other_links() -> None:
    for forged in (
        links.sign(Vault(Secret(bytes(32)), Secret(bytes(32))), LINK),
        str(URLSafeSerializer("secret", salt="answer-referral").dumps([LINK.subject.hex, 2**31])),
    ):
        with pytest.raises(NotFound):
            links.read(VAULT, "answer-referral", forged, now=NOW)


def test_each_subject_has_its_own_link() -> None:
    other = Link(purpose="answer-referral", subject=uuid4(), expires_at=LINK.expires_at)
    assert links.sign(VAULT, other) != links.sign(VAULT, LINK)
