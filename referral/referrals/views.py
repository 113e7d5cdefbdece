"""Who sees how much of a request? A provider sees facets before it accepts, and the person only after.

The requester sees everything; staff see everything but the person, whom they open with an audit row. What a provider
may see is decided here and nowhere else.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum, auto
from uuid import UUID

from referral.foundation import audit
from referral.foundation.db import Reader, Tx
from referral.foundation.vault import Vault
from referral.foundation.vocabulary import CasePosture, HelpType
from referral.intake import consents, next_steps, requests
from referral.intake.access import Depth, NoAccess, Opened
from referral.intake.consents import Consent
from referral.intake.form import Facts, OnBehalf, Person, SafeContact, Spot
from referral.intake.next_steps import NextStep
from referral.intake.requests import HelpRequest
from referral.intake.urgency import Urgency
from referral.intake.words import ConsentScope, HelpRequestStatus, UrgencyCriterion
from referral.referrals import states
from referral.referrals.notes import By
from referral.referrals.reading import Referral

# What tells a provider how soon it must act, and whether the person is held. Nothing of what happened to them.
SHOWN_BEFORE_ACCEPTANCE = frozenset(
    {
        UrgencyCriterion.DETAINED,
        UrgencyCriterion.FEAR_INTERVIEW_WITHIN_7D,
        UrgencyCriterion.HEARING_WITHIN_14D,
        UrgencyCriterion.HEARING_WITHIN_60D,
        UrgencyCriterion.HEARING_LATER,
        UrgencyCriterion.NEGATIVE_FEAR_REVIEW_WINDOW,
        UrgencyCriterion.APPEAL_DEADLINE_WITHIN_10D,
        UrgencyCriterion.ONE_YEAR_DEADLINE_WITHIN_90D,
        UrgencyCriterion.UNACCOMPANIED_CHILD,
        UrgencyCriterion.NONE,
    }
)

AFTER_YES = frozenset({HelpRequestStatus.REFERRED, HelpRequestStatus.IN_SERVICE, HelpRequestStatus.CLOSED})


class Beholder(Enum):
    """Who looks."""

    REQUESTER = auto()
    STAFF = auto()
    PROVIDER_ASKED = auto()
    PROVIDER_ACCEPTED = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestView:
    """A request as one beholder may see it. `place` is None where it is not known or not to be shown."""

    id: UUID
    status: HelpRequestStatus
    created_at: datetime
    languages: tuple[str, ...]
    help_types: tuple[HelpType, ...]
    posture: CasePosture
    urgency: Urgency
    place: Spot | None = field(repr=False)
    country: str | None
    state: str | None
    next_steps: tuple[NextStep, ...]
    on_behalf: OnBehalf | None
    beholder: Beholder
    request: HelpRequest = field(repr=False)
    referral: Referral | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPerson:
    """What somebody sees of a person; `withheld` where the name and the person's words are kept from them."""

    name: str | None = field(repr=False)
    contacts: tuple[SafeContact, ...] = field(repr=False)
    note: str | None = field(repr=False)
    withheld: bool


async def for_requester(at: Reader, vault: Vault, request: HelpRequest, *, now: datetime) -> RequestView:
    """What the person themselves sees: all they gave, where it stands, and what their consents mean for it."""
    facts = requests.facts_of(vault, request)
    advised = next_steps.next_steps(facts, request.status, await consents.standing(at, request.id))
    return replace(whole(request, facts, Beholder.REQUESTER, now), next_steps=advised)


def for_staff(vault: Vault, request: HelpRequest, *, now: datetime) -> RequestView:
    """What intake sees at once; the person is opened apart."""
    return whole(request, requests.facts_of(vault, request), Beholder.STAFF, now)


async def for_provider(
    at: Reader, vault: Vault, request: HelpRequest, referral: Referral, *, now: datetime
) -> RequestView | None:
    """What a provider sees of a request offered to it; nothing once the offer has ended or the request is erased.

    A yes opens the rest only where the person agreed to that.
    """
    (seen,) = await for_providers(at, vault, [(request, referral)], now=now)
    return seen


async def for_providers(
    at: Reader, vault: Vault, offered: Sequence[tuple[HelpRequest, Referral]], *, now: datetime
) -> list[RequestView | None]:
    """The same for many offers, in order."""
    accepted = [request.id for request, referral in offered if referral.shows_person]
    agreeing = await consents.agreeing(at, accepted, ConsentScope.SHARE_CONTACT) if accepted else frozenset[UUID]()
    return [
        as_offered(vault, request, referral, agrees=request.id in agreeing, now=now) for request, referral in offered
    ]


