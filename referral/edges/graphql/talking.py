"""After sending: the person corrects the request and writes by its receipt; the team writes back."""

from datetime import date
from typing import Annotated, TypeVar

import strawberry

from referral.edges.graphql.context import Info
from referral.edges.graphql.inputs import NearInput, PersonInput, id_of, near_of, person_of
from referral.edges.graphql.results import HelpRequestPayload, HelpRequestResult
from referral.edges.graphql.scalars import CountryCode, LanguageTag, described
from referral.edges.lookups import court, spot
from referral.foundation import audit, languages
from referral.foundation.errors import NotFound, ValidationFailed, naming, problem
from referral.foundation.vocabulary import CasePosture, HelpType, ProtectionClaim
from referral.intake import messages, requests
from referral.intake.amending import AS_IT_IS, Changes, Stays
from referral.intake.form import LookedUp
from referral.intake.words import (
    AgeBand,
    CanAfford,
    ConsentScope,
    InterpreterGender,
    Representation,
    UrgencyCriterion,
    Wish,
)
from referral.referrals import amending, telling, views

Said = TypeVar("Said")
STAYS = "Left out, it stays."


@strawberry.input(description="What changes of a request. What is left out stays; null clears what may be empty.")
class AmendHelpRequestInput:
    receipt: str = described("The receipt.")
    representation: strawberry.Maybe[Representation | None] = described(f"Whether the person has a lawyer. {STAYS}")
    can_afford: strawberry.Maybe[CanAfford | None] = described(f"Whether they could pay for one. {STAYS}")
    help_types: strawberry.Maybe[list[HelpType] | None] = described(
        f"All that is needed, the first need first. {STAYS}"
    )
    languages: strawberry.Maybe[list[LanguageTag] | None] = described(f"All languages spoken, best first. {STAYS}")
    consents: strawberry.Maybe[list[ConsentScope] | None] = described(
        f"All that the person agrees to from now on; what is not named is withdrawn. {STAYS}"
    )
    claims: strawberry.Maybe[list[ProtectionClaim] | None] = described(f"What protection they ask for. {STAYS}")
    posture: strawberry.Maybe[CasePosture | None] = described(f"Where the case stands. {STAYS}")
    reading_language: strawberry.Maybe[LanguageTag | None] = described(f"The language they read best. {STAYS}")
    needs_interpreter: strawberry.Maybe[bool | None] = described(f"Whether they need an interpreter. {STAYS}")
    interpreter_gender: strawberry.Maybe[InterpreterGender | None] = described(
        f"Whom they can speak freely through; no other interpreter will do. {STAYS}"
    )
    wishes: strawberry.Maybe[list[Wish] | None] = described(f"All that they would like, if it can be had. {STAYS}")
    near: strawberry.Maybe[NearInput | None] = described(f"Where they are. {STAYS}")
    country: strawberry.Maybe[CountryCode | None] = described(f"The country they fled. {STAYS}")
    household_size: strawberry.Maybe[int | None] = described(f"How many people, 1 to 30. {STAYS}")
    age: strawberry.Maybe[AgeBand | None] = described(f"Whether they are a child. {STAYS}")
    circumstances: strawberry.Maybe[list[UrgencyCriterion] | None] = described(
        f"All facts that make it urgent. {STAYS}"
    )
    arrived_on: strawberry.Maybe[date | None] = described(f"When they arrived. {STAYS}")
    next_hearing_on: strawberry.Maybe[date | None] = described(f"When the next hearing is. {STAYS}")
    court: strawberry.Maybe[strawberry.ID | None] = described(f"The immigration court. {STAYS}")
    person: strawberry.Maybe[PersonInput | None] = described(f"All that they give of themselves. {STAYS}")


@strawberry.input(description="A message from the person to the team.")
class SendMessageInput:
    receipt: str = described("The receipt.")
    text: str = described("At most 1,000 characters. Numbers from identity papers are refused.")
    idempotency_key: str = described("8 to 200 characters, best a random UUID; a retry is the same message.")


@strawberry.input(description="A message from the team to the person, who reads it with the receipt.")
class ReplyInput:
    request_id: strawberry.ID = described("The request.")
    text: str = described("At most 1,000 characters, in words the person reads.")
    idempotency_key: str = described("8 to 200 characters, best a random UUID; a retry is the same message.")


def said(maybe: strawberry.Maybe[Said]) -> Said | Stays:
    return AS_IT_IS if maybe is None else maybe.value


def there(maybe: strawberry.Maybe[Said | None], name: str) -> Said | Stays:
    """What a request cannot be without: left out it stays, and null would clear it. Raises ValidationFailed."""
    if maybe is None:
        return AS_IT_IS
    if maybe.value is None:
        raise ValidationFailed([problem(name, "NULL", "Leave it out, or send a value.")])
    return maybe.value


