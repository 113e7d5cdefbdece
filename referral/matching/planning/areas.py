"""Which of the areas that offices state is a person in? The best of an office's areas decides, as for one pair."""

from collections.abc import Hashable, Sequence
from typing import assert_never
from uuid import UUID

import numpy as np

from referral.directory.words import ServiceAreaKind
from referral.matching import places, score
from referral.matching.answers import RuleResult
from referral.matching.pair import Area, Need
from referral.matching.planning.choices import Flags, Whole, flags, whole
from referral.matching.planning.classes import NOT_KNOWN, Kinds, Pairs, Table, block, code, kinds
from referral.matching.planning.question import Office

NOWHERE = -1  # the answer for an office that states no area


class Areas:
    """Every different answer there is, the best first, and which of them decides for each need and office."""

    def __init__(self, needs: Sequence[Need], offices: Sequence[Office]) -> None:
        areas = sorted({area for office in offices for area in office.areas}, key=repr)
        looks = sorted({(area.kind, area.drawn_id) for area in areas}, key=repr)
        people = kinds(needs, lambda need: tuple(what_decides(need, *one) for one in looks))
        self.results, rank = ranked(people.first, areas)
        index = {area: number for number, area in enumerate(areas)}
        stating = kinds(offices, lambda office: (office.areas, places.limits_residence(office)))
        said = np.full((len(people), len(stating)), NOWHERE, dtype=np.int64)
        for column, office in enumerate(stating.first):
            if office.areas:
                said[:, column] = rank[:, [index[area] for area in office.areas]].min(axis=1)
        self.deciding = Table(needs=people.of, offices=stating.of, said=said.astype(np.int32))
        self.limits = flags(places.limits_residence(office) for office in stating.first)
        # The last stands for NOWHERE.
        self.codes = whole([*map(code, self.results), 0])
        self.limited = whole([*map(limited, self.results), 0])
        self.settles = flags([*map(is_settled, self.results), False])
        self.said = np.where(self.limits, self.limited[said], self.codes[said])

    def below(self, most: int, need: Whole, office: Whole) -> Flags:
        """Whether the rule says less than `most`, need by office; of an office that states no area it says nothing."""
        return block(self.said < most, self.deciding.needs[need], self.deciding.offices[office])

    def of(self, pairs: Pairs) -> tuple[Whole, Whole]:
        """Which answer decides, and what the rule says."""
        decides = self.deciding.at(pairs)
        limits = self.limits[self.deciding.offices[pairs.office]]
        return decides, np.where(limits, self.limited[decides], self.codes[decides])

    def standing(self, need: Need) -> Whole:
        """For each answer the permille for standing where that is; `need` stands for all that ask for its help."""
        found = [score.from_area(need, result) for result in self.results]
        return whole([*(one.permille if one else 0 for one in found), 0])

    def is_limited(self, office: Whole) -> Flags:
        return self.limits[self.deciding.offices[office]]


def ranked(needs: Sequence[Need], areas: Sequence[Area]) -> tuple[list[RuleResult], Whole]:
    """Every different answer, the best first, and for each need and area which of them it is."""
    known: dict[Hashable, int] = {}
    results: list[RuleResult] = []
    found = np.zeros((len(needs), len(areas)), dtype=np.int64)
    alike: dict[Hashable, Kinds[Need]] = {}  # areas of one kind look at the same of a need
    for column, area in enumerate(areas):
        if (looks_at := (area.kind, area.drawn_id)) not in alike:
            alike[looks_at] = kinds(needs, lambda need, one=looks_at: what_decides(need, *one))
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


def what_decides(need: Need, kind: ServiceAreaKind, drawn_id: UUID | None) -> Hashable:
    """All of a need that an area of this kind looks at."""
    here = need.place
    match kind:
        case ServiceAreaKind.COURT:
            return need.court or by_courts(need)
        case ServiceAreaKind.COUNTRY:
            return here and here.country
        case ServiceAreaKind.STATE:
            return here and (here.country, here.state)
        case ServiceAreaKind.COUNTY:
            return here and (here.country, here.state, here.county)
        case ServiceAreaKind.CUSTOM if drawn_id is not None:
            return here and (here.is_area, drawn_id in need.drawn)
        case ServiceAreaKind.FACILITY | ServiceAreaKind.PORT_OF_ENTRY | ServiceAreaKind.CUSTOM:
            return here and (here.place_id,)
    assert_never(kind)


def by_courts(need: Need) -> Hashable:
    """Where no court was named: the near ones and the state decide."""
    here = need.place
    return (here and (here.state, here.is_area), tuple((court.id, court.distance_km) for court in need.courts_near))


def is_settled(result: RuleResult) -> bool:
    """Met, and it settles that the person lives there."""
    return score.is_met(result) and result.values["how"] in places.SETTLES_RESIDENCE


def limited(result: RuleResult) -> int:
    """The bits where the provider takes residents only."""
    return NOT_KNOWN if score.is_met(result) and not is_settled(result) else code(result)
