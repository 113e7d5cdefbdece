"""Whom to look at first? What the order can be at best for those not looked at yet, so that most never need to be.

Listings stand in streams: one for each kind of help that serves, each language that the person can be served in, and
what is known of the provider. In a stream the nearest come first, so what has not been read of it yet cannot be worth
more than its help, its language and its distance allow. Who has enough, and better ones than that, may stop.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from uuid import UUID

from referral.directory.words import LanguageMode
from referral.matching import languages, score, tables
from referral.matching.answers import Part
from referral.matching.languages import LanguagePairs
from referral.matching.pair import Need, OfferedLanguage

NO_HELP, ANY_TAG, UNNAMED, INTERPRETERS = "und", "", "und", "*"  # as offers_of has them in the database
AFAR = "afar "
NOTHING_LEFT = -1_000_000


class Known(Enum):
    """What a stream's providers have told of themselves."""

    OPEN = "said that they take people"
    ANSWERED = "have answered before, or decide after a first talk"
    SILENT = "neither"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Listings that give one help in one language, as the search rows have it."""

    help_type: str
    tag: str
    known: Known
    is_afar: bool
    points: int  # the most that one of them can have, but for the way


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One listing of a stream; the chord of the unit sphere to it, where there is a place to measure from."""

    stream: int
    id: UUID
    km: float | None


@dataclass(slots=True, kw_only=True)
class Stream:
    """How far one has been read."""

    asked: Asked | None  # None: listings that are not found by distance
    read: int = 0
    most_left: int  # the most points that one not read yet can have


@dataclass(slots=True, kw_only=True)
class Pool:
    """Listings that were found and not looked at yet, with the most points that each can have."""

    need: Need
    streams: list[Stream]
    waiting: dict[UUID, int] = field(default_factory=dict[UUID, int])
    seen: set[UUID] = field(default_factory=set[UUID])

    def add(self, number: int, found: Iterable[Found], *, limit: int) -> None:
        """What was read of a stream, the nearest first; fewer than the limit is all of it."""
        stream, rows = self.streams[number], list(found)
        for row in rows:
            if row.id not in self.seen:
                self.waiting[row.id] = max(self.waiting.get(row.id, NOTHING_LEFT), self.most(stream, row.km))
        stream.read = limit
        is_all = len(rows) < limit
        stream.most_left = NOTHING_LEFT if is_all else self.most(stream, rows[-1].km)

    def most(self, stream: Stream, km: float | None) -> int:
        """What one of this stream can have at this distance."""
        if stream.asked is None:
            return stream.most_left
        return stream.asked.points + way(self.need, km, is_afar=stream.asked.is_afar)

    def best(self, at_most: int, *, above: int, is_first: bool = False) -> list[UUID]:
        """The next to look at: those that may be better than `above` and, but for the first, than all that has not been
        read.
        """
        left = above if is_first else max([above, *(stream.most_left for stream in self.streams)])
        good = [(most, id) for id, most in self.waiting.items() if most >= left]
        chosen = [id for _, id in sorted(good, key=lambda one: (-one[0], one[1]))[:at_most]]
        for id in chosen:
            del self.waiting[id]
        self.seen.update(chosen)
        return chosen

    def to_read(self, at_most: int, *, above: int) -> list[int]:
        """The streams to read on, the most promising first."""
        promising = [number for number, one in enumerate(self.streams) if one.most_left >= max(above, NOTHING_LEFT + 1)]
        return sorted(promising, key=lambda number: -self.streams[number].most_left)[:at_most]

    def promises(self) -> int:
        """The most points that anyone not looked at can have."""
        return max([NOTHING_LEFT, *self.waiting.values(), *(stream.most_left for stream in self.streams)])


# ------------------------------------------------------------- what is asked for
def part(which: Part, permille: int) -> int:
    return (tables.WEIGHTS[which] * permille + 500) // 1000


# The most that what a provider has told of itself can be worth: of one that never answered, what anybody is taken for.
_WISHES_AND_SPREAD = part(Part.WISHES, 1000) + part(Part.SPREAD, 1000)
_NEVER_ANSWERED = part(Part.LIKELY_YES, 1000 * tables.YES_PRIOR // tables.OFFER_PRIOR) + part(
    Part.SPEED, tables.SPEED_NOT_KNOWN_PERMILLE
)
TOLD = {
    Known.OPEN: _WISHES_AND_SPREAD + _NEVER_ANSWERED,
    Known.ANSWERED: _WISHES_AND_SPREAD + part(Part.LIKELY_YES, 1000) + part(Part.SPEED, 1000),
    Known.SILENT: _WISHES_AND_SPREAD + _NEVER_ANSWERED,
}


