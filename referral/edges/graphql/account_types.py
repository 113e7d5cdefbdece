"""Accounts of the team, as those who keep them see them, and one's own sessions."""

from datetime import datetime
from typing import Annotated

import strawberry

from referral.edges.graphql.context import Context, Info
from referral.edges.graphql.inputs import id_of
from referral.edges.graphql.problems import ConflictProblem, NotFoundProblem, ValidationProblem
from referral.edges.graphql.scalars import described
from referral.edges.graphql.staff_types import StaffMember
from referral.foundation import actors
from referral.foundation.actors import StaffId, StaffRole
from referral.foundation.errors import NotAllowed, naming
from referral.triage import staff as accounts
from referral.triage.entry import enrolment, sessions
from referral.triage.entry.enrolment import Enrolment, Half
from referral.triage.entry.sessions import Session, Way
from referral.triage.staff import Listed

Email = Annotated[str, strawberry.argument(description="The e-mail address of the account.")]
Account = Annotated[strawberry.ID, strawberry.argument(description="The account.")]


@strawberry.type(description="An account of the team.")
class StaffAccount:
    id: strawberry.ID = described("Its id.")
    email: str = described("Its e-mail address.")
    name: str = described("Whose it is.")
    role: StaffRole = described("What they may do.")
    disabled_at: datetime | None = described("When it was shut.")
    passkeys: int = described("How many passkeys open it.")
    has_password: bool = described("Whether a password does.")
    has_codes: bool = described("Whether that password asks for a code.")
    last_seen_at: datetime | None = described("When it was last used, while it is signed in.")


@strawberry.type(description="One place where you are signed in.")
class StaffSession:
    id: strawberry.ID = described("Its id; it opens nothing.")
    way: Way = described("How you came in.")
    created_at: datetime = described("When.")
    last_used_at: datetime = described("When it was last used, to the minute.")


@strawberry.type(description="A new start that waits for a second colleague.")
class NewStart:
    kept: strawberry.Private[Enrolment]
    id: strawberry.ID = described("Its id.")
    reason: str = described("Why it was asked for.")
    made_at: datetime = described("When it was asked for.")
    expires_at: datetime = described("Until when it can be agreed on and used.")

    @strawberry.field(description="For whom.", graphql_type=StaffMember | None)
    async def staff(self, info: Info) -> actors.Staff | None:
        return await info.context.loaders.staff.load(self.kept.staff_id)

    @strawberry.field(description="Who asked.", graphql_type=StaffMember | None)
    async def asked_by(self, info: Info) -> actors.Staff | None:
        by = self.kept.asked_by
        return None if by is None else await info.context.loaders.staff.load(by)


@strawberry.type(description="Your half of a code. Shown once: hand it over in person or by phone.")
class NewStartPayload:
    id: strawberry.ID = described("The new start, for the colleague who agrees.")
    half: str = described("16 letters and digits; a second colleague holds the others.")


@strawberry.type(description="The account after the act.")
class StaffMemberPayload:
    staff_member: StaffMember = described("Whose account.")


NewStartResult = Annotated[
    NewStartPayload | ValidationProblem | NotFoundProblem | ConflictProblem,
    strawberry.union("NewStartResult", description="Half a code, or what stood in the way."),
]
StaffMemberResult = Annotated[
    StaffMemberPayload | ValidationProblem | NotFoundProblem | ConflictProblem,
    strawberry.union("StaffMemberResult", description="An account as it stands now, or what stood in the way."),
]


def overseer(context: Context) -> actors.Staff:
    if context.staff.role is StaffRole.INTAKE:
        raise NotAllowed("Supervisors and admins see to this.")
    return context.staff


def half_of(made: Half) -> NewStartPayload:
    return NewStartPayload(id=strawberry.ID(str(made.id)), half=made.half)


def member(staff: actors.Staff) -> StaffMemberPayload:
    shown = StaffMember(id=strawberry.ID(str(staff.id)), name=staff.name, email=staff.email, role=staff.role)
    return StaffMemberPayload(staff_member=shown)


