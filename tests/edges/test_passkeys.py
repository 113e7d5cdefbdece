"""In a real Chromium with authenticators of its own: staff begin with a code, sign in with passkeys, and keep them."""

import json
from dataclasses import replace
from typing import Any

import httpx
import pytest
from browser import Browser, Tab, served

from referral.app import build
from referral.edges.house import House
from referral.foundation.actors import Staff, StaffRole
from referral.foundation.clock import now
from referral.foundation.db import execute, value
from referral.triage import staff as accounts
from referral.triage.entry import enrolment, sessions

AS_JSON = {"Content-Type": "application/json"}
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


async def hired(house: House, role: StaffRole = StaffRole.SUPERVISOR, email: str = "ada@demo.invalid") -> Staff:
    async with house.database.transaction() as tx:
        return await accounts.add(tx, email=email, name="Ada", role=role, now=now())


async def code_for(house: House, who: Staff) -> str:
    async with house.database.transaction() as tx:
        return await enrolment.by_operator(tx, who.id, now=now())


async def authenticator(tab: Tab, **changes: object) -> str:
    """A device that holds passkeys, as if it stood beside the browser."""
    await tab.tell("WebAuthn.enable", enableUI=False)
    made = await tab.tell("WebAuthn.addVirtualAuthenticator", options=KEY | changes)
    return made["authenticatorId"]


async def began(house: House, browser: Browser, who: Staff, name: str = "blue telephone") -> tuple[Tab, str]:
    """A tab where somebody has just begun with a code, and the device that holds their passkey."""
    code, tab = await code_for(house, who), await browser.tab(width=390)
    device = await authenticator(tab)
    await tab.open(f"{house.settings.public_url}/staff/enrol")
    await tab.run(f"document.getElementById('code').value = {json.dumps(code)}")
    await tab.run(f"document.getElementById('name').value = {json.dumps(name)}")
    await tab.press("[data-passkey]")
    return tab, device


async def signs_out(tab: Tab) -> None:
    await tab.press("form[action='/staff/logout'] button")


async def refused(tab: Tab) -> str:
    """Press the passkey button and wait for the page to say no."""
    await tab.run("document.querySelector('[data-passkey]').click()")
    await tab.until("!document.getElementById('refused').hidden")
    return await tab.run("document.getElementById('refused').innerText")


ME = """fetch("/graphql/staff", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ query: "{ me { email role } }" }),
}).then(answer => answer.json())"""


async def who(tab: Tab) -> Any:
    """Whom the staff door takes this browser for."""
    return await tab.run(ME)


async def test_a_supervisor_begins_with_a_code_and_comes_back_with_the_passkey(house: House, browser: Browser):
    ada = await hired(house)
    async with served(house, host="localhost") as here:
        tab, _ = await began(here, browser, ada)
        assert "blue telephone" in await tab.text()
        assert "Make a second one" in await tab.text()
        assert not await tab.spills()
        await signs_out(tab)
        assert "data" not in await who(tab)
        await tab.open(f"{here.settings.public_url}/staff/login")
        await tab.press("[data-passkey]")
        assert (await who(tab))["data"]["me"] == {"email": "ada@demo.invalid", "role": "SUPERVISOR"}
    assert await value(house.database.reader, "SELECT sign_count FROM staff_passkey") > 0
    assert [one for one in tab.troubles if "401" not in one] == []
    acts = await house.database.pool.fetch("SELECT act FROM audit_event ORDER BY id")
    assert [act for (act,) in acts][-1] == "signed_in_by_passkey"


async def test_a_code_works_once_and_not_after_its_day(house: House, browser: Browser):
    ada = await hired(house)
    code = await code_for(house, ada)
    async with served(house, host="localhost") as here:
        tab = await browser.tab()
        await authenticator(tab)
        await tab.open(f"{here.settings.public_url}/staff/enrol?lang=es")
        await house.database.pool.execute("UPDATE staff_enrolment SET expires_at = now() - interval '1 minute'")
        await tab.run(f"document.getElementById('code').value = {json.dumps(code)}")
        await tab.run("document.getElementById('name').value = 'llave'")
        assert await refused(tab) == "No ha funcionado. Vuelva a probar o pregunte a un colega."
        await house.database.pool.execute("UPDATE staff_enrolment SET expires_at = now() + interval '1 hour'")
        await tab.press("[data-passkey]")
        assert "Su cuenta" in await tab.text()
        await tab.open(f"{here.settings.public_url}/staff/enrol")
        await tab.run(f"document.getElementById('code').value = {json.dumps(code)}")
        await tab.run("document.getElementById('name').value = 'another'")
        assert "This code does not work" in await refused(tab)
    assert await value(house.database.reader, "SELECT count(*) FROM staff_passkey") == 1


