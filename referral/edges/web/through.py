"""How does somebody come in through another house's door, and come back?"""

from dataclasses import dataclass, field
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from referral.edges import auth
from referral.edges.house import House
from referral.edges.other_house import BACK, OtherHouse
from referral.edges.web import forms
from referral.edges.web.enrol import ACCOUNT
from referral.edges.web.pages import page
from referral.edges.web.sign_in import AFTER_SIGN_IN, unstored
from referral.edges.web.staff_words import WORDS
from referral.edges.web.tongues import tongue
from referral.foundation import clock
from referral.foundation.actors import Staff
from referral.foundation.errors import NotAllowed, Refused
from referral.triage.entry import other_house, sessions
from referral.triage.entry.sessions import SignedIn, Way

OUT = "/staff/through"
BIND = f"{ACCOUNT}/bind"
COOKIE = "referral-through"
COOKIE_SECONDS = 600
LONGEST = 4096


def through_routes(house: House) -> list[Route]:
    """Nothing, unless the operator named another house."""
    if house.settings.oidc_issuer is None:
        return []
    through = Through(house=house, other=OtherHouse(settings=house.settings))
    return [
        Route(OUT, through.sign_in, methods=["POST"]),
        Route(BIND, through.bind, methods=["POST"]),
        Route(BACK, through.come_back, methods=["GET"]),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Through:
    """There and back. Pages lead on, not redirects: no cookie of ours goes along a way that another site began."""

    house: House = field(repr=False)
    other: OtherHouse = field(repr=False)

    async def sign_in(self, request: Request) -> Response:
        await forms.read(request, self.house.settings.public_url, instead="Open the page itself.")
        return await self.send(request, None)

    async def bind(self, request: Request) -> Response:
        """Bind one's own account; by a session that is fresh."""
        await forms.read(request, self.house.settings.public_url, instead="Open the page itself.")
        settings, now = self.house.settings, clock.now()
        staff = await auth.staff(request, self.house.database, is_https=settings.is_https, now=now)
        token = auth.session_token(request, is_https=settings.is_https)
        if staff is None or token is None:
            raise NotAllowed("Sign in first.")
        await sessions.fresh(self.house.database.reader, token, now=now)
        return await self.send(request, staff)

    async def send(self, request: Request, staff: Staff | None) -> Response:
        async with self.house.database.transaction() as tx:
            attempt = await other_house.begin(tx, staff, now=clock.now())
        response = self.lead(request, await self.other.address(attempt))
        # Lax: it comes along when the other house sends the browser back. It opens nothing, and goes in ten minutes.
        is_https = self.house.settings.is_https
        response.set_cookie(
            self.cookie, attempt.browser, COOKIE_SECONDS, path="/", secure=is_https, httponly=True, samesite="lax"
        )
        return response

    @property
    def cookie(self) -> str:
        return f"__Host-{COOKIE}" if self.house.settings.is_https else COOKIE

    def lead(self, request: Request, address: str) -> Response:
        lang = tongue(request)
        return unstored(page(request, "through.html", lang=lang, words=WORDS[lang], address=address))

    async def come_back(self, request: Request) -> Response:
        """What the other house says is checked; then the session begins, or the account is bound."""
        try:
            begun = await self.began(request)
            identity = await self.other.identity(begun, answered(request), now=clock.now())
            signed_in = await self.come_in(begun, identity)
        except Refused as refusal:
            lang = tongue(request)
            shown = refusal.message if lang == "en" else WORDS[lang].sent_wrong
            response = page(
                request,
                "login.html",
                HTTPStatus.FORBIDDEN,
                lang=lang,
                words=WORDS[lang],
                choices=WORDS,
                message=shown,
                email="",
                other_house=self.house.settings.oidc_name,
            )
        else:
            response = self.lead(request, AFTER_SIGN_IN if begun.staff_id is None else f"{ACCOUNT}?done")
            auth.set_session(response, signed_in.token, is_https=self.house.settings.is_https)
        response.delete_cookie(self.cookie, path="/", secure=self.house.settings.is_https, httponly=True)
        return unstored(response)

    async def began(self, request: Request) -> other_house.Begun:
        """The attempt that this ends. It is spent for good, whatever comes after."""
        state, browser = request.query_params.get("state", ""), request.cookies.get(self.cookie, "")
        async with self.house.database.transaction() as tx:
            begun = await other_house.take(tx, state[:LONGEST], browser[:LONGEST], now=clock.now())
        named = request.query_params.get("iss")
        if named is not None and named != self.other.issuer:
            raise NotAllowed("Another house answered than the one that was asked.")
        return begun

    async def come_in(self, begun: other_house.Begun, identity: other_house.Identity) -> SignedIn:
        now = clock.now()
        async with self.house.database.transaction() as tx:
            if begun.staff_id is not None:
                staff = await other_house.bind(tx, begun.staff_id, identity, now=now)
                await sessions.end_all(tx, staff.id)
                return await sessions.begin(tx, staff, Way.OTHER_HOUSE, now=now)
            return await other_house.sign_in(tx, self.house.policy, identity, now=now)


def answered(request: Request) -> str:
    """The code that was handed out. Raises NotAllowed where there is none, as when somebody said no there."""
    code = request.query_params.get("code", "")
    if not code or len(code) > LONGEST or "error" in request.query_params:
        raise NotAllowed("The other sign-in was not finished. Begin again, or use your passkey.")
    return code
