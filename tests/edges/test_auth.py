"""Staff sign in through the front door, partners show a key, and what another site sends is turned away."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from httpx import ASGITransport, AsyncClient, Response
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from referral.edges import auth
from referral.edges.house import House
from referral.edges.web import refusals
from referral.edges.web.sign_in import sign_in_routes
from referral.foundation.actors import Scope, StaffRole
from referral.foundation.clock import now
from referral.foundation.db import execute, value
from referral.foundation.errors import Refused
from referral.foundation.settings import Settings
from referral.partners import accounts as partner_accounts
from referral.triage import staff as staff_accounts

EMAIL = "anna@demo.invalid"
PASSWORD = "canary horse battery"
LOGIN = {"email": EMAIL, "password": PASSWORD}
HERE = "http://127.0.0.1:8000"
HTTPS = "https://referral.demo.invalid"
FROM_HERE = {"Origin": HERE}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@asynccontextmanager
async def front_door(house: House, url: str = HERE) -> AsyncGenerator[AsyncClient]:
    """A browser without headers of its own, before an app that has the sign-in door and says who came."""

    async def who(request: Request) -> JSONResponse:
        staff = await auth.staff(request, house.database, is_https=house.settings.is_https, now=now())
        partner = await auth.partner(request, house.database, now=now())
        return JSONResponse({"staff": staff and staff.email, "partner": partner and partner.name})

    handlers = {Refused: refusals.of_refusal, HTTPException: refusals.of_http}
    app = Starlette(routes=[*sign_in_routes(house), Route("/who", who)], exception_handlers=handlers)
    app.state.branding = house.branding
    async with AsyncClient(transport=ASGITransport(app), base_url=url) as browser:
        yield browser


@pytest.fixture
async def staffed(house: House) -> House:
    """The house with Anna in it."""
    async with house.database.transaction() as tx:
        await execute(tx, "DELETE FROM sign_in_attempt")
        await staff_accounts.add(tx, email=EMAIL, name="Anna", role=StaffRole.INTAKE, password=PASSWORD, now=now())
    return house


@pytest.fixture
async def browser(staffed: House) -> AsyncGenerator[AsyncClient]:
    async with front_door(staffed) as browser:
        yield browser


async def who(browser: AsyncClient, **headers: str) -> dict[str, str | None]:
    return (await browser.get("/who", headers=headers)).json()


async def send_form(browser: AsyncClient, **fields: str) -> Response:
    return await browser.post("/staff/login", data=LOGIN | fields, headers=FROM_HERE)


def came(headers: dict[str, str]) -> HTTPConnection:
    raw = [(name.lower().encode(), text.encode()) for name, text in headers.items()]
    return HTTPConnection({"type": "http", "headers": raw})


# ---------------------------------------------------------------- signing in


async def test_the_form_can_be_used_without_script_and_says_what_each_field_is(browser: AsyncClient) -> None:
    response = await browser.get("/staff/login")
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")
    for expected in (
        '<label for="email">',
        '<label for="password">',
        'method="post"',
        "width=device-width",
        'lang="en"',
    ):
        assert expected in response.text
    assert "<script>" not in response.text  # one file of ours, and nothing inline
    assert "style=" not in response.text


async def test_a_form_brings_staff_in_and_on_to_their_work(browser: AsyncClient) -> None:
    response = await send_form(browser)
    assert (response.status_code, response.headers["Location"]) == (303, "/graphiql")
    assert response.headers["Cache-Control"] == "no-store"
    assert await who(browser) == {"staff": EMAIL, "partner": None}


async def test_json_brings_a_program_in_without_browser_headers(browser: AsyncClient) -> None:
    response = await browser.post("/staff/login", json=LOGIN)
    assert (response.status_code, response.json()) == (200, {"name": "Anna", "role": "intake"})
    assert response.headers["Cache-Control"] == "no-store"
    assert (await who(browser))["staff"] == EMAIL


async def test_a_session_is_read_by_no_script_and_sent_by_no_other_site(browser: AsyncClient) -> None:
    cookie = (await send_form(browser)).headers["Set-Cookie"]
    assert cookie.startswith("referral-session=")
    assert {"HttpOnly", "Path=/", "SameSite=strict"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


async def test_over_https_a_session_belongs_to_this_host_alone(staffed: House) -> None:
    secure = replace(staffed, settings=Settings(home=staffed.settings.home, public_url=HTTPS))
    async with front_door(secure, HTTPS) as browser:
        response = await browser.post("/staff/login", data=LOGIN, headers={"Origin": HTTPS})
        cookie = response.headers["Set-Cookie"]
        assert cookie.startswith("__Host-referral-session=")
        assert {"HttpOnly", "Path=/", "SameSite=strict", "Secure"} <= set(cookie.split("; "))
        assert (await who(browser))["staff"] == EMAIL
        token = browser.cookies["__Host-referral-session"]
    async with front_door(secure, HTTPS) as other:
        assert (await who(other, Cookie=f"referral-session={token}"))["staff"] is None


async def test_signing_in_again_ends_the_session_before(browser: AsyncClient) -> None:
    await send_form(browser)
    first = browser.cookies["referral-session"]
    await send_form(browser)
    assert browser.cookies["referral-session"] != first
    browser.cookies.clear()
    assert (await who(browser, Cookie=f"referral-session={first}"))["staff"] is None


# ---------------------------------------------------------------- refused


async def test_wrong_and_unknown_are_answered_in_the_same_bytes(browser: AsyncClient) -> None:
    answers = [
        await browser.post("/staff/login", json=LOGIN | {"password": "not the password"}),
        await browser.post("/staff/login", json=LOGIN | {"email": "nobody@demo.invalid"}),
    ]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].content == answers[1].content
    assert answers[0].json()["code"] == "NOT_ALLOWED"
    assert answers[0].headers["Content-Type"] == "application/problem+json"
    assert answers[0].headers["Cache-Control"] == "no-store"
    assert not browser.cookies


async def test_a_refused_form_comes_back_with_the_reason_and_without_the_password(browser: AsyncClient) -> None:
    hostile = '"><script>alert(1)</script>'
    response = await send_form(browser, email=hostile)
    assert (response.status_code, response.headers["Cache-Control"]) == (401, "no-store")
    assert 'role="alert"' in response.text
    assert "<script>" not in response.text
    assert "&lt;script&gt;" in response.text
    assert PASSWORD not in response.text


async def test_guessing_is_slowed_down_and_every_guess_counts(browser: AsyncClient) -> None:
    wrong = LOGIN | {"password": "not the password"}
    statuses: list[int] = []
    for _ in range(3):
        guesses = await asyncio.gather(*(browser.post("/staff/login", json=wrong) for _ in range(4)))
        statuses += [guess.status_code for guess in guesses]
    assert sorted(statuses) == [401] * 10 + [429] * 2
    right = await browser.post("/staff/login", json=LOGIN)
    assert (right.status_code, right.json()["code"]) == (429, "RATE_LIMITED")
    assert 0 < int(right.headers["Retry-After"]) <= 900
    form = await send_form(browser)
    assert (form.status_code, "Retry-After" in form.headers) == (429, True)
    assert not browser.cookies


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"Content-Type": "text/plain"}, b"{}", 415),
        ({"Content-Type": "multipart/form-data; boundary=x"}, b"", 415),
        ({}, b"", 415),
        (FORM, urlencode(LOGIN).encode(), 403),
        (FORM | {"Origin": "https://evil.invalid"}, urlencode(LOGIN).encode(), 403),
        (FORM | {"Origin": "null"}, urlencode(LOGIN).encode(), 403),
        ({"Content-Type": "application/json", "Sec-Fetch-Site": "cross-site"}, b"{}", 403),
        (FORM | FROM_HERE, b"email=" + b"a" * 4096, 413),
        (FORM | FROM_HERE, b"email=a", 400),
        (FORM | FROM_HERE, b"email=a&password=\xff", 400),
        (FORM | FROM_HERE, b"&".join(b"a=1" for _ in range(99)), 400),
        ({"Content-Type": "application/json"}, b"", 400),
        ({"Content-Type": "application/json"}, b'{"email": "a", "password": 1}', 400),
        ({"Content-Type": "application/json"}, b'{"email": "\\ud800", "password": "a"}', 400),
        ({"Content-Type": "application/json"}, b'{"email": "a\\u0000", "password": "\\u0000"}', 401),
        (FORM | FROM_HERE, b"email=%FF%00&password=%ED%A0%80", 401),
    ],
)
async def test_what_is_no_sign_in_is_turned_away(
    browser: AsyncClient, headers: dict[str, str], body: bytes, status: int
) -> None:
    response = await browser.post("/staff/login", content=body, headers=headers)
    assert (response.status_code, response.headers["Cache-Control"]) == (status, "no-store")
    assert not browser.cookies


async def test_a_shut_account_is_out_at_once_and_cannot_come_back(staffed: House, browser: AsyncClient) -> None:
    await send_form(browser)
    async with staffed.database.transaction() as tx:
        await staff_accounts.disable(tx, EMAIL, now=now())
    assert (await who(browser))["staff"] is None
    assert (await send_form(browser)).status_code == 401


# ---------------------------------------------------------------- signing out


async def test_signing_out_ends_the_session_here_and_in_the_database(staffed: House, browser: AsyncClient) -> None:
    await send_form(browser)
    token = browser.cookies["referral-session"]
    response = await browser.post("/staff/logout", headers=FROM_HERE)
    assert (response.status_code, response.headers["Location"]) == (303, "/staff/login")
    assert response.headers["Cache-Control"] == "no-store"
    assert not browser.cookies
    assert (await who(browser, Cookie=f"referral-session={token}"))["staff"] is None
    assert await value(staffed.database.reader, "SELECT count(*) FROM staff_session") == 0


async def test_another_site_cannot_sign_anybody_out(browser: AsyncClient) -> None:
    await send_form(browser)
    for headers in ({}, {"Origin": "https://evil.invalid"}, {"Sec-Fetch-Site": "same-site"}):
        assert (await browser.post("/staff/logout", headers=headers)).status_code == 403
    assert (await who(browser))["staff"] == EMAIL


async def test_signing_out_without_a_session_is_fine(browser: AsyncClient) -> None:
    response = await browser.post("/staff/logout", json={})
    assert response.status_code == 204


# ---------------------------------------------------------------- who


async def test_a_partner_is_known_by_its_key_and_nobody_by_another(staffed: House, browser: AsyncClient) -> None:
    async with staffed.database.transaction() as tx:
        made = await partner_accounts.add(
            tx,
            name="Synthetic App",
            scopes=frozenset({Scope.DIRECTORY_READ}),
            organization_id=None,
            now=now(),
            lifetime=timedelta(days=1),
        )
    assert await who(browser, Authorization=f"Bearer {made.key}") == {"staff": None, "partner": "Synthetic App"}
    assert (await who(browser, Authorization=f"bearer  {made.key} "))["partner"] == "Synthetic App"
    for wrong in (made.key, f"Basic {made.key}", f"Bearer {made.key[:-1]}", "Bearer", ""):
        assert (await who(browser, Authorization=wrong))["partner"] is None
    assert (await browser.get("/who", headers={b"Authorization": b"Bearer \xff"})).json()["partner"] is None
    assert (await who(browser, Cookie=f"referral-session={made.key}"))["staff"] is None


@pytest.mark.parametrize(
    ("headers", "is_cross_site"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Sec-Fetch-Site": "same-site"}, True),
        ({"Sec-Fetch-Site": "cross-site", "Origin": HTTPS}, True),
        ({"Sec-Fetch-Site": "cross-site", "Content-Type": "application/json"}, True),
        ({"Origin": HTTPS}, False),
        ({"Origin": f"{HTTPS}:443"}, False),
        ({"Origin": f"{HTTPS}:444"}, True),
        ({"Origin": "http://referral.demo.invalid"}, True),
        ({"Origin": "https://referral.demo.invalid.evil.invalid"}, True),
        ({"Origin": "null"}, True),
        ({"Origin": ""}, True),
        ({"Origin": "https://[", "Content-Type": "application/json"}, True),
        ({"Content-Type": "application/json; charset=utf-8"}, False),
        ({"Content-Type": "text/plain"}, True),
        ({}, True),
    ],
)
def test_what_another_site_may_have_sent_is_told_apart(headers: dict[str, str], is_cross_site: bool) -> None:
    assert auth.is_cross_site(came(headers), f"{HTTPS}/") is is_cross_site


@pytest.mark.parametrize("public_url", ["", "referral.demo.invalid", "https://["])
def test_an_unusable_public_url_lets_no_strange_origin_in(public_url: str) -> None:
    for origin in ("null", "", "https://[", "https://evil.invalid"):
        assert auth.is_cross_site(came({"Origin": origin}), public_url)


# ---------------------------------------------------------------- canaries


async def test_no_password_token_or_key_reaches_a_log(
    staffed: House, browser: AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await send_form(browser)
        token = browser.cookies["referral-session"]
        await send_form(browser, password="canary wrong guess")
        await who(browser, Authorization="Bearer rk_canary")
        await browser.post("/staff/logout", headers=FROM_HERE)
    assert caplog.records
    for secret in ("canary", token, EMAIL):
        assert secret not in caplog.text
