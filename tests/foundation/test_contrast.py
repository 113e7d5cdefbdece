"""Whether a colour can be read on another, by the numbers that WCAG itself gives."""

import pytest

from referral.foundation import contrast


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#ffffff", 4.54),
        ("#fff000", "#fff000", 1),
    ],
)
def test_the_ratio_is_that_of_wcag_whichever_comes_first(one: str, other: str, expected: float) -> None:
    assert contrast.ratio(one, other) == contrast.ratio(other, one) == pytest.approx(expected, abs=0.005)


def test_mixing_goes_from_one_colour_to_the_other() -> None:
    assert [contrast.mixed("#102030", "#ffffff", share) for share in (0, 0.5, 1)] == ["#102030", "#889098", "#ffffff"]


@pytest.mark.parametrize("written", ["#fff", "red", "#12345g", "#1234567", "", "123456"])
def test_anything_but_six_digits_is_no_colour(written: str) -> None:
    assert not contrast.is_colour(written)
    assert contrast.is_colour("#12abEF")
