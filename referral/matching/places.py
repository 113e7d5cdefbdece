"""Does the provider help people where this person is? Stated areas decide; without them, distance and help from afar.

What nobody has stated is UNKNOWN, never a no. What is certain to be out of reach is a FAIL.
"""

from typing import assert_never
from uuid import UUID

from referral.directory.words import ServiceAreaKind
from referral.foundation.folding import fold
from referral.matching import tables
from referral.matching.answers import Rule, RuleAnswer, RuleResult, doubts, fails, passes
from referral.matching.pair import Area, Candidate, Court, Need, Spot

BEST_FIRST = (RuleAnswer.PASS, RuleAnswer.UNKNOWN, RuleAnswer.FAIL)
SETTLES_RESIDENCE = frozenset({"state", "county"})
COUNTY_WORDS = frozenset({"county", "parish", "borough", "condado", "municipio", "de"})


def place(need: Need, candidate: Candidate) -> RuleResult:
    """The rule: outside the stated area, or out of reach where none is stated."""
    found = of_areas(need, candidate) if candidate.areas else of_reach(need, candidate)
    if found.answer is RuleAnswer.PASS and limits_residence(candidate) and found.values["how"] not in SETTLES_RESIDENCE:
        return doubts(Rule.PLACE, "residence")
    return found


def limits_residence(candidate: Candidate) -> bool:
    return candidate.facts.get("residence_limit", "").strip().lower() not in tables.SAYS_NO_LIMIT


# ------------------------------------------------------------- areas
def of_areas(need: Need, candidate: Candidate) -> RuleResult:
    """One area that fits is enough; one in doubt leaves a doubt; only when all are wrong is the person outside."""
    found = min((of_area(need, area) for area in candidate.areas), key=certainty)
    if found.answer is RuleAnswer.FAIL and len(candidate.areas) > 1:
        return fails(Rule.PLACE, "areas", areas=len(candidate.areas))
    return found


def certainty(found: RuleResult) -> tuple[int, float, str, str]:
    """Best answer first, then the nearest, then by name: the order in which areas were read must not show."""
    km = found.values.get("km")
    return (
        BEST_FIRST.index(found.answer),
        float(km) if km is not None else 0.0,
        str(found.values["how"]),
        str(found.values["area"]),
    )


def of_area(need: Need, area: Area) -> RuleResult:
    match area.kind:
        case ServiceAreaKind.COURT:
            return of_court(need, area)
        case ServiceAreaKind.COUNTRY:
            return of_country(need.place, area)
        case ServiceAreaKind.STATE:
            return of_state(need.place, area)
        case ServiceAreaKind.COUNTY:
            return of_county(need.place, area)
        case ServiceAreaKind.CUSTOM if area.drawn_id is not None:
            return of_border(need, area.drawn_id, area)
        case ServiceAreaKind.FACILITY | ServiceAreaKind.PORT_OF_ENTRY | ServiceAreaKind.CUSTOM:
            return of_spot(need.place, area)
    assert_never(area.kind)


def of_court(need: Need, area: Area) -> RuleResult:
    if need.court is not None:
        return of_named_court(need.court, area)
    near = next((court for court in need.courts_near if is_court(court, area) is True), None)
    return of_near_court(need.place, near, area)


def of_named_court(court: Court, area: Area) -> RuleResult:
    match is_court(court, area):
        case True:
            return passes(Rule.PLACE, "court", area=area.name)
        case False:
            return fails(Rule.PLACE, "court", area=area.name)
        case None:
            return doubts(Rule.PLACE, "court", area=area.name)


def is_court(court: Court, area: Area) -> bool | None:
    """None where the area is known by a name only, and the names differ: courts go by several."""
    if area.place_id is not None:
        return area.place_id == court.id
    return True if fold(area.name) == fold(court.name) else None


def of_near_court(here: Spot | None, near: Court | None, area: Area) -> RuleResult:
    """No court was named: a near one is probably theirs. A state's middle point is nowhere near anything."""
    if here is None:
        return doubts(Rule.PLACE, "place_not_given", area=area.name)
    state = near.state if near is not None and near.state is not None else area.state
    km = near.distance_km if near is not None and not here.is_area else None
    if km is not None and km <= tables.COURT_NEAR_KM:
        return passes(Rule.PLACE, "court_near" if km >= 1 else "court_here", area=area.name, km=round(km, 1))
    if km is not None and km <= tables.COURT_DOUBT_KM:
        return doubts(Rule.PLACE, "court_far", area=area.name, km=round(km, 1))
    is_certain = here.state is not None and (state is not None or area.place_id is not None)
    if not is_certain or here.state == state or (here.is_area and near is not None):
        return doubts(Rule.PLACE, "court", area=area.name)
    return fails(Rule.PLACE, "court_far", area=area.name)


def of_country(here: Spot | None, area: Area) -> RuleResult:
    if here is None:
        return doubts(Rule.PLACE, "place_not_given", area=area.name)
    if area.country is None:
        return doubts(Rule.PLACE, "area", area=area.name)
    if here.country == area.country:
        return passes(Rule.PLACE, "country", area=area.name)
    return fails(Rule.PLACE, "area", area=area.name)