async def test_a_second_passkey_is_added_and_the_first_removed_and_the_last_stays(house: House, browser: Browser):
    ada = await hired(house)
    async with served(house, host="localhost") as here:
        tab, device = await began(here, browser, ada)
        async with house.database.transaction() as tx:
            elsewhere = await sessions.begin(tx, ada, sessions.Way.PASSKEY, now=now())
        await tab.tell("WebAuthn.removeVirtualAuthenticator", authenticatorId=device)
        await authenticator(tab, transport="usb")
        await tab.run("document.getElementById('name').value = 'key in the drawer'")
        token = await value(house.database.reader, "SELECT count(*) FROM staff_session")
        assert token == 2
        await tab.press("[data-passkey]")
        assert "key in the drawer" in await tab.text()
        async with house.database.transaction() as tx:  # keys changed: sessions elsewhere are over
            assert await sessions.by_session(tx, elsewhere.token, now=now()) is None
        await tab.press("form[action^='/staff/account/passkey/remove'] button")
        assert "blue telephone" not in await tab.text()
        assert await tab.run("document.querySelector(\"form[action^='/staff/account/passkey/remove']\")") is None
        await signs_out(tab)
        await tab.open(f"{here.settings.public_url}/staff/login")
        await tab.press("[data-passkey]")
        assert (await who(tab))["data"]["me"]["email"] == "ada@demo.invalid"
    assert tab.troubles == []


async def test_a_device_that_does_not_ask_who_is_there_opens_nothing(house: House, browser: Browser):
    ada = await hired(house)
    async with served(house, host="localhost") as here:
        tab, device = await began(here, browser, ada)
        await signs_out(tab)
        await tab.tell("WebAuthn.setUserVerified", authenticatorId=device, isUserVerified=False)
        await tab.open(f"{here.settings.public_url}/staff/login")
        await refused(tab)
    assert await value(house.database.reader, "SELECT count(*) FROM staff_session") == 0


async def test_a_shut_account_and_a_copied_passkey_open_nothing(house: House, browser: Browser):
    ada = await hired(house)
    async with served(house, host="localhost") as here:
        tab, _ = await began(here, browser, ada)
        await signs_out(tab)
        await tab.open(f"{here.settings.public_url}/staff/login")
        await house.database.pool.execute("UPDATE staff_passkey SET sign_count = 1000")  # its copy has been used since
        assert "does not open an account" in await refused(tab)
        await house.database.pool.execute("UPDATE staff_passkey SET sign_count = 0")
        async with house.database.transaction() as tx:
            await accounts.disable(tx, "ada@demo.invalid", now=now())
        assert "does not open an account" in await refused(tab)
    assert await value(house.database.reader, "SELECT count(*) FROM staff_session") == 0


async def test_what_was_signed_for_another_site_or_an_old_riddle_opens_nothing(house: House, browser: Browser):
    """A page in between asks the passkey for us: the browser writes down where it was, and we look."""
    ada = await hired(house)
    async with served(house, host="localhost") as here:
        tab, _ = await began(here, browser, ada)
        await signs_out(tab)
        await tab.open(f"{here.settings.public_url}/staff/login")
        sign = "ask('/staff/passkey/options', {}).then(shown).then(credential => JSON.stringify({ credential }))"
        signed = json.loads(await tab.run(sign))
        elsewhere = replace(here, settings=here.settings.model_copy(update={"public_url": "http://localhost:1"}))
        async with client(elsewhere) as other:
            answer = await other.post("/staff/passkey", json=signed)
            assert (answer.status_code, answer.json()["code"]) == (403, "NOT_ALLOWED")
        async with client(here) as own:
            assert (await own.post("/staff/passkey", json=signed)).status_code == 200  # meant for here, it would do
            assert (await own.post("/staff/passkey", json=signed)).status_code == 403  # and only once
            late = json.loads(await tab.run(sign))
            async with house.database.transaction() as tx:
                await execute(tx, "UPDATE passkey_challenge SET expires_at = now()")
            assert (await own.post("/staff/passkey", json=late)).status_code == 403
            for broken in (
                "{}",
                '{"credential": {}}',
                '{"credential": 1}',
                '{"credential": {"id": "a", "rawId": "é"}}',
            ):
                assert (await own.post("/staff/passkey", content=broken, headers=AS_JSON)).status_code in {400, 403}


async def test_a_passkey_of_nobody_is_refused_in_the_same_words(house: House, browser: Browser):
    ada = await hired(house)
    async with served(house, host="localhost") as here:
        tab, _ = await began(here, browser, ada)
        await signs_out(tab)
        await house.database.pool.execute("DELETE FROM staff_passkey")
        await tab.open(f"{here.settings.public_url}/staff/login")
        assert "does not open an account" in await refused(tab)


@pytest.mark.parametrize("path", ["/staff/login", "/staff/enrol", "/staff/account"])
async def test_the_pages_fit_a_phone_in_both_languages(house: House, browser: Browser, path: str):
    ada = await hired(house, StaffRole.INTAKE)
    async with served(house, host="localhost") as here:
        tab, _ = await began(here, browser, ada)
        for width in (320, 1280):
            await tab.tell(
                "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600
            )
            for lang in ("en", "es"):
                await tab.open(f"{here.settings.public_url}{path}?lang={lang}")
                assert not await tab.spills(), (path, width, lang)
                assert await tab.run("document.documentElement.lang") == lang
                assert await tab.run("document.querySelector('[data-passkey]').disabled") is False
    assert tab.troubles == []


async def test_an_address_that_is_a_number_says_where_passkeys_work(house: House, browser: Browser):
    async with served(house, host="localhost") as here:
        tab = await browser.tab()
        await tab.open(f"{here.settings.public_url.replace('localhost', '127.0.0.1')}/staff/login")
        assert await tab.run("document.querySelector('p a').href") == f"{here.settings.public_url}/staff/login"
        assert not await tab.run("document.querySelector('[data-passkey]')")


def client(house: House) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(build(house))
    return httpx.AsyncClient(transport=transport, base_url=house.settings.public_url)
