"""Staff come in through a real OpenID provider: bound to issuer and subject, and nothing else is believed."""

import asyncio
import re
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import uvicorn
from browser import Browser
from openid_house import CLIENT, SECRET, OpenIdHouse, shared, standing_house, stranger
from pydantic import SecretStr, ValidationError

from referral.app import build
from referral.edges.house import House
from referral.foundation.actors import Staff, StaffRole
from referral.foundation.clock import now
from referral.foundation.db import value
from referral.foundation.errors import Conflict
from referral.foundation.settings import Settings
from referral.triage import staff as accounts
from referral.triage.entry import other_house, sessions
from referral.triage.entry.other_house import Identity
from referral.triage.entry.sessions import Way

NOTHING = {"a form": "without a field would not say that it is one"}
VISITORS: list[httpx.AsyncClient] = []


@pytest.fixture(autouse=True)
async def goodbye() -> AsyncGenerator[None]:
    """Whoever visited leaves."""
    yield
    while VISITORS:
        await VISITORS.pop().aclose()


@pytest.fixture
async def other() -> AsyncGenerator[OpenIdHouse]:
    async with standing_house() as standing:
        yield standing


@pytest.fixture
async def here(house: House, other: OpenIdHouse) -> AsyncGenerator[House]:
    """Our own house on a free port, which the operator told of the other."""
    async with served(house, other) as opened:
        yield opened


@asynccontextmanager
async def served(house: House, other: OpenIdHouse) -> AsyncGenerator[House]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        known = {
            "public_url": f"http://localhost:{listening.getsockname()[1]}",
            "oidc_issuer": other.issuer,
            "oidc_client_id": CLIENT,
            "oidc_client_secret": SecretStr(SECRET),
            "oidc_name": "the Synthetic Union",
        }
        opened = replace(house, settings=house.settings.model_copy(update=known))
        config = uvicorn.Config(build(opened), access_log=False, log_level="error", lifespan="off")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield opened
        finally:
            server.should_exit = True
            await serving


async def hired(house: House, role: StaffRole = StaffRole.SUPERVISOR, email: str = "ada@demo.invalid") -> Staff:
    async with house.database.transaction() as tx:
        return await accounts.add(tx, email=email, name="Ada", role=role, now=now())


async def bound(house: House, other: OpenIdHouse, who: Staff) -> None:
    async with house.database.transaction() as tx:
        await other_house.bind(tx, who.id, Identity(issuer=other.issuer, subject="subject-1"), now=now())


def visitor(here: House) -> httpx.AsyncClient:
    VISITORS.append(httpx.AsyncClient(base_url=here.settings.public_url, timeout=60, trust_env=False))
    return VISITORS[-1]


async def out(here: House, browser: httpx.AsyncClient, path: str = "/staff/through") -> str:
    """Leave for the other house, and come back with what it says: the address one is sent back to."""
    page = await browser.post(path, data=NOTHING, headers={"Origin": here.settings.public_url})
    assert page.status_code == 200, page.text
    found = re.search(r'id="on" href="([^"]+)"', page.text)
    assert found
    async with httpx.AsyncClient(trust_env=False) as elsewhere:
        return (await elsewhere.get(unescape(found[1]))).headers["Location"]


async def through(here: House) -> tuple[httpx.Response, httpx.AsyncClient]:
    browser = visitor(here)
    return await browser.get(await out(here, browser)), browser


async def sessions_open(here: House) -> int:
    return await value(here.database.reader, "SELECT count(*) FROM staff_session")


# ---------------------------------------------------------------- who is known
async def test_who_is_bound_comes_in_and_the_other_house_was_asked_properly(here: House, other: OpenIdHouse) -> None:
    await bound(here, other, await hired(here))
    answer, browser = await through(here)
    assert (answer.status_code, "/graphiql" in answer.text) == (200, True)
    assert answer.headers["Cache-Control"] == "no-store"
    cookie = next(one for one in answer.headers.get_list("Set-Cookie") if one.startswith("referral-session="))
    assert {"HttpOnly", "SameSite=strict"} <= set(cookie.split("; "))
    said = await browser.post("/graphql/staff", json={"query": "{ me { email } mySessions { way } }"})
    assert said.json()["data"] == {"me": {"email": "ada@demo.invalid"}, "mySessions": [{"way": "OTHER_HOUSE"}]}
    (asked,) = other.asked
    assert len(asked["nonce"]) >= 43
    assert len(asked["state"]) >= 43
    assert asked["max_age"] == "900"
    assert asked["redirect_uri"] == f"{here.settings.public_url}/staff/through/back"


