"""Who works at the desk, and what they write, as the desk sees it."""

from datetime import datetime

import strawberry

from referral.edges.graphql.context import Info
from referral.edges.graphql.scalars import described
from referral.foundation import actors
from referral.foundation.actors import ActorKind, StaffRole
from referral.intake.notes import RequestNote


@strawberry.type(description="A member of the intake team.")
class StaffMember:
    id: strawberry.ID = described("Their id.")
    name: str = described("Their name.")
    email: str = described("Their e-mail address.")
    role: StaffRole = described("What they may do.")


@strawberry.type(description="What someone wrote: beside an act, or for colleagues.")
class Note:
    at: datetime = described("When.")
    actor: ActorKind = described("Who: a kind.")
    text: str = described("What they wrote.")

    @strawberry.field(
        description="Which colleague; null for what stands beside an act on a referral.",
        graphql_type=StaffMember | None,
    )
    async def author(self, info: Info) -> actors.Staff | None:
        written: object = self
        return await info.context.loaders.staff.load(written.actor_id) if isinstance(written, RequestNote) else None
