"""A server that the public can reach holds no private keys: it takes requests in, and opens none but by its receipt."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import desk as desks
import given
import pytest
from desk import Desk
from given import asking

from referral.edges.graphql.schemas import Audience
from referral.edges.house import House
from referral.foundation import clock
from referral.foundation.keys import folder as key_folder
from referral.foundation.keys.epochs import Epoch, Kept
from referral.foundation.keys.refusals import KeyElsewhere
from referral.foundation.vault import Vault
from referral.intake import receipts, requests
from referral.intake.receipts import Receipt

AMEND = """
    mutation Amend($input: AmendHelpRequestInput!) { amendHelpRequest(input: $input) { __typename
        ... on HelpRequestPayload { helpRequest { languages person { name } } } } }"""
WRITE = """
    mutation Write($input: SendMessageInput!) { sendMessage(input: $input) { __typename
        ... on HelpRequestPayload { helpRequest { messages { edges { node { text } } } } } } }"""


def away_of(house: House) -> Path:
    return house.settings.home / "away"


@pytest.fixture
def public_house(house: House) -> House:
    """The same database, and a folder of keys as a public machine gets it."""
    assert house.vault.ring
    house.vault.ring.make_ahead(clock.now(), 0)
    key_folder.export_public(house.settings.key_folder, away_of(house))
    settings = house.settings.model_copy(update={"surface": "public", "keys": away_of(house)})
    return replace(house, settings=settings, vault=key_folder.open_vault(away_of(house)))


@pytest.fixture
async def public(public_house: House) -> AsyncGenerator[Desk]:
    async with desks.standing(public_house) as standing:
        yield standing


async def test_a_person_sends_reads_corrects_writes_and_takes_back_where_no_private_key_is(public: Desk) -> None:
    assert not public.house.vault.opens
    sent = await public.submit()
    receipt = sent["receipt"]
    assert sent["helpRequest"]["status"] == "SUBMITTED"
    assert (await public.status(receipt))["id"] == sent["helpRequest"]["id"]
    amended = (await public.ask(AMEND, {"input": {"receipt": receipt, "languages": ["fr"]}}))["amendHelpRequest"]
    assert amended["helpRequest"] == {"languages": ["fr"], "person": {"name": "Synthetic Person"}}
    words = {"receipt": receipt, "text": "A synthetic message.", "idempotencyKey": str(uuid4())}
    written = (await public.ask(WRITE, {"input": words}))["sendMessage"]
    assert [edge["node"]["text"] for edge in written["helpRequest"]["messages"]["edges"]] == ["A synthetic message."]
    page = await public.http.post(
        "/en/status", data={"code": receipt}, headers={"Origin": public.house.settings.public_url}
    )
    assert "A synthetic message." in page.text
    closed = await public.withdraw(receipt)
    assert closed["helpRequest"]["status"] == "CLOSED"
    assert (await public.withdraw(receipt, erase=True))["helpRequest"] is None
    assert await public.status(receipt) is None


async def test_a_retry_gets_the_same_receipt_and_reads_the_request_again(public: Desk) -> None:
    body = asking()
    first, second = await public.submit(**body), await public.submit(**body)
    assert first["receipt"] == second["receipt"]
    assert first["helpRequest"]["id"] == second["helpRequest"]["id"]
    assert await public.sql("SELECT count(*) FROM help_request") == 1


async def test_who_holds_the_keys_matches_and_reads_what_came_in_there(public: Desk, desk: Desk) -> None:
    office = await given.office(desk.database)
    sent = await public.submit()
    assert await desk.work() >= 2
    token = desk.token(office)
    accepted = await desk.respond(token, "ACCEPT")
    assert accepted["referral"]["status"] == "ACCEPTED"
    staff = await desk.staff()
    await desk.let_in(sent["helpRequest"]["id"])
    seen = await desk.published("staff/Request", staff, id=sent["helpRequest"]["id"], open=True)
    assert seen["person"]["name"] == "Synthetic Person"
    assert (await public.status(sent["receipt"]))["status"] == "REFERRED"


async def test_a_providers_link_opens_nothing_there_and_its_answer_changes_nothing(public: Desk, desk: Desk) -> None:
    office = await given.office(desk.database)
    await public.submit()
    await desk.work()
    token, before = desk.token(office), await desk.kept()
    for path in (f"/r/{token}", f"/c/{token}", f"/c/{token}/facts"):
        assert (await public.http.get(path)).status_code == 404
    refused = await public.answered(desks.operation("public/ReferralByToken"), {"token": token})
    assert refused["errors"][0]["extensions"] == {"code": "KEYS_ELSEWHERE", "path": ["token"]}
    answer = {"input": {"token": token, "answer": "ACCEPT"}}
    refused = await public.answered(desks.operation("public/RespondToReferral"), answer)
    assert refused["errors"][0]["extensions"]["code"] == "KEYS_ELSEWHERE"
    assert await desk.kept() == before


async def test_the_surface_for_partners_serves_what_providers_open(house: House, desk: Desk, public: Desk) -> None:
    office = await given.office(desk.database)
    await public.submit()
    await desk.work()
    partner = replace(house, settings=house.settings.model_copy(update={"surface": "partner"}))
    async with desks.standing(partner) as standing:
        assert (await standing.http.get(f"/r/{desk.token(office)}")).status_code == 200
        assert (await standing.http.get("/en/find")).status_code == 404
        assert (await standing.post("{ __typename }", audience=Audience.PUBLIC)).status_code == 404


async def test_letters_lead_providers_to_where_the_keys_are(house: House, desk: Desk) -> None:
    office = await given.office(desk.database)
    await desk.submit()
    elsewhere = replace(
        house, settings=house.settings.model_copy(update={"provider_url": "https://offices.example.org"})
    )
    await Desk(house=elsewhere, http=desk.http).work()
    assert "https://offices.example.org/r/" in desk.letters(office)[0].text


async def test_wrong_and_missing_receipts_are_answered_alike_after_the_same_work(public: Desk) -> None:
    sent = await public.submit()
    right = receipts.read(sent["receipt"])
    assert right
    other = receipts.derive(public.house.vault, b"nobody's")
    stretched: list[Receipt] = []
    plain = receipts.stretched

    def counted(receipt: Receipt, salt: bytes) -> bytes:
        stretched.append(receipt)
        return plain(receipt, salt)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(receipts, "stretched", counted)
        answers = [await public.status(each) for each in (sent["receipt"], other, "1234", "", "no digits")]
    assert [answer is None for answer in answers] == [False, True, True, True, True]
    assert len(stretched) == 5


async def test_no_key_of_this_week_takes_nothing_in_and_says_so(public: Desk, public_house: House) -> None:
    assert (await public.http.get("/readyz")).json() == {"ready": True}
    epoch = Epoch.of(Kept.REQUEST, clock.now())
    (away_of_public := public_house.settings.key_folder / "epochs" / f"{epoch.name}.public").unlink()
    assert not away_of_public.exists()
    ready = await public.http.get("/readyz")
    assert (ready.status_code, ready.json()) == (503, {"ready": False, "reason": "keys"})
    before = await public.kept()
    refused = await public.answered(desks.operation("public/SubmitHelpRequest"), {"input": asking()})
    assert refused["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
    assert await public.kept() == before


async def test_a_request_of_an_older_version_opens_with_private_keys_and_not_without(public: Desk, desk: Desk) -> None:
    sent = await public.submit()
    await desk.sql("UPDATE help_request SET requester_key = NULL")
    assert (await desk.status(sent["receipt"]))["id"] == sent["helpRequest"]["id"]
    answer = await public.answered(desks.operation("public/HelpRequestByReceipt"), {"receipt": sent["receipt"]})
    assert answer["errors"][0]["extensions"]["code"] == "KEYS_ELSEWHERE"


async def test_the_copy_of_one_request_does_not_open_another(public: Desk) -> None:
    one, other = await public.submit(), await public.submit()
    await public.sql(
        """UPDATE help_request h SET requester_key = o.requester_key FROM help_request o
            WHERE o.id <> h.id AND h.id = $1""",
        UUID(one["helpRequest"]["id"]),
    )
    answer = await public.answered(desks.operation("public/HelpRequestByReceipt"), {"receipt": one["receipt"]})
    assert answer["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert (await public.status(other["receipt"]))["id"] == other["helpRequest"]["id"]


async def test_the_whole_database_and_a_public_folder_make_no_receipt(public: Desk, public_house: House) -> None:
    """Whoever takes the public server has the pepper, the shares and every row: none of it derives a receipt."""
    sent = [receipts.read((await public.submit())["receipt"]) for _ in range(3)]
    rows: list[Any] = await public.database.pool.fetch("SELECT * FROM help_request")
    vault: Vault = public_house.vault
    for row in rows:
        for column in dict(row).values():
            if isinstance(column, bytes):
                assert receipts.derive(vault, column) not in sent
        request = await requests.request(public.database.reader, row["id"])
        assert request
        with pytest.raises(KeyElsewhere):
            requests.facts_of(vault, request)


async def test_a_retry_of_what_an_older_version_kept_finds_it(public: Desk) -> None:
    body = asking()
    sent = await public.submit(**body)
    old = public.house.vault.digest("idempotency", f"None/{body['idempotencyKey']}")
    await public.sql("UPDATE help_request SET idempotency_hash = $1", old)
    again = await public.submit(**body)
    assert again["receipt"] == sent["receipt"]
    await public.withdraw(sent["receipt"], erase=True)
    refused = await public.published("public/SubmitHelpRequest", input=body)
    assert refused["__typename"] == "ConflictProblem"
    assert await public.sql("SELECT count(*) FROM help_request") == 1
