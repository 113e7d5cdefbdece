"""What stories about pages start from: an offer with its link, and somebody who visits without a script."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import given
import httpx
from given import Office

from referral.app import build
from referral.edges.house import House
from referral.foundation import links
from referral.foundation.actors import Visitor
from referral.foundation.clock import now
from referral.foundation.db import Database, execute
from referral.foundation.links import Link, Purpose
from referral.foundation.vocabulary import CasePosture, HelpType
from referral.intake import requests, submitting
from referral.intake.form import Answers, LookedUp, Person, SafeContact, Spot
from referral.intake.words import CanAfford, ConsentScope, ContactChannel, Representation
from referral.referrals import offers
from referral.referrals.offers import THE_SYSTEM
from referral.referrals.reading import Referral

NAME = "Synthetic Person"
PHONE = "+1 956 555 0100"
NOTE = "A synthetic note <b>in bold</b>."
BROWNSVILLE = Spot(
    place_id=UUID(int=1), name="Brownsville", kind="town", country="US", state="TX", county="Cameron",
    latitude=25.9017, longitude=-97.4975,
)  # fmt: skip
CONSENTS = (
    ConsentScope.STORE_REQUEST,
    ConsentScope.MATCH_AUTOMATICALLY,
    ConsentScope.SHARE_SUMMARY,
    ConsentScope.SHARE_CONTACT,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """An offer, and the token in the letter about it."""

    office: Office
    referral: Referral
    token: str

    @property
    def path(self) -> str:
        return f"/r/{self.token}"


@asynccontextmanager
async def visiting(house: House) -> AsyncGenerator[httpx.AsyncClient]:
    """A browser without a script, as far as HTTP can tell."""

    async def as_browsers_do(response: httpx.Response) -> None:
        """Of several changes of one cookie the last counts; the jar of this client goes by another order."""
        last = {said.partition("=")[0]: said for said in response.headers.get_list("set-cookie")}
        gone = {name for name, said in last.items() if "Max-Age=0" in said}
        for cookie in [one for one in client.cookies.jar if one.name in gone]:
            client.cookies.jar.clear(cookie.domain, cookie.path, cookie.name)

    async with httpx.AsyncClient(
        event_hooks={"response": [as_browsers_do]},
        transport=httpx.ASGITransport(build(house)),
        base_url=house.settings.public_url,
        headers={"accept": "text/html,*/*;q=0.8", "sec-fetch-site": "same-origin"},
    ) as client:
        yield client


async def asked(
    house: House, *, consents: tuple[ConsentScope, ...] = CONSENTS, posture: CasePosture = CasePosture.UNKNOWN
) -> requests.HelpRequest:
    """Somebody in Brownsville asks for help with asylum, in Spanish and Mam."""
    answers = Answers(
        idempotency_key=str(uuid4()),
        representation=Representation.NONE,
        can_afford=CanAfford.NO,
        help_types=(HelpType.LEGAL_ASYLUM,),
        languages=("es", "mam"),
        consents=consents,
        posture=posture,
        next_hearing_on=now().date() + timedelta(days=9),
        person=Person(name=NAME, contacts=(SafeContact(channel=ContactChannel.PHONE, value=PHONE),), note=NOTE),
    )
    found = LookedUp(languages={"es": "es", "mam": "mam"}, place=BROWNSVILLE)
    async with house.database.transaction() as tx:
        return (await submitting.submit(tx, house.vault, Visitor(), answers, found, now=now())).request


async def offered(
    house: House,
    *,
    consents: tuple[ConsentScope, ...] = CONSENTS,
    posture: CasePosture = CasePosture.UNKNOWN,
    link_lives: timedelta = timedelta(days=3),
    holds: bool = True,
    places: int | None = 5,
) -> Letter:
    """An office has an offer of that request in its letters."""
    office = await given.office(house.database, places=places)
    request = await asked(house, consents=consents, posture=posture)
    terms = given.terms(office, holds=holds)
    async with house.database.transaction() as tx:
        referral = await offers.offer(tx, request, terms, THE_SYSTEM, now=now())
    return Letter(office=office, referral=referral, token=token(house, "answer-referral", referral.id, link_lives))


def token(house: House, purpose: Purpose, subject: UUID, lives: timedelta = timedelta(days=3)) -> str:
    """A signed link's token; one that has run out where `lives` is negative."""
    return links.sign(house.vault, Link(purpose=purpose, subject=subject, expires_at=now() + lives))


async def run_out(database: Database, referral: Referral) -> None:
    """The clock of an offer runs out."""
    async with database.transaction() as tx:
        await execute(tx, "UPDATE referral SET expires_at = now() - interval '1 second' WHERE id = $1", referral.id)
