"""The two sides of a match, reduced to what rules and points read. Plain values: no database, no clock."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from referral.directory.words import Answer, DeliveryMode, LanguageMode, Openness, ServiceAreaKind, ServiceDepth
from referral.foundation.vocabulary import CasePosture, HelpType, ProtectionClaim
from referral.intake.words import (
    AgeBand,
    CanAfford,
    ConsentScope,
    InterpreterGender,
    Representation,
    UrgencyCriterion,
    UrgencyLevel,
    Wish,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A point with the names of the areas it lies in."""

    latitude: float
    longitude: float
    name: str
    country: str
    state: str | None = None
    county: str | None = None
    is_area: bool = False  # a state or a country: the person gave no town
    place_id: UUID | None = None  # where the gazetteer knows it, such as a detention centre or a port of entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Court:
    """An immigration court the person is before, or the ones nearest to where they are."""

    id: UUID
    name: str
    distance_km: float | None = None  # from the person; None where the person named the court
    state: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What matching knows of one request."""

    request_id: UUID
    help_types: tuple[HelpType, ...]  # first need first; at least one
    claims: tuple[ProtectionClaim, ...] = ()
    posture: CasePosture = CasePosture.UNKNOWN
    languages: tuple[str, ...]  # spoken, best first, canonical tags
    needs_interpreter: bool | None = None
    interpreter_gender: InterpreterGender | None = field(default=None, repr=False)  # no other will do
    wishes: frozenset[Wish] = field(default=frozenset(), repr=False)
    household_size: int | None = field(default=None, repr=False)
    place: Spot | None = field(default=None, repr=False)
    drawn: frozenset[UUID] = field(default=frozenset(), repr=False)  # the drawn areas that the place lies in
    court: Court | None = None  # named by the person
    courts_near: tuple[Court, ...] = ()  # where none was named: every court within tables.COURT_DOUBT_KM
    age: AgeBand = AgeBand.UNKNOWN
    can_afford: CanAfford
    representation: Representation
    circumstances: frozenset[UrgencyCriterion] = field(default=frozenset(), repr=False)
    urgency: UrgencyLevel
    next_hearing_on: date | None = field(default=None, repr=False)
    consents: frozenset[ConsentScope]
    can_take_calls: bool = True

    @property
    def is_held(self) -> bool | None:
        """Whether the person is detained; None where that is not known."""
        if self.posture.is_held or UrgencyCriterion.DETAINED in self.circumstances:
            return True
        return None if self.posture is CasePosture.UNKNOWN else False


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedLanguage:
    tag: str
    mode: LanguageMode


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A stated service area; `place_id` where it is a court, a facility or a port the gazetteer knows, `drawn_id` where
    a border is drawn.
    """

    name: str
    kind: ServiceAreaKind
    country: str | None = None
    state: str | None = None
    place_id: UUID | None = None
    drawn_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What matching knows of one provider, together with its history with this request."""

    provider_id: UUID
    organization_id: UUID
    name: str
    help_types: tuple[HelpType, ...]
    claims: tuple[ProtectionClaim, ...]
    languages: tuple[OfferedLanguage, ...]
    interpreter_for_other: Answer
    openness: Openness  # UNKNOWN once the last statement has aged out
    openness_stated_at: datetime | None
    free_places: int | None  # for this need; None where nothing is counted
    stated_places: int | None
    accepts_detained: Answer
    accepts_minors: Answer
    minimum_age: int | None
    maximum_age: int | None
    facts: dict[str, str]  # as the source states them: low_income_only=yes, residence_limit=yes, criminal_history=...
    depth: ServiceDepth
    delivery_modes: tuple[DeliveryMode, ...]
    areas: tuple[Area, ...]
    country: str | None
    state: str | None
    distance_km: float | None  # from the person's place to the office; None where either is unknown or confidential
    offers_made: int
    offers_accepted: int
    last_offered_at: datetime | None
    asked_before: bool = False  # this pair, by an answer that still counts, or its organization by a conflict
    can_be_told: bool = True  # it has an address for offers, or a key to ask for them
    waitlist_days: int | None = None  # how long its line is, where it says so and the statement has not aged out
    answer_hours: float | None = None  # how long it commonly takes to answer; None where it was never asked
    start_hours: float | None = None  # and from its yes until the person is reached
