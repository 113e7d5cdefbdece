"""Where are people to offices: what does the rule of place say of a pair, and how much of its points are there?

The same functions say it as for one pair, once for each kind of pair; only distances are reckoned for all of them.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from math import cos

import numpy as np
import numpy.typing as npt

from referral.foundation.earth import EARTH_RADIUS_KM
from referral.matching import places, score, tables
from referral.matching.pair import Need
from referral.matching.planning.areas import Areas
from referral.matching.planning.choices import Flags, Whole, flags, whole
from referral.matching.planning.classes import NOT_KNOWN, Pairs, code, crossed, kinds, looked_up
from referral.matching.planning.question import Office

NO_KM = -1  # of tenths of a kilometre: not known
BARELY_KM = 1.0  # what may be near is looked at this much farther out, and then reckoned exactly
BLUR = 1e-6  # of a cosine in single precision

Reals = npt.NDArray[np.float64]


class Ground:
    """Where all needs and offices are, found out once."""

    def __init__(self, needs: Sequence[Need], offices: Sequence[Office]) -> None:
        self.needs, self.offices = needs, offices
        self.here, self.there = spots(needs), points(offices)
        self.here_roughly, self.there_roughly = roughly(self.here, (1, 0)), roughly(self.there, (0, 1))
        lands = kinds(needs, lambda need: need.place and (need.place.country, need.place.state))
        self.lies = crossed(lands, kinds(offices, lambda office: (office.country, office.state)), stands)
        self.areas = Areas(needs, offices)
        self.says_areas = flags(bool(office.areas) for office in offices)
        self.has_line = flags(any(mode.is_remote for mode in office.delivery_modes) for office in offices)
        self.limits = flags(map(places.limits_residence, offices))
        self.takes_calls = flags(need.can_take_calls for need in needs)
        held = kinds(needs, lambda need: (need.posture, need.circumstances))
        self.is_held = flags(bool(need.is_held) for need in held.first)[held.of]

    def below(self, most: int, need: Whole, office: Whole) -> Flags:
        """Whether the rule of place may say less than `most`, need by office: never no where it does."""
        reach = tables.REACH[self.needs[int(need[0])].help_types[0]]
        found = self.areas.below(most, need, office)
        if reach.remote_permille is not None and most > NOT_KNOWN:
            return found  # what is far is a doubt then, and no more
        may = self.may_be_near(reach, need, office) | self.says_areas[office]
        if reach.remote_permille is not None:
            may |= self.takes_calls[need][:, None] & self.has_line[office]
        return found & may

    def may_be_near(self, reach: tables.Reach, need: Whole, office: Whole) -> Flags:
        """Within reach in person, or nobody knows."""
        least = cos((reach.limit_km + BARELY_KM) / EARTH_RADIUS_KM) - BLUR
        return (self.here_roughly[need] @ self.there_roughly[office].T) >= least

    def of(self, pairs: Pairs) -> tuple[Whole, Whole]:
        """What the rule says of these pairs, and the permille of its points; all ask for one kind of help."""
        if len(pairs.need) == 0:
            return whole(()), whole(())
        one = self.needs[int(pairs.need[0])]
        reach = tables.REACH[one.help_types[0]]
        away, lies = tenths(self.here[pairs.need], self.there[pairs.office]), self.lies.at(pairs)
        decides, said = self.areas.of(pairs)
        codes = np.where(self.says_areas[pairs.office], said, self.of_reach(pairs, reach, away, lies))
        there = np.where(self.limits[pairs.office], 0, self.areas.standing(one)[decides])
        near = np.maximum(self.from_office(pairs, reach, away, lies * 2 + self.areas.settles[decides]), there)
        return codes, np.maximum(near, self.from_afar(pairs, reach))

    def of_reach(self, pairs: Pairs, reach: tables.Reach, away: Whole, lies: Whole) -> Whole:
        """Where an office states no area."""
        distance = np.where(away == NO_KM, 0, np.where(away > reach.limit_km * 10, 2, 1))
        alike = (lies * 3 + distance) * 2 + self.takes_calls[pairs.need]
        alike = ((alike * 2 + self.limits[pairs.office]) * 2 + self.has_line[pairs.office]) * 2
        alike += self.says_areas[pairs.office]

        def said(at: int) -> int:
            need, office = self.pair(pairs, at)
            km = None if away[at] == NO_KM else int(away[at]) / 10
            return code(places.place(need, replace(office, distance_km=km)))

        return looked_up(alike, said)

    def from_office(self, pairs: Pairs, reach: tables.Reach, away: Whole, alike: Whole) -> Whole:
        """Permille for the way to the office. `alike` has as its last bit whether an area settles where home is."""
        worth = halves(reach)

        def said(at: int) -> int:
            need, office = self.pair(pairs, at)
            unmeasured = replace(office, distance_km=None)
            return score.from_office(need, unmeasured, is_area_met=bool(alike[at] % 2)).permille

        by_way = worth[np.minimum(away, len(worth) - 1)]
        is_unknown = np.flatnonzero(away == NO_KM)
        if len(is_unknown):
            by_way[is_unknown] = looked_up(alike[is_unknown], lambda at: said(int(is_unknown[at])))
        return by_way

    def pair(self, pairs: Pairs, at: int) -> tuple[Need, Office]:
        return self.needs[int(pairs.need[at])], self.offices[int(pairs.office[at])]

    def from_afar(self, pairs: Pairs, reach: tables.Reach) -> Whole:
        """Permille for help that needs no way."""
        if reach.remote_permille is None:
            return np.zeros_like(pairs.need)
        held = min(reach.remote_permille, tables.REMOTE_WHILE_HELD_PERMILLE)
        worth = np.where(self.is_held[pairs.need], held, reach.remote_permille)
        return np.where(self.takes_calls[pairs.need] & self.has_line[pairs.office], worth, 0)


def spots(needs: Sequence[Need]) -> Reals:
    """Where people are on the unit sphere; no numbers where that is not known, or too wide to measure from."""
    known = [need.place if need.place and not need.place.is_area else None for need in needs]
    latitude = np.radians(np.fromiter((one.latitude if one else np.nan for one in known), dtype=np.float64))
    longitude = np.radians(np.fromiter((one.longitude if one else np.nan for one in known), dtype=np.float64))
    level = np.cos(latitude)
    return np.column_stack((level * np.cos(longitude), level * np.sin(longitude), np.sin(latitude)))


def points(offices: Sequence[Office]) -> Reals:
    return np.array([office.point or (np.nan,) * 3 for office in offices], dtype=np.float64).reshape(len(offices), 3)


def roughly(spots: Reals, beside: tuple[int, int]) -> npt.NDArray[np.float32]:
    """Spots such that the product of two is the cosine between them, and 1 or more where either is not known."""
    is_known = ~np.isnan(spots[:, 0])
    is_here, is_there = beside
    return np.column_stack(
        (
            np.nan_to_num(spots),
            np.where(is_known, is_there, 1),
            np.where(is_known, is_here, 1),
        )
    ).astype(np.float32)


def tenths(here: Reals, there: Reals) -> Whole:
    """Kilometres of each pair, to a tenth and in tenths."""
    apart = (here - there) ** 2
    chord = np.sqrt(apart[:, 0] + apart[:, 1] + apart[:, 2])
    away = np.rint(2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(1.0, chord / 2)) * 10)
    return np.where(np.isnan(away), NO_KM, np.nan_to_num(away)).astype(np.int64)


def stands(need: Need, office: Office) -> int:
    """How the states and countries of spot and office stand to each other, as a small number."""
    here = need.place
    if here is None:
        return 0
    return (
        1
        + places.is_same_state(here, office)
        + 2 * places.is_abroad(here, office.country)
        + 4 * (here.country == office.country)
        + 8 * places.is_elsewhere(here, office)
    )


@cache
def halves(reach: tables.Reach) -> Whole:
    """What each tenth of a kilometre is worth, as far as it is worth anything."""
    last = (reach.free_km + 12 * reach.half_km) * 10
    return whole(score.halved(tenth / 10, reach) for tenth in range(last + 1))
