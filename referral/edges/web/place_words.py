"""What is a place called on a page? With the names of its state and country, and its kind where names alone mislead."""

from collections.abc import Sequence
from dataclasses import dataclass

from referral.foundation.area_names import country_name, state_name
from referral.foundation.meanings import Place, PlaceKind

AT_HOME = "US"  # a reader need not be told that Texas lies there
KINDS = {
    "en": {
        PlaceKind.TOWN: "city or town",
        PlaceKind.STATE: "the whole state",
        PlaceKind.COUNTRY: "the whole country",
        PlaceKind.POSTAL_CODE: "postal code",
        PlaceKind.PORT_OF_ENTRY: "border crossing",
        PlaceKind.COURT: "immigration court",
        PlaceKind.DETENTION_CENTER: "detention center",
        PlaceKind.REGION: "area",
    },
    "es": {
        PlaceKind.TOWN: "ciudad o pueblo",
        PlaceKind.STATE: "todo el estado",
        PlaceKind.COUNTRY: "todo el país",
        PlaceKind.POSTAL_CODE: "código postal",
        PlaceKind.PORT_OF_ENTRY: "cruce de la frontera",
        PlaceKind.COURT: "corte de inmigración",
        PlaceKind.DETENTION_CENTER: "centro de detención",
        PlaceKind.REGION: "zona",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """A place that words may mean, as a reader is offered it."""

    place: Place
    label: str


def called(place: Place, lang: str) -> str:
    """The name by itself."""
    return country_name(place.country, lang) if place.kind is PlaceKind.COUNTRY else place.name


def surroundings(place: Place, lang: str) -> str:
    """The state, and the country if it is another than the United States: "Texas", "Tamaulipas, Mexico"."""
    state = state_of(place)
    country = None if place.country == AT_HOME or place.kind is PlaceKind.COUNTRY else country_name(place.country, lang)
    return ", ".join(part for part in (state, country) if part)


def state_of(place: Place) -> str | None:
    """The name of its state, unless that is said already."""
    if not place.state or place.kind in {PlaceKind.STATE, PlaceKind.COUNTRY}:
        return None
    name = state_name(place.country, place.state)
    is_said = name in place.name if place.kind is PlaceKind.POSTAL_CODE else name == place.name
    return None if is_said else name


def meanings(found: Sequence[Place], lang: str) -> tuple[Meaning, ...]:
    """Each in one line that no other has; the kind is said where they are of several kinds."""
    says_kind = len({place.kind for place in found}) > 1
    return tuple(Meaning(place=place, label=label(place, lang, says_kind=says_kind)) for place in found)


def label(place: Place, lang: str, *, says_kind: bool) -> str:
    country = None if place.kind is PlaceKind.COUNTRY else country_name(place.country, lang)
    written = ", ".join(part for part in (called(place, lang), state_of(place), country) if part)
    return f"{written} ({KINDS[lang][place.kind]})" if says_kind else written