def listed(maybe: strawberry.Maybe[list[Said] | None], name: str) -> tuple[Said, ...] | Stays:
    found = there(maybe, name)
    return found if isinstance(found, Stays) else tuple(found)


def changes_of(asked: AmendHelpRequestInput) -> Changes:
    named_court, person, near = said(asked.court), said(asked.person), said(asked.near)
    return Changes(
        representation=there(asked.representation, "representation"),
        can_afford=there(asked.can_afford, "can_afford"),
        help_types=listed(asked.help_types, "help_types"),
        languages=listed(asked.languages, "languages"),
        consents=listed(asked.consents, "consents"),
        claims=listed(asked.claims, "claims"),
        posture=there(asked.posture, "posture"),
        reading_language=said(asked.reading_language),
        needs_interpreter=said(asked.needs_interpreter),
        interpreter_gender=said(asked.interpreter_gender),
        wishes=listed(asked.wishes, "wishes"),
        country=said(asked.country),
        household_size=said(asked.household_size),
        age=there(asked.age, "age"),
        circumstances=listed(asked.circumstances, "circumstances"),
        arrived_on=said(asked.arrived_on),
        next_hearing_on=said(asked.next_hearing_on),
        court=id_of(named_court, "court") if isinstance(named_court, str) else named_court,
        person=person_of(person) if isinstance(person, PersonInput) else person,
        near=near if isinstance(near, Stays) else repr(near_of(near, "near")),
    )


@strawberry.type
class TalkingMutation:
    @strawberry.mutation(
        description="Correct a request by its receipt. Offers that no longer fit are recalled; a yes stands. The same "
        "sent twice changes nothing."
    )
    async def amend_help_request(
        self,
        info: Info,
        input: Annotated[AmendHelpRequestInput, strawberry.argument(description="What changes.")],  # noqa: A002 - the contract's name
    ) -> HelpRequestResult:
        context, house = info.context, info.context.house
        changes, near = changes_of(input), said(input.near)
        found = LookedUp(
            languages=await languages.known_tags(house.database.reader, changes.tags),
            place=None if isinstance(near, Stays) else await spot(house, near_of(near, "near"), "near"),
            court=None if isinstance(changes.court, Stays) else await court(house, changes.court),
        )
        with naming("receipt"):
            async with house.database.transaction() as tx:
                amended = await amending.amend(
                    tx,
                    house.vault,
                    input.receipt,
                    changes,
                    found,
                    relaxed=house.settings.relaxed_rules,
                    now=context.now,
                )
        seen = await views.for_requester(context.at, house.vault, amended, now=context.now)
        return HelpRequestPayload(help_request=seen)

    @strawberry.mutation(description="Write to the team by the receipt. Nothing of it is ever in a letter.")
    async def send_message(
        self,
        info: Info,
        input: Annotated[SendMessageInput, strawberry.argument(description="The message.")],  # noqa: A002 - the contract's name
    ) -> HelpRequestResult:
        context, vault = info.context, info.context.house.vault
        with naming("receipt"):
            async with context.house.database.transaction() as tx:
                request = await requests.held_by_receipt(tx, vault, input.receipt)
                if request is None:
                    raise NotFound("No request has this receipt. Check the digits.")
                await messages.from_person(tx, vault, request, input.text, input.idempotency_key, now=context.now)
                request = requests.with_key(await requests.request(tx, request.id), request.key) or request
        return HelpRequestPayload(help_request=await views.for_requester(context.at, vault, request, now=context.now))


@strawberry.type
class ReplyingMutation:
    @strawberry.mutation(
        description="Write to the person. They read it with their receipt; where they agreed to be told, a letter says "
        "that there is news, and nothing more. It takes access to the case."
    )
    async def reply_to_request(
        self,
        info: Info,
        input: Annotated[ReplyInput, strawberry.argument(description="The message.")],  # noqa: A002 - the contract's name
    ) -> HelpRequestResult:
        context, vault = info.context, info.context.house.vault
        staff, wanted = context.intake, id_of(input.request_id, "request_id")
        with naming("request_id"):
            await context.let_in(wanted)
            async with context.house.database.transaction() as tx:
                request = await requests.locked(tx, wanted)
                if request is None or request.data_key is None:
                    raise NotFound("There is no such request.")
                new = await messages.from_staff(
                    tx, vault, staff, request, input.text, input.idempotency_key, now=context.now
                )
                if new:
                    await telling.news(tx, request.id)
                await audit.record(tx, actor=staff.kind, actor_id=staff.id, act="request_read", subject_id=wanted)
                request = await requests.request(tx, wanted) or request
        return HelpRequestPayload(help_request=views.for_staff(vault, request, now=context.now))
