"""Where do staff come in, and leave? A form for people, JSON for programs; a passkey for both."""

import asyncio
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import parse_qsl

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from referral.edges import auth, bodies, ticks
from referral.edges.auth import FORM, JSON, media_type
from referral.edges.house import House
from referral.edges.web import policies, refusals
from referral.edges.web.pages import page
from referral.edges.web.staff_words import WORDS
from referral.edges.web.tongues import tongue
from referral.foundation import clock
from referral.foundation.actors import Staff
from referral.foundation.errors import NotAllowed, RateLimited
from referral.triage.entry import passkeys, sessions, signing_in
from referral.triage.entry.sessions import SignedIn

LOGIN = "/staff/login"
LOGOUT = "/staff/logout"
RIDDLE = "/staff/passkey/options"
PASSKEY = "/staff/passkey"
AFTER_SIGN_IN = "/graphiql"
LEAVE_NOTHING = '"cache", "cookies", "storage"'  # of whoever was here before, on a shared computer

# Our own script talks to passkeys and to us, and nothing else runs.
SCRIPTED = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; "
    f"{policies.OWN_STYLES}; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
MOST_BYTES = 4096  # nobody is known yet: as much as a sign-in needs and no more
MOST_CREDENTIAL_BYTES = 16_384  # a passkey's answer may carry a chain of certificates
MOST_FIELDS = 8

# A password check takes 64 MiB and holds a connection. Two at a time leave the rest to people who ask for help.
CHECKS_AT_ONCE = 2
WAIT_SECONDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What somebody signs in with; `code` where their account asks for one."""

    email: str = field(repr=False)
    password: str = field(repr=False)
    code: str = field(default="", repr=False)


class Shown(msgspec.Struct, frozen=True):
    """A passkey's answer, as the browser put it."""

    credential: msgspec.Raw


