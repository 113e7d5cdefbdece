"""Which places are there for which kind of help, and what do rules and points say of these alone?"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np

from referral.foundation.vocabulary import HelpType
from referral.matching import rules, score
from referral.matching.answers import Rule
from referral.matching.planning.choices import Whole, flags, lot, numbers, whole
from referral.matching.planning.classes import NOT_KNOWN, code, each, kinds, of_each
from referral.matching.planning.question import HAS_ROOM, UNCOUNTED_PLACES, Count, Office, Terms, count_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Seats:
    """Places that are counted together, or that nobody counts."""

    id: UUID
    office: Office  # with these places as its own
    number: int  # of the office
    free: int
    refill_seconds: int = 0


class Seating:
    """The places that the kinds of help asked for would draw on, in the order in which they are drawn."""

    def __init__(self, serving: Mapping[HelpType, Whole], terms: Terms) -> None:
        found: dict[UUID, Seats] = {}
        drawn_on: dict[HelpType, list[UUID]] = {}
        for asked, offices in serving.items():
            drawn_on[asked] = [self.take(found, terms.offices[at], at, asked) for at in numbers(offices)]
        self.seats = sorted(found.values(), key=lambda seat: (lot(terms.salt, seat.office.provider_id), seat.id))
        number = {seat.id: index for index, seat in enumerate(self.seats)}
        self.by_help = {asked: np.sort(whole(number[id] for id in ids)) for asked, ids in drawn_on.items()}
        offices = [seat.office for seat in self.seats]
        self.office = whole(seat.number for seat in self.seats)
        self.codes = of_each(kinds(offices, said_alone), lambda office: of_office(office, terms))
        self.points = each(offices, lambda office: of_itself(office, terms))
        self.can = flags(office.can_be_told and rules.room_of(office) in HAS_ROOM for office in offices)

    def take(self, found: dict[UUID, Seats], office: Office, number: int, asked: HelpType) -> UUID:
        """The places of an office that an offer of this help would draw on."""
        count = count_for(office, asked) if office.counts else None
        id = seat_id(office, count)
        if id not in found:
            free = count.free if count else UNCOUNTED_PLACES
            refill = count.refill_seconds if count else 0
            own = with_places(office, count)
            found[id] = Seats(id=id, office=own, number=number, free=free, refill_seconds=refill)
        return id


def seat_id(office: Office, count: Count | None) -> UUID:
    return count.id if count else office.provider_id


def with_places(office: Office, count: Count | None) -> Office:
    """The office with the places that an offer would draw on."""
    return replace(office, free_places=count.free, stated_places=count.stated) if count else office


def said_alone(office: Office) -> Hashable:
    """All of an office that the rules look at that look at nothing else."""
    return (rules.room_of(office), office.openness, bool(office.help_types), tuple(sorted(office.facts.items())))


def of_office(office: Office, terms: Terms) -> int:
    """The rules that look at the office alone."""
    said = code(rules.accepting(office, terms.now))
    for rule, fact in (
        (Rule.GENDER, "gender_limit"),
        (Rule.CRIMINAL_RECORD, "criminal_history"),
        (Rule.POPULATION, "population_limit"),
    ):
        said |= code(rules.unasked(rule, office, fact))
    return said | (0 if office.help_types else NOT_KNOWN)


def of_itself(office: Office, terms: Terms) -> int:
    """The points that are the office's own."""
    own = (score.likely_yes(office, terms.now), score.spread(office))
    return sum(term.points for term in own)
