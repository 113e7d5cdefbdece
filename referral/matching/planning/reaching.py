"""Where are people to offices: what does the rule of place say of each pair, and how much of its points are there?

The same functions say it as for one pair, once for each kind of pair; only distances are reckoned for all of them.
"""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from functools import cache
from typing import assert_never

import numpy as np

from referral.directory.words import ServiceAreaKind
from referral.foundation.earth import EARTH_RADIUS_KM
from referral.matching import places, score, tables
from referral.matching.answers import RuleResult
from referral.matching.pair import Area, Need
from referral.matching.planning.choices import Whole, flags, numbers, whole
from referral.matching.planning.classes import NOT_KNOWN, Kinds, code, crossed, kinds, looked_up
from referral.matching.planning.question import Office, on_the_sphere

NO_KM = -1  # of tenths of a kilometre: not known


class Ground:
    """Needs for one kind of help, and offices that may give it: arrays of need by office."""

    def __init__(self, needs: Sequence[Need], offices: Sequence[Office]) -> None:
        spots, asked = kinds(needs, spot_key), needs[0].help_types[0]
        self.needs = spots.first
        self.offices, self.reach = offices, tables.REACH[asked]
        self.is_case_work = asked in tables.CASE_WORK
        self.tenths = tenths(self.needs, offices)
        self.lies = lies(self.needs, offices)
        self.has_line = [any(mode.is_remote for mode in office.delivery_modes) for office in offices]
        self.says_areas = flags(bool(office.areas) for office in offices)
        self.codes = np.zeros(self.tenths.shape, dtype=np.int64)
        self.is_home = np.zeros(self.tenths.shape, dtype=np.bool_)  # an area settles that the person lives in it
        self.there = np.zeros(self.tenths.shape, dtype=np.int64)  # permille for standing where the court is
        self.of_reach()
        self.of_areas()
        self.spot = spots.of
        self.near = np.maximum(self.from_office(), self.there)

    def of_reach(self) -> None:
        """Offices that state no area."""
        columns = numbers(np.flatnonzero(~self.says_areas))
        known = self.tenths[:, columns]
        distance = np.where(known == NO_KM, 0, np.where(known > self.reach.limit_km * 10, 2, 1))
        calls = whole(need.can_take_calls for need in self.needs)[:, None]
        kind = whole(2 * places.limits_residence(self.offices[at]) + self.has_line[at] for at in columns)
        alike = ((self.lies[:, columns] * 3 + distance) * 2 + calls) * 4 + kind

        def said(row: int, column: int) -> int:
            return code(places.place(self.needs[row], self.seen(row, columns[column])))

        self.codes[:, columns] = looked_up(alike, said)

    def seen(self, row: int, column: int) -> Office:
        """The office from that spot."""
        away = int(self.tenths[row, column])
        return replace(self.offices[column], distance_km=None if away == NO_KM else away / 10)

    def of_areas(self) -> None:
        """Offices that state areas: the best of these decides, as for one pair."""
        areas = sorted({area for office in self.offices for area in office.areas}, key=repr)
        if not areas:
            return
        best, rank = ranked(self.needs, areas)
        index = {area: number for number, area in enumerate(areas)}
        codes = {False: whole(map(code, best)), True: whole(map(limited, best))}
        is_home, there = flags(map(is_settled, best)), whole(map(self.met, best))
        for column in numbers(np.flatnonzero(self.says_areas)):
            office = self.offices[column]
            limits = places.limits_residence(office)
            decides = rank[:, [index[area] for area in office.areas]].min(axis=1)
            self.codes[:, column] = codes[limits][decides]
            self.is_home[:, column] = is_home[decides]
            self.there[:, column] = 0 if limits else there[decides]

    def met(self, result: RuleResult) -> int:
        """Permille for standing where that is."""
        found = score.from_area(self.needs[0], result)
        return found.permille if found else 0

    def from_office(self) -> Whole:
        """Permille for the way to the office."""
        worth = halves(self.reach)
        by_way = worth[np.minimum(self.tenths, len(worth) - 1)]
        alike = self.lies * 2 + self.is_home

        def said(row: int, column: int) -> int:
            office = replace(self.offices[column], distance_km=None)
            is_home = bool(self.is_home[row, column])
            return score.from_office(self.needs[row], office, is_area_met=is_home).permille

        return np.where(self.tenths == NO_KM, looked_up(alike, said), by_way)

    def of_needs(self, needs: Sequence[Need]) -> tuple[Whole, Whole]:
        """The rule's bits and the permille of place for each need and office."""
        near, afar = self.near[self.spot], self.reach.remote_permille
        if afar is None:
            return self.codes[self.spot], near
        held = min(afar, tables.REMOTE_WHILE_HELD_PERMILLE)
        worth = whole((held if need.is_held else afar) if need.can_take_calls else 0 for need in needs)
        return self.codes[self.spot], np.maximum(near, worth[:, None] * whole(self.has_line))


