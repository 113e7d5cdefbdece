"""What is a plan asked with, and what does it answer? Plain values that go to another process and come back."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt
from uuid import UUID

from referral.foundation.earth import EARTH_RADIUS_KM
from referral.foundation.vocabulary import HelpType
from referral.intake.words import UrgencyLevel
from referral.matching import rules
from referral.matching.answers import Room, Rule
from referral.matching.languages import LanguagePairs
from referral.matching.pair import Candidate, Need, Spot
from referral.matching.planning.words import LeftReason, Weaker

HAS_ROOM = frozenset({Room.OPEN, Room.UNKNOWN})
UNCOUNTED_PLACES = 3  # an office that counts no places is not buried under one plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Places that are counted together: for one kind of help, or for any."""

    id: UUID
    help_type: HelpType | None = None
    free: int
    stated: int
    refill_seconds: int = 0  # until its next places come; 0 where nobody can say: then none is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Office(Candidate):
    """A provider before anyone asks for it: what depends on the request is not filled in yet."""

    point: tuple[float, ...] | None = None  # on the unit sphere; None where it is not known or hidden
    counts: tuple[Count, ...] = ()  # the most free first


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One request that asks for a place."""

    need: Need
    waited: timedelta
    asked: frozenset[UUID] = frozenset()  # providers that have had it
    refused_by: frozenset[UUID] = frozenset()  # organizations with a conflict of interest
    has_come: bool = False  # not planned for: an urgent request of the last weeks, and more like it will come


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What holds for all of them."""

    offices: tuple[Office, ...]
    pairs: LanguagePairs
    allows_unknown: bool
    salt: bytes
    now: datetime
    kept: dict[UUID, int] = field(default_factory=dict[UUID, int])  # by count: places that only the urgent may have
    seen: timedelta = timedelta(0)  # within which those came who `has_come`; with it the kept places are found anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """A request that also wanted the place, and why its claim is weaker."""

    request_id: UUID
    why: Weaker


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """One request proposed to one provider."""

    request_id: UUID
    provider_id: UUID
    points: int
    is_certain: bool
    rivals: tuple[Rival, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A request that nobody is proposed for, why, and which questions the person could answer."""

    request_id: UUID
    reason: LeftReason
    waits_for: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OneMore:
    """One more place here would serve one more request."""

    provider_id: UUID
    request_id: UUID
    level: UrgencyLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """So many places of a count wait for urgent people who are expected."""

    provider_id: UUID
    count_id: UUID
    places: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The plan."""

    proposed: tuple[Proposed, ...]
    left: tuple[Left, ...]
    one_more: tuple[OneMore, ...] = field(default=())
    kept: tuple[Kept, ...] = field(default=())


def help_offered(asked: HelpType, offered: Sequence[HelpType]) -> HelpType:
    """The kind of help that would be given; the one asked for where none is stated."""
    return rules.best_help(asked, tuple(offered))[0] if offered else asked


def count_for(office: Office, asked: HelpType) -> Count | None:
    """The count that an offer would draw on: that of the help given, else the general one."""
    if all(count.help_type is None for count in office.counts):
        return office.counts[0] if office.counts else None
    given = help_offered(asked, office.help_types)
    own = next((count for count in office.counts if count.help_type is given), None)
    return own or next((count for count in office.counts if count.help_type is None), None)


def seen_by(wanted: Wanted, office: Office) -> Office:
    """The provider as this request sees it."""
    count = count_for(office, wanted.need.help_types[0])
    return replace(
        office,
        free_places=count.free if count else None,
        stated_places=count.stated if count else None,
        distance_km=distance_km(wanted.need.place, office.point),
        asked_before=is_asked(wanted, office),
    )


def is_asked(wanted: Wanted, office: Office) -> bool:
    """Whether it has been offered there, or its organization has a conflict of interest."""
    return office.provider_id in wanted.asked or office.organization_id in wanted.refused_by


def distance_km(here: Spot | None, there: Sequence[float] | None) -> float | None:
    """Along the ground, as the database has it."""
    point = on_the_sphere(here)
    if point is None or there is None:
        return None
    chord = sqrt(sum((one - other) ** 2 for one, other in zip(point, there, strict=True)))
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, chord / 2))


def on_the_sphere(here: Spot | None) -> tuple[float, float, float] | None:
    """A spot as a point of the unit sphere."""
    if here is None:
        return None
    lat, lon = radians(here.latitude), radians(here.longitude)
    return cos(lat) * cos(lon), cos(lat) * sin(lon), sin(lat)
