"""The directory for people: a box for a place, and who is near it, with what is not known said as such."""

import re
from dataclasses import replace
from urllib.parse import quote
from uuid import UUID

import given
import pytest
from web_given import visiting

from referral.directory.words import Openness
from referral.edges.house import House
from referral.edges.web import place_addresses
from referral.foundation import places

NOBODYS_ID = UUID(int=404)  # in the name of a test, which has to be the same in every process
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def town(house: House, name: str, state: str) -> UUID:
    return await house.database.pool.fetchval(
        "SELECT id FROM place WHERE kind = 'town' AND name = $1 AND state = $2 ORDER BY weight DESC LIMIT 1",
        name,
        state,
    )


async def test_words_lead_to_the_page_of_the_place_and_stand_in_no_address(house: House) -> None:
    await given.office(house.database, name="Synthetic Legal Aid")
    async with visiting(house) as browser:
        sent = await browser.post("/en/find", content="where=Brownsville+TX", headers=FORM)
        assert sent.status_code == 303
        assert sent.headers["location"] == "/en/find/us/tx/brownsville"
        page = await browser.get(sent.headers["location"])
    assert page.headers["cache-control"] == "public, max-age=300"
    assert "Help near <bdi>Brownsville, Texas</bdi>" in page.text
    assert "Synthetic Legal Aid" in page.text
    assert "0 km (0 mi) away" in page.text
    assert "Confirm by phone" in page.text
    assert "a notary is not a lawyer" in page.text


@pytest.mark.parametrize(
    ("written", "said"),
    [("", "Write a town"), ("  ", "Write a town"), ("Xyzzyqwertyplugh", "We do not know this place")],
)
async def test_words_that_are_no_place_are_answered_beside_the_box(house: House, written: str, said: str) -> None:
    async with visiting(house) as browser:
        sent = await browser.post("/en/find", content=f"where={quote(written)}", headers=FORM)
    assert sent.status_code == 422
    assert said in sent.text
    assert 'aria-invalid="true"' in sent.text


async def test_a_name_of_several_places_is_a_question(house: House) -> None:
    async with visiting(house) as browser:
        sent = await browser.post("/es/find", content="where=Nogales", headers=FORM)
    assert sent.status_code == 200
    assert "¿Cuál quiere decir?" in sent.text
    assert sent.text.count('<li><a href="/es/find/') >= 2


async def test_what_an_office_does_not_say_is_said_to_be_unknown(house: House) -> None:
    await given.office(house.database, name="Open office", openness=Openness.OPEN)
    silent = await given.office(house.database, name="Silent office", openness=None, languages=())
    await house.database.pool.execute(
        "INSERT INTO phone (id, provider_id, number) VALUES (gen_random_uuid(), $1, '956 555 0100')",
        silent.id,
    )
    async with visiting(house) as browser:
        text = (await browser.get(f"/en/find/{await town(house, 'Brownsville', 'TX')}")).text
        spanish = (await browser.get(f"/es/find/{await town(house, 'Brownsville', 'TX')}")).text
    assert "<strong>Yes</strong> (They said so on" in text
    assert "<strong>Not known. Call and ask.</strong>" in text
    assert "Not stated. Call and ask." in text
    assert "Spanish" in text
    assert "asilo" in spanish
    assert "español" in spanish.lower()


async def test_far_from_everybody_the_nearest_are_shown_all_the_same(house: House) -> None:
    await given.office(house.database, name="Far office", point=given.EL_PASO)
    async with visiting(house) as browser:
        text = (await browser.get(f"/en/find/{await town(house, 'Brownsville', 'TX')}")).text
    assert "Nobody is listed within 300 km" in text
    assert "Far office" in text


async def test_a_hidden_place_shows_no_town_and_no_distance(house: House) -> None:
    shelter = await given.office(house.database, name="Safe house (synthetic)")
    await house.database.pool.execute(
        """UPDATE location SET visibility = 'confidential', latitude = NULL, longitude = NULL
            WHERE id = (SELECT location_id FROM provider WHERE id = $1)""",
        shelter.id,
    )
    async with visiting(house) as browser:
        text = (await browser.get(f"/en/find/{await town(house, 'Brownsville', 'TX')}")).text
    assert "Synthetic City" not in text
    assert "km (" not in text


