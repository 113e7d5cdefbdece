"""A person who asks, and offers of them made and answered: where the stories of the hand-over begin."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from given import BROWNSVILLE

from referral.edges.house import House
from referral.foundation.actors import ActorKind, Visitor
from referral.foundation.clock import now
from referral.foundation.vocabulary import CasePosture, HelpType, ProtectionClaim
from referral.intake import requests, submitting
from referral.intake.form import Answers, LookedUp, Person, SafeContact, Spot
from referral.intake.requests import HelpRequest
from referral.intake.submitting import Submitted
from referral.intake.words import AgeBand, CanAfford, ConsentScope, ContactChannel, Representation
from referral.referrals import answering, offers, placing, reading
from referral.referrals.notes import By
from referral.referrals.offers import THE_SYSTEM, Terms
from referral.referrals.reading import Referral
from referral.referrals.words import DeclineReason, ReferralAnswer, ReferralStatus

PROVIDER = By(kind=ActorKind.PROVIDER_STAFF)
KNOWN = {tag: tag for tag in ("es", "en", "mam", "ht")}
HERE = Spot(
    place_id=UUID(int=1), name="Brownsville", kind="town", country="US", state="TX", county="Cameron County",
    latitude=BROWNSVILLE[0], longitude=BROWNSVILLE[1],
)  # fmt: skip
SOMEONE = Person(
    name="Synthetic Person",
    contacts=(SafeContact(channel=ContactChannel.PHONE, value="+1 956 555 0100", safe_times="after six"),),
    note="A synthetic note.",
)
ANSWERS = Answers(
    idempotency_key="a key for each",
    representation=Representation.NONE,
    can_afford=CanAfford.NO,
    help_types=(HelpType.LEGAL_ASYLUM,),
    claims=(ProtectionClaim.ASYLUM,),
    posture=CasePosture.IN_REMOVAL_PROCEEDINGS,
    languages=("es",),
    country="HN",
    age=AgeBand.ADULT,
    person=SOMEONE,
    consents=tuple(ConsentScope),
    ui_language="es",
)


async def submitted(house: House, *, place: Spot | None = HERE, **changes: Any) -> Submitted:
    """A person in Brownsville whom the standard office fits in everything, but for what is changed."""
    answers = replace(ANSWERS, idempotency_key=str(uuid4()), **changes)
    found = LookedUp(languages=KNOWN, place=place)
    async with house.database.transaction() as tx:
        return await submitting.submit(tx, house.vault, Visitor(), answers, found, now=now())


async def someone(house: House, *, place: Spot | None = HERE, **changes: Any) -> HelpRequest:
    """The same, for a story that needs no receipt."""
    return await as_it_stands(house, (await submitted(house, place=place, **changes)).request)


async def as_it_stands(house: House, request: HelpRequest) -> HelpRequest:
    """The request read anew."""
    found = await requests.request(house.database.reader, request.id)
    assert found
    return found


async def offered(house: House, request: HelpRequest, agreed: Terms) -> Referral:
    """An offer as the machine makes it, with the request locked first."""
    async with house.database.transaction() as tx:
        assert await requests.locked(tx, request.id)
        return await offers.offer(tx, request, agreed, THE_SYSTEM, now=now())


async def answered(
    house: House,
    id: UUID,
    reply: ReferralAnswer,
    *,
    reason: DeclineReason | None = None,
    words: str | None = None,
) -> Referral:
    async with house.database.transaction() as tx:
        return await answering.answer(tx, house.vault, id, reply, PROVIDER, reason=reason, words=words, now=now())


async def status(house: House, id: UUID) -> ReferralStatus:
    found = await reading.referral(house.database.reader, id)
    assert found
    return found.status


async def placed(house: House, request: HelpRequest, *relaxed: str) -> Referral | None:
    """One look of the machine for a provider."""
    async with house.database.transaction() as tx:
        return await placing.offer_best(tx, house.vault, request.id, now=now(), relaxed=frozenset(relaxed))


async def history(house: House, request: HelpRequest) -> list[str]:
    """What the request's history tells, in order."""
    rows = await house.database.pool.fetch(
        "SELECT kind FROM request_event WHERE request_id = $1 ORDER BY id", request.id
    )
    return [kind for (kind,) in rows]
