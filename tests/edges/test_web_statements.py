"""A provider says whether it takes new people with three buttons and a number."""

from datetime import timedelta

import given
import pytest
from given import Office
from httpx import Response
from web_given import token, visiting

from referral.directory import providers
from referral.directory.providers import Provider
from referral.directory.words import CapacityUnit, Openness
from referral.edges.house import House


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


@pytest.mark.parametrize("openness", [Openness.OPEN, Openness.WAITLIST, Openness.CLOSED])
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
        await browser.get(link(house, office))
    assert (await listing(house, office)).openness_stated_at is None


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
