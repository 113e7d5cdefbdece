"""The whole plan from what is wanted: judged, solved, explained."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np

from referral.matching.planning import flow, goals, keeping
from referral.matching.planning.choices import CODE, LEVELS, NO_CAP, NOBODY, Choices, Whole, lot, numbers, whole
from referral.matching.planning.goals import Worth
from referral.matching.planning.judging import Judged, judged
from referral.matching.planning.margins import margins
from referral.matching.planning.nowhere import Nowhere
from referral.matching.planning.question import Answer, Kept, Left, OneMore, Proposed, Rival, Terms, Wanted
from referral.matching.planning.reasons import Outcome, left_reasons, outcome, rivals
from referral.matching.planning.seating import Seats

MOST_PLACES_NAMED = 10


def answer(wanted: Sequence[Wanted], terms: Terms) -> Answer:
    """The best plan there is, the same whatever order the requests and offices come in."""
    queue = drawn([one for one in wanted if not one.has_come], terms)
    found = judged(queue, terms)
    choices = with_kept(choices_of(found, queue), found.seats, wanted, terms)
    worth = goals.worth(choices, salt=terms.salt)
    chosen = flow.chosen(choices, worth)
    return replace(told(choices, worth, chosen, found.nowhere), kept=tuple(kept(choices, found.seats)))


def with_kept(choices: Choices, seats: Sequence[Seats], wanted: Sequence[Wanted], terms: Terms) -> Choices:
    """Some places wait for the urgent: as many as are known, or as those who came let expect."""
    known = whole(terms.kept.get(seat.id, 0) for seat in seats)
    if terms.seen > timedelta(0):
        past = drawn([one for one in wanted if one.has_come], terms)
        found = judged(past, terms)
        number = {seat.id: index for index, seat in enumerate(seats)}
        came = keeping.seated_alike(choices_of(found, past), [seat.id for seat in found.seats], number, choices)
        refill = whole(seat.refill_seconds for seat in seats)
        known = keeping.kept(choices, came, refill, seen=terms.seen, salt=terms.salt)
    return replace(choices, kept=np.clip(known, 0, choices.free))


def kept(choices: Choices, seats: Sequence[Seats]) -> Iterator[Kept]:
    """Where places are kept, and how many."""
    for at in numbers(np.flatnonzero(choices.kept)):
        seat = seats[at]
        yield Kept(provider_id=seat.office.provider_id, count_id=seat.id, places=int(choices.kept[at]))


def drawn(wanted: Sequence[Wanted], terms: Terms) -> Sequence[Wanted]:
    """The order in which they are drawn: whoever knows the salt can draw it again."""
    return sorted(wanted, key=lambda one: lot(terms.salt, one.need.request_id))


def told(choices: Choices, worth: Worth, chosen: Whole, nowhere: Mapping[int, Nowhere]) -> Answer:
    """The plan in words: who, why, who is left, and what one more place would change."""
    made = outcome(choices, worth, chosen)
    return Answer(
        proposed=tuple(proposed(made, chosen)),
        left=tuple(left(made, nowhere)),
        one_more=one_more(made, chosen),
    )


def choices_of(found: Judged, wanted: Sequence[Wanted]) -> Choices:
    """The arrays to solve; `wanted` is sorted as they are drawn, as seats are."""
    seats, options = found.seats, found.options
    organizations = {id: index for index, id in enumerate(sorted({seat.office.organization_id for seat in seats}))}
    free = whole(max(0, seat.free) for seat in seats)
    return Choices(
        request_ids=[one.need.request_id for one in wanted],
        provider_ids=[seat.office.provider_id for seat in seats],
        level=whole(CODE[one.need.urgency] for one in wanted),
        waited=whole(int(one.waited.total_seconds()) for one in wanted),
        takes=np.ones(len(wanted), dtype=np.int64),
        free=free,
        kept=np.zeros_like(free),
        organization=whole(organizations[seat.office.organization_id] for seat in seats),
        cap=np.full(len(organizations), NO_CAP, dtype=np.int64),
        ask=options.ask,
        place=options.seat,
        points=options.points,
        certain=options.certain,
    )


def proposed(made: Outcome, chosen: Whole) -> Iterator[Proposed]:
    """The proposals, the most urgent first."""
    choices, wanting = made.choices, rivals(made, chosen)
    order = chosen[np.argsort(-made.worth.total[chosen], kind="stable")]
    for pair, ask, place, points, certain in zip(
        numbers(order),
        numbers(choices.ask[order]),
        numbers(choices.place[order]),
        numbers(choices.points[order]),
        numbers(choices.certain[order].astype(np.int64)),
        strict=True,
    ):
        yield Proposed(
            request_id=choices.request_ids[ask],
            provider_id=choices.provider_ids[place],
            points=points,
            is_certain=bool(certain),
            rivals=tuple(Rival(request_id=choices.request_ids[one.ask], why=one.why) for one in wanting[pair]),
        )


def left(made: Outcome, nowhere: Mapping[int, Nowhere]) -> Iterator[Left]:
    """Everyone who is left, the most urgent first, each with why."""
    ids, level = made.choices.request_ids, numbers(made.choices.level)
    whys = [(level[ask], ask, one.reason, one.waits_for) for ask, one in nowhere.items()]
    whys += [(level[ask], ask, reason, ()) for ask, reason in left_reasons(made)]
    for _, ask, reason, waits_for in sorted(whys, key=lambda why: why[:2]):
        yield Left(request_id=ids[ask], reason=reason, waits_for=waits_for)


def one_more(made: Outcome, chosen: Whole) -> tuple[OneMore, ...]:
    """Where one more place would serve one more person, where it would count most."""
    choices = made.choices
    margin = margins(choices, made.worth, chosen)
    helps = np.flatnonzero(margin.serves != NOBODY)
    best = helps[np.argsort(-margin.gain[helps], kind="stable")][:MOST_PLACES_NAMED]
    return tuple(
        OneMore(
            provider_id=choices.provider_ids[place],
            request_id=choices.request_ids[int(margin.serves[place])],
            level=LEVELS[int(choices.level[margin.serves[place]])],
        )
        for place in numbers(best)
    )
