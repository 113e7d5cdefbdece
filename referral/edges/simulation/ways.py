"""Who could go where, and what would the office say? By the product's rules and points, once for each pair."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from referral.edges.simulation import cases
from referral.edges.simulation.world import START, Office, Person, World, km_between, stream
from referral.matching import rules, tables, verdicts
from referral.matching.answers import Part
from referral.matching.languages import LanguagePairs
from referral.matching.verdicts import Verdict

NO_PAIRS = LanguagePairs()


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One office that no rule excludes for one person, and what it would answer if it were asked."""

    office: int
    points: int
    is_certain: bool
    km: float
    is_remote: bool
    says_yes: bool
    answers_after: float | None  # hours; None where it never does


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One office that a directory shows to one person; `way` is None where it would turn them away."""

    office: int
    km: float
    way: Way | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """By person: where matching may send them, and what a directory shows them, the nearest first."""

    of: tuple[tuple[Way, ...], ...]
    listed: tuple[tuple[Listed, ...], ...]


def find(world: World) -> Ways:
    """Every pair of the world, judged. Answers are drawn for each pair, so that no policy changes them."""
    chance = stream(world.seed, "answers")
    found = [tuple(of_person(chance, person, world.offices)) for person in world.people]
    return Ways(
        of=tuple(tuple(one.way for one in listed if one.way is not None) for listed in found),
        listed=tuple(tuple(sorted(listed, key=lambda one: (one.km, one.office))) for listed in found),
    )


def of_person(chance: Random, person: Person, offices: tuple[Office, ...]) -> Iterator[Listed]:
    """The offices that give the help, near enough or by phone; a directory shows them whoever asks."""
    asked = person.need.help_types[0]
    reach = tables.REACH[asked]
    for number, office in enumerate(offices):
        luck, silence, pace = chance.random(), chance.random(), chance.gauss(0, cases.ANSWER_SIGMA)
        if rules.best_help(asked, office.stated.help_types)[1] < tables.LEAST_HELP_PERMILLE:
            continue
        km = round(km_between(person.x, person.y, office.x, office.y), 1)
        is_by_phone = any(mode.is_remote for mode in office.stated.delivery_modes) and reach.remote_permille is not None
        if km > reach.limit_km and not is_by_phone:
            continue
        after = office.answer_hours * cases.PACE[person.level] * math.exp(pace)
        verdict = judged(person, office, km)
        way = None
        if verdict is not None:
            way = Way(
                office=number,
                points=verdict.points,
                is_certain=not verdict.is_doubtful,
                km=km,
                is_remote=is_remote(verdict),
                says_yes=luck < office.yes_rate and is_true(person, office, km, verdict),
                answers_after=None if silence < cases.NEVER_ANSWERS else after,
            )
        yield Listed(office=number, km=km, way=way)


def judged(person: Person, office: Office, km: float) -> Verdict | None:
    """What matching says of what the office states; None where a rule excludes it."""
    candidate = replace(office.stated, distance_km=km)
    verdict = verdicts.why(person.need, candidate, pairs=NO_PAIRS, now=START)
    return verdict if verdict.is_feasible else None


def is_true(person: Person, office: Office, km: float, verdict: Verdict) -> bool:
    """Whether the office can help as it really is. Where it has left something unsaid, it may be not so."""
    if not verdict.is_doubtful:
        return True
    results = rules.judge(person.need, replace(office.true, distance_km=km), pairs=NO_PAIRS, now=START)
    return rules.is_feasible(results)


def is_remote(verdict: Verdict) -> bool:
    return any(term.code is Part.PLACE and term.values["how"] == "remote" for term in verdict.terms)