def sign_in_routes(house: House) -> list[Route]:
    """The sign-in page, signing in and signing out."""
    door = Door(house=house, checks=asyncio.Semaphore(CHECKS_AT_ONCE))
    return [
        Route(LOGIN, door.show, methods=["GET"]),
        Route(LOGIN, door.sign_in, methods=["POST"]),
        Route(RIDDLE, door.ask_passkey, methods=["POST"]),
        Route(PASSKEY, door.by_passkey, methods=["POST"]),
        Route(LOGOUT, door.sign_out, methods=["POST"]),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Where staff come in and leave."""

    house: House
    checks: asyncio.Semaphore

    async def show(self, request: Request) -> Response:
        return self.form(request, message=None, email="")

    def form(self, request: Request, *, message: str | None, email: str, status: int = HTTPStatus.OK) -> Response:
        lang, settings = tongue(request), self.house.settings
        other = settings.oidc_name if settings.oidc_issuer else None
        response = page(
            request,
            "login.html",
            status,
            lang=lang,
            words=WORDS[lang],
            choices=WORDS,
            message=message,
            email=email,
            other_house=other,
        )
        return scripted(response)

    async def sign_in(self, request: Request) -> Response:
        """A form goes on to GraphiQL, JSON gets JSON. A refusal says the same whatever was wrong."""
        credentials = await self.read(request)
        ticks.begin(request)
        try:
            signed_in = await self.check(credentials, old_token=self.token(request))
        except (NotAllowed, RateLimited) as refusal:
            return self.refuse(request, refusal, credentials.email)
        return self.let_in(welcome(request, signed_in.staff), signed_in)

    async def read(self, request: Request) -> Credentials:
        """What was sent. Raises HTTPException where it cannot be read, NotAllowed where another site sent it."""
        if (kind := media_type(request)) not in {FORM, JSON}:
            raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        self.refuse_cross_site(request)
        body = await bodies.read(request, most_bytes=MOST_BYTES)
        try:
            return of_form(body) if kind == FORM else msgspec.json.decode(body, type=Credentials)
        except ValueError:  # what is no form, no JSON, not UTF-8, or lacks a field
            raise HTTPException(HTTPStatus.BAD_REQUEST) from None

    def token(self, request: Request) -> str | None:
        return auth.session_token(request, is_https=self.house.settings.is_https)

    def refuse_cross_site(self, request: Request) -> None:
        """Otherwise another site could sign a member of staff in as somebody else, or out."""
        if auth.is_cross_site(request, self.house.settings.public_url):
            raise NotAllowed("This was sent from another site. Open the sign-in page itself.")

    def let_in(self, response: Response, signed_in: SignedIn) -> Response:
        auth.set_session(response, signed_in.token, is_https=self.house.settings.is_https)
        return unstored(response)

    async def check(self, credentials: Credentials, *, old_token: str | None) -> SignedIn:
        """Count the attempt for good, then look at the password; a session that was open before ends."""
        database, now = self.house.database, clock.now()
        async with database.transaction() as tx:
            await signing_in.count_attempt(tx, credentials.email, now=now)
        await self.wait()
        try:
            async with database.transaction() as tx:
                signed_in = await signing_in.sign_in(
                    tx,
                    self.house.vault,
                    self.house.policy,
                    email=credentials.email,
                    password=credentials.password,
                    code=credentials.code,
                    now=now,
                )
                if old_token is not None:
                    await sessions.sign_out(tx, old_token)
                return signed_in
        finally:
            self.checks.release()

    async def wait(self) -> None:
        """For a free place to check a password in. Raises RateLimited where that takes too long."""
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self.checks.acquire()
        except TimeoutError:
            raise RateLimited("Too many people sign in now. Try again.", retry_after_seconds=WAIT_SECONDS) from None

    async def ask_passkey(self, request: Request) -> Response:
        """A riddle for whatever passkey the browser has; nobody is named."""
        await read_json(request, self.house, dict[str, str], most_bytes=MOST_BYTES)
        async with self.house.database.transaction() as tx:
            return as_json(await passkeys.to_sign_in(tx, self.house.party, now=clock.now()))

    async def by_passkey(self, request: Request) -> Response:
        """The riddle's answer; a session that was open before ends."""
        shown = await read_json(request, self.house, Shown)
        ticks.begin(request)
        async with self.house.database.transaction() as tx:
            signed_in = await passkeys.sign_in(
                tx, self.house.party, self.house.policy, bytes(shown.credential).decode(), now=clock.now()
            )
            if (old_token := self.token(request)) is not None:
                await sessions.sign_out(tx, old_token)
        return self.let_in(JSONResponse({**told(signed_in.staff), "next": AFTER_SIGN_IN}), signed_in)

    async def sign_out(self, request: Request) -> Response:
        """End the session, here and in the database."""
        self.refuse_cross_site(request)
        if (token := self.token(request)) is not None:
            async with self.house.database.transaction() as tx:
                await sessions.sign_out(tx, token)
        response = Response(status_code=HTTPStatus.NO_CONTENT) if media_type(request) == JSON else see(LOGIN)
        auth.clear_session(response, is_https=self.house.settings.is_https)
        response.headers["Clear-Site-Data"] = LEAVE_NOTHING
        return unstored(response)

    def refuse(self, request: Request, refusal: NotAllowed | RateLimited, email: str) -> Response:
        """The sign-in page again for a form, a problem for a program."""
        is_limited = isinstance(refusal, RateLimited)
        status = HTTPStatus.TOO_MANY_REQUESTS if is_limited else HTTPStatus.UNAUTHORIZED
        if media_type(request) == FORM:
            words = WORDS[tongue(request)]
            message = words.limited if is_limited else words.wrong
            response = self.form(request, message=message, email=email, status=status)
        else:
            response = refusals.answer(request, status, refusal.message, code=refusal.code)
        if is_limited:
            response.headers["Retry-After"] = str(refusal.retry_after_seconds)
        return response


Sent = TypeVar("Sent")


async def read_json(
    request: Request, house: House, kind: type[Sent], *, most_bytes: int = MOST_CREDENTIAL_BYTES
) -> Sent:
    """JSON from our own page. Raises NotAllowed where another site sent it, HTTPException where it is none."""
    if media_type(request) != JSON:
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    if auth.is_cross_site(request, house.settings.public_url):
        raise NotAllowed("This was sent from another site. Open the page itself.")
    try:
        return msgspec.json.decode(await bodies.read(request, most_bytes=most_bytes), type=kind)
    except ValueError:
        raise HTTPException(HTTPStatus.BAD_REQUEST) from None


def of_form(body: bytes) -> Credentials:
    fields = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    return msgspec.convert(dict(fields), Credentials)


def told(staff: Staff) -> dict[str, str]:
    return {"name": staff.name, "role": staff.role.value}


def welcome(request: Request, staff: Staff) -> Response:
    return JSONResponse(told(staff)) if media_type(request) == JSON else see(AFTER_SIGN_IN)


def scripted(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = SCRIPTED
    return response


def as_json(text: str) -> Response:
    return unstored(Response(text, media_type=JSON))


def see(path: str) -> Response:
    return RedirectResponse(path, HTTPStatus.SEE_OTHER)


def unstored(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
