"""Requests, referrals and matches as they are published. What is shown to whom is decided in referrals.views."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast
from uuid import UUID

import strawberry

from referral.directory.providers import Provider as Listing
from referral.edges.catalogues import catalogue
from referral.edges.graphql.context import Context, Info
from referral.edges.graphql.directory_types import Place, Provider
from referral.edges.graphql.listing_parts import ENGLISH, In
from referral.edges.graphql.message_types import After, First, MessageConnection, written
from referral.edges.graphql.scalars import LanguageTag, described
from referral.foundation import places
from referral.foundation.actors import ActorKind, Partner, Staff
from referral.foundation.autonyms import spoken_to
from referral.foundation.meanings import Place as PlaceFound
from referral.foundation.meanings import PlaceKind
from referral.foundation.vocabulary import CasePosture, HelpType
from referral.intake import consents, form
from referral.intake.next_steps import NextStep as Step
from referral.intake.next_steps import NextStepKind
from referral.intake.words import (
    ConsentScope,
    ContactChannel,
    HelpRequestStatus,
    Relationship,
    UrgencyCriterion,
    UrgencyLevel,
)
from referral.matching.answers import RuleAnswer, RuleResult, Term
from referral.matching.sentences import sentence
from referral.matching.verdicts import Verdict
from referral.referrals import openings, reading, views
from referral.referrals.notes import By
from referral.referrals.reading import ReferralEvent as Event
from referral.referrals.views import Beholder, RequestView
from referral.referrals.words import DeclineReason, ReferralOutcome, ReferralStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralView:
    """A referral, and through whose eyes its request is seen."""

    id: UUID
    status: ReferralStatus
    offered_at: datetime
    expires_at: datetime
    responded_at: datetime | None
    decline_reason: DeclineReason | None
    outcome: ReferralOutcome | None
    needs: tuple[HelpType, ...]
    through: RequestView | None = field(repr=False)
    referral: reading.Referral = field(repr=False)


def referral_view(referral: reading.Referral, through: RequestView | None) -> ReferralView:
    return ReferralView(
        id=referral.id,
        status=referral.status,
        offered_at=referral.offered_at,
        expires_at=referral.expires_at,
        responded_at=referral.responded_at,
        decline_reason=referral.decline_reason,
        outcome=referral.outcome,
        needs=referral.needs,
        through=through,
        referral=referral,
    )


@strawberry.type(description="How urgent a request is, as computed here from facts and dates.")
class Urgency:
    level: UrgencyLevel = described("How soon a first answer is due.")
    criteria: list[UrgencyCriterion] = described("Why, the gravest first.")
    respond_by: datetime = described("When a first answer is due.")


@strawberry.type(description="A way to reach someone, and what is safe to do and say there.")
class SafeContact:
    channel: ContactChannel = described("How.")
    value: str = described("The number or address.")
    may_leave_message: bool = described("Whether a message may be left.")
    may_say_who_we_are: bool = described("Whether it may say who is calling.")
    safe_times: str | None = described("When it is safe to call.")


@strawberry.type(description="What a person gave of themselves. All of it may be missing.")
class Person:
    name: str | None = described("A name or an alias.")
    contacts: list[SafeContact] = described("Ways to reach them.")
    note: str | None = described("A few words; never the story.")
    withheld: bool = described(
        "Whether the name and the note are kept from this viewer: a supervisor who looks into contacts alone."
    )


@strawberry.type(description="One thing the person agreed to.")
class Consent:
    scope: ConsentScope = described("What.")
    given_at: datetime = described("When.")
    withdrawn_at: datetime | None = described("When it was taken back.")
    text_version: str = described("Which wording they agreed to.")
    language: LanguageTag = described("In which language they read or heard it.")
    heard_by: ContactChannel | None = described(
        "How staff heard it; null where it was agreed to in the form, and to providers."
    )
    withdrawal_heard_by: ContactChannel | None = described(
        "How staff heard that it was taken back; else null, and to providers."
    )


@strawberry.type(description="Someone asks for someone else.")
class OnBehalf:
    relationship: Relationship = described("Who asks.")
    person_knows: bool = described("Whether the person knows.")


@strawberry.type(description="One step a person can take now.")
class NextStep:
    kind: NextStepKind = described("What.")
    url: str | None = described("Where it leads.")

    @strawberry.field(description="In words for the person: in their language where it is written, else in English.")
    def text(self, in_: In = ENGLISH) -> str:
        return catalogue(spoken_to(in_), "advice").of("advice", cast("Step", self).advice)


@strawberry.type(description="One rule or one part of the points, with its reason.")
class MatchReason:
    said: strawberry.Private[RuleResult | Term]
    rule: str = described("Which rule; points.* for a part of the points.")
    answer: RuleAnswer = described("What it says.")
    points: float = described("What it adds to the score.")

    @strawberry.field(description="In a caseworker's words: English and Spanish are written, others read English.")
    def text(self, info: Info, in_: In = ENGLISH) -> str:
        reader = in_ or ENGLISH
        return sentence(self.said, reader, info.context.language_names(reader))


@strawberry.type(description="A provider that could help with a request, and why.")
class Match:
    verdict: strawberry.Private[Verdict | None]  # None where the provider is listed no more
    rank: int = described("1 is best.")
    score: float = described("0 to 1000.")
    distance_km: float | None = described("From the person to the office; null where either is not known.")
    provider: Listing = described("The provider.", graphql_type=Provider)

    @strawberry.field(
        description="What the doubts take away in the order, in points; the score stays what its parts add up to."
    )
    def doubt_points(self) -> int:
        return 0 if self.verdict is None else self.verdict.doubt_points

    @strawberry.field(description="Every rule, then every part of the points.")
    def reasons(self) -> list[MatchReason]:
        if self.verdict is None:
            return []
        rules = [
            MatchReason(said=one, rule=one.rule.value, answer=one.answer, points=0) for one in self.verdict.results
        ]
        parts = [
            MatchReason(said=one, rule=f"points.{one.code.value}", answer=RuleAnswer.PASS, points=one.points)
            for one in self.verdict.terms
        ]
        return rules + parts


async def matches(context: Context, verdicts: Sequence[Verdict]) -> list[Match]:
    """Verdicts with their listings, in order; a listing that went away meanwhile is left out."""
    listings = await context.loaders.provider.load_many([one.candidate.provider_id for one in verdicts])
    return [
        Match(verdict=one, rank=rank, score=one.points, distance_km=one.distance_km, provider=listing)
        for rank, (one, listing) in enumerate(zip(verdicts, listings, strict=True), start=1)
        if listing is not None
    ]


@strawberry.type(description="One step in a referral's history.")
class ReferralEvent:
    at: datetime = described("When.")
    status: ReferralStatus = described("What the referral became.")
    actor: ActorKind = described("Who did it: a kind, never a name.")


@strawberry.type(description="One offer of one request to one provider.")
class Referral:
    id: strawberry.ID = described("Its id.")
    status: ReferralStatus = described("Where it stands.")
    offered_at: datetime | None = described("When it was offered.")
    expires_at: datetime | None = described("Until when the provider may answer.")
    responded_at: datetime | None = described("When the provider answered.")
    decline_reason: DeclineReason | None = described("Why it was declined.")
    outcome: ReferralOutcome | None = described("What became of it.")
    needs: list[HelpType] = described("Which of the needs it is for; one request may have a referral for each.")

    @strawberry.field(description="To whom.", graphql_type=Provider)
    async def provider(self, info: Info) -> Listing | None:
        return await info.context.loaders.provider.load(seen(self).referral.provider_id)

    @strawberry.field(
        description="The request as this viewer may see it: facets before acceptance, the person only after."
    )
    def request(self) -> "HelpRequest | None":
        return cast("HelpRequest | None", seen(self).through)

    @strawberry.field(description="What happened, in order.", graphql_type=list[ReferralEvent])
    async def history(self, info: Info) -> list[Event]:
        return await info.context.loaders.history.load(seen(self).referral.id)


@strawberry.type(description="Somebody opened a request within an hour, once or more often.")
class Opening:
    hour: datetime = described("When that hour began.")
    actor: ActorKind = described("Who: a role, never a name.")


@strawberry.type(description="A request for help.")
class HelpRequest:
    id: strawberry.ID = described("Its id. Alone it opens nothing.")
    status: HelpRequestStatus = described("Where it stands.")
    created_at: datetime = described("When it was sent.")
    languages: list[LanguageTag] = described("Languages spoken, best first.")
    help_types: list[HelpType] = described("What is needed, the first need first.")
    posture: CasePosture = described("Where the case stands; UNKNOWN also where the viewer may not see it yet.")
    urgency: Urgency = described("How urgent it is.")
    next_steps: list[NextStep] = described("What the person can do now; for others empty.")

    @strawberry.field(
        description="Where the person is; to a provider that has not accepted, the state or country only.",
        graphql_type=Place | None,
    )
    async def place(self, info: Info) -> PlaceFound | None:
        view = shown(self)
        if view.beholder is Beholder.PROVIDER_ASKED:
            return await places.area(info.context.at, view.country, view.state)
        return None if view.place is None else place_of(view.place)

    @strawberry.field(
        description="What the person gave. When anyone else reads it, an audit row says so. Staff need the request in "
        "hand, or access that a colleague gave.",
        graphql_type=Person | None,
    )
    async def person(self, info: Info) -> views.SeenPerson | None:
        view, house = shown(self), info.context.house
        opened = await info.context.opened(view.id) if view.beholder is Beholder.STAFF else None
        async with house.database.transaction() as tx:
            return await views.person(tx, house.vault, view, reader_by(info.context), opened=opened)

    @strawberry.field(description="Every offer of it, the oldest first.", graphql_type=list[Referral])
    async def referrals(self, info: Info) -> list[ReferralView]:
        view = shown(self)
        if view.referral is not None:  # a provider sees its own referral and no other
            return [referral_view(view.referral, view)]
        found = await info.context.loaders.referrals.load(view.id)
        return [referral_view(one, view) for one in found]

    @strawberry.field(
        description="What the person and the team wrote to each other. Staff's look leaves a trace; a provider sees "
        "nothing here."
    )
    async def messages(self, info: Info, first: First = None, after: After = None) -> MessageConnection:
        return await written(info, shown(self), first, after)

    @strawberry.field(
        description="Who has opened it, the newest first: role and hour. For the person who asks; for others empty.",
        graphql_type=list[Opening],
    )
    async def openings(self, info: Info) -> list[openings.Opening]:
        view = shown(self)
        return await openings.of(info.context.at, view.id) if view.beholder is Beholder.REQUESTER else []

    @strawberry.field(description="What the person agreed to, and what still stands.", graphql_type=list[Consent])
    async def consents(self, info: Info) -> list[consents.Consent]:
        return await views.consents_seen(info.context.at, shown(self))


def shown(request: object) -> RequestView:
    return cast("RequestView", request)


def seen(referral: object) -> ReferralView:
    return cast("ReferralView", referral)


def reader_by(context: Context) -> By:
    """Whose name stands in the audit row of a look at a person."""
    match context.who:
        case Staff() as staff:
            return By(kind=staff.kind, id=staff.id)
        case Partner() as partner:
            return By(kind=ActorKind.PARTNER_APP, id=partner.id)
        case _:
            return By(kind=ActorKind.PROVIDER_STAFF)


def place_of(spot: form.Spot) -> PlaceFound:
    """A person's place as it was resolved when they sent it; a bare point has the name and id of its town."""
    return PlaceFound(
        id=places.PlaceId(spot.place_id),
        name=spot.name,
        kind=PlaceKind(spot.kind),  # pyright: ignore[reportCallIssue] - a stored value
        country=spot.country or "",
        state=spot.state,
        latitude=spot.latitude,
        longitude=spot.longitude,
        county=spot.county,
        time_zone="",
        population=0,
    )
