"""Who could help with this request, best first, and why or why not? Brings request and directory together."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from referral.directory.searching.search import Point, as_cube
from referral.foundation import places
from referral.foundation.db import Reader, value
from referral.foundation.earth import km
from referral.foundation.languages import reviewed_pairs
from referral.foundation.meanings import PlaceKind
from referral.foundation.vault import Vault
from referral.intake import consents, requests
from referral.intake.form import Facts
from referral.intake.requests import HelpRequest
from referral.intake.words import ConsentScope
from referral.matching import looking, tables, verdicts
from referral.matching.answers import Room
from referral.matching.candidates import candidate
from referral.matching.languages import LanguagePairs
from referral.matching.looking import Counts, Terms, anyone
from referral.matching.pair import Court, Need, Spot
from referral.matching.verdicts import NOTHING_RELAXED, Verdict

# The last resort between equals is drawn with the version of the rules, so anyone can draw it again.
SALT = tables.VERSION.encode()
MOST_COURTS = 100  # more than there are
MOST_SUGGESTIONS = 5
FIRST = 10  # as many as anyone reads; to a machine, places that others may take a moment before


async def ranked(
    at: Reader,
    need: Need,
    *,
    now: datetime,
    relaxed: frozenset[str] = NOTHING_RELAXED,
    first: int = FIRST,
    counts: Counts = anyone,
) -> tuple[Verdict, ...]:
    """The first feasible providers, best first; of those only that count, where `counts` says which do."""
    terms = Terms(pairs=await pairs(at), now=now, salt=SALT, relaxed=relaxed, first=first, counts=counts)
    return await looking.best(at, need, terms)


async def suggestions(at: Reader, need: Need, *, now: datetime) -> tuple[Verdict, ...]:
    """Open providers the person can turn to now. They go themselves, so nothing needs to be shared."""
    going_alone = replace(need, consents=need.consents | {ConsentScope.SHARE_SUMMARY})
    return await ranked(at, going_alone, now=now, first=MOST_SUGGESTIONS, counts=has_room)


def has_room(verdict: Verdict) -> bool:
    return verdict.room is Room.OPEN


async def verdict(at: Reader, need: Need, provider_id: UUID, *, now: datetime) -> Verdict | None:
    """What matching says of one provider, feasible or not; None where there is no such listing."""
    found = await candidate(at, need, provider_id)
    return None if found is None else verdicts.why(need, found, pairs=await pairs(at), now=now)


async def need_of(at: Reader, vault: Vault, request: HelpRequest, *, now: datetime) -> Need:
    """The request as matching reads it. Raises NotFound once it has been erased."""
    facts = requests.facts_of(vault, request)
    place = facts.place
    return need_from(
        request,
        facts,
        drawn=await drawn_at(at, place.latitude, place.longitude) if place else frozenset(),
        courts_near=() if facts.court else await courts_near(at, facts),
        consents=await consents.standing(at, request.id),
        now=now,
    )


def need_from(
    request: HelpRequest,
    facts: Facts,
    *,
    drawn: frozenset[UUID],
    courts_near: tuple[Court, ...],
    consents: frozenset[ConsentScope],
    now: datetime,
) -> Need:
    """What a request says, with what is known of where it is."""
    court = facts.court
    return Need(
        request_id=request.id,
        help_types=request.help_types,
        claims=facts.claims,
        posture=facts.posture,
        languages=request.languages,
        needs_interpreter=facts.needs_interpreter,
        interpreter_gender=facts.interpreter_gender,
        wishes=facts.wishes,
        household_size=facts.household_size,
        place=spot_of(facts),
        drawn=drawn,
        court=Court(id=court.id, name=court.name, state=court.state) if court else None,
        courts_near=courts_near,
        age=facts.age,
        can_afford=facts.can_afford,
        representation=facts.representation,
        circumstances=facts.circumstances,
        urgency=requests.urgency_of(facts, asked_at=request.created_at, now=now, raised_to=request.raised_to).level,
        next_hearing_on=facts.next_hearing_on,
        consents=consents,
    )


def spot_of(facts: Facts) -> Spot | None:
    place = facts.place
    if place is None or place.country is None:
        return None
    return Spot(
        latitude=place.latitude,
        longitude=place.longitude,
        name=place.name,
        country=place.country,
        state=place.state,
        county=place.county,
        is_area=place.kind in {PlaceKind.STATE, PlaceKind.COUNTRY, PlaceKind.REGION},
        place_id=place.place_id,
    )


async def drawn_at(at: Reader, latitude: float, longitude: float) -> frozenset[UUID]:
    """The areas drawn on the map that a spot lies in."""
    here = as_cube(Point(latitude=latitude, longitude=longitude))
    keys: list[str] = await value(at, "SELECT drawn_areas(cube($1::float8[]))", here)
    return frozenset(UUID(key.removeprefix("for:")) for key in keys)


async def courts_near(at: Reader, facts: Facts) -> tuple[Court, ...]:
    """Every immigration court near enough that the person may be before it."""
    here = facts.place
    if here is None:
        return ()
    courts = await places.nearest_courts(at, here.latitude, here.longitude, MOST_COURTS)
    near = (
        Court(
            id=court.id,
            name=court.name,
            state=court.state,
            distance_km=km(here.latitude, here.longitude, court.latitude, court.longitude),
        )
        for court in courts
    )
    return tuple(court for court in near if (court.distance_km or 0) <= tables.COURT_DOUBT_KM)


async def pairs(at: Reader) -> LanguagePairs:
    """The reviewed pairs: the same to the ear, or only partly so."""
    reviewed = await reviewed_pairs(at)
    return LanguagePairs(
        same=grouped((pair.spoken, pair.served) for pair in reviewed if not pair.is_partial),
        related=grouped((pair.spoken, pair.served) for pair in reviewed if pair.is_partial),
    )


def grouped(tags: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    served: defaultdict[str, set[str]] = defaultdict(set)
    for spoken, serves in tags:
        served[spoken].add(serves)
    return {spoken: frozenset(serves) for spoken, serves in served.items()}
