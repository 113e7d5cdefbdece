"""What is an entry of the atlas? The shapes that the reference files are read into, and their ids."""

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from io import StringIO
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid5

from referral.foundation.meanings import PlaceId, PlaceKind

PLACES = UUID("5f0c6a52-1c0b-5d5e-9d53-0e6d5c3f3a11")  # the namespace of ids; another would orphan every reference

HOME_COUNTRIES = frozenset({"US", "MX"})
HOME_PRIOR = 10.0  # who asks here is far likelier to mean a place in these two countries
PEOPLE_PER_ZIP = 8000  # the US has 330 million people in some 41,000 ZIP codes
ZIP_SOURCE = "zipcodes"
GUESSABLE_ALTERNATIVE_PEOPLE = 100_000
LATIN_ENDS = 0x250


class Sense(StrEnum):
    """How a name belongs to a place; see the column comment in the migration."""

    OWN = "own"
    DOMINANT = "dominant"
    OTHER = "other"


class Name(NamedTuple):
    text: str
    sense: Sense


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A place as the files give it, with all its names."""

    key: str
    kind: PlaceKind
    name: str
    country: str
    state: str | None
    admin1: str | None
    latitude: float
    longitude: float
    time_zone: str
    population: int = 0
    county: str | None = None
    weight: float
    source: str
    names: tuple[Name, ...]

    @property
    def id(self) -> PlaceId:
        return place_id(self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How a state is written and called; states.csv."""

    code: str
    name: str
    aliases: tuple[str, ...]


def place_id(key: str) -> PlaceId:
    """The id of a place from its source's own key: "geonames:285", "zip:US:78520", "court:Miami Immigration Court"."""
    return PlaceId(uuid5(PLACES, key))


def rows(path: Path, delimiter: str = ",") -> Iterator[dict[str, str]]:
    """The lines of a delimited text file, plain or gzipped."""
    packed = path.read_bytes()
    text = (gzip.decompress(packed) if path.suffix == ".gz" else packed).decode()
    quoting = csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL
    yield from csv.DictReader(StringIO(text, newline=""), delimiter=delimiter, quoting=quoting)


def parts(joined: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in joined.split(";") if part.strip())


def prior(country: str) -> float:
    return HOME_PRIOR if country in HOME_COUNTRIES else 1.0


def biggest_towns(towns: list[Entry]) -> dict[tuple[str, str | None], Entry]:
    """The most populous town of each state and, under None, of each country."""
    return {
        place: town
        for town in sorted(towns, key=lambda town: town.population)
        for place in ((town.country, town.admin1), (town.country, None))
    }


def is_guessable(entry: Entry, name: Name) -> bool:
    """A misspelling may be taken for own names and aliases, and for the Latin names of big cities."""
    if entry.kind is PlaceKind.POSTAL_CODE:
        return False
    if name.sense is not Sense.OTHER:
        return True
    return entry.population >= GUESSABLE_ALTERNATIVE_PEOPLE and all(ord(letter) < LATIN_ENDS for letter in name.text)


class Spot(NamedTuple):
    latitude: float
    longitude: float


States = dict[tuple[str, str], State]
