"""A person sees how the request stands, writes, and takes it back: by the code, typed each time, never in an address.

Nothing is kept in the browser but a cookie that says nothing: when it goes, with "Leave this page now", browsers forget
the pages that they keep for going back. Each answer waits at an address of its own (`help/held.py`), so the code stands
in the form's hidden field while the page is open, and nowhere after it is closed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response

from referral.directory import providers
from referral.directory.providers import Provider
from referral.edges import ticks
from referral.edges.catalogues import catalogue
from referral.edges.house import House
from referral.edges.web import changing, forms, policies
from referral.edges.web.changing import Changed
from referral.edges.web.dialling import Dialled, country_of, dialled
from referral.edges.web.help import browser
from referral.edges.web.pages import page
from referral.edges.web.tongues import reader
from referral.foundation import clock
from referral.foundation.db import Reader
from referral.foundation.errors import Conflict, FieldProblem, NotFound, ValidationFailed
from referral.intake import consents, messages, requests
from referral.intake.messages import Messages, TooManyMessages
from referral.intake.requests import HelpRequest
from referral.intake.words import ConsentScope
from referral.referrals import leaving, openings, placing, reading, states, views
from referral.referrals.openings import Opening
from referral.referrals.views import RequestView

SAID = ("common", "status", "advice")
MAKING = timedelta(hours=1)  # more than a plan takes, so that what is promised is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the page shows of a request."""

    view: RequestView
    said_yes: tuple[tuple[Provider, tuple[Dialled, ...]], ...]
    messages: Messages
    sent_on: datetime
    openings: list[Opening]
    looked_for_by: datetime | None  # where a request waits for the plan of all


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The page behind "How does my request stand?"."""

    house: House

    async def ask(self, request: Request) -> Response:
        """The box for the code. It stands where "Close this page" leads, so what was open before it is forgotten."""
        return browser.renew(shown(request), request, self.house)

    async def answer(self, request: Request) -> Response:
        """Do what the button says for the request of this code, and show how it stands."""
        fields = await forms.read(request, self.house.settings.public_url, instead=forms.PAGE)
        ticks.begin(request)
        receipt, is_sent = fields.get("code", ""), False
        problems: tuple[FieldProblem, ...] = ()
        trouble: str | None = None
        changed: Changed | None = None
        try:
            match fields.get("act"):
                case "write":
                    is_sent = await self.write(receipt, fields)
                case "withdraw" | "erase":
                    if await self.withdraw(receipt, erase=fields["act"] == "erase"):
                        return browser.renew(shown(request, is_erased=True), request, self.house)
                case _:
                    pass
            if fields.get("act") in changing.ACTS:
                changed = await changing.change(self.house, fields["act"], receipt, fields)
                fields, receipt = {**fields, "code": changed.receipt}, changed.receipt
        except NotFound:
            return shown(request, trouble="unknown")
        except ValidationFailed as refusal:
            problems = refusal.problems
        except TooManyMessages:
            trouble = "too_many"
        except Conflict:
            trouble = "other_problem"
        found = await self.standing(receipt)
        if found is None:
            return shown(request, trouble="unknown")
        answer = shown(
            request, found, problems=problems, trouble=trouble, fields=fields, is_sent=is_sent, changed=changed
        )
        return browser.mark(answer, request, self.house)

    async def standing(self, receipt: str) -> Shown | None:
        """The request of this code as the person may see it; None where there is none."""
        vault, now = self.house.vault, clock.now()
        async with self.house.database.transaction() as tx:
            request = await requests.by_receipt(tx, vault, receipt)
            if request is None or request.facts is None:
                return None
            found = await messages.written(tx, vault, request, first=50)
            await messages.seen_by_person(tx, [one.id for one in found.messages], now=now)
            return Shown(
                view=await views.for_requester(tx, vault, request, now=now),
                said_yes=await who_said_yes(tx, request),
                messages=found,
                sent_on=request.created_at,
                openings=await openings.of(tx, request.id),
                looked_for_by=self.looked_for_by(request, await consents.standing(tx, request.id), now),
            )

    def looked_for_by(self, request: HelpRequest, agreed: frozenset[ConsentScope], now: datetime) -> datetime | None:
        """When the next plan has been made at the latest; None for whoever is not left to one."""
        every = timedelta(hours=self.house.settings.plan_hours)
        if self.house.settings.plan != "apply" or not placing.is_left_to_the_plan(
            request.status, request.urgency, agreed
        ):
            return None
        first = request.created_at + every
        return (first if now < first else now + every) + MAKING

    async def write(self, receipt: str, fields: Mapping[str, str]) -> bool:
        """Keep a message. Raises NotFound, ValidationFailed, Conflict."""
        vault = self.house.vault
        async with self.house.database.transaction() as tx:
            request = await requests.held_by_receipt(tx, vault, receipt)
            if request is None:
                raise NotFound("No request has this receipt.")
            text, key = fields.get("text", ""), fields.get("key", "")
            await messages.from_person(tx, vault, request, text, key, now=clock.now())
        return True

    async def withdraw(self, receipt: str, *, erase: bool) -> bool:
        """Take the request back; whether it was erased. Raises NotFound."""
        async with self.house.database.transaction() as tx:
            closed = await leaving.withdraw(tx, self.house.vault, receipt, erase=erase, now=clock.now())
        return closed.facts is None


async def who_said_yes(at: Reader, request: requests.HelpRequest) -> tuple[tuple[Provider, tuple[Dialled, ...]], ...]:
    """The listings that have accepted, with their numbers as they are called."""
    accepted = [one.provider_id for one in await reading.of_request(at, request.id) if one.status in states.AFTER_YES]
    known = await providers.known(at, accepted)
    return tuple((known[id], numbers(known[id])) for id in accepted if id in known)


def numbers(listing: Provider) -> tuple[Dialled, ...]:
    country = country_of(listing)
    return tuple(dialled(phone.number, phone.extension, country) for phone in listing.phones)


def shown(
    request: Request,
    found: Shown | None = None,
    *,
    problems: tuple[FieldProblem, ...] = (),
    trouble: str | None = None,
    fields: Mapping[str, str] | None = None,
    is_sent: bool = False,
    is_erased: bool = False,
    changed: Changed | None = None,
) -> Response:
    sent = fields or {}
    c = catalogue(reader(request, *changing.SAID), *changing.SAID)
    is_wrong = problems or trouble or (changed and changed.wrong)
    answer = page(
        request,
        "status.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if is_wrong else HTTPStatus.OK,
        t=catalogue(reader(request, *SAID), *SAID),
        here="/{lang}/status",
        found=found,
        problems=problems,
        trouble=trouble,
        code=sent.get("code", ""),
        text=sent.get("text", "") if problems or trouble else "",
        key=str(uuid4()),
        is_sent=is_sent,
        is_erased=is_erased,
        c=c,
        changes=changing.shown_as(c, sent, changed),
    )
    answer.headers["Content-Security-Policy"] = policies.GUARDED_PAGE
    return answer