def spot_key(need: Need) -> Hashable:
    near = () if need.court is not None else tuple((court.id, court.distance_km) for court in need.courts_near)
    return (need.place, need.drawn, need.court, near, need.can_take_calls)


def tenths(needs: Sequence[Need], offices: Sequence[Office]) -> Whole:
    """Kilometres from each spot to each office, to a tenth and in tenths."""
    here = np.array([on_the_sphere(need.place) or (np.nan,) * 3 for need in needs]).reshape(len(needs), 3)
    there = np.array([office.point or (np.nan,) * 3 for office in offices]).reshape(len(offices), 3)
    apart = [(here[:, [axis]] - there[:, axis]) ** 2 for axis in range(3)]
    chord = np.sqrt(apart[0] + apart[1] + apart[2])
    away = 2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(1.0, chord / 2))
    is_wide = flags(need.place is None or need.place.is_area for need in needs)
    is_known = ~np.isnan(away) & ~is_wide[:, None]
    return np.where(is_known, np.rint(np.nan_to_num(away) * 10), NO_KM).astype(np.int64)


def lies(needs: Sequence[Need], offices: Sequence[Office]) -> Whole:
    """How the states and countries of spot and office stand to each other, as a small number."""
    lands = kinds(needs, lambda need: need.place and (need.place.country, need.place.state))
    homes = kinds(offices, lambda office: (office.country, office.state))
    return crossed(lands, homes, stands)


def stands(need: Need, office: Office) -> int:
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


# ------------------------------------------------------------- areas
def ranked(needs: Sequence[Need], areas: Sequence[Area]) -> tuple[list[RuleResult], Whole]:
    """Every different answer, the best first, and for each need and area which of them it is."""
    known: dict[Hashable, int] = {}
    results: list[RuleResult] = []
    found = np.zeros((len(needs), len(areas)), dtype=np.int64)
    alike: dict[Hashable, Kinds[Need]] = {}  # areas of one kind look at the same of a need
    for column, area in enumerate(areas):
        if (looks_at := (area.kind, area.drawn_id)) not in alike:
            alike[looks_at] = kinds(needs, lambda need, area=area: what_decides(need, area))
        said: list[int] = []
        for need in alike[looks_at].first:
            result = places.of_area(need, area)
            number = known.setdefault(places.certainty(result), len(results))
            if number == len(results):
                results.append(result)
            said.append(number)
        found[:, column] = whole(said)[alike[looks_at].of]
    order = sorted(range(len(results)), key=lambda number: places.certainty(results[number]))
    rank = np.empty(len(results), dtype=np.int64)
    rank[order] = np.arange(len(results))
    return [results[number] for number in order], rank[found]


def what_decides(need: Need, area: Area) -> Hashable:
    """All of a need that an area of this kind looks at."""
    here = need.place
    match area.kind:
        case ServiceAreaKind.COURT:
            return need.court or spot_key(need)
        case ServiceAreaKind.COUNTRY:
            return here and here.country
        case ServiceAreaKind.STATE:
            return here and (here.country, here.state)
        case ServiceAreaKind.COUNTY:
            return here and (here.country, here.state, here.county)
        case ServiceAreaKind.CUSTOM if area.drawn_id is not None:
            return here and (here.is_area, area.drawn_id in need.drawn)
        case ServiceAreaKind.FACILITY | ServiceAreaKind.PORT_OF_ENTRY | ServiceAreaKind.CUSTOM:
            return here and (here.place_id,)
    assert_never(area.kind)


def is_settled(result: RuleResult) -> bool:
    """Met, and it settles that the person lives there."""
    return score.is_met(result) and result.values["how"] in places.SETTLES_RESIDENCE


def limited(result: RuleResult) -> int:
    """The bits where the provider takes residents only."""
    return NOT_KNOWN if score.is_met(result) and not is_settled(result) else code(result)
