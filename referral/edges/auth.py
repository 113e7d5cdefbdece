"""Who stands at the door? Staff by a session cookie, a partner by an API key; and whether another site sent them."""

import logging
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import Response

from referral.foundation import claims
from referral.foundation.actors import Partner, Staff
from referral.foundation.claims import Claims
from referral.foundation.db import Database
from referral.partners import accounts as partner_accounts
from referral.triage.entry import sessions

SECURE_COOKIE = "__Host-referral-session"
PLAIN_COOKIE = "referral-session"

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
DEFAULT_PORTS = {"http": 80, "https": 443}
FREE_MISTAKES = 10  # in a minute, for everybody together: who sends them is not kept
MOST_MISTAKES = 30
SHORTEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.05, 1.0
log = logging.getLogger(__name__)


@dataclass(slots=True)
class WrongKeys:
    """How many wrong keys came in this minute. Whoever shows a right one never waits for those who guess."""

    minute: int = 0
    mistakes: int = 0

    def pause(self, now: datetime) -> float | None:
        """Another one came: for how many seconds its answer waits; None where there are too many to be answered."""
        minute = int(now.timestamp() // 60)
        if minute != self.minute:
            self.minute, self.mistakes = minute, 0
        self.mistakes += 1
        if self.mistakes > MOST_MISTAKES:
            return None
        if self.mistakes <= FREE_MISTAKES:
            return 0.0
        return min(LONGEST_PAUSE_SECONDS, SHORTEST_PAUSE_SECONDS * 2.0 ** (self.mistakes - FREE_MISTAKES - 1))


async def staff(request: HTTPConnection, database: Database, *, is_https: bool, now: datetime) -> Staff | None:
    """Whose session cookie came with the request; the session counts as used."""
    if (token := session_token(request, is_https=is_https)) is None:
        return None
    async with database.transaction() as tx:
        return await sessions.by_session(tx, token, now=now)


async def partner(request: HTTPConnection, database: Database, *, now: datetime) -> Partner | None:
    """Whose API key came with the request, as `Authorization: Bearer`. The day of its use is kept."""
    found = await partner_accounts.by_key(database.reader, api_key(request), now=now)
    if found is not None and found.key is not None and found.key.last_used_on != now.date():
        async with database.claiming(key_shown(request)).transaction() as tx:
            await partner_accounts.used(tx, found.key, day=now.date())
        if found.key.ends_soon(now):
            log.warning("key %s of partner %s ends on %s", found.key.id, found.id, found.key.expires_at.date())
    return found


def session_shown(request: HTTPConnection, *, is_https: bool) -> Claims:
    """What the database knows a member of staff by."""
    token = session_token(request, is_https=is_https)
    return Claims() if token is None else claims.of_session(token)


def key_shown(request: HTTPConnection) -> Claims:
    """What the database knows a partner by."""
    parts = partner_accounts.parse(api_key(request))
    return Claims() if parts is None else claims.of_key(parts.secret)


def api_key(request: HTTPConnection) -> str:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def session_token(request: HTTPConnection, *, is_https: bool) -> str | None:
    """The token in the session cookie. Over https the plain name is not believed: a neighbour could have set it."""
    if (token := request.cookies.get(SECURE_COOKIE)) is not None:
        return token
    return None if is_https else request.cookies.get(PLAIN_COOKIE)


def set_session(response: Response, token: str, *, is_https: bool) -> None:
    """Give the browser a session that no script reads, no other site sends and no other host sees."""
    response.set_cookie(
        cookie_name(is_https=is_https), token, path="/", secure=is_https, httponly=True, samesite="strict"
    )


def clear_session(response: Response, *, is_https: bool) -> None:
    response.delete_cookie(cookie_name(is_https=is_https), path="/", secure=is_https, httponly=True, samesite="strict")


def cookie_name(*, is_https: bool) -> str:
    return SECURE_COOKIE if is_https else PLAIN_COOKIE


def is_cross_site(request: HTTPConnection, public_url: str) -> bool:
    """Whether another site may have sent this: then what the browser added by itself, such as a cookie, must not count.

    Browsers say where a request comes from and pages cannot change what they say. Programs say nothing; they are
    believed for JSON only, which a page cannot send to another site without asking first.
    """
    if (site := request.headers.get("sec-fetch-site")) is not None:
        return site not in {"same-origin", "none"}
    if (origin := request.headers.get("origin")) is not None:
        return (parts := parts_of(origin)) is None or parts != parts_of(public_url)
    return media_type(request) != JSON


def parts_of(url: str) -> tuple[str, str, int | None] | None:
    """Scheme, host and port; None where it names no host, as the origin `null` of a sandboxed page."""
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None
    return (parts.scheme, parts.hostname, port) if parts.hostname else None


def media_type(request: HTTPConnection) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
