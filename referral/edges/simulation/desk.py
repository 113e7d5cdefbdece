"""Who waits, who was asked, which places are left: the state of one run, and the few things that change it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from uuid import UUID

from referral.edges.simulation import cases
from referral.edges.simulation.agenda import Agenda
from referral.edges.simulation.ways import Way, Ways
from referral.edges.simulation.world import DAY_HOURS, World, stream
from referral.intake.words import UrgencyLevel
from referral.matching.planning import flow, reserves
from referral.matching.planning.choices import CODE
from referral.matching.planning.model import Ask, Option, Places
from referral.matching.planning.reserves import Supply

URGENT = reserves.MAY_USE_ALL
SEEN = timedelta(days=28)  # how far back arrivals are looked at to guess those to come
WEEK_DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One office asked about one person, with the place that is held for it."""

    person: int
    way: Way
    was_kept: bool
    passed_over: bool  # someone more urgent waited who could have had this place


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Someone who is helped: when, where, and past whom."""

    hour: float
    way: Way
    passed_over: bool


class Desk:
    """The state of one run. Times are hours since the world began."""

    def __init__(self, world: World, ways: Ways) -> None:
        self.world, self.ways = world, ways
        self.agenda = Agenda()
        self.salt = world.seed.to_bytes(8, signed=True)
        self.free = [0] * len(world.offices)
        self.kept = [0] * len(world.offices)
        self.here: set[int] = set()  # who has come, and is neither helped nor gone
        self.open: dict[int, list[Offer]] = {}
        self.asked: dict[int, set[int]] = {}
        self.matches: dict[int, Match] = {}
        self.offers = 0
        self.opened: list[int] = []  # offices with a place that has come back
        self.calls = Calls(self, stream(world.seed, "calls"))
        self.numbers = {office.id: number for number, office in enumerate(world.offices)}
        self.people = {person.id: number for number, person in enumerate(world.people)}
        self.options = [
            {
                way.office: Option(provider_id=world.offices[way.office].id, points=way.points, certain=way.is_certain)
                for way in of_person
            }
            for of_person in ways.of
        ]
        self.can_use: list[set[int]] = [set() for _ in world.offices]

    @property
    def now(self) -> float:
        return self.agenda.now

    def level(self, person: int) -> UrgencyLevel:
        return self.world.people[person].level

    def came(self, person: int) -> float:
        return self.world.people[person].came

    def organization(self, way: Way) -> UUID:
        return self.world.offices[way.office].organization_id

    # ------------------------------------------------------------- who, and where
    def arrive(self, person: int) -> None:
        self.here.add(person)
        self.asked[person] = set()
        for way in self.ways.of[person]:
            self.can_use[way.office].add(person)

    def waiting(self) -> list[int]:
        """Everyone here with no offer open who could use a place that is free, kept or not."""
        return self.waiting_for(self.with_places())

    def waiting_for(self, offices: Iterable[int]) -> list[int]:
        """Everyone here with no offer open who could go to one of these offices."""
        able = set[int]().union(*(self.can_use[office] for office in offices))
        return sorted(person for person in able if person not in self.open)

    def hoping(self, level: UrgencyLevel, *, fewer_than: int) -> list[int]:
        """People of this level with open offers, but fewer than they may have; first come, first."""
        return sorted(
            person for person, offers in self.open.items() if len(offers) < fewer_than and self.level(person) is level
        )

    def organizations_asked(self, person: int) -> set[UUID]:
        return {self.organization(offer.way) for offer in self.open.get(person, ())}

    def free_ways(self, person: int) -> list[Way]:
        """Offices that have not been asked, with a place that this person may have."""
        may_use_all, asked = self.level(person) in URGENT, self.asked[person]
        return [
            way
            for way in self.ways.of[person]
            if way.office not in asked and self.free[way.office] > (0 if may_use_all else self.kept[way.office])
        ]

    # ------------------------------------------------------------- offers
    def offer(self, person: int, way: Way) -> None:
        """Ask this office, and hold a place for the answer."""
        office, lives = way.office, self.level(person).offer_lives.total_seconds() / 3600
        was_kept = self.level(person) in URGENT and self.kept[office] > 0
        made = Offer(
            person=person,
            way=way,
            was_kept=was_kept,
            passed_over=self.passes_over(person, office),
        )
        self.take(office, was_kept=was_kept)
        self.open.setdefault(person, []).append(made)
        self.ask(person, office)
        if way.answers_after is None or way.answers_after >= lives:
            self.agenda.put(self.now + lives, lambda: self.decline(made))
        elif way.says_yes:
            self.agenda.put(self.now + way.answers_after, lambda: self.accept(made))
        else:
            self.agenda.put(self.now + way.answers_after, lambda: self.decline(made))

    def ask(self, person: int, office: int) -> None:
        self.offers += 1
        self.asked[person].add(office)
        self.can_use[office].discard(person)

    def take(self, office: int, *, was_kept: bool) -> None:
        self.free[office] -= 1
        if was_kept:
            self.kept[office] -= 1

    def passes_over(self, person: int, office: int) -> bool:
        """Whether someone more urgent waits, with no offer open, who could use a place of this office."""
        code = CODE[self.level(person)]
        return any(CODE[self.level(other)] < code and other not in self.open for other in self.can_use[office])

    def accept(self, offer: Offer) -> None:
        if offer in self.open.get(offer.person, ()):
            self.match(offer.person, offer.way, passed_over=offer.passed_over)
            self.end(offer.person, but=offer)

    def decline(self, offer: Offer) -> None:
        """No, or no answer in time."""
        offers = self.open.get(offer.person, [])
        if offer in offers:
            offers.remove(offer)
            self.give_back(offer)
            if not offers:
                del self.open[offer.person]
                self.opened += [way.office for way in self.free_ways(offer.person)]  # they wait again

    def match(self, person: int, way: Way, *, passed_over: bool) -> None:
        self.matches[person] = Match(hour=self.now, way=way, passed_over=passed_over)

    def leave(self, person: int) -> None:
        """Help would come too late now."""
        if person in self.here:
            self.end(person)

    def end(self, person: int, *, but: Offer | None = None) -> None:
        """Nobody is asked for this person any more; what was held for them, but for one, is free again."""
        self.here.discard(person)
        for way in self.ways.of[person]:
            self.can_use[way.office].discard(person)
        for offer in self.open.pop(person, []):
            if offer is not but:
                self.give_back(offer)

    def give_back(self, offer: Offer) -> None:
        office = offer.way.office
        self.free[office] += 1
        self.kept[office] += offer.was_kept
        self.opened.append(office)

    # ------------------------------------------------------------- days and plans
    def refill(self, day: int) -> list[int]:
        """Offices whose week begins. What one week leaves unused serves in the next, and is lost after that."""
        refilled = [number for number, office in enumerate(self.world.offices) if office.weekday == day % WEEK_DAYS]
        for number in refilled:
            places = self.world.offices[number].places
            self.free[number] = min(self.free[number], places) + places
            self.kept[number] = 0
        return refilled

    def plan(self, people: Iterable[int]) -> None:
        """The best assignment of these people to the places there are, and an offer for each, the urgent first."""
        free = [(person, ways) for person in people if (ways := self.free_ways(person))]
        if not free:
            return
        asks = [self.as_ask(person, ways) for person, ways in free]
        found = flow.solve(asks, [self.as_places(number) for number in self.with_places()], salt=self.salt)
        given = [(self.people[one.request_id], self.numbers[one.provider_id]) for one in found.given]
        for person, office in sorted(given, key=lambda pair: (CODE[self.level(pair[0])], pair)):
            self.offer(person, next(way for way in self.ways.of[person] if way.office == office))

    def with_places(self) -> list[int]:
        return [number for number, free in enumerate(self.free) if free > 0]

    def keep_places(self) -> None:
        """How many places wait for urgent people to come, counted anew."""
        since = self.now - SEEN.total_seconds() / 3600
        came = [number for number, person in enumerate(self.world.people) if since <= person.came < self.now]
        kept = reserves.keep(
            [self.as_ask(person, self.unasked(person)) for person in self.waiting()],
            [self.as_ask(person, self.ways.of[person]) for person in came],
            [
                Supply(places=replace(self.as_places(number), kept=0), refill_in=self.refill_in(number))
                for number in range(len(self.free))
            ],
            seen=timedelta(hours=min(self.now, SEEN.total_seconds() / 3600)),
            salt=self.salt + int(self.now).to_bytes(4),
        )
        self.kept = [kept.get(office.id, 0) for office in self.world.offices]

    def unasked(self, person: int) -> list[Way]:
        return [way for way in self.ways.of[person] if way.office not in self.asked[person]]

    def refill_in(self, office: int) -> timedelta:
        """From this morning to the one with new places."""
        today = int(self.now // DAY_HOURS)
        days = (self.world.offices[office].weekday - today) % WEEK_DAYS or WEEK_DAYS
        return timedelta(days=days)

    def as_ask(self, person: int, ways: Iterable[Way]) -> Ask:
        asked = self.world.people[person]
        return Ask(
            request_id=asked.id,
            level=asked.level,
            waited=timedelta(hours=max(0.0, self.now - asked.came)),
            options=tuple(self.options[person][way.office] for way in ways),
        )

    def as_places(self, office: int) -> Places:
        return Places(
            provider_id=self.world.offices[office].id,
            organization_id=self.world.offices[office].organization_id,
            free=self.free[office],
            kept=self.kept[office],
        )


class Calls:
    """People with a plain directory: they ring down the list, the nearest first, and begin again at its end."""

    def __init__(self, desk: Desk, chance: Random) -> None:
        self.desk, self.chance = desk, chance
        self.rung: dict[int, int] = {}

    def begin(self, person: int) -> None:
        self.rung[person] = 0
        self.next(person)

    def next(self, person: int) -> None:
        if self.desk.ways.listed[person] and self.rung[person] < cases.MOST_CALLS:
            after = self.chance.expovariate(1 / cases.HOURS_BETWEEN_CALLS)
            self.desk.agenda.put(self.desk.now + after, lambda: self.ring(person))

    def ring(self, person: int) -> None:
        if person not in self.desk.here:
            return
        listed = self.desk.ways.listed[person]
        called = listed[self.rung[person] % len(listed)]
        self.rung[person] += 1
        self.desk.offers += 1
        way = called.way
        if self.chance.random() < cases.PICKS_UP and way and self.desk.free[way.office] > 0 and way.says_yes:
            self.desk.free[way.office] -= 1
            self.desk.match(person, way, passed_over=False)
            self.desk.end(person)
        else:
            self.next(person)
