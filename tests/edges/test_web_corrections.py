"""A provider corrects what is listed on a plain page, by the link in its letter; staff see what differs."""

import json
from typing import Any
from uuid import uuid4

import given
import httpx
from desk import Desk
from given import Office

from referral.directory.upkeep import hiding
from referral.foundation.clock import now

NUMBER = "+1 956 555 0100"


async def office_with_phone(desk: Desk) -> Office:
    office = await given.office(desk.database)
    await desk.sql(
        "INSERT INTO phone (id, provider_id, number, kind) VALUES ($1, $2, $3, 'voice')", uuid4(), office.id, NUMBER
    )
    await desk.sql("UPDATE location SET lines = '{1 Example Street}', postal_code = '78520'")
    return office


def path(desk: Desk, office: Office) -> str:
    return f"/c/{desk.signed('state-capacity', office.id)}/facts"


async def sent(desk: Desk, office: Office, **fields: str) -> httpx.Response:
    shown = {"phones": NUMBER, "street": "1 Example Street", "city": "Synthetic City", "state": "TX"}
    return await desk.http.post(
        path(desk, office),
        data={"website": "", "email": "", "fees": "", "eligibility": "", "postal_code": "78520"} | shown | fields,
        headers={"Sec-Fetch-Site": "same-origin"},
    )


async def proposed(desk: Desk) -> list[Any]:
    return (await desk.published("staff/ProposedChanges", await desk.signed_in()))["nodes"]


async def test_what_is_written_otherwise_is_proposed_and_nothing_else(desk: Desk) -> None:
    office = await office_with_phone(desk)
    await desk.hire()
    page = await desk.http.get(path(desk, office))
    assert NUMBER in page.text
    assert "1 Example Street" in page.text
    more = f"{NUMBER}\r\n +1 956 555 0177 \r\n"
    answer = await sent(desk, office, phones=more, website="aid.example.org", note="Mondays 9 to 5.")
    assert answer.status_code == 303
    assert "Thank you" in (await desk.http.get(answer.headers["location"])).text
    (one,) = await proposed(desk)
    assert (one["saidBy"], one["note"]) == ("PROVIDER", "Mondays 9 to 5.")
    assert {fact["fact"]: fact["proposed"] for fact in one["facts"]} == {
        "WEBSITE": "https://aid.example.org",
        "PHONES": f'[{{"extension":null,"kind":"voice","languages":[],"number":"{NUMBER}"}},'
        '{"extension":null,"kind":null,"languages":[],"number":"+1 956 555 0177"}]',
    }


async def test_a_number_that_stands_there_twice_stays_twice(desk: Desk) -> None:
    office = await office_with_phone(desk)
    await desk.hire()
    await desk.sql(
        "INSERT INTO phone (id, provider_id, number, kind) VALUES ($1, $2, $3, 'fax')", uuid4(), office.id, NUMBER
    )
    await sent(desk, office, phones=f"{NUMBER}\n{NUMBER}\n+1 956 555 0177")
    ((fact,),) = [one["facts"] for one in await proposed(desk)]
    assert [phone["kind"] for phone in json.loads(fact["proposed"])] == ["fax", "voice", None]


async def test_an_address_is_sent_without_the_old_point(desk: Desk) -> None:
    office = await office_with_phone(desk)
    headers = await desk.staff()
    await sent(desk, office, street="2 Example Street")
    (one,) = await proposed(desk)
    await desk.published("staff/ApproveProposedChange", headers, id=one["id"])
    location = (await desk.ask(WHERE, {"id": str(office.id)}))["provider"]["location"]
    assert location == {"latitude": None, "address": {"lines": ["2 Example Street"], "city": "Synthetic City"}}
    waiting = (await desk.published("staff/UnlocatedListings", headers))["nodes"]
    assert [each["providerId"] for each in waiting] == [str(office.id)]


WHERE = "query Where($id: ID!) { provider(id: $id) { location { latitude address { lines city } } } }"


async def test_what_cannot_be_used_is_said_beside_its_field_and_nothing_is_kept(desk: Desk) -> None:
    office = await office_with_phone(desk)
    for fields, field in (
        ({"website": "no address"}, "website"),
        ({"phones": "call"}, "phones"),
        ({"city": ""}, "city"),
    ):
        answer = await sent(desk, office, **fields)
        assert answer.status_code == 422
        assert f'id="{field}-problem"' in answer.text
        assert answer.text.partition("<main")[2].count('aria-invalid="true"') == 1
    nothing = await sent(desk, office)
    assert (nothing.status_code, "You have changed nothing yet." in nothing.text) == (422, True)
    assert await desk.sql("SELECT count(*) FROM listing_proposal") == 0


async def test_of_a_hidden_place_neither_number_nor_address_is_asked(desk: Desk) -> None:
    office = await office_with_phone(desk)
    async with desk.database.transaction() as tx:
        await hiding.hide(tx, desk.house.vault, office.id, now=now())
    page = (await desk.http.get(path(desk, office))).text
    assert 'name="fees"' in page
    assert not any(f'name="{name}"' in page for name in ("phones", "street", "city"))


async def test_the_link_must_be_ours_and_the_page_is_reached_from_the_other(desk: Desk) -> None:
    office = await office_with_phone(desk)
    html = {"Accept": "text/html"}
    assert (await desk.http.get("/c/nonsense/facts", headers=html)).status_code == 404
    other = await desk.http.post(path(desk, office), data={"fees": "Free"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert other.status_code == 403
    statement = path(desk, office).removesuffix("/facts")
    assert f'href="{statement}/facts?lang=en"' in (await desk.http.get(statement)).text
    assert "¿Es correcto" in (await desk.http.get(f"{path(desk, office)}?lang=es")).text
