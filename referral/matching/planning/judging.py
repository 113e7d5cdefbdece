"""Who could go where, by all rules and points, and why can somebody go nowhere?

The rules and points are those of one pair. They are asked once for each kind of need and of office: ten million pairs,
one after the other, would take minutes.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np

from referral.foundation.vocabulary import CasePosture, HelpType, ProtectionClaim
from referral.matching import rules, score, tables
from referral.matching.answers import Part, Room, Rule
from referral.matching.pair import Need
from referral.matching.planning.choices import Flags, Whole, flags, numbers, whole
from referral.matching.planning.classes import BIT, NO, NOT_KNOWN, code, crossed, each, kinds, looked_up, points
from referral.matching.planning.helping import Helping
from referral.matching.planning.question import (
    UNCOUNTED_PLACES,
    Count,
    Office,
    Terms,
    Wanted,
    count_for,
    is_asked,
)
from referral.matching.planning.reaching import Ground
from referral.matching.planning.talking import Tongues
from referral.matching.planning.words import LeftReason

HAS_ROOM = frozenset({Room.OPEN, Room.UNKNOWN})
CLAIMS = [claim for claim in ProtectionClaim if claim is not ProtectionClaim.UNSURE]
MOST_ROWS = 2_000  # of one array; more would take memory and win nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Seats:
    """Places that are counted together, or that nobody counts."""

    id: UUID
    office: Office
    free: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Nowhere:
    """Why a request has no option at all, and which questions its person could answer."""

    reason: LeftReason
    waits_for: tuple[Rule, ...] = ()


NO_CONSENT = Nowhere(reason=LeftReason.NO_CONSENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Request `ask[k]` may go to `seat[k]`; both by their numbers."""

    ask: Whole
    seat: Whole
    points: Whole
    certain: Flags


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Every option there is, and why somebody has none."""

    seats: Sequence[Seats]
    options: Options
    nowhere: Mapping[int, Nowhere]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """Needs for one kind of help against offices: what all rules say, and the points, need by office."""

    codes: Whole
    points: Whole


class Lookup:
    """What is found out once for all kinds of help."""

    def __init__(self, wanted: Sequence[Wanted], terms: Terms) -> None:
        self.tongues = Tongues([one.need for one in wanted], terms.offices, terms.pairs)
        self.helping = Helping(terms.offices)


def seats_of(offices: Sequence[Office]) -> tuple[Seats, ...]:
    """The places of all offices: each count is one, and what is not counted is one for each office."""
    return tuple(
        Seats(id=seat_id(office, count), office=office, free=count.free if count else UNCOUNTED_PLACES)
        for office in offices
        for count in (*office.counts, None)
    )


def seat_id(office: Office, count: Count | None) -> UUID:
    return count.id if count else office.provider_id


def judged(wanted: Sequence[Wanted], terms: Terms) -> Judged:
    """Every option of every request, and why a request has none."""
    seats = seats_of(terms.offices)
    number = {seat.id: index for index, seat in enumerate(seats)}
    lookup = Lookup(wanted, terms)
    nowhere: dict[int, Nowhere] = {}
    found: list[Options] = []
    for asked, asks in by_help(wanted):
        some = [wanted[ask] for ask in asks]
        offices = [with_places(office, asked) for office in lookup.helping.serving(some[0].need)]
        looked = look(some, offices, terms, lookup)
        can = flags(office.can_be_told and rules.room_of(office) in HAS_ROOM for office in offices)
        agrees = flags(code(rules.consent(one.need)) == 0 for one in some)
        fits = (looked.codes < NO if terms.allows_unknown else looked.codes == 0) & can & agrees[:, None]
        rows, columns = np.nonzero(fits)
        seat = whole(number[seat_id(office, count_for(office, asked))] for office in offices)
        found.append(
            Options(
                ask=whole(asks)[rows],
                seat=seat[columns],
                points=looked.points[rows, columns],
                certain=looked.codes[rows, columns] == 0,
            )
        )
        for row in numbers(np.flatnonzero(~fits.any(axis=1))):
            nowhere[asks[row]] = why_nowhere(looked.codes[row], can) if agrees[row] else NO_CONSENT
    return Judged(seats=seats, options=together(found), nowhere=nowhere)


def together(found: Sequence[Options]) -> Options:
    if not found:
        return Options(ask=whole(()), seat=whole(()), points=whole(()), certain=flags(()))
    return Options(
        ask=np.concatenate([some.ask for some in found]),
        seat=np.concatenate([some.seat for some in found]),
        points=np.concatenate([some.points for some in found]),
        certain=np.concatenate([some.certain for some in found]),
    )


def by_help(wanted: Sequence[Wanted]) -> Iterator[tuple[HelpType, list[int]]]:
    """The numbers of the requests for each kind of help, not too many at once."""
    asking: dict[HelpType, list[int]] = {}
    for number, one in enumerate(wanted):
        asking.setdefault(one.need.help_types[0], []).append(number)
    for asked, asks in asking.items():
        for start in range(0, len(asks), MOST_ROWS):
            yield asked, asks[start : start + MOST_ROWS]


def with_places(office: Office, asked: HelpType) -> Office:
    """The office with the places that an offer of this help would draw on."""
    count = count_for(office, asked)
    return replace(office, free_places=count.free, stated_places=count.stated) if count else office


# ------------------------------------------------------------- all of one kind of help
def look(some: Sequence[Wanted], offices: Sequence[Office], terms: Terms, lookup: Lookup) -> Looked:
    """What all rules but consent say of each pair, and the points of all terms together."""
    needs = [one.need for one in some]
    place_codes, place_permille = Ground(needs, offices).of_needs(needs)
    talk_codes, talk_permille = lookup.tongues.between(needs, offices)
    alone = each(offices, lambda office: of_office(office, terms))
    codes = place_codes | talk_codes | of_person(needs, offices) | claims(needs, offices) | alone
    codes |= of_dates(needs, offices, terms) | between(needs, offices, terms)
    codes |= asked_before(some, offices)
    worth = points(tables.WEIGHTS[Part.PLACE], place_permille)
    worth += points(tables.WEIGHTS[Part.LANGUAGE], talk_permille)
    worth += points(tables.WEIGHTS[Part.HELP_FIT], lookup.helping.permille(needs, offices))
    worth += each(offices, lambda office: of_itself(office, terms))
    worth += how_soon(needs, offices, terms) + wished(needs, offices)
    return Looked(codes=codes, points=worth)


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


def of_person(needs: Sequence[Need], offices: Sequence[Office]) -> Whole:
    """Custody, age and means."""
    people = kinds(needs, who_asks)
    limits = kinds(offices, limits_of)

    def said(need: Need, office: Office) -> int:
        return (
            code(rules.detained(need, office))
            | code(rules.minor(need, office))
            | code(rules.age(need, office))
            | code(rules.income(need, office))
            | code(rules.household(need, office))
        )

    return crossed(people, limits, said)


def who_asks(need: Need) -> Hashable:
    in_care = need.posture is CasePosture.ORR_CUSTODY
    return (need.is_held, in_care, rules.is_child(need), need.can_afford, need.household_size)


def limits_of(office: Office) -> Hashable:
    return (
        office.accepts_detained,
        office.accepts_minors,
        office.minimum_age,
        office.maximum_age,
        rules.states_limit(office, "low_income_only"),
        office.facts.get("household_limit"),
    )


def of_dates(needs: Sequence[Need], offices: Sequence[Office], terms: Terms) -> Whole:
    """Whether help begins in time."""
    dates, paces = kinds(needs, lambda need: need.next_hearing_on), kinds(offices, pace_of)
    return crossed(dates, paces, lambda need, office: code(rules.deadline(need, office, terms.now)))


def pace_of(office: Office) -> Hashable:
    return (office.openness, office.waitlist_days, office.answer_hours, office.start_hours)


def how_soon(needs: Sequence[Need], offices: Sequence[Office], terms: Terms) -> Whole:
    """The points for speed."""
    dates, paces = kinds(needs, lambda need: (need.next_hearing_on, need.urgency)), kinds(offices, pace_of)
    return crossed(dates, paces, lambda need, office: score.speed(need, office, terms.now).points)


def wished(needs: Sequence[Need], offices: Sequence[Office]) -> Whole:
    """The points for wishes, which few people have."""
    people, facts = kinds(needs, lambda need: need.wishes), kinds(offices, what_wishes_read)
    return crossed(people, facts, lambda need, office: score.wishes(need, office).points)


def what_wishes_read(office: Office) -> Hashable:
    said = tuple(office.facts.get(fact) for fact in ("interpreter_gender", *tables.WISH_FACTS.values()))
    return (said, frozenset(office.delivery_modes), HelpType.HUM_LGBTQ in office.help_types)


def between(needs: Sequence[Need], offices: Sequence[Office], terms: Terms) -> Whole:
    """Who may interpret, for the few people for whom that matters."""
    found = np.zeros((len(needs), len(offices)), dtype=np.int64)
    for row, need in enumerate(needs):
        if need.interpreter_gender is not None:
            found[row] = whole(code(rules.interpreter_gender(need, office, terms.pairs)) for office in offices)
    return found


def claims(needs: Sequence[Need], offices: Sequence[Office]) -> Whole:
    """The kind of case: what counts is what both have in common, and before a state court where the office is."""
    asked = kinds(needs, lambda need: need.claims)
    known = np.array([[claim in need.claims for claim in CLAIMS] for need in asked.first], dtype=np.int64)[asked.of]
    taken = np.array([[claim in office.claims for claim in CLAIMS] for office in offices], dtype=np.int64)
    taken = taken.reshape(len(offices), len(CLAIMS))
    has_limit = taken.any(axis=1)
    taken[~has_limit] = 1
    shared = known @ taken.T
    local = CLAIMS.index(ProtectionClaim.SIJS)
    is_local = (shared == 1) & (known[:, [local]] * taken[:, local] == 1)
    is_unsure = flags(ProtectionClaim.UNSURE in need.claims for need in needs) | ~known.any(axis=1)
    homes, states = kinds(needs, lambda need: need.place and need.place.state), kinds(offices, states_of)
    alike = is_local * 3 + (shared > 0)
    alike = (alike * 2 + is_unsure[:, None]) * 2 + has_limit
    alike = alike * 3 + crossed(homes, states, is_in_state)
    return looked_up(alike, lambda row, column: code(rules.claim(needs[row], offices[column])))


def states_of(office: Office) -> frozenset[str]:
    return frozenset(state for state in (office.state, *(area.state for area in office.areas)) if state)


def is_in_state(need: Need, office: Office) -> int:
    """In it, elsewhere, or not known."""
    states = states_of(office)
    if need.place is None or need.place.state is None or not states:
        return 0
    return 1 if need.place.state in states else 2


def asked_before(some: Sequence[Wanted], offices: Sequence[Office]) -> Whole:
    """Whom it has been offered to already."""
    found = np.zeros((len(some), len(offices)), dtype=np.int64)
    for row, one in enumerate(some):
        if one.asked or one.refused_by:
            found[row] = NO * whole(is_asked(one, office) for office in offices)
    return found


# ------------------------------------------------------------- nowhere
def why_nowhere(codes: Whole, can: Flags) -> Nowhere:
    """The reason that is nearest to an option."""
    feasible = codes < NO
    if not feasible.any():
        return Nowhere(reason=LeftReason.NO_PROVIDER)
    reachable = feasible & can
    if not reachable.any():
        return Nowhere(reason=LeftReason.ONLY_FULL)
    unanswered = codes[reachable & (codes & NOT_KNOWN == 0)]
    if len(unanswered) == 0:
        return Nowhere(reason=LeftReason.ONLY_DOUBTFUL)
    asked = int(np.bitwise_or.reduce(unanswered))
    return Nowhere(reason=LeftReason.NEEDS_ANSWER, waits_for=tuple(rule for rule in Rule if asked & BIT[rule]))
