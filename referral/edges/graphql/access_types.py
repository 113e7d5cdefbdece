"""Being let into cases, and taking people's details out: who asks, why, and which second colleague agreed."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from referral.edges.graphql.context import Context, Info
from referral.edges.graphql.inputs import id_of
from referral.edges.graphql.problems import ConflictProblem, NotFoundProblem, ValidationProblem
from referral.edges.graphql.request_types import Person
from referral.edges.graphql.scalars import described
from referral.edges.graphql.staff_types import StaffMember
from referral.foundation import actors
from referral.foundation.actors import StaffRole
from referral.foundation.db import Tx
from referral.foundation.errors import NotAllowed, naming
from referral.intake import access
from referral.intake.access import Access, AccessState, Depth
from referral.triage import exporting
from referral.triage.exporting import Export, Taken

Id = Annotated[strawberry.ID, strawberry.argument(description="Its id.")]
Request = Annotated[strawberry.ID, strawberry.argument(description="The request.")]
Reason = Annotated[
    str, strawberry.argument(description="Why, in 1 to 2,000 characters. Numbers from identity papers are refused.")
]


@strawberry.type(description="One colleague's way into one case: asked for, given, refused or ended.")
class CaseAccess:
    kept: strawberry.Private[Access]
    reason: str = described("Why it was asked for. Sealed, and gone with the request.")
    depth: Depth = described("How far into the case.")
    state: AccessState = described("Where it stands.")
    asked_at: datetime = described("When it was asked for.")
    decided_at: datetime | None = described("When it was decided or ended.")
    until: datetime = described("Asked for: until when it may be given. Given: until when it opens the case.")

    @strawberry.field(description="Its id.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(str(self.kept.id))

    @strawberry.field(description="Which request.")
    def request_id(self) -> strawberry.ID:
        return strawberry.ID(str(self.kept.request_id))

    @strawberry.field(description="Who asked.", graphql_type=StaffMember | None)
    async def staff(self, info: Info) -> actors.Staff | None:
        return await info.context.loaders.staff.load(self.kept.staff_id)

    @strawberry.field(
        description="Who decided or ended it; a supervisor who looks at contacts alone decides by themselves.",
        graphql_type=StaffMember | None,
    )
    async def decided_by(self, info: Info) -> actors.Staff | None:
        by = self.kept.decided_by
        return None if by is None else await info.context.loaders.staff.load(by)


@strawberry.type(description="The access after the act.")
class CaseAccessPayload:
    access: CaseAccess = described("The access.")


CaseAccessResult = Annotated[
    CaseAccessPayload | ValidationProblem | NotFoundProblem | ConflictProblem,
    strawberry.union("CaseAccessResult", description="An access as it stands now, or what stood in the way."),
]


@strawberry.type(description="Details of several people, asked for by one supervisor and agreed on by another.")
class PeopleExport:
    kept: strawberry.Private[Export]
    reason: str = described("Why it was asked for; empty once it was taken.")
    asked_at: datetime = described("When.")
    agreed_at: datetime | None = described("When a second supervisor agreed.")
    until: datetime = described("Until when it may be agreed on; then, until when it may be taken.")
    taken_at: datetime | None = described("When it was taken; once.")

    @strawberry.field(description="Its id.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(str(self.kept.id))

    @strawberry.field(description="Which requests.")
    def request_ids(self) -> list[strawberry.ID]:
        return [strawberry.ID(str(one)) for one in self.kept.request_ids]

    @strawberry.field(description="Who asked.", graphql_type=StaffMember | None)
    async def asked_by(self, info: Info) -> actors.Staff | None:
        return await info.context.loaders.staff.load(self.kept.asked_by)

    @strawberry.field(description="Who agreed.", graphql_type=StaffMember | None)
    async def agreed_by(self, info: Info) -> actors.Staff | None:
        by = self.kept.agreed_by
        return None if by is None else await info.context.loaders.staff.load(by)


@strawberry.type(description="One person of an export.")
class ExportedPerson:
    taken: strawberry.Private[Taken]

    @strawberry.field(description="The request.")
    def request_id(self) -> strawberry.ID:
        return strawberry.ID(str(self.taken.request_id))

    @strawberry.field(
        description="The person; null where they are erased, gave nothing, or do not agree to be kept.",
        graphql_type=Person | None,
    )
    def person(self) -> object | None:
        return self.taken.person


@strawberry.type(description="The export after the act.")
class PeopleExportPayload:
    export: PeopleExport = described("The export.")
    people: list[ExportedPerson] = described("The people, where it was just taken; else empty.")


PeopleExportResult = Annotated[
    PeopleExportPayload | ValidationProblem | NotFoundProblem | ConflictProblem,
    strawberry.union("PeopleExportResult", description="An export as it stands now, or what stood in the way."),
]


async def shown(context: Context, found: list[Access]) -> list[CaseAccess]:
    """With their reasons, opened for the team."""
    async with context.house.database.transaction() as tx:
        why = await access.reasons(tx, context.house.vault, context.staff, found)
    return [
        CaseAccess(
            kept=one,
            reason=why.get(one.id, ""),
            depth=one.depth,
            state=one.state,
            asked_at=one.asked_at,
            decided_at=one.decided_at,
            until=one.until,
        )
        for one in found
    ]


async def payload(context: Context, one: Access) -> CaseAccessPayload:
    (access_shown,) = await shown(context, [one])
    return CaseAccessPayload(access=access_shown)


async def export_payload(context: Context, tx: Tx, one: Export, taken: tuple[Taken, ...] = ()) -> PeopleExportPayload:
    (export,) = await shown_exports(context, tx, [one])
    return PeopleExportPayload(export=export, people=[ExportedPerson(taken=each) for each in taken])


async def shown_exports(context: Context, tx: Tx, found: list[Export]) -> list[PeopleExport]:
    """With their reasons, opened for supervisors."""
    why = await exporting.reasons(tx, context.house.vault, found)
    return [
        PeopleExport(
            kept=one,
            reason=why.get(one.id, ""),
            asked_at=one.asked_at,
            agreed_at=one.agreed_at,
            until=one.until,
            taken_at=one.taken_at,
        )
        for one in found
    ]


def supervisor(context: Context) -> actors.Staff:
    if context.staff.role is not StaffRole.SUPERVISOR:
        raise NotAllowed("Supervisors see to this.")
    return context.staff


@strawberry.type
class AccessQuery:
    @strawberry.field(description="Your own ways into cases that run or wait for a colleague, the newest first.")
    async def my_case_access(self, info: Info) -> list[CaseAccess]:
        context = info.context
        return await shown(context, await access.mine(context.at, context.intake, now=context.now))

    @strawberry.field(description="What colleagues ask for and nobody has decided, the oldest first. For supervisors.")
    async def case_access_asked(self, info: Info) -> list[CaseAccess]:
        context = info.context
        supervisor(context)
        return await shown(context, await access.waiting(context.at, now=context.now))

    @strawberry.field(description="Exports that wait for a second supervisor, or to be taken. For supervisors.")
    async def people_exports(self, info: Info) -> list[PeopleExport]:
        context = info.context
        async with context.house.database.transaction() as tx:
            found = await exporting.waiting(tx, supervisor(context), now=context.now)
            return await shown_exports(context, tx, found)


@strawberry.type
class AccessMutation:
    @strawberry.mutation(
        description="Ask to be let into a case. A supervisor lets themselves in to contacts, for an hour, with a "
        "reason; all else takes a supervisor's yes, a supervisor's look at the whole of a case a second one's."
    )
    async def ask_case_access(
        self,
        info: Info,
        request_id: Request,
        depth: Annotated[Depth, strawberry.argument(description="How far into it.")],
        reason: Reason,
    ) -> CaseAccessResult:
        context, wanted = info.context, id_of(request_id, "request_id")
        with naming("request_id"):
            async with context.house.database.transaction() as tx:
                asked = await access.ask(
                    tx, context.house.vault, context.intake, wanted, depth, reason, now=context.now
                )
        return await payload(context, asked)

    @strawberry.mutation(description="Let a colleague in: for 8 hours, a supervisor for one.")
    async def give_case_access(self, info: Info, id: Id) -> CaseAccessResult:
        return await decided(info.context, id_of(id, "id"), gives=True)

    @strawberry.mutation(description="Do not let a colleague in.")
    async def refuse_case_access(self, info: Info, id: Id) -> CaseAccessResult:
        return await decided(info.context, id_of(id, "id"), gives=False)

    @strawberry.mutation(description="Give your access back, or, as a supervisor, take anyone's: at once.")
    async def end_case_access(self, info: Info, id: Id) -> CaseAccessResult:
        context, wanted = info.context, id_of(id, "id")
        with naming("id"):
            async with context.house.database.transaction() as tx:
                ended = await access.end(tx, context.intake, wanted, now=context.now)
        return await payload(context, ended)

    @strawberry.mutation(
        description="Ask for the details of several people at once. A second supervisor must agree; then whoever asked "
        "takes them, once, within an hour."
    )
    async def ask_people_export(
        self,
        info: Info,
        request_ids: Annotated[list[strawberry.ID], strawberry.argument(description="Which requests, 1 to 200.")],
        reason: Annotated[str, strawberry.argument(description="Why, in 1 to 500 characters, naming nobody.")],
    ) -> PeopleExportResult:
        context = info.context
        vault, ids = context.house.vault, [id_of(one, "request_ids") for one in request_ids]
        with naming("request_ids"):
            async with context.house.database.transaction() as tx:
                asked = await exporting.ask(tx, vault, supervisor(context), ids, reason, now=context.now)
                return await export_payload(context, tx, asked)

    @strawberry.mutation(description="Agree to a colleague's export.")
    async def agree_to_people_export(self, info: Info, id: Id) -> PeopleExportResult:
        context, wanted = info.context, id_of(id, "id")
        with naming("id"):
            async with context.house.database.transaction() as tx:
                agreed = await exporting.agree(tx, supervisor(context), wanted, now=context.now)
                return await export_payload(context, tx, agreed)

    @strawberry.mutation(description="Take an export that you asked for and a colleague agreed to, once.")
    async def take_people_export(self, info: Info, id: Id) -> PeopleExportResult:
        context, wanted = info.context, id_of(id, "id")
        with naming("id"):
            async with context.house.database.transaction() as tx:
                one, people = await exporting.take(
                    tx, context.house.vault, supervisor(context), wanted, now=context.now
                )
                return await export_payload(context, tx, one, people)


async def decided(context: Context, id: UUID, *, gives: bool) -> CaseAccessPayload:
    with naming("id"):
        async with context.house.database.transaction() as tx:
            found = await access.decide(tx, context.staff, id, gives=gives, now=context.now)
    return await payload(context, found)
