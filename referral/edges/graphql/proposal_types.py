"""What a proposal holds, as the schema spells it, and the facts that can be sent."""

from datetime import date, datetime
from typing import cast

import strawberry

from referral.directory import facts as domain
from referral.directory.facts import Fact, Value
from referral.directory.proposals import proposed
from referral.directory.words import (
    Answer,
    Credential,
    DeliveryMode,
    LanguageMode,
    ProposalState,
    RejectionReason,
    SaidBy,
    ServiceDepth,
    ServiceStatus,
    Weekday,
)
from referral.edges.graphql.scalars import CountryCode, LanguageTag, described
from referral.foundation.vocabulary import CasePosture, HelpType, ProtectionClaim


@strawberry.input(description="A telephone number.")
class PhoneInput:
    number: str = described("The number, as the provider writes it.")
    extension: str | None = described("The extension.", default=None)
    kind: str | None = described("What sort of line: voice, text, hotline.", default=None)
    languages: list[LanguageTag] = described("Languages spoken on it.", default_factory=list)


@strawberry.input(description="Hours at the place's own time.")
class HoursInput:
    weekdays: list[Weekday] = described("On which days.", default_factory=list)
    opens_at: str | None = described("From, such as 09:00; null where the note tells it in words.", default=None)
    closes_at: str | None = described("To, such as 17:00.", default=None)
    valid_from: date | None = described("The first day it holds.", default=None)
    valid_to: date | None = described("The last day it holds.", default=None)
    note: str | None = described("In words, beside it or instead.", default=None)
    weeks_of_month: list[int] = described(
        "1: the first such weekday of a month, -1: the last. Empty: every week.", default_factory=list
    )
    is_closure: bool = described("Closed in these hours; without hours, all day.", default=False)


@strawberry.input(description="A language, and who speaks it.")
class SpokenLanguageInput:
    tag: LanguageTag = described("Its tag.")
    mode: LanguageMode = described("Who speaks it.", default=LanguageMode.STAFF_FLUENT)
    note: str | None = described("What to add.", default=None)


@strawberry.input(description="Where a listing is: its whole address, and its point if it is known.")
class ListingPlaceInput:
    city: str = described("The town.")
    country: CountryCode = described("The country.")
    lines: list[str] = described("Street and number.", default_factory=list)
    state: str | None = described("The state or province.", default=None)
    postal_code: str | None = described("The ZIP or postal code.", default=None)
    latitude: float | None = described("Degrees north; without a point staff look for it.", default=None)
    longitude: float | None = described("Degrees east.", default=None)
    time_zone: str | None = described(
        "Its IANA time zone; null for that of the nearest town.",
        default=None,
    )


@strawberry.input(
    description="What a listing should say. What is left out stays as it is; null means that nothing is stated. Lists "
    "are sent whole."
)
class ListingChangesInput:
    name: strawberry.Maybe[str] = described("What the listing is called.")
    organization_description: strawberry.Maybe[str | None] = described("What the organization says of itself.")
    website: strawberry.Maybe[str | None] = described("The organization's web site.")
    email: strawberry.Maybe[str | None] = described("The organization's public e-mail address.")
    phones: strawberry.Maybe[list[PhoneInput]] = described("All numbers.")
    place: strawberry.Maybe[ListingPlaceInput] = described("Address, point and time zone.")
    place_name: strawberry.Maybe[str | None] = described("What the place is called.")
    transportation: strawberry.Maybe[str | None] = described("How to get there.")
    accessibility: strawberry.Maybe[list[str]] = described("How the place can be entered and used.")
    hours: strawberry.Maybe[list[HoursInput]] = described("All hours and closures.")
    languages: strawberry.Maybe[list[SpokenLanguageInput]] = described("All languages.")
    interpreter_for_other: strawberry.Maybe[Answer] = described(
        "Whether an interpreter is found for any other language."
    )
    service_name: strawberry.Maybe[str] = described("What the service is called.")
    description: strawberry.Maybe[str | None] = described("What the service is.")
    url: strawberry.Maybe[str | None] = described("The service's page on the web.")
    status: strawberry.Maybe[ServiceStatus] = described("Whether the service runs.")
    fees: strawberry.Maybe[str | None] = described("What it costs.")
    free: strawberry.Maybe[Answer] = described("Whether it is free.")
    application_process: strawberry.Maybe[str | None] = described("How to ask for it.")
    eligibility: strawberry.Maybe[str | None] = described("Who may ask.")
    minimum_age: strawberry.Maybe[int | None] = described("The youngest it takes, in years.")
    maximum_age: strawberry.Maybe[int | None] = described("The oldest it takes, in years.")
    required_documents: strawberry.Maybe[list[str]] = described("Papers to bring.")
    restrictions: strawberry.Maybe[list[str]] = described("Limits in the provider's own words.")
    help_types: strawberry.Maybe[list[HelpType]] = described("The kinds of help.")
    claims: strawberry.Maybe[list[ProtectionClaim]] = described("Claims it takes cases in; empty takes any.")
    postures: strawberry.Maybe[list[CasePosture]] = described("Where a case may stand; empty takes any.")
    delivery_modes: strawberry.Maybe[list[DeliveryMode]] = described("How the help is given.")
    credentials: strawberry.Maybe[list[Credential]] = described("What allows its people to help with law.")
    depth: strawberry.Maybe[ServiceDepth] = described("How far a legal service goes.")
    accepts_detained: strawberry.Maybe[Answer] = described("Whether it takes people who are held.")
    accepts_minors: strawberry.Maybe[Answer] = described("Whether it takes children.")


