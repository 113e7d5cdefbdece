"""Which of the places that bear a name is meant? Pure: hits in, the likeliest first, and whether it stands out."""

from dataclasses import dataclass
from typing import NewType
from uuid import UUID

from referral.foundation.earth import km_between
from referral.foundation.folding import fold
from referral.foundation.readings import REGION_IGNORED
from referral.foundation.vocabulary import Word

PlaceId = NewType("PlaceId", UUID)

CLEARLY = 10  # a place is meant when it weighs so many times the next
NOISE = 50  # a town that weighs so many times less than the best is not worth asking about
FAR_NOISE = 500  # the same, measured against a state or country of that name
ACROSS_THE_BORDER = 30  # twin towns: Nogales and Nogales
TOWN_PEOPLE = 10_000
HAMLET_PEOPLE = 1_000  # fewer, and a word of a sentence may bear its name: "near the river"
FAMOUS_PEOPLE = 500_000  # more, and people everywhere have a name of their own for it
SAME_TOWN_KM = 15.0
LIKELY_SPELLING = 0.6
SPELLING_SLACK = 0.1
BORDER = ("US", "MX")


class PlaceKind(Word):
    """What sort of place it is."""

    TOWN = "town", "A town, a city or a part of one."
    STATE = "state", "A state, province or department."
    COUNTRY = "country", "A country."
    POSTAL_CODE = "postal_code", "A ZIP or postal code, or a range of them."
    PORT_OF_ENTRY = "port_of_entry", "A border crossing."
    COURT = "court", "An immigration court."
    DETENTION_CENTER = "detention_center", "A place where immigration authorities hold people."
    REGION = "region", "An area without borders of its own, or a county."


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place on the map. `state` is TX in the US, TAM in Mexico, elsewhere a name; population 0 is unknown."""

    id: PlaceId
    name: str
    kind: PlaceKind
    country: str
    state: str | None
    latitude: float
    longitude: float
    county: str | None
    time_zone: str
    population: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A place that a reading found, by which name, and how much speaks for it."""

    id: PlaceId
    name: str
    kind: PlaceKind
    country: str
    state: str | None
    latitude: float
    longitude: float
    county: str | None
    time_zone: str
    population: int
    read: str
    folded: str
    sense: str
    rank: int
    score: float
    likeness: float
    is_narrowed: bool

    @property
    def is_wide(self) -> bool:
        return self.kind in {PlaceKind.STATE, PlaceKind.COUNTRY}

    @property
    def is_sure(self) -> bool:
        """Whether the words say this name, letter for letter or nearly."""
        return self.likeness >= LIKELY_SPELLING and self.read.count(" ") == self.folded.count(" ")

    @property
    def place(self) -> Place:
        return Place(
            id=self.id,
            name=self.name,
            kind=self.kind,
            country=self.country,
            state=self.state,
            latitude=self.latitude,
            longitude=self.longitude,
            county=self.county,
            time_zone=self.time_zone,
            population=self.population,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """What some words may mean, best first; `clear` when one meaning stands out; `guessed` when spelling was bent;
    `plain` when the words themselves name the first, so that nobody need be asked whether it is meant.
    """

    candidates: tuple[Place, ...] = ()
    clear: bool = False
    guessed: bool = False
    plain: bool = False

    @property
    def best(self) -> Place | None:
        """The place that is meant, if that is clear. If not, ask."""
        return self.candidates[0] if self.clear else None


NOWHERE = Resolution()


def likeliest(hits: list[Hit]) -> list[Hit]:
    """Of the guesses those that are spelled about as nearly as the nearest."""
    if not hits:
        return []
    rank = hits[0].rank
    nearest_spelling = max(hit.likeness for hit in hits if hit.rank == rank)
    return [hit for hit in hits if hit.rank == rank and hit.likeness >= nearest_spelling - SPELLING_SLACK]


def weigh(hits: list[Hit], first: int, *, words: str = "", is_guess: bool = False) -> Resolution:
    """Put the likeliest meaning first, drop what nobody means, and say whether one stands out."""
    kept = without_noise(without_doubles(ordered(hits)))
    is_clear = stands_out(kept)
    return Resolution(
        candidates=tuple(hit.place for hit in kept[:first]),
        clear=is_clear,
        guessed=is_guess and bool(kept),
        plain=is_clear and not is_guess and is_plain(kept[0], words),
    )


def is_plain(hit: Hit, words: str) -> bool:
    """Whether the words are a name of the place, and not a rare name of it nor one word of a sentence."""
    if hit.sense == "other" and hit.population < FAMOUS_PEOPLE and not hit.is_narrowed:
        return False
    is_whole = hit.read == words or hit.is_narrowed
    return is_whole or hit.kind is not PlaceKind.TOWN or hit.population >= HAMLET_PEOPLE


def ordered(hits: list[Hit]) -> list[Hit]:
    """The hits of the reading nearest to the words, each place once; reviewed aliases first, then by weight."""
    if not hits:
        return []
    rank = min(hit.rank for hit in hits)
    nearest_reading = sorted(
        (hit for hit in hits if hit.rank == rank),
        key=lambda hit: (hit.sense != "dominant", -hit.score, str(hit.id)),
    )
    return list({hit.id: hit for hit in reversed(nearest_reading)}.values())[::-1]


def without_doubles(hits: list[Hit]) -> list[Hit]:
    """Each real place once: one town under two ids, a city and the state it fills, a code and its wider range."""
    kept: list[Hit] = []
    for hit in hits:
        if not any(is_filled_by(hit, other) for other in hits) and not any(is_same(hit, other) for other in kept):
            kept.append(hit)
    ranges = [hit for hit in kept if hit.kind is PlaceKind.POSTAL_CODE and hit.country == "MX"]
    narrowest = max(ranges, key=lambda hit: len(hit.folded), default=None)
    return [hit for hit in kept if hit not in ranges or hit is narrowest]


def is_filled_by(state: Hit, town: Hit) -> bool:
    """Whether most people of a state, or of a city state, live in a town of that name."""
    if not state.is_wide or town.kind is not PlaceKind.TOWN or state.country != town.country:
        return False
    return (state.kind is PlaceKind.COUNTRY or state.state == town.state) and 2 * town.population >= state.population


def is_same(hit: Hit, other: Hit) -> bool:
    if hit.is_wide or other.is_wide or (hit.country, hit.state) != (other.country, other.state):
        return False
    return fold(hit.name) == fold(other.name) and km_between(hit, other) <= SAME_TOWN_KM


def without_noise(hits: list[Hit]) -> list[Hit]:
    """Without the villages that share a great name, and the towns that once had it."""
    best = max((hit.score for hit in hits), default=0.0)
    best_town = max((hit.score for hit in hits if not hit.is_wide), default=0.0)
    best_called_so = max((hit.score for hit in hits if not hit.is_wide and hit.sense != "other"), default=0.0)

    def is_worth_asking(hit: Hit) -> bool:
        if hit.is_wide or hit.sense == "dominant" or is_twin_of_state(hits[0], hit):
            return True
        if hit.sense == "other" and hit.score < best_called_so:
            return False
        return hit.score * NOISE >= best_town and hit.score * FAR_NOISE >= best

    return [hit for hit in hits if is_worth_asking(hit)]


def stands_out(hits: list[Hit]) -> bool:
    """Whether the first is meant without doubt."""
    if not hits or hits[0].rank == REGION_IGNORED or not hits[0].is_sure:
        return False
    best, others = hits[0], hits[1:]
    if best.kind is PlaceKind.POSTAL_CODE:
        # Five digits that are no ZIP code are not therefore a Mexican code: ask, unless the words say Mexico.
        return not others and (best.country != "MX" or best.is_narrowed)
    if sum(hit.is_wide and hit.sense == "own" for hit in hits) > 1 or any(is_across(best, hit) for hit in others):
        return False
    if any(is_twin_of_state(best, hit) for hit in others):
        return False
    if best.sense == "dominant":
        return not any(hit.sense == "own" and hit.population >= TOWN_PEOPLE for hit in others)
    return all(best.score >= CLEARLY * hit.score for hit in others)


def is_twin_of_state(best: Hit, other: Hit) -> bool:
    """Whether a town on the other side of the border bears the name of the state: Hidalgo, and Hidalgo in Texas."""
    if best.kind is not PlaceKind.STATE or other.kind is not PlaceKind.TOWN or other.sense != "own":
        return False
    return {best.country, other.country} == set(BORDER) and other.population >= TOWN_PEOPLE


def is_across(best: Hit, other: Hit) -> bool:
    """Whether a town of the same name lies on the other side of the US-Mexico border, big enough to be meant."""
    if best.country == other.country or best.country not in BORDER or other.country not in BORDER:
        return False
    return other.population >= TOWN_PEOPLE and other.score * ACROSS_THE_BORDER >= best.score
