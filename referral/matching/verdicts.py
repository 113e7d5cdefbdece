"""What do rules and points say of one listing after another, for one person? What many state alike is judged once.

Nothing is decided here: the rules are in `rules` and `places`, the points in `score`. Each of them reads a few facts of
a listing, and most listings state the same few, or nothing. So what was said is kept under the facts it was said of.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from referral.directory.words import LanguageMode
from referral.foundation.vocabulary import ProtectionClaim
from referral.matching import languages, places, rules, score, tables
from referral.matching.answers import Room, RuleAnswer, RuleResult, Term
from referral.matching.languages import LanguagePairs
from referral.matching.pair import Candidate, Need, OfferedLanguage

NOTHING_RELAXED: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What matching says of one pair, with every reason."""

    candidate: Candidate
    results: tuple[RuleResult, ...] = field(repr=False)
    terms: tuple[Term, ...] = field(repr=False)
    points: int
    doubt_points: int  # what the doubts cost in the order; the points themselves stay what the terms add up to
    room: Room
    distance_km: float | None = field(repr=False)
    is_feasible: bool
    is_doubtful: bool
    is_offerable: bool


def why(
    need: Need,
    candidate: Candidate,
    *,
    pairs: LanguagePairs,
    now: datetime,
    relaxed: frozenset[str] = NOTHING_RELAXED,
) -> Verdict:
    """The verdict on one pair, feasible or not."""
    results = rules.judge(need, candidate, pairs=pairs, now=now)
    terms = score.score(need, candidate, results, pairs=pairs, now=now)
    return Verdict(
        candidate=candidate,
        results=results,
        terms=terms,
        points=score.total(terms),
        doubt_points=score.doubt(rules.doubts_in(results)),
        room=rules.room_in(results),
        distance_km=places.distance_km(need, candidate),
        is_feasible=rules.is_feasible(results),
        is_doubtful=rules.is_doubtful(results),
        is_offerable=rules.is_offerable(results, relaxed),
    )


# ------------------------------------------------------------- many listings
@dataclass(frozen=True, slots=True)
class Said:
    """What some rules and some parts of the points say, and what it adds up to."""

    results: tuple[RuleResult, ...]
    terms: tuple[Term, ...]
    fails: bool
    doubts: int
    holds_back: bool  # by a doubt that no operator has relaxed
    points: int


Saying = Callable[[Candidate], Said]


class Judge:
    """Finds for each listing the verdict that `why` finds, and keeps what it said for those that state the same."""

    def __init__(
        self, need: Need, *, pairs: LanguagePairs, now: datetime, relaxed: frozenset[str] = NOTHING_RELAXED
    ) -> None:
        self.need, self.pairs, self.now, self.relaxed = need, pairs, now, relaxed
        facts = Facts(need, pairs)
        self.room = once(self.of_room, facts.of_room)
        self.help = once(self.of_help, facts.of_help)
        self.talk = once(self.of_talk, facts.of_talk)
        self.person = once(self.of_person, facts.of_person)
        self.time = once(self.of_time, facts.of_time)
        self.past = once(self.of_past, facts.of_past)
        self.wishes = once(self.of_wishes, facts.of_wishes)
        self.spread = once(self.of_spread, facts.of_spread)
        self.way = self.of_way if need.place else once(self.of_way, facts.of_way)  # hardly two are equally far

    def feasible(self, candidates: Iterable[Candidate]) -> list[Verdict]:
        """The verdicts on those that no rule excludes; nobody counts the points of the others."""
        return [verdict for candidate in candidates if (verdict := self.of(candidate)) is not None]

    def of(self, candidate: Candidate) -> Verdict | None:
        """None where a rule excludes it."""
        if (past := self.past(candidate)).fails or (person := self.person(candidate)).fails:
            return None
        if (helps := self.help(candidate)).fails or (talk := self.talk(candidate)).fails:
            return None
        if (room := self.room(candidate)).fails or (time := self.time(candidate)).fails:
            return None
        if (way := self.way(candidate)).fails:
            return None
        wishes, spread = self.wishes(candidate), self.spread(candidate)
        doubts = past.doubts + person.doubts + helps.doubts + talk.doubts + room.doubts + time.doubts + way.doubts
        points = helps.points + talk.points + way.points + room.points + time.points + wishes.points + spread.points
        has_room, (language, interpreter) = rules.room_of(candidate), talk.results
        return Verdict(
            candidate=candidate,
            results=(
                *(*room.results, *helps.results, language, *way.results, *person.results),
                *(interpreter, *time.results, *past.results),
            ),
            terms=(*helps.terms, *talk.terms, *way.terms, *room.terms, *time.terms, *wishes.terms, *spread.terms),
            points=points,
            doubt_points=score.doubt(doubts),
            room=has_room,
            distance_km=places.distance_km(self.need, candidate),
            is_feasible=True,
            is_doubtful=doubts > 0,
            is_offerable=has_room is Room.OPEN
            and not (doubts and any(one.holds_back for one in (past, person, helps, talk, room, time, way))),
        )

    # --------------------------------------------------------- what is said together
    def said(self, *results: RuleResult, terms: tuple[Term, ...] = ()) -> Said:
        unknown = [result.rule.value for result in results if result.answer is RuleAnswer.UNKNOWN]
        return Said(
            results=results,
            terms=terms,
            fails=any(result.answer is RuleAnswer.FAIL for result in results),
            doubts=len(unknown),
            holds_back=not self.relaxed.issuperset(unknown),
            points=score.total(terms),
        )

    def of_room(self, candidate: Candidate) -> Said:
        return self.said(rules.accepting(candidate, self.now), terms=(score.likely_yes(candidate, self.now),))

    def of_help(self, candidate: Candidate) -> Said:
        need = self.need
        found = rules.help_given(need, candidate), rules.claim(need, candidate)
        return self.said(*found, terms=(score.help_fit(need, candidate),))

    def of_talk(self, candidate: Candidate) -> Said:
        need, pairs = self.need, self.pairs
        found = rules.language(need, candidate, pairs), rules.interpreter_gender(need, candidate, pairs)
        return self.said(*found, terms=(score.language(need, candidate, pairs),))

    def of_person(self, candidate: Candidate) -> Said:
        return self.said(*rules.person(self.need, candidate))

    def of_time(self, candidate: Candidate) -> Said:
        need, now = self.need, self.now
        return self.said(rules.deadline(need, candidate, now), terms=(score.speed(need, candidate, now),))

    def of_past(self, candidate: Candidate) -> Said:
        return self.said(rules.excluded(candidate), rules.consent(self.need))

    def of_way(self, candidate: Candidate) -> Said:
        found = places.place(self.need, candidate)
        return self.said(found, terms=(score.place(self.need, candidate, (found,)),))

    def of_wishes(self, candidate: Candidate) -> Said:
        return self.said(terms=(score.wishes(self.need, candidate),))

    def of_spread(self, candidate: Candidate) -> Said:
        return self.said(terms=(score.spread(candidate),))