def changes_of(asked: ListingChangesInput) -> dict[Fact, Value]:
    """The facts that were sent, by the domain's names, which are the input's."""
    given = {fact: cast("strawberry.Some[Value] | None", getattr(asked, fact.value)) for fact in Fact}
    return {fact: plain(said.value) for fact, said in given.items() if said is not None}


def plain(value: Value) -> Value:
    if isinstance(value, list):
        return [plain(one) for one in cast("list[Value]", value)]
    if isinstance(value, PhoneInput | HoursInput | SpokenLanguageInput | ListingPlaceInput):
        return strawberry.asdict(value)
    return value


# ------------------------------------------------------------- what is answered
def as_text(value: Value) -> str | None:
    """Words as they are, everything else as JSON."""
    return value if value is None or isinstance(value, str) else domain.text_of(value)


@strawberry.type(description="One fact of a proposal: what was listed, what is listed, and what should be.")
class ProposedFact:
    told: strawberry.Private[proposed.ProposedFact]
    fact: Fact = described("Which fact.")
    state: ProposalState = described("Where it stands.")
    is_changed: bool = described("Whether the listing says something else than when it was proposed.")
    decided_at: datetime | None = described("When it was decided.")
    reason: RejectionReason | None = described("With a rejection: why.")

    @strawberry.field(description="What the listing said when it was proposed; lists and objects as JSON.")
    def base(self) -> str | None:
        return as_text(self.told.base)

    @strawberry.field(description="What the listing says now.")
    def listed(self) -> str | None:
        return as_text(self.told.listed)

    @strawberry.field(description="What it should say.")
    def proposed(self) -> str | None:
        return as_text(self.told.wanted)

    @strawberry.field(description="With a rejection: what staff wrote beside it.")
    def answer(self) -> str | None:
        return self.told.answer

    @strawberry.field(description="Of how many other listings it is a part too.")
    def other_listings(self) -> int:
        return self.told.others


def fact_of(told: proposed.ProposedFact) -> ProposedFact:
    return ProposedFact(
        told=told,
        fact=told.fact,
        state=told.state,
        is_changed=told.is_changed,
        decided_at=told.decided_at,
        reason=told.reason,
    )


@strawberry.type(description="What somebody proposes that a listing should say.")
class ListingProposal:
    told: strawberry.Private[proposed.Proposal]
    state: ProposalState = described("Where it stands.")
    proposed_at: datetime = described("When it was proposed.")

    @strawberry.field(description="Its id.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(str(self.told.id))

    @strawberry.field(description="The listing.")
    def provider_id(self) -> strawberry.ID:
        return strawberry.ID(str(self.told.provider_id))

    @strawberry.field(description="Fact by fact.")
    def facts(self) -> list[ProposedFact]:
        return [fact_of(one) for one in self.told.facts]


@strawberry.type(name="ListingProposal", description="What somebody proposes that a listing should say.")
class StaffListingProposal(ListingProposal):
    @strawberry.field(description="What the listing is called.")
    def provider_name(self) -> str:
        return told_of(self).provider_name

    @strawberry.field(description="Who proposes it.")
    def said_by(self) -> SaidBy:
        return told_of(self).said_by

    @strawberry.field(description="Which application; null for people at the provider.")
    def partner_name(self) -> str | None:
        return told_of(self).partner_name

    @strawberry.field(description="What the proposer wrote beside it; erased when all is decided.")
    def note(self) -> str | None:
        return told_of(self).words


def told_of(one: object) -> proposed.Proposal:
    """Of a type that grew, strawberry hands on what was made as the smaller one."""
    return cast("ListingProposal", one).told


def proposal_of(told: proposed.Proposal) -> ListingProposal:
    return ListingProposal(told=told, state=told.state, proposed_at=told.proposed_at)