async def test_a_demonstration_says_that_openness_is_made_up(house: House) -> None:
    demonstration = replace(house, settings=house.settings.model_copy(update={"show_mailbox": True}))
    path = f"/en/find/{await town(house, 'Brownsville', 'TX')}"
    for shown, one in ((True, demonstration), (False, house)):
        async with visiting(one) as browser:
            for address in ("/", path):
                assert ("This is a demonstration." in (await browser.get(address)).text) is shown


@pytest.mark.parametrize("path", ["/en/find/nonsense", f"/en/find/{NOBODYS_ID}", "/xx/find", "/xx/find/1"])
async def test_an_address_of_no_place_or_no_language_is_not_found(house: House, path: str) -> None:
    async with visiting(house) as browser:
        assert (await browser.get(path)).status_code == 404


async def test_another_site_cannot_post_the_box(house: House) -> None:
    async with visiting(house) as browser:
        sent = await browser.post("/en/find", content="where=Nogales", headers={**FORM, "Sec-Fetch-Site": "cross-site"})
    assert sent.status_code == 403


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("Houston", "us/tx/houston"),
        ("Texas", "us/tx"),
        ("San Antonio, TX", "us/tx/san-antonio"),
        ("United States", "us"),
    ],
)
async def test_an_address_can_be_read_and_means_what_its_number_means(house: House, written: str, address: str) -> None:
    async with visiting(house) as browser:
        sent = await browser.post("/en/find", content=f"where={quote(written)}", headers=FORM)
        assert sent.headers["location"] == f"/en/find/{address}"
        page = await browser.get(sent.headers["location"])
    assert page.status_code == 200
    assert f'<link rel="canonical" href="{house.settings.public_url}/en/find/{address}">' in page.text


async def test_of_two_towns_of_a_name_in_a_state_each_has_an_address_that_leads_to_it(house: House) -> None:
    pool = house.database.pool
    twins = await pool.fetch(
        """SELECT array_agg(id ORDER BY weight DESC) AS ids
             FROM place
            WHERE kind = 'town' AND country = 'US'
            GROUP BY state, name
           HAVING count(*) > 1
            ORDER BY max(weight) DESC
            LIMIT 3"""
    )
    assert twins
    async with house.database.transaction() as at:
        for id in (id for row in twins for id in row["ids"]):
            place = await places.place(at, id)
            assert place
            address = await place_addresses.address_of(at, place)
            found = await place_addresses.place_at(at, address.split("/"))
            assert found is not None
            assert found.id == place.id


@pytest.mark.parametrize(
    "path",
    [
        "us/xx",
        "us/tx/nowhereville",
        "zz",
        "us/tx/houston/adult",
        "us/tx/houston/free/held",
        "us/tx/houston/x/y",
        "us/tx/%00",
        "%00",
        "us/tx/a%00b",
    ],
)
async def test_words_that_lead_nowhere_are_not_found(house: House, path: str) -> None:
    async with visiting(house) as browser:
        assert (await browser.get(f"/en/find/{path}")).status_code == 404


async def test_a_reader_asks_for_a_shorter_list_and_silence_excludes_nobody(house: House) -> None:
    await given.office(house.database, name="Mam office", languages=("mam",))
    await given.office(house.database, name="Silent office", languages=(), openness=None)
    await given.office(house.database, name="English office", languages=("en",))
    await given.office(house.database, name="Full office", languages=("mam",), openness=Openness.CLOSED)
    async with visiting(house) as browser:
        sent = await browser.post("/en/find/us/tx/brownsville/held", content="speaks=mam&taking=1", headers=FORM)
        assert sent.status_code == 303
        assert sent.headers["location"] == "/en/find/us/tx/brownsville/held/speaks-mam/taking"
        page = await browser.get(sent.headers["location"])
        assert page.headers["cache-control"] == "public, max-age=300"
        assert "Mam office" in page.text
        assert "Silent office" in page.text
        assert "English office" not in page.text
        assert "Full office" not in page.text
        assert 'href="/en/find/us/tx/brownsville/held/taking" aria-label="Take away: They speak Mam"' in page.text
        assert 'value="mam" selected' in page.text
        everybody = await browser.post("/en/find/us/tx/brownsville/held/free", content="speaks=", headers=FORM)
        assert everybody.headers["location"] == "/en/find/us/tx/brownsville/held"


