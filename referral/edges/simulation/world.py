"""An invented network: regions, offices and people, all drawn from a seed. The same seed is the same world."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from referral.directory.words import Answer, DeliveryMode, LanguageMode, Openness
from referral.edges.simulation import cases
from referral.edges.simulation.cases import Case, Kind
from referral.foundation.vocabulary import ProtectionClaim
from referral.intake import urgency
from referral.intake.words import AgeBand, CanAfford, ConsentScope, Representation, UrgencyCriterion, UrgencyLevel
from referral.matching.pair import Candidate, Need, OfferedLanguage, Spot

START = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday; an hour of the simulation counts from here
WIDTH_KM, HEIGHT_KM, TOWN_KM = 2600.0, 1300.0, 25.0
DAY_HOURS = 24.0
CONSENTS = frozenset({ConsentScope.SHARE_SUMMARY, ConsentScope.SHARE_CONTACT, ConsentScope.MATCH_AUTOMATICALLY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large a world is. There is room for `room` of those who come.

    Nobody is counted who comes in the first `filling_days`: a network that begins with an empty queue flatters whoever
    is slow, and has no arrivals to guess from. Nor in the last `settling_days`, in which others still find help.
    """

    days: int = 90
    filling_days: int = 28
    settling_days: int = 28
    a_day: float = 24.0
    offices: int = 60
    regions: int = 12
    room: float = 2 / 3
    patience: float = 1.0  # times what cases.PATIENCE_DAYS says

    @property
    def all_days(self) -> int:
        return self.filling_days + self.days + self.settling_days


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    name: str
    x: float
    y: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """An invented office: what it states, what is true, and how it behaves."""

    id: UUID
    organization_id: UUID
    x: float
    y: float
    stated: Candidate
    true: Candidate
    places: int  # each week
    weekday: int  # when new ones come
    yes_rate: float
    answer_hours: float  # the median


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An invented person: when they come, what they need, and until when help is any use."""

    id: UUID
    came: float
    gone: float
    x: float = field(repr=False)
    y: float = field(repr=False)
    region: int
    is_rare: bool
    level: UrgencyLevel
    need: Need


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    seed: int
    size: Size
    regions: tuple[Region, ...]
    offices: tuple[Office, ...]
    people: tuple[Person, ...]

    @property
    def counted_from(self) -> float:
        return self.size.filling_days * DAY_HOURS

    @property
    def counted_until(self) -> float:
        return (self.size.filling_days + self.size.days) * DAY_HOURS

    @property
    def hours(self) -> float:
        return self.size.all_days * DAY_HOURS


def draw(seed: int, size: Size) -> World:
    """The world of this seed."""
    regions = tuple(draw_regions(stream(seed, "regions"), size.regions))
    offices = tuple(draw_offices(stream(seed, "offices"), regions, size))
    people = tuple(draw_people(stream(seed, "people"), regions, size))
    return World(seed=seed, size=size, regions=regions, offices=offices, people=people)


def stream(seed: int, name: str) -> Random:
    """Numbers of their own for each part, so that more of one changes nothing in another."""
    return Random(f"{name} {seed}")  # noqa: S311 - the same world each time, no secret


def some_id(chance: Random) -> UUID:
    return UUID(int=chance.getrandbits(128))


def moment(hour: float) -> datetime:
    return START + timedelta(hours=hour)


def km_between(x: float, y: float, other_x: float, other_y: float) -> float:
    return math.hypot(x - other_x, y - other_y)


# ------------------------------------------------------------- regions
def draw_regions(chance: Random, count: int) -> Iterator[Region]:
    for number in range(count):
        yield Region(
            name=f"region {number + 1}",
            x=chance.uniform(0, WIDTH_KM),
            y=chance.uniform(0, HEIGHT_KM),
            share=chance.uniform(0.4, 1.6),
        )


# ------------------------------------------------------------- offices
def draw_offices(chance: Random, regions: tuple[Region, ...], size: Size) -> Iterator[Office]:
    """Offices are where offices are, not where people need them: a region's draw is its own."""
    pull = [region.share * chance.uniform(0.5, 1.5) for region in regions]
    kinds = spread(chance, size.offices)
    places = shared_out([kind.size * chance.uniform(0.4, 1.6) for kind in kinds], round(size.a_day * 7 * size.room))
    organizations = [some_id(chance) for _ in range(max(1, size.offices * 7 // 10))]
    for number, kind in enumerate(kinds):
        region = chance.choices(regions, pull)[0]
        id, organization_id = some_id(chance), chance.choice(organizations)
        yes_rate = chance.betavariate(6, 3.5)
        true = candidate(chance, kind, id, organization_id, region, number, yes_rate)
        yield Office(
            id=id,
            organization_id=organization_id,
            x=chance.gauss(region.x, TOWN_KM),
            y=chance.gauss(region.y, TOWN_KM),
            true=true,
            stated=stated(chance, true),
            places=places[number],
            weekday=chance.choice((0, 0, 1, 2, 3, 4)),
            yes_rate=yes_rate,
            answer_hours=chance.lognormvariate(math.log(14), 0.4),
        )


def spread(chance: Random, count: int) -> list[Kind]:
    """Each kind as often as its share says, in a drawn order."""
    counts = shared_out([kind.share for kind in cases.KINDS], count)
    kinds = [kind for kind, times in zip(cases.KINDS, counts, strict=True) for _ in range(times)]
    chance.shuffle(kinds)
    return kinds


def shared_out(weights: list[float], total: int) -> list[int]:
    """Whole shares that add up to the total; the largest remainders are rounded up."""
    exact = [weight * total / sum(weights) for weight in weights]
    whole = [int(share) for share in exact]
    order = sorted(range(len(weights)), key=lambda number: whole[number] - exact[number])
    for number in order[: total - sum(whole)]:
        whole[number] += 1
    return whole


def candidate(
    chance: Random, kind: Kind, id: UUID, organization_id: UUID, region: Region, number: int, yes_rate: float
) -> Candidate:
    """An office as it is."""
    offers = chance.randrange(0, 25)
    remote = chance.random() < kind.by_phone
    takes_detained = chance.random() < kind.takes_detained
    return Candidate(
        provider_id=id,
        organization_id=organization_id,
        name=f"Fictional office {number + 1}",
        help_types=tuple(chance.sample(kind.help_types, chance.choice((2, len(kind.help_types))))),
        claims=(),
        languages=tuple(languages(chance)),
        interpreter_for_other=Answer.YES if chance.random() < cases.HAS_INTERPRETERS else Answer.NO,
        openness=Openness.OPEN,
        openness_stated_at=START - timedelta(days=chance.randrange(0, 10)),
        free_places=None,
        stated_places=None,
        accepts_detained=Answer.YES if takes_detained else Answer.NO,
        accepts_minors=Answer.YES if chance.random() < kind.takes_children else Answer.NO,
        minimum_age=None,
        maximum_age=None,
        facts={"low_income_only": "yes"} if chance.random() < cases.LOW_INCOME_ONLY else {},
        depth=kind.depth,
        delivery_modes=(DeliveryMode.IN_PERSON, DeliveryMode.PHONE) if remote else (DeliveryMode.IN_PERSON,),
        areas=(),
        country="US",
        state=region.name,
        distance_km=None,
        offers_made=offers,
        offers_accepted=sum(chance.random() < yes_rate for _ in range(offers)),
        last_offered_at=None,
    )


def languages(chance: Random) -> Iterator[OfferedLanguage]:
    """English, Spanish nearly always, and now and then one more, as often as it is spoken."""
    yield OfferedLanguage(tag="en", mode=LanguageMode.STAFF_FLUENT)
    if chance.random() < 0.9:
        yield OfferedLanguage(tag="es", mode=chance.choice((LanguageMode.STAFF_FLUENT, LanguageMode.INTERPRETER_PHONE)))
    others = [tag for tag in cases.LANGUAGES if tag not in {"en", "es"}]
    weights = [cases.LANGUAGES[tag] for tag in others]
    modes = (LanguageMode.STAFF_FLUENT, LanguageMode.STAFF_FLUENT, LanguageMode.INTERPRETER_PHONE, LanguageMode.RELAY)
    for tag in sorted(set(chance.choices(others, weights, k=chance.choice((0, 1, 1, 2, 4))))):
        yield OfferedLanguage(tag=tag, mode=chance.choice(modes))


def stated(chance: Random, true: Candidate) -> Candidate:
    """What the office says of itself: less than is true, nothing that is false."""
    says_languages = chance.random() < cases.SAYS_LANGUAGES
    says_detained = chance.random() < cases.SAYS_DETAINED
    says_children = chance.random() < cases.SAYS_CHILDREN
    return replace(
        true,
        languages=true.languages if says_languages else (),
        interpreter_for_other=true.interpreter_for_other if says_languages else Answer.UNKNOWN,
        accepts_detained=true.accepts_detained if says_detained else Answer.UNKNOWN,
        accepts_minors=true.accepts_minors if says_children else Answer.UNKNOWN,
    )


# ------------------------------------------------------------- people
def draw_people(chance: Random, regions: tuple[Region, ...], size: Size) -> Iterator[Person]:
    """People come at any hour, one after the other, as often each day as any other day."""
    hour = 0.0
    while (hour := hour + chance.expovariate(size.a_day / DAY_HOURS)) < size.all_days * DAY_HOURS:
        yield draw_person(chance, regions, hour, size.patience)


def draw_person(chance: Random, regions: tuple[Region, ...], hour: float, patience: float) -> Person:
    case = chance.choices(cases.CASES, [case.share for case in cases.CASES])[0]
    region = chance.choices(range(len(regions)), [region.share for region in regions])[0]
    x, y = chance.gauss(regions[region].x, TOWN_KM), chance.gauss(regions[region].y, TOWN_KM)
    first, *others = spoken(chance)
    need = draw_need(chance, case, regions[region], (first, *others), hour)
    waits = chance.uniform(*cases.PATIENCE_DAYS[need.urgency]) * DAY_HOURS * patience
    return Person(
        id=need.request_id,
        came=hour,
        gone=hour + waits,
        x=x,
        y=y,
        region=region,
        is_rare=first in cases.RARE,
        level=need.urgency,
        need=need,
    )


def spoken(chance: Random) -> list[str]:
    first = chance.choices(tuple(cases.LANGUAGES), tuple(cases.LANGUAGES.values()))[0]
    return [first, *(tag for tag, share in cases.SECOND_LANGUAGES.items() if chance.random() < share and tag != first)]


def draw_need(chance: Random, case: Case, region: Region, languages: tuple[str, ...], hour: float) -> Need:
    """What matching knows of the person. The level is computed by the product, never drawn."""
    now = moment(hour)
    hearing = now.date() + timedelta(days=chance.randint(*case.hearing_in_days)) if case.hearing_in_days else None
    age = AgeBand.UNDER_18 if case.is_child else AgeBand.ADULT
    circumstances: frozenset[UrgencyCriterion] = frozenset(case.circumstances)
    judged = urgency.judge(
        circumstances=circumstances,
        posture=case.posture,
        age=age,
        next_hearing_on=hearing,
        arrived_on=now.date() - timedelta(days=chance.randint(*case.arrived_days_ago)),
        asked_at=now,
        now=now,
    )
    return Need(
        request_id=some_id(chance),
        help_types=(chance.choice(case.help_types),),
        claims=(ProtectionClaim.ASYLUM,),
        posture=case.posture,
        languages=languages,
        place=Spot(latitude=0.0, longitude=0.0, name=region.name, country="US", state=region.name),
        age=age,
        can_afford=chance.choices((CanAfford.NO, CanAfford.PARTLY, CanAfford.YES), (80, 15, 5))[0],
        representation=Representation.NONE,
        circumstances=circumstances,
        urgency=judged.level,
        next_hearing_on=hearing,
        consents=CONSENTS,
        can_take_calls=chance.random() < 0.85,
    )
