"""What do typed words mean? A place, a country, a language: looked up after they were sent, and never guessed.

Several meanings are offered. What nobody knows may stay as it was written, if its writer says so: a person reads it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from referral.edges.catalogues import catalogue
from referral.edges.house import House
from referral.edges.lookups import is_area
from referral.edges.web import place_words
from referral.foundation import gazetteer, languages, places
from referral.foundation.folding import fold
from referral.foundation.gazetteer import PlaceServiceUnavailable
from referral.foundation.meanings import Place, PlaceKind
from referral.intake.asking.fields import Kind
from referral.intake.asking.questions import FIELDS, OTHER
from referral.intake.asking.reading import Wrong

MOST = 6
AS_WRITTEN = "as_written"
SPOKEN = "speak_other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """One thing that the words may mean; `value` is sent back by whoever chooses it."""

    value: str
    label: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found for a page, to be kept beside its answers; or what to ask."""

    given: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    wrong: tuple[Wrong, ...] = ()
    meanings: Mapping[str, tuple[Meaning, ...]] = field(default_factory=dict[str, tuple[Meaning, ...]], repr=False)


async def look_up(house: House, given: Mapping[str, str], sent: Mapping[str, str], lang: str) -> Found:
    """Every field of these answers whose words mean something that we may know."""
    kept: dict[str, str] = {}
    wrong: list[Wrong] = []
    meanings: dict[str, tuple[Meaning, ...]] = {}
    for name, words in given.items():
        if not words or not is_looked_up(name, given):
            continue
        # A choice counts for the words it was offered for, not for others that were typed since.
        chosen = sent.get(f"{name}.choice", "") if sent.get(f"{name}.asked") == words else ""
        found = await of_field(house, name, words, chosen, lang)
        kept |= found.given
        wrong += found.wrong
        meanings |= found.meanings
    return Found(given=kept, wrong=tuple(wrong), meanings=meanings)


def is_looked_up(name: str, given: Mapping[str, str]) -> bool:
    if name == SPOKEN:
        return given.get("speak") == OTHER
    return name in FIELDS and FIELDS[name].kind in {Kind.PLACE, Kind.COUNTRY}


async def of_field(house: House, name: str, words: str, chosen: str, lang: str) -> Found:
    if chosen == AS_WRITTEN:
        return Found()
    if name == SPOKEN:
        return await language(house, words, chosen, lang)
    return await (country if FIELDS[name].kind is Kind.COUNTRY else place)(house, name, words, chosen, lang)


async def place(house: House, name: str, words: str, chosen: str, lang: str) -> Found:
    """Where somebody is. With several meanings, or a slip in the spelling, they say which."""
    at = house.database.reader
    if chosen and (known := await chosen_place(house, chosen)):
        return Found(given=kept_of(house, name, known, lang))
    try:
        found = await gazetteer.look_up(at, words, outside=house.outside, first=MOST)
    except PlaceServiceUnavailable:
        return Found(wrong=(Wrong(field=name, code="unknown_place"),), meanings={name: ()})
    # A place that came from a service outside has no row here, so it can be no request's.
    ours = [one for one in found.candidates if await places.place(at, one.id) is not None]
    if ours and found.plain:
        return Found(given=kept_of(house, name, ours[0], lang))
    meanings = tuple(
        Meaning(value=str(one.place.id), label=one.label) for one in place_words.meanings(ours, catalogue(lang, "find"))
    )
    return Found(
        wrong=(Wrong(field=name, code="which_place" if meanings else "unknown_place"),), meanings={name: meanings}
    )


async def chosen_place(house: House, id: str) -> Place | None:
    try:
        return await places.place(house.database.reader, UUID(id))
    except ValueError:
        return None


def kept_of(house: House, name: str, found: Place, lang: str) -> dict[str, str]:
    # The middle of a whole state may lie outside a circle that others in the state live in.
    is_served = is_area(found) or house.branding.serves(found, found.state)
    label = place_words.label(found, catalogue(lang, "find"), says_kind=found.kind is not PlaceKind.TOWN)
    return {
        f"{name}.id": str(found.id),
        f"{name}.name": label,
        f"{name}.country": found.country,
        f"{name}.served": "yes" if is_served else "no",
    }


async def country(house: House, name: str, words: str, chosen: str, lang: str) -> Found:
    """The country that is meant. One that nobody knows stays as it was written, once they say so."""
    try:
        found = await gazetteer.look_up(house.database.reader, words, outside=None, first=MOST)
    except PlaceServiceUnavailable:
        return Found()
    known = list(dict.fromkeys(one.country for one in found.candidates if one.kind is PlaceKind.COUNTRY))
    if chosen in known:
        known = [chosen]
    if len(known) > 1:
        meanings = tuple(Meaning(value=code, label=place_words.country(code, lang)) for code in known)
        return Found(wrong=(Wrong(field=name, code="which_place"),), meanings={name: meanings})
    if not known:
        return Found(wrong=(Wrong(field=name, code="unknown_country"),), meanings={name: ()})
    return Found(given={f"{name}.code": known[0], f"{name}.name": place_words.country(known[0], lang)})


async def language(house: House, words: str, chosen: str, lang: str) -> Found:
    """The language that is meant, of the reviewed list."""
    found = await languages.search(house.database.reader, words, in_=lang, first=MOST)
    exact = [
        one for one in found if fold(words) in {fold(name) for name in (one.name_in(lang), one.autonym, *one.aliases)}
    ]
    sure = [one for one in found if one.tag == chosen] or (exact if len(exact) == 1 else [])
    if sure:
        return Found(given={f"{SPOKEN}.tag": sure[0].tag, f"{SPOKEN}.name": sure[0].autonym})
    if not found:
        return Found(wrong=(Wrong(field=SPOKEN, code="unknown_language"),), meanings={SPOKEN: ()})
    meanings = tuple(Meaning(value=one.tag, label=f"{one.autonym} ({one.name_in(lang)})") for one in found)
    return Found(wrong=(Wrong(field=SPOKEN, code="which_language"),), meanings={SPOKEN: meanings})