async def look(tx: Tx, offered: Sequence[tuple[HelpRequest, Referral]], by: By) -> None:
    """Providers are about to see requests whole: an audit row for each that a yes and the person's word open to them.

    What is told before a yes, facets only, stands in the referral's own history.
    """
    accepted = {request.id: referral for request, referral in offered if referral.shows_person}
    agreeing = await consents.agreeing(tx, list(accepted), ConsentScope.SHARE_CONTACT) if accepted else ()
    opened = [id for id in accepted if id in agreeing]
    if opened:  # a link speaks for its provider, and there is one link for one referral
        who = by.id or accepted[opened[0]].provider_id
        await audit.record_each(tx, actor=by.kind, actor_id=who, act="request_read", subject_ids=opened)


def as_offered(
    vault: Vault, request: HelpRequest, referral: Referral, *, agrees: bool, now: datetime
) -> RequestView | None:
    if request.facts is None or referral.status not in states.LIVE:
        return None
    facts = requests.facts_of(vault, request)
    if referral.shows_person and agrees:
        return replace(whole(request, facts, Beholder.PROVIDER_ACCEPTED, now), referral=referral, next_steps=())
    return summary(request, facts, referral, now)


def whole(request: HelpRequest, facts: Facts, beholder: Beholder, now: datetime) -> RequestView:
    return RequestView(
        id=request.id,
        status=request.status,
        created_at=request.created_at,
        languages=request.languages,
        help_types=request.help_types,
        posture=facts.posture,
        urgency=urgency_of(request, facts, now),
        place=facts.place,
        country=request.country,
        state=request.state,
        next_steps=next_steps.next_steps(facts, request.status),
        on_behalf=facts.on_behalf,
        beholder=beholder,
        request=request,
    )


def urgency_of(request: HelpRequest, facts: Facts, now: datetime) -> Urgency:
    """As it stands now; once somebody has said yes, as it is kept: the wait that raises it may be over."""
    judged = requests.urgency_of(facts, asked_at=request.created_at, now=now, raised_to=request.raised_to)
    if request.status not in AFTER_YES:
        return judged
    return replace(judged, level=request.urgency, respond_by=request.respond_by)


def summary(request: HelpRequest, facts: Facts, referral: Referral, now: datetime) -> RequestView:
    """Facets only: kinds of help, languages, country and state, deadlines, and whether the person is held."""
    seen = whole(request, facts, Beholder.PROVIDER_ASKED, now)
    criteria = tuple(one for one in seen.urgency.criteria if one in SHOWN_BEFORE_ACCEPTANCE)
    return replace(
        seen,
        posture=facts.posture if facts.posture.is_held else CasePosture.UNKNOWN,
        urgency=replace(seen.urgency, criteria=criteria),
        place=None,
        next_steps=(),
        on_behalf=None,
        referral=referral,
    )


async def person(tx: Tx, vault: Vault, view: RequestView, by: By, *, opened: Opened | None = None) -> SeenPerson | None:
    """The person, opened for whoever may see them; for anyone but the person an audit row is written first.

    A provider must have accepted, and the person must have agreed to be contacted. Staff bring what let them into the
    case, and see as much as that opens.
    """
    depth = Depth.WHOLE
    match view.beholder:
        case Beholder.REQUESTER:
            return seen_person(requests.person_of(vault, view.request), Depth.WHOLE)
        case Beholder.PROVIDER_ASKED:
            return None
        case Beholder.PROVIDER_ACCEPTED:
            if not await agrees(tx, view.id, ConsentScope.SHARE_CONTACT):
                return None
        case Beholder.STAFF:
            depth = let_in(view, by, opened)
            if not await agrees(tx, view.id, ConsentScope.STORE_REQUEST):  # withdrawn: there is nobody left to call
                return None
    who = by.id or (view.referral.provider_id if view.referral else None)  # a link speaks for its provider
    await audit.record(tx, actor=by.kind, actor_id=who, act="person_read", subject_id=view.id)
    return seen_person(requests.person_of(vault, view.request), depth)


def let_in(view: RequestView, by: By, opened: Opened | None) -> Depth:
    """How far staff may look into this case. Raises NoAccess where nothing let them in."""
    if opened is None or opened.request_id != view.id or opened.staff_id != by.id:
        raise NoAccess("Take this request in hand, or ask for access and say why.")
    return opened.depth


def seen_person(given: Person | None, depth: Depth) -> SeenPerson | None:
    """The person as far as a look goes: contacts alone, or all of it."""
    if given is None:
        return None
    if depth is Depth.WHOLE:
        return SeenPerson(name=given.name, contacts=given.contacts, note=given.note, withheld=False)
    return SeenPerson(name=None, contacts=given.contacts, note=None, withheld=True)


async def consents_seen(at: Reader, view: RequestView) -> list[Consent]:
    """What the person agreed to; by which channel staff heard it is between them and the person."""
    given = await consents.given(at, view.id)
    if view.beholder in {Beholder.REQUESTER, Beholder.STAFF}:
        return given
    return [replace(one, heard_by=None, withdrawal_heard_by=None) for one in given]


async def agrees(at: Reader, request_id: UUID, scope: ConsentScope) -> bool:
    """Whether the person agrees to this now."""
    return scope in await consents.standing(at, request_id)