@pytest.mark.parametrize(("saying", "silent"), [(3, 25), (20, 5), (22, 23), (0, 21), (21, 0)])
async def test_of_who_takes_people_now_those_who_say_nothing_come_last_page_after_page(
    house: House, saying: int, silent: int
) -> None:
    wanted = [f"Saying {number:02}" for number in range(saying)] + [f"Silent {number:02}" for number in range(silent)]
    for number, name in enumerate(wanted):
        away = (number if name.startswith("Silent") else 60 + number) / 100  # whoever says nothing is nearer
        await given.office(
            house.database,
            name=name,
            openness=None if name.startswith("Silent") else Openness.OPEN,
            point=(given.BROWNSVILLE[0] + away, given.BROWNSVILLE[1]),
        )
    found, path = list[str](), "/en/find/us/tx/brownsville/taking"
    async with visiting(house) as browser:
        while path:
            page = await browser.get(path)
            assert page.status_code == 200
            found += dict.fromkeys(re.findall(r"(?:Saying|Silent) \d\d", page.text))
            further = re.search(r'href="([^"]*after=[^"]+)"', page.text)
            path = f"/en/find/us/tx/brownsville/taking?{further[1].partition('?')[2]}" if further else ""
        for wrong in ("2.", "x", "0.x", "1.x"):
            page = await browser.get("/en/find/us/tx/brownsville/taking", params={"after": wrong})
            assert page.status_code == 404
    assert found == wanted


@pytest.mark.parametrize("sent", ["speaks=nonsense", "speaks=../../x", "speaks=%00"])
async def test_a_language_that_nobody_knows_asks_for_no_list(house: House, sent: str) -> None:
    async with visiting(house) as browser:
        assert (await browser.post("/en/find/us/tx/brownsville", content=sent, headers=FORM)).status_code == 404
        assert (await browser.post("/en/find/nowhere", content="free=1", headers=FORM)).status_code == 404


async def test_another_site_cannot_ask_for_a_shorter_list(house: House) -> None:
    async with visiting(house) as browser:
        cross = {**FORM, "Sec-Fetch-Site": "cross-site"}
        assert (await browser.post("/en/find/us/tx/brownsville", content="free=1", headers=cross)).status_code == 403


async def test_where_nobody_is_found_there_is_a_way_on(house: House) -> None:
    await given.office(house.database, name="English office", languages=("en",))
    async with visiting(house) as browser:
        text = (await browser.get("/en/find/us/tx/brownsville/speaks-mam")).text
    assert "English office" not in text
    assert '<a href="/en/find/us/tx/brownsville">See all groups here</a>' in text
    assert '<a href="/en/find/us/tx">See all groups in <bdi>Texas</bdi></a>' in text
    assert "a notary is not a lawyer" in text


async def test_the_map_numbers_the_groups_as_the_list_does_and_knows_no_hidden_place(house: House) -> None:
    await given.office(house.database, name="First office")
    await given.office(house.database, name="Second office", point=(26.2, -98.2))
    shelter = await given.office(house.database, name="Safe house (synthetic)", point=(26.0, -97.6))
    await house.database.pool.execute(
        """UPDATE location SET visibility = 'confidential', latitude = NULL, longitude = NULL
            WHERE id = (SELECT location_id FROM provider WHERE id = $1)""",
        shelter.id,
    )
    async with visiting(house) as browser:
        text = (await browser.get("/en/find/us/tx/brownsville")).text
    numbered = dict(re.findall(r'<h3 data-number="(\d+)"><bdi>([^<]+)', text))
    pins = re.findall(r'<g class="pin">.*?<text[^>]*>([^<]+)</text>', text)
    assert sorted(pins) == sorted(number for number, name in numbered.items() if "Safe house" not in name)
    assert '<path class="land"' in text
    assert text.count("<svg") == 2
    assert "url(" not in text
