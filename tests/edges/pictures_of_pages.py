"""Pictures of all other pages, as a phone shows them, for people who look: `make screenshots`."""

from dataclasses import replace
from uuid import uuid4

import given
import pytest
from barriers import ENLARGED
from browser import Browser
from public_pages import place_of
from referrals_given import answered, submitted
from referrals_given import offered as offered_to
from visits import LANGUAGES, visiting
from web_given import offered, token

from referral.edges.commands.importing import SHIPPED, SHIPPED_SOURCE
from referral.edges.house import House
from referral.edges.hsds.importing import import_hsds
from referral.foundation.branding import Embedding
from referral.referrals.words import ReferralAnswer

pytestmark = pytest.mark.timeout(900)  # many pages each
DESK = (1280, 800)
HELLO = "A synthetic question: can my sister come with me?"


async def directory(house: House) -> None:
    """The list that ships."""
    await import_hsds(house.database, SHIPPED, source=SHIPPED_SOURCE, progress=lambda _what, _done, _total: None)


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_who_is_near(house: House, browser: Browser, lang: str) -> None:
    await directory(house)
    houston, vermont = await place_of(house, "Houston", "TX"), await place_of(house, "Vermont", "VT", kind="state")
    office = await house.database.pool.fetchval("SELECT id FROM provider ORDER BY name LIMIT 1")
    async with visiting(house, browser, lang) as visit:
        await visit.open(f"/?lang={lang}", "home")
        await visit.open(f"/{lang}/find", "find")
        await visit.say(where="Springfield")
        await visit.press("main form button", "find-which")
        await visit.open(f"/{lang}/find")
        await visit.say(where="Zyxsynthetictown")
        await visit.press("main form button", "find-unknown")
        await visit.open(f"/{lang}/find/{houston}", "find-near")
        await visit.tab.run("document.querySelector('details.narrow').open = true")
        await visit.album.keep(visit.tab, "find-narrowing")
        await visit.open(f"/{lang}/find/{houston}/held", "find-held")
        await visit.open(f"/{lang}/find/{houston}/child/speaks-es/free", "find-narrowed")
        await visit.open(f"/{lang}/find/{houston}/held/speaks-kjb/free/taking", "find-few")
        await visit.open(f"/{lang}/find/{vermont}", "find-state")
        await visit.open(f"/{lang}/listings/{office}/wrong", "wrong")
        await visit.press("main form button", "wrong-wrong")
        await visit.tab.page.check("input[name=reason] >> nth=0")
        await visit.press("main form button", "wrong-sent")


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_how_a_request_stands(house: House, browser: Browser, lang: str) -> None:
    office, kept = await given.office(house.database, name="Synthetic Lawyers"), await submitted(house)
    await house.database.pool.execute(
        "INSERT INTO phone (id, provider_id, number) VALUES (gen_random_uuid(), $1, '(956) 555-0100')", office.id
    )
    async with visiting(house, browser, lang) as visit:

        async def look(name: str) -> None:
            await visit.open(f"/{lang}/status")
            await visit.say(code=kept.receipt)
            await visit.press("main form button", name)

        await visit.open(f"/{lang}/status", "status")
        await visit.say(code="1234 5678")
        await visit.press("main form button", "status-wrong-code")
        await look("status-received")
        await visit.say(text="My number is A123456789.")
        await visit.press("form:has(#text) button", "status-not-sent")
        await visit.say(text=HELLO)
        await visit.press("form:has(#text) button", "status-sent")
        await visit.press("form:has([value=contact]) button", "status-changing")
        await visit.press("form:has([value=renew]) button", "status-new-code")
        renewed = (await visit.tab.page.inner_text(".code")).replace(" ", "").replace("\n", "")
        kept = replace(kept, receipt=renewed)
        made = await offered_to(house, kept.request, given.terms(office))
        await look("status-asked")
        await answered(house, made.id, ReferralAnswer.ACCEPT)
        await look("status-yes")
        await visit.press("form:has([value=withdraw]) button", "status-closed")
        await visit.press("form:has([value=erase]) button", "status-erased")


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_what_is_refused(house: House, browser: Browser, lang: str) -> None:
    async with visiting(house, browser, lang) as visit:
        await visit.open(f"/{lang}/find/{uuid4()}", "refused-not-found")
        await visit.open(f"/{lang}/status")
        await visit.tab.run("document.querySelector('#code').maxLength = 99999")
        await visit.say(code="0" * 20_000)
        await visit.press("main form button", "refused-too-long")
        await visit.open(f"/{lang}/find")
        await visit.tab.run("document.querySelector('main form').enctype = 'text/plain'")
        await visit.press("main form button", "refused-unreadable")
    async with visiting(house, browser, lang, page_views=1) as visit:
        await visit.open(f"/{lang}/find")
        await visit.open(f"/{lang}/find", "refused-too-many")


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_what_other_sites_show(house: House, browser: Browser, lang: str) -> None:
    sites = Embedding(sites=("https://www.example.org",))
    named = replace(house, branding=replace(house.branding, embedding=sites))
    async with visiting(named, browser, lang) as visit:
        await visit.open(f"/{lang}/embed", "embed")
        await visit.open(f"/{lang}/embed?kind=near&speaks={lang}&colour=%231f4e79", "embed-near")
        await visit.open(f"/{lang}/embed/near", "frame-near")
        await visit.open(f"/{lang}/embed/form", "frame-form")


