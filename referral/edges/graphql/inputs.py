"""What may be sent, as the schema spells it, and how it becomes the domain's values."""

from datetime import date
from typing import TypeVar
from uuid import UUID

import strawberry

from referral.directory import capacity
from referral.directory.searching.search import Point, Search
from referral.directory.searching.spelling import understood
from referral.directory.words import CapacityUnit, LanguageMode, Openness
from referral.edges.graphql.scalars import CountryCode, LanguageTag, described
from referral.edges.house import House
from referral.edges.lookups import Near, Origin, area_named, search_languages
from referral.foundation.errors import ValidationFailed, problem
from referral.foundation.vocabulary import CasePosture, HelpType, ProtectionClaim
from referral.intake import form
from referral.intake.words import (
    AgeBand,
    CanAfford,
    ConsentScope,
    ContactChannel,
    InterpreterGender,
    Relationship,
    Representation,
    UrgencyCriterion,
    Wish,
)
from referral.referrals.outcomes import Told
from referral.referrals.words import DeclineReason, ReferralAnswer, ReferralOutcome

Choice = TypeVar("Choice")


@strawberry.input(description="A point on Earth.")
class PointInput:
    latitude: float = described("Degrees north, WGS 84: -90 to 90.")
    longitude: float = described("Degrees east, WGS 84: -180 to 180.")


@strawberry.input(one_of=True, description="Where, in one of three ways.")
class NearInput:
    point: strawberry.Maybe[PointInput] = described("A point.")
    place: strawberry.Maybe[strawberry.ID] = described("The id of a place that places(query:) gave.")
    text: strawberry.Maybe[str] = described("A town, a state, a ZIP or postal code, as people write them.")


@strawberry.input(description="A country, or a state of it.")
class AreaInput:
    country: CountryCode = described("The country.")
    state: str | None = described(
        "The state: TX in the United States, TAM in Mexico, elsewhere its name, as Place.state gives it.", default=None
    )


@strawberry.input(
    description="Which listings. What is left out does not filter. A listing that does not state a fact that is asked "
    "for (open now, remote, free, detained people, minors) is kept, after those that state it."
)
class ProviderFilter:
    near: NearInput | None = described(
        "Nearest to here first. Of a state or a country, which origin.kind tells, here is its middle: to ask who is in "
        "it, send within.",
        default=None,
    )
    radius_km: float | None = described(
        "Within so many great-circle kilometres of near. Who helps from afar and covers near is found besides.",
        default=None,
    )
    within: AreaInput | None = described("Stands in this area, or covers all of it.", default=None)
    languages: list[LanguageTag] | None = described(
        "Speaks any of these, reviewed pairs included. A listing that names no language is kept: call and ask.",
        default=None,
    )
    language_modes: list[LanguageMode] | None = described(
        "Speaks it in any of these ways; without languages: speaks any so.", default=None
    )
    help_types: list[HelpType] | None = described("Gives any of these.", default=None)
    claims: list[ProtectionClaim] | None = described(
        "Takes cases in any of these; a listing that states none takes any.", default=None
    )
    postures: list[CasePosture] | None = described(
        "Takes cases that stand in any of these; a listing that states none takes any.", default=None
    )
    openness: list[Openness] | None = described("Stands in any of these.", default=None)
    min_capacity: int | None = described("Has stated so many places, still free, for one of helpTypes.", default=None)
    open_now: bool | None = described("Open at this moment, by its place's clock.", default=None)
    remote: bool | None = described("Helps by phone, video or messages.", default=None)
    free: bool | None = described("Costs nothing.", default=None)
    accepts_detained: bool | None = described("Takes people who are held.", default=None)
    accepts_minors: bool | None = described("Takes children.", default=None)
    text: str | None = described(
        "Words of its name or description, or of its kinds of help in English or Spanish; misspelt is fine. At most "
        "200 characters.",
        default=None,
    )
    verified_since: date | None = described("Verified by us on this day or later.", default=None)


@strawberry.input(description="A way to reach the person, and what is safe there.")
class SafeContactInput:
    channel: ContactChannel = described("How.")
    value: str = described("The number or address; empty with RECEIPT_ONLY.")
    may_leave_message: bool = described("Whether a message may be left.", default=False)
    may_say_who_we_are: bool = described("Whether it may say who is calling.", default=False)
    safe_times: str | None = described("When it is safe to call.", default=None)