async def test_an_e_mail_that_is_the_same_opens_nothing(here: House, other: OpenIdHouse) -> None:
    await hired(here)
    answer, _ = await through(here)
    assert answer.status_code == 403
    assert "No account here is bound" in answer.text
    other.subject = "subject-2"
    await bound(here, other, await hired(here, email="berta@demo.invalid"))
    assert (await through(here))[0].status_code == 403
    assert await sessions_open(here) == 0


async def test_a_shut_account_stays_shut(here: House, other: OpenIdHouse) -> None:
    await bound(here, other, await hired(here))
    async with here.database.transaction() as tx:
        await accounts.disable(tx, "ada@demo.invalid", now=now())
    assert (await through(here))[0].status_code == 403
    assert await sessions_open(here) == 0


async def test_an_account_is_bound_by_its_owner_soon_after_signing_in(here: House, other: OpenIdHouse) -> None:
    ada = await hired(here)
    async with here.database.transaction() as tx:
        begun = await sessions.begin(tx, ada, Way.PASSKEY, now=now())
    berta = await hired(here, email="berta@demo.invalid")
    await bound(here, other, berta)
    with pytest.raises(Conflict):
        await bound(here, other, ada)
    await here.database.pool.execute("DELETE FROM staff_identity")
    async with visitor(here) as browser:
        cookie = f"referral-session={begun.token}"
        await here.database.pool.execute("UPDATE staff_session SET proved_at = now() - interval '16 minutes'")
        send = {"Origin": here.settings.public_url, "Cookie": cookie}
        late = await browser.post("/staff/account/bind", data=NOTHING, headers=send)
        assert (late.status_code, late.json()["code"]) == (403, "NOT_ALLOWED")
        stranger_asks = await browser.post(
            "/staff/account/bind", data=NOTHING, headers={"Origin": here.settings.public_url}
        )
        assert stranger_asks.status_code == 403
        await here.database.pool.execute("UPDATE staff_session SET proved_at = now()")
        browser.cookies.set("referral-session", begun.token)
        answer = await browser.get(await out(here, browser, "/staff/account/bind"))
        assert "/staff/account?done" in answer.text
    assert await value(here.database.reader, "SELECT staff_id FROM staff_identity") == ada.id
    assert (await through(here))[0].status_code == 200


# ---------------------------------------------------------------- what is not believed
@pytest.mark.parametrize(
    "claims",
    [
        {"amr": ["pwd"]},
        {"amr": []},
        {"amr": ["pwd"], "acr": "anything"},
        {"auth_time": 1},
        {"auth_time": 4_000_000_000},
        {"aud": "somebody-else"},
        {"aud": [CLIENT, "somebody-else"]},
        {"azp": "somebody-else"},
        {"iss": "https://evil.invalid"},
        {"nonce": "another"},
        {"exp": 1},
        {"sub": ""},
        {"auth_time": "now"},
    ],
    ids=str,
)
async def test_a_claim_that_does_not_hold_opens_nothing(here: House, other: OpenIdHouse, claims: dict[str, object]):
    await bound(here, other, await hired(here))
    other.lie = lambda told: told | claims
    answer, _ = await through(here)
    assert answer.status_code == 403
    assert await sessions_open(here) == 0


@pytest.mark.parametrize("missing", ["nonce", "auth_time", "exp", "iat", "aud", "iss", "sub", "amr"])
async def test_a_claim_that_is_missing_opens_nothing(here: House, other: OpenIdHouse, missing: str) -> None:
    await bound(here, other, await hired(here))
    other.lie = lambda told: {name: claim for name, claim in told.items() if name != missing}
    assert (await through(here))[0].status_code == 403
    assert await sessions_open(here) == 0