@strawberry.type
class AccountQuery:
    @strawberry.field(
        description="Every account, open ones first. For supervisors and admins.", graphql_type=list[StaffAccount]
    )
    async def staff_accounts(self, info: Info) -> list[Listed]:
        overseer(info.context)
        return await accounts.listed(info.context.at)

    @strawberry.field(description="Where you are signed in now, the last used first.", graphql_type=list[StaffSession])
    async def my_sessions(self, info: Info) -> list[Session]:
        return await sessions.of(info.context.at, info.context.staff, now=info.context.now)

    @strawberry.field(description="New starts that wait for a second colleague. For supervisors and admins.")
    async def new_starts(self, info: Info) -> list[NewStart]:
        overseer(info.context)
        return [
            NewStart(
                kept=one,
                id=strawberry.ID(str(one.id)),
                reason=one.reason,
                made_at=one.made_at,
                expires_at=one.expires_at,
            )
            for one in await enrolment.waiting(info.context.at, now=info.context.now)
        ]


@strawberry.type
class AccountMutation:
    @strawberry.mutation(
        description="Open an account. Nobody can use it before two colleagues gave its owner a new start. For admins."
    )
    async def open_staff_account(
        self,
        info: Info,
        email: Email,
        name: Annotated[str, strawberry.argument(description="Their name, as colleagues see it.")],
        role: Annotated[StaffRole, strawberry.argument(description="What they may do.")],
    ) -> StaffMemberResult:
        context = info.context
        async with context.house.database.transaction() as tx:
            return member(await accounts.add(tx, email=email, name=name, role=role, by=context.staff, now=context.now))

    @strawberry.mutation(description="Shut an account for good; its sessions end at once, everywhere. For admins.")
    async def shut_staff_account(self, info: Info, email: Email) -> StaffMemberResult:
        context = info.context
        with naming("email"):
            async with context.house.database.transaction() as tx:
                return member(await accounts.disable(tx, email, by=context.staff, now=context.now))

    @strawberry.mutation(description="Change what somebody may do; their sessions end. For admins, on others.")
    async def change_staff_role(
        self,
        info: Info,
        email: Email,
        role: Annotated[StaffRole, strawberry.argument(description="What they may do from now on.")],
    ) -> StaffMemberResult:
        context = info.context
        with naming("email"):
            async with context.house.database.transaction() as tx:
                return member(await accounts.change_role(tx, email, role, by=context.staff))

    @strawberry.mutation(
        description="Ask for a new start for a colleague who lost their keys, or has none yet: you get half a code. "
        "For supervisors and admins."
    )
    async def ask_new_start(
        self,
        info: Info,
        staff_id: Account,
        reason: Annotated[str, strawberry.argument(description="Why, in 1 to 500 characters.")],
    ) -> NewStartResult:
        context, wanted = info.context, StaffId(id_of(staff_id, "staff_id"))
        with naming("staff_id"):
            async with context.house.database.transaction() as tx:
                return half_of(await enrolment.ask(tx, context.staff, wanted, reason, now=context.now))

    @strawberry.mutation(description="Agree to it as the second colleague: you get the other half of the code.")
    async def agree_to_new_start(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The new start.")]
    ) -> NewStartResult:
        context, wanted = info.context, id_of(id, "id")
        with naming("id"):
            async with context.house.database.transaction() as tx:
                return half_of(await enrolment.agree(tx, context.staff, wanted, now=context.now))

    @strawberry.mutation(description="End one of your sessions, here or elsewhere; the others that are left.")
    async def end_my_session(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The session.")]
    ) -> list[StaffSession]:
        context, wanted = info.context, id_of(id, "id")
        with naming("id"):
            async with context.house.database.transaction() as tx:
                await sessions.end(tx, context.staff, wanted)
        left = await sessions.of(context.at, context.staff, now=context.now)
        return [
            StaffSession(
                id=strawberry.ID(str(one.id)), way=one.way, created_at=one.created_at, last_used_at=one.last_used_at
            )
            for one in left
        ]