def once(says: Saying, facts: Callable[[Candidate], Hashable]) -> Saying:
    """The same for every listing of which `facts` are the same: all that `says` can depend on."""
    kept: dict[Hashable, Said] = {}

    def saying(candidate: Candidate) -> Said:
        key = facts(candidate)
        found = kept.get(key)
        if found is None:
            found = kept[key] = says(candidate)
        return found

    return saying


# ------------------------------------------------------------- what it can depend on
class Facts:
    """What can be read of a listing, for one person: help and languages that are of no use to them are left out."""

    def __init__(self, need: Need, pairs: LanguagePairs) -> None:
        self.need, self.pairs = need, pairs
        self.helps = frozenset(one for asked in need.help_types for one in tables.SUBSTITUTES[asked])
        self.is_understood = cache(self.understood)

    def understood(self, tag: str) -> bool:
        """Whether the person speaks it, or something near it."""
        offered = OfferedLanguage(tag=tag, mode=LanguageMode.STAFF_FLUENT)
        return any(languages.how_served(spoken, offered, self.pairs) for spoken in self.need.languages)

    @staticmethod
    def of_room(candidate: Candidate) -> Hashable:
        is_full = candidate.free_places is not None and candidate.free_places <= 0
        asked = candidate.offers_made, candidate.offers_accepted
        return candidate.openness, candidate.openness_stated_at, is_full, asked

    def of_help(self, candidate: Candidate) -> Hashable:
        of_use = tuple(one for one in candidate.help_types if one in self.helps)
        stated = not candidate.help_types, candidate.depth, candidate.claims
        if ProtectionClaim.SIJS in self.need.claims:  # an order of a state's court begins it
            return of_use, stated, candidate.state, candidate.areas
        return of_use, stated

    def of_talk(self, candidate: Candidate) -> Hashable:
        of_use = tuple((one.tag, one.mode) for one in candidate.languages if self.is_understood(one.tag))
        is_silent = not candidate.languages, not languages.spoken_languages(candidate)
        interpreters = candidate.facts.get("interpreter_gender")
        return of_use, is_silent, candidate.interpreter_for_other, candidate.country, interpreters

    @staticmethod
    def of_person(candidate: Candidate) -> Hashable:
        ages = candidate.minimum_age, candidate.maximum_age
        return candidate.accepts_detained, candidate.accepts_minors, ages, tuple(candidate.facts.items())

    @staticmethod
    def of_time(candidate: Candidate) -> Hashable:
        return candidate.openness, candidate.waitlist_days, candidate.answer_hours, candidate.start_hours

    @staticmethod
    def of_past(candidate: Candidate) -> Hashable:
        return candidate.asked_before

    def of_wishes(self, candidate: Candidate) -> Hashable:
        if not self.need.wishes:
            return None
        return tuple(candidate.facts.items()), candidate.help_types, candidate.delivery_modes

    @staticmethod
    def of_spread(candidate: Candidate) -> Hashable:
        return candidate.free_places, candidate.stated_places

    @staticmethod
    def of_way(candidate: Candidate) -> Hashable:
        """Where the person's own place is not known."""
        stated = candidate.areas, candidate.delivery_modes, candidate.facts.get("residence_limit")
        return stated, candidate.country, candidate.state, candidate.distance_km
