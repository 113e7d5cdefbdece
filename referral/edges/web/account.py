"""Where does a member of the team keep their own keys, and see where they are signed in?"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from referral.edges import auth
from referral.edges.house import House
from referral.edges.web import forms
from referral.edges.web.enrol import ACCOUNT, sentence
from referral.edges.web.pages import page
from referral.edges.web.sign_in import LOGIN, MOST_BYTES, as_json, read_json, scripted, see, unstored
from referral.edges.web.staff_words import WORDS
from referral.edges.web.tongues import tongue
from referral.foundation import clock
from referral.foundation.actors import Staff
from referral.foundation.db import Tx
from referral.foundation.errors import NotAllowed, NotFound, Refused
from referral.triage import staff as accounts
from referral.triage.entry import codes, enrolment, other_house, passkeys, sessions
from referral.triage.entry.codes import Offered
from referral.triage.entry.sessions import Way

Act = Callable[[Tx, Staff, dict[str, str]], Awaitable[None]]


class Made(msgspec.Struct, frozen=True):
    """A passkey that the browser made, and what its owner calls it."""

    name: str
    credential: msgspec.Raw


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who is here, and by which session."""

    staff: Staff
    token: str = field(repr=False)


def account_routes(house: House) -> list[Route]:
    """The page of one's own account, and every act on it."""
    account = Account(house=house)
    changing: dict[str, Act] = {
        "passkey/remove": account.remove_passkey,
        "codes/confirm": account.confirm_codes,
        "codes/drop": account.drop_codes,
        "password": account.set_password,
        "unbind": account.unbind,
    }
    return [
        Route(ACCOUNT, account.show, methods=["GET"]),
        Route(f"{ACCOUNT}/passkey/options", account.ask_passkey, methods=["POST"]),
        Route(f"{ACCOUNT}/passkey", account.add_passkey, methods=["POST"]),
        Route(f"{ACCOUNT}/codes", account.offer_codes, methods=["POST"]),
        Route(f"{ACCOUNT}/session/end", account.end_session, methods=["POST"]),
        Route(f"{ACCOUNT}/sessions/end", account.end_others, methods=["POST"]),
        *(Route(f"{ACCOUNT}/{name}", account.changes(act), methods=["POST"]) for name, act in changing.items()),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One's own keys and sessions. Keys change only soon after signing in, and every other session ends with that."""

    house: House = field(repr=False)

    async def caller(self, request: Request) -> Caller | None:
        settings = self.house.settings
        staff = await auth.staff(request, self.house.database, is_https=settings.is_https, now=clock.now())
        token = auth.session_token(request, is_https=settings.is_https)
        return Caller(staff=staff, token=token) if staff and token else None

    async def signed_in(self, request: Request) -> Caller:
        if (caller := await self.caller(request)) is None:
            raise NotAllowed("Sign in first.")
        return caller

    async def show(self, request: Request) -> Response:
        caller = await self.caller(request)
        if caller is None:
            return unstored(see(LOGIN))
        return await self.shown(request, caller, done="done" in request.query_params)

    async def shown(
        self,
        request: Request,
        caller: Caller,
        *,
        refusal: Refused | None = None,
        offered: Offered | None = None,
        done: bool = False,
    ) -> Response:
        at, staff, lang = self.house.database.reader, caller.staff, tongue(request)
        account, here = await accounts.account(at, staff.id), await sessions.session(at, caller.token)
        settings = self.house.settings
        response = page(
            request,
            "account.html",
            HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
            lang=lang,
            words=WORDS[lang],
            choices=WORDS,
            staff=staff,
            message=sentence(refusal, lang) if refusal else None,
            done=done,
            offered_code=offered,
            passkeys=await passkeys.of(at, staff),
            passwords=self.house.policy.lets_in(staff.role, Way.PASSWORD),
            has_codes=account is not None and account.code_sealed is not None,
            other_house=settings.oidc_name if settings.oidc_issuer else None,
            is_bound=await other_house.is_bound(at, staff),
            sessions=await sessions.of(at, staff, now=clock.now()),
            here=here.id if here else None,
        )
        return scripted(response)

    # ------------------------------------------------------------- passkeys
    async def ask_passkey(self, request: Request) -> Response:
        await read_json(request, self.house, dict[str, str], most_bytes=MOST_BYTES)
        caller, now = await self.signed_in(request), clock.now()
        async with self.house.database.transaction() as tx:
            await sessions.fresh(tx, caller.token, now=now)
            return as_json(await passkeys.to_make(tx, self.house.party, caller.staff, now=now))

    async def add_passkey(self, request: Request) -> Response:
        sent = await read_json(request, self.house, Made)
        caller, now = await self.signed_in(request), clock.now()
        async with self.house.database.transaction() as tx:
            await sessions.fresh(tx, caller.token, now=now)
            credential = bytes(sent.credential).decode()
            await passkeys.keep(tx, self.house.party, caller.staff, credential, sent.name, now=now)
            token = await self.renew(tx, caller)
        return self.keep(JSONResponse({"next": done_in(tongue(request))}), token)

    # ------------------------------------------------------------- acts that change keys
    def changes(self, act: Act) -> Callable[[Request], Awaitable[Response]]:
        """The door of an act that changes keys: from our own page, by a fresh session, with a new token after."""

        async def door(request: Request) -> Response:
            sent = await forms.read(request, self.house.settings.public_url, instead="Open the page itself.")
            caller = await self.signed_in(request)
            try:
                async with self.house.database.transaction() as tx:
                    await sessions.fresh(tx, caller.token, now=clock.now())
                    await act(tx, caller.staff, sent)
                    token = await self.renew(tx, caller)
            except Refused as refusal:
                return await self.shown(request, caller, refusal=refusal)
            return self.keep(see(done_in(tongue(request))), token)

        return door

    async def renew(self, tx: Tx, caller: Caller) -> str:
        """Keys have changed: whoever else holds a session of this account is out, and this one has another token."""
        token = await sessions.renewed(tx, caller.token)
        await sessions.end_others(tx, caller.staff, token)
        return token

    def keep(self, response: Response, token: str) -> Response:
        auth.set_session(response, token, is_https=self.house.settings.is_https)
        return unstored(response)

    async def remove_passkey(self, tx: Tx, staff: Staff, sent: dict[str, str]) -> None:
        await passkeys.remove(tx, staff, id_in(sent))

    async def confirm_codes(self, tx: Tx, staff: Staff, sent: dict[str, str]) -> None:
        self.may_use_passwords(staff)
        await codes.confirm(tx, self.house.vault, staff, sent.get("code", ""), now=clock.now())

    async def drop_codes(self, tx: Tx, staff: Staff, sent: dict[str, str]) -> None:  # noqa: ARG002 - as every act
        await codes.drop(tx, staff)

    async def set_password(self, tx: Tx, staff: Staff, sent: dict[str, str]) -> None:
        self.may_use_passwords(staff)
        account = await accounts.account(tx, staff.id)
        has_codes = account is not None and account.code_sealed is not None
        await enrolment.set_password(tx, staff, sent.get("password", ""), with_code=has_codes)

    async def unbind(self, tx: Tx, staff: Staff, sent: dict[str, str]) -> None:  # noqa: ARG002 - as every act
        await other_house.unbind(tx, staff)

    def may_use_passwords(self, staff: Staff) -> None:
        if not self.house.policy.lets_in(staff.role, Way.PASSWORD):
            raise NotAllowed("Your role signs in with a passkey.")

    async def offer_codes(self, request: Request) -> Response:
        """A secret for an app: shown on the page that answers, once, and kept by no address."""
        await forms.read(request, self.house.settings.public_url, instead="Open the page itself.")
        caller = await self.signed_in(request)
        try:
            self.may_use_passwords(caller.staff)
            async with self.house.database.transaction() as tx:
                await sessions.fresh(tx, caller.token, now=clock.now())
                offered = await codes.offer(tx, self.house.vault, caller.staff)
        except Refused as refusal:
            return await self.shown(request, caller, refusal=refusal)
        return await self.shown(request, caller, offered=offered)

    # ------------------------------------------------------------- sessions
    async def end_session(self, request: Request) -> Response:
        sent = await forms.read(request, self.house.settings.public_url, instead="Open the page itself.")
        caller = await self.signed_in(request)
        try:
            async with self.house.database.transaction() as tx:
                await sessions.end(tx, caller.staff, id_in(sent))
        except NotFound as refusal:
            return await self.shown(request, caller, refusal=refusal)
        return unstored(see(done_in(tongue(request))))

    async def end_others(self, request: Request) -> Response:
        await forms.read(request, self.house.settings.public_url, instead="Open the page itself.")
        caller = await self.signed_in(request)
        async with self.house.database.transaction() as tx:
            await sessions.end_others(tx, caller.staff, caller.token)
        return unstored(see(done_in(tongue(request))))


def done_in(lang: str) -> str:
    return f"{ACCOUNT}?done&lang={lang}"


def id_in(sent: dict[str, str]) -> UUID:
    """Which one is meant. Raises NotFound for what is no id."""
    try:
        return UUID(sent.get("id", ""))
    except ValueError:
        raise NotFound("There is nothing of this id.") from None
