"""What is a place called on a page? With the names of its state and country, and its kind where names alone mislead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from referral.edges.catalogues import Catalogue, locale
from referral.foundation.area_names import country_name, state_name
from referral.foundation.autonyms import SOURCE
from referral.foundation.meanings import Place, PlaceKind

NAMED = ("en", "es")  # the languages in which our own lists name countries
AT_HOME = "US"  # a reader need not be told that Texas lies there


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """A place that words may mean, as a reader is offered it."""

    place: Place
    label: str


def country(code: str, lang: str) -> str:
    """A country by its name in this language, else in English."""
    if lang in NAMED:
        return country_name(code, lang)
    named = cast("Mapping[str, str]", locale(lang).territories)
    return named.get(code) or country_name(code, SOURCE)


def called(place: Place, lang: str) -> str:
    """The name by itself."""
    return country(place.country, lang) if place.kind is PlaceKind.COUNTRY else place.name


def surroundings(place: Place, lang: str) -> str:
    """The state, and the country if it is another than the United States: "Texas", "Tamaulipas, Mexico"."""
    state = state_of(place)
    is_told = place.country != AT_HOME and place.kind is not PlaceKind.COUNTRY
    return ", ".join(part for part in (state, country(place.country, lang) if is_told else None) if part)


def state_of(place: Place) -> str | None:
    """The name of its state, unless that is said already."""
    if not place.state or place.kind in {PlaceKind.STATE, PlaceKind.COUNTRY}:
        return None
    name = state_name(place.country, place.state)
    is_said = name in place.name if place.kind is PlaceKind.POSTAL_CODE else name == place.name
    return None if is_said else name


def meanings(found: Sequence[Place], t: Catalogue) -> tuple[Meaning, ...]:
    """Each in one line that no other has; the kind is said where they are of several kinds."""
    says_kind = len({place.kind for place in found}) > 1
    return tuple(Meaning(place=place, label=label(place, t, says_kind=says_kind)) for place in found)


def label(place: Place, t: Catalogue, *, says_kind: bool) -> str:
    land = None if place.kind is PlaceKind.COUNTRY else country(place.country, t.lang)
    written = ", ".join(part for part in (called(place, t.lang), state_of(place), land) if part)
    return f"{written} ({t.of('find.kinds', place.kind)})" if says_kind else written