@strawberry.input(description="What the person gives of themselves. All optional: an alias or nothing is fine.")
class PersonInput:
    name: str | None = described("A name or an alias.", default=None)
    contacts: list[SafeContactInput] | None = described("Ways to reach them, at most 5.", default=None)
    note: str | None = described(
        "At most 500 characters; never the story. Numbers from identity papers are refused.", default=None
    )


@strawberry.input(description="Someone asks for someone else.")
class OnBehalfInput:
    relationship: Relationship = described("Who asks.")
    person_knows: bool = described("Whether the person knows.")


@strawberry.input(description="A request for help.")
class SubmitHelpRequestInput:
    idempotency_key: str = described(
        "8 to 200 characters, best a random UUID. A retry with the same body gets the first answer, receipt included."
    )
    representation: Representation = described("Whether the person has a lawyer.")
    can_afford: CanAfford = described("Whether they could pay for one.")
    help_types: list[HelpType] = described("What is needed, the first need first; at most 10.")
    languages: list[LanguageTag] = described("Languages spoken, best first; at most 10.")
    consents: list[ConsentScope] = described("What the person agrees to. Sending is agreeing that we keep it.")
    claims: list[ProtectionClaim] | None = described("What protection they ask for.", default=None)
    posture: CasePosture | None = described("Where the case stands.", default=None)
    reading_language: LanguageTag | None = described("The language they read best.", default=None)
    needs_interpreter: bool | None = described("Whether they need an interpreter.", default=None)
    interpreter_gender: InterpreterGender | None = described(
        "Whom they can speak freely through; no other interpreter will do.", default=None
    )
    wishes: list[Wish] | None = described("What they would like, if it can be had; at most 10.", default=None)
    near: NearInput | None = described("Where they are.", default=None)
    country: CountryCode | None = described("The country they fled.", default=None)
    household_size: int | None = described("How many people, 1 to 30.", default=None)
    age: AgeBand | None = described("Whether they are a child.", default=None)
    circumstances: list[UrgencyCriterion] | None = described(
        "Facts that make it urgent. The level is computed here.", default=None
    )
    arrived_on: date | None = described("When they arrived.", default=None)
    next_hearing_on: date | None = described("When the next hearing is.", default=None)
    court: strawberry.ID | None = described("The immigration court, an id that places(query:) gave.", default=None)
    person: PersonInput | None = described("What they give of themselves.", default=None)
    on_behalf: OnBehalfInput | None = described("If someone else asks for them.", default=None)
    ui_language: LanguageTag | None = described("The language this was asked in.", default=None)


@strawberry.input(description="A provider's answer: with the token of its link, or with an API key and the id.")
class RespondToReferralInput:
    answer: ReferralAnswer = described("Yes, no, or a question first.")
    token: str | None = described("The token of the signed link.", default=None)
    referral_id: strawberry.ID | None = described("The referral, where an API key is used.", default=None)
    decline_reason: DeclineReason | None = described("Why not; needed to decline.", default=None)
    note: str | None = described(
        "At most 500 characters for intake, sealed; needed to ask. Numbers from identity papers are refused.",
        default=None,
    )


@strawberry.input(
    description="What became of a yes: with the token of its link, with an API key and the id, or by staff with the id."
)
class RecordOutcomeInput:
    token: str | None = described("The token of the signed link.", default=None)
    referral_id: strawberry.ID | None = described("The referral, where there is no link.", default=None)
    reached: bool | None = described(
        "Whether the provider and the person are in touch. Alone, true says: the work has begun.", default=None
    )
    outcome: ReferralOutcome | None = described("How it ended; leave out while it goes on.", default=None)
    reason: DeclineReason | None = described("Why not; needed with NOT_SERVED, and only there.", default=None)
    note: str | None = described(
        "At most 500 characters for intake, sealed. Numbers from identity papers are refused.", default=None
    )


@strawberry.input(description="So many places for one kind of help, or for any.")
class CapacityInput:
    unit: CapacityUnit = described("What is counted.")
    available: int = described("Places free now, 0 to 100,000.")
    help_type: HelpType | None = described("For which help; leave out for any.", default=None)
    maximum: int | None = described("The most there ever are.", default=None)


