"""Where does somebody with a one-time code get their first keys, or new ones?"""

from dataclasses import dataclass, field
from http import HTTPStatus

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from referral.edges import auth, ticks
from referral.edges.house import House
from referral.edges.web import forms
from referral.edges.web.pages import page
from referral.edges.web.sign_in import MOST_BYTES, as_json, read_json, scripted, see, told, unstored
from referral.edges.web.staff_words import WORDS, Words
from referral.edges.web.tongues import tongue
from referral.foundation import clock
from referral.foundation.actors import StaffRole
from referral.foundation.errors import NotAllowed, Refused, ValidationFailed
from referral.triage.entry import enrolment, passkeys, sessions
from referral.triage.entry.sessions import SignedIn, Way

ENROL = "/staff/enrol"
ACCOUNT = "/staff/account"


class Code(msgspec.Struct, frozen=True):
    """A one-time code."""

    code: str


class Made(msgspec.Struct, frozen=True):
    """The same, with the passkey that the browser made."""

    code: str
    name: str
    credential: msgspec.Raw


def enrol_routes(house: House) -> list[Route]:
    """The page for a new start, and what its form and its script send."""
    begin = Enrol(house=house)
    return [
        Route(ENROL, begin.show, methods=["GET"]),
        Route(ENROL, begin.with_password, methods=["POST"]),
        Route(f"{ENROL}/options", begin.ask_passkey, methods=["POST"]),
        Route(f"{ENROL}/passkey", begin.with_passkey, methods=["POST"]),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrol:
    """The page for a new start. The code is typed or posted, and stands in no address."""

    house: House = field(repr=False)

    async def show(self, request: Request) -> Response:
        return self.form(request, None)

    def form(self, request: Request, message: str | None, status: int = HTTPStatus.OK) -> Response:
        lang = tongue(request)
        response = page(
            request,
            "enrol.html",
            status,
            lang=lang,
            words=WORDS[lang],
            choices=WORDS,
            message=message,
            passwords=self.house.policy.lets_in(StaffRole.INTAKE, Way.PASSWORD),
        )
        return scripted(response)

    async def with_password(self, request: Request) -> Response:
        """Begin anew with a password, where the role may."""
        sent = await forms.read(request, self.house.settings.public_url, instead="Open the page itself.")
        ticks.begin(request)
        try:
            async with self.house.database.transaction() as tx:
                begun = await enrolment.with_password(
                    tx, self.house.policy, sent.get("code", ""), sent.get("password", ""), now=clock.now()
                )
        except (NotAllowed, ValidationFailed) as refusal:
            return self.form(request, sentence(refusal, tongue(request)), HTTPStatus.UNPROCESSABLE_ENTITY)
        return self.let_in(see(f"{ACCOUNT}?lang={tongue(request)}"), begun)

    async def ask_passkey(self, request: Request) -> Response:
        """A riddle for the passkey to be made; the code is only looked at."""
        sent = await read_json(request, self.house, Code, most_bytes=MOST_BYTES)
        ticks.begin(request)
        now = clock.now()
        async with self.house.database.transaction() as tx:
            staff = await enrolment.holder(tx, sent.code, now=now)
            return as_json(await passkeys.to_make(tx, self.house.party, staff, now=now))

    async def with_passkey(self, request: Request) -> Response:
        """Begin anew with a passkey: the code is spent, whoever holds it is in."""
        sent, now = await read_json(request, self.house, Made), clock.now()
        ticks.begin(request)
        async with self.house.database.transaction() as tx:
            staff = await enrolment.use(tx, sent.code, now=now)
            credential = bytes(sent.credential).decode()
            await passkeys.keep(tx, self.house.party, staff, credential, sent.name, now=now)
            begun = await sessions.begin(tx, staff, Way.PASSKEY, now=now)
        return self.let_in(JSONResponse({**told(staff), "next": f"{ACCOUNT}?lang={tongue(request)}"}), begun)

    def let_in(self, response: Response, begun: SignedIn) -> Response:
        auth.set_session(response, begun.token, is_https=self.house.settings.is_https)
        return unstored(response)


def sentence(refusal: Refused, lang: str) -> str:
    """A refusal in the reader's language: the first thing that is wrong."""
    words: Words = WORDS[lang]
    first = refusal.problems[0] if isinstance(refusal, ValidationFailed) else None
    if lang == "en":
        return first.message if first else refusal.message
    return words.problems.get(first.code if first else "", words.sent_wrong)
