"""The map of the listed groups: borders from our own file, a pin for each group, numbered as the list is."""

import re
from itertools import pairwise

import given
import pytest

from referral.edges.web import drawing, outlines, wanted
from referral.edges.web.drawing import HIGH, WIDE, drawn
from referral.edges.web.outlines import Box, box_of, cut_to
from referral.edges.web.serving import Who
from referral.edges.web.wanted import Wanted

BROWNSVILLE = (given.BROWNSVILLE[1], given.BROWNSVILLE[0])
HARLINGEN, LAREDO, HOUSTON = (-97.70, 26.19), (-99.51, 27.53), (-95.37, 29.76)


def test_every_state_has_its_border_and_lies_where_it_should() -> None:
    known = outlines.outlines()
    assert {"US-TX", "US-CA", "US-AK", "US-DC", "US-PR", "MX", "CA"} <= set(known)
    texas = known["US-TX"][0].box
    assert texas.west < HOUSTON[0] < texas.east
    assert texas.south < HOUSTON[1] < texas.north
    for rings in known.values():
        assert rings
        for ring in rings:
            assert all(one != other for one, other in pairwise(ring.spots))


def test_what_lies_outside_the_piece_is_cut_off_along_its_edge() -> None:
    square = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]
    piece = Box(west=5, south=-5, east=15, north=5)
    assert set(cut_to(square, piece)) == {(5.0, 0.0), (10.0, 0.0), (10.0, 5.0), (5.0, 5.0)}
    assert cut_to(square, Box(west=20, south=20, east=30, north=30)) == []
    assert box_of(cut_to(square, Box(west=-9, south=-9, east=99, north=99))) == box_of(square)


def test_pins_bear_the_numbers_of_the_list_and_stand_on_the_drawing() -> None:
    found = drawn([BROWNSVILLE, None, HARLINGEN, LAREDO], BROWNSVILLE)
    assert found is not None
    assert sorted(number for pin in found.pins for number in pin.numbers) == [1, 3, 4]
    places = {pin.numbers: (pin.x, pin.y) for pin in found.pins}
    assert places[(1,)][0] > places[(3,)][0] > places[(4,)][0], "farther west stands farther to the left"
    assert places[(1,)][1] > places[(3,)][1] > places[(4,)][1], "farther north stands higher"
    assert all(0 < pin.x < WIDE and 0 < pin.y < HIGH for pin in found.pins)
    assert found.middle == places[(1,)]


def test_pins_that_would_cover_each_other_are_one() -> None:
    found = drawn([HOUSTON] * 5 + [BROWNSVILLE], None)
    assert found is not None
    assert [pin.label for pin in found.pins] == ["6", "1 +4"]
    assert found.middle is None
    many = drawn([HOUSTON, HOUSTON, HOUSTON], HOUSTON)
    assert many is not None
    assert [pin.label for pin in many.pins] == ["1, 2, 3"]


@pytest.mark.parametrize(("office", "side"), [((-95.40, 29.70), "over"), ((-95.40, 29.84), "under"), (LAREDO, "under")])
def test_the_name_of_a_place_stands_where_no_pin_lies_on_it(office: outlines.Spot, side: str) -> None:
    found = drawn([office, BROWNSVILLE], HOUSTON)
    assert found is not None
    assert ("over" if found.name_foot < 0 else "under") == side


def test_where_nobody_has_a_place_there_is_no_map() -> None:
    assert drawn([None, None], BROWNSVILLE) is None
    assert drawn([], BROWNSVILLE) is None


@pytest.mark.parametrize("spots", [[HOUSTON], [HOUSTON, LAREDO], [HOUSTON, (-122.4, 37.8), (-71.1, 42.4)]])
def test_the_bar_is_as_long_as_it_says(spots: list[outlines.Spot]) -> None:
    found = drawn(spots, None)
    assert found is not None
    frame = drawing.framed(spots)
    miles_a_unit = found.bar_km / found.bar
    height_km = (frame.box.north - frame.box.south) * 111.2
    assert height_km / HIGH == pytest.approx(miles_a_unit, rel=0.05)
    assert 8 <= found.bar <= WIDE / 3
    assert found.bar_miles == round(found.bar_km / 1.609344)


def test_borders_are_closed_lines_of_few_letters() -> None:
    found = drawn([HOUSTON, (-122.4, 37.8), (-71.1, 42.4)], None)
    assert found is not None
    assert all(re.fullmatch(r"M-?\d+ -?\d+l[-\d ]+z|", border) for border in found.borders)
    assert sum(map(len, found.borders)) < 40_000


@pytest.mark.parametrize(
    "one",
    [
        Wanted(),
        Wanted(who=Who.HELD),
        Wanted(speaks="zh-Hans", is_taking=True),
        Wanted(who=Who.CHILD, speaks="mam", is_free=True, is_taking=True),
    ],
)
def test_what_is_wanted_is_said_in_words_and_read_again(one: Wanted) -> None:
    assert wanted.read(one.words) == one


@pytest.mark.parametrize("words", [("adult",), ("free", "held"), ("free", "free"), ("speaks-",), ("houston",), ("",)])
def test_words_in_another_order_or_of_none_of_ours_are_no_address(words: tuple[str, ...]) -> None:
    assert wanted.read(words) is None
