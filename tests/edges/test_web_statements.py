"""A provider says whether it takes new people with three buttons and a number."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import given
import pytest
from given import Office
from httpx import Response
from web_given import token, visiting

from referral.directory import capacity, providers
from referral.directory.providers import Provider
from referral.directory.upkeep import asking
from referral.directory.words import CapacityUnit, Openness
from referral.edges.house import House
from referral.foundation.clock import now


async def stated(house: House, path: str, **fields: str) -> Response:
    async with visiting(house) as browser:
        return await browser.post(path, data=fields)


async def listing(house: House, office: Office) -> Provider:
    found = await providers.provider(house.database.reader, office.id)
    assert found
    return found


def link(house: House, office: Office, lives: timedelta = timedelta(days=3)) -> str:
    return f"/c/{token(house, 'state-capacity', office.id, lives)}"


async def test_the_page_shows_what_was_said_last(house: House):
    office = await given.office(house.database, places=4)
    async with visiting(house) as browser:
        answer = await browser.get(link(house, office))
    assert answer.status_code == 200
    assert "Takes new people now." in answer.text
    assert "4 free" in answer.text


@pytest.mark.parametrize("openness", [Openness.OPEN, Openness.LIMITED, Openness.WAITLIST, Openness.CLOSED])
async def test_each_button_says_its_word(house: House, openness: Openness):
    office = await given.office(house.database, openness=None)
    answer = await stated(house, link(house, office), openness=openness.value)
    assert answer.status_code == 303
    assert (await listing(house, office)).openness is openness


async def test_the_number_is_kept_in_the_unit_that_was_chosen(house: House):
    office = await given.office(house.database, openness=None)
    await stated(house, link(house, office), openness="open", available="7", unit="beds_tonight")
    [count] = (await listing(house, office)).capacities
    assert (count.unit, count.available, count.help_type) == (CapacityUnit.BEDS_TONIGHT, 7, None)


async def test_a_few_can_be_counted_too(house: House):
    office = await given.office(house.database, openness=None)
    await stated(house, link(house, office), openness="limited", available="2")
    assert [count.available for count in (await listing(house, office)).capacities] == [2]


async def test_a_number_beside_a_closed_door_is_not_kept(house: House):
    office = await given.office(house.database, openness=None)
    await stated(house, link(house, office), openness="closed", available="7")
    assert (await listing(house, office)).capacities == ()


async def test_after_a_statement_the_page_thanks_and_reloading_states_nothing_again(house: House):
    office = await given.office(house.database, openness=None)
    async with visiting(house) as browser:
        answer = await browser.post(link(house, office), data={"openness": "waitlist"}, follow_redirects=True)
    assert answer.request.method == "GET"
    assert "Thank you. We have it." in answer.text
    assert "Not now; one can wait in line." in answer.text


@pytest.mark.parametrize("number", ["many", "-1", "1.5", "1234567", "100001"])
async def test_a_number_that_is_none_changes_nothing(house: House, number: str):
    office = await given.office(house.database, openness=None)
    answer = await stated(house, link(house, office), openness="open", available=number)
    assert answer.status_code == 422
    assert f'value="{number}"' in answer.text
    assert (await listing(house, office)).openness is Openness.UNKNOWN


async def test_digits_of_other_scripts_are_numbers_too(house: House):
    office = await given.office(house.database, openness=None)
    await stated(house, link(house, office), openness="open", available="٣")
    [count] = (await listing(house, office)).capacities
    assert count.available == 3


async def test_reading_changes_nothing(house: House):
    office = await given.office(house.database, openness=None)
    async with visiting(house) as browser:
        for query in ("", "?said=1", "?openness=open", "?letters=never"):
            await browser.get(link(house, office) + query)
            await browser.head(link(house, office) + query)
    assert (await listing(house, office)).openness_stated_at is None
    assert await asking.is_asked(house.database.reader, office.id) is True


@pytest.mark.parametrize("openness", ["", "unknown", "ajar"])
async def test_what_no_button_sends_changes_nothing(house: House, openness: str):
    office = await given.office(house.database, openness=None)
    assert (await stated(house, link(house, office), openness=openness)).status_code == 422
    assert (await listing(house, office)).openness_stated_at is None


async def test_a_link_that_is_forged_late_or_for_something_else_opens_nothing(house: House):
    office = await given.office(house.database, openness=None)
    wrong = {
        "/c/forged": 404,
        link(house, office, timedelta(seconds=-1)): 410,
        f"/c/{token(house, 'answer-referral', office.id)}": 404,
    }
    for path, status in wrong.items():
        async with visiting(house) as browser:
            assert (await browser.get(path)).status_code == status
        assert (await stated(house, path, openness="open")).status_code == status
    assert (await listing(house, office)).openness_stated_at is None


async def test_another_site_states_nothing(house: House):
    office = await given.office(house.database, openness=None)
    async with visiting(house) as browser:
        answer = await browser.post(
            link(house, office), data={"openness": "open"}, headers={"sec-fetch-site": "cross-site"}
        )
    assert answer.status_code == 403
    assert (await listing(house, office)).openness_stated_at is None


async def test_the_page_says_how_old_a_word_is_and_that_it_has_lapsed(house: House):
    office = await given.office(house.database, places=None)
    await house.database.pool.execute(
        "UPDATE provider SET openness_stated_at = now() - interval '40 days', openness_expires_at = now()"
    )
    async with visiting(house) as browser:
        answer = await browser.get(link(house, office))
    for told in (Openness.UNKNOWN.meaning, "You said last", "(40 days ago). That is too long ago to be shown."):
        assert told in answer.text


# ---------------------------------------------------------------- a pause


HERE = ZoneInfo("America/Chicago")


def local_day(days: int) -> date:
    """A day from now, where the office is."""
    return now().astimezone(HERE).date() + timedelta(days=days)


def written(day: date) -> dict[str, str]:
    """A day as the page sends it."""
    return {"day": str(day.day), "month": str(day.month), "year": str(day.year)}


async def test_a_pause_lasts_until_the_day_begins_where_the_office_is(house: House):
    office = await given.office(house.database, openness=None)
    day = local_day(60)
    assert (await stated(house, link(house, office), openness="paused", **written(day))).status_code == 303
    assert (await listing(house, office)).openness is Openness.PAUSED
    ends = await capacity.believed_until(house.database.reader, office.id, now=now())
    assert ends == datetime.combine(day, time.min, HERE)


async def test_after_its_pause_an_office_is_shown_as_not_known(house: House):
    office = await given.office(house.database, openness=None)
    await stated(house, link(house, office), openness="paused", **written(local_day(1)))
    await house.database.pool.execute(
        "UPDATE provider SET openness_expires_at = openness_expires_at - interval '2 days'"
    )
    assert (await listing(house, office)).openness is Openness.UNKNOWN


@pytest.mark.parametrize(
    "day", ["2026-", "-1-1", "2026-1-soon", "2027-2-30", "1-1-1", "9999-12-31", "10000-1-1", "2026-1-1", "0", "-1"]
)
async def test_a_pause_without_a_day_ahead_changes_nothing(house: House, day: str):
    office = await given.office(house.database, openness=None)
    sent = dict(zip(("year", "month", "day"), day.split("-"), strict=False))
    sent = {"0": written(local_day(0)), "-1": written(local_day(-1))}.get(day, sent)
    answer = await stated(house, link(house, office), openness="paused", **sent)
    assert answer.status_code == 422
    assert 'id="until-problem"' in answer.text
    assert (await listing(house, office)).openness_stated_at is None


# ---------------------------------------------------------------- letters


async def test_whoever_wants_no_letters_says_so_with_one_button_and_may_change_their_mind(house: House):
    office = await given.office(house.database, openness=None)
    async with visiting(house) as browser:
        before = await browser.get(link(house, office))
        said = await browser.post(link(house, office), data={"letters": "never"}, follow_redirects=True)
        assert await asking.is_asked(house.database.reader, office.id) is False
        again = await browser.post(link(house, office), data={"letters": "again"}, follow_redirects=True)
    assert "Do not ask again" in before.text
    assert "Thank you. We have it." in said.text
    assert "You asked us not to write again" in said.text
    assert "Do not ask again" in again.text
    assert await asking.is_asked(house.database.reader, office.id) is True
    assert (await listing(house, office)).openness_stated_at is None


async def test_where_there_is_no_address_no_letters_are_spoken_of(house: House):
    office = await given.office(house.database)
    await house.database.pool.execute("UPDATE provider SET referral_email = NULL")
    async with visiting(house) as browser:
        assert "Do not ask again" not in (await browser.get(link(house, office))).text


async def test_no_address_stands_on_the_page(house: House):
    office = await given.office(house.database)
    async with visiting(house) as browser:
        assert "demo.invalid" not in (await browser.get(link(house, office))).text


# ---------------------------------------------------------------- languages


async def test_the_page_speaks_spanish_to_whoever_reads_it(house: House):
    office = await given.office(house.database, places=4)
    path = link(house, office)
    async with visiting(house) as browser:
        chosen = await browser.get(f"{path}?lang=es")
        browsers = await browser.get(path, headers={"accept-language": "es-MX,es;q=0.9,en;q=0.8"})
        others = await browser.get(path, headers={"accept-language": "ht"})
        said = await browser.post(f"{path}?lang=es", data={"openness": "closed"}, follow_redirects=True)
        wrong = await browser.post(f"{path}?lang=es", data={"openness": "open", "available": "muchos"})
    for answer in (chosen, browsers):
        assert '<html lang="es" dir="ltr">' in answer.text
        for told in ("¿Reciben a personas nuevas?", "Recibe a personas nuevas ahora.", "4 libres", "Sí, recibimos"):
            assert told in answer.text
    assert '<html lang="en" dir="ltr">' in others.text
    assert "Gracias. Lo hemos anotado." in said.text
    assert "No recibe a nadie." in said.text
    assert "Escriba un número, como 3, o déjelo vacío." in wrong.text


@pytest.mark.parametrize(("lang", "title"), [("en", "This link has run out"), ("es", "Este enlace ha vencido")])
async def test_a_link_that_has_run_out_says_so_and_nothing_of_the_office(house: House, lang: str, title: str):
    office = await given.office(house.database, name="Canary Office")
    async with visiting(house) as browser:
        answer = await browser.get(f"{link(house, office, timedelta(seconds=-1))}?lang={lang}")
        forged = await browser.get(f"{link(house, office)[:-4]}AAAA?lang={lang}")
    assert (answer.status_code, forged.status_code) == (410, 404)
    assert title in answer.text
    for page in (answer, forged):
        assert "Canary" not in page.text
        assert page.headers["cache-control"] == "no-store"


async def test_a_good_link_to_a_listing_that_was_taken_out_says_so(house: House):
    office = await given.office(house.database, name="Canary Office", openness=None)
    await house.database.pool.execute("UPDATE provider SET retired_at = now()")
    async with visiting(house) as browser:
        answer = await browser.get(link(house, office))
    assert answer.status_code == 404
    assert "This listing is not published" in answer.text
    assert "Canary" not in answer.text
    assert (await stated(house, link(house, office), openness="open")).status_code == 404