@pytest.mark.parametrize("how", ["another key", "no signature", "the shared secret", "another name", "says no", "away"])
async def test_what_is_not_signed_by_the_house_that_was_named_opens_nothing(here: House, other: OpenIdHouse, how: str):
    await bound(here, other, await hired(here))
    browser = visitor(here)
    back = await out(here, browser) if how in {"another name", "away"} else ""
    match how:
        case "another key":
            other.sign_with = stranger()
        case "no signature":
            other.algorithm = "none"
        case "the shared secret":
            other.algorithm, other.sign_with = "HS256", shared()
        case "another name":
            other.names_itself = "https://evil.invalid"
        case "says no":
            other.says_no = True
        case _:
            other.is_away = True
    answer = await browser.get(back or await out(here, browser))
    assert answer.status_code == 403
    assert 'role="alert"' in answer.text
    assert await sessions_open(here) == 0


async def test_an_acr_that_the_operator_named_is_enough(house: House, other: OpenIdHouse) -> None:
    named = replace(house, settings=house.settings.model_copy(update={"oidc_acr": frozenset({"phr"})}))
    async with served(named, other) as here:
        await bound(here, other, await hired(here))
        other.claims = {"acr": "phr"}
        assert (await through(here))[0].status_code == 200
        assert other.asked[0]["acr_values"] == "phr"


# ---------------------------------------------------------------- there and back
async def test_an_answer_is_for_the_browser_that_asked_and_once_and_soon(here: House, other: OpenIdHouse) -> None:
    await bound(here, other, await hired(here))
    browser, victim = visitor(here), visitor(here)
    back = await out(here, browser)
    assert (await victim.get(back)).status_code == 403  # somebody else's answer, slipped under
    state = parse_qs(urlsplit(back).query)["state"][0]
    assert (await browser.get(back.replace(state, "x" * 43))).status_code == 403
    kept = dict(browser.cookies)
    again = await out(here, browser)
    assert (await browser.get(again)).status_code == 200
    browser.cookies.update(kept)
    assert (await browser.get(again)).status_code == 403
    late = await out(here, browser)
    await here.database.pool.execute("UPDATE other_house_attempt SET expires_at = now()")
    assert (await browser.get(late)).status_code == 403
    mixed = await out(here, browser)
    issuer = parse_qs(urlsplit(mixed).query)["iss"][0]
    wrong = mixed.replace(urlsplit(issuer).netloc.replace(":", "%3A"), "evil.invalid")
    assert wrong != mixed
    assert (await browser.get(wrong)).status_code == 403
    assert await sessions_open(here) == 1


async def test_another_site_sends_nobody_there(here: House) -> None:
    async with visitor(here) as browser:
        for origin in ("https://evil.invalid", "null"):
            answer = await browser.post("/staff/through", data=NOTHING, headers={"Origin": origin})
            assert answer.status_code == 403
    assert await value(here.database.reader, "SELECT count(*) FROM other_house_attempt") == 0


async def test_in_a_real_browser_the_cookie_is_there_after_the_way_back(
    here: House, other: OpenIdHouse, browser: Browser
) -> None:
    await bound(here, other, await hired(here))
    tab = await browser.tab()
    await tab.open(f"{here.settings.public_url}/staff/login")
    await tab.run("document.querySelector(\"form[action='/staff/through'] button\").click()")
    async with asyncio.timeout(60):
        while not any(urlsplit(url).path == "/graphiql" for url in tab.requested):
            await asyncio.sleep(0.1)
    await tab.page.wait_for_url("**/graphiql", wait_until="commit")
    await tab.open(f"{here.settings.public_url}/staff/account")
    assert "through another sign-in" in await tab.text()
    assert [one for one in tab.troubles if "refresh" not in one] == []


@pytest.mark.parametrize(
    "issuer", ["http://login.demo.invalid", "login.demo.invalid", "https://a.invalid/?x=1", "ftp://a"]
)
def test_a_provider_is_named_by_an_address_that_nobody_can_stand_between(issuer: str) -> None:
    with pytest.raises(ValidationError):
        Settings(oidc_issuer=issuer)
