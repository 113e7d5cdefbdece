"""How staff work on a request: who has it in hand, and what colleagues should know of it."""

from typing import Annotated
from uuid import UUID

import strawberry

from referral.edges.graphql.context import Context, Info
from referral.edges.graphql.inputs import id_of
from referral.edges.graphql.request_types import shown
from referral.edges.graphql.results import HelpRequestPayload, HelpRequestResult
from referral.edges.graphql.staff_types import Note, StaffMember
from referral.edges.graphql.triage_inputs import RecordConsentInput, TriageInput, told_of, triage_of
from referral.foundation import actors, audit
from referral.foundation.db import Tx
from referral.foundation.errors import naming
from referral.intake import notes, requests
from referral.intake.notes import RequestNote
from referral.referrals import views
from referral.triage import claiming, consenting, noting, queue, triage
from referral.triage.stuck import StuckReason

Id = Annotated[strawberry.ID, strawberry.argument(description="The request.")]


@strawberry.type
class TriagedRequest:
    """What the desk sees of a request beside what anyone sees."""

    @strawberry.field(
        description="Who has it in hand; null for nobody. Meanwhile the machine offers it to no one.",
        graphql_type=StaffMember | None,
    )
    async def assignee(self, info: Info) -> actors.Staff | None:
        return await info.context.loaders.assignee.load(shown(self).id)

    @strawberry.field(
        description="Hours until a first answer is due; below zero once that has passed. Null when it was given."
    )
    def hours_left(self, info: Info) -> float | None:
        view = shown(self)
        if view.status not in queue.UNANSWERED:
            return None
        return round((view.urgency.respond_by - info.context.now).total_seconds() / 3600, 1)

    @strawberry.field(description="Why it does not move by itself; empty where it does.")
    async def stuck(self, info: Info) -> list[StuckReason]:
        return await info.context.loaders.stuck.load(shown(self).id)

    @strawberry.field(
        description="What staff wrote for each other, the oldest first, for whoever has access to the case, and for "
        "supervisors. An audit row says who read it.",
        graphql_type=list[Note],
    )
    async def notes(self, info: Info) -> list[RequestNote]:
        context, view = info.context, shown(self)
        staff = context.intake
        await context.opened(view.id, notes_only=True)
        async with context.house.database.transaction() as tx:
            if not await notes.any_of(tx, view.id):
                return []
            await audit.record(tx, actor=staff.kind, actor_id=staff.id, act="notes_read", subject_id=view.id)
            return await notes.of(tx, context.house.vault, view.request)


@strawberry.type
class TriagingMutation:
    @strawberry.mutation(
        description="Take a request in hand: the machine stops offering it. It ends by itself after 24 hours without "
        "an act, or with the account."
    )
    async def claim_help_request(
        self,
        info: Info,
        id: Id,
        reason: Annotated[
            str | None,
            strawberry.argument(description="A supervisor takes it from a colleague, and says why; kept as a note."),
        ] = None,
    ) -> HelpRequestResult:
        context, wanted = info.context, id_of(id, "id")
        staff = context.intake
        with naming("id"):
            async with context.house.database.transaction() as tx:
                await claiming.claim(tx, context.house.vault, staff, wanted, reason=reason, now=context.now)
                await read(tx, staff, wanted)
        return await payload(context, wanted)

    @strawberry.mutation(
        description="Let a request go: the machine goes on with it. One that nobody holds is let go already."
    )
    async def release_help_request(self, info: Info, id: Id) -> HelpRequestResult:
        context, wanted = info.context, id_of(id, "id")
        staff = context.intake
        with naming("id"):
            async with context.house.database.transaction() as tx:
                await claiming.release(tx, staff, wanted, now=context.now)
                await read(tx, staff, wanted)
        return await payload(context, wanted)

    @strawberry.mutation(description="Correct what is known of a request, or decide where it goes from here.")
    async def triage_help_request(
        self,
        info: Info,
        input: Annotated[TriageInput, strawberry.argument(description="The act.")],  # noqa: A002 - the contract's name
    ) -> HelpRequestResult:
        context, staff = info.context, info.context.intake
        act = await triage_of(context.house, input)
        with naming("id"):
            async with context.house.database.transaction() as tx:
                await triage.triage(tx, context.house.vault, staff, act, now=context.now)
                await read(tx, staff, act.request_id)
        return await payload(context, act.request_id)

    @strawberry.mutation(
        description="Write down what a person told staff about one of their consents. An offer that waits for an "
        "answer is taken back where they no longer agree that a provider sees the summary."
    )
    async def record_consent(
        self,
        info: Info,
        input: Annotated[RecordConsentInput, strawberry.argument(description="What they said.")],  # noqa: A002 - as above
    ) -> HelpRequestResult:
        context, staff = info.context, info.context.intake
        told = await told_of(context.house, input)
        with naming("request_id"):
            async with context.house.database.transaction() as tx:
                await consenting.record(tx, staff, told, now=context.now)
                await read(tx, staff, told.request_id)
        return await payload(context, told.request_id)

    @strawberry.mutation(
        description="Write a note for colleagues: sealed, never shown to anyone but staff. It takes access to the "
        "case, or a supervisor."
    )
    async def add_note(
        self,
        info: Info,
        request_id: Id,
        text: Annotated[
            str,
            strawberry.argument(description="1 to 2,000 characters. Numbers from identity papers are refused."),
        ],
        idempotency_key: Annotated[
            str | None,
            strawberry.argument(description="8 to 200 characters, best a random UUID; a retry is the same note."),
        ] = None,
    ) -> HelpRequestResult:
        context, wanted = info.context, id_of(request_id, "request_id")
        staff, vault = context.intake, context.house.vault
        with naming("request_id"):
            await context.let_in(wanted, notes_only=True)
            async with context.house.database.transaction() as tx:
                await noting.add(tx, vault, staff, wanted, text, key=idempotency_key, now=context.now)
                await read(tx, staff, wanted)
        return await payload(context, wanted)


async def read(tx: Tx, staff: actors.Staff, request_id: UUID) -> None:
    """The answer shows the request, so the trail says who saw it."""
    await audit.record(tx, actor=staff.kind, actor_id=staff.id, act="request_read", subject_id=request_id)


async def payload(context: Context, id: UUID) -> HelpRequestPayload:
    request = await requests.request(context.at, id)
    is_there = request is not None and request.facts is not None
    return HelpRequestPayload(
        help_request=views.for_staff(context.house.vault, request, now=context.now) if request and is_there else None
    )