def of_state(here: Spot | None, area: Area) -> RuleResult:
    if here is None:
        return doubts(Rule.PLACE, "place_not_given", area=area.name)
    if is_abroad(here, area.country):
        return fails(Rule.PLACE, "area", area=area.name)
    if area.state is None or here.state is None:
        return doubts(Rule.PLACE, "area", area=area.name)
    if here.state == area.state:
        return passes(Rule.PLACE, "state", area=area.name)
    return fails(Rule.PLACE, "area", area=area.name)


def of_county(here: Spot | None, area: Area) -> RuleResult:
    if here is None:
        return doubts(Rule.PLACE, "place_not_given", area=area.name)
    if is_abroad(here, area.country) or (area.state and here.state and area.state != here.state):
        return fails(Rule.PLACE, "area", area=area.name)
    if here.county is None:
        return doubts(Rule.PLACE, "area", area=area.name)
    if county(here.county) != county(area.name):
        return fails(Rule.PLACE, "area", area=area.name)
    if area.state is None or here.state is None:  # there is an Orange County in eight states
        return doubts(Rule.PLACE, "area", area=area.name)
    return passes(Rule.PLACE, "county", area=area.name)


def county(name: str) -> str:
    """Hidalgo County, TX and Condado de Hidalgo are Hidalgo."""
    return " ".join(word for word in fold(name.split(",", 1)[0]).split() if word not in COUNTY_WORDS)


def of_spot(here: Spot | None, area: Area) -> RuleResult:
    """A detention centre, a port of entry, an area in words: certain only where it is the very place given."""
    if here is None:
        return doubts(Rule.PLACE, "place_not_given", area=area.name)
    if area.place_id is not None and area.place_id == here.place_id:
        return passes(Rule.PLACE, "spot", area=area.name)
    return doubts(Rule.PLACE, "area", area=area.name)


def of_border(need: Need, drawn: UUID, area: Area) -> RuleResult:
    """Inside or outside, where the person named a spot; the middle of a state is nowhere."""
    if need.place is None:
        return doubts(Rule.PLACE, "place_not_given", area=area.name)
    if need.place.is_area:
        return doubts(Rule.PLACE, "area", area=area.name)
    return (
        passes(Rule.PLACE, "spot", area=area.name) if drawn in need.drawn else fails(Rule.PLACE, "area", area=area.name)
    )


def is_abroad(here: Spot, country: str | None) -> bool:
    return country is not None and country != here.country


# ------------------------------------------------------------- reach
def of_reach(need: Need, candidate: Candidate) -> RuleResult:
    """No area is stated: near enough in person, or given from afar."""
    near = in_person(need, candidate)
    return from_afar(need, candidate) if near.answer is not RuleAnswer.PASS and is_remote(need, candidate) else near


def is_remote(need: Need, candidate: Candidate) -> bool:
    """Whether this help can reach this person from afar."""
    has_line = any(mode.is_remote for mode in candidate.delivery_modes)
    return has_line and need.can_take_calls and tables.REACH[need.help_types[0]].remote_permille is not None


def from_afar(need: Need, candidate: Candidate) -> RuleResult:
    if need.place is None or need.place.country == candidate.country:
        return passes(Rule.PLACE, "remote")
    return doubts(Rule.PLACE, "remote")


def in_person(need: Need, candidate: Candidate) -> RuleResult:
    here, reach = need.place, tables.REACH[need.help_types[0]]
    if here is None:
        return doubts(Rule.PLACE, "place_not_given")
    km = distance_km(need, candidate)
    if km is None:
        return by_state(here, candidate, reach)
    if km > reach.limit_km:
        answer = fails if reach.remote_permille is None else doubts
        return answer(Rule.PLACE, "far", km=km, place=here.name)
    if is_abroad(here, candidate.country):  # few people may cross the border for an appointment
        return doubts(Rule.PLACE, "border", km=km, place=here.name)
    return passes(Rule.PLACE, "near", km=km, place=here.name)


def by_state(here: Spot, candidate: Candidate, reach: tables.Reach) -> RuleResult:
    if is_abroad(here, candidate.country) and reach.remote_permille is None:
        return fails(Rule.PLACE, "abroad")
    if is_same_state(here, candidate):
        return passes(Rule.PLACE, "same_state")
    return doubts(Rule.PLACE, "not_stated")


def is_same_state(here: Spot, candidate: Candidate) -> bool:
    """A code such as BC means one thing in Mexico and another in Canada."""
    return here.state is not None and here.state == candidate.state and not is_abroad(here, candidate.country)


def is_elsewhere(here: Spot, candidate: Candidate) -> bool:
    """In another state or country, for certain."""
    differs = here.state is not None and candidate.state is not None and here.state != candidate.state
    return differs or is_abroad(here, candidate.country)


def distance_km(need: Need, candidate: Candidate) -> float | None:
    """Kilometres to 0.1 between office and person; a state or a country is too wide to measure from."""
    if need.place is None or need.place.is_area or candidate.distance_km is None:
        return None
    return round(candidate.distance_km, 1)
