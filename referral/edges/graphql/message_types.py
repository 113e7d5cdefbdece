"""Messages between the person and the team, as they are published. A provider sees none."""

from datetime import datetime
from typing import Annotated

import strawberry

from referral.edges.graphql.context import Info
from referral.edges.graphql.directory_types import PageInfo
from referral.edges.graphql.scalars import Cursor, described
from referral.foundation.actors import ActorKind
from referral.foundation.cursors import Page
from referral.intake import messages
from referral.referrals.views import Beholder, RequestView

First = Annotated[int | None, strawberry.argument(description="How many, 1 to 50; 20 if not said.")]
After = Annotated[Cursor | None, strawberry.argument(description="After this cursor.")]


@strawberry.type(description="What the person or the team wrote.")
class Message:
    id: strawberry.ID = described("Its id.")
    at: datetime = described("When.")
    actor: ActorKind = described("Who wrote it: a kind, never a name.")
    text: str = described("What they wrote.")
    read_at: datetime | None = described("When the other side first had it on the screen.")


@strawberry.type(description="One message of a list.")
class MessageEdge:
    cursor: Cursor = described("Where it stands in the list.")
    node: messages.Message = described("The message.", graphql_type=Message)


@strawberry.type(description="A page of messages, the oldest first.")
class MessageConnection:
    found: strawberry.Private[messages.Messages]

    @strawberry.field(description="The messages with their cursors.")
    def edges(self) -> list[MessageEdge]:
        return [MessageEdge(cursor=Cursor(messages.cursor(one)), node=one) for one in self.found.messages]

    @strawberry.field(description="The messages alone.", graphql_type=list[Message])
    def nodes(self) -> list[messages.Message]:
        return list(self.found.messages)

    @strawberry.field(description="Whether the list goes on.")
    def page_info(self) -> PageInfo:
        ends = [Cursor(messages.cursor(one)) for one in self.found.messages]
        return PageInfo(
            has_next_page=self.found.page.has_next,
            has_previous_page=self.found.page.has_previous,
            start_cursor=ends[0] if ends else None,
            end_cursor=ends[-1] if ends else None,
        )


NOTHING = messages.Messages(messages=(), page=Page(has_next=False, has_previous=False))


async def written(info: Info, view: RequestView, first: int | None, after: str | None) -> MessageConnection:
    """The messages of a request for who may read them; staff's look leaves a trace before anything is shown."""
    context = info.context
    if view.beholder not in {Beholder.REQUESTER, Beholder.STAFF}:
        return MessageConnection(found=NOTHING)
    if view.beholder is Beholder.STAFF:
        await context.opened(view.id)
    async with context.house.database.transaction() as tx:
        vault = context.house.vault
        if view.beholder is Beholder.STAFF:
            found = await messages.for_staff(
                tx, vault, context.intake, view.request, first=first, after=after, now=context.now
            )
        else:
            found = await messages.written(tx, vault, view.request, first=first, after=after)
            await messages.seen_by_person(tx, [one.id for one in found.messages], now=context.now)
    return MessageConnection(found=found)
