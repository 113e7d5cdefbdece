"""The audit trail as those who oversee the desk read it."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from referral.edges.graphql.context import Info
from referral.edges.graphql.directory_types import PageInfo
from referral.edges.graphql.inputs import id_of
from referral.edges.graphql.public import After, First
from referral.edges.graphql.scalars import Cursor, described
from referral.edges.graphql.staff_types import StaffMember
from referral.foundation import actors
from referral.foundation.actors import ActorKind
from referral.referrals.erasing import Erased, Why
from referral.triage import trail
from referral.triage.trail import Trail


@strawberry.type(name="AuditEvent", description="One act: kinds and ids, and nothing that was seen.")
class AuditEvent:
    told: strawberry.Private[trail.AuditEvent]
    at: datetime = described("When.")
    actor: ActorKind = described("Who: a kind.")
    act: str = described("What was done: request_read, person_read, contact_released, request_claimed and so on.")

    @strawberry.field(description="On what: the subject that was asked for.")
    def subject(self) -> strawberry.ID:
        return strawberry.ID(str(self.told.subject_id))

    @strawberry.field(
        description="Which colleague; null where it was not one of the team.", graphql_type=StaffMember | None
    )
    async def staff(self, info: Info) -> actors.Staff | None:
        id = self.told.actor_id
        return None if id is None else await info.context.loaders.staff.load(id)


@strawberry.type(description="One act of a trail.")
class AuditEventEdge:
    cursor: Cursor = described("Where it stands in the trail.")
    node: AuditEvent = described("The act.")


@strawberry.type(description="A page of an audit trail.")
class AuditEventConnection:
    found: strawberry.Private[Trail]

    @strawberry.field(description="The acts with their cursors, the newest first.")
    def edges(self) -> list[AuditEventEdge]:
        return [AuditEventEdge(cursor=Cursor(one.cursor), node=event_of(one)) for one in self.found.events]

    @strawberry.field(description="The acts alone.")
    def nodes(self) -> list[AuditEvent]:
        return [event_of(one) for one in self.found.events]

    @strawberry.field(description="Whether the trail goes on.")
    def page_info(self) -> PageInfo:
        events = self.found.events
        return PageInfo(
            has_next_page=self.found.page.has_next,
            has_previous_page=self.found.page.has_previous,
            start_cursor=Cursor(events[0].cursor) if events else None,
            end_cursor=Cursor(events[-1].cursor) if events else None,
        )


def event_of(one: trail.AuditEvent) -> AuditEvent:
    return AuditEvent(told=one, at=one.at, actor=one.actor, act=one.act)


@strawberry.type(name="Erased", description="How much of one table or column went, on one day and for one reason.")
class ErasedLine:
    day: date = described("The day, in UTC.")
    why: Why = described("Why.")
    what: str = described("A table, or one of its columns; `request` counts the requests themselves.")
    number: int = described("How many rows, or values.")


@strawberry.type
class AuditQuery:
    @strawberry.field(
        description="What was erased, the last day first: numbers, and nothing of what it said. For supervisors and "
        "those who keep accounts.",
        graphql_type=list[ErasedLine],
    )
    async def erasures(
        self,
        info: Info,
        from_: Annotated[date, strawberry.argument(name="from", description="The first day, in UTC.")],
        to: Annotated[date, strawberry.argument(description="The last day, in UTC; at most a year later.")],
    ) -> list[Erased]:
        return await trail.erased(info.context.at, info.context.staff, from_, to)

    @strawberry.field(
        description="Who opened, released or changed what, the newest first; the look is written down too. For "
        "supervisors and those who keep accounts; intake staff see that of a request they have in hand."
    )
    async def audit_trail(
        self,
        info: Info,
        subject: Annotated[strawberry.ID, strawberry.argument(description="A request, a listing or a proposal.")],
        first: First = None,
        after: After = None,
    ) -> AuditEventConnection:
        context, wanted = info.context, id_of(subject, "subject")
        staff = context.staff
        async with context.house.database.transaction() as tx:
            return AuditEventConnection(found=await trail.of(tx, staff, wanted, first=first, after=after))