async def test_what_a_provider_opens_by_a_link(house: House, browser: Browser) -> None:
    async with visiting(house, browser, "en", show_mailbox=True) as visit:
        yes, no, ask = await offered(house), await offered(house), await offered(house)
        await visit.open(yes.path, "offer")
        await visit.press("button[value=decline]", "offer-wrong")
        await visit.press("button[value=accept]", "offer-contact")
        await visit.open(yes.path, "offer-accepted")
        await visit.open(no.path)
        await visit.say(decline_reason="no_capacity")
        await visit.press("button[value=decline]", "offer-declined")
        await visit.open(ask.path)
        await visit.tab.run("document.querySelector('details:has(#question)').open = true")
        await visit.tab.page.fill("#question", HELLO)
        await visit.press("button[value=ask]", "offer-asked")
        await visit.open(f"/r/{token(house, 'answer-referral', uuid4())}", "offer-gone")
        capacity = f"/c/{token(house, 'state-capacity', yes.office.id)}"
        await visit.open(capacity, "capacity")
        await visit.press("button[value=paused]", "capacity-wrong")
        await visit.press("button[value=open]", "capacity-said")
        await visit.open(f"{capacity}?lang=es", "capacity-es")
        await visit.open(f"{capacity}/facts", "facts")
        await visit.open("/mailbox", "mailbox")


async def test_where_staff_come_in(house: House, browser: Browser) -> None:
    async with visiting(house, browser, "en") as visit:
        await visit.open("/staff/login", "staff-sign-in")
        await visit.say(email="ada@demo.invalid", password="not this one")
        await visit.press("main form button[type=submit]", "staff-sign-in-wrong")
        await visit.open("/staff/enrol", "staff-begin")


@pytest.mark.parametrize(("name", "screen"), [("320", ENLARGED), ("1280", DESK)])
@pytest.mark.parametrize("lang", LANGUAGES)
async def test_enlarged_and_at_a_desk(
    house: House, browser: Browser, lang: str, name: str, screen: tuple[int, int]
) -> None:
    await directory(house)
    houston = await place_of(house, "Houston", "TX")
    async with visiting(house, browser, lang, screen=screen) as visit:
        await visit.open(f"/?lang={lang}", f"home-{name}")
        await visit.open(f"/{lang}/find/{houston}", f"find-near-{name}")
        await visit.begin(f"help-start-{name}")
        await visit.press("main form button", f"help-who-{name}")


@pytest.mark.parametrize("lang", ["es", "ht", "pt-BR", "fr", "zh-Hans"])
async def test_in_the_other_languages(house: House, browser: Browser, lang: str) -> None:
    await directory(house)
    houston = await place_of(house, "Houston", "TX")
    async with visiting(house, browser, lang) as visit:
        await visit.open(f"/?lang={lang}", "home")
        await visit.open(f"/{lang}/find/{houston}", "find-near")
        await visit.begin()
        await visit.press("main form button", "help-who")