def streams_of(need: Need, tags: Mapping[str, int]) -> list[Stream]:
    """Every stream in which somebody for this need may stand; `tags` are the languages to look under. What is not
    known of a provider counts as well as it can turn out.
    """
    helps = {**serving(need), NO_HELP: 0}
    reach = tables.REACH[need.help_types[0]]
    calls = need.can_take_calls and reach.remote_permille is not None
    nearest = {is_afar: way(need, 0.0 if need.place else None, is_afar=is_afar) for is_afar in (False, True)}
    spoken = [
        (tag, part(Part.LANGUAGE, speaks), is_language_doubtful(need, tag, speaks)) for tag, speaks in tags.items()
    ]
    found: list[Stream] = []
    for help_type, worth in helps.items():
        fit = part(Part.HELP_FIT, with_others(need, worth))
        for is_afar in (False, True) if calls and help_type != NO_HELP else (False,):
            # Whoever helps from afar stands in another stream as well.
            doubts = (help_type == NO_HELP) + (need.place is None and not is_afar)
            name = AFAR + help_type if is_afar else help_type
            for tag, talk, is_doubtful in spoken:
                for known in Known:
                    points = fit + talk + TOLD[known] - score.doubt(doubts + is_doubtful + (known is Known.SILENT))
                    asked = Asked(help_type=name, tag=tag, known=known, is_afar=is_afar, points=points)
                    found.append(Stream(asked=asked, most_left=points + nearest[is_afar]))
    return found


def is_language_doubtful(need: Need, tag: str, speaks: int) -> bool:
    """Whether nothing but silence speaks for it."""
    if not need.languages:
        return need.help_types[0] not in tables.NEEDS_NO_WORDS
    silence = languages.not_known_permille(need, says_languages=tag != UNNAMED)
    return tag in {ANY_TAG, UNNAMED} and speaks <= silence


def with_others(need: Need, first: int) -> int:
    """The help that can be given, where the further needs are all met."""
    if len(need.help_types) == 1:
        return first
    return (tables.FIRST_NEED_PERMILLE * first + tables.OTHER_NEEDS_PERMILLE * 1000 + 999) // 1000


def serving(need: Need) -> dict[str, int]:
    """The kinds of help that serve the first need, best first."""
    worth = tables.SUBSTITUTES[need.help_types[0]]
    fit = [help_type for help_type, permille in worth.items() if permille >= tables.LEAST_HELP_PERMILLE]
    return {one.value: worth[one] for one in sorted(fit, key=lambda one: (worth[one], one.value), reverse=True)}


def tags_for(need: Need, offered: Iterable[str], pairs: LanguagePairs) -> dict[str, int]:
    """The languages to look under, and how well each can serve at best; `offered` are tags that listings name."""
    if need.help_types[0] in tables.NEEDS_NO_WORDS:
        return {ANY_TAG: 1000}
    found: dict[str, int] = {}
    rest = languages.not_known_permille(need, says_languages=True)
    unnamed = languages.not_known_permille(need, says_languages=False)
    for position, spoken in enumerate(need.languages):
        speaks = tables.SPEAKS_PERMILLE[min(position, len(tables.SPEAKS_PERMILLE) - 1)]
        for tag in offered:
            if how := languages.how_served(spoken, OfferedLanguage(tag=tag, mode=LanguageMode.STAFF_FLUENT), pairs):
                found[tag] = max(found.get(tag, 0), languages.bridge(spoken, tag, how, speaks).permille)
        anyone = languages.bridge(spoken, spoken, "interpreter_for_other", speaks).permille
        found[INTERPRETERS] = max(found.get(INTERPRETERS, 0), anyone)
        of_the_land = languages.bridge(spoken, spoken, "of_the_land", speaks).permille
        if languages.primary(spoken) in tables.LANGUAGE_OF_THE_LAND.values():
            unnamed = max(unnamed, of_the_land)
        if languages.primary(spoken) in tables.SPOKEN_BESIDE_OTHERS:
            rest = max(rest, of_the_land)
    return {**found, UNNAMED: unnamed, ANY_TAG: rest}


# ------------------------------------------------------------- the way
def way(need: Need, km: float | None, *, is_afar: bool) -> int:
    """The most points for place at this distance, where the court or a stated area does not decide."""
    reach = tables.REACH[need.help_types[0]]
    if need.place is None:
        near = tables.PLACE_NOT_KNOWN_PERMILLE
    elif need.place.is_area or km is None:
        near = tables.SAME_STATE_PERMILLE
    else:
        near = score.halved(round(km, 1), reach)
    if not is_afar:
        return part(Part.PLACE, near)
    afar = reach.remote_permille or 0
    held = min(afar, tables.REMOTE_WHILE_HELD_PERMILLE) if need.is_held else afar
    return part(Part.PLACE, max(near, held))


def beside(need: Need, place: int) -> Stream:
    """Listings that are found by what they state, not by distance; `place` is the most permille of their way."""
    best = max(serving(need).values(), default=0)
    points = part(Part.HELP_FIT, with_others(need, best)) + part(Part.LANGUAGE, 1000) + part(Part.PLACE, place)
    points += sum(part(which, 1000) for which in (Part.LIKELY_YES, Part.SPEED, Part.WISHES, Part.SPREAD))
    return Stream(asked=None, most_left=points)


def areas_of(need: Need) -> list[str]:
    """The areas that decide wherever the office stands, as search rows name them."""
    places = [court.id for court in (need.court, *need.courts_near) if court is not None]
    if need.place is not None and need.place.place_id is not None:
        places.append(need.place.place_id)
    return [f"for:{id}" for id in (*dict.fromkeys(places), *sorted(need.drawn))]
