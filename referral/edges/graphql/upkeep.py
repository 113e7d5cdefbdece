"""How staff keep the directory true: who is verified, who must not be listed, and what a listing said before."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import strawberry

from referral.directory import history
from referral.directory.history import Edit, Edits, ListingPart
from referral.directory.upkeep import reports, verifying
from referral.directory.upkeep.verifying import Evidence, Standing, Step, Waiting
from referral.directory.words import SuspensionReason, VerificationStatus, VerificationStep
from referral.edges.graphql.context import Info
from referral.edges.graphql.directory_types import PageInfo
from referral.edges.graphql.inputs import id_of
from referral.edges.graphql.problems import ConflictProblem, NotFoundProblem, ValidationProblem
from referral.edges.graphql.public import After, First
from referral.edges.graphql.reporting import CloseReportPayload, CloseReportResult, ListingReportConnection
from referral.edges.graphql.scalars import Cursor, described
from referral.foundation.actors import ActorKind, Staff
from referral.foundation.db import Tx
from referral.foundation.errors import NotFound, ValidationFailed, problem
from referral.referrals import suspending


@strawberry.type(name="RegisterEvidence", description="Where an official register says who a provider is.")
class RegisterEvidence:
    register: str = described("The register's name, such as that of a state bar or the EOIR roster.")
    number: str = described("The number there.")
    url: str = described("The address of the entry.")
    looked_up_on: date = described("The day somebody looked.")


@strawberry.type(name="VerificationEvent", description="One thing that was done to verify a provider.")
class VerificationEvent:
    told: strawberry.Private[Step]
    step: VerificationStep = described("What.")
    at: datetime = described("When.")
    actor: ActorKind = described("Who: a kind, never a name.")
    verified_until: datetime | None = described("With a confirmation: how long it is believed.")
    reason: SuspensionReason | None = described("With a suspension: why.")

    @strawberry.field(description="With a check: what was found.")
    def evidence(self) -> RegisterEvidence | None:
        told = self.told
        if told.register is None or told.looked_up_on is None:
            return None
        return RegisterEvidence(
            register=told.register,
            number=told.register_number or "",
            url=told.register_url or "",
            looked_up_on=told.looked_up_on,
        )


@strawberry.type(name="VerificationRecord", description="How far a provider has been checked, and how that came.")
class VerificationRecord:
    provider_id: strawberry.ID = described("The listing; of one that is suspended only staff see it.")
    name: str = described("What it is called.")
    status: VerificationStatus = described("How far it has been checked.")
    verified_until: datetime | None = described("How long that is believed.")

    @strawberry.field(description="All that was done, the oldest first.")
    async def events(self, info: Info) -> list[VerificationEvent]:
        return [
            VerificationEvent(
                told=one,
                step=one.step,
                at=one.at,
                actor=one.actor,
                verified_until=one.verified_until,
                reason=one.reason,
            )
            for one in await verifying.steps(info.context.at, UUID(self.provider_id))
        ]


def record_of(one: Standing) -> VerificationRecord:
    return VerificationRecord(
        provider_id=strawberry.ID(str(one.id)),
        name=one.name,
        status=one.verification,
        verified_until=one.verified_until,
    )


@strawberry.type(description="A page of providers by how far they have been checked.")
class VerificationConnection:
    waiting: strawberry.Private[Waiting]

    @strawberry.field(description="Their records.")
    def nodes(self) -> list[VerificationRecord]:
        return [record_of(one) for one in self.waiting.found]

    @strawberry.field(description="Whether the list goes on.")
    def page_info(self) -> PageInfo:
        ends = [Cursor(verifying.cursor(one)) for one in self.waiting.found]
        return PageInfo(
            has_next_page=self.waiting.page.has_next,
            has_previous_page=self.waiting.page.has_previous,
            start_cursor=ends[0] if ends else None,
            end_cursor=ends[-1] if ends else None,
        )


@strawberry.type(description="The record after the change.")
class VerificationPayload:
    record: VerificationRecord = described("How far it has been checked now.")


@strawberry.type(description="One field of a listing before and after a change.")
class ListingEdit:
    at: datetime = described("When.")
    part: ListingPart = described("Which part of the listing.")
    field: str | None = described("Which field; null where a whole row, such as a telephone, came or went.")
    before: str | None = described("What it said, lists and rows as JSON; null where there was nothing.")
    after: str | None = described("What it says since.")
    by_whom: str | None = described("On whose word; null where nobody said.")


@strawberry.type(description="A page of a listing's history.")
class ListingEditConnection:
    found: strawberry.Private[Edits]

    @strawberry.field(description="The changes, the newest first.", graphql_type=list[ListingEdit])
    def nodes(self) -> tuple[Edit, ...]:
        return self.found.edits

    @strawberry.field(description="Whether the list goes on.")
    def page_info(self) -> PageInfo:
        edits = self.found.edits
        return PageInfo(
            has_next_page=self.found.page.has_next,
            has_previous_page=self.found.page.has_previous,
            start_cursor=Cursor(edits[0].cursor) if edits else None,
            end_cursor=Cursor(edits[-1].cursor) if edits else None,
        )


VerificationResult = Annotated[
    VerificationPayload | ValidationProblem | NotFoundProblem | ConflictProblem,
    strawberry.union("VerificationResult", description="A step is kept, or what stood in the way."),
]


@strawberry.input(description="What an official register says.")
class RegisterEvidenceInput:
    register: str = described("The register's name, such as that of a state bar or the EOIR roster.")
    number: str = described("The number there.")
    url: str = described("The address of the entry, https://.")
    looked_up_on: date = described("The day you looked, at most 90 days ago.")


@strawberry.input(one_of=True, description="One step, and what it needs.")
class VerificationStepInput:
    apply: strawberry.Maybe[bool] = described("true: the provider asks to be checked.")
    check: strawberry.Maybe[RegisterEvidenceInput] = described("You looked it up: what you found.")
    confirm_until: strawberry.Maybe[datetime] = described(
        "You confirm what somebody else found, until then: at most a year."
    )
    suspend: strawberry.Maybe[SuspensionReason] = described(
        "It goes from all lists at once, and its open offers are recalled: why."
    )
    reinstate: strawberry.Maybe[bool] = described("true: it is listed again, and checked from the beginning.")


@strawberry.type
class UpkeepQuery:
    @strawberry.field(description="Providers that stand so, by id: APPLIED, CHECKED and EXPIRED wait for somebody.")
    async def verifications(
        self,
        info: Info,
        status: Annotated[VerificationStatus, strawberry.argument(description="How far they have been checked.")],
        first: First = None,
        after: After = None,
    ) -> VerificationConnection:
        context = info.context
        _ = context.intake  # raises NotAllowed for whoever is none
        return VerificationConnection(waiting=await verifying.waiting(context.at, status, first=first, after=after))

    @strawberry.field(description="How far one provider has been checked; null where there is no such listing.")
    async def verification(
        self, info: Info, provider_id: Annotated[strawberry.ID, strawberry.argument(description="The listing.")]
    ) -> VerificationRecord | None:
        context = info.context
        _ = context.intake
        found = await verifying.standing(context.at, id_of(provider_id, "provider_id"))
        return record_of(found) if found else None

    @strawberry.field(description="What a listing, its service, place and organization said before.")
    async def listing_history(
        self,
        info: Info,
        provider_id: Annotated[strawberry.ID, strawberry.argument(description="The listing.")],
        first: First = None,
        after: After = None,
    ) -> ListingEditConnection:
        context = info.context
        _ = context.intake
        found = await history.of(context.at, id_of(provider_id, "provider_id"), first=first, after=after)
        return ListingEditConnection(found=found)

    @strawberry.field(description="What people say is wrong with listings, the longest waiting first.")
    async def listing_reports(self, info: Info, first: First = None, after: After = None) -> ListingReportConnection:
        context = info.context
        staff = context.intake
        async with context.house.database.transaction() as tx:
            found = await reports.waiting(tx, context.house.vault, staff, first=first, after=after)
        return ListingReportConnection(found=found)


@strawberry.type
class UpkeepMutation:
    @strawberry.mutation(
        description="Do the next step to verify a provider. Confirming, suspending and reinstating are a supervisor's, "
        "and nobody confirms what they checked themselves."
    )
    async def verify_provider(
        self,
        info: Info,
        provider_id: Annotated[strawberry.ID, strawberry.argument(description="The listing.")],
        step: Annotated[VerificationStepInput, strawberry.argument(description="What was done.")],
    ) -> VerificationResult:
        context, provider = info.context, id_of(provider_id, "provider_id")
        staff, now = context.intake, context.now
        async with context.house.database.transaction() as tx:
            await do(tx, staff, provider, step, now)
            found = await verifying.standing(tx, provider)
        if found is None:
            raise NotFound("There is no such listing.")
        return VerificationPayload(record=record_of(found))

    @strawberry.mutation(description="Somebody has looked at a report. Correct the listing first, where it was right.")
    async def close_report(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The report.")],
        was_right: Annotated[bool, strawberry.argument(description="Whether the listing was wrong, as it says.")],
    ) -> CloseReportResult:
        context, report = info.context, id_of(id, "id")
        staff = context.intake
        async with context.house.database.transaction() as tx:
            await reports.close(tx, staff, report, was_right=was_right, now=context.now)
        return CloseReportPayload(id=id)


async def do(tx: Tx, staff: Staff, provider: UUID, step: VerificationStepInput, now: datetime) -> None:
    if step.check is not None:
        await verifying.check(tx, staff, provider, evidence_of(step.check.value), now=now)
    elif step.confirm_until is not None:
        await verifying.confirm(tx, staff, provider, step.confirm_until.value, now=now)
    elif step.suspend is not None:
        await verifying.suspend(tx, staff, provider, step.suspend.value, now=now)
        await suspending.order_recalls(tx, provider)
    elif step.reinstate is not None and step.reinstate.value:
        await verifying.reinstate(tx, staff, provider, now=now)
    elif step.apply is not None and step.apply.value:
        await verifying.apply(tx, staff, provider, now=now)
    else:
        raise ValidationFailed([problem("step", "EMPTY", "Say true, or name another step.")])


def evidence_of(asked: RegisterEvidenceInput) -> Evidence:
    return Evidence(register=asked.register, number=asked.number, url=asked.url, looked_up_on=asked.looked_up_on)