@strawberry.input(description="What a provider says of itself: by signed link, or with an API key and the id.")
class StateCapacityInput:
    openness: Openness = described("Whether new people are taken now.")
    token: str | None = described("The token of the signed link.", default=None)
    provider_id: strawberry.ID | None = described("The listing, where an API key is used.", default=None)
    capacities: list[CapacityInput] | None = described(
        "All counts of places free now; one that is left out is believed no longer.", default=None
    )
    waitlist_estimate_days: int | None = described("How long the line is, in days.", default=None)


# ------------------------------------------------------------- to the domain
def id_of(text: str, path: str) -> UUID:
    """An id as ours are written; ValidationFailed for anything else."""
    try:
        return UUID(text)
    except ValueError:
        raise ValidationFailed([problem(path, "BAD_ID", "This is not an id of ours.")]) from None


def near_of(asked: NearInput | None, path: str) -> Near | None:
    """Exactly one way is set: @oneOf holds before this runs."""
    if asked is None:
        return None
    if asked.point is not None:
        point = asked.point.value
        return Near(point=Point(latitude=point.latitude, longitude=point.longitude))
    if asked.place is not None:
        return Near(place=id_of(asked.place.value, f"{path}.place"))
    return Near(text=asked.text.value if asked.text is not None else "")


async def search_of(house: House, asked: ProviderFilter, near: Origin | None) -> Search:
    tags = asked.languages
    search = Search(
        near=near.point if near else None,
        covered_by=near.covered_by if near else (),
        radius_km=asked.radius_km,
        within=await area_named(house, asked.within.country, asked.within.state) if asked.within else None,
        languages=await search_languages(house, tags, "filter.languages") if tags else (None if tags is None else ()),
        language_modes=listed(asked.language_modes),
        help_types=listed(asked.help_types),
        claims=listed(asked.claims),
        postures=listed(asked.postures),
        openness=listed(asked.openness),
        min_capacity=asked.min_capacity,
        open_now=asked.open_now,
        remote=asked.remote,
        free=asked.free,
        accepts_detained=asked.accepts_detained,
        accepts_minors=asked.accepts_minors,
        text=asked.text,
        verified_since=asked.verified_since,
    )
    return await understood(house.database.reader, search)


def listed(values: list[Choice] | None) -> tuple[Choice, ...] | None:
    return None if values is None else tuple(values)


def answers_of(asked: SubmitHelpRequestInput) -> form.Answers:
    return form.Answers(
        idempotency_key=asked.idempotency_key,
        representation=asked.representation,
        can_afford=asked.can_afford,
        help_types=tuple(asked.help_types),
        languages=tuple(asked.languages),
        consents=tuple(asked.consents),
        claims=tuple(asked.claims or ()),
        posture=asked.posture or CasePosture.UNKNOWN,
        reading_language=asked.reading_language,
        needs_interpreter=asked.needs_interpreter,
        interpreter_gender=asked.interpreter_gender,
        wishes=tuple(asked.wishes or ()),
        country=asked.country,
        household_size=asked.household_size,
        age=asked.age or AgeBand.UNKNOWN,
        circumstances=tuple(asked.circumstances or ()),
        arrived_on=asked.arrived_on,
        next_hearing_on=asked.next_hearing_on,
        court=None if asked.court is None else id_of(asked.court, "court"),
        person=None if asked.person is None else person_of(asked.person),
        on_behalf=None
        if asked.on_behalf is None
        else form.OnBehalf(relationship=asked.on_behalf.relationship, person_knows=asked.on_behalf.person_knows),
        ui_language=asked.ui_language,
        near=None if asked.near is None else repr(near_of(asked.near, "near")),
    )


def person_of(asked: PersonInput) -> form.Person:
    return form.Person(
        name=asked.name,
        contacts=tuple(
            form.SafeContact(
                channel=contact.channel,
                value=contact.value,
                may_leave_message=contact.may_leave_message,
                may_say_who_we_are=contact.may_say_who_we_are,
                safe_times=contact.safe_times,
            )
            for contact in asked.contacts or ()
        ),
        note=asked.note,
    )


def told_of(asked: RecordOutcomeInput) -> Told:
    return Told(reached=asked.reached, outcome=asked.outcome, reason=asked.reason, words=asked.note)


def statement_of(asked: StateCapacityInput) -> capacity.Statement:
    return capacity.Statement(
        openness=asked.openness,
        counts=tuple(
            capacity.Count(help_type=count.help_type, unit=count.unit, available=count.available, maximum=count.maximum)
            for count in asked.capacities or ()
        ),
        waitlist_days=asked.waitlist_estimate_days,
    )
