"""A provider answers an offer, by the signed link in its letter, without an account and without a script.

Reading the page changes nothing: mail scanners and previews open every link in a letter. So opening it is not noted as
"viewed", which staff would take for a person's look, and a contact is shown in answer to a button only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from referral.edges import letters
from referral.edges.house import House
from referral.edges.web import forms
from referral.edges.web.offered import Offered, had_yes, has_contact, offered, with_person
from referral.edges.web.pages import page
from referral.edges.web.refusals import status_of
from referral.foundation import clock, links
from referral.foundation.actors import ActorKind
from referral.foundation.errors import Conflict, Expired, NoCapacity, NotFound, Refused, ValidationFailed, problem
from referral.foundation.links import Link
from referral.referrals import answering, effects, outcomes, reading, states
from referral.referrals.notes import By
from referral.referrals.outcomes import Told
from referral.referrals.reading import Referral
from referral.referrals.words import DeclineReason, ReferralAnswer, ReferralOutcome, ReferralStatus

BY_LINK = By(kind=ActorKind.PROVIDER_STAFF)
# Not answers, but what whoever has said yes may do: see the contact once more, and tell what became of it.
SHOW_CONTACT, REACHED, ENDED = "show", "reached", "ended"

REASONS = tuple(reason for reason in DeclineReason if reason not in effects.AFTER_CONTACT)

THANKS = {ReferralAnswer.DECLINE: "declined.html", ReferralAnswer.ASK: "asked.html"}
NOTHING_LEFT = "There is nothing left for you to do."
ENDINGS: dict[ReferralStatus, tuple[str, str]] = {
    ReferralStatus.DECLINED: ("This offer was declined", f"Thank you for the answer. {NOTHING_LEFT}"),
    ReferralStatus.EXPIRED: ("The time for this offer has passed", f"We ask someone else now. {NOTHING_LEFT}"),
    ReferralStatus.RECALLED: (
        "This offer was taken back",
        f"Someone else said yes, or the person no longer needs help. {NOTHING_LEFT}",
    ),
    ReferralStatus.COMPLETED: ("This referral is complete", f"Thank you. {NOTHING_LEFT}"),
    ReferralStatus.FAILED: ("This referral has ended", NOTHING_LEFT),
}
IN_TOUCH = ("You are in touch with the person", "Thank you. Come back by the same link when it has ended.")
TOLD = ("Thank you for telling us", NOTHING_LEFT)
OLD_LINK = (
    "This link has run out",
    "You have said yes to this person. To tell what became of it, use the newest letter from us.",
)
TAKEN_BACK = (
    "The person no longer asks for help here",
    f"Please do not contact them any more, and destroy what you wrote down about them. {NOTHING_LEFT}",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What was sent: an answer, with a reason and a few words where they belong to it."""

    answer: ReferralAnswer
    reason: DeclineReason | None
    words: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The door that the link in an offer's letter opens."""

    house: House

    async def show(self, request: Request) -> Response:
        """The offer, or what became of it."""
        return await self.standing(request, self.link(request))

    async def answer(self, request: Request) -> Response:
        """Do what the button says and show what came of it; a refusal shows how the offer stands instead."""
        link, now = self.link(request), clock.now()
        fields = await forms.read(request, self.house.settings.providers_at)
        try:
            in_time(link, now)
            if fields.get("answer") == SHOW_CONTACT:
                return await self.show_contact(request, link, now=now)
            if fields.get("answer") in {REACHED, ENDED}:
                return await self.tell(request, link, told_of(fields), now=now)
            return await self.take(request, link, reply_of(fields), now=now)
        except (Conflict, Expired, NoCapacity, ValidationFailed) as refusal:
            return await self.standing(request, link, refusal, fields)

    async def take(self, request: Request, link: Link, reply: Reply, *, now: datetime) -> Response:
        """Keep the answer. With a yes the contact is let go in the same transaction, its audit row first."""
        vault = self.house.vault
        async with self.house.database.transaction() as tx:
            await links.shown(tx, vault, link)
            answered = await answering.answer(
                tx, vault, link.subject, reply.answer, BY_LINK, reason=reply.reason, words=reply.words, now=now
            )
            accepted = await with_person(tx, vault, answered, BY_LINK, now=now)
        if accepted:
            return contact(request, accepted)
        state = letters.capacity_link(self.house, answered.provider_id, now=now)
        return page(request, THANKS[reply.answer], referral=answered, state_capacity=state)

    async def show_contact(self, request: Request, link: Link, *, now: datetime) -> Response:
        """The contact again; each look leaves its audit row."""
        async with self.house.database.transaction() as tx:
            await links.shown(tx, self.house.vault, link)
            referral = await reading.referral(tx, link.subject)
            accepted = await with_person(tx, self.house.vault, referral, BY_LINK, now=now) if referral else None
        if accepted is None:
            raise Conflict("The contact is shown after a yes, and only then.")
        return contact(request, accepted)

    async def tell(self, request: Request, link: Link, told: Told, *, now: datetime) -> Response:
        """Keep what became of a yes."""
        async with self.house.database.transaction() as tx:
            await links.shown(tx, self.house.vault, link)
            await outcomes.record(tx, self.house.vault, link.subject, told, BY_LINK, now=now)
        if told.outcome is None:
            return page(request, "ended.html", title=IN_TOUCH[0], sentence=IN_TOUCH[1])
        return page(request, "ended.html", title=TOLD[0], sentence=TOLD[1])

    async def standing(
        self, request: Request, link: Link, refusal: Refused | None = None, fields: Mapping[str, str] | None = None
    ) -> Response:
        """How the offer stands: open, past its time, or answered."""
        at, now = self.house.database.reader, clock.now()
        await links.shown(at, self.house.vault, link)
        referral = await reading.referral(at, link.subject)
        if referral is None or referral.status is ReferralStatus.PROPOSED:
            raise NotFound("There is no such offer.")
        has_run_out = link.expires_at <= now
        if referral.status in states.AFTER_YES and not has_run_out:
            return said_yes(request, referral, refusal, fields or {}, may_show=await has_contact(at, referral))
        if referral.status in states.AFTER_YES:
            return page(request, "ended.html", HTTPStatus.GONE, title=OLD_LINK[0], sentence=OLD_LINK[1])
        if referral.status not in states.OPEN:
            return ended(request, referral.status, had_yes=await had_yes(at, referral))
        if has_run_out or referral.expires_at <= now:
            return ended(request, ReferralStatus.EXPIRED)
        offer = await offered(at, self.house.vault, referral, now=now)
        if offer is None:  # erased a moment ago
            return ended(request, ReferralStatus.RECALLED)
        return opened(request, offer, refusal, fields or {})

    def link(self, request: Request) -> Link:
        """The link, even one that has run out, so that the page can say so. Raises NotFound for a forged one."""
        return links.peek(self.house.vault, "answer-referral", request.path_params["token"])


