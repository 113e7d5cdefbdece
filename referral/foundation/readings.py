"""What may someone's words for a place mean? Pure: words in, ways to read them out, best first.

"Nogales Son MX" may be a place of that whole name, or "nogales" in the state that people shorten to "son" in Mexico.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain

MOST_WORDS = 12
SHORTEST_SWAPPED = 6  # letters: of shorter names too many are one swap from another
LONGEST_REGION = 4  # words: "republica democratica del congo"
FIVE_DIGITS = re.compile(r"\d{5}")
FOUR_DIGITS = re.compile(r"\d{4}")  # the rest of a ZIP+4

AS_WRITTEN, WITHOUT_NOISE, REGION_FIRST, REGION_IGNORED = range(4)

SAID_BEFORE = frozenset({
    "i", "im", "am", "we", "are", "live", "living", "stay", "staying", "in", "near", "at", "around", "from", "the",
    "city", "town", "of", "downtown", "en", "cerca", "de", "del", "la", "el", "estoy", "estamos", "vivo", "vivimos",
    "ciudad", "pueblo", "centro", "zona", "mwen", "nan", "rete",
})  # fmt: skip
SAID_AFTER = frozenset({
    "city", "town", "area", "downtown", "centro", "zona", "now", "please", "ahora", "por", "favor", "metro",
})  # fmt: skip
SAID_OF_CODES = {
    "zip": "US", "zipcode": "US", "cp": "MX", "c": None, "p": "MX", "code": None, "codigo": None, "postal": None,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A state or, without `state`, a country that some words name."""

    folded: str
    country: str
    state: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One way to read the words: a name, perhaps in a country or state. The lower the rank the nearer to the words."""

    name: str
    rank: int = AS_WRITTEN
    country: str | None = None
    state: str | None = None

    @property
    def is_narrowed(self) -> bool:
        return self.country is not None


Regions = Mapping[str, list[Region]]


def spans(words: list[str]) -> list[str]:
    """Every run of words that may name a region."""
    return [
        " ".join(words[start:end])
        for start in range(len(words))
        for end in range(start + 1, min(start + LONGEST_REGION, len(words)) + 1)
    ]


def readings(words: list[str], regions: Regions) -> list[Reading]:
    """All the ways to read the words."""
    digits = [word for word in words if FIVE_DIGITS.fullmatch(word)]
    if len(digits) == 1:
        return list(dict.fromkeys(postal(digits[0], words, regions)))
    quiet = without_noise(words)
    read = [*narrowed(words, regions, AS_WRITTEN), *narrowed(quiet, regions, WITHOUT_NOISE)]
    ignoring = (Reading(name=one.name, rank=REGION_IGNORED) for one in read if one.is_narrowed)
    return list(dict.fromkeys([*read, *region_first(quiet, regions), *ignoring]))


def narrowed(words: list[str], regions: Regions, rank: int) -> Iterator[Reading]:
    """The whole as a name, then with a state, a country or both read off its end."""
    if not words:
        return
    yield Reading(name=" ".join(words), rank=rank)
    for rest, region in trailing(words, regions):
        yield Reading(name=" ".join(rest), rank=rank, country=region.country, state=region.state)
        for name, other in trailing(rest, regions):
            if other.country == region.country and (other.state is None) != (region.state is None):
                state = other.state or region.state
                yield Reading(name=" ".join(name), rank=rank, country=region.country, state=state)


def trailing(words: list[str], regions: Regions) -> Iterator[tuple[list[str], Region]]:
    for length in range(1, min(LONGEST_REGION, len(words) - 1) + 1):
        for region in regions.get(" ".join(words[-length:]), ()):
            yield words[:-length], region


def region_first(words: list[str], regions: Regions) -> Iterator[Reading]:
    """ "Texas, Houston": the region before the name."""
    for length in range(1, min(LONGEST_REGION, len(words) - 1) + 1):
        for region in regions.get(" ".join(words[:length]), ()):
            name = " ".join(words[length:])
            yield Reading(name=name, rank=REGION_FIRST, country=region.country, state=region.state)


def without_noise(words: list[str]) -> list[str]:
    """The words without what people say around a place."""
    start, end = 0, len(words)
    while start < end - 1 and words[start] in SAID_BEFORE:
        start += 1
    while end > start + 1 and words[end - 1] in SAID_AFTER:
        end -= 1
    return words[start:end]


def postal(digits: str, words: list[str], regions: Regions) -> Iterator[Reading]:
    """Five digits: a US ZIP code, and a Mexican postal code by its first two to five digits."""
    around = [word for word in words if word != digits and not FOUR_DIGITS.fullmatch(word)]
    said = {country for word in around if (country := SAID_OF_CODES.get(word))}
    places = [word for word in around if word not in SAID_OF_CODES]
    names = (digits, *(f"mxcp {digits[:length]}" for length in range(2, 6)))
    for region in regions_at_end(places, regions):
        for name in names:
            yield Reading(name=name, country=region.country, state=region.state)
    for country in said:
        for name in names:
            yield Reading(name=name, country=country)
    for name in names:
        yield Reading(name=name, rank=WITHOUT_NOISE)


def regions_at_end(words: list[str], regions: Regions) -> Iterable[Region]:
    """The states and countries that the words end in, or are."""
    return chain(regions.get(" ".join(words), ()), (region for _, region in trailing(words, regions)))


def swapped(read: list[Reading]) -> list[Reading]:
    """The long names with each pair of neighbouring letters put right: "new yrok" was to be "new york".

    Few trigrams of a short word outlive such a slip, so that likeness alone does not find it.
    """
    long = [one for one in read if len(one.name) >= SHORTEST_SWAPPED]
    return [replace(one, name=name) for one in long for name in swaps(one.name)]


def swaps(name: str) -> Iterator[str]:
    for at in range(len(name) - 1):
        if name[at] != name[at + 1]:
            yield name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def for_guessing(read: list[Reading]) -> list[Reading]:
    """The few readings worth a look for misspellings: the best narrowed ones, the whole, and the whole as one word."""
    near = [one for one in read if one.rank <= WITHOUT_NOISE]
    whole = [one for one in near if not one.is_narrowed][-1:]
    joined = [replace(one, name=one.name.replace(" ", "")) for one in whole if " " in one.name]
    narrow = [one for one in near if one.is_narrowed][:2]
    return [*(replace(one, rank=0) for one in narrow), *(replace(one, rank=1) for one in (*whole, *joined))]
