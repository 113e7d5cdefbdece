"""What must be looked up before strangers' words become a search or a request: the place, the court, the languages."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from referral.directory.searching.search import Area, Point
from referral.edges.house import House
from referral.foundation import gazetteer, languages, places
from referral.foundation.errors import FieldProblem, ValidationFailed, problem
from referral.foundation.gazetteer import PlaceServiceUnavailable
from referral.foundation.languages import Lexicon
from referral.foundation.meanings import Place, PlaceKind, Resolution
from referral.intake.form import Answers, CourtNamed, LookedUp, Spot

MOST_MEANINGS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """Where, in one of three ways: a point, a place of ours, or words."""

    point: Point | None = None
    place: UUID | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a search starts; what else the words may have meant stands beside it."""

    point: Point
    place: Place | None = None
    alternatives: tuple[Place, ...] = ()
    covered_by: tuple[str, ...] | None = None


async def origin(house: House, near: Near, path: str) -> Origin:
    """Where a search starts: the likeliest meaning. A search may guess, since it shows what it took.

    Raises ValidationFailed for an unknown place or a point that is not on Earth.
    """
    if near.point is not None:
        return Origin(point=on_earth(near.point, f"{path}.point"))
    found = await meanings(house, near, path)
    if not found.candidates:
        raise ValidationFailed([unknown(near, path)])
    best, *others = found.candidates
    return Origin(point=point_of(best), place=best, alternatives=tuple(others), covered_by=areas_of(best))


def is_area(place: Place) -> bool:
    """Whether a place is a state or a country: wide, so that its point is only its middle."""
    return place.kind is PlaceKind.COUNTRY or (place.kind is PlaceKind.STATE and place.state is not None)


def areas_of(place: Place) -> tuple[str, ...]:
    """The areas a place lies in, as `listing_card.areas` writes them: its country, state and county, and itself."""
    areas = [place.country, str(place.id)]
    if place.state:
        areas.append(f"{place.country}-{place.state}")
        if place.county:
            areas.append(f"{place.country}-{place.state}/{place.county}")
    return tuple(areas)


async def area_named(house: House, country: str, state: str | None) -> Area:
    """A country or a state of it as the directory writes it. ValidationFailed for one that we do not know."""
    asked = state and state.strip().replace("\0", "?")  # Postgres knows no text with a zero, and no state has a ?
    found = await places.area(house.database.reader, country.upper(), asked)
    if found is None:
        raise ValidationFailed([problem("filter.within.country", "UNKNOWN_AREA", "We do not know this country.")])
    if state is not None and found.kind is not PlaceKind.STATE:
        raise ValidationFailed(
            [problem("filter.within.state", "UNKNOWN_AREA", "We do not know this state. Write it as Place.state does.")]
        )
    return Area(country=found.country, state=found.state if state is not None else None)


async def spot(house: House, near: Near | None, path: str) -> Spot | FieldProblem | None:
    """Where a person is. A request never guesses: with several meanings, or a slip in the spelling, the person says."""
    if near is None:
        return None
    try:
        if near.point is not None:
            return await spot_of_point(house, on_earth(near.point, f"{path}.point"))
        found = await meanings(house, near, path)
    except ValidationFailed as refused:
        return refused.problems[0]
    if not found.candidates:
        return unknown(near, path)
    return spot_of_place(found.candidates[0]) if found.plain or near.place else ambiguous(found.candidates, path)


async def looked_up(house: House, answers: Answers, near: Near | None) -> LookedUp:
    """Everything the form needs from the database."""
    return LookedUp(
        languages=await languages.known_tags(house.database.reader, answers.tags),
        place=await spot(house, near, "near"),
        court=await court(house, answers.court),
    )


async def court(house: House, id: UUID | None) -> CourtNamed | FieldProblem | None:
    if id is None:
        return None
    found = await places.place(house.database.reader, id)
    if found is None or found.kind is not PlaceKind.COURT:
        return problem(
            "court", "UNKNOWN_COURT", "This is no immigration court we know. Look it up with places(query:)."
        )
    return CourtNamed(
        id=found.id, name=found.name, state=found.state, latitude=found.latitude, longitude=found.longitude
    )