def in_time(link: Link, now: datetime) -> None:
    """Raises Expired for a link that has run out."""
    if link.expires_at <= now:
        raise Expired("This link has run out.")


def reply_of(fields: Mapping[str, str]) -> Reply:
    """What was answered. Raises ValidationFailed for words that no button of ours sends."""
    answer = forms.chosen(ReferralAnswer, fields.get("answer", ""))
    if answer is None:
        raise ValidationFailed([problem("answer", "UNKNOWN", "Choose one of the answers.")])
    return Reply(
        answer=answer,
        reason=forms.chosen(DeclineReason, fields.get("decline_reason", "")),
        words=fields.get("note", "").strip() or None,
    )


def told_of(fields: Mapping[str, str]) -> Told:
    """What the buttons after a yes say."""
    words = fields.get("note", "").strip() or None
    if fields.get("answer") == REACHED:
        return Told(reached=True, words=words)
    outcome = forms.chosen(ReferralOutcome, fields.get("outcome", ""))
    if outcome is None:
        raise ValidationFailed([problem("outcome", "EMPTY", "Choose how it ended.")])
    reason = forms.chosen(DeclineReason, fields.get("reason", "")) if outcome is ReferralOutcome.NOT_SERVED else None
    return Told(outcome=outcome, reason=reason, words=words)


# ---------------------------------------------------------------- pages


def opened(request: Request, offer: Offered, refusal: Refused | None, sent: Mapping[str, str]) -> Response:
    """The offer with its buttons, and what was wrong with the last try."""
    problems = refusal.problems if isinstance(refusal, ValidationFailed) else ()
    return page(
        request,
        "offer.html",
        status_of(refusal) if refusal else HTTPStatus.OK,
        offer=offer,
        reasons=REASONS,
        sent=sent,
        wrong={one.path[0]: one.message for one in problems},
        message=None if problems or refusal is None else refusal.message,
    )


def contact(request: Request, offer: Offered) -> Response:
    return page(request, "contact.html", offer=offer)


def said_yes(
    request: Request, referral: Referral, refusal: Refused | None, sent: Mapping[str, str], *, may_show: bool
) -> Response:
    """After a yes: the contact once more, and buttons to tell whether the person was reached and how it ended."""
    problems = refusal.problems if isinstance(refusal, ValidationFailed) else ()
    return page(
        request,
        "said_yes.html",
        status_of(refusal) if refusal else HTTPStatus.OK,
        in_touch=referral.status is ReferralStatus.IN_PROGRESS,
        may_show=may_show,
        outcomes=tuple(ReferralOutcome),
        reasons=tuple(DeclineReason),
        sent=sent,
        wrong={one.path[0]: one.message for one in problems},
        message=None if problems or refusal is None else refusal.message,
    )


def ended(request: Request, status: ReferralStatus, *, had_yes: bool = False) -> Response:
    """An offer that takes no answer any more: 410 where the clock ran out, 409 where something else happened first."""
    title, sentence = TAKEN_BACK if status is ReferralStatus.RECALLED and had_yes else ENDINGS[status]
    code = HTTPStatus.GONE if status is ReferralStatus.EXPIRED else HTTPStatus.CONFLICT
    return page(request, "ended.html", code, title=title, sentence=sentence)
