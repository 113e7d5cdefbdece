"""Whoever asks too much waits, nobody else does, and nothing is kept that tells who asked."""

from ipaddress import IPv4Network

import pytest
from starlette.requests import HTTPConnection

from referral.edges import budgets, callers
from referral.edges.budgets import KEY_SECONDS, SECONDS, Budget, Ledger

POINTS = Budget(name="points", quota=100, unit="cost-points")
SUBMISSIONS = Budget(name="submissions", quota=3)
HERE, THERE = b"\xc0\x00\x02", b"\xc6\x33\x64"
PROXIES = (IPv4Network("127.0.0.0/8"), IPv4Network("10.1.0.0/16"))


def came(peer: str | None, *forwarded: str) -> HTTPConnection:
    headers = [(b"x-forwarded-for", one.encode()) for one in forwarded]
    client = None if peer is None else (peer, 1)
    return HTTPConnection({"type": "http", "headers": headers, "client": client})


def test_what_is_spent_is_spent_until_the_minute_is_over() -> None:
    ledger = Ledger()
    assert ledger.purse(POINTS, HERE, 0).take(60)
    assert not ledger.purse(POINTS, HERE, 1).take(41)
    assert ledger.purse(POINTS, HERE, 2).take(40)
    assert not ledger.purse(POINTS, HERE, SECONDS - 1).take(1)
    assert ledger.purse(POINTS, HERE, SECONDS).take(100)


def test_nobody_pays_for_another_and_asking_for_help_has_a_purse_of_its_own() -> None:
    ledger = Ledger()
    assert ledger.purse(POINTS, HERE, 0).take(100)
    assert ledger.purse(POINTS, THERE, 0).take(100)
    assert not ledger.purse(POINTS, HERE, 0).take(1)
    assert ledger.purse(SUBMISSIONS, HERE, 0).take(1)


def test_what_was_too_much_comes_back_and_no_more_than_there_was() -> None:
    purse = Ledger().purse(POINTS, HERE, 0)
    assert purse.take(50)
    purse.give_back(20)
    assert purse.left == 70
    purse.give_back(1_000)
    assert purse.left == 100
    purse.drain(1_000)
    assert purse.left == 0


def test_the_fields_are_written_as_the_draft_has_them() -> None:
    purse = Ledger().purse(POINTS, HERE, 10.5)
    purse.take(1)
    assert POINTS.policy == '"points";q=100;qu="cost-points";w=60'
    assert SUBMISSIONS.policy == '"submissions";q=3;w=60'
    assert purse.told(10.5) == '"points";r=99;t=60'
    assert purse.told(69.9) == '"points";r=99;t=1'


def test_the_ledger_holds_no_address_and_forgets_its_key_after_ten_minutes() -> None:
    ledger = Ledger()
    ledger.purse(POINTS, HERE, 0)
    key, (mark,) = ledger.key, ledger.purses
    assert HERE not in mark
    assert len(mark) == 32
    assert repr(key) not in repr(ledger)
    ledger.purse(POINTS, HERE, KEY_SECONDS - 1)
    assert (ledger.key, set(ledger.purses)) == (key, {mark})
    ledger.purse(POINTS, HERE, KEY_SECONDS)
    assert ledger.key != key
    assert mark not in ledger.purses
    assert Ledger().purse(POINTS, HERE, 0) is not None


def test_two_processes_know_one_caller_under_different_marks() -> None:
    one, other = Ledger(), Ledger()
    one.purse(POINTS, HERE, 0)
    other.purse(POINTS, HERE, 0)
    assert set(one.purses).isdisjoint(other.purses)


def test_callers_without_number_take_no_memory_without_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budgets, "MOST_PURSES", 10)
    ledger = Ledger()
    purses = [ledger.purse(POINTS, bytes([number]), 0) for number in range(50)]
    assert len(ledger.purses) == 11
    assert len({id(purse) for purse in purses}) == 11
    assert purses[49].take(100)
    assert not purses[48].take(1)  # newcomers share one purse
    assert purses[0].take(100)  # and take nothing from whoever was there before
    later = ledger.purse(POINTS, b"someone", SECONDS)
    assert later.take(100)
    assert len(ledger.purses) <= 3


@pytest.mark.parametrize(
    ("one", "other", "are_neighbours"),
    [
        ("192.0.2.1", "192.0.2.254", True),
        ("192.0.2.1", "192.0.3.1", False),
        ("2001:db8:1:2::1", "2001:db8:1:ffff::9", True),
        ("2001:db8:1::1", "2001:db8:2::1", False),
        ("::ffff:192.0.2.1", "192.0.2.9", True),
        ("fe80::1%eth0", "fe80::2%eth1", True),
    ],
)
def test_neighbours_count_as_one(one: str, other: str, are_neighbours: bool) -> None:
    assert (callers.prefix(one) == callers.prefix(other)) is are_neighbours
    assert callers.prefix(one)


@pytest.mark.parametrize("nonsense", ["", "unknown", "a\0b", "999.1.1.1", "_hidden", "192.0.2.1:4711", "é"])
def test_what_is_no_address_has_no_network(nonsense: str) -> None:
    assert callers.prefix(nonsense) == b""


def test_a_stranger_cannot_say_where_they_come_from() -> None:
    assert callers.network(came("192.0.2.1", "198.51.100.7"), PROXIES) == HERE
    assert callers.network(came("192.0.2.1"), PROXIES) == HERE
    assert callers.network(came("192.0.2.1", "127.0.0.1"), ()) == HERE


def test_a_trusted_proxy_says_who_came_to_it() -> None:
    assert callers.network(came("127.0.0.1", "198.51.100.7"), PROXIES) == THERE
    assert callers.network(came("10.1.2.3", "192.0.2.9, 198.51.100.7"), PROXIES) == THERE  # the first wrote itself in
    assert callers.network(came("127.0.0.1", "198.51.100.7, 10.1.9.9"), PROXIES) == THERE
    assert callers.network(came("127.0.0.1"), PROXIES) == b"\x7f\0\0"
    assert callers.network(came("127.0.0.1", "nonsense"), PROXIES) == b"\x7f\0\0"
    assert callers.network(came("127.0.0.1", ", ,"), PROXIES) == b"\x7f\0\0"
    assert callers.network(came("127.0.0.1", "127.0.0.1"), PROXIES) == b"\x7f\0\0"
    assert callers.network(came(None), PROXIES) == b""
