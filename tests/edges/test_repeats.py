"""A flood of the same news is one line, and its number."""

import logging

import pytest

from referral.edges import repeats
from referral.edges.repeats import Folded

LOG = logging.getLogger("referral.tests.repeats")


def test_the_same_news_within_a_minute_is_told_once_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    folded = Folded(log=LOG)
    for second in range(50):
        folded.note("TOO_LARGE", second)
    folded.note("NOT_JSON", 50)
    folded.note("TOO_LARGE", 60)
    folded.note("TOO_LARGE", 120)
    assert caplog.messages == ["TOO_LARGE", "NOT_JSON", "TOO_LARGE (49 more before)", "TOO_LARGE"]
    assert folded.total == 53


def test_news_of_many_kinds_takes_no_memory_without_end(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repeats, "MOST_KINDS", 10)
    folded = Folded(log=LOG)
    for number in range(100):
        folded.note(f"kind {number}", 0)
    assert len(folded.kinds) <= 10
    assert len(caplog.messages) == folded.total == 100