async def search_languages(house: House, tags: Sequence[str], path: str) -> tuple[str, ...]:
    """Canonical tags with every reviewed pair, so that zh finds Mandarin. ValidationFailed names each unknown tag."""
    lexicon = await house.shelf.read(house.database.reader)
    asked = set(tags_in(lexicon, tags, path))
    return tuple(sorted(asked.union(*(lexicon.served.get(tag, ()) for tag in asked))))


async def canonical_tags(house: House, tags: Sequence[str], path: str) -> tuple[str, ...]:
    """Tags as we write them. ValidationFailed names each unknown one."""
    return tags_in(await house.shelf.read(house.database.reader), tags, path)


def tags_in(lexicon: Lexicon, tags: Sequence[str], path: str) -> tuple[str, ...]:
    """The same, where the lexicon is at hand."""
    known = [lexicon.tag(tag) for tag in tags]
    if problems := [
        problem(f"{path}.{index}", "UNKNOWN_LANGUAGE", "This is no language tag we know. Look it up with languages.")
        for index, tag in enumerate(known)
        if tag is None
    ]:
        raise ValidationFailed(problems)
    return tuple(tag for tag in known if tag is not None)


# ------------------------------------------------------------- places
async def meanings(house: House, near: Near, path: str) -> Resolution:
    at = house.database.reader
    if near.place is not None:
        found = await places.place(at, near.place)
        return Resolution(candidates=(found,) if found else (), clear=found is not None)
    text = (near.text or "").strip()
    if not text:
        raise ValidationFailed([problem(f"{path}.text", "EMPTY", "Write a town, a state, or a ZIP or postal code.")])
    try:
        return await gazetteer.look_up(at, text, outside=house.outside, first=MOST_MEANINGS)
    except PlaceServiceUnavailable as refusal:
        raise ValidationFailed([problem(f"{path}.text", refusal.code, refusal.message)]) from None


def unknown(near: Near, path: str) -> FieldProblem:
    if near.place is not None:
        return problem(f"{path}.place", "UNKNOWN_PLACE", "No place has this id. Look it up with places(query:).")
    return problem(
        f"{path}.text", "UNKNOWN_PLACE", "We do not know this place. Try a larger town, the state, or the postal code."
    )


def ambiguous(candidates: Sequence[Place], path: str) -> FieldProblem:
    options = "; ".join(described(place) for place in candidates)
    asked = f"This may be: {options}." if len(candidates) > 1 else f"Did you mean {options}?"
    return problem(
        f"{path}.text",
        "AMBIGUOUS_PLACE",
        f"{asked} Write its name with the state or country, or send the id that places(query:) gives as near.place.",
    )


def described(place: Place) -> str:
    kind = "" if place.kind is PlaceKind.TOWN else f" ({place.kind.value.replace('_', ' ')})"
    return ", ".join(part for part in (place.name, place.state, place.country) if part) + kind


def on_earth(point: Point, path: str) -> Point:
    if abs(point.latitude) <= 90 and abs(point.longitude) <= 180:
        return point
    raise ValidationFailed(
        [problem(path, "OUT_OF_RANGE", "Latitude is -90 to 90 degrees, longitude -180 to 180 degrees.")]
    )


async def spot_of_point(house: House, point: Point) -> Spot:
    """A bare point lies in the areas of the nearest town."""
    town = (await places.nearest(house.database.reader, point.latitude, point.longitude))[0]
    return Spot(
        place_id=town.id,
        name=town.name,
        kind=PlaceKind.TOWN.value,
        country=town.country,
        state=town.state,
        county=town.county,
        latitude=point.latitude,
        longitude=point.longitude,
    )


def spot_of_place(place: Place) -> Spot:
    return Spot(
        place_id=place.id,
        name=place.name,
        kind=place.kind.value,
        country=place.country,
        state=place.state,
        county=place.county,
        latitude=place.latitude,
        longitude=place.longitude,
    )


def point_of(place: Place) -> Point:
    return Point(latitude=place.latitude, longitude=place.longitude)
